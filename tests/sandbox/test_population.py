"""The population: reproducible, complete in its modes, and consistent in its money."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from journey.words import Mode, PayerClass, Resolution
from sandbox.adjudication import Adjudication
from sandbox.casting import HAPPY, PARTS, bystanders, parts, population
from sandbox.days import after_business_days, is_business_day, next_run
from sandbox.people import PAYERS, check_digit, npi
from sandbox.truth import Arrival, Posting, Route, Script

START = datetime(2026, 3, 2, 5, tzinfo=UTC)
SCRIPTS = population(200, 7, START)


def test_one_seed_gives_one_population() -> None:
    """Two runs with one seed differ in nothing but what Baton does; another seed is another world."""
    assert population(40, 5, START) == population(40, 5, START)
    assert population(40, 5, START) != population(40, 6, START)


@pytest.mark.parametrize("claims", [16, 17, 40, 200])
def test_every_mode_appears_from_sixteen_claims_up(claims: int) -> None:
    """A small demo shows every break point too."""
    modes = {each.truth for each in population(claims, 3, START)}
    assert modes == {None, *PARTS}


@pytest.mark.parametrize("claims", [1, 5, 15])
def test_small_populations_have_the_size_that_was_asked_for(claims: int) -> None:
    """Any number of claims can be played."""
    assert len(population(claims, 3, START)) == claims


def test_shares() -> None:
    """About 45 % go well, the rest is spread evenly over the modes."""
    count = Counter(each.truth for each in SCRIPTS)
    assert count.pop(None) == 90
    assert max(count.values()) - min(count.values()) <= 1


def test_every_kind_of_every_story_is_told() -> None:
    """200 claims tell each refusal, posting error and route at least once."""
    told = {(each.truth, each.route, each.refusal, each.posting, each.arrival) for each in SCRIPTS}
    for part in (*HAPPY, *(kind for kinds in PARTS.values() for kind in kinds)):
        assert (part.truth, part.route, part.refusal, part.posting, part.arrival) in told


def test_modes_have_the_kinds_of_the_field() -> None:
    """V3 by all three senders, V4 by 835 and 277CA, V5 in three ways, F11 by 277CA and 835."""
    senders = {mode: {each.refusal.by for each in kinds if each.refusal} for mode, kinds in PARTS.items()}
    assert {len(senders[mode]) for mode in (Mode.WRONG_ORDER, Mode.DUPLICATE)} == {2}
    assert len(senders[Mode.REJECTED_FOR_MISMATCH]) == 3
    assert {each.posting for each in PARTS[Mode.NOT_POSTED]} == set(Posting) - {Posting.RIGHT}


def test_a_claims_own_draws_do_not_depend_on_the_others() -> None:
    """The number of parts asked for decides their mix, so `parts` alone is what a change of size may change."""
    assert Counter(each.truth for each in parts(200)) == Counter(each.truth for each in SCRIPTS)


def test_claims_are_spread_and_remitted_within_a_month() -> None:
    """The primaries' decisions fall within about the first thirty case days, never before the bill."""
    first, last = SCRIPTS[0], max(SCRIPTS, key=lambda each: each.remitted_at)
    assert first.billed_at >= START
    assert last.remitted_at - START <= timedelta(days=31)
    assert all(each.billed_at < each.remitted_at for each in SCRIPTS)
    assert all(is_business_day(each.billed_at.date()) for each in SCRIPTS)
    assert len({each.billed_at for each in SCRIPTS}) >= 10


def test_only_medicare_speaks_of_crossovers() -> None:
    """Commercial plans neither promise nor decline a crossover in these worlds."""
    for each in SCRIPTS:
        if each.route in (Route.CROSSOVER, Route.DECLINED):
            assert each.bill.primary.payer.payer_class is PayerClass.MEDICARE
        else:
            assert each.primary_status == "1"
            assert not set(each.primary_remarks) - {"MA01"}


def balances(decision: Adjudication) -> bool:
    """Charge less all adjustments is the payment, on each line (field notes 1.3)."""
    return all(line.line.charge - sum(each.cents for each in line.adjustments) == line.paid for line in decision.lines)


def test_every_decision_balances() -> None:
    """Charge − ΣCAS = paid, for both payers and for corrections."""
    for each in SCRIPTS:
        assert balances(each.primary)
        assert balances(each.secondary)
        assert balances(each.final)


def test_the_secondary_accounts_for_the_primary() -> None:
    """OA23 is charge less the primary's share, and payment, write-off and new share make up that share."""
    for each in SCRIPTS:
        final, share = each.final, each.primary.patient_share
        oa23 = sum(adjusted.cents for line in final.lines for adjusted in line.adjustments if adjusted.reason == "23")
        assert oa23 == each.bill.charge - share
        assert final.paid + final.written_off + final.patient_share == share
        assert share > 0


def test_money_is_there_to_be_lost() -> None:
    """Every claim that breaks has a payment at stake; only claims that go well may end with nothing paid."""
    for each in SCRIPTS:
        assert each.final.paid > 0 or each.truth is None


def ends_as(script: Script) -> Resolution:
    """The resolution by the words of field notes 4.4, computed anew."""
    if script.truth is Mode.FILING_LIMIT:
        return Resolution.FILING_LIMIT_LOST
    table = {
        (True, False): Resolution.PAID_IN_FULL,
        (True, True): Resolution.PAID_PATIENT_OWES,
        (False, True): Resolution.ZERO_PATIENT_OWES,
        (False, False): Resolution.ZERO_WRITTEN_OFF,
    }
    return table[script.final.paid > 0, script.final.patient_share > 0]


def test_resolution_and_patients_balance_follow_from_the_money() -> None:
    """R1 to R4 by payment and share; a lost filing limit leaves the patient nothing to pay."""
    for each in SCRIPTS:
        assert each.resolution is ends_as(each)
        expected = 0 if each.truth is Mode.FILING_LIMIT else each.final.patient_share
        assert each.patient_owes == expected
    assert {each.resolution for each in SCRIPTS} >= set(Resolution) - {Resolution.SUPERVISOR_CLOSED}


def test_only_mismatches_are_billed_under_a_wrong_member_id() -> None:
    """What is to be corrected is wrong, and nothing else is."""
    for each in SCRIPTS:
        wrong = each.true_member_id != each.bill.other.member_id
        assert wrong == (each.truth is Mode.REJECTED_FOR_MISMATCH)


def test_a_slow_crossover_comes_between_the_two_questions() -> None:
    """After the first question (15 business days), before the second can be answered (2 more)."""
    slow = [each for each in SCRIPTS if each.arrival is Arrival.SLOW]
    assert slow
    assert {each.delays.crossover for each in slow} == {22}


def test_bystanders_have_one_policy() -> None:
    """They travel in the same files and open no case."""
    beside = bystanders(200, 7, START)
    assert len(beside) >= 10
    assert all(each.bill.secondary is None for each in beside)
    assert not {each.bill.claim_number for each in beside} & {each.claim_number for each in SCRIPTS}


def test_provider_numbers_have_a_right_check_digit() -> None:
    """NPI: Luhn over 80840 and the number; 1234567893 is the well-known example."""
    assert check_digit("80840123456789") == 3
    for seed in range(20):
        number = npi(Random(seed))
        assert len(number) == 10
        assert check_digit("80840" + number[:9]) == int(number[9])


def test_payer_ids_are_unique() -> None:
    """A remittance is matched to a policy by its payer's id."""
    assert len({each.payer_id for each in PAYERS}) == len(PAYERS)
    assert len({each.name for each in PAYERS}) == len(PAYERS)


def test_runs_are_on_business_days() -> None:
    """Friday evening's post leaves on Monday; Memorial Day is no business day."""
    friday = datetime(2026, 5, 22, 23, tzinfo=UTC)
    assert next_run(friday, (12,)) == datetime(2026, 5, 26, 12, tzinfo=UTC)
    assert next_run(friday, (12,), weekdays=False) == datetime(2026, 5, 23, 12, tzinfo=UTC)
    assert after_business_days(friday, 1).date() == datetime(2026, 5, 26, tzinfo=UTC).date()
    assert after_business_days(friday + timedelta(days=1), 0).date() == datetime(2026, 5, 26, tzinfo=UTC).date()
