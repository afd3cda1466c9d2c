"""What people say to a case over the API, and what they hear back."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from dashboard.saying import Heard
from journey.facts import Said
from journey.words import Cents, Frozen, Moment, Party
from workflows.messages import Standing


class Told(BaseModel):
    """What everything that people say may carry."""

    model_config = ConfigDict(extra="forbid")

    happened_at: Moment | None = Field(None, description="When it was, in UTC; now when absent.")

    def content(self, *without: str) -> dict[str, Any]:
        """What is said, without when it was and what it is called."""
        return self.model_dump(exclude={"happened_at", "kind", *without})


class Contact(Told):
    """A call, letter, portal visit or conversation.

    It counts when it brings news, or names who has the file, what they must do and by when; and when it names the
    person and a call reference or a document. Anything else moves no deadline, and the answer says so.
    """

    party: Party = Field(description="Who was contacted.", examples=["secondary"])
    channel: Literal["phone", "portal", "ivr", "fax", "letter", "chat", "edi", "in_person"] = "phone"
    says: Said = Field(Said.NOTHING_NEW, description="What they said, reduced to what the journey can use.")
    person_name: str = Field("", max_length=200, description="The name of the person who said so.")
    call_reference: str = Field("", max_length=200)
    document: str = Field("", max_length=200, description="Reference of a letter, print or screenshot.")
    holder: Party | None = Field(None, description="Who has the file, by their word.")
    pending_action: str = Field("", max_length=300, description="What must be done there, by their word.")
    promised_date: date | None = Field(None, description="By which date, by their word.")
    payer_claim_number: str = Field("", max_length=80)
    amount: Cents | None = Field(None, description="What they say was paid, in cents.", ge=0, le=10**12)
    trace: str = Field("", max_length=80, description="The payment's trace or cheque number.")
    note: str = Field("", max_length=500, description="Further words; kept sealed.")


class Correction(Told):
    """Something was put right: claim data, a COB record, a posting, a bill."""

    corrects: Literal[
        "claim_data", "cob_record", "cob_verified", "posting", "document", "coverage", "statement", "refund"
    ]
    field: str = Field("", max_length=80, description="With claim data: the claim field, such as `member_id`.")
    before: str = Field("", max_length=300)
    after: str = Field("", max_length=300)
    reference: str = Field("", max_length=200, description="The payer's reference number.")
    effective_date: date | None = None
    with_payer: Party = Field(Party.SECONDARY, description="At which payer.")


class Act(Told):
    """Someone took, finished or gave back a task, assigned the case, or put a reminder off. Taken is not done."""

    act: Literal["assigned", "taken", "done", "given_back", "snoozed"]
    person: str = Field("", max_length=80, description="With `assigned`: to whom, by sign-in name; else who asks.")
    escalation: str = Field(
        "",
        max_length=200,
        description="Which task: its kind or id; may be left out when one is open.",
        examples=["resubmission"],
    )
    until: date | None = Field(None, description="With `snoozed`: to which day the reminder is put off.")
    reason: str = Field("", max_length=300)


class Hold(Told):
    """A billing hold is asked for; asked again, it renews the review of one that stands."""

    reason: str = Field(min_length=1, max_length=300, examples=["the patient called: a bill arrived too early"])


class Policy(Told):
    """What was learnt of one policy that decides the order of benefits; only what is given is changed."""

    order: int = Field(ge=1, le=9, description="The policy's place as billed: 1 primary, 2 secondary, 3 tertiary.")
    source_of_cover: (
        Literal[
            "group", "retiree", "cobra", "individual", "medicare", "medigap", "medicaid", "tricare", "champva",
            "workers_comp", "no_fault", "liability", "veterans", "black_lung", "ihs",
        ]
        | None
    ) = None  # fmt: skip
    holder_is_patient: bool | None = None
    holder_relation: Literal["self", "spouse", "parent", "other"] | None = None
    holder_works: bool | None = Field(None, description="The policy comes with present employment.")
    employees: int | None = Field(None, ge=0, le=10**8, description="Size of the employer behind a group plan.")
    medicare_reason: Literal["age", "disability", "esrd"] | None = None
    esrd_since: date | None = None
    since: date | None = None
    until: date | None = None
    has_cob_clause: bool | None = None
    holder_birthday: str = Field("", pattern=r"^(\d\d-\d\d)?$", description="Month and day of a parent's birth, MM-DD.")
    custody: Literal["custodial", "custodial_spouse", "non_custodial", "non_custodial_spouse", "joint"] | None = None
    decree_names_holder: bool | None = None
    parents_together: bool | None = None
    related_to_injury: bool | None = None


class Decision(Told):
    """A supervisor's decision. Closing, sending at once and writing off need a second person."""

    decision: Literal["release_hold", "close", "extend", "take_back", "resubmit_now", "write_off"]
    second_person: str = Field("", max_length=80, description="The sign-in name of the second person.")
    reason: str = Field(min_length=1, max_length=300)
    until: date | None = Field(None, description="With `extend`: the new hard time of the clock that waits.")
    takes_back: str = Field("", max_length=200, description="With `take_back`: the fact id of the extension.")


class Outcome(Frozen):
    """What became of something that was said to a case."""

    case_id: str
    fact_id: str = Field(description="The fact that it is; repeated with the same key it is the same.")
    state: Literal["heard", "waits", "refused", "unknown"] = Field(
        description="`waits`: the engine is away; it is kept and told when the engine is back."
    )
    counts: bool | None = Field(None, description="Once heard: whether it moved anything.")
    says: tuple[str, ...] = Field((), description="Why, in words.")
    would_count: str = Field("", description="What would make it count, when it did not.")
    problem: str = Field("", description="Why it waits or was refused.")
    standing: Standing | None = Field(None, description="Where the case stands now.")


HEARD_BEFORE = ("It stands in the case's evidence.",)


def outcome_of(case_id: str, fact_id: str, heard: Heard) -> Outcome:
    """What became of it, as the API tells it."""
    answer = heard.answer
    if answer is None:
        return Outcome(case_id=case_id, fact_id=fact_id, state=heard.state, problem=heard.problem)
    return Outcome(
        case_id=case_id,
        fact_id=fact_id,
        state=heard.state,
        counts=answer.counts,
        says=answer.says,
        would_count=answer.would_count,
        problem=heard.problem,
        standing=answer.standing,
    )
