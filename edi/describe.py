"""Items as JSON for machines and as one line for people; both hold patient data and are for those who may see it."""

from functools import singledispatch
from typing import Any

from edi.acknowledgement import (
    ClaimAcknowledgement,
    GroupAcknowledgement,
    InterchangeAcknowledgement,
    SetAcknowledgement,
    StatusCode,
)
from edi.claim import BilledClaim
from edi.codes import label
from edi.eligibility import CoverageAnswer
from edi.findings import Finding, Quarantined
from edi.items import Item
from edi.money import dollars
from edi.parts import Adjustment
from edi.remittance import RemittanceClaim, RemittanceTotals
from edi.status import ClaimStatusAnswer

_DERIVED: dict[type, tuple[str, ...]] = {
    RemittanceClaim: ("reversal", "forwarded"),
    ClaimAcknowledgement: ("rejected",),
    CoverageAnswer: ("active", "since", "until"),
    SetAcknowledgement: ("accepted",),
    GroupAcknowledgement: ("accepted",),
    InterchangeAcknowledgement: ("accepted",),
    BilledClaim: ("service_from", "service_to"),
}


def describe(item: Item) -> dict[str, Any]:
    """Returns an item as JSON values; `type` names what it is, and the raw text of quarantined content is left out."""
    made = item.model_dump(mode="json", exclude={"raw"})
    for name in _DERIVED.get(type(item), ()):
        value = getattr(item, name)
        made[name] = value if value is None or isinstance(value, bool) else str(value)
    return made


@singledispatch
def summarise(item: Item) -> str:
    """Returns an item as one line for people, with labels for its codes."""
    raise TypeError(f"no summary for {type(item).__name__}")


@summarise.register
def _finding(item: Finding) -> str:
    where = f" at {item.place}" if item.place else ""
    return f"{item.level}: {item.code}{where}, segment {item.ordinal}, byte {item.offset}: {item.advice}"


@summarise.register
def _quarantined(item: Quarantined) -> str:
    reasons = ", ".join(f"{reason.code} at {reason.place}" if reason.place else reason.code for reason in item.reasons)
    return f"set aside: {item.transaction_set or 'unknown'} {item.kind} of {item.length} bytes: {reasons}"


@summarise.register
def _remittance_claim(item: RemittanceClaim) -> str:
    parts = [f"835 claim {item.number}: {label('claim_status', item.status)}"]
    parts.append(f"charged {dollars(item.charge_cents)}, paid {dollars(item.paid_cents)}")
    if item.crossover_carrier and item.forwarded:
        parts.append(f"to {item.crossover_carrier.full_name}")
    parts.extend(map(_adjustment, item.all_adjustments))
    parts.extend(label("rarc", remark) for remark in item.all_remarks)
    return "; ".join(parts)


@summarise.register
def _remittance_totals(item: RemittanceTotals) -> str:
    paid = "unreadable" if item.paid_cents is None else dollars(item.paid_cents)
    parts = [f"835 payment {item.header.trace} of {item.header.payer.name}: {paid} for {item.claims} claims"]
    parts.extend(f"{label('plb_reason', plb.reason)} {dollars(plb.cents)}" for plb in item.provider_adjustments)
    parts.append("balanced" if item.balanced else "NOT balanced")
    return "; ".join(parts)


@summarise.register
def _claim_acknowledgement(item: ClaimAcknowledgement) -> str:
    speaker = item.header.source.full_name if item.header.source else "unknown"
    role = "payer" if item.header.from_payer else "clearinghouse"
    verdict = "rejected" if item.rejected else "not rejected"
    return f"277CA {item.level} {item.trace}: {verdict} by {role} {speaker}; {_statuses(item.codes)}"


@summarise.register
def _claim_status(item: ClaimStatusAnswer) -> str:
    speaker = item.header.source.full_name if item.header.source else "unknown"
    return f"277 {item.level} {item.trace}: {speaker} answers {_statuses(item.codes)}"


@summarise.register
def _coverage_answer(item: CoverageAnswer) -> str:
    payer = item.header.source.full_name if item.header.source else "unknown"
    person = item.dependent or item.subscriber
    parts = [f"271 {item.level} {person.party.identifier if person else ''}".strip() + f": {payer} answers"]
    if item.active is not None:
        span = f"{item.since or 'an unknown day'} to {item.until or 'no end'}"
        parts.append(f"coverage {'active' if item.active else 'not active'}, {span}")
    for other in item.others:
        place = f", number {other.order} in order" if other.order else ""
        parts.append(f"other payer {other.name or 'without a name'}{place}")
    parts.extend(f"refused: {label('eligibility_refusal', reason)}" for reason in item.refused)
    return "; ".join(parts)


@summarise.register
def _set_acknowledgement(item: SetAcknowledgement) -> str:
    errors = "".join(f"; {error.segment} at segment {error.position}: error {error.code}" for error in item.errors)
    return f"999 set {item.set_type} {item.set_control}: {label('acknowledgement', item.status)}{errors}"


@summarise.register
def _group_acknowledgement(item: GroupAcknowledgement) -> str:
    verdict = label("acknowledgement", item.status)
    counts = f"{item.accepted_sets} of {item.received} sets accepted"
    return f"999 group {item.header.acknowledged_group}: {verdict}; {counts}"


@summarise.register
def _interchange_acknowledgement(item: InterchangeAcknowledgement) -> str:
    return f"TA1 interchange {item.acknowledged_interchange}: {label('acknowledgement', item.status)}"


@summarise.register
def _billed_claim(item: BilledClaim) -> str:
    parts = [f"{item.form} claim {item.number}: charged {dollars(item.charge_cents)}, {len(item.lines)} lines"]
    parts.append(f"{item.coverage.sequence} {item.payer.full_name}")
    for other in item.other_coverages:
        name = other.payer.full_name if other.payer else "unnamed payer"
        paid = "" if other.paid_cents is None else f" paid {dollars(other.paid_cents)}"
        parts.append(f"{other.coverage.sequence} {name}{paid}")
    return "; ".join(parts)


def _adjustment(item: Adjustment) -> str:
    return f"{item.group} {label('carc', item.reason)} {dollars(item.cents)}"


def _statuses(codes: tuple[StatusCode, ...]) -> str:
    return "; ".join(_status(code) for code in codes)


def _status(code: StatusCode) -> str:
    parts = [label("status_category", code.category)]
    if code.code:
        parts.append(label("status_code", code.code))
    if code.entity:
        parts.append(label("entity", code.entity))
    return " ".join(parts)
