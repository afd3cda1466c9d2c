"""What payers decide, line by line, in integer cents: the primary's benefit and the secondary's share after it.

Charge less all adjustments is the payment, on every line. The secondary names the prior payer's part as OA23 =
charge less the primary's patient share (field notes 1.3) and reports only the patient share that it assigns itself.
"""

from __future__ import annotations

from enum import StrEnum
from random import Random

from journey.words import Cents, Frozen
from sandbox.people import Line


class Adjustment(Frozen):
    """One CAS trio; positive cents lower the payment."""

    group: str
    reason: str
    cents: Cents


class LineDecision(Frozen):
    """One line as a payer decided it."""

    line: Line
    paid: Cents
    adjustments: tuple[Adjustment, ...] = ()

    def of(self, group: str) -> Cents:
        """The sum of one adjustment group."""
        return sum(each.cents for each in self.adjustments if each.group == group)

    def under(self, reason: str) -> Cents:
        """The sum under one reason, in whichever group."""
        return sum(each.cents for each in self.adjustments if each.reason == reason)


class Adjudication(Frozen):
    """A payer's decision on a claim."""

    lines: tuple[LineDecision, ...]

    @property
    def charge(self) -> Cents:
        """What was billed."""
        return sum(each.line.charge for each in self.lines)

    @property
    def paid(self) -> Cents:
        """What the payer pays."""
        return sum(each.paid for each in self.lines)

    @property
    def patient_share(self) -> Cents:
        """ΣPR: what this payer leaves to the patient or the next payer."""
        return sum(each.of("PR") for each in self.lines)

    @property
    def written_off(self) -> Cents:
        """What nobody owes: ΣCO and OA209 (may not be collected); the prior payer's part (OA23) is not in it."""
        return sum(each.of("CO") + each.under("209") for each in self.lines)

    @property
    def paid_to_patient(self) -> Cents:
        """What went to the patient instead of the provider (100)."""
        return sum(each.under("100") for each in self.lines)

    @property
    def owed(self) -> Cents:
        """What the patient owes the provider after it: the share, and what was paid to the patient, once."""
        other = sum(each.cents for line in self.lines for each in line.adjustments if _went_to_patient(each))
        return self.patient_share + other


def _went_to_patient(adjustment: Adjustment) -> bool:
    return adjustment.reason == "100" and adjustment.group != "PR"


class Terms(StrEnum):
    """How a secondary pays after the primary (field notes 3.2)."""

    ALL_OF_SHARE = "all_of_share"
    """Standard COB that clears the whole share."""
    NO_DEDUCTIBLE = "no_deductible"
    """A supplement that pays coinsurance and copay, never the deductible."""
    SHARED = "shared"
    """Standard COB with a benefit of its own below the share."""
    MEDICAID_RATE = "medicaid_rate"
    """Up to its own rate; the rest nobody owes."""
    NOTHING_SHARE = "nothing_share"
    """Carve-out: its benefit is below the primary's payment, the share stays with the patient."""
    NOTHING_RATE = "nothing_rate"
    """A rate below the primary's payment; the provider writes the share off."""
    COPAY_LEFT = "copay_left"
    """Medicaid's rate less a copay, which a protected patient does not owe all the same."""
    NOT_COLLECTABLE = "not_collectable"
    """Half of the share; the rest may not be collected from the patient (OA209)."""
    PROTECTED_NOTHING = "protected_nothing"
    """Nothing; the prior payer's share is written off for a QMB (CO303)."""


def primary_decision(rng: Random, lines: tuple[Line, ...]) -> Adjudication:
    """A contractual reduction, then a deductible on the first line and coinsurance on each; always a patient share."""
    allowed_percent, coinsurance = rng.randint(55, 85), rng.choice((10, 20, 20, 30))
    deductible = rng.choice((0, 0, 2500, 6000))
    decided = []
    for line in lines:
        allowed = line.charge * allowed_percent // 100
        spent = min(deductible, allowed)
        deductible -= spent
        share = max(1, (allowed - spent) * coinsurance // 100) if allowed > spent else 0
        parts = (("CO", "45", line.charge - allowed), ("PR", "1", spent), ("PR", "2", share))
        decided.append(LineDecision(line=line, paid=allowed - spent - share, adjustments=_said(parts)))
    return Adjudication(lines=tuple(decided))


def secondary_decision(primary: Adjudication, terms: Terms) -> Adjudication:
    """What the secondary pays of each line's share, what it leaves, and what nobody owes."""
    return Adjudication(lines=tuple(_secondary_line(each, terms) for each in primary.lines))


def next_decision(prior: Adjudication, pays_all: bool) -> Adjudication:
    """What a payer after the secondary decides: all of what was left, or half of it, the rest being nobody's."""
    return secondary_decision(prior, Terms.ALL_OF_SHARE if pays_all else Terms.MEDICAID_RATE)


def _secondary_line(prior: LineDecision, terms: Terms) -> LineDecision:
    share, deductible = prior.of("PR"), _deductible(prior)
    half, copay = share // 2, min(300, share // 4)
    paid, left, off = {
        Terms.ALL_OF_SHARE: (share, 0, 0),
        Terms.NO_DEDUCTIBLE: (share - deductible, deductible, 0),
        Terms.SHARED: (share * 3 // 4, share - share * 3 // 4, 0),
        Terms.MEDICAID_RATE: (half, 0, share - half),
        Terms.NOTHING_SHARE: (0, share, 0),
        Terms.NOTHING_RATE: (0, 0, share),
        Terms.COPAY_LEFT: (half, copay, share - half - copay),
        Terms.NOT_COLLECTABLE: (half, 0, share - half),
        Terms.PROTECTED_NOTHING: (0, 0, share),
    }[terms]
    reason = _REASON_LEFT.get(terms, "2")
    group, off_reason = _OFF.get(terms, ("CO", "45"))
    parts = (("OA", "23", prior.line.charge - share), ("PR", reason, left), (group, off_reason, off))
    return LineDecision(line=prior.line, paid=paid, adjustments=_said(parts))


_REASON_LEFT = {Terms.NO_DEDUCTIBLE: "1", Terms.NOTHING_SHARE: "275", Terms.COPAY_LEFT: "3"}
"""Under which reason the patient's part stands, where it is not coinsurance."""

_OFF = {Terms.NOT_COLLECTABLE: ("OA", "209"), Terms.PROTECTED_NOTHING: ("CO", "303")}
"""Under which group and reason nobody's part stands, where it is not contractual."""


def _deductible(decision: LineDecision) -> Cents:
    return sum(each.cents for each in decision.adjustments if each.reason == "1")


def moved_to_patient(decision: Adjudication, cents: Cents) -> Adjudication:
    """The same decision with a little less paid on its best paid line and left to the patient: a correction."""
    best = max(decision.lines, key=lambda each: each.paid)
    cents = min(cents, best.paid - 1)
    if cents <= 0:
        return decision
    extra = Adjustment(group="PR", reason="3", cents=cents)
    less = best.model_copy(update={"paid": best.paid - cents, "adjustments": (*best.adjustments, extra)})
    return Adjudication(lines=tuple(less if each is best else each for each in decision.lines))


def paid_elsewhere(decision: Adjudication, group: str) -> Adjudication:
    """The same decision with the money gone to the patient: nothing paid, the amount under reason 100 of a group."""
    return Adjudication(lines=tuple(_gone(each, group) for each in decision.lines))


def _gone(line: LineDecision, group: str) -> LineDecision:
    gone = _said(((group, "100", line.paid),))
    return line.model_copy(update={"paid": 0, "adjustments": (*line.adjustments, *gone)})


def reported_twice(decision: Adjudication) -> Adjudication:
    """The same payment as a careless payer reports it: the prior payer's part again as contractual (X12 RFI 1696)."""
    return Adjudication(lines=tuple(_twice(each) for each in decision.lines))


def _twice(line: LineDecision) -> LineDecision:
    kept = tuple(each for each in line.adjustments if each.reason not in ("23", "45"))
    rest = line.line.charge - line.paid - sum(each.cents for each in kept)
    return line.model_copy(update={"adjustments": (*_said((("CO", "45", rest),)), *kept)})


def split(decision: Adjudication) -> tuple[Adjudication, Adjudication]:
    """The decision as two claims: the first line, and the others."""
    return Adjudication(lines=decision.lines[:1]), Adjudication(lines=decision.lines[1:])


def refused(decision: Adjudication, group: str, reason: str, prior_share: bool = False) -> Adjudication:
    """Nothing paid: the whole charge, or what the primary left of it, stands under one reason."""
    return Adjudication(lines=tuple(_refused_line(each, group, reason, prior_share) for each in decision.lines))


def _refused_line(line: LineDecision, group: str, reason: str, prior_share: bool) -> LineDecision:
    prior = next((each.cents for each in line.adjustments if each.reason == "23"), 0) if prior_share else 0
    parts = (("OA", "23", prior), (group, reason, line.line.charge - prior))
    return LineDecision(line=line.line, paid=0, adjustments=_said(parts))


def reversed_decision(decision: Adjudication) -> Adjudication:
    """The decision taken back: payment and adjustments negated in their original groups (field notes 1.7)."""
    return Adjudication(lines=tuple(_negated(each) for each in decision.lines))


def _negated(line: LineDecision) -> LineDecision:
    back = tuple(each.model_copy(update={"cents": -each.cents}) for each in line.adjustments)
    charge = line.line.model_copy(update={"charge": -line.line.charge})
    return LineDecision(line=charge, paid=-line.paid, adjustments=back)


def _said(parts: tuple[tuple[str, str, Cents], ...]) -> tuple[Adjustment, ...]:
    return tuple(Adjustment(group=group, reason=reason, cents=cents) for group, reason, cents in parts if cents)
