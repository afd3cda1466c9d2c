"""Breaks after the decision: taken back, not in the ledger as decided, kept for something else, not to be billed."""

from __future__ import annotations

from collections.abc import Iterator

from journey.books import posted_lines
from journey.books.money import Mismatch
from journey.books.remits import LATER, goes_elsewhere, is_protected, protecting_codes, takebacks
from journey.breaks.grounds import Ground, Scene
from journey.evidence import verdicts
from journey.evidence.kept import contact_grade
from journey.evidence.marks import Mark
from journey.evidence.reading import Reading
from journey.facts import ContactLogged, Fact, LedgerRead, PaymentOffset, RemitAdjudicated, Said, StatusAnswered
from journey.words import Grade, Mode, Moment

_POSTING = ("T10", "T11", "T12")
"""Clocks that watch the money from the decision to the balance."""


def takeback(scene: Scene) -> Iterator[Ground]:
    """F9: the payer took its payment back, by a reversal or at provider level, and has not decided again."""
    reversed_ = scene.reading.current(Mark.REVERSED)
    answered = scene.reading.current(Mark.DECIDED)
    if reversed_ is None or (answered and answered.at >= reversed_.at):
        return
    ledger, paid = scene.reading.ledger, scene.reading.books.secondary_paid
    by_offset = any(each.fact_id == reversed_.fact_id for each in takebacks(scene.reading.evidence))
    stands = paid - scene.reading.books.offset if by_offset else paid
    gone = ledger is not None and ledger.happened_at >= reversed_.at and ledger.secondary_posted <= stands
    shown = (ledger.fact_id,) if ledger and gone else ()
    rule = "4.1 (1) PLB WO, FB" if by_offset else "4.1 (1) CLP02=22"
    yield Ground(Mode.TAKEBACK, rule, reversed_.at, (reversed_.fact_id,), shown)


# ---- decided, and the ledger does not show it -----------------------------------------------------------------------


def reported_twice(scene: Scene) -> Iterator[Ground]:
    """F16: the payer left out OA23, and the account was made wrong by posting what it reports."""
    if (at := _late(scene)) and _is_reported_twice(scene.reading):
        detail = "expected and rolled balance differ: OA23 is missing"
        yield _of_ledger(scene, Mode.REPORTED_TWICE, "3.4 E_remit ≠ E_roll", at, detail)


def offset(scene: Scene) -> Iterator[Ground]:
    """F7: the money never came, because it was taken from this payment to settle something else."""
    late = scene.hard("T10")
    if late is None or not _is_kept(scene.reading):
        return
    of, ledger = scene.reading.books, scene.reading.ledger
    took = [each for each in scene.reading.evidence if isinstance(each, PaymentOffset) and not each.names_claim]
    traces = {each.trace for each in of.secondary if each.trace}
    payer = (*(each.fact_id for each in of.secondary), *(each.fact_id for each in took if each.trace in traces))
    shown = (ledger.fact_id,) if ledger else ()
    yield Ground(Mode.OFFSET, "3.4 PLB on the remittance", late.hard or scene.now, payer, shown)


def posted_in_part(scene: Scene) -> Iterator[Ground]:
    """F6: the ledger shows a part of what the payer paid."""
    if (at := _late(scene)) and _is_partial(scene.reading):
        yield _of_ledger(scene, Mode.POSTED_IN_PART, "3.4 0 < Sp < S", at, posted_lines.in_short(scene.reading.books))


def not_posted(scene: Scene) -> Iterator[Ground]:
    """V5: decided, and the ledger does not show it in time, for no reason that has a rule of its own."""
    reading = scene.reading
    explained = any(each(reading) for each in (_is_reported_twice, _is_kept, _is_partial, _is_elsewhere, _is_ours))
    if (at := _late(scene)) and not explained:
        mismatch = reading.books.mismatch()
        detail = mismatch.value if mismatch else ""
        yield _of_ledger(scene, Mode.NOT_POSTED, "4.1 (2) ledger ≠ expected", at, detail)


def _late(scene: Scene) -> Moment | None:
    """When the ledger's patience ran out; None before, and while a payer has still to decide."""
    decided, late = scene.reading.current(Mark.DECIDED), scene.hard(*_POSTING)
    of = scene.reading.books
    waits = of.in_parts or (of.waits_for_third and bool(of.ledger) and of.posted_in_full)
    return None if decided is None or late is None or waits else late.hard or decided.at


def _of_ledger(scene: Scene, mode: Mode, rule: str, at: Moment, detail: str) -> Ground:
    """The payers' remittances on one side, the ledger on the other."""
    of, ledger = scene.reading.books, scene.reading.ledger
    decided = scene.reading.current(Mark.DECIDED)
    payer = tuple(each.fact_id for each in of.secondary) or ((decided.fact_id,) if decided else ())
    return Ground(mode, rule, at, payer, (ledger.fact_id,) if ledger else (), (), detail)


def _is_reported_twice(reading: Reading) -> bool:
    of, ledger = reading.books, reading.ledger
    posted = ledger is not None and of.posted_in_full and ledger.open_balance != of.still_owed
    return posted and of.reports_twice and not of.given_up and of.expected is not None


def _is_kept(reading: Reading) -> bool:
    ledger = reading.ledger
    seen = ledger is not None and bool(ledger.deposits or ledger.unapplied or ledger.secondary_posted)
    return reading.books.kept > 0 and not seen and reading.current(Mark.MONEY_ARRIVED) is None


def _is_partial(reading: Reading) -> bool:
    return reading.ledger is not None and 0 < reading.ledger.secondary_posted < reading.books.secondary_paid


def _is_elsewhere(reading: Reading) -> bool:
    return any(_says_elsewhere(each) for each in reading.evidence) and not reading.books.secondary_paid


def _is_ours(reading: Reading) -> bool:
    """True where the patient paid too much, or may not be billed: nothing of the payer's is left to post."""
    return reading.books.mismatch() in (Mismatch.OVERPAID, Mismatch.PROTECTED)


# ---- who owes it ----------------------------------------------------------------------------------------------------


def patient_paid(scene: Scene) -> Iterator[Ground]:
    """F17: the payer decided, and paid the patient or somebody else."""
    reading, ledger = scene.reading, scene.reading.ledger
    said = [each for each in _standing(reading) if _says_elsewhere(each)]
    decided = reading.current(Mark.DECIDED)
    if decided is None or not said or reading.books.secondary_paid:
        return
    after = ledger is not None and ledger.happened_at >= said[0].happened_at
    none_seen = ledger is not None and not (ledger.deposits or ledger.secondary_posted)
    shown = (ledger.fact_id,) if ledger and after and none_seen else ()
    rule = "4.3 CARC 100, 293, 294, status 73"
    yield Ground(Mode.PATIENT_PAID, rule, said[0].happened_at, tuple(each.fact_id for each in said), shown)


def _standing(reading: Reading) -> tuple[Fact, ...]:
    """The decisions in force, and what payers said otherwise."""
    told = (each for each in reading.evidence if isinstance(each, ContactLogged | StatusAnswered))
    return (*reading.books.secondary, *told)


def _says_elsewhere(fact: Fact) -> bool:
    if isinstance(fact, StatusAnswered):
        return fact.sender in LATER and verdicts.pays_elsewhere(fact)
    if isinstance(fact, ContactLogged):
        stated = contact_grade(fact) >= Grade.STATED
        return fact.sender in LATER and fact.says is Said.PAID_TO_PATIENT and stated
    return isinstance(fact, RemitAdjudicated) and goes_elsewhere(fact)


def patient_overpaid(scene: Scene) -> Iterator[Ground]:
    """F20: every payer has decided, and the patient has paid more than is owed."""
    of, ledger = scene.reading.books, scene.reading.ledger
    if ledger is None or not of.overpaid:
        return
    payer = tuple(each.fact_id for each in (*of.secondary, *(() if of.secondary else of.primary)))
    at = max([ledger.happened_at, *(each.happened_at for each in of.secondary)])
    yield Ground(Mode.PATIENT_OVERPAID, "4.3 patient payment > E", at, payer, (ledger.fact_id,))


def patient_charged(scene: Scene) -> Iterator[Ground]:
    """F22, at work: the payers are done, and the account still charges a patient who may not be billed."""
    if (at := _late(scene)) and scene.reading.books.mismatch() is Mismatch.PROTECTED:
        yield from _protected(scene, at, scene.reading.ledger)


def patient_protected(scene: Scene) -> Iterator[Ground]:
    """F22: a payer says that the patient may not be billed (QMB, Medicaid); the hold is for good."""
    if not any(patient_charged(scene)):
        yield from _protected(scene, None, None)


def _protected(scene: Scene, at: Moment | None, ledger: LedgerRead | None) -> Iterator[Ground]:
    of = scene.reading.books
    said = [each for each in (*of.primary, *of.secondary) if is_protected(each)]
    if not said:
        return
    codes = sorted({code for each in said for code in protecting_codes(each)})
    yield Ground(
        Mode.PATIENT_PROTECTED,
        "4.3 N781, N782, N783, 209, 303",
        at or min(each.happened_at for each in said),
        tuple(each.fact_id for each in said),
        ("opening", *((ledger.fact_id,) if ledger else ())),
        (),
        ", ".join(codes),
    )
