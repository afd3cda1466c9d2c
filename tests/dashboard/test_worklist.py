from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient

from casebook import accesses, people, reading, worklist
from casebook.record import record
from casebook.rows import CaseRow
from casebook.worklist import Grouping, View, Wanted
from dashboard.roles import Role
from dashboard.spreadsheet import harmless
from tests.dashboard.conftest import PASSWORD, PASSWORD_HASH, Desk


def wanted(desk: Desk, view: View = View.EVERYONE) -> Wanted:
    """A list of the practice, as the case manager asks for it."""
    return Wanted(practice="practice", now=desk.premises.now(), view=view, me="maria")


def rows(desk: Desk, view: View = View.EVERYONE) -> tuple[CaseRow, ...]:
    """What the list should show."""
    with desk.premises.book.reading() as tx:
        return worklist.page(tx, wanted(desk, view)).rows


def shown(page: str) -> list[str]:
    """The cases of a page, in its order."""
    return re.findall(r'<tr data-case="([^"]+)"', page)


def token(page: str) -> str:
    """The form token of a page."""
    return page.split('name="form_token" value="')[1].split('"')[0]


def own(desk: Desk, *case_ids: str) -> None:
    """Make these cases the case manager's."""
    with desk.premises.book.writing() as tx:
        for each in case_ids:
            case = reading.case_state(tx, each)
            record(tx, case.model_copy(update={"owner": "maria", "revision": case.revision + 1}), "")


def stranger(desk: Desk) -> TestClient:
    """A supervisor of another practice, signed in."""
    with desk.premises.book.writing() as tx:
        people.add_user(
            tx,
            practice="elsewhere",
            name="olga",
            shown_name="Olga",
            role=Role.SUPERVISOR,
            at=datetime.now(UTC),
            password_hash=PASSWORD_HASH,
        )
    client = desk.browser()
    client.post("/sign-in", data={"name": "olga", "password": PASSWORD, "next": "/password"})
    return client


def test_the_worklist_is_the_first_page_and_needs_a_sign_in(desk: Desk) -> None:
    """Whoever comes is led to the list, by way of the sign-in."""
    assert desk.browser(Role.VIEWER).get("/", follow_redirects=False).headers["location"] == "/worklist"
    there = desk.browser().get("/worklist", follow_redirects=False)
    assert (there.status_code, there.headers["location"]) == (303, "/sign-in?next=/worklist")


def test_rows_stand_in_the_order_of_their_latest_safe_date(desk: Desk) -> None:
    """What cannot wait is on top; the page shows the list whole, and only what is being worked."""
    found = shown(desk.browser(Role.CASE_MANAGER).get("/worklist?view=everyone").text)
    expected = rows(desk)
    assert found == [each.case_id for each in expected]
    assert len(found) > 5
    assert [each.safe_by for each in expected] == sorted(each.safe_by for each in expected)
    assert not any(each.resolution for each in expected)


def test_a_row_answers_who_what_and_by_when(desk: Desk) -> None:
    """The three answers, the six marks in words, dollars and hold stand in the row itself, not only in colours."""
    page = desk.browser(Role.CASE_MANAGER).get("/worklist?view=everyone").text
    first, row = page.split("<tr data-case=")[1], rows(desk)[0]
    assert row.patient in first
    assert f'href="/cases/{row.case_id}?view=everyone' in first
    assert re.search(r'role="img" aria-label="(Proven|Only stated|Only assumed|Nothing heard|Refuted): ', first)
    assert row.pending_action.split(" ", 1)[1] in first.replace("&#39;", "'")
    assert "since " in first
    assert f"${row.at_risk / 100:,.2f}" in first


def test_chosen_rows_go_to_the_bulk_work_in_one_form(desk: Desk) -> None:
    """Each row has a box of the one form, which bears the session's token and says what to do."""
    page = desk.browser(Role.CASE_MANAGER).get("/worklist?view=everyone").text
    form = page.split('<form method="post" action="/bulk">')[1].split("</form>")[0]
    assert re.findall(r'name="case" value="([^"]+)"', form) == shown(page)
    assert 'name="form_token"' in form
    assert '<select name="action">' in form
    assert 'value="resubmit"' not in form, "a case manager may not send at once"


def test_who_only_looks_has_no_boxes_and_no_export(desk: Desk) -> None:
    """A viewer is offered nothing that would be refused, and is refused it all the same."""
    viewer = desk.browser(Role.VIEWER)
    page = viewer.get("/worklist?view=everyone").text
    assert 'name="case"' not in page
    assert "worklist.csv" not in page
    assert viewer.get("/worklist.csv?view=everyone").status_code == 403


def test_another_practice_sees_nothing(desk: Desk) -> None:
    """Lists, counts, groups, search and export end at the practice's door."""
    client = stranger(desk)
    page = client.get("/worklist?view=everyone").text
    assert shown(page) == []
    assert set(re.findall(r'class="count">(\d+)<', page)) == {"0"}
    assert 'class="sum"' not in client.get("/worklist?view=everyone&group=hop").text
    assert len(client.get("/worklist.csv?view=everyone").text.splitlines()) == 1
    name = rows(desk)[0].patient.split(" ")[-1]
    assert shown(client.post("/worklist/search", data={"form_token": token(page), "text": name}).text) == []


def test_tabs_count_what_they_show(desk: Desk) -> None:
    """The figure on a tab is the length of the list behind it."""
    browser = desk.browser(Role.CASE_MANAGER)
    own(desk, *(each.case_id for each in rows(desk)[:3]))
    page = browser.get("/worklist").text
    tabs = re.findall(r'<a href="/worklist\?view=(\w+)"[^>]*>[^<]*<span class="count">(\d+)</span>', page)
    assert len(tabs) == 11
    for view, count in tabs:
        assert len(shown(browser.get(f"/worklist?view={view}").text)) == min(100, int(count)), view
    assert dict(tabs)["mine"] == "3"


def test_groups_lead_to_their_cases(desk: Desk) -> None:
    """Every subtotal is a link to exactly the cases that it counts."""
    browser = desk.browser(Role.SUPERVISOR)
    for by in Grouping:
        page = browser.get(f"/worklist?view=everyone&group={by}").text
        lines = re.findall(r'<th scope="row"><a href="([^"]+)">[^<]*</a></th><td[^>]*>(\d+)</td>', page)
        assert lines
        for address, count in lines:
            assert len(shown(browser.get(address.replace("&amp;", "&")).text)) == int(count), address


def test_a_page_begins_where_the_last_one_ended(desk: Desk) -> None:
    """A place in the address is a moment and an opaque id; the row after it comes first."""
    browser, found = desk.browser(Role.CASE_MANAGER), rows(desk)
    page = browser.get("/worklist?view=everyone").text
    (place,) = re.findall(rf'href="/cases/{found[1].case_id}\?view=everyone&amp;after=([^"]+)"', page)
    assert shown(browser.get(f"/worklist?view=everyone&after={place}").text) == [each.case_id for each in found[2:]]


@pytest.mark.parametrize(
    "query", ["view=nothing", "hop=moon", "break=V9", "after=x", "after=1e99.c", "due=soon", "age=5"]
)
def test_a_filter_that_does_not_exist_is_refused(desk: Desk, query: str) -> None:
    """An address that cannot be read never shows more than was asked for."""
    assert desk.browser(Role.CASE_MANAGER).get(f"/worklist?{query}").status_code == 422


def test_empty_choices_of_the_filter_form_ask_for_nothing(desk: Desk) -> None:
    """A browser sends every field of the form, chosen or not."""
    query = "view=everyone&break=&payer=&group=&hop=&holder=&escalation=&hold=&owner=&age=&due="
    assert len(shown(desk.browser(Role.CASE_MANAGER).get(f"/worklist?{query}").text)) == len(rows(desk))


def test_a_search_leaves_its_text_in_no_address(desk: Desk) -> None:
    """A name is sent in the body, the answer is the page itself; one case alone is opened at once."""
    browser = desk.browser(Role.CASE_MANAGER)
    key = token(browser.get("/worklist").text)
    row = rows(desk)[0]
    with desk.premises.book.reading() as tx:
        claim = reading.case_state(tx, row.case_id).claim
    one = browser.post(
        "/worklist/search", data={"form_token": key, "text": claim.claim_number.lower()}, follow_redirects=False
    )
    assert (one.status_code, one.headers["location"]) == (303, f"/cases/{row.case_id}")
    none = browser.post("/worklist/search", data={"form_token": key, "text": "Nobody-of-this-name"})
    assert (none.status_code, str(none.url)) == (200, "https://testserver/worklist/search")
    assert "No case found" in none.text
    assert browser.post("/worklist/search", data={"text": claim.claim_number}).status_code == 403
    assert browser.get("/worklist/search", follow_redirects=False).headers["location"] == "/worklist"


def test_no_address_of_the_page_names_a_person(desk: Desk) -> None:
    """Links and forms carry opaque ids, payers and filters, never a name, a claim number or a member id."""
    page = desk.browser(Role.SUPERVISOR).get("/worklist?view=everyone").text
    addresses = " ".join(re.findall(r'(?:href|action)="([^"]+)"', page)).upper()
    with desk.premises.book.reading() as tx:
        for row in rows(desk):
            claim = reading.case_state(tx, row.case_id).claim
            for said in (claim.patient_last_name, claim.claim_number, claim.secondary.member_id):
                assert said.upper() not in addresses


def test_what_was_shown_is_noted(desk: Desk) -> None:
    """List, search and export leave a line each: who, what, how many."""
    browser = desk.browser(Role.CASE_MANAGER)
    page = browser.get("/worklist?view=everyone").text
    browser.post("/worklist/search", data={"form_token": token(page), "text": "nobody"})
    browser.get("/worklist.csv?view=everyone")
    with desk.premises.book.reading() as tx:
        noted = {
            (each.what, each.cases) for each in accesses.accesses(tx, "practice") if each.shown_name == "Maria Reyes"
        }
    count = len(rows(desk))
    assert {("list", count), ("search", 0), ("export", count)} <= noted


def test_the_export_has_every_case_of_the_list(desk: Desk) -> None:
    """One line per case in the list's order, money in dollars, under a fixed file name."""
    answer = desk.browser(Role.CASE_MANAGER).get("/worklist.csv?view=everyone")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="worklist.csv"'
    found = list(csv.DictReader(io.StringIO(answer.text)))
    assert [each["case"] for each in found] == [each.case_id for each in rows(desk)]
    assert [each["at risk (dollars)"] for each in found] == [f"{each.at_risk / 100:.2f}" for each in rows(desk)]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1"])
def test_no_cell_of_an_export_is_a_formula(cell: str) -> None:
    """What somebody typed into a name or a note is never run by the spreadsheet that opens it."""
    assert harmless(cell) == f"'{cell}"
    assert harmless("plain") == "plain"


def test_an_empty_list_says_so_and_leads_on(desk: Desk) -> None:
    """Nothing to do is told as such, with two ways on; an empty own list offers what nobody works."""
    browser = desk.browser(Role.CASE_MANAGER)
    page = browser.get("/worklist").text
    assert "Your list is empty" in page
    assert 'href="/worklist?view=unassigned"' in page
    own(desk, rows(desk)[-1].case_id)
    assert "The next of your cases turns on" in browser.get("/worklist?view=everyone&hop=none&break=V1a").text


def test_everybody_begins_with_their_own_work(desk: Desk) -> None:
    """Case managers see their own cases first, supervisors and those who only look everybody's."""
    for role, first in ((Role.CASE_MANAGER, "mine"), (Role.SUPERVISOR, "everyone"), (Role.AUDITOR, "everyone")):
        page = desk.browser(role).get("/worklist").text
        assert f'href="/worklist?view={first}" aria-current="page"' in page, role
    assert "Good morning, Maria." in desk.browser(Role.CASE_MANAGER).get("/worklist").text
