"""`baton user`: who may sign in, said by whoever runs Baton."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from casebook import people
from casebook.opening import open_casebook
from dashboard.signing.passwords import fits
from tests.cli.conftest import Baton
from worker.keys import open_key_ring
from worker.seal import CasebookSeal
from worker.service import open_book
from worker.settings import Settings


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with an empty casebook."""
    settings = Settings.load({}, tmp_path)
    open_book(settings, open_key_ring(settings)).close()
    return tmp_path


def password_of(text: str) -> str:
    """The password that was shown."""
    found = re.search(r"shown this once: (\S+)", text)
    assert found
    return found[1]


def may_sign_in(home: Path, name: str, password: str) -> bool:
    """Whether the pages would take a name and a password."""
    settings = Settings.load({}, home)
    book = open_casebook(settings.casebook_url, CasebookSeal(open_key_ring(settings)))
    with book.reading() as tx:
        known = people.credentials(tx, name)
    book.close()
    return known is not None and known.user.disabled_at is None and fits(password, known.password_hash)


def test_a_person_gets_in_with_the_password_that_was_shown(baton: Baton, home: Path) -> None:
    """Adding somebody prints a password once; it is the one that counts."""
    said = baton("user", "add", "maria", "case_manager", "--shown-name", "Maria Reyes", "--home", home)
    assert said.code == 0
    assert may_sign_in(home, "maria", password_of(said.out))
    [row] = baton("user", "list", "--json", "--home", home).json
    assert (row["name"], row["shown_name"], row["role"]) == ("maria", "Maria Reyes", "case_manager")


def test_a_new_password_replaces_the_old_one(baton: Baton, home: Path) -> None:
    """A lost password is never found again, only replaced."""
    old = password_of(baton("user", "add", "sam", "supervisor", "--home", home).out)
    new = password_of(baton("user", "password", "sam", "--home", home).out)
    assert may_sign_in(home, "sam", new)
    assert not may_sign_in(home, "sam", old)


def test_who_is_kept_out_can_be_let_in_again(baton: Baton, home: Path) -> None:
    """Somebody who left is kept out, not deleted: what they did keeps their name."""
    shown = password_of(baton("user", "add", "lee", "lead", "--home", home).out)
    baton("user", "disable", "lee", "--home", home)
    assert not may_sign_in(home, "lee", shown)
    baton("user", "disable", "lee", "--undo", "--home", home)
    assert may_sign_in(home, "lee", shown)


@pytest.mark.parametrize("words", [("password", "nobody"), ("add", "feed", "service")])
def test_a_mistake_names_the_way_out(baton: Baton, home: Path, words: tuple[str, ...]) -> None:
    """An unknown name, and a service that would sign in with a password, are refused with what to do instead."""
    said = baton("user", *words, "--home", home)
    assert said.code == 2
    assert "user list" in said.err or "tokens" in said.err


def test_a_name_is_taken_once(baton: Baton, home: Path) -> None:
    """Two people never share a sign-in name."""
    baton("user", "add", "lee", "lead", "--home", home)
    said = baton("user", "add", "Lee", "viewer", "--home", home)
    assert said.code == 2
    assert "another user" in said.err
