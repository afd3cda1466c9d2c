"""What payers say by way of the clearinghouse: one file for a run, with a part for each payer that had something."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from sandbox.people import Payer, Practice
from sandbox.post_office import Stream
from sandbox.scene import CLEARINGHOUSE, provider
from sandbox.x12_writer import TransactionSet

Said = TypeVar("Said")
ComposePart = Callable[[Payer, list[Said], datetime], TransactionSet]


def relayed(
    kind: str, hours: tuple[int, ...], practice: Practice, compose: ComposePart[Said]
) -> Stream[tuple[Payer, Said]]:
    """A stream in which every item stands beside the payer that says it.

    Args:
        kind: What the files are called.
        hours: Hours (UTC) of the runs, ascending.
        practice: Who the files are for.
        compose: What one payer says in a run, as a transaction set.
    """

    def composed(items: list[tuple[Payer, Said]], run: datetime) -> list[TransactionSet]:
        parts: defaultdict[Payer, list[Said]] = defaultdict(list)
        for payer, each in items:
            parts[payer].append(each)
        return [compose(payer, part, run) for payer, part in parts.items()]

    return Stream(kind, CLEARINGHOUSE, provider(practice), hours, composed)
