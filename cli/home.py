"""Home: how a command gets from its options to the settings, the casebook and the live cases."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

from cyclopts import Parameter
from sqlalchemy import make_url, select

from casebook.opening import Casebook, open_casebook
from casebook.tables import CASES
from cli.failures import CommandError
from journey.plans.file import Plan
from journey.writing import Calendar
from worker.keys import KeyRing, open_key_ring
from worker.seal import CasebookSeal
from worker.settings import Settings

if TYPE_CHECKING:
    from worker.cases import Cases

Home = Annotated[Path | None, Parameter(help="The folder that keeps Baton's state; BATON_HOME when absent.")]
Json = Annotated[bool, Parameter(help="Print JSON for machines.")]
CaseId = Annotated[str, Parameter(help="The case's id, or as much of its beginning as is unique.")]

PATIENCE = timedelta(seconds=5)
"""How long a command looks for the engine."""

OPAQUE_LENGTH = 26
SHOWN = 8
"""Characters of an id that lists show; enough to be unique among millions of cases."""


@dataclass(frozen=True)
class Office:
    """One billing office: its settings, its key ring and its open casebook."""

    settings: Settings
    keys: KeyRing
    book: Casebook

    @property
    def plan(self) -> Plan:
        """The plan in force: the newest that the practice approved, else that of the settings."""
        from worker.plan_in_force import PlanOfPractice

        return PlanOfPractice(self.book, self.settings)()

    @property
    def calendar(self) -> Calendar:
        """Dates where the provider works."""
        return Calendar(ZoneInfo(self.plan.time_zone))


def settings_at(home: Path | None) -> Settings:
    """The settings of this process, on the folder that a command was given; SettingsError lists all that is wrong."""
    return Settings.load(os.environ, home)


@contextmanager
def office(home: Path | None) -> Iterator[Office]:
    """The office whose state lies at `home`, for the length of a block.

    Raises:
        CommandError: nothing was ever kept there.
        CasebookError: its casebook cannot be used.
        KeyRingError: its keys cannot be read.
    """
    settings = settings_at(home)
    _refuse_new(settings)
    keys = open_key_ring(settings)
    book = open_casebook(settings.casebook_url, CasebookSeal(keys))
    try:
        yield Office(settings, keys, book)
    finally:
        book.close()


@asynccontextmanager
async def live_cases(at: Office) -> AsyncIterator[Cases]:
    """The running cases of an office, for the length of a block.

    Raises:
        ConnectionFailedError: no engine answers.
    """
    from worker import logs
    from worker.cases import Cases
    from worker.connection import connect

    logs.configure("ERROR")
    client = await connect(at.settings, at.keys, patience=PATIENCE)
    yield Cases(client, at.book, lambda: at.plan, at.settings.task_queue)


def find_case(at: Office, beginning: str) -> str:
    """The id of the one case that begins so, with or without `case-`.

    Raises:
        CommandError: no case does, or several do.
    """
    opaque = beginning.strip().lower().removeprefix("case-")
    if opaque and len(opaque) == OPAQUE_LENGTH:
        return f"case-{opaque}"
    alike = CASES.c.case_id.startswith(f"case-{opaque}", autoescape=True)
    with at.book.reading() as tx:
        found = tx.connection.execute(select(CASES.c.case_id).where(alike).limit(2)).scalars().all()
    if len(found) != 1:
        raise CommandError(
            "several cases begin so: give more of the id"
            if found
            else "no case begins so: `baton case list --all` shows those there are"
        )
    return str(found[0])


def has_casebook(settings: Settings) -> bool:
    """Whether something was ever kept there; a database server has to be asked instead."""
    url = make_url(settings.casebook_url)
    return url.get_backend_name() != "sqlite" or not url.database or Path(url.database).is_file()


def short(case_id: str) -> str:
    """A case id as lists show it; `find_case` takes it back."""
    return case_id.removeprefix("case-")[:SHOWN]


def _refuse_new(settings: Settings) -> None:
    """Looking must not leave an empty home behind."""
    if not has_casebook(settings):
        raise CommandError(
            f"there is no casebook in {settings.home}: `baton up` or `baton demo` begins one; "
            "--home or BATON_HOME names another folder"
        )
