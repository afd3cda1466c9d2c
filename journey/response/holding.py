"""The billing hold: wanted as soon as a patient could be billed, verified in the ledger, released when all agrees."""

from __future__ import annotations

from journey.case import Case, Hold, HoldState
from journey.evidence.reading import Reading
from journey.facts import LedgerRead
from journey.plans.plan import PlanInForce
from journey.response import orders
from journey.words import Moment, Switch
from journey.workdays import plan_workdays

SWITCHES: tuple[Switch, ...] = tuple(Switch)
_ON = frozenset({HoldState.REQUESTED, HoldState.VERIFIED})


def held(case: Case, reading: Reading, plan: PlanInForce, now: Moment) -> Hold:
    """The hold after this reading: at most one step, so that each step is asked for and recorded."""
    hold, ledger = case.hold.model_copy(update={"permanent": is_permanent(reading)}), reading.ledger
    if _may_release(reading) and hold.state in _ON:
        hold = hold.model_copy(update={"state": HoldState.RELEASE_REQUESTED})
    elif hold.state not in _ON and _wanted(case, reading):
        hold = _requested(hold, now)
    return _seen(hold, ledger, plan, now) if ledger else hold


def is_permanent(reading: Reading) -> bool:
    """True where the patient may never be billed: QMB by a payer's word, or Medicaid has decided (F22, 2.4)."""
    return reading.books.is_protected or reading.books.medicaid_decided


def _wanted(case: Case, reading: Reading) -> bool:
    """A hold is wanted while a patient could be billed for what an insurer has not settled (I3)."""
    if _may_release(reading):
        return False
    owed = reading.books.primary_share > 0 or (reading.ledger is not None and reading.ledger.patient_balance > 0)
    return owed or case.hold_asked


def _may_release(reading: Reading) -> bool:
    """Only with ledger = expected balance, or by a supervisor with a reason (I3); a permanent hold never."""
    if is_permanent(reading):
        return False
    return reading.books.reconciled or orders.hold_released(reading) is not None


def _requested(hold: Hold, now: Moment) -> Hold:
    return Hold(
        state=HoldState.REQUESTED,
        wanted=SWITCHES,
        requested_at=now,
        round=hold.round + 1,
        breaches=hold.breaches,
        permanent=hold.permanent,
    )


def _seen(hold: Hold, ledger: LedgerRead, plan: PlanInForce, now: Moment) -> Hold:
    """What the ledger shows counts, not what it answered; a breach is noted before a lost hold is asked for again."""
    if _breached(hold, ledger, plan) and ledger.fact_id not in hold.breaches:
        hold = hold.model_copy(update={"breaches": (*hold.breaches, ledger.fact_id)})
    on = tuple(each for each in hold.wanted if each in ledger.switches_on)
    all_on, none_on = len(on) == len(hold.wanted), not ledger.switches_on
    changes: dict[str, object] = {"verified": on}
    if hold.state is HoldState.REQUESTED and all_on:
        changes |= {"state": HoldState.VERIFIED, "verified_at": now, "reviewed_at": now}
    elif hold.state is HoldState.VERIFIED and not all_on:
        return _requested(hold, now)
    elif hold.state is HoldState.RELEASE_REQUESTED and none_on:
        changes |= {"state": HoldState.RELEASED, "released_at": now}
    return hold.model_copy(update=changes)


def _breached(hold: Hold, ledger: LedgerRead, plan: PlanInForce) -> bool:
    """A statement after the day of the request, or a placement, while the hold should stand."""
    return billed_since(hold, ledger, plan) or placed_since(hold, ledger)


def billed_since(hold: Hold, ledger: LedgerRead, plan: PlanInForce) -> bool:
    """True when a statement went out after the day on which the hold was asked for."""
    if hold.state not in _ON or hold.requested_at is None or ledger.last_statement_on is None:
        return False
    return ledger.last_statement_on > plan_workdays(plan).local_date(hold.requested_at)


def placed_since(hold: Hold, ledger: LedgerRead) -> bool:
    """True when the account lies with an agency although the hold should stand."""
    return hold.state in _ON and ledger.placed_with_agency


def reviewed(hold: Hold, now: Moment) -> Hold:
    """The hold after somebody looked at it and wants it to go on."""
    return hold.model_copy(update={"reviewed_at": now}) if hold.state is HoldState.VERIFIED else hold
