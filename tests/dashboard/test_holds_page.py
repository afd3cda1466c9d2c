"""The page of billing holds: the dangerous ones first, and what people do about them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from casebook import outbox, people
from casebook.holds import HeldCase, HoldPage, HoldView, holds
from casebook.tables import CASES
from dashboard.roles import Role
from journey.facts import FACT, HoldAsked, SupervisorDecided
from tests.dashboard.conftest import PASSWORD, PASSWORD_HASH, PEOPLE, Desk
from tests.dashboard.test_signing_in import token_in


def found(desk: Desk, view: HoldView = HoldView.ALL, **more: Any) -> HoldPage:
    """The holds of the office."""
    with desk.premises.book.reading() as tx:
        return holds(tx, "practice", view, desk.premises.now(), **more)


def held(desk: Desk) -> HeldCase:
    """One case with a hold that can be released."""
    return next(
        each for each in found(desk, limit=500).held
        if each.row.hold_state.value in ("verified", "requested") and not each.is_permanent
    )  # fmt: skip


def post(browser: TestClient, address: str, **fields: str) -> Any:
    """A form sent from a page of this session; the page that it leads to."""
    return browser.post(address, data={"form_token": token_in(browser.get("/password").text), **fields})


def change(desk: Desk, case_id: str, **columns: Any) -> None:
    """A row as a further turn of the case would leave it."""
    with desk.premises.book.writing() as tx:
        tx.connection.execute(update(CASES).where(CASES.c.case_id == case_id).values(columns))


def test_every_open_case_with_a_balance_is_there(desk: Desk) -> None:
    """A patient who could be billed is on this page, whatever the state of the hold (I3)."""
    everything = found(desk, limit=500)
    assert everything.held
    assert all(each.row.closed_at is None for each in everything.held)
    assert everything.counts[HoldView.ALL].cases == len(everything.held)
    for view in HoldView:
        rows = [each.row for each in found(desk, view, limit=500).held]
        assert len(rows) == everything.counts[view].cases
        assert sum(max(each.patient_balance or 0, 0) for each in rows) == everything.counts[view].balance


def test_an_agency_may_have_what_is_truly_owed(desk: Desk) -> None:
    """Placed while insurers are not done, the hold is broken; after its release, for the patient's share, it is not."""
    [one, *_] = [each.row for each in found(desk, HoldView.VERIFIED, limit=500).held if not each.row.hold_breaches]
    for state, resolution, broken in (("verified", None, True), ("released", "R2", False), ("verified", "R2", True)):
        change(desk, one.case_id, placed=True, hold_state=state, resolution=resolution, patient_balance=4200)
        listed = {each.row.case_id: each.row for each in found(desk, HoldView.BREACHED, limit=500).held}
        assert (one.case_id in listed) is broken
        assert all(each.placed_too_soon or each.hold_breaches for each in listed.values())


def test_what_may_be_billed_at_any_moment_comes_first(desk: Desk) -> None:
    """Not held or not verified stands in red before all others, then what was broken, then what must be reviewed."""
    verified = found(desk, HoldView.VERIFIED, limit=500).held
    rows = [each.row for each in verified if each.row.patient_balance]
    assert len(rows) >= 3
    now = desk.premises.now()
    change(desk, rows[-1].case_id, hold_state="none", resolution=None)
    change(desk, rows[-2].case_id, hold_breaches=2, resolution=None)
    change(desk, rows[-3].case_id, hold_review_by=now + timedelta(days=1))
    order = [each.row.case_id for each in found(desk, limit=500).held]
    places = [order.index(rows[n].case_id) for n in (-1, -2, -3)]
    assert places == sorted(places)
    page = desk.browser(Role.CASE_MANAGER).get("/holds").text
    assert '<span class="pill red">None</span>' in page
    assert "Broken 2 times" in page


def test_the_list_goes_on_page_by_page(desk: Desk) -> None:
    """Each case is on exactly one page."""
    whole = [each.row.case_id for each in found(desk, limit=500).held]
    parts, page = [], 1
    while True:
        part = found(desk, page=page, limit=3)
        parts += [each.row.case_id for each in part.held]
        if not part.has_more:
            break
        page += 1
    assert parts == whole


def test_a_hold_is_asked_for_with_one_click(desk: Desk) -> None:
    """The reason stands ready; the engine being away, it is kept and the page says so."""
    case_id = held(desk).row.case_id
    page = post(desk.browser(Role.CASE_MANAGER), "/holds/ask", case_id=case_id, reason="insurer has not settled")
    assert "kept in the" in page.text
    with desk.premises.book.reading() as tx:
        (saying,) = outbox.of_case(tx, case_id)
    fact = FACT.validate_json(saying.body)
    assert isinstance(fact, HoldAsked)
    assert (fact.person, fact.reason) == (PEOPLE[Role.CASE_MANAGER][0], "insurer has not settled")


def test_only_a_supervisor_releases_a_hold(desk: Desk) -> None:
    """Releasing is a decision with a name and a reason; nobody else finds the button or the address."""
    case_id = held(desk).row.case_id
    for role in (Role.CASE_MANAGER, Role.LEAD, Role.AUDITOR):
        browser = desk.browser(role)
        assert post(browser, "/holds/release", case_id=case_id, reason="x").status_code == 403
        assert "/holds/release" not in browser.get("/holds").text
    post(desk.browser(Role.SUPERVISOR), "/holds/release", case_id=case_id, reason="the patient truly owes it")
    with desk.premises.book.reading() as tx:
        (saying,) = outbox.of_case(tx, case_id)
    fact = FACT.validate_json(saying.body)
    assert isinstance(fact, SupervisorDecided)
    assert (fact.decision, fact.person) == ("release_hold", PEOPLE[Role.SUPERVISOR][0])


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUDITOR])
def test_who_only_looks_sees_the_holds_and_asks_for_none(desk: Desk, role: Role) -> None:
    """The page can be read by all; work needs the right to it."""
    browser = desk.browser(role)
    assert browser.get("/holds").status_code == 200
    assert "/holds/ask" not in browser.get("/holds").text
    assert post(browser, "/holds/ask", case_id=held(desk).row.case_id, reason="x").status_code == 403


def test_holds_of_another_practice_are_not_there(desk: Desk) -> None:
    """Neither in the list nor by id."""
    with desk.premises.book.writing() as tx:
        people.add_user(
            tx,
            practice="south",
            name="una",
            shown_name="Una",
            role="supervisor",
            at=desk.premises.wall(),
            password_hash=PASSWORD_HASH,
        )
    una, case_id = desk.browser(), held(desk).row.case_id
    una.post("/sign-in", data={"name": "una", "password": PASSWORD})
    assert "No patient balance is waiting" in una.get("/holds").text
    assert post(una, "/holds/ask", case_id=case_id, reason="x").status_code == 404
    assert post(una, "/holds/release", case_id=case_id, reason="x").status_code == 404
