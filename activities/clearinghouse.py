"""The clearinghouse's drop folder: secondary claims and status questions leave here as files."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Final, Literal, NamedTuple, Protocol

from pydantic import BaseModel, ValidationError
from temporalio import activity

from activities.errands import done, failed
from activities.folders import drop
from journey.claim import Claim
from journey.facts import SecondarySubmitted
from journey.words import Frozen, Grade, Party
from workflows.ports import Clearinghouse, Errand, Learnt, StatusQuestion, SubmissionRequest

TAKEN: Final = "taken"
"""Subfolder into which the clearinghouse moves what it collected."""

AROUND: Final = timedelta(days=7)
"""How far a range search looks before and after the dates of service; field notes 1.9 ask for a range and name none."""

OF_THE_MEMBER: Final = frozenset(
    {
        "payer_id",
        "payer_name",
        "group_number",
        "relationship",
        "member_id",
        "member_last_name",
        "member_first_name",
        "member_birth_date",
    }
)
"""What a correction may change in the secondary policy."""

OF_THE_CLAIM: Final = frozenset(
    {
        "patient_last_name",
        "patient_first_name",
        "patient_birth_date",
        "provider_npi",
        "provider_tin",
        "facility_code",
    }
)
"""What a correction may change in the claim itself."""


class SubmissionDetail(Frozen):
    """What an errand's detail says of a submission; every other entry is a correction, field → new value."""

    frequency: Literal["1", "7", "8"] = "1"
    original_payer_claim_number: str = ""
    protective: bool = False


class QuestionDetail(Frozen):
    """What an errand's detail says of a status question; every other entry is a correction, field → new value."""

    search: Literal["member_and_date", "member_and_range", "payer_claim_number"] = "member_and_date"
    payer_claim_number: str = ""


class Controls(NamedTuple):
    """The numbers of one submission, which its acknowledgements return."""

    submission_id: str
    interchange: str
    group: str
    transaction: str


class Register(Protocol):
    """Remembers what left us, so that the same action always has the same numbers."""

    def register_submission(self, practice: str, action_key: str, case_id: str, frequency: str) -> Controls:
        """The numbers of an action's submission: new ones the first time, the same ones ever after."""

    def register_question(self, practice: str, action_key: str, case_id: str, searched_by: str) -> str:
        """The id of an action's status question, likewise."""


class ClearinghouseDrop(Clearinghouse):
    """Writes JSON files. An action always writes the same file under the same name, unless it is there or was taken.

    Both errands raise `activities.folders.FolderError` when the folder cannot be written now. What no retry can help
    comes back as a failed outcome, before any number is given out.
    """

    def __init__(self, folder: Path, register: Register) -> None:
        """Take the drop folder, which must exist, and the register."""
        self._folder = folder
        self._register = register

    @activity.defn(name="submit_secondary")
    def submit_secondary(self, errand: Errand) -> Learnt:
        """Drop `<submission_id>.claim.json`, with the corrections of the errand's detail in the claim."""
        try:
            detail = SubmissionDetail.model_validate(errand.action.detail)
            claim = _corrected(errand, detail)
        except ValueError as problem:
            return Learnt(outcome=failed(errand, _in_words(problem)))
        request = self._request(errand, detail, claim)
        self._write(f"{request.submission_id}.claim.json", request)
        return Learnt(outcome=done(errand, request.submission_id), facts=(_submitted(errand, request),))

    @activity.defn(name="ask_status")
    def ask_status(self, errand: Errand) -> Learnt:
        """Drop `<question_id>.status.json`, with corrections likewise."""
        try:
            detail = QuestionDetail.model_validate(errand.action.detail)
            claim = _corrected(errand, detail)
        except ValueError as problem:
            return Learnt(outcome=failed(errand, _in_words(problem)))
        question = self._question(errand, detail, claim)
        self._write(f"{question.question_id}.status.json", question)
        return Learnt(outcome=done(errand, question.question_id))

    def _write(self, name: str, content: BaseModel) -> None:
        # In this order: a file that is collected between the two looks is seen by the second.
        if (self._folder / name).exists() or (self._folder / TAKEN / name).exists():
            return
        drop(self._folder, name, content.model_dump_json(indent=1).encode())

    def _request(self, errand: Errand, detail: SubmissionDetail, claim: Claim) -> SubmissionRequest:
        controls = self._register.register_submission(
            errand.practice, errand.action.key, errand.case_id, detail.frequency
        )
        return SubmissionRequest(
            submission_id=controls.submission_id,
            interchange_control=controls.interchange,
            group_control=controls.group,
            transaction_control=controls.transaction,
            frequency=detail.frequency,
            original_payer_claim_number=detail.original_payer_claim_number,
            payer_id=claim.secondary.payer_id,
            payer_name=claim.secondary.payer_name,
            claim=claim,
            prior_remittances=errand.prior_remittances,
            protective=detail.protective,
            written_at=errand.now,
        )

    def _question(self, errand: Errand, detail: QuestionDetail, claim: Claim) -> StatusQuestion:
        member = claim.secondary
        around = AROUND if detail.search == "member_and_range" else timedelta()
        return StatusQuestion(
            question_id=self._register.register_question(
                errand.practice, errand.action.key, errand.case_id, detail.search
            ),
            payer_id=member.payer_id,
            payer_name=member.payer_name,
            search=detail.search,
            claim_number=claim.claim_number,
            payer_claim_number=detail.payer_claim_number,
            member_id=member.member_id,
            member_last_name=member.member_last_name,
            member_first_name=member.member_first_name,
            member_birth_date=member.member_birth_date,
            service_from=claim.service_from - around,
            service_to=claim.service_to + around,
            charge=None if around else claim.charge,
            provider_npi=claim.provider_npi,
            asked_at=errand.now,
        )


def _corrected(errand: Errand, detail: SubmissionDetail | QuestionDetail) -> Claim:
    """The claim with every correction made; one that cannot be made is an error, or the same fault goes out again."""
    claim = errand.claim
    known = type(detail).model_fields
    corrections = {field: value for field, value in errand.action.detail.items() if field not in known}
    if not corrections.keys() <= OF_THE_MEMBER | OF_THE_CLAIM:
        raise ValueError("a correction names a field that cannot be corrected here")
    coverages = [each.model_dump() for each in claim.coverages]
    coverages[1] |= {field: value for field, value in corrections.items() if field in OF_THE_MEMBER}
    of_claim = {field: value for field, value in corrections.items() if field in OF_THE_CLAIM}
    return Claim.model_validate(claim.model_dump() | of_claim | {"coverages": coverages})


def _in_words(problem: ValueError) -> str:
    """The problem without any value: fields and rules for what pydantic found, our own sentence for the rest."""
    if not isinstance(problem, ValidationError):
        return str(problem)
    found = problem.errors(include_input=False, include_url=False, include_context=False)
    return "; ".join(f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}" for each in found)


def _submitted(errand: Errand, request: SubmissionRequest) -> SecondarySubmitted:
    return SecondarySubmitted(
        fact_id=f"submitted:{request.submission_id}",
        happened_at=errand.now,
        learnt_at=errand.now,
        source=request.submission_id,
        sender=Party.BATON,
        grade=Grade.DOCUMENTED,
        submission_id=request.submission_id,
        frequency=request.frequency,
        payer_id=request.payer_id,
        ours=True,
        member_id=request.claim.secondary.member_id,
    )
