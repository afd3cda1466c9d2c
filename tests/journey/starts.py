"""Where a silence can begin: for every hop and every further wait, a case led to just before it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from journey.case import ActionKind
from journey.facts import (
    ClaimAcknowledged,
    ClaimHeldBack,
    ContactLogged,
    CorrectionMade,
    CoverageChecked,
    Said,
    SecondarySubmitted,
    StatusAnswered,
    SyntaxAcknowledged,
)
from journey.words import Party

Lead = Callable[[Any], None]


def nothing(_: Any) -> None:
    """The primary has the claim, and nothing was heard."""


def promised(journey: Any) -> None:
    """The primary announced a crossover."""
    journey.remit()


def unpromised(journey: Any) -> None:
    """The primary decided and said nothing of forwarding."""
    journey.remit(claim_status="1", remarks=())


def declined(journey: Any) -> None:
    """The primary said that it did not forward."""
    journey.remit(claim_status="1", remarks=("MA19",))


def sent(journey: Any) -> None:
    """Our billing system sent the claim."""
    unpromised(journey)
    journey.hear(SecondarySubmitted, submission_id="S1", ours=False)


def file_read(journey: Any) -> None:
    """The file could be read."""
    sent(journey)
    journey.hear(SyntaxAcknowledged, layer="999", accepted=True)


def file_refused(journey: Any) -> None:
    """The file could not be read."""
    sent(journey)
    journey.hear(SyntaxAcknowledged, layer="999", accepted=False)


def passed_on(journey: Any) -> None:
    """The clearinghouse accepted the claim."""
    sent(journey)
    journey.hear(ClaimAcknowledged, sender=Party.CLEARINGHOUSE, category="A2", accepted=True)


def rejected(journey: Any) -> None:
    """The payer refused the claim for its member number."""
    sent(journey)
    journey.hear(ClaimAcknowledged, sender=Party.SECONDARY, category="A7", status_code="164", accepted=False)


def order_questioned(journey: Any) -> None:
    """The payer refused the claim because it is not the second."""
    sent(journey)
    journey.hear(ClaimAcknowledged, sender=Party.SECONDARY, category="A7", status_code="85", accepted=False)


def accepted(journey: Any) -> None:
    """The payer took the claim."""
    promised(journey)
    journey.hear(ClaimAcknowledged, sender=Party.SECONDARY, category="A2", accepted=True)


def pended_on_us(journey: Any) -> None:
    """The payer waits for us."""
    promised(journey)
    journey.hear(StatusAnswered, sender=Party.SECONDARY, category="P3")


def pended_on_patient(journey: Any) -> None:
    """The payer waits for the patient."""
    promised(journey)
    journey.hear(StatusAnswered, sender=Party.SECONDARY, category="P4")


def paid(journey: Any) -> None:
    """The payer announced its payment."""
    accepted(journey)
    journey.remit(Party.SECONDARY, claim_status="2", paid=32000, adjustments=(), remarks=(), payer_claim_number="S")


def posted_wrong(journey: Any) -> None:
    """The payment is posted, and the balance is wrong."""
    paid(journey)
    journey.ledger(1, 32000, secondary_posted=32000)


def taken_back(journey: Any) -> None:
    """The payer took its payment back."""
    paid(journey)
    journey.remit(Party.SECONDARY, claim_status="22", paid=-32000, adjustments=(), remarks=(), payer_claim_number="S")


def denied(journey: Any) -> None:
    """The payer denied the claim."""
    accepted(journey)
    given = journey.case.evidence[0].adjustments[:1]
    changed = tuple(each.model_copy(update={"reason": "31"}) for each in given)
    journey.remit(Party.SECONDARY, claim_status="2", paid=0, adjustments=changed, remarks=())


def document_sent(journey: Any) -> None:
    """What the payer asked for was sent."""
    pended_on_us(journey)
    journey.after(hours=1)
    journey.hear(CorrectionMade, corrects="document", reference="PWK1")


def patient_answered(journey: Any) -> None:
    """The patient answered the payer, with a confirmation number."""
    pended_on_patient(journey)
    journey.after(hours=1)
    said = {"says": Said.QUESTIONNAIRE_ANSWERED, "person_name": "Ms Roe", "call_reference": "CONF-1"}
    journey.hear(ContactLogged, sender=Party.PATIENT, **said)


def cover_ended(journey: Any) -> None:
    """The payer's own answer shows that its policy had ended."""
    promised(journey)
    journey.hear(CoverageChecked, payer=Party.SECONDARY, sender=Party.SECONDARY, active=False)


def primary_took_back(journey: Any) -> None:
    """The primary took its decision back after the claim was sent."""
    sent(journey)
    journey.after(hours=1)
    journey.remit(claim_status="22", paid=-48000, adjustments=(), remarks=())


def primary_decided_again(journey: Any) -> None:
    """The primary decided anew."""
    primary_took_back(journey)
    journey.after(hours=1)
    journey.remit(claim_status="1", remarks=(), payer_claim_number="ICN2")


def both_second(journey: Any) -> None:
    """Each payer names the other as the first."""
    order = journey.adjusted("OA22 1000")
    journey.remit(claim_status="1", paid=0, adjustments=order, remarks=(), corrected_payer="Aetna")
    fields: dict[str, Any] = {"claim_status": "2", "paid": 0, "adjustments": order, "remarks": ()}
    journey.remit(Party.SECONDARY, **fields, corrected_payer="Medicare", payer_claim_number="SEC1")


def both_agree(journey: Any) -> None:
    """The records of both payers agree now."""
    both_second(journey)
    journey.after(hours=1)
    for payer in (Party.PRIMARY, Party.SECONDARY):
        journey.hear(CorrectionMade, corrects="cob_verified", reference="ELIG5", with_payer=payer)


def third_is_due(journey: Any) -> None:
    """The secondary left a share, and a third policy is there."""
    journey.name_third()
    accepted(journey)
    journey.after(hours=1)
    fields: dict[str, Any] = {"claim_status": "2", "paid": 0, "remarks": (), "payer_claim_number": "S"}
    journey.remit(Party.SECONDARY, **fields, adjustments=journey.adjusted("OA23 680 PR2 320"))


def held_back(journey: Any) -> None:
    """Our own rules refused the claim before it went out."""
    declined(journey)
    journey.ledger(1, 32000)
    action = next(each for each in journey.actions if each.kind is ActionKind.SUBMIT_SECONDARY)
    journey.hear(ClaimHeldBack, key=action.key, problems=("member_id: take it from the card",))
    journey.ended(action, succeeded=False)


STARTS: tuple[Lead, ...] = (
    nothing,
    promised,
    unpromised,
    declined,
    sent,
    file_read,
    file_refused,
    passed_on,
    rejected,
    order_questioned,
    accepted,
    pended_on_us,
    pended_on_patient,
    paid,
    posted_wrong,
    taken_back,
    denied,
    document_sent,
    patient_answered,
    cover_ended,
    primary_took_back,
    primary_decided_again,
    both_second,
    both_agree,
    third_is_due,
    held_back,
)

WATCHED_BY: dict[Lead, str] = {
    document_sent: "T8S",
    patient_answered: "T9R",
    cover_ended: "TV",
    primary_took_back: "T13P",
    primary_decided_again: "T13R",
    both_second: "TES",
    both_agree: "TP",
    third_is_due: "T2T",
    held_back: "THB",
}
"""The clock that watches each of the further waits."""
