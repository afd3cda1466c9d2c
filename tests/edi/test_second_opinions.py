"""Other people's validators as a second opinion; where they are known to be wrong they are not asked."""

import io
import logging

import oxedi
import pytest
from pyx12.params import params
from pyx12.x12n_document import x12n_document

BALANCE = [
    ("clean", "", "", True, set()),
    ("claim", "CAS*CO*45*100", "CAS*CO*45*90", False, {"CLAIM_BALANCE", "LINE_BALANCE"}),
    ("line", "*380**1", "*370**1", False, {"LINE_BALANCE"}),
    ("payment", "BPR*I*1440", "BPR*I*1441", False, {"BPR02_BALANCE"}),
    ("adjustment", "SE*", "PLB*1234567893*20261231*WO:X*5~SE*", False, {"BPR02_BALANCE", "SE01_COUNT"}),
]


@pytest.mark.parametrize(
    ("old", "new", "clean", "codes"), [case[1:] for case in BALANCE], ids=[case[0] for case in BALANCE]
)
def test_oxedi_and_we_agree_on_what_adds_up(make, reading, old, new, clean, codes):
    """The same balance cases pass and fail in both readers."""
    text = make.file("835").replace(old, new, 1) if old else make.file("835")
    theirs = {item.kind for item in oxedi.parse(text.encode()).diagnostics}
    assert ("BalanceMismatch" not in theirs) == clean
    assert reading(text).codes == codes


@pytest.fixture
def pyx12_accepts():
    """Validates with pyx12, silently: its log quotes values of the file."""
    logger = logging.getLogger("pyx12")
    before, logger.disabled = logger.disabled, True
    yield lambda text: x12n_document(params(), io.StringIO(text), None, None)
    logger.disabled = before


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("999", "IK5*A~", "IK5*Q~"),
        ("837P", "LX*1~", "ZZZ*1~LX*1~"),
        ("837I", "SV2*0300*HC:99213:25*700", "SV2*0300*HC:99213:25*seven"),
        ("277CA", "STC*A2:20:PR*20260302*WQ", "STC*Z9:20:PR*20260302*XX"),
    ],
)
def test_pyx12_accepts_our_clean_files_and_refuses_the_same_damage(make, reading, pyx12_accepts, kind, old, new):
    """Our synthetic files are valid by another map of the guide, and what we set aside it refuses too."""
    text = make.file(kind)
    if kind == "277CA":  # its map demands a status at provider level
        body = make.body_277ca().replace("HL*4", "TRN*1*P1~STC*A1:19:PR**WQ*3000~HL*4")
        text = make.envelope(kind, body)
    damaged = text.replace(old, new, 1)
    assert reading(text).codes == set()
    assert pyx12_accepts(text)
    assert reading(damaged).quarantined
    assert not pyx12_accepts(damaged)
