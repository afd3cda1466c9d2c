"""SecondaryCoordination: one claim, from the primary's decision to a settled balance. A thin shell round `decide`."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ActivityError, ApplicationError

from journey.case import Action, ActionKind, Case, Decision
from journey.checks import refusal
from journey.decide import decide, open_case
from journey.facts import (
    ContactLogged,
    CorrectionMade,
    Fact,
    HoldAsked,
    MessageSetAside,
    PersonActed,
    PolicyTold,
    SupervisorDecided,
)
from journey.plans.plan import PlanInForce
from journey.sentence import sentence
from journey.silence import silence
from journey.words import Moment
from workflows.hearing import could_not, facts_in, replanned, set_aside
from workflows.messages import Answer, CaseStart, Ending, Standing, Turn, standing
from workflows.patience import (
    AT_HAND,
    AT_ONCE,
    CARRIED,
    NEXT_INSTANT,
    NOT_AT_HAND,
    QUICKLY,
    TURNS_KEPT,
    WHEN_BACK,
    patiently,
)
from workflows.ports import Casebook, Entry, Errand, Learnt, Page
from workflows.prior_decisions import earlier_decisions
from workflows.search_keys import Labels, changes, labels_of

PAGES_WAIT = "pages-wait-for-the-inbox"
"""Since then a page is begun only when nothing waits to be heard: half as many, of the same entries."""


@workflow.defn(name="SecondaryCoordination")
class SecondaryCoordination:
    """
    Hear facts, notice silence, decide, ask the world, write it down.

    What follows from a fact is decided in `journey`; the plan travels in the input, so that editing it never
    rewrites a journey that is under way.
    """

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        """State first: signals may be delivered before `run` begins."""
        self.start = start
        self.plan: PlanInForce = start.plan
        self.inbox: deque[Fact] = deque(start.waiting)
        self.entries: list[Entry] = list(start.unwritten)
        self.written = start.written
        self.turns: deque[Turn] = deque(start.turns, maxlen=TURNS_KEPT)
        self.unfinished: dict[str, Action] = {each.key: each for each in start.unfinished}
        self.awaited: dict[str, asyncio.Future[Answer]] = {}
        self.timer: asyncio.Task[None] | None = None
        self.timer_due: Moment | None = None
        self.labels: Labels = {}
        self.pages_wait = False
        self.at_hand = 0
        self.errands_at_hand = 0
        self.case: Case = start.so_far or self._opened()

    @workflow.run
    async def run(self, start: CaseStart) -> Ending:
        """Until the case is closed: a fact, or silence; then what follows from it."""
        self.pages_wait = workflow.patched(PAGES_WAIT)
        writer = asyncio.create_task(self._write_down())
        for action in start.unfinished:
            self._begin(action)
        while not self._is_over():
            await workflow.wait_condition(self._is_settled)
            if not self.inbox:
                self._show_labels()
                self._wind_timer()
            await workflow.wait_condition(self._has_work)
            await self._take_in()
            if self._may_move():
                writer.cancel()
                self._move(start)
        writer.cancel()
        return Ending(case_id=self.case.case_id, resolution=self.case.resolution)

    # ---- hearing ----------------------------------------------------------------------------------------------------

    @workflow.signal(name="facts")
    def facts(self, message: RawValue) -> None:
        """Facts from machines: a list, one signal for a case and file. What cannot be read is set aside, not lost."""
        self.inbox.extend(facts_in(message, self._now()))

    @workflow.signal(dynamic=True)
    def unknown_signal(self, name: str, args: Sequence[RawValue]) -> None:
        """A signal that no version of this workflow knows is kept as 'needs attention'."""
        for each in args or (None,):
            self.inbox.append(set_aside(name, each, "no such message", self._now()))

    @workflow.signal(name="replan")
    def replan(self, message: RawValue) -> None:
        """Put another plan in force for this open case, on purpose (`Replan`); the change is a fact."""
        told = replanned(message, self._now(), self.plan.version)
        if isinstance(told, MessageSetAside):
            self.inbox.append(told)
            return
        order, changed = told
        self.plan = order.plan
        self.inbox.append(changed)

    @workflow.update(name="contact")
    async def contact(self, contact: ContactLogged) -> Answer:
        """Log a call, letter or portal visit; the answer says at once whether it counts, and why not."""
        return await self._told(contact)

    @workflow.update(name="correction")
    async def correction(self, correction: CorrectionMade) -> Answer:
        """Say that claim data or a COB record was put right."""
        return await self._told(correction)

    @workflow.update(name="act")
    async def act(self, act: PersonActed) -> Answer:
        """Take, finish, give back, assign or snooze."""
        return await self._told(act)

    @workflow.update(name="hold")
    async def hold(self, asked: HoldAsked) -> Answer:
        """Ask for a billing hold, or renew one."""
        return await self._told(asked)

    @workflow.update(name="policy")
    async def policy(self, told: PolicyTold) -> Answer:
        """Say what was learnt of one policy that decides the order of insurers."""
        return await self._told(told)

    @workflow.update(name="override")
    async def override(self, decided: SupervisorDecided) -> Answer:
        """A supervisor's decision, with a reason."""
        return await self._told(decided)

    @contact.validator
    def _check_contact(self, contact: ContactLogged) -> None:
        self._check(contact)

    @correction.validator
    def _check_correction(self, correction: CorrectionMade) -> None:
        self._check(correction)

    @act.validator
    def _check_act(self, act: PersonActed) -> None:
        self._check(act)

    @hold.validator
    def _check_hold(self, asked: HoldAsked) -> None:
        self._check(asked)

    @policy.validator
    def _check_policy(self, told: PolicyTold) -> None:
        self._check(told)

    @override.validator
    def _check_override(self, decided: SupervisorDecided) -> None:
        self._check(decided)

    @workflow.query(name="where")
    def where(self) -> Standing:
        """The three answers: who holds the file, what must they do, by when."""
        return standing(self.case, self.plan)

    @workflow.query(name="history")
    def history(self) -> list[Turn]:
        """The last turns of this case, with their reasons."""
        return list(self.turns)

    # ---- the loop ---------------------------------------------------------------------------------------------------

    def _has_work(self) -> bool:
        return bool(self.inbox) or self._is_due() or self._is_over() or self._may_move()

    def _is_settled(self) -> bool:
        """Whether the errands of the last turn are back; until then no timer is worth winding."""
        return bool(self.inbox) or not self.errands_at_hand

    def _has_page(self) -> bool:
        """Whether there is something to write down, and nothing about to be added to it."""
        if self._is_written() or self.errands_at_hand:
            return False
        return not (self.inbox and self.pages_wait)

    def _is_over(self) -> bool:
        """Closed, and nothing left to hear, to do, to write or to answer: a fact may come at the last moment."""
        if not self.case.closed_at or self.inbox or self.unfinished:
            return False
        return self._is_written() and workflow.all_handlers_finished()

    def _is_written(self) -> bool:
        return not self.entries and self.case.revision <= self.written

    def _opened(self) -> Case:
        decision = open_case(self.start.opening, self.plan)
        self._follow(decision, None)
        return decision.case

    async def _take_in(self) -> None:
        """Every fact that waits, then every clock that has run out by now: a last-moment answer still counts."""
        taken = 0
        while self.inbox:
            self._decide(self.inbox.popleft())
            taken += 1
            if taken % AT_ONCE == 0:
                await workflow.sleep(NEXT_INSTANT, summary="more facts wait")
        now = self._now()
        while (rang := silence(self.case, now)) is not None:
            self._decide(rang)

    def _decide(self, fact: Fact) -> None:
        decision = decide(self.case, fact.model_copy(update={"learnt_at": self._now()}), self.plan)
        self.case = decision.case
        self._follow(decision, fact)

    def _follow(self, decision: Decision, fact: Fact | None) -> None:
        """Note what a decision asks for; nothing here waits."""
        if fact is not None:
            keys = tuple(each.key for each in decision.actions)
            self.entries.append(Entry(fact=fact, applied=decision.applied, reasons=decision.reasons, actions=keys))
            if waiting := self.awaited.pop(fact.fact_id, None):
                waiting.set_result(Answer.of(decision, self.plan))
        kind = fact.kind if fact else "opened"
        self.turns.append(Turn.of(decision, kind, fact.fact_id if fact else "opening"))
        for action in decision.actions:
            self._begin(action)

    def _begin(self, action: Action) -> None:
        self.unfinished[action.key] = action
        asyncio.create_task(self._do(action))  # noqa: RUF006  the workflow's event loop keeps its tasks

    async def _do(self, action: Action) -> None:
        """One action, retried for as long as it takes; its outcome comes back as a fact.

        The kinds of action are the names of the ports' activities (a test holds them to it).
        """
        errand = self._errand(action)
        learnt = await self._did_at_hand(action, errand)
        if learnt is None:
            try:
                learnt = await workflow.execute_activity(
                    action.kind.value, errand, result_type=Learnt, **patiently(action.reason)
                )
            except ActivityError as error:
                learnt = Learnt(outcome=could_not(action, error, self._now()))
        self.unfinished.pop(action.key, None)
        if action.kind is not ActionKind.NOTIFY or not learnt.outcome.succeeded:
            self.inbox.extend((*learnt.facts, learnt.outcome))

    async def _did_at_hand(self, action: Action, errand: Errand) -> Learnt | None:
        """One quick try from where the case is being decided; None when the partner does not answer at once."""
        self.at_hand += 1
        self.errands_at_hand += 1
        try:
            learnt: Learnt = await workflow.execute_local_activity(
                action.kind.value, errand, result_type=Learnt, **QUICKLY
            )
        except NOT_AT_HAND:
            return None
        finally:
            self.at_hand -= 1
            self.errands_at_hand -= 1
        return learnt

    def _errand(self, action: Action) -> Errand:
        submits = action.kind is ActionKind.SUBMIT_SECONDARY
        destination = int(action.detail.get("destination") or 2) if submits else 0
        return Errand(
            case_id=self.case.case_id,
            practice=self.case.claim.practice,
            action=action,
            claim=self.case.claim,
            now=self._now(),
            prior_remittances=earlier_decisions(self.case.evidence, destination) if submits else (),
        )

    async def _write_down(self) -> None:
        """Pages to the casebook, one after the other; what comes meanwhile goes on the next page."""
        while True:
            await workflow.wait_condition(self._has_page)
            entries = tuple(self.entries[:CARRIED])
            page = Page(case=self.case, sentence=sentence(self.case, self.plan), entries=entries)
            if not await self._wrote_at_hand(page):
                await workflow.execute_activity_method(Casebook.record, page, **WHEN_BACK)
            del self.entries[: len(page.entries)]
            self.written = page.case.revision

    async def _wrote_at_hand(self, page: Page) -> bool:
        self.at_hand += 1
        try:
            await workflow.execute_local_activity_method(Casebook.record, page, **AT_HAND)
        except NOT_AT_HAND:
            return False
        finally:
            self.at_hand -= 1
        return True

    # ---- time -------------------------------------------------------------------------------------------------------

    def _now(self) -> Moment:
        wall = workflow.now()
        return self.start.tempo.case_time(wall) if self.start.tempo else wall

    def _is_due(self) -> bool:
        clock = self.case.next_clock
        return clock is not None and clock.next_due is not None and clock.next_due <= self._now()

    def _wind_timer(self) -> None:
        """One timer, for the earliest clock; it is left alone while that clock does not move."""
        clock = self.case.next_clock
        due = clock.next_due if clock else None
        if due == self.timer_due and self.timer is not None and not self.timer.done():
            return
        if self.timer is not None:
            self.timer.cancel()
        self.timer_due = due
        if clock is None or due is None:
            self.timer = None
            return
        now = self._now()
        wait = self.start.tempo.wall_wait(now, due) if self.start.tempo else due - now
        wait = max(wait, timedelta(0)) + NEXT_INSTANT
        self.timer = asyncio.create_task(_ring(wait, f"silence on {clock.name}"))

    # ---- messages ---------------------------------------------------------------------------------------------------

    async def _told(self, fact: Fact) -> Answer:
        if fact.fact_id in self.case.heard:
            return Answer.repeated(self.case, self.plan)
        waiting = self.awaited.get(fact.fact_id)
        if waiting is None:
            waiting = self.awaited[fact.fact_id] = asyncio.Future()
            self.inbox.append(fact)
        return await waiting

    def _check(self, fact: Fact) -> None:
        problem = refusal(self.case, fact, self.plan, self._now())
        if problem:
            raise ApplicationError(problem, type="Refused", non_retryable=True)

    def _show_labels(self) -> None:
        """One upsert, and only when a label that operators filter by has changed."""
        labels = labels_of(self.case)
        changed = changes(self.labels, labels)
        if changed:
            workflow.upsert_search_attributes(changed)
            self.labels = labels

    # ---- long lives -------------------------------------------------------------------------------------------------

    def _may_move(self) -> bool:
        """Whether this run is long and everything it holds can go to a new one; the casebook need not be there."""
        if not self._is_long() or self.case.closed_at or self.inbox or len(self.entries) > CARRIED:
            return False
        # A local activity under way is not in the history: a run that ended on it could not be replayed.
        return workflow.all_handlers_finished() and not self.at_hand

    def _is_long(self) -> bool:
        info = workflow.info()
        cap = self.start.event_cap
        return info.is_continue_as_new_suggested() or (cap > 0 and info.get_current_history_length() >= cap)

    def _move(self, start: CaseStart) -> None:
        """Begin a new run with the same case: absolute clocks, own dedup set, unfinished actions, unwritten pages."""
        workflow.continue_as_new(
            start.model_copy(
                update={
                    "plan": self.plan,
                    "so_far": self.case,
                    "waiting": (),
                    "unwritten": tuple(self.entries),
                    "written": self.written,
                    "unfinished": tuple(self.unfinished.values()),
                    "turns": tuple(self.turns),
                }
            )
        )


async def _ring(wait: timedelta, reason: str) -> None:
    await workflow.sleep(wait, summary=reason)
