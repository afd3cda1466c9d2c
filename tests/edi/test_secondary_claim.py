"""The claim to the next payer: what it carries over, what it tells of earlier decisions, what keeps it from going."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings

from edi import claim_writer, cob_rules, guide_gate
from edi.claim import BilledClaim
from edi.claim_order import Attachment, ClaimOrder, RefusedError
from edi.findings import Finding
from edi.parts import amount, reference
from edi.release import released
from edi.trading_partner import TRIAL
from journey.facts import RemitAdjudicated
from tests.edi.made_claims import NUMBER, Decision, Made, Told, billed, claims, order, plain_decision
from tests.edi.secondary_orders import SUBMISSION, claim_in, items, order_of, segments_of

THREE = Made(
    relations=("18", "01", "18"),
    filings=("CI", "CI", "MC"),
    decisions=(plain_decision((18_500, 6_400)), plain_decision((18_500, 6_400))),
)


def sent(wanted: ClaimOrder) -> str:
    """The file, which every rule lets pass."""
    text = released(wanted)
    assert isinstance(text, str), [each.sentence for each in text]
    return text


def read_back(text: str) -> BilledClaim:
    """The one claim of a file in which the reader finds nothing odd."""
    told = items(text)
    assert [each for each in told if isinstance(each, Finding)] == []
    (claim,) = told
    assert isinstance(claim, BilledClaim)
    return claim


def problems(wanted: ClaimOrder) -> set[str]:
    """The fields that keep a claim back."""
    text = released(wanted)
    assert not isinstance(text, str)
    assert all(each.place and each.fault and each.fix for each in text)
    return {each.field for each in text}


def some(text: str, *beginnings: str) -> list[str]:
    """The segments that begin so, in order."""
    return [each for each in segments_of(text) if each.startswith(beginnings)]


# ---- any claim ------------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(claims())
def test_every_claim_passes_and_says_what_was_asked(made: Made) -> None:
    """Any claim whose remittances balance may go: payer, member, family and money read back as they were asked for."""
    wanted = order(made)
    claim = read_back(sent(wanted))
    policy = wanted.policy
    assert policy is not None
    assert (claim.coverage.sequence, claim.payer.identifier) == ("PST"[made.destination - 1], policy.payer_id)
    assert (claim.subscriber.party.identifier, claim.number) == (policy.member_id, NUMBER)
    assert claim.patient_relationship == made.relations[made.destination - 1]
    assert claim.charge_cents == sum(line.charge_cents for line in claim.lines) == sum(made.charges)
    assert [each.coverage.sequence for each in claim.other_coverages] == [
        letter for at, letter in enumerate("PST"[: len(made.relations)], 1) if at != made.destination
    ]
    assert [each.paid_cents for each in claim.other_coverages] == [
        *(each.paid for each in made.decisions),
        *[None] * (len(made.relations) - 1 - len(made.decisions)),
    ]


@settings(max_examples=60, deadline=None)
@given(claims())
def test_every_claim_balances(made: Made) -> None:
    """Each earlier payer's account covers the charge, at the level on which it decided, and names what is left."""
    claim = read_back(claim_writer.write(order(made)))
    for at, decision in enumerate(made.decisions):
        other = claim.other_coverages[at]
        assert other.payer is not None
        lines = [[each for each in line.adjudications if each.payer_id == f"7000{at + 1}"] for line in claim.lines]
        told = [made for line in lines for made in line]
        at_claim = sum(each.cents for each in other.adjustments)
        adjusted = at_claim + sum(each.cents for each in (item for made in told for item in made.adjustments))
        assert claim.charge_cents - adjusted == other.paid_cents == decision.paid
        left = [amount(each.amounts, "EAF") for each in (other, *told)]
        assert sum(each for each in left if each is not None) == decision.share
        assert (other.adjudicated is None) == decision.by_line
        assert [len(each) for each in lines] == [int(decision.by_line)] * len(claim.lines)


@settings(max_examples=20, deadline=None)
@given(claims())
def test_the_same_order_writes_the_same_bytes(made: Made) -> None:
    """A retried action sends the file that it would have sent: nothing in it comes from clock or chance."""
    assert claim_writer.write(order(made)) == claim_writer.write(order(made))


# ---- what stands where ----------------------------------------------------------------------------------------------


def test_a_secondary_claim_by_line() -> None:
    """The primary's decision by line: SVD, CAS, date and what is left stand on the lines, the sum at the claim."""
    text = sent(order(Made()))
    assert some(text, "SBR") == ["SBR*S*18*GRP2******CI", "SBR*P*18*GRP1******MB"]
    assert some(text, "AMT", "SVD", "CAS", "DTP*573", "REF*F8") == [
        "AMT*D*124.5",
        "REF*F8*ICN1",
        "SVD*70001*92.5*HC:99213**1",
        "CAS*CO*45*37",
        "CAS*PR*2*55.5",
        "DTP*573*D8*20260301",
        "AMT*EAF*55.5",
        "SVD*70001*32*HC:90782**1",
        "CAS*CO*45*12.8",
        "CAS*PR*2*19.2",
        "DTP*573*D8*20260301",
        "AMT*EAF*19.2",
    ]
    assert "MOA***MA01" in segments_of(text)


def test_a_secondary_claim_as_a_whole() -> None:
    """A payer that decided the claim as a whole: reasons said twice are added up, date and rest stand at the claim."""
    text = sent(order(Made(decisions=(plain_decision((18_500, 6_400), by_line=False),), form="837I")))
    assert some(text, "CAS", "AMT", "DTP*573", "SVD") == [
        "CAS*CO*45*49.8",
        "CAS*PR*2*74.7",
        "AMT*D*124.5",
        "AMT*EAF*74.7",
        "DTP*573*D8*20260301",
    ]


def test_a_tertiary_claim_tells_both_decisions() -> None:
    """The third payer learns what the first and the second did, line by line, under their ids."""
    text = sent(order(THREE))
    assert some(text, "SBR") == ["SBR*T*18*GRP3******MC", "SBR*P*18*GRP1******CI", "SBR*S*01*GRP2******CI"]
    assert [each.split("*")[1] for each in some(text, "SVD")] == ["70001", "70002"] * 2
    assert some(text, "REF*F8") == ["REF*F8*ICN1", "REF*F8*ICN2"]


def test_a_third_policy_is_named_without_a_decision() -> None:
    """Billing the second payer tells it of the third, which has not decided."""
    text = sent(order(THREE.with_(decisions=THREE.decisions[:1])))
    assert some(text, "SBR", "AMT*D") == ["SBR*S**GRP2******CI", "SBR*P*18*GRP1******CI", "AMT*D*124.5",
                                          "SBR*T*18*GRP3******MC"]  # fmt: skip


@pytest.mark.parametrize("form", ["837P", "837I"])
def test_a_patient_may_depend_on_one_insured_and_not_on_the_other(form: Any) -> None:
    """The patient's loop follows the policy that is billed; the other policy says its relationship in 2320."""
    depends = read_back(sent(order(Made(relations=("18", "19"), form=form))))
    assert depends.patient is not None
    assert (depends.patient_relationship, depends.patient.birth) == ("19", date(1950, 5, 1))
    assert (depends.patient.party.first, depends.subscriber.party.first) == ("ADA", "HOLDER2")
    assert depends.other_coverages[0].coverage.relationship == "18"
    own = read_back(sent(order(Made(relations=("19", "18"), form=form))))
    assert (own.patient, own.subscriber.birth, own.patient_relationship) == (None, date(1950, 5, 1), "18")
    assert own.other_coverages[0].coverage.relationship == "19"


def test_details_are_carried_over() -> None:
    """Providers, notes, record numbers, diagnoses, dates and line numbers go along as billed."""
    kept = ("PRV", "NM1*85", "N4*SPRINGFIELD*OH*455011234", "REF*EI", "REF*EA", "NTE", "HI", "NM1*82", "SV1", "DTP*472",
            "REF*6R")  # fmt: skip
    assert some(sent(order(Made())), *kept) == some(billed(Made()), *kept)


def test_what_one_payer_gave_stays_with_it() -> None:
    """The primary's authorisation is told as the primary's, and its number of a provider to nobody else."""
    text = sent(order(Made()))
    assert "REF*G2*OLD7" not in segments_of(text)
    at = segments_of(text).index("NM1*PR*2*PAYER 1*****PI*70001")
    assert segments_of(text).index("REF*G1*AUTH1") > at


def test_numbers_that_come_back_are_ours() -> None:
    """A 277CA returns REF*D9, a 999 and a TA1 the control numbers."""
    text = sent(order(Made()))
    assert (reference(read_back(text).references, "D9"), some(text, "BHT")[0].split("*")[3]) == (SUBMISSION, SUBMISSION)
    assert [each.split("*")[-1] for each in some(text, "SE*", "GE*", "IEA*")] == ["0017", "17", "000000017"]


@pytest.mark.parametrize("frequency", ["7", "8"])
def test_a_replacement_names_the_payers_number(frequency: Any) -> None:
    """Denied goes again as 7 with REF*F8 of the secondary; the primary's own number stays in its loop."""
    claim = read_back(sent(order(Made(), frequency=frequency, original_payer_claim_number="SEC9")))
    assert (claim.frequency, claim.original_payer_claim_number) == (frequency, "SEC9")
    assert reference(claim.other_coverages[0].references, "F8") == "ICN1"


def test_an_attachment_is_announced() -> None:
    """PWK tells the payer which document comes beside the claim, and under which number."""
    text = sent(order(Made(), attachment=Attachment(control="DOC77")))
    assert "PWK*EB*FX***AC*DOC77" in segments_of(text)


@pytest.mark.parametrize("form", ["837P", "837I"])
def test_medicare_second_says_why(form: Any) -> None:
    """SBR05 on professional claims; on institutional ones a value code with what the first payer paid."""
    made = Made(filings=("CI", "MB"), form=form)
    assert problems(order(made)) == {"SBR05"}
    assert problems(order(made, insurance_type="99")) == {"SBR05"}
    text = sent(order(made, insurance_type="43"))
    assert ("SBR*S*18*GRP2**43****MB" in segments_of(text)) == (form == "837P")
    assert ("HI*BE:43:::124.5" in segments_of(text)) == (form == "837I")


def test_medicare_third_is_paper() -> None:
    """Medicare takes no electronic claim after two payers (field notes 1.11)."""
    made = THREE.with_(filings=("CI", "CI", "MB"))
    assert problems(order(made, insurance_type="12")) == {"SBR01"}


def test_a_bundled_line_names_the_one_it_went_into() -> None:
    """Two lines decided as one procedure: SVD06 of the unpaid one is the number of the paid one."""
    wanted = order(Made())
    (remit,) = wanted.remits
    lines = tuple(
        each.model_copy(update={"billed_procedure": each.procedure, "procedure": "80053"}) for each in remit.lines
    )
    remits = (remit.model_copy(update={"lines": lines}),)
    text = sent(wanted.model_copy(update={"remits": remits}))
    assert some(text, "SVD") == ["SVD*70001*92.5*HC:80053**1", "SVD*70001*32*HC:80053**1*1"]


def test_a_line_that_was_taken_apart_is_told_in_parts() -> None:
    """One billed line decided as two: two SVD, which together account for its charge."""
    wanted = order(Made(charges=(10_000,), decisions=(plain_decision((10_000,)),)))
    (remit,) = wanted.remits
    (line,) = remit.lines
    parts = (
        line.model_copy(update={"charge": 10_000, "billed_procedure": line.procedure, "procedure": "99211"}),
        line.model_copy(update={"charge": 0, "paid": 0, "adjustments": (), "procedure": "99212"}),
    )
    text = sent(wanted.model_copy(update={"remits": (remit.model_copy(update={"lines": parts}),)}))
    assert some(text, "SVD") == ["SVD*70001*50*HC:99211**1", "SVD*70001*0*HC:99212**1"]


def test_corrections_override_what_was_billed() -> None:
    """V3: the name, number and birth that the payer has go out, accents and small letters sent as payers take them."""
    wanted = order(Made(relations=("18", "01")))
    first, second = wanted.claim.coverages
    second = second.model_copy(update={"member_id": "NEW9", "member_last_name": "Müller", "payer_id": "79999"})
    changes = {"coverages": (first, second), "provider_npi": "1999999984", "patient_birth_date": date(1951, 1, 2)}
    text = sent(wanted.model_copy(update={"claim": wanted.claim.model_copy(update=changes)}))
    assert "NM1*IL*1*MULLER*HOLDER2****MI*NEW9" in segments_of(text)
    assert "NM1*PR*2*PAYER 2*****PI*79999" in segments_of(text)
    assert "NM1*85*2*EXAMPLE CLINIC*****XX*1999999984" in segments_of(text)
    assert "DMG*D8*19510102*F" in segments_of(text)


# ---- what keeps a claim back ----------------------------------------------------------------------------------------


def changed(wanted: ClaimOrder, **changes: Any) -> ClaimOrder:
    """The order with another primary remittance."""
    (remit,) = wanted.remits
    return wanted.model_copy(update={"remits": (remit.model_copy(update=changes),)})


def without_numbers(remit: RemitAdjudicated) -> RemitAdjudicated:
    """The remittance without our line numbers."""
    return remit.model_copy(update={"lines": tuple(each.model_copy(update={"number": ""}) for each in remit.lines)})


def test_bad_remittances_are_told_with_the_field() -> None:
    """An 835 without date, of another charge, that does not add up, or below zero never becomes a claim."""
    wanted = order(Made())
    assert problems(wanted.model_copy(update={"remits": ()})) == {"remittance"}
    assert problems(changed(wanted, payment_date=None)) == {"DTP*573"}
    assert "CLP03" in problems(changed(wanted, charge=1))
    assert problems(changed(wanted, paid=12_451)) == {"CAS"}
    assert "AMT*D" in problems(changed(wanted, paid=-1))
    line = wanted.remits[0].lines[0]
    assert problems(changed(wanted, lines=(line,))) == {"SVD"}
    other = line.model_copy(update={"charge": line.charge - 100, "paid": line.paid - 100})
    assert problems(changed(wanted, lines=(other, wanted.remits[0].lines[1]))) == {"SVC02"}


def test_lines_that_cannot_be_told_apart_are_asked_about() -> None:
    """Without our numbers, lines are matched by procedure and charge in order; where that fits two, a person looks."""
    wanted = order(Made(numbered=False))
    remit = without_numbers(wanted.remits[0])
    assert sent(wanted.model_copy(update={"remits": (remit,)}))
    doubled = remit.model_copy(update={"lines": (*remit.lines, remit.lines[0])})
    assert problems(wanted.model_copy(update={"remits": (doubled,)})) == {"REF*6R"}
    strange = remit.lines[0].model_copy(update={"procedure": "11111"})
    assert problems(changed(wanted, lines=(strange, remit.lines[1]))) == {"REF*6R"}


def test_a_claim_that_the_payer_split_is_told_as_one() -> None:
    """Two parts of one decision (277CA A5) are one account; one part alone is not the claim (F6)."""
    wanted = order(Made())
    (remit,) = wanted.remits
    parts = tuple(
        remit.model_copy(
            update={
                "charge": line.charge,
                "paid": line.paid,
                "adjustments": line.adjustments,
                "lines": (line,),
                "payer_claim_number": f"ICN{number}",
            }
        )
        for number, line in enumerate(remit.lines, 1)
    )
    assert "AMT*D*124.5" in segments_of(sent(wanted.model_copy(update={"remits": parts})))
    assert problems(wanted.model_copy(update={"remits": parts[:1]})) == {"CLP03"}


def test_facts_of_an_older_version_still_tell_the_claims_own_adjustments() -> None:
    """A remittance heard before claim-level adjustments were kept apart makes the same claim."""
    wanted = order(Made(decisions=(plain_decision((18_500, 6_400), by_line=False),)))
    assert claim_writer.write(changed(wanted, claim_adjustments=())) == claim_writer.write(wanted)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"frequency": "7"}, "REF*F8"),
        ({"original_payer_claim_number": "SEC9"}, "REF*F8"),
        ({"destination": 3}, "SBR"),
        ({"provider_postal_code": "45501"}, "N403"),
        ({"submission_id": "A*B"}, "submission_id"),
        ({"frequency": "7", "original_payer_claim_number": "S~9"}, "original_payer_claim_number"),
    ],
)
def test_an_order_that_cannot_be_filled_names_the_field(more: dict[str, Any], field: str) -> None:
    """Each refusal says which field, where, and what to do; nothing is guessed."""
    assert field in problems(order(Made(), **more))


@pytest.mark.parametrize("field", ["payer_id", "payer_name", "member_id", "member_last_name", "relationship"])
def test_an_unknown_policy_names_the_field(field: str) -> None:
    """What the claim does not know of the policy that is billed is asked for by its name."""
    wanted = order(Made(relations=("18", "01")))
    first, second = wanted.claim.coverages
    claim = wanted.claim.model_copy(update={"coverages": (first, second.model_copy(update={field: ""}))})
    assert field in problems(wanted.model_copy(update={"claim": claim}))


def test_two_earlier_payers_of_one_id_cannot_be_told_apart() -> None:
    """SVD01 names a payer by its id; where two earlier payers share it, a person looks."""
    wanted = order(THREE)
    claim = wanted.claim
    same = tuple(each.model_copy(update={"payer_id": "70001"}) if each.order == 2 else each for each in claim.coverages)
    assert "payer_id" in problems(wanted.model_copy(update={"claim": claim.model_copy(update={"coverages": same})}))


def test_an_end_of_the_envelope_that_does_not_fit_is_told() -> None:
    """A partner that no ISA can hold is a refusal that names the element, not a crash."""
    sender = TRIAL.sender.model_copy(update={"identifier": "A" * 16})
    assert problems(order(Made(), partner=TRIAL.model_copy(update={"sender": sender}))) == {"ISA06"}


def test_a_claim_of_which_no_segments_are_held_cannot_be_built() -> None:
    """Without the claim as billed nothing can be carried over; the refusal says so."""
    claim = claim_in(billed(Made())).model_copy(update={"segments": ()})
    assert problems(order_of(claim, ())) == {"segments"}


def test_no_refusal_tells_a_value() -> None:
    """Problems are logged and shown to people who may not see the claim: fields and rules only."""
    wanted = order(Made(relations=("18", "01")))
    values = ("QUILLFEATHER", "MEM00", "70001", "70002", NUMBER, "ICN1", "124.5", "18500", "12450")
    for bad in (
        changed(wanted, charge=1),
        changed(wanted, paid=12_451),
        wanted.model_copy(update={"original_payer_claim_number": "MEM00~2"}),
        wanted.model_copy(update={"provider_postal_code": "MEM00"}),
    ):
        told = released(bad)
        assert not isinstance(told, str)
        assert [each for each in values if each in str(RefusedError(*told))] == []


def test_a_payment_dated_ahead_is_a_decision_of_today() -> None:
    """835s of electronic payments come a day or two before the money: DTP*573 never lies in the future."""
    text = sent(changed(order(Made()), payment_date=date(2026, 4, 3)))
    assert set(some(text, "DTP*573")) == {"DTP*573*D8*20260401"}


def test_no_zero_adjustment_goes_out() -> None:
    """An adjustment of zero, which remittances may hold, is refused by payers and left out."""
    told = Told(18_500, (("CO", "45", 0), ("PR", "1", 100), ("CO", "45", -100)))
    wanted = order(Made(charges=(18_500,), decisions=(Decision((told,)),)))
    text = sent(wanted)
    assert some(text, "CAS") == ["CAS*CO*45*-1", "CAS*PR*1*1"]
    assert cob_rules.check(text) == guide_gate.gate(text) == ()
