"""The clearinghouse's drop folder: claims to later payers (837) and status questions (276) leave here as files."""

from __future__ import annotations

from datetime import UTC, timedelta, tzinfo
from pathlib import Path
from typing import Final, Literal, NamedTuple, Protocol

from pydantic import ValidationError
from temporalio import activity

from activities.corrections import CorrectionError, corrected, in_words
from activities.errands import done, failed
from activities.folders import drop
from edi import claim_writer, status_question
from edi.billed_loops import element, first
from edi.claim_order import ClaimOrder, attachment_of
from edi.envelope_out import Controls, UnsendableError
from edi.release import released
from edi.status_question import Person, StatusInquiry
from edi.trading_partner import TRIAL, TradingPartner
from journey.claim import Claim, Coverage
from journey.facts import ClaimHeldBack, SecondarySubmitted
from journey.words import Frozen, Grade, Party
from workflows.ports import Clearinghouse, Errand, Learnt
from workflows.prior_decisions import earlier_decisions

TAKEN: Final = "taken"
"""Subfolder into which the clearinghouse moves what it collected."""

AROUND: Final = timedelta(days=7)
"""How far a range search looks before and after the dates of service; field notes 1.9 ask for a range and name none."""

_ASKED: Final = {Party.PRIMARY: 1, Party.TERTIARY: 3}


class SubmissionDetail(Frozen):
    """What an errand's detail says of a submission; every other entry is a correction, field → new value."""

    frequency: Literal["1", "7", "8"] = "1"
    original_payer_claim_number: str = ""
    protective: bool = False
    """Sent to keep the filing limit, although COB is not settled; the claim itself is the same."""
    destination: Literal["2", "3"] = "2"
    insurance_type: str = ""
    attachment: str = ""
    """The document's control number, or `report:transmission:number` (PWK01, PWK02, PWK06)."""
    patient_gender: str = ""
    provider_postal_code: str = ""


class QuestionDetail(Frozen):
    """What an errand's detail says of a status question; every other entry is a correction, field → new value."""

    search: Literal["member_and_date", "member_and_range", "payer_claim_number"] = "member_and_date"
    payer_claim_number: str = ""


class Sent(NamedTuple):
    """The id of something that left, and the control numbers that its acknowledgements return."""

    id: str
    controls: Controls


class Register(Protocol):
    """Remembers what left us, so that the same action always has the same numbers."""

    def register_submission(self, practice: str, action_key: str, case_id: str, frequency: str) -> Sent:
        """The numbers of an action's submission: new ones the first time, the same ones ever after."""

    def register_question(self, practice: str, action_key: str, case_id: str, searched_by: str) -> Sent:
        """The numbers of an action's status question, likewise."""


class ClearinghouseDrop(Clearinghouse):
    """Writes X12 files. An action always writes the same file under the same name, unless it is there or was taken.

    Both errands raise `activities.folders.FolderError` when the folder cannot be written now. What no retry can help
    comes back as a failed outcome, before any number is given out.
    """

    def __init__(self, folder: Path, register: Register, partner: TradingPartner = TRIAL, zone: tzinfo = UTC) -> None:
        """Take the drop folder, which must exist, the register, who sends to whom, and where the office works."""
        self._folder = folder
        self._register = register
        self._partner = partner
        self._zone = zone

    @activity.defn(name="submit_secondary", no_thread_cancel_exception=True)
    def submit_secondary(self, errand: Errand) -> Learnt:
        """Drop `<submission_id>.837` with the corrections of the errand's detail made, if every rule lets it pass.

        A claim that is refused is held back: nothing is written, no number is used, and the fact names field and fix.
        """
        order = sendable(errand, self._partner, self._zone)
        if isinstance(order, tuple):
            return _held_back(errand, order)
        sent = self._register.register_submission(errand.practice, errand.action.key, errand.case_id, order.frequency)
        order = order.model_copy(update={"submission_id": sent.id, "controls": sent.controls})
        self._write(f"{sent.id}.837", claim_writer.write(order))
        return Learnt(outcome=done(errand, sent.id), facts=(_submitted(errand, order),))

    @activity.defn(name="ask_status", no_thread_cancel_exception=True)
    def ask_status(self, errand: Errand) -> Learnt:
        """Drop `<question_id>.276`, with corrections likewise."""
        try:
            inquiry = self._inquiry(errand)
            status_question.write(inquiry)
        except ValidationError as problem:
            return Learnt(outcome=failed(errand, in_words(problem)))
        except (CorrectionError, UnsendableError) as problem:
            return Learnt(outcome=failed(errand, str(problem)))
        sent = self._register.register_question(errand.practice, errand.action.key, errand.case_id, inquiry.search)
        inquiry = inquiry.model_copy(update={"question_id": sent.id, "controls": sent.controls})
        self._write(f"{sent.id}.276", status_question.write(inquiry))
        return Learnt(outcome=done(errand, sent.id))

    def _write(self, name: str, text: str) -> None:
        # In this order: a file that is collected between the two looks is seen by the second.
        if (self._folder / name).exists() or (self._folder / TAKEN / name).exists():
            return
        drop(self._folder, name, text.encode("ascii"))

    def _inquiry(self, errand: Errand) -> StatusInquiry:
        detail, claim = QuestionDetail.model_validate(errand.action.detail), _corrected(errand, QuestionDetail)
        policy = claim.coverage(_ASKED.get(errand.action.to, 2)) or claim.secondary
        around = AROUND if detail.search == "member_and_range" else timedelta()
        return StatusInquiry(
            question_id="TRIAL",
            search=detail.search,
            payer_id=policy.payer_id,
            payer_name=policy.payer_name.upper(),
            provider_name=_provider_name(claim),
            provider_npi=claim.provider_npi,
            provider_tin=claim.provider_tin,
            member_id=policy.member_id,
            group_number=policy.group_number,
            member=_member(policy, claim),
            patient=None if policy.relationship in ("", "18") else _patient(claim),
            claim_number=claim.claim_number,
            payer_claim_number=detail.payer_claim_number,
            charge_cents=None if around else claim.charge,
            service_from=claim.service_from - around,
            service_to=claim.service_to + around,
            bill_type=f"{claim.facility_code}1" if claim.form == "837I" and claim.facility_code else "",
            partner=self._partner,
            controls=Controls(interchange=1, group=1, transaction=1),
            written_at=errand.now.astimezone(self._zone),
        )


def sendable(errand: Errand, partner: TradingPartner, zone: tzinfo) -> ClaimOrder | tuple[str, ...]:
    """The claim that an errand asks for, or everything that keeps it back; writes nothing and uses no number.

    Args:
        errand: what is to be sent.
        partner: who sends to whom.
        zone: where the office works.
    """
    try:
        order = _order(errand, partner, zone)
    except ValidationError as problem:
        return (in_words(problem),)
    except CorrectionError as problem:
        return (str(problem),)
    checked = released(order)
    return order if isinstance(checked, str) else tuple(each.sentence for each in checked)


def _order(errand: Errand, partner: TradingPartner, zone: tzinfo) -> ClaimOrder:
    """What is asked for, with numbers that nobody else gets to see."""
    detail, claim = SubmissionDetail.model_validate(errand.action.detail), _corrected(errand, SubmissionDetail)
    destination: Literal[2, 3] = 3 if detail.destination == "3" else 2
    return ClaimOrder(
        claim=claim,
        remits=earlier_decisions(errand.prior_remittances, destination),
        destination=destination,
        frequency=detail.frequency,
        original_payer_claim_number=detail.original_payer_claim_number,
        submission_id="TRIAL",
        insurance_type=detail.insurance_type,
        attachment=attachment_of(detail.attachment),
        patient_gender=detail.patient_gender,
        provider_postal_code=detail.provider_postal_code,
        partner=partner,
        written_at=errand.now.astimezone(zone),
    )


def _corrected(errand: Errand, detail: type[SubmissionDetail] | type[QuestionDetail]) -> Claim:
    known = detail.model_fields
    return corrected(
        errand.claim, {field: value for field, value in errand.action.detail.items() if field not in known}
    )


def _provider_name(claim: Claim) -> str:
    return element(first((tuple(each.split("*")) for each in claim.segments), "NM1", "85"), 3)


def _member(policy: Coverage, claim: Claim) -> Person:
    """The member; a patient who is the member lends what the policy does not tell."""
    own = policy.relationship in ("", "18")
    return Person(
        last=(policy.member_last_name or (claim.patient_last_name if own else "")).upper(),
        first=(policy.member_first_name or (claim.patient_first_name if own else "")).upper(),
        birth=policy.member_birth_date or (claim.patient_birth_date if own else None),
    )


def _patient(claim: Claim) -> Person:
    return Person(
        last=claim.patient_last_name.upper(),
        first=claim.patient_first_name.upper(),
        birth=claim.patient_birth_date,
    )


def _held_back(errand: Errand, problems: tuple[str, ...]) -> Learnt:
    fact = ClaimHeldBack(
        fact_id=f"held-back:{errand.action.key}",
        happened_at=errand.now,
        learnt_at=errand.now,
        sender=Party.BATON,
        grade=Grade.DOCUMENTED,
        key=errand.action.key,
        problems=problems,
    )
    return Learnt(outcome=failed(errand, f"the claim is held back: {'; '.join(problems)}"), facts=(fact,))


def _submitted(errand: Errand, order: ClaimOrder) -> SecondarySubmitted:
    policy = order.policy
    return SecondarySubmitted(
        fact_id=f"submitted:{order.submission_id}",
        happened_at=errand.now,
        learnt_at=errand.now,
        source=order.submission_id,
        sender=Party.BATON,
        grade=Grade.DOCUMENTED,
        submission_id=order.submission_id,
        frequency=order.frequency,
        payer_id=policy.payer_id if policy else "",
        ours=True,
        member_id=policy.member_id if policy else "",
    )
