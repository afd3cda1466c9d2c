"""Money of a case: per line, what each payer did; what the contract makes of it, in words; ledger against expected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from dashboard.case.file import CaseFile
from journey.books import contract
from journey.books.methods import WHOLE, Method
from journey.books.money import Books, books_of
from journey.books.posted_lines import shown
from journey.books.posting_review import in_words, review
from journey.facts import Adjustment, RemitAdjudicated, RemitLine
from journey.plans.plan import Benefit
from journey.words import Cents, Frozen
from journey.writing import dollars

METHOD_WORDS: Final[Mapping[Method, str]] = {
    Method.STANDARD: "standard coordination",
    Method.FULL_ALLOWABLE: "full allowable expense (Washington)",
    Method.CARVE_OUT: "carve-out (non-duplication)",
    Method.MAINTENANCE: "maintenance of benefits",
    Method.MSP_PART_B: "Medicare second, Part B",
    Method.MSP_INSTITUTIONAL: "Medicare second, institutional",
    Method.MEDICAID: "Medicaid last",
}
FORMULAS: Final[Mapping[Method, str]] = {
    Method.STANDARD: "what it would pay alone, but no more than the allowable expense less what the primary paid",
    Method.FULL_ALLOWABLE: (
        "what it would pay alone and the year's savings, up to the allowable expense less what the primary paid"
    ),
    Method.CARVE_OUT: "what it would pay alone, less what the primary paid, never below zero",
    Method.MAINTENANCE: "its share of what the primary left: allowed less primary paid less its deductible",
    Method.MSP_PART_B: (
        "line by line the lowest of: charge less primary paid; 80 % of Medicare's allowed amount after the deductible; "
        "the higher allowed amount less primary paid (42 CFR 411.33(a))"
    ),
    Method.MSP_INSTITUTIONAL: "the lowest of the four amounts of 42 CFR 411.33(e), never below zero",
    Method.MEDICAID: (
        "its own rate less what the primary paid, but no more than the primary left to the patient (42 CFR 433.139)"
    ),
}
"""The methods of field notes 3.2, each in a sentence."""


class LineShown(Frozen):
    """One service line; cents, None where nobody has said."""

    number: str
    procedure: str
    charge: Cents
    primary_paid: Cents | None = None
    primary_share: Cents | None = None
    expected: Cents | None = None
    """What the secondary should pay for it by its method."""
    secondary_paid: Cents | None = None
    posted: Cents | None = None


class Row(Frozen):
    """One line of the account."""

    words: str
    amount: str
    total: bool = False


class Expected(Frozen):
    """What the secondary should pay."""

    amount: Cents | None
    method: str
    formula: str
    short: Cents = 0


class MoneyShown(Frozen):
    """The money card."""

    account: tuple[Row, ...]
    expected: Expected
    lines: tuple[LineShown, ...]
    by_line: bool
    """Whether the method can be told line by line; else only for the whole claim."""
    agrees: bool | None
    """Ledger against expected; None while one of them is not known."""
    balance_words: str
    posting_review: tuple[str, ...]


def money(file: CaseFile) -> MoneyShown:
    """The money of a case."""
    of = books_of(file.case)
    expected = _expected(file, of)
    lines, by_line = _lines(file, of, expected.amount)
    found = review(file.case)
    return MoneyShown(
        account=_account(file, expected),
        expected=expected,
        lines=lines,
        by_line=by_line,
        agrees=_agrees(of),
        balance_words=_balance_words(of),
        posting_review=in_words(found) if found else (),
    )


def _expected(file: CaseFile, of: Books) -> Expected:
    benefit, told = file.rules.benefit, file.case.money
    due = contract.due(benefit, of.primary)
    payer = file.claim.secondary.payer_name
    if benefit.method is None or due is None:
        why = "the primary has not decided yet" if benefit.method else f"the plan does not name {payer}'s method"
        return Expected(amount=None, method="", formula=f"{why}; at the most the primary's patient share is due")
    return Expected(
        amount=told.contract_paid if told.contract_paid is not None else due.secondary,
        method=METHOD_WORDS[benefit.method],
        formula=f"{FORMULAS[benefit.method]}{_terms(benefit)}",
        short=told.underpaid,
    )


def _terms(benefit: Benefit) -> str:
    terms = []
    if benefit.share != WHOLE:
        terms.append(f"it pays {benefit.share / 100:g} %")
    if benefit.deductible:
        terms.append(f"{dollars(benefit.deductible)} of its deductible are open")
    if benefit.schedule != WHOLE:
        terms.append(f"its allowed amount is {benefit.schedule / 100:g} % of the primary's")
    return f"; {', '.join(terms)}" if terms else ""


def _account(file: CaseFile, expected: Expected) -> tuple[Row, ...]:
    """From the charge to what the patient truly owes."""
    told, claim = file.case.money, file.claim
    second = claim.secondary.payer_name
    rows = [Row(words="Billed", amount=dollars(told.charge))]
    if told.primary_paid is None:
        return (*rows, Row(words=f"{claim.primary.payer_name} has not decided", amount="–"))
    share = told.primary_patient_share or 0
    rows += [
        Row(words="Contract write-off", amount=_less(told.charge - told.primary_paid - share)),
        Row(words=f"{claim.primary.payer_name} paid", amount=_less(told.primary_paid)),
        Row(words="Left to the patient by the primary", amount=dollars(share), total=True),
    ]
    if told.secondary_paid is not None:
        rows.append(Row(words=f"{second} paid", amount=_less(told.secondary_paid)))
    elif expected.amount is not None:
        rows.append(Row(words=f"Expected from {second}", amount=_less(expected.amount)))
    owed = dollars(told.expected_balance) if told.expected_balance is not None else "not known yet"
    return (*rows, Row(words="True patient share", amount=owed, total=True))


def _less(cents: Cents) -> str:
    return f"−{dollars(cents)}" if cents >= 0 else f"+{dollars(-cents)}"


def _agrees(of: Books) -> bool | None:
    return None if of.ledger is None or of.expected is None else of.reconciled


def _balance_words(of: Books) -> str:
    """Expected balance by its formula, against what the ledger shows."""
    ledger = "nobody has read the ledger yet"
    if of.ledger is not None:
        shows = f"{dollars(of.ledger.open_balance)} open, {dollars(of.ledger.patient_balance)} to the patient"
        ledger = f"the ledger shows {shows}"
    if of.expected is None:
        return f"What the patient owes is known when every payer has decided; {ledger}."
    parts = [f"{dollars(of.secondary_share)} left by the last payer" if of.secondary else "the primary's share"]
    if of.paid_elsewhere:
        parts.append(f"{dollars(of.paid_elsewhere)} that a payer paid to somebody else")
    if of.is_protected:
        parts = ["nothing: the patient may not be billed"]
    if of.ledger is not None and of.ledger.patient_paid:
        parts.append(f"less {dollars(of.ledger.patient_paid)} that the patient has paid")
    return f"Expected {dollars(of.still_owed)} = {', '.join(parts)}; {ledger}."


# ---- line by line ---------------------------------------------------------------------------------------------------


def _lines(file: CaseFile, of: Books, expected: Cents | None) -> tuple[tuple[LineShown, ...], bool]:
    """The lines as billed with what became of each, and whether the method can be told line by line."""
    primary, secondary = _by_number(of.primary), _by_number(of.secondary)
    posted = {each.number: each.posted for each in shown(of)}
    due = _due_by_line(file.rules.benefit, of, expected)
    lines = []
    for each in file.claim.lines:
        number = each.control_number or str(each.number)
        first, second = primary.get(number), secondary.get(number)
        lines.append(
            LineShown(
                number=number,
                procedure=" ".join((each.procedure, *each.modifiers)),
                charge=each.charge,
                primary_paid=first.paid if first else None,
                primary_share=_share(first.adjustments) if first else None,
                expected=due.get(number),
                secondary_paid=second.paid if second else None,
                posted=posted.get(number),
            )
        )
    return tuple(lines), bool(due)


def _by_number(remits: Sequence[RemitAdjudicated]) -> dict[str, RemitLine]:
    return {line.number or str(place): line for each in remits for place, line in enumerate(each.lines, 1)}


def _share(adjustments: Sequence[Adjustment]) -> Cents:
    return sum(each.amount for each in adjustments if each.group == "PR")


def _due_by_line(benefit: Benefit, of: Books, expected: Cents | None) -> dict[str, Cents]:
    """The method on each line alone; empty unless the lines add up to what it makes of the whole claim."""
    if expected is None:
        return {}
    found: dict[str, Cents] = {}
    for remit in of.primary:
        for place, line in enumerate(remit.lines, 1):
            alone = {"charge": line.charge, "paid": line.paid, "adjustments": line.adjustments, "lines": (line,)}
            due = contract.due(benefit, (remit.model_copy(update=alone),))
            found[line.number or str(place)] = due.secondary if due else 0
    return found if sum(found.values()) == expected else {}
