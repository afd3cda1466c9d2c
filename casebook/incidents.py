"""Incidents: one payer that does not answer at one hop, seen as one thing, decided on once, undone once.

A pile of cases is *suspected* to be an outage when at least `FEWEST` of them are late there, and the share that is late
is at least `WORSE` times what is usual at the same hop with all other payers, which counts as no less than
`USUAL_AT_LEAST`. Late means that a clock which waits for the payer or the clearinghouse has rung: the plan itself says
what patience is due (`insights_figures.AWAITS_OTHERS`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, func, insert, select, update

from casebook.desk_tables import CASE_FIGURES, INCIDENT_CASES, INCIDENTS
from casebook.errors import NoSuchRowError
from casebook.opening import Transaction
from casebook.tables import CASES
from journey.words import Cents, Frozen, Hop, Moment, PayerClass

FEWEST: Final = 5
"""Late cases with one payer at one hop below which nobody would speak of an outage."""

WORSE: Final = 2.0
"""How many times the usual share must be late."""

USUAL_AT_LEAST: Final = 0.1
"""One late case in ten is usual anywhere; and where no other payer is to compare with."""

C = CASE_FIGURES.c


class Told(StrEnum):
    """What became of a decision in one case."""

    PENDING = "pending"
    """Not said yet."""
    HEARD = "heard"
    WAITS = "waits"
    """It lies in the outbox until the engine is back."""
    REFUSED = "refused"
    LEFT_OUT = "left_out"
    """The filing limit is too near; nobody was told to wait."""


class Stuck(Frozen):
    """Open cases of one payer at one hop."""

    payer_id: str
    payer_name: str
    hop: Hop
    cases: int
    at_risk: Cents
    late: int
    late_at_risk: Cents
    since: Moment
    """Since when the one that has waited longest waits there."""
    usual: float
    """The share that is late at this hop with all other payers, at least `USUAL_AT_LEAST`."""

    @property
    def share(self) -> float:
        """The share that is late."""
        return self.late / self.cases

    @property
    def suspected(self) -> bool:
        """Whether this looks like an outage."""
        return self.late >= FEWEST and self.share >= WORSE * self.usual


class Affected(Frozen):
    """A case of an incident before anything is decided."""

    case_id: str
    at_risk: Cents
    filing_limit: date | None
    payer_class: PayerClass
    provider_state: str


class IncidentCase(Frozen):
    """What became of an incident's decision, and of taking it back, in one case."""

    case_id: str
    at_risk: Cents
    until: date | None
    """To when its deadlines were moved; None where it was left out."""
    fact_id: str
    state: Told
    problem: str = ""
    undo_id: str
    undo_state: Told
    undo_problem: str = ""


class Incident(Frozen):
    """One declared outage."""

    incident_id: str
    practice: str
    payer_id: str
    hop: Hop
    declared_by: str
    declared_at: Moment
    until: Moment
    reason: str
    undone_by: str | None = None
    undone_at: Moment | None = None
    undone_reason: str | None = None
    cases: tuple[IncidentCase, ...] = ()

    @property
    def at_risk(self) -> Cents:
        """Dollars of all its cases when it was declared."""
        return sum(each.at_risk for each in self.cases)

    @property
    def undone(self) -> bool:
        """Whether the decision was taken back."""
        return self.undone_at is not None

    def with_state(self, *states: Told) -> tuple[IncidentCase, ...]:
        """Cases by what became of the decision."""
        return tuple(each for each in self.cases if each.state in states)

    @property
    def to_say(self) -> tuple[IncidentCase, ...]:
        """Cases that have yet to be told what is in force now: the decision, or that it is taken back."""
        if not self.undone:
            return self.with_state(Told.PENDING)
        told = self.with_state(Told.HEARD, Told.WAITS)
        return tuple(each for each in told if each.undo_state is Told.PENDING)


def stuck(tx: Transaction, practice: str) -> tuple[Stuck, ...]:
    """Every payer and hop with open cases, suspected outages first, then by late dollars."""
    late = C.late.is_(True)
    wanted = (
        select(
            C.payer_id,
            C.hop,
            func.max(C.payer_name).label("payer_name"),
            func.count().label("cases"),
            func.sum(C.at_risk).label("at_risk"),
            func.count().filter(late).label("late"),
            func.coalesce(func.sum(C.at_risk).filter(late), 0).label("late_at_risk"),
            func.min(C.hop_since).label("since"),
        )
        .where(*_open(practice), C.hop.is_not(None))
        .group_by(C.payer_id, C.hop)
    )
    found = [dict(each) for each in tx.connection.execute(wanted).mappings()]
    made = [Stuck.model_validate({**each, "usual": _usual(each, found)}) for each in found]
    return tuple(sorted(made, key=lambda each: (not each.suspected, -each.late_at_risk, -each.late, each.payer_id)))


def _usual(pile: dict[str, Any], piles: Iterable[dict[str, Any]]) -> float:
    others = [each for each in piles if each["hop"] == pile["hop"] and each["payer_id"] != pile["payer_id"]]
    cases = sum(each["cases"] for each in others)
    return max(USUAL_AT_LEAST, sum(each["late"] for each in others) / cases) if cases else USUAL_AT_LEAST


def affected(tx: Transaction, practice: str, payer_id: str, hop: Hop) -> tuple[Affected, ...]:
    """The open cases of a payer at a hop, the most dollars first."""
    wanted = (
        select(C.case_id, C.at_risk, C.filing_limit, CASES.c.payer_class, CASES.c.provider_state)
        .join(CASES, CASES.c.case_id == C.case_id)
        .where(*_open(practice), C.payer_id == payer_id, C.hop == hop.value)
        .order_by(C.at_risk.desc(), C.case_id)
    )
    return tuple(Affected.model_validate(dict(each)) for each in tx.connection.execute(wanted).mappings())


def declare(tx: Transaction, incident: Incident) -> None:
    """Write a new incident with its cases; each is still to be told."""
    columns = incident.model_dump(exclude={"cases"})
    tx.connection.execute(insert(INCIDENTS), {**columns, "hop": incident.hop.value})
    rows = [
        {
            **each.model_dump(exclude={"problem", "undo_problem"}),
            "incident_id": incident.incident_id,
            "state": each.state.value,
            "undo_state": each.undo_state.value,
        }
        for each in incident.cases
    ]
    if rows:
        tx.connection.execute(insert(INCIDENT_CASES), rows)


def note_told(tx: Transaction, incident_id: str, case_id: str, state: Told, problem: str, *, undo: bool) -> None:
    """Note what became of the decision in one case, or of taking it back; the words may name a date or a payer."""
    names = ("undo_state", "undo_problem") if undo else ("state", "problem")
    sealed = tx.seal(problem, _place(incident_id, case_id, names[1])) if problem else None
    tx.connection.execute(
        update(INCIDENT_CASES)
        .where(INCIDENT_CASES.c.incident_id == incident_id, INCIDENT_CASES.c.case_id == case_id)
        .values({names[0]: state.value, names[1]: sealed})
    )


def undo(tx: Transaction, incident: Incident, *, person: str, at: Moment, reason: str) -> bool:
    """Take a declared incident back; False if somebody has done so already."""
    done = tx.connection.execute(
        update(INCIDENTS)
        .where(INCIDENTS.c.incident_id == incident.incident_id, INCIDENTS.c.undone_at.is_(None))
        .values(undone_by=person, undone_at=at, undone_reason=reason)
    )
    return bool(done.rowcount)


def find(tx: Transaction, practice: str, incident_id: str) -> Incident:
    """One incident of a practice with its cases; NoSuchRowError when there is none."""
    wanted = select(INCIDENTS).where(INCIDENTS.c.practice == practice, INCIDENTS.c.incident_id == incident_id)
    row = tx.connection.execute(wanted).mappings().one_or_none()
    if row is None:
        raise NoSuchRowError("there is no such incident")
    return _incident(tx, dict(row))


def incidents(tx: Transaction, practice: str, limit: int = 50) -> tuple[Incident, ...]:
    """The incidents of a practice with their cases, the newest first."""
    wanted = select(INCIDENTS).where(INCIDENTS.c.practice == practice).order_by(INCIDENTS.c.declared_at.desc())
    rows = tx.connection.execute(wanted.limit(limit)).mappings().all()
    return tuple(_incident(tx, dict(each)) for each in rows)


def _incident(tx: Transaction, row: dict[str, Any]) -> Incident:
    wanted = select(INCIDENT_CASES).where(INCIDENT_CASES.c.incident_id == row["incident_id"])
    ordered = wanted.order_by(INCIDENT_CASES.c.at_risk.desc(), INCIDENT_CASES.c.case_id)
    cases = []
    for each in tx.connection.execute(ordered).mappings():
        where = (row["incident_id"], each["case_id"])
        words = {
            name: tx.unseal(each[name], _place(*where, name)) if each[name] else ""
            for name in ("problem", "undo_problem")
        }
        cases.append(IncidentCase.model_validate({**each, **words}))
    return Incident.model_validate({**row, "cases": cases})


def _open(practice: str) -> tuple[ColumnElement[bool], ...]:
    return (C.practice == practice, C.is_open.is_(True))


def _place(incident_id: str, case_id: str, name: str) -> str:
    return f"incident_cases.{name}/{incident_id}/{case_id}"
