"""Signing in: who gets in, for how long, and what no other site can do in their name."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from casebook import people, sessions
from dashboard.roles import RIGHTS, Right, Role
from dashboard.signing.page import own_address
from dashboard.signing.visiting import COOKIE
from tests.dashboard.conftest import PASSWORD, PEOPLE, Desk

NAME, SHOWN = PEOPLE[Role.CASE_MANAGER]


def token_in(page: str) -> str:
    """The form token of a page."""
    found = re.search(r'name="form_token" value="([^"]+)"', page)
    assert found
    return found[1]


def test_a_right_password_opens_the_pages(desk: Desk) -> None:
    """A person of the practice signs in with name and password, in whatever case the name is written."""
    browser = desk.browser()
    answer = browser.post("/sign-in", data={"name": NAME.upper(), "password": PASSWORD, "next": "/password"})
    assert answer.url.path == "/password"
    assert SHOWN in answer.text


def test_wrong_name_and_wrong_password_look_the_same(desk: Desk) -> None:
    """Nobody learns from the sign-in page which names exist."""
    browser = desk.browser()
    pages = [
        browser.post("/sign-in", data={"name": name, "password": "wrong"}) for name in (NAME, "nobody-of-this-name")
    ]
    assert [each.status_code for each in pages] == [401, 401]
    assert pages[0].text == pages[1].text


def test_five_wrong_passwords_lock_a_name(desk: Desk) -> None:
    """A password is not found by trying: the sixth try fails even when it is right."""
    browser = desk.browser()
    for _ in range(people.TRIES):
        browser.post("/sign-in", data={"name": NAME, "password": "wrong"})
    answer = browser.post("/sign-in", data={"name": NAME, "password": PASSWORD})
    assert answer.status_code == 401
    assert "locked" in answer.text


def test_a_machine_that_tries_is_slowed_down(desk: Desk) -> None:
    """More than ten tries a minute from one address for one name are not even looked at."""
    browser = desk.browser()
    answers = [browser.post("/sign-in", data={"name": "guess", "password": str(n)}).status_code for n in range(11)]
    assert answers[-1] == 429


def test_a_copied_cookie_is_worth_nothing_after_signing_out(desk: Desk) -> None:
    """Signing out ends the session on the server."""
    browser = desk.browser(Role.CASE_MANAGER)
    copied = browser.cookies[COOKIE]
    browser.post("/sign-out", data={"form_token": token_in(browser.get("/password").text)})
    thief = desk.browser()
    thief.cookies.set(COOKIE, copied, domain="testserver.local")
    assert thief.get("/password", follow_redirects=False).status_code == 303


@pytest.mark.parametrize(("unused", "old"), [(sessions.IDLE, timedelta()), (timedelta(), sessions.ABSOLUTE)])
def test_a_session_ends_by_itself(desk: Desk, unused: timedelta, old: timedelta) -> None:
    """Fifteen minutes without use, or twelve hours in all, and a session is over."""
    now = datetime.now(UTC)
    with desk.premises.book.writing() as tx:
        known = people.credentials(tx, NAME)
        assert known
        begun = sessions.begin(tx, known.user, now - old)
        sessions.touch(tx, begun.session.digest, now - unused)
        assert sessions.find(tx, begun.secret, now) is not None
        assert sessions.find(tx, begun.secret, now + timedelta(seconds=1)) is None


def test_a_form_of_another_site_is_refused(desk: Desk) -> None:
    """A post needs the form token of this session, and must not come from elsewhere."""
    browser = desk.browser(Role.CASE_MANAGER)
    token = token_in(browser.get("/password").text)
    assert browser.post("/sign-out", data={"form_token": "guessed"}).status_code == 403
    foreign = browser.post("/sign-out", data={"form_token": token}, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403


def test_every_answer_is_locked_down(desk: Desk) -> None:
    """No foreign script or frame, nothing kept by browser or proxy."""
    answer = desk.browser(Role.VIEWER).get("/password")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_signing_in_leads_to_our_own_pages_only(target: str) -> None:
    """A link to the sign-in page cannot lead on to another site."""
    assert own_address(target) == "/"


def test_who_is_kept_out_is_out_at_once(desk: Desk) -> None:
    """A user who is disabled loses the sessions that are open."""
    browser = desk.browser(Role.CASE_MANAGER)
    with desk.premises.book.writing() as tx:
        known = people.credentials(tx, NAME)
        assert known
        people.set_disabled(tx, known.user.user_id, datetime.now(UTC), datetime.now(UTC))
    assert browser.get("/password", follow_redirects=False).status_code == 303


def test_only_supervisors_decide() -> None:
    """The table of rights: decisions, approvals and users are a supervisor's; an auditor changes nothing."""
    deciding = {
        role for role, rights in RIGHTS.items() if rights & {Right.DECIDE, Right.APPROVE_PLAN, Right.ADMINISTER}
    }
    assert deciding == {Role.SUPERVISOR}
    assert not RIGHTS[Role.AUDITOR] & {Right.WORK, Right.LEAD, Right.DECIDE, Right.FEED}
