"""837P and 837I: a claim as it was billed, with every coverage it names."""

from datetime import date

import pytest

OTHER = (
    "SBR*S*01*GRP88*EXAMPLE PLAN*47****MB~CAS*PR*1*100**2*20~AMT*D*480~AMT*EAF*120~OI***Y***Y~MOA***MA01~"
    "NM1*IL*1*DOE*JIM****MI*M55~N3*1 MAIN ST~NM1*PR*2*EXAMPLE MEDICARE*****PI*70009~DTP*573*D8*20260301~REF*F8*ICN9~"
)
SVD = "SVD*70009*{paid}*HC:{code}**1~CAS*CO*45*{cut}~DTP*573*D8*20260301~AMT*EAF*20~"


def _with_decisions(claim: str) -> str:
    first = SVD.format(paid=400, code="99213:25", cut=300)
    second = SVD.format(paid=200, code="90782", cut=100)
    number = claim.split("*")[1]
    return claim.replace(f"REF*6R*{number}A~", f"REF*6R*{number}A~{first}") + second


@pytest.mark.parametrize("form", ["P", "I"])
def test_everything_needed_to_open_a_case_is_read(make, reading, form):
    """Billing provider, subscriber, payer, claim, lines and dates arrive typed, for both forms."""
    outcome = reading(make.file(f"837{form}"))
    first, second, _ = outcome.of("billed_claim")
    assert outcome.codes == set()
    assert first.form == f"837{form}"
    assert (first.billing.npi, first.billing.tin, first.billing.taxonomy) == ("1234567893", "512345678", "207Q00000X")
    assert (first.billing.address.state, first.billing.address.postal_code) == ("OH", "455011234")
    assert (first.coverage.sequence, first.coverage.group_number, first.coverage.filing_indicator) == (
        "P",
        "GRP77",
        "CI",
    )
    assert (first.subscriber.party.identifier, first.subscriber.birth) == ("X900000", date(1970, 1, 2))
    assert first.payer.identifier == "70001"
    assert (first.patient, first.patient_relationship) == (None, "18")
    assert (second.patient.party.first, second.patient.birth) == ("JACK", date(2010, 1, 2))
    assert second.patient_relationship == "19"
    assert (first.number, first.charge_cents, first.frequency) == ("CT100001", 100_000, "1")
    assert [item.code for item in first.diagnoses] == ["J020", "E119"]
    assert (first.service_from, first.service_to) == (date(2026, 1, 5), date(2026, 1, 6))
    assert [(line.charge_cents, line.control_number) for line in first.lines] == [
        (70_000, "CT100001A"),
        (30_000, "CT100001B"),
    ]
    assert (first.lines[0].procedure.code, first.lines[0].procedure.modifiers) == ("99213", ("25",))
    assert first.lines[0].revenue_code == ("" if form == "P" else "0300")
    assert first.providers[0].name == "ROE"


def test_the_decision_of_another_payer_is_read(make, reading):
    """Loop 2320 with 2330 and 2430 carries policy, member, payer, payment, adjustments and dates."""
    claim = _with_decisions(make.claim_837("CT100001", other=OTHER))
    outcome = reading(make.envelope("837P", make.body_837("P", [claim])))
    assert outcome.codes == set()
    (found,) = outcome.of("billed_claim")
    (other,) = found.other_coverages
    assert (other.coverage.sequence, other.coverage.relationship, other.coverage.insurance_type) == ("S", "01", "47")
    assert (other.coverage.group_number, other.coverage.group_name, other.coverage.filing_indicator) == (
        "GRP88",
        "EXAMPLE PLAN",
        "MB",
    )
    assert (other.insured.identifier, other.payer.identifier, other.paid_cents) == ("M55", "70009", 48_000)
    assert [(item.reason, item.cents) for item in other.adjustments] == [("1", 10_000), ("2", 2_000)]
    assert (other.assignment, other.release, other.adjudicated) == ("Y", "Y", date(2026, 3, 1))
    assert other.references[0].value == "ICN9"
    assert other.outpatient == ("", "", "MA01")
    made = found.lines[0].adjudications[0]
    assert (made.payer_id, made.paid_cents, made.adjustments[0].cents) == ("70009", 40_000, 30_000)
    assert (made.adjudicated, made.amounts[0].cents) == (date(2026, 3, 1), 2_000)


def test_several_other_coverages_stay_apart(make, reading):
    """Each SBR of the claim loop begins a policy of its own."""
    third = "SBR*T*18*******MC~OI***Y***Y~NM1*IL*1*DOE*JANE****MI*D1~NM1*PR*2*EXAMPLE MEDICAID*****PI*70010~"
    outcome = reading(make.envelope("837P", make.body_837("P", [make.claim_837("CT100001", other=OTHER + third)])))
    (found,) = outcome.of("billed_claim")
    assert [(item.coverage.sequence, item.payer.identifier) for item in found.other_coverages] == [
        ("S", "70009"),
        ("T", "70010"),
    ]


@pytest.mark.parametrize(
    ("old", "new"), [("AMT*D*480", "AMT*D*470"), ("CAS*CO*45*300", "CAS*CO*45*299"), ("CAS*PR*1*100", "CAS*PR*1*90")]
)
def test_coordination_that_does_not_add_up_is_read_with_a_warning(make, reading, old, new):
    """The claim was billed so: it opens its case, and the warning says why the next payer will refuse it."""
    claim = _with_decisions(make.claim_837("CT100001", other=OTHER)).replace(old, new, 1)
    outcome = reading(make.envelope("837P", make.body_837("P", [claim])))
    assert outcome.codes == {"COB_BALANCE"}
    assert len(outcome.of("billed_claim")) == 1


def test_the_raw_claim_can_be_rebuilt(make, reading):
    """Segments are kept in standard separators whatever the file used, for the claim and the loops above it."""
    text = make.envelope("837P", make.body_837("P", [make.claim_837("CT100001", other=OTHER)]))
    plain = reading(text).of("billed_claim")[0]
    other = reading(text.translate(str.maketrans("*:^~", "|>!\n"))).of("billed_claim")[0]
    assert "~".join(plain.segments) + "~" == make.claim_837("CT100001", other=OTHER)
    assert other.segments == plain.segments
    assert plain.context_segments[0] == "HL*1**20*1"
    assert plain.context_segments[-1] == "NM1*PR*2*EXAMPLE HEALTH*****PI*70001"


def test_a_replacement_names_its_original(make, reading):
    """Frequency 7 with REF*F8 is read; without it there is a warning."""
    with_original = make.claim_837("CT100001", frequency="7").replace("REF*EA", "REF*F8*ICN1~REF*EA", 1)
    outcome = reading(
        make.envelope("837P", make.body_837("P", [with_original, make.claim_837("CT100002", frequency="8")]))
    )
    first, second = outcome.of("billed_claim")
    assert (first.frequency, first.original_payer_claim_number) == ("7", "ICN1")
    assert second.frequency == "8"
    assert outcome.codes == {"F8_MISSING"}


@pytest.mark.parametrize(
    ("old", "new", "typed", "codes"),
    [
        ("*CT100002*1000*", "*CT100002*999*", 2, {"LINES_SUM"}),
        ("*CT100002*1000*", "*CT100002*much*", 2, {"AMOUNT_BAD"}),
        ("CLM*CT100002*1000***11:B:1", "CLM*CT100002*1000***11:B", 2, {"VALUE_MISSING"}),
        ("CLM*CT100002", "CXM*CT100002", 2, {"SEGMENT_UNKNOWN", "SEGMENT_MISPLACED", "LOOP_ORPHAN"}),
        ("HL*3*1*22*1", "HL*3*9*22*1", 2, {"HL_PARENT"}),
        ("HL*3*1*22*1", "XL*3*1*22*1", 1, {"SEGMENT_UNKNOWN", "SEGMENT_MISPLACED", "HL_SEQUENCE", "HL_PARENT"}),
        ("HL*4*3*23*0", "XL*4*3*23*0", 2, {"SEGMENT_UNKNOWN", "LOOP_ORPHAN", "HL_SEQUENCE"}),
        ("HL*5*1*22*0", "HI*5*1*22*0", 1, {"SEGMENT_MISPLACED"}),
        ("DMG*D8*20100102", "DMG*D8*20101332", 2, {"DATE_BAD"}),
        ("NM1*QC*1*DOE*JACK~", "", 2, {"CONTEXT_MISSING"}),
        ("LX*2~SV1*HC:90782*300", "LX*2~SV9*HC:90782*300", 2, {"SEGMENT_UNKNOWN"}),
        ("NM1*85*2*EXAMPLE", "NM1*87*2*EXAMPLE", 0, {"CONTEXT_MISSING"}),
    ],
)
def test_a_claim_never_goes_to_the_wrong_patient(make, reading, old, new, typed, codes):
    """Damage to a claim or to a level above it sets aside what depends on it, and nothing else."""
    text = make.file("837P")
    at = text.index("HL*3*") if old.startswith("LX") else 0
    outcome = reading(text[:at] + text[at:].replace(old, new, 1))
    claims = outcome.of("billed_claim")
    assert len(claims) == typed
    assert outcome.codes - {"SE01_COUNT"} == codes
    for claim in claims:
        assert claim.subscriber.party.identifier == f"X90000{int(claim.number[-1]) - 1}"
        assert (claim.patient is not None) == (claim.number == "CT100002")


def test_dental_claims_are_set_aside_whole(make, reading):
    """837D has no reader; it must not pass for a professional claim."""
    outcome = reading(make.file("837P").replace("005010X222A1", "005010X224A2"))
    assert outcome.codes == {"TRANSACTION_UNSUPPORTED"}
    assert [(item.kind, item.transaction_set) for item in outcome.quarantined] == [("transaction", "837")]


def test_a_claim_without_form_in_its_version_is_told_by_its_lines(make, reading):
    """SV1 makes a professional and SV2 an institutional claim when the version says neither."""
    forms = {
        kind: reading(make.file(kind).replace(version, "005010")).of("billed_claim")[0].form
        for kind, version in (("837P", "005010X222A1"), ("837I", "005010X223A2"))
    }
    assert forms == {"837P": "837P", "837I": "837I"}
