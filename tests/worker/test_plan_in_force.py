"""Which plan is in force: the newest that the practice approved, else the operator's file, else the one that ships."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from casebook import plans
from casebook.opening import Casebook, migrate, open_casebook
from journey.plans.file import standard_text
from worker.keys import KeyRing
from worker.plan_in_force import PlanOfPractice
from worker.seal import CasebookSeal
from worker.settings import Settings

NOW = datetime(2026, 3, 12, 15, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with a plan file of the operator's."""
    file = tmp_path / "plan.toml"
    file.write_text(standard_text().replace("standard-2", "file-1"))
    return Settings.load({"BATON_PLAN": str(file)}, tmp_path)


@pytest.fixture
def book(settings: Settings) -> Iterator[Casebook]:
    """An empty casebook."""
    migrate(settings.casebook_url)
    book = open_casebook(settings.casebook_url, CasebookSeal(KeyRing.new()))
    yield book
    book.close()


def approve(book: Casebook, version: str, text: str = "", after: int = 0) -> None:
    """A change of Lee's that Sam approves, so many hours after `NOW`."""
    with book.writing() as tx:
        newest = plans.in_force(tx, "practice")
        based_on = newest.version if newest else "file-1"
        plan_id = plans.propose(
            tx,
            practice="practice",
            version=version,
            based_on=based_on,
            text=text or standard_text().replace("standard-2", version),
            reason="why",
            by="lee",
            at=NOW,
        )
        plans.approve(tx, "practice", plan_id, "sam", NOW + timedelta(hours=after), "", "file-1")


def test_the_settings_file_holds_until_a_plan_is_approved(book: Casebook, settings: Settings) -> None:
    """An approval outranks the file, and a later one the earlier, without a restart."""
    plan = PlanOfPractice(book, settings)
    assert plan().version == "file-1"
    for hours, version in enumerate(("ours-1", "ours-2")):
        approve(book, version, after=hours)
        plan.look_again()
        assert plan().version == version


def test_the_casebook_is_not_asked_at_every_call(book: Casebook, settings: Settings) -> None:
    """Every page asks for the plan; the answer stands for a few seconds."""
    plan = PlanOfPractice(book, settings)
    assert plan().version == "file-1"
    approve(book, "ours-1")
    assert plan().version == "file-1"


def test_while_the_casebook_is_away_the_last_plan_stands(book: Casebook, settings: Settings) -> None:
    """Work goes on under the plan that was known last."""
    approve(book, "ours-1")

    class Away:
        """The casebook, until it is put out of reach."""

        away = False

        @contextmanager
        def reading(self) -> Iterator[Any]:
            """A transaction, or the error of a database that does not answer."""
            if self.away:
                raise OperationalError("", {}, ConnectionError())
            with book.reading() as tx:
                yield tx

    gate: Any = Away()
    plan = PlanOfPractice(gate, settings)
    assert plan().version == "ours-1"
    gate.away = True
    plan.look_again()
    assert plan().version == "ours-1"
    with pytest.raises(OperationalError):
        PlanOfPractice(gate, settings)()


def test_a_plan_that_this_version_cannot_use_does_not_stop_the_work(book: Casebook, settings: Settings) -> None:
    """A newer Baton may refuse what an older one took: the plan of the settings holds then, and the log says so."""
    approve(book, "ours-1", text='version = "ours-1"')
    assert PlanOfPractice(book, settings)().version == "file-1"
