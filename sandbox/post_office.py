"""Batch files: what partners have to say waits for their next run, and leaves as one file with several claims."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from sandbox.clock import Clock
from sandbox.days import next_run
from sandbox.x12_writer import Interchange, Partner, TransactionSet

Item = TypeVar("Item")
Send = Callable[[str, Interchange], None]
"""Takes a file on its way: the name of its stream, and what is in it."""


@dataclass(frozen=True)
class Stream(Generic[Item]):
    """One kind of file of one sender.

    Attributes:
        name: Part of the file name; names no patient.
        sender: Who writes it.
        receiver: Who it is for.
        hours: Hours (UTC) of the runs, ascending.
        compose: Items of one run to transaction sets.
        weekdays: True if it runs on business days only.
        sent: Told of each file with the items in it, so that the next partner can go on.
    """

    name: str
    sender: Partner
    receiver: Partner
    hours: tuple[int, ...]
    compose: Callable[[list[Item], datetime], list[TransactionSet]]
    weekdays: bool = True
    sent: Callable[[list[Item], Interchange], None] = field(default=lambda _items, _file: None)


class Controls:
    """Interchange control numbers: each sender counts its own."""

    def __init__(self) -> None:
        """Every sender begins at 1."""
        self._last: dict[str, int] = {}

    def next(self, sender: Partner) -> int:
        """The sender's next number."""
        self._last[sender.id] = self._last.get(sender.id, 0) + 1
        return self._last[sender.id]


class PostOffice:
    """Collects items per run and sends one file for each run that has any."""

    def __init__(self, clock: Clock, controls: Controls, send: Send) -> None:
        """Files go out by the clock's time through `send`."""
        self._clock = clock
        self._controls = controls
        self._send = send
        self._waiting: dict[tuple[str, datetime], list[object]] = {}

    def post(self, stream: Stream[Item], item: Item, ready: datetime) -> datetime:
        """Put an item into the first run at or after `ready` that has not left yet; gives the moment of that run."""
        run = next_run(max(ready, self._clock.now), stream.hours, stream.weekdays)
        key = (stream.name, run)
        if key not in self._waiting:
            self._waiting[key] = []
            self._clock.at(run, lambda: self._leave(stream, run))
        self._waiting[key].append(item)
        return run

    async def _leave(self, stream: Stream[Item], run: datetime) -> None:
        items: list[Item] = self._waiting.pop((stream.name, run))  # type: ignore[assignment]  # keyed by the stream
        sets = tuple(stream.compose(items, run))
        file = Interchange(stream.sender, stream.receiver, run, self._controls.next(stream.sender), sets)
        self._send(stream.name, file)
        stream.sent(items, file)
