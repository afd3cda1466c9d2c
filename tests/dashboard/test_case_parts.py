"""Parts of the case page by themselves: money by the contract's method, the hold, whom to call, what waits."""

from __future__ import annotations

import pytest

from dashboard.case.cover import hold, order, policies
from dashboard.case.file import CaseFile
from dashboard.case.forms import SAYINGS
from dashboard.case.money import FORMULAS, METHOD_WORDS, money
from dashboard.case.relay import hops, waiting
from dashboard.case.sides import next_step, telephone
from dashboard.case.words import ACTS, CORRECTIONS, DECISIONS, SAID
from journey.books import contract
from journey.books.methods import Method
from journey.books.money import books_of
from journey.case import HoldState
from journey.facts import CorrectionMade, PersonActed, Said, SupervisorDecided
from journey.plans.plan import Benefit
from journey.words import Hop, Party
from tests.dashboard.conftest import Desk
from tests.dashboard.test_case_page import file_of, rows


def files(desk: Desk) -> list[CaseFile]:
    """Every case of the season, read."""
    return [file_of(desk, each.case_id) for each in rows(desk)]


def under(file: CaseFile, benefit: Benefit) -> CaseFile:
    """The same case where the plan names the secondary's method."""
    told = CaseFile(file.row, file.case, file.plan, file.calendar, file.now, file.heard)
    told.__dict__["rules"] = file.rules.model_copy(update={"benefit": benefit})
    return told


@pytest.mark.parametrize("method", list(Method))
def test_expected_is_what_the_method_makes_of_the_claim(desk: Desk, method: Method) -> None:
    """The figure and its formula are those of the contract; line by line only where the lines add up to it."""
    benefit = Benefit(method=method, share=8000, deductible=1000)
    seen = by_line = 0
    for file in files(desk):
        shown, due = money(under(file, benefit)), contract.due(benefit, books_of(file.case).primary)
        if due is None:
            assert shown.expected.amount is None
            continue
        seen += 1
        assert shown.expected.amount == due.secondary
        assert shown.expected.method == METHOD_WORDS[method]
        assert FORMULAS[method] in shown.expected.formula
        if shown.by_line:
            by_line += 1
            assert sum(each.expected or 0 for each in shown.lines) == due.secondary
    assert seen > 20
    if method is Method.MEDICAID:
        assert by_line > 0


def test_without_a_method_nothing_is_made_up(desk: Desk) -> None:
    """Where the plan does not name the payer's method, the page says so and shows no figure."""
    for file in files(desk):
        shown = money(file)
        assert shown.expected.amount is None
        assert "does not name" in shown.expected.formula
        assert not shown.by_line


def test_ledger_and_expectation_are_told_apart(desk: Desk) -> None:
    """'Agrees' is said only where the ledger shows what the payers decided."""
    for file in files(desk):
        of, shown = books_of(file.case), money(file)
        known = of.ledger is not None and of.expected is not None
        assert shown.agrees is (of.reconciled if known else None)


def test_the_relay_has_six_hops_and_breaks_once(desk: Desk) -> None:
    """Each hop stands once, in order; the line is dashed where the open hop has a break point, and nowhere else."""
    for file in files(desk):
        shown = hops(file)
        assert [each.hop for each in shown] == list(Hop)
        broken = [each.hop for each in shown if each.broken_after]
        assert broken == ([file.case.hop] if file.case.break_point and file.case.hop else [])
        for each in shown:
            if file.case.proof(each.hop).proven and each.hop is not file.case.hop:
                assert (each.state, each.sign, each.needs) == ("proven", "✓", "")


def test_somebody_always_waits_or_the_case_is_closed(desk: Desk) -> None:
    """Every open case says who has the file, until when, and how much of the wait is over (I1)."""
    for file in files(desk):
        shown = waiting(file, ())
        assert (shown is None) == (file.case.closed_at is not None)
        if shown is not None:
            assert shown.who
            assert shown.must
            assert 0 <= shown.share <= 100


def test_six_switches_are_shown_one_by_one(desk: Desk) -> None:
    """What the ledger shows of a hold is told switch by switch."""
    for file in files(desk):
        shown = hold(file)
        assert len(shown.switches) == 6
        assert sum(each.verified for each in shown.switches) == len(file.case.hold.verified)
        if shown.state is HoldState.VERIFIED:
            assert all(each.verified for each in shown.switches if each.wanted)


def test_policies_stand_in_billing_order_and_show_one_id_at_the_most(desk: Desk) -> None:
    """No id is whole unless it was asked for, and then only that one."""
    for file in files(desk):
        assert [each.shown for each in policies(file)] == [""] * len(file.claim.coverages)
        shown = policies(file, 2)
        assert [each.order for each in shown] == sorted(each.order for each in file.claim.coverages)
        assert [each.order for each in shown if each.shown] == [2]


def test_an_open_order_of_benefits_names_its_question(desk: Desk) -> None:
    """Where the order cannot be known, the page says what to ask and whom."""
    for file in files(desk):
        found = order(file)
        assert found.known or (found.question and found.ask)


def test_whom_to_call_has_a_number_or_a_way_to_one(desk: Desk) -> None:
    """A payer to be called has the number that the claim gives, else the page says where to find it."""
    called = [step for file in files(desk) if (step := next_step(file)) and step.whom]
    assert called
    assert any("take the one for providers" in each.reach for each in called)
    claim = files(desk)[0].claim
    second = claim.secondary.payer_id
    segments = (*claim.segments, f"NM1*PR*2*X*****PI*{second}", "PER*IC*PROVIDER LINE*TE*8005550142", "NM1*PR*2*Y")
    assert telephone(claim.model_copy(update={"segments": segments}), second) == "8005550142"
    assert telephone(claim, second) == ""


def test_forms_offer_everything_that_the_core_knows() -> None:
    """No word of the core is missing from the forms, and none is offered that the core does not know."""
    assert sorted(each.says for group in SAID for each in group.choices) == sorted(Said)
    assert all(Party.UNKNOWN not in each.fits for group in SAID for each in group.choices)
    for choices, fact, name in (
        (ACTS, PersonActed, "act"),
        (CORRECTIONS, CorrectionMade, "corrects"),
        (DECISIONS, SupervisorDecided, "decision"),
    ):
        assert set(choices) == set(fact.model_fields[name].annotation.__args__)  # type: ignore[union-attr]
    assert set(SAYINGS) == {"contact", "correction", "act", "hold", "policy", "decision"}


def test_a_form_address_that_is_opened_again_leads_to_the_case(desk: Desk) -> None:
    """Who reloads the address of a form is shown the case, not an error."""
    browser, case_id = desk.browser(), rows(desk)[0].case_id
    answer = browser.get(f"/cases/{case_id}/contact", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/cases/{case_id}")
