"""Diagnosis: where the journey broke, first match of the rules of field notes 4.1, with the facts for and against."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from journey import verdicts
from journey.case import BreakPoint, Clock
from journey.evidence import contact_grade
from journey.facts import ClaimAcknowledged, ContactLogged, Fact, RemitAdjudicated, Said, StatusAnswered
from journey.marks import Mark
from journey.plan import PlanInForce
from journey.reading import Made, Reading
from journey.verdicts import Verdict
from journey.words import MODE_WORDS, SIDE_OF, BreakState, Grade, Hop, Level, Mode, Side


@dataclass(frozen=True, slots=True)
class Ground:
    """A match of one rule: what speaks for the break point and from which side, and what speaks against it."""

    mode: Mode
    rule: str
    at: datetime
    payer: tuple[str, ...] = ()
    provider: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Scene:
    """What the rules look at."""

    reading: Reading
    clocks: dict[str, Clock]
    now: datetime
    limit_passed: bool

    def hard(self, *names: str) -> Clock | None:
        """The first of these clocks whose hard alarm has rung."""
        return next((self.clocks[name] for name in names if _rang_hard(self.clocks.get(name))), None)


def _rang_hard(clock: Clock | None) -> bool:
    return clock is not None and Level.HARD in clock.fired


def diagnose(scene: Scene, plan: PlanInForce) -> tuple[BreakPoint, ...]:
    """Every break point that matches now, the one in force first."""
    grounds = [ground for rule in RULES for ground in rule(scene)]
    return tuple(_break_point(ground, plan) for ground in grounds)


def _break_point(ground: Ground, plan: PlanInForce) -> BreakPoint:
    state = _state(ground)
    row = {each.hop: each for each in plan.hops}[_ASKED_AT[ground.mode]]
    confirmed = state is BreakState.CONFIRMED
    return BreakPoint.model_construct(
        mode=ground.mode,
        state=state,
        rule=ground.rule,
        found_at=ground.at,
        evidence_for=(*ground.payer, *ground.provider),
        evidence_against=ground.against,
        reason=f"{MODE_WORDS[ground.mode]}{f' ({ground.detail})' if ground.detail else ''}",
        ask_provider="" if confirmed else row.ask_provider,
        ask_payer="" if confirmed else row.ask_payer,
    )


def _state(ground: Ground) -> BreakState:
    """Confirmed only with evidence from both sides (I4); contradicted when they disagree."""
    if ground.against:
        return BreakState.CONTRADICTED
    return BreakState.CONFIRMED if ground.payer and ground.provider else BreakState.SUSPECTED


_ASKED_AT: dict[Mode, Hop] = {
    Mode.CROSSOVER_DECLINED: Hop.TRANSMITTED,
    Mode.CROSSOVER_LOST: Hop.TRANSMITTED,
    Mode.CROSSOVER_ASSUMED: Hop.TRANSMITTED,
    Mode.LOST_IN_TRANSIT: Hop.RECEIVED,
    Mode.DUAL_BLAME: Hop.RECEIVED,
    Mode.DUPLICATE: Hop.RECEIVED,
    Mode.REJECTED_FOR_MISMATCH: Hop.ACCEPTED,
    Mode.WRONG_ORDER: Hop.ACCEPTED,
    Mode.FILING_LIMIT: Hop.ACCEPTED,
    Mode.UNRECOGNISED: Hop.ADJUDICATED,
    Mode.NOT_POSTED: Hop.POSTED,
    Mode.TAKEBACK: Hop.POSTED,
}
"""The hop whose sequence questions settle a break point that is not confirmed."""


def _provider_says_unsent(scene: Scene) -> tuple[str, ...]:
    """Our side's word that no secondary claim was sent: its billing record, or a named person."""
    reading = scene.reading
    told = [
        each
        for each in _contacts(reading, Said.NOT_TRANSMITTED)
        if SIDE_OF.get(each.sender) is Side.PROVIDER and contact_grade(each) >= Grade.STATED
    ]
    ledger = reading.ledger
    if ledger is not None and ledger.secondary_billed_on is None:
        return (ledger.fact_id, *(each.fact_id for each in told))
    return tuple(each.fact_id for each in told)


def _provider_says_sent(scene: Scene) -> tuple[str, ...]:
    reading = scene.reading
    told = [each.fact_id for each in _contacts(reading, Said.TRANSMITTED) if SIDE_OF.get(each.sender) is Side.PROVIDER]
    ledger = reading.ledger
    return (ledger.fact_id, *told) if ledger is not None and ledger.secondary_billed_on else tuple(told)


def _contacts(reading: Reading, says: Said) -> list[ContactLogged]:
    return [each for each in reading.evidence if isinstance(each, ContactLogged) and each.says is says]


def _submission(scene: Scene) -> tuple[str, ...]:
    """The provider's document of what was sent: a submission of ours, else the claim as billed."""
    sent = scene.reading.current(Mark.SUBMITTED)
    return (sent.fact_id,) if sent else ("opening",)


def _takeback(scene: Scene) -> Iterator[Ground]:
    reversed_ = scene.reading.current(Mark.REVERSED)
    answered = scene.reading.current(Mark.DECIDED)
    if reversed_ is None or (answered and answered.at >= reversed_.at):
        return
    ledger, paid = scene.reading.ledger, scene.reading.books.secondary_paid
    gone = ledger is not None and ledger.happened_at >= reversed_.at and ledger.secondary_posted <= paid
    shown = (ledger.fact_id,) if ledger and gone else ()
    yield Ground(Mode.TAKEBACK, "4.1 (1) CLP02=22", reversed_.at, (reversed_.fact_id,), shown)


def _not_posted(scene: Scene) -> Iterator[Ground]:
    of, ledger = scene.reading.books, scene.reading.ledger
    decided = scene.reading.current(Mark.DECIDED)
    mismatch = of.mismatch()
    late = scene.hard("T10", "T11", "T12")
    if decided is None or late is None:
        return
    payer = tuple(each.fact_id for each in of.secondary) or (decided.fact_id,)
    detail = mismatch.value if mismatch else ""
    at = late.hard or decided.at
    shown = (ledger.fact_id,) if ledger else ()
    yield Ground(Mode.NOT_POSTED, "4.1 (2) ledger ≠ expected", at, payer, shown, (), detail)


def _wrong_order(scene: Scene) -> Iterator[Ground]:
    questioned = scene.reading.newest(Mark.ORDER_QUESTIONED)
    if questioned is None or questioned.attempt != scene.reading.attempt:
        return
    if _moved_on(scene.reading, questioned):
        return
    fact = _fact(scene.reading, questioned)
    # The payer that names who should have come first leaves nothing to guess; a bare code may be a wrong code.
    strong = isinstance(fact, RemitAdjudicated) and bool(fact.corrected_payer or fact.corrected_payer_id)
    settled = scene.reading.newest(Mark.COB_UPDATED, Mark.COB_VERIFIED)
    provider = ("opening",) if strong or settled else ()
    confirmed = tuple(each.fact_id for each in _contacts(scene.reading, Said.ORDER_CONFIRMED))
    yield Ground(Mode.WRONG_ORDER, "4.1 order", questioned.at, (questioned.fact_id,), provider, confirmed)


def _moved_on(reading: Reading, since: Made) -> bool:
    """True once the payer took the claim after all; 'in process' does not take an adjudicated denial back."""
    taken = () if since.mark is Mark.DENIED else (Mark.ACCEPTED,)
    newer = reading.current(Mark.DECIDED, Mark.DUPLICATE, *taken)
    return newer is not None and newer.at > since.at


def _refusals(scene: Scene) -> Iterator[tuple[Made, Fact, Verdict]]:
    """The refusal in force, from a remittance or an acknowledgement, with what it amounts to."""
    reading = scene.reading
    refused = reading.current(Mark.DENIED, Mark.REJECTED, Mark.CLEARINGHOUSE_REJECTED)
    if refused is None or _moved_on(reading, refused) or _outranked(reading, refused):
        return
    fact = _fact(reading, refused)
    if isinstance(fact, RemitAdjudicated):
        yield refused, fact, verdicts.of_remit(fact)
    elif isinstance(fact, ClaimAcknowledged):
        yield refused, fact, verdicts.of_acknowledgement(fact)
    elif isinstance(fact, StatusAnswered):
        yield refused, fact, verdicts.of_status(fact)
    elif isinstance(fact, ContactLogged):
        yield refused, fact, Verdict.MISMATCH


def _duplicate(scene: Scene) -> Iterator[Ground]:
    known = scene.reading.current(Mark.DUPLICATE)
    if known is None or _decided_since(scene.reading, known):
        return
    yield Ground(Mode.DUPLICATE, "4.1 18, N522, 54, 78", known.at, (known.fact_id,), _submission(scene))


def _decided_since(reading: Reading, since: Made) -> bool:
    decided = reading.current(Mark.DECIDED)
    return decided is not None and decided.at >= since.at


def _filing(scene: Scene) -> Iterator[Ground]:
    if scene.reading.books.given_up:
        return
    for refused, _, verdict in _refusals(scene):
        if verdict is Verdict.FILING:
            yield Ground(Mode.FILING_LIMIT, "4.1 29, 718", refused.at, (refused.fact_id,), _submission(scene))
            return
    accepted = scene.reading.current(Mark.ACCEPTED, Mark.DUPLICATE, Mark.DECIDED)
    if scene.limit_passed and accepted is None:
        detail = "by our own count"
        yield Ground(Mode.FILING_LIMIT, "4.1 computed limit", scene.now, (), _submission(scene), (), detail)


def _mismatch(scene: Scene) -> Iterator[Ground]:
    for refused, fact, verdict in _refusals(scene):
        if verdict is Verdict.MISMATCH:
            rule = "4.1 (3) 277CA" if isinstance(fact, ClaimAcknowledged) else "4.1 (2) 16, 31, 140"
            yield Ground(
                Mode.REJECTED_FOR_MISMATCH, rule, refused.at, (refused.fact_id,), _submission(scene), (), _cause(fact)
            )


def _cause(fact: Fact) -> str:
    if isinstance(fact, RemitAdjudicated):
        return "CARC " + ", ".join(sorted({each.reason for each in fact.adjustments}))
    if isinstance(fact, ClaimAcknowledged | StatusAnswered):
        return ":".join(part for part in (fact.category, fact.status_code, fact.entity) if part)
    return ""


def _outranked(reading: Reading, refused: Made) -> bool:
    """A payer's word outranks the clearinghouse's (field notes 1.8)."""
    taken = reading.current(Mark.ACCEPTED, Mark.DECIDED, Mark.DUPLICATE)
    return refused.mark is Mark.CLEARINGHOUSE_REJECTED and taken is not None


_OTHER_REFUSALS = frozenset({Verdict.COVERAGE, Verdict.UNRECOGNISED, Verdict.FINAL_DENIED})


def _unrecognised(scene: Scene) -> Iterator[Ground]:
    for refused, fact, verdict in _refusals(scene):
        if verdict in _OTHER_REFUSALS:
            yield Ground(Mode.UNRECOGNISED, "4.1 no rule", refused.at, (refused.fact_id,), (), (), _cause(fact))


def _not_found(scene: Scene) -> Iterator[Ground]:
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


def _crossover_lost(scene: Scene) -> Iterator[Ground]:
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


def _crossover_declined(scene: Scene) -> Iterator[Ground]:
    declined = scene.reading.newest(Mark.DECLINED)
    if declined is None or _sent_after(scene.reading, declined):
        return
    fact = _fact(scene.reading, declined)
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


def _crossover_assumed(scene: Scene) -> Iterator[Ground]:
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


def _sent_after(reading: Reading, since: Made) -> bool:
    """True once the claim is under way all the same: sent or heard of later, or sent by us in the attempt in force."""
    if reading.current(Mark.SUBMITTED):
        return True
    later = (Mark.PROMISED, Mark.SUBMITTED, Mark.RECEIVED, Mark.ACCEPTED, Mark.DUPLICATE, Mark.DECIDED, Mark.DENIED)
    return any(each.at >= since.at for mark in later for each in reading.made.get(mark, ()))


def _fact(reading: Reading, made: Made) -> Fact | None:
    return next((each for each in reading.evidence if each.fact_id == made.fact_id), None)


RULES: tuple[Callable[[Scene], Iterator[Ground]], ...] = (
    _takeback,
    _not_posted,
    _wrong_order,
    _duplicate,
    _filing,
    _mismatch,
    _unrecognised,
    _not_found,
    _crossover_lost,
    _crossover_declined,
    _crossover_assumed,
)
"""The rules in the order of field notes 4.1; the first match is the break point in force."""
