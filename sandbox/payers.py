"""The primary payers, and the crossover carrier that takes claims from them to the secondary, or loses them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from sandbox.payment_runs import PaymentRuns
from sandbox.people import COMMERCIAL, MEDICARE, Practice
from sandbox.scene import Incoming, Scene, opaque
from sandbox.truth import Arrival, Bystander, Route, Script
from sandbox.x12_remittance import RemittedClaim

Receive = Callable[[Incoming], Awaitable[None]]


class PrimaryPayers:
    """They decide first, say what they say of forwarding, and pay."""

    def __init__(self, scene: Scene, practice: Practice) -> None:
        """One line of payment runs for each payer that is ever primary."""
        self._runs = {each.payer_id: PaymentRuns(scene, each, practice) for each in MEDICARE + COMMERCIAL}

    def remit(self, script: Script) -> datetime:
        """Put a decision into its run; gives the moment of that run."""
        policy = script.bill.primary
        claim = RemittedClaim(
            bill=script.bill,
            policy=policy,
            status=script.primary_status,
            decision=script.primary,
            payer_claim_number=f"P{opaque(script.claim_number, 'primary').upper()}",
            remarks=script.primary_remarks,
            # CLP02 19 demands the carrier's name; a remark alone comes without it (field notes 1.1).
            forwarded_to=script.bill.other.payer if script.primary_status == "19" else None,
        )
        return self._runs[policy.payer.payer_id].post(claim, script.remitted_at)

    def remit_bystander(self, one: Bystander) -> None:
        """The same for a claim with one policy."""
        number = f"P{opaque(one.bill.claim_number, 'primary').upper()}"
        claim = RemittedClaim(one.bill, one.bill.primary, "1", one.primary, number, by_line=False)
        self._runs[one.bill.primary.payer.payer_id].post(claim, one.remitted_at)


class CrossoverCarrier:
    """Carries announced claims to the secondary."""

    def __init__(self, scene: Scene, receive: Receive) -> None:
        """Delivers to `receive`, the secondary payers' door."""
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

    def find_again(self, script: Script) -> None:
        """Bring a claim that was thought lost, a day after another was sent in its place."""
        self._bring(script, self._scene.clock.now + timedelta(days=1))

    def _bring(self, script: Script, at: datetime) -> None:
        claim = Incoming(script, "crossover", script.bill.other.member_id)
        self._scene.clock.at(at, lambda: self._arrive(claim))

    async def _arrive(self, claim: Incoming) -> None:
        await self._receive(claim)
