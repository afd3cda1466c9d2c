"""Roles: which of the claim's payers a message comes from; a claim number alone never says so (field notes 0.5)."""

from __future__ import annotations

from journey.claim import Claim
from journey.facts import ClaimAcknowledged, CoverageChecked, Fact, RemitAdjudicated, StatusAnswered
from journey.words import Party

_BY_STATUS: dict[str, Party] = {
    "1": Party.PRIMARY,
    "19": Party.PRIMARY,
    "2": Party.SECONDARY,
    "20": Party.SECONDARY,
    "3": Party.TERTIARY,
    "21": Party.TERTIARY,
}
"""What CLP02 says of the payer's place; used only when its identity fits no policy (field notes 0, fact 6)."""


def placed(claim: Claim, fact: Fact) -> Fact:
    """The fact with its payer's role filled in, where the sender could not know it.

    A payer that fits no policy and whose message does not say its place stays UNKNOWN: a person must look.
    """
    if isinstance(fact, RemitAdjudicated) and fact.payer is Party.UNKNOWN:
        party = claim.party_of(fact.payer_ids, fact.payer_name)
        if party is Party.UNKNOWN:
            party = _BY_STATUS.get(fact.claim_status, Party.UNKNOWN)
        return fact.model_copy(update={"payer": party, "sender": party})
    if isinstance(fact, ClaimAcknowledged | StatusAnswered) and fact.sender is Party.UNKNOWN:
        return fact.model_copy(update={"sender": claim.party_of(fact.payer_ids, fact.payer_name)})
    if isinstance(fact, CoverageChecked) and fact.payer is Party.UNKNOWN:
        party = claim.party_of(fact.payer_ids, fact.payer_name)
        return fact.model_copy(update={"payer": party, "sender": party})
    return fact
