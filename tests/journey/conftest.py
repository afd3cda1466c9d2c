"""A claim, a plan, facts in short, and a case that can be driven through time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from journey.case import Action, Case, Decision, Opening
from journey.claim import Claim, Coverage
from journey.decide import decide, open_case
from journey.facts import ActionEnded, Adjustment, ClockRanOut, Fact, LedgerRead, RemitAdjudicated, SecondarySubmitted
from journey.plans.file import standard_plan
from journey.plans.plan import PlanInForce
from journey.words import Level, Party, PayerClass, Switch

OPENED = datetime(2026, 2, 24, 14, tzinfo=UTC)
REMITTED = datetime(2026, 3, 12, 14, tzinfo=UTC)


def a_claim(**changes: Any) -> Claim:
    """$1,000.00 for one day of service, Medicare first, Aetna second."""
    medicare = Coverage(order=1, payer_id="P1", payer_name="Medicare", payer_class=PayerClass.MEDICARE)
    aetna = Coverage(order=2, payer_id="P2", payer_name="Aetna", payer_class=PayerClass.COMMERCIAL)
    service = date(2026, 2, 20)
    fields: dict[str, Any] = {
        "claim_number": "C1",
        "practice": "PR",
        "charge": 100000,
        "service_from": service,
        "service_to": service,
        "coverages": (medicare, aetna),
    }
    return Claim(**(fields | changes))


class Journey:
    """A case driven by facts and silence; `now` only goes forward."""

    def __init__(self, plan: PlanInForce, claim: Claim | None = None, opened: datetime = OPENED) -> None:
        """Open the case."""
        self.plan = plan
        self.now = opened
        self.ids = count(1)
        self.actions: list[Action] = []
        self.decisions: list[Decision] = []
        opening = Opening(case_id="case", claim=claim or a_claim(), opened_at=opened)
        self.case = self._follow(open_case(opening, plan))

    def _follow(self, decision: Decision) -> Case:
        self.actions.extend(decision.actions)
        self.decisions.append(decision)
        return decision.case

    def hear(self, kind: type[Any], **fields: Any) -> Decision:
        """Hear a fact now; `id` and times may be given."""
        base: dict[str, Any] = {"fact_id": f"f{next(self.ids)}", "happened_at": self.now, "learnt_at": self.now}
        return self.take(kind(**(base | fields)))

    def take(self, fact: Fact) -> Decision:
        """Decide on a fact as it is."""
        decision = decide(self.case, fact, self.plan)
        self.case = self._follow(decision)
        return decision

    def at(self, moment: datetime) -> Journey:
        """Let silence pass until a moment; every clock rings at its time."""
        while (rang := self.ring(moment)) is not None:
            assert rang.applied, "an alarm must change the case, or it would ring for ever"
        self.now = max(self.now, moment)
        return self

    def after(self, **span: float) -> Journey:
        """Let a span of silence pass."""
        return self.at(self.now + timedelta(**span))

    def ring(self, until: datetime | None = None) -> Decision | None:
        """The next alarm, if one is due by then."""
        clock = self.case.next_clock
        if clock is None or clock.next_due is None or (until is not None and clock.next_due > until):
            return None
        due = clock.next_due
        level = Level.SOFT if due == clock.soft and Level.SOFT not in clock.fired else Level.HARD
        self.now = max(self.now, due)
        fact_id = f"silence:{clock.name}:{level.value}:{due:%Y%m%dT%H%M%S}"
        return self.hear(ClockRanOut, fact_id=fact_id, happened_at=due, clock=clock.name, level=level, due=due)

    def ended(self, action: Action, succeeded: bool = True) -> Decision:
        """An action came back."""
        return self.hear(ActionEnded, fact_id=f"ended:{action.key}", key=action.key, succeeded=succeeded)

    def remit(self, payer: Party = Party.PRIMARY, **fields: Any) -> Decision:
        """A remittance: the primary's promise of field notes 7 A unless told otherwise."""
        base: dict[str, Any] = {
            "payer": payer,
            "sender": payer,
            "claim_status": "19",
            "charge": 100000,
            "paid": 48000,
            "adjustments": adjusted("CO45 200 PR1 200 PR2 120"),
            "remarks": ("MA01", "MA18"),
            "payer_claim_number": "ICN0001",
        }
        return self.hear(RemitAdjudicated, **(base | fields))

    def ledger(self, version: int, balance: int, **fields: Any) -> Decision:
        """The ledger shows an account whose hold stands."""
        base: dict[str, Any] = {
            "sender": Party.LEDGER,
            "version": version,
            "open_balance": balance,
            "patient_balance": balance,
            "switches_on": tuple(Switch),
        }
        return self.hear(LedgerRead, **(base | fields))

    def name_third(self, payer_class: PayerClass = PayerClass.COMMERCIAL) -> None:
        """The claim names a third policy from here on, Cigna's."""
        third = Coverage(order=3, payer_id="P3", payer_name="Cigna", payer_class=payer_class)
        claim = self.case.claim.model_copy(update={"coverages": (*self.case.claim.coverages, third)})
        self.case = self.case.model_copy(update={"claim": claim})

    def adjusted(self, text: str) -> tuple[Adjustment, ...]:
        """Adjustments from 'OA23 680 PR2 320' (whole dollars)."""
        return adjusted(text)

    def clock(self, name: str) -> Any:
        """A running clock, None if it rests."""
        return next((each for each in self.case.clocks if each.name == name), None)


def adjusted(text: str) -> tuple[Adjustment, ...]:
    """Adjustments from 'CO45 200 PR1 200' (whole dollars)."""
    words = text.split()
    return tuple(
        Adjustment(group=code[:2], reason=code[2:], amount=int(amount) * 100)
        for code, amount in zip(words[::2], words[1::2], strict=True)
    )


@pytest.fixture(scope="session")
def plan() -> PlanInForce:
    """The standard plan for a commercial secondary."""
    return standard_plan().in_force("P2", PayerClass.COMMERCIAL)


@pytest.fixture
def journey(plan: PlanInForce) -> Journey:
    """A case just opened."""
    return Journey(plan)


@pytest.fixture
def promised(plan: PlanInForce) -> Journey:
    """A case whose primary paid $480.00, left $320.00 to the patient and announced a crossover; the hold stands."""
    journey = Journey(plan).at(REMITTED)
    journey.remit()
    journey.ledger(1, 32000)
    return journey


@pytest.fixture
def sent(plan: PlanInForce) -> Journey:
    """A case whose primary announced nothing, and whose billing system sent the claim; the hold stands."""
    journey = Journey(plan).at(REMITTED)
    journey.remit(claim_status="1", remarks=())
    journey.ledger(1, 32000)
    journey.after(hours=2)
    journey.hear(SecondarySubmitted, submission_id="S1", ours=False)
    return journey.after(hours=1)


@pytest.fixture(scope="session")
def new_journey(plan: PlanInForce) -> Callable[..., Journey]:
    """Opens further cases in one test."""
    return lambda **options: Journey(options.pop("plan", plan), **options)


@pytest.fixture(scope="session")
def adjust() -> Callable[[str], tuple[Adjustment, ...]]:
    """Adjustments from a short text."""
    return adjusted
