"""Breaks in which a payer or the clearinghouse said no: mismatch, duplicate, filing limit, or for no known reason."""

from __future__ import annotations

from collections.abc import Iterator

from journey.breaks.grounds import Ground, Scene, cause_of, refusals, submission_of
from journey.evidence.marks import Mark
from journey.evidence.reading import Made, Reading
from journey.evidence.verdicts import Verdict
from journey.facts import ClaimAcknowledged
from journey.words import Mode

_OTHER_REFUSALS = frozenset({Verdict.UNRECOGNISED, Verdict.FINAL_DENIED})


def duplicate(scene: Scene) -> Iterator[Ground]:
    """F11: the payer says that it has this claim already (18, N522, 54, 78)."""
    known = scene.reading.current(Mark.DUPLICATE)
    if known is None or _decided_since(scene.reading, known):
        return
    yield Ground(Mode.DUPLICATE, "4.1 18, N522, 54, 78", known.at, (known.fact_id,), submission_of(scene))


def _decided_since(reading: Reading, since: Made) -> bool:
    decided = reading.current(Mark.DECIDED)
    return decided is not None and decided.at >= since.at


def filing(scene: Scene) -> Iterator[Ground]:
    """F10: the limit was cited, or has passed by our own count."""
    if scene.reading.books.given_up or scene.reading.coverage_invalid:
        return
    for refused, _, verdict in refusals(scene):
        if verdict is Verdict.FILING:
            yield Ground(Mode.FILING_LIMIT, "4.1 29, 718", refused.at, (refused.fact_id,), submission_of(scene))
            return
    accepted = scene.reading.current(Mark.ACCEPTED, Mark.DUPLICATE, Mark.DECIDED)
    if scene.limit_passed and accepted is None:
        detail = "by our own count"
        yield Ground(Mode.FILING_LIMIT, "4.1 computed limit", scene.now, (), submission_of(scene), (), detail)


def mismatch(scene: Scene) -> Iterator[Ground]:
    """V3: refused for a field that does not fit."""
    for refused, fact, verdict in refusals(scene):
        if verdict is Verdict.MISMATCH:
            rule = "4.1 (3) 277CA" if isinstance(fact, ClaimAcknowledged) else "4.1 (2) 16, 31, 140"
            yield Ground(
                Mode.REJECTED_FOR_MISMATCH,
                rule,
                refused.at,
                (refused.fact_id,),
                submission_of(scene),
                (),
                cause_of(fact),
            )


def unrecognised(scene: Scene) -> Iterator[Ground]:
    """A refusal that no rule recognises: a person must look."""
    for refused, fact, verdict in refusals(scene):
        if verdict in _OTHER_REFUSALS:
            yield Ground(Mode.UNRECOGNISED, "4.1 no rule", refused.at, (refused.fact_id,), (), (), cause_of(fact))
