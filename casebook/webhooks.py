"""Webhooks: where other systems want to be told of changes, and what each was told or is still to be told.

A delivery is noted in the transaction that writes the case, so that none is lost and none is made up.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple
from uuid import uuid4

from sqlalchemy import RowMapping, bindparam, delete, func, select, update

from casebook.desk_tables import DELIVERIES, HOOKS
from casebook.errors import NoSuchRowError
from casebook.opening import Transaction
from casebook.tables import CASES
from journey.case import Case, EscalationState, HoldState
from journey.words import Frozen, Moment

SHOWN_FOR: Final = timedelta(days=30)
"""How long a delivery that has ended is kept to be looked at."""


class Event(StrEnum):
    """What other systems may be told about a case."""

    CHANGED = "case.changed"
    """Any new revision."""
    OPENED = "case.opened"
    BROKEN = "case.broken"
    """Another break point is in force, or the same one is surer."""
    ESCALATED = "case.escalated"
    """Work was raised, or climbed to a higher rung."""
    HOLD = "case.hold"
    """The billing hold is in another state."""
    RESOLVED = "case.resolved"
    CLOSED = "case.closed"
    REOPENED = "case.reopened"
    """It was resolved, and is not any more."""


class DeliveryState(StrEnum):
    """How far a delivery is."""

    WAITING = "waiting"
    """It is still to be told; `next_at` says when."""
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"
    """The receiver did not take it in three days; a person may send it again."""


class Hook(Frozen):
    """Where another system wants to be told; without the secret that its messages are signed with."""

    hook_id: str
    practice: str
    url: str
    events: tuple[Event, ...]
    made_by: str
    made_at: Moment
    disabled_at: Moment | None = None
    waiting: int = 0
    """Deliveries that are still to be told."""
    given_up: int = 0
    """Deliveries that the receiver never took."""


class MadeHook(NamedTuple):
    """A new webhook, and the secret that its messages are signed with, which is shown once."""

    secret: str
    hook: Hook


class Delivery(Frozen):
    """One message to another system."""

    delivery_id: str
    hook_id: str
    case_id: str
    revision: int
    event: Event
    state: DeliveryState
    tries: int
    next_at: Moment
    last_problem: str
    made_at: Moment


class Due(NamedTuple):
    """A delivery that is to be told now, with where and what to sign it with."""

    delivery: Delivery
    url: str
    secret: bytes


# ---- hooks ----------------------------------------------------------------------------------------------------------


def add_hook(
    tx: Transaction, *, practice: str, url: str, events: Iterable[Event], made_by: str, at: Moment
) -> MadeHook:
    """A new webhook; its address and secret are sealed, for either may be a credential."""
    secret = f"whsec_{secrets.token_urlsafe(32)}"
    hook = Hook(
        hook_id=uuid4().hex,
        practice=practice,
        url=url,
        events=tuple(dict.fromkeys(events)),
        made_by=made_by,
        made_at=at,
    )
    row = {
        **hook.model_dump(exclude={"waiting", "given_up", "events"}),
        "url": tx.seal(url, _place("url", hook.hook_id)),
        "secret": tx.seal(secret, _place("secret", hook.hook_id)),
        "events": " ".join(hook.events),
    }
    tx.connection.execute(HOOKS.insert().values(row))
    return MadeHook(secret, hook)


def hooks_of(tx: Transaction, practice: str) -> tuple[Hook, ...]:
    """All webhooks of a practice, oldest first, with what waits and what was given up."""
    counted = select(DELIVERIES.c.hook_id, DELIVERIES.c.state, func.count().label("n")).group_by(
        DELIVERIES.c.hook_id, DELIVERIES.c.state
    )
    counts = {(row.hook_id, row.state): row.n for row in tx.connection.execute(counted)}
    wanted = select(HOOKS).where(HOOKS.c.practice == practice).order_by(HOOKS.c.made_at, HOOKS.c.hook_id)
    return tuple(_hook(tx, each, counts) for each in tx.connection.execute(wanted).mappings())


def hook_of(tx: Transaction, practice: str, hook_id: str) -> Hook:
    """One webhook of a practice; NoSuchRowError when there is none."""
    found = next((each for each in hooks_of(tx, practice) if each.hook_id == hook_id), None)
    if found is None:
        raise NoSuchRowError("there is no such webhook")
    return found


def disable_hook(tx: Transaction, practice: str, hook_id: str, at: Moment) -> None:
    """Tell a system nothing any more; what still waits for it is given up."""
    hook_of(tx, practice, hook_id)
    tx.connection.execute(
        update(HOOKS).where(HOOKS.c.hook_id == hook_id, HOOKS.c.disabled_at.is_(None)).values(disabled_at=at)
    )
    waiting = (DELIVERIES.c.hook_id == hook_id, DELIVERIES.c.state == DeliveryState.WAITING.value)
    ended = {"state": DeliveryState.GIVEN_UP.value, "last_problem": "the webhook was taken away"}
    tx.connection.execute(update(DELIVERIES).where(*waiting).values(ended))


# ---- deliveries -----------------------------------------------------------------------------------------------------


def note_change(tx: Transaction, case: Case) -> None:
    """Note what other systems are to be told of a new revision; call it before the case's row is written.

    Deliveries run by the wall clock, whatever the case's time is.
    """
    listening = tx.connection.execute(_LISTENING, {"wanted": case.claim.practice}).all()
    if not listening:
        return
    events, now = frozenset(_events(tx, case)), datetime.now(UTC)
    rows = [
        _new(hook_id, case, event, now)
        for hook_id, wanted in listening
        for event in sorted(events & frozenset(map(Event, wanted.split())))
    ]
    if rows:
        tx.connection.execute(tx.insert(DELIVERIES).on_conflict_do_nothing(), rows)


def is_any_due(tx: Transaction, now: Moment) -> bool:
    """Whether anything is to be told now."""
    wanted = select(DELIVERIES.c.delivery_id).where(
        DELIVERIES.c.state == DeliveryState.WAITING.value, DELIVERIES.c.next_at <= now
    )
    return tx.connection.execute(wanted.limit(1)).first() is not None


def due(tx: Transaction, now: Moment, until: Moment, limit: int = 50) -> tuple[Due, ...]:
    """What is to be told now, oldest first; taken out of others' reach until a moment.

    A process that dies with a delivery in hand leaves it to the next one at that moment.
    """
    wanted = (
        select(DELIVERIES, HOOKS.c.url, HOOKS.c.secret)
        .join(HOOKS, HOOKS.c.hook_id == DELIVERIES.c.hook_id)
        .where(DELIVERIES.c.state == DeliveryState.WAITING.value, DELIVERIES.c.next_at <= now)
        .order_by(DELIVERIES.c.next_at, DELIVERIES.c.made_at, DELIVERIES.c.revision, DELIVERIES.c.delivery_id)
        .limit(limit)
        .with_for_update(of=DELIVERIES, skip_locked=True)
    )
    found = [
        Due(_delivery(each), _open(tx, "url", each), _open(tx, "secret", each).encode())
        for each in tx.connection.execute(wanted).mappings()
    ]
    for each in found:
        _set(tx, each.delivery.delivery_id, next_at=until, tries=each.delivery.tries + 1)
    return tuple(found)


def note_delivered(tx: Transaction, delivery_id: str) -> None:
    """The receiver took it."""
    _set(tx, delivery_id, state=DeliveryState.DELIVERED.value, last_problem="")


def note_failed(tx: Transaction, delivery_id: str, problem: str, next_at: Moment | None) -> None:
    """The receiver did not take it; it is told again at a moment, or (None) given up."""
    if next_at is None:
        _set(tx, delivery_id, state=DeliveryState.GIVEN_UP.value, last_problem=problem)
    else:
        _set(tx, delivery_id, next_at=next_at, last_problem=problem)


def deliveries_of(
    tx: Transaction, practice: str, hook_id: str, *, state: DeliveryState | None = None, limit: int = 100
) -> tuple[Delivery, ...]:
    """What a system was told or is to be told, newest first; NoSuchRowError when the practice has no such webhook."""
    hook_of(tx, practice, hook_id)
    wanted = select(DELIVERIES).where(DELIVERIES.c.hook_id == hook_id)
    if state is not None:
        wanted = wanted.where(DELIVERIES.c.state == state.value)
    newest = wanted.order_by(DELIVERIES.c.made_at.desc(), DELIVERIES.c.delivery_id).limit(limit)
    return tuple(_delivery(each) for each in tx.connection.execute(newest).mappings())


def deliver_again(tx: Transaction, practice: str, hook_id: str, at: Moment) -> int:
    """Send everything that was given up once more; how many that are.

    Raises:
        NoSuchRowError: the practice has no such webhook, or it tells nobody any more.
    """
    if hook_of(tx, practice, hook_id).disabled_at is not None:
        raise NoSuchRowError("the webhook was taken away: make a new one")
    given_up = (DELIVERIES.c.hook_id == hook_id, DELIVERIES.c.state == DeliveryState.GIVEN_UP.value)
    anew = {"state": DeliveryState.WAITING.value, "next_at": at, "made_at": at, "tries": 0}
    return tx.connection.execute(update(DELIVERIES).where(*given_up).values(anew)).rowcount


def forget_ended(tx: Transaction, now: Moment) -> None:
    """Let go of deliveries that ended long ago."""
    ended = DELIVERIES.c.state != DeliveryState.WAITING.value
    tx.connection.execute(delete(DELIVERIES).where(ended, DELIVERIES.c.made_at < now - SHOWN_FOR))


_LISTENING: Final = select(HOOKS.c.hook_id, HOOKS.c.events).where(
    HOOKS.c.practice == bindparam("wanted"), HOOKS.c.disabled_at.is_(None)
)


def _events(tx: Transaction, case: Case) -> Iterator[Event]:
    """What the new revision is, against the row that stands."""
    found = tx.connection.execute(select(CASES).where(CASES.c.case_id == case.case_id)).mappings().one_or_none()
    before = dict(found) if found else {"hold_state": HoldState.NONE.value}
    yield Event.CHANGED
    if found is None:
        yield Event.OPENED
    point = case.break_point
    if point and (point.mode.value, point.state.value) != (before.get("break_mode"), before.get("break_state")):
        yield Event.BROKEN
    if any(each.state is EscalationState.OPEN and each.rung_since == case.as_of for each in case.escalations):
        yield Event.ESCALATED
    if case.hold.state.value != before["hold_state"]:
        yield Event.HOLD
    yield from _endings(case, before)


def _endings(case: Case, before: Mapping[str, Any]) -> Iterator[Event]:
    was = before.get("resolution")
    if case.resolution and case.resolution.value != was:
        yield Event.RESOLVED
    if case.closed_at and not before.get("closed_at"):
        yield Event.CLOSED
    if was and case.resolution is None:
        yield Event.REOPENED


def _new(hook_id: str, case: Case, event: Event, now: Moment) -> dict[str, Any]:
    return {
        "delivery_id": uuid4().hex,
        "hook_id": hook_id,
        "case_id": case.case_id,
        "revision": case.revision,
        "event": event.value,
        "state": DeliveryState.WAITING.value,
        "tries": 0,
        "next_at": now,
        "last_problem": "",
        "made_at": now,
    }


def _hook(tx: Transaction, row: RowMapping, counts: Mapping[tuple[str, str], int]) -> Hook:
    known = {name: row[name] for name in ("hook_id", "practice", "made_by", "made_at", "disabled_at")}
    return Hook.model_validate(
        {
            **known,
            "url": _open(tx, "url", row),
            "events": tuple(row["events"].split()),
            "waiting": counts.get((row["hook_id"], DeliveryState.WAITING.value), 0),
            "given_up": counts.get((row["hook_id"], DeliveryState.GIVEN_UP.value), 0),
        }
    )


def _delivery(row: RowMapping) -> Delivery:
    return Delivery.model_validate({name: row[name] for name in Delivery.model_fields})


def _set(tx: Transaction, delivery_id: str, **values: Any) -> None:
    tx.connection.execute(update(DELIVERIES).where(DELIVERIES.c.delivery_id == delivery_id).values(values))


def _open(tx: Transaction, column: str, row: RowMapping) -> str:
    return tx.unseal(row[column], _place(column, row["hook_id"]))


def _place(column: str, hook_id: str) -> str:
    return f"webhooks.{column}/{hook_id}"
