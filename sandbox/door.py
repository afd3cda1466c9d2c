"""How the provider's people reach their cases; the worker's client implements it."""

from __future__ import annotations

from typing import Protocol

from journey.facts import ContactLogged, CorrectionMade, PersonActed, SupervisorDecided


class Door(Protocol):
    """What a person can do about a case; a case is known by the opaque id that a notice carries."""

    async def claim_number(self, case_id: str) -> str:
        """The provider's number of the claim that a case is about."""
        ...

    async def contact(self, case_id: str, contact: ContactLogged) -> None:
        """Log a call, letter or portal visit."""
        ...

    async def correction(self, case_id: str, correction: CorrectionMade) -> None:
        """Say that something was put right."""
        ...

    async def decide(self, case_id: str, decision: SupervisorDecided) -> None:
        """Record a supervisor's decision."""
        ...

    async def act(self, case_id: str, act: PersonActed) -> None:
        """Take, finish, give back or snooze a task."""
        ...
