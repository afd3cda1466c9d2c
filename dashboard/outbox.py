"""The outbox: what waits is told when the engine is back, and its author sees what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import groupby
from typing import Annotated, Final

import structlog
from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from temporalio.exceptions import TemporalError

from casebook import outbox, reading
from casebook.outbox import Saying, SayingState
from casebook.rows import CaseRow
from dashboard.premises import Premises
from dashboard.rendering import page
from dashboard.saying import Heard, tell
from dashboard.signing.visiting import At, Seen, Sent, note_access
from journey.facts import FACT, Fact
from journey.words import Frozen

LOOK_EVERY: Final = 3.0
"""Seconds between two looks for what waits; with nothing there a look costs well under a millisecond."""

LONGEST_PAUSE: Final = 30.0
"""Seconds between two attempts while the engine stays away; doubled from `LOOK_EVERY`."""

CASES_AT_ONCE: Final = 8

MESSAGE_WORDS: Final[Mapping[str, str]] = {
    "contact": "Contact",
    "correction": "Correction",
    "act": "Work on the case",
    "hold": "Billing hold",
    "policy": "Word about a policy",
    "override": "Decision",
}

_SHOWN: Final[Mapping[str, str]] = {
    "says": "They said",
    "person_name": "Person",
    "call_reference": "Reference",
    "pending_action": "They must",
    "promised_date": "Promised for",
    "note": "Note",
    "corrects": "Corrects",
    "field": "Field",
    "after": "New value",
    "reference": "Reference",
    "act": "What",
    "decision": "Decision",
    "until": "Until",
    "reason": "Reason",
}
"""Which fields of a message its author needs to say it again."""

log = structlog.get_logger("dashboard.outbox")

router = APIRouter()


class Kept(Frozen):
    """A message of the outbox as its author sees it."""

    saying: Saying
    what: str
    words: tuple[tuple[str, str], ...]
    """What was said, by field."""

    @property
    def refused(self) -> bool:
        """Whether the case could not take it."""
        return self.saying.state is SayingState.REFUSED


@router.get("/outbox")
def show(request: Request, at: At, visitor: Seen) -> HTMLResponse:
    """What the visitor said that waits, or was refused and not read yet."""
    with at.book.reading() as tx:
        found = tuple(_kept(each) for each in outbox.of_user(tx, visitor.user.practice, visitor.user.user_id))
    cases = {each.saying.case_id for each in found}
    if cases:
        note_access(at, visitor, "outbox", cases=len(cases))
    return page(request, "outbox.html", kept=found)


@router.post("/outbox/dismiss")
def dismiss(
    at: At, visitor: Sent, case_id: Annotated[str, Form()], fact_id: Annotated[str, Form()]
) -> RedirectResponse:
    """The visitor has read why a message was refused."""
    with at.book.writing() as tx:
        outbox.dismiss(tx, visitor.user.practice, visitor.user.user_id, case_id, fact_id)
    return RedirectResponse("/outbox", 303)


def waiting_for(at: Premises, case_id: str) -> tuple[Kept, ...]:
    """What waits to be told to a case, oldest first, for the bar on its page (`outbox_bar.html` shows it)."""
    with at.book.reading() as tx:
        return tuple(_kept(each) for each in outbox.of_case(tx, case_id))


def _kept(saying: Saying) -> Kept:
    fact = FACT.validate_json(saying.body).model_dump(mode="json")
    words = tuple((name, str(fact[key]).replace("_", " ")) for key, name in _SHOWN.items() if fact.get(key))
    return Kept(saying=saying, what=MESSAGE_WORDS[saying.message], words=words)


# ---- telling what waits ---------------------------------------------------------------------------------------------


@asynccontextmanager
async def sending(at: Premises) -> AsyncIterator[None]:
    """Tell cases what waits for them, for the length of a block; several processes may do so at once."""
    telling = asyncio.create_task(_send(at))
    try:
        yield
    finally:
        telling.cancel()
        with suppress(asyncio.CancelledError):
            await telling


async def _send(at: Premises) -> None:
    pause = LOOK_EVERY
    while True:
        try:
            away = await send_waiting(at)
        except Exception as error:  # the casebook is away: this must go on when it is back
            log.warning("outbox.unreachable", problem=type(error).__name__)
            away = True
        pause = min(2 * pause, LONGEST_PAUSE) if away else LOOK_EVERY
        await asyncio.sleep(pause)


async def send_waiting(at: Premises) -> bool:
    """Tell everything that waits once, oldest first in each case; True when nobody took any of it."""
    found = await asyncio.to_thread(_waiting, at)
    if not found:
        return False
    by_case = groupby(sorted(found, key=lambda each: each.case_id), key=lambda each: each.case_id)
    told = await _told_to(at, [tuple(sayings) for _, sayings in by_case])
    log.info("outbox.told", informed=told)
    return not told


async def _told_to(at: Premises, cases: Sequence[Sequence[Saying]]) -> int:
    """How many messages were taken, of several cases a few at a time."""
    places = asyncio.Semaphore(CASES_AT_ONCE)

    async def in_place(sayings: Sequence[Saying]) -> int:
        async with places:
            return await _tell_all(at, sayings)

    return sum(await asyncio.gather(*(in_place(each) for each in cases)))


async def _tell_all(at: Premises, sayings: Sequence[Saying]) -> int:
    """Tell one case what waits for it, in order; how many it took before it did not answer."""
    row = await asyncio.to_thread(_row, at, sayings[0].case_id)
    for told, saying in enumerate(sayings):
        heard = await _tell(at, row, saying)
        await asyncio.to_thread(_note, at, saying, heard)
        if heard.state == "waits":
            return told
    return len(sayings)


async def _tell(at: Premises, row: CaseRow, saying: Saying) -> Heard:
    fact: Fact = FACT.validate_json(saying.body)
    try:
        return await tell(at, row, saying.message, fact)
    except TemporalError as error:
        # One message that the engine chokes on must not keep those of other cases waiting.
        log.warning("outbox.not_told", problem=type(error).__name__)
        return Heard(state="waits")


def _waiting(at: Premises) -> tuple[Saying, ...]:
    with at.book.reading() as tx:
        return outbox.waiting(tx)


def _row(at: Premises, case_id: str) -> CaseRow:
    with at.book.reading() as tx:
        return reading.case_row(tx, case_id)


def _note(at: Premises, saying: Saying, heard: Heard) -> None:
    one = (saying.case_id, saying.fact_id)
    with at.book.writing() as tx:
        if heard.state == "waits":
            outbox.note_try(tx, *one, at.wall())
            return
        state = SayingState.HEARD if heard.answer else SayingState.REFUSED
        words = heard.answer.model_dump_json() if heard.answer else heard.problem
        outbox.answered(tx, *one, state, words, at.wall())
        outbox.clear(tx, at.wall())
