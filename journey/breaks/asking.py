"""Breaks in which a payer asks: for a document, for what the primary decided, or for the word of the patient."""

from __future__ import annotations

from collections.abc import Iterator

from journey.breaks.grounds import Ground, Scene, cause_of, fact_of, refusals, submission_of
from journey.evidence import verdicts
from journey.evidence.kept import contact_grade
from journey.evidence.marks import Mark
from journey.evidence.reading import Made, Reading
from journey.evidence.verdicts import Verdict
from journey.facts import ClaimAcknowledged, ClockRanOut, ContactLogged, Fact, RemitAdjudicated, Said, StatusAnswered
from journey.words import Grade, Level, Mode, Party

PATIENT_CLOCK = "T9"
"""The clock of our outreach to the patient; when it has rung hard, our side has spoken too: nobody answered."""

_MOVES_ON = (Mark.ACCEPTED, Mark.DUPLICATE, Mark.DECIDED, Mark.DENIED, Mark.REJECTED)
_PATIENT_WORDS = frozenset({Said.QUESTIONNAIRE_OPEN, Said.QUESTIONNAIRE_ANSWERED, Said.ACCIDENT, Said.NO_ACCIDENT})


def patient_silent(scene: Scene) -> Iterator[Ground]:
    """F13: the payer waits for the patient to answer its COB questionnaire."""
    yield from _of_patient(scene, Mode.PATIENT_SILENT, accident=False)


def accident_suspected(scene: Scene) -> Iterator[Ground]:
    """F21: the payer asks the patient whether an accident or a work injury is behind the claim."""
    yield from _of_patient(scene, Mode.ACCIDENT_SUSPECTED, accident=True)


def _of_patient(scene: Scene, mode: Mode, *, accident: bool) -> Iterator[Ground]:
    pended = _waiting(scene.reading, Mark.PENDED_PATIENT, Mark.PENDED_PROVIDER)
    fact = fact_of(scene.reading, pended) if pended else None
    if pended is None or is_accident(fact) is not accident:
        return
    rule = "4.3 19, 20, 21, status 51" if accident else "4.1 (2) N179, N197, 227, P4"
    ours = (*_patient_says(scene.reading, pended), *_nobody_answered(scene.reading, pended))
    yield Ground(mode, rule, pended.at, (pended.fact_id,), ours, (), cause_of(fact))


def _waiting(reading: Reading, pended: Mark, other: Mark) -> Made | None:
    """The payer's newest word that it waits, unless it has moved on since."""
    waits = reading.current(pended)
    newer = reading.current(*_MOVES_ON, other)
    return None if waits and newer and newer.at > waits.at else waits


def is_accident(fact: Fact | None) -> bool:
    """True if a payer's question is about an accident."""
    if isinstance(fact, RemitAdjudicated):
        return verdicts.of_remit(fact) is Verdict.ACCIDENT
    if isinstance(fact, StatusAnswered):
        return verdicts.of_status(fact) is Verdict.ACCIDENT
    return isinstance(fact, ContactLogged) and fact.says is Said.ACCIDENT


def _patient_says(reading: Reading, pended: Made) -> list[str]:
    """The patient's own word, from somebody who stands for it or with a confirmation number."""
    return [
        each.fact_id
        for each in reading.evidence
        if isinstance(each, ContactLogged)
        and each.sender is Party.PATIENT
        and each.says in _PATIENT_WORDS
        and each.happened_at >= pended.at
        and (contact_grade(each) >= Grade.STATED or each.call_reference)
    ]


def _nobody_answered(reading: Reading, pended: Made) -> list[str]:
    return [
        each.fact_id
        for each in reading.evidence
        if isinstance(each, ClockRanOut)
        and (each.clock, each.level) == (PATIENT_CLOCK, Level.HARD)
        and each.due >= pended.at
    ]


def document_wanted(scene: Scene) -> Iterator[Ground]:
    """F12: the primary's data are missing in the claim, or the payer waits for a document of ours."""
    for refused, fact, verdict in refusals(scene):
        if verdict is Verdict.PRIMARY_DATA:
            rule = "4.1 (3) 286, 171" if isinstance(fact, ClaimAcknowledged) else "4.3 N4, N479, N480, MA04, MA92"
            detail = f"the primary's data, {cause_of(fact)}"
            yield Ground(Mode.DOCUMENT_WANTED, rule, refused.at, (refused.fact_id,), submission_of(scene), (), detail)
    pended = _waiting(scene.reading, Mark.PENDED_PROVIDER, Mark.PENDED_PATIENT)
    if pended:
        rule, ours = "4.3 163, 226, 250, 251, 252, P3, R", submission_of(scene)
        detail = cause_of(fact_of(scene.reading, pended))
        yield Ground(Mode.DOCUMENT_WANTED, rule, pended.at, (pended.fact_id,), ours, (), detail)


def wants_primary_data(fact: Fact | None) -> bool:
    """True if a refusal says that what the primary decided is missing in the claim: we hold it and can send it."""
    if isinstance(fact, RemitAdjudicated):
        return verdicts.of_remit(fact) is Verdict.PRIMARY_DATA
    if isinstance(fact, ClaimAcknowledged):
        return verdicts.of_acknowledgement(fact) is Verdict.PRIMARY_DATA
    return isinstance(fact, StatusAnswered) and verdicts.of_status(fact) is Verdict.PRIMARY_DATA
