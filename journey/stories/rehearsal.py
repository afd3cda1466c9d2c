"""Rehearsal: a story lived through on the pure core, in milliseconds; between its notes silence passes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from heapq import heappop, heappush
from typing import Literal
from zoneinfo import ZoneInfo

from journey.books.money import patient_share
from journey.case import Action, ActionKind, Case, Decision, Reason
from journey.checks import refusal
from journey.decide import decide, open_case
from journey.facts import (
    ActionEnded,
    ClaimHeldBack,
    ContactLogged,
    CorrectionMade,
    Fact,
    HoldAsked,
    LedgerRead,
    PersonActed,
    PolicyTold,
    RemitAdjudicated,
    SecondarySubmitted,
    SupervisorDecided,
)
from journey.plans.file import Plan
from journey.plans.plan import PlanInForce
from journey.sentence import sentence
from journey.silence import silence
from journey.stories.notes import Arrangement, LedgerShows
from journey.stories.story import Must, Step, Story
from journey.stories.view import View
from journey.words import Frozen, Grade, Moment, Party, Switch

ERRAND_TAKES = timedelta(hours=1)
"""How long it takes until something that we asked for is done, or has failed."""
_END_OF_DAY = time(23, 59)
_BY_PEOPLE = (ContactLogged, CorrectionMade, PersonActed, PolicyTold, HoldAsked, SupervisorDecided)


class Checked(Frozen):
    """One `=>` line, and what was the case instead; empty if it held."""

    line: int
    states: str
    instead: str = ""


class Turn(Frozen):
    """One thing that happened, and what followed from it."""

    at: Moment
    kind: Literal["opened", "heard", "silence", "done"]
    """`done`: the outcome of something that we asked for."""
    says: str
    applied: bool = True
    refused: str = ""
    reasons: tuple[Reason, ...] = ()
    actions: tuple[Action, ...] = ()


class Day(Frozen):
    """One day on which something happened, or something had to be so."""

    day: date
    number: int
    """0 is the day of the first note."""
    turns: tuple[Turn, ...] = ()
    checks: tuple[Checked, ...] = ()
    sentence: str = ""


class Rehearsal(Frozen):
    """A story lived through: its days, how the case ended, and which statements did not hold."""

    title: str
    plan_version: str
    days: tuple[Day, ...]
    case: Case

    @property
    def failures(self) -> tuple[Checked, ...]:
        """The `=>` lines that did not hold."""
        return tuple(each for day in self.days for each in day.checks if each.instead)


def rehearse(story: Story, plan: Plan) -> Rehearsal:
    """Live through a story under a plan; the same story and plan always give the same rehearsal."""
    claim = story.opening.claim
    payer = claim.secondary
    in_force = plan.in_force(payer.payer_id, payer.payer_class, claim.provider_state, claim.line_of_business)
    return _Life(story, in_force).live()


@dataclass
class _Ledger:
    """The provider's ledger: what it shows, and how it treats us."""

    shows: dict[str, object]
    version: int = 1
    as_of: datetime = datetime(2000, 1, 1, tzinfo=UTC)
    silent: bool = False
    heeds: bool = True

    def change(self, at: datetime, changes: dict[str, object]) -> None:
        if any(self.shows.get(name) != value for name, value in changes.items()):
            self.shows |= changes
            self.version, self.as_of = self.version + 1, at

    def read(self, at: datetime) -> LedgerRead:
        return LedgerRead.model_validate(
            {
                **self.shows,
                "fact_id": f"ledger {self.version}",
                "happened_at": self.as_of,
                "learnt_at": at,
                "source": "ledger",
                "sender": Party.LEDGER,
                "grade": Grade.SETTLED,
                "version": self.version,
            }
        )


@dataclass
class _Life:
    story: Story
    plan: PlanInForce
    zone: ZoneInfo = field(init=False)
    case: Case = field(init=False)
    ledger: _Ledger = field(init=False)
    errands: list[tuple[datetime, int, Action]] = field(default_factory=list)
    days: dict[date, Day] = field(default_factory=dict)
    count: int = 0
    submissions: int = 0
    nothing_sent: bool = False
    held_back: bool = False
    newest: Fact | None = None
    last: Turn | None = None

    def __post_init__(self) -> None:
        self.zone = ZoneInfo(self.story.time_zone)
        opening = self.story.opening
        self.ledger = _Ledger({"open_balance": opening.claim.charge, "patient_balance": 0}, as_of=opening.opened_at)
        decision = open_case(opening, self.plan)
        self.case = decision.case
        self._tell(Turn(at=opening.opened_at, kind="opened", says="the case is opened"), decision)

    def live(self) -> Rehearsal:
        for step in self.story.steps:
            if isinstance(step, Step):
                self._let_pass(step.at)
                self._take(step)
            else:
                self._must(step)
        self._let_pass(self._end_of(self._day(self.story.steps[-1])))
        return Rehearsal(
            title=self.story.title, plan_version=self.plan.version, days=tuple(self._told()), case=self.case
        )

    # ---- what the story tells ---------------------------------------------------------------------------------------

    def _take(self, step: Step) -> None:
        brings = step.brings
        if brings is Arrangement.AGAIN:
            brings = self.newest
        if isinstance(brings, Arrangement):
            self._arrange(brings)
        elif isinstance(brings, LedgerShows):
            self.ledger.change(step.at, dict(brings.changes))
            brings = self.ledger.read(step.at)
        if brings is None:
            return
        if isinstance(brings, Arrangement):
            self._tell(Turn(at=step.at, kind="heard", says=step.text), None)
            return
        self.newest = brings
        self._hear(self._addressed(brings), "heard", step.text, step.at)
        self._post_primary(brings)

    def _arrange(self, arrangement: Arrangement) -> None:
        if arrangement in (Arrangement.LEDGER_SILENT, Arrangement.LEDGER_ANSWERS):
            self.ledger.silent = arrangement is Arrangement.LEDGER_SILENT
        elif arrangement in (Arrangement.HOLD_IGNORED, Arrangement.HOLD_HEEDED):
            self.ledger.heeds = arrangement is Arrangement.HOLD_HEEDED
        elif arrangement in (Arrangement.HELD_BACK, Arrangement.LET_PASS):
            self.held_back = arrangement is Arrangement.HELD_BACK
        else:
            self.nothing_sent = arrangement is Arrangement.NOTHING_SENT

    def _addressed(self, fact: Fact) -> Fact:
        """A story names an escalation by its kind: the open one of that kind is meant."""
        if not isinstance(fact, PersonActed) or not fact.escalation:
            return fact
        known = [each for each in self.case.open_escalations if each.kind.value == fact.escalation]
        return fact.model_copy(update={"escalation": known[-1].escalation_id}) if known else fact

    def _post_primary(self, fact: Fact) -> None:
        """The billing system posts the primary's remittance by itself, and moves the rest to the patient."""
        if isinstance(fact, RemitAdjudicated) and fact.payer is Party.PRIMARY and fact.paid > 0:
            share = patient_share(fact)
            changes: dict[str, object] = {
                "open_balance": share,
                "patient_balance": share,
                "primary_posted": fact.paid,
            }
            self.ledger.change(fact.learnt_at, changes)

    def _must(self, must: Must) -> None:
        self._let_pass(self._until(must))
        self._day_of(must.day)
        day = self.days[must.day]
        instead = must.check(self._view(day))
        checked = Checked(line=must.line, states=must.text, instead=instead)
        self.days[must.day] = day.model_copy(update={"checks": (*day.checks, checked), "sentence": self._sentence()})

    def _until(self, must: Must) -> datetime:
        """A statement waits for the end of its day, or for the next note of that day."""
        later = self.story.steps[self.story.steps.index(must) + 1 :]
        notes = [each.at for each in later if isinstance(each, Step) and self._day(each) == must.day]
        return min((each - timedelta(seconds=1) for each in notes), default=self._end_of(must.day))

    def _view(self, day: Day) -> View:
        return View(
            case=self.case,
            plan=self.plan,
            sentence=self._sentence(),
            actions=tuple(action for turn in day.turns for action in turn.actions),
            submissions=self.submissions,
            refusal=self.last.refused if self.last else "",
            changed=self.last.applied if self.last else True,
            says=tuple(f"{each.says} {each.would_change}" for turn in day.turns for each in turn.reasons),
        )

    # ---- time -------------------------------------------------------------------------------------------------------

    def _let_pass(self, until: datetime) -> None:
        """Silence up to a moment: what we asked for gets done, and clocks ring, each at its time."""
        while True:
            done = self.errands[0][0] if self.errands else None
            clock = self.case.next_clock
            due = clock.next_due if clock and not self.case.closed_at else None
            coming = [each for each in (done, due) if each and each <= until]
            if not coming:
                return
            # An answer in the last moment still counts: what is done comes before the clock.
            if done == min(coming):
                self._end(heappop(self.errands)[2], done)
            elif clock is not None and due is not None:
                self._ring(due)

    def _ring(self, due: datetime) -> None:
        at = max(due, self.case.as_of)
        rang = silence(self.case, at)
        assert rang is not None
        row = self.plan.clocks_by_name.get(rang.clock)
        means = f": {row.silence_means or row.pending}" if row else ""
        self._hear(rang, "silence", f"{rang.clock} rings ({rang.level.value}){means}", at)

    def _end_of(self, day: date) -> datetime:
        return datetime.combine(day, _END_OF_DAY, self.zone).astimezone(UTC)

    def _day(self, step: Step | Must) -> date:
        return step.day if isinstance(step, Must) else step.at.astimezone(self.zone).date()

    # ---- what we do -------------------------------------------------------------------------------------------------

    def _begin(self, action: Action) -> None:
        if action.kind is not ActionKind.NOTIFY:
            self.count += 1
            heappush(self.errands, (action.asked_at + ERRAND_TAKES, self.count, action))
        if action.kind is ActionKind.SUBMIT_SECONDARY:
            self.submissions += 1

    def _end(self, action: Action, at: datetime) -> None:
        asks_ledger = action.to is Party.LEDGER
        if asks_ledger and self.ledger.silent:
            # The errand is tried again and again; the case hears nothing meanwhile.
            heappush(self.errands, (at + timedelta(days=1), self.count, action))
            return
        held_back = action.kind is ActionKind.SUBMIT_SECONDARY and self.held_back
        succeeded = asks_ledger or not (self.nothing_sent or held_back)
        does = _Life._refused_by_us if held_back else _DOES.get(action.kind)
        fact = does(self, action, at) if does and (succeeded or held_back) else None
        what = action.kind.value.replace("_", " ")
        if fact is not None:
            self._hear(fact, "done", what, at)
        problem = "" if succeeded else f"{what}: the clearinghouse does not take it"
        ended = ActionEnded(
            fact_id=f"ended:{action.key}",
            happened_at=at,
            learnt_at=at,
            sender=Party.BATON,
            key=action.key,
            succeeded=succeeded,
            problem=problem,
        )
        self._hear(ended, "done", problem or what, at)

    def _ledger_read(self, _: Action, at: datetime) -> Fact:
        return self.ledger.read(at)

    def _hold_set(self, _: Action, at: datetime) -> Fact:
        if self.ledger.heeds:
            self.ledger.change(at, {"switches_on": tuple(Switch)})
        return self.ledger.read(at)

    def _hold_released(self, _: Action, at: datetime) -> Fact:
        if self.ledger.heeds:
            self.ledger.change(at, {"switches_on": ()})
        return self.ledger.read(at)

    def _recalled(self, _: Action, at: datetime) -> Fact:
        if self.ledger.heeds:
            self.ledger.change(at, {"placed_with_agency": False})
        return self.ledger.read(at)

    def _submitted(self, action: Action, at: datetime) -> Fact:
        addressee = self.story.opening.claim.coverage(int(action.detail["destination"]))
        return SecondarySubmitted.model_validate(
            {
                "fact_id": f"submission {self.submissions}",
                "happened_at": at,
                "learnt_at": at,
                "sender": Party.PROVIDER,
                "grade": Grade.DOCUMENTED,
                "submission_id": f"S{self.submissions}",
                "frequency": action.detail["frequency"],
                "payer_id": addressee.payer_id if addressee else "",
            }
        )

    def _refused_by_us(self, action: Action, at: datetime) -> Fact:
        """Our own rules refuse the claim before it goes out."""
        return ClaimHeldBack(
            fact_id=f"held back {self.submissions}",
            happened_at=at,
            learnt_at=at,
            sender=Party.BATON,
            grade=Grade.DOCUMENTED,
            key=action.key,
            problems=("secondary member_id is missing: take it from the card",),
        )

    # ---- what is told -----------------------------------------------------------------------------------------------

    def _hear(self, fact: Fact, kind: Literal["heard", "silence", "done"], says: str, at: datetime) -> None:
        refused = refusal(self.case, fact, self.plan, at) if isinstance(fact, _BY_PEOPLE) else ""
        if refused:
            self._tell(Turn(at=at, kind=kind, says=says, refused=refused), None)
            return
        decision = decide(self.case, fact, self.plan)
        self.case = decision.case
        self._tell(Turn(at=at, kind=kind, says=says, applied=decision.applied), decision)

    def _tell(self, turn: Turn, decision: Decision | None) -> None:
        if decision is not None:
            turn = turn.model_copy(update={"reasons": decision.reasons, "actions": decision.actions})
            for action in decision.actions:
                self._begin(action)
        if turn.kind == "heard":
            self.last = turn
        day = self._day_of(turn.at.astimezone(self.zone).date())
        changes = {"turns": (*day.turns, turn), "sentence": self._sentence()}
        self.days[day.day] = day.model_copy(update=changes)

    def _day_of(self, day: date) -> Day:
        begun = self._day(self.story.steps[0])
        return self.days.setdefault(day, Day(day=day, number=(day - begun).days))

    def _sentence(self) -> str:
        return sentence(self.case, self.plan)

    def _told(self) -> list[Day]:
        return [self.days[day] for day in sorted(self.days)]


_DOES: dict[ActionKind, Callable[[_Life, Action, datetime], Fact]] = {
    ActionKind.READ_LEDGER: _Life._ledger_read,
    ActionKind.REQUEST_HOLD: _Life._hold_set,
    ActionKind.RELEASE_HOLD: _Life._hold_released,
    ActionKind.RECALL_ACCOUNT: _Life._recalled,
    ActionKind.SUBMIT_SECONDARY: _Life._submitted,
}
