"""What a posting review says: the line, the two numbers, the probable cause, and the entries that would put it right.

All of it is derived from the case; nothing of a review is kept. It ends only when the ledger shows what is expected.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from journey.books import posted_lines
from journey.books.money import Books, Mismatch, books_of
from journey.books.posted_lines import LineShown
from journey.books.remits import own_reductions, paid_elsewhere, protecting_codes
from journey.case import Case
from journey.facts import LedgerRead, PaymentOffset
from journey.words import Cents, EscalationKind, Frozen, Mode
from journey.writing import dollars

MODES = (
    Mode.NOT_POSTED,
    Mode.POSTED_IN_PART,
    Mode.OFFSET,
    Mode.REPORTED_TWICE,
    Mode.PATIENT_PAID,
    Mode.PATIENT_OVERPAID,
    Mode.PATIENT_PROTECTED,
)
"""Break points that a posting review is about."""


class EntryKind(StrEnum):
    """What a biller books."""

    POST = "post"
    """A payment of a payer; below zero takes one back."""
    TRANSFER = "transfer"
    """From one bucket to another; the open balance stays."""
    ADJUST = "adjust"
    """A reduction that nobody owes; below zero takes one back."""
    REFUND = "refund"
    """Money given back; never booked automatically."""


class Entry(Frozen):
    """One booking that would put the account right, in cents."""

    kind: EntryKind
    amount: Cents
    line: str = ""
    """Control number or place of the service line; empty for the whole claim."""
    group: str = ""
    reason: str = ""
    """Group and reason code of an adjustment, as they should be."""
    origin: str = ""
    target: str = ""
    """The buckets of a transfer."""
    says: str
    """In words, with the amount."""


class PostingReview(Frozen):
    """What a person at the posting desk needs to put one account right."""

    mode: Mode
    cause: str
    """The probable cause, in words."""
    ledger_balance: Cents
    patient_balance: Cents
    expected_balance: Cents | None
    """What the patient owes once all is posted; None where the remittance is missing."""
    paid: Cents
    posted: Cents
    traces: tuple[str, ...] = ()
    """Trace numbers by which the payment is found in the bank."""
    lines: tuple[LineShown, ...] = ()
    """Service lines that are not posted as paid; empty where that cannot be told."""
    entries: tuple[Entry, ...] = ()
    complaint: str = ""
    """What to tell the payer, where its report caused this."""


def review(case: Case) -> PostingReview | None:
    """The posting review of a case; None while nothing asks for one, or nobody has read the ledger."""
    of = books_of(case)
    if of.ledger is None or of.reconciled or not _is_wanted(case):
        return None
    found = next((each.mode for each in case.break_points if each.mode in MODES), Mode.NOT_POSTED)
    known = of.expected is not None
    return PostingReview(
        mode=found,
        cause=_cause(case, of, found),
        ledger_balance=of.ledger.open_balance,
        patient_balance=of.ledger.patient_balance,
        expected_balance=of.expected,
        paid=of.secondary_paid,
        posted=of.ledger.secondary_posted,
        traces=tuple(dict.fromkeys(each.trace for each in of.secondary if each.trace)),
        lines=tuple(each for each in posted_lines.shown(of) if each.missing) if not of.posted_in_full else (),
        entries=tuple(entries(case, of)) if known else (),
        complaint=COMPLAINT if of.reports_twice and found is Mode.REPORTED_TWICE else "",
    )


def _is_wanted(case: Case) -> bool:
    working = any(each.kind is EscalationKind.POSTING_REVIEW for each in case.open_escalations)
    at_work = [each.mode for each in case.break_points if each.mode is not Mode.PATIENT_PROTECTED]
    return working or any(mode in MODES for mode in at_work)


def in_words(found: PostingReview) -> tuple[str, ...]:
    """The review as lines to read: cause, numbers, lines, entries."""
    expected = "not known before the remittance is here"
    if found.expected_balance is not None:
        expected = dollars(found.expected_balance)
    shown = f"ledger {dollars(found.ledger_balance)}, to the patient {dollars(found.patient_balance)}"
    told = [f"probably: {found.cause}", f"{shown}; expected {expected}"]
    told.append(f"payers after the primary paid {dollars(found.paid)}, posted {dollars(found.posted)}")
    if found.traces:
        told.append(f"find it by trace {', '.join(found.traces)}")
    for each in found.lines:
        what = f" ({each.procedure})" if each.procedure else ""
        told.append(f"line {each.number}{what}: paid {dollars(each.paid)}, posted {dollars(each.posted)}")
    told += [f"to put it right: {each.says}" for each in found.entries]
    return (*told, *((found.complaint,) if found.complaint else ()))


# ---- the probable cause ---------------------------------------------------------------------------------------------

COMPLAINT = (
    "tell the payer that its remittance repeats reductions of the prior payer and leaves out OA23 "
    "(835 guide 1.10.2.13, X12 RFI 1696)"
)

_CAUSES: dict[Mismatch, str] = {
    Mismatch.UNPOSTED: "the remittance was never posted, or went to another account",
    Mismatch.SUSPENSE: "the payment lies in unapplied cash",
    Mismatch.PARTIAL: "some service lines, or some parts of the claim, were not posted",
    Mismatch.OFFSET: "the payment was kept by the payer to settle something else, so no deposit came to post",
    Mismatch.POSTED_TWICE: "the payment was posted twice",
    Mismatch.WRONG_BUCKET: "the payment is posted, and the balance was not moved with it",
    Mismatch.FALSE_CREDIT: "a reduction was posted twice; the credit is no money, and nothing may be refunded from it",
    Mismatch.OVERPAID: "the patient paid a bill that the insurers were to pay",
    Mismatch.PROTECTED: "the balance was left with a patient who may not be billed",
    Mismatch.PROVIDER_LIABLE: "the balance was given up, and still stands to the patient",
}


def _cause(case: Case, of: Books, mode: Mode) -> str:
    if mode is Mode.REPORTED_TWICE:
        return "the payer left out OA23, and its report was posted as it came: the contractual is booked twice"
    if mode is Mode.OFFSET:
        settled = sorted({each.settles for each in _kept(case, of) if each.settles})
        return f"the payer kept the payment to settle {', '.join(settled) or 'something else'}"
    if mode is Mode.PATIENT_PAID and not of.secondary_paid:
        return "the payer paid the patient or somebody else, who owes it to us"
    mismatch = of.mismatch()
    return _CAUSES[mismatch] if mismatch else "the payer is done, and no remittance is here: get a copy of it"


def _kept(case: Case, of: Books) -> Iterator[PaymentOffset]:
    traces = {each.trace for each in of.secondary if each.trace}
    for each in case.evidence:
        if isinstance(each, PaymentOffset) and not each.names_claim and each.trace in traces and each.amount > 0:
            yield each


# ---- the entries ----------------------------------------------------------------------------------------------------


def entries(case: Case, of: Books) -> Iterator[Entry]:
    """The bookings after which the ledger shows what is expected: payment, reduction, bucket, refund."""
    ledger = of.ledger
    if ledger is None or of.expected is None:
        return
    yield from _payment(case, of, ledger)
    yield from _reduction(of, ledger)
    yield from _bucket(of, ledger)
    if of.overpaid:
        says = f"refund {dollars(of.overpaid)} to the patient, within 30 days; a person decides"
        yield Entry(kind=EntryKind.REFUND, amount=of.overpaid, target="patient", says=says)


def _payment(case: Case, of: Books, ledger: LedgerRead) -> Iterator[Entry]:
    missing = 0 if of.given_up else of.secondary_paid - ledger.secondary_posted
    from_cash = max(0, min(missing, ledger.unapplied))
    if ledger.unapplied:
        yield from _from_suspense(ledger.unapplied, from_cash)
    if missing < 0:
        says = f"take back {dollars(-missing)} that was posted twice"
        yield Entry(kind=EntryKind.POST, amount=missing, says=says)
    elif missing > from_cash:
        yield from _missing_payment(case, of, missing - from_cash)


def _from_suspense(unapplied: Cents, ours: Cents) -> Iterator[Entry]:
    cash = "unapplied cash"
    if ours:
        says = f"transfer {dollars(ours)} from {cash} to this claim's payment"
        yield Entry(kind=EntryKind.TRANSFER, amount=ours, origin=cash, target="payment", says=says)
    if rest := unapplied - ours:
        says = f"find out whose the other {dollars(rest)} of {cash} are, and move them there"
        yield Entry(kind=EntryKind.TRANSFER, amount=rest, origin=cash, target="another account", says=says)


def _missing_payment(case: Case, of: Books, missing: Cents) -> Iterator[Entry]:
    lines = [each for each in posted_lines.shown(of) if each.missing > 0]
    if sum(each.missing for each in lines) == missing:
        for each in lines:
            says = f"post {dollars(each.missing)} to line {each.number}"
            yield Entry(kind=EntryKind.POST, amount=each.missing, line=each.number, says=says)
    else:
        yield Entry(kind=EntryKind.POST, amount=missing, says=f"post {dollars(missing)}")
    for each_kept in _kept(case, of):
        what = f"against {each_kept.settles}" if each_kept.settles else "against what the payer settled"
        says = f"book the recoupment of {dollars(each_kept.amount)} {what}: no deposit will come"
        yield Entry(kind=EntryKind.TRANSFER, amount=each_kept.amount, origin="recoupment", target="payment", says=says)


def _reduction(of: Books, ledger: LedgerRead) -> Iterator[Entry]:
    """What is to be written off, or taken back, once the payment is posted in full."""
    assert of.expected is not None
    missing = 0 if of.given_up else of.secondary_paid - ledger.secondary_posted
    over = ledger.open_balance - missing - (of.expected - ledger.patient_paid)
    if over < 0:
        group, reason = _wrongly_reduced(of)
        says = f"take back {group}{reason} {dollars(-over)}"
        yield Entry(kind=EntryKind.ADJUST, amount=over, group=group, reason=reason, says=says)
    elif over > 0:
        yield from _write_offs(of, over, nothing_posted=not ledger.secondary_posted)
    if of.reports_twice:
        prior = dollars(of.charge - of.primary_share)
        says = f"read {prior} of its reductions as OA23: what earlier payers did is posted already"
        yield Entry(kind=EntryKind.ADJUST, amount=0, group="OA", reason="23", says=says)


def _wrongly_reduced(of: Books) -> tuple[str, str]:
    """The code under which too much was taken off: the payer's largest own reduction, else CO45."""
    own = sorted(own_reductions(of.secondary), key=lambda each: -each.amount)
    return (own[0].group, own[0].reason) if own else ("CO", "45")


def _write_offs(of: Books, over: Cents, *, nothing_posted: bool) -> Iterator[Entry]:
    """The payer's own reductions with their codes, where they are what is missing; else one sum."""
    own = own_reductions(of.secondary)
    if nothing_posted and own and sum(each.amount for each in own) == over and not of.is_protected:
        for each in own:
            says = f"adjust {each.group}{each.reason} {dollars(each.amount)}"
            yield Entry(kind=EntryKind.ADJUST, amount=each.amount, group=each.group, reason=each.reason, says=says)
        return
    if of.is_protected:
        said = [code for each in (*of.secondary, *of.primary) for code in protecting_codes(each)]
        says = f"write off {dollars(over)}: the patient may not be billed ({', '.join(dict.fromkeys(said))})"
    elif of.given_up:
        says = f"write off {dollars(over)} as the provider's loss"
    else:
        says = f"write off {dollars(over)} as CO45"
    yield Entry(kind=EntryKind.ADJUST, amount=over, group="CO", reason="45", says=says)


def _bucket(of: Books, ledger: LedgerRead) -> Iterator[Entry]:
    """A balance that is right in sum and stands to the wrong party."""
    owed = of.still_owed
    settled = of.posted_in_full or of.given_up
    if owed is None or not settled or ledger.open_balance != owed or ledger.patient_balance == owed:
        return
    amount = ledger.patient_balance - owed
    origin, target = ("patient", "payer") if amount > 0 else ("payer", "patient")
    why = " that the payer paid elsewhere" if any(paid_elsewhere(each) for each in of.secondary) else ""
    says = f"transfer {dollars(abs(amount))}{why} from the {origin}'s balance to the {target}'s"
    yield Entry(kind=EntryKind.TRANSFER, amount=abs(amount), origin=origin, target=target, says=says)
