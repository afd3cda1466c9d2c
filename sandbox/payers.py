"""The primary payers, and the crossover carrier that takes claims from payer to payer, or loses them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial

from journey.words import Mode
from sandbox.adjudication import Adjudication, reversed_decision
from sandbox.payment_runs import Payments
from sandbox.scene import Incoming, Scene, opaque
from sandbox.truth import Arrival, Bystander, Route, Script
from sandbox.x12_remittance import REVERSAL, OtherOrder, RemittedClaim

FORWARDED = "19"

Receive = Callable[[Incoming], Awaitable[None]]
Remitted = Callable[[Script, datetime], None]
"""Told when a remittance of the primary leaves that is not its first."""


class PrimaryPayers:
    """They decide first, say what they say of forwarding, pay, and sometimes think again."""

    def __init__(self, scene: Scene, payments: Payments) -> None:
        """Remits through the payers' common payment runs."""
        self._scene = scene
        self._payments = payments
        self.on_reversed: Remitted = lambda _script, _run: None
        self.on_decided_again: Remitted = lambda _script, _run: None

    def remit(self, script: Script) -> datetime:
        """Put the first decision into its run; gives the moment of that run."""
        other = script.bill.other
        denies = script.truth is Mode.BOTH_SECOND
        claim = self._claim(
            script,
            script.primary,
            script.primary_status,
            remarks=script.primary_remarks,
            other_order=OtherOrder(other.payer, other) if denies else None,
        )
        run = self._payments.remit(claim, script.remitted_at)
        if denies:
            self._scene.tally.unsettled.add(script.claim_number)
        elif script.reversed_by_primary:
            self._scene.clock.at(script.days(run, "primary_reversal"), partial(self._reverse, script))
        return run

    def remit_bystander(self, one: Bystander) -> None:
        """The same for a claim with one policy."""
        number = f"P{opaque(one.bill.claim_number, 'primary').upper()}"
        claim = RemittedClaim(one.bill, one.bill.primary, "1", one.primary, number, by_line=False)
        self._payments.remit(claim, one.remitted_at)

    def decide_again(self, script: Script) -> None:
        """Decide once more within the usual days: the COB record was put right, or the first decision reversed."""
        due = script.bd(self._scene.clock.now, "primary_again_bd")
        self._scene.clock.at(due, partial(self._decide_again, script))

    async def _reverse(self, script: Script) -> None:
        back = self._claim(script, reversed_decision(script.primary), REVERSAL)
        run = self._payments.remit(back, self._scene.clock.now)

        async def reversed_() -> None:
            self._scene.tally.broke(script.claim_number, run)
            self._scene.tally.unsettled.add(script.claim_number)
            self.on_reversed(script, run)
            self.decide_again(script)

        self._scene.clock.at(run, reversed_)

    async def _decide_again(self, script: Script) -> None:
        assert script.second is not None
        second, before = script.second, _number(script)
        claim = self._claim(script, second.decision, second.status, remarks=second.remarks, replaces=before)
        run = self._payments.remit(claim, self._scene.clock.now)

        async def decided() -> None:
            self._scene.tally.unsettled.discard(script.claim_number)
            self._scene.tally.decided_again.add(script.claim_number)
            self.on_decided_again(script, run)

        self._scene.clock.at(run, decided)

    def _claim(
        self,
        script: Script,
        decision: Adjudication,
        status: str,
        *,
        remarks: tuple[str, ...] = (),
        replaces: str = "",
        other_order: OtherOrder | None = None,
    ) -> RemittedClaim:
        bill = script.bill
        return RemittedClaim(
            bill=bill,
            policy=bill.primary,
            status=status,
            decision=decision,
            payer_claim_number=_number(script, again=bool(replaces)),
            remarks=remarks,
            # CLP02 19 demands the carrier's name; a remark alone comes without it (field notes 1.1).
            forwarded_to=bill.other.payer if status == FORWARDED else None,
            other_order=other_order,
            replaces=replaces,
        )


def _number(script: Script, again: bool = False) -> str:
    """CLP07 of the primary's first decision, or of its second."""
    return f"P{opaque(script.claim_number, 'primary again' if again else 'primary').upper()}"


class CrossoverCarrier:
    """Carries announced claims to the next payer."""

    def __init__(self, scene: Scene, receive: Receive) -> None:
        """Delivers to `receive`, the later payers' door."""
        self._scene = scene
        self._receive = receive

    def take(self, script: Script, remitted: datetime) -> None:
        """Take a claim from the primary at its remittance; some are never seen again."""
        if script.route is not Route.CROSSOVER:
            return
        if script.arrival in (Arrival.PROMPT, Arrival.SLOW):
            self._bring(script, script.days(remitted, "crossover"))
        elif script.arrival is Arrival.LOST:
            self._scene.tally.broke(script.claim_number, remitted)

    def take_onward(self, script: Script, remitted: datetime) -> None:
        """Take a claim from the secondary to the tertiary, where the secondary announced it."""
        self._bring(script, script.days(remitted, "crossover"), rank=3)

    def find_again(self, script: Script) -> None:
        """Bring a claim that was thought lost, a day after another was sent in its place."""
        self._bring(script, self._scene.clock.now + timedelta(days=1))

    def _bring(self, script: Script, at: datetime, rank: int = 2) -> None:
        claim = Incoming(script, "crossover", script.bill.policies[rank - 1].member_id, rank=rank)
        self._scene.clock.at(at, lambda: self._arrive(claim))

    async def _arrive(self, claim: Incoming) -> None:
        await self._receive(claim)
