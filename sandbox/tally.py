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
    duplicates: Counter[str] = field(default_factory=Counter)
    """First-time claims that arrived while the payer had the claim already, by claim number."""
    before_cob_verified: Counter[str] = field(default_factory=Counter)
    """Claims sent while the payer's order of insurers was still wrong (I6), by claim number."""
    first_time_after_denial: Counter[str] = field(default_factory=Counter)
    """Frequency 1 where the payer had denied the claim and wants 7; by claim number."""
    notices: Counter[str] = field(default_factory=Counter)
    """Notices that reached the desk, by kind."""
    broke_at: dict[str, datetime] = field(default_factory=dict)
    """When each break could first be seen."""
    owed: dict[str, list[tuple[datetime, Cents | None]]] = field(default_factory=dict)
    """What the patient truly owed from when on; None while insurers are not done."""
    complete_at: dict[str, datetime] = field(default_factory=dict)
    """When each journey was over in the world."""

    def broke(self, claim_number: str, at: datetime) -> None:
        """Note when a claim's journey broke; only the first time counts."""
        self.broke_at.setdefault(claim_number, at)

    def owes(self, claim_number: str, at: datetime, cents: Cents | None) -> None:
        """Note what the patient owes from a moment on; None reopens the question."""
        self.owed.setdefault(claim_number, []).append((at, cents))

    def owed_at(self, claim_number: str, at: datetime) -> Cents | None:
        """What the patient truly owed at a moment; None while insurers are not done."""
        said = [cents for since, cents in self.owed.get(claim_number, []) if since <= at]
        return said[-1] if said else None

    def complete(self, claim_number: str, at: datetime) -> None:
        """Note that a journey is over."""
        self.complete_at.setdefault(claim_number, at)
