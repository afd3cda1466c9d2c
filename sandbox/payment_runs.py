"""A payer's payment runs: claims of one day in one remittance that balances, takebacks, debts and all."""

from __future__ import annotations

from datetime import datetime
from random import Random

from journey.words import Cents
from sandbox.people import PAYERS, Payer, Practice
from sandbox.post_office import Stream
from sandbox.relay import relayed
from sandbox.scene import Scene, opaque
from sandbox.x12_remittance import (
    REVERSAL,
    Payment,
    ProviderAdjustment,
    RemittedClaim,
    remittance_set,
    total_paid,
)
from sandbox.x12_writer import TransactionSet

PAYMENT_HOURS = (5,)
"""Remittances come overnight, as they do everywhere."""

Entry = RemittedClaim | ProviderAdjustment
"""What a run can hold: a decided claim, or money moved at provider level (PLB)."""


class PaymentRuns:
    """One payer's payments; what a run cannot take from its payments is carried to the next run (PLB FB)."""

    def __init__(self, scene: Scene, payer: Payer, practice: Practice) -> None:
        """A payer that is owed nothing yet."""
        self._scene = scene
        self._payer = payer
        self._practice = practice
        self._owed_by_provider: Cents = 0

    def compose(self, entries: list[Entry], run: datetime) -> TransactionSet:
        """The remittance of one run, with what earlier runs left to be taken."""
        rng = Random(f"payment {self._scene.seed} {self._payer.payer_id} {run}")
        claims = [each for each in entries if isinstance(each, RemittedClaim)]
        moved = tuple(each for each in entries if isinstance(each, ProviderAdjustment))
        # X12 recommends reversals first (field notes 1.7).
        ordered = sorted(claims, key=lambda each: each.status != REVERSAL)
        trace = f"{self._payer.payer_id}{run:%y%m%d}{rng.randint(100, 999)}"
        total = total_paid(ordered) - sum(each.cents for each in moved)
        plb = moved + self._carried(total, trace) + self._unrelated(total, rng)
        return remittance_set(ordered, Payment(self._payer, self._practice, run.date(), trace, plb))

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


class Payments:
    """The payment runs of all payers, whichever place they have on a claim; one file of all payers for a day."""

    def __init__(self, scene: Scene, practice: Practice) -> None:
        """One line of runs for each payer, on business days."""
        self._scene = scene
        runs = {each: PaymentRuns(scene, each, practice) for each in PAYERS}
        self._stream: Stream[tuple[Payer, Entry]] = relayed(
            "835", PAYMENT_HOURS, practice, lambda payer, entries, run: runs[payer].compose(entries, run)
        )

    def remit(self, claim: RemittedClaim, ready: datetime) -> datetime:
        """Put a decided claim into its payer's next run from `ready` on; gives the moment, its payment date."""
        return self._post(claim.policy.payer, claim, ready)

    def move(self, payer: Payer, adjustment: ProviderAdjustment, ready: datetime) -> datetime:
        """Move money at provider level in a payer's next run from `ready` on; gives the moment of that run."""
        return self._post(payer, adjustment, ready)

    def _post(self, payer: Payer, entry: Entry, ready: datetime) -> datetime:
        return self._scene.office.post(self._stream, (payer, entry), ready)
