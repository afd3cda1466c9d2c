"""Bulk work: one thing said to many cases, shown before it is done, told case by case."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from casebook import accesses, outbox, people, reading
from casebook.chosen import MOST, cases_to_call, chosen, payers_to_call
from casebook.rows import CaseRow
from dashboard.roles import Role
from dashboard.worklist.bulk_work import plan_of
from journey.facts import FACT, ContactLogged, Fact
from journey.response.resending import objections
from journey.words import Party
from tests.dashboard.conftest import PASSWORD_HASH, PEOPLE, Desk
from tests.dashboard.test_signing_in import token_in

MARIA, SAM, LEE = (PEOPLE[each][0] for each in (Role.CASE_MANAGER, Role.SUPERVISOR, Role.LEAD))


def open_rows(desk: Desk) -> tuple[CaseRow, ...]:
    """The open cases of the office."""
    with desk.premises.book.reading() as tx:
        return reading.list_cases(tx).rows


def sent(browser: TestClient, address: str, action: str, cases: Sequence[str], **fields: Any) -> Response:
    """A form of bulk work, sent from a page of this session."""
    form = {"form_token": token_in(browser.get("/password").text), "action": action, "case": list(cases), **fields}
    return browser.post(address, data=form)


def batch_in(answer: Response) -> str:
    """The batch of a preview."""
    found = re.search(r'name="batch" value="([^"]+)"', answer.text)
    assert found, answer.text
    return found[1]


def ticked(answer: Response) -> set[str]:
    """The cases that a preview proposes."""
    return set(re.findall(r'name="case" value="([^"]+)" checked', answer.text))


def waiting(desk: Desk, case_ids: Sequence[str]) -> list[Fact]:
    """What the outbox keeps for cases while no engine is there."""
    with desk.premises.book.reading() as tx:
        return [FACT.validate_json(each.body) for case_id in case_ids for each in outbox.of_case(tx, case_id)]


def test_one_call_about_many_claims_is_logged_in_each(desk: Desk) -> None:
    """One form, one person and reference, and for a single case another answer: each case gets its own contact."""
    browser, rows = desk.browser(Role.CASE_MANAGER), open_rows(desk)[:4]
    ids = [each.case_id for each in rows]
    told = {
        "contact_with": f"payer:{rows[0].payer_id}",
        "person_name": "Kim Tran",
        "call_reference": "REF-771",
        "says": "received",
        f"says.{ids[0]}": "no_record",
    }
    with desk.premises.book.reading() as tx:
        mine = [
            each.row.case_id
            for each in chosen(tx, "practice", ids)
            if any(cover.payer_id == rows[0].payer_id for cover in each.case.claim.coverages)
        ]
    seen = sent(browser, "/bulk/preview", "contact", ids, **told)
    assert seen.status_code == 200
    assert ticked(seen) == set(mine)
    assert waiting(desk, ids) == [], "a preview does nothing"
    done = sent(browser, "/bulk/do", "contact", mine, batch=batch_in(seen), **told)
    assert done.text.count("Will be sent") == len(mine)
    facts = waiting(desk, mine)
    assert len(facts) == len(mine)
    assert all(isinstance(each, ContactLogged) and each.person_name == "Kim Tran" for each in facts)
    assert [getattr(each, "says", "") for each in facts] == ["no_record", *["received"] * (len(mine) - 1)]
    assert {getattr(each, "logged_by", "") for each in facts} == {MARIA}


def test_a_form_sent_twice_says_it_once(desk: Desk) -> None:
    """A double click, a reload or a lost answer leads to no second contact, hold or claim."""
    browser, ids = desk.browser(Role.CASE_MANAGER), [each.case_id for each in open_rows(desk)[:3]]
    batch = batch_in(sent(browser, "/bulk/preview", "hold", ids, reason="patient called"))
    for _ in range(2):
        sent(browser, "/bulk/do", "hold", ids, reason="patient called", batch=batch)
    assert len(waiting(desk, ids)) == len(ids)
    again = batch_in(sent(browser, "/bulk/preview", "hold", ids, reason="patient called"))
    assert again != batch, "what is asked for anew is a new piece of work"


def test_another_persons_form_is_another_piece_of_work(desk: Desk) -> None:
    """Nobody can swallow what somebody else says by guessing the number of the form."""
    ids = [open_rows(desk)[0].case_id]
    for role in (Role.CASE_MANAGER, Role.LEAD):
        sent(desk.browser(role), "/bulk/do", "hold", ids, reason="patient called", batch="the-same")
    assert len(waiting(desk, ids)) == 2


def test_a_vague_answer_is_shown_as_one_before_it_is_logged(desk: Desk) -> None:
    """'Under review' for thirty claims moves no deadline (I5), and the preview says what is missing."""
    row = open_rows(desk)[0]
    seen = sent(
        desk.browser(Role.CASE_MANAGER), "/bulk/preview", "contact", [row.case_id], contact_with=f"payer:{row.payer_id}"
    )
    assert "Would not count" in seen.text
    assert "by which date" in seen.text


def test_the_preview_of_sending_again_tells_every_objection(desk: Desk) -> None:
    """Claims that could arrive as duplicates, or whose order is in question, are named and not ticked (I2, I6)."""
    rows = open_rows(desk)
    ids = [each.case_id for each in rows]
    seen = sent(desk.browser(Role.SUPERVISOR), "/bulk/preview", "resubmit", ids, reason="test", second_person=LEE)
    assert seen.status_code == 200
    with desk.premises.book.reading() as tx:
        speaks_against = {
            each.row.case_id: objections(each.case, plan_of(desk.premises, each.case), desk.premises.now())
            for each in chosen(tx, "practice", ids)
        }
    assert any(each.rule == "I2" for found in speaks_against.values() for each in found)
    assert ticked(seen)
    assert not ticked(seen) & {case_id for case_id, found in speaks_against.items() if found}
    assert "duplicate" in seen.text


def test_sending_again_needs_a_supervisor_and_a_second_person(desk: Desk) -> None:
    """One person alone sends no claim again, nor does a lead (field notes 4.4)."""
    ids = [open_rows(desk)[0].case_id]
    assert sent(desk.browser(Role.LEAD), "/bulk", "resubmit", ids).status_code == 403
    alone = sent(desk.browser(Role.SUPERVISOR), "/bulk/preview", "resubmit", ids, reason="test", second_person=SAM)
    nobody = sent(desk.browser(Role.SUPERVISOR), "/bulk/do", "resubmit", ids, reason="test", second_person="nobody")
    assert (alone.status_code, nobody.status_code) == (422, 422)
    assert waiting(desk, ids) == []


def test_case_managers_put_off_their_own_reminders_only(desk: Desk) -> None:
    """The work of others is a lead's to move."""
    ids = [each.case_id for each in open_rows(desk) if each.owner != MARIA][:2]
    until = str((desk.premises.now() + timedelta(days=3)).date())
    own = sent(desk.browser(Role.CASE_MANAGER), "/bulk/preview", "snooze", ids, until=until)
    lead = sent(desk.browser(Role.LEAD), "/bulk/preview", "snooze", ids, until=until)
    assert own.text.count("It is not yours") == len(ids)
    assert "It is not yours" not in lead.text
    assert ticked(own) == set()
    assert sent(desk.browser(Role.CASE_MANAGER), "/bulk", "assign", ids).status_code == 403


def test_work_is_assigned_to_people_who_are_here(desk: Desk) -> None:
    """A lead gives cases to somebody of the list; a made-up name gets none."""
    browser, ids = desk.browser(Role.LEAD), [each.case_id for each in open_rows(desk)[:2]]
    assert sent(browser, "/bulk/preview", "assign", ids, person="nobody").status_code == 422
    assert sent(browser, "/bulk/preview", "assign", ids, person=PEOPLE[Role.VIEWER][0]).status_code == 422
    seen = sent(browser, "/bulk/preview", "assign", ids, person=MARIA)
    assert seen.text.count(f"to {MARIA}.") == len(ids)


@pytest.mark.parametrize(("field", "value"), [("until", "tomorrow"), ("until", "")])
def test_a_form_that_cannot_be_read_comes_back(desk: Desk, field: str, value: str) -> None:
    """The same page again, with what to put right; nothing was done."""
    answer = sent(desk.browser(Role.LEAD), "/bulk/preview", "snooze", [open_rows(desk)[0].case_id], **{field: value})
    assert answer.status_code == 422
    assert "alert" in answer.text


def test_what_a_case_refuses_is_said_with_the_reason(desk: Desk) -> None:
    """A reminder cannot wait until a day in the past: the case says so in the preview."""
    answer = sent(desk.browser(Role.LEAD), "/bulk/preview", "snooze", [open_rows(desk)[0].case_id], until="2020-01-01")
    assert "A snooze needs a date after today" in answer.text


def test_nobody_works_on_hundreds_of_cases_unseen(desk: Desk) -> None:
    """At most 200 cases at once, and never none."""
    browser = desk.browser(Role.LEAD)
    assert sent(browser, "/bulk", "hold", [f"case-{n}" for n in range(MOST + 1)]).status_code == 422
    assert sent(browser, "/bulk", "hold", []).status_code == 422
    assert sent(browser, "/bulk", "celebrate", ["case-1"]).status_code == 422


def test_cases_of_another_practice_are_not_there(desk: Desk) -> None:
    """Ids of others in a form are left out, and nothing is said to them."""
    row = open_rows(desk)[0]
    with desk.premises.book.writing() as tx:
        people.add_user(
            tx,
            practice="south",
            name="una",
            shown_name="Una",
            role=Role.SUPERVISOR,
            at=desk.premises.wall(),
            password_hash=PASSWORD_HASH,
        )
    stranger = desk.browser()
    stranger.post("/sign-in", data={"name": "una", "password": "a long enough password"})
    assert row.patient not in sent(stranger, "/bulk", "hold", [row.case_id]).text
    done = sent(stranger, "/bulk/do", "hold", [row.case_id], reason="mine now", batch="b")
    assert "1 case did not take it" in done.text
    assert waiting(desk, [row.case_id]) == []
    assert row.payer_id not in stranger.get("/calls").text


def test_people_who_only_look_or_audit_do_no_bulk_work(desk: Desk) -> None:
    """Viewers and auditors change nothing."""
    for role in (Role.VIEWER, Role.AUDITOR):
        browser = desk.browser(role)
        assert sent(browser, "/bulk", "hold", [open_rows(desk)[0].case_id]).status_code == 403
        assert browser.get("/calls").status_code == 403


def test_bulk_work_is_noted_as_seen(desk: Desk) -> None:
    """Whoever is shown many people's cases at once stands in the access log with their number."""
    ids = [each.case_id for each in open_rows(desk)[:5]]
    sent(desk.browser(Role.CASE_MANAGER), "/bulk", "hold", ids)
    with desk.premises.book.reading() as tx:
        newest = accesses.accesses(tx, "practice")[0]
    assert (newest.what, newest.cases) == ("bulk hold", 5)


def test_payers_to_call_are_grouped(desk: Desk) -> None:
    """Each payer that has files of ours, with how many, how many overdue, and the dollars; one opens its cases."""
    now = desk.premises.now()
    with desk.premises.book.reading() as tx:
        payers = payers_to_call(tx, "practice", now, now - timedelta(days=7))
        first = cases_to_call(tx, "practice", payers[0].payer_id)
    with_payer = [each for each in open_rows(desk) if each.holder in (Party.SECONDARY, Party.TERTIARY)]
    assert sum(each.cases for each in payers) == len(with_payer)
    assert sum(each.at_risk for each in payers) == sum(each.at_risk for each in with_payer)
    browser = desk.browser(Role.CASE_MANAGER)
    assert all((each.payer_name or each.payer_id) in browser.get("/calls").text for each in payers)
    page = browser.get("/calls", params={"payer": payers[0].payer_id}).text
    assert ticked_of(page) == [each.case_id for each in first]


def ticked_of(page: str) -> list[str]:
    """The cases that a list proposes, in order."""
    return re.findall(r'name="case" value="([^"]+)" checked', page)
