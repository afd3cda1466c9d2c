"""Steps of intake tests: put a file down, read it to its end, look what became of it and what the cases heard."""

from __future__ import annotations

from hashlib import sha256
from io import BytesIO
from typing import Any
from uuid import uuid4

from casebook import reading
from edi.claim import BilledClaim
from edi.reader import read
from journey.facts import PaymentOffset
from sandbox.people import Bill
from tests import x12_files
from tests.office import Office, eventually
from workflows.intake import IntakeFile
from workflows.ports import FileToRead, IntakeCounts


def told(counts: IntakeCounts) -> dict[str, int]:
    """The counts that are not zero, without transactions and findings."""
    numbers = counts.model_dump(exclude={"transactions", "findings"})
    return {name: number for name, number in numbers.items() if number}


async def start(office: Office, data: bytes, name: str = "") -> tuple[str, FileToRead]:
    """Put a file down and begin to read it; what reads it has an id of its own each time."""
    digest = sha256(data).hexdigest()
    path = office.out.parent / (name or f"{uuid4().hex[:8]}.edi")
    path.write_bytes(data)
    file, flow = FileToRead(path=str(path), digest=digest, practice="north"), f"intake-{uuid4()}"
    await office.client.start_workflow(IntakeFile.run, file, id=flow, task_queue=office.queue)
    return flow, file


async def take(office: Office, data: bytes) -> IntakeCounts:
    """Read a file to its end."""
    flow, _ = await start(office, data)
    return await office.client.get_workflow_handle_for(IntakeFile.run, flow).result()


def case_id_of(office: Office, bill: Bill) -> str:
    """The case of a bill, computed as intake computes it."""
    return office.keys.opaque("case", "north", bill.claim_number, bill.service_from.isoformat())


async def heard(office: Office, bill: Bill, *kinds: str) -> list[str]:
    """The kinds of facts of a case in the casebook, once all that are waited for are there."""

    def written() -> list[str]:
        with office.book.reading() as tx:
            found = [each.entry for each in reading.history(tx, case_id_of(office, bill))]
        return [each.fact.kind for each in found if each.applied]

    await eventually(lambda: set(kinds) <= set(written()), f"the case hears {kinds}")
    return written()


def bills(count: int, prefix: str = "A") -> tuple[Bill, ...]:
    """Claims that no other test knows."""
    return x12_files.bills(count, int(uuid4().hex[:4], 16) % 900 + 1, prefix + uuid4().hex[:5].upper())


async def facts_of(office: Office, bill: Bill, kind: str) -> list[Any]:
    """The facts of a kind that a case has heard, once there is one."""
    await heard(office, bill, kind)
    with office.book.reading() as tx:
        found = [each.entry for each in reading.history(tx, case_id_of(office, bill))]
    return [each.fact for each in found if each.applied and each.fact.kind == kind]


async def offsets(office: Office, bill: Bill) -> list[PaymentOffset]:
    """What a case has heard of money moved at provider level."""
    return await facts_of(office, bill, "payment_offset")


def billed_in(data: bytes) -> list[BilledClaim]:
    """The claims of an 837."""
    return [each for each in read(BytesIO(data)) if isinstance(each, BilledClaim)]
