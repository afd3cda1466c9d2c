"""Transactions to facts: what each says of a case, and by which keys its cases are found."""

from datetime import UTC, date, datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

import pytest

from edi.controls import sent_under, submission_of
from edi.coverage import member_keys
from edi.facts import sightings
from edi.opening import snapshot
from edi.sighting import Reception
from journey.claim import Claim, Coverage

NOW = datetime(2026, 4, 3, 15, tzinfo=UTC)


def opaque(kind, *parts):
    """Stands in for the keyed digest."""
    return f"{kind}-{sha256(repr(parts).encode()).hexdigest()}"


RECEPTION = Reception(NOW, ZoneInfo("America/New_York"), "doc", opaque)


def seen(outcome):
    """All sightings of what was read."""
    return [each for item in outcome.typed for each in sightings(item, RECEPTION)]


def policy(**changes):
    """The policy that the synthetic 271 speaks of."""
    usual = {"order": 2, "payer_id": "70001", "payer_name": "Example Health", "member_id": "X900CT100001"}
    return Coverage.model_validate({**usual, "relationship": "18", **changes})


def a_claim(*coverages, first="JANE", birth=date(1970, 1, 2)):
    """A claim of a patient with these policies."""
    return Claim(
        claim_number="CT1",
        practice="north",
        charge=100,
        service_from=date(2026, 3, 1),
        service_to=date(2026, 3, 1),
        coverages=coverages,
        patient_first_name=first,
        patient_last_name="DOE",
        patient_birth_date=birth,
    )


def coverage(make, reading, said):
    """The sighting of a 271 with these benefits."""
    (found,) = seen(reading(make.envelope("271", make.body_271([make.answer_271("CT100001", said)]))))
    return found


def test_an_eligibility_answer_is_a_fact_with_all_that_it_says(make, reading):
    """Payer, state, bounds, other payers and the member as the payer has it; the day is the answer's own."""
    found = coverage(
        make,
        reading,
        "EB*1**30~DTP*291*RD8*20250101-20261231~EB*R**30~DTP*290*D8*20260101~DTP*636*D8*20260301~"
        "LS*2120~NM1*PRP*2*OTHER HEALTH*****PI*70002~LE*2120~",
    )
    fact = found.fact
    assert (fact.kind, fact.payer_ids, fact.payer_name) == ("coverage_checked", ("70001",), "EXAMPLE HEALTH")
    assert (fact.active, fact.since, fact.until) == (True, date(2025, 1, 1), date(2026, 12, 31))
    assert (fact.member_id, fact.member_last_name, fact.member_first_name) == ("X900CT100001", "DOE", "JANE")
    assert (fact.member_birth_date, fact.verified_on, fact.refusals) == (date(1970, 1, 2), date(2026, 3, 1), ())
    (other,) = fact.others
    assert (other.payer_id, other.payer_name, other.order, other.since) == (
        "70002",
        "OTHER HEALTH",
        1,
        date(2026, 1, 1),
    )
    assert fact.happened_at.astimezone(RECEPTION.zone).date() == date(2026, 4, 2)


def test_a_refused_search_says_nothing_of_the_coverage(make, reading):
    """AAA never counts as an answer: the fact carries the reason and no state."""
    found = coverage(make, reading, "EB*6**30~").fact
    body = make.body_271([make.answer_271("CT100001", "EB*6**30~").replace("DMG*D8", "AAA*N**72*C~DMG*D8")])
    (refused,) = seen(reading(make.envelope("271", body)))
    assert (found.active, refused.fact.active, refused.fact.refusals) == (False, None, ("72",))


def test_an_eligibility_answer_is_found_by_question_member_and_account(make, reading):
    """The trace first, then the member of that payer by its id and by its name, then our claim number if it returns."""
    keys = coverage(make, reading, "EB*1**30~").keys
    members = (("member", "id:70001|X900CT100001|18"), ("member", "name:EXAMPLEHEALTH|X900CT100001|18"))
    assert keys == (("question", "CT100001"), ("question", "Q1"), *members, ("claim_number", "CT100001"))
    assert set(members) <= set(member_keys(a_claim(policy())))
    body = make.body_271([make.answer_271("T1").replace("REF*6P*GRP77", "REF*EJ*CT7")])
    (asked_for_a_claim,) = seen(reading(make.envelope("271", body)))
    assert asked_for_a_claim.keys[-2:] == (("claim_number", "CT7"), ("claim_number", "T1"))


@pytest.mark.parametrize(
    ("changes", "shares"),
    [
        ({}, True),
        ({"payer_id": "OTHER"}, True),
        ({"payer_id": "OTHER", "payer_name": "Other"}, False),
        ({"member_id": "x900-ct100001"}, True),
        ({"member_id": "X900CT100002"}, False),
        ({"relationship": "19"}, False),
        ({"relationship": "", "member_last_name": "Doe", "member_first_name": "Jane"}, True),
        ({"relationship": ""}, False),
        ({"member_id": ""}, False),
    ],
)
def test_a_member_is_known_to_one_payer_by_one_number(make, reading, changes, shares):
    """The number and the payer must both fit, and the patient must be the member that was spoken of."""
    spoken = {each for each in coverage(make, reading, "EB*1**30~").keys if each[0] == "member"}
    assert bool(spoken & set(member_keys(a_claim(policy(**changes))))) is shares


def test_what_is_said_of_one_child_reaches_only_that_child(make, reading):
    """A family shares one member id: the dependent's first name tells the cases apart."""
    body = make.body_271(["X~"]).split("HL*3*")[0] + (
        "HL*3*2*22*1~NM1*IL*1*DOE*JANE****MI*X900~HL*4*3*23*0~NM1*03*1*DOE*JACK~DMG*D8*20100102*M~EB*6**30~"
    )
    (found,) = seen(reading(make.envelope("271", body)))
    spoken = {each for each in found.keys if each[0] == "member"}
    child = policy(member_id="X900", relationship="19")
    jack, jill, jane = (
        set(member_keys(a_claim(child, first=first, birth=date(2010, 1, 2)))) for first in ("Jack", "Jill", "Jane")
    )
    assert spoken & jack
    assert not spoken & (jill | jane | set(member_keys(a_claim(policy(member_id="X900")))))


def offsets(make, reading, plb, paid):
    """The offsets of a payment of three claims with this PLB."""
    text = make.envelope("835", make.body_835(paid=paid, plb=f"PLB*1234567893*20261231*{plb}~"))
    outcome = reading(text)
    assert outcome.codes == set()
    return [each for each in seen(outcome) if each.fact.kind == "payment_offset"]


def test_money_taken_from_a_payment_concerns_the_claim_named_and_all_claims_paid(make, reading):
    """F7: the one was settled, the others' money is less than their decisions say (field notes 1.6)."""
    named, all_paid = offsets(make, reading, "WO:ICNOLD*140", "1300")
    assert (named.fact.names_claim, named.fact.amount, named.fact.settles) == (True, 14_000, "ICNOLD")
    assert named.keys == (("claim_number", "ICNOLD"), ("payer_claim_number", "ICNOLD"))
    fact = all_paid.fact
    assert (fact.names_claim, fact.amount, fact.reason, fact.settles) == (False, 14_000, "WO", "ICNOLD")
    assert (fact.trace, all_paid.keys) == ("EFT20260302", (("trace", "id:70001|EFT20260302"),))
    assert named.fact.fact_id != fact.fact_id


@pytest.mark.parametrize(
    ("plb", "paid"), [("72:R1*-140*WO:R1*140", "1440"), ("FB:A*-50*FB:B*50", "1440"), ("L6:A*-20*CS:B*20", "1440")]
)
def test_adjustments_that_offset_each_other_take_nothing_from_others(make, reading, plb, paid):
    """A refund that is acknowledged, or a balance carried on within one cheque, moves no money of other claims."""
    assert [each.fact.names_claim for each in offsets(make, reading, plb, paid)] == [True, True]


def test_only_the_net_amount_counts_and_names_what_moved_it(make, reading):
    """Pairs fall out, what is left is added up, and what all of it settled is named."""
    found = offsets(make, reading, "72:R1*-140*WO:R1*140*WO:C1*300*FB:C2*100*L6:X*-10", "1050")[-1].fact
    assert (found.amount, found.reason, found.settles) == (39_000, "WO", "C1, C2")


def test_interest_for_a_payment_is_money_beyond_its_claims(make, reading):
    """A negative adjustment raises the payment; without a reference it names no claim."""
    (found,) = offsets(make, reading, "L6*-15", "1455")
    assert (found.fact.names_claim, found.fact.amount, found.fact.settles) == (False, -1_500, "")


def test_a_split_claim_stays_several_facts(make, reading):
    """Two CLP of one claim, and two statuses of one trace in a 277CA with A5, are events of their own (F6)."""
    claims = [
        make.claim_835("CT100001"),
        make.claim_835("CT100001").replace("ICNCT100001", "ICNB"),
        make.claim_835("CT100001"),
    ]
    remits = seen(reading(make.envelope("835", make.body_835(claims))))
    split = [make.status_277ca("CT100001", "A5:20:PR"), make.status_277ca("CT100001", "A5:20:PR")]
    taken = [each for each in seen(reading(make.envelope("277CA", make.body_277ca(split)))) if each.fact.accepted]
    for found in (remits, taken):
        assert len({each.fact.fact_id for each in found}) == len(found) > 1
        assert len({each.keys[-1] for each in found}) == 1
    assert [each.fact.category for each in taken] == ["A5", "A5"]


@pytest.mark.parametrize("category", ["F3F", "F3N"])
def test_the_primary_may_say_whether_it_forwarded(make, reading, category):
    """F3F and F3N reach the case with the payer's identity, by which the case knows that the primary speaks (1.9)."""
    body = make.body_277([make.status_277("CT100001", f"{category}:16")])
    (found,) = seen(reading(make.envelope("277", body)))
    assert (found.fact.category, found.fact.payer_ids) == (category, ("70001",))
    assert found.keys[0] == ("question", "CT100001")


@pytest.fixture
def secondary(make, reading):
    """A secondary claim of the provider's own."""
    text = make.file("837P").replace("SBR*P*18", "SBR*S*18")
    return reading(text).of("billed_claim")[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("AK1*HC*001~AK2*837*1~IK5*R~AK9*R*1*1*0~", {"set", "group"}),
        ("AK1*HC*1~AK2*837*0001~IK5*A~AK9*A*1*1*1~", {"set"}),
        ("AK1*HC*1~AK2*837*0001~IK5*A~AK2*837*0002~IK5*R~AK9*P*2*2*1~", {"set"}),
        ("AK1*HC*2~AK2*837*0001~IK5*R~AK9*R*1*1*0~", set()),
    ],
)
def test_what_refuses_a_file_names_what_it_was_sent_under(make, reading, secondary, text, expected):
    """999 by group and set, zeros aside; a group that was taken in part speaks through its sets only."""
    found = seen(reading(make.envelope("999", text)))
    assert {key for each in found for key, value in each.keys if (key, value) in sent_under(secondary)} == expected
    assert all(each.to == "PROVIDER" for each in found)


def test_a_refused_interchange_names_it(make, reading, secondary):
    """TA1 returns ISA13; an accepted one says nothing of any claim."""
    text = make.envelope("999", make.body_999())
    head, rest = text.split("GS*", 1)
    refused = seen(reading(f"{head}TA1*000000001*260302*1200*R*006~GS*{rest}"))[0]
    taken = seen(reading(f"{head}TA1*000000001*260302*1200*A*000~GS*{rest}"))
    assert (refused.fact.layer, refused.keys[0] in sent_under(secondary)) == ("TA1", True)
    assert all(each.fact.layer == "999" for each in taken)


def test_a_refused_batch_names_its_reference(make, reading, secondary):
    """277CA above claim level returns BHT03, for one provider with its NPI; neither is ever a claim number."""
    refused = make.body_277ca().replace("STC*A1:19:PR*20260302*WQ*3000", "STC*A3:24:85*20260302*U*3000")
    refused = refused.replace("TRN*2*BATCH1", "TRN*2*B1").split("HL*4*")[0]
    of_provider = make.body_277ca().replace("TRN*2*BATCH1", "TRN*2*B1").split("HL*4*")[0] + (
        "TRN*1*P1~STC*A3:24:85*20260302*U*3000~"
    )
    for body in (refused, of_provider):
        (found,) = seen(reading(make.envelope("277CA", body)))
        assert found.fact.accepted is False
        assert [each for each in found.keys if each in sent_under(secondary)]
        assert "claim_number" not in dict(found.keys)


def test_a_refused_status_question_is_nobodys_claim(make, reading):
    """A 999 on a 276 has no key, so that a person sees it; an accepted one says nothing."""
    text = "AK1*HR*1~AK2*276*0001~IK5*{}~AK9*{}*1*1*0~"
    assert [each.keys for each in seen(reading(make.envelope("999", text.format("R", "R"))))] == [(), ()]
    assert seen(reading(make.envelope("999", text.format("A", "A")))) == []


def test_the_providers_own_claim_is_known_by_one_id(secondary):
    """What registers the control numbers and what tells the case of the submission speak of the same claim."""
    (found,) = sightings(secondary, RECEPTION)
    assert found.fact.submission_id == submission_of(secondary)
    assert snapshot(secondary, "north").claim_number == "CT100001"
