"""decide(case, fact, plan): the whole product in one pure function. No I/O, no clock of its own, no engine."""

from __future__ import annotations

from bisect import bisect_right

from journey import clocks, proofs, reasons
from journey.books import money
from journey.breaks import diagnosis
from journey.breaks.grounds import Scene
from journey.case import (
    ActionKind,
    BreakPoint,
    Case,
    Clock,
    Decision,
    HoldState,
    Money,
    Opening,
)
from journey.claim import Coverage
from journey.evidence import kept as evidence
from journey.evidence import roles
from journey.evidence.combined import tertiary_share
from journey.evidence.marks import Mark
from journey.evidence.reading import Made, Reading, read
from journey.facts import (
    ActionEnded,
    ClaimHeldBack,
    ClockRanOut,
    ContactLogged,
    Fact,
    HoldAsked,
    MessageSetAside,
    PaymentOffset,
    PersonActed,
    PlanChanged,
    RemitAdjudicated,
)
from journey.plans.filing import filing_limit
from journey.plans.plan import PlanInForce
from journey.response import asking, closing, escalating, holding
from journey.response.holder import WATCHES_OURSELVES, holder
from journey.words import BreakState, Grade, Hop, Level, Mode, Moment, Party
from journey.workdays import plan_workdays

ASKED_KEPT = 300
"""How many action keys a case remembers."""

ATTENTION_KEPT = 40
"""A flood of unreadable messages must not grow the state without end; the casebook has them all."""

_BEFORE_ACCEPTED = (Hop.TRANSMITTED, Hop.RECEIVED, Hop.ACCEPTED)
GUARD_CLOCK = "T17"


def open_case(opening: Opening, plan: PlanInForce) -> Decision:
    """The first decision of a case: nothing heard yet, the primary has the claim."""
    blank = Case(
        case_id=opening.case_id,
        claim=opening.claim,
        opened_at=opening.opened_at,
        as_of=opening.opened_at,
        plan_version=plan.version,
        money=Money(charge=opening.claim.charge),
    )
    return _settle(blank, blank, None, plan, opening.opened_at)


def decide(case: Case, fact: Fact, plan: PlanInForce) -> Decision:
    """What one fact changes: the new case, the actions it asks for, the reasons.

    The moment of decision is `fact.learnt_at`, never earlier than the last one. A fact already heard changes
    nothing (I8); so does any fact once the case is closed, except that it is still recorded.
    """
    if fact.fact_id in case.heard:
        return Decision(case=case, applied=False)
    fact = roles.placed(case.claim, fact)
    now = max(case.as_of, fact.learnt_at)
    heard = (*case.heard, fact.fact_id)[-evidence.HEARD_IDS :]
    noted = _note(case, fact, now).model_copy(
        update={"heard": heard, "evidence": evidence.keep(case.evidence, fact), "as_of": now}
    )
    return _settle(case, noted, fact, plan, now)


def _note(case: Case, fact: Fact, now: Moment) -> Case:
    """What a fact changes directly, before anything is derived."""
    changes: dict[str, object] = {}
    if isinstance(fact, ActionEnded):
        changes = _ended(case, fact, now)
    elif isinstance(fact, ClockRanOut) and fact.clock.startswith(clocks.LADDER_PREFIX):
        changes = {"escalations": escalating.climbed(case.escalations, fact, now)}
    elif isinstance(fact, PersonActed):
        changes = _acted(case, fact, now)
    elif isinstance(fact, ContactLogged) and evidence.is_vague(fact):
        changes = {"vague_answers": _counted(case, fact.sender)}
    elif isinstance(fact, ContactLogged):
        changes = {"vague_answers": {each: n for each, n in case.vague_answers.items() if each is not fact.sender}}
    elif isinstance(fact, HoldAsked):
        changes = {"hold_asked": True, "hold": holding.reviewed(case.hold, now)}
    elif isinstance(fact, MessageSetAside):
        changes = {"attention": _attention(case, f"message set aside: {fact.problem}")}
    elif isinstance(fact, RemitAdjudicated) and fact.payer is Party.UNKNOWN:
        changes = {"attention": (*case.attention, "a remittance of a payer that the claim does not name")}
    elif isinstance(fact, PaymentOffset):
        whose = "against this claim" if fact.names_claim else "from this claim's payment, to settle something else"
        changes = {"attention": (*case.attention, f"money was taken {whose} (PLB {fact.reason})")}
    elif isinstance(fact, PlanChanged):
        changes = {"plan_version": fact.to_version}
    return case.model_copy(update=changes) if changes else case


def _ended(case: Case, fact: ActionEnded, now: Moment) -> dict[str, object]:
    asked = tuple(
        each.model_copy(update={"ended_at": now, "succeeded": fact.succeeded}) if each.key == fact.key else each
        for each in case.asked
    )
    if fact.succeeded or _is_held_back(case, fact):
        return {"asked": asked}
    return {"asked": asked, "attention": _attention(case, f"could not be done: {fact.problem}")}


def _is_held_back(case: Case, fact: ActionEnded) -> bool:
    """A claim that our own rules held back comes back as work of its own, not as a failure."""
    return any(isinstance(each, ClaimHeldBack) and each.key == fact.key for each in case.evidence)


def _attention(case: Case, why: str) -> tuple[str, ...]:
    return (*case.attention, why)[-ATTENTION_KEPT:]


def _acted(case: Case, fact: PersonActed, now: Moment) -> dict[str, object]:
    changes: dict[str, object] = {"escalations": escalating.acted(case.escalations, fact, now)}
    if fact.act in ("assigned", "taken"):
        changes["owner"] = fact.person
    if fact.act == "done":
        changes["hold"] = holding.reviewed(case.hold, now)
    return changes


def _counted(case: Case, party: Party) -> dict[Party, int]:
    return {**case.vague_answers, party: case.vague_answers.get(party, 0) + 1}


def _settle(before: Case, noted: Case, fact: Fact | None, plan: PlanInForce, now: Moment) -> Decision:
    """Derive everything that follows from the evidence, then ask for what is missing."""
    reading = read(noted.claim, noted.evidence, plan)
    case = _derived(noted, reading, plan, now, fact.fact_id if fact else "opening")
    actions = asking.asked_now(case, reading, plan, now)
    case = case.model_copy(
        update={
            "asked": (*case.asked, *(asking.as_asked(each) for each in actions))[-ASKED_KEPT:],
            "revision": before.revision + 1,
        }
    )
    why = reasons.reasons(before, case, fact, actions)
    return Decision.model_construct(case=case, actions=actions, reasons=why, applied=True)


def _derived(noted: Case, reading: Reading, plan: PlanInForce, now: Moment, fact_id: str) -> Case:
    case = noted.model_copy(update=_limit(noted, reading, plan))
    case = case.model_copy(update={"hold": holding.held(case, reading, plan, now)})
    case = case.model_copy(update=closing.resolution(case, reading, now))
    _note_marks(case, reading)
    proven = proofs.prove(reading, plan)
    hop = None if case.resolution else proofs.open_hop(proven)
    ticking = _ticking(case, reading, plan, hop)
    settled = case.resolution is not None
    diagnosed = () if settled and noted.resolution is not None else _broken(case, reading, plan, ticking, now)
    broken = () if settled else diagnosed
    today = plan_workdays(plan).local_date(now)
    wanted = []
    if not settled:
        wanted = escalating.causes(case, reading, broken, ticking, plan, today)
        wanted += escalating.unfinished(case, reading.books)
    raised = escalating.escalated(case, wanted, now, fact_id)
    ticking = (*ticking, *escalating.ladder_clocks(case, raised, plan))
    closed = _closed(case, ticking, now)
    changes: dict[str, object] = {
        "proofs": proven,
        "hop": hop,
        "clocks": () if closed else ticking,
        "break_points": broken,
        "found": _found(case.found, diagnosed[:1]),  # the fact that ends a case may be the second side's word
        "escalations": raised,
        "money": money.money(case.claim, reading.books),
        "holder": None if closed else holder(case, reading, hop, ticking, raised, plan, now),
        "closed_at": closed,
    }
    return case.model_copy(update=changes)


def _limit(case: Case, reading: Reading, plan: PlanInForce) -> dict[str, object]:
    coverage, remit = _next_to_file(reading)
    remitted = plan_workdays(plan).local_date(remit.happened_at) if remit else None
    limit = filing_limit(case.claim, remitted, plan, coverage)
    return {"filing_limit": limit.limit, "filing_rule": limit.rule, "filing_assumed": limit.assumed}


def _next_to_file(reading: Reading) -> tuple[Coverage, RemitAdjudicated | None]:
    """The policy whose filing limit counts, and the remittance before it: the third's once its turn has come (F15)."""
    third, left = reading.claim.coverage(3), tertiary_share(reading)
    if third and (left or reading.payer is Party.TERTIARY):
        second = left or tuple(each for each in reading.books.secondary if each.payer is Party.SECONDARY)
        return third, second[-1] if second else reading.primary_remit
    return reading.claim.secondary, reading.primary_remit


def _note_marks(case: Case, reading: Reading) -> None:
    """Marks that the case itself makes: opened, progress, questions asked, hold, resolution."""
    own = reading.made
    begun = [each.begun for each in reading.attempts]

    def note(mark: Mark, at: Moment | None, source: str = "opening") -> None:
        if at is not None:
            attempt = bisect_right(begun, at)
            own[mark].append(Made(mark, at, attempt, source, Grade.TRANSACTED, Party.BATON))

    note(Mark.OPENED, case.opened_at)
    note(Mark.PROGRESS, _progress(case))
    for each in case.asked:
        if each.kind is ActionKind.ASK_STATUS and each.succeeded:
            note(Mark.ASKED, each.asked_at, each.key)
    note(Mark.HOLD_WANTED, case.hold.requested_at)
    note(Mark.HOLD_VERIFIED, case.hold.reviewed_at)
    note(Mark.HOLD_RELEASED, case.hold.released_at if case.hold.state is HoldState.RELEASED else None)
    stays = case.hold.state is HoldState.NONE or case.hold.permanent  # nothing to release, or never
    if stays and (reconciled := reading.newest(Mark.RECONCILED)):
        note(Mark.HOLD_RELEASED, reconciled.at)
    note(Mark.RESOLVED, case.resolved_at)


def _progress(case: Case) -> Moment:
    """When the evidence last changed; what we do or say ourselves is no evidence, nor is what nobody stands for."""
    return max((each.learnt_at for each in case.evidence if evidence.is_progress(each)), default=case.opened_at)


def _ticking(case: Case, reading: Reading, plan: PlanInForce, hop: Hop | None) -> tuple[Clock, ...]:
    ticking = _guarded(clocks.running(case, reading, plan, case.filing_limit), plan)
    if case.resolution is not None:
        return tuple(each for each in ticking if each.name == "T16")
    lost = reading.books.given_up or reading.coverage_invalid
    if hop in _BEFORE_ACCEPTED and case.filing_limit and not lost:
        return (*ticking, clocks.filing_clock(case, plan, case.filing_limit, clocks.silences(case)))
    return ticking


def _guarded(ticking: tuple[Clock, ...], plan: PlanInForce) -> tuple[Clock, ...]:
    """Waiting inside the plan's own patience is not silence: T17 watches moved and run-out waits (field notes 2.3)."""
    patient = any(
        each.hard and Level.HARD not in each.fired and not each.moved_by
        for each in ticking
        if each.name in plan.clocks_by_name and each.name not in WATCHES_OURSELVES
    )
    return tuple(each for each in ticking if each.name != GUARD_CLOCK) if patient else ticking


def _broken(
    case: Case, reading: Reading, plan: PlanInForce, ticking: tuple[Clock, ...], now: Moment
) -> tuple[BreakPoint, ...]:
    passed = case.filing_limit is not None and plan_workdays(plan).local_date(now) > case.filing_limit
    scene = Scene(reading, {each.name: each for each in ticking}, now, passed)
    return diagnosis.diagnose(scene, plan)


_STRENGTH = {BreakState.SUSPECTED: 0, BreakState.CONTRADICTED: 1, BreakState.CONFIRMED: 2}


def _found(found: tuple[BreakPoint, ...], now: tuple[BreakPoint, ...]) -> tuple[BreakPoint, ...]:
    """Every break point that was ever in force, each once, in its strongest state."""
    kept: dict[Mode, BreakPoint] = {each.mode: each for each in found}
    for each in now:
        old = kept.get(each.mode)
        if old is None or _STRENGTH[each.state] > _STRENGTH[old.state]:
            kept[each.mode] = each if old is None else each.model_copy(update={"found_at": old.found_at})
    return tuple(kept.values())


def _closed(case: Case, ticking: tuple[Clock, ...], now: Moment) -> Moment | None:
    """Monitoring ends a resolved case; nothing else does."""
    if case.resolution is None:
        return None
    watched = any(each.name == "T16" and Level.HARD in each.fired for each in ticking)
    return case.closed_at or (now if watched else None)
