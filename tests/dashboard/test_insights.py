"""Insights: every figure can be explained, opened and taken away, and is the practice's own."""

from __future__ import annotations

import csv
import html
import io
import re
from urllib.parse import parse_qsl, urlsplit

import pytest
from sqlalchemy import update

from casebook import worklist
from casebook.desk_tables import USERS
from casebook.insights import Scope
from casebook.worklist import NONE, Sum, View, Wanted
from dashboard.insights.sums import read_sums
from dashboard.insights.tables import TABLES
from dashboard.roles import Role
from journey.writing import dollars
from tests.dashboard.conftest import Desk

BAR = re.compile(r'<a href="([^"]+)" aria-label="([^"]+)">')
MONEY = re.compile(r": (\$[\d,.]+?)(?: in ([\d,]+) cases?)?\. Show the cases$")
COUNT = re.compile(r": ([\d,]+) cases?\. Show the cases$")


def behind(desk: Desk, address: str) -> Sum:
    """What the list at an address adds up to, as the worklist itself counts it."""
    query = dict(parse_qsl(urlsplit(html.unescape(address)).query))
    names = {"hop": "hop", "break": "break_mode", "payer": "payer_id", "owner": "owner", "age": "age"}
    given = {names[name]: value for name, value in query.items() if name != "view" and value != NONE}
    nothing = {name for name, value in query.items() if value == NONE}
    wanted = Wanted(
        practice="practice",
        now=desk.premises.now(),
        view=View(query["view"]),
        all_proven="hop" in nothing,
        unbroken="break" in nothing,
        **({"owner": ""} if "owner" in nothing else {}),
        **given,
    )
    with desk.premises.book.reading() as tx:
        return worklist.total(tx, wanted)


def shown(desk: Desk, address: str = "/insights") -> str:
    """The page as a supervisor sees it."""
    answer = desk.browser(Role.SUPERVISOR).get(address)
    assert answer.status_code == 200
    return answer.text


def test_the_headline_is_what_the_worklist_adds_up_to(desk: Desk) -> None:
    """The dollars of the insights and those of the list are the same dollars."""
    everything = behind(desk, "/worklist?view=everyone")
    assert everything.at_risk > 0
    text = shown(desk)
    assert f"<h1>{dollars(everything.at_risk)} is stuck between payers</h1>" in text
    assert f"{everything.cases} open cases" in text


def test_every_bar_of_dollars_opens_the_cases_it_shows(desk: Desk) -> None:
    """Whoever chooses a bar sees its cases, and they add up to what it says."""
    seen = 0
    for address, says in BAR.findall(shown(desk)):
        told = MONEY.search(html.unescape(says))
        if told:
            found = behind(desk, address)
            assert dollars(found.at_risk) == told[1], says
            assert told[2] is None or int(told[2]) == found.cases, says
            seen += 1
    assert seen >= 10


def test_the_bars_of_the_team_open_their_cases(desk: Desk) -> None:
    """What a person has overdue, and all that they have, is on their list."""
    text = shown(desk).split('id="h-team"')[1]
    overdue = [(address, says) for address, says in BAR.findall(text) if ", overdue:" in says]
    assert overdue
    for address, says in overdue:
        told = COUNT.search(html.unescape(says))
        assert told
        assert behind(desk, address).cases == int(told[1]), says


@pytest.mark.parametrize("name", TABLES)
def test_every_table_can_be_taken_away_with_the_numbers_that_are_shown(desk: Desk, name: str) -> None:
    """A chart's table and its file hold the same rows, and the file's cells are numbers."""
    browser = desk.browser(Role.SUPERVISOR)
    page = browser.get("/insights?period=all").text
    answer = browser.get(f"/insights/{name}.csv?period=all")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert len({len(each) for each in rows}) == 1
    for row in rows[1:]:
        assert html.escape(row[0]) in page or row[0] in html.unescape(page)


def test_every_figure_says_what_it_counts(desk: Desk) -> None:
    """No number without its definition one click away."""
    text = html.unescape(shown(desk))
    with desk.premises.book.reading() as tx:
        sums = read_sums(tx, Scope(practice="practice", now=desk.premises.now()))
    for build in TABLES.values():
        for term, meaning in build(sums).defined:
            assert f"<dt>{term}</dt><dd>{meaning}</dd>" in text


def test_a_payer_and_a_period_narrow_the_figures(desk: Desk) -> None:
    """Both stand in the address, and the bars lead to that payer's cases only."""
    with desk.premises.book.reading() as tx:
        payers = worklist.payers(tx, "practice")
    payer_id = next(iter(payers))
    text = shown(desk, f"/insights?payer={payer_id}&period=30")
    assert dollars(behind(desk, f"/worklist?view=everyone&payer={payer_id}").at_risk) in text
    assert f'<option value="{payer_id}" selected>' in text
    assert all(f"payer={payer_id}" in address for address, _ in BAR.findall(text))


@pytest.mark.parametrize(("address", "status"), [("period=7", 422), ("payer=nobody", 404)])
def test_an_address_that_means_nothing_says_so(desk: Desk, address: str, status: int) -> None:
    """A mistyped address shows no wrong figures."""
    assert desk.browser(Role.SUPERVISOR).get(f"/insights?{address}").status_code == status


@pytest.mark.parametrize(
    ("role", "page", "file"),
    [
        (Role.VIEWER, 403, 403),
        (Role.CASE_MANAGER, 403, 403),
        (Role.LEAD, 200, 200),
        (Role.SUPERVISOR, 200, 200),
        (Role.AUDITOR, 200, 403),
    ],
)
def test_who_may_look_and_who_may_take_away(desk: Desk, role: Role, page: int, file: int) -> None:
    """Figures are for those who lead; files for those who may take data out."""
    browser = desk.browser(role)
    assert browser.get("/insights").status_code == page
    assert browser.get("/insights/team.csv").status_code == file


def test_another_practice_sees_its_own_figures_only(desk: Desk) -> None:
    """Every sum is of the visitor's practice: for another one nothing is stuck."""
    with desk.premises.book.writing() as tx:
        tx.connection.execute(update(USERS).where(USERS.c.name == "sam").values(practice="elsewhere"))
    page = shown(desk)
    assert "<h1>$0.00 is stuck between payers</h1>" in page
    assert "Nothing is stuck" in page


def test_nothing_is_drawn_by_inline_style_or_script(desk: Desk) -> None:
    """The strict policy of the pages holds for charts as well."""
    text = shown(desk)
    assert not re.search(r'\sstyle="|<style|\son\w+="|<script(?! type="module" src=)', text)


def test_the_page_works_while_nothing_has_happened_in_the_period(desk: Desk) -> None:
    """A quiet month is shown as quiet, not as an error."""
    text = shown(desk, "/insights?period=30")
    assert "None in this period" in text or "Median days" in text
