"""271: what a payer says of a coverage, of other payers, and of why it cannot answer (field notes 1.10)."""

import random
from datetime import date

import pytest

DEPENDENT = "NM1*03*1*DOE*{first}~DMG*D8*{born}*M~INS*N*19~EB*{said}**30~"


def answer(make, reading, said):
    """The only answer of a file with these benefits."""
    outcome = reading(make.envelope("271", make.body_271([make.answer_271("CT100001", said)])))
    assert outcome.codes == set()
    (found,) = outcome.of("coverage_answer")
    return found


def family(make, *dependents):
    """A subscriber level that names the member only, with dependents below."""
    body = make.body_271(["X~"]).split("HL*3*")[0] + "HL*3*2*22*1~NM1*IL*1*DOE*JANE****MI*X900~"
    levels = (f"HL*{number}*3*23*0~TRN*2*CT{first}~" for number, (first, _) in enumerate(dependents, 4))
    return make.envelope(
        "271", body + "".join(f"{head}{rest}" for head, (_, rest) in zip(levels, dependents, strict=True))
    )


def test_the_member_is_read_as_the_payer_has_it(make, reading):
    """Id, name, birth date, group and our trace: what a corrected claim needs."""
    found = answer(make, reading, "EB*1**30~")
    member = found.subscriber
    assert (member.party.identifier, member.party.full_name, member.birth) == (
        "X900CT100001",
        "JANE DOE",
        date(1970, 1, 2),
    )
    assert (member.relationship, member.references[0].value, found.traces) == ("18", "GRP77", ("CT100001",))
    assert (found.header.source.identifier, found.header.reference) == ("70001", "Q1")
    assert found.header.created == date(2026, 4, 2)


@pytest.mark.parametrize(
    ("said", "active"),
    [
        ("EB*1**30~", True),
        ("EB*5**30~", True),
        ("EB*6**30~", False),
        ("EB*8~", False),
        ("EB*C**30***23*500~", None),
        ("EB*1**30~EB*6**35~", True),
        ("EB*6**30~EB*1**35~", False),
        ("EB*6**30~EB*1**30~", True),
        ("EB*6**35~EB*1**88~", True),
        ("EB*6**88^30^35~", False),
        ("EB*R**30~", None),
    ],
)
def test_the_plan_as_a_whole_decides_whether_a_coverage_stands(make, reading, said, active):
    """EB01 1 to 5 stands, 6 to 8 does not; a benefit that is not covered says nothing of the plan, a new plan wins."""
    assert answer(make, reading, said).active is active


@pytest.mark.parametrize(
    ("dates", "since", "until"),
    [
        ("DTP*291*RD8*20250101-20261231~", date(2025, 1, 1), date(2026, 12, 31)),
        ("DTP*307*D8*20250301~", date(2025, 3, 1), None),
        ("DTP*348*D8*20250401~DTP*349*D8*20260331~", date(2025, 4, 1), date(2026, 3, 31)),
        ("DTP*346*D8*20250501~DTP*347*D8*99991231~", date(2025, 5, 1), None),
        ("DTP*291*RD8*20250601-99991231~", date(2025, 6, 1), None),
        ("", date(2025, 1, 1), None),
    ],
)
def test_a_coverage_has_bounds(make, reading, dates, since, until):
    """Plan, eligibility and benefit dates in both forms; the end of time is no end; the member's dates do otherwise."""
    found = answer(make, reading, f"EB*1**30~{dates}EB*6**30~DTP*291*RD8*20100101-20101231~")
    assert (found.since, found.until) == (since, until)


def test_other_payers_are_named_with_their_place_and_time(make, reading):
    """EB*R with 2120 PR, or PRP, SEP and TTP where the payer knows the order; DTP*290 says from when to when."""
    found = answer(
        make,
        reading,
        "EB*1**30~EB*R**30~DTP*290*RD8*20260101-20261231~DTP*636*D8*20260301~"
        "LS*2120~NM1*PR*2*OTHER HEALTH*****PI*70002~LE*2120~"
        "EB*R**30~DTP*290*D8*20240101~LS*2120~NM1*PRP*2*FIRST HEALTH*****PI*70003~LE*2120~"
        "EB*R**30~LS*2120~NM1*TTP*2*THIRD HEALTH~LE*2120~EB*R**30~",
    )
    named = [(each.identifier, each.name, each.order, each.since, each.until) for each in found.others]
    assert named == [
        ("70002", "OTHER HEALTH", None, date(2026, 1, 1), date(2026, 12, 31)),
        ("70003", "FIRST HEALTH", 1, date(2024, 1, 1), None),
        ("", "THIRD HEALTH", 3, None, None),
        ("", "", None, None, None),
    ]
    assert (found.active, found.verified) == (True, date(2026, 3, 1))


def test_a_party_of_a_benefit_is_no_other_payer(make, reading):
    """A primary care provider or a vendor in 2120 is not mistaken for an insurer."""
    said = "EB*L~LS*2120~NM1*P3*1*ROE*RICHARD****XX*1234567893~LE*2120~EB*1**30~LS*2120~NM1*VN*2*LENSES~LE*2120~"
    found = answer(make, reading, said)
    assert (found.others, len(found.benefits), found.benefits[0].parties[0].name) == ((), 2, "ROE")


def test_a_refused_search_says_why(make, reading):
    """AAA of a member is an answer without benefits: it counts for nothing but names the fault."""
    body = make.body_271([make.answer_271("CT100001", "").replace("DMG*D8", "AAA*N**71*C~DMG*D8")])
    (found,) = reading(make.envelope("271", body)).of("coverage_answer")
    assert (found.refused, found.active, found.refusals[0].follow_up) == (("71",), None, "C")


def test_a_refusal_of_one_benefit_leaves_the_answer(make, reading):
    """AAA inside an EB speaks of that benefit; with nothing else answered it is the answer."""
    assert answer(make, reading, "EB*1**30~EB*V**35~AAA*Y**62*C~").refused == ()
    assert answer(make, reading, "EB*V**30~AAA*Y**62*C~").refused == ("62",)


@pytest.mark.parametrize(
    ("place", "level", "reason"),
    [("HL*2*1*21*1~", "source", "42"), ("HL*3*2*22*0~", "receiver", "51")],
)
def test_a_question_refused_above_the_member_is_an_answer(make, reading, place, level, reason):
    """The payer is down, or does not know the provider: nothing below says it again."""
    body = make.body_271().replace(place, f"AAA*N**{reason}*R~{place}").split("HL*3*")[0]
    (found,) = reading(make.envelope("271", body)).of("coverage_answer")
    assert (found.level, found.refused, found.subscriber, found.traces) == (level, (reason,), None, ())


def test_a_dependent_has_an_answer_of_its_own(make, reading):
    """Level 23 keeps the member above it; a subscriber level that only names the member is no answer."""
    text = family(
        make,
        ("JACK", DEPENDENT.format(first="JACK", born="20100102", said=1)),
        ("JILL", DEPENDENT.format(first="JILL", born="20120102", said=6)),
    )
    outcome = reading(text)
    assert outcome.codes == set()
    said = [
        (each.level, each.subscriber.party.identifier, each.dependent.party.first, each.active)
        for each in outcome.typed
    ]
    assert said == [("dependent", "X900", "JACK", True), ("dependent", "X900", "JILL", False)]


def test_no_answer_moves_to_another_dependent(make, reading):
    """Damage may hide an answer, but never says of one child what was said of the other."""
    clean = family(
        make,
        ("JACK", DEPENDENT.format(first="JACK", born="20100102", said=1)),
        ("JILL", DEPENDENT.format(first="JILL", born="20120102", said=6)),
    ).encode()
    chance = random.Random(279)
    for number in range(400):
        data = bytearray(clean)
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(data))
            data[at : at + chance.randrange(2)] = bytes([chance.choice(b"*~:^HL23AEB1")])[: chance.randrange(2)]
        for each in reading(bytes(data)).of("coverage_answer"):
            if each.dependent and each.level == "dependent":
                first = each.dependent.party.first
                others = {"JACK": "CTJILL", "JILL": "CTJACK"}
                assert others.get(first) not in each.traces, f"file {number}"


def test_a_member_without_an_answer_is_set_aside(make, reading):
    """Who is named and not spoken of is not passed over."""
    outcome = reading(make.envelope("271", make.body_271([make.answer_271("CT100001", "")])))
    assert (outcome.typed, outcome.codes) == ([], {"EB_MISSING"})
    assert outcome.quarantined[0].claim_number == "CT100001"


def test_a_next_member_that_lost_its_beginning_is_not_taken_in(make, reading):
    """Segments of a person behind benefits belong to somebody else: neither of the two is read."""
    text = make.file("271").replace("HL*4*2*22*0~", "", 1)
    outcome = reading(text)
    assert [each.traces for each in outcome.typed] == [("CT100003",)]
    assert {"SEGMENT_MISPLACED", "HL_SEQUENCE"} <= outcome.codes


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("EB*1**30", "EB*?**30", "VALUE_BAD"),
        ("NM1*IL", "NM1*QC", "VALUE_BAD"),
        ("HL*3*2*22", "HL*3*1*22", "HL_PARENT"),
        ("HL*3*2*22", "HL*3*2*24", "HL_LEVEL"),
        ("DTP*291", "XYZ*291", "SEGMENT_UNKNOWN"),
        ("*30**GOLD PLAN", "*30**GOLD PLAN**abc", "AMOUNT_BAD"),
    ],
)
def test_what_cannot_be_trusted_is_set_aside_and_the_rest_is_read(make, reading, old, new, code):
    """One member in error does not cost the others."""
    outcome = reading(make.file("271").replace(old, new, 1))
    assert code in outcome.codes
    assert [each.traces[0] for each in outcome.typed] == ["CT100002", "CT100003"]
    assert outcome.quarantined[0].claim_number in ("CT100001", "")


def test_a_new_kind_of_statement_is_read_with_a_warning(make, reading):
    """Payers send codes before the lists know them."""
    outcome = reading(make.file("271").replace("EB*1**30", "EB*Z9**30", 1))
    assert (len(outcome.typed), outcome.codes) == (3, {"EB01_UNKNOWN"})


def test_the_guide_without_its_addendum_is_known(make, reading):
    """Payers write 005010X279 without A1 in GS08."""
    assert reading(make.file("271").replace("005010X279A1", "005010X279")).codes == set()


def test_the_same_answer_of_another_day_is_news(make, reading):
    """A coverage that is checked again after a correction must count again."""
    first = reading(make.file("271")).typed
    second = reading(make.file("271").replace("*20260402*1200~HL", "*20260409*1200~HL")).typed
    assert {each.digest for each in first}.isdisjoint({each.digest for each in second})
