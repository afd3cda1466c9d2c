"""Amends: what a case asks for when a patient was billed too early, and when a payer paid or reported wrongly."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import takewhile

from journey.books.posting_review import COMPLAINT
from journey.case import Action, ActionKind, Case
from journey.evidence.kept import ledger_reads
from journey.evidence.reading import Reading
from journey.plans.plan import PlanInForce
from journey.response import holding
from journey.words import Mode, Moment, Party
from journey.workdays import plan_workdays

REFUND_WITHIN = timedelta(days=30)
"""How soon a patient gets back what was paid too much (MA59, MA72; field notes 4.3 F20)."""


def amends(case: Case, reading: Reading, plan: PlanInForce, now: Moment) -> Iterator[Action]:
    """The recall of an account, a corrected statement, a refund, a complaint, the review of a short payment."""
    if case.closed_at is not None:
        return
    yield from _recall(case, reading, now)
    yield from _statement(case, reading, plan, now)
    yield from _refund(case, reading, plan, now)
    yield from _complaint(case, reading, now)
    yield from _underpayment(case, reading, now)


def _recall(case: Case, reading: Reading, now: Moment) -> Iterator[Action]:
    """An account that went to an agency during the hold comes back, and its bureau report is deleted (2.4).

    One recall for each placement: its key names the oldest read of the run that shows it.
    """
    ledger = reading.ledger
    if ledger is None or not holding.placed_since(case.hold, ledger):
        return
    reads = reversed(ledger_reads(reading.evidence))
    first = list(takewhile(lambda each: each.placed_with_agency, reads))[-1]
    yield Action.model_construct(
        key=f"{case.case_id}:{ActionKind.RECALL_ACCOUNT.value}:{first.version}",
        kind=ActionKind.RECALL_ACCOUNT,
        asked_at=now,
        reason="the account was placed with an agency during the hold",
        to=Party.LEDGER,
        detail={},
    )


def _statement(case: Case, reading: Reading, plan: PlanInForce, now: Moment) -> Iterator[Action]:
    ledger = reading.ledger
    if ledger is not None and holding.billed_since(case.hold, ledger, plan):
        reason = "send the patient a corrected statement: an insurer still has this claim, and nothing is owed now"
        yield _task(case, f"statement:{ledger.last_statement_on:%Y%m%d}", Party.PROVIDER, reason, now)


def _refund(case: Case, reading: Reading, plan: PlanInForce, now: Moment) -> Iterator[Action]:
    found = next((each for each in case.break_points if each.mode is Mode.PATIENT_OVERPAID), None)
    if found is not None and reading.books.overpaid:
        day = plan_workdays(plan).local_date(found.found_at + REFUND_WITHIN)
        reason = f"put the patient's overpayment into the refund queue; it is due back by {day:%d %b %Y}"
        yield _task(case, f"refund:{found.found_at:%Y%m%d}", Party.POSTING, reason, now)


def _complaint(case: Case, reading: Reading, now: Moment) -> Iterator[Action]:
    point = case.break_point
    if point is not None and point.mode is Mode.REPORTED_TWICE and reading.books.secondary:
        remit = reading.books.secondary[-1]
        yield _task(case, f"complaint:{remit.fact_id}", Party.PROVIDER, COMPLAINT, now)


def _underpayment(case: Case, reading: Reading, now: Moment) -> Iterator[Action]:
    """A payment that is short of the contract is a review of its own, not a posting error (3.4)."""
    if reading.books.underpaid:
        remit = reading.books.secondary[-1]
        reason = "the secondary paid less than its contract says: review the payment, and appeal if it is short"
        yield _task(case, f"underpaid:{remit.fact_id}", Party.PROVIDER, reason, now)


def _task(case: Case, name: str, to: Party, reason: str, now: Moment) -> Action:
    detail = {"kind": "task", "escalation_id": "", "rung": "case_manager"}
    return Action.model_construct(
        key=f"{case.case_id}:{name}", kind=ActionKind.NOTIFY, asked_at=now, reason=reason, to=to, detail=detail
    )
