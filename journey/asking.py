"""Actions: what the case asks of the world now. Each has a key; a key asked once is never asked again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from journey import orders
from journey.case import Action, ActionKind, Asked, BreakPoint, Case, Escalation, EscalationState, HoldState
from journey.clocks import FILING_CLOCK
from journey.escalating import ladder_of
from journey.facts import ClaimAcknowledged, CorrectionMade, RemitAdjudicated, StatusAnswered
from journey.marks import Mark
from journey.plan import PlanInForce, Then
from journey.reading import Reading
from journey.words import BreakState, Level, Mode, Moment, Party
from journey.workdays import plan_workdays

NEW_CLAIM_REMARKS = frozenset({"N142", "MA130"})
"""'Send a new claim, not a replacement' (field notes 1.5)."""

SEARCHES = ("member_and_date", "member_and_range", "payer_claim_number")
"""Search strategies of a status question; two different ones make a 'no record' (field notes 1.9)."""

_NEEDS_FIRST: dict[Mode, Mark] = {
    Mode.REJECTED_FOR_MISMATCH: Mark.CLAIM_CORRECTED,
    Mode.WRONG_ORDER: Mark.COB_VERIFIED,
}
"""What must have happened, after the refusal, before a claim goes out again (I6)."""


def asked_now(case: Case, reading: Reading, plan: PlanInForce, now: Moment) -> tuple[Action, ...]:
    """The actions that this case wants and has not asked for yet."""
    known = {each.key for each in case.asked}
    wanted = (
        *_hold(case, plan, now),
        *_submission(case, reading, plan, now),
        *_alarms(case, reading, plan, now),
        *_notices(case, plan, now),
    )
    fresh = {each.key: each for each in wanted if each.key not in known}
    return tuple(fresh.values())


def as_asked(action: Action) -> Asked:
    """The case's own note of an action."""
    return Asked.model_construct(
        key=action.key, kind=action.kind, asked_at=action.asked_at, ended_at=None, succeeded=None
    )


def _hold(case: Case, plan: PlanInForce, now: Moment) -> Iterator[Action]:
    kind = {
        HoldState.REQUESTED: ActionKind.REQUEST_HOLD,
        HoldState.RELEASE_REQUESTED: ActionKind.RELEASE_HOLD,
    }.get(case.hold.state)
    if kind:
        yield Action.model_construct(
            key=f"{case.case_id}:{kind.value}:{case.hold.round}",
            kind=kind,
            asked_at=now,
            reason=plan.hold.reason_code,
            to=Party.LEDGER,
            detail={"switches": ",".join(case.hold.wanted), "reason_code": plan.hold.reason_code},
        )


def _submission(case: Case, reading: Reading, plan: PlanInForce, now: Moment) -> Iterator[Action]:
    if _in_flight(case) or case.resolution is not None:
        return
    order = orders.resubmission(reading)
    point = case.break_point
    if order:
        yield _submit(case, reading, now, order.fact_id, f"supervisor: {order.reason}")
    elif _under_embargo(case, reading, plan, now):
        return
    elif point and point.mode in plan.automatic and _ready(point, reading):
        yield _submit(case, reading, now, f"{point.mode.value}:{point.evidence_for[0]}", point.reason)
    elif _protective(case, reading, plan, now):
        yield _submit(case, reading, now, f"{FILING_CLOCK}:{case.filing_limit}", "protective filing", protective=True)


def _in_flight(case: Case) -> bool:
    return any(each.kind is ActionKind.SUBMIT_SECONDARY and each.ended_at is None for each in case.asked)


def _ready(point: BreakPoint, reading: Reading) -> bool:
    """True when nothing more is needed before the claim goes out: both sides heard, corrections made (I4, I6)."""
    first = _NEEDS_FIRST.get(point.mode)
    if first is None:
        return point.state is BreakState.CONFIRMED
    done = reading.newest(first)
    return done is not None and done.at >= point.found_at


def _protective(case: Case, reading: Reading, plan: PlanInForce, now: Moment) -> bool:
    """Near the limit a claim goes out with what exists, unless the order of insurers is in question (I6, I7)."""
    if case.filing_limit is None or not any(each.name == FILING_CLOCK for each in case.clocks):
        return False
    near = _days_left(case.filing_limit, plan, now) <= plan.filing_reserve_days
    unsent = reading.newest(Mark.SUBMITTED) is None and reading.newest(Mark.PRIMARY_ADJUDICATED) is not None
    questioned = any(each.mode is Mode.WRONG_ORDER for each in case.break_points)
    return near and unsent and not questioned


def _days_left(limit: date, plan: PlanInForce, now: Moment) -> int:
    return (limit - plan_workdays(plan).local_date(now)).days


def _under_embargo(case: Case, reading: Reading, plan: PlanInForce, now: Moment) -> bool:
    """While a promised crossover may still arrive, a claim of ours would be a duplicate (I2), the limit aside (I7)."""
    promised = reading.current(Mark.PROMISED)
    void = reading.newest(Mark.DECLINED, Mark.REJECTED, Mark.DENIED)
    if promised is None or (void and void.at >= promised.at):
        return False
    calendar = plan_workdays(plan)
    ends = calendar.local_date(promised.at) + timedelta(days=plan.embargo_days)
    return calendar.local_date(now) < ends and (case.filing_limit is None or ends <= case.filing_limit)


def _submit(case: Case, reading: Reading, now: Moment, cause: str, reason: str, *, protective: bool = False) -> Action:
    """A secondary claim. Its key names its cause: what has sent one claim never sends a second (I2)."""
    frequency, original = _frequency(reading, case.break_point)
    detail = {"frequency": frequency, "original_payer_claim_number": original, **_corrections(reading)}
    if protective:
        detail["protective"] = "yes"
    return Action.model_construct(
        key=f"{case.case_id}:submit:{cause}",
        kind=ActionKind.SUBMIT_SECONDARY,
        asked_at=now,
        reason=reason,
        to=Party.CLEARINGHOUSE,
        detail=detail,
    )


def _frequency(reading: Reading, point: BreakPoint | None) -> tuple[str, str]:
    """Rejected goes out again as 1; denied after adjudication as 7 with the payer's number (field notes 1.8)."""
    named = point.evidence_for if point else ()
    for fact in (each for each in reading.evidence if each.fact_id in named):
        denied = isinstance(fact, RemitAdjudicated) and fact.payer is not Party.PRIMARY and fact.payer_claim_number
        if isinstance(fact, RemitAdjudicated) and denied and not NEW_CLAIM_REMARKS & set(fact.remarks):
            return "7", fact.payer_claim_number
    return "1", ""


def _corrections(reading: Reading) -> dict[str, str]:
    """The newest correction of each claim field."""
    corrections = [
        each for each in reading.evidence if isinstance(each, CorrectionMade) and each.corrects == "claim_data"
    ]
    return {each.field: each.after for each in corrections if each.field}


def _alarms(case: Case, reading: Reading, plan: PlanInForce, now: Moment) -> Iterator[Action]:
    for clock in case.clocks:
        row = plan.clocks_by_name.get(clock.name)
        for level in clock.fired:
            then = None if row is None else row.soft_then if level is Level.SOFT else row.hard_then
            due = clock.soft if level is Level.SOFT else clock.hard
            if row is None or then is None or due is None:
                continue
            key = f"{case.case_id}:{clock.name}:{level.value}:{due:%Y%m%dT%H%M}"
            if then is Then.ASK_STATUS:
                yield _question(reading, key, row.silence_means, now)
            if then is Then.READ_LEDGER or clock.name in _LOOKS_FIRST:
                yield _simple(f"{key}:ledger", ActionKind.READ_LEDGER, row.pending, Party.LEDGER, now)
            if then is Then.TASK:
                yield _task(key, row.holder, f"{row.pending}: {row.silence_means}", now)
    yield from _filing_tasks(case, plan, now)


_LOOKS_FIRST = frozenset({"T2", "T10", "T11", "T12", "TH"})
"""Clocks whose alarms look at the ledger once more before anybody is blamed."""


def _filing_tasks(case: Case, plan: PlanInForce, now: Moment) -> Iterator[Action]:
    for clock in case.clocks:
        if clock.name == FILING_CLOCK and case.filing_limit and clock.hard:
            days = _days_left(case.filing_limit, plan, now)
            if days <= max(plan.filing_alerts):
                key = f"{case.case_id}:{FILING_CLOCK}:{clock.hard:%Y%m%d}"
                yield _task(key, Party.SUPERVISOR, f"filing limit in {days} days, the claim is not accepted", now)


def _question(reading: Reading, key: str, reason: str, now: Moment) -> Action:
    number = _payer_number(reading)
    return Action.model_construct(
        key=key,
        kind=ActionKind.ASK_STATUS,
        asked_at=now,
        reason=reason,
        to=Party.SECONDARY,
        detail={"search": _next_search(reading, number), "payer_claim_number": number, **_corrections(reading)},
    )


def _payer_number(reading: Reading) -> str:
    known = [
        each.payer_claim_number
        for each in reading.evidence
        if isinstance(each, ClaimAcknowledged | StatusAnswered | RemitAdjudicated)
        and each.payer_claim_number
        and (each.payer if isinstance(each, RemitAdjudicated) else each.sender) is Party.SECONDARY
    ]
    return known[-1] if known else ""


def _next_search(reading: Reading, number: str) -> str:
    """Another strategy than the answers so far were found by."""
    used = {each.searched_by for each in reading.evidence if isinstance(each, StatusAnswered)}
    possible = [each for each in SEARCHES if number or each != "payer_claim_number"]
    return next((each for each in possible if each not in used), possible[0])


def _simple(key: str, kind: ActionKind, reason: str, to: Party, now: Moment) -> Action:
    return Action.model_construct(key=key, kind=kind, asked_at=now, reason=reason, to=to, detail={})


def _task(key: str, to: Party, reason: str, now: Moment) -> Action:
    detail = {"kind": "task", "escalation_id": "", "rung": "case_manager"}
    return Action.model_construct(key=key, kind=ActionKind.NOTIFY, asked_at=now, reason=reason, to=to, detail=detail)


def _notices(case: Case, plan: PlanInForce, now: Moment) -> Iterator[Action]:
    """One notice for each escalation, cause and rung; a repeated rung tells the supervisor again."""
    for each in case.escalations:
        if each.state is EscalationState.OPEN:
            yield Action.model_construct(
                key=f"{each.escalation_id}:{each.cause}:{each.rung.value}:{each.rung_since:%Y%m%dT%H%M}",
                kind=ActionKind.NOTIFY,
                asked_at=now,
                reason=each.reason,
                to=ladder_of(plan, each.kind).owner,
                detail=_escalation_detail(each),
            )


def _escalation_detail(escalation: Escalation) -> dict[str, str]:
    return {
        "kind": escalation.kind.value,
        "escalation_id": escalation.escalation_id,
        "rung": escalation.rung.value,
        "cause": escalation.cause,
    }
