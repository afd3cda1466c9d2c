"""Pages before an office that really works: the same casebook, its live cases, and one person of each role."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from casebook import people
from casebook.sessions import Session
from dashboard.premises import Premises
from dashboard.roles import Role
from dashboard.signing.visiting import Visitor
from journey.facts import ContactLogged
from journey.words import Party
from tests.dashboard.conftest import PASSWORD_HASH, PEOPLE
from tests.office import Journey, Office, plan
from worker.cases import Cases
from worker.plan_in_force import PlanOfPractice
from worker.settings import Settings

PRACTICE = "north"
"""Whose the journeys of a test's office are."""


def premises_of(
    office: Office, home: Path, cases: Cases | None = None, env: Mapping[str, str] | None = None
) -> Premises:
    """The premises of an office's pages.

    Args:
        office: the office.
        home: an empty folder.
        cases: another way to its cases, such as one to an engine that is away.
        env: further settings.
    """
    settings = Settings.load({"BATON_PRACTICE": PRACTICE, **(env or {})}, home)
    in_force = PlanOfPractice(office.book, settings)
    return Premises(settings, office.keys, office.book, cases or office.cases(), in_force, office.now)


def away(office: Office) -> Cases:
    """The cases of an office whose engine was not reached yet."""
    return Cases(None, office.book, plan, office.queue, office.tempo)


def admit_everybody(at: Premises, practice: str = PRACTICE) -> None:
    """Let one person of each role sign in."""
    with at.book.writing() as tx:
        for role, (name, shown_name) in PEOPLE.items():
            people.add_user(
                tx,
                practice=practice,
                name=name,
                shown_name=shown_name,
                role=role,
                at=at.wall(),
                password_hash=PASSWORD_HASH,
            )


def visitor(role: Role = Role.CASE_MANAGER, practice: str = PRACTICE) -> Visitor:
    """Somebody who is signed in."""
    now, (name, shown_name) = datetime.now(UTC), PEOPLE[role]
    user = people.User(
        user_id=f"{name}-of-{practice}",
        practice=practice,
        name=name,
        shown_name=shown_name,
        role=role,
        created_at=now,
    )
    return Visitor(user, Session(digest="0" * 64, user=user, form_token="token", made_at=now, used_at=now))


def contact(journey: Journey, number: int = 1, **said: Any) -> ContactLogged:
    """A call with the secondary that brought nothing, unless told otherwise; the number makes its id."""
    now = journey.now()
    return ContactLogged(
        fact_id=f"contact:{journey.number}-{number}",
        happened_at=now,
        learnt_at=now,
        sender=Party.SECONDARY,
        logged_by="maria",
        **said,
    )
