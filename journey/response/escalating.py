"""Escalations: which ways out are wanted now, who owns them, how they climb. One open escalation of each kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from journey.books.money import Books
from journey.breaks.waiting import waits
from journey.case import BreakPoint, Case, Clock, Escalation, EscalationState
from journey.clocks import FILING_CLOCK, LADDER_PREFIX
from journey.evidence.reading import Reading
from journey.facts import ClockRanOut, PersonActed
from journey.plans.plan import ClockRow, Ladder, PlanInForce, Then
from journey.words import EscalationKind, Hop, Level, Mode, Moment, Party, Rung
from journey.workdays import plan_workdays

_KIND_OF_MODE: dict[Mode, tuple[EscalationKind, Rung]] = {
    Mode.CROSSOVER_DECLINED: (EscalationKind.RESUBMISSION, Rung.CASE_MANAGER),
    Mode.CROSSOVER_LOST: (EscalationKind.RESUBMISSION, Rung.CASE_MANAGER),
    Mode.CROSSOVER_ASSUMED: (EscalationKind.RESUBMISSION, Rung.CASE_MANAGER),
    Mode.REJECTED_FOR_MISMATCH: (EscalationKind.RESUBMISSION, Rung.CASE_MANAGER),
    Mode.LOST_IN_TRANSIT: (EscalationKind.RESUBMISSION, Rung.CASE_MANAGER),
    Mode.DUAL_BLAME: (EscalationKind.RESUBMISSION, Rung.LEAD),
    Mode.FILING_LIMIT: (EscalationKind.RESUBMISSION, Rung.SUPERVISOR),
    Mode.UNRECOGNISED: (EscalationKind.RESUBMISSION, Rung.CASE_MANAGER),
    Mode.DOCUMENT_WANTED: (EscalationKind.RESUBMISSION, Rung.CASE_MANAGER),
    Mode.PRIMARY_NOT_FINAL: (EscalationKind.RESUBMISSION, Rung.CASE_MANAGER),
    Mode.TERTIARY_DUE: (EscalationKind.RESUBMISSION, Rung.CASE_MANAGER),
    Mode.WRONG_ORDER: (EscalationKind.COB_CORRECTION, Rung.CASE_MANAGER),
    Mode.COVERAGE_ENDED: (EscalationKind.COB_CORRECTION, Rung.CASE_MANAGER),
    Mode.BOTH_SECOND: (EscalationKind.COB_CORRECTION, Rung.LEAD),
    Mode.NOT_POSTED: (EscalationKind.POSTING_REVIEW, Rung.CASE_MANAGER),
    Mode.POSTED_IN_PART: (EscalationKind.POSTING_REVIEW, Rung.CASE_MANAGER),
    Mode.OFFSET: (EscalationKind.POSTING_REVIEW, Rung.CASE_MANAGER),
    Mode.REPORTED_TWICE: (EscalationKind.POSTING_REVIEW, Rung.CASE_MANAGER),
    Mode.PATIENT_OVERPAID: (EscalationKind.POSTING_REVIEW, Rung.CASE_MANAGER),
    Mode.TAKEBACK: (EscalationKind.COLLECTIONS_HOLD, Rung.CASE_MANAGER),
}
"""Where each break point leads. A duplicate leads nowhere: the claim is on file, and T7 watches it. Where the patient
must act (F13, F21) our outreach runs first, and T9 leads on. Where the payer
paid the patient (F17), or nobody may be billed (F22), only a wrong ledger asks for a person, and T11 and T12 see it."""

_KIND_OF_THEN: dict[Then, EscalationKind] = {
    Then.RESUBMISSION: EscalationKind.RESUBMISSION,
    Then.PROTECTIVE_FILING: EscalationKind.RESUBMISSION,
    Then.COB_CORRECTION: EscalationKind.COB_CORRECTION,
    Then.POSTING_REVIEW: EscalationKind.POSTING_REVIEW,
    Then.COLLECTIONS_HOLD: EscalationKind.COLLECTIONS_HOLD,
}

_RUNGS = tuple(Rung)


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason to escalate."""

    kind: EscalationKind
    name: str
    says: str
    rung: Rung = Rung.CASE_MANAGER


def causes(
    case: Case,
    reading: Reading,
    breaks: tuple[BreakPoint, ...],
    clocks: tuple[Clock, ...],
    plan: PlanInForce,
    today: date,
) -> list[Cause]:
    """Every reason to escalate that holds now; break points first, because they say more than a clock."""
    return [
        *_breaches(case),
        *_of_held_back(reading),
        *_of_breaks(breaks[:1], reading),
        *_of_clocks(clocks, plan),
        *_of_filing(clocks, case.filing_limit, plan, today),
        *_of_vague(case, plan),
    ]


def _breaches(case: Case) -> Iterator[Cause]:
    if case.hold.breaches and case.resolution is None:
        says = "the patient was billed, or the account placed, during the hold"
        yield Cause(EscalationKind.COLLECTIONS_HOLD, "breach", says, Rung.SUPERVISOR)


def _of_held_back(reading: Reading) -> Iterator[Cause]:
    """A claim that our own rules refused comes back as work that names its fields and fixes."""
    held = reading.held_back
    if held:
        says = f"our own rules held the claim back: {'; '.join(held.problems)}"
        yield Cause(EscalationKind.RESUBMISSION, f"held:{held.fact_id}", says)


def _of_breaks(breaks: tuple[BreakPoint, ...], reading: Reading) -> Iterator[Cause]:
    for each in breaks:
        if each.mode in _KIND_OF_MODE and not waits(each.mode, reading):
            kind, rung = _KIND_OF_MODE[each.mode]
            yield Cause(kind, each.mode.value, each.reason, rung)


def _of_clocks(clocks: tuple[Clock, ...], plan: PlanInForce) -> Iterator[Cause]:
    for clock in clocks:
        row = plan.clocks_by_name.get(clock.name)
        if row is None or Level.HARD not in clock.fired or row.hard_then in (Then.CLOSE, Then.NOTHING):
            continue
        rung = Rung.SUPERVISOR if row.hard_then is Then.SUPERVISOR else Rung.CASE_MANAGER
        yield Cause(kind_of_clock(row, plan), clock.name, row.silence_means or row.pending, rung)


def kind_of_clock(row: ClockRow, plan: PlanInForce) -> EscalationKind:
    """Which way out a clock leads to; a clock that goes straight to the supervisor takes the way of its desk."""
    if row.hard_then in _KIND_OF_THEN:
        return _KIND_OF_THEN[row.hard_then]
    watched = {each.hop for each in plan.hops if row.name in each.clocks}
    if row.holder is Party.LEDGER:
        return EscalationKind.COLLECTIONS_HOLD
    if row.holder is Party.POSTING or watched & {Hop.PAID, Hop.POSTED}:
        return EscalationKind.POSTING_REVIEW
    if row.holder in (Party.PATIENT, Party.REGISTRATION):
        return EscalationKind.COB_CORRECTION
    return EscalationKind.RESUBMISSION


def _of_filing(clocks: tuple[Clock, ...], limit: date | None, plan: PlanInForce, today: date) -> Iterator[Cause]:
    runs = any(each.name == FILING_CLOCK for each in clocks)
    if runs and limit and (limit - today).days <= plan.filing_reserve_days:
        says = "the filing limit is near and the secondary has not taken the claim: file to protect it"
        yield Cause(EscalationKind.RESUBMISSION, FILING_CLOCK, says, Rung.SUPERVISOR)


def _of_vague(case: Case, plan: PlanInForce) -> Iterator[Cause]:
    for party, count in case.vague_answers.items():
        if count >= plan.vague_limit:
            says = f"{party.value} answered {count} times without holder, action and date"
            yield Cause(EscalationKind.RESUBMISSION, f"vague:{party.value}", says, Rung.LEAD)


def unfinished(case: Case, books: Books) -> Iterator[Cause]:
    """A posting review goes on until the ledger shows what is expected: a step on the way answers nothing."""
    working = any(each.kind is EscalationKind.POSTING_REVIEW for each in case.open_escalations)
    mismatch = books.mismatch() if working else None
    if mismatch:
        yield Cause(EscalationKind.POSTING_REVIEW, "ledger", f"the ledger is not put right yet: {mismatch.value}")


def escalated(case: Case, wanted: list[Cause], now: Moment, fact_id: str) -> tuple[Escalation, ...]:
    """The escalations after this decision: new ones raised, unwanted ones answered, the rest kept."""
    kept: list[Escalation] = []
    still = {each.kind for each in wanted}
    for each in case.escalations:
        if each.state is not EscalationState.ANSWERED and each.kind not in still:
            each = _answered(each, now, fact_id)
        kept.append(each)
    for kind in EscalationKind:
        of_kind = [each for each in wanted if each.kind is kind]
        if of_kind:
            _raise(case, kept, of_kind, now)
    return tuple(kept)


def _answered(escalation: Escalation, now: Moment, fact_id: str) -> Escalation:
    return escalation.model_copy(update={"state": EscalationState.ANSWERED, "answered_at": now, "answered_by": fact_id})


def _raise(case: Case, kept: list[Escalation], wanted: list[Cause], now: Moment) -> None:
    kind, first = wanted[0].kind, wanted[0]
    rung = max((each.rung for each in wanted), key=_RUNGS.index)
    for index, each in enumerate(kept):
        if each.kind is kind and each.state is not EscalationState.ANSWERED:
            kept[index] = _renewed(each, first, rung, now)
            return
    number = sum(each.kind is kind for each in kept) + 1
    kept.append(
        Escalation.model_construct(
            escalation_id=f"{case.case_id}:{kind.value}:{number}",
            kind=kind,
            cause=first.name,
            reason=first.says,
            raised_at=now,
            rung=rung,
            rung_since=now,
            state=EscalationState.OPEN,
            taken_by="",
            answered_at=None,
            answered_by="",
        )
    )


def _renewed(escalation: Escalation, cause: Cause, rung: Rung, now: Moment) -> Escalation:
    """An open escalation says its newest cause, and never steps down."""
    changes: dict[str, object] = {}
    if escalation.cause != cause.name:
        changes |= {"cause": cause.name, "reason": cause.says}
    if _RUNGS.index(rung) > _RUNGS.index(escalation.rung):
        changes |= {"rung": rung, "rung_since": now, "state": EscalationState.OPEN, "taken_by": ""}
    return escalation.model_copy(update=changes) if changes else escalation


def ladder_of(plan: PlanInForce, kind: EscalationKind) -> Ladder:
    """The ladder of an escalation kind; a valid plan has one for each."""
    return next(each for each in plan.ladders if each.kind is kind)


def ladder_clocks(case: Case, escalations: tuple[Escalation, ...], plan: PlanInForce) -> tuple[Clock, ...]:
    """A clock for every open escalation: acknowledged is not done, so a taken one falls back (design: ladder)."""
    calendar = plan_workdays(plan)
    clocks = []
    for each in escalations:
        if each.state is EscalationState.ANSWERED:
            continue
        ladder = ladder_of(plan, each.kind)
        patience = dict(ladder.rungs)[each.rung]
        span = ladder.falls_back_after if each.state is EscalationState.TAKEN else patience
        name = f"{LADDER_PREFIX}{each.kind.value}"
        clocks.append(
            Clock.model_construct(
                name=name,
                started_by=each.escalation_id,
                started_at=each.rung_since,
                soft=None,
                hard=calendar.add(each.rung_since, span, spread=f"{case.case_id}/{name}"),
                moved_by=(),
                cut_by="",
                fired=(),
            )
        )
    return tuple(clocks)


def climbed(escalations: tuple[Escalation, ...], rang: ClockRanOut, now: Moment) -> tuple[Escalation, ...]:
    """The escalations after a ladder clock ran out: one rung up; the supervisor's rung repeats."""
    kind = rang.clock.removeprefix(LADDER_PREFIX)
    return tuple(_up(each, now) if _is_open(each) and each.kind.value == kind else each for each in escalations)


def _is_open(escalation: Escalation) -> bool:
    return escalation.state is not EscalationState.ANSWERED


def _up(escalation: Escalation, now: Moment) -> Escalation:
    above = _RUNGS[min(_RUNGS.index(escalation.rung) + 1, len(_RUNGS) - 1)]
    return escalation.model_copy(
        update={"rung": above, "rung_since": now, "state": EscalationState.OPEN, "taken_by": ""}
    )


def acted(escalations: tuple[Escalation, ...], act: PersonActed, now: Moment) -> tuple[Escalation, ...]:
    """The escalations after someone took one or gave it back; 'done' alone ends nothing, evidence does."""
    if act.act == "taken":
        changes: dict[str, object] = {"state": EscalationState.TAKEN, "taken_by": act.person, "rung_since": now}
    elif act.act in ("given_back", "done"):
        changes = {"state": EscalationState.OPEN, "taken_by": ""}
    else:
        return escalations
    return tuple(
        each.model_copy(update=changes) if _is_open(each) and each.escalation_id == act.escalation else each
        for each in escalations
    )
