"""Composing what passed between us and the payers: claims sent and their answers, contacts, corrections, decisions."""

from __future__ import annotations

from edi.codes import label
from journey.facts import (
    Adjustment,
    ClaimAcknowledged,
    ContactLogged,
    CorrectionMade,
    RemitAdjudicated,
    SecondarySubmitted,
    SyntaxAcknowledged,
)
from journey.words import Party
from journey.writing import dollars, plainly
from packet.dealing_parts import AnswerPart, ContactPart, CorrectionPart, DecisionPart, SubmissionPart
from packet.naming import party_name
from packet.reducing import PAYERS
from packet.sources import Source

FREQUENCIES = {"1": "1, first", "7": "7, replacement", "8": "8, void"}


def submissions(source: Source) -> tuple[SubmissionPart, ...]:
    """Claims to later payers, oldest first, each with its answers; answers that name no claim of ours come last."""
    sent = [(entry, fact) for entry, fact in source.facts if isinstance(fact, SecondarySubmitted)]
    others = [answer for submission, answer in _answers(source) if submission not in source.sent_to]
    return (
        *(_submission(source, entry, fact) for entry, fact in sent),
        *(
            SubmissionPart(about=about, answers=tuple(each for each in others if each.about is about))
            for about in dict.fromkeys(each.about for each in others)
        ),
    )


def _submission(source: Source, entry: int, fact: SecondarySubmitted) -> SubmissionPart:
    about = source.about(fact)
    ours = next((each for each in source.submissions if each.submission_id == fact.submission_id), None)
    return SubmissionPart(
        about=about,
        entry=entry,
        at=fact.happened_at,
        to=party_name(source.case.claim, about),
        sent_by="Baton" if fact.ours else "the billing system",
        frequency=FREQUENCIES[fact.frequency],
        submission_id=fact.submission_id,
        interchange=ours.interchange_control if ours else "",
        group=ours.group_control if ours else "",
        transaction=ours.transaction_control if ours else "",
        answers=tuple(answer for submission, answer in _answers(source) if submission == fact.submission_id),
    )


def _answers(source: Source) -> list[tuple[str, AnswerPart]]:
    return [
        (fact.submission_id, _answer(source, entry, fact))
        for entry, fact in source.facts
        if isinstance(fact, SyntaxAcknowledged | ClaimAcknowledged)
    ]


def _answer(source: Source, entry: int, fact: SyntaxAcknowledged | ClaimAcknowledged) -> AnswerPart:
    return AnswerPart(
        about=source.about(fact),
        entry=entry,
        at=fact.happened_at,
        layer=fact.layer if isinstance(fact, SyntaxAcknowledged) else "277CA",
        by=party_name(source.case.claim, fact.sender),
        accepted=fact.accepted,
        says=_says(fact),
        payer_claim_number=getattr(fact, "payer_claim_number", ""),
    )


def _says(fact: SyntaxAcknowledged | ClaimAcknowledged) -> str:
    if isinstance(fact, SyntaxAcknowledged):
        return "; ".join(fact.errors) or ("read" if fact.accepted else "could not be read")
    code = f", {label('status_code', fact.status_code)}" if fact.status_code else ""
    return f"{label('status_category', fact.category)}{code}"


def contacts(source: Source) -> tuple[ContactPart, ...]:
    """Calls, letters and portal visits, oldest first."""
    return tuple(_contact(source, entry, fact) for entry, fact in source.facts if isinstance(fact, ContactLogged))


def _contact(source: Source, entry: int, fact: ContactLogged) -> ContactPart:
    return ContactPart(
        about=source.about(fact),
        entry=entry,
        at=fact.happened_at,
        channel=plainly(fact.channel),
        party=party_name(source.case.claim, fact.sender),
        said=plainly(fact.says),
        promised=fact.promised_date,
        has_file=party_name(source.case.claim, fact.holder) if fact.holder else "",
        action=fact.pending_action,
        person=fact.person_name,
        reference=fact.call_reference,
        document=fact.document,
        payer_claim_number=fact.payer_claim_number,
        note=fact.note,
        logged_by=fact.logged_by,
    )


def corrections(source: Source) -> tuple[CorrectionPart, ...]:
    """What people put right, oldest first."""
    made = [(entry, fact) for entry, fact in source.facts if isinstance(fact, CorrectionMade)]
    return tuple(
        CorrectionPart(
            about=source.about(fact),
            entry=entry,
            at=fact.happened_at,
            corrects=plainly(fact.corrects),
            field=plainly(fact.field),
            with_payer=party_name(source.case.claim, fact.with_payer),
            effective=fact.effective_date,
            before=fact.before,
            after=fact.after,
            reference=fact.reference,
            made_by=fact.made_by,
        )
        for entry, fact in made
    )


def decisions(source: Source) -> tuple[DecisionPart, ...]:
    """Remittances of all payers, oldest first."""
    return tuple(_decision(source, entry, fact) for entry, fact in source.facts if isinstance(fact, RemitAdjudicated))


def _decision(source: Source, entry: int, fact: RemitAdjudicated) -> DecisionPart:
    return DecisionPart(
        about=fact.payer,
        order=PAYERS.index(fact.payer) + 1 if fact.payer in PAYERS else None,
        paid=fact.paid,
        patient_share=sum(each.amount for each in fact.adjustments if each.group == "PR"),
        at=fact.happened_at,
        entry=entry,
        payer=fact.payer_name if fact.payer is Party.UNKNOWN else party_name(source.case.claim, fact.payer),
        status=label("claim_status", fact.claim_status),
        adjustments=tuple(_adjusted(each) for each in fact.adjustments),
        remarks=tuple(label("rarc", each) for each in fact.remarks),
        received_by_payer=fact.received_by_payer,
        payment_date=fact.payment_date,
        trace=fact.trace,
        payer_claim_number=fact.payer_claim_number,
    )


def _adjusted(each: Adjustment) -> str:
    return f"{each.group} {label('carc', each.reason)} {dollars(each.amount)}"
