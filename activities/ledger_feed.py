"""What changed in the ledger since it was last asked: for a poller that informs the cases concerned."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from activities import ledger_wire as wire
from activities.ledger import LedgerClient, Opaque, as_fact
from journey.facts import LedgerRead


class LedgerChange(NamedTuple):
    """One account after one change."""

    account: str
    """The provider's claim number."""
    read: LedgerRead


def read_changes(
    client: LedgerClient, after: int, *, learnt_at: datetime, opaque: Opaque, limit: int = wire.PAGE
) -> tuple[list[LedgerChange], int]:
    """One page of changes in the ledger's order, and the place to go on from.

    Keep the place only after the cases were informed: reading a page again gives the same facts with the same ids.

    Args:
        client: the ledger.
        after: the place that the last call gave; 0 at first.
        learnt_at: now, in case time.
        opaque: makes fact ids; must be the one that the ledger port has.
        limit: most changes in the page.

    Raises:
        activities.exchange.ExchangeError: no usable answer; ask again later.
    """
    page = client.changes(after, limit)
    return [LedgerChange(each.balance.account, as_fact(each.balance, learnt_at, opaque)) for each in page.changes], (
        page.last
    )
