"""`baton plan`: what the deadlines are, where they come from, and whether a plan file can be used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from itertools import groupby
from pathlib import Path
from typing import Any

from cyclopts import App

from cli.failures import CommandError
from cli.home import Home, Json, settings_at
from cli.output import aside, heading, put_json, say, table
from cli.plan_choice import plan_in, plan_of
from journey.plan_file import Plan, PlanError
from journey.plan_overrides import SINGLE, Override, merged
from journey.plan_rows import PlanRow, describe_plan
from journey.words import PayerClass

app = App(name="plan", help="Read and check plans: the journey table and its deadlines.")


@app.command
def show(
    *,
    section: str = "",
    payer_class: PayerClass | None = None,
    payer: str = "",
    state: str = "",
    line_of_business: str = "",
    file: Path | None = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Print the plan: every hop, clock, limit and ladder with its source, and whether it is assumed.

    Named a payer, a class, a state or a line of business, it prints the plan as overrides make it for such cases.

    Example: `baton plan show --section clocks --payer-class medicaid --state NE`

    Args:
        section: Only this part: calendar, hops, clocks, filing, ladders, settings, hold, collections, override.
        payer_class: As for a secondary payer of this class.
        payer: As for this payer id.
        state: As for a provider in this state, two letters.
        line_of_business: As for this line of business.
        file: A plan file; the plan in force when absent.
    """
    plan = plan_in(file) if file else plan_of(settings_at(home))
    matching: tuple[Override, ...] = ()
    if payer_class or payer or state or line_of_business:
        plan, matching = _for_case(plan, payer, payer_class or PayerClass.UNKNOWN, state, line_of_business)
    rows = [each for each in describe_plan(plan) if section in ("", each.section)]
    if not rows:
        sections = dict.fromkeys(each.section for each in describe_plan(plan))
        raise CommandError(f"the plan has no such section; it has {', '.join(sections)}")
    if json:
        put_json(
            {"version": plan.version, "overrides": list(map(str, matching)), "rows": [asdict(row) for row in rows]}
        )
    else:
        _print(plan, matching, rows)


def _for_case(
    plan: Plan, payer: str, payer_class: PayerClass, state: str, line_of_business: str
) -> tuple[Plan, tuple[Override, ...]]:
    """The plan with the overrides for such a case in their places, and which they are."""
    matching = tuple(each for each in plan.overrides if each.matches(payer, payer_class, state, line_of_business))
    document = {**merged(plan.document, matching, payer_class)}
    rows = document.pop("override", [])
    for each in matching:
        origin = {"source": f"{each}: {rows[each.number - 1]['source']}", "assumed": each.assumed}
        for place in each.sets:
            section, _, value = place.partition(".")
            name = payer_class.value if section == "filing" else value.partition(".")[0]
            document[section] = _sourced(document[section], section, name, origin)
    return replace(plan, document=document, overrides=()), matching


def _sourced(tables: Mapping[str, Any], section: str, name: str, origin: Mapping[str, Any]) -> Mapping[str, Any]:
    """A section in which the value that an override set names the override as its source."""
    return {**tables, **origin} if section in SINGLE else {**tables, name: {**tables[name], **origin}}


def _print(plan: Plan, matching: tuple[Override, ...], rows: list[PlanRow]) -> None:
    say(heading(f"Plan {plan.version}"))
    for each in matching:
        say(f"with {each}")
    for section, of_section in groupby(rows, key=lambda row: row.section):
        lines = (_cells(row) for row in of_section)
        say("", heading(section), table(("name", "what it says", "source"), lines))
    say(aside("A source in brackets is assumed: nobody fixed the value; put your own in a plan file (BATON_PLAN)."))


def _cells(row: PlanRow) -> tuple[str, str, str]:
    says = f"{row.title}: {row.says}" if row.title else row.says
    return row.name, says, f"({row.source})" if row.assumed else row.source


@app.command
def check(file: Path, /, *, json: Json = False) -> int:
    """Check a plan file and list everything that is wrong with it, each with the way out.

    Ends with 1 when something is.

    Example: `baton plan check plan.toml`

    Args:
        file: The plan, as TOML.
    """
    problems: tuple[str, ...] = ()
    try:
        plan = plan_in(file)
    except PlanError as error:
        problems = error.problems
    if json:
        put_json({"usable": not problems, "problems": list(problems)})
    elif problems:
        say(f"{file} cannot be used; {len(problems)} problems:", *(f"  - {each}" for each in problems))
    else:
        say(f"{file} can be used: {', '.join(_summary(plan))}.")
    return 1 if problems else 0


def _summary(plan: Plan) -> Iterator[str]:
    rows = describe_plan(plan)
    yield f"version {plan.version}"
    yield f"{len(plan.document['clocks'])} clocks"
    yield f"{len(plan.overrides)} overrides"
    yield f"{sum(row.assumed for row in rows)} of {len(rows)} entries assumed"
