"""What the desk does with payers: claim data, COB records, lost claims, documents, and coverage that has ended."""

from __future__ import annotations

from functools import partial

from journey.facts import Said
from journey.words import Grade, Mode, Party
from sandbox.desk import CASE_MANAGER, REGISTRAR, Desk, Task

PRIMARY_AND_SECONDARY = (Party.PRIMARY, Party.SECONDARY)


class ClaimDesk(Desk):
    """Billing and registration."""

    async def correct_claim(self, task: Task) -> None:
        """V3: compare with the card, correct the member id."""
        await self._correct_member(task, CASE_MANAGER)
        await self._finish(task)

    async def _correct_member(self, task: Task, made_by: str) -> None:
        before, after = task.script.bill.other.member_id, task.script.true_member_id
        await self._correction(task, "claim", "claim_data", made_by, field="member_id", before=before, after=after)

    async def correct_order(self, task: Task) -> None:
        """V4, F19: have the COB units correct their records, then see them corrected before anything is sent."""
        for payer in _with_wrong_record(task):
            await self._cob(task, "cob_record", payer)
        due = task.script.bd(self._scene.clock.now, "cob_verification_bd")
        self._scene.clock.at(due, partial(self._verify_order, task))

    async def _verify_order(self, task: Task) -> None:
        """By a person's call to each payer, or by their eligibility systems; the primary then decides again."""
        script = task.script
        self._payers.order_corrected(script)
        if script.told_by_271:
            self._payers.check_order(script, 1, 2)
        else:
            for payer in _with_wrong_record(task):
                await self._cob(task, "cob_verified", payer, sender=payer)
        if script.truth is Mode.BOTH_SECOND:
            self._primaries.decide_again(script)
        await self._finish(task)

    async def _cob(self, task: Task, step: str, payer: Party, sender: Party = Party.PROVIDER) -> None:
        await self._correction(
            task,
            f"{step}-{payer.value}",
            "cob_verified" if step == "cob_verified" else "cob_record",
            CASE_MANAGER,
            sender=sender,
            effective_date=task.script.bill.service_from,
            with_payer=payer,
        )

    async def call_together(self, task: Task) -> None:
        """F8: payer, clearinghouse and provider on one line, with the payer's own acknowledgement read out."""
        promised = self._payers.find(task.script)
        await self._contact(
            task,
            "call",
            Party.SECONDARY,
            Grade.DOCUMENTED,
            person_name="Imra",
            call_reference=self._reference(task, "call"),
            document=self._reference(task, "receipt"),
            says=Said.RECEIVED,
            holder=Party.SECONDARY,
            pending_action="decide the claim",
            promised_date=promised.date(),
        )
        await self._finish(task)

    async def send_document(self, task: Task) -> None:
        """F12: fax what the payer asked for, with an attachment control number; sent is not received."""
        asked = self._payers.asks_for(task.script)
        if asked is None:
            return
        _, copies = asked
        await self._correction(task, f"document-{copies}", "document", CASE_MANAGER)
        self._payers.send_document(task.script, copies)
        await self._finish(task)

    async def close_coverage(self, task: Task) -> None:
        """F14: look for other coverage, Medicaid in retrospect included; find a newer policy, or none."""
        found = task.script.policy_found
        step = "found" if found else "ended"
        await self._correction(task, step, "coverage", REGISTRAR, sender=Party.REGISTRATION, field=step)
        if found:
            await self._correct_member(task, REGISTRAR)
        else:
            self._posting.leave_to_patient(task.script)
        await self._finish(task)


def _with_wrong_record(task: Task) -> tuple[Party, ...]:
    """Whose COB record is wrong: both payers', or the secondary's alone."""
    return PRIMARY_AND_SECONDARY if task.script.truth is Mode.BOTH_SECOND else (Party.SECONDARY,)
