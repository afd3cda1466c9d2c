"""The first person: where nobody may sign in yet, one who may do everything and let the others in."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Final, NamedTuple

from casebook import people
from casebook.opening import Casebook
from dashboard.roles import Role
from dashboard.signing import passwords

NAME: Final = "admin"
SECRET_BYTES: Final = 15
"""Twenty characters: too many to guess, few enough to type."""


class NewPerson(NamedTuple):
    """Somebody who may sign in from now on; the password is kept nowhere and shown once."""

    name: str
    password: str


def admit_first(book: Casebook, practice: str, at: datetime) -> NewPerson | None:
    """Make `admin`, a supervisor, in a casebook without users; None when there are some.

    Args:
        book: the casebook.
        practice: whose cases the person sees.
        at: now, by the wall clock.
    """
    with book.reading() as tx:
        if people.has_users(tx):
            return None
    return admit(book, practice, at, NAME, "Administrator", Role.SUPERVISOR)


def admit(book: Casebook, practice: str, at: datetime, name: str, shown_name: str, role: Role) -> NewPerson:
    """Make a person of a role, with a random password; NameTakenError when the name is another's."""
    person = NewPerson(name, secrets.token_urlsafe(SECRET_BYTES))
    hashed = passwords.hashed(person.password)
    with book.writing() as tx:
        people.add_user(
            tx,
            practice=practice,
            name=name,
            shown_name=shown_name,
            role=role,
            at=at,
            password_hash=hashed,
        )
    return person
