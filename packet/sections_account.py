"""The sections about money, hold, escalations, orders and the ending."""

from __future__ import annotations

from journey.writing import Calendar, dollars
from packet.contents import Packet
from packet.layout import Block, grid, lines, named, pairs
from packet.sections_journey import cited


def balance(packet: Packet, calendar: Calendar) -> tuple[Block, ...]:
    """What the patient truly owes beside what the ledger shows."""
    shown = packet.balance
    ledger = shown.ledger_at is not None
    statement = shown.last_statement_on
    return pairs(
        ("Expected balance", dollars(shown.expected) if shown.expected is not None else "open: not all payers decided"),
        ("Dollars at risk", dollars(shown.at_risk)),
        ("Taken by offsets", dollars(shown.offset) if shown.offset else ""),
        ("Ledger read", calendar.minute(shown.ledger_at) if shown.ledger_at else "never"),
        ("Ledger balance", dollars(shown.open_balance) if ledger else ""),
        ("Owed by the patient, by the ledger", dollars(shown.patient_balance) if ledger else ""),
        ("Unapplied", dollars(shown.unapplied) if shown.unapplied else ""),
        ("Paid by the patient", dollars(shown.patient_paid) if shown.patient_paid else ""),
        (
            "Newest statement",
            f"{calendar.day(statement)}, {dollars(shown.last_statement_amount)}" if statement else "",
        ),
    )


def hold(packet: Packet, calendar: Calendar) -> tuple[Block, ...]:
    """The six switches, and the hold's history."""
    held = packet.hold

    def day(name: str) -> str:
        moment = getattr(held, name)
        return calendar.minute(moment) if moment else ""

    return (
        *pairs(
            ("State", f"{held.state}{', for good: the patient may not be billed' if held.permanent else ''}"),
            ("Switches wanted", ", ".join(held.wanted)),
            ("Switches seen in the ledger", ", ".join(held.verified)),
            ("Requested", day("requested_at")),
            ("Verified", day("verified_at")),
            ("Reviewed", day("reviewed_at")),
            ("Released", day("released_at")),
            ("Broken", f"{held.breaches} times: a statement or placement during the hold" if held.breaches else ""),
        ),
        *grid(
            "The hold's history",
            (("When", 16), ("What happened", 40), ("By", 14), ("Reason", 24), ("Entry", 6)),
            (
                (calendar.minute(each.at) if each.at else "", each.says, each.by, each.reason, str(each.entry or ""))
                for each in held.events
            ),
        ),
    )


def escalations(packet: Packet, calendar: Calendar) -> tuple[Block, ...]:
    """One row for each escalation."""
    return grid(
        "Each escalation, and how far it climbed",
        (("Raised", 13), ("Kind", 19), ("Rung", 20), ("State", 20), ("Reason", 28)),
        (
            (
                calendar.day(each.raised_at),
                each.kind,
                lines(each.rung, named("since", calendar.day(each.rung_since) if each.rung_since else "")),
                lines(
                    each.state,
                    named("taken by", each.taken_by),
                    named("answered", calendar.day(each.answered_at) if each.answered_at else ""),
                ),
                each.reason,
            )
            for each in packet.escalations
        ),
    )


def orders(packet: Packet, calendar: Calendar) -> tuple[Block, ...]:
    """One row for each decision of a supervisor."""
    return grid(
        "Each decision, with its reason",
        (("When", 16), ("Decision", 22), ("By", 20), ("Reason", 36), ("Entry", 6)),
        (
            (
                calendar.minute(each.at) if each.at else "",
                lines(each.decision, named("until", calendar.day(each.until) if each.until else "")),
                lines(each.person, named("with", each.second_person)),
                each.reason,
                str(each.entry or ""),
            )
            for each in packet.orders
        ),
    )


def closing(packet: Packet, calendar: Calendar) -> tuple[Block, ...]:
    """What must hold before the case may end, and whether it does."""
    return grid(
        "What must hold on both sides before the case may end",
        (("Point", 7), ("What", 34), ("Holds", 23), ("Rests on", 36)),
        (
            (
                each.point,
                each.says,
                "yes" if each.holds else lines("no", each.missing),
                cited(each.rests_on, calendar),
            )
            for each in packet.closing
        ),
    )
