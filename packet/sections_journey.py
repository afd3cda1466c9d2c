"""The sections that tell the journey: standing, claim, hops, break points, deadlines."""

from __future__ import annotations

from collections.abc import Iterable

from journey.writing import Calendar, dollars
from packet.contents import Packet
from packet.journey_parts import BreakPart, ClockPart, Evidence, HopPart, Policy
from packet.layout import Block, Text, grid, lines, named, pairs


def standing(packet: Packet, calendar: Calendar) -> tuple[Block, ...]:
    """The sentence, who has the file, what they must do, by when; how it ended."""
    now = packet.standing
    since = f", since {calendar.day(now.since)}" if now.since else ""
    return (
        *((Text(now.sentence),) if now.sentence else ()),
        *pairs(
            ("Who has the file", f"{now.holder}{since}" if now.holder else ""),
            ("What they must do", now.must),
            ("By when", calendar.day(now.by) if now.by else ""),
            ("Resolution", f"{now.resolution}, {calendar.day(now.resolved_at)}" if now.resolution else ""),
            ("Closed", calendar.day(now.closed_at) if now.closed_at else ""),
            ("Needs attention", lines(*now.attention)),
        ),
    )


def claim(packet: Packet, calendar: Calendar) -> tuple[Block, ...]:
    """The claim as billed, its policies in order, its lines where the reader has them."""
    billed = packet.claim
    days = dict.fromkeys(calendar.day(each) for each in (billed.service_from, billed.service_to) if each)
    identifiers = (named("NPI", billed.provider_npi), named("tax id", billed.provider_tin))
    return (
        *pairs(
            ("Patient", billed.patient),
            ("Date of birth", calendar.day(billed.birth_date) if billed.birth_date else ""),
            ("Claim number", billed.claim_number),
            ("Form", billed.form),
            ("Dates of service", " to ".join(days)),
            ("Billed to the primary", calendar.day(billed.billed_on) if billed.billed_on else ""),
            ("Charge", dollars(billed.charge) if billed.charge is not None else ""),
            ("Provider", ", ".join(each for each in identifiers if each)),
        ),
        *grid(
            "Policies, in the order billed",
            (("Order", 7), ("Payer", 26), ("Class", 13), ("Member id", 20), ("Policyholder", 22)),
            (_policy(each) for each in billed.policies),
        ),
        *(_lines(packet, calendar) if billed.lines else ()),
    )


def _policy(each: Policy) -> tuple[str, ...]:
    payer = f"{each.payer_name} ({each.payer_id})" if each.payer_id else each.payer_name
    member = lines(each.member_id, named("group", each.group_number))
    return str(each.order or ""), payer, each.payer_class, member, each.policyholder


def _lines(packet: Packet, calendar: Calendar) -> tuple[Block, ...]:
    return grid(
        "Lines as billed",
        (("Line", 8), ("Procedure", 40), ("Day", 20), ("Units", 12), ("Charge", 20)),
        (
            (str(each.number or ""), each.procedure, calendar.day(each.service_date), each.units, dollars(each.charge))
            for each in packet.claim.lines
        ),
        right=("Charge",),
    )


def hops(packet: Packet, calendar: Calendar) -> tuple[Block, ...]:
    """One row for each hop."""
    return grid(
        "Each hop of the hand-off, and what shows it",
        (("Hop", 13), ("Proven", 9), ("Since", 12), ("Grade", 14), ("By", 14), ("Rests on", 38)),
        (_hop(each, calendar) for each in packet.hops),
    )


def _hop(each: HopPart, calendar: Calendar) -> tuple[str, ...]:
    against = cited(each.against, calendar)
    return (
        each.hop,
        "yes" if each.proven else "no",
        calendar.day(each.at) if each.at else "",
        each.grade,
        each.by,
        lines(cited(each.rests_on, calendar), named("against", against)),
    )


def cited(evidence: Iterable[Evidence], calendar: Calendar) -> str:
    """One line for each fact, with its day and its entry in the record."""
    return lines(*(f"{each.says}, {calendar.day(each.happened_at)} [entry {each.entry}]" for each in evidence))


def breaks(packet: Packet, calendar: Calendar) -> tuple[Block, ...]:
    """One row for each break point: what it means, why, what speaks for and against it."""
    return grid(
        "Each break point, with what speaks for and against it",
        (("Break point", 27), ("State", 15), ("Found", 12), ("For and against", 46)),
        (_break(each, calendar) for each in packet.breaks),
    )


def _break(each: BreakPart, calendar: Calendar) -> tuple[str, ...]:
    return (
        lines(f"{each.mode}: {each.means}", each.reason),
        lines(each.state, "in force" if each.in_force else "no longer in force"),
        calendar.day(each.found_at),
        lines(
            named("for", cited(each.speaks_for, calendar)),
            named("against", cited(each.speaks_against, calendar)),
            named("to ask our side", each.ask_provider),
            named("to ask the payer", each.ask_payer),
        ),
    )


def clocks(packet: Packet, calendar: Calendar) -> tuple[Block, ...]:
    """One row for each deadline that runs."""
    return grid(
        "Deadlines that run, and what moved them",
        (("Clock", 9), ("What is awaited", 27), ("Started", 25), ("Soft", 12), ("Hard", 12), ("Moved by", 15)),
        (_clock(each, calendar) for each in packet.clocks),
    )


def _clock(each: ClockPart, calendar: Calendar) -> tuple[str, ...]:
    def due(level: str) -> str:
        moment = each.soft if level == "soft" else each.hard
        return f"{calendar.day(moment)}{' (rang)' if level in each.rang else ''}" if moment else ""

    return (
        "ladder" if ":" in each.name else each.name,
        each.title,
        lines(calendar.day(each.started_at), named("by", each.started_by)),
        due("soft"),
        due("hard"),
        lines(*each.moved_by, named("cut by", each.cut_by)) or "nothing",
    )


def clock_events(packet: Packet, calendar: Calendar) -> tuple[Block, ...]:
    """One row for each start, move, alarm and stop."""
    return grid(
        "Starts, moves, alarms and stops",
        (("Day", 13), ("What happened", 35), ("Because of", 44), ("Entry", 8)),
        ((calendar.day(each.at), each.says, each.because, str(each.entry or "")) for each in packet.clock_events),
    )
