"""What if: a case lived again from its opening under another plan, with the facts that it really heard.

What the world did is kept: files, ledger reads and people's words come on the day on which they really came. What
follows from the plan is found anew: silence, and what the case asks for. What it asked for ends as it really ended, as
long afterwards; the answers to a claim of ours follow the claim. What it never really asked for is taken to succeed at
once. So a life under the plan that was really in force is the life that really was.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush

from journey.case import Action, ActionKind, Case, Decision, Opening
from journey.checks import refusal
from journey.decide import decide, open_case
from journey.facts import (
    ActionEnded,
    ClaimAcknowledged,
    ClaimHeldBack,
    ClockRanOut,
    ContactLogged,
    CorrectionMade,
    Fact,
    HoldAsked,
    LedgerRead,
    PersonActed,
    PlanChanged,
    PolicyTold,
    SecondarySubmitted,
    SupervisorDecided,
    SyntaxAcknowledged,
)
from journey.plans.plan import PlanInForce
from journey.silence import silence
from journey.words import Grade, Party, Switch

LAST = 1 << 40
"""The place of what has none in the log: behind all that was heard at the same moment."""

_BY_PEOPLE = (ContactLogged, CorrectionMade, PersonActed, PolicyTold, HoldAsked, SupervisorDecided)
_ANSWERS = (SyntaxAcknowledged, ClaimAcknowledged)
_SETS_SWITCHES = re.compile(r":(request_hold|release_hold|recall_account):\d+$")
_MOMENT = re.compile(r":\d{8}(T\d{4,6})?(?=(:ledger)?$)")
_NOW = timedelta(0)


@dataclass(frozen=True)
class LogEntry:
    """One line of a case's log: a fact, whether it changed the case, and the keys of what was asked for."""

    fact: Fact
    applied: bool
    actions: tuple[str, ...]


@dataclass(frozen=True)
class Turn:
    """One thing that the case heard in a life, and what it asked for."""

    fact_id: str
    at: datetime
    applied: bool
    actions: tuple[Action, ...]


@dataclass(frozen=True)
class Life:
    """A case's life under a plan: what it asked for when it was opened, what it heard, how it stands at the end."""

    case: Case
    opened: Turn
    turns: tuple[Turn, ...]

    @property
    def asked(self) -> tuple[Action, ...]:
        """Everything that was asked for, in order."""
        return tuple(action for turn in (self.opened, *self.turns) for action in turn.actions)


@dataclass
class _Outcome:
    """How something that was asked for really ended, and what came of it."""

    after: timedelta
    """How long after it was asked for."""
    facts: list[tuple[int, Fact]]
    """What it brought, and that it ended, each with its place in the log."""
    answers: list[tuple[timedelta, int, Fact]] = field(default_factory=list)
    """What the clearinghouse and the payer said to a claim, and how long after it had left."""


def live_again(
    opening: Opening,
    log: Sequence[LogEntry],
    plan: PlanInForce,
    until: datetime,
    earlier: Mapping[str, PlanInForce] | None = None,
) -> Life:
    """Live a case again.

    Args:
        opening: how it began.
        log: all that it really heard, in order.
        plan: the plan of this life from the opening on.
        until: the moment at which to stop.
        earlier: plans by version; with them a change of plan in the log is made at its moment, without them it is
            left out.
    """
    return _Living(opening, _Log(opening, log, earlier is not None), plan, earlier or {}).live(until)


def is_same(life: Life, log: Sequence[LogEntry]) -> bool:
    """Whether a life is the one in the log: the same facts counted in the same order, and asked for the same."""
    heard = [(each.fact.fact_id, each.actions) for each in log if each.applied]
    lived = [(each.fact_id, tuple(action.key for action in each.actions)) for each in life.turns if each.applied]
    return lived[: len(heard)] == heard


class _Log:
    """A log taken apart: what the world brought, when clocks really rang, how errands really ended."""

    def __init__(self, opening: Opening, log: Sequence[LogEntry], with_changes: bool) -> None:
        self.outside: list[tuple[datetime, int, Fact]] = []
        self.rang: dict[str, tuple[datetime, int]] = {}
        self.outcomes: dict[str, _Outcome] = {}
        asked = {key: (each.fact.learnt_at, place) for place, each in enumerate(log) for key in each.actions}
        own = self._take_outcomes(log, asked, opening.opened_at)
        left = {
            fact.submission_id: (fact.learnt_at, outcome)
            for outcome in self.outcomes.values()
            for _, fact in outcome.facts
            if isinstance(fact, SecondarySubmitted)
        }
        for place, each in enumerate(log):
            fact = each.fact
            if isinstance(fact, ClockRanOut):
                self.rang.setdefault(fact.fact_id, (fact.learnt_at, place))
            elif isinstance(fact, _ANSWERS) and fact.submission_id in left:
                sent, outcome = left[fact.submission_id]
                outcome.answers.append((fact.learnt_at - sent, place, fact))
            elif place not in own and (with_changes or not isinstance(fact, PlanChanged)):
                self.outside.append((fact.learnt_at, place, fact))
        self.outside.sort(key=lambda each: each[:2])

    def _take_outcomes(
        self, log: Sequence[LogEntry], asked: Mapping[str, tuple[datetime, int]], opened_at: datetime
    ) -> set[int]:
        """Finds every ending with what it brought; returns their places."""
        own: set[int] = set()
        for place, each in enumerate(log):
            fact = each.fact
            if isinstance(fact, ActionEnded) and fact.key not in self.outcomes:
                at, since = asked.get(fact.key, (opened_at, -1))
                brought = [other for other in range(since + 1, place) if _brought(log[other].fact, fact)]
                if _SETS_SWITCHES.search(fact.key):
                    brought = _last_read(log, since, place)
                places = [*brought, place]
                own.update(places)
                self.outcomes[fact.key] = _Outcome(fact.learnt_at - at, [(other, log[other].fact) for other in places])
            elif isinstance(fact, ActionEnded):
                own.add(place)
        return own

    def outcome_of(self, action: Action, used: set[str]) -> _Outcome | None:
        """How an errand really ended; one that was asked for at another time is known by what it is about."""
        wanted = [action.key] if action.key in self.outcomes else self._alike(action, used)
        if not wanted:
            return None
        used.add(wanted[0])
        return self.outcomes[wanted[0]]

    def _alike(self, action: Action, used: set[str]) -> list[str]:
        about = _about(action.key)
        return [key for key in self.outcomes if key not in used and _about(key) == about]


def _about(key: str) -> str:
    """An errand's key without its moment; a claim's without its cause."""
    before, submits, _ = key.partition(":submit:")
    return before + submits if submits else _MOMENT.sub("", key)


def _brought(fact: Fact, ended: ActionEnded) -> bool:
    if isinstance(fact, ClaimHeldBack):
        return fact.key == ended.key
    return isinstance(fact, SecondarySubmitted) and fact.ours and fact.submission_id == ended.reference


def _last_read(log: Sequence[LogEntry], since: int, place: int) -> list[int]:
    """The ledger as an errand left it: read last before the errand ended, at the same moment."""
    ended = log[place].fact.learnt_at
    reads = [
        other
        for other in range(since + 1, place)
        if isinstance(log[other].fact, LedgerRead) and log[other].fact.learnt_at == ended
    ]
    return reads[-1:]


class _Living:
    """One life under way."""

    def __init__(self, opening: Opening, log: _Log, plan: PlanInForce, plans: Mapping[str, PlanInForce]) -> None:
        self._log = log
        self._plan = plan
        self._plans = plans
        self._coming: list[tuple[datetime, int, int, Fact]] = []
        self._count = 0
        self._used: set[str] = set()
        self._set_by_us: tuple[Switch, ...] = ()
        for at, place, fact in log.outside:
            self._expect(at, place, fact)
        decision = open_case(opening, plan)
        self._case = decision.case
        self._turns: list[Turn] = []
        self._opened = Turn("opening", opening.opened_at, True, decision.actions)
        self._begin(decision)

    def live(self, until: datetime) -> Life:
        while True:
            at, place = self._coming[0][:2] if self._coming else (None, LAST)
            rings = self._next_ring()
            if rings and (at is None or rings < (at, place)):
                if rings[0] > until:
                    break
                self._ring(rings[0])
            elif at is not None and at <= until:
                moment, _, _, fact = heappop(self._coming)
                self._hear(fact, moment)
            else:
                break
        return Life(self._case, self._opened, tuple(self._turns))

    # ---- time -------------------------------------------------------------------------------------------------------

    def _next_ring(self) -> tuple[datetime, int] | None:
        """When the next clock rings: as late as it really did, if it really did."""
        clock = self._case.next_clock
        due = clock.next_due if clock else None
        rang = silence(self._case, due) if due else None
        return self._log.rang.get(rang.fact_id, (rang.due, LAST)) if rang else None

    def _ring(self, at: datetime) -> None:
        rang = silence(self._case, at)
        assert rang is not None
        self._hear(rang, at)

    def _expect(self, at: datetime, place: int, fact: Fact) -> None:
        self._count += 1
        heappush(self._coming, (at, place, self._count, fact))

    # ---- hearing ----------------------------------------------------------------------------------------------------

    def _hear(self, fact: Fact, at: datetime) -> None:
        if isinstance(fact, PersonActed):
            fact = self._addressed(fact)
        if isinstance(fact, LedgerRead) and self._set_by_us:
            switches = tuple(dict.fromkeys((*fact.switches_on, *self._set_by_us)))
            fact = fact.model_copy(update={"switches_on": switches})
        if isinstance(fact, PlanChanged):
            self._plan = self._plans.get(fact.to_version, self._plan)
        if isinstance(fact, _BY_PEOPLE) and refusal(self._case, fact, self._plan, at):
            return  # nobody would have said it to this case
        decision = decide(self._case, fact.model_copy(update={"learnt_at": at}), self._plan)
        self._case = decision.case
        self._turns.append(Turn(fact.fact_id, at, decision.applied, decision.actions))
        self._begin(decision)

    def _addressed(self, act: PersonActed) -> PersonActed:
        """Somebody who took a task takes the open one of its kind, whatever its number is in this life."""
        if not act.escalation or any(each.escalation_id == act.escalation for each in self._case.escalations):
            return act
        kind = act.escalation.rsplit(":", 2)[-2] if act.escalation.count(":") > 1 else ""
        known = [each.escalation_id for each in self._case.open_escalations if each.kind.value == kind]
        return act.model_copy(update={"escalation": known[-1]}) if known else act

    # ---- doing ------------------------------------------------------------------------------------------------------

    def _begin(self, decision: Decision) -> None:
        for action in decision.actions:
            outcome = self._log.outcome_of(action, self._used)
            if outcome is not None:
                self._end_as_it_did(action, outcome)
            elif action.kind is not ActionKind.NOTIFY:
                self._end_well(action)

    def _end_as_it_did(self, action: Action, outcome: _Outcome) -> None:
        ends = action.asked_at + outcome.after
        for place, fact in outcome.facts:
            moved = ends - fact.learnt_at
            renamed = {"key": action.key, "fact_id": f"ended:{action.key}"} if isinstance(fact, ActionEnded) else {}
            self._expect(ends, place, _moved(fact, moved).model_copy(update=renamed))
        for after, place, fact in outcome.answers:
            self._expect(ends + after, place, _moved(fact, ends + after - fact.learnt_at))

    def _end_well(self, action: Action) -> None:
        at = action.asked_at
        if action.kind is ActionKind.SUBMIT_SECONDARY:
            self._expect(at, LAST, self._sent(action))
        if action.kind in (ActionKind.REQUEST_HOLD, ActionKind.RELEASE_HOLD):
            self._set_by_us = tuple(Switch) if action.kind is ActionKind.REQUEST_HOLD else ()
            self._expect_ledger(action)
        self._expect(
            at,
            LAST,
            ActionEnded(
                fact_id=f"ended:{action.key}",
                happened_at=at,
                learnt_at=at,
                sender=Party.BATON,
                key=action.key,
                succeeded=True,
            ),
        )

    def _sent(self, action: Action) -> SecondarySubmitted:
        destination = self._case.claim.coverage(int(action.detail.get("destination") or 2))
        name = f"what-if:{action.key}"
        return SecondarySubmitted.model_validate(
            {
                "fact_id": name,
                "happened_at": action.asked_at,
                "learnt_at": action.asked_at,
                "sender": Party.BATON,
                "grade": Grade.DOCUMENTED,
                "submission_id": name,
                "frequency": action.detail.get("frequency", "1"),
                "payer_id": destination.payer_id if destination else "",
            }
        )

    def _expect_ledger(self, action: Action) -> None:
        """The ledger as last seen, with the switches as they were just set."""
        reads = [each for each in self._case.evidence if isinstance(each, LedgerRead)]
        if reads:
            at = action.asked_at
            shown = {"fact_id": f"what-if:{action.key}", "happened_at": at, "switches_on": self._set_by_us}
            self._expect(at, LAST, reads[-1].model_copy(update=shown))


def _moved(fact: Fact, by: timedelta) -> Fact:
    """A fact as much earlier or later as what it belongs to; untouched where that is not moved."""
    return fact.model_copy(update={"happened_at": fact.happened_at + by}) if by != _NOW else fact
