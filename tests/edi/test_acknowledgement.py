"""999, TA1 and 277CA: what became of what we sent."""

from datetime import date

import pytest


def test_each_set_of_a_999_has_its_own_verdict(make, reading):
    """Accepted, accepted with errors and rejected sets come out one by one, with the group's verdict behind them."""
    outcome = reading(make.file("999"))
    sets = outcome.of("set_acknowledgement")
    assert outcome.codes == set()
    assert [(item.set_control, item.status, item.accepted) for item in sets] == [
        ("CT100001", "A", True),
        ("CT100002", "E", True),
        ("CT100003", "R", False),
    ]
    (group,) = outcome.of("group_acknowledgement")
    assert (group.status, group.included, group.received, group.accepted_sets) == ("P", 3, 3, 2)
    assert not group.accepted
    assert (group.header.functional_id, group.header.acknowledged_group) == ("HC", "17456")


def test_a_rejection_says_where_the_error_is(make, reading):
    """Segment, position, our claim number, element, component and codes are kept; the bad value is not."""
    rejected = reading(make.file("999")).of("set_acknowledgement")[2]
    (error,) = rejected.errors
    assert (error.segment, error.position, error.code, error.claim_number) == ("CLM", 22, "8", "CN3")
    (element,) = error.elements
    assert (element.position, element.component, element.data_element, element.code) == (5, 3, "1331", "7")
    assert rejected.reasons == ("5",)


def test_a_997_is_read_like_a_999(make, reading):
    """The older acknowledgement says the same with AK3 to AK5."""
    text = make.file("999").replace("ST*999", "ST*997").replace("IK", "AK").replace("005010X231A1", "005010")
    outcome = reading(text)
    assert outcome.codes == set()
    assert [item.status for item in outcome.of("set_acknowledgement")] == ["A", "E", "R"]


@pytest.mark.parametrize(
    ("old", "new", "codes"),
    [
        ("IK5*A~", "", {"IK5_MISSING"}),
        ("IK5*A~", "IK5*Q~", {"VALUE_BAD"}),
        ("IK5*A~", "IK5*A~IK5*R~", {"SEGMENT_REPEATED"}),
        ("AK2*837*CT100001*005010X222A1", "AK2*837", {"VALUE_MISSING"}),
        ("AK2*837*CT100001", "ZZ2*837*CT100001", {"SEGMENT_UNKNOWN"}),
        ("IK5*A~", "ZZZ*1~IK5*A~", {"SEGMENT_UNKNOWN"}),
        ("IK5*A~", "IK4*1*2*3~IK5*A~", {"SEGMENT_MISPLACED"}),
        ("AK9*P*3*3*2", "AK9*P*3*three*2", {"VALUE_BAD"}),
        ("AK9*P*3*3*2", "AK9*P*3*3*3", {"AK9_COUNT"}),
        ("AK9*P*3*3*2~", "", {"AK9_MISSING", "SE01_COUNT"}),
    ],
)
def test_an_acknowledgement_that_is_unclear_is_not_guessed(make, reading, old, new, codes):
    """A verdict that is missing, double or unknown is set aside or reported, and the other verdicts are read."""
    outcome = reading(make.file("999").replace(old, new, 1))
    assert outcome.codes - {"SE01_COUNT"} == codes - {"SE01_COUNT"}
    verdicts = len(outcome.of("set_acknowledgement")) + len(outcome.of("group_acknowledgement"))
    assert verdicts + len(outcome.quarantined) >= 3


@pytest.mark.parametrize(("status", "accepted"), [("A", True), ("E", True), ("R", False)])
def test_a_ta1_judges_an_envelope(make, reading, status, accepted):
    """TA1 stands between ISA and GS, alone or before groups."""
    text = make.file("999").replace("GS*", f"TA1*000000905*260301*1200*{status}*000~GS*", 1)
    outcome = reading(text)
    (judged,) = outcome.of("interchange_acknowledgement")
    assert (judged.acknowledged_interchange, judged.accepted) == ("000000905", accepted)
    assert judged.acknowledged_date == date(2026, 3, 1)
    assert outcome.codes == set()
    assert len(outcome.of("set_acknowledgement")) == 3


def test_a_ta1_with_an_unknown_verdict_is_set_aside(make, reading):
    """TA104 must be A, E or R."""
    outcome = reading(make.file("999").replace("GS*", "TA1*000000905*260301*1200*Q*000~GS*", 1))
    assert outcome.codes == {"VALUE_BAD"}
    assert outcome.quarantined[0].transaction_set == "TA1"


def test_vector_h_a_payer_rejects_a_member_number(make, reading):
    """A7:164:IL with U is a rejection by the payer that names the field."""
    outcome = reading(make.envelope("277CA", make.body_277ca([make.status_277ca("CT100001", "A7:164:IL", "U")])))
    claim = outcome.of("claim_acknowledgement")[-1]
    assert outcome.codes == set()
    assert (claim.level, claim.trace, claim.rejected) == ("claim", "CT100001", True)
    assert claim.header.from_payer
    assert [(item.category, item.code, item.entity) for item in claim.codes] == [("A7", "164", "IL")]
    assert claim.statuses[0].charge_cents == 100_000
    assert claim.payer_claim_number == "ICNCT100001"


def test_vector_i_a_payer_accepts(make, reading):
    """A2:20:PR with WQ is on file; from a clearinghouse (AY) the same words are not a payer's."""
    payer = reading(make.file("277CA")).of("claim_acknowledgement")[-1]
    house = reading(make.envelope("277CA", make.body_277ca(source="AY"))).of("claim_acknowledgement")[-1]
    assert not payer.rejected
    assert not house.rejected
    assert (payer.header.from_payer, house.header.from_payer) == (True, False)
    assert payer.statuses[0].effective == date(2026, 3, 2)


def test_the_levels_above_a_claim_are_read(make, reading):
    """Source dates, receiver, provider, batch trace, counts and amounts are there; a batch verdict is its own item."""
    batch, claim, *_ = reading(make.file("277CA")).of("claim_acknowledgement")
    assert (batch.level, batch.trace, batch.quantities[0].value, batch.amounts[0].cents) == (
        "receiver",
        "BATCH1",
        3,
        300_000,
    )
    assert (claim.header.received, claim.header.processed) == (date(2026, 3, 1), date(2026, 3, 2))
    assert (claim.header.receiver.identifier, claim.provider.identifier) == ("SUB1", "1234567893")
    assert claim.patient.identifier == "X900CT100001"
    assert claim.service.start == date(2026, 1, 5)


def test_all_three_status_composites_and_rejected_lines_are_read(make, reading):
    """STC01, STC10 and STC11 all count, at claim and line level."""
    text = make.status_277ca("CT100001", "A7:164:IL", "U").replace("*U*1000~", "*U*1000******A6:125:QC*A8:171~", 1)
    text += "SVC*HC:99213:25*700*****1~STC*A7:454*20260302*U*700~REF*FJ*L1~DTP*472*D8*20260105~"
    claim = reading(make.envelope("277CA", make.body_277ca([text]))).of("claim_acknowledgement")[-1]
    assert [(item.category, item.code) for item in claim.codes] == [
        ("A7", "164"),
        ("A6", "125"),
        ("A8", "171"),
        ("A7", "454"),
    ]
    (line,) = claim.lines
    assert (line.procedure.code, line.charge_cents, line.control_number) == ("99213", 70_000, "L1")


@pytest.mark.parametrize(
    ("old", "new", "typed", "codes"),
    [
        ("HL*5*3*PT", "HL*5*9*PT", 2, {"HL_PARENT"}),
        ("HL*5*3*PT", "HL*5*3*XX", 2, {"HL_LEVEL", "LOOP_ORPHAN"}),
        ("HL*5*3*PT", "HX*5*3*PT", 1, {"SEGMENT_UNKNOWN", "SEGMENT_MISPLACED", "HL_SEQUENCE"}),
        ("HL*3*2*19*1", "HX*3*2*19*1", 0, {"SEGMENT_UNKNOWN", "SEGMENT_MISPLACED", "HL_SEQUENCE", "HL_PARENT"}),
        ("TRN*2*CT100002", "TRX*2*CT100002", 2, {"SEGMENT_UNKNOWN", "LOOP_ORPHAN"}),
        ("STC*A2:20:PR*20260302*WQ*1000~REF*1K*ICNCT100002", "REF*1K*ICNCT100002", 2, {"STC_MISSING"}),
        ("TRN*2*CT100002~STC*A2:20", "TRN*2*CT100002~STC*Z9:20", 2, {"VALUE_BAD"}),
        ("TRN*2*CT100002~STC*A2:20", "TRN*2*CT100002~STC*F1:20", 3, {"STC_CATEGORY"}),
        ("QTY*90*3", "QTY*90*4", 3, {"QTY_COUNT"}),
        ("TRN*2*CT100002~", "", 3, {"TRN_MISSING"}),
    ],
)
def test_a_damaged_hierarchy_never_gives_a_status_to_the_wrong_claim(make, reading, old, new, typed, codes):
    """What stands below a level that cannot be trusted is set aside; the rest is read."""
    outcome = reading(make.file("277CA").replace(old, new, 1))
    claims = [item for item in outcome.of("claim_acknowledgement") if item.level == "claim"]
    assert len(claims) == typed
    # Segments left out and loops set aside make the counts wrong as well; each case is about what it names.
    assert outcome.codes - {"SE01_COUNT"} - ({"QTY_COUNT"} - codes) == codes
    for claim in claims:
        assert claim.trace in (claim.patient.identifier.removeprefix("X900"), "")
