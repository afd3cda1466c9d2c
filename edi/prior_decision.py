"""What an earlier payer decided, from its standing remittances to the form in which the next payer is told."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

from edi.claim_order import ClaimOrder, Problem, RefusedError
from edi.where import Frozen
from journey.claim import Claim, Coverage, ServiceLine
from journey.facts import Adjustment, RemitAdjudicated, RemitLine

_ASK_PAYER = "Ask the payer for a corrected remittance, or have the claim billed on paper"


class LineDecision(Frozen):
    """One line of a remittance beside the billed line that it decides.

    Attributes:
        line: What the payer says.
        into: Number of the billed line into which the payer bundled this one (SVD06); 0 if it did not.
    """

    line: RemitLine
    into: int = 0

    @property
    def share(self) -> int:
        """What the payer left to the patient on it, in cents."""
        return patient_share(self.line.adjustments)


class PriorDecision(Frozen):
    """One earlier payer's decision on the whole claim; cents.

    Attributes:
        paid: CLP04, over all parts of a claim that the payer split.
        adjustments: Those at claim level.
        decided_on: Date of the payment, or the day of telling if that is earlier.
        claim_number: The payer's own number of the claim.
        filing_indicator: CLP06.
        inpatient: MIA01... as sent.
        outpatient: MOA01... as sent.
        lines: For each billed line what the payer says of it; empty if it decided the claim as a whole.
    """

    paid: int
    adjustments: tuple[Adjustment, ...] = ()
    decided_on: date
    claim_number: str = ""
    filing_indicator: str = ""
    inpatient: tuple[str, ...] = ()
    outpatient: tuple[str, ...] = ()
    lines: tuple[tuple[LineDecision, ...], ...] = ()

    @property
    def shares_by_line(self) -> bool:
        """True if the patient's share stands on the lines alone; it is then told there and nowhere else."""
        return bool(self.lines) and not patient_share(self.adjustments)

    @property
    def share(self) -> int:
        """What the payer left to the patient."""
        return patient_share(self.adjustments) + sum(each.share for line in self.lines for each in line)


def patient_share(adjustments: Iterable[Adjustment]) -> int:
    """Returns the sum of the PR adjustments in cents."""
    return sum(each.amount for each in adjustments if each.group == "PR")


def decided(order: ClaimOrder, policy: Coverage) -> PriorDecision:
    """Returns what the payer of an earlier policy decided.

    Raises:
        RefusedError: With every reason why its remittances cannot be told to the next payer.
    """
    remits = tuple(each for each in order.remits if each.payer is policy.party)
    place = f"2320 payer {policy.order}"
    if not remits:
        fix = "Wait for its remittance, or load it"
        raise RefusedError(
            Problem(place=place, field="remittance", fault="this payer has no standing decision", fix=fix)
        )
    if problems := tuple(_unsound(remits, order.claim, place)):
        raise RefusedError(*problems)
    lines = _matched(order.claim.lines, tuple(line for each in remits for line in each.lines), place)
    return _decision(remits, lines, order.written_at.date())


def _decision(
    remits: tuple[RemitAdjudicated, ...], lines: tuple[tuple[LineDecision, ...], ...], today: date
) -> PriorDecision:
    newest = remits[-1]
    return PriorDecision(
        paid=sum(each.paid for each in remits),
        adjustments=tuple(adjustment for each in remits for adjustment in _at_claim_level(each)),
        # An electronic payment is often dated a day or two ahead; a decision that is told has been made by now.
        decided_on=min(today, max(each.payment_date for each in remits if each.payment_date)),
        claim_number=newest.payer_claim_number,
        filing_indicator=newest.filing_indicator,
        inpatient=newest.inpatient,
        outpatient=newest.outpatient,
        lines=lines,
    )


def _at_claim_level(remit: RemitAdjudicated) -> tuple[Adjustment, ...]:
    """The adjustments of the claim itself; older facts hold them in front of those of the lines only."""
    if remit.claim_adjustments:
        return remit.claim_adjustments
    return remit.adjustments[: len(remit.adjustments) - sum(len(line.adjustments) for line in remit.lines)]


def _unsound(remits: tuple[RemitAdjudicated, ...], claim: Claim, place: str) -> Iterator[Problem]:
    """What contradicts itself or the claim."""
    if any(each.payment_date is None for each in remits):
        yield Problem(place=place, field="DTP*573", fault="the remittance has no date", fix=_ASK_PAYER)
    if sum(each.charge for each in remits) != claim.charge:
        fault = "its remittances account for another charge than the claim's"
        yield Problem(place=place, field="CLP03", fault=fault, fix="Load the missing parts, or correct the claim")
    if any(each.charge - sum(item.amount for item in each.adjustments) != each.paid for each in remits):
        yield Problem(place=place, field="CAS", fault="charge less adjustments is not what was paid", fix=_ASK_PAYER)
    if any(each.paid < 0 for each in remits):
        yield Problem(place=place, field="AMT*D", fault="a payment below zero decides nothing", fix=_ASK_PAYER)
    if len({bool(each.lines) for each in remits}) > 1:
        fault = "one part of the decision names service lines and another does not"
        yield Problem(place=place, field="SVC", fault=fault, fix=_ASK_PAYER)


def _matched(
    billed: tuple[ServiceLine, ...], said: tuple[RemitLine, ...], place: str
) -> tuple[tuple[LineDecision, ...], ...]:
    """For each billed line what the payer says of it, by our control number, else by procedure and charge in order."""
    if not said:
        return ()
    found: list[list[RemitLine]] = [[] for _ in billed]
    by_number = {line.control_number: at for at, line in enumerate(billed) if line.control_number}
    left = [line for line in said if line.number not in by_number]
    for line in said:
        if line.number in by_number:
            found[by_number[line.number]].append(line)
    _pair(billed, left, found, place)
    if problems := tuple(_incomplete(billed, found, place)):
        raise RefusedError(*problems)
    return _with_bundles(found)


def _pair(billed: tuple[ServiceLine, ...], left: list[RemitLine], found: list[list[RemitLine]], place: str) -> None:
    """Gives lines without a number of ours to billed lines of the same procedure and charge, first to first."""
    waiting: dict[tuple[str, int], list[int]] = defaultdict(list)
    for at, line in enumerate(billed):
        if not found[at]:
            waiting[line.procedure, line.charge].append(at)
    said: dict[tuple[str, int], list[RemitLine]] = defaultdict(list)
    for each in left:
        said[each.billed_procedure or each.procedure, each.charge].append(each)
    for key, lines in said.items():
        if len(waiting[key]) != len(lines):
            fault = "lines without our control number fit no billed line, or more than one, by procedure and charge"
            raise RefusedError(Problem(place=place, field="REF*6R", fault=fault, fix=_ASK_PAYER))
        for at, each in zip(waiting[key], lines, strict=True):
            found[at].append(each)


def _incomplete(billed: tuple[ServiceLine, ...], found: list[list[RemitLine]], place: str) -> Iterator[Problem]:
    for number, line in enumerate(billed):
        where = f"{place}, 2430 line {number + 1}"
        if not found[number]:
            yield Problem(place=where, field="SVD", fault="the payer decided other lines, not this", fix=_ASK_PAYER)
        elif sum(each.charge for each in found[number]) != line.charge:
            fault = "the payer decided another charge than was billed"
            yield Problem(place=where, field="SVC02", fault=fault, fix="Correct the claim, or ask for a new remittance")
        elif any(each.charge - sum(item.amount for item in each.adjustments) != each.paid for each in found[number]):
            fault = "charge less adjustments is not what was paid"
            yield Problem(place=where, field="CAS", fault=fault, fix=_ASK_PAYER)


def _with_bundles(found: list[list[RemitLine]]) -> tuple[tuple[LineDecision, ...], ...]:
    """Lines decided under one procedure that was not billed were bundled, into the one with the highest payment."""
    groups: dict[str, list[int]] = defaultdict(list)
    for at, lines in enumerate(found):
        for each in lines:
            if each.billed_procedure and each.billed_procedure != each.procedure and at not in groups[each.procedure]:
                groups[each.procedure].append(at)
    into: dict[tuple[str, int], int] = {}
    for procedure, members in groups.items():
        carrier = max(members, key=lambda at: (sum(each.paid for each in found[at]), -at))
        into |= {(procedure, at): carrier + 1 for at in members if at != carrier}
    return tuple(
        tuple(LineDecision(line=each, into=into.get((each.procedure, at), 0)) for each in lines)
        for at, lines in enumerate(found)
    )
