"""What all partners of one world share: the clock, the post, the ledger, the counters, and claims on their way."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal

from sandbox.clock import Clock
from sandbox.ledger import Ledger
from sandbox.people import Practice
from sandbox.post_office import PostOffice
from sandbox.requests import ClaimRequest
from sandbox.tally import Tally
from sandbox.truth import Script
from sandbox.x12_writer import Partner, Separators


@dataclass(frozen=True)
class Scene:
    """The common ground of one world."""

    clock: Clock
    office: PostOffice
    ledger: Ledger
    tally: Tally
    seed: int


@dataclass(frozen=True)
class Incoming:
    """One secondary claim on its way to the payer.

    Attributes:
        script: Whose claim it is.
        channel: Who sent it: the crossover carrier, the provider's billing system, or Baton.
        member_id: The id that it states.
        frequency: CLM05-3.
        number: What the clearinghouse returns in REF*D9; empty for a crossover.
        request: The claim itself, where Baton sent it.
        rank: The place of the payer that it is for: 2 the secondary, 3 the tertiary.
    """

    script: Script
    channel: Literal["crossover", "billed", "baton"]
    member_id: str
    frequency: str = "1"
    number: str = ""
    request: ClaimRequest | None = None
    rank: int = 2


def provider(practice: Practice) -> Partner:
    """The provider's billing system as an end of an interchange."""
    return Partner("QUARRYWALK", practice.name)


CLEARINGHOUSE = Partner("RELAYPOINT", "Relaypoint Exchange")

_WRITING = (
    Separators(),
    Separators(line_break=""),
    Separators("|", ">", "^", "~", ""),
    Separators("*", ":", "!", "'", "\n"),
    Separators("*", "<", "^", "~", "\r\n"),
)
"""Payers differ in delimiters and line breaks."""


def payer_partner(payer_id: str, name: str) -> Partner:
    """A payer as an end of an interchange, with its own way of writing."""
    return Partner(payer_id, name, _WRITING[int(payer_id) % len(_WRITING)])


def opaque(*parts: object) -> str:
    """A number that names nobody and is the same in every run of a seed."""
    return blake2b("/".join(map(str, parts)).encode(), digest_size=6).hexdigest()
