"""Breaks over who covers the patient, and who comes first: ended policies, and orders that differ."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from journey.benefits.order import Agreement, Comparison, compare
from journey.breaks.grounds import Ground, Scene, cause_of, contacts, fact_of, moved_on
from journey.evidence.marks import Mark
from journey.evidence.reading import Reading
from journey.facts import RemitAdjudicated, Said
from journey.words import Mode, Party


def coverage_ended(scene: Scene) -> Iterator[Ground]:
    """F14: the payer says that the policy was not in force; our side looks for another, or says that there is none."""
    reading = scene.reading
    ended = reading.coverage_ended
    if ended is None:
        return
    closed, found = reading.coverage_closed, reading.coverage_found
    ours = [closed.fact_id] if closed else []
    if found and found.happened_at >= ended.at:
        ours.append(found.fact_id)
    fact = fact_of(reading, ended)
    rule = "4.1 (0) 26, 27, DTM*036" if isinstance(fact, RemitAdjudicated) else "4.1 (0) not in force by the payer"
    yield Ground(
        Mode.COVERAGE_ENDED, rule, ended.at, (ended.fact_id,), tuple(ours), reading.coverage_active, cause_of(fact)
    )


def both_second(scene: Scene) -> Iterator[Ground]:
    """F19: each payer's denial names the other as the first; nobody decides before both records agree."""
    reading = scene.reading
    both, agreed = reading.newest(Mark.BOTH_SECOND), reading.newest(Mark.COB_AGREED)
    if both is None:
        return
    decided = reading.newest(Mark.DECIDED)
    gone = agreed is not None and any(each.begun > agreed.at for each in reading.attempts)
    if gone or (decided and decided.at > both.at):
        return
    asked = reading.made[Mark.ORDER_QUESTIONED]
    sides = [[each for each in asked if each.by is party] for party in (Party.PRIMARY, Party.SECONDARY)]
    remits = tuple(max(each, key=lambda made: (made.at, made.fact_id)).fact_id for each in sides)
    names = " and ".join(each.payer_name for each in reading.claim.coverages[:2])
    yield Ground(Mode.BOTH_SECOND, "4.3 two orders against each other", both.at, remits, ("opening",), (), names)


def wrong_order(scene: Scene) -> Iterator[Ground]:
    """V4: a payer has another order of insurers on file, and has not taken the claim since."""
    reading = scene.reading
    questioned = reading.newest(Mark.ORDER_QUESTIONED)
    if questioned is None or questioned.attempt != reading.attempt or moved_on(reading, questioned):
        return
    fact = fact_of(reading, questioned)
    # The payer that names who should have come first leaves nothing to guess; a bare code may be a wrong code.
    strong = isinstance(fact, RemitAdjudicated) and bool(fact.corrected_payer or fact.corrected_payer_id)
    settled = reading.newest(Mark.COB_UPDATED, Mark.COB_VERIFIED)
    provider = ("opening",) if strong or settled or _foreseen(reading) else ()
    confirmed = tuple(each.fact_id for each in contacts(reading, Said.ORDER_CONFIRMED))
    yield Ground(Mode.WRONG_ORDER, "4.1 order", questioned.at, (questioned.fact_id,), provider, confirmed)


def predicted_order(scene: Scene) -> Iterator[Ground]:
    """V4 before any payer says so: the rules of the order of benefits decide, and differ from the order billed."""
    reading = scene.reading
    differs = _foreseen(reading)
    if differs is None or reading.current(Mark.DECIDED) or any(wrong_order(scene)):
        return
    at = _since(reading, differs, scene.now)
    settled = reading.newest(Mark.COB_VERIFIED, Mark.COB_AGREED)
    if settled and settled.at >= at:
        return
    ours = tuple(dict.fromkeys(("opening", *(each for each in differs.facts if reading.fact(each)))))
    confirmed = tuple(each.fact_id for each in contacts(reading, Said.ORDER_CONFIRMED))
    yield Ground(Mode.WRONG_ORDER, differs.rule, at, (), ours, confirmed, says=differs.says)


def _foreseen(reading: Reading) -> Comparison | None:
    """The order of the rules, where it is known and is not the one billed."""
    held = compare(reading.claim, reading.evidence)
    return held if held.state is Agreement.DIFFERENT else None


def _since(reading: Reading, differs: Comparison, now: datetime) -> datetime:
    """When the last fact was known that the comparison rests on."""
    opened = reading.newest(Mark.OPENED)
    facts = [fact.happened_at for each in differs.facts if (fact := reading.fact(each))]
    return max(facts, default=opened.at if opened else now)
