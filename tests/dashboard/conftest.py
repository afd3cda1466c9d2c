"""Pages over a casebook that a season has filled; browsers sign in for real."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from fastapi.testclient import TestClient

from casebook import people
from casebook.opening import migrate, open_casebook
from dashboard.app import application
from dashboard.premises import Premises
from dashboard.roles import Role
from journey.plans.file import standard_plan
from sandbox.live import START
from sandbox.showroom import furnish
from worker.cases import Cases
from worker.keys import KeyRing, create_key_file, read_key_file
from worker.plan_in_force import PlanOfPractice
from worker.seal import CasebookSeal
from worker.settings import Settings

PASSWORD = "a long enough password"
PASSWORD_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
"""Of the kind that is in use, but cheap: tests sign in some thousand times."""

NOBODY: Any = None
"""No engine: the cases of these premises cannot be reached."""

PEOPLE = {
    Role.VIEWER: ("vera", "Vera Looks"),
    Role.CASE_MANAGER: ("maria", "Maria Reyes"),
    Role.LEAD: ("lee", "Lee Ford"),
    Role.SUPERVISOR: ("sam", "Sam Okafor"),
    Role.AUDITOR: ("audrey", "Audrey Tor"),
}


@dataclass(frozen=True)
class Filled:
    """A casebook file that a season has filled, to be copied, and the moment at which it was left."""

    file: Path
    keys: KeyRing
    left_at: datetime


@dataclass(frozen=True)
class Desk:
    """Pages over a casebook of their own, and the way to sign in to them."""

    premises: Premises
    app: FastAPI

    def browser(self, role: Role | None = None) -> TestClient:
        """A browser, signed in as the person of a role."""
        client = TestClient(self.app, base_url="https://testserver", raise_server_exceptions=False)
        if role is not None:
            answer = client.post("/sign-in", data={"name": PEOPLE[role][0], "password": PASSWORD, "next": "/password"})
            assert answer.status_code == 200, answer.status_code
        return client


@pytest.fixture(scope="session")
async def filled(tmp_path_factory: pytest.TempPathFactory, testrun_uid: str) -> Filled:
    """Forty claims, 45 days into their season, and one person of each role; made once for all processes of a run."""
    folder = tmp_path_factory.getbasetemp().parent / f"filled-{testrun_uid}"
    folder.mkdir(exist_ok=True)
    file, ring, told = folder / "casebook.sqlite", folder / "keys.toml", folder / "left_at"
    with (folder / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            create_key_file(ring, KeyRing.new())
            left_at = await _season(file, read_key_file(ring))
            told.write_text(left_at.isoformat(), encoding="utf-8")
    return Filled(file, read_key_file(ring), datetime.fromisoformat(told.read_text(encoding="utf-8")))


async def _season(file: Path, keys: KeyRing) -> datetime:
    migrate(f"sqlite:///{file}")
    book = open_casebook(f"sqlite:///{file}", CasebookSeal(keys))
    left_at = await furnish(book, standard_plan(), claims=40, seed=7, start=START, days=45)
    with book.writing() as tx:
        for role, (name, shown_name) in PEOPLE.items():
            people.add_user(
                tx,
                practice="practice",
                name=name,
                shown_name=shown_name,
                role=role,
                at=datetime.now(UTC),
                password_hash=PASSWORD_HASH,
            )
    book.close()
    return left_at


@pytest.fixture
def desk(filled: Filled, tmp_path: Path) -> Iterator[Desk]:
    """Pages over a copy of the filled casebook; no engine runs."""
    with desk_at(filled, tmp_path, NOBODY) as made:
        yield made


@contextmanager
def desk_at(filled: Filled, home: Path, client: Any, env: dict[str, str] | None = None) -> Iterator[Desk]:
    """Pages over a copy of the filled casebook, for the length of a block.

    Args:
        filled: the casebook to copy.
        home: an empty folder.
        client: the engine's client, or `NOBODY`.
        env: further settings.
    """
    shutil.copy(filled.file, home / "casebook.sqlite")
    settings = Settings.load(env or {}, home)
    book = open_casebook(settings.casebook_url, CasebookSeal(filled.keys))
    plan = PlanOfPractice(book, settings)
    cases = Cases(client, book, plan, settings.task_queue)
    premises = Premises(settings, filled.keys, book, cases, plan, lambda: filled.left_at)
    try:
        yield Desk(premises, application(premises))
    finally:
        book.close()
