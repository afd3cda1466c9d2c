"""A season in seconds: the same world and the same intake, with cases on the pure core instead of the engine."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from temporalio.testing import ActivityEnvironment

from activities.bookkeeping import SentRegister
from activities.clearinghouse import ClearinghouseDrop
from activities.intake import FileIntake
from activities.ledger import as_fact
from casebook.opening import Casebook, migrate, open_casebook
from journey.case import Action, ActionKind, Case, Decision, Opening
from journey.checks import refusal
from journey.decide import decide, open_case
from journey.facts import (
    ActionEnded,
    ContactLogged,
    CorrectionMade,
    Fact,
    PersonActed,
    RemitAdjudicated,
    SupervisorDecided,
)
from journey.plans.file import Plan
from journey.plans.plan import PlanInForce
from journey.silence import silence
from journey.tempo import Tempo
from journey.words import Party, Switch
from sandbox.casting import bystanders, population
from sandbox.ledger import Ledger
from sandbox.live import found_in
from sandbox.score import Score, score
from sandbox.world import World
from worker.keys import KeyRing
from worker.seal import CasebookSeal
from workflows.ports import Errand, FileToRead


class CoreCases:
    """Cases in memory: they hear, notice silence, and act on the world at once. Also the door for the desk."""

    def __init__(self, plan: Plan, now: Callable[[], datetime]) -> None:
        """Take the plan and the world's clock."""
        self._plan = plan
        self._now = now
        self.cases: dict[str, Case] = {}
        self.plans: dict[str, PlanInForce] = {}
        self.decisions = 0
        self.do: Callable[[Case, Action], list[Fact]] = lambda *_: []
        self.keep: Callable[[Decision, Fact | None], None] = lambda *_: None
        """Told of every decision, and of the fact that it is about."""
        self._alarms: list[tuple[datetime, str]] = []

    # ---- as `activities.intake.Cases` -------------------------------------------------------------------------------

    async def open(self, opening: Opening, facts: tuple[Fact, ...]) -> bool:
        """Open a case; True if it is new."""
        if opening.case_id in self.cases:
            await self.tell(opening.case_id, facts)
            return False
        claim = opening.claim
        secondary = claim.secondary
        plan = self._plan.in_force(secondary.payer_id, secondary.payer_class, claim.provider_state)
        self.plans[opening.case_id] = plan
        self._follow(opening.case_id, open_case(opening, plan))
        await self.tell(opening.case_id, facts)
        return True

    async def tell(self, case_id: str, facts: tuple[Fact, ...]) -> None:
        """Tell a case facts."""
        for fact in facts:
            self._hear(case_id, fact)

    # ---- as `sandbox.door.Door` -------------------------------------------------------------------------------------

    async def claim_number(self, case_id: str) -> str:
        """The provider's number of the claim."""
        return self.cases[case_id].claim.claim_number

    async def contact(self, case_id: str, contact: ContactLogged) -> None:
        """Log a contact."""
        self._told(case_id, contact)

    async def correction(self, case_id: str, correction: CorrectionMade) -> None:
        """Say that something was put right."""
        self._told(case_id, correction)

    async def decide(self, case_id: str, decision: SupervisorDecided) -> None:
        """Record a supervisor's decision."""
        self._told(case_id, decision)

    async def act(self, case_id: str, act: PersonActed) -> None:
        """Take or give back a task; one that is answered already needs nobody."""
        if not refusal(self.cases[case_id], act, self.plans[case_id], self._now()):
            self._told(case_id, act)

    def _told(self, case_id: str, fact: Fact) -> None:
        problem = refusal(self.cases[case_id], fact, self.plans[case_id], self._now())
        if problem:
            raise ValueError(problem)
        self._hear(case_id, fact)

    # ---- the loop ---------------------------------------------------------------------------------------------------

    def _hear(self, case_id: str, fact: Fact) -> None:
        stamped = fact.model_copy(update={"learnt_at": self._now()})
        self._follow(case_id, decide(self.cases[case_id], stamped, self.plans[case_id]), stamped)

    def _follow(self, case_id: str, decision: Decision, fact: Fact | None = None) -> None:
        self.decisions += 1
        self.keep(decision, fact)
        self.cases[case_id] = decision.case
        self._arm(case_id)
        for action in decision.actions:
            for fact in self.do(decision.case, action):
                self._hear(case_id, fact)

    def _arm(self, case_id: str) -> None:
        clock = self.cases[case_id].next_clock
        if clock and clock.next_due:
            heapq.heappush(self._alarms, (clock.next_due, case_id))

    def next_due(self) -> datetime | None:
        """When the next clock of any case runs out."""
        while self._alarms:
            due, case_id = self._alarms[0]
            clock = self.cases[case_id].next_clock
            if clock and clock.next_due == due:
                return due
            heapq.heappop(self._alarms)
        return None

    def ring(self) -> None:
        """Let the next clock run out."""
        due, case_id = heapq.heappop(self._alarms)
        rang = silence(self.cases[case_id], due)
        if rang:
            self._hear(case_id, rang)


class Hands:
    """Does what cases ask for, with the real drop folder and the world's ledger."""

    def __init__(self, drop: ClearinghouseDrop, ledger: Ledger, opaque: Callable[..., str], world: World) -> None:
        """Take what the actions reach."""
        self._drop = drop
        self._ledger = ledger
        self._opaque = opaque
        self._world = world
        self.notices: list[dict[str, str]] = []

    def do(self, case: Case, action: Action) -> list[Fact]:
        """One action, at once; its facts and its outcome."""
        now = self._world.clock.now
        if action.kind is ActionKind.NOTIFY:
            self._notify(case, action, now)
            return [self._ended(action, now)]
        if action.kind in (ActionKind.SUBMIT_SECONDARY, ActionKind.ASK_STATUS):
            return self._send(case, action, now)
        return self._bill(case, action, now)

    def _send(self, case: Case, action: Action, now: datetime) -> list[Fact]:
        errand = Errand(
            case_id=case.case_id,
            practice=case.claim.practice,
            action=action,
            claim=case.claim,
            now=now,
            prior_remittances=tuple(each for each in case.evidence if isinstance(each, RemitAdjudicated)),
        )
        sends = action.kind is ActionKind.SUBMIT_SECONDARY
        learnt = self._drop.submit_secondary(errand) if sends else self._drop.ask_status(errand)
        return [*learnt.facts, learnt.outcome]

    def _bill(self, case: Case, action: Action, now: datetime) -> list[Fact]:
        account = case.claim.claim_number
        if action.kind is ActionKind.REQUEST_HOLD:
            self._ledger.place_hold(account, tuple(Switch), action.detail["reason_code"], now)
        elif action.kind is ActionKind.RELEASE_HOLD:
            self._ledger.release_hold(account, now)
        elif action.kind is ActionKind.RECALL_ACCOUNT:
            self._ledger.recall(account, now)
        return [as_fact(self._ledger.balance(account, now), now, self._opaque), self._ended(action, now)]

    def _notify(self, case: Case, action: Action, now: datetime) -> None:
        detail = action.detail
        self.notices.append(
            {
                "key": action.key,
                "case_id": case.case_id,
                "to": action.to.value,
                "escalation_id": detail.get("escalation_id", ""),
                "kind": detail.get("kind", ""),
                "rung": detail.get("rung", ""),
                "reason": action.reason,
                "at": now.isoformat(),
            }
        )

    def _ended(self, action: Action, now: datetime) -> ActionEnded:
        return ActionEnded(
            fact_id=f"ended:{action.key}",
            happened_at=now,
            learnt_at=now,
            sender=Party.BATON,
            key=action.key,
            succeeded=True,
        )


class Season:
    """One world run to its end without waiting."""

    def __init__(
        self,
        claims: int,
        seed: int,
        start: datetime,
        plan: Plan,
        folder: Path,
        casebook: Casebook,
        practice: str = "practice",
    ) -> None:
        """Build the world, the cases and the hands between them."""
        self._practice = practice
        self.scripts = population(claims, seed, start)
        self.ledger = Ledger()
        keys = _keys(seed)
        drop, self._pickup = folder / "out", folder / "in"
        drop.mkdir()
        self._pickup.mkdir()
        self.cases = CoreCases(plan, lambda: self.world.clock.now)
        self.world = World(
            self.scripts,
            Tempo(wall_origin=start, case_origin=start),
            drop,
            self._pickup,
            self.ledger,
            self.cases,
            seed,
            bystanders=bystanders(claims, seed, start),
        )
        register = SentRegister(casebook, keys.opaque, lambda: self.world.clock.now)
        self._hands = Hands(ClearinghouseDrop(drop, register), self.ledger, keys.opaque, self.world)
        self.cases.do = self._hands.do
        self._opaque = keys.opaque
        self._intake = FileIntake(
            casebook, self.cases, keys.opaque, ZoneInfo(plan.time_zone), lambda: self.world.clock.now
        )
        self._followed = 0

    async def run(self, until: datetime) -> None:
        """Whatever is due next, in the world or in a case, until all is over."""
        step = timedelta(hours=1)
        while not self.world.finished and self.world.clock.now < until:
            due = [each for each in (self.world.clock.next_due(), self.cases.next_due()) if each]
            moment = max(min(due, default=self.world.clock.now + step), self.world.clock.now)
            await self.world.clock.run_until(moment)
            await self._exchange()
            while (ring := self.cases.next_due()) and ring <= self.world.clock.now:
                self.cases.ring()
            await self._exchange()

    async def _exchange(self) -> None:
        """Files to cases, ledger changes to cases, notices to people."""
        for path in sorted(self._pickup.glob("[!.]*")):
            digest = sha256(path.read_bytes()).hexdigest()
            file = FileToRead(path=str(path), digest=digest, practice=self._practice)
            await ActivityEnvironment().run(self._intake.read_file, file)
            path.unlink()
        await self._follow_ledger()
        notices, self._hands.notices = self._hands.notices, []
        for each in notices:
            await self.world.desk.notice(each)

    async def _follow_ledger(self) -> None:
        by_number = {case.claim.claim_number: case_id for case_id, case in self.cases.cases.items()}
        for change in self.ledger.changes(self._followed, 10_000):
            self._followed = change.sequence
            case_id = by_number.get(change.balance.account)
            if case_id:
                await self.cases.tell(case_id, (as_fact(change.balance, self.world.clock.now, self._opaque),))

    def score(self) -> Score:
        """Truth against found."""
        return score(self.scripts, found_in(list(self.cases.cases.values())), self.ledger, self.world)


def _keys(seed: int) -> KeyRing:
    """A ring that is the same for a seed, so that a season can be run again exactly."""
    key = sha256(f"season {seed}".encode()).digest()
    return KeyRing({"season": key}, "season", key)


@contextmanager
def season(claims: int, seed: int, start: datetime, plan: Plan) -> Iterator[Season]:
    """A season in a folder of its own, gone afterwards."""
    with TemporaryDirectory() as name:
        url = f"sqlite:///{name}/casebook.sqlite"
        migrate(url)
        casebook = open_casebook(url, CasebookSeal(KeyRing.new()))
        try:
            yield Season(claims, seed, start, plan, Path(name), casebook)
        finally:
            casebook.close()
