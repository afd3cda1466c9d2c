"""The plan as the pages show it: each value with its source, and the override that set it for a chosen case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

from journey.plans.file import Plan, Source
from journey.plans.overrides import SINGLE, Override
from journey.plans.plan import ClockRow, HopRow
from journey.plans.rows import PlanRow, describe_plan, for_case
from journey.words import PayerClass


@dataclass(frozen=True)
class Whom:
    """For what kind of case the plan is shown; nothing chosen is a case that no override is for."""

    payer_class: PayerClass | None = None
    payer: str = ""
    state: str = ""
    line_of_business: str = ""

    @property
    def chosen(self) -> bool:
        """Whether anything was chosen."""
        return bool(self.payer_class or self.payer or self.state or self.line_of_business)

    @property
    def matchers(self) -> dict[str, str]:
        """The same as an override names it."""
        named = {
            "payer": self.payer.strip(),
            "payer_class": self.payer_class.value if self.payer_class else "",
            "state": self.state.strip().upper(),
            "line_of_business": self.line_of_business.strip(),
        }
        return {key: value for key, value in named.items() if value}


@dataclass(frozen=True)
class ClockShown:
    """A clock, and which of its values an override set."""

    row: ClockRow
    source: Source
    watches: tuple[str, ...]
    """The hops that it watches."""
    overridden: frozenset[str]


@dataclass(frozen=True)
class HopShown:
    """A hop of the journey table."""

    row: HopRow
    source: Source
    overridden: frozenset[str]


@dataclass(frozen=True)
class OverrideShown:
    """An override, and what becomes of it for the chosen case."""

    row: PlanRow
    number: int
    matches: bool
    outranked: tuple[str, ...]
    """The values that a more specific override sets instead, each with that override."""


@dataclass(frozen=True)
class PlanShown:
    """A plan for one kind of case."""

    version: str
    digest: str
    hops: tuple[HopShown, ...]
    clocks: tuple[ClockShown, ...]
    rows: Mapping[str, tuple[PlanRow, ...]]
    """All other values by section."""
    overrides: tuple[OverrideShown, ...]
    assumed: int
    entries: int


def shown(plan: Plan, whom: Whom) -> PlanShown:
    """A plan as it is for one kind of case."""
    payer_class = whom.payer_class or PayerClass.UNKNOWN
    merged, matching = for_case(plan, whom.payer, payer_class, whom.state, whom.line_of_business)
    winners = {place: each for each in matching for place in each.sets}
    in_force = plan.in_force(whom.payer, payer_class, whom.state, whom.line_of_business)
    hops = tuple(_hop(merged, name, winners) for name in merged.document["hops"])
    whole = describe_plan(plan)
    return PlanShown(
        version=plan.version,
        digest=in_force.digest,
        hops=hops,
        clocks=tuple(_clock(merged, name, winners, hops) for name in merged.document["clocks"]),
        rows={section: tuple(rows) for section, rows in groupby(describe_plan(merged), lambda row: row.section)},
        overrides=tuple(_override(row, plan, matching, winners) for row in whole if row.section == "override"),
        assumed=sum(row.assumed for row in whole),
        entries=len(whole),
    )


def _hop(plan: Plan, name: str, winners: Mapping[str, Override]) -> HopShown:
    row = HopRow.model_validate({**plan.document["hops"][name], "hop": name})
    return HopShown(row, _source(plan, "hops", name), _set_in(winners, f"hops.{name}."))


def _clock(plan: Plan, name: str, winners: Mapping[str, Override], hops: tuple[HopShown, ...]) -> ClockShown:
    row = ClockRow.model_validate({**plan.document["clocks"][name], "name": name})
    watches = tuple(each.row.hop.value for each in hops if name in each.row.clocks)
    return ClockShown(row, _source(plan, "clocks", name), watches, _set_in(winners, f"clocks.{name}."))


def _source(plan: Plan, section: str, name: str) -> Source:
    table = plan.document[section] if section in SINGLE else plan.document[section][name]
    return Source(table["source"], table["assumed"])


def _set_in(winners: Mapping[str, Override], table: str) -> frozenset[str]:
    return frozenset(place.removeprefix(table) for place in winners if place.startswith(table))


def _override(
    row: PlanRow, plan: Plan, matching: tuple[Override, ...], winners: Mapping[str, Override]
) -> OverrideShown:
    override = next(each for each in plan.overrides if str(each.number) == row.name)
    outranked = (
        f"{place}: override {winners[place].number}"
        for place in sorted(override.sets)
        if override in matching and winners[place] is not override
    )
    return OverrideShown(row, override.number, override in matching, tuple(outranked))
