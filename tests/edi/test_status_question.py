"""276: what we ask a payer, in each of the ways to search (field notes 1.9), and what never leaves."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from edi.envelope_out import Controls, UnsendableError
from edi.status_question import Person, StatusInquiry, write
from edi.trading_partner import TRIAL

INQUIRY = StatusInquiry(
    question_id="ask-7f3a",
    payer_id="60054",
    payer_name="EXAMPLE HEALTH",
    provider_name="EXAMPLE CLINIC",
    provider_npi="1234567893",
    member_id="X900",
    member=Person(last="DOE", first="JANE", birth=date(1970, 1, 2), gender="F"),
    claim_number="CT100001",
    payer_claim_number="ICN1",
    charge_cents=100_050,
    service_from=date(2026, 1, 5),
    service_to=date(2026, 1, 6),
    partner=TRIAL,
    controls=Controls(interchange=17, group=18, transaction=19),
    written_at=datetime(2026, 3, 2, 12, 30, tzinfo=UTC),
)


def segments(**changes):
    """The segments of a question with these changes."""
    return write(StatusInquiry.model_validate({**dict(INQUIRY), **changes})).split("~")[:-1]


def test_a_question_about_a_member_is_laid_out_as_the_guide_says():
    """Levels payer, receiver, provider and member in order; the trace is our question's id; every count agrees."""
    assert segments()[2:] == [
        "ST*276*0019*005010X212",
        "BHT*0010*13*ask-7f3a*20260302*1230",
        "HL*1**20*1",
        "NM1*PR*2*EXAMPLE HEALTH*****PI*60054",
        "HL*2*1*21*1",
        f"NM1*41*2*{TRIAL.sender.name}*****46*{TRIAL.sender.party}",
        "HL*3*2*19*1",
        "NM1*1P*2*EXAMPLE CLINIC*****XX*1234567893",
        "HL*4*3*22*0",
        "DMG*D8*19700102*F",
        "NM1*IL*1*DOE*JANE****MI*X900",
        "TRN*1*ask-7f3a",
        "REF*EJ*CT100001",
        "AMT*T3*1000.5",
        "DTP*472*RD8*20260105-20260106",
        "SE*16*0019",
        "GE*1*18",
        "IEA*1*000000017",
    ]


def test_a_patient_below_the_member_has_a_level_of_its_own():
    """Born when is said of the patient and not of the member, and the question stands below the patient."""
    patient = Person(last="DOE", first="JACK", birth=date(2010, 1, 2), gender="M")
    assert segments(patient=patient)[10:16] == [
        "HL*4*3*22*1",
        "NM1*IL*1*DOE*JANE****MI*X900",
        "HL*5*4*23",
        "DMG*D8*20100102*M",
        "NM1*QC*1*DOE*JACK",
        "TRN*1*ask-7f3a",
    ]


def test_the_searches_differ_in_what_they_say():
    """Two 'no record' count only if the payer looked by different things: never the same keys under another name."""
    by = {
        search: {each for each in segments(search=search) if each.split("*")[0] in ("REF", "AMT", "DTP")}
        for search in ("member_and_date", "member_and_range", "payer_claim_number")
    }
    assert "AMT*T3*1000.5" not in by["member_and_range"]
    assert by["member_and_date"] - by["member_and_range"] == {"AMT*T3*1000.5"}
    assert by["payer_claim_number"] - by["member_and_date"] == {"REF*1K*ICN1"}


def test_one_day_and_an_institutional_bill():
    """A single day is D8, the type of bill is named for institutional claims, and a tax number serves without NPI."""
    found = segments(service_to=INQUIRY.service_from, bill_type="131", provider_npi="", provider_tin="512345678")
    assert {"DTP*472*D8*20260105", "REF*BLT*131", "NM1*1P*2*EXAMPLE CLINIC*****FI*512345678"} <= set(found)


def test_the_envelope_says_who_asks_whom():
    """ISA is 106 characters wide; test files are marked, so that nobody answers them as if they were real."""
    isa, gs = segments()[:2]
    assert len(isa) == 105
    assert isa.endswith("*260302*1230*^*00501*000000017*0*T*:")
    assert gs == f"GS*HR*{TRIAL.sender.group}*{TRIAL.receiver.group}*20260302*1230*18*X*005010X212"


@pytest.mark.parametrize("mark", ["*", "~", ":", "^", "\n", "\x1d", "é", "\x00"])
@pytest.mark.parametrize("field", ["payer_name", "member_id", "claim_number", "provider_name", "group_number"])
def test_a_value_that_would_break_the_file_never_leaves(field, mark):
    """A separator inside a name would move everything behind it; the error names the place and not the value."""
    with pytest.raises(UnsendableError) as refused:
        segments(**{field: f"SECRET{mark}X"})
    assert "SECRET" not in str(refused.value)
    assert refused.value.place[:3] in ("NM1", "REF")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"service_to": date(2026, 1, 4)}, "before the first"),
        ({"search": "payer_claim_number", "payer_claim_number": ""}, "needs that number"),
        ({"provider_npi": ""}, "neither an NPI"),
        ({"question_id": "x" * 51}, "at most 50"),
        ({"member_id": ""}, "at least 2"),
        ({"provider_npi": "12345"}, "pattern"),
        ({"written_at": datetime(2026, 3, 2)}, "timezone"),  # noqa: DTZ001 - naive on purpose
    ],
)
def test_a_question_that_cannot_be_answered_is_not_asked(changes, says):
    """What is missing is said without any value of the claim."""
    with pytest.raises(ValidationError, match=says) as refused:
        segments(**changes)
    assert "X900" not in str(refused.value)
    assert "input_value" not in str(refused.value)


TEXT = st.text(
    st.characters(codec="ascii", exclude_characters="*~:^", exclude_categories=["C"]), min_size=1, max_size=30
)


@given(last=TEXT, first=TEXT, payer=TEXT, member=TEXT.filter(lambda text: len(text) > 1), cents=st.integers(0, 10**9))
def test_whatever_is_sent_comes_back_whole(last, first, payer, member, cents):
    """Every value stands in its own element: names with commas, quotes or spaces move nothing."""
    found = segments(member=Person(last=last, first=first), payer_name=payer, member_id=member, charge_cents=cents)
    split = [each.split("*") for each in found]
    assert [each[3] for each in split if each[:2] == ["NM1", "PR"]] == [payer]
    assert [(each[3], each[4], each[9]) for each in split if each[:2] == ["NM1", "IL"]] == [(last, first, member)]
    (amount,) = [each[2] for each in split if each[0] == "AMT"]
    whole, _, part = amount.partition(".")
    assert int(whole) * 100 + int(part.ljust(2, "0")) == cents


def test_a_partner_number_that_is_too_long_is_refused():
    """ISA06 has fifteen characters; a longer one would shift the header."""
    sender = TRIAL.sender.model_copy(update={"identifier": "S" * 16})
    with pytest.raises(UnsendableError, match="more than 15"):
        segments(partner=TRIAL.model_copy(update={"sender": sender}))
