"""Collections clocks: which rules bind whom, from which day, and what is shown while that day is unknown."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from journey.facts import LedgerRead
from journey.plans.collections import CollectionsRule, collections_clocks, first_statement
from journey.plans.file import standard_plan
from tests.journey.conftest import a_claim

AT = datetime(2026, 4, 2, 14, tzinfo=UTC)
ECA, APPLICATION = "no extraordinary collection", "financial assistance application"


def read(version: int = 1, **fields: Any) -> LedgerRead:
    """A read of the ledger."""
    base: dict[str, Any] = {"happened_at": AT, "learnt_at": AT, "open_balance": 0, "patient_balance": 0}
    return LedgerRead(**(base | {"fact_id": f"L{version}", "version": version} | fields))


def clocks(kind: Any = "", statement: date | None = None, **claim: Any) -> dict[str, Any]:
    """The standard plan's rules for a claim, by name."""
    evidence = (read(first_statement_on=statement),) if statement else ()
    found = collections_clocks(standard_plan().collections, a_claim(**claim), evidence, kind)
    return {each.name: each for each in found}


def test_no_extraordinary_collection_before_day_120() -> None:
    """26 CFR 1.501(r)-6(c): 120 and 240 days from the first statement after discharge."""
    found = clocks("nonprofit_hospital", date(2026, 3, 14))
    assert (found[ECA].earliest, found[ECA].last) == (date(2026, 7, 12), None)
    assert (found[APPLICATION].last, found[APPLICATION].earliest) == (date(2026, 11, 9), None)
    assert found[ECA].sure


def test_before_a_statement_no_day_is_told() -> None:
    """A clock that has not begun has no date: nothing may be counted from a guess."""
    found = clocks("nonprofit_hospital")
    assert (found[ECA].counts_from, found[ECA].earliest) == (None, None)


@pytest.mark.parametrize(
    ("kind", "form", "bound", "sure"),
    [
        ("nonprofit_hospital", "837I", True, True),
        ("nonprofit_hospital", "837P", True, True),
        ("hospital", "837I", False, False),
        ("physician", "837P", False, False),
        ("", "837I", True, False),
        ("", "837P", False, False),
    ],
)
def test_a_rule_binds_its_kind_of_provider(kind: str, form: str, bound: bool, sure: bool) -> None:
    """A hospital's claim (837I) may be a non-profit's: shown as not sure; a physician's is not."""
    found = clocks(kind, date(2026, 3, 14), form=form)
    assert (ECA in found) is bound
    assert not bound or found[ECA].sure is sure


def test_state_rules_are_for_their_state_and_time() -> None:
    """California's text of 2025 is for bills of its time, in California."""
    name = "California: debt sale and suit"
    assert name not in clocks("hospital", date(2026, 3, 14), provider_state="NY")
    assert clocks("hospital", date(2026, 3, 14), provider_state="CA")[name].earliest == date(2026, 9, 10)
    assert name not in clocks("hospital", date(2024, 12, 31), provider_state="CA")


def test_a_rule_that_was_replaced_is_gone() -> None:
    """`until` ends a rule for bills after it."""
    rule = CollectionsRule(
        name="old", applies_to="all", rule="r", source="s", assumed=False, until=date(2026, 1, 1), days=5
    )
    evidence = (read(first_statement_on=date(2026, 1, 2)),)
    assert collections_clocks([rule], a_claim(), evidence) == ()
    before = (read(first_statement_on=date(2025, 12, 31)),)
    assert len(collections_clocks([rule], a_claim(), before)) == 1


def test_medicare_rules_need_medicare_and_self_pay_rules_never_fit() -> None:
    """Every case has two policies, so rules for the uninsured do not apply."""
    found = clocks("physician")
    assert "qualified Medicare beneficiary" in found
    assert "good-faith estimate dispute" not in found
    assert "validation notice" in found


def test_the_first_statement_is_the_ledgers_word_else_the_oldest_seen() -> None:
    """An older ledger that tells only the newest statement still starts the clock, as early as we know."""
    newest = read(1, last_statement_on=date(2026, 4, 14)), read(2, last_statement_on=date(2026, 5, 14))
    assert first_statement(newest) == date(2026, 4, 14)
    assert first_statement((*newest, read(3, first_statement_on=date(2026, 3, 14)))) == date(2026, 3, 14)
    assert first_statement([]) is None
