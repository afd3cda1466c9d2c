"""A person before one case: what everything that people say has in common, and the case's answer."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from casebook import reading
from cli.failures import CommandError
from cli.home import Office, find_case, live_cases, office
from cli.output import heading, put_json, say
from journey.case import Case
from journey.words import Party

if TYPE_CHECKING:
    from worker.cases import Cases
    from workflows.messages import Answer

ANSWERED_WITHIN = timedelta(seconds=30)
"""How long a case may take to answer what a person says."""

WRITTEN_WITHIN = timedelta(seconds=5)
"""How long to wait until the casebook has the answer as well; it is usually there in a few milliseconds."""

LOOK_AGAIN = 0.05  # seconds


@dataclass(frozen=True)
class Desk:
    """A person before one case."""

    office: Office
    case_id: str
    cases: Cases

    @property
    def case(self) -> Case:
        """The case as last written."""
        with self.office.book.reading() as tx:
            return reading.case_state(tx, self.case_id)

    async def told(self, answer: Awaitable[Answer]) -> Answer:
        """The case's answer, once it is written down: whoever looks next finds it.

        Raises:
            CommandError: no answer comes.
        """
        try:
            heard = await asyncio.wait_for(answer, ANSWERED_WITHIN.total_seconds())
        except TimeoutError:
            raise CommandError(
                "the case does not answer: is a worker running (`baton up`)? "
                "Look at `baton case history` before you say it again: it may have been heard"
            ) from None
        until = monotonic() + WRITTEN_WITHIN.total_seconds()
        while self.case.revision < heard.standing.revision and monotonic() < until:
            await asyncio.sleep(LOOK_AGAIN)
        return heard

    def fact(self, kind: str, by: Party, at: datetime | None = None) -> dict[str, Any]:
        """What every fact that a person tells has: an id of its own, when, and who speaks."""
        now = datetime.now(UTC)
        happened = self.office.calendar.moment(at) if at else now
        return {"fact_id": f"{kind}:{uuid4().hex}", "happened_at": happened, "learnt_at": now, "sender": by}


@asynccontextmanager
async def before(home: Path | None, case_id: str) -> AsyncIterator[Desk]:
    """A person before a case, for the length of a block."""
    with office(home) as at:
        full = find_case(at, case_id)
        async with live_cases(at) as cases:
            yield Desk(at, full, cases)


def name_of(by: str) -> str:
    """Who speaks: the name that was given, else the login name."""
    return by.strip() or getpass.getuser()


def party(word: str, case: Case) -> Party:
    """Who a word means: a role, or one of the claim's payers by as much of its name as is unique."""
    plain = word.strip().casefold()
    roles = {each.value.replace("_", "-"): each for each in Party}
    if plain.replace("_", "-") in roles:
        return roles[plain.replace("_", "-")]
    named = [each.party for each in case.claim.coverages if plain and each.payer_name.casefold().startswith(plain)]
    if len(named) == 1:
        return named[0]
    raise CommandError(f"it is not clear who that is: name one of the claim's payers, or one of {', '.join(roles)}")


def put_answer(answer: Answer, json: bool) -> None:
    """Print whether what was said counts, why, and where the case stands now."""
    if json:
        put_json(answer.model_dump(mode="json"))
        return
    say(heading("Noted." if answer.counts else "It does not count."))
    for each in answer.says:
        say(f"· {each}")
    if answer.would_count:
        say(f"To make it count: {answer.would_count}.")
    say("", answer.standing.sentence)
