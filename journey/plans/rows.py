"""A plan as rows to print: what each value says, where it comes from, whether it is assumed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from journey.plans.check import tables
from journey.plans.file import Plan
from journey.plans.filing import filing_words
from journey.plans.overrides import MATCHERS, SECTIONS, SINGLE, Override, merged
from journey.plans.plan import ClockRow, FilingRule, HopRow
from journey.words import PayerClass


@dataclass(frozen=True)
class PlanRow:
    """One line of `baton plan show`."""

    section: str
    name: str
    title: str
    says: str
    source: str
    assumed: bool


def describe_plan(plan: Plan) -> tuple[PlanRow, ...]:
    """The whole plan as rows to print, section by section, each with its source."""
    return tuple(_row(place, table) for place, table in tables(plan.document))


def for_case(
    plan: Plan, payer: str, payer_class: PayerClass, state: str, line_of_business: str
) -> tuple[Plan, tuple[Override, ...]]:
    """The plan with the overrides for such a case in their places, and which they are, the most specific last."""
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


def _row(place: str, table: Mapping[str, Any]) -> PlanRow:
    section, _, name = place.replace(" ", ".").partition(".")
    title = str(table.get("title") or table.get("question") or table.get("name") or "")
    return PlanRow(section, name, title, _SAYS.get(section, _plain)(name, table), table["source"], table["assumed"])


def _says_hop(name: str, table: Mapping[str, Any]) -> str:
    row = HopRow.model_validate({**table, "hop": name})
    return (
        f"proven by {row.needs.name.lower()} or better; with {_words(row.holder)}; watched by {', '.join(row.clocks)};"
        f" silence means: {row.silence_means} → {_words(row.then)}"
    )


def _says_clock(name: str, table: Mapping[str, Any]) -> str:
    row = ClockRow.model_validate({**table, "name": name})
    alarms = [f"{row.soft} → {_words(row.soft_then)}"] if row.soft else []
    alarms += [f"{after} → reach them by {channel}" for channel, after in row.outreach]
    alarms.append(f"{row.hard} → {_words(row.hard_then)}")
    if row.large_from is not None:
        alarms.append(f"from ${row.large_from // 100:,}: {row.soft_large or row.soft}, {row.hard_large or row.hard}")
    return (
        f"{_words(row.holder)} must {row.pending}; from {_list(row.starts)}; {'; '.join(alarms)};"
        f" stopped by {_list(row.stops)}"
    )


def _says_filing(name: str, table: Mapping[str, Any]) -> str:
    rule = FilingRule.model_validate({**table, "payer_class": name})
    return "the earliest of: " + "; ".join(filing_words(rule))


def _says_ladder(_: str, table: Mapping[str, Any]) -> str:
    climbs = " → ".join(f"{_words(rung)} {stay}" for rung, stay in table["rungs"])
    return f"{climbs}; a taken task falls back after {table['falls_back_after']}"


def _says_override(_: str, table: Mapping[str, Any]) -> str:
    matchers = ", ".join(f"{_words(key)} {value}" for key, value in table.items() if key in MATCHERS)
    return f"{matchers}: {_plain('', {key: value for key, value in table.items() if key in SECTIONS})}"


def _says_collections(_: str, table: Mapping[str, Any]) -> str:
    days = f"{table['days']} days from {table['counts_from']}: " if "days" in table else ""
    since = f" (since {table['since']})" if "since" in table else ""
    return f"{table['applies_to']}: {days}{table['rule']}{since}"


def _plain(_: str, table: Mapping[str, Any]) -> str:
    return "; ".join(
        f"{path} = {value}" if path != "value" else f"{value}"
        for path, value in _leaves(table)
        if path not in ("source", "assumed")
    )


def _leaves(table: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{before}{key}.")
        else:
            yield before + key, value


def _list(marks: tuple[Any, ...]) -> str:
    return ", ".join(_words(each) for each in marks)


def _words(name: str) -> str:
    return str(name).replace("_", " ")


_SAYS = {
    "hops": _says_hop,
    "clocks": _says_clock,
    "filing": _says_filing,
    "ladders": _says_ladder,
    "override": _says_override,
    "collections": _says_collections,
}
