"""Words of the forms: what somebody can have said, whom it fits, and the choices of every other field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from journey.facts import Said
from journey.words import Frozen, Party

PAYERS: Final = (Party.SECONDARY, Party.TERTIARY)
OUR_DESKS: Final = (Party.PROVIDER, Party.POSTING, Party.EDI, Party.REGISTRATION)
OTHERS: Final = (
    Party.CLEARINGHOUSE,
    Party.CROSSOVER_CARRIER,
    Party.PATIENT,
    Party.COB_REGISTRY,
    Party.EMPLOYER,
    Party.BANK,
    Party.AGENCY,
)


class Choice(Frozen):
    """One thing that somebody can have said."""

    says: Said
    words: str
    fits: tuple[Party, ...]
    """Whose word it can be."""


class Group(Frozen):
    """Choices that belong together."""

    words: str
    choices: tuple[Choice, ...]


_BOTH: Final = (Party.PRIMARY, *PAYERS)
_ANYBODY: Final = (*_BOTH, *OUR_DESKS, *OTHERS)

SAID: Final = (
    Group(
        words="Where the claim is",
        choices=(
            Choice(says=Said.NO_RECORD, words="No record of the claim", fits=PAYERS),
            Choice(says=Said.RECEIVED, words="They have it", fits=PAYERS),
            Choice(says=Said.ACCEPTED, words="In process", fits=PAYERS),
            Choice(says=Said.REJECTED, words="Rejected", fits=(*PAYERS, Party.CLEARINGHOUSE)),
            Choice(says=Said.FORWARDED, words="They forwarded it", fits=(Party.PRIMARY, Party.CROSSOVER_CARRIER)),
            Choice(says=Said.NOT_FORWARDED, words="They did not forward it", fits=(Party.PRIMARY,)),
            Choice(says=Said.TRANSMITTED, words="We sent it", fits=OUR_DESKS),
            Choice(says=Said.NOT_TRANSMITTED, words="We never sent it", fits=OUR_DESKS),
        ),
    ),
    Group(
        words="What they wait for",
        choices=(
            Choice(says=Said.PENDED_PROVIDER, words="Pended: we must act", fits=PAYERS),
            Choice(says=Said.DOCUMENT_WANTED, words="They want a document", fits=PAYERS),
            Choice(says=Said.DOCUMENT_RECEIVED, words="The document arrived", fits=PAYERS),
            Choice(says=Said.PENDED_PATIENT, words="Pended: the patient must act", fits=PAYERS),
            Choice(says=Said.QUESTIONNAIRE_OPEN, words="COB questionnaire open", fits=(*PAYERS, Party.PATIENT)),
            Choice(says=Said.QUESTIONNAIRE_ANSWERED, words="Questionnaire answered", fits=(*PAYERS, Party.PATIENT)),
            Choice(says=Said.ACCIDENT, words="An accident is behind it", fits=(*PAYERS, Party.PATIENT)),
            Choice(says=Said.NO_ACCIDENT, words="No accident", fits=(Party.PATIENT,)),
        ),
    ),
    Group(
        words="Order and cover",
        choices=(
            Choice(says=Said.ORDER_WRONG, words="They have another order", fits=(*_BOTH, Party.COB_REGISTRY)),
            Choice(says=Said.ORDER_CONFIRMED, words="They confirm our order", fits=(*_BOTH, Party.COB_REGISTRY)),
            Choice(says=Said.COVERAGE_ACTIVE, words="Policy in force", fits=(*_BOTH, Party.PATIENT, Party.EMPLOYER)),
            Choice(says=Said.COVERAGE_ENDED, words="Policy had ended", fits=(*_BOTH, Party.PATIENT, Party.EMPLOYER)),
        ),
    ),
    Group(
        words="Decision and money",
        choices=(
            Choice(says=Said.PROCESSED, words="Decided", fits=_BOTH),
            Choice(says=Said.PAID, words="Paid", fits=_BOTH),
            Choice(says=Said.PAID_TO_PATIENT, words="Paid to the patient", fits=(*PAYERS, Party.PATIENT)),
            Choice(says=Said.DENIED, words="Denied", fits=_BOTH),
            Choice(says=Said.POSTED, words="Posted", fits=(*OUR_DESKS, Party.BANK)),
            Choice(says=Said.NOT_POSTED, words="Not posted", fits=(*OUR_DESKS, Party.BANK)),
        ),
    ),
    Group(
        words="Otherwise",
        choices=(Choice(says=Said.NOTHING_NEW, words="Nothing new, under review, no answer", fits=_ANYBODY),),
    ),
)
"""Everything that can have been said, as chips; `fits` hides those that the party reached cannot have meant."""

SAID_WORDS: Final[Mapping[Said, str]] = {each.says: each.words for group in SAID for each in group.choices}

CHANNELS: Final = {
    "phone": "Telephone",
    "portal": "Portal",
    "ivr": "Voice menu",
    "fax": "Fax",
    "letter": "Letter",
    "chat": "Chat",
    "edi": "Electronic answer",
    "in_person": "In person",
}
CORRECTIONS: Final = {
    "claim_data": "Claim data corrected",
    "cob_record": "COB record put right at a payer",
    "cob_verified": "COB record confirmed by a payer",
    "document": "Document sent to a payer",
    "posting": "Posting put right",
    "coverage": "Cover found out",
    "statement": "Corrected statement sent",
    "refund": "Refund made",
}
CLAIM_FIELDS: Final = (
    "member_id",
    "member_last_name",
    "member_first_name",
    "member_birth_date",
    "group_number",
    "relationship",
    "payer_id",
    "filing_indicator",
    "ended",
    "found",
)
"""What a correction can name; `ended` and `found` are for cover."""

ACTS: Final = {
    "taken": "Take it",
    "done": "Done",
    "given_back": "Give it back",
    "snoozed": "Snooze the reminder",
    "assigned": "Assign",
}
DECISIONS: Final = {
    "extend": "Extend the wait",
    "take_back": "Take an extension back",
    "resubmit_now": "Send the claim now",
    "release_hold": "Release the billing hold",
    "write_off": "Write the balance off",
    "close": "Close the case",
}
TWO_PERSONS: Final = ("resubmit_now", "write_off", "close")
"""Decisions that need a second person (field notes 4.4)."""

COVERS: Final = {
    "group": "Group plan of an employer",
    "retiree": "Retiree plan",
    "cobra": "COBRA",
    "individual": "Individual plan",
    "medicare": "Medicare",
    "medigap": "Medigap",
    "medicaid": "Medicaid",
    "tricare": "TRICARE",
    "champva": "CHAMPVA",
    "workers_comp": "Workers' compensation",
    "no_fault": "No-fault",
    "liability": "Liability",
    "veterans": "Veterans",
    "black_lung": "Black lung",
    "ihs": "Indian Health Service",
}
HOLDERS: Final = {"self": "The patient", "spouse": "The spouse", "parent": "A parent", "other": "Somebody else"}
REASONS: Final = {"age": "Age", "disability": "Disability", "esrd": "Kidney failure"}
CUSTODIES: Final = {
    "custodial": "Custodial parent",
    "custodial_spouse": "Spouse of the custodial parent",
    "non_custodial": "Non-custodial parent",
    "non_custodial_spouse": "Spouse of the non-custodial parent",
    "joint": "Joint custody",
}
YES_NO: Final = (
    ("holder_works", "Comes with present employment"),
    ("has_cob_clause", "Has a COB clause"),
    ("decree_names_holder", "A court decree names its holder"),
    ("parents_together", "The child's parents live together"),
    ("related_to_injury", "The services are for the injury it covers"),
)
"""Fields of a policy that are yes, no, or not known."""

LABELS: Final[Mapping[str, str]] = {
    "with": "Reached",
    "person_name": "Name of the person",
    "says": "What they said",
    "holder": "Who has the file",
    "pending_action": "What must be done there",
    "promised_date": "They promised it by",
    "call_reference": "Call reference",
    "payer_claim_number": "The payer's claim number",
    "document": "Document",
    "amount": "Amount",
    "trace": "Cheque or EFT number",
    "channel": "How",
    "note": "In their words",
    "corrects": "What was put right",
    "field": "Field",
    "before": "Before",
    "after": "After",
    "reference": "Reference",
    "effective_date": "Holds from",
    "act": "What you do",
    "escalation": "Which task",
    "person": "To whom",
    "until": "Until",
    "reason": "Reason",
    "decision": "Decision",
    "second_person": "Second person",
    "order": "Policy",
}
"""What each field is called, where typed text is shown again."""
