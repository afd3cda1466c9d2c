"""Invented claims with several policies, and the 835 of each payer, for any form, family and decision."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from hypothesis import strategies as st

from edi.claim_order import ClaimOrder
from edi.money import amount_text
from tests.edi.secondary_orders import claim_in, order_of, remits_in

NUMBER = "CT778812"
SERVED = date(2026, 2, 10)
NPIS = ("1234567893", "1999999984")
PROCEDURES = ("99213", "90782", "J3301", "93000", "85025")
REVENUE = ("0300", "0450", "0730", "0320", "0510")
ORDERS = "PST"

Cas = tuple[str, str, int]


@dataclass(frozen=True)
class Told:
    """What a payer says of one line: paid and adjustments, in cents."""

    paid: int
    adjustments: tuple[Cas, ...]

    @property
    def share(self) -> int:
        """The patient's part."""
        return sum(cents for group, _, cents in self.adjustments if group == "PR")


@dataclass(frozen=True)
class Decision:
    """One payer's decision on all lines; `by_line` False: told at claim level only."""

    lines: tuple[Told, ...]
    by_line: bool = True

    @property
    def paid(self) -> int:
        """CLP04."""
        return sum(each.paid for each in self.lines)

    @property
    def share(self) -> int:
        """What is left to the patient."""
        return sum(each.share for each in self.lines)


@dataclass(frozen=True)
class Made:
    """A claim, its policies in order and what the first payers decided."""

    charges: tuple[int, ...] = (18_500, 6_400)
    relations: tuple[str, ...] = ("18", "18")
    filings: tuple[str, ...] = ("MB", "CI")
    decisions: tuple[Decision, ...] = field(default_factory=lambda: (plain_decision((18_500, 6_400)),))
    form: Literal["837P", "837I"] = "837P"
    numbered: bool = True
    """Lines have control numbers (REF*6R)."""

    @property
    def destination(self) -> Literal[2, 3]:
        """The first payer that has not decided."""
        return 3 if len(self.decisions) == 2 else 2

    def with_(self, **changes: object) -> Made:
        """The same with changes."""
        return replace(self, **changes)  # type: ignore[arg-type]


def plain_decision(charges: tuple[int, ...], by_line: bool = True) -> Decision:
    """Half of each charge paid, a fifth contract, the rest to the patient."""
    told = []
    for charge in charges:
        paid, contract = charge // 2, charge // 5
        told.append(Told(paid, (("CO", "45", contract), ("PR", "2", charge - paid - contract))))
    return Decision(tuple(told), by_line)


def order(made: Made, **more: object) -> ClaimOrder:
    """The order for the payer after those that decided."""
    claim = claim_in(billed(made))
    remits = [fact for at in range(len(made.decisions)) for fact in remits_in(remitted(made, at), claim)]
    return order_of(claim, remits, **{"destination": made.destination, **more})


def enveloped(kind: str, version: str, functional: str, body: list[str]) -> str:
    """Segments in an envelope."""
    isa = "ISA*00*          *00*          *ZZ*OFFICE         *ZZ*HOUSE          *260215*1200*^*00501*000000001*0*T*:"
    start = f"ST*{kind}*0001" + ("" if kind == "835" else f"*{version}")
    segments = [isa, f"GS*{functional}*OFFICE*HOUSE*20260215*1200*1*X*{version}", start, *body]
    return "".join(f"{each}~" for each in (*segments, f"SE*{len(body) + 2}*0001", "GE*1*1", "IEA*1*000000001"))


def billed(made: Made) -> str:
    """The 837 to the first payer."""
    version = "005010X222A1" if made.form == "837P" else "005010X223A2"
    own = made.relations[0] == "18"
    body = [
        "BHT*0019*00*B1*20260215*1200*CH",
        "NM1*41*2*EXAMPLE BILLING*****46*SUB1",
        "PER*IC*DESK*TE*5555550100",
        "NM1*40*2*EXAMPLE HOUSE*****46*CH1",
        "HL*1**20*1",
        "PRV*BI*PXC*207Q00000X",
        f"NM1*85*2*EXAMPLE CLINIC*****XX*{NPIS[0]}",
        "N3*2 MAIN ST",
        "N4*SPRINGFIELD*OH*455011234",
        "REF*EI*512345678",
        f"HL*2*1*22*{0 if own else 1}",
        f"SBR*P*{'18' if own else ''}*GRP1******{made.filings[0]}",
        *_insured(made, 0),
        *(["DMG*D8*19500501*F"] if own else []),
        *_payer(0),
        *([] if own else _dependent(made)),
        *_claim(made),
        *(segment for at in range(1, len(made.relations)) for segment in _other(made, at)),
        *(segment for at in range(len(made.charges)) for segment in _line(made, at)),
    ]
    return enveloped("837", version, "HC", body)


def _insured(made: Made, at: int) -> list[str]:
    given = "ADA" if made.relations[at] == "18" else f"HOLDER{at + 1}"
    return [f"NM1*IL*1*QUILLFEATHER*{given}****MI*MEM00{at + 1}", f"N3*{at + 1} OAK ST", "N4*SPRINGFIELD*OH*45501"]


def _payer(at: int) -> list[str]:
    return [f"NM1*PR*2*PAYER {at + 1}*****PI*7000{at + 1}"]


def _dependent(made: Made) -> list[str]:
    patient = ["NM1*QC*1*QUILLFEATHER*ADA", "N3*9 ELM ST", "N4*SPRINGFIELD*OH*45501", "DMG*D8*19500501*F"]
    return ["HL*3*2*23*0", f"PAT*{made.relations[0]}", *patient]


def _claim(made: Made) -> list[str]:
    charge = amount_text(sum(made.charges))
    if made.form == "837P":
        return [
            f"CLM*{NUMBER}*{charge}***11:B:1*Y*A*Y*Y",
            "REF*EA*MRN7",
            "REF*G1*AUTH1",
            "NTE*ADD*SEEN AFTER A FALL",
            "HI*ABK:J020*ABF:E119",
            f"NM1*82*1*ROE*RICHARD****XX*{NPIS[1]}",
            "REF*G2*OLD7",
        ]
    return [
        f"CLM*{NUMBER}*{charge}***13:A:1**A*Y*Y",
        "DTP*434*RD8*20260210-20260211",
        "CL1*3*1*01",
        "REF*EA*MRN7",
        "HI*ABK:J020",
        "HI*ABF:E119",
        f"NM1*71*1*ROE*RICHARD****XX*{NPIS[1]}",
    ]


def _other(made: Made, at: int) -> list[str]:
    policy = f"SBR*{ORDERS[at]}*{made.relations[at]}*GRP{at + 1}******{made.filings[at]}"
    return [policy, "OI***Y***Y", *_insured(made, at), *_payer(at)]


def _line(made: Made, at: int) -> list[str]:
    charge, code = amount_text(made.charges[at]), PROCEDURES[at]
    service = f"SV1*HC:{code}*{charge}*UN*1***1:2"
    if made.form == "837I":
        service = f"SV2*{REVENUE[at]}*HC:{code}*{charge}*UN*1"
    number = [f"REF*6R*L{at + 1}"] if made.numbered else []
    return [f"LX*{at + 1}", service, f"DTP*472*D8*{SERVED:%Y%m%d}", *number]


def remitted(made: Made, at: int) -> str:
    """The 835 of the payer at a place, counted from 0."""
    decision, charge = made.decisions[at], sum(made.charges)
    body = [
        f"BPR*I*{amount_text(decision.paid)}*C*CHK************2026030{at + 1}",
        f"TRN*1*TRACE{at + 1}*1999999992",
        f"N1*PR*PAYER {at + 1}",
        f"REF*2U*7000{at + 1}",
        f"N1*PE*EXAMPLE CLINIC*XX*{NPIS[0]}",
        "LX*1",
        f"CLP*{NUMBER}*{at + 1}*{amount_text(charge)}*{amount_text(decision.paid)}*{amount_text(decision.share)}"
        f"*{made.filings[at]}*ICN{at + 1}",
    ]
    if not decision.by_line:
        body += [segment for told in decision.lines for segment in _cas(told)]
    body += ["NM1*QC*1*QUILLFEATHER*ADA", "MOA***MA01"]
    if decision.by_line:
        body += [segment for number in range(len(made.charges)) for segment in _service(made, decision, number)]
    return enveloped("835", "005010X221A1", "HP", body)


def _service(made: Made, decision: Decision, at: int) -> list[str]:
    revenue = REVENUE[at] if made.form == "837I" else ""
    told = decision.lines[at]
    paid = f"SVC*HC:{PROCEDURES[at]}*{amount_text(made.charges[at])}*{amount_text(told.paid)}*{revenue}*1"
    return [paid, *_cas(told), *([f"REF*6R*L{at + 1}"] if made.numbered else [])]


def _cas(told: Told) -> list[str]:
    return [f"CAS*{group}*{reason}*{amount_text(cents)}" for group, reason, cents in told.adjustments]


# ---- any claim ------------------------------------------------------------------------------------------------------


@st.composite
def decisions(draw: st.DrawFn, charges: tuple[int, ...]) -> Decision:
    """Any split of each charge into payment, write-off, patient share and prior impact, zero parts included."""
    told = []
    for charge in charges:
        cuts = sorted(draw(st.lists(st.integers(0, charge), min_size=3, max_size=3)))
        paid, contract, share, prior = cuts[0], cuts[1] - cuts[0], cuts[2] - cuts[1], charge - cuts[2]
        parts: list[Cas] = [("CO", "45", contract), ("PR", draw(st.sampled_from("123")), share), ("OA", "23", prior)]
        told.append(Told(paid, tuple(each for each in parts if each[2])))
    return Decision(tuple(told), draw(st.booleans()))


@st.composite
def claims(draw: st.DrawFn) -> Made:
    """Any claim: form, one to five lines, two or three policies, patient the insured or not, one or two decisions."""
    charges = tuple(draw(st.lists(st.integers(1, 9_999_99), min_size=1, max_size=5)))
    policies = draw(st.integers(2, 3))
    before = draw(st.integers(1, policies - 1))
    return Made(
        charges=charges,
        relations=tuple(
            draw(st.lists(st.sampled_from(("18", "01", "19", "G8")), min_size=policies, max_size=policies))
        ),
        filings=(draw(st.sampled_from(("MB", "CI", "BL"))), "CI", "MC")[:policies],
        decisions=tuple(draw(decisions(charges)) for _ in range(before)),
        form=draw(st.sampled_from(("837P", "837I"))),
        numbered=draw(st.booleans()),
    )
