"""Plan changes: proposed by one person, decided by another, in force until the next one is approved."""

from __future__ import annotations

from enum import StrEnum
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, func, select, update

from casebook.desk_tables import PLANS
from casebook.errors import CasebookError, NoSuchRowError
from casebook.opening import Transaction
from casebook.tables import CASES
from journey.words import Frozen, Moment


class PlanState(StrEnum):
    """What became of a proposed change."""

    PROPOSED = "proposed"
    WITHDRAWN = "withdrawn"
    REJECTED = "rejected"
    APPROVED = "approved"
    """In force while no newer one is approved."""


class DecidedError(CasebookError):
    """Somebody has decided on this change already, or it was withdrawn."""


class SecondPersonError(CasebookError):
    """Who proposed a change cannot approve or reject it."""


class OutdatedError(CasebookError):
    """Another plan came into force since the change was made: it would take that one back without saying so."""


class VersionTakenError(CasebookError):
    """Another plan of the practice has this version: nobody could say under which of the two a case is."""


class PlanChange(Frozen):
    """One change of a practice's plan, whole."""

    plan_id: str
    practice: str
    state: PlanState
    version: str
    based_on: str
    """The version that it was made on."""
    text: str
    """The whole plan as TOML."""
    reason: str
    proposed_by: str
    proposed_at: Moment
    preview: dict[str, Any] | None
    """What it would have done; counts, moments and opaque case ids only."""
    decided_by: str | None
    decided_at: Moment | None
    decision_reason: str | None
    replanned: int
    """How many open cases were told of it so far."""
    replan_problem: str
    """Why that does not go on at the moment; empty while it does."""


def propose(
    tx: Transaction, *, practice: str, version: str, based_on: str, text: str, reason: str, by: str, at: Moment
) -> str:
    """Note a change that somebody proposes; returns its id.

    Args:
        tx: the transaction.
        practice: whose plan it would be.
        version: its name; no other plan of the practice may have it.
        based_on: the version in force when it was made.
        text: the whole plan, which must be valid.
        reason: why; no value of a claim.
        by: who proposes it.
        at: now, by the wall clock.

    Raises:
        VersionTakenError: another change, or the plan in force, has this version.
    """
    living = PLANS.c.state.in_((PlanState.PROPOSED, PlanState.APPROVED))
    taken = select(PLANS.c.plan_id).where(PLANS.c.practice == practice, PLANS.c.version == version, living)
    if version == based_on or tx.connection.execute(taken).first():
        raise VersionTakenError(f"another plan has the version {version}: choose a new one")
    plan_id = uuid4().hex
    row = {
        "plan_id": plan_id,
        "practice": practice,
        "state": PlanState.PROPOSED,
        "version": version,
        "based_on": based_on,
        "text": text,
        "reason": reason,
        "proposed_by": by,
        "proposed_at": at,
        "replanned": 0,
        "replan_problem": "",
    }
    tx.connection.execute(PLANS.insert().values(row))
    return plan_id


def change_of(tx: Transaction, practice: str, plan_id: str) -> PlanChange:
    """One change of a practice; NoSuchRowError when it has none of this id."""
    found = tx.connection.execute(select(PLANS).where(*_own(practice, plan_id))).mappings().one_or_none()
    if found is None:
        raise NoSuchRowError("the practice has no such plan change")
    return PlanChange.model_validate(dict(found))


def changes_of(tx: Transaction, practice: str, limit: int = 100) -> tuple[PlanChange, ...]:
    """The changes of a practice, newest first."""
    wanted = select(PLANS).where(PLANS.c.practice == practice).order_by(PLANS.c.proposed_at.desc()).limit(limit)
    return tuple(PlanChange.model_validate(dict(each)) for each in tx.connection.execute(wanted).mappings())


def in_force(tx: Transaction, practice: str) -> PlanChange | None:
    """The newest approved plan of a practice; None while it goes by its settings."""
    wanted = select(PLANS).where(PLANS.c.practice == practice, PLANS.c.state == PlanState.APPROVED)
    newest = wanted.order_by(PLANS.c.decided_at.desc(), PLANS.c.plan_id).limit(1)
    found = tx.connection.execute(newest).mappings().one_or_none()
    return PlanChange.model_validate(dict(found)) if found else None


def id_in_force(tx: Transaction, practice: str) -> str | None:
    """Which change is in force, without its text: cheap enough to ask every few seconds."""
    wanted = select(PLANS.c.plan_id).where(PLANS.c.practice == practice, PLANS.c.state == PlanState.APPROVED)
    return tx.connection.execute(wanted.order_by(PLANS.c.decided_at.desc(), PLANS.c.plan_id).limit(1)).scalar()


def withdraw(tx: Transaction, practice: str, plan_id: str, by: str, at: Moment) -> None:
    """Take back a change; only who proposed it can.

    Raises:
        SecondPersonError: another person proposed it.
        DecidedError: it was decided on before.
    """
    if change_of(tx, practice, plan_id).proposed_by != by:
        raise SecondPersonError("only the person who proposed a change can withdraw it; a supervisor can reject it")
    _decide(tx, practice, plan_id, PlanState.WITHDRAWN, by, at, "")


def reject(tx: Transaction, practice: str, plan_id: str, by: str, at: Moment, reason: str) -> None:
    """Refuse a change, with a reason; errors as for `approve`, save that an outdated one can be rejected."""
    _second_person(change_of(tx, practice, plan_id), by)
    _decide(tx, practice, plan_id, PlanState.REJECTED, by, at, reason)


def approve(tx: Transaction, practice: str, plan_id: str, by: str, at: Moment, reason: str, present: str) -> None:
    """Put a change in force: from now on it is the practice's plan.

    Args:
        tx: the transaction.
        practice: whose plan it is.
        plan_id: the change.
        by: who approves it; never who proposed it.
        at: now, by the wall clock.
        reason: what the second person wants to note; may be empty.
        present: the version in force now.

    Raises:
        SecondPersonError: the same person proposed it.
        DecidedError: it was decided on before.
        OutdatedError: it was made on another plan than the present one.
    """
    tx.lock(f"plans:{practice}")
    change = change_of(tx, practice, plan_id)
    _second_person(change, by)
    newest = in_force(tx, practice)
    if change.state is PlanState.PROPOSED and change.based_on != (newest.version if newest else present):
        raise OutdatedError("another plan came into force since this change was made: propose it anew on that one")
    _decide(tx, practice, plan_id, PlanState.APPROVED, by, at, reason)


def keep_preview(tx: Transaction, plan_id: str, preview: dict[str, Any]) -> None:
    """Keep what a change would have done, or how far counting it has come."""
    tx.connection.execute(update(PLANS).where(PLANS.c.plan_id == plan_id).values(preview=preview))


def note_replanned(tx: Transaction, plan_id: str, more: int, problem: str = "") -> None:
    """Count further open cases that were told, and say what keeps the rest from being told."""
    counted = PLANS.c.replanned + more
    tx.connection.execute(
        update(PLANS).where(PLANS.c.plan_id == plan_id).values(replanned=counted, replan_problem=problem)
    )


def cases_under_others(tx: Transaction, practice: str, version: str, after: str = "", limit: int = 100) -> list[str]:
    """Open cases of a practice whose plan is of another version, in the order of their ids.

    Args:
        tx: the transaction.
        practice: whose cases.
        version: the plan in force.
        after: the id after which to go on.
        limit: at most so many.
    """
    others = select(CASES.c.case_id).where(*_open(practice), CASES.c.plan_version != version, CASES.c.case_id > after)
    return list(tx.connection.execute(others.order_by(CASES.c.case_id).limit(limit)).scalars())


def count_by_plan(tx: Transaction, practice: str) -> dict[str, int]:
    """How many open cases of a practice are under which version."""
    counted = (
        select(CASES.c.plan_version, func.count().label("cases")).where(*_open(practice)).group_by(CASES.c.plan_version)
    )
    return {row.plan_version: row.cases for row in tx.connection.execute(counted)}


def _open(practice: str) -> tuple[ColumnElement[bool], ...]:
    return CASES.c.practice == practice, CASES.c.closed_at.is_(None)


def _own(practice: str, plan_id: str) -> tuple[ColumnElement[bool], ...]:
    return PLANS.c.plan_id == plan_id, PLANS.c.practice == practice


def _second_person(change: PlanChange, by: str) -> None:
    if change.proposed_by == by:
        raise SecondPersonError("you proposed this change: another person has to decide on it")


def _decide(tx: Transaction, practice: str, plan_id: str, state: PlanState, by: str, at: Moment, reason: str) -> None:
    undecided = update(PLANS).where(*_own(practice, plan_id), PLANS.c.state == PlanState.PROPOSED)
    done = undecided.values(state=state, decided_by=by, decided_at=at, decision_reason=reason)
    if not tx.connection.execute(done).rowcount:
        raise DecidedError("this change was decided on before: look at it again")
