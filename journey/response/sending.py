"""When a claim goes out, to whom, and as what: never twice at one payer, never against the order, never too early."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from itertools import takewhile

from journey.benefits.answers import insurance_type
from journey.breaks.asking import wants_primary_data
from journey.case import Action, ActionKind, BreakPoint, Case
from journey.claim import Claim, Coverage
from journey.clocks import FILING_CLOCK
from journey.evidence.marks import Mark
from journey.evidence.reading import Reading
from journey.facts import (
    ClaimAcknowledged,
    ClaimHeldBack,
    CorrectionMade,
    Fact,
    RemitAdjudicated,
    StatusAnswered,
)
from journey.plans.plan import PlanInForce
from journey.response import orders
from journey.words import BreakState, Mode, Moment, Party, PayerClass
from journey.workdays import plan_workdays

NEW_CLAIM_REMARKS = frozenset({"N142", "MA130"})
"""'Send a new claim, not a replacement' (field notes 1.5)."""

QUESTIONED = frozenset({Mode.WRONG_ORDER, Mode.BOTH_SECOND})
"""While one of them stands, the order comes first (I6)."""

_AT_ANOTHER_PAYER = frozenset({Mode.TERTIARY_DUE, Mode.COVERAGE_ENDED})
"""What goes out then goes elsewhere: a crossover that may still arrive is no reason to wait."""

_MEDICARE = frozenset({"MA", "MB"})

_ALIVE = (
    Mark.SUBMITTED,
    Mark.RECEIVED,
    Mark.ACCEPTED,
    Mark.DUPLICATE,
    Mark.DECIDED,
    Mark.PENDED_PATIENT,
    Mark.PENDED_PROVIDER,
)
_NOT_ALIVE = (
    Mark.SYNTAX_REJECTED,
    Mark.CLEARINGHOUSE_REJECTED,
    Mark.REJECTED,
    Mark.DENIED,
    Mark.NOT_FOUND,
    Mark.REVERSED,
)


def submissions(case: Case, reading: Reading, plan: PlanInForce, now: Moment) -> Iterator[Action]:
    """The claim that should go out now; at most one."""
    if _in_flight(case) or case.resolution is not None:
        return
    order = orders.resubmission(reading)
    if order:
        yield _submit(case, reading, now, order.fact_id, f"supervisor: {order.reason}")
    elif not reading.primary_open:  # nothing goes out on numbers that the primary took back (F18)
        yield from _by_itself(case, reading, plan, now)


def _by_itself(case: Case, reading: Reading, plan: PlanInForce, now: Moment) -> Iterator[Action]:
    point = case.break_point
    wanted = point is not None and point.mode in plan.automatic and _is_settled(case, point)
    if point and wanted and _ready(case, point, reading) and not _too_early(case, reading, plan, now):
        yield _submit(case, reading, now, f"{point.mode.value}:{point.evidence_for[0]}", point.reason)
    elif _protective(case, reading, plan, now) and not _under_embargo(case, reading, plan, now):
        cause = f"{FILING_CLOCK}:{case.filing_limit}"
        yield _submit(case, reading, now, cause, "protective filing", protective=True)


def _in_flight(case: Case) -> bool:
    return any(each.kind is ActionKind.SUBMIT_SECONDARY and each.ended_at is None for each in case.asked)


def _is_settled(case: Case, point: BreakPoint) -> bool:
    """No claim goes out beside a question of the order, except the one that follows from its answer (I6)."""
    return point.mode in QUESTIONED or not any(each.mode in QUESTIONED for each in case.break_points)


# ---- what must have happened first ----------------------------------------------------------------------------------


def _ready(case: Case, point: BreakPoint, reading: Reading) -> bool:
    """True when nothing more is needed before the claim goes out: both sides heard, corrections made (I4, I6)."""
    rule = _READY.get(point.mode)
    return rule(case, point, reading) if rule else point.state is BreakState.CONFIRMED


def _mismatch_corrected(_: Case, point: BreakPoint, reading: Reading) -> bool:
    """A person corrected the claim, or the refusal itself says what is right."""
    return _since(reading, Mark.CLAIM_CORRECTED, point) or bool(member_by_payer(reading, point.evidence_for[0]))


def _order_verified(_: Case, point: BreakPoint, reading: Reading) -> bool:
    return _since(reading, Mark.COB_VERIFIED, point)


def _both_agree(_: Case, point: BreakPoint, reading: Reading) -> bool:
    """Both records agree, and the primary has decided as the first payer."""
    return _since(reading, Mark.COB_AGREED, point) and _since(reading, Mark.PRIMARY_CORRECTED, point)


def _primary_data_wanted(case: Case, point: BreakPoint, reading: Reading) -> bool:
    """We hold the primary's remittance, and the payer has not seen it; asked a second time, a person must look."""
    wanted = wants_primary_data(reading.fact(point.evidence_for[0])) and bool(reading.books.primary)
    return wanted and not any(f":submit:{point.mode.value}:" in each.key and each.succeeded for each in case.asked)


def _other_policy_found(_: Case, point: BreakPoint, reading: Reading) -> bool:
    """Registration found another policy, and the claim was corrected to name it."""
    found, corrected = reading.coverage_found, reading.newest(Mark.CLAIM_CORRECTED)
    named = found is not None and corrected is not None and corrected.at >= found.happened_at >= point.found_at
    return named and reading.coverage_closed is None


def _third_can_be_billed(_: Case, __: BreakPoint, reading: Reading) -> bool:
    """The secondary's money is posted; Medicare in the third place takes paper only."""
    return reading.current(Mark.TERTIARY_DUE) is not None and not third_on_paper(reading)


def _primary_decided_again(_: Case, point: BreakPoint, reading: Reading) -> bool:
    """There are new numbers, and a claim with the old ones can be replaced, or is not alive."""
    return _since(reading, Mark.PRIMARY_CORRECTED, point) and (bool(payer_number(reading)) or not is_alive(reading))


_READY: dict[Mode, Callable[[Case, BreakPoint, Reading], bool]] = {
    Mode.REJECTED_FOR_MISMATCH: _mismatch_corrected,
    Mode.WRONG_ORDER: _order_verified,
    Mode.BOTH_SECOND: _both_agree,
    Mode.DOCUMENT_WANTED: _primary_data_wanted,
    Mode.COVERAGE_ENDED: _other_policy_found,
    Mode.TERTIARY_DUE: _third_can_be_billed,
    Mode.PRIMARY_NOT_FINAL: _primary_decided_again,
}
"""What must have happened before a claim goes out for a break point; for any other, it must be confirmed (I4)."""


def _since(reading: Reading, mark: Mark, point: BreakPoint) -> bool:
    done = reading.newest(mark)
    return done is not None and done.at >= point.found_at


def third_on_paper(reading: Reading) -> bool:
    """True where the third payer is Medicare, which takes no claim with two payers before it electronically."""
    third = reading.claim.coverage(3)
    return third is not None and _is_medicare(third)


def _is_medicare(coverage: Coverage) -> bool:
    return coverage.payer_class is PayerClass.MEDICARE or coverage.filing_indicator in _MEDICARE


def is_alive(reading: Reading) -> bool:
    """True while a claim in the attempt in force may still be decided: it was sent or seen, and nothing undid it."""
    seen, undone = reading.current(*_ALIVE), reading.current(*_NOT_ALIVE)
    return seen is not None and (undone is None or undone.at < seen.at)


# ---- too early, or almost too late ----------------------------------------------------------------------------------


def _too_early(case: Case, reading: Reading, plan: PlanInForce, now: Moment) -> bool:
    """A first-time claim waits for the embargo (I2)."""
    return may_be_duplicate(case, reading) and _under_embargo(case, reading, plan, now)


def may_be_duplicate(case: Case, reading: Reading) -> bool:
    """True for a first-time claim; a replacement and a claim to another payer are no duplicates (I2)."""
    point = case.break_point
    elsewhere = point is not None and point.mode in _AT_ANOTHER_PAYER
    return not elsewhere and _frequency(reading, point)[0] == "1"


def _under_embargo(case: Case, reading: Reading, plan: PlanInForce, now: Moment) -> bool:
    """While a promised crossover may still arrive, a claim of ours would be a duplicate (I2), the limit aside (I7)."""
    ends = embargo_end(reading, plan)
    if ends is None:
        return False
    today = plan_workdays(plan).local_date(now)
    return today < ends and (case.filing_limit is None or ends <= case.filing_limit)


def embargo_end(reading: Reading, plan: PlanInForce) -> date | None:
    """The first day on which a promised crossover is no reason to wait; None where none is promised any more."""
    promised = reading.current(Mark.PROMISED)
    void = reading.newest(Mark.DECLINED, Mark.REJECTED, Mark.DENIED)
    if promised is None or (void and void.at >= promised.at):
        return None
    return plan_workdays(plan).local_date(promised.at) + timedelta(days=plan.embargo_days)


def _protective(case: Case, reading: Reading, plan: PlanInForce, now: Moment) -> bool:
    """Near the limit a claim goes out with what exists, unless the order of insurers is in question (I6, I7)."""
    if case.filing_limit is None or not any(each.name == FILING_CLOCK for each in case.clocks):
        return False
    near = days_left(case.filing_limit, plan, now) <= plan.filing_reserve_days
    unsent = reading.newest(Mark.SUBMITTED) is None and reading.newest(Mark.PRIMARY_ADJUDICATED) is not None
    if reading.payer is Party.TERTIARY and third_on_paper(reading):
        return False
    return near and unsent and not any(each.mode in QUESTIONED for each in case.break_points)


def days_left(limit: date, plan: PlanInForce, now: Moment) -> int:
    """Calendar days to the filing limit, in the provider's time zone."""
    return (limit - plan_workdays(plan).local_date(now)).days


# ---- the claim itself -----------------------------------------------------------------------------------------------


def _submit(case: Case, reading: Reading, now: Moment, cause: str, reason: str, *, protective: bool = False) -> Action:
    """A claim to the secondary or the third payer. Its key names its cause: what sent one never sends another (I2)."""
    frequency, original = _frequency(reading, case.break_point)
    destination = "3" if _to_third(case, reading) else "2"
    detail = {
        "frequency": frequency,
        "original_payer_claim_number": original,
        "destination": destination,
        **_insurance_type(reading, destination),
        **_attachment(reading),
        **corrections(reading.evidence),
    }
    if protective:
        detail["protective"] = "yes"
    return Action.model_construct(
        key=_key(f"{case.case_id}:submit:{cause}", reading),
        kind=ActionKind.SUBMIT_SECONDARY,
        asked_at=now,
        reason=reason,
        to=Party.CLEARINGHOUSE,
        detail=detail,
    )


def _key(base: str, reading: Reading) -> str:
    """The cause; after our own rules held that claim back, with the correction that makes it another one."""
    held = [
        each
        for each in reading.evidence
        if isinstance(each, ClaimHeldBack) and (each.key == base or each.key.startswith(f"{base}:"))
    ]
    corrected = reading.newest(Mark.CLAIM_CORRECTED)
    if not held or corrected is None or corrected.at <= held[-1].happened_at:
        return base
    return f"{base}:{corrected.fact_id}"


def _to_third(case: Case, reading: Reading) -> bool:
    """True when the third payer's turn has come, or the claim that it has is sent again."""
    point = case.break_point
    due = point is not None and point.mode is Mode.TERTIARY_DUE
    return due or reading.payer is Party.TERTIARY


def _frequency(reading: Reading, point: BreakPoint | None) -> tuple[str, str]:
    """Rejected goes out again as 1; denied after adjudication as 7 with the payer's number (field notes 1.8)."""
    if point and point.mode is Mode.COVERAGE_ENDED:
        return "1", ""  # to another payer
    if point and point.mode is Mode.PRIMARY_NOT_FINAL and payer_number(reading):
        return "7", payer_number(reading)
    if point and point.mode is Mode.TERTIARY_DUE:
        number = payer_number(reading, Party.TERTIARY)
        return ("7", number) if number else ("1", "")
    named = point.evidence_for if point else ()
    for fact in (each for each in reading.evidence if each.fact_id in named):
        denied = isinstance(fact, RemitAdjudicated) and fact.payer is not Party.PRIMARY and fact.payer_claim_number
        if isinstance(fact, RemitAdjudicated) and denied and not NEW_CLAIM_REMARKS & set(fact.remarks):
            return "7", fact.payer_claim_number
    return "1", ""


def payer_number(reading: Reading, payer: Party | None = None) -> str:
    """The newest claim number that a payer gave; the payer of the attempt in force unless another is named."""
    of = payer or reading.payer
    known = [
        each.payer_claim_number
        for each in reading.evidence
        if isinstance(each, ClaimAcknowledged | StatusAnswered | RemitAdjudicated)
        and each.payer_claim_number
        and (each.payer if isinstance(each, RemitAdjudicated) else each.sender) is of
    ]
    return known[-1] if known else ""


def _insurance_type(reading: Reading, destination: str) -> dict[str, str]:
    """Why Medicare is not first, where the claim goes to Medicare (SBR05)."""
    addressee = reading.claim.coverage(int(destination))
    code = insurance_type(reading.claim, reading.evidence) if addressee and _is_medicare(addressee) else ""
    return {"insurance_type": code} if code else {}


def _attachment(reading: Reading) -> dict[str, str]:
    """The control number of the newest document that was sent for this claim."""
    sent = [
        each.reference
        for each in reading.evidence
        if isinstance(each, CorrectionMade) and each.corrects == "document" and each.reference
    ]
    return {"attachment": sent[-1]} if sent else {}


def corrections(evidence: Iterable[Fact]) -> dict[str, str]:
    """The newest correction of each claim field, by a person or by the payer's own word."""
    changes: dict[str, str] = {}
    for each in evidence:
        if isinstance(each, CorrectionMade) and each.corrects == "claim_data" and each.field:
            changes[each.field] = each.after
        elif isinstance(each, RemitAdjudicated) and each.corrected_member_id and each.payer in MEMBER_FIELDS:
            changes[MEMBER_FIELDS[each.payer]] = each.corrected_member_id
    return changes


MEMBER_FIELDS: dict[Party, str] = {Party.SECONDARY: "member_id", Party.TERTIARY: "tertiary.member_id"}
"""What a payer corrects when it names another member number (NM1*74)."""


def member_before(claim: Claim, evidence: Iterable[Fact], remit: RemitAdjudicated) -> str:
    """The member number with which the claim went out before a remittance; evidence in order of happening."""
    policy = next((each for each in claim.coverages if each.party is remit.payer), None)
    earlier = takewhile(lambda each: each.fact_id != remit.fact_id, evidence)
    return corrections(earlier).get(MEMBER_FIELDS[remit.payer], policy.member_id if policy else "")


def member_by_payer(reading: Reading, fact_id: str) -> str:
    """The member number that a refusal names, if the claim went out with another one; empty if it says nothing new."""
    remit = reading.fact(fact_id)
    if not isinstance(remit, RemitAdjudicated) or remit.payer not in MEMBER_FIELDS:
        return ""
    known = member_before(reading.claim, reading.evidence, remit)
    return remit.corrected_member_id if remit.corrected_member_id != known else ""
