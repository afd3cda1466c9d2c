"""By which numbers an acknowledgement names what was sent: interchange, group, set and batch."""

from __future__ import annotations

from edi.acknowledgement import (
    ClaimAcknowledgement,
    GroupAcknowledgement,
    InterchangeAcknowledgement,
    SetAcknowledgement,
)
from edi.claim import BilledClaim
from edi.sighting import Key

CLAIMS = "HC"
"""AK101 of claims; `HR`, a status question, says nothing about a claim."""


def sent_under(billed: BilledClaim) -> tuple[Key, ...]:
    """The numbers under which a claim left, as far as its file tells them."""
    where, batch = billed.where, billed.header.reference
    found: list[Key] = []
    if where.interchange_control:
        found.append(("interchange", _number(where.interchange_control)))
    if where.group_control:
        found.append(("group", _number(where.group_control)))
        found.append(("set", _set(where.group_control, where.transaction_control)))
    if batch:
        found.append(("batch", batch))
        found.append(("batch", _of_provider(batch, billed.billing.npi)))
    return tuple(found)


def goes_further(billed: BilledClaim) -> bool:
    """True for a claim to the secondary or tertiary payer."""
    return billed.coverage.sequence in ("S", "T")


def submission_of(billed: BilledClaim) -> str:
    """The id under which a claim of the provider's own to a further payer is known."""
    return f"theirs-{billed.digest[:16]}"


def acknowledged(item: SetAcknowledgement | GroupAcknowledgement | InterchangeAcknowledgement) -> Key:
    """What a 999 or TA1 speaks of."""
    if isinstance(item, InterchangeAcknowledgement):
        return "interchange", _number(item.acknowledged_interchange)
    group = item.header.acknowledged_group
    if isinstance(item, SetAcknowledgement):
        return "set", _set(group, item.set_control)
    return "group", _number(group)


def refused_batch(item: ClaimAcknowledgement) -> tuple[Key, ...]:
    """What a 277CA above claim level speaks of: the whole batch, or one provider's part of it."""
    if item.level == "receiver":
        return (("batch", item.trace),) if item.trace else ()
    npi, batch = item.provider.identifier if item.provider else "", item.header.batch
    return (("batch", _of_provider(batch, npi)),) if batch and npi else ()


def _set(group: str, transaction: str) -> str:
    return f"{_number(group)}/{_number(transaction)}"


def _of_provider(batch: str, npi: str) -> str:
    return f"{batch}|{npi}"


def _number(text: str) -> str:
    """Control numbers are compared without the zeros before them."""
    return text.strip().lstrip("0")
