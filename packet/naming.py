"""How a packet names the parties: payers by their names, desks and machines by their roles."""

from __future__ import annotations

from journey.claim import Claim
from journey.words import Party
from journey.writing import plainly


def party_name(claim: Claim, party: Party) -> str:
    """A payer's name as the claim has it; any other party's role."""
    return next((each.payer_name for each in claim.coverages if each.party is party), "") or plainly(party)
