"""277CA and 277 as the clearinghouse and the payers write them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from journey.words import Cents
from sandbox.people import Bill, Policy
from sandbox.x12_writer import Element, Partner, Segment, TransactionSet, d8, during, money, organisation, person


@dataclass(frozen=True)
class ClaimState:
    """STC of one claim: what is said of it, and the numbers under which it is known."""

    bill: Bill
    policy: Policy
    status: tuple[str, ...]
    """Category, status code, entity."""
    trace: str
    """TRN02: in a 277CA our claim number, in a 277 the number of the question."""
    payer_claim_number: str = ""
    clearinghouse_number: str = ""
    """REF*D9."""
    paid: Cents | None = None
    decided_on: date | None = None

    @property
    def accepted(self) -> bool:
        """False for the categories that refuse a claim."""
        return self.status[0] not in ("A3", "A4", "A6", "A7", "A8")


def acknowledgement_set(
    sender: Partner, speaker: Literal["AY", "PR"], states: Sequence[ClaimState], at: datetime, batch: str
) -> TransactionSet:
    """277CA (X214) of a clearinghouse (AY) or a payer (PR) for several claims of one provider."""
    practice, day = states[0].bill.practice, at.date()
    qualifier = "46" if speaker == "AY" else "PI"
    total = sum(each.bill.charge for each in states)
    segments: list[Segment] = [
        ("BHT", "0085", "08", batch, d8(day), at.strftime("%H%M%S"), "TH"),
        ("HL", "1", "", "20", "1"),
        organisation(speaker, sender.name, qualifier, sender.id),
        ("TRN", "1", batch),
        ("DTP", "050", "D8", d8(day)),
        ("DTP", "009", "D8", d8(day)),
        ("HL", "2", "1", "21", "1"),
        organisation("41", practice.name, "46", practice.tin),
        ("TRN", "2", batch),
        ("STC", ("A1", "20"), d8(day), "WQ", money(total)),
        *_counts(states),
        ("HL", "3", "2", "19", "1"),
        organisation("85", practice.name, "XX", practice.npi),
        ("TRN", "1", batch),
        ("STC", ("A1", "20"), "", "WQ", money(total)),
    ]
    for level, each in enumerate(states, 4):
        segments += _acknowledged(each, level, day)
    return TransactionSet("277", "005010X214", "HN", tuple(segments))


def _counts(states: Sequence[ClaimState]) -> list[Segment]:
    taken = [each.bill.charge for each in states if each.accepted]
    refused = [each.bill.charge for each in states if not each.accepted]
    segments: list[Segment] = [("QTY", "90", str(len(taken)))] if taken else []
    segments += [("QTY", "AA", str(len(refused)))] if refused else []
    segments += [("AMT", "YU", money(sum(taken)))] if taken else []
    return segments + ([("AMT", "YY", money(sum(refused)))] if refused else [])


def _acknowledged(state: ClaimState, level: int, day: date) -> list[Segment]:
    bill = state.bill
    segments: list[Segment] = [
        ("HL", str(level), "3", "PT"),
        person("QC", bill.patient, "MI", state.policy.member_id),
        ("TRN", "2", state.trace),
        ("STC", state.status, d8(day), "WQ" if state.accepted else "U", money(bill.charge)),
    ]
    if state.payer_claim_number:
        segments.append(("REF", "1K", state.payer_claim_number))
    if state.clearinghouse_number:
        segments.append(("REF", "D9", state.clearinghouse_number))
    return [*segments, during("472", bill.service_from, bill.service_to)]


def status_set(sender: Partner, states: Sequence[ClaimState], at: datetime, batch: str) -> TransactionSet:
    """277 (X212): a payer's answers to status questions of one provider."""
    practice = states[0].bill.practice
    segments: list[Segment] = [
        ("BHT", "0010", "08", batch, d8(at.date()), at.strftime("%H%M"), "DG"),
        ("HL", "1", "", "20", "1"),
        organisation("PR", sender.name, "PI", sender.id),
        ("HL", "2", "1", "21", "1"),
        organisation("41", practice.name, "46", practice.tin),
        ("HL", "3", "2", "19", "1"),
        organisation("1P", practice.name, "XX", practice.npi),
    ]
    level = 4
    for each in states:
        answer = _answered(each, level, at.date())
        level += sum(1 for segment in answer if segment[0] == "HL")
        segments += answer
    return TransactionSet("277", "005010X212", "HN", tuple(segments))


def _answered(state: ClaimState, level: int, day: date) -> list[Segment]:
    policy, bill = state.policy, state.bill
    own = policy.relationship == "18"
    segments: list[Segment] = [
        ("HL", str(level), "3", "22", "0" if own else "1"),
        person("IL", policy.holder, "MI", policy.member_id),
    ]
    if not own:
        segments += [("HL", str(level + 1), str(level), "23"), person("QC", bill.patient)]
    segments += [("TRN", "2", state.trace), _status(state, day)]
    if state.payer_claim_number:
        segments.append(("REF", "1K", state.payer_claim_number))
    return [*segments, ("REF", "EJ", bill.claim_number), during("472", bill.service_from, bill.service_to)]


def _status(state: ClaimState, day: date) -> Segment:
    found: tuple[Element, ...] = (money(state.bill.charge),) if state.payer_claim_number else ()
    if state.paid is not None and state.decided_on is not None:
        found = (*found, money(state.paid), d8(state.decided_on))
    return ("STC", state.status, d8(day), "", *found)
