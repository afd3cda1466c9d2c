"""`baton plan`: what the deadlines are, where they come from, and whether a plan file can be used."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from itertools import groupby
from pathlib import Path

from cyclopts import App

from casebook import plans
from casebook.errors import NotMigratedError
from cli.failures import CommandError
from cli.home import Home, Json, has_casebook, office, settings_at
from cli.output import aside, heading, put_json, say, table
from cli.plan_choice import plan_in, plan_of
from journey.plans.file import Plan, PlanError
from journey.plans.overrides import Override
from journey.plans.rows import PlanRow, describe_plan, for_case
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
    plan, approved = (plan_in(file), "") if file else _in_force(home)
    matching: tuple[Override, ...] = ()
    if payer_class or payer or state or line_of_business:
        plan, matching = for_case(plan, payer, payer_class or PayerClass.UNKNOWN, state, line_of_business)
    rows = [each for each in describe_plan(plan) if section in ("", each.section)]
    if not rows:
        sections = dict.fromkeys(each.section for each in describe_plan(plan))
        raise CommandError(f"the plan has no such section; it has {', '.join(sections)}")
    if json:
        put_json(
            {"version": plan.version, "overrides": list(map(str, matching)), "rows": [asdict(row) for row in rows]}
        )
    else:
        _print(plan, approved, matching, rows)


def _in_force(home: Path | None) -> tuple[Plan, str]:
    """The plan under which cases open now, and who approved it; nobody where it is that of the settings."""
    settings = settings_at(home)
    if not has_casebook(settings):
        return plan_of(settings), ""
    try:
        with office(home) as at, at.book.reading() as tx:
            change = plans.in_force(tx, settings.practice)
            plan = at.plan
            if change is None or change.decided_at is None or change.version != plan.version:
                return plan, ""
            return plan, f"Approved by {change.decided_by} on {at.calendar.minute(change.decided_at)}."
    except NotMigratedError:  # of a version in which nobody could approve a plan
        return plan_of(settings), ""


def _print(plan: Plan, approved: str, matching: tuple[Override, ...], rows: list[PlanRow]) -> None:
    say(heading(f"Plan {plan.version}"))
    if approved:
        say(approved)
    for each in matching:
        say(f"with {each}")
    for section, of_section in groupby(rows, key=lambda row: row.section):
        lines = (_cells(row) for row in of_section)
        say("", heading(section), table(("name", "what it says", "source"), lines))
    say(aside("A source in brackets is assumed: nobody fixed the value; put your own in a plan, by page or by file."))


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
