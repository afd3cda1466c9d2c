"""A payer's payment runs: claims of one day in one remittance that balances, takebacks and all."""

from __future__ import annotations

from datetime import datetime
from random import Random

from journey.words import Cents
from sandbox.people import Payer, Practice
from sandbox.post_office import Stream
from sandbox.scene import Scene, opaque, payer_partner, provider
from sandbox.x12_remittance import (
    REVERSAL,
    Payment,
    ProviderAdjustment,
    RemittedClaim,
    remittance_set,
    total_paid,
)
from sandbox.x12_writer import TransactionSet

EARLIEST_HOUR = 11


class PaymentRuns:
    """One payer's 835 files; what a takeback leaves unpaid is carried to the next run (PLB FB)."""

    def __init__(self, scene: Scene, payer: Payer, practice: Practice) -> None:
        """Runs on business days, at an hour of the payer's own."""
        self._scene = scene
        self._payer = payer
        self._practice = practice
        self._owed_by_provider: Cents = 0
        hour = EARLIEST_HOUR + int(payer.payer_id) % 4
        self._stream = Stream[RemittedClaim](
            name=f"835-{payer.payer_id}",
            sender=payer_partner(payer.payer_id, payer.name),
            receiver=provider(practice),
            hours=(hour,),
            compose=self._compose,
        )

    def post(self, claim: RemittedClaim, ready: datetime) -> datetime:
        """Put a decided claim into the first run from `ready` on; gives the moment of that run, its payment date."""
        return self._scene.office.post(self._stream, claim, ready)

    def _compose(self, claims: list[RemittedClaim], run: datetime) -> list[TransactionSet]:
        rng = Random(f"payment {self._scene.seed} {self._payer.payer_id} {run}")
        # X12 recommends reversals first (field notes 1.7).
        ordered = sorted(claims, key=lambda each: each.status != REVERSAL)
        trace = f"{self._payer.payer_id}{run:%y%m%d}{rng.randint(100, 999)}"
        plb = self._carried(total_paid(ordered), trace) + self._unrelated(total_paid(ordered), rng)
        return [remittance_set(ordered, Payment(self._payer, self._practice, run.date(), trace, plb))]

    def _carried(self, total: Cents, trace: str) -> tuple[ProviderAdjustment, ...]:
        if total < 0:
            self._owed_by_provider -= total
            return (ProviderAdjustment("FB", trace, total),)
        taken = min(total, self._owed_by_provider)
        self._owed_by_provider -= taken
        return (ProviderAdjustment("FB", trace, taken),) if taken else ()

    def _unrelated(self, total: Cents, rng: Random) -> tuple[ProviderAdjustment, ...]:
        """Now and then interest, which names no claim."""
        if total <= 0 or rng.random() > 0.1:
            return ()
        return (ProviderAdjustment("L6", opaque("interest", rng.random()).upper(), -rng.randint(10, 400)),)
