"""What a packet holds. Every field names its kind of data, and is empty where its reader may not see it."""

from __future__ import annotations

from typing import Annotated, Final

from journey.words import Frozen, Moment, Party
from packet.account_parts import BalancePart, ClosingPoint, EscalationPart, FilingPart, HoldPart, OrderPart
from packet.dealing_parts import ContactPart, CorrectionPart, DecisionPart, SubmissionPart
from packet.journey_parts import BreakPart, ClaimPart, ClockEvent, ClockPart, HopPart
from packet.readers import Datum, Holds

FORMAT: Final = "baton packet 1"


class Asked(Frozen):
    """Who asked for the packet, when, for whom, and how the case stood then."""

    case_id: Annotated[str, Holds(Datum.PACKET)] = ""
    revision: Annotated[int | None, Holds(Datum.PACKET)] = None
    as_of: Annotated[Moment | None, Holds(Datum.PACKET)] = None
    """When the case last changed."""
    made_at: Annotated[Moment | None, Holds(Datum.PACKET)] = None
    made_by: Annotated[str, Holds(Datum.PACKET)] = ""
    reader: Annotated[str, Holds(Datum.PACKET)] = ""
    payer: Annotated[str, Holds(Datum.PACKET)] = ""
    """The role of the payer that reads; empty for other readers."""
    payer_name: Annotated[str, Holds(Datum.PACKET)] = ""
    time_zone: Annotated[str, Holds(Datum.PACKET)] = "UTC"
    """The provider's: days in the packet begin and end there."""
    plan_version: Annotated[str, Holds(Datum.PACKET)] = ""
    """The plan that the case follows."""


class Standing(Frozen):
    """Where the case stands: its sentence, who has the file, how it ended."""

    sentence: Annotated[str, Holds(Datum.SENTENCE)] = ""
    holder: Annotated[str, Holds(Datum.HOLDER)] = ""
    must: Annotated[str, Holds(Datum.HOLDER_WORDS)] = ""
    since: Annotated[Moment | None, Holds(Datum.HOLDER)] = None
    by: Annotated[Moment | None, Holds(Datum.HOLDER)] = None
    resolution: Annotated[str, Holds(Datum.RESULT)] = ""
    resolved_at: Annotated[Moment | None, Holds(Datum.RESULT)] = None
    closed_at: Annotated[Moment | None, Holds(Datum.RESULT)] = None
    attention: Annotated[tuple[str, ...], Holds(Datum.ATTENTION)] = ()


class Entry(Frozen):
    """One entry of the evidence, as written."""

    about: Party = Party.UNKNOWN
    seq: Annotated[int | None, Holds(Datum.ENTRY)] = None
    fact_id: Annotated[str, Holds(Datum.ENTRY)] = ""
    kind: Annotated[str, Holds(Datum.ENTRY)] = ""
    happened_at: Annotated[Moment | None, Holds(Datum.ENTRY)] = None
    learnt_at: Annotated[Moment | None, Holds(Datum.ENTRY)] = None
    sender: Annotated[str, Holds(Datum.ENTRY)] = ""
    applied: Annotated[bool | None, Holds(Datum.ENTRY)] = None
    hash: Annotated[str, Holds(Datum.ENTRY)] = ""
    says: Annotated[str, Holds(Datum.ENTRY_WORDS)] = ""
    reasons: Annotated[tuple[str, ...], Holds(Datum.REASON)] = ()


class FilePart(Frozen):
    """A file that evidence was read from."""

    digest: Annotated[str, Holds(Datum.FILE)] = ""
    """SHA-256 of its bytes."""
    received_at: Annotated[Moment | None, Holds(Datum.FILE)] = None
    kinds: Annotated[tuple[str, ...], Holds(Datum.FILE)] = ()
    entries: Annotated[tuple[int, ...], Holds(Datum.FILE)] = ()


class ChainPart(Frozen):
    """The evidence chain when the packet was made."""

    entries: Annotated[int | None, Holds(Datum.CHAIN)] = None
    """How many entries stand whole, from the first."""
    head: Annotated[str, Holds(Datum.CHAIN)] = ""
    """The hash of the last of them."""
    verified: Annotated[bool | None, Holds(Datum.CHAIN)] = None
    broken_at: Annotated[int | None, Holds(Datum.CHAIN)] = None
    problem: Annotated[str, Holds(Datum.CHAIN)] = ""


class Packet(Frozen):
    """One case as one reader may see it."""

    format: Annotated[str, Holds(Datum.PACKET)] = FORMAT
    asked: Asked = Asked()
    masked: Annotated[tuple[str, ...], Holds(Datum.PACKET)] = ()
    """Kinds of data that this reader gets in part."""
    withheld: Annotated[tuple[str, ...], Holds(Datum.PACKET)] = ()
    """Kinds of data that this reader does not get."""
    standing: Standing = Standing()
    claim: ClaimPart = ClaimPart()
    filing: FilingPart = FilingPart()
    hops: tuple[HopPart, ...] = ()
    breaks: tuple[BreakPart, ...] = ()
    submissions: tuple[SubmissionPart, ...] = ()
    contacts: tuple[ContactPart, ...] = ()
    corrections: tuple[CorrectionPart, ...] = ()
    decisions: tuple[DecisionPart, ...] = ()
    balance: BalancePart = BalancePart()
    hold: HoldPart = HoldPart()
    escalations: tuple[EscalationPart, ...] = ()
    orders: tuple[OrderPart, ...] = ()
    closing: tuple[ClosingPoint, ...] = ()
    clocks: tuple[ClockPart, ...] = ()
    clock_events: tuple[ClockEvent, ...] = ()
    record: tuple[Entry, ...] = ()
    files: tuple[FilePart, ...] = ()
    chain: ChainPart = ChainPart()
    digest: Annotated[str, Holds(Datum.PACKET)] = ""
    """SHA-256 over everything else; see `packet.digests`."""
