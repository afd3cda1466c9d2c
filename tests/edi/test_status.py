"""277: a payer answers what became of a claim."""

from datetime import date

import pytest


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("D0:35", ("D0", "35", "")),
        ("F3F:16:TT", ("F3F", "16", "TT")),
        ("F3N:16", ("F3N", "16", "")),
        ("P4:171:IL", ("P4", "171", "IL")),
    ],
)
def test_vectors_j_and_k_the_answers_are_read(make, reading, status, expected):
    """Not found, forwarded, not forwarded and patient must act arrive as category, code and entity."""
    outcome = reading(make.envelope("277", make.body_277([make.status_277("CT100001", status)])))
    (answer,) = outcome.of("claim_status")
    assert outcome.codes == set()
    assert (answer.codes[0].category, answer.codes[0].code, answer.codes[0].entity) == expected
    assert (answer.trace, answer.payer_claim_number, answer.patient_account) == ("CT100001", "ICNCT100001", "CT100001")


def test_everything_an_answer_carries_is_read(make, reading):
    """Amounts, dates, payment and lines of a finalised claim are typed."""
    text = make.status_277("CT100001", "F1:65").replace(
        "STC*F1:65*20260402**1000*0~", "STC*F1:65*20260402**1000*320.5*20260330**20260401*CHK77~", 1
    )
    (answer,) = reading(make.envelope("277", make.body_277([text]))).of("claim_status")
    (status,) = answer.statuses
    assert (status.charge_cents, status.paid_cents, status.payment_number) == (100_000, 32_050, "CHK77")
    assert (status.adjudicated, status.paid_on) == (date(2026, 3, 30), date(2026, 4, 1))
    assert answer.subscriber.identifier == "X900CT100001"
    assert answer.patient is None
    assert answer.provider.identifier == "1234567893"
    (line,) = answer.lines
    assert (line.procedure.code, line.charge_cents, line.units) == ("99213", 100_000, "1")
    assert line.statuses[0].codes[0].category == "F1"


def test_a_dependent_stands_below_its_subscriber(make, reading):
    """Level 23 keeps the subscriber of the level above and adds the patient."""
    body = (
        make.body_277([make.status_277("CT100001")])
        .replace("HL*4*3*22*0~", "HL*4*3*22*1~")
        .replace("TRN*2*CT100001~", "HL*5*4*23~NM1*QC*1*DOE*JACK~TRN*2*CT100001~")
    )
    (answer,) = reading(make.envelope("277", body)).of("claim_status")
    assert (answer.subscriber.first, answer.patient.first) == ("JANE", "JACK")


def test_two_answers_of_one_patient_stay_apart(make, reading):
    """A patient level may hold several TRN; each is an item of its own."""
    text = make.status_277("CT100001") + "TRN*2*CT100002~STC*D0:35*20260402~"
    answers = reading(make.envelope("277", make.body_277([text]))).of("claim_status")
    assert [(answer.trace, answer.codes[0].category) for answer in answers] == [("CT100001", "P1"), ("CT100002", "D0")]


def test_a_question_refused_at_provider_level_is_an_answer(make, reading):
    """E0 above claim level says that the question itself failed."""
    body = make.body_277([make.status_277("CT100001")]).replace("HL*4", "TRN*1*0~STC*E0:24:1P*20260402~HL*4")
    refused, claim = reading(make.envelope("277", body)).of("claim_status")
    assert (refused.level, refused.codes[0].category, refused.trace) == ("provider", "E0", "0")
    assert claim.level == "claim"


def test_a_277_of_unknown_version_is_told_apart_by_its_header(make, reading):
    """BHT01 tells an answer from an acknowledgement when the version does not."""
    answer = reading(make.file("277").replace("005010X212", "005010X999"))
    acknowledgement = reading(make.file("277CA").replace("005010X214", "005010X999"))
    assert len(answer.of("claim_status")) == 3
    assert len(acknowledgement.of("claim_acknowledgement")) == 4
    assert answer.codes == acknowledgement.codes == {"VERSION_UNKNOWN"}
