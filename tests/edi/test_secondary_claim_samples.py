"""The public COB examples rebuilt: the claim to the primary and its 835 make the published secondary claim."""

from __future__ import annotations

import difflib
from datetime import date
from pathlib import Path

import pytest

from edi import claim_writer, guide_gate
from edi.claim import BilledClaim
from edi.release import released
from journey.claim import Claim
from tests.edi.secondary_orders import (
    SUBMISSION,
    billed_in,
    claim_in,
    items,
    order_of,
    remits_in,
    remittance_of,
    segments_of,
)

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "x12"
NPI = "1234567893"
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the public samples are not beside the repository")


def sample(name: str) -> str:
    """The text of a sample."""
    return (SAMPLES / name).read_text(encoding="latin-1")


def with_policies(claim: Claim, *changes: dict[str, str]) -> Claim:
    """The claim with its policies corrected, the first first."""
    pairs = zip(claim.coverages, changes, strict=True)
    return claim.model_copy(update={"coverages": tuple(each.model_copy(update=change) for each, change in pairs)})


def differences(published: str, built: str) -> list[str]:
    """What stands in one and not in the other, between the names of sender and receiver and the trailers."""
    pair = [[each for each in segments_of(text) if each[:3] not in ENVELOPE] for text in (published, built)]
    found = difflib.unified_diff(*pair, lineterm="", n=0)
    return [each for each in found if each[:2] not in ("--", "++", "@@")]


ENVELOPE = ("ISA", "GS*", "ST*", "BHT", "SE*", "GE*", "IEA")

ACKNOWLEDGED = {
    "-NM1*41*2*PREMIER BILLING SERVICE*****46*12EEER 000TY": "who sends is a setting of the office",
    "-PER*IC*JERRY*TE*3055552222": "likewise",
    "-NM1*40*2*GREAT PRAIRIES HEALTH*****46*567890": "likewise, as is to whom",
    "+NM1*41*2*TRIAL OFFICE*****46*TRIALBILLER": "likewise",
    "+PER*IC*BILLING OFFICE*TE*5555550100": "likewise",
    "+NM1*40*2*TRIAL HOUSE*****46*TRIALHOUSE": "likewise",
    "-N3*1234SEAWAY ST": "a slip of the example: the claim to the primary has the blank",
    "+N3*1234 SEAWAY ST": "as billed to the primary",
    "-N3*2345*OCEAN BLVD": "a slip of the example: one line of an address cut into two",
    "+N3*2345 OCEAN BLVD": "as billed to the primary",
    "-N4*MIAMI*FL*3111": "a slip of the example: four digits",
    "+N4*MIAMI*FL*33111": "as billed to the primary; and the insured's address, which 2330A of that claim has",
    "-DMG*D8*19431022*M": "the insured's birth: no loop of the claim to the primary tells it, and the guide wants it "
    "only of an insured who is the patient",
    "+N3*236 N MAIN ST": "the insured's address, which 2330A of the claim to the primary has",
    "-N3*4456 SOUTH SHORE BLVD": "the payer's address: the claim to the primary does not tell it",
    "-N4*CHICAGO*IL*44444": "likewise",
    "-REF*G2*567890": "the payer's number of the provider: the claim to the primary does not tell it (2330G)",
    "-REF*G2*88877": "likewise, of the rendering provider (2330D)",
    "-PAT*19": "a slip of the example: this policy has the patient as 01",
    "+PAT*01": "as billed to the primary (2320 SBR02)",
    "-SBR*P*01*******CI": "the same slip: the primary had the patient as 19",
    "+SBR*P*19*******CI": "as billed to the primary (PAT01)",
    "-CLM*26407789*79.04***11:B:1*Y*A*Y*I": "the source of the patient's signature is left out",
    "+CLM*26407789*79.04***11:B:1*Y*A*Y*I*P": "as billed to the primary",
    f"+REF*D9*{SUBMISSION}": "our submission id, by which the 277CA is matched",
    "-OI***Y*P**Y": "another release of information than the claim itself has",
    "+OI***Y*P**I": "for the policy billed first, what its claim said",
    "-N3*236 N MAIN ST": "the primary insured's address: the claim to the primary does not tell it",
    "-N4*MIAMI*FL*33111": "likewise",
    "+N3*3333 OCEAN ST": "the primary's address, which 2010BB of the claim to it has",
    "+N4*SOUTH MIAMI*FL*33000": "likewise",
    "+REF*F8*ICN1": "the primary's claim number, from its 835",
}
"""Every difference from the published secondary 837P, and why."""


def test_the_published_professional_claim_is_rebuilt() -> None:
    """Primary 837P and 835 give the published secondary claim: order, money and lines alike; each difference is known.

    The example names the wrong payer and other member ids in the claim to the primary; those are corrected, as people
    would.
    """
    published = sample("837p-cob-secondary.edi")
    (told,) = billed_in(published)
    claim = with_policies(
        claim_in(sample("837p-cob-primary.edi")),
        {"member_id": "JS00111223333"},
        {"payer_id": "567890", "payer_name": "Great Prairies Health", "member_id": "222334444"},
    )
    remits = remits_in(remittance_of(told, told.other_coverages[0], date(2005, 10, 15)), claim)
    built = claim_writer.write(order_of(claim, remits))
    assert set(differences(published, built)) == ACKNOWLEDGED.keys()
    assert guide_gate.gate(built) == ()


def test_the_published_professional_claim_may_go_once_its_numbers_are_real() -> None:
    """The example's provider numbers are invented and its ZIP is short; with real ones it passes every rule."""
    (told,) = billed_in(sample("837p-cob-secondary.edi"))
    text = sample("837p-cob-primary.edi").replace("1999996666", NPI).replace("1581234567", NPI)
    claim = with_policies(claim_in(text), {}, {"payer_id": "567890", "payer_name": "GREAT PRAIRIES HEALTH"})
    remits = remits_in(remittance_of(told, told.other_coverages[0], date(2005, 10, 15)), claim)
    refused = released(order_of(claim, remits))
    assert not isinstance(refused, str)
    assert {each.field for each in refused} == {"N403"}
    assert isinstance(released(order_of(claim, remits, provider_postal_code="331110001")), str)


MEDICARE_835 = (
    "ISA*00*          *00*          *ZZ*MEDICARE       *ZZ*HOSPITAL       *961101*1200*^*00501*000000001*0*T*:~"
    "GS*HP*MEDICARE*HOSPITAL*19961101*1200*1*X*005010X221A1~ST*835*0001~BPR*I*53.92*C*CHK************19961101~"
    "TRN*1*CHK9*1999999992~N1*PR*MEDICARE B~REF*2U*00435~N1*PE*JONES HOSPITAL*XX*9876540809~LX*1~"
    "CLP*756048Q*1*89.93*53.92*13.48*MB*ICN7~NM1*QC*1*DOE*JOHN~MOA***MA01~"
    "SVC*HC:85025*13.39*8.03*0305*1~CAS*CO*45*3.35~CAS*PR*2*2.01~SVC*HC:93005*76.54*45.89*0730*3~CAS*CO*45*19.18~"
    "CAS*PR*2*11.47~SE*19*0001~GE*1*1~IEA*1*000000001~"
)
"""Our own 835 for the published 837I, which has none: 53.92 paid, 13.48 to the patient."""


def test_the_published_institutional_claim_goes_on_to_its_second_payer() -> None:
    """The public 837I names a second payer and has no published next claim: what was billed is carried over whole."""
    text = sample("837i-medicare-with-secondary.edi").replace("RD8*19960911~", "RD8*19960911-19960911~")
    claim = claim_in(text.replace("9876540809", NPI).replace("*17111~", "*171110001~"))
    remits = remits_in(MEDICARE_835, claim)
    built = released(order_of(claim, remits))
    assert isinstance(built, str), built
    (told,) = (each for each in items(built) if isinstance(each, BilledClaim))
    assert (told.coverage.sequence, told.payer.identifier, told.subscriber.party.identifier) == (
        "S",
        "1135",
        "222004433",
    )
    (other,) = told.other_coverages
    assert (other.coverage.sequence, other.paid_cents, other.outpatient) == ("P", 5392, ("", "", "MA01"))
    assert [[made.paid_cents for made in line.adjudications] for line in told.lines] == [[803], [4589]]
    carried = ("DTP*434", "CL1*", "HI*", "NM1*71", "REF*1G", "SV2*", "DTP*472", "PRV*")
    kept = [each for each in segments_of(text) if each.startswith(carried)]
    assert [each for each in segments_of(built) if each.startswith(carried)] == kept
