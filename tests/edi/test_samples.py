"""Public samples beside the repository, if they are there, are read without a loss."""

import json
from pathlib import Path

import pytest

from edi.describe import describe, summarise

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "x12"
EXPECTED = {
    "271-subscriber.edi": (1, 0, set()),
    "277-claim-response.edi": (3, 0, set()),
    "277-provider-response.edi": (2, 0, set()),
    "277ca-accepted.txt": (2, 0, {"DATE_IMPLAUSIBLE"}),
    "835-denied-plb50.txt": (3, 1, {"CLAIM_BALANCE"}),
    "835-medicareA-plb-mia.edi": (3, 0, set()),
    "835-reversal-plb-4010.edi": (4, 0, {"VERSION_OLD", "BPR02_BALANCE"}),
    "835-secondary-2claims.edi": (3, 0, set()),
    "835-secondary-higher-fee.edi": (2, 0, set()),
    "835-tertiary.edi": (2, 0, set()),
    "837i-medicare-with-secondary.edi": (1, 0, {"PERIOD_SINGLE"}),
    "837p-cob-primary.edi": (1, 0, set()),
    "837p-cob-secondary.edi": (1, 0, set()),
    "999-accepted.txt": (2, 0, {"IEA02_CONTROL"}),
    "999-partial-A-R-R.edi": (4, 0, {"BOM"}),
}


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the public samples are not beside the repository")
@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_public_sample_is_read(reading, name):
    """Each sample yields the items and findings that a person finds in it, and can be shown."""
    typed, aside, codes = EXPECTED[name]
    outcome = reading((SAMPLES / name).read_bytes())
    assert (len(outcome.typed), len(outcome.quarantined), outcome.codes) == (typed, aside, codes)
    for item in outcome.items:
        assert summarise(item)
        assert json.loads(json.dumps(describe(item)))["type"]
