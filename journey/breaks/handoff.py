"""Breaks of the hand-off itself: never sent, lost on the way, sent with numbers that no longer stand, or to go on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from journey.breaks.grounds import Ground, Scene, contacts, fact_of
from journey.evidence import verdicts
from journey.evidence.combined import began_before, tertiary_share
from journey.evidence.kept import contact_grade
from journey.evidence.marks import Mark
from journey.evidence.reading import Made, Reading
from journey.facts import Said
from journey.words import SIDE_OF, Grade, Mode, Side


def not_found(scene: Scene) -> Iterator[Ground]:
    """Rule 4: the secondary has no record; what came before says whose silence it was."""
    absent = scene.reading.current(Mark.NOT_FOUND)
    if absent is None or scene.reading.current(Mark.DECIDED):
        return
    accepted = scene.reading.current(Mark.ACCEPTED)
    if accepted:
        ids = (absent.fact_id,)
        yield Ground(Mode.DUAL_BLAME, "4.1 (4) A2, then no record", absent.at, ids, (), (accepted.fact_id,))
    elif taken := scene.reading.current(Mark.CLEARINGHOUSE_ACCEPTED):
        rule = "4.1 (4) clearinghouse only"
        yield Ground(Mode.LOST_IN_TRANSIT, rule, absent.at, (absent.fact_id,), (taken.fact_id,))


def crossover_lost(scene: Scene) -> Iterator[Ground]:
    """V1b: announced, T1 passed, and the secondary has no record; suspected as soon as T1 has passed."""
    promised = scene.reading.current(Mark.PROMISED)
    late = scene.hard("T1")
    if promised is None or late is None:
        return
    absent = scene.reading.current(Mark.NOT_FOUND)
    payer = (promised.fact_id, absent.fact_id) if absent else ()
    provider = _provider_says_unsent(scene)
    at = max(late.hard or promised.at, absent.at if absent else promised.at)
    against = _provider_says_sent(scene)
    yield Ground(Mode.CROSSOVER_LOST, "4.1 (4) promised, T1 passed", at, payer, provider, against)


def crossover_declined(scene: Scene) -> Iterator[Ground]:
    """V1a: the primary says that it did not forward, and nothing is under way."""
    declined = scene.reading.newest(Mark.DECLINED)
    if declined is None or _sent_after(scene.reading, declined) or scene.reading.primary_open:
        return
    fact = fact_of(scene.reading, declined)
    detail = ", ".join(sorted(verdicts.NOT_FORWARDED_REMARKS & set(getattr(fact, "remarks", ()))))
    yield Ground(
        Mode.CROSSOVER_DECLINED,
        "4.1 (4) explicit non-forward",
        declined.at,
        (declined.fact_id,),
        _provider_says_unsent(scene),
        _provider_says_sent(scene),
        detail,
    )


def crossover_assumed(scene: Scene) -> Iterator[Ground]:
    """V2: the primary said nothing of forwarding, and T2 passed without a submission."""
    unpromised = scene.reading.newest(Mark.UNPROMISED)
    late = scene.hard("T2")
    if unpromised is None or late is None or scene.reading.newest(Mark.DECLINED):
        return
    if _sent_after(scene.reading, unpromised):
        return
    at = late.hard or unpromised.at
    yield Ground(
        Mode.CROSSOVER_ASSUMED,
        "4.1 (4) no indicator, no submission",
        at,
        (unpromised.fact_id,),
        _provider_says_unsent(scene),
        _provider_says_sent(scene),
    )


def primary_not_final(scene: Scene) -> Iterator[Ground]:
    """F18: the primary took its decision back after a claim with its numbers was promised or sent."""
    reading = scene.reading
    back = reading.newest(Mark.PRIMARY_REVERSED)
    if back is None or not began_before(reading, back):
        return
    again = reading.newest(Mark.PRIMARY_CORRECTED)
    since = again.at if again and again.at >= back.at else None
    if since and _went_on(reading, since):
        return
    sent = [each for each in reading.attempts if each.by is Mark.SUBMITTED and each.begun <= back.at]
    ours = (sent[-1].fact_id,) if sent else ("opening",)
    detail = "it has decided anew" if since else ""
    yield Ground(Mode.PRIMARY_NOT_FINAL, "4.3 CLP02=22 at the primary", back.at, (back.fact_id,), ours, (), detail)


def _went_on(reading: Reading, since: datetime) -> bool:
    """True once the new numbers are on their way, or the later payer has decided since."""
    decided = reading.newest(Mark.DECIDED)
    begun = any(each.begun >= since and each.by in (Mark.SUBMITTED, Mark.PROMISED) for each in reading.attempts)
    return begun or (decided is not None and decided.at >= since)


def tertiary_due(scene: Scene) -> Iterator[Ground]:
    """F15: the secondary left a share, and a third policy has neither been billed nor been sent the claim."""
    decisions = tertiary_share(scene.reading)
    if not decisions:
        return
    third = scene.reading.claim.coverage(3)
    name = third.payer_name if third else ""
    at = max(each.happened_at for each in decisions)
    ids = tuple(each.fact_id for each in decisions)
    yield Ground(Mode.TERTIARY_DUE, "4.3 PR > 0 and a third policy", at, ids, ("opening",), (), name)


def _sent_after(reading: Reading, since: Made) -> bool:
    """True once the claim is under way all the same: sent or heard of later, or sent by us in the attempt in force."""
    if reading.current(Mark.SUBMITTED):
        return True
    later = (Mark.PROMISED, Mark.SUBMITTED, Mark.RECEIVED, Mark.ACCEPTED, Mark.DUPLICATE, Mark.DECIDED, Mark.DENIED)
    return any(each.at >= since.at for mark in later for each in reading.made.get(mark, ()))


def _provider_says_unsent(scene: Scene) -> tuple[str, ...]:
    """Our side's word that no secondary claim was sent: its billing record, or a named person."""
    reading = scene.reading
    told = [
        each
        for each in contacts(reading, Said.NOT_TRANSMITTED)
        if SIDE_OF.get(each.sender) is Side.PROVIDER and contact_grade(each) >= Grade.STATED
    ]
    ledger = reading.ledger
    if ledger is not None and ledger.secondary_billed_on is None:
        return (ledger.fact_id, *(each.fact_id for each in told))
    return tuple(each.fact_id for each in told)


def _provider_says_sent(scene: Scene) -> tuple[str, ...]:
    reading = scene.reading
    told = [each.fact_id for each in contacts(reading, Said.TRANSMITTED) if SIDE_OF.get(each.sender) is Side.PROVIDER]
    ledger = reading.ledger
    return (ledger.fact_id, *told) if ledger is not None and ledger.secondary_billed_on else tuple(told)
