"""The population: reproducible, complete in its modes, and consistent in its money."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from journey.words import Mode, PayerClass, Resolution
from sandbox.adjudication import Adjudication, reported_twice
from sandbox.casting import bystanders, population
from sandbox.days import after_business_days, is_business_day, next_run
from sandbox.parts import HAPPY, PARTS, Part, parts
from sandbox.people import PAYERS, check_digit, npi
from sandbox.truth import Arrival, Patient, Posting, Route, Script

START = datetime(2026, 3, 2, 5, tzinfo=UTC)
SCRIPTS = population(200, 7, START)


def test_one_seed_gives_one_population() -> None:
    """Two runs with one seed differ in nothing but what Baton does; another seed is another world."""
    assert population(40, 5, START) == population(40, 5, START)
    assert population(40, 5, START) != population(40, 6, START)


@pytest.mark.parametrize("claims", [24, 25, 40, 200])
def test_every_mode_appears_from_twenty_four_claims_up(claims: int) -> None:
    """A small demo shows every break point too, and a claim that goes well."""
    modes = {each.truth for each in population(claims, 3, START)}
    assert modes == {None, *PARTS}


@pytest.mark.parametrize("claims", [1, 5, 15])
def test_small_populations_have_the_size_that_was_asked_for(claims: int) -> None:
    """Any number of claims can be played."""
    assert len(population(claims, 3, START)) == claims


def test_shares() -> None:
    """About 35 % go well, the rest is spread evenly over the modes: at least four claims each in two hundred."""
    count = Counter(each.truth for each in SCRIPTS)
    assert count.pop(None) == 70
    assert max(count.values()) - min(count.values()) <= 1
    assert min(count.values()) >= 4


def told(each: Part | Script) -> tuple[object, ...]:
    """What tells one kind of story from another."""
    return (
        *(each.truth, each.route, each.refusal, each.posting, each.arrival, each.pend, each.patient, each.manner),
        *(each.taken_back_by, each.told_by_271, each.policy_found, each.bare, each.forwards_on, each.protected),
    )


def test_every_kind_of_every_story_is_told() -> None:
    """A few seeds of 200 claims tell each kind at least once: a seed decides with which kind a mode begins."""
    found = {told(each) for seed in range(4) for each in population(200, seed, START)}
    for part in (*HAPPY, *(kind for kinds in PARTS.values() for kind in kinds)):
        assert told(part) in found


def test_seeds_begin_with_different_kinds() -> None:
    """Small populations differ in their kinds, not only in their people."""
    kinds = {next(each for each in parts(24, seed) if each.truth is Mode.DOCUMENT_WANTED) for seed in range(8)}
    assert len(kinds) == len(PARTS[Mode.DOCUMENT_WANTED])


def test_modes_have_the_kinds_of_the_field() -> None:
    """V3 by all three senders, V4 and F14 by 835 and 277CA, V5 in three ways, F11 by 277CA and 835.

    F12 wants data and documents, F13 and F21 meet patients of three kinds and are said by 835 and 277.
    """
    senders = {mode: {each.refusal.by for each in kinds if each.refusal} for mode, kinds in PARTS.items()}
    assert {len(senders[mode]) for mode in (Mode.WRONG_ORDER, Mode.DUPLICATE, Mode.COVERAGE_ENDED)} == {2}
    assert len(senders[Mode.REJECTED_FOR_MISMATCH]) == 3
    wrongly = {Posting.FORGOTTEN, Posting.SUSPENSE, Posting.WRONG_BUCKET}
    assert {each.posting for each in PARTS[Mode.NOT_POSTED]} == wrongly
    assert {each.bare for each in PARTS[Mode.DOCUMENT_WANTED]} == {True, False}
    for mode in (Mode.PATIENT_SILENT, Mode.ACCIDENT_SUSPECTED):
        assert {each.patient for each in PARTS[mode]} == set(Patient) - {Patient.UNASKED}
        assert {each.pend.by_remittance for each in PARTS[mode] if each.pend} == {True, False}


def test_a_claims_own_draws_do_not_depend_on_the_others() -> None:
    """The number of parts asked for decides their mix, so `parts` alone is what a change of size may change."""
    assert Counter(each.truth for each in parts(200, 7)) == Counter(each.truth for each in SCRIPTS)


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
            assert each.second is None or each.second.status == "1"


def balances(decision: Adjudication) -> bool:
    """Charge less all adjustments is the payment, on each line (field notes 1.3)."""
    return all(line.line.charge - sum(each.cents for each in line.adjustments) == line.paid for line in decision.lines)


def test_every_decision_balances() -> None:
    """Charge − ΣCAS = paid, for both payers and for corrections."""
    for each in SCRIPTS:
        for decision in (each.primary, each.standing, each.secondary, each.final, each.last):
            assert balances(decision)
        assert balances(reported_twice(each.final))
        assert reported_twice(each.final).paid == each.final.paid


def test_every_payer_accounts_for_those_before_it() -> None:
    """OA23 is charge less the prior share, and payment, write-off and new share make up that share."""
    for each in SCRIPTS:
        pairs = [(each.standing, each.final)] + ([(each.final, each.tertiary)] if each.tertiary else [])
        for prior, decision in pairs:
            share = prior.patient_share
            assert sum(line.under("23") for line in decision.lines) == each.bill.charge - share
            assert decision.paid + decision.written_off + decision.owed == share
            assert share > 0


def test_money_is_there_to_be_lost() -> None:
    """A claim that breaks has a payment at stake, unless the patient has it or nobody may bill anything."""
    nothing = (None, Mode.PATIENT_PAID, Mode.PATIENT_PROTECTED)
    for each in SCRIPTS:
        assert each.final.paid > 0 or each.truth in nothing


def test_three_policies_are_three_payers() -> None:
    """F15 names a third policy that takes claims on the wire, and the secondary leaves it something to pay."""
    third = [each for each in SCRIPTS if each.bill.tertiary]
    assert {each.truth for each in third} == {None, Mode.TERTIARY_DUE}
    for each in third:
        assert len({policy.payer.payer_id for policy in each.bill.policies}) == 3
        assert policy_class(each) is not PayerClass.MEDICARE
        assert (each.tertiary is not None) == (each.final.patient_share > 0)
    assert all(each.tertiary for each in third if each.truth is Mode.TERTIARY_DUE)
    assert {bool(each.tertiary) for each in third if each.truth is None} == {True, False}


def policy_class(script: Script) -> PayerClass:
    """The class of the third payer."""
    return script.bill.policies[2].payer.payer_class


def test_patients_who_overpay_and_patients_who_pay_what_they_owe() -> None:
    """F20 paid more than is owed in the end; the happy look-alike paid exactly that."""
    for each in (each for each in SCRIPTS if each.patient_pays):
        assert each.truth in (None, Mode.PATIENT_OVERPAID)
        assert (each.patient_pays > each.patient_owes) == (each.truth is Mode.PATIENT_OVERPAID)


def test_a_second_decision_differs_from_the_first() -> None:
    """F18 and F19: what the primary takes back or denied is not what it decides in the end."""
    again = [each for each in SCRIPTS if each.second]
    assert {each.truth for each in again} == {Mode.PRIMARY_NOT_FINAL, Mode.BOTH_SECOND}
    for each in again:
        assert each.standing != each.primary
        assert each.reversed_by_primary == (each.truth is Mode.PRIMARY_NOT_FINAL)


def ends_as(script: Script) -> Resolution:
    """The resolution by the words of field notes 4.4, computed anew."""
    if script.truth is Mode.FILING_LIMIT:
        return Resolution.FILING_LIMIT_LOST
    if script.truth is Mode.COVERAGE_ENDED and not script.policy_found:
        return Resolution.COVERAGE_INVALID
    paid = script.final.paid + (script.tertiary.paid if script.tertiary else 0)
    owes = script.last.owed > 0 and not script.protected
    table = {
        (True, False): Resolution.PAID_IN_FULL,
        (True, True): Resolution.PAID_PATIENT_OWES,
        (False, True): Resolution.ZERO_PATIENT_OWES,
        (False, False): Resolution.ZERO_WRITTEN_OFF,
    }
    return table[paid > 0, owes]


def owed(script: Script) -> int:
    """What the patient truly owes, computed anew."""
    if script.truth is Mode.FILING_LIMIT or script.protected:
        return 0
    if script.truth is Mode.COVERAGE_ENDED and not script.policy_found:
        return script.primary.patient_share
    return script.standing.patient_share - sum(
        each.paid + each.written_off for each in (script.final, script.tertiary) if each
    )


def test_resolution_and_patients_balance_follow_from_the_money() -> None:
    """R1 to R4 by payment and share; a lost filing limit and a QMB leave nothing to pay, an ended policy all of it."""
    for each in SCRIPTS:
        assert each.resolution is ends_as(each)
        assert each.patient_owes == owed(each)
    assert {each.resolution for each in SCRIPTS} >= set(Resolution) - {Resolution.SUPERVISOR_CLOSED}


def test_only_mismatches_are_billed_under_a_wrong_member_id() -> None:
    """What is to be corrected is wrong, and nothing else is."""
    for each in SCRIPTS:
        wrong = each.true_member_id != each.bill.other.member_id
        assert wrong == (each.truth is Mode.REJECTED_FOR_MISMATCH or each.policy_found)


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
