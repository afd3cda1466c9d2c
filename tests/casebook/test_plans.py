"""Plan changes in the casebook: one person proposes, another decides, once, on the plan that is in force."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from casebook import plans
from casebook.errors import NoSuchRowError
from casebook.opening import Casebook, Transaction
from casebook.plans import DecidedError, OutdatedError, PlanState, SecondPersonError, VersionTakenError

NOW = datetime(2026, 3, 12, 15, tzinfo=UTC)
STANDARD = "standard-2"


def propose(tx: Transaction, version: str, based_on: str = STANDARD, **changes: Any) -> str:
    """A change of Lee's, proposed at `NOW`."""
    values: dict[str, Any] = {"practice": "north", "text": "x", "reason": "why", "by": "lee", "at": NOW}
    return plans.propose(tx, version=version, based_on=based_on, **{**values, **changes})


def approve(tx: Transaction, plan_id: str, by: str = "sam", at: datetime = NOW) -> None:
    """Sam's approval."""
    plans.approve(tx, "north", plan_id, by, at, "", STANDARD)


def test_nothing_is_in_force_before_it_is_approved(book: Casebook) -> None:
    """A proposal changes nothing by itself."""
    with book.writing() as tx:
        plan_id = propose(tx, "north-1")
        assert plans.in_force(tx, "north") is None
        approve(tx, plan_id)
        newest = plans.in_force(tx, "north")
    assert newest is not None
    assert (newest.plan_id, newest.state, newest.decided_by) == (plan_id, PlanState.APPROVED, "sam")


def test_who_proposes_does_not_decide(book: Casebook) -> None:
    """Every change is seen by a second person, for yes and for no."""
    with book.writing() as tx:
        plan_id = propose(tx, "north-1")
        with pytest.raises(SecondPersonError):
            approve(tx, plan_id, by="lee")
        with pytest.raises(SecondPersonError):
            plans.reject(tx, "north", plan_id, "lee", NOW, "no")
        assert plans.change_of(tx, "north", plan_id).state is PlanState.PROPOSED


def test_only_the_proposer_withdraws(book: Casebook) -> None:
    """Another person rejects, with a reason; taking back is the proposer's own."""
    with book.writing() as tx:
        plan_id = propose(tx, "north-1")
        with pytest.raises(SecondPersonError):
            plans.withdraw(tx, "north", plan_id, "sam", NOW)
        plans.withdraw(tx, "north", plan_id, "lee", NOW)
        assert plans.change_of(tx, "north", plan_id).state is PlanState.WITHDRAWN


def test_a_change_is_decided_once(book: Casebook) -> None:
    """Of two people who decide at the same time, the second is told."""
    with book.writing() as tx:
        plan_id = propose(tx, "north-1")
        plans.reject(tx, "north", plan_id, "sam", NOW, "too short")
        with pytest.raises(DecidedError):
            approve(tx, plan_id)
        with pytest.raises(DecidedError):
            plans.withdraw(tx, "north", plan_id, "lee", NOW)


def test_an_outdated_change_is_not_approved(book: Casebook) -> None:
    """A change made on an older plan would silently take back what came into force since."""
    with book.writing() as tx:
        first, second = propose(tx, "north-1"), propose(tx, "north-2")
        approve(tx, first)
        with pytest.raises(OutdatedError):
            approve(tx, second)
        third = propose(tx, "north-3", based_on="north-1")
        approve(tx, third, at=NOW + timedelta(hours=1))
        assert plans.id_in_force(tx, "north") == third


def test_a_version_is_given_once(book: Casebook) -> None:
    """Cases name their plan by its version; two plans of one name could not be told apart."""
    with book.writing() as tx:
        propose(tx, "north-1")
        for taken in ("north-1", STANDARD):
            with pytest.raises(VersionTakenError):
                propose(tx, taken)
        assert propose(tx, "north-1", practice="south")


def test_another_practice_sees_nothing(book: Casebook) -> None:
    """Plans are a practice's own: neither read nor decided by another."""
    with book.writing() as tx:
        plan_id = propose(tx, "north-1")
        with pytest.raises(NoSuchRowError):
            plans.change_of(tx, "south", plan_id)
        with pytest.raises(NoSuchRowError):
            plans.approve(tx, "south", plan_id, "sam", NOW, "", STANDARD)
        assert plans.changes_of(tx, "south") == ()


def test_what_was_counted_and_told_is_kept(book: Casebook) -> None:
    """The preview and the progress of re-planning outlive the process that made them."""
    with book.writing() as tx:
        plan_id = propose(tx, "north-1")
        plans.keep_preview(tx, plan_id, {"state": "counting", "cases": 3})
        plans.note_replanned(tx, plan_id, 2)
        plans.note_replanned(tx, plan_id, 1, "the engine is away")
        kept = plans.change_of(tx, "north", plan_id)
    assert (kept.preview, kept.replanned, kept.replan_problem) == (
        {"state": "counting", "cases": 3},
        3,
        "the engine is away",
    )
