"""The posting clerks: what reaches the ledger from remittances and deposits, and what they get wrong."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from journey.words import Mode
from sandbox.adjudication import Adjudication
from sandbox.days import after_business_days
from sandbox.scene import Scene
from sandbox.secondary_payers import SecondaryPayers
from sandbox.truth import Posting, Script

BANK_OPENS = timedelta(hours=5)
"""From a payment run in the morning to the bank's credit of the same day."""
POSTING_WORK = timedelta(hours=2)
UNPOSTED_AFTER_BD = 2
"""Business days from a reversal's remittance to its posting."""


class PostingDesk:
    """Posts both payers' decisions, each after its delay."""

    def __init__(self, scene: Scene) -> None:
        """Books into the world's ledger."""
        self._scene = scene
        self._ledger = scene.ledger
        self._wrong: set[str] = set()
        self._primary_at: dict[str, datetime] = {}
        self.payers: SecondaryPayers | None = None
        """Who takes payments back; set once both sides of the world exist."""

    def primary_remitted(self, script: Script, run: datetime) -> None:
        """Post the primary's decision; the rest becomes the patient's balance, and that is the danger."""
        at = self._primary_at[script.claim_number] = script.bd(run, "primary_posting_bd") + POSTING_WORK

        async def posted() -> None:
            primary = script.primary
            self._ledger.primary_posted(script.claim_number, primary.paid, primary.written_off, at)

        self._scene.clock.at(at, posted)

    def secondary_remitted(self, script: Script, decision: Adjudication, run: datetime) -> None:
        """Bank the payment and post the decision, rightly or not; what the patient owes is decided already."""
        self._scene.tally.owes(script.claim_number, run, decision.patient_share)
        banked = run
        if decision.paid:
            banked = script.bd(run, "deposit_bd") + BANK_OPENS
            self._scene.clock.at(banked, partial(self._deposit, script, decision.paid))
        # A secondary that decides first waits: its payment comes off what the primary leaves.
        posted = max(script.bd(banked, "posting_bd"), self._primary_at[script.claim_number]) + POSTING_WORK
        self._scene.clock.at(posted, partial(self._post, script, decision))

    async def _deposit(self, script: Script, cents: int) -> None:
        self._ledger.deposit(script.claim_number, cents, self._scene.clock.now)

    async def _post(self, script: Script, decision: Adjudication) -> None:
        account, now = script.claim_number, self._scene.clock.now
        if script.posting is Posting.RIGHT:
            self._ledger.post_secondary(account, decision.paid, decision.written_off, decision.patient_share, now)
            self._settled(script)
            return
        if script.posting is Posting.SUSPENSE:
            self._ledger.post_to_suspense(account, decision.paid, now)
        elif script.posting is Posting.WRONG_BUCKET:
            self._ledger.post_wrong_bucket(account, decision.paid, now)
        self._wrong.add(account)
        self._scene.tally.broke(account, now)

    def _settled(self, script: Script) -> None:
        """Both payers are done; a takeback may still come."""
        account, now = script.claim_number, self._scene.clock.now
        if script.truth is Mode.TAKEBACK and account not in self._scene.tally.broke_at:
            self._scene.clock.at(script.days(now, "takeback"), partial(self._taken_back, script))
        else:
            self._scene.tally.complete(account, now)

    async def _taken_back(self, script: Script) -> None:
        assert self.payers is not None
        run = self.payers.take_back(script)
        unposted = after_business_days(run, UNPOSTED_AFTER_BD)
        self._scene.clock.at(unposted, partial(self._unpost, script))

    async def _unpost(self, script: Script) -> None:
        now = self._scene.clock.now
        self._ledger.deposit(script.claim_number, -script.secondary.paid, now)
        self._ledger.unpost_secondary(script.claim_number, now)
        self._scene.tally.owes(script.claim_number, now, None)

    # What a review finds

    def posted_wrong(self, script: Script) -> bool:
        """True while the ledger does not show what the secondary decided."""
        return script.claim_number in self._wrong

    def correct(self, script: Script) -> None:
        """Find the remittance and post it as it should have been."""
        account, now, decision = script.claim_number, self._scene.clock.now, script.final
        self._ledger.correct(account, decision.paid, decision.written_off, decision.patient_share, now)
        self._wrong.discard(account)
        self._settled(script)

    def write_off(self, script: Script) -> None:
        """Let the rest go: nobody may be billed for it."""
        now = self._scene.clock.now
        self._ledger.write_off(script.claim_number, now)
        self._scene.tally.owes(script.claim_number, now, 0)
        self._scene.tally.complete(script.claim_number, now)
