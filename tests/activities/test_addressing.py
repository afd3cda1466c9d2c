"""Whose fact is it: batches, members and payments concern several cases, whatever arrives first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from activities.addressing import waiting_for
from casebook.record import record
from edi.opening import snapshot
from journey.case import Case, Money
from sandbox.people import Bill
from sandbox.x12_claim import OutgoingClaim, claim_set
from sandbox.x12_coverage import Eligibility, coverage_set
from sandbox.x12_remittance import ProviderAdjustment
from sandbox.x12_writer import Interchange, Partner, TransactionSet, write
from tests import x12_files
from tests.intake_steps import billed_in, bills, facts_of, heard, offsets, take, told
from tests.office import Office


def sent_by_the_clinic(office: Office, claims: Sequence[Bill], control: int, days: int = 0) -> bytes:
    """The billing system's own 837 to the secondary, some days ago."""
    at = office.now() - timedelta(days=days)
    made = claim_set(
        [OutgoingClaim(each, "S") for each in claims], x12_files.RELAY, at, f"B{control}-{uuid4().hex[:6]}"
    )
    return write(Interchange(x12_files.OFFICE, x12_files.RELAY, at, control, (made,)))


def answer(office: Office, *segments: tuple[str, ...], kind: str = "999", group: str = "FA") -> bytes:
    """What the clearinghouse writes back."""
    made = TransactionSet(kind, "005010X231A1", group, segments)
    return write(Interchange(x12_files.RELAY, x12_files.OFFICE, office.now(), 1, (made,)))


def refused_set(office: Office, sent: bytes) -> bytes:
    """A 999 that refuses the transaction set of a file; its group goes on with others."""
    where = billed_in(sent)[0].where
    said = (("IK3", "CLM", "22", "", "8"), ("IK5", "R", "5"), ("AK9", "P", "2", "2", "1"))
    return answer(office, ("AK1", "HC", where.group_control), ("AK2", "837", where.transaction_control), *said)


def number() -> int:
    """A control number that no other test uses."""
    return int(uuid4().hex[:7], 16) % 800_000_000 + 1_000_000


async def refusals(office: Office, bill: Bill) -> list[tuple[bool, str]]:
    """Verdict and submission of every acknowledgement of a file that a case has heard."""
    found = await facts_of(office, bill, "syntax_acknowledged")
    return [(each.accepted, each.submission_id) for each in found]


def covers(office: Office, bill: Bill, *, active: bool = True) -> bytes:
    """A 271 of the secondary about the patient of a claim, asked for by registration and not for a claim."""
    payer = Partner(bill.other.payer.payer_id, bill.other.payer.name)
    asked = bill.model_copy(update={"claim_number": f"REG{uuid4().hex[:8]}"})
    said = Eligibility(asked, bill.other, active, datetime(2025, 1, 1, tzinfo=UTC).date())
    made = coverage_set(payer, [said], office.now(), f"Q{uuid4().hex[:8]}")
    return write(Interchange(payer, x12_files.OFFICE, office.now(), 1, (made,)))


def of_the_same_patient(first: Bill, second: Bill) -> Bill:
    """The second claim as one of the first one's patient."""
    same = {"patient": first.patient, "primary": first.primary, "secondary": first.secondary}
    return second.model_copy(update=same)


async def test_a_refused_batch_reaches_every_claim_in_it(office: Office) -> None:
    """The clinic's own secondary claims: one 999 that refuses their set is told to each case, once (notes 1.8)."""
    claims, control = bills(3), number()
    await take(office, x12_files.billed(claims))
    sent = sent_by_the_clinic(office, claims[:2], control)
    assert told(await take(office, sent)) == {"informed": 2}
    refused = refused_set(office, sent)
    assert told(await take(office, refused)) == {"informed": 1}
    ids = {f"theirs-{each.digest[:16]}" for each in billed_in(sent)}
    heard_of = [await refusals(office, each) for each in claims[:2]]
    assert {each for found in heard_of for each in found} == {(False, one) for one in ids}
    assert told(await take(office, refused + b" ")) == {"repeated": 1}
    assert "syntax_acknowledged" not in await heard(office, claims[2])


async def test_a_refusal_that_comes_first_waits_for_all_claims_of_its_batch(office: Office) -> None:
    """999, then the copy of the 837, then the claims as first billed, in two files: each case hears it all the same."""
    claims, control = bills(3), number()
    sent = sent_by_the_clinic(office, claims, control)
    assert told(await take(office, refused_set(office, sent))) == {"parked": 1}
    assert told(await take(office, sent)) == {"parked": 3}
    assert told(await take(office, x12_files.billed(claims[:2]))) == {"opened": 2}
    assert told(await take(office, x12_files.billed(claims[2:], control=2))) == {"opened": 1}
    for each in claims:
        found = await refusals(office, each)
        assert [accepted for accepted, _ in found] == [False]
        assert (await heard(office, each)).count("secondary_submitted") == 1


async def test_a_control_number_that_is_used_again_means_the_newest_file(office: Office) -> None:
    """Billing systems begin again at 1: an answer of today says nothing of last week's file, nor of an older one."""
    old, new, later = bills(3)
    control = number()
    await take(office, x12_files.billed([old, new, later]))
    await take(office, sent_by_the_clinic(office, [old], control, days=5))
    sent = sent_by_the_clinic(office, [new], control)
    await take(office, sent)
    assert told(await take(office, refused_set(office, sent))) == {"informed": 1}
    assert len(await refusals(office, new)) == 1
    assert "syntax_acknowledged" not in await heard(office, old)
    assert told(await take(office, sent_by_the_clinic(office, [later], control, days=20))) == {"informed": 1}
    assert "syntax_acknowledged" not in await heard(office, later, "secondary_submitted")


async def test_two_files_of_one_day_and_number_are_for_a_person(office: Office) -> None:
    """A refusal that may mean either of two files is told to no case: a claim that was taken would go out twice."""
    first, second = bills(2)
    control = number()
    await take(office, x12_files.billed([first, second]))
    files = [sent_by_the_clinic(office, [each], control) for each in (first, second)]
    for each in files:
        await take(office, each)
    assert told(await take(office, refused_set(office, files[0]))) == {"quarantined": 1}


async def test_a_refused_interchange_reaches_every_claim_in_it(office: Office) -> None:
    """TA1: nothing of the file was read."""
    claims, control = bills(2), number()
    await take(office, x12_files.billed(claims))
    await take(office, sent_by_the_clinic(office, claims, control))
    refused = answer(office, ("TA1", f"{control:09d}", "260312", "1200", "R", "006"), kind="TA1", group="")
    assert told(await take(office, refused)) == {"informed": 1}
    for each in claims:
        assert [accepted for accepted, _ in await refusals(office, each)] == [False]


async def test_a_refused_batch_of_the_277ca_reaches_every_claim_in_it(office: Office) -> None:
    """Above claim level a 277CA names the batch only (BHT03)."""
    claims, control = bills(2), number()
    await take(office, x12_files.billed(claims))
    sent = sent_by_the_clinic(office, claims, control)
    await take(office, sent)
    [batch] = {each.header.reference for each in billed_in(sent)}
    segments = (
        *(("BHT", "0085", "08", "R1", "20260312", "1200", "TH"), ("HL", "1", "", "20", "1")),
        *(("NM1", "AY", "2", "RELAY CLEARING", "", "", "", "", "46", "RELAY"), ("TRN", "1", uuid4().hex[:8])),
        *(("HL", "2", "1", "21", "0"), ("NM1", "41", "2", "QUARRY WALK", "", "", "", "", "46", "990654321")),
        *(("TRN", "2", batch), ("STC", ("A3", "24", "85"), "20260312", "U", "100")),
    )
    made = TransactionSet("277", "005010X214", "HN", segments)
    refused = write(Interchange(x12_files.RELAY, x12_files.OFFICE, office.now(), 1, (made,)))
    assert told(await take(office, refused)) == {"informed": 1}
    for each in claims:
        [found] = await facts_of(office, each, "claim_acknowledged")
        assert (found.accepted, found.submission_id[:7]) == (False, "theirs-")


async def test_an_unknown_number_is_parked(office: Office) -> None:
    """An acknowledgement of something that never passed here waits, with its reason, and is told to nobody."""
    never_seen = sent_by_the_clinic(office, bills(1), number())
    assert told(await take(office, refused_set(office, never_seen))) == {"parked": 1}


async def test_an_eligibility_answer_reaches_every_open_case_of_its_member(office: Office) -> None:
    """A 271 has no claim number: the payer and its member id say whose it is; another member hears nothing."""
    first, second, other = bills(3)
    second = of_the_same_patient(first, second)
    await take(office, x12_files.billed([first, second, other]))
    assert told(await take(office, covers(office, first, active=False))) == {"informed": 1}
    for each in (first, second):
        [found] = await facts_of(office, each, "coverage_checked")
        assert (found.active, found.member_id) == (False, first.other.member_id)
    assert "coverage_checked" not in await heard(office, other)


async def test_an_eligibility_answer_waits_for_the_members_cases(office: Office) -> None:
    """Registration asks before there is a claim: each case of the member hears it when it opens, one after another."""
    first, second = bills(2)
    second = of_the_same_patient(first, second)
    assert told(await take(office, covers(office, first))) == {"parked": 1}
    for control, each in enumerate((first, second), 1):
        assert told(await take(office, x12_files.billed([each], control=control))) == {"opened": 1}
        assert len(await facts_of(office, each, "coverage_checked")) == 1


async def test_no_eligibility_answer_opens_a_closed_case_again(office: Office) -> None:
    """It says how things are now; a case that ended a while ago is past that, and the answer waits for the next one."""
    [bill] = bills(1)
    [billed] = billed_in(x12_files.billed([bill]))
    claim = snapshot(billed, "north")
    assert claim
    now = office.now()
    money = Money(charge=claim.charge, at_risk=0)
    ended = Case(
        case_id=f"closed-{uuid4()}",
        claim=claim,
        opened_at=now,
        as_of=now,
        revision=1,
        plan_version="p",
        money=money,
        closed_at=now,
    )
    with office.book.writing() as tx:
        waiting_for(tx, claim, ended.case_id)
        record(tx, ended, "paid", [])
    assert told(await take(office, covers(office, bill))) == {"parked": 1}
    with office.book.writing() as tx:
        assert waiting_for(tx, claim, ended.case_id) == []
        assert [each.fact.kind for each in waiting_for(tx, claim, "the-next")] == ["coverage_checked"]


async def test_what_a_payment_lacks_is_told_to_every_claim_that_it_paid(office: Office) -> None:
    """F7: money was kept for something else; also a claim of the payment whose case opens later hears it."""
    claims = bills(3)
    await take(office, x12_files.billed(claims[:2]))
    kept = ProviderAdjustment("WO", "ELSEWHERE", 5_000)
    trace = number()
    remit = x12_files.remitted(claims, control=trace, plb=(kept,))
    assert told(await take(office, remit)) == {"informed": 3, "parked": 2}
    await take(office, x12_files.billed(claims[2:], control=2))
    for each in claims:
        [found] = await offsets(office, each)
        assert (found.names_claim, found.amount, found.settles) == (False, 5_000, "ELSEWHERE")
        assert found.trace == f"T{trace}"
