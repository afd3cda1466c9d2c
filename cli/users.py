"""`baton user`: who may sign in to the pages."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

from cyclopts import App

from casebook import people
from casebook.opening import Transaction
from casebook.people import User
from cli.failures import CommandError
from cli.home import Home, Json, office
from cli.output import put_json, say, table
from dashboard.office.first_person import SECRET_BYTES, admit
from dashboard.roles import ROLE_WORDS, Role
from dashboard.signing.passwords import hashed

app = App(name="user", help="Say who may sign in to the pages.")


@app.command(name="list")
def list_(*, home: Home = None, json: Json = False) -> None:
    """List the people and services that may sign in, with their roles.

    Example: `baton user list`
    """
    with office(home) as at, at.book.reading() as tx:
        found = people.users_of(tx, at.settings.practice)
    if json:
        put_json([each.model_dump(mode="json") for each in found])
        return
    say(table(("name", "shown as", "role", "state"), [_line(each) for each in found]) if found else "Nobody yet.")


@app.command
def add(name: str, role: Role, /, *, shown_name: str = "", home: Home = None) -> None:
    """Let a person sign in; prints a password once.

    Example: `baton user add maria case_manager --shown-name "Maria Reyes"`

    Args:
        name: What they sign in with.
        role: What they are at the practice.
        shown_name: What others see beside what they did.
    """
    if role is Role.SERVICE:
        raise CommandError("services sign in with tokens: a supervisor makes them under Office")
    with office(home) as at:
        person = admit(at.book, at.settings.practice, datetime.now(UTC), name, shown_name or name, role)
    say(f"{name} may sign in as {ROLE_WORDS[role].lower()}. Password, shown this once: {person.password}")


@app.command
def password(name: str, /, *, home: Home = None) -> None:
    """Give a person a new password, printed once; all their sessions end.

    Example: `baton user password admin`

    Args:
        name: What they sign in with.
    """
    new = secrets.token_urlsafe(SECRET_BYTES)
    with office(home) as at, at.book.writing() as tx:
        people.set_password(tx, _user(tx, name, at.settings.practice).user_id, hashed(new), datetime.now(UTC))
    say(f"New password of {name}, shown this once: {new}")


@app.command
def disable(name: str, /, *, undo: bool = False, home: Home = None) -> None:
    """Keep a person out from now on.

    Example: `baton user disable maria`

    Args:
        name: What they sign in with.
        undo: Let them in again.
    """
    now = datetime.now(UTC)
    with office(home) as at, at.book.writing() as tx:
        user = _user(tx, name, at.settings.practice)
        people.set_disabled(tx, user.user_id, None if undo else now, now)
    say(f"{name} may sign in again." if undo else f"{name} is kept out, and signed out everywhere.")


def _user(tx: Transaction, name: str, practice: str) -> User:
    known = people.credentials(tx, name)
    if known is None or known.user.practice != practice:
        raise CommandError("nobody signs in under this name: `baton user list` shows those who do")
    return known.user


def _line(user: User) -> tuple[str, str, str, str]:
    return user.name, user.shown_name, ROLE_WORDS[Role(user.role)].lower(), "kept out" if user.disabled_at else "active"
