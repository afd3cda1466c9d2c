"""The sections about what passed between us and the payers."""

from __future__ import annotations

from collections.abc import Iterator

from journey.writing import Calendar, dollars
from packet.contents import Packet
from packet.dealing_parts import AnswerPart, ContactPart, CorrectionPart, DecisionPart, SubmissionPart
from packet.layout import Block, grid, lines, named


def submissions(packet: Packet, calendar: Calendar) -> tuple[Block, ...]:
    """A row for each claim, followed by its answers."""
    return grid(
        "Each claim that left, with its control numbers, and each answer below it",
        (("When", 15), ("What", 24), ("From or to", 18), ("Numbers", 22), ("Answer", 26), ("Entry", 6)),
        (row for each in packet.submissions for row in _submission(each, calendar)),
    )


def _submission(each: SubmissionPart, calendar: Calendar) -> Iterator[tuple[str, ...]]:
    if each.at:
        yield (
            calendar.minute(each.at),
            f"claim, frequency {each.frequency}, sent by {each.sent_by}",
            f"to {each.to}",
            lines(
                named("ISA13", each.interchange),
                named("GS06", each.group),
                named("ST02", each.transaction),
                named("id", each.submission_id),
            ),
            "" if each.answers else "none yet",
            str(each.entry or ""),
        )
    yield from (_answer(answer, calendar) for answer in each.answers)


def _answer(each: AnswerPart, calendar: Calendar) -> tuple[str, ...]:
    return (
        calendar.minute(each.at) if each.at else "",
        each.layer,
        f"from {each.by}",
        named("payer's claim number", each.payer_claim_number),
        f"{'accepted' if each.accepted else 'REFUSED'}: {each.says}",
        str(each.entry or ""),
    )


def contacts(packet: Packet, calendar: Calendar) -> tuple[Block, ...]:
    """One row for each contact."""
    return grid(
        "Each contact, oldest first",
        (("When", 15), ("With", 24), ("What was said", 38), ("Reference", 17), ("Entry", 6)),
        (_contact(each, calendar) for each in packet.contacts),
    )


def _contact(each: ContactPart, calendar: Calendar) -> tuple[str, ...]:
    promised = f"{calendar.day(each.promised)}" if each.promised else ""
    return (
        calendar.minute(each.at) if each.at else "",
        lines(f"{each.party}, {each.channel}", each.person, named("logged by", each.logged_by)),
        lines(
            each.said,
            named("who has the file", each.has_file),
            named("to be done", each.action),
            named("promised by", promised),
            named("note", each.note),
        ),
        lines(
            named("call", each.reference),
            named("document", each.document),
            named("payer's claim number", each.payer_claim_number),
        ),
        str(each.entry or ""),
    )


def corrections(packet: Packet, calendar: Calendar) -> tuple[Block, ...]:
    """One row for each correction, with the value before and after."""
    return grid(
        "Each correction, oldest first",
        (("When", 15), ("What", 23), ("Before", 16), ("After", 16), ("With, reference", 24), ("Entry", 6)),
        (_correction(each, calendar) for each in packet.corrections),
    )


def _correction(each: CorrectionPart, calendar: Calendar) -> tuple[str, ...]:
    effective = calendar.day(each.effective) if each.effective else ""
    return (
        calendar.minute(each.at) if each.at else "",
        lines(each.corrects, named("field", each.field), named("by", each.made_by)),
        each.before,
        each.after,
        lines(each.with_payer, named("reference", each.reference), named("in effect from", effective)),
        str(each.entry or ""),
    )


def decisions(packet: Packet, calendar: Calendar) -> tuple[Block, ...]:
    """One row for each remittance."""
    return grid(
        "Each remittance, oldest first",
        (("Day", 12), ("Payer", 20), ("Paid", 12), ("Patient's share", 13), ("Decision", 38), ("Entry", 6)),
        (_decision(each, calendar) for each in packet.decisions),
        right=("Paid", "Patient's share"),
    )


def _decision(each: DecisionPart, calendar: Calendar) -> tuple[str, ...]:
    received = calendar.day(each.received_by_payer) if each.received_by_payer else ""
    return (
        calendar.day(each.at),
        lines(each.payer or f"payer {each.order}", named("claim number", each.payer_claim_number)),
        dollars(each.paid),
        dollars(each.patient_share),
        lines(
            each.status,
            *each.adjustments,
            named("remarks", ", ".join(each.remarks)),
            named("received by the payer", received),
            named("payment", each.trace),
        ),
        str(each.entry or ""),
    )
