"""The section that proves timely filing, and its verdict in one sentence."""

from __future__ import annotations

from typing import Final

from journey.writing import Calendar
from packet.account_parts import FilingProof, Verdict
from packet.contents import Packet
from packet.layout import Block, Text, grid, lines, named, pairs
from packet.timely import RECEIPT, REFUSED, SENDING

_SHOWS: Final = {
    RECEIPT: "receipt by the payer",
    SENDING: "sending",
    REFUSED: "nothing: this claim was refused",
}


def verdict(packet: Packet, calendar: Calendar) -> str:
    """What the proofs show together, in one sentence."""
    limit = calendar.day(packet.filing.limit)
    match packet.filing.verdict:
        case Verdict.RECEIVED_IN_TIME:
            first = _first(packet, RECEIPT)
            return f"Filed in time: the payer had the claim by {_day(first, calendar)}{_ahead(packet, first)} {limit}."
        case Verdict.SENT_IN_TIME:
            first = _first(packet, SENDING)
            return (
                f"Sent in time, on {_day(first, calendar)}{_ahead(packet, first)} {limit}; "
                "nothing on record shows that the payer had it by then."
            )
        case Verdict.TOO_LATE:
            return f"LATE: every proof on record lies after the filing limit of {limit}."
        case _:
            return f"NOT SHOWN: nothing on record shows a filing by the limit of {limit}."


def filing(packet: Packet, calendar: Calendar) -> tuple[Block, ...]:
    """The limit with its rule and source, and a row for each proof."""
    found = packet.filing
    if found.limit is None:
        return (Text("No filing limit is known for this payer."),)
    return (
        *pairs(
            ("Filing limit", f"{calendar.day(found.limit)}, the last day on which the payer accepts the claim"),
            ("Rule", f"{found.rule}{' (assumed: no contract of this payer is on file)' if found.assumed else ''}"),
            ("Source of the rule", found.source),
            ("Verdict", verdict(packet, calendar)),
        ),
        *grid(
            "Each proof of filing, oldest first",
            (("Day", 11), ("Proof", 30), ("By", 15), ("Shows", 16), ("Against the limit", 15), ("Entry", 6)),
            (_row(each, calendar) for each in found.proofs),
        ),
    )


def _row(each: FilingProof, calendar: Calendar) -> tuple[str, ...]:
    return (
        calendar.day(each.on),
        lines(
            each.kind,
            each.control,
            named("reference", each.reference),
            named("payer's claim number", each.payer_claim_number),
        ),
        each.by,
        _SHOWS.get(each.shows, ""),
        _against(each),
        str(each.entry or ""),
    )


def _against(each: FilingProof) -> str:
    if each.shows == REFUSED:
        return "does not count"
    return "before or on it" if each.in_time else "AFTER it"


def _first(packet: Packet, shows: str) -> FilingProof:
    return next(each for each in packet.filing.proofs if each.in_time and each.shows == shows)


def _day(proof: FilingProof, calendar: Calendar) -> str:
    return calendar.day(proof.on)


def _ahead(packet: Packet, proof: FilingProof) -> str:
    """How long before the limit, as the beginning of its name."""
    assert packet.filing.limit is not None
    assert proof.on is not None
    days = (packet.filing.limit - proof.on).days
    if not days:
        return ", on the day of the filing limit,"
    return f", {days} day{'s'[: days != 1]} before the filing limit of"
