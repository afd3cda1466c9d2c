"""What commands say of the plan once a practice has approved one on its pages."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from casebook import plans
from journey.plans.file import standard_text
from worker.keys import open_key_ring
from worker.service import open_book
from worker.settings import Settings


def test_an_approved_plan_is_the_one_that_is_shown(baton: Any, tmp_path: Path) -> None:
    """The terminal and the pages never speak of two different plans."""
    settings = Settings.load({}, tmp_path)
    book = open_book(settings, open_key_ring(settings))
    assert "Plan standard-2" in baton("plan", "show", "--home", tmp_path).out
    now = datetime(2026, 3, 12, 15, tzinfo=UTC)
    with book.writing() as tx:
        plan_id = plans.propose(
            tx,
            practice=settings.practice,
            version="ours-1",
            based_on="standard-2",
            text=standard_text().replace("standard-2", "ours-1"),
            reason="why",
            by="lee",
            at=now,
        )
        plans.approve(tx, settings.practice, plan_id, "sam", now, "", "standard-2")
    book.close()
    shown = baton("plan", "show", "--home", tmp_path)
    assert "Plan ours-1" in shown.out
    assert "Approved by sam on 12 Mar 2026" in shown.out
