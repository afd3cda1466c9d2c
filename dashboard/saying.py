"""Saying something to a case: it is heard at once, refused with the reason, or waits until the engine is back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from time import monotonic
from typing import Any, Final, Literal
from uuid import uuid4

from temporalio.client import RPCTimeoutOrCancelledError
from temporalio.service import RPCError, RPCStatusCode

from casebook import outbox, reading
from casebook.errors import NoSuchRowError
from casebook.outbox import SayingState
from casebook.rows import CaseRow
from dashboard.premises import Premises
from dashboard.signing.visiting import Visitor
from journey.facts import FACT, Fact
from journey.words import Frozen, Party
from worker.cases import Cases, NoSuchCaseError, RefusedError
from workflows.messages import Answer

Message = Literal["contact", "correction", "act", "hold", "policy", "override"]
"""What a person can say to a case."""

ANSWERED_WITHIN: Final = 5.0
"""Seconds within which a case answers, or the message goes to the outbox; nobody should look longer at a page."""

WRITTEN_WITHIN: Final = 2.0
"""Seconds to wait until the casebook has the answer as well, so that the next page shows it; mostly it takes 0.01."""

LOOK_AGAIN: Final = 0.02
"""Seconds between two looks for it."""

CLOSED: Final = "The case is closed. New files open it again; a person cannot."

_TELLS: Final[Mapping[str, Callable[[Cases, str, Any], Awaitable[Answer]]]] = {
    "contact": Cases.contact,
    "correction": Cases.correction,
    "act": Cases.act,
    "hold": Cases.hold,
    "policy": Cases.policy,
    "override": Cases.override,
}


class Heard(Frozen):
    """What became of something that a person said."""

    state: Literal["heard", "waits", "refused"]
    """`waits`: the engine is away; it lies in the outbox and is told when the engine is back."""
    answer: Answer | None = None
    """The case's answer, when it was heard."""
    problem: str = ""
    """Why it was refused and the way out, or why it waits."""


WAITS: Final = Heard(
    state="waits", problem="The engine is away. What you said is kept and will be told when it is back."
)


def stamp(at: Premises, kind: str, sender: Party, happened_at: datetime | None = None) -> dict[str, Any]:
    """What every new fact of a person has: an id of its own, when it happened and was learnt, and who speaks.

    Args:
        at: the premises.
        kind: the beginning of the id, such as `contact`.
        sender: who speaks; for a contact the party that was reached.
        happened_at: case time; now when absent.
    """
    now = at.now()
    return {"fact_id": f"{kind}:{uuid4().hex}", "happened_at": happened_at or now, "learnt_at": now, "sender": sender}


async def say(at: Premises, visitor: Visitor, case_id: str, message: Message, fact: Fact) -> Heard:
    """Tell a case of the visitor's practice what a person says.

    The fact's id makes saying it twice harmless. While earlier messages to the case wait, this one waits behind them.

    Args:
        at: the premises.
        visitor: who says it.
        case_id: the case.
        message: which of a case's messages it is.
        fact: what is said; of the kind that the message takes.

    Raises:
        NoSuchRowError: the visitor's practice has no such case.
    """
    row, known, waits_behind = await asyncio.to_thread(_look_up, at, visitor, case_id, fact.fact_id)
    if known is not None:
        return known
    heard = WAITS if waits_behind else await tell(at, row, message, fact)
    if heard.state == "waits":
        await asyncio.to_thread(_keep, at, visitor, case_id, message, fact)
    elif heard.answer is not None:
        await _written(at, case_id, heard.answer.standing.revision)
    return heard


async def tell(at: Premises, row: CaseRow, message: str, fact: Fact) -> Heard:
    """Tell a case once; `waits` when the engine or the case's worker does not answer in time."""
    try:
        answer = await _in_time(_TELLS[message](at.cases, row.case_id, fact))
    except RefusedError as error:
        return Heard(state="refused", problem=_sentence(str(error)))
    except NoSuchCaseError:
        # Open in the casebook and unknown to the engine: it was set up anew, and files will begin the case again.
        return WAITS if row.closed_at is None else Heard(state="refused", problem=CLOSED)
    except RPCError as error:
        if error.status is RPCStatusCode.INVALID_ARGUMENT:
            return Heard(state="refused", problem="The engine does not take this message. Say it in fewer words.")
        return WAITS
    except (TimeoutError, RPCTimeoutOrCancelledError):
        return WAITS
    return Heard(state="heard", answer=answer)


async def _in_time(telling: Awaitable[Answer]) -> Answer:
    task = asyncio.ensure_future(telling)
    # Broken off, the engine's client ends with an error of its own, which is no news for the log.
    task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
    return await asyncio.wait_for(task, ANSWERED_WITHIN)


def kept(saying: outbox.Saying | None) -> Heard | None:
    """What became of a message that went to the outbox; None when there was none."""
    if saying is None:
        return None
    if saying.state is SayingState.HEARD:
        return Heard(state="heard", answer=Answer.model_validate_json(saying.answer))
    return WAITS if saying.state is SayingState.WAITING else Heard(state="refused", problem=saying.answer)


def _look_up(at: Premises, visitor: Visitor, case_id: str, fact_id: str) -> tuple[CaseRow, Heard | None, bool]:
    """The case, what became of the message if it was said before, and whether earlier ones wait."""
    with at.book.reading() as tx:
        row = reading.case_row(tx, case_id)
        if row.practice != visitor.user.practice:
            raise NoSuchRowError("the casebook has no such case")
        known = kept(outbox.find(tx, case_id, fact_id))
        return row, known, bool(outbox.of_case(tx, case_id))


def _keep(at: Premises, visitor: Visitor, case_id: str, message: Message, fact: Fact) -> None:
    with at.book.writing() as tx:
        outbox.put(
            tx,
            fact_id=fact.fact_id,
            case_id=case_id,
            practice=visitor.user.practice,
            user_id=visitor.user.user_id,
            message=message,
            body=FACT.dump_json(fact).decode(),
            at=at.wall(),
        )


async def _written(at: Premises, case_id: str, revision: int) -> None:
    """Until the casebook has what the case answered; whoever looks next finds it."""
    until = monotonic() + WRITTEN_WITHIN
    while await asyncio.to_thread(_revision, at, case_id) < revision and monotonic() < until:
        await asyncio.sleep(LOOK_AGAIN)


def _revision(at: Premises, case_id: str) -> int:
    with at.book.reading() as tx:
        return reading.case_row(tx, case_id).revision


def _sentence(words: str) -> str:
    """A refusal as a sentence of its own."""
    return words[:1].upper() + words[1:] + ("" if words.endswith((".", "?", "!")) else ".")
