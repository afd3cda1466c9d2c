"""The drop folder as a trading partner reads it: plain JSON, own models, and only what a partner needs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from journey.words import Frozen, Moment


class NamedPolicy(Frozen):
    """One policy as the request names it."""

    payer_id: str
    member_id: str = ""


class RequestedClaim(Frozen):
    """The claim inside a request, as far as a payer looks."""

    claim_number: str
    coverages: tuple[NamedPolicy, ...]


class ClaimRequest(Frozen):
    """A secondary claim that Baton asks to be sent."""

    kind: Literal["secondary_claim"] = "secondary_claim"
    submission_id: str
    group_control: str = ""
    transaction_control: str = ""
    frequency: str = "1"
    payer_id: str
    claim: RequestedClaim
    written_at: Moment

    @property
    def claim_number(self) -> str:
        """CLM01."""
        return self.claim.claim_number

    @property
    def sent_at(self) -> datetime:
        """When it was written, in case time."""
        return self.written_at

    @property
    def member_id(self) -> str:
        """The member id stated for the payer that is billed; empty if the claim names no such payer."""
        return next((each.member_id for each in self.claim.coverages if each.payer_id == self.payer_id), "")


class StatusRequest(Frozen):
    """A question about a claim."""

    kind: Literal["status_question"] = "status_question"
    question_id: str
    payer_id: str
    claim_number: str
    member_id: str = ""
    asked_at: Moment

    @property
    def sent_at(self) -> datetime:
        """When it was asked, in case time."""
        return self.asked_at


Request = Annotated[ClaimRequest | StatusRequest, Field(discriminator="kind")]
"""Anything that Baton puts into the drop folder."""

REQUEST: TypeAdapter[ClaimRequest | StatusRequest] = TypeAdapter(Request)
"""Reads one request."""


def take(drop: Path) -> Iterator[ClaimRequest | StatusRequest]:
    """Every complete request in the folder, oldest name first; each is moved to `taken/` before it is handled."""
    taken = drop / "taken"
    for path in sorted([*drop.glob("*.claim.json"), *drop.glob("*.status.json")]):
        taken.mkdir(exist_ok=True)
        moved = path.replace(taken / path.name)
        yield REQUEST.validate_json(moved.read_bytes())
