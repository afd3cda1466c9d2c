"""What everybody at the provider's desk shares: notices as they are read, tasks, and how facts reach a case."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, TypedDict

from journey.facts import ContactLogged, CorrectionMade, PersonActed
from journey.words import Frozen, Grade, Moment, Party
from sandbox.door import Door
from sandbox.payer_phones import PayerPhones
from sandbox.payers import PrimaryPayers
from sandbox.posting_desk import PostingDesk
from sandbox.scene import Scene, opaque
from sandbox.truth import Script

CASE_MANAGER = "case-manager-3"
REGISTRAR = "registrar-4"
POSTING_CLERK = "posting-clerk-2"
SUPERVISOR = "supervisor-1"
SECOND_PERSON = "compliance-1"


class Notified(Frozen):
    """A notice as the desk reads it."""

    case_id: str
    to: str = ""
    escalation_id: str = ""
    kind: str = ""
    rung: str = ""


@dataclass(frozen=True)
class Task:
    """One thing to be done about one case."""

    script: Script
    notice: Notified

    @property
    def case_id(self) -> str:
        """The case as the notice names it."""
        return self.notice.case_id


class Saying(TypedDict):
    """What every fact of ours carries."""

    fact_id: str
    happened_at: Moment
    learnt_at: Moment
    source: str
    sender: Party
    grade: Grade


Work = Callable[[Task], Awaitable[None]]


@dataclass(frozen=True)
class Colleagues:
    """Whom the desk reaches: payers by phone and fax, and the posting clerks."""

    payers: PayerPhones
    primaries: PrimaryPayers
    posting: PostingDesk


class Desk:
    """Speaks to cases through the door, each fact once and with a reference."""

    def __init__(self, scene: Scene, door: Door, colleagues: Colleagues) -> None:
        """Take the world's clock and seed, the door, and whom the desk can call."""
        self._scene = scene
        self._door = door
        self._payers = colleagues.payers
        self._primaries = colleagues.primaries
        self._posting = colleagues.posting

    async def _correction(
        self,
        task: Task,
        step: str,
        corrects: Literal["claim_data", "cob_record", "cob_verified", "posting", "document", "coverage", "refund"],
        made_by: str,
        *,
        sender: Party = Party.PROVIDER,
        **fields: object,
    ) -> None:
        """Say that something was put right, with a reference of its own."""
        said = self._said(task, step, sender, Grade.DOCUMENTED)
        reference = self._reference(task, step)
        correction = CorrectionMade.model_validate(
            {**said, "corrects": corrects, "reference": reference, "made_by": made_by, **fields}
        )
        await self._door.correction(task.case_id, correction)

    async def _contact(self, task: Task, step: str, sender: Party, grade: Grade, **fields: object) -> None:
        """Log a call or a letter."""
        said = self._said(task, step, sender, grade)
        await self._door.contact(
            task.case_id, ContactLogged.model_validate({**said, "logged_by": CASE_MANAGER, **fields})
        )

    async def _finish(self, task: Task) -> None:
        if task.notice.escalation_id:
            await self._door.act(task.case_id, self._act(task, "done"))

    def _act(self, task: Task, act: str) -> PersonActed:
        said = self._said(task, act, Party.PROVIDER, Grade.STATED)
        return PersonActed.model_validate(
            {**said, "act": act, "person": CASE_MANAGER, "escalation": task.notice.escalation_id}
        )

    def _said(self, task: Task, step: str, sender: Party, grade: Grade) -> Saying:
        now = self._scene.clock.now
        number, escalation = task.script.claim_number, task.notice.escalation_id
        return Saying(
            fact_id=f"desk-{opaque(self._scene.seed, number, step, escalation)}",
            happened_at=now,
            learnt_at=now,
            source="desk",
            sender=sender,
            grade=grade,
        )

    def _reference(self, task: Task, step: str) -> str:
        return f"R-{opaque(self._scene.seed, 'reference', task.script.claim_number, step)}"
