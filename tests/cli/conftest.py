"""The command itself, a running Baton, and two small synthetic files: every person, number and amount is made up."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog

from cli.main import main

BATON = Path(sys.executable).with_name("baton")
CLAIM_NUMBER = "CT10000177"
MEMBER_IDS = ("X900077", "Y800077")
PATIENT = ("SAMPLETON", "JANET")


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its standard output, read."""
        return json.loads(self.out)


class Baton:
    """The command in this process; errors end as they would for a person."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Take what collects the output."""
        self._capsys = capsys

    def __call__(self, *words: str | Path) -> Said:
        """Run one command line."""
        self._capsys.readouterr()
        code = main([str(each) for each in words])
        return Said(code, *self._capsys.readouterr())


@pytest.fixture
def _own_logs() -> Iterator[None]:
    """Commands decide where logs go; the next test decides for itself."""
    root, hook = logging.getLogger(), sys.excepthook
    handlers, level = root.handlers, root.level
    yield
    root.handlers, sys.excepthook = handlers, hook
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def baton(
    _own_logs: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Baton:
    """The command, in an empty folder and without settings of this machine."""
    for name in [each for each in os.environ if each.startswith(("BATON_", "TEMPORAL_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.chdir(tmp_path)
    return Baton(capsys)


def process(*words: str | Path, cwd: Path) -> Said:
    """The installed command as a process of its own."""
    ended = subprocess.run([BATON, *words], cwd=cwd, env=environment(), capture_output=True, text=True, timeout=60)
    return Said(ended.returncode, ended.stdout, ended.stderr)


def environment() -> dict[str, str]:
    """The settings of a process: none of this machine, and pages at any free port."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BATON_", "TEMPORAL_"))}
    return kept | {"COLUMNS": "100", "NO_COLOR": "1", "BATON_PAGES_ADDRESS": "127.0.0.1:0"}


@pytest.fixture(scope="session")
def command() -> Any:
    """Runs the installed command as a process."""
    return process


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The home of one test file's Baton: `baton up` as its own process, told to stop as an operator would."""
    folder = tmp_path_factory.mktemp("baton")
    with (folder / "log").open("w") as log:
        words = ["up", "--home", str(folder / "home")]
        up = subprocess.Popen([str(BATON), *words], env=environment(), stdout=subprocess.PIPE, stderr=log, text=True)
        assert up.stdout is not None
        first = up.stdout.readline()
        yield folder / "home"
        up.send_signal(signal.SIGTERM)
        last = up.communicate(timeout=60)[0]
    assert first.startswith("Baton is up")
    assert "Stopping" in last
    assert up.returncode == 0


# ---- synthetic X12 --------------------------------------------------------------------------------------------------


def _file(functional: str, version: str, body: str) -> str:
    kind = {"HC": f"837*0001*{version}", "HP": "835*0001"}[functional]
    return (
        "ISA*00*          *00*          *ZZ*PAYER          *ZZ*PROVIDER       *260302*1200*^*00501*000000001*0*T*:~"
        f"GS*{functional}*PAYER*PROVIDER*20260302*1200*1*X*{version}~ST*{kind}~{body}"
        f"SE*{body.count('~') + 2}*0001~GE*1*1~IEA*1*000000001~"
    )


def _d8(days_ago: int) -> str:
    return f"{datetime.now(UTC) - timedelta(days=days_ago):%Y%m%d}"


def billed() -> str:
    """An 837P to the primary that names a second policy."""
    last, first = PATIENT
    return _file(
        "HC",
        "005010X222A1",
        f"BHT*0019*00*B1*{_d8(20)}*1200*CH~NM1*41*2*EXAMPLE BILLING*****46*SUB1~PER*IC*DESK*TE*5555550100~"
        "NM1*40*2*EXAMPLE HOUSE*****46*CH1~HL*1**20*1~PRV*BI*PXC*207Q00000X~"
        "NM1*85*2*EXAMPLE CLINIC*****XX*1234567893~N3*2 MAIN ST~N4*ALBANY*NY*122071234~REF*EI*512345678~"
        f"HL*2*1*22*0~SBR*P*18*GRP77******MB~NM1*IL*1*{last}*{first}****MI*{MEMBER_IDS[0]}~N3*1 MAIN ST~"
        "N4*ALBANY*NY*12207~DMG*D8*19520102*F~NM1*PR*2*EXAMPLE MEDICARE*****PI*70001~"
        f"CLM*{CLAIM_NUMBER}*1000***11:B:1*Y*A*Y*Y~HI*ABK:J020~NM1*82*1*ROE*RICHARD****XX*1234567893~"
        f"SBR*S*18*GRP88******CI~OI***Y***Y~NM1*IL*1*{last}*{first}****MI*{MEMBER_IDS[1]}~N3*1 MAIN ST~"
        "N4*ALBANY*NY*12207~NM1*PR*2*EXAMPLE MUTUAL*****PI*80001~"
        f"LX*1~SV1*HC:99213*1000*UN*1***1~DTP*472*D8*{_d8(21)}~REF*6R*A1~",
    )


def paid() -> str:
    """The primary's 835: it paid 480, leaves 320 to the patient, and says that it forwarded the claim."""
    last, first = PATIENT
    return _file(
        "HP",
        "005010X221A1",
        f"BPR*I*480*C*ACH*CCP*01*999999992*DA*123*1512345678**01*999988880*DA*987*{_d8(2)}~"
        f"TRN*1*EFT77*1512345678~DTM*405*{_d8(2)}~N1*PR*EXAMPLE MEDICARE*XV*70001~N3*1 MAIN ST~"
        "N4*SPRINGFIELD*OH*45501~REF*2U*70001~PER*BL*DESK*TE*5555550100~N1*PE*EXAMPLE CLINIC*XX*1234567893~"
        f"REF*TJ*512345678~LX*1~CLP*{CLAIM_NUMBER}*19*1000*480*320*MB*ICN77*11*1~"
        f"NM1*QC*1*{last}*{first}****MI*{MEMBER_IDS[0]}~NM1*TT*2*EXAMPLE MUTUAL*****PI*80001~MOA***MA18~"
        f"DTM*232*{_d8(21)}~SVC*HC:99213*1000*480**1~DTM*472*{_d8(21)}~CAS*CO*45*200~CAS*PR*2*320~REF*6R*A1~",
    )


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The claim as billed, and the primary's answer."""
    folder = tmp_path_factory.mktemp("files")
    claim, remittance = folder / "claims.837", folder / "primary.835"
    claim.write_text(billed(), encoding="ascii")
    remittance.write_text(paid(), encoding="ascii")
    return claim, remittance


@pytest.fixture(scope="session")
def patient_words() -> tuple[str, ...]:
    """What must not be seen where no patient may be named."""
    return (CLAIM_NUMBER, *MEMBER_IDS, *PATIENT)
