"""What a proposed plan would have done in the last 30 days: cases of the casebook lived again under both plans.

It runs after the request is answered, goes no further than `CASES_AT_MOST` cases and `SECONDS`, and keeps counts,
moments and opaque case ids with the proposal; nothing that names a person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Final, Literal

import structlog
from fastapi import BackgroundTasks, Request
from pydantic import Field
from sqlalchemy import or_, select

from casebook import plans, reading
from casebook.opening import Transaction
from casebook.plans import PlanChange
from casebook.tables import CASES
from dashboard.premises import Premises
from journey.case import Case, Opening
from journey.facts import PlanChanged
from journey.plans.file import Plan, PlanError, standard_plan
from journey.plans.plan import PlanInForce
from journey.what_if.again import Life, LogEntry, is_same, live_again
from journey.what_if.effects import CLAIM, Effects, Moved, Stretch, compare
from journey.words import Frozen, Moment
from worker.plan_in_force import parsed, plan_in, plan_of

DAYS: Final = 30
CASES_AT_MOST: Final = 300
"""Cases that are lived again; a case takes a tenth of a second under both plans."""

SECONDS: Final = 180.0
"""Wall seconds after which what was counted so far must do."""

EXAMPLES: Final = 25
"""Cases that are shown one by one."""

NOTED_EVERY: Final = 10
STALLED: Final = timedelta(seconds=60)
"""A count that was not noted for so long has ended with its process."""

log = structlog.get_logger("dashboard.plan")


class Example(Frozen):
    """One case for which something would have been different."""

    case_id: str
    moved: tuple[Moved, ...]


class Claims(Frozen):
    """Claims that would have gone out at another time."""

    earlier: int = 0
    later: int = 0
    added: int = 0
    """Under the proposed plan only, so far."""
    missing: int = 0
    """Under the present plan only, so far."""


class Preview(Frozen):
    """What a change would have done, or how far counting it has come."""

    state: Literal["counting", "done", "failed"]
    present_version: str
    since: Moment
    until: Moment
    noted_at: Moment
    """By the wall clock."""
    cases: int = 0
    """Cases of the practice that were open at some time in these days."""
    looked_at: int = 0
    untouched: int = 0
    """Of those looked at, the ones for which both plans say the same."""
    lived_again: int = 0
    same: int = 0
    """Of those lived again, the ones whose life under the plan of the time is, fact for fact, what really happened."""
    present: dict[str, int] = Field(default_factory=dict)
    """How often what happened under the present plan."""
    proposed: dict[str, int] = Field(default_factory=dict)
    claims: Claims = Claims()
    changed: int = 0
    """Cases for which something would have been different."""
    examples: tuple[Example, ...] = ()
    seconds: float = 0.0

    def is_stalled(self, now: datetime) -> bool:
        """Whether counting has ended before it was done."""
        return self.state == "failed" or (self.state == "counting" and now - self.noted_at > STALLED)

    def may_begin(self, now: datetime) -> bool:
        """Whether nobody counts at the moment."""
        return self.state == "done" or self.is_stalled(now)


@dataclass
class _Sums:
    looked_at: int = 0
    untouched: int = 0
    lived_again: int = 0
    same: int = 0
    changed: int = 0
    present: Counter[str] = field(default_factory=Counter)
    proposed: Counter[str] = field(default_factory=Counter)
    claims: Counter[str] = field(default_factory=Counter)
    examples: list[Example] = field(default_factory=list)

    def add(self, case_id: str, effects: Effects) -> None:
        self.present.update(effects.present)
        self.proposed.update(effects.proposed)
        self.claims.update(_way(each) for each in effects.moved if each.what == CLAIM)
        if effects.moved:
            self.changed += 1
            self.examples.append(Example(case_id=case_id, moved=effects.moved))
            self.examples = sorted(self.examples, key=_weight, reverse=True)[:EXAMPLES]


def _way(moved: Moved) -> str:
    if moved.present is None or moved.proposed is None:
        return "missing" if moved.proposed is None else "added"
    return "earlier" if moved.proposed < moved.present else "later"


def _weight(example: Example) -> tuple[int, int]:
    """A claim that moves says more than reminders that do."""
    return sum(each.what == CLAIM for each in example.moved), len(example.moved)


@dataclass(frozen=True)
class Versions:
    """The plans of a practice by version, as far as they are known here, and the two that are compared."""

    known: Mapping[str, Plan]
    present: Plan
    proposed: Plan


def begin(tasks: BackgroundTasks, request: Request, at: Premises, change: PlanChange) -> None:
    """Count once the request is answered; the page reads how far it has come, and a server that ends stops it."""
    tasks.add_task(_run, at, change, request.app.state.ending.is_set)


def count(at: Premises, change: PlanChange, is_ending: Callable[[], bool] = lambda: False) -> Preview:
    """Count what a change would have done; keeps the result with it as it goes on.

    Args:
        at: the office.
        change: the change that is proposed.
        is_ending: whether the server ends; what was counted by then stays, and can be counted again.
    """
    until = at.now()
    stretch = Stretch(until - timedelta(days=DAYS), until)
    begun, sums = monotonic(), _Sums()
    with at.book.reading() as tx:
        versions = _versions(at, tx, change)
        case_ids = _open_in(tx, change.practice, stretch)

    def noted(state: Literal["counting", "done"]) -> Preview:
        preview = _preview(at, state, stretch, versions, len(case_ids), sums, monotonic() - begun)
        _keep(at, change.plan_id, preview)
        return preview

    noted("counting")
    for case_id in case_ids:
        if is_ending():
            return noted("counting")
        if sums.lived_again >= CASES_AT_MOST or monotonic() - begun > SECONDS:
            break
        _look_at(at, case_id, versions, stretch, sums)
        if sums.looked_at % NOTED_EVERY == 0:
            noted("counting")
    return noted("done")


def _run(at: Premises, change: PlanChange, is_ending: Callable[[], bool]) -> None:
    try:
        count(at, change, is_ending)
    except Exception as error:  # the page must say that counting has ended, whatever ended it
        log.error("plan.preview_failed", problem=type(error).__name__)
        failed = _failed(at, change)
        _keep(at, change.plan_id, failed)


def _failed(at: Premises, change: PlanChange) -> Preview:
    now = at.now()
    return Preview(
        state="failed", present_version=change.based_on, since=now - timedelta(days=DAYS), until=now, noted_at=at.wall()
    )


def _keep(at: Premises, plan_id: str, preview: Preview) -> None:
    with at.book.writing() as tx:
        plans.keep_preview(tx, plan_id, preview.model_dump(mode="json"))


def _preview(
    at: Premises,
    state: Literal["counting", "done"],
    stretch: Stretch,
    versions: Versions,
    cases: int,
    sums: _Sums,
    seconds: float,
) -> Preview:
    return Preview(
        state=state,
        present_version=versions.present.version,
        since=stretch.since,
        until=stretch.until,
        noted_at=at.wall(),
        cases=cases,
        looked_at=sums.looked_at,
        untouched=sums.untouched,
        lived_again=sums.lived_again,
        same=sums.same,
        present=dict(sums.present),
        proposed=dict(sums.proposed),
        claims=Claims(**sums.claims),
        changed=sums.changed,
        examples=tuple(sums.examples),
        seconds=round(seconds, 1),
    )


# ---- which cases ----------------------------------------------------------------------------------------------------


def _open_in(tx: Transaction, practice: str, stretch: Stretch) -> list[str]:
    """Cases that were open in these days, in the order of their ids: as good as drawn by lot."""
    was_open = or_(CASES.c.closed_at.is_(None), CASES.c.closed_at >= stretch.since)
    wanted = select(CASES.c.case_id).where(CASES.c.practice == practice, CASES.c.opened_at <= stretch.until, was_open)
    return list(tx.connection.execute(wanted.order_by(CASES.c.case_id)).scalars())


def _versions(at: Premises, tx: Transaction, change: PlanChange) -> Versions:
    newest = plans.in_force(tx, change.practice)
    first = plan_of(at.settings)
    present = plan_in(newest, at.settings)
    known = {each.version: each for each in (standard_plan(), first, *_approved(tx, change.practice), present)}
    return Versions(known, present, parsed(change.text))


def _approved(tx: Transaction, practice: str) -> Iterator[Plan]:
    for each in plans.changes_of(tx, practice):
        if each.state is plans.PlanState.APPROVED:
            try:
                yield parsed(each.text)
            except PlanError:  # an older Baton took it, this one would not
                continue


# ---- one case -------------------------------------------------------------------------------------------------------


def _look_at(at: Premises, case_id: str, versions: Versions, stretch: Stretch, sums: _Sums) -> None:
    with at.book.reading() as tx:
        case = reading.case_state(tx, case_id)
    sums.looked_at += 1
    present, proposed = _for(versions.present, case), _for(versions.proposed, case)
    if _says(present) == _says(proposed):
        sums.untouched += 1
        return
    with at.book.reading() as tx:
        entries = [each.entry for each in reading.history(tx, case_id)]
    heard = [LogEntry(each.fact, each.applied, each.actions) for each in entries]
    opening = Opening(case_id=case_id, claim=case.claim, opened_at=case.opened_at)
    before = live_again(opening, heard, present, stretch.until)
    sums.lived_again += 1
    sums.same += _really_was(opening, heard, case, versions, before, stretch)
    sums.add(case_id, compare(before, live_again(opening, heard, proposed, stretch.until), stretch))


def _for(plan: Plan, case: Case) -> PlanInForce:
    claim, secondary = case.claim, case.claim.secondary
    return plan.in_force(secondary.payer_id, secondary.payer_class, claim.provider_state, claim.line_of_business)


def _says(plan: PlanInForce) -> PlanInForce:
    """A plan without its name."""
    return plan.model_copy(update={"version": "", "digest": ""})


def _really_was(
    opening: Opening, heard: list[LogEntry], case: Case, versions: Versions, before: Life, stretch: Stretch
) -> bool:
    """Whether a life under the plans of the time is what the log has: the proof that living again tells the truth."""
    changes = [each.fact for each in heard if isinstance(each.fact, PlanChanged)]
    first = changes[0].from_version if changes else case.plan_version
    if not changes and first == versions.present.version:
        return is_same(before, heard)
    named = {first, *(each.to_version for each in changes)}
    if not named <= versions.known.keys():
        return False
    earlier = {version: _for(versions.known[version], case) for version in named}
    return is_same(live_again(opening, heard, earlier[first], stretch.until, earlier), heard)
