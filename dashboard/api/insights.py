"""Figures for supervisors, and for dashboards of other systems: those of the insights page, with their definitions."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field

from casebook import reading
from casebook.reading import Overview
from dashboard.api.callers import Calling, needs
from dashboard.api.problems import problems
from dashboard.insights.page import PERIODS
from dashboard.insights.sums import KeptSums
from dashboard.insights.table import Table
from dashboard.insights.tables import TABLES
from dashboard.roles import Right
from dashboard.signing.visiting import At
from journey.words import Cents, Frozen, Moment

router = APIRouter(
    prefix="/insights",
    tags=["Insights"],
    dependencies=[Depends(needs(Right.SEE_INSIGHTS))],
    responses=problems(401, 403, 422, 429),
)


class Figures(Frozen):
    """What is stuck, where, for how long, with whom; and what became of the rest. Money is cents."""

    as_of: Moment
    since: Moment | None = Field(description="Events count from here on; what is stuck now, whatever the period.")
    at_risk: Cents = Field(description="All that is stuck, in cents.")
    cases: int = Field(description="All cases that are being worked.")
    overdue: int = Field(description="Those whose latest safe date is past.")
    recovered: Cents = Field(description="What secondaries paid on cases that were resolved in the period.")
    recovered_before: Cents | None = Field(description="The same in the period before; null without one.")
    recovered_by_week: tuple[Cents, ...] = Field(description="The same in each of the last twelve weeks.")
    overview: Overview = Field(description="Counts and sums of all cases of the practice, whatever payer is asked for.")
    tables: dict[str, Table] = Field(
        description="Each with its definitions. A column's `kind` is the unit of its cells: `cents`, `days`, `count`, "
        "`share` (0 to 1) or `words`."
    )


@router.get("")
def figures(
    request: Request,
    at: At,
    caller: Calling,
    period: Annotated[Literal["30", "90", "180", "365", "all"], Query(description="Days, back from now.")] = "90",
    payer_id: Annotated[str | None, Query(max_length=80, description="Only this secondary payer.")] = None,
) -> Figures:
    """Read the figures of the insights page; at most half a minute old. They name no patient."""
    kept: KeptSums = request.app.state.sums
    sums = kept.sums(at, caller.user.practice, payer_id, PERIODS[period])
    with at.book.reading() as tx:
        overview = reading.overview(tx, sums.scope.now, caller.user.practice)
    return Figures(
        as_of=sums.scope.now,
        since=sums.scope.since,
        at_risk=sums.at_risk,
        cases=sums.cases,
        overdue=sums.overdue,
        recovered=sums.recovered,
        recovered_before=sums.recovered_before,
        recovered_by_week=sums.by_week,
        overview=overview,
        tables={name: build(sums) for name, build in TABLES.items()},
    )
