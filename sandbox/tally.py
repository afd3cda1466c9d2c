"""What the world counts while it runs: the facts against which Baton is scored."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from journey.words import Cents


@dataclass
class Tally:
    """Counters of one world; claim numbers are the provider's own."""

    requests: int = 0
    """Secondary claims received from Baton."""
    questions: int = 0
    unknown: int = 0
    """Requests about a claim or a payer that the world does not have."""
    unreadable: int = 0
    """Files of Baton's that were refused whole or in part, or could not be answered at all."""
    unclean_claims: Counter[str] = field(default_factory=Counter)
    """Claims that a payer's own arithmetic or edits refused (`sandbox.claim_check`), by claim number."""
    objections: list[str] = field(default_factory=list)
    """What was wrong with them, in words."""
    duplicates: Counter[str] = field(default_factory=Counter)
    """First-time claims that arrived while the payer had the claim already, by claim number."""
    before_cob_verified: Counter[str] = field(default_factory=Counter)
    """Claims sent while the payer's order of insurers was still wrong (I6), by claim number."""
    first_time_after_denial: Counter[str] = field(default_factory=Counter)
    """Frequency 1 where the payer had denied the claim and wants 7; by claim number."""
    on_old_numbers: Counter[str] = field(default_factory=Counter)
    """Claims sent while the primary had no decision that stands, by claim number."""
    unsettled: set[str] = field(default_factory=set)
    """Claims whose primary has no decision that stands: taken back, or denied for the order of insurers."""
    decided_again: set[str] = field(default_factory=set)
    """Claims on which the primary has spoken its second and last word."""
    notices: Counter[str] = field(default_factory=Counter)
    """Notices that reached the desk, by kind."""
    broke_at: dict[str, datetime] = field(default_factory=dict)
    """When each break could first be seen."""
    owed: dict[str, list[tuple[datetime, Cents | None]]] = field(default_factory=dict)
    """What the patient truly owed from when on, payments aside; None while insurers are not done."""
    patient_paid: dict[str, list[tuple[datetime, Cents]]] = field(default_factory=dict)
    """What the patient paid, less refunds, from when on."""
    complete_at: dict[str, datetime] = field(default_factory=dict)
    """When each journey was over in the world."""

    def broke(self, claim_number: str, at: datetime) -> None:
        """Note when a claim's journey broke; only the first time counts."""
        self.broke_at.setdefault(claim_number, at)

    def owes(self, claim_number: str, at: datetime, cents: Cents | None) -> None:
        """Note what the patient owes from a moment on; None reopens the question."""
        self.owed.setdefault(claim_number, []).append((at, cents))

    def has_paid(self, claim_number: str, at: datetime, cents: Cents) -> None:
        """Note what the patient has paid in all, from a moment on."""
        self.patient_paid.setdefault(claim_number, []).append((at, cents))

    def owed_at(self, claim_number: str, at: datetime) -> Cents | None:
        """What the patient truly had left to pay at a moment; None while insurers are not done."""
        said = [cents for since, cents in self.owed.get(claim_number, []) if since <= at]
        if not said or said[-1] is None:
            return None
        paid = [cents for since, cents in self.patient_paid.get(claim_number, []) if since <= at]
        return max(said[-1] - (paid[-1] if paid else 0), 0)

    def complete(self, claim_number: str, at: datetime) -> None:
        """Note that a journey is over."""
        self.complete_at.setdefault(claim_number, at)
