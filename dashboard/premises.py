"""Premises: everything that pages and API work with, in one place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from casebook.opening import Casebook
from dashboard.signing.limiting import Limits
from journey.plans.file import Plan
from journey.writing import Calendar
from worker.cases import Cases
from worker.keys import KeyRing
from worker.settings import Settings


@dataclass(frozen=True)
class Premises:
    """One office's casebook, its live cases, and the rules in force.

    Attributes:
        settings: where everything is.
        keys: makes blind indexes and seals cookies.
        book: lists, histories, users, sessions.
        cases: the way to live cases; the engine behind it may be away at any time.
        plan: the plan in force now.
        now: case time. Sessions and limits run by `wall` instead, whatever the tempo.
        limits: how often somebody may ask.
    """

    settings: Settings
    keys: KeyRing
    book: Casebook
    cases: Cases
    plan: Callable[[], Plan]
    now: Callable[[], datetime]
    limits: Limits = field(default_factory=Limits)

    @property
    def calendar(self) -> Calendar:
        """Dates where the provider works."""
        return Calendar(ZoneInfo(self.plan().time_zone))

    @staticmethod
    def wall() -> datetime:
        """The wall clock, UTC."""
        return datetime.now(UTC)
