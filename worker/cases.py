"""Cases: the typed way to them over the engine's client. Nothing else sends messages to a case."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from casebook import reading
from casebook.errors import NoSuchRowError
from casebook.opening import Casebook
from journey.case import Case, Opening
from journey.facts import (
    FACT,
    ContactLogged,
    CorrectionMade,
    Fact,
    HoldAsked,
    PersonActed,
    PolicyTold,
    SupervisorDecided,
)
from journey.plans.file import Plan
from journey.plans.plan import PlanInForce
from journey.tempo import Tempo
from workflows.coordination import SecondaryCoordination
from workflows.messages import Answer, CaseStart, Ending, Replan, Standing, Turn

PAUSES = (0.05, 0.2, 0.5, 1.0, 2.0)
"""Wall seconds between attempts to tell a case that moves to a new run."""

SOON = timedelta(seconds=5)
"""How long a query may take before the casebook's row must do."""

CaseHandle = WorkflowHandle[SecondaryCoordination, Ending]


class NoSuchCaseError(Exception):
    """Neither the engine nor the casebook knows a case of this id."""


class RefusedError(Exception):
    """The case cannot take what a person said; the message says why and the way out."""


class EngineAwayError(RPCError):
    """No engine was reached yet; everything that is written down can still be read."""

    def __init__(self) -> None:
        """What a call to an engine that does not answer ends with."""
        super().__init__("no engine was reached yet", RPCStatusCode.UNAVAILABLE, b"")


class Cases:
    """Opens cases, tells them facts, asks them where they stand."""

    def __init__(
        self,
        client: Client | None,
        casebook: Casebook,
        plan: Callable[[], Plan],
        task_queue: str,
        tempo: Tempo | None = None,
        event_cap: int = 0,
    ) -> None:
        """Take the client, the casebook for what the engine forgot, what gives the plan, and the queue.

        Without a client every call ends with EngineAwayError, until `reached` brings one.
        """
        self._client = client
        self._casebook = casebook
        self._plan = plan
        self._task_queue = task_queue
        self._tempo = tempo
        self._event_cap = event_cap

    def reached(self, client: Client) -> None:
        """The engine was reached, by this client."""
        self._client = client

    def handle(self, case_id: str) -> CaseHandle:
        """The engine's handle of a case; EngineAwayError before one was reached."""
        return self._engine().get_workflow_handle_for(SecondaryCoordination.run, case_id)

    async def open(self, opening: Opening, facts: tuple[Fact, ...]) -> bool:
        """Start a case under the plan in force now, or find it started; tell it what waited. True if it is new.

        A case that closed long ago is gone from the engine; the casebook still knows it.
        """
        start = CaseStart(
            opening=opening,
            plan=await asyncio.to_thread(self._plan_for, opening),
            tempo=self._tempo,
            event_cap=self._event_cap,
            waiting=facts,
        )
        new = not await asyncio.to_thread(self._is_written, opening.case_id)
        if new:
            try:
                await self._start(start, WorkflowIDReusePolicy.REJECT_DUPLICATE)
            except WorkflowAlreadyStartedError:
                new = False
        if facts and not new:
            await self.tell(opening.case_id, facts)
        return new

    async def tell(self, case_id: str, facts: tuple[Fact, ...]) -> None:
        """Tell a case facts of machines; a closed case is opened again for them.

        Raises:
            NoSuchCaseError: nobody knows the case (yet); try again.
        """
        message = [FACT.dump_python(each, mode="json") for each in facts]
        try:
            await self.handle(case_id).signal("facts", message)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            await self._reopen(case_id, facts)

    async def contact(self, case_id: str, contact: ContactLogged) -> Answer:
        """Log a contact; the answer says whether it counts."""
        return await self._told("contact", case_id, contact)

    async def correction(self, case_id: str, correction: CorrectionMade) -> Answer:
        """Say that something was put right."""
        return await self._told("correction", case_id, correction)

    async def act(self, case_id: str, act: PersonActed) -> Answer:
        """Take, finish, give back, assign or snooze."""
        return await self._told("act", case_id, act)

    async def hold(self, case_id: str, asked: HoldAsked) -> Answer:
        """Ask for a hold, or renew it."""
        return await self._told("hold", case_id, asked)

    async def policy(self, case_id: str, told: PolicyTold) -> Answer:
        """Say what was learnt of a policy of the claim."""
        return await self._told("policy", case_id, told)

    async def override(self, case_id: str, decided: SupervisorDecided) -> Answer:
        """Record a supervisor's decision."""
        return await self._told("override", case_id, decided)

    async def replan(self, case_id: str, order: Replan) -> bool:
        """Put another plan in force for an open case; False when the engine has no open case of this id.

        The order's id makes it harmless to say it again. RPCError when the engine does not answer soon.
        """
        try:
            await self.handle(case_id).signal("replan", order, rpc_timeout=SOON)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return False
        return True

    async def where(self, case_id: str) -> Standing:
        """Where a live case stands; RPCError when the engine or its worker does not answer soon."""
        return await self.handle(case_id).query(SecondaryCoordination.where, rpc_timeout=SOON)

    async def history(self, case_id: str) -> list[Turn]:
        """The last turns of a live case; errors likewise."""
        return await self.handle(case_id).query(SecondaryCoordination.history, rpc_timeout=SOON)

    async def _told(self, update: str, case_id: str, fact: Fact) -> Answer:
        """Tell a case what a person says; the fact's id makes telling it twice harmless.

        Raises:
            RefusedError: the case cannot take it; says why.
            NoSuchCaseError: no open case has this id.
        """
        for pause in (*PAUSES, 0.0):
            try:
                handle = self.handle(case_id)
                answer: Answer = await handle.execute_update(update, fact, id=fact.fact_id, result_type=Answer)
                return answer
            except WorkflowUpdateFailedError as error:
                raise RefusedError(getattr(error.cause, "message", str(error))) from None
            except RPCError as error:
                if not pause or not await self._is_between_runs(case_id, error):
                    raise
                await asyncio.sleep(pause)
        raise AssertionError("the last attempt returns or raises")

    async def _is_between_runs(self, case_id: str, error: RPCError) -> bool:
        """Whether an update met a case in the moment in which it moved to a new run.

        Raises:
            NoSuchCaseError: no open case has this id.
        """
        if error.status is RPCStatusCode.FAILED_PRECONDITION:
            return True
        if error.status is not RPCStatusCode.NOT_FOUND:
            return False
        try:
            found = await self.handle(case_id).describe()
        except RPCError:
            found = None
        if found is None or found.status is not WorkflowExecutionStatus.RUNNING:
            raise NoSuchCaseError("no open case has this id; `baton case list` shows those there are") from None
        return True

    def _engine(self) -> Client:
        if self._client is None:
            raise EngineAwayError
        return self._client

    def _plan_for(self, opening: Opening) -> PlanInForce:
        claim = opening.claim
        secondary = claim.secondary
        return self._plan().in_force(
            secondary.payer_id, secondary.payer_class, claim.provider_state, claim.line_of_business
        )

    async def _start(self, start: CaseStart, reuse: WorkflowIDReusePolicy) -> None:
        await self._engine().start_workflow(
            SecondaryCoordination.run,
            start,
            id=start.opening.case_id,
            task_queue=self._task_queue,
            id_reuse_policy=reuse,
            id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
        )

    async def _reopen(self, case_id: str, facts: tuple[Fact, ...]) -> None:
        """Begin a new run of a case that was closed, from its last page in the casebook (F9: the same case id)."""
        case = await asyncio.to_thread(self._remembered, case_id)
        opening = Opening(case_id=case_id, claim=case.claim, opened_at=case.opened_at)
        start = CaseStart(
            opening=opening,
            plan=await asyncio.to_thread(self._plan_for, opening),
            tempo=self._tempo,
            event_cap=self._event_cap,
            so_far=case.model_copy(update={"closed_at": None}),
            waiting=facts,
            written=case.revision,
        )
        try:
            await self._start(start, WorkflowIDReusePolicy.ALLOW_DUPLICATE)
        except WorkflowAlreadyStartedError:
            await self.tell(case_id, facts)

    def _is_written(self, case_id: str) -> bool:
        try:
            with self._casebook.reading() as tx:
                return bool(reading.case_row(tx, case_id))
        except NoSuchRowError:
            return False

    def _remembered(self, case_id: str) -> Case:
        try:
            with self._casebook.reading() as tx:
                return reading.case_state(tx, case_id)
        except NoSuchRowError:
            raise NoSuchCaseError("no case has this id; `baton case list` shows those there are") from None
