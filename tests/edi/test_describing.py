"""Items as JSON and as lines for people."""

import json

import pytest

from edi.advice import ADVICE
from edi.codes import DENIALS, code, label, listed
from edi.describe import describe, summarise


@pytest.mark.parametrize("kind", ["835", "277CA", "277", "271", "999", "837P", "837I"])
def test_every_item_can_be_shown(make, reading, kind):
    """JSON round-trips, names its type, and the line for people is one line."""
    damaged = make.file(kind).replace("CT100002*", "CT100002*x*", 1).replace("ISA*00*", "TA1~ISA*00*")
    for item in reading(make.file(kind)).items + reading(damaged).items:
        shown = json.loads(json.dumps(describe(item)))
        assert shown["type"] == item.type
        assert "raw" not in shown
        assert "\n" not in summarise(item)


def test_a_remittance_line_speaks_to_a_biller(make, reading):
    """Codes come with their labels and money with two decimals."""
    line = summarise(reading(make.file("835")).of("remittance_claim")[0])
    assert line.startswith("835 claim CT100001: 1 (processed as primary); charged 1000.00, paid 480.00; CO 45 (")
    assert "MA18 (forwarded to the supplemental insurer)" in line


def test_derived_facts_are_in_the_json(make, reading):
    """Readers of the JSON need not know the rules of the guide."""
    claim = describe(reading(make.file("835")).of("remittance_claim")[0])
    bill = describe(reading(make.file("837P")).of("billed_claim")[0])
    assert (claim["forwarded"], claim["reversal"]) == (False, False)
    assert bill["service_from"] == "2026-01-05"


@pytest.mark.parametrize(
    ("name", "value", "treatment"),
    [
        ("carc", "22", "cob_order"),
        ("carc", "109", "wrong_payer"),
        ("carc", "23", "prior_payer"),
        ("carc", "45", "contractual"),
        ("carc", "209", "no_patient_bill"),
        ("rarc", "MA18", "forwarded"),
        ("rarc", "MA19", "not_forwarded"),
        ("rarc", "N197", "patient_acts"),
        ("status_category", "A2", "on_file"),
        ("status_category", "F3F", "forwarded"),
        ("status_category", "F3N", "not_forwarded"),
        ("status_code", "35", "not_found"),
        ("status_code", "85", "cob_order"),
        ("claim_status", "22", "reversal"),
        ("plb_reason", "WO", "recovery"),
    ],
)
def test_codes_that_steer_a_case_are_classified(name, value, treatment):
    """The treatment of a code is data, from field notes 1.1 and 1.4 to 1.9."""
    assert code(name, value).treatment == treatment


def test_denials_are_classes_that_exist():
    """A misspelt class would make a denial look like a legitimate zero payment."""
    assert {item.treatment for item in listed("carc").values()} >= DENIALS
    assert code("carc", "45").treatment not in DENIALS


def test_an_unlisted_code_is_shown_as_such():
    """Payers send new codes before the lists know them."""
    assert label("carc", "9999") == "9999 (not a listed code)"


def test_every_rule_has_advice():
    """No finding without a level and a sentence that says what to do."""
    assert all(level in ("error", "warning", "note") and text.endswith((".", "?")) for level, text in ADVICE.values())
