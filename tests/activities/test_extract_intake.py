"""Taking in A/R extracts: cases learn what changed, older files overrule nothing, bad rows wait for a person."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from hashlib import sha256
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from activities.extract_intake import ExtractIntake
from activities.ledger_extract import Layout
from casebook import quarantine, reading, register
from journey.case import HoldState
from journey.facts import LedgerRead
from sandbox.people import Bill
from tests import x12_files
from tests.office import Office, eventually
from workflows.intake import IntakeFile
from workflows.ports import FileToRead, IntakeCounts

ZONE = ZoneInfo("America/New_York")
HEADING = "account,as_of,open_balance,patient_balance,secondary_posted,hold\n"


def told(counts: IntakeCounts) -> dict[str, int]:
    """The counts that are not zero, without transactions and findings."""
    numbers = counts.model_dump(exclude={"transactions", "findings"})
    return {name: number for name, number in numbers.items() if number}


def bills(count: int) -> tuple[Bill, ...]:
    """Claims that no other test knows."""
    return x12_files.bills(count, int(uuid4().hex[:4], 16) % 900 + 1, f"X{uuid4().hex[:5].upper()}")


def case_id_of(office: Office, bill: Bill) -> str:
    """The case of a bill, found as every fact finds it."""
    with office.book.reading() as tx:
        (case_id,) = register.find_cases(tx, "north", register.KeyKind.CLAIM_NUMBER, bill.claim_number)
    return case_id


def row(bill: Bill, day: str, balance: str = "320.00", posted: str = "0", hold: str = "yes") -> str:
    """One account on one day of 2026."""
    return f"{bill.claim_number},2026-{day},{balance},{balance},{posted},{hold}\n"


def intake_of(office: Office) -> ExtractIntake:
    """What reads extracts in this office."""
    return ExtractIntake(office.book, office.cases(), Layout(), ZONE, office.now)


async def extract(office: Office, text: str, name: str = "") -> IntakeCounts:
    """Put an extract down and take it in."""
    data = text.encode()
    path = office.out.parent / (name or f"{uuid4().hex[:8]}.csv")
    path.write_bytes(data)
    file = FileToRead(path=str(path), digest=sha256(data).hexdigest(), practice="north")
    return await intake_of(office).take_in(file)


async def reads(office: Office, bill: Bill, count: int) -> list[LedgerRead]:
    """What the case heard of its ledger, once there are so many."""

    def written() -> list[LedgerRead]:
        with office.book.reading() as tx:
            facts = [each.entry.fact for each in reading.history(tx, case_id_of(office, bill)) if each.entry.applied]
        return [each for each in facts if isinstance(each, LedgerRead) and each.source.startswith("A/R extract")]

    await eventually(lambda: len(written()) >= count, "the case hears of the extract")
    return written()


@pytest.fixture
async def opened(office: Office) -> tuple[Bill, ...]:
    """Three claims that have cases."""
    claims = bills(3)
    data = x12_files.billed(claims)
    path = office.out.parent / f"{uuid4().hex[:8]}.edi"
    path.write_bytes(data)
    file = FileToRead(path=str(path), digest=sha256(data).hexdigest(), practice="north")
    counts = await office.client.execute_workflow(IntakeFile.run, file, id=f"intake-{uuid4()}", task_queue=office.queue)
    assert counts.opened == len(claims)
    return claims


async def test_an_extract_informs_its_cases(office: Office, opened: tuple[Bill, ...]) -> None:
    """Accounts with a case tell it their balance; those without one are counted and left alone."""
    stranger = bills(1)[0]
    text = HEADING + "".join(row(each, "03-02") for each in (*opened, stranger))
    counts = await extract(office, text)
    assert (counts.transactions, told(counts)) == (4, {"informed": 3, "ignored": 1})
    (read,) = await reads(office, opened[0], 1)
    assert (read.open_balance, read.patient_balance, len(read.switches_on)) == (32000, 32000, 6)
    with office.book.reading() as tx:
        case = reading.case_state(tx, case_id_of(office, opened[0]))
    assert case.money.ledger_patient_balance == 32000
    assert case.hold.state is HoldState.VERIFIED


async def test_the_same_file_twice_changes_nothing(office: Office, opened: tuple[Bill, ...]) -> None:
    """By content, whatever its name: the counts are those of the first time, and no case hears anything."""
    text = HEADING + row(opened[0], "03-02")
    first = await extract(office, text)
    assert await extract(office, text, "again.csv") == first
    assert len(await reads(office, opened[0], 1)) == 1


async def test_what_has_not_changed_is_no_news(office: Office, opened: tuple[Bill, ...]) -> None:
    """A daily extract must not look like progress: only a change is told, and the way back is a change too."""
    bill = opened[0]
    await extract(office, HEADING + row(bill, "03-02"))
    assert told(await extract(office, HEADING + row(bill, "03-03"))) == {"repeated": 1}
    assert told(await extract(office, HEADING + row(bill, "03-04", hold="no"))) == {"informed": 1}
    assert told(await extract(office, HEADING + row(bill, "03-05"))) == {"informed": 1}
    versions = [each.version for each in await reads(office, bill, 3)]
    assert versions == sorted(versions)


async def test_an_older_extract_never_overrules_a_newer_one(office: Office, opened: tuple[Bill, ...]) -> None:
    """A file that arrives late, or out of order, tells nothing; one of the same day that shows more does."""
    bill = opened[0]
    await extract(office, HEADING + row(bill, "03-05", "0.00", "320.00"))
    assert told(await extract(office, HEADING + row(bill, "03-04"))) == {"repeated": 1}
    assert told(await extract(office, HEADING + row(bill, "03-05", "20.00", "300.00"))) == {"informed": 1}
    assert [each.open_balance for each in await reads(office, bill, 2)] == [0, 2000]
    with office.book.reading() as tx:
        assert reading.case_state(tx, case_id_of(office, bill)).money.ledger_balance == 2000


async def test_bad_rows_wait_for_a_person(office: Office, opened: tuple[Bill, ...]) -> None:
    """Kept sealed, with line and column; the rows around them count."""
    text = HEADING + row(opened[0], "03-02") + row(opened[1], "03-02", "much") + row(opened[2], "03-02")
    counts = await extract(office, text)
    assert told(counts) == {"informed": 2, "quarantined": 1}
    digest = sha256(text.encode()).hexdigest()
    with office.book.reading() as tx:
        (item,) = (each for each in quarantine.waiting(tx, "north", limit=1000) if each.digest == digest)
        raw = quarantine.content(tx, item.item_id)
    assert item.place == "line 3"
    assert [each.split(":")[0] for each in item.reasons] == ["column 'open_balance'", "column 'patient_balance'"]
    assert opened[1].claim_number.encode() in raw
    assert "much" not in " ".join(item.reasons)


async def test_a_file_that_is_no_extract_is_set_aside_whole(office: Office) -> None:
    """No guess at its columns: one item for a person, and nothing that is tried for ever."""
    assert told(await extract(office, f"Dear Sir or Madam {uuid4()},\nplease find enclosed\n")) == {"quarantined": 1}


async def test_old_systems_write_other_letters(office: Office, opened: tuple[Bill, ...]) -> None:
    """A file in another encoding is read all the same: no row is lost for an accent in a column nobody maps."""
    text = f"name,{HEADING}José,{row(opened[0], '03-02')}".encode("latin-1")
    path = office.out.parent / f"{uuid4().hex[:8]}.csv"
    path.write_bytes(text)
    file = FileToRead(path=str(path), digest=sha256(text).hexdigest(), practice="north")
    assert told(await intake_of(office).take_in(file)) == {"informed": 1}


async def test_a_crash_before_the_note_tells_again_and_loses_nothing(
    office: Office, opened: tuple[Bill, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told and not noted: the next reading tells the same facts, which the case recognises."""
    text = HEADING + row(opened[0], "03-02")
    noted = register.finish_file
    monkeypatch.setattr(register, "finish_file", _crash)
    monkeypatch.setattr(register, "set_cursor", _crash)
    with pytest.raises(RuntimeError):
        await extract(office, text, "once.csv")
    monkeypatch.undo()
    assert register.finish_file is noted
    assert told(await extract(office, text, "once.csv")) == {"informed": 1}
    assert len(await reads(office, opened[0], 1)) == 1


def _crash(*_: object, **__: object) -> None:
    raise RuntimeError("the process dies here")


async def test_the_files_own_time_stands_in_for_a_missing_date(office: Office, opened: tuple[Bill, ...]) -> None:
    """Without an as-of column a file that was written earlier is older, whenever it arrives."""
    heading = "account,open_balance,patient_balance\n"
    number = opened[0].claim_number

    async def of_day(day: int, balance: str) -> IntakeCounts:
        data = f"{heading}{number},{balance},{balance}\n".encode()
        path = office.out.parent / f"{uuid4().hex[:8]}.csv"
        path.write_bytes(data)
        written = datetime(2026, 3, day, tzinfo=UTC).timestamp()
        os.utime(path, (written, written))
        file = FileToRead(path=str(path), digest=sha256(data).hexdigest(), practice="north")
        return await intake_of(office).take_in(file)

    assert told(await of_day(5, "0")) == {"informed": 1}
    assert told(await of_day(4, "320")) == {"repeated": 1}
    assert told(await of_day(6, "20")) == {"informed": 1}
