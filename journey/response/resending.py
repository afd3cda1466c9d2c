"""What speaks against sending a claim again now: told to the supervisor who may order it all the same (I2, I6)."""

from __future__ import annotations

from collections.abc import Iterator

from journey.case import Case
from journey.evidence.marks import Mark
from journey.evidence.reading import Reading, read
from journey.plans.plan import PlanInForce
from journey.response.sending import QUESTIONED, embargo_end, is_alive, may_be_duplicate
from journey.words import MODE_WORDS, Frozen, Moment
from journey.workdays import plan_workdays


class Objection(Frozen):
    """One reason to wait."""

    rule: str
    """The invariant behind it."""
    says: str


def objections(case: Case, plan: PlanInForce, now: Moment) -> tuple[Objection, ...]:
    """Every reason not to send this case's claim now; a supervisor's order overrules them, nothing else does.

    Args:
        case: the case as last written.
        plan: the plan in force for it.
        now: case time.
    """
    reading = read(case.claim, case.evidence, plan)
    found = _order(case, reading)
    if not may_be_duplicate(case, reading):
        return tuple(found)
    return (*_embargo(reading, plan, now), *_duplicate(reading, plan), *found)


def _embargo(reading: Reading, plan: PlanInForce, now: Moment) -> Iterator[Objection]:
    ends = embargo_end(reading, plan)
    if ends and plan_workdays(plan).local_date(now) < ends:
        yield Objection(
            rule="I2",
            says=f"the primary announced that it forwards the claim: until {ends} ours may arrive as a duplicate",
        )


def _duplicate(reading: Reading, plan: PlanInForce) -> Iterator[Objection]:
    """A claim that was sent or seen, and that nothing undid, may still be decided (F11)."""
    if not is_alive(reading):
        return
    seen = reading.current(Mark.SUBMITTED, Mark.RECEIVED, Mark.ACCEPTED, Mark.DUPLICATE, Mark.DECIDED)
    since = f" since {plan_workdays(plan).local_date(seen.at)}" if seen else ""
    yield Objection(rule="I2", says=f"a claim is alive at the payer{since}: another one would be a duplicate")


def _order(case: Case, reading: Reading) -> Iterator[Objection]:
    for each in case.break_points:
        if each.mode in QUESTIONED:
            yield Objection(rule="I6", says=f"{MODE_WORDS[each.mode]}: the order is put right first")
    if reading.primary_open:
        yield Objection(rule="F18", says="the primary took its decision back, and has not decided again")
