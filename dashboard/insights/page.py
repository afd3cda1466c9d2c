"""Insights: what a supervisor looks at every morning, each figure with what it counts, its table and its cases."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response
from starlette.exceptions import HTTPException

from dashboard.insights import drawings
from dashboard.insights.sums import KeptSums, Sums
from dashboard.insights.table import Table, as_csv
from dashboard.insights.tables import TABLES
from dashboard.premises import Premises
from dashboard.rendering import page
from dashboard.roles import Right
from dashboard.signing.visiting import At, Seen, Visitor, needs, note_access
from journey.words import Cents

PERIODS: Final = {"30": 30, "90": 90, "180": 180, "365": 365, "all": None}
"""Days that a period may have, by its name in the address."""

PERIOD_WORDS: Final = {
    "30": "30 days",
    "90": "90 days",
    "180": "half a year",
    "365": "a year",
    "all": "all time",
}
USUAL: Final = "90"

router = APIRouter(dependencies=[Depends(needs(Right.SEE_INSIGHTS))])


@router.get("/insights")
def show_insights(request: Request, at: At, visitor: Seen, period: str = USUAL, payer: str = "") -> HTMLResponse:
    """The page."""
    sums = _sums(request, at, visitor, period, payer)
    stack, stack_legend = drawings.stack_of_ages(sums)
    curve, curve_legend = drawings.curve_of_crossovers(sums)
    return page(
        request,
        "insights.html",
        sums=sums,
        period=period,
        payer=payer,
        periods=PERIOD_WORDS,
        tables={name: build(sums) for name, build in TABLES.items()},
        spark=drawings.spark_of_weeks(sums),
        stack=stack,
        stack_legend=stack_legend,
        hops=drawings.bars_of_hops(sums),
        breaks=drawings.bars_of_breaks(sums),
        curve=curve,
        curve_legend=curve_legend,
        false=drawings.bars_of_false(sums),
        found=drawings.bars_of_days(sums.found, sums, resolved=False),
        resolved=drawings.bars_of_days(sums.resolved, sums, resolved=True),
        first_pass=drawings.bars_of_first_pass(sums),
        first_pass_legend=drawings.FIRST_PASS,
        team=drawings.bars_of_team(sums),
        team_legend=drawings.TEAM,
        recovered=_recovered(sums),
        took=_took(sums),
        short=drawings.short,
    )


@router.get("/insights/{name}.csv", dependencies=[Depends(needs(Right.EXPORT))])
def download(request: Request, at: At, visitor: Seen, name: str, period: str = USUAL, payer: str = "") -> Response:
    """One table for a spreadsheet."""
    build = TABLES.get(name)
    if build is None:
        raise HTTPException(404)
    made: Table = build(_sums(request, at, visitor, period, payer))
    note_access(at, visitor, f"insights {name} as a file", cases=0)
    saved = {"Content-Disposition": f'attachment; filename="{made.name}.csv"'}
    return Response(as_csv(made), media_type="text/csv; charset=utf-8", headers=saved)


def _sums(request: Request, at: Premises, visitor: Visitor, period: str, payer: str) -> Sums:
    if period not in PERIODS:
        raise HTTPException(422, "This address names a period that does not exist")
    kept: KeptSums = request.app.state.sums
    sums = kept.sums(at, visitor.user.practice, payer or None, PERIODS[period])
    if payer and payer not in sums.names:
        raise HTTPException(404)
    return sums


def _recovered(sums: Sums) -> str:
    """The period's recovered money against the one before; empty where there is none to compare with."""
    before: Cents | None = sums.recovered_before
    if not before:
        return ""
    change = round(100 * (sums.recovered - before) / before)
    if not change:
        return "as much as in the period before"
    return f"{'up' if change > 0 else 'down'} {abs(change)}% on the period before"


def _took(sums: Sums) -> str:
    """The median of the period before; empty where there is none."""
    return f"was {sums.resolved_before[0].median} in the period before" if sums.resolved_before else ""
