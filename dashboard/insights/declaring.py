"""Declaring an outage: many cases stuck at one hop with one payer, one decision about all of them that can be undone.

Declaring one moves the deadlines of each of its cases by a supervisor's ordinary decision (`extend`), to the day chosen
or, where that comes first, to the last day that the case's filing limit allows. Undoing it says `take_back` to each:
its clocks have their own times again. What the wait has cost in time is not undone, and the page says so.
"""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Final
from uuid import uuid4

from casebook import incidents
from casebook.errors import NoSuchRowError
from casebook.incidents import Affected, Incident, IncidentCase, Told
from casebook.opening import Transaction
from dashboard.premises import Premises
from dashboard.saying import say, stamp
from dashboard.signing.visiting import Visitor
from journey.facts import SupervisorDecided
from journey.words import Frozen, Grade, Hop, Party

USUAL_WAIT: Final = timedelta(days=14)
"""What the form proposes: an extension is at the most two weeks without a supervisor (field notes 2.3)."""

ROOM: Final = timedelta(days=7)
"""A case whose filing limit leaves less than a week to wait is left out: it must be worked, outage or not."""

MOST_DAYS: Final = 90
"""Further away than this nobody can know when a payer is back."""


class CannotDeclareError(Exception):
    """This outage cannot be declared now; says why."""


class Chosen(Frozen):
    """What a declaration would do: to which cases, until when, and which are left out."""

    told: tuple[IncidentCase, ...]
    left_out: tuple[Affected, ...]

    @property
    def at_risk(self) -> int:
        """Dollars of the cases that would wait, in cents."""
        return sum(each.at_risk for each in self.told)


def declare(at: Premises, visitor: Visitor, payer: str, hop: Hop, until: date, reason: str) -> Incident:
    """Write an outage down; its cases are yet to be told (`tell_cases`).

    Args:
        at: the office.
        visitor: who declares it.
        payer: the id of the payer that keeps the cases waiting.
        hop: where they wait.
        until: the day to which their deadlines move; `objection` has nothing against it.
        reason: why, as it will stand in every case.

    Raises:
        CannotDeclareError: it is declared already, or no case can wait.
    """
    incident_id = f"incident-{uuid4().hex[:16]}"
    with at.book.writing() as tx:
        tx.lock(f"incident/{visitor.user.practice}/{payer}/{hop}")
        if _in_force(tx, visitor, payer, hop):
            raise CannotDeclareError("This outage is declared already")
        found = chosen(tx, at, visitor, payer, hop, until)
        if not found.told:
            raise CannotDeclareError("No case of this outage can wait")
        incident = _declared(at, visitor, incident_id, payer, hop, until, reason.strip(), found)
        incidents.declare(tx, incident)
    return incident


async def tell_cases(at: Premises, visitor: Visitor, incident_id: str) -> None:
    """Say what is in force to every case that has yet to hear it; each result is written as it comes.

    Safe to run again at any time: each case's decision has an id of its own that was fixed when it was declared.
    """
    incident = await asyncio.to_thread(_find, at, visitor, incident_id)
    for each in incident.to_say:
        fact = _taken_back(at, incident, each) if incident.undone else _extended(at, incident, each)
        try:
            heard = await say(at, visitor, each.case_id, "override", fact)
            state, problem = Told(heard.state), heard.problem if heard.state == "refused" else ""
        except NoSuchRowError:
            state, problem = Told.REFUSED, "The case is gone."
        await asyncio.to_thread(_note, at, incident, each, state, problem)


def _find(at: Premises, visitor: Visitor, incident_id: str) -> Incident:
    with at.book.reading() as tx:
        return incidents.find(tx, visitor.user.practice, incident_id)


def _note(at: Premises, incident: Incident, each: IncidentCase, state: Told, problem: str) -> None:
    with at.book.writing() as tx:
        incidents.note_told(tx, incident.incident_id, each.case_id, state, problem, undo=incident.undone)


def _extended(at: Premises, incident: Incident, each: IncidentCase) -> SupervisorDecided:
    base = {**stamp(at, "decision", Party.SUPERVISOR, incident.declared_at), "fact_id": each.fact_id}
    return SupervisorDecided(
        **base,
        grade=Grade.STATED,
        decision="extend",
        person=incident.declared_by,
        reason=f"outage: {incident.reason}",
        until=each.until,
    )


def _taken_back(at: Premises, incident: Incident, each: IncidentCase) -> SupervisorDecided:
    base = {**stamp(at, "decision", Party.SUPERVISOR, incident.undone_at), "fact_id": each.undo_id}
    return SupervisorDecided(
        **base,
        grade=Grade.STATED,
        decision="take_back",
        person=incident.undone_by or "",
        reason=f"outage taken back: {incident.undone_reason}",
        takes_back=each.fact_id,
    )


def chosen(tx: Transaction, at: Premises, visitor: Visitor, payer: str, hop: Hop, until: date) -> Chosen:
    """Which cases would wait until when; no wait comes closer to a filing limit than the plan's reserve (I7)."""
    plan, today = at.plan(), at.calendar.date(at.now())
    told: list[IncidentCase] = []
    left_out: list[Affected] = []
    for each in incidents.affected(tx, visitor.user.practice, payer, hop):
        reserve = plan.in_force(payer, each.payer_class, each.provider_state).filing_reserve_days
        latest = each.filing_limit - timedelta(days=reserve) if each.filing_limit else until
        if latest < today + ROOM:
            left_out.append(each)
            continue
        told.append(_case(each, min(until, latest)))
    return Chosen(told=tuple(told), left_out=tuple(left_out))


def _case(each: Affected, until: date | None) -> IncidentCase:
    return IncidentCase(
        case_id=each.case_id,
        at_risk=each.at_risk,
        until=until,
        fact_id=f"decision:{uuid4().hex}",
        state=Told.PENDING if until else Told.LEFT_OUT,
        undo_id=f"decision:{uuid4().hex}",
        undo_state=Told.PENDING,
    )


def _declared(
    at: Premises, visitor: Visitor, incident_id: str, payer: str, hop: Hop, until: date, reason: str, chosen: Chosen
) -> Incident:
    now = at.now()
    return Incident(
        incident_id=incident_id,
        practice=visitor.user.practice,
        payer_id=payer,
        hop=hop,
        declared_by=visitor.user.name,
        declared_at=now,
        until=at.calendar.moment(now.replace(year=until.year, month=until.month, day=until.day)),
        reason=reason,
        cases=(*chosen.told, *(_case(each, None) for each in chosen.left_out)),
    )


def _in_force(tx: Transaction, visitor: Visitor, payer: str, hop: Hop) -> bool:
    known = incidents.incidents(tx, visitor.user.practice)
    return any((each.payer_id, each.hop) == (payer, hop) and not each.undone for each in known)


def objection(at: Premises, until: date, reason: str) -> str:
    """What speaks against a declaration before anything is looked up, in words; empty when nothing does."""
    today = at.calendar.date(at.now())
    if not reason.strip():
        return "Say why: the reason stands in every case that waits."
    if until <= today:
        return "The day must lie after today."
    if until > today + timedelta(days=MOST_DAYS):
        return f"Not further than {MOST_DAYS} days: nobody can know that far ahead. Declare it again then."
    return ""
