"""A payer's own arithmetic and edits on a secondary claim: a clean claim passes, each fault is caught by its code."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journey.words import PayerClass
from sandbox import claim_check, people
from sandbox.adjudication import Adjudication, Adjustment, primary_decision
from sandbox.claim_check import Known, PriorTruth, problems
from sandbox.drop_folder import read_mail
from sandbox.people import Bill
from sandbox.requests import ClaimRequest, OtherPayer
from sandbox.x12_reading import read_file
from tests.sandbox.drops import secondary_claim

SAMPLE = Path(__file__).parents[3] / "shared" / "x12" / "837p-cob-secondary.edi"
AT = datetime(2026, 3, 20, 15, 42, tzinfo=UTC)
SERVED, DECIDED = date(2026, 2, 20), date(2026, 3, 10)

Change = Callable[[ClaimRequest], ClaimRequest]


def a_bill(seed: int = 1, form: str = "837P", dependent: bool = False) -> Bill:
    """An invented claim with a commercial policy before another one."""
    rng = Random(seed)
    practice, patient = people.practice(rng), people.person(rng)
    return Bill(
        claim_number=f"A{seed:06d}",
        form=form,
        facility="13" if form == "837I" else "11",
        patient=patient,
        practice=practice,
        primary=people.policy(rng, people.COMMERCIAL[0], patient),
        secondary=people.policy(rng, people.COMMERCIAL[1], patient, dependent),
        lines=people.lines(rng, form, SERVED, 2),
        diagnoses=people.diagnoses(rng),
    )


def decided(bill: Bill) -> Adjudication:
    """What its primary decided."""
    return primary_decision(Random(bill.claim_number), bill.lines)


def known(bill: Bill, *numbers: str) -> Known:
    """What the secondary knows by itself."""
    return Known(bill, bill.other, (PriorTruth(bill.primary, decided(bill)),), frozenset(numbers))


def sent(bill: Bill, **more: Any) -> ClaimRequest:
    """The claim as the secondary reads it."""
    (request,) = read_mail(secondary_claim(bill, decided(bill), DECIDED, AT, **more)).requests
    assert isinstance(request, ClaimRequest)
    return request


def statuses(claim: ClaimRequest, of: Known) -> set[str]:
    """The codes of all objections."""
    return {each.status for each in problems(claim, of)}


@given(st.integers(0, 10**6), st.sampled_from(["837P", "837I"]), st.booleans())
def test_a_true_claim_is_clean(seed: int, form: str, dependent: bool) -> None:
    """Whatever the claim: one that says what happened has nothing against it."""
    bill = a_bill(seed, form, dependent)
    assert problems(sent(bill), known(bill)) == ()


def test_a_replacement_with_the_payers_own_number_is_clean() -> None:
    """Frequency 7 with a number that this payer gave out."""
    bill = a_bill()
    assert problems(sent(bill, frequency="7", original="S1"), known(bill, "S1", "S2")) == ()


def test_a_corrected_member_id_is_no_fault() -> None:
    """Which member id is right is another question; the check does not answer it."""
    assert problems(sent(a_bill(), member_id="NEW123"), known(a_bill())) == ()


# Faults


def changed(**fields: Any) -> Change:
    """A claim with other values."""
    return lambda claim: claim.model_copy(update=fields)


def line(**fields: Any) -> Change:
    """A claim whose first line has other values."""

    def change(claim: ClaimRequest) -> ClaimRequest:
        first, *rest = claim.lines
        return claim.model_copy(update={"lines": (first.model_copy(update=fields), *rest)})

    return change


def prior(**fields: Any) -> Change:
    """A claim whose prior payer said something else at claim level."""

    def change(claim: ClaimRequest) -> ClaimRequest:
        first, *rest = claim.others
        return claim.model_copy(update={"others": (first.model_copy(update=fields), *rest)})

    return change


def prior_line(**fields: Any) -> Change:
    """A claim whose prior payer said something else of the first line."""

    def change(claim: ClaimRequest) -> ClaimRequest:
        decided_, *more = claim.lines[0].priors
        return line(priors=(decided_.model_copy(update=fields), *more))(claim)

    return change


def paid_more(claim: ClaimRequest) -> ClaimRequest:
    """One cent moved from an adjustment to the payment, everywhere, so that all still adds up."""
    first = claim.lines[0].priors[0]
    less, *rest = first.adjustments
    moved = (less.model_copy(update={"cents": less.cents - 1}), *rest)
    balanced = prior_line(paid=first.paid + 1, adjustments=moved)(claim)
    return prior(paid=(claim.others[0].paid or 0) + 1)(balanced)


def regrouped(claim: ClaimRequest) -> ClaimRequest:
    """What was contractual is said to be the patient's."""
    first = claim.lines[0].priors[0].adjustments
    moved = tuple(each.model_copy(update={"group": "PR" if each.group == "CO" else "CO"}) for each in first)
    return prior_line(adjustments=moved)(claim)


def swapped(claim: ClaimRequest) -> ClaimRequest:
    """What was decided on the first line stands on the second, with charges that fit."""
    one, two, *rest = claim.lines
    lines = (one.model_copy(update={"priors": two.priors}), two.model_copy(update={"priors": one.priors}), *rest)
    return claim.model_copy(update={"lines": lines})


def without_dates(claim: ClaimRequest) -> ClaimRequest:
    """No day of decision anywhere."""
    lines = tuple(
        each.model_copy(update={"priors": tuple(one.model_copy(update={"decided_on": None}) for one in each.priors)})
        for each in claim.lines
    )
    return claim.model_copy(update={"lines": lines})


def stranger(claim: ClaimRequest) -> ClaimRequest:
    """A third payer that is said to have come first too."""
    other = OtherPayer(sequence="A", payer_id="79999", paid=0, adjustments=(_whole(claim),))
    return claim.model_copy(update={"others": (*claim.others, other)})


def _whole(claim: ClaimRequest) -> Adjustment:
    return Adjustment(group="CO", reason="45", cents=claim.charge)


NOTHING = Adjustment(group="CO", reason="45", cents=0)

FAULTS: dict[str, tuple[Change, str]] = {
    "charge is not the sum": (changed(charge=1), claim_check.NOT_BALANCED),
    "no lines": (changed(lines=()), claim_check.NOT_BALANCED),
    "line charge": (line(charge=1), claim_check.NOT_BALANCED),
    "other procedure": (line(procedure="99999"), claim_check.LINE),
    "other units": (line(units="2"), claim_check.LINE),
    "line number lost": (line(control_number=""), claim_check.LINE),
    "pointer at nothing": (line(pointers=("9",)), claim_check.DIAGNOSIS),
    "no pointer": (line(pointers=()), claim_check.DIAGNOSIS),
    "other diagnoses": (changed(diagnoses=("Z999",)), claim_check.DIAGNOSIS),
    "other place": (changed(facility="99"), claim_check.PLACE),
    "sent as primary": (changed(sequence="P"), claim_check.ORDER),
    "sent as tertiary": (changed(sequence="T"), claim_check.ORDER),
    "both come first": (prior(sequence="S"), claim_check.ORDER),
    "no such place": (prior(sequence="Z"), claim_check.ORDER),
    "another payer came first": (prior(payer_id="79999"), claim_check.ORDER),
    "a payer without id": (prior(payer_id=""), claim_check.ORDER),
    "a payer that comes later has decided": (stranger, claim_check.ORDER),
    "line of an unknown payer": (prior_line(payer_id="79999"), claim_check.ORDER),
    "no other payer": (changed(others=()), claim_check.NO_DECISION),
    "no decision": (prior(paid=None), claim_check.NO_DECISION),
    "line does not balance": (prior_line(paid=1), claim_check.PRIOR_NOT_BALANCED),
    "claim does not balance": (prior(paid=1), claim_check.PRIOR_NOT_BALANCED),
    "AMT*D is not the sum": (prior(paid=1), claim_check.AMOUNT),
    "line without decision": (line(priors=()), claim_check.PRIOR_NOT_BALANCED),
    "adjustment of nothing": (prior(adjustments=(NOTHING,)), claim_check.DECISION),
    "twice, claim and line": (lambda claim: prior(adjustments=(_whole(claim),))(claim), claim_check.PRIOR_NOT_BALANCED),
    "a cent more, balanced": (paid_more, claim_check.AMOUNT),
    "regrouped, balanced": (regrouped, claim_check.DECISION),
    "on the wrong line": (swapped, claim_check.DECISION),
    "another amount left": (prior(left=1), claim_check.AMOUNT),
    "another amount left on a line": (prior_line(left=1), claim_check.AMOUNT),
    "left at both levels": (lambda claim: prior(left=0)(prior_line(left=0)(claim)), claim_check.DECISION),
    "day at both levels": (prior(decided_on=DECIDED), claim_check.DATE),
    "day nowhere": (without_dates, claim_check.DATE),
    "day on one line only": (prior_line(decided_on=None), claim_check.DATE),
    "decided before the service": (prior_line(decided_on=SERVED - timedelta(days=1)), claim_check.DATE),
    "decided after this claim": (prior_line(decided_on=AT.date() + timedelta(days=1)), claim_check.DATE),
    "no such frequency": (changed(frequency="2"), claim_check.FREQUENCY),
    "replacement of nothing": (changed(frequency="7"), claim_check.OWN_NUMBER),
    "replacement of another's": (changed(frequency="7", original_payer_claim_number="P9"), claim_check.OWN_NUMBER),
    "first claim that replaces": (changed(original_payer_claim_number="S1"), claim_check.OWN_NUMBER),
    "NPI check digit": (changed(npis=("1234567890",)), claim_check.NPI),
    "another's NPI": (changed(npis=("1234567893",)), claim_check.NPI),
    "no NPI": (changed(npis=()), claim_check.NPI),
    "related otherwise": (changed(relationship="19"), claim_check.RELATION),
    "nobody": (lambda claim: claim.model_copy(update={"patient": type(claim.patient)()}), claim_check.NAME),
    "a Medicare reason without Medicare": (changed(insurance_type="12"), claim_check.ORDER),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_each_fault_is_caught_by_its_code(fault: str, seed: int) -> None:
    """The faults that guide validators let pass (and others), each on three claims, by the status that fits it."""
    change, status = FAULTS[fault]
    bill = a_bill(seed)
    assert status in statuses(change(sent(bill)), known(bill, "S1"))


@given(st.integers(0, 10**6), st.integers(-(10**7), 10**7).filter(bool))
def test_no_amount_moves_unseen(seed: int, by: int) -> None:
    """Any other amount paid, claim or line, by a cent or a fortune, is found."""
    bill = a_bill(seed)
    claim = sent(bill)
    assert problems(prior(paid=(claim.others[0].paid or 0) + by)(claim), known(bill))
    assert problems(prior_line(paid=claim.lines[0].priors[0].paid + by)(claim), known(bill))


def test_medicare_second_needs_its_reason() -> None:
    """SBR05 says why Medicare does not come first; 12 is only one of the reasons, and an invented one is none."""
    bill = a_bill()
    medicare = bill.other.model_copy(update={"payer": people.MEDICARE[0]})
    assert medicare.payer.payer_class is PayerClass.MEDICARE
    bill = bill.model_copy(update={"secondary": medicare})
    assert problems(sent(bill), known(bill)) == ()
    assert problems(changed(insurance_type="43")(sent(bill)), known(bill)) == ()
    for wrong in ("", "99"):
        assert statuses(changed(insurance_type=wrong)(sent(bill)), known(bill)) == {claim_check.ORDER}


def test_a_decision_at_claim_level_balances_too() -> None:
    """A prior payer that adjusted the claim and no line says so in 2320, with its day in 2330B."""
    bill = a_bill()
    truth = decided(bill)
    total: dict[tuple[str, str], int] = {}
    for each in (one for decision in truth.lines for one in decision.adjustments):
        total[each.group, each.reason] = total.get((each.group, each.reason), 0) + each.cents
    at_claim = tuple(Adjustment(group=group, reason=reason, cents=cents) for (group, reason), cents in total.items())
    claim = sent(bill)
    bare = claim.model_copy(update={"lines": tuple(each.model_copy(update={"priors": ()}) for each in claim.lines)})
    whole = prior(adjustments=at_claim, decided_on=DECIDED)(bare)
    assert problems(whole, known(bill)) == ()
    assert statuses(prior(decided_on=None)(whole), known(bill)) == {claim_check.DATE}


def test_a_third_payer_wants_both_decisions() -> None:
    """With two payers before it the claim goes out as T, and each of them says what it decided."""
    bill = a_bill()
    first, second = decided(bill), primary_decision(Random(99), bill.lines)
    third = people.policy(Random(5), people.MEDICAID[0], bill.patient)
    claim = sent(bill)
    by_second = OtherPayer(
        sequence="S",
        payer_id=bill.other.payer.payer_id,
        paid=second.paid,
        adjustments=tuple(each for line_ in second.lines for each in line_.adjustments),
        decided_on=DECIDED,
    )
    claim = claim.model_copy(
        update={"sequence": "T", "payer_id": third.payer.payer_id, "others": (*claim.others, by_second)}
    )
    truths = (PriorTruth(bill.primary, first), PriorTruth(bill.other, second))
    of = Known(bill, third, truths)
    assert problems(claim, of) == ()
    assert claim_check.NO_DECISION in statuses(changed(others=claim.others[:1])(claim), of)
    assert claim_check.ORDER in statuses(changed(sequence="S")(claim), of)
    reordered = tuple(
        each.model_copy(update={"sequence": place}) for each, place in zip(claim.others, ("S", "P"), strict=True)
    )
    assert statuses(changed(others=reordered)(claim), of) == {claim_check.ORDER}


@pytest.mark.skipif(not SAMPLE.exists(), reason="public samples are not part of the project")
def test_a_published_claim_balances() -> None:
    """The guide's own secondary claim, with adjustments at both levels, adds up by this arithmetic as well."""
    file = read_file(SAMPLE.read_bytes())
    assert file
    assert not file.fault
    (claim,) = read_mail(SAMPLE.read_bytes()).requests
    assert isinstance(claim, ClaimRequest)
    bill = a_bill().model_copy(update={"claim_number": claim.claim_number})
    (first,) = claim.prior_payers
    truth = PriorTruth(
        bill.primary.model_copy(
            update={"payer": bill.primary.payer.model_copy(update={"payer_id": first.payer_id})},
        ),
        decided(bill),
    )
    said = {each.what for each in problems(claim, Known(bill, bill.other, (truth,)))}
    assert not {each for each in said if "sum" in each or "paid and adjusted" in each}
    assert first.left == sum(each.cents for each in first.adjustments if each.group == "PR")
