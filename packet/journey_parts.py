"""How a packet tells the journey: the claim, its hops, where it broke, its deadlines."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from journey.words import Cents, Frozen, Moment, Party
from packet.readers import Datum, Holds


class Policy(Frozen):
    """One policy, in the order billed."""

    about: Party = Party.UNKNOWN
    order: Annotated[int | None, Holds(Datum.POLICY)] = None
    payer_name: Annotated[str, Holds(Datum.POLICY)] = ""
    payer_id: Annotated[str, Holds(Datum.POLICY)] = ""
    payer_class: Annotated[str, Holds(Datum.POLICY)] = ""
    member_id: Annotated[str, Holds(Datum.MEMBER_ID)] = ""
    group_number: Annotated[str, Holds(Datum.MEMBER_ID)] = ""
    policyholder: Annotated[str, Holds(Datum.POLICYHOLDER)] = ""


class ClaimLine(Frozen):
    """One billed line."""

    number: Annotated[int | None, Holds(Datum.LINES)] = None
    procedure: Annotated[str, Holds(Datum.LINES)] = ""
    units: Annotated[str, Holds(Datum.LINES)] = ""
    service_date: Annotated[date | None, Holds(Datum.LINES)] = None
    charge: Annotated[Cents | None, Holds(Datum.LINES)] = None


class ClaimPart(Frozen):
    """The claim as billed. Diagnoses are in no packet: no reader needs them for payment."""

    claim_number: Annotated[str, Holds(Datum.CLAIM_NUMBER)] = ""
    patient: Annotated[str, Holds(Datum.PATIENT)] = ""
    birth_date: Annotated[date | None, Holds(Datum.BIRTH_DATE)] = None
    form: Annotated[str, Holds(Datum.SERVICE)] = ""
    service_from: Annotated[date | None, Holds(Datum.SERVICE)] = None
    service_to: Annotated[date | None, Holds(Datum.SERVICE)] = None
    billed_on: Annotated[date | None, Holds(Datum.SERVICE)] = None
    charge: Annotated[Cents | None, Holds(Datum.CHARGE)] = None
    provider_npi: Annotated[str, Holds(Datum.PROVIDER)] = ""
    provider_tin: Annotated[str, Holds(Datum.PROVIDER)] = ""
    policies: tuple[Policy, ...] = ()
    lines: tuple[ClaimLine, ...] = ()


class Evidence(Frozen):
    """One fact as something rests on it, by its entry in the record."""

    about: Party = Party.UNKNOWN
    entry: Annotated[int | None, Holds(Datum.EVIDENCE)] = None
    happened_at: Annotated[Moment | None, Holds(Datum.EVIDENCE)] = None
    says: Annotated[str, Holds(Datum.EVIDENCE)] = ""


class HopPart(Frozen):
    """One hop of the journey, and what shows that it happened."""

    about: Party = Party.UNKNOWN
    hop: Annotated[str, Holds(Datum.HOP)] = ""
    proven: Annotated[bool | None, Holds(Datum.HOP)] = None
    grade: Annotated[str, Holds(Datum.HOP)] = ""
    at: Annotated[Moment | None, Holds(Datum.HOP)] = None
    by: Annotated[str, Holds(Datum.HOP)] = ""
    """A role, since operators learn no payer's name."""
    rests_on: tuple[Evidence, ...] = ()
    against: tuple[Evidence, ...] = ()


class BreakPart(Frozen):
    """Where the journey broke, and what speaks for and against it."""

    mode: Annotated[str, Holds(Datum.BREAK)] = ""
    means: Annotated[str, Holds(Datum.BREAK)] = ""
    state: Annotated[str, Holds(Datum.BREAK)] = ""
    in_force: Annotated[bool | None, Holds(Datum.BREAK)] = None
    found_at: Annotated[Moment | None, Holds(Datum.BREAK)] = None
    reason: Annotated[str, Holds(Datum.BREAK_WORDS)] = ""
    ask_provider: Annotated[str, Holds(Datum.BREAK_WORDS)] = ""
    ask_payer: Annotated[str, Holds(Datum.BREAK_WORDS)] = ""
    speaks_for: tuple[Evidence, ...] = ()
    speaks_against: tuple[Evidence, ...] = ()


class ClockPart(Frozen):
    """One running deadline: what started it, when it rings, what moved it."""

    name: Annotated[str, Holds(Datum.CLOCK)] = ""
    title: Annotated[str, Holds(Datum.CLOCK)] = ""
    started_at: Annotated[Moment | None, Holds(Datum.CLOCK)] = None
    soft: Annotated[Moment | None, Holds(Datum.CLOCK)] = None
    hard: Annotated[Moment | None, Holds(Datum.CLOCK)] = None
    rang: Annotated[tuple[str, ...], Holds(Datum.CLOCK)] = ()
    cut_by: Annotated[str, Holds(Datum.CLOCK)] = ""
    started_by: Annotated[str, Holds(Datum.CLOCK_WORDS)] = ""
    moved_by: Annotated[tuple[str, ...], Holds(Datum.CLOCK_WORDS)] = ()


class ClockEvent(Frozen):
    """What became of a deadline: it started, moved, rang or stopped."""

    at: Annotated[Moment | None, Holds(Datum.CLOCK)] = None
    says: Annotated[str, Holds(Datum.CLOCK)] = ""
    entry: Annotated[int | None, Holds(Datum.CLOCK)] = None
    because: Annotated[str, Holds(Datum.CLOCK_WORDS)] = ""
