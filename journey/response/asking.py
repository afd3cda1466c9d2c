"""Actions: what the case asks of the world now. Each has a key; a key asked once is never asked again."""

from __future__ import annotations

from collections.abc import Container, Iterator

from journey.case import Action, ActionKind, Asked, Case, Escalation, EscalationState, HoldState
from journey.clocks import FILING_CLOCK, reached_by
from journey.evidence.marks import Mark
from journey.evidence.reading import Reading
from journey.facts import StatusAnswered
from journey.plans.plan import PlanInForce, Then
from journey.response import sending
from journey.response.amends import amends
from journey.response.escalating import ladder_of
from journey.words import Level, Mode, Moment, Party

SEARCHES = ("member_and_date", "member_and_range", "payer_claim_number")
"""Search strategies of a status question; two different ones make a 'no record' (field notes 1.9)."""


def asked_now(case: Case, reading: Reading, plan: PlanInForce, now: Moment) -> tuple[Action, ...]:
    """The actions that this case wants and has not asked for yet."""
    known = {each.key for each in case.asked}
    wanted = (
        *_hold(case, plan, now),
        *sending.submissions(case, reading, plan, now),
        *_number(reading, case, now),
        *_alarms(case, reading, plan, now, known),
        *amends(case, reading, plan, now),
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


def _alarms(case: Case, reading: Reading, plan: PlanInForce, now: Moment, known: Container[str]) -> Iterator[Action]:
    """What each alarm that rang asks for; most rang long ago, so what is known already is not even written down."""
    for clock in case.clocks:
        row = plan.clocks_by_name.get(clock.name)
        for level in clock.fired:
            then = None if row is None else row.soft_then if level is Level.SOFT else row.hard_then
            due = clock.soft if level is Level.SOFT else clock.hard
            if row is None or then is None or due is None:
                continue
            key = f"{case.case_id}:{clock.name}:{level.value}:{due:%Y%m%dT%H%M}"
            if level is Level.SOFT and row.outreach and then is Then.TASK:
                continue  # its tasks have channels of their own
            if then is Then.ASK_STATUS and key not in known:
                yield _question(reading, key, row.silence_means, now)
            if (then is Then.READ_LEDGER or clock.name in _LOOKS_FIRST) and f"{key}:ledger" not in known:
                yield _simple(f"{key}:ledger", ActionKind.READ_LEDGER, row.pending, Party.LEDGER, now)
            if then is Then.TASK and key not in known:
                yield _task(key, row.holder, f"{row.pending}: {row.silence_means}", now)
    yield from _filing_tasks(case, plan, now)
    yield from _outreach(case, plan, now)
    yield from _paper(case, reading, now)


_LOOKS_FIRST = frozenset({"T2", "T10", "T11", "T12", "TH"})
"""Clocks whose alarms look at the ledger once more before anybody is blamed."""


def _outreach(case: Case, plan: PlanInForce, now: Moment) -> Iterator[Action]:
    """Tasks to reach whoever must act, each by another channel and each once; a desk of ours does the reaching."""
    for clock in case.clocks:
        row = plan.clocks_by_name.get(clock.name)
        if row is None or not row.outreach:
            continue
        for channel in reached_by(case, plan, clock):
            key = f"{case.case_id}:{clock.name}:outreach:{channel}:{clock.started_at:%Y%m%dT%H%M}"
            desk = Party.REGISTRATION if row.holder is Party.PATIENT else Party.PROVIDER
            reason = f"reach {row.holder.value} by {channel}: {row.pending}"
            yield _task(key, desk, reason, now, channel)


def _paper(case: Case, reading: Reading, now: Moment) -> Iterator[Action]:
    """Medicare in the third place takes a claim on paper: a person sends it, with both remittances."""
    due = reading.current(Mark.TERTIARY_DUE)
    if due and case.resolution is None and sending.third_on_paper(reading):
        reason = "bill the third payer on paper, with both remittances: Medicare takes no such claim electronically"
        yield _task(f"{case.case_id}:paper:{due.fact_id}", Party.PROVIDER, reason, now, "paper")


def _number(reading: Reading, case: Case, now: Moment) -> Iterator[Action]:
    """Before a claim can be replaced with the primary's new numbers, the payer's number of the old one is asked for."""
    again, point = reading.newest(Mark.PRIMARY_CORRECTED), case.break_point
    if again is None or point is None or point.mode is not Mode.PRIMARY_NOT_FINAL:
        return
    if sending.is_alive(reading) and not sending.payer_number(reading):
        reason = "the claim must be replaced, and its number at the payer is not known"
        yield _question(reading, f"{case.case_id}:number:{again.fact_id}", reason, now)


def _filing_tasks(case: Case, plan: PlanInForce, now: Moment) -> Iterator[Action]:
    for clock in case.clocks:
        if clock.name == FILING_CLOCK and case.filing_limit and clock.hard:
            days = sending.days_left(case.filing_limit, plan, now)
            if days <= max(plan.filing_alerts):
                key = f"{case.case_id}:{FILING_CLOCK}:{clock.hard:%Y%m%d}"
                yield _task(key, Party.SUPERVISOR, f"filing limit in {days} days, the claim is not accepted", now)


def _question(reading: Reading, key: str, reason: str, now: Moment) -> Action:
    number = sending.payer_number(reading)
    return Action.model_construct(
        key=key,
        kind=ActionKind.ASK_STATUS,
        asked_at=now,
        reason=reason,
        to=reading.payer,
        detail={
            "search": _next_search(reading, number),
            "payer_claim_number": number,
            **sending.corrections(reading.evidence),
        },
    )


def _next_search(reading: Reading, number: str) -> str:
    """Another strategy than the answers so far were found by."""
    used = {each.searched_by for each in reading.evidence if isinstance(each, StatusAnswered)}
    possible = [each for each in SEARCHES if number or each != "payer_claim_number"]
    return next((each for each in possible if each not in used), possible[0])


def _simple(key: str, kind: ActionKind, reason: str, to: Party, now: Moment) -> Action:
    return Action.model_construct(key=key, kind=kind, asked_at=now, reason=reason, to=to, detail={})


def _task(key: str, to: Party, reason: str, now: Moment, channel: str = "") -> Action:
    detail = {"kind": "task", "escalation_id": "", "rung": "case_manager"}
    if channel:
        detail["channel"] = channel
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
