"""The invariants I1 to I10, held against any sequence of facts, silences and outcomes that hypothesis can think of."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from journey.case import Action, ActionKind, Case, Decision, HoldState, Opening
from journey.claim import Claim, Coverage
from journey.decide import decide, open_case
from journey.evidence.kept import is_vague
from journey.evidence.reading import read
from journey.facts import (
    ActionEnded,
    Adjustment,
    ClaimAcknowledged,
    ClaimHeldBack,
    ClockRanOut,
    ContactLogged,
    CorrectionMade,
    CoverageChecked,
    Fact,
    HoldAsked,
    LedgerRead,
    MessageSetAside,
    MoneyArrived,
    OtherPolicy,
    PaymentOffset,
    PersonActed,
    PolicyTold,
    RemitAdjudicated,
    Said,
    SecondarySubmitted,
    StatusAnswered,
    SupervisorDecided,
    SyntaxAcknowledged,
)
from journey.plans.file import standard_plan
from journey.plans.plan import PlanInForce
from journey.sentence import sentence
from journey.words import SIDE_OF, BreakState, EscalationKind, Hop, Level, Mode, Party, PayerClass, Side, Switch

BEGIN = datetime(2026, 3, 2, 14, tzinfo=UTC)
CHARGE, PAID, SHARE = 100000, 48000, 32000
QUIETLY = settings(
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)

CLAIM = Claim(
    claim_number="C1",
    practice="PR",
    charge=CHARGE,
    service_from=date(2026, 2, 20),
    service_to=date(2026, 2, 20),
    coverages=(
        Coverage(order=1, payer_id="P1", payer_name="Medicare", payer_class=PayerClass.MEDICARE),
        Coverage(order=2, payer_id="P2", payer_name="Aetna", payer_class=PayerClass.COMMERCIAL),
    ),
)


THIRD = Coverage(order=3, payer_id="P3", payer_name="Cigna", payer_class=PayerClass.COMMERCIAL)
PAPER = THIRD.model_copy(update={"payer_class": PayerClass.MEDICARE})


# ---- any fact -------------------------------------------------------------------------------------------------------


def _adjusted(text: str) -> tuple[Adjustment, ...]:
    parts = [each.split(":") for each in text.split()]
    return tuple(Adjustment(group=group, reason=reason, amount=int(amount)) for group, reason, amount in parts)


PRIMARY = st.fixed_dictionaries(
    {
        "payer": st.just(Party.PRIMARY),
        "claim_status": st.sampled_from(["1", "1", "19", "19", "22", "4"]),
        "paid": st.sampled_from([PAID, PAID, 0]),
        "adjustments": st.sampled_from(
            [_adjusted("CO:45:20000 PR:2:32000"), _adjusted("OA:22:100000"), _adjusted("OA:133:100000")]
        ),
        "remarks": st.sampled_from([(), (), ("MA18",), ("MA19",), ("MA18", "N781")]),
        "payer_claim_number": st.sampled_from(["ICN1", "ICN2"]),
        "corrected_payer": st.sampled_from(["", "", "", "EXAMPLE", "Aetna"]),
    }
)
SECONDARY = st.fixed_dictionaries(
    {
        "payer": st.just(Party.SECONDARY),
        "claim_status": st.sampled_from(["2", "2", "2", "20", "22", "4"]),
        "paid": st.sampled_from([SHARE, 30000, 0, 0]),
        "adjustments": st.sampled_from(
            [
                _adjusted(text)
                for text in (
                    "OA:23:68000",
                    "CO:45:68000",
                    "OA:23:68000 PR:2:2000",
                    "CO:16:100000",
                    "OA:18:100000",
                    "OA:22:100000",
                    "CO:29:100000",
                    "CO:26:100000",
                    "CO:252:100000",
                    "PI:19:100000",
                    "OA:23:68000 PI:100:32000",
                    "OA:23:68000 CO:303:32000",
                    "PI:999:100000",
                )
            ]
        ),
        "remarks": st.sampled_from([(), (), ("N522",), ("N197",), ("N142",), ("N479",), ("N782",)]),
        "trace": st.sampled_from(["", "EFT1"]),
        "payer_claim_number": st.sampled_from(["SEC1", "SEC2", ""]),
        "original_claim_number": st.sampled_from(["", "SEC1"]),
        "corrected_payer": st.sampled_from(["", "", "", "Medicare"]),
        "corrected_member_id": st.sampled_from(["", "", "W9"]),
        "coverage_ended": st.sampled_from([None, None, None, date(2026, 1, 31), date(2026, 3, 31)]),
    }
)
TERTIARY = st.fixed_dictionaries(
    {
        "payer": st.just(Party.TERTIARY),
        "claim_status": st.sampled_from(["3", "3", "22"]),
        "paid": st.sampled_from([2000, 0]),
        "adjustments": st.sampled_from([_adjusted("OA:23:98000"), _adjusted("OA:23:98000 PR:2:2000")]),
        "payer_claim_number": st.just("TER1"),
    }
)
REMITS = st.one_of(PRIMARY, SECONDARY, SECONDARY, TERTIARY).map(
    lambda each: (RemitAdjudicated, each | {"charge": CHARGE})
)

ACKNOWLEDGED = st.fixed_dictionaries(
    {
        "sender": st.sampled_from(
            [Party.SECONDARY, Party.SECONDARY, Party.TERTIARY, Party.CLEARINGHOUSE, Party.UNKNOWN]
        ),
        "category": st.sampled_from(["A0", "A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8", "P1", "Z9"]),
        "status_code": st.sampled_from(["20", "164", "85", "54", "718", "286", "88", ""]),
        "accepted": st.booleans(),
        "submission_id": st.sampled_from(["", "S1", "S2", "elsewhere"]),
    }
).map(lambda each: (ClaimAcknowledged, each))

SYNTAX = st.fixed_dictionaries(
    {
        "sender": st.just(Party.CLEARINGHOUSE),
        "layer": st.sampled_from(["TA1", "999"]),
        "accepted": st.booleans(),
        "submission_id": st.sampled_from(["", "S1"]),
    }
).map(lambda each: (SyntaxAcknowledged, each))

STATUS = st.fixed_dictionaries(
    {
        "sender": st.sampled_from([Party.SECONDARY, Party.SECONDARY, Party.PRIMARY]),
        "category": st.sampled_from(
            ["D0", "D0", "D0", "A4", "P1", "P3", "P4", "F1", "F2", "F3F", "F3N", "E1", "R4", "A7"]
        ),
        "status_code": st.sampled_from(["35", "", "85", "54", "51", "27"]),
        "searched_by": st.sampled_from(["member_and_date", "member_and_range", ""]),
        "paid": st.sampled_from([None, 0, SHARE]),
    }
).map(lambda each: (StatusAnswered, each))

CONTACT_FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "sender": st.sampled_from([Party.SECONDARY, Party.PRIMARY, Party.PROVIDER, Party.PATIENT, Party.UNKNOWN]),
    "says": st.sampled_from(Said),
    "person_name": st.sampled_from(["", "Kim"]),
    "call_reference": st.sampled_from(["", "4711"]),
    "document": st.sampled_from(["", "", "D1"]),
    "holder": st.sampled_from([None, Party.SECONDARY]),
    "pending_action": st.sampled_from(["", "decide"]),
    "promised_date": st.dates(date(2026, 3, 1), date(2027, 3, 1)) | st.none(),
    "amount": st.sampled_from([None, 0, SHARE]),
}
CONTACTS = st.fixed_dictionaries(CONTACT_FIELDS).map(lambda each: (ContactLogged, each))

SUBMISSIONS = st.fixed_dictionaries(
    {
        "sender": st.just(Party.PROVIDER),
        "submission_id": st.sampled_from(["S1", "S2"]),
        "frequency": st.sampled_from(["1", "1", "7", "8"]),
        "payer_id": st.sampled_from(["", "P2", "P3"]),
        "ours": st.just(False),
    }
).map(lambda each: (SecondarySubmitted, each))

LEDGERS = st.fixed_dictionaries(
    {
        "sender": st.just(Party.LEDGER),
        "version": st.integers(1, 9),
        "open_balance": st.sampled_from([0, 2000, SHARE, SHARE, -68000]),
        "patient_balance": st.sampled_from([0, 2000, SHARE, SHARE]),
        "secondary_posted": st.sampled_from([0, 30000, SHARE]),
        "unapplied": st.sampled_from([0, 0, SHARE]),
        "deposits": st.sampled_from([0, SHARE]),
        "secondary_billed_on": st.sampled_from([None, None, date(2026, 3, 5)]),
        "switches_on": st.sampled_from([(), tuple(Switch), tuple(Switch)[1:]]),
        "last_statement_on": st.dates(date(2026, 2, 1), date(2026, 8, 1)) | st.none(),
        "last_statement_amount": st.sampled_from([None, None, SHARE, 0]),
        "placed_with_agency": st.sampled_from([False, False, False, True]),
        "patient_paid": st.sampled_from([0, 0, 0, 2000, SHARE]),
    }
).map(lambda each: (LedgerRead, each))

OFFSETS = st.fixed_dictionaries(
    {
        "sender": st.sampled_from([Party.UNKNOWN, Party.SECONDARY, Party.PRIMARY]),
        "reason": st.sampled_from(["WO", "FB", "L6"]),
        "amount": st.sampled_from([SHARE, SHARE, -SHARE, 1]),
        "trace": st.sampled_from(["", "EFT1"]),
        "names_claim": st.booleans(),
        "settles": st.sampled_from(["", "X1"]),
    }
).map(lambda each: (PaymentOffset, each))

MONEY = st.fixed_dictionaries({"amount": st.sampled_from([SHARE, 1])}).map(lambda each: (MoneyArrived, each))

CORRECTIONS = st.fixed_dictionaries(
    {
        "sender": st.just(Party.PROVIDER),
        "corrects": st.sampled_from(
            ["claim_data", "cob_record", "cob_verified", "posting", "statement", "document", "coverage"]
        ),
        "field": st.sampled_from(["", "member_id", "ended", "found"]),
        "with_payer": st.sampled_from([Party.SECONDARY, Party.PRIMARY]),
        "after": st.just("W1"),
        "reference": st.sampled_from(["", "COB77"]),
    }
).map(lambda each: (CorrectionMade, each))

CHECKED = st.fixed_dictionaries(
    {
        "payer": st.sampled_from([Party.PRIMARY, Party.SECONDARY, Party.UNKNOWN]),
        "active": st.sampled_from([True, True, False, None]),
        "until": st.sampled_from([None, None, date(2026, 1, 31)]),
        "others": st.sampled_from(
            [
                (),
                (OtherPolicy(payer_name="Medicare", order=1),),
                (OtherPolicy(payer_name="Aetna", order=2),),
                (OtherPolicy(payer_name="Example", order=1),),
            ]
        ),
        "refusals": st.sampled_from([(), (), ("75",)]),
    }
).map(lambda each: (CoverageChecked, each | {"sender": each["payer"]}))

POLICIES = st.fixed_dictionaries(
    {
        "sender": st.just(Party.REGISTRATION),
        "order": st.sampled_from([1, 2, 3]),
        "source_of_cover": st.sampled_from([None, "group", "retiree", "medicaid"]),
        "holder_works": st.sampled_from([None, True, False]),
        "employees": st.sampled_from([None, 5, 500]),
        "medicare_reason": st.sampled_from([None, "age", "disability"]),
    }
).map(lambda each: (PolicyTold, each))

ACTS = st.fixed_dictionaries(
    {
        "sender": st.just(Party.PROVIDER),
        "act": st.sampled_from(["assigned", "taken", "done", "given_back", "snoozed"]),
        "person": st.just("Dana"),
        "escalation": st.sampled_from(["", *(f"case:{kind.value}:1" for kind in EscalationKind)]),
        "until": st.dates(date(2026, 3, 1), date(2027, 3, 1)) | st.none(),
    }
).map(lambda each: (PersonActed, each))

HOLDS = st.just((HoldAsked, {"person": "Dana", "reason": "asked"}))

ORDERS = st.fixed_dictionaries(
    {
        "sender": st.just(Party.SUPERVISOR),
        "decision": st.sampled_from(["release_hold", "close", "extend", "take_back", "resubmit_now", "write_off"]),
        "person": st.just("Lee"),
        "second_person": st.sampled_from(["", "Lee", "Kim"]),
        "reason": st.sampled_from(["", "a reason"]),
        "until": st.dates(date(2026, 3, 1), date(2027, 3, 1)) | st.none(),
    }
).map(lambda each: (SupervisorDecided, each))

ASIDES = st.just((MessageSetAside, {"name": "x", "digest": "0", "problem": "unreadable"}))

PAYERS_SAY = st.one_of(REMITS, ACKNOWLEDGED, STATUS, SYNTAX, OFFSETS, CHECKED)
PEOPLE_SAY = st.one_of(CONTACTS, CORRECTIONS, ACTS, HOLDS, POLICIES)
SYSTEMS_SAY = st.one_of(LEDGERS, MONEY, SUBMISSIONS, ASIDES)
ANY = st.one_of(PAYERS_SAY, PEOPLE_SAY, SYSTEMS_SAY, ORDERS)

# ---- the machine ----------------------------------------------------------------------------------------------------


class CaseLife(RuleBasedStateMachine):
    """One case: payers, people and systems speak in any order, errands end, silence passes."""

    plan: PlanInForce
    case: Case

    def __init__(self) -> None:
        """Nothing has happened."""
        super().__init__()
        self.now = BEGIN
        self.count = 0
        self.facts: dict[str, Fact] = {}
        self.waiting: list[Action] = []
        self.sent: list[tuple[Action, Case]] = []

    @initialize(payer_class=st.sampled_from(PayerClass), third=st.sampled_from([(), (), (THIRD,), (PAPER,)]))
    def open(self, payer_class: PayerClass, third: tuple[Coverage, ...]) -> None:
        """Open the case under some payer's plan, with a third policy or without."""
        self.plan = standard_plan().in_force("P2", payer_class)
        secondary = CLAIM.secondary.model_copy(update={"payer_class": payer_class})
        claim = CLAIM.model_copy(update={"coverages": (CLAIM.primary, secondary, *third)})
        decision = open_case(Opening(case_id="case", claim=claim, opened_at=BEGIN), self.plan)
        self.case = decision.case
        self.waiting.extend(decision.actions)

    def hear(self, kind: type[Any], fields: dict[str, Any], days_ago: int = 0, fact_id: str = "") -> Decision:
        """Decide on a fact that happened some days ago and is learnt now."""
        self.count += 1
        base = {
            "fact_id": fact_id or f"f{self.count}",
            "happened_at": self.now - timedelta(days=days_ago),
            "learnt_at": self.now,
        }
        return self.take(kind(**(base | fields)))

    def take(self, fact: Fact) -> Decision:
        """Decide, and check what holds of every single decision."""
        before, decision = self.case, decide(self.case, fact, self.plan)
        self.case = decision.case
        assert decision.applied is (fact.fact_id not in before.heard)  # I8
        assert decision.reasons or not decision.applied
        self._check_actions(before, decision, fact)
        if isinstance(fact, ContactLogged) and is_vague(fact) and decision.applied:
            assert _deadlines(before) == _deadlines(self.case)  # I5
        self.facts[fact.fact_id] = fact
        self.waiting.extend(each for each in decision.actions if each.kind is not ActionKind.NOTIFY)
        return decision

    def _check_actions(self, before: Case, decision: Decision, fact: Fact) -> None:
        keys = [each.key for each in decision.actions]
        assert len(set(keys)) == len(keys)
        assert not set(keys) & {each.key for each in before.asked}
        for action in decision.actions:
            if action.kind is ActionKind.SUBMIT_SECONDARY:
                self._check_submission(action, fact)
                self.sent.append((action, decision.case))

    def _check_submission(self, action: Action, fact: Fact) -> None:
        if action.reason.startswith("supervisor:"):
            return
        heard = [*self.facts.values(), fact]
        # I6: after an order of insurers was questioned, nothing goes out before the record was seen to be right.
        if any(each.mode in (Mode.WRONG_ORDER, Mode.BOTH_SECOND) for each in self.case.break_points):
            assert any(_verifies(each) for each in heard)
        # F18: nothing goes out on numbers that the primary took back.
        assert not read(self.case.claim, self.case.evidence, self.plan).primary_open
        # I2: one at a time, and a first-time claim only after word that the one before is not alive.
        assert not any(each.kind is ActionKind.SUBMIT_SECONDARY for each in self.waiting)
        sent = [each for each in heard if isinstance(each, SecondarySubmitted)]
        third = action.detail["destination"] == "3"
        if action.detail["frequency"] == "1" and any((each.payer_id == "P3") is third for each in sent):
            assert any(_refuses(each) for each in heard)

    # ---- what happens -----------------------------------------------------------------------------------------------

    @rule(said=PAYERS_SAY, days_ago=st.integers(0, 20))
    def a_payer_says(self, said: tuple[type[Any], dict[str, Any]], days_ago: int) -> None:
        """A transaction, often late."""
        self.hear(*said, days_ago=days_ago)

    @rule(said=PEOPLE_SAY, days_ago=st.integers(0, 3))
    def somebody_says(self, said: tuple[type[Any], dict[str, Any]], days_ago: int) -> None:
        """A contact, a correction, a task taken."""
        self.hear(*said, days_ago=days_ago)

    @rule(said=SYSTEMS_SAY, days_ago=st.integers(0, 20))
    def a_system_says(self, said: tuple[type[Any], dict[str, Any]], days_ago: int) -> None:
        """A ledger state, a deposit, a submission of the billing system."""
        self.hear(*said, days_ago=days_ago)

    @rule(said=ORDERS)
    def a_supervisor_says(self, said: tuple[type[Any], dict[str, Any]]) -> None:
        """An order, valid or not."""
        self.hear(*said)

    @precondition(lambda self: self.facts)
    @rule(data=st.data())
    def a_fact_comes_again(self, data: st.DataObject) -> None:
        """I8: a repeated message is recognised."""
        fact = self.facts[data.draw(st.sampled_from(sorted(self.facts)))]
        before = self.case
        assert not self.take(fact).applied
        assert self.case == before

    @precondition(lambda self: self.waiting)
    @rule(succeeded=st.sampled_from([True, True, True, False]), newest=st.booleans())
    def an_errand_ends(self, succeeded: bool, newest: bool) -> None:
        """Something that the case asked for is done, or cannot be done."""
        action = self.waiting.pop(-1 if newest else 0)
        if succeeded and action.kind is ActionKind.SUBMIT_SECONDARY:
            fields = {"submission_id": action.key, "frequency": action.detail["frequency"], "sender": Party.PROVIDER}
            self.hear(SecondarySubmitted, fields | {"payer_id": f"P{action.detail['destination']}"})
        elif newest and action.kind is ActionKind.SUBMIT_SECONDARY:
            self.hear(ClaimHeldBack, {"key": action.key, "problems": ("member_id: fill it in",), "sender": Party.BATON})
        ended = {"key": action.key, "succeeded": succeeded, "problem": "" if succeeded else "refused"}
        self.hear(ActionEnded, ended, fact_id=f"ended:{action.key}")

    @rule(days=st.integers(1, 25))
    def silence_passes(self, days: int) -> None:
        """Clocks ring, each at its time; no alarm may ring twice, or the case would spin."""
        until = self.now + timedelta(days=days)
        for _ in range(200):
            clock = self.case.next_clock
            if clock is None or clock.next_due is None or clock.next_due > until:
                break
            due = clock.next_due
            level = Level.SOFT if due == clock.soft and Level.SOFT not in clock.fired else Level.HARD
            self.now = max(self.now, due)
            rang = {"happened_at": due, "clock": clock.name, "level": level, "due": due}
            fact_id = f"silence:{clock.name}:{level.value}:{due:%Y%m%dT%H%M%S}"
            assert self.hear(ClockRanOut, rang, fact_id=fact_id).applied
        else:
            raise AssertionError("the clocks never come to rest")
        self.now = until

    # ---- what always holds ------------------------------------------------------------------------------------------

    @invariant()
    def somebody_must_do_something_by_some_time(self) -> None:
        """I1: an open case has a running clock, a holder and a pending action, and one sentence says so."""
        if not hasattr(self, "case") or self.case.closed_at:
            return
        assert self.case.next_clock is not None
        assert self.case.holder is not None
        assert self.case.holder.pending_action
        assert sentence(self.case, self.plan).endswith(".")

    @invariant()
    def the_patient_is_not_billed_meanwhile(self) -> None:
        """I3: a balance under coordination is held, or a supervisor said why not; an unseen hold has its clock."""
        if not hasattr(self, "case") or self.case.resolution:
            return
        hold, money = self.case.hold, self.case.money
        owed = bool(money.primary_patient_share) or bool(money.ledger_patient_balance)
        ordered = any(isinstance(each, SupervisorDecided) and each.reason for each in self.case.evidence)
        agreed = money.ledger_patient_balance == money.ledger_balance == money.expected_balance
        held = hold.state in (HoldState.REQUESTED, HoldState.VERIFIED)
        assert held or not owed or ordered or agreed
        if hold.state is HoldState.REQUESTED:
            watch = next(each for each in self.case.clocks if each.name == "TH")
            kinds = {each.kind for each in self.case.open_escalations}
            assert Level.HARD not in watch.fired or EscalationKind.COLLECTIONS_HOLD in kinds

    @invariant()
    def nobody_is_blamed_by_one_side_alone(self) -> None:
        """I4: confirmed means that both sides spoke, and none against it."""
        if not hasattr(self, "case"):
            return
        for each in self.case.break_points:
            if each.state is BreakState.CONFIRMED:
                assert not each.evidence_against
                assert {_side(self.facts.get(one)) for one in each.evidence_for} >= {Side.PAYER, Side.PROVIDER}

    @invariant()
    def the_filing_limit_overrules_every_wait(self) -> None:
        """I7: no capped wait passes the limit less the reserve; before acceptance the limit's own clock runs."""
        if not hasattr(self, "case") or self.case.resolution or self.case.filing_limit is None:
            return
        latest = self.case.filing_limit - timedelta(days=self.plan.filing_reserve_days)
        for each in self.case.clocks:
            row = self.plan.clocks_by_name.get(each.name)
            if row and row.capped and each.hard:
                assert each.hard.date() <= max(latest, each.started_at.date())
        given_up = any(
            isinstance(each, SupervisorDecided) and each.decision == "write_off" for each in self.facts.values()
        )
        if self.case.hop in (Hop.TRANSMITTED, Hop.RECEIVED, Hop.ACCEPTED) and not given_up:
            assert any(each.name == "TF" for each in self.case.clocks)

    @invariant()
    def money_is_cents(self) -> None:
        """I10: whole cents everywhere, and never a negative risk."""
        if hasattr(self, "case"):
            assert all(value is None or type(value) is int for value in self.case.money.model_dump().values())
            assert self.case.money.at_risk >= 0

    @invariant()
    def the_case_survives_its_own_writing(self) -> None:
        """What is carried to the next run is what was decided."""
        if hasattr(self, "case") and self.count % 5 == 0:
            assert Case.model_validate_json(self.case.model_dump_json()) == self.case


def _deadlines(case: Case) -> list[tuple[str, Any, Any]]:
    """The plan's clocks; an escalation for vagueness brings a ladder clock of its own, which moves no deadline."""
    return [(each.name, each.soft, each.hard) for each in case.clocks if not each.name.startswith("TE:")]


def _side(fact: Fact | None) -> Side:
    """Whose word a piece of evidence is; a clearinghouse that refuses speaks for those whom the claim was for."""
    if isinstance(fact, ClaimAcknowledged) and fact.sender is not Party.SECONDARY and _refuses(fact):
        return Side.PAYER
    if isinstance(fact, PaymentOffset):
        return Side.PAYER  # it stands on the payer's remittance, whoever sent the file
    if fact is None or isinstance(fact, SecondarySubmitted | ClockRanOut):
        return Side.PROVIDER  # what we sent, and that our own outreach went unanswered
    return SIDE_OF.get(fact.payer if isinstance(fact, RemitAdjudicated) else fact.sender, Side.NEITHER)


def _verifies(fact: Fact) -> bool:
    """Word that a payer's record was seen: a person's with a reference, or the payer's own eligibility answer."""
    if isinstance(fact, CoverageChecked):
        return bool(fact.others)
    return isinstance(fact, CorrectionMade) and fact.corrects == "cob_verified"


def _refuses(fact: Fact) -> bool:
    """Word that a claim is not alive: unreadable, refused, denied, not found, or taken back."""
    if isinstance(fact, SyntaxAcknowledged):
        return not fact.accepted
    if isinstance(fact, ClaimAcknowledged):
        return fact.category not in ("A0", "A1", "A2", "A5")
    if isinstance(fact, RemitAdjudicated):
        return fact.payer in (Party.SECONDARY, Party.TERTIARY) and fact.paid <= 0
    if isinstance(fact, CoverageChecked):
        return fact.active is False or fact.until is not None
    if isinstance(fact, StatusAnswered):
        return fact.sender is Party.SECONDARY and fact.category in ("D0", "A4", "A7", "F2")
    absent = (Said.NO_RECORD, Said.REJECTED, Said.DENIED, Said.ORDER_WRONG, Said.COVERAGE_ENDED)
    return isinstance(fact, ContactLogged) and fact.says in absent


TestCaseLife = CaseLife.TestCase
TestCaseLife.settings = settings(QUIETLY, max_examples=80, stateful_step_count=25)


# ---- I9 -------------------------------------------------------------------------------------------------------------


@settings(QUIETLY, max_examples=120)
@given(
    said=st.lists(st.tuples(ANY, st.integers(0, 60 * 24)), min_size=2, max_size=12),
    payer_class=st.sampled_from(PayerClass),
    data=st.data(),
)
def test_the_order_of_arrival_plays_no_part(said: list[Any], payer_class: PayerClass, data: st.DataObject) -> None:
    """I9: the same facts in any order end in the same proofs, the same money, the same diagnosis."""
    plan = standard_plan().in_force("P2", payer_class)
    ended = []
    for order in (range(len(said)), data.draw(st.permutations(range(len(said))))):
        case = open_case(Opening(case_id="case", claim=CLAIM, opened_at=BEGIN), plan).case
        for place, number in enumerate(order):
            (kind, fields), hours = said[number]
            case = decide(case, _learnt(kind, fields, number, hours, place), plan).case
        ended.append(case)
    first, second = ended
    assert first.proofs == second.proofs
    assert first.money == second.money
    assert first.hop is second.hop
    assert first.resolution is second.resolution or first.hold.state is not second.hold.state


def _learnt(kind: type[Any], fields: dict[str, Any], number: int, hours: int, place: int) -> Fact:
    learnt = BEGIN + timedelta(days=61, minutes=place)
    fact: Fact = kind(fact_id=f"f{number}", happened_at=BEGIN + timedelta(hours=hours), learnt_at=learnt, **fields)
    # A ledger numbers its own states: a version names one state.
    return fact.model_copy(update={"version": number + 1}) if isinstance(fact, LedgerRead) else fact
