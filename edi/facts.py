"""Transactions to facts: what each item of a file says about a case, and by which keys its case is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from edi import parts
from edi.acknowledgement import (
    ClaimAcknowledgement,
    GroupAcknowledgement,
    InterchangeAcknowledgement,
    SetAcknowledgement,
    StatusCode,
)
from edi.claim import BilledClaim
from edi.items import Transaction
from edi.remittance import PayerIdentity, RemittanceClaim, RemittanceLine, RemittanceTotals
from edi.status import ClaimStatusAnswer
from edi.where import Where
from journey.facts import (
    Adjustment,
    ClaimAcknowledged,
    Fact,
    PaymentOffset,
    RemitAdjudicated,
    RemitLine,
    SecondarySubmitted,
    StatusAnswered,
    SyntaxAcknowledged,
)
from journey.words import Grade, Party

KeyKind = Literal["claim_number", "payer_claim_number", "submission", "question", "interchange", "group", "set"]
"""By what a case may be found: our claim number, the payer's, our submission or question id, or control numbers."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One fact and the keys by which its case is found, the surest first."""

    fact: Fact
    keys: tuple[tuple[KeyKind, str], ...]
    charge: int | None = None
    """Cents; tells two claims of the same number apart."""


@dataclass(frozen=True, slots=True)
class Reception:
    """How a file was received: what its facts need to be stamped."""

    learnt_at: datetime
    """Case time, aware."""
    zone: ZoneInfo
    document: str
    """An opaque reference to the file."""
    opaque: Callable[..., str]
    """Keyed digest `(kind, *parts)`: fact ids must not be guessable from claim content (field notes 6)."""


def sightings(item: Transaction, reception: Reception) -> Iterator[Sighting]:
    """The facts of one item; none for what opens a case or says nothing about one."""
    if isinstance(item, RemittanceClaim):
        yield _remit(item, reception)
    elif isinstance(item, RemittanceTotals):
        yield from _offsets(item, reception)
    elif isinstance(item, ClaimAcknowledgement):
        yield from _acknowledged(item, reception)
    elif isinstance(item, ClaimStatusAnswer):
        yield from _answered(item, reception)
    elif isinstance(item, SetAcknowledgement | GroupAcknowledgement | InterchangeAcknowledgement):
        yield from _syntax(item, reception)
    elif isinstance(item, BilledClaim) and item.coverage.sequence == "S":
        yield _submitted(item, reception)


def _happened(day: date | None, where: Where, reception: Reception) -> datetime:
    """A document's date is all we know: the end of that day at the latest, in file order, and always before now.

    What we do because of a document is then never older than the document.
    """
    latest = reception.learnt_at - timedelta(seconds=1)
    if day is not None:
        latest = min(latest, datetime.combine(day, time(23, 59), tzinfo=reception.zone))
    return latest + timedelta(microseconds=where.ordinal % 1_000_000)


def _source(where: Where, reception: Reception) -> str:
    return f"{reception.document}/{where.transaction_control}/{where.ordinal}"


def _stamp(digest: str, day: date | None, where: Where, reception: Reception, grade: Grade) -> dict[str, object]:
    return {
        "fact_id": reception.opaque("fact", digest),
        "happened_at": _happened(day, where, reception),
        "learnt_at": reception.learnt_at,
        "source": _source(where, reception),
        "grade": grade,
    }


def _remit(item: RemittanceClaim, reception: Reception) -> Sighting:
    header = item.header
    stamp = _stamp(item.digest, header.payment_date or header.produced, item.where, reception, Grade.SETTLED)
    if item.reversal:
        # In one file the reversal comes before its correction, whatever the order of the loops (field notes 1.7).
        stamp["happened_at"] = _happened(header.payment_date, item.where, reception) - timedelta(seconds=1)
    priority = item.priority_payer
    corrected = item.corrected
    fact = RemitAdjudicated.model_validate(
        {
            **stamp,
            **_payer(header.payer),
            "claim_status": item.status,
            "charge": item.charge_cents,
            "paid": item.paid_cents,
            "adjustments": _adjustments(item.all_adjustments),
            "remarks": item.all_remarks,
            "payer_claim_number": item.payer_claim_number,
            "original_claim_number": item.original_payer_claim_number,
            "crossover_carrier": item.crossover_carrier.name if item.crossover_carrier else "",
            "corrected_payer": priority.name if priority else "",
            "corrected_payer_id": priority.identifier if priority else "",
            "other_subscriber": item.other_subscriber is not None,
            "corrected_member_id": corrected.identifier if corrected else "",
            "corrected_member_name": corrected.full_name if corrected else "",
            "coverage_ended": item.coverage_expired,
            "received_by_payer": item.received,
            "trace": header.trace,
            "payment_date": header.payment_date,
            "lines": tuple(_line(each) for each in item.lines),
        }
    )
    return Sighting(fact, (("claim_number", item.number),), abs(item.charge_cents))


def _payer(payer: PayerIdentity) -> dict[str, object]:
    return {"payer_ids": payer.ids, "payer_name": payer.name}


def _adjustments(found: tuple[parts.Adjustment, ...]) -> tuple[Adjustment, ...]:
    return tuple(Adjustment(group=each.group, reason=each.reason, amount=each.cents) for each in found)


def _line(line: RemittanceLine) -> RemitLine:
    return RemitLine(
        number=line.control_number,
        procedure=line.procedure.code,
        charge=line.charge_cents,
        paid=line.paid_cents,
        adjustments=_adjustments(line.adjustments),
        remarks=line.remarks,
    )


def _offsets(item: RemittanceTotals, reception: Reception) -> Iterator[Sighting]:
    """A PLB that names a claim is an event of that claim (field notes 1.6)."""
    for number, each in enumerate(item.provider_adjustments):
        if not each.reference:
            continue
        day = item.header.payment_date
        stamp = _stamp(f"{item.digest}/plb/{number}", day, item.where, reception, Grade.SETTLED)
        fact = PaymentOffset.model_validate(
            {**stamp, "reason": each.reason, "amount": each.cents, "trace": item.header.trace}
        )
        yield Sighting(fact, (("claim_number", each.reference), ("payer_claim_number", each.reference)))


def _acknowledged(item: ClaimAcknowledgement, reception: Reception) -> Iterator[Sighting]:
    if item.level != "claim" and not item.rejected:
        return  # a batch that was taken says nothing yet about any one claim
    first = item.codes[0]
    status = item.statuses[0]
    day = status.effective or item.header.processed or item.header.created
    source = item.header.source
    fact = ClaimAcknowledged.model_validate(
        {
            **_stamp(item.digest, day, item.where, reception, Grade.TRANSACTED),
            "sender": Party.UNKNOWN if item.header.from_payer else Party.CLEARINGHOUSE,
            "payer_ids": (source.identifier,) if source and source.identifier else (),
            "payer_name": source.name if source else "",
            "category": first.category,
            "status_code": first.code,
            "entity": first.entity,
            "accepted": not item.rejected,
            "submission_id": parts.reference(item.references, "D9"),
            "payer_claim_number": item.payer_claim_number,
            "statuses": _codes(item.codes),
        }
    )
    yield Sighting(fact, _acknowledged_keys(item), status.charge_cents)


def _acknowledged_keys(item: ClaimAcknowledgement) -> tuple[tuple[KeyKind, str], ...]:
    given: tuple[tuple[KeyKind, str], ...] = (
        ("submission", parts.reference(item.references, "D9")),
        ("submission", item.trace),
        ("claim_number", item.trace),
    )
    return tuple(each for each in given if each[1])


def _codes(codes: tuple[StatusCode, ...]) -> tuple[str, ...]:
    return tuple(f"{each.category}:{each.code}:{each.entity}" for each in codes)


def _answered(item: ClaimStatusAnswer, reception: Reception) -> Iterator[Sighting]:
    if not item.trace and not item.patient_account:
        return
    first, status, source = item.codes[0], item.statuses[0], item.header.source
    fact = StatusAnswered.model_validate(
        {
            **_stamp(item.digest, status.effective or item.header.created, item.where, reception, Grade.TRANSACTED),
            "payer_ids": (source.identifier,) if source and source.identifier else (),
            "payer_name": source.name if source else "",
            "category": first.category,
            "status_code": first.code,
            "entity": first.entity,
            "payer_claim_number": item.payer_claim_number,
            "paid": status.paid_cents,
            "statuses": _codes(item.codes),
        }
    )
    given: tuple[tuple[KeyKind, str], ...] = (
        ("question", item.trace),
        ("claim_number", item.patient_account),
        ("claim_number", item.trace),
    )
    yield Sighting(fact, tuple(each for each in given if each[1]), status.charge_cents)


def _syntax(
    item: SetAcknowledgement | GroupAcknowledgement | InterchangeAcknowledgement, reception: Reception
) -> Iterator[Sighting]:
    """A set is acknowledged by its own AK2; groups and interchanges speak for their claims only when refused."""
    if not isinstance(item, SetAcknowledgement) and item.accepted:
        return
    keys: tuple[tuple[KeyKind, str], ...]
    if isinstance(item, SetAcknowledgement):
        keys = (("set", f"{item.header.acknowledged_group}/{item.set_control}"),)
        errors = tuple(f"{each.segment} {each.code}".strip() for each in item.errors)
    elif isinstance(item, GroupAcknowledgement):
        keys, errors = (("group", item.header.acknowledged_group),), item.reasons
    else:
        keys, errors = (("interchange", item.acknowledged_interchange),), (item.reason,)
    layer = "TA1" if isinstance(item, InterchangeAcknowledgement) else "999"
    fact = SyntaxAcknowledged.model_validate(
        {
            **_stamp(item.digest, None, item.where, reception, Grade.TRANSACTED),
            "sender": Party.CLEARINGHOUSE,
            "layer": layer,
            "accepted": item.accepted,
            "errors": errors,
        }
    )
    yield Sighting(fact, keys)


def _submitted(item: BilledClaim, reception: Reception) -> Sighting:
    """The billing system's own secondary claim, seen as a copy of its 837."""
    frequency = item.frequency if item.frequency in ("1", "7", "8") else "1"
    fact = SecondarySubmitted.model_validate(
        {
            **_stamp(item.digest, item.header.created, item.where, reception, Grade.DOCUMENTED),
            "sender": Party.PROVIDER,
            "submission_id": f"theirs-{item.digest[:16]}",
            "frequency": frequency,
            "payer_id": item.payer.identifier,
            "ours": False,
            "member_id": item.subscriber.party.identifier,
        }
    )
    return Sighting(fact, (("claim_number", item.number),), item.charge_cents)
