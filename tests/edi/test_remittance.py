"""835: what is read, what is refused, and whether the money adds up."""

from datetime import date

import pytest

PROMISED = "CLP*CT100001*19*1000*480*320*MB*ICN0001~CAS*CO*45*200~CAS*PR*1*200**2*120~"
VECTORS = {
    "A": PROMISED + "NM1*TT*2*EXAMPLE SUPPLEMENT*****PI*70001~MOA***MA01*MA18~",
    "B": "CLP*CT100002*1*1000*480*320*MB*ICN0002~CAS*CO*45*200~CAS*PR*1*200**2*120~MOA***MA01*MA19~",
    "C": "CLP*CT100003*1*1000*0*0*CI*ICN0003~CAS*OA*22*1000~"
    "NM1*PR*2*EXAMPLE HEALTH*****PI*70002~NM1*GB*1*DOE*JANE****MI*X900~REF*6P*GRP77~",
    "D": "CLP*CT100001*2*1000*320*0*CI*SEC0001~CAS*OA*23*680~",
    "E": "CLP*CT100001*2*1000*320*0*CI*SEC0002~CAS*CO*45*680~",
    "F": "CLP*CT100001*22*-1000*-320**CI*SEC0001~CAS*OA*23*-680~",
    "G": "CLP*CT100001*2*1000*0*0*CI*SEC0003~CAS*OA*18*1000~MOA***N522~",
}


@pytest.fixture
def claim(make, reading):
    """Reads one claim in a balanced transaction."""

    def run(text: str, paid: str):
        outcome = reading(make.remittance(text, paid=paid))
        assert outcome.codes == set()
        (found,) = outcome.of("remittance_claim")
        assert outcome.of("remittance_totals")[0].balanced
        return found

    return run


def test_vector_a_the_primary_promises_to_forward(claim):
    """CLP02 = 19 with NM1*TT is a crossover promise: carrier, remark and patient responsibility are there."""
    found = claim(VECTORS["A"], "480")
    assert found.forwarded
    assert not found.reversal
    assert (found.crossover_carrier.name, found.crossover_carrier.identifier) == ("EXAMPLE SUPPLEMENT", "70001")
    assert "MA18" in found.all_remarks
    assert (found.charge_cents, found.paid_cents, found.patient_cents) == (100_000, 48_000, 32_000)
    assert found.adjusted_cents("PR") == 32_000
    assert found.adjusted_cents("CO", "45") == 20_000


def test_vector_b_the_primary_declines_to_forward(claim):
    """CLP02 = 1 with MA19 is not forwarded; the remark says why."""
    found = claim(VECTORS["B"], "480")
    assert not found.forwarded
    assert found.remarks == ("MA01", "MA19")


def test_vector_c_names_the_payer_that_should_be_first(claim):
    """NM1*PR and NM1*GB of the claim loop propose payer, member and group of the right first payer."""
    found = claim(VECTORS["C"], "0")
    assert found.priority_payer.identifier == "70002"
    assert (found.other_subscriber.identifier, found.references[0].qualifier) == ("X900", "6P")
    assert found.adjusted_cents("OA", "22") == 100_000


def test_vectors_d_and_e_differ_only_in_who_reduced(claim):
    """A secondary that pays 320 says OA 23 or, wrongly, CO 45; both are read as they stand."""
    assert claim(VECTORS["D"], "320").adjusted_cents("OA", "23") == 68_000
    assert claim(VECTORS["E"], "320").adjusted_cents("CO", "45") == 68_000


def test_vector_f_takes_the_payment_back(claim):
    """CLP02 = 22 is a reversal with negative amounts, and NM1*TT on it would not make it a crossover."""
    found = claim(VECTORS["F"] + "NM1*TT*2*EXAMPLE SUPPLEMENT*****PI*70001~", "-320")
    assert found.reversal
    assert not found.forwarded
    assert (found.charge_cents, found.paid_cents, found.patient_cents) == (-100_000, -32_000, None)


def test_vector_g_is_a_duplicate_of_a_crossover(claim):
    """OA 18 with N522 shows that the claim is on file."""
    found = claim(VECTORS["G"], "0")
    assert found.adjusted_cents("OA", "18") == 100_000
    assert found.remarks == ("N522",)


def test_everything_a_claim_carries_is_read(make, reading):
    """Parties, dates, references, lines, remarks and the payment's identity all arrive typed."""
    text = (
        "CLP*CT100009*2*900*150*50*CI*SEC9*11*7~CAS*OA*23*300*2~NM1*QC*1*DOE*JANE*Q**JR*MI*X900~NM1*IL*1*DOE*JIM****MI*X901~"
        "NM1*74*1*DOE*JANET****C*X902~NM1*82*2*EXAMPLE CLINIC*****XX*1234567893~MIA*0***100*MA07**************5*N1~"
        "REF*F8*SEC1~REF*1W*M77~DTM*232*20260105~DTM*233*20260107~DTM*036*20251231~DTM*050*20260110~AMT*AU*600~QTY*CA*2~"
        "SVC*HC:99213:25:59*900*450*0300*1.5*HC:99214*2~DTM*150*20260105~DTM*151*20260107~CAS*CO*45*400~CAS*PR*2*50~"
        "REF*6R*L1~AMT*B6*500~LQ*HE*N4~"
    )
    outcome = reading(make.remittance(text, paid="150"))
    (found,) = outcome.of("remittance_claim")
    assert (found.number, found.payer_claim_number, found.facility, found.frequency) == ("CT100009", "SEC9", "11", "7")
    assert found.original_payer_claim_number == "SEC1"
    assert (found.patient.full_name, found.insured.identifier) == ("JANE Q DOE JR", "X901")
    assert (found.corrected.qualifier, found.corrected.identifier) == ("C", "X902")
    assert (found.statement_from, found.statement_to) == (date(2026, 1, 5), date(2026, 1, 7))
    assert (found.coverage_expired, found.received) == (date(2025, 12, 31), date(2026, 1, 10))
    assert found.remarks == ("MA07", "N1")
    assert found.inpatient[3] == "100"
    assert (found.amounts[0].cents, found.quantities[0].value) == (60_000, 2)
    (line,) = found.lines
    assert (line.procedure.code, line.procedure.modifiers, line.submitted.code) == ("99213", ("25", "59"), "99214")
    assert (line.service_from, line.service_to) == (date(2026, 1, 5), date(2026, 1, 7))
    assert (line.control_number, line.remarks, str(line.units_paid), line.revenue_code) == (
        "L1",
        ("N4",),
        "1.5",
        "0300",
    )
    assert found.all_remarks == ("MA07", "N1", "N4")
    assert found.header.payer.ids == ("70001", "1512345678")
    assert (found.header.payee.npi, found.header.payee.tin) == ("1234567893", "512345678")
    assert (found.header.trace, found.header.method) == ("EFT20260302", "ACH")
    assert (found.header.payment_date, found.header.produced) == (date(2026, 3, 2), date(2026, 3, 1))


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("CLP*CT1*1*1000*480*320*MB*ICN1~CAS*CO*45*199~", {"CLAIM_BALANCE"}),
        ("CLP*CT1*1*100*50*0*MB*ICN1~SVC*HC:1*100*40~CAS*CO*45*50~", {"LINE_BALANCE"}),
        ("CLP*CT1*22*1000*480*0*MB*ICN1~CAS*CO*45*520~", {"CLAIM_SIGN"}),
        ("CLP*CT1*1*-1000*-480*0*MB*ICN1~CAS*CO*45*-520~", {"CLAIM_SIGN"}),
        ("CLP**1*100*100*0*MB*ICN1~", {"VALUE_MISSING"}),
        ("CLP*CT1*1*100*100*ten*MB*ICN1~", {"AMOUNT_BAD"}),
        ("CLP*CT1*1*100*50*0*MB*ICN1~CAS*XX*45*50~", {"VALUE_BAD"}),
        ("CLP*CT1*1*100*50*0*MB*ICN1~CAS*CO**50~", {"VALUE_MISSING"}),
        ("CLP*CT1*1*100*100*0*MB*ICN1~NM1*QC*1*DOE~NM1*QC*1*ROE~", {"SEGMENT_REPEATED"}),
        ("CLP*CT1*1*100*100*0*MB*ICN1~LQ*HE*N4~", {"SEGMENT_MISPLACED"}),
        ("CLP*CT1*1*100*100*0*MB*ICN1~SVC*HC:1*100*100~NM1*QC*1*DOE~", {"SEGMENT_MISPLACED"}),
        ("CLP*CT1*1*100*100*0*MB*ICN1~NM1*QC*1DOE*JANE~", {"VALUE_BAD"}),
    ],
)
def test_a_claim_that_cannot_be_trusted_is_set_aside(make, reading, text, codes):
    """Unbalanced or impossible claims go to quarantine with their number and raw text; the next claim is read."""
    outcome = reading(make.remittance(text, make.claim_835("CT100002"), paid="480"))
    (aside,) = outcome.quarantined
    assert {reason.code for reason in aside.reasons} == codes
    assert (aside.kind, aside.transaction_set) == ("claim", "835")
    assert aside.raw == text
    assert aside.claim_number == text.split("*")[1]
    assert [claim.number for claim in outcome.of("remittance_claim")] == ["CT100002"]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("CLP*CT1*99*100*100*0*MB*ICN1~", {"CLP02_UNKNOWN"}),
        ("CLP*CT1*19*100*100*0*MB*ICN1~", {"CROSSOVER_CARRIER_MISSING"}),
        ("CLP*CT1*1*200*100*0*MB*ICN1~CAS*CO*45*100~SVC*HC:1*100*100~", {"LINES_CHARGE"}),
        ("CLP*CT1*1*100*100*0*MB*ICN1~NM1*ZZ*2*EXAMPLE~", {"ENTITY_UNKNOWN"}),
        ("CLP*CT1*1*100*100*0*MB*ICN1~NM1*QC*1*DOE*JANE****MI~", {"NM109_PAIR"}),
    ],
)
def test_what_is_odd_but_safe_is_read_and_reported(make, reading, text, codes):
    """A value outside the guide that cannot mislead leaves the claim readable, with a warning."""
    outcome = reading(make.remittance(text, paid="100"))
    assert len(outcome.of("remittance_claim")) == 1
    assert outcome.codes == codes
    assert {item.level for item in outcome.findings} == {"warning"}


def test_provider_adjustments_are_subtracted_from_the_payment(make, reading):
    """BPR02 = ΣCLP04 − ΣPLB over two PLB segments, and a reason's reference is kept for matching a claim."""
    plb = "PLB*1234567893*20261231*WO:CT100077*100.25*FB:NEXT*-20~PLB*1234567893*20261231*L6*-0.25~"
    outcome = reading(make.remittance(make.claim_835("CT100001"), paid="400", plb=plb))
    (totals,) = outcome.of("remittance_totals")
    assert outcome.codes == set()
    assert totals.balanced
    assert [(item.reason, item.reference, item.cents) for item in totals.provider_adjustments] == [
        ("WO", "CT100077", 10_025),
        ("FB", "NEXT", -2_000),
        ("L6", "", -25),
    ]


@pytest.mark.parametrize("paid", ["480.01", "1E3", ""])
def test_a_payment_that_does_not_add_up_is_an_error_of_the_file(make, reading, paid):
    """The claims are read; the totals say that the payment must not be matched."""
    outcome = reading(make.remittance(make.claim_835("CT100001"), paid=paid))
    assert len(outcome.of("remittance_claim")) == 1
    assert not outcome.of("remittance_totals")[0].balanced
    assert "BPR02_BALANCE" in outcome.codes


def test_a_quarantined_claim_still_counts_in_the_totals(make, reading):
    """A claim set aside does not make the payment look wrong, as long as its CLP04 can be read."""
    broken = make.claim_835("CT100001").replace("CAS*CO*45*100", "CAS*CO*45*90", 1)
    outcome = reading(make.remittance(broken, make.claim_835("CT100002"), paid="960"))
    (totals,) = outcome.of("remittance_totals")
    assert (totals.claims, totals.quarantined, totals.balanced) == (2, 1, True)


def test_an_empty_remittance_has_totals(make, reading):
    """A transaction with provider adjustments only is a complete statement."""
    text = make.envelope("835", make.body_835(["PLB*1234567893*20261231*WO:X*-5~"], paid="5").replace("LX*1~", ""))
    outcome = reading(text)
    assert outcome.codes == set()
    assert outcome.of("remittance_totals")[0].balanced


def test_claims_know_where_they_are(make, reading):
    """Control numbers and the ordinal within the transaction set find a claim for a person on the telephone."""
    text = make.envelope("835", make.body_835(), make.body_835(), control="000000042", group="7")
    places = [claim.where for claim in reading(text).of("remittance_claim")]
    assert {place.interchange_control for place in places} == {"000000042"}
    assert {place.group_control for place in places} == {"7"}
    assert [(place.transaction_control, place.ordinal) for place in places] == [
        (control, ordinal) for control in ("0001", "0002") for ordinal in (1, 2, 3)
    ]


@pytest.mark.parametrize(
    ("old", "new", "codes"),
    [
        ("DTM*405*", "ZZZ*405*", {"SEGMENT_UNKNOWN"}),
        ("LX*1~", "ZZZ*1~", {"SEGMENT_UNKNOWN"}),
        ("BPR*I*", "BPX*I*", {"SEGMENT_UNKNOWN", "BPR_MISSING"}),
        ("TRN*1*EFT20260302*1512345678~", "", {"TRN_MISSING"}),
        ("LX*1~", "LX*1~N1*PR*EXAMPLE OTHER~", {"SEGMENT_MISPLACED"}),
        ("CLP*CT100001", "CXP*CT100001", {"SEGMENT_UNKNOWN", "BPR02_BALANCE"}),
    ],
)
def test_damage_above_the_claims_leaves_the_rest_of_the_header(make, reading, old, new, codes):
    """One lost segment of the header costs what it said and no more; claims are read and know their payer."""
    outcome = reading(make.file("835").replace(old, new, 1))
    assert outcome.codes - {"SE01_COUNT"} == codes
    claims = outcome.of("remittance_claim")
    assert len(claims) == (2 if "CXP" in new else 3)
    assert {claim.header.payer.payer_number for claim in claims} == {"70001"}


def test_a_remittance_without_any_header_is_reported(make, reading):
    """Claims alone are read, and nothing is said to balance."""
    outcome = reading(make.envelope("835", make.claim_835("CT100001")))
    assert {"BPR_MISSING", "TRN_MISSING", "PAYER_MISSING"} <= outcome.codes
    assert len(outcome.of("remittance_claim")) == 1
    assert not outcome.of("remittance_totals")[0].balanced
