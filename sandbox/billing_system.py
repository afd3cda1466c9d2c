"""The provider's billing system: writes the claims to the primary, and some practices' own secondary claims."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sandbox.days import after_business_days
from sandbox.people import Practice
from sandbox.post_office import Stream
from sandbox.scene import CLEARINGHOUSE, Scene, provider
from sandbox.truth import Bystander, Script
from sandbox.x12_claim import OutgoingClaim, claim_set
from sandbox.x12_writer import Interchange, TransactionSet

BILLING_HOURS = (20,)
TakeFile = Callable[[list[Script], Interchange], None]
"""Where the billing system's files go: the clearinghouse."""


class BillingSystem:
    """Writes the provider's own claims; Baton gets a copy of every file."""

    def __init__(self, scene: Scene, practice: Practice, take_file: TakeFile) -> None:
        """`take_file` hears of every file with the secondary claims in it."""
        self._scene = scene
        self._take_file = take_file
        self._scripts: dict[str, Script] = {}
        self._streams = {
            form: Stream[OutgoingClaim](
                f"{form.lower()}-billing",
                provider(practice),
                CLEARINGHOUSE,
                BILLING_HOURS,
                self._compose,
                sent=self._sent,
            )
            for form in ("837P", "837I")
        }

    def bill_primary(self, script: Script, remitted: datetime) -> None:
        """Bill the primary; some copies reach Baton only after the primary's remittance."""
        ready = after_business_days(remitted, 1) if script.copy_late else script.billed_at
        self._scene.office.post(self._streams[script.bill.form], OutgoingClaim(script.bill), ready)
        self._open(script)

    def bill_bystander(self, one: Bystander) -> None:
        """Bill a claim with one policy."""
        self._scene.office.post(self._streams[one.bill.form], OutgoingClaim(one.bill), one.billed_at)

    def _open(self, script: Script) -> None:
        async def opened() -> None:
            charges = {line.control_number: line.charge for line in script.bill.lines}
            self._scene.ledger.open_account(script.claim_number, script.bill.charge, script.billed_at, charges=charges)

        self._scene.clock.at(script.billed_at, opened)

    def bill_secondary(self, script: Script, remitted: datetime) -> None:
        """Send the secondary claim as some practices do by themselves."""
        ready = script.bd(remitted, "own_bill_bd")
        self._scripts[script.claim_number] = script
        prior = None if script.bare else script.primary
        claim = OutgoingClaim(script.bill, "S", prior, remitted.date())
        run = self._scene.office.post(self._streams[script.bill.form], claim, ready)

        async def billed() -> None:
            self._scene.ledger.bill_secondary(script.claim_number, run.date())

        self._scene.clock.at(run, billed)

    def _compose(self, claims: list[OutgoingClaim], run: datetime) -> list[TransactionSet]:
        return [claim_set(claims, CLEARINGHOUSE, run, f"B{run:%y%m%d}")]

    def _sent(self, claims: list[OutgoingClaim], file: Interchange) -> None:
        seconds = [self._scripts[each.bill.claim_number] for each in claims if each.sequence == "S"]
        if seconds:
            self._take_file(seconds, file)
