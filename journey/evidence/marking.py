"""What one fact says: the marks that it makes, and how well it shows them. Tables and small readers, one per kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from journey.evidence import verdicts
from journey.evidence.kept import contact_grade, is_firm
from journey.evidence.marks import Mark
from journey.evidence.verdicts import Verdict
from journey.facts import (
    ClaimAcknowledged,
    ClaimHeldBack,
    ContactLogged,
    CorrectionMade,
    Fact,
    MoneyArrived,
    PersonActed,
    RemitAdjudicated,
    Said,
    SecondarySubmitted,
    StatusAnswered,
    SupervisorDecided,
    SyntaxAcknowledged,
)
from journey.words import Grade, Party

PAYERS = (Party.SECONDARY, Party.TERTIARY)
ENDED, FOUND = "ended", "found"
"""What registration found out about a policy (F14): it had ended and there is no other, or there is another."""
Marks = Iterator[tuple[Mark, Grade]]


def marks_of(fact: Fact) -> Marks:
    """The marks that a fact makes by itself, each with its grade; none for what is no word about the claim."""
    reader = _READERS.get(type(fact))
    return reader(fact) if reader else iter(())


def forwarding(remit: RemitAdjudicated) -> Mark:
    """What a primary remittance says of forwarding: promised, declined, or nothing (field notes 1.1, 1.5).

    A remark that the claim was not sent outranks the status that says it was.
    """
    if verdicts.NOT_FORWARDED_REMARKS & set(remit.remarks):
        return Mark.DECLINED
    if remit.claim_status in verdicts.FORWARDED_STATUSES or verdicts.FORWARDED_REMARKS & set(remit.remarks):
        return Mark.PROMISED
    return Mark.UNPROMISED


def hands_on(remit: RemitAdjudicated) -> bool:
    """True when a payer after the primary decided and announces that it passed the claim on (CLP02 = 20, MA18)."""
    announced = remit.claim_status == verdicts.HANDED_ON or verdicts.FORWARDED_REMARKS & set(remit.remarks)
    decided = verdicts.of_remit(remit) in (Verdict.PAID, Verdict.ZERO)
    return bool(announced) and decided and not verdicts.NOT_FORWARDED_REMARKS & set(remit.remarks)


_REMIT_MARKS: dict[Verdict, tuple[Mark, ...]] = {
    Verdict.PAID: (Mark.DECIDED, Mark.MONEY_DUE),
    Verdict.ZERO: (Mark.DECIDED, Mark.NO_MONEY_DUE),
    Verdict.REVERSED: (Mark.REVERSED,),
    Verdict.ORDER: (Mark.DENIED, Mark.ORDER_QUESTIONED),
    Verdict.COVERAGE: (Mark.DENIED, Mark.COVERAGE_ENDED),
    Verdict.DUPLICATE: (Mark.DUPLICATE,),
    Verdict.PATIENT: (Mark.PENDED_PATIENT,),
    Verdict.ACCIDENT: (Mark.PENDED_PATIENT,),
    Verdict.PROVIDER: (Mark.PENDED_PROVIDER,),
    Verdict.OPEN: (Mark.ACCEPTED,),
}
"""Marks of a secondary remittance; every other verdict is a denial."""


def _read_remit(remit: Fact) -> Marks:
    assert isinstance(remit, RemitAdjudicated)
    verdict = verdicts.of_remit(remit)
    if remit.payer is Party.PRIMARY:
        yield from _read_primary(remit, verdict)
    elif remit.payer in PAYERS:
        for mark in _REMIT_MARKS.get(verdict, (Mark.DENIED,)):
            yield mark, Grade.SETTLED
        if remit.payer is Party.SECONDARY and hands_on(remit):
            yield Mark.PROMISED, Grade.STATED
        if verdict in (Verdict.PAID, Verdict.ZERO) and remit.original_claim_number:
            yield Mark.CORRECTED, Grade.SETTLED


def _read_primary(remit: RemitAdjudicated, verdict: Verdict) -> Marks:
    if verdict in (Verdict.REVERSED, Verdict.OPEN):
        # Neither stands as a decision: what the secondary would be billed with is still to come (F18).
        yield Mark.PRIMARY_REVERSED, Grade.SETTLED
        return
    yield Mark.PRIMARY_ADJUDICATED, Grade.SETTLED
    if verdict is Verdict.ORDER:
        yield Mark.ORDER_QUESTIONED, Grade.SETTLED
        return
    mark = forwarding(remit)
    # "Forwarded" is a promise, not a receipt (field notes 0, fact 1).
    yield mark, Grade.STATED if mark is Mark.PROMISED else Grade.SETTLED


def _read_syntax(ack: Fact) -> Marks:
    assert isinstance(ack, SyntaxAcknowledged)
    yield (Mark.SYNTAX_ACCEPTED if ack.accepted else Mark.SYNTAX_REJECTED), Grade.TRANSACTED


def _read_acknowledgement(ack: Fact) -> Marks:
    assert isinstance(ack, ClaimAcknowledged)
    verdict = verdicts.of_acknowledgement(ack)
    if ack.sender in (Party.PRIMARY, Party.UNKNOWN):
        return  # it speaks of the primary's claim, or a person must look whose it is
    if ack.sender not in PAYERS:
        taken = verdict in (Verdict.ACCEPTED, Verdict.IN_TRANSIT, Verdict.DUPLICATE)
        yield (Mark.CLEARINGHOUSE_ACCEPTED if taken else Mark.CLEARINGHOUSE_REJECTED), Grade.TRANSACTED
        return
    marks = {
        Verdict.IN_TRANSIT: (Mark.RECEIVED,),
        Verdict.ACCEPTED: (Mark.ACCEPTED,),
        Verdict.DUPLICATE: (Mark.DUPLICATE,),
        Verdict.ORDER: (Mark.REJECTED, Mark.ORDER_QUESTIONED),
        Verdict.COVERAGE: (Mark.REJECTED, Mark.COVERAGE_ENDED),
    }.get(verdict, (Mark.REJECTED,))
    for mark in marks:
        yield mark, Grade.TRANSACTED


_STATUS_MARKS: dict[Verdict, tuple[Mark, ...]] = {
    Verdict.NOT_FOUND: (Mark.ANSWERED, Mark.NOT_FOUND_ONCE),
    Verdict.NO_ANSWER: (),
    Verdict.IN_TRANSIT: (Mark.ANSWERED, Mark.RECEIVED),
    Verdict.ACCEPTED: (Mark.ANSWERED, Mark.ACCEPTED),
    Verdict.PROVIDER: (Mark.ANSWERED, Mark.PENDED_PROVIDER),
    Verdict.PATIENT: (Mark.ANSWERED, Mark.PENDED_PATIENT),
    Verdict.ACCIDENT: (Mark.ANSWERED, Mark.PENDED_PATIENT),
    Verdict.DUPLICATE: (Mark.ANSWERED, Mark.DUPLICATE),
    Verdict.FINAL_PAID: (Mark.ANSWERED, Mark.ACCEPTED, Mark.DECIDED),
    Verdict.FINAL_DENIED: (Mark.ANSWERED, Mark.ACCEPTED, Mark.DENIED),
    Verdict.ORDER: (Mark.ANSWERED, Mark.REJECTED, Mark.ORDER_QUESTIONED),
    Verdict.MISMATCH: (Mark.ANSWERED, Mark.REJECTED),
    Verdict.PRIMARY_DATA: (Mark.ANSWERED, Mark.REJECTED),
    Verdict.COVERAGE: (Mark.ANSWERED, Mark.REJECTED, Mark.COVERAGE_ENDED),
    Verdict.FILING: (Mark.ANSWERED, Mark.REJECTED),
    Verdict.FORWARDED: (Mark.ANSWERED, Mark.ACCEPTED),
    Verdict.NOT_FORWARDED: (Mark.ANSWERED, Mark.ACCEPTED),
}


def _read_status(answer: Fact) -> Marks:
    assert isinstance(answer, StatusAnswered)
    verdict = verdicts.of_status(answer)
    if answer.sender is Party.PRIMARY:
        forwarded = {Verdict.FORWARDED: Mark.PROMISED, Verdict.NOT_FORWARDED: Mark.DECLINED}.get(verdict)
        if forwarded:
            yield forwarded, Grade.STATED if forwarded is Mark.PROMISED else Grade.TRANSACTED
        return
    for mark in _STATUS_MARKS.get(verdict, (Mark.ANSWERED,)):
        yield mark, Grade.TRANSACTED
    if verdict is Verdict.FINAL_PAID:
        # A payment without an amount is still a payment to look for.
        nothing = answer.paid == 0 or verdicts.pays_elsewhere(answer)
        yield (Mark.NO_MONEY_DUE if nothing else Mark.MONEY_DUE), Grade.TRANSACTED


_CONTACT_MARKS: dict[Said, tuple[Mark, frozenset[Party], Grade]] = {
    Said.FORWARDED: (Mark.PROMISED, frozenset({Party.PRIMARY}), Grade.STATED),
    Said.NOT_FORWARDED: (Mark.DECLINED, frozenset({Party.PRIMARY}), Grade.STATED),
    Said.TRANSMITTED: (Mark.SUBMITTED, frozenset({Party.PROVIDER}), Grade.DOCUMENTED),
    Said.RECEIVED: (Mark.RECEIVED, frozenset(PAYERS), Grade.DOCUMENTED),
    Said.ACCEPTED: (Mark.ACCEPTED, frozenset(PAYERS), Grade.DOCUMENTED),
    Said.NO_RECORD: (Mark.NOT_FOUND_ONCE, frozenset(PAYERS), Grade.STATED),
    Said.REJECTED: (Mark.REJECTED, frozenset(PAYERS), Grade.STATED),
    Said.PENDED_PROVIDER: (Mark.PENDED_PROVIDER, frozenset(PAYERS), Grade.STATED),
    Said.DOCUMENT_WANTED: (Mark.PENDED_PROVIDER, frozenset(PAYERS), Grade.STATED),
    Said.DOCUMENT_RECEIVED: (Mark.ACCEPTED, frozenset(PAYERS), Grade.STATED),
    Said.PENDED_PATIENT: (Mark.PENDED_PATIENT, frozenset(PAYERS), Grade.STATED),
    Said.ORDER_WRONG: (Mark.ORDER_QUESTIONED, frozenset({*PAYERS, Party.PRIMARY, Party.COB_REGISTRY}), Grade.STATED),
    Said.PROCESSED: (Mark.DECIDED, frozenset(PAYERS), Grade.DOCUMENTED),
    Said.PAID: (Mark.DECIDED, frozenset(PAYERS), Grade.DOCUMENTED),
    Said.PAID_TO_PATIENT: (Mark.DECIDED, frozenset(PAYERS), Grade.DOCUMENTED),
    Said.DENIED: (Mark.DENIED, frozenset(PAYERS), Grade.DOCUMENTED),
}
"""What was said → the mark it makes, who must have said it, and the grade from which it counts."""

_PAYER_SAYS: dict[Said, Mark] = {
    Said.COVERAGE_ENDED: Mark.COVERAGE_ENDED,
    Said.ACCIDENT: Mark.PENDED_PATIENT,
    Said.QUESTIONNAIRE_OPEN: Mark.PENDED_PATIENT,
    Said.QUESTIONNAIRE_ANSWERED: Mark.PATIENT_ANSWERED,
}
"""What a payer says of the patient and the policy, from STATED on."""

_PATIENT_SAYS: dict[Said, Mark] = {
    Said.COVERAGE_ENDED: Mark.COVERAGE_CLOSED,
    Said.QUESTIONNAIRE_ANSWERED: Mark.PATIENT_ANSWERED,
    Said.ACCIDENT: Mark.PATIENT_ANSWERED,
    Said.NO_ACCIDENT: Mark.PATIENT_ANSWERED,
}
"""What the patient says; an answer to a payer counts with its confirmation number."""


def _read_contact(contact: Fact) -> Marks:
    assert isinstance(contact, ContactLogged)
    grade = contact_grade(contact)
    row = _CONTACT_MARKS.get(contact.says)
    if row and contact.sender in row[1] and grade >= row[2]:
        yield row[0], grade
        if row[0] is Mark.DECIDED:
            nothing = contact.amount == 0 or contact.says is Said.PAID_TO_PATIENT
            yield (Mark.NO_MONEY_DUE if nothing else Mark.MONEY_DUE), grade
    if contact.sender in PAYERS and contact.says in _PAYER_SAYS and grade >= Grade.STATED:
        yield _PAYER_SAYS[contact.says], grade
    confirmed = bool(contact.call_reference or contact.document)
    if contact.sender is Party.PATIENT and contact.says in _PATIENT_SAYS and confirmed:
        yield _PATIENT_SAYS[contact.says], max(grade, Grade.STATED)
    if is_firm(contact):
        yield Mark.FIRM_ANSWER, grade


_CORRECTION_MARKS: dict[tuple[str, str], Mark] = {
    ("claim_data", ""): Mark.CLAIM_CORRECTED,
    ("cob_record", ""): Mark.COB_UPDATED,
    ("cob_verified", ""): Mark.COB_VERIFIED,
    ("document", ""): Mark.DOCUMENT_SENT,
    ("coverage", ENDED): Mark.COVERAGE_CLOSED,
}
"""What was put right, and for a policy what was found → the mark it makes."""


def _read_correction(correction: Fact) -> Marks:
    assert isinstance(correction, CorrectionMade)
    told = correction.field if correction.corrects == "coverage" else ""
    mark = _CORRECTION_MARKS.get((correction.corrects, told))
    if mark:
        yield mark, Grade.DOCUMENTED if correction.reference else Grade.STATED


def _read_person(act: Fact) -> Marks:
    assert isinstance(act, PersonActed)
    if act.act == "snoozed":
        yield Mark.SNOOZED, Grade.STATED


def _read_supervisor(decided: Fact) -> Marks:
    assert isinstance(decided, SupervisorDecided)
    if decided.decision == "extend":
        yield Mark.EXTENDED, Grade.STATED


def _read_submission(_: Fact) -> Marks:
    # Writing the file is a document of ours; only an acknowledgement makes it a transaction.
    yield Mark.SUBMITTED, Grade.DOCUMENTED


def _read_held_back(_: Fact) -> Marks:
    yield Mark.HELD_BACK, Grade.DOCUMENTED


def _read_money(_: Fact) -> Marks:
    yield Mark.MONEY_ARRIVED, Grade.SETTLED


_READERS: dict[type, Callable[[Fact], Marks]] = {
    RemitAdjudicated: _read_remit,
    SyntaxAcknowledged: _read_syntax,
    ClaimAcknowledged: _read_acknowledgement,
    StatusAnswered: _read_status,
    ContactLogged: _read_contact,
    CorrectionMade: _read_correction,
    SecondarySubmitted: _read_submission,
    ClaimHeldBack: _read_held_back,
    MoneyArrived: _read_money,
    PersonActed: _read_person,
    SupervisorDecided: _read_supervisor,
}
