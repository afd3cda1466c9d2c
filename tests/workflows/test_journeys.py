"""Journeys by time travel on the real engine: what a biller would expect, on the day."""

from __future__ import annotations

from datetime import date, timedelta

from temporalio.client import WorkflowExecutionStatus

from journey.case import HoldState
from journey.facts import MoneyArrived
from journey.words import Grade, Hop, Party, Resolution, Switch
from tests.office import CHARGE, CONTRACTUAL, MEMBER, PAID, SHARE, Journey, Office
from tests.workflows.partners import Partners


async def promised(office: Office, partners: Partners, event_cap: int = 0) -> Journey:
    """A case whose primary paid and announced a crossover; the ledger took the hold."""
    case = await office.journey(event_cap)
    office.ledger.primary_posted(case.number, PAID, CONTRACTUAL, case.now())
    await case.tell(partners.primary(case.now()))
    return case


async def paid(office: Office, partners: Partners) -> Journey:
    """A case whose crossover arrived and was paid; nothing is posted yet."""
    case = await promised(office, partners)
    await case.until(case.day(date(2026, 3, 20)))
    await case.tell(partners.acknowledged(case.now()))
    await case.until(case.day(date(2026, 4, 2)))
    await case.tell(partners.secondary(case.now()))
    return case


async def closed(office: Office, partners: Partners) -> Journey:
    """A case that went well and whose monitoring has ended."""
    case = await paid(office, partners)
    await case.until(case.day(date(2026, 4, 6)))
    office.ledger.deposit(case.number, SHARE, case.now())
    office.ledger.post_secondary(case.number, SHARE, 0, 0, case.now())
    await case.tell(case.ledger_read())
    await office.env.fast_forward(case.handle, timedelta(days=92))  # type: ignore[union-attr]
    case.skipped += timedelta(days=92)
    return case


async def test_v1b_a_lost_crossover_is_sent_on_day_31_and_not_before(office: Office, partners: Partners) -> None:
    """Promised, silence, two searches without a find: the secondary claim leaves when T1 runs out, once."""
    case = await promised(office, partners)
    await case.until(case.day(date(2026, 4, 2), 22))
    [first] = case.asked()
    assert (first.charge, first.service_from, first.service_to) == (CHARGE, date(2026, 2, 20), date(2026, 2, 20))
    await case.tell(partners.not_found(case.now(), "member_and_date"))
    await case.until(case.day(date(2026, 4, 7), 22))
    [second] = [each for each in case.asked() if each != first]
    assert (second.charge, second.service_from, second.service_to) == (None, date(2026, 2, 13), date(2026, 2, 27))
    await case.tell(partners.not_found(case.now(), "member_and_range"))
    await case.until(case.day(date(2026, 4, 10), 22))
    assert case.submissions() == []
    await case.until(case.day(date(2026, 4, 11), 22))
    assert case.found() == {"V1b": "confirmed"}
    [sent] = case.sent()
    assert (sent.frequency, sent.sequence, sent.member_id) == ("1", "S", MEMBER)
    assert [(each.payer_id, each.paid) for each in sent.prior_payers] == [("PRIM1", PAID)]
    await case.until(case.now() + timedelta(days=20))
    assert len(case.submissions()) == 1


async def test_v1a_a_declined_crossover_is_sent_at_once(office: Office, partners: Partners) -> None:
    """The primary says that it did not forward (MA19): nobody has to wait for anything."""
    case = await office.journey()
    standing = await case.tell(partners.primary(case.now(), "1", ("MA19",)))
    assert case.found() == {"V1a": "confirmed"}
    assert len(case.submissions()) == 1
    assert standing.hop is Hop.RECEIVED


async def test_v2_an_assumed_crossover_is_sent_on_the_fifth_business_day(office: Office, partners: Partners) -> None:
    """Nobody announced a crossover and nobody sent the claim: the task comes first, then the claim goes out."""
    case = await office.journey()
    await case.tell(partners.primary(case.now(), "1", ()))
    await case.until(case.day(date(2026, 3, 16), 22))
    assert case.told("task") == [("provider", "case_manager")]
    await case.until(case.day(date(2026, 3, 18), 22))
    assert case.submissions() == []
    await case.until(case.day(date(2026, 3, 19), 22))
    assert case.found()["V2"] == "confirmed"
    assert len(case.submissions()) == 1


async def test_silence_alone_reaches_the_supervisor(office: Office, partners: Partners) -> None:
    """Nobody answers anything: a supervisor hears of it, and no claim leaves while nothing is confirmed."""
    case = await promised(office, partners)
    await case.until(case.now() + timedelta(days=45))
    rungs = [rung for _, rung in case.told("resubmission")]
    assert "supervisor" in rungs
    assert case.submissions() == []


async def test_a_hold_counts_when_it_was_read_back(working_office: Office, partners: Partners) -> None:
    """A ledger that says yes and leaves a switch off has no hold: it is escalated, and verified once it is there."""
    working_office.faults.ignored_switches = frozenset({Switch.DUNNING})
    case = await promised(working_office, partners)
    assert (await case.cases.where(case.case_id)).hold.state is HoldState.REQUESTED
    await case.until(case.day(date(2026, 3, 14)))
    assert case.told("collections_hold")
    working_office.ledger.set_switches(case.number, Switch, case.now())
    standing = await case.tell(case.ledger_read())
    assert standing.hold.state is HoldState.VERIFIED


async def test_v5_what_was_paid_and_not_posted_is_reviewed(office: Office, partners: Partners) -> None:
    """The money came and the account does not show it: posting review on the fifth business day; the hold stays."""
    case = await paid(office, partners)
    await case.until(case.day(date(2026, 4, 6)))
    stamp = {"happened_at": case.now(), "learnt_at": case.now(), "sender": Party.BANK, "grade": Grade.SETTLED}
    await case.tell(MoneyArrived(fact_id=f"bank-{case.number}", amount=SHARE, trace="EFT-S", **stamp))
    await case.until(case.day(date(2026, 4, 10), 22))
    assert case.told("posting_review") == []
    standing = await case.until(case.day(date(2026, 4, 13), 22))
    assert (standing.break_point, standing.break_state) == ("V5", "confirmed")
    assert case.told("posting_review") == [("posting", "case_manager")]
    assert standing.hold.state is HoldState.VERIFIED


async def test_a_good_end_releases_the_hold_and_closes_after_the_monitoring(office: Office, partners: Partners) -> None:
    """Both sides agree: the hold goes, the case is watched for ninety days, and nobody was asked for a claim."""
    case = await closed(office, partners)
    ending = await case.ending()
    assert ending.resolution is Resolution.PAID_IN_FULL
    assert office.ledger.balance(case.number, case.now()).switches_on == ()
    written = case.case()
    assert written
    assert written.closed_at
    assert case.submissions() == []


async def test_a_takeback_opens_a_closed_case_again_under_its_id(office: Office, partners: Partners) -> None:
    """F9: what comes after the end is heard by the same case, with its whole past, and the hold is asked for again."""
    case = await closed(office, partners)
    await case.ending()
    case.skipped -= timedelta(days=92)  # the new run lives by the wall clock
    await case.tell(partners.takeback(case.now() + timedelta(days=92)))
    assert (await case.handle.describe()).status is WorkflowExecutionStatus.RUNNING
    assert "F9" in case.found()
    written = case.case()
    assert written
    assert written.hold.round == 2
    assert written.closed_at is None


async def test_the_same_claim_billed_again_opens_nothing(office: Office, partners: Partners) -> None:
    """A case is opened once; a second 837 of the same claim finds it, open or closed."""
    case = await promised(office, partners)
    before = await case.cases.where(case.case_id)
    assert await case.open() is False
    assert (await case.cases.where(case.case_id)).revision == before.revision
