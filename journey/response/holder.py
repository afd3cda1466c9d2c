"""Who has the file, what they must do, and by when: the owner of open work, else whoever a clock waits for."""

from __future__ import annotations

from journey import clocks
from journey.case import Case, Clock, Escalation, EscalationState, Holder
from journey.evidence.marks import Mark
from journey.evidence.reading import Reading
from journey.plans.plan import ClockRow, PlanInForce
from journey.response import escalating
from journey.words import EscalationKind, Hop, Moment, Party

WATCHES_OURSELVES = frozenset({"T15", "T16", "T17", "TH", "TR"})
"""Clocks that do not say who has the file."""

_WORK: dict[EscalationKind, str] = {  # a hold is about the bill, not the file: it never says who has the file
    EscalationKind.RESUBMISSION: "get the claim to the secondary again",
    EscalationKind.COB_CORRECTION: "have the COB record put right",
    EscalationKind.POSTING_REVIEW: "bring the ledger to what the payers decided",
}
"""What the owner of an open escalation must do."""


def holder(
    case: Case,
    reading: Reading,
    hop: Hop | None,
    ticking: tuple[Clock, ...],
    escalations: tuple[Escalation, ...],
    plan: PlanInForce,
    now: Moment,
) -> Holder:
    """Who has the file: the owner of an open escalation, else the party that the newest stage clock waits for."""
    due = {each.name: each.hard or each.soft for each in ticking}
    working = [
        each
        for each in escalations
        if each.state is not EscalationState.ANSWERED and each.kind is not EscalationKind.COLLECTIONS_HOLD
    ]
    if working:
        newest = max(working, key=lambda each: (each.rung_since, each.kind.value))
        owner = escalating.ladder_of(plan, newest.kind).owner
        by = due.get(f"{clocks.LADDER_PREFIX}{newest.kind.value}") or now
        return Holder(party=owner, pending_action=_work(newest.kind, reading), since=newest.rung_since, by=by)
    stage = [each for each in ticking if each.name in plan.clocks_by_name and each.name not in WATCHES_OURSELVES]
    if stage:
        watch = max(stage, key=lambda each: (each.started_at, list(due).index(each.name)))
        row = plan.clock(watch.name)
        party = clocks.holder_of(reading, row, _attempt_of(reading, row, watch))
        return Holder(party=party, pending_action=row.pending, since=watch.started_at, by=watch.hard or now)
    return _watching(case, hop, ticking, plan, now)


def _work(kind: EscalationKind, reading: Reading) -> str:
    third = reading.payer is Party.TERTIARY or reading.current(Mark.TERTIARY_DUE)
    if kind is EscalationKind.RESUBMISSION and third:
        return "get the claim to the third payer"
    return _WORK[kind]


def _attempt_of(reading: Reading, row: ClockRow, watch: Clock) -> int:
    """The attempt whose clock this is: the third payer's, or the secondary's money that is still owed."""
    begun = (each for mark in row.starts for each in reading.made.get(mark, ()) if each.fact_id == watch.started_by)
    return max((each.attempt for each in begun), default=reading.attempt)


def _watching(case: Case, hop: Hop | None, ticking: tuple[Clock, ...], plan: PlanInForce, now: Moment) -> Holder:
    by = min((each.next_due for each in ticking if each.next_due), default=now)
    if case.resolution is not None:
        return Holder(party=Party.BATON, pending_action="watch for a takeback", since=case.resolved_at or now, by=by)
    row = next((each for each in plan.hops if each.hop is hop), plan.hops[-1])
    pending = "release the billing hold" if hop is None else f"prove: {row.hop.value}"
    return Holder(party=row.holder, pending_action=pending, since=case.as_of, by=by)
