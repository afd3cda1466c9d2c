"""The post as it is: files late, twice, sent again under other numbers, overlapping, out of order, broken then good.

Nothing here changes what partners say. Every file arrives whole at least once, within a day of its time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from random import Random

from sandbox.clock import Clock
from sandbox.post_office import Controls
from sandbox.x12_writer import Interchange, write

Deliver = Callable[[str, bytes], None]
"""Puts a complete file under a name where Baton picks it up."""


class Fate(StrEnum):
    """What happens to one file on its way."""

    ON_TIME = "on_time"
    LATE = "late"
    TWICE = "twice"
    """The same bytes once more under another name."""
    SENT_AGAIN = "sent_again"
    """The same content under other control numbers."""
    OVERLAPPING = "overlapping"
    """Together with the sender's last file of this kind, already delivered."""
    AFTER_NEXT = "after_next"
    """Only after the next file of this kind, or at the end of the day."""
    BROKEN_FIRST = "broken_first"
    """A damaged copy, some hours later the good one."""


WEIGHTS = {
    Fate.ON_TIME: 64,
    Fate.LATE: 8,
    Fate.TWICE: 6,
    Fate.SENT_AGAIN: 6,
    Fate.OVERLAPPING: 6,
    Fate.AFTER_NEXT: 5,
    Fate.BROKEN_FIRST: 5,
}
LATEST = timedelta(hours=20)


class Noise:
    """Decides each file's fate from the seed, the stream and the control number alone."""

    def __init__(self, clock: Clock, controls: Controls, deliver: Deliver, seed: int, quiet: bool = False) -> None:
        """Files go to `deliver`; a quiet post brings everything on time."""
        self._clock = clock
        self._controls = controls
        self._deliver = deliver
        self._seed = seed
        self._quiet = quiet
        self._last: dict[str, Interchange] = {}
        self._held: dict[str, tuple[str, bytes]] = {}

    def send(self, stream: str, file: Interchange) -> None:
        """Send one file of a stream on its way."""
        rng = Random(f"noise {self._seed} {stream} {file.control}")
        fate = Fate.ON_TIME if self._quiet else rng.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        name, data = f"{file.at:%Y%m%d%H%M}-{stream}-{file.control:06d}", write(file)
        getattr(self, f"_{fate.value}")(stream, name, data, file, rng)
        self._last[stream] = file
        if fate is not Fate.AFTER_NEXT:
            self._release(stream)

    def _on_time(self, _stream: str, name: str, data: bytes, _file: Interchange, _rng: Random) -> None:
        self._deliver(f"{name}.edi", data)

    def _late(self, _stream: str, name: str, data: bytes, _file: Interchange, rng: Random) -> None:
        self._after(timedelta(hours=rng.randint(2, 20)), name, data)

    def _twice(self, _stream: str, name: str, data: bytes, _file: Interchange, rng: Random) -> None:
        self._deliver(f"{name}.edi", data)
        self._after(timedelta(hours=rng.randint(0, 30)), f"{name}-copy", data)

    def _sent_again(self, _stream: str, name: str, data: bytes, file: Interchange, rng: Random) -> None:
        self._deliver(f"{name}.edi", data)
        again = file.renumbered(self._controls.next(file.sender), file.at + timedelta(hours=1))
        self._after(timedelta(hours=rng.randint(1, 48)), f"{name}-again", write(again))

    def _overlapping(self, stream: str, name: str, data: bytes, file: Interchange, _rng: Random) -> None:
        last = self._last.get(stream)
        if last is None or last.sets[0].version != file.sets[0].version:
            self._deliver(f"{name}.edi", data)
            return
        # The new part keeps its place and so its control numbers, by which answers to it are matched.
        both = Interchange(file.sender, file.receiver, file.at, file.control, (*file.sets, *last.sets))
        self._deliver(f"{name}.edi", write(both))

    def _after_next(self, stream: str, name: str, data: bytes, _file: Interchange, _rng: Random) -> None:
        self._release(stream)
        self._held[stream] = (name, data)
        self._clock.at(self._clock.now + LATEST, lambda: self._release_named(stream, name))

    def _broken_first(self, _stream: str, name: str, data: bytes, _file: Interchange, rng: Random) -> None:
        self._deliver(f"{name}-broken.edi", damaged(data, rng))
        self._after(timedelta(hours=rng.randint(1, 6)), name, data)

    def _after(self, span: timedelta, name: str, data: bytes) -> None:
        async def arrive() -> None:
            self._deliver(f"{name}.edi", data)

        self._clock.at(self._clock.now + span, arrive)

    def _release(self, stream: str) -> None:
        if stream in self._held:
            name, data = self._held.pop(stream)
            self._deliver(f"{name}.edi", data)

    async def _release_named(self, stream: str, name: str) -> None:
        if self._held.get(stream, ("", b""))[0] == name:
            self._release(stream)


def damaged(data: bytes, rng: Random) -> bytes:
    """A copy in which something is visibly missing: the end of the file, or one segment out of its count.

    Damage that no reader could notice would be another message, not a broken one.
    """
    if rng.random() < 0.5:
        return data[: rng.randint(len(data) // 3, len(data) * 9 // 10)]
    terminator = data[105:106]
    segments = data.split(terminator)
    place = rng.randrange(3, max(len(segments) - 4, 4))
    return terminator.join(segments[:place] + segments[place + 1 :])
