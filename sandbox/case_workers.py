"""The provider's people: they learn of tasks by notices only, and put right what can be put right."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TypedDict

from journey.facts import ContactLogged, CorrectionMade, PersonActed, Said, SupervisorDecided
from journey.words import EscalationKind, Frozen, Grade, Mode, Moment, Party, Rung
from sandbox.days import after_business_days
from sandbox.door import Door
from sandbox.posting_desk import PostingDesk
from sandbox.scene import Scene, opaque
from sandbox.secondary_payers import SecondaryPayers
from sandbox.truth import Script

CASE_MANAGER = "case-manager-3"
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


class CaseWorkers:
    """Case managers, a posting clerk and a supervisor."""

    def __init__(
        self, scene: Scene, scripts: Mapping[str, Script], door: Door, payers: SecondaryPayers, posting: PostingDesk
    ) -> None:
        """They reach cases through `door`, payers by phone, and the ledger through the posting desk."""
        self._scene = scene
        self._scripts = scripts
        self._door = door
        self._payers = payers
        self._posting = posting
        self._begun: set[tuple[str, str]] = set()

    async def notice(self, notice: Mapping[str, object]) -> None:
        """Read a notice (the JSON of a webhook call) and begin what it asks for, once."""
        note = Notified.model_validate(notice)
        self._scene.tally.notices[note.kind or "task"] += 1
        script = self._scripts.get(await self._door.claim_number(note.case_id))
        if script is None:
            self._scene.tally.unknown += 1
            return
        work = self._work(script, note)
        key = (script.claim_number, work.__name__ if work else "")
        if work is None or key in self._begun:
            return
        self._begun.add(key)
        await self._begin(Task(script, note), work)

    def _work(self, script: Script, note: Notified) -> Work | None:
        """What a notice leads to: people look first whether there is anything to do."""
        mode = script.truth
        if mode is Mode.REJECTED_FOR_MISMATCH and note.kind == EscalationKind.RESUBMISSION:
            return self._correct_claim if self._refused(script) else None
        if mode is Mode.WRONG_ORDER and note.kind == EscalationKind.COB_CORRECTION:
            return self._correct_order if self._payers.has_refused(script) else None
        if mode is Mode.DUAL_BLAME and note.escalation_id:
            return self._call_together if self._payers.no_record_said(script) > 1 else None
        if mode is Mode.FILING_LIMIT and Rung.SUPERVISOR in (note.rung, note.to):
            return self._write_off if self._payers.limit_cited(script) else None
        if note.kind == EscalationKind.POSTING_REVIEW and self._posting.posted_wrong(script):
            return self._review_posting
        return None

    def _refused(self, script: Script) -> bool:
        return script.claim_number in self._scene.tally.broke_at

    async def _begin(self, task: Task, work: Work) -> None:
        now = self._scene.clock.now
        if task.notice.escalation_id:
            await self._door.act(task.case_id, self._act(task, "taken"))
        if task.script.vague:
            self._scene.clock.at(now + timedelta(hours=3), partial(self._ask_in_vain, task))
        due = after_business_days(now, 1) if work == self._review_posting else task.script.bd(now, "desk_bd")
        self._scene.clock.at(due, partial(work, task))

    async def _ask_in_vain(self, task: Task) -> None:
        """A call that ends in 'it is under review': no holder, no action, no date."""
        said = self._said(task, "in-vain", Party.SECONDARY, Grade.ASSUMED)
        contact = ContactLogged(**said, logged_by=CASE_MANAGER, says=Said.NOTHING_NEW, note="under review")
        await self._door.contact(task.case_id, contact)

    async def _correct_claim(self, task: Task) -> None:
        """V3: compare with the card, correct the member id."""
        said = self._said(task, "claim", Party.PROVIDER, Grade.DOCUMENTED)
        correction = CorrectionMade(
            **said,
            corrects="claim_data",
            field="member_id",
            before=task.script.bill.other.member_id,
            after=task.script.true_member_id,
            reference=self._reference(task, "card"),
            made_by=CASE_MANAGER,
        )
        await self._door.correction(task.case_id, correction)
        await self._finish(task)

    async def _correct_order(self, task: Task) -> None:
        """V4: have the payer's COB unit correct its record, then see it corrected before anything is sent."""
        await self._door.correction(task.case_id, self._cob(task, verified=False))
        due = task.script.bd(self._scene.clock.now, "cob_verification_bd")
        self._scene.clock.at(due, partial(self._verify_order, task))

    async def _verify_order(self, task: Task) -> None:
        self._payers.order_corrected(task.script)
        await self._door.correction(task.case_id, self._cob(task, verified=True))
        await self._finish(task)

    def _cob(self, task: Task, verified: bool) -> CorrectionMade:
        step = "verified" if verified else "record"
        return CorrectionMade(
            **self._said(task, step, Party.SECONDARY if verified else Party.PROVIDER, Grade.DOCUMENTED),
            corrects="cob_verified" if verified else "cob_record",
            reference=self._reference(task, "cob"),
            effective_date=task.script.bill.service_from,
            made_by=CASE_MANAGER,
            with_payer=Party.SECONDARY,
        )

    async def _call_together(self, task: Task) -> None:
        """F8: payer, clearinghouse and provider on one line, with the payer's own acknowledgement read out."""
        promised = self._payers.find(task.script)
        contact = ContactLogged(
            **self._said(task, "call", Party.SECONDARY, Grade.DOCUMENTED),
            logged_by=CASE_MANAGER,
            person_name="Imra",
            call_reference=self._reference(task, "call"),
            document=self._reference(task, "receipt"),
            says=Said.RECEIVED,
            holder=Party.SECONDARY,
            pending_action="decide the claim",
            promised_date=promised.date(),
        )
        await self._door.contact(task.case_id, contact)
        await self._finish(task)

    async def _write_off(self, task: Task) -> None:
        """F10: nothing to appeal with; the contract lets nobody bill the patient."""
        decision = SupervisorDecided(
            **self._said(task, "write-off", Party.SUPERVISOR, Grade.DOCUMENTED),
            decision="write_off",
            person=SUPERVISOR,
            second_person=SECOND_PERSON,
            reason="filing limit cited, no proof of timely filing; not billable to the patient",
        )
        await self._door.decide(task.case_id, decision)
        self._posting.write_off(task.script)

    async def _review_posting(self, task: Task) -> None:
        """V5: find the money and put it where it belongs."""
        self._posting.correct(task.script)
        said = self._said(task, "posting", Party.POSTING, Grade.DOCUMENTED)
        reference = self._reference(task, "posting")
        correction = CorrectionMade(**said, corrects="posting", reference=reference, made_by=POSTING_CLERK)
        await self._door.correction(task.case_id, correction)
        await self._finish(task)

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
        return Saying(
            fact_id=f"desk-{opaque(self._scene.seed, task.script.claim_number, step, task.notice.escalation_id)}",
            happened_at=now,
            learnt_at=now,
            source="desk",
            sender=sender,
            grade=grade,
        )

    def _reference(self, task: Task, step: str) -> str:
        return f"R-{opaque(self._scene.seed, 'reference', task.script.claim_number, step)}"
