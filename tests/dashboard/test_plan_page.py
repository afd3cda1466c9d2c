"""The plan page: what is in force and why, changes proposed and seen through, and never decided by who made them."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from fastapi.testclient import TestClient

from casebook import plans
from casebook.opening import Casebook
from casebook.plans import PlanChange
from dashboard.plan import preview as plan_preview
from dashboard.plan.preview import Preview
from dashboard.roles import Role
from journey.plans.file import standard_plan, standard_text
from journey.words import PayerClass
from tests.dashboard.conftest import Desk
from tests.dashboard.test_signing_in import token_in
from worker.replanning import AWAY, Replanner

NOBODYS = "NOBODYS-PAYER"
"""No case has this payer, so a change for it is counted in a moment."""


def typed(**changes: str) -> dict[str, str]:
    """A form that proposes another patience for the crossovers of one payer."""
    values = {
        "what": "clock",
        "name": "T1",
        "soft": "10bd",
        "hard": "21d",
        "payer": NOBODYS,
        "source": "contract of 2026",
        "version": "ours-1",
        "reason": "it forwards within two weeks",
    }
    return {**values, **changes}


def propose(browser: TestClient, **changes: str) -> Any:
    """Send the form of `typed`, and wait until what it would have done is counted."""
    token = token_in(browser.get("/plan/propose").text)
    return browser.post("/plan/propose", data={**typed(**changes), "form_token": token})


def act(browser: TestClient, address: str, what: str, **fields: str) -> Any:
    """Approve, reject or withdraw a change."""
    token = token_in(browser.get("/plan/propose").text)
    return browser.post(f"{address}/{what}", data={**fields, "form_token": token})


def only_change(book: Casebook) -> PlanChange:
    """The one change that there is."""
    with book.reading() as tx:
        (change,) = plans.changes_of(tx, "practice")
    return change


# ---- reading --------------------------------------------------------------------------------------------------------


def test_the_plan_is_shown_whole_with_its_sources(desk: Desk) -> None:
    """Every hop, clock, limit and ladder, what it says and where it comes from; what is assumed says so."""
    page = unescape(desk.browser(Role.VIEWER).get("/plan").text)
    document = standard_plan().document
    for name, table in document["clocks"].items():
        assert f'id="clock-{name}"' in page, name
        assert table["title"] in page
    for hop in document["hops"].values():
        assert hop["question"] in page
    assert page.count("assumed</span>") >= 40
    assert "42 CFR 424.44" in page
    assert "40 open cases are under it" in page


@pytest.mark.parametrize(
    ("chosen", "wins", "loses"),
    [
        ("payer_class=medicaid&state=NE", {1, 2}, set()),
        ("payer_class=medicaid&state=NE&payer=03432", {1, 6}, {2}),
        ("payer_class=commercial", set(), set()),
    ],
)
def test_the_most_specific_override_wins_where_all_can_see_it(
    desk: Desk, chosen: str, wins: set[int], loses: set[int]
) -> None:
    """For a chosen payer, state and line of business the page says which overrides are for it, and which win."""
    page = desk.browser(Role.VIEWER).get(f"/plan?{chosen}").text
    rows = dict(re.findall(r'<tr id="override-(\d+)"(.*?)</tr>', page, re.DOTALL))
    assert {int(number) for number, row in rows.items() if ">wins<" in row} == wins
    assert {int(number) for number, row in rows.items() if ">outranked<" in row} == loses


def test_the_text_can_be_kept(desk: Desk) -> None:
    """Whoever sees the plan may take its text away, as it is written."""
    answer = desk.browser(Role.VIEWER).get("/plan/text")
    assert answer.text == standard_text()
    assert "plan-standard-2.toml" in answer.headers["Content-Disposition"]


# ---- proposing ------------------------------------------------------------------------------------------------------


def test_who_may_not_propose_gets_no_form(desk: Desk) -> None:
    """A case manager reads the plan; changing it is a lead's proposal and a supervisor's decision."""
    browser = desk.browser(Role.CASE_MANAGER)
    assert "Propose a change" not in browser.get("/plan").text
    assert browser.get("/plan/propose").status_code == 403


@pytest.mark.parametrize(
    "wrong",
    [
        {"soft": "30d", "hard": "10d"},
        {"hard": "three weeks"},
        {"name": "T99"},
        {"reason": " "},
        {"source": ""},
        {"version": "standard-2"},
        {"what": "text", "text": standard_text().replace("standard-2", "ours-3")},
        {"what": "filing", "name": "medicare", "from_service": "a year"},
        {"what": "filing", "name": "medicare", "payer_class": "medicaid", "from_service": "90"},
        {"what": "setting", "name": "vague_limit", "value": "many"},
        {"what": "setting", "name": "vague_limit", "value": "0"},
        {"what": "hop", "name": "paid", "needs": "GUESSED"},
        {"what": "text", "text": "version = "},
    ],
)
def test_what_makes_no_plan_comes_back_as_typed(desk: Desk, wrong: dict[str, str]) -> None:
    """A form that cannot be used lists what is wrong, and nothing that was typed is lost."""
    answer = propose(desk.browser(Role.LEAD), **wrong)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    kept = typed(**wrong)
    for value in (kept["reason"], kept.get("text", ""), kept["soft"] if kept["what"] == "clock" else ""):
        assert value.strip() in unescape(answer.text)
    with desk.premises.book.reading() as tx:
        assert plans.changes_of(tx, "practice") == ()


def test_everything_wrong_with_a_whole_text_is_listed_at_once(desk: Desk) -> None:
    """Whoever edits the text sees every problem, each with its place, not one after the other."""
    text = standard_text().replace('hard = "45d"', 'hard = "never"').replace('needs = "SETTLED"', 'needs = "SURE"')
    answer = propose(desk.browser(Role.LEAD), what="text", text=text.replace("standard-2", "ours-2"))
    assert answer.status_code == 422
    for place in ("clocks.T0.hard", "hops.paid.needs", "hops.posted.needs"):
        assert place in answer.text
    assert "never" in answer.text


@pytest.mark.parametrize(
    ("change", "place", "after"),
    [
        ({}, f"override for payer {NOBODYS}: clocks T1 hard", "21d"),
        ({"payer_class": "medicaid", "payer": ""}, "override for payer class medicaid: clocks T1 hard", "21d"),
        ({"what": "hop", "name": "accepted", "needs": "TRANSACTED"}, f"{NOBODYS}: hops accepted needs", "TRANSACTED"),
        ({"what": "filing", "name": "blues", "from_service": "365", "payer": ""}, "filing blues from service", "365"),
        ({"what": "filing", "name": "blues", "from_remit": "90"}, f"{NOBODYS}: filing from remit", "90"),
        ({"what": "setting", "name": "vague_limit", "value": "3"}, f"{NOBODYS}: settings vague limit", "3"),
        ({"what": "setting", "name": "filing_alerts", "value": "40, 20"}, "settings filing alerts", "40, 20"),
    ],
)
def test_a_change_is_shown_value_by_value(
    desk: Desk, change: dict[str, str], place: str, after: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second person sees exactly which values differ, before and after, and where the new ones come from."""
    monkeypatch.setattr(plan_preview, "CASES_AT_MOST", 0)
    answer = propose(desk.browser(Role.LEAD), **change)
    assert answer.status_code == 200, answer.text
    assert place in answer.text
    assert f"<ins>{after}</ins>" in answer.text
    assert "contract of 2026" in answer.text


# ---- what it would have done ----------------------------------------------------------------------------------------


def test_living_again_under_the_present_plan_is_what_really_happened(desk: Desk) -> None:
    """The proof of every what-if: all forty cases of the season come out fact for fact, so the rest is the plan's."""
    propose(desk.browser(Role.LEAD), payer="", soft="5bd", hard="14d")
    preview = Preview.model_validate(only_change(desk.premises.book).preview)
    assert preview.state == "done"
    assert preview.cases == preview.looked_at == preview.lived_again == preview.same == 40
    assert preview.proposed["question"] > preview.present["question"]
    assert 0 < preview.changed == len(preview.examples) < 40


def test_a_change_that_touches_nobody_says_so(desk: Desk) -> None:
    """Where both plans say the same for a case nothing is counted; a case id is all that a preview may name."""
    answer = propose(desk.browser(Role.LEAD))
    preview = Preview.model_validate(only_change(desk.premises.book).preview)
    assert (preview.looked_at, preview.untouched, preview.lived_again) == (40, 40, 0)
    page = desk.browser(Role.LEAD).get(answer.url.path).text
    assert "No case that was open in these days is touched" in page


def test_a_count_that_ended_with_its_process_can_be_begun_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page never waits for ever for what nobody counts any more."""

    def away(*_: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(plan_preview, "count", away)
    browser = desk.browser(Role.LEAD)
    address = propose(browser).url.path
    assert "Counting ended before it was done" in browser.get(address).text
    monkeypatch.undo()
    act(browser, address, "preview")
    assert "Counted in" in browser.get(address).text


# ---- deciding -------------------------------------------------------------------------------------------------------


def test_the_proposer_never_approves(desk: Desk) -> None:
    """A supervisor who proposes needs another one: there is no button, and the request itself is refused."""
    browser = desk.browser(Role.SUPERVISOR)
    address = propose(browser).url.path
    assert "Approve and put in force" not in browser.get(address).text
    answer = act(browser, address, "approve")
    assert answer.status_code == 409
    assert "another person has to decide" in answer.text
    assert desk.premises.plan().version == "standard-2"


def test_a_lead_does_not_approve(desk: Desk) -> None:
    """Whoever may propose may not thereby decide."""
    lead = desk.browser(Role.LEAD)
    address = propose(lead).url.path
    assert act(lead, address, "approve").status_code == 403


def test_an_approved_plan_is_in_force_at_once(desk: Desk) -> None:
    """New cases open under it, pages show it, and it says who proposed and who approved it."""
    address = propose(desk.browser(Role.LEAD)).url.path
    supervisor = desk.browser(Role.SUPERVISOR)
    answer = act(supervisor, address, "approve", reason="seen")
    assert answer.status_code == 200
    assert "0 of 40 open cases are under it" in answer.text
    in_force = desk.premises.plan()
    assert in_force.version == "ours-1"
    assert str(in_force.in_force(NOBODYS, PayerClass.COMMERCIAL).clock("T1").hard) == "21d"
    page = supervisor.get("/plan").text
    assert "Proposed by Lee Ford, approved by Sam Okafor" in page


def test_a_rejection_needs_a_reason(desk: Desk) -> None:
    """Who proposed it learns why not."""
    address = propose(desk.browser(Role.LEAD)).url.path
    supervisor = desk.browser(Role.SUPERVISOR)
    assert act(supervisor, address, "reject").status_code == 422
    assert "the contract says 30" in act(supervisor, address, "reject", reason="the contract says 30").text
    assert only_change(desk.premises.book).state is plans.PlanState.REJECTED
    assert act(supervisor, address, "approve").status_code == 409


def test_the_proposer_withdraws(desk: Desk) -> None:
    """A change that nobody decided on can be taken back by who made it, and by nobody else."""
    lead = desk.browser(Role.LEAD)
    address = propose(lead).url.path
    assert act(desk.browser(Role.SUPERVISOR), address, "withdraw").status_code == 409
    assert "Withdrawn on" in act(lead, address, "withdraw").text


def test_a_foreign_form_changes_nothing(desk: Desk) -> None:
    """Another site cannot make a supervisor's browser approve a plan."""
    address = propose(desk.browser(Role.LEAD)).url.path
    answer = desk.browser(Role.SUPERVISOR).post(f"{address}/approve", data={"form_token": "x"})
    assert answer.status_code == 403
    assert only_change(desk.premises.book).state is plans.PlanState.PROPOSED


def test_another_practices_change_is_not_there(desk: Desk) -> None:
    """Plans are a practice's own, also by id."""
    with desk.premises.book.writing() as tx:
        foreign = plans.propose(
            tx,
            practice="south",
            version="south-1",
            based_on="standard-2",
            text=standard_text(),
            reason="r",
            by="x",
            at=desk.premises.wall(),
        )
    supervisor = desk.browser(Role.SUPERVISOR)
    assert supervisor.get(f"/plan/changes/{foreign}").status_code == 404
    assert act(supervisor, f"/plan/changes/{foreign}", "approve").status_code == 404


async def test_while_the_engine_is_away_open_cases_wait_and_the_page_says_so(desk: Desk) -> None:
    """An approval is never lost: the cases are told when the engine is back, and until then everybody can see why."""
    address = propose(desk.browser(Role.LEAD)).url.path
    act(desk.browser(Role.SUPERVISOR), address, "approve")
    assert await Replanner(desk.premises.book, desk.premises.cases, "practice").go_on() == 0
    assert AWAY in desk.browser(Role.VIEWER).get(address).text
