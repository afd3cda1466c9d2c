"""Intake: a file becomes facts for cases, once in effect, whatever its order, its damage, or the worker's fate."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.client import WorkflowFailureError

from casebook import quarantine, reading, register
from casebook.register import FileState
from sandbox.x12_remittance import ProviderAdjustment
from tests import x12_files
from tests.intake_steps import billed_in, bills, heard, offsets, start, take, told
from tests.office import Office, eventually
from workflows.intake import IntakeFile
from workflows.ports import FileToRead


async def test_a_bill_opens_cases_and_a_remittance_informs_them(office: Office) -> None:
    """The usual order: 837, then 835; every claim counts once, and each case hears its own decision."""
    claims = bills(5)
    assert told(await take(office, x12_files.billed(claims))) == {"opened": 5}
    assert told(await take(office, x12_files.remitted(claims))) == {"informed": 5}
    for each in claims:
        assert (await heard(office, each, "remit_adjudicated")).count("remit_adjudicated") == 1


async def test_the_same_content_twice_changes_nothing(office: Office) -> None:
    """Read again, under another name and other control numbers, a file informs nobody of anything."""
    claims = bills(3)
    await take(office, x12_files.billed(claims))
    assert told(await take(office, x12_files.billed(claims, control=2))) == {"repeated": 3}
    await take(office, x12_files.remitted(claims))
    assert told(await take(office, x12_files.remitted(claims))) == {"repeated": 3}
    for each in claims:
        assert (await heard(office, each, "remit_adjudicated")).count("remit_adjudicated") == 1


async def test_overlapping_files_add_only_what_is_new(office: Office) -> None:
    """Two files share a claim; it is opened once and the others are not disturbed."""
    claims = bills(4)
    assert told(await take(office, x12_files.billed(claims[:3]))) == {"opened": 3}
    assert told(await take(office, x12_files.billed(claims[2:], control=2))) == {"opened": 1, "repeated": 1}


async def test_a_remittance_before_its_bill_waits_for_it(office: Office) -> None:
    """835 before 837: parked with a reason, then matched when the case opens, and told once."""
    claims = bills(2)
    assert told(await take(office, x12_files.remitted(claims))) == {"parked": 2}
    assert told(await take(office, x12_files.remitted(claims))) == {"parked": 2}
    assert told(await take(office, x12_files.billed(claims))) == {"opened": 2}
    for each in claims:
        assert (await heard(office, each, "remit_adjudicated")).count("remit_adjudicated") == 1
    assert told(await take(office, x12_files.remitted(claims))) == {"repeated": 2}


async def test_a_claim_with_one_policy_is_nobodys_case(office: Office) -> None:
    """Nothing to coordinate: counted and left alone."""
    first, second = bills(2)
    assert told(await take(office, x12_files.billed([first, x12_files.alone(second)]))) == {"opened": 1, "ignored": 1}


async def test_a_damaged_claim_is_set_aside_and_the_rest_goes_on(office: Office) -> None:
    """One claim cannot be read: it lies sealed in quarantine with place and reason, and its neighbours open."""
    claims = bills(3)
    data = x12_files.billed(claims).replace(f"CLM*{claims[1].claim_number}*".encode(), b"CLM*X*Y")
    counts = await take(office, data)
    assert told(counts) == {"opened": 2, "quarantined": 1}
    with office.book.reading() as tx:
        item = next(each for each in quarantine.waiting(tx, "north") if each.digest == sha256(data).hexdigest())
        raw = quarantine.content(tx, item.item_id)
    assert item.place.startswith("byte ")
    assert item.reasons
    assert claims[1].patient.last_name.upper() not in " ".join(item.reasons)
    assert b"CLM*X*Y" in raw


async def test_a_claim_of_a_set_that_lost_a_segment_waits_for_its_good_copy(office: Office) -> None:
    """A lost REF is missed by nobody but SE01: the damaged copy opens nothing, and the good one opens the case."""
    claims = bills(2)
    good = x12_files.billed(claims)
    at = good.index(b"REF*6R")
    damaged = good[:at] + good[good.index(b"~", at) + 1 :]
    assert told(await take(office, damaged)) == {"quarantined": 2}
    assert told(await take(office, good)) == {"opened": 2}


async def test_what_is_no_x12_is_set_aside_whole(office: Office) -> None:
    """A wrong file ends in findings, not in an error that is tried for ever."""
    counts = await take(office, b"Dear Sir or Madam,\n" + uuid4().bytes.hex().encode())
    assert not counts.transactions
    assert counts.quarantined + sum(counts.findings.values()) > 0


async def test_two_cases_of_one_number_are_told_apart_by_the_charge_or_not_at_all(office: Office) -> None:
    """Field notes 0.5: the claim number alone never decides between two cases; in doubt a fact waits for a person."""
    first, other = bills(2)
    line = first.lines[0].model_copy(update={"charge": first.lines[0].charge + 700})
    later = other.model_copy(update={"claim_number": first.claim_number, "lines": (line,)})
    later = later.model_copy(
        update={"lines": (line.model_copy(update={"service_date": datetime(2026, 2, 23, tzinfo=UTC).date()}),)}
    )
    assert told(await take(office, x12_files.billed([first, later]))) == {"opened": 2}
    assert told(await take(office, x12_files.remitted([later]))) == {"informed": 1}
    assert "remit_adjudicated" in await heard(office, later, "remit_adjudicated")
    doubtful = later.model_copy(update={"lines": (line.model_copy(update={"charge": 1_234_00}),)})
    assert told(await take(office, x12_files.remitted([doubtful], control=2))) == {"parked": 1}


async def test_acknowledgements_find_what_was_sent(office: Office) -> None:
    """999 by control numbers, 277CA and 277 by our own ids: each reaches the case whose claim or question it was."""
    [bill] = bills(1)
    office.ledger.open_account(bill.claim_number, bill.charge, office.now())
    await take(office, x12_files.billed([bill]))
    await take(office, x12_files.remitted([bill], "1", ("MA19",)))

    def sent() -> list[Path]:
        return [each for each in office.dropped() if bill.claim_number in each.read_text()]

    [request] = await eventually(sent, "the secondary claim leaves")
    where = billed_in(request.read_bytes())[0].where
    read = x12_files.syntax_accepted(where.group_control, where.transaction_control)
    assert told(await take(office, read)) == {"informed": 1}
    assert told(await take(office, x12_files.acknowledged([bill], "AY", ("A2", "20")))) == {"informed": 1}
    kinds = await heard(office, bill, "syntax_acknowledged", "claim_acknowledged")
    assert kinds.count("secondary_submitted") == 1
    assert told(await take(office, x12_files.answered(bill, "nobodys-question"))) == {"informed": 1}
    await heard(office, bill, "status_answered")


async def test_an_adjustment_finds_its_claim_by_the_payers_number(office: Office) -> None:
    """A PLB names a claim by the payer's number, which intake has learnt from the remittance (field notes 1.6)."""
    first, second = bills(2)
    await take(office, x12_files.billed([first, second]))
    await take(office, x12_files.remitted([first]))
    offset = ProviderAdjustment("WO", f"ICN{first.claim_number}", 100)
    assert told(await take(office, x12_files.remitted([second], control=2, plb=(offset,)))) == {"informed": 3}
    assert [each.names_claim for each in await offsets(office, first)] == [True]
    assert [(each.names_claim, each.amount) for each in await offsets(office, second)] == [(False, 100)]


async def test_a_file_that_is_gone_fails_and_can_be_read_again(office: Office) -> None:
    """It is not waited for under its old name; where it turns up, it is read from its beginning."""
    claims = bills(1)
    path = office.out.parent / "gone.edi"
    file = FileToRead(path=str(path), digest="0" * 64, practice="north")
    with pytest.raises(WorkflowFailureError):
        await office.client.execute_workflow(IntakeFile.run, file, id=f"intake-{uuid4()}", task_queue=office.queue)
    assert told(await take(office, x12_files.billed(claims))) == {"opened": 1}


@pytest.mark.filterwarnings("ignore:Cannot find activity to cancel")  # of the engine's library, at a shutdown
async def test_a_worker_that_stops_at_claim_n_is_taken_up_there(own_office: Office) -> None:
    """The second worker goes on at the last heartbeat: no case is missing, none is opened twice, the counts add up."""
    claims = x12_files.bills(250, seed=7)

    def opened() -> int:
        with own_office.book.reading() as tx:
            return reading.count_cases(tx)

    async with own_office.working():
        flow, file = await start(own_office, x12_files.billed(claims))
        await eventually(lambda: opened() > 0, "the first case is open")
    before = opened()
    assert before < len(claims)
    async with own_office.working():
        counts = await asyncio.wait_for(own_office.client.get_workflow_handle_for(IntakeFile.run, flow).result(), 60)
        await eventually(lambda: opened() == len(claims), "all cases are written")
    assert counts.opened + counts.repeated == len(claims)
    assert counts.opened < len(claims) or counts.repeated == 0
    handle = own_office.client.get_workflow_handle(flow)
    events = [each.activity_task_started_event_attributes async for each in handle.fetch_history_events()]
    assert max(each.attempt for each in events) == 2
    with own_office.book.reading() as tx:
        entry = register.intake_file(tx, file.digest)
    assert entry.state is FileState.FINISHED
    assert entry.counts["opened"] == counts.opened
