"""The provider's people: they learn of tasks by notices only, and put right what can be put right."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial

from journey.facts import Said, SupervisorDecided
from journey.words import EscalationKind, Grade, Mode, Party, Rung
from sandbox.claim_desk import ClaimDesk
from sandbox.days import after_business_days
from sandbox.desk import POSTING_CLERK, SECOND_PERSON, SUPERVISOR, Colleagues, Desk, Notified, Task, Work
from sandbox.door import Door
from sandbox.patient_desk import PatientDesk
from sandbox.scene import Scene
from sandbox.truth import Script

IN_THE_PAYERS_WORDS = "140"
"""The refusal whose remittance names the right member id: nobody needs to look at a card."""


class CaseWorkers(Desk):
    """Case managers, registration, patient outreach, a posting clerk and a supervisor."""

    def __init__(self, scene: Scene, scripts: Mapping[str, Script], door: Door, colleagues: Colleagues) -> None:
        """They reach cases through `door`, and everybody else through their colleagues."""
        super().__init__(scene, door, colleagues)
        self._scripts = scripts
        self._claims = ClaimDesk(scene, door, colleagues)
        self._patients = PatientDesk(scene, door, colleagues)
        self._begun: set[tuple[str, str, int]] = set()

    async def notice(self, notice: Mapping[str, object]) -> None:
        """Read a notice (the JSON of a webhook call) and begin what it asks for, once."""
        note = Notified.model_validate(notice)
        self._scene.tally.notices[note.kind or "task"] += 1
        script = self._scripts.get(await self._door.claim_number(note.case_id))
        if script is None:
            self._scene.tally.unknown += 1
            return
        task = Task(script, note)
        work = self._work(task)
        key = (script.claim_number, work.__name__ if work else "", self._round(script))
        if work is None or key in self._begun:
            return
        self._begun.add(key)
        await self._begin(task, work)

    def _work(self, task: Task) -> Work | None:
        """What a notice leads to: people look first whether there is anything to do."""
        script, note = task.script, task.notice
        if note.kind == EscalationKind.POSTING_REVIEW:
            return self._posting_work(script)
        asked = self._payers.asks_for(script)
        if asked:
            pend, _ = asked
            return self._patients.work(task) if pend.wants.of_patient else self._claims.send_document
        return self._claim_work(script, note)

    def _posting_work(self, script: Script) -> Work | None:
        if self._posting.posted_wrong(script):
            return self._review_posting
        return self._refund if self._posting.overpaid(script) else None

    def _claim_work(self, script: Script, note: Notified) -> Work | None:
        mode, payers = script.truth, self._payers
        registration = note.kind == EscalationKind.COB_CORRECTION
        if mode is Mode.REJECTED_FOR_MISMATCH and note.kind == EscalationKind.RESUBMISSION:
            return self._claims.correct_claim if self._needs_card(script) else None
        if mode is Mode.WRONG_ORDER and registration:
            return self._claims.correct_order if payers.has_refused(script) else None
        if mode is Mode.BOTH_SECOND and registration:
            return self._claims.correct_order if payers.has_refused(script) else None
        if mode is Mode.COVERAGE_ENDED and registration:
            return self._claims.close_coverage if payers.has_refused(script) else None
        if mode is Mode.DUAL_BLAME and note.escalation_id:
            return self._claims.call_together if payers.no_record_said(script) > 1 else None
        if mode is Mode.FILING_LIMIT and Rung.SUPERVISOR in (note.rung, note.to):
            return self._write_off if payers.limit_cited(script) else None
        return None

    def _needs_card(self, script: Script) -> bool:
        refused = script.claim_number in self._scene.tally.broke_at
        told = script.refusal is not None and script.refusal.code.endswith(IN_THE_PAYERS_WORDS)
        return refused and not told

    def _round(self, script: Script) -> int:
        """Work that a payer asks for again is begun again."""
        asked = self._payers.asks_for(script)
        return asked[1] if asked and not asked[0].wants.of_patient else 0

    async def _begin(self, task: Task, work: Work) -> None:
        now = self._scene.clock.now
        if task.notice.escalation_id:
            await self._door.act(task.case_id, self._act(task, "taken"))
        if task.script.vague:
            self._scene.clock.at(now + timedelta(hours=3), partial(self._ask_in_vain, task, work.__name__))
        at_once = work in (self._review_posting, self._refund)
        due = after_business_days(now, 1) if at_once else task.script.bd(now, "desk_bd")
        self._scene.clock.at(due, partial(work, task))

    async def _ask_in_vain(self, task: Task, before: str) -> None:
        """A call that ends in 'it is under review': no holder, no action, no date."""
        await self._contact(
            task, f"in-vain-{before}", Party.SECONDARY, Grade.ASSUMED, says=Said.NOTHING_NEW, note="under review"
        )

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
        """V5, F6, F7, F16, F17, F22: find the money and put it where it belongs."""
        self._posting.correct(task.script)
        await self._correction(task, "posting", "posting", POSTING_CLERK, sender=Party.POSTING)
        await self._finish(task)

    async def _refund(self, task: Task) -> None:
        """F20: give back what the patient paid too much."""
        self._posting.refund(task.script)
        await self._correction(task, "refund", "refund", POSTING_CLERK, sender=Party.POSTING)
        await self._finish(task)
