"""Tokens for tests of the API: made as an administrator makes them, for a person of the desk or for a service."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from fastapi.testclient import TestClient

from casebook import people, tokens
from dashboard.api.scopes import Scope
from dashboard.roles import Role
from tests.dashboard.conftest import PEOPLE, Desk

API = "/api/v1"
EVERYTHING = tuple(Scope)


def service(desk: Desk, practice: str = "practice", name: str = "billing-system") -> str:
    """The id of a service of a practice."""
    with desk.premises.book.writing() as tx:
        known = people.credentials(tx, name)
        if known:
            return known.user.user_id
        now = datetime.now(UTC)
        made = people.add_user(tx, practice=practice, name=name, shown_name=name, role=Role.SERVICE, at=now)
    return made.user_id


def token(desk: Desk, user_id: str, *scopes: Scope, days: float = 1) -> str:
    """The secret of a token that a user's bearer shows."""
    now = datetime.now(UTC)
    with desk.premises.book.writing() as tx:
        made = tokens.make(
            tx,
            user_id=user_id,
            label="test",
            scopes=scopes or EVERYTHING,
            made_by=user_id,
            at=now,
            expires_at=now + timedelta(days=days),
        )
    return made.secret


def person(desk: Desk, role: Role) -> str:
    """The id of the person of a role."""
    with desk.premises.book.reading() as tx:
        known = people.credentials(tx, PEOPLE[role][0])
    assert known
    return known.user.user_id


def caller(desk: Desk, role: Role, *scopes: Scope) -> TestClient:
    """A client that shows a token of the person of a role; a new service for the role of services."""
    user_id = service(desk) if role is Role.SERVICE else person(desk, role)
    client = TestClient(desk.app, base_url=f"https://testserver{API}", raise_server_exceptions=False)
    client.headers["Authorization"] = f"Bearer {token(desk, user_id, *scopes)}"
    return client
