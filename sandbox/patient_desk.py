"""What the desk does where only the patient can answer: letters, calls, everybody on one line, and the payer again."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from journey.facts import Said
from journey.words import EscalationKind, Grade, Party
from sandbox.desk import Colleagues, Desk, Task, Work
from sandbox.door import Door
from sandbox.scene import Scene
from sandbox.truth import Patient, Wanted

PATIENCE = timedelta(days=28)
"""How long letters and calls go on before everybody is asked onto one line."""


class PatientDesk(Desk):
    """Patient outreach."""

    def __init__(self, scene: Scene, door: Door, colleagues: Colleagues) -> None:
        """Nobody was called yet."""
        super().__init__(scene, door, colleagues)
        self._since: dict[str, datetime] = {}
        self._answered: set[str] = set()

    def work(self, task: Task) -> Work | None:
        """What comes next: the payer if the patient has answered, else the patient, in the way that may succeed."""
        script, now = task.script, self._scene.clock.now
        if script.truth is None:
            return None  # a letter goes out, and the patient has answered before it arrives
        since = self._since.setdefault(script.claim_number, now)
        if script.claim_number in self._answered:
            return self.ask_to_reprocess
        if script.patient is not Patient.SILENT:
            return self.call_patient
        late = now - since >= PATIENCE and task.notice.kind == EscalationKind.COB_CORRECTION
        return self.call_everybody if late else None

    async def call_patient(self, task: Task) -> None:
        """Reach the patient, who has answered the payer, or will within days."""
        script = task.script
        if script.patient is Patient.LATER:
            await self._contact(
                task, "open", Party.PATIENT, Grade.STATED, person_name="Dorin", says=Said.QUESTIONNAIRE_OPEN
            )
            due = script.days(self._scene.clock.now, "patient_answers")
            self._scene.clock.at(due, partial(self._patient_answers, task))
        else:
            await self._patient_answers(task)
        await self._finish(task)

    async def call_everybody(self, task: Task) -> None:
        """Day 30: patient and payer on one line; the answer is taken there and then."""
        await self._patient_answers(task)
        await self._finish(task)

    async def _patient_answers(self, task: Task) -> None:
        """The patient tells us the payer's confirmation number."""
        accident = task.script.pend is not None and task.script.pend.wants is Wanted.ACCIDENT_FORM
        self._answered.add(task.script.claim_number)
        await self._contact(
            task,
            "answered",
            Party.PATIENT,
            Grade.STATED,
            person_name="Dorin",
            says=Said.NO_ACCIDENT if accident else Said.QUESTIONNAIRE_ANSWERED,
            call_reference=self._reference(task, "confirmation"),
        )

    async def ask_to_reprocess(self, task: Task) -> None:
        """Ask the payer to take up every affected claim again: it does not do so by itself."""
        promised = self._payers.reprocess(task.script)
        await self._contact(
            task,
            "reprocess",
            Party.SECONDARY,
            Grade.DOCUMENTED,
            person_name="Imra",
            call_reference=self._reference(task, "reprocess"),
            says=Said.ACCEPTED,
            holder=Party.SECONDARY,
            pending_action="decide the claim with the patient's answer",
            promised_date=promised.date(),
        )
        await self._finish(task)
