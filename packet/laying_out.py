"""From a packet to its document: which sections it has, in which order, and what must not be missed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final
from zoneinfo import ZoneInfo

from journey.writing import Calendar
from packet.account_parts import Verdict
from packet.contents import Packet
from packet.layout import Block, Document, Notice, Section, Text, Tone, pairs
from packet.readers import READER_WORDS, Cell, Datum, Reader, cell
from packet.sections_account import balance, closing, escalations, hold, orders
from packet.sections_dealings import contacts, corrections, decisions, submissions
from packet.sections_filing import filing, verdict
from packet.sections_journey import breaks, claim, clock_events, clocks, hops, standing
from packet.sections_record import chain, files, record

TITLES: Final[dict[Reader, str]] = {
    Reader.FULL: "Evidence packet",
    Reader.PAYER: "Claim history and proof of timely filing",
    Reader.AUDITOR: "Audit packet",
    Reader.OPERATOR: "Process packet",
}

TO_PAYERS: Final = (
    "It shows this claim, the policy with this payer, what passed between this payer and the practice, and what "
    "payers before it paid, as the claim itself does. It leaves out our own notes, reasons and accounts, and "
    "everything about other payers' policies."
)
"""What a payer is told of its packet; the lists of kinds of data are for those who work with them."""

SECTIONS: Final[tuple[tuple[str, Datum, Callable[[Packet, Calendar], tuple[Block, ...]]], ...]] = (
    ("Where the case stands", Datum.HOLDER, standing),
    ("The claim", Datum.POLICY, claim),
    ("Proof of timely filing", Datum.FILING, filing),
    ("The journey, hop by hop", Datum.HOP, hops),
    ("Where the journey broke", Datum.BREAK, breaks),
    ("Claims sent, and what came back", Datum.SUBMISSION, submissions),
    ("Contacts", Datum.CONTACT, contacts),
    ("Corrections", Datum.CORRECTION, corrections),
    ("What the payers decided", Datum.PAID, decisions),
    ("Balance and ledger", Datum.BALANCE, balance),
    ("Billing hold", Datum.HOLD, hold),
    ("Escalations", Datum.ESCALATION, escalations),
    ("Decisions of supervisors", Datum.ORDER, orders),
    ("What the ending rests on", Datum.CLOSING, closing),
    ("Deadlines that run", Datum.CLOCK, clocks),
    ("What became of each deadline", Datum.CLOCK, clock_events),
    ("The record", Datum.ENTRY, record),
    ("Files that evidence was read from", Datum.FILE, files),
    ("Integrity", Datum.CHAIN, chain),
)
"""Each section with the kind of data without which it is not there at all."""


def laid_out(packet: Packet) -> Document:
    """The document of a packet; it tells nothing that the packet does not hold."""
    asked, reader = packet.asked, Reader(packet.asked.reader)
    calendar = Calendar(ZoneInfo(asked.time_zone))
    shown = (each for each in SECTIONS if cell(each[1], reader) is not Cell.HIDDEN)
    return Document(
        title=TITLES[reader],
        subtitle=f"prepared for {f'{asked.payer_name} ({asked.payer} payer)' if asked.payer else READER_WORDS[reader]}",
        notices=tuple(_notices(packet, calendar)),
        sections=(
            Section("About this packet", _about(packet, calendar)),
            *(Section(title, write(packet, calendar)) for title, _, write in shown),
            Section("What this packet shows, and what it leaves out", _sees(packet, reader)),
        ),
        case_id=asked.case_id,
        made_at=calendar.minute(asked.made_at) if asked.made_at else "",
        digest=packet.digest,
    )


def _notices(packet: Packet, calendar: Calendar) -> Iterator[Notice]:
    broken = packet.chain
    if not broken.verified:
        yield Notice(
            Tone.BAD,
            f"THE EVIDENCE CHAIN IS BROKEN at entry {broken.broken_at}: {broken.problem}. "
            "What stands from there on is not told here. Do not use this packet as evidence.",
        )
    found = packet.filing.verdict
    if found:
        tone = {Verdict.RECEIVED_IN_TIME: Tone.GOOD, Verdict.SENT_IN_TIME: Tone.PLAIN}.get(found, Tone.BAD)
        yield Notice(tone, verdict(packet, calendar))


def _about(packet: Packet, calendar: Calendar) -> tuple[Block, ...]:
    asked = packet.asked
    made = f"{calendar.minute(asked.made_at)}, by {asked.made_by}" if asked.made_at else ""
    revised = f"{asked.revision}, of {calendar.minute(asked.as_of)}" if asked.as_of else ""
    return pairs(
        ("Case", asked.case_id),
        ("Made", made),
        ("Case revision", revised),
        ("Days and times", f"of the provider, {asked.time_zone}"),
        ("Plan of deadlines", asked.plan_version),
        ("Digest (SHA-256)", packet.digest),
    )


def _sees(packet: Packet, reader: Reader) -> tuple[Block, ...]:
    if reader is Reader.PAYER:
        return (Text(TO_PAYERS),)
    return (
        Text(f"This packet is for {READER_WORDS[reader]}. It holds no more than that purpose needs."),
        *pairs(("In part, or masked", "; ".join(packet.masked)), ("Left out", "; ".join(packet.withheld))),
    )
