"""What a cancelled errand may not do: stop in the middle of what it does."""

from __future__ import annotations

import inspect

import pytest

from activities.bookkeeping import Bookkeeper
from activities.clearinghouse import ClearinghouseDrop
from activities.ledger import LedgerOverHttp, NoLedger
from activities.notices import Noticeboard
from workflows import ports

WHERE = (
    ports.Clearinghouse, ports.Ledger, ports.Notices, ports.Casebook,
    ClearinghouseDrop, LedgerOverHttp, NoLedger, Noticeboard, Bookkeeper,
)  # fmt: skip
ERRANDS = [
    (owner.__name__, name, errand)
    for owner in WHERE
    for name, errand in inspect.getmembers(owner, inspect.isfunction)
    if hasattr(errand, "__temporal_activity_definition")
]


@pytest.mark.parametrize(("owner", "name", "errand"), ERRANDS, ids=[f"{owner}.{name}" for owner, name, _ in ERRANDS])
def test_no_errand_is_broken_off_inside(owner: str, name: str, errand: object) -> None:
    """An exception thrown into a thread may strike while it holds the casebook's lock, which then stays held."""
    assert errand.__temporal_activity_definition.no_thread_cancel_exception  # type: ignore[attr-defined]


def test_the_list_is_not_empty() -> None:
    """Every port's errands are looked at, and what implements them."""
    assert len(ERRANDS) >= 16
