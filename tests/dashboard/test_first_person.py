"""The first person: who lets the others in where nobody may sign in yet."""

from __future__ import annotations

from pathlib import Path

from fastapi.testclient import TestClient

from casebook import people
from casebook.opening import Casebook, migrate, open_casebook
from dashboard.app import application
from dashboard.office.first_person import admit_first
from dashboard.premises import Premises
from dashboard.roles import Role
from journey.plans.file import standard_plan
from worker.cases import Cases
from worker.keys import KeyRing
from worker.seal import CasebookSeal
from worker.settings import Settings


def empty(home: Path, keys: KeyRing) -> Casebook:
    """A casebook in which nobody may sign in yet."""
    migrate(f"sqlite:///{home / 'casebook.sqlite'}")
    return open_casebook(f"sqlite:///{home / 'casebook.sqlite'}", CasebookSeal(keys))


def test_the_first_person_signs_in_with_the_password_that_was_shown(tmp_path: Path, keys: KeyRing) -> None:
    """A new casebook gets one supervisor; the sign-in page says where the password is, until there is somebody."""
    book = empty(tmp_path, keys)
    cases = Cases(None, book, standard_plan, "none")
    at = Premises(Settings.load({}, tmp_path), keys, book, cases, standard_plan, Premises.wall)
    browser = TestClient(application(at), base_url="https://testserver")
    assert "Nobody may sign in yet" in browser.get("/sign-in").text
    first = admit_first(book, "practice", at.wall())
    assert first
    answer = browser.post("/sign-in", data={"name": first.name, "password": first.password, "next": "/password"})
    assert answer.url.path == "/password"
    assert "Supervisor" in answer.text
    book.close()


def test_there_is_one_first_person(tmp_path: Path, keys: KeyRing) -> None:
    """Where somebody may sign in nobody is made, however often Baton starts."""
    book = empty(tmp_path, keys)
    assert admit_first(book, "practice", Premises.wall()) is not None
    assert admit_first(book, "practice", Premises.wall()) is None
    with book.reading() as tx:
        assert people.count_users(tx, "practice", Role.SUPERVISOR) == 1
    book.close()
