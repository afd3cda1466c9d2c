"""Proof of timely filing: the limit, where it comes from, and each thing that shows when the claim was filed (2.2)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import singledispatch
from typing import Final, NamedTuple

from edi.codes import label
from journey.facts import (
    ClaimAcknowledged,
    ContactLogged,
    Fact,
    RemitAdjudicated,
    Said,
    SecondarySubmitted,
    StatusAnswered,
    SyntaxAcknowledged,
)
from journey.words import Party
from packet.account_parts import FilingPart, FilingProof, Verdict
from packet.naming import party_name
from packet.sources import Source

RECEIPT: Final = "receipt"
SENDING: Final = "sending"
REFUSED: Final = "refused"
"""A claim that was refused afterwards is as if it had never been filed; the clock does not pause for it (1.8)."""

_TAKEN: Final = ("A1", "A2", "A5")
"""Categories of a 277CA by which the payer says that it has the claim (1.8)."""

_HAS_CLAIM: Final = frozenset(
    {
        Said.RECEIVED,
        Said.ACCEPTED,
        Said.PENDED_PROVIDER,
        Said.PENDED_PATIENT,
        Said.PROCESSED,
        Said.DENIED,
        Said.PAID,
        Said.PAID_TO_PATIENT,
    }
)
"""Words of a payer that it can only say of a claim that it has."""


class _Shown(NamedTuple):
    """What a fact shows of the filing."""

    kind: str
    shows: str
    on: date | None = None
    """Where the payer itself states the day; else the day of the fact counts."""
    reference: str = ""
    payer_claim_number: str = ""


def filing(source: Source) -> FilingPart:
    """The filing limit of the secondary claim, and every proof against it, oldest first."""
    case = source.case
    proofs = tuple(sorted(_proofs(source), key=lambda each: (each.on or date.max, each.entry or 0)))
    return FilingPart(
        about=Party.SECONDARY,
        limit=case.filing_limit,
        rule=case.filing_rule,
        source=_source(source),
        assumed=case.filing_assumed,
        verdict=_verdict(proofs) if case.filing_limit else None,
        proofs=proofs,
    )


def _source(source: Source) -> str:
    """Where the plan has the rule from: an override for this payer before the rule of its class."""
    claim, followed = source.case.claim, source.case.plan_version
    if followed and followed != source.plan.version:
        return f"plan {followed}, which the case follows; the plan at hand is {source.plan.version}"
    asked = claim.secondary.payer_id, claim.secondary.payer_class, claim.provider_state, claim.line_of_business
    special = [each for each in source.plan.overrides if "filing" in each.values and each.matches(*asked)]
    place = f"override {special[-1].number}" if special else f"filing.{claim.secondary.payer_class.value}"
    return source.plan.sources[place].text


def _verdict(proofs: tuple[FilingProof, ...]) -> Verdict:
    standing = [each for each in proofs if each.shows != REFUSED]
    if any(each.in_time and each.shows == RECEIPT for each in standing):
        return Verdict.RECEIVED_IN_TIME
    if any(each.in_time for each in standing):
        return Verdict.SENT_IN_TIME
    return Verdict.TOO_LATE if standing else Verdict.NOT_SHOWN


def _proofs(source: Source) -> Iterator[FilingProof]:
    limit, refused = source.case.filing_limit, _refused(source)
    for entry, fact in source.facts:
        shown = _shown(fact)
        if shown is None or source.about(fact) is not Party.SECONDARY:
            continue
        on = shown.on or source.calendar.date(fact.happened_at)
        yield FilingProof(
            about=Party.SECONDARY,
            entry=entry,
            on=on,
            kind=shown.kind,
            shows=REFUSED if getattr(fact, "submission_id", "") in refused else shown.shows,
            by=party_name(source.case.claim, fact.sender),
            in_time=on <= limit if limit else None,
            control=_control(source, fact),
            reference=shown.reference,
            payer_claim_number=shown.payer_claim_number,
        )


def _refused(source: Source) -> frozenset[str]:
    """The claims of ours that could not be read, or were refused before adjudication."""
    acknowledged = (fact for _, fact in source.facts if isinstance(fact, SyntaxAcknowledged | ClaimAcknowledged))
    return frozenset(each.submission_id for each in acknowledged if each.submission_id and not each.accepted)


def _control(source: Source, fact: Fact) -> str:
    """The control numbers under which our file went, where the fact belongs to it."""
    submission = getattr(fact, "submission_id", "")
    ours = next((each for each in source.submissions if submission and each.submission_id == submission), None)
    if ours is None:
        return ""
    return f"ISA {ours.interchange_control} GS {ours.group_control} ST {ours.transaction_control}"


@singledispatch
def _shown(_: Fact) -> _Shown | None:
    return None


@_shown.register
def _submitted(fact: SecondarySubmitted) -> _Shown:
    return _Shown(f"claim sent by {'us' if fact.ours else 'the billing system'}, frequency {fact.frequency}", SENDING)


@_shown.register
def _read(fact: SyntaxAcknowledged) -> _Shown | None:
    return _Shown(f"{fact.layer}: the file was read", SENDING) if fact.accepted else None


@_shown.register
def _taken(fact: ClaimAcknowledged) -> _Shown | None:
    if not fact.accepted:
        return None
    says = f"277CA {label('status_category', fact.category)}"
    receipt = fact.sender is Party.SECONDARY and fact.category in _TAKEN
    return _Shown(says, RECEIPT if receipt else SENDING, payer_claim_number=fact.payer_claim_number)


@_shown.register
def _answered(fact: StatusAnswered) -> _Shown | None:
    on_file = fact.category in ("A1", "A2") or fact.category[:1] in ("P", "F")
    if not on_file or fact.sender is not Party.SECONDARY:
        return None
    says = f"277 {label('status_category', fact.category)}"
    return _Shown(says, RECEIPT, payer_claim_number=fact.payer_claim_number)


@_shown.register
def _decided(fact: RemitAdjudicated) -> _Shown:
    stated = fact.received_by_payer
    says = (
        "835 states the day of receipt (DTM*050)" if stated else "835: the payer decided, so it had the claim by then"
    )
    return _Shown(says, RECEIPT, on=stated, payer_claim_number=fact.payer_claim_number)


_CHANNELS: Final = {"portal": "print of the payer's portal", "phone": "call", "in_person": "conversation"}


@_shown.register
def _told(fact: ContactLogged) -> _Shown | None:
    """A document shows it; a call does with the name of who said so and a reference."""
    named = bool(fact.person_name and fact.call_reference)
    if fact.says not in _HAS_CLAIM or not (fact.document or named):
        return None
    kind = f"{_CHANNELS.get(fact.channel, fact.channel)}: {fact.says.value.replace('_', ' ')}"
    return _Shown(
        kind, RECEIPT, reference=fact.document or fact.call_reference, payer_claim_number=fact.payer_claim_number
    )
