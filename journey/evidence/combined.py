"""Marks that no single fact makes: two answers, two payers, a claim and an answer, or the ledger and the books."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import takewhile

from journey.benefits.answers import agrees
from journey.books.money import patient_share
from journey.claim import Claim
from journey.evidence import verdicts
from journey.evidence.made import Made, Reading
from journey.evidence.marking import hands_on
from journey.evidence.marks import Mark
from journey.evidence.verdicts import Verdict
from journey.facts import (
    ClaimAcknowledged,
    CorrectionMade,
    CoverageChecked,
    LedgerRead,
    RemitAdjudicated,
    StatusAnswered,
)
from journey.plans.plan import PlanInForce
from journey.words import Cents, Grade, Party
from journey.workdays import plan_workdays


def find_no_record(reading: Reading, plan: PlanInForce) -> None:
    """'No record' needs two answers far enough apart by different searches, or one and a named person (1.9)."""
    absent = [each for each in reading.made.get(Mark.NOT_FOUND_ONCE, ()) if each.attempt == reading.attempt]
    seen = reading.current(Mark.RECEIVED, Mark.ACCEPTED, Mark.DUPLICATE)
    # An acceptance before the answers does not cancel them: that is dual blame (F8), not an error of ours.
    absent = [each for each in absent if seen is None or each.at > seen.at]
    searches = {each.fact_id: each.searched_by for each in reading.evidence if isinstance(each, StatusAnswered)}
    for index, second in enumerate(absent):
        for first in absent[:index]:
            keys = [searches.get(each.fact_id) for each in (first, second)]
            answered_and_told = keys.count(None) == 1
            apart = (keys == [None, None] or keys[0] != keys[1]) and _apart(first, second, plan)
            if answered_and_told or apart:
                reading.repeat(Mark.NOT_FOUND, second)
                return


def _apart(first: Made, second: Made, plan: PlanInForce) -> bool:
    """True when the second answer came at least the plan's gap after the first, in days of the provider."""
    calendar = plan_workdays(plan)
    return calendar.local_date(calendar.add(first.at, plan.not_found_gap)) <= calendar.local_date(second.at)


# ---- acceptances and pends ------------------------------------------------------------------------------------------


def accept_before_pending(reading: Reading) -> None:
    """A payer takes a claim in before it pends it: its 277CA, however late or dated, moves no pend on (1.8, 1.9)."""
    accepted = reading.made[Mark.ACCEPTED]
    for place, each in enumerate(accepted):
        if not isinstance(reading.fact(each.fact_id), ClaimAcknowledged):
            continue
        pends = (*reading.made.get(Mark.PENDED_PATIENT, ()), *reading.made.get(Mark.PENDED_PROVIDER, ()))
        earlier = [pend.at for pend in pends if pend.attempt == each.attempt and pend.at <= each.at]
        if earlier:
            accepted[place] = replace(each, at=min(earlier) - timedelta(microseconds=1))


# ---- eligibility answers (271) --------------------------------------------------------------------------------------


def find_coverage(reading: Reading, attempt_of: Callable[[CoverageChecked], int]) -> None:
    """A policy that an eligibility answer shows not in force on the days of service (F14)."""
    for check in _checks(reading):
        if _ended(check, reading.claim):
            reading.add(Mark.COVERAGE_ENDED, check, Grade.TRANSACTED, check.payer, attempt_of(check))


def _checks(reading: Reading) -> Iterator[CoverageChecked]:
    return (each for each in reading.evidence if isinstance(each, CoverageChecked) and each.payer is not Party.UNKNOWN)


def _ended(check: CoverageChecked, claim: Claim) -> bool:
    before = check.until is not None and check.until < claim.service_from
    after = check.since is not None and check.since > claim.service_to
    return check.active is False or before or after


def find_order(reading: Reading, attempt_of: Callable[[CoverageChecked], int]) -> None:
    """A payer's own record, seen to agree with our order after it was questioned or put right (4.2, V4)."""
    for check in _checks(reading):
        asked = reading.newest(Mark.ORDER_QUESTIONED, Mark.COB_UPDATED)
        if asked and check.happened_at > asked.at and agrees(reading.claim, check, reading.evidence):
            reading.add(Mark.COB_VERIFIED, check, Grade.TRANSACTED, check.payer, attempt_of(check))


# ---- two payers, each of which names the other first (F19) ----------------------------------------------------------


def find_both_second(reading: Reading) -> None:
    """F19: the primary's denial names the secondary, and the secondary's denial names the primary."""
    first = _names_first(reading, Party.PRIMARY, Party.SECONDARY)
    second = _names_first(reading, Party.SECONDARY, Party.PRIMARY)
    if first is None or second is None or any(first.at < each.at < second.at for each in _as_first(reading)):
        return
    later = max(first, second, key=_when)
    reading.repeat(Mark.BOTH_SECOND, later)
    seen = _verified(reading, Party.SECONDARY, later)
    # A primary that decides as the first payer after all has shown its record by doing so.
    ours = [_verified(reading, Party.PRIMARY, later), *(each for each in _as_first(reading) if each.at > later.at)]
    shown = min((each for each in ours if each), key=_when, default=None)
    # One payer's word is not the order: until both records agree, nothing is verified.
    reading.made[Mark.COB_VERIFIED] = [each for each in reading.made[Mark.COB_VERIFIED] if each.at < later.at]
    if seen and shown:
        reading.repeat(Mark.COB_AGREED, max(seen, shown, key=_when))


def _when(made: Made) -> tuple[datetime, str]:
    return made.at, made.fact_id


def _as_first(reading: Reading) -> list[Made]:
    """Decisions of the primary that do not question the order, oldest first."""
    questions = {each.fact_id for each in reading.made.get(Mark.ORDER_QUESTIONED, ())}
    decided = [each for each in reading.made.get(Mark.PRIMARY_ADJUDICATED, ()) if each.fact_id not in questions]
    return sorted(decided, key=_when)


def _names_first(reading: Reading, payer: Party, named: Party) -> Made | None:
    """The newest question of a payer, if it is a denial that names the other one as the first."""
    asked = [each for each in reading.made.get(Mark.ORDER_QUESTIONED, ()) if each.by is payer]
    newest = max(asked, key=_when, default=None)
    fact = reading.fact(newest.fact_id) if newest else None
    if not isinstance(fact, RemitAdjudicated) or not (fact.corrected_payer or fact.corrected_payer_id):
        return None
    ids = (fact.corrected_payer_id,) if fact.corrected_payer_id else ()
    return newest if reading.claim.party_of(ids, fact.corrected_payer) is named else None


def _verified(reading: Reading, payer: Party, since: Made) -> Made | None:
    """The oldest sight of this payer's record since then: its own eligibility answer, or a person's with reference."""
    seen = [
        each
        for each in reading.made.get(Mark.COB_VERIFIED, ())
        if each.at >= since.at and _record_of(reading, each) is payer
    ]
    return min(seen, key=_when, default=None)


def _record_of(reading: Reading, verified: Made) -> Party:
    fact = reading.fact(verified.fact_id)
    return fact.with_payer if isinstance(fact, CorrectionMade) else verified.by


# ---- the primary decides again (F18, F19) ---------------------------------------------------------------------------


def find_primary_correction(reading: Reading) -> None:
    """The primary decided anew: after a claim with its old numbers was promised or sent, or after both agreed."""
    back = reading.newest(Mark.PRIMARY_REVERSED)
    both, agreed = reading.newest(Mark.BOTH_SECOND), reading.newest(Mark.COB_AGREED)
    if back and began_before(reading, back):
        again = next((each for each in _as_first(reading) if each.at >= back.at), None)
        if again:
            reading.repeat(Mark.PRIMARY_CORRECTED, again)
    if both and agreed:
        again = next((each for each in _as_first(reading) if each.at > both.at), None)
        if again:
            reading.repeat(Mark.PRIMARY_CORRECTED, again, max(again.at, agreed.at))


def began_before(reading: Reading, moment: Made) -> bool:
    """True when a claim was promised or sent before a moment."""
    return any(each.begun <= moment.at for each in reading.attempts if each.by in (Mark.PROMISED, Mark.SUBMITTED))


# ---- the ledger -----------------------------------------------------------------------------------------------------


def read_ledger(reading: Reading, reads: list[LedgerRead]) -> None:
    """Money seen, posted and reconciled, each at its moment, for every payer whose decision is watched."""
    ledger = reading.ledger
    if ledger is None:
        return
    before = 0
    for attempt in sorted({reading.still_owed, reading.attempt}):
        paid = _paid_by(reading, attempt)
        _see_money(reading, reads, attempt, before, paid)
        before += paid
    decided = reading.current(Mark.DECIDED, Mark.NO_MONEY_DUE)
    since = _first_alike(reads)
    if reading.books.reconciled:
        at = max(since.happened_at, decided.at) if decided else since.happened_at
        reading.add(Mark.RECONCILED, since, Grade.SETTLED, Party.LEDGER, reading.attempt, at)


def _paid_by(reading: Reading, attempt: int) -> Cents:
    """What the payer of an attempt paid, over its standing decisions."""
    if reading.claim.coverage(3) is None:
        return reading.books.secondary_paid
    payer = reading.payer_of(attempt)
    return sum(each.paid for each in reading.books.secondary if each.payer is payer)


def _see_money(reading: Reading, reads: list[LedgerRead], attempt: int, before: Cents, paid: Cents) -> None:
    """Money of one payer, beyond what the payers before it paid."""
    decided = reading.newest(Mark.DECIDED, attempt=attempt)
    if decided is None or not paid:
        return

    def seen(ledger: LedgerRead) -> bool:
        return max(ledger.deposits, ledger.unapplied + ledger.secondary_posted) > before

    if seen(reads[-1]) and not reading.newest(Mark.MONEY_ARRIVED, attempt=attempt):
        first = _oldest_of_run(reads, seen)
        at = max(first.happened_at, decided.at)
        reading.add(Mark.MONEY_ARRIVED, first, Grade.SETTLED, Party.LEDGER, attempt, at)
    posted = reads[-1].secondary_posted
    if posted == before + paid or (attempt != reading.attempt and posted > before + paid):
        since = _first_alike(reads)
        at = max(since.happened_at, decided.at)
        reading.add(Mark.POSTED, since, Grade.SETTLED, Party.LEDGER, attempt, at)


def _first_alike(reads: list[LedgerRead]) -> LedgerRead:
    """The oldest read of the run that ends in the newest and shows the same money."""

    def shown(each: LedgerRead) -> tuple[int, ...]:
        return each.open_balance, each.patient_balance, each.secondary_posted, each.unapplied

    return _oldest_of_run(reads, lambda each: shown(each) == shown(reads[-1]))


def _oldest_of_run(reads: list[LedgerRead], holds: Callable[[LedgerRead], bool]) -> LedgerRead:
    """The oldest read of the unbroken run, up to the newest, for which something holds."""
    return list(takewhile(holds, reversed(reads)))[-1]


# ---- what follows from the money ------------------------------------------------------------------------------------


def find_nothing_due(reading: Reading) -> None:
    """Both sides agree that the policy was not in force: no money is due, and the ledger has only to show it (F14)."""
    ended, closed = reading.coverage_ended, reading.coverage_closed
    if reading.coverage_invalid and ended and closed:
        reading.repeat(Mark.NO_MONEY_DUE, ended, max(ended.at, closed.at))


def tertiary_share(reading: Reading) -> tuple[RemitAdjudicated, ...]:
    """The secondary's standing decisions that leave a share for a third policy that nobody was sent to (F15)."""
    if reading.claim.coverage(3) is None or reading.payer is Party.TERTIARY or not reading.current(Mark.DECIDED):
        return ()
    standing = [each for each in reading.books.secondary if each.payer is Party.SECONDARY]
    told = tuple(each for each in standing if verdicts.of_remit(each) in (Verdict.PAID, Verdict.ZERO))
    share = sum(patient_share(each) for each in told)
    return () if share <= 0 or any(hands_on(each) for each in told) else told


def find_tertiary_due(reading: Reading) -> None:
    """The third payer's turn comes once the secondary's money is posted, or none is due (F15)."""
    decisions = tertiary_share(reading)
    if not decisions:
        return
    decided = reading.current(Mark.DECIDED)
    ready = reading.current(Mark.POSTED) if any(each.paid for each in decisions) else decided
    if decided and ready:
        reading.repeat(Mark.TERTIARY_DUE, decided, max(decided.at, ready.at))
