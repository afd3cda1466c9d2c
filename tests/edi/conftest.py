"""Synthetic X12 files: every person, number and amount in them is made up."""

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest

from edi.findings import Finding, Quarantined
from edi.items import Item
from edi.reader import read

SETS = {
    "835": ("HP", "005010X221A1"),
    "277CA": ("HN", "005010X214"),
    "277": ("HN", "005010X212"),
    "271": ("HB", "005010X279A1"),
    "999": ("FA", "005010X231A1"),
    "837P": ("HC", "005010X222A1"),
    "837I": ("HC", "005010X223A2"),
}


def claim_835(number: str, status: str = "1", charge: int = 1000, paid: int = 480) -> str:
    """Two lines; the rest of the charge is contract 200 and patient responsibility."""
    rest = charge - paid - 200
    return (
        f"CLP*{number}*{status}*{charge}*{paid}*{rest}*MB*ICN{number}*11*1~NM1*QC*1*DOE*JANE****MI*X900{number}~"
        f"NM1*82*1*ROE*RICHARD****XX*1234567893~MOA***MA01*MA18~REF*1L*GRP77~DTM*232*20260105~DTM*233*20260106~"
        f"SVC*HC:99213:25*{charge - 300}*{paid - 100}**1~DTM*472*20260105~CAS*CO*45*100~CAS*PR*1*{rest - 100}~"
        f"REF*6R*{number}A~"
        f"SVC*HC:90782*300*100**1~DTM*472*20260106~CAS*CO*45*100~CAS*PR*2*100~REF*6R*{number}B~LQ*HE*N89~"
    )


def body_835(claims: Iterable[str] = (), paid: str = "1440", plb: str = "", trace: str = "EFT20260302") -> str:
    """BPR to PLB; three claims of 480 unless told otherwise."""
    text = "".join(claims) or "".join(claim_835(f"CT10000{number}") for number in (1, 2, 3))
    return (
        f"BPR*I*{paid}*C*ACH*CCP*01*999999992*DA*123*1512345678**01*999988880*DA*987*20260302~TRN*1*{trace}*1512345678~"
        "DTM*405*20260301~N1*PR*EXAMPLE HEALTH*XV*70001~N3*1 MAIN ST~N4*SPRINGFIELD*OH*45501~REF*2U*70001~"
        "PER*BL*DESK*TE*5555550100~"
        f"N1*PE*EXAMPLE CLINIC*XX*1234567893~REF*TJ*512345678~LX*1~{text}{plb}"
    )


def status_277ca(number: str, status: str = "A2:20:PR", action: str = "WQ") -> str:
    """What stands below HL*..*PT for one claim."""
    return (
        f"NM1*QC*1*DOE*JANE****MI*X900{number}~TRN*2*{number}~STC*{status}*20260302*{action}*1000~REF*1K*ICN{number}~"
        "DTP*472*D8*20260105~"
    )


def body_277ca(claims: Iterable[str] = (), source: str = "PR") -> str:
    """Source, receiver and provider levels with one PT level a claim."""
    levels = list(claims) or [status_277ca(f"CT10000{number}") for number in (1, 2, 3)]
    text = "".join(f"HL*{number}*3*PT~{claim}" for number, claim in enumerate(levels, 4))
    return (
        f"BHT*0085*08*B1*20260302*1200*TH~HL*1**20*1~NM1*{source}*2*EXAMPLE HEALTH*****PI*70001~TRN*1*S1~"
        "DTP*050*D8*20260301~DTP*009*D8*20260302~HL*2*1*21*1~NM1*41*2*EXAMPLE BILLING*****46*SUB1~TRN*2*BATCH1~"
        f"STC*A1:19:PR*20260302*WQ*3000~QTY*90*{len(levels)}~AMT*YU*3000~HL*3*2*19*1~"
        f"NM1*85*2*EXAMPLE CLINIC*****XX*1234567893~{text}"
    )


def status_277(number: str, status: str = "P1:20") -> str:
    """What stands below HL*..*22 for one claim."""
    return (
        f"NM1*IL*1*DOE*JANE****MI*X900{number}~TRN*2*{number}~STC*{status}*20260402**1000*0~REF*1K*ICN{number}~"
        f"REF*EJ*{number}~DTP*472*D8*20260105~SVC*HC:99213*1000*0****1~STC*{status}*20260402~DTP*472*D8*20260105~"
    )


def body_277(claims: Iterable[str] = ()) -> str:
    """Source, receiver and provider levels with one subscriber level a claim."""
    levels = list(claims) or [status_277(f"CT10000{number}") for number in (1, 2, 3)]
    text = "".join(f"HL*{number}*3*22*0~{claim}" for number, claim in enumerate(levels, 4))
    return (
        "BHT*0010*08*Q1*20260402*1200*DG~HL*1**20*1~NM1*PR*2*EXAMPLE HEALTH*****PI*70001~HL*2*1*21*1~"
        f"NM1*41*2*EXAMPLE BILLING*****46*SUB1~HL*3*2*19*1~NM1*1P*2*EXAMPLE CLINIC*****XX*1234567893~{text}"
    )


def answer_271(number: str, said: str = "EB*1**30**GOLD PLAN~DTP*291*RD8*20250101-20261231~") -> str:
    """What stands below HL*..*22 for one subscriber."""
    return (
        f"TRN*2*{number}*9512345678~NM1*IL*1*DOE*JANE****MI*X900{number}~REF*6P*GRP77~N3*1 MAIN ST~"
        f"N4*SPRINGFIELD*OH*45501~DMG*D8*19700102*F~INS*Y*18*001*25~DTP*346*D8*20250101~{said}"
    )


def body_271(answers: Iterable[str] = ()) -> str:
    """Source and receiver levels with one subscriber level an answer."""
    levels = list(answers) or [answer_271(f"CT10000{number}") for number in (1, 2, 3)]
    text = "".join(f"HL*{number}*2*22*0~{answer}" for number, answer in enumerate(levels, 3))
    return (
        "BHT*0022*11*Q1*20260402*1200~HL*1**20*1~NM1*PR*2*EXAMPLE HEALTH*****PI*70001~PER*IC*DESK*TE*5555550100~"
        f"HL*2*1*21*1~NM1*1P*2*EXAMPLE CLINIC*****XX*1234567893~{text}"
    )


def body_999() -> str:
    """One set accepted, one accepted with errors, one rejected."""
    return (
        "AK1*HC*17456*005010X222A1~AK2*837*CT100001*005010X222A1~IK5*A~AK2*837*CT100002~IK3*REF*57**3~"
        "CTX*CLM01:CN2~IK5*E~AK2*837*CT100003~IK3*CLM*22**8~CTX*CLM01:CN3~IK4*5:3*1331*7~IK5*R*5~AK9*P*3*3*2~"
    )


def claim_837(number: str, form: str = "P", other: str = "", frequency: str = "1") -> str:
    """CLM to the last line; 700 + 300 dollars."""
    if form == "P":
        head = f"CLM*{number}*1000***11:B:{frequency}*Y*A*Y*Y~REF*EA*MRN{number}~HI*ABK:J020*ABF:E119~NM1*82*1*"
        lines = ("SV1*HC:99213:25*700*UN*1***1", "SV1*HC:90782*300*UN*1***1:2")
    else:
        head = (
            f"CLM*{number}*1000***13:A:{frequency}**A*Y*Y~DTP*434*RD8*20260105-20260106~CL1*3*1*01~"
            f"REF*EA*MRN{number}~HI*ABK:J020~HI*ABF:E119~NM1*71*1*"
        )
        lines = ("SV2*0300*HC:99213:25*700*UN*1", "SV2*0510*HC:90782*300*UN*1")
    return (
        f"{head}ROE*RICHARD****XX*1234567893~{other}LX*1~{lines[0]}~DTP*472*D8*20260105~REF*6R*{number}A~"
        f"LX*2~{lines[1]}~DTP*472*D8*20260106~REF*6R*{number}B~"
    )


def level_837(level: int, position: int, depends: bool) -> str:
    """A subscriber level, with a patient level below it if the patient depends on the subscriber."""
    text = (
        f"HL*{level}*1*22*{int(depends)}~SBR*P*{'' if depends else 18}*GRP77******CI~"
        f"NM1*IL*1*DOE*JANE****MI*X90000{position}~N3*1 MAIN ST~N4*SPRINGFIELD*OH*45501~DMG*D8*19700102*F~"
        "NM1*PR*2*EXAMPLE HEALTH*****PI*70001~"
    )
    if depends:
        text += (
            f"HL*{level + 1}*{level}*23*0~PAT*19~NM1*QC*1*DOE*JACK~N3*1 MAIN ST~N4*SPRINGFIELD*OH*45501~"
            "DMG*D8*20100102*M~"
        )
    return text


def body_837(form: str = "P", claims: Iterable[str] = ()) -> str:
    """One billing provider; subscribers with one claim each, the second with a patient level."""
    made = list(claims) or [claim_837(f"CT10000{number}", form) for number in (1, 2, 3)]
    text, level = "", 2
    for position, claim in enumerate(made):
        text += level_837(level, position, depends=position == 1) + claim
        level += 1 + (position == 1)
    return (
        "BHT*0019*00*B1*20260110*1200*CH~NM1*41*2*EXAMPLE BILLING*****46*SUB1~PER*IC*DESK*TE*5555550100~"
        "NM1*40*2*EXAMPLE HOUSE*****46*CH1~HL*1**20*1~PRV*BI*PXC*207Q00000X~NM1*85*2*EXAMPLE CLINIC*****XX*1234567893~"
        f"N3*2 MAIN ST~N4*SPRINGFIELD*OH*455011234~REF*EI*512345678~{text}"
    )


BODIES: dict[str, Callable[[], str]] = {
    "835": body_835,
    "277CA": body_277ca,
    "277": body_277,
    "271": body_271,
    "999": body_999,
    "837P": body_837,
    "837I": lambda: body_837("I"),
}


def envelope(kind: str, *bodies: str, control: str = "000000001", group: str = "1") -> str:
    """One interchange with one group; one transaction set for each body."""
    functional, version = SETS[kind]
    sets = ""
    for number, body in enumerate(bodies, 1):
        name = "" if kind == "835" else f"*{version}"
        sets += f"ST*{kind[:3]}*{number:04}{name}~{body}SE*{body.count('~') + 2}*{number:04}~"
    return (
        f"ISA*00*          *00*          *ZZ*PAYER          *ZZ*PROVIDER       *260302*1200*^*00501*{control}*0*T*:~"
        f"GS*{functional}*PAYER*PROVIDER*20260302*1200*{group}*X*{version}~{sets}GE*{len(bodies)}*{group}~IEA*1*{control}~"
    )


@dataclass
class Outcome:
    """What reading some bytes yielded, sorted by kind."""

    items: list[Item] = field(default_factory=list)

    @property
    def findings(self) -> list[Finding]:
        """Findings of the file, not those inside quarantined content."""
        return [item for item in self.items if isinstance(item, Finding)]

    @property
    def quarantined(self) -> list[Quarantined]:
        """Content set aside."""
        return [item for item in self.items if isinstance(item, Quarantined)]

    @property
    def typed(self) -> list[Any]:
        """Everything that was read."""
        return [item for item in self.items if not isinstance(item, Finding | Quarantined)]

    @property
    def codes(self) -> set[str]:
        """Codes of all findings, also of those inside quarantined content."""
        inner = {reason.code for item in self.quarantined for reason in item.reasons}
        return inner | {item.code for item in self.findings}

    def of(self, name: str) -> list[Any]:
        """Returns the typed items whose `type` is the name."""
        return [item for item in self.typed if item.type == name]


@pytest.fixture(scope="session")
def reading() -> Callable[[str | bytes], Outcome]:
    """Reads a file given as text or bytes."""

    def run(data: str | bytes) -> Outcome:
        return Outcome(list(read(io.BytesIO(data.encode("latin-1") if isinstance(data, str) else data))))

    return run


@dataclass(frozen=True)
class Factory:
    """The builders of this file, for tests."""

    kinds = tuple(SETS)
    claim_835 = staticmethod(claim_835)
    body_835 = staticmethod(body_835)
    status_277ca = staticmethod(status_277ca)
    body_277ca = staticmethod(body_277ca)
    status_277 = staticmethod(status_277)
    body_277 = staticmethod(body_277)
    answer_271 = staticmethod(answer_271)
    body_271 = staticmethod(body_271)
    body_999 = staticmethod(body_999)
    claim_837 = staticmethod(claim_837)
    body_837 = staticmethod(body_837)
    envelope = staticmethod(envelope)

    def file(self, kind: str) -> str:
        """A clean file of a kind with three claims CT100001 to CT100003."""
        return envelope(kind, BODIES[kind]())

    def remittance(self, *claims: str, paid: str, plb: str = "") -> str:
        """An 835 with the given claims."""
        return envelope("835", body_835(claims, paid, plb))


@pytest.fixture(scope="session")
def make() -> Factory:
    """Builders of synthetic files."""
    return Factory()
