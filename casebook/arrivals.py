"""Arrivals: what reached us, for people who look: files with their counts, and what waits or lies aside."""

from __future__ import annotations

from sqlalchemy import func, select, tuple_, update

from casebook.errors import NoSuchRowError
from casebook.opening import Transaction
from casebook.quarantine import ItemState, Quarantined
from casebook.register import FactState, IntakeFile
from casebook.tables import INTAKE_FACTS, INTAKE_FILES, QUARANTINE
from journey.words import Frozen, Moment


class Place(Frozen):
    """Where a list of arrivals goes on: after this one."""

    at: Moment
    name: str


class Arrived(Frozen):
    """How much of what arrived is where."""

    files: int
    unfinished: int
    """Files that were begun and not read to the end."""
    delivered: int
    parked: int
    """Facts that wait for their case."""
    quarantined: int
    """Claims and files that a person must look at."""


def arrived(tx: Transaction, practice: str) -> Arrived:
    """Counts of a practice's files, facts and quarantined items."""
    unfinished = func.count().filter(INTAKE_FILES.c.finished_at.is_(None))
    files = select(func.count(), unfinished).where(INTAKE_FILES.c.practice == practice)
    states = select(INTAKE_FACTS.c.state, func.count().label("facts")).where(INTAKE_FACTS.c.practice == practice)
    aside = select(func.count()).where(QUARANTINE.c.practice == practice, QUARANTINE.c.state == ItemState.OPEN.value)
    all_files, begun = tx.connection.execute(files).one()
    found = tx.connection.execute(states.group_by(INTAKE_FACTS.c.state)).mappings()
    facts: dict[str, int] = {each["state"]: each["facts"] for each in found}
    return Arrived(
        files=all_files,
        unfinished=begun,
        delivered=facts.get(FactState.DELIVERED.value, 0) + facts.get(FactState.SHARED.value, 0),
        parked=facts.get(FactState.PARKED.value, 0),
        quarantined=tx.connection.execute(aside).scalar_one(),
    )


def files_that_arrived(
    tx: Transaction, practice: str, *, after: Place | None = None, limit: int = 100
) -> tuple[IntakeFile, ...]:
    """The files of a practice, newest first."""
    wanted = select(INTAKE_FILES).where(INTAKE_FILES.c.practice == practice)
    if after:
        place = tuple_(INTAKE_FILES.c.received_at, INTAKE_FILES.c.digest)
        wanted = wanted.where(place < tuple_(after.at, after.name))
    newest = wanted.order_by(INTAKE_FILES.c.received_at.desc(), INTAKE_FILES.c.digest.desc()).limit(limit)
    rows = tx.connection.execute(newest).mappings()
    return tuple(
        IntakeFile.model_validate({**each, "size": each["bytes"], "kinds": tuple(each["kinds"].split())})
        for each in rows
    )


def lying_aside(
    tx: Transaction, practice: str, *, state: ItemState = ItemState.OPEN, after: Place | None = None, limit: int = 100
) -> tuple[Quarantined, ...]:
    """What lies in a practice's quarantine, oldest first; without its content."""
    columns = [each for each in QUARANTINE.c if each.name != "raw"]
    wanted = select(*columns).where(QUARANTINE.c.practice == practice, QUARANTINE.c.state == state.value)
    if after:
        wanted = wanted.where(tuple_(QUARANTINE.c.at, QUARANTINE.c.item_id) > tuple_(after.at, after.name))
    rows = tx.connection.execute(wanted.order_by(QUARANTINE.c.at, QUARANTINE.c.item_id).limit(limit)).mappings()
    return tuple(Quarantined.model_validate(dict(each)) for each in rows)


def release(tx: Transaction, practice: str, item_id: str) -> None:
    """Note that a person has dealt with an item; NoSuchRowError when the practice has no such item."""
    own = (QUARANTINE.c.practice == practice, QUARANTINE.c.item_id == item_id)
    done = tx.connection.execute(update(QUARANTINE).where(*own).values(state=ItemState.RELEASED.value))
    if not done.rowcount:
        raise NoSuchRowError("the quarantine has no such item")
