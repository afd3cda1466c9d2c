"""Memory does not grow with the file."""

import tracemalloc
from collections.abc import Callable, Iterator

import pytest

from edi.reader import read

MEGABYTE = 1 << 20


class Endless:
    """A binary stream of generated pieces that are never all in memory."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        """Starts before the first piece."""
        self._pieces = pieces
        self._rest = b""
        self.total = 0

    def read(self, size: int = -1) -> bytes:
        """Returns at most `size` bytes."""
        while len(self._rest) < size and (piece := next(self._pieces, b"")):
            self._rest += piece
        made, self._rest = self._rest[:size], self._rest[size:]
        self.total += len(made)
        return made


@pytest.fixture
def peak() -> Callable[[Iterator[bytes]], tuple[int, int, int]]:
    """Reads a stream and returns its size, the number of items, and the peak of memory while reading."""

    def run(pieces: Iterator[bytes]) -> tuple[int, int, int]:
        stream = Endless(pieces)
        tracemalloc.start()
        try:
            items = sum(1 for _ in read(stream))  # type: ignore[arg-type]
            return stream.total, items, tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    return run


def _remittances(make, megabytes: int) -> Iterator[bytes]:
    """One interchange with transaction sets of 50 claims until the size is reached; each claim has long references."""
    head = make.envelope("835", "X~").split("ST*")[0]
    yield head.encode()
    sent = count = 0
    while sent < megabytes * MEGABYTE:
        count += 1
        padding = "".join(f"REF*EA*{'N' * 180}{number}~" for number in range(20))
        claims = [
            f"CLP*CT{count}{number:03}*1*100*80*20*MB*ICN{count}{number:03}~CAS*PR*1*20~{padding}"
            for number in range(50)
        ]
        body = make.body_835(claims, paid="4000", trace=f"EFT{count}")
        made = f"ST*835*{count:04}~{body}SE*{body.count('~') + 2}*{count:04}~".encode()
        sent += len(made)
        yield made
    yield f"GE*{count}*1~IEA*1*000000001~".encode()


def test_a_large_remittance_is_read_in_flat_memory(make, peak):
    """Twenty megabytes of claims need less than three at any moment."""
    size, items, memory = peak(_remittances(make, 20))
    assert size > 20 * MEGABYTE
    assert items > 5_000
    assert memory < 3 * MEGABYTE


def _answers(make, megabytes: int) -> Iterator[bytes]:
    """One 271 with subscribers until the size is reached; each has twenty benefits with a long message."""
    head = make.envelope("271", "X~").split("X~")[0] + make.body_271(["X~"]).split("HL*3*")[0]
    yield head.encode()
    sent = count = 0
    said = "".join(f"EB*C*IND*30***23*{number}00~MSG*{'M' * 160}{number}~" for number in range(20))
    while sent < megabytes * MEGABYTE:
        count += 1
        made = f"HL*{count + 2}*2*22*0~{make.answer_271(f'CT{count:06}', f'EB*1**30~{said}')}".encode()
        sent += len(made)
        yield made
    yield b"SE*1*0001~GE*1*1~IEA*1*000000001~"


def test_a_large_eligibility_answer_is_read_in_flat_memory(make, peak):
    """Eight megabytes of members in one transaction set need less than three at any moment."""
    size, items, memory = peak(_answers(make, 8))
    assert size > 8 * MEGABYTE
    assert items > 1_600
    assert memory < 3 * MEGABYTE


@pytest.mark.parametrize(
    ("before", "piece"),
    [
        ("", b"no interchange in sight. " * 4000),
        ("CLP*CT1*1*100*100~", b"N" * 100_000),
        ("CLP*CT1*1*100*100~", b"REF*EA*" + b"7" * 40 + b"~"),
        ("ZZZ*1~", b"ZZZ*" + b"2" * 40 + b"~"),
        ("CLP*CT1*1*100*100~", b"~" + b" " * 60),
    ],
    ids=["junk", "one segment", "one claim", "strays", "empty segments"],
)
def test_what_never_ends_is_set_aside_in_flat_memory(make, peak, before, piece):
    """Endless junk, segment or loop is passed over, not collected: twice the file needs no more memory."""
    head = make.envelope("835", "X~").split("X~")[0] + before if before else ""

    def pieces(megabytes: int) -> Iterator[bytes]:
        yield head.encode()
        for _ in range(megabytes * MEGABYTE // len(piece)):
            yield piece

    _, few, short = peak(pieces(2))
    _, many, long = peak(pieces(4))
    assert few == many < 20
    assert long < 1.1 * short < 32 * MEGABYTE
