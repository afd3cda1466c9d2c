"""Transactions to facts: what each item of a file says about a case, and by which keys its case is found."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from edi import parts
from edi.acknowledgement import (
    ClaimAcknowledgement,
    GroupAcknowledgement,
    InterchangeAcknowledgement,
    SetAcknowledgement,
    StatusCode,
)
from edi.claim import BilledClaim
from edi.controls import CLAIMS, acknowledged, goes_further, refused_batch, submission_of
from edi.coverage import checked
from edi.eligibility import CoverageAnswer
from edi.items import Transaction
from edi.offsets import offsets
from edi.remittance import PayerIdentity, RemittanceClaim, RemittanceLine, RemittanceTotals
from edi.sighting import Key, Reception, Sighting, happened, stamped
from edi.status import ClaimStatusAnswer
from journey.facts import (
    Adjustment,
    ClaimAcknowledged,
    RemitAdjudicated,
    RemitLine,
    SecondarySubmitted,
    StatusAnswered,
    SyntaxAcknowledged,
)
from journey.words import Grade, Party


def sightings(item: Transaction, reception: Reception) -> Iterator[Sighting]:
    """The facts of one item; none for what opens a case or says nothing about one."""
    if isinstance(item, RemittanceClaim):
        yield _remit(item, reception)
    elif isinstance(item, RemittanceTotals):
        yield from offsets(item, reception)
    elif isinstance(item, ClaimAcknowledgement):
        yield from _acknowledged(item, reception)
    elif isinstance(item, ClaimStatusAnswer):
        yield from _answered(item, reception)
    elif isinstance(item, CoverageAnswer):
        yield checked(item, reception)
    elif isinstance(item, SetAcknowledgement | GroupAcknowledgement | InterchangeAcknowledgement):
        yield from _syntax(item, reception)
    elif isinstance(item, BilledClaim) and goes_further(item):
        yield _submitted(item, reception)


def _remit(item: RemittanceClaim, reception: Reception) -> Sighting:
    header = item.header
    stamp = stamped(item.digest, header.payment_date or header.produced, item.where, reception, Grade.SETTLED)
    if item.reversal:
        # In one file the reversal comes before its correction, whatever the order of the loops (field notes 1.7).
        stamp["happened_at"] = happened(header.payment_date, item.where, reception) - timedelta(seconds=1)
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
            "claim_adjustments": _adjustments(item.adjustments),
            "outpatient": item.outpatient,
            "inpatient": item.inpatient,
            "filing_indicator": item.filing_indicator,
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
    return tuple(
        Adjustment(group=each.group, reason=each.reason, amount=each.cents, quantity=_as_sent(each.quantity))
        for each in found
    )


def _as_sent(quantity: Decimal | None) -> str:
    return "" if quantity is None else f"{quantity:f}"


def _line(line: RemittanceLine) -> RemitLine:
    return RemitLine(
        number=line.control_number,
        procedure=line.procedure.code,
        charge=line.charge_cents,
        paid=line.paid_cents,
        adjustments=_adjustments(line.adjustments),
        remarks=line.remarks,
        qualifier=line.procedure.qualifier,
        modifiers=line.procedure.modifiers,
        revenue_code=line.revenue_code,
        units=_as_sent(line.units_paid),
        billed_procedure=line.submitted.code if line.submitted else "",
    )


def _acknowledged(item: ClaimAcknowledgement, reception: Reception) -> Iterator[Sighting]:
    if item.level != "claim" and not item.rejected:
        return  # a batch that was taken says nothing yet about any one claim
    first = item.codes[0]
    status = item.statuses[0]
    day = status.effective or item.header.processed or item.header.created
    source = item.header.source
    fact = ClaimAcknowledged.model_validate(
        {
            **stamped(item.digest, day, item.where, reception, Grade.TRANSACTED),
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


def _acknowledged_keys(item: ClaimAcknowledgement) -> tuple[Key, ...]:
    """One claim by its numbers; above claim level the trace is that of our batch, never a claim number."""
    given: tuple[Key, ...] = (("submission", parts.reference(item.references, "D9")), ("submission", item.trace))
    if item.level == "claim":
        given = (*given, ("claim_number", item.trace))
    else:
        given = (*given, ("submission", item.header.batch), *refused_batch(item))
    return tuple(each for each in given if each[1])


def _codes(codes: tuple[StatusCode, ...]) -> tuple[str, ...]:
    return tuple(f"{each.category}:{each.code}:{each.entity}" for each in codes)


def _answered(item: ClaimStatusAnswer, reception: Reception) -> Iterator[Sighting]:
    if not item.trace and not item.patient_account:
        return
    first, status, source = item.codes[0], item.statuses[0], item.header.source
    fact = StatusAnswered.model_validate(
        {
            **stamped(item.digest, status.effective or item.header.created, item.where, reception, Grade.TRANSACTED),
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
    given: tuple[Key, ...] = (
        ("question", item.trace),
        ("claim_number", item.patient_account),
        ("claim_number", item.trace),
    )
    yield Sighting(fact, tuple(each for each in given if each[1]), status.charge_cents)


def _syntax(
    item: SetAcknowledgement | GroupAcknowledgement | InterchangeAcknowledgement, reception: Reception
) -> Iterator[Sighting]:
    """A set is acknowledged by its own AK2; groups and interchanges speak for their claims only when refused whole.

    A refused status question has no key: nobody will answer it, and no claim was refused.
    """
    if not isinstance(item, SetAcknowledgement) and (item.accepted or item.status == "P"):
        return
    of_claims = isinstance(item, InterchangeAcknowledgement) or item.header.functional_id in ("", CLAIMS)
    if item.accepted and not of_claims:
        return
    interchange = isinstance(item, InterchangeAcknowledgement)
    fact = SyntaxAcknowledged.model_validate(
        {
            **stamped(item.digest, None, item.where, reception, Grade.TRANSACTED),
            "sender": Party.CLEARINGHOUSE,
            "layer": "TA1" if interchange else "999",
            "accepted": item.accepted,
            "errors": _errors(item),
        }
    )
    to = item.receiver if isinstance(item, InterchangeAcknowledgement) else item.header.receiver
    yield Sighting(fact, (acknowledged(item),) if of_claims else (), to=to)


def _errors(item: SetAcknowledgement | GroupAcknowledgement | InterchangeAcknowledgement) -> tuple[str, ...]:
    if isinstance(item, SetAcknowledgement):
        return tuple(f"{each.segment} {each.code}".strip() for each in item.errors)
    return item.reasons if isinstance(item, GroupAcknowledgement) else (item.reason,)


def _submitted(item: BilledClaim, reception: Reception) -> Sighting:
    """The billing system's own secondary claim, seen as a copy of its 837."""
    frequency = item.frequency if item.frequency in ("1", "7", "8") else "1"
    fact = SecondarySubmitted.model_validate(
        {
            **stamped(item.digest, item.header.created, item.where, reception, Grade.DOCUMENTED),
            "sender": Party.PROVIDER,
            "submission_id": submission_of(item),
            "frequency": frequency,
            "payer_id": item.payer.identifier,
            "ours": False,
            "member_id": item.subscriber.party.identifier,
        }
    )
    return Sighting(fact, (("claim_number", item.number),), item.charge_cents)
