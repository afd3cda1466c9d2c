"""The posting clerks: what reaches the ledger from remittances and deposits, and what they get wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from journey.words import Cents, Mode
from sandbox.account import Part
from sandbox.adjudication import Adjudication, reported_twice
from sandbox.claim_file import SECOND, Decided
from sandbox.days import after_business_days
from sandbox.scene import Scene
from sandbox.truth import Manner, Posting, Script

BANK_OPENS = timedelta(hours=5)
"""From a payment run in the morning to the bank's credit of the same day."""
POSTING_WORK = timedelta(hours=2)
UNPOSTED_AFTER_BD = 2
"""Business days from a reversal's remittance to its posting."""

TakeBack = Callable[[Script], datetime]


class PostingDesk:
    """Posts all payers' decisions, each after its delay."""

    def __init__(self, scene: Scene) -> None:
        """Books into the world's ledger."""
        self._scene = scene
        self._ledger = scene.ledger
        self._tally = scene.tally
        self._wrong: set[str] = set()
        self._overpaid: set[str] = set()
        self._primary_at: dict[str, datetime] = {}
        self.take_back: TakeBack | None = None
        """Has a payment taken back; set once both sides of the world exist."""

    # The primary

    def primary_remitted(self, script: Script, run: datetime) -> None:
        """Post the primary's decision; the rest becomes the patient's balance, and that is the danger."""
        at = self._post_primary_at(script, run)
        if script.truth is not Mode.BOTH_SECOND or script.primary.patient_share:
            self._scene.clock.at(at, partial(self._post_primary, script, script.primary))
        if script.patient_pays:
            self._scene.clock.at(script.days(at, "patient_pays"), partial(self._patient_pays, script))

    def primary_reversed(self, script: Script, run: datetime) -> None:
        """Take the primary's posting back; nobody owes anything but the primary then."""
        self._scene.clock.at(self._post_primary_at(script, run), partial(self._unpost_primary, script))

    def primary_decided_again(self, script: Script, run: datetime) -> None:
        """Post the decision that stands, in place of what a denial had left to the patient."""
        self._scene.clock.at(self._post_primary_at(script, run), partial(self._post_primary_again, script))

    def _post_primary_at(self, script: Script, run: datetime) -> datetime:
        at = self._primary_at[script.claim_number] = script.bd(run, "primary_posting_bd") + POSTING_WORK
        return at

    async def _post_primary(self, script: Script, decision: Adjudication) -> None:
        shares = {each.line.control_number: each.of("PR") for each in decision.lines}
        now = self._scene.clock.now
        self._ledger.primary_posted(script.claim_number, decision.paid, decision.written_off, now, shares=shares)

    async def _unpost_primary(self, script: Script) -> None:
        self._ledger.unpost_primary(script.claim_number, self._scene.clock.now)

    async def _post_primary_again(self, script: Script) -> None:
        if not script.reversed_by_primary and script.primary.patient_share:
            await self._unpost_primary(script)
        await self._post_primary(script, script.standing)

    async def _patient_pays(self, script: Script) -> None:
        account, now = script.claim_number, self._scene.clock.now
        self._ledger.patient_pays(account, script.patient_pays, now)
        self._tally.has_paid(account, now, script.patient_pays)

    # The later payers

    def remitted(self, decided: Decided) -> None:
        """Bank the payment and post the decision, rightly or not; what the patient owes is decided already."""
        script, run = decided.turn.script, decided.run
        if script.truth is Mode.PATIENT_PAID:
            self._tally.broke(script.claim_number, run)
        if decided.part != 1 and (decided.turn.rank > SECOND or script.tertiary is None):
            self._tally.owes(script.claim_number, run, _owed(decided))
        banked = run
        if decided.decision.paid and decided.turn.manner is not Manner.KEPT:
            banked = script.bd(run, "deposit_bd") + BANK_OPENS
            self._scene.clock.at(banked, partial(self._deposit, script, decided.decision.paid))
        # A secondary that decides first waits: its payment comes off what the primary leaves.
        posted = max(script.bd(banked, "posting_bd"), self._primary_at[script.claim_number]) + POSTING_WORK
        self._scene.clock.at(posted, partial(self._post, decided))

    def given_back(self, script: Script, run: datetime) -> None:
        """Bank and post what a payer had recouped and gives back."""
        self._tally.owes(script.claim_number, run, script.final.owed)
        banked = script.bd(run, "deposit_bd") + BANK_OPENS
        self._scene.clock.at(banked, partial(self._deposit, script, script.final.paid))
        posted = script.bd(banked, "posting_bd") + POSTING_WORK
        self._scene.clock.at(posted, partial(self._post_whole, script, script.final))

    async def _deposit(self, script: Script, cents: Cents) -> None:
        self._ledger.deposit(script.claim_number, cents, self._scene.clock.now)

    async def _post(self, decided: Decided) -> None:
        script, decision, now = decided.turn.script, decided.decision, self._scene.clock.now
        account = script.claim_number
        if decided.turn.rank > SECOND:
            self._ledger.post_next(account, decision.paid, decision.written_off, decision.owed, now)
            self._settled(script, last=True)
        elif decided.part:
            self._post_part(decided)
        elif script.posting is Posting.RIGHT and script.manner is not Manner.KEPT:
            await self._post_whole(script, decision)
        else:
            self._post_wrong(script, decision)
            self._is_wrong(script)

    async def _post_whole(self, script: Script, decision: Adjudication) -> None:
        self._ledger.post_secondary(
            script.claim_number,
            decision.paid,
            decision.written_off,
            decision.owed,
            self._scene.clock.now,
            parts=_parts(decision),
        )
        self._settled(script)

    def _post_part(self, decided: Decided) -> None:
        """A split claim: the first part as it comes, the second when it comes, or never."""
        script, decision, now = decided.turn.script, decided.decision, self._scene.clock.now
        account, parts = script.claim_number, _parts(decision)
        if decided.part == 1:
            self._ledger.post_as_read(account, decision.paid, decision.written_off, now, parts=parts)
        elif script.posting is Posting.IN_PART:
            self._is_wrong(script)
        else:
            owed = script.final.owed
            self._ledger.post_next(account, decision.paid, decision.written_off, owed, now, parts=parts)
            self._settled(script)

    def _post_wrong(self, script: Script, decision: Adjudication) -> None:
        account, now = script.claim_number, self._scene.clock.now
        if script.posting is Posting.SUSPENSE:
            self._ledger.post_to_suspense(account, decision.paid, now)
        elif script.posting is Posting.WRONG_BUCKET:
            self._ledger.post_wrong_bucket(account, decision.paid, now)
        elif script.posting is Posting.IN_PART:
            first = _parts(decision)[:1]
            self._ledger.post_as_read(account, first[0].paid, first[0].adjustments, now, parts=first)
        elif script.posting is Posting.AS_READ:
            read = reported_twice(decision) if script.manner is Manner.TWICE else decision
            paid, adjusted = decision.paid + decision.paid_to_patient, read.written_off
            self._ledger.post_as_read(account, paid, adjusted, now)
        elif script.posting is Posting.SHARE_LEFT:
            self._ledger.post_secondary(account, decision.paid, decision.written_off, decision.owed, now)

    def _is_wrong(self, script: Script) -> None:
        self._wrong.add(script.claim_number)
        self._tally.broke(script.claim_number, self._scene.clock.now)

    def _settled(self, script: Script, last: bool = False) -> None:
        """What is posted is right; a takeback, a third payer or a refund may still come."""
        account, now = script.claim_number, self._scene.clock.now
        if script.tertiary is not None and not last:
            if script.truth is Mode.TERTIARY_DUE:
                self._tally.broke(account, now)
        elif script.truth is Mode.TAKEBACK and account not in self._tally.broke_at:
            self._scene.clock.at(script.days(now, "takeback"), partial(self._taken_back, script))
        elif self._ledger.patient_paid(account) > script.patient_owes:
            self._overpaid.add(account)
            self._tally.broke(account, now)
        else:
            self._tally.complete(account, now)

    async def _taken_back(self, script: Script) -> None:
        assert self.take_back is not None
        run = self.take_back(script)
        unposted = after_business_days(run, UNPOSTED_AFTER_BD)
        self._scene.clock.at(unposted, partial(self._unpost, script))

    async def _unpost(self, script: Script) -> None:
        now = self._scene.clock.now
        self._ledger.deposit(script.claim_number, -script.secondary.paid, now)
        self._ledger.unpost_secondary(script.claim_number, now)
        self._tally.owes(script.claim_number, now, None)

    # What a review finds

    def posted_wrong(self, script: Script) -> bool:
        """True while the ledger does not show what the secondary decided."""
        return script.claim_number in self._wrong

    def overpaid(self, script: Script) -> bool:
        """True while all is posted and the patient has paid more than was owed."""
        return script.claim_number in self._overpaid

    def correct(self, script: Script) -> None:
        """Find the remittance and post it as it should have been; what nobody may bill is let go."""
        account, now, decision = script.claim_number, self._scene.clock.now, script.final
        self._wrong.discard(account)
        if script.posting is Posting.SHARE_LEFT:
            self._ledger.write_off(account, now)
        else:
            self._ledger.correct(
                account, decision.paid, decision.written_off, decision.owed, now, parts=_parts(decision)
            )
        self._settled(script)

    def refund(self, script: Script) -> None:
        """Give the patient back what was paid beyond what was owed."""
        account, now = script.claim_number, self._scene.clock.now
        self._overpaid.discard(account)
        self._ledger.refund_patient(account, self._ledger.patient_paid(account) - script.patient_owes, now)
        self._tally.has_paid(account, now, script.patient_owes)
        self._tally.complete(account, now)

    def write_off(self, script: Script) -> None:
        """Let the rest go: nobody may be billed for it."""
        now = self._scene.clock.now
        self._ledger.write_off(script.claim_number, now)
        self._tally.owes(script.claim_number, now, 0)
        self._tally.complete(script.claim_number, now)

    def leave_to_patient(self, script: Script) -> None:
        """F14: no other coverage is to be found, so what the primary left is the patient's."""
        now = self._scene.clock.now
        self._tally.owes(script.claim_number, now, script.patient_owes)
        self._tally.complete(script.claim_number, now)


def _owed(decided: Decided) -> Cents:
    """What the patient owes from this decision on."""
    script = decided.turn.script
    if script.truth is Mode.PATIENT_PROTECTED:
        return 0
    return script.final.owed if decided.part else decided.decision.owed


def _parts(decision: Adjudication) -> tuple[Part, ...]:
    """The posting of a later payer's decision by service line."""
    return tuple(
        Part(each.line.control_number, each.paid, each.of("CO") + each.under("209")) for each in decision.lines
    )
