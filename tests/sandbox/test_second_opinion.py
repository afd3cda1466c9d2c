"""Two judges that share nothing: what Baton builds passes the payers' own check, and faults in it do not.

The claims are those of a whole population, built from the 837 to the primary and the 835s of the payers before, by
`edi`; read by `sandbox.x12_requests`, compared by `sandbox.claim_check` with what the scripts say was truly decided.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
import pyx12.params
import pyx12.x12n_document
from hypothesis import given
from hypothesis import strategies as st

from edi.release import released
from journey.plans.file import standard_plan
from journey.words import PayerClass
from sandbox.adjudication import Adjudication
from sandbox.casting import population
from sandbox.claim_check import Known, PriorTruth, problems
from sandbox.drop_folder import Mail, read_mail
from sandbox.instant import season
from sandbox.people import Bill, Policy
from sandbox.scene import CLEARINGHOUSE, opaque, provider
from sandbox.truth import Script
from sandbox.x12_claim import OutgoingClaim, claim_set
from sandbox.x12_remittance import Payment, RemittedClaim, remittance_set
from sandbox.x12_writer import Interchange, write
from tests.edi.secondary_orders import claim_in, order_of, remits_in

START = datetime(2026, 3, 2, 5, tzinfo=UTC)
WRITTEN = START + timedelta(days=60)


@cache
def scripts() -> tuple[Script, ...]:
    """All kinds of claims."""
    return population(150, 11, START)


def billed_first(bill: Bill) -> bytes:
    """The 837 to the primary."""
    made = claim_set([OutgoingClaim(bill)], CLEARINGHOUSE, START, "B1")
    return write(Interchange(provider(bill.practice), CLEARINGHOUSE, START, 1, (made,)))


def remitted(bill: Bill, policy: Policy, decision: Adjudication, status: str, *, by_line: bool = True) -> bytes:
    """The 835 of one payer."""
    told = RemittedClaim(bill, policy, status, decision, f"N{opaque(bill.claim_number)}", by_line=by_line)
    payment = Payment(policy.payer, bill.practice, (START + timedelta(days=30)).date(), "T1")
    return write(Interchange(CLEARINGHOUSE, provider(bill.practice), WRITTEN, 1, (remittance_set([told], payment),)))


def known(script: Script, rank: int = 2) -> Known:
    """What the payer of a rank knows by itself."""
    bill = script.bill
    priors = (PriorTruth(bill.primary, script.standing), PriorTruth(bill.other, script.final))[: rank - 1]
    return Known(bill, bill.policies[rank - 1], priors, frozenset({"S77"}))


def built(script: Script, rank: int = 2, *, by_line: bool = True, **more: Any) -> str:
    """What Baton would send to the payer of a rank."""
    bill = script.bill
    claim = claim_in(billed_first(bill))
    remits = remits_in(remitted(bill, bill.primary, script.standing, "1", by_line=by_line), claim)
    if rank > 2:
        remits += remits_in(remitted(bill, bill.other, script.final, "2", by_line=by_line), claim)
    text = released(order_of(claim, remits, destination=rank, written_at=WRITTEN, **more))
    assert isinstance(text, str), text
    return text


def objections(mail: Mail, of: Known) -> list[str]:
    """What the clearinghouse or the payer has against a file with one claim."""
    file = mail.file
    if file is None or file.fault:
        return ["envelope"]
    if not mail.requests:
        return ["syntax"]
    (request,) = mail.requests
    assert request.kind == "secondary_claim"
    return [f"{each.status} {each.what}" for each in problems(request, of)]


def test_every_built_claim_passes_both_judges() -> None:
    """The guide's check lets it go (`released`), and the payer finds nothing in it, whatever the claim's story."""
    for script in scripts():
        assert objections(read_mail(built(script).encode()), known(script)) == [], script.label


async def test_what_left_in_a_season_passed_both_judges() -> None:
    """The claims that really left, over weeks of refusals, replacements and third payers, pass both judges as files.

    The payers of the world counted no objection; here each file is also judged by pyx12 as it comes from its makers.
    """
    with season(48, 21, START, standard_plan()) as lived:
        await lived.run(START + timedelta(days=200))
        left = [each.read_bytes() for each in sorted(lived.world.drop.glob("taken/*.837"))]
        tally = lived.world.tally
    assert len(left) == tally.requests > 5
    assert (tally.unreadable, dict(tally.unclean_claims), tally.objections) == (0, {}, [])
    logging.disable(logging.CRITICAL)
    try:
        assert all(by_the_guide(each) for each in left)
    finally:
        logging.disable(logging.NOTSET)


def by_the_guide(data: bytes) -> bool:
    """What pyx12 itself says of a file, remark codes aside: its list of them is years old."""
    parameters = pyx12.params.params()
    parameters.set("exclude_external_codes", "remark_code")
    source = io.StringIO(data.decode("ascii"))
    return bool(pyx12.x12n_document.x12n_document(parameters, source, io.StringIO(), None))


def test_claims_decided_as_a_whole_pass_too() -> None:
    """A primary that adjusts the claim and no line is told in 2320, and the sums are the same."""
    for script in scripts()[:40]:
        mail = read_mail(built(script, by_line=False).encode())
        assert objections(mail, known(script)) == [], script.label


def test_claims_to_a_third_payer_pass_too() -> None:
    """Two decisions, in order; Medicare is never third electronically (field notes 1.11)."""
    third = [each for each in scripts() if each.bill.tertiary and each.final.lines]
    assert third
    for script in third:
        assert script.bill.policies[2].payer.payer_class is not PayerClass.MEDICARE
        assert objections(read_mail(built(script, 3).encode()), known(script, 3)) == []


def test_replacements_pass_with_the_payers_number_only() -> None:
    """Frequency 7 with REF*F8: the payer's own number is clean, and a number of nobody is an objection."""
    script = scripts()[0]
    for number, clean in (("S77", True), ("P12", False)):
        text = built(script, frequency="7", original_payer_claim_number=number)
        assert (objections(read_mail(text.encode()), known(script)) == []) is clean


# Faults that guide validators let pass, in the file itself

Fault = Callable[[list[str]], list[str]]


def element(name: str, at: int, change: Callable[[str], str], *, having: str = "") -> Fault:
    """Changes one element of the first segment that begins so."""

    def apply(segments: list[str]) -> list[str]:
        place = next(n for n, each in enumerate(segments) if each.startswith(name) and having in each)
        parts = segments[place].split("*")
        parts[at] = change(parts[at])
        return [*segments[:place], "*".join(parts), *segments[place + 1 :]]

    return apply


def without(name: str) -> Fault:
    """Leaves out every segment that begins so; the count at the end follows."""

    def apply(segments: list[str]) -> list[str]:
        kept = [each for each in segments if not each.startswith(name)]
        assert len(kept) < len(segments)
        return [_counted(each, len(segments) - len(kept)) for each in kept]

    return apply


def also(after: str, segment: str) -> Fault:
    """Adds a segment behind the first that begins so."""

    def apply(segments: list[str]) -> list[str]:
        place = next(n for n, each in enumerate(segments) if each.startswith(after)) + 1
        longer = [*segments[:place], segment, *segments[place:]]
        return [_counted(each, -1) for each in longer]

    return apply


def _counted(segment: str, fewer: int) -> str:
    name, *rest = segment.split("*")
    return "*".join([name, str(int(rest[0]) - fewer), *rest[1:]]) if name == "SE" else segment


def more(text: str) -> str:
    """A dollar more."""
    whole, point, rest = text.partition(".")
    return f"{int(whole) + 1}{point}{rest}"


def becomes(text: str) -> Callable[[str], str]:
    """Another value."""
    return lambda _: text


def digit(text: str) -> str:
    """The last digit is another one."""
    return text[:-1] + str((int(text[-1]) + 1) % 10)


FAULTS: dict[str, Fault] = {
    "charge": element("CLM*", 2, more),
    "line charge": element("SV", 2, more, having="UN"),
    "paid": element("AMT*D*", 2, more),
    "paid on a line": element("SVD*", 2, more),
    "adjusted": element("CAS*", 3, more),
    "group": element("CAS*", 1, becomes("PI")),
    "reason": element("CAS*", 2, becomes("96")),
    "no payment": without("AMT*D*"),
    "no adjustments": without("CAS*"),
    "no line decisions": without("SVD*"),
    "no day of decision": without("DTP*573*"),
    "SVD01 is not in 2330B": element("SVD*", 1, becomes("70000")),
    "both come first": element("SBR*S*", 1, becomes("P")),
    "first and third": element("SBR*S*", 1, becomes("T")),
    "no such place": element("SBR*P*", 1, becomes("Z")),
    "check digit": element("NM1*85*", 9, digit),
    "frequency 7 of nothing": element("CLM*", 5, lambda text: text[:-1] + "7"),
    "a first claim that replaces": also("CLM*", "REF*F8*S77"),
    "no line numbers": without("REF*6R*"),
    "paid by nobody known": element("NM1*PR*", 9, becomes("70000"), having="*71"),
}


def split(text: str) -> list[str]:
    """The segments of a file."""
    return text.split("~")


def medicare_first() -> list[Script]:
    """Professional claims with Medicare before a payer of another kind, decided by line."""
    return [each for each in scripts() if each.bill.form == "837P" and each.bill.primary.payer.payer_id[:2] == "71"]


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_in_a_built_claim_is_caught(fault: str) -> None:
    """Every fault of the list, put into claims that Baton built, is seen by the payer or by the clearinghouse."""
    for script in medicare_first()[:5]:
        segments = FAULTS[fault](split(built(script)))
        assert objections(read_mail("~".join(segments).encode()), known(script)), script.label


@cache
def sample() -> tuple[Script, tuple[str, ...]]:
    """One built claim."""
    script = max(medicare_first(), key=lambda each: len(each.bill.lines))
    return script, tuple(split(built(script)))


AMOUNTS = {"AMT": (2,), "SVD": (2,), "CAS": (3, 6, 9), "CLM": (2,)}


@given(st.data())
def test_no_amount_in_a_built_claim_changes_unseen(data: st.DataObject) -> None:
    """Whichever amount of the claim is another one, by however much: somebody objects."""
    script, segments = sample()
    places = [
        (n, at)
        for n, each in enumerate(segments)
        for at in AMOUNTS.get(each.split("*")[0], ())
        if len(each.split("*")) > at and each.split("*")[at]
    ]
    place, at = data.draw(st.sampled_from(places))
    parts = segments[place].split("*")
    other = str(data.draw(st.integers(0, 10**7).filter(lambda each: each != float(parts[at]))))
    parts[at] = other
    changed = [*segments[:place], "*".join(parts), *segments[place + 1 :]]
    assert objections(read_mail("~".join(changed).encode()), known(script))
