"""Plans as people write them: TOML in, the plan in force for one case out, every value with its source."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache, cached_property
from hashlib import sha256
from importlib.resources import files

from journey.plans.check import PlanError, check, tables
from journey.plans.collections import CollectionsRule
from journey.plans.overrides import Document, Override, merged
from journey.plans.plan import PlanInForce
from journey.words import PayerClass

__all__ = ["Plan", "PlanError", "Source", "parse_plan", "standard_plan", "standard_text"]


@dataclass(frozen=True)
class Source:
    """Where a value comes from, and whether somebody had to assume it."""

    text: str
    assumed: bool


@dataclass(frozen=True, eq=False)
class Plan:
    """A validated plan with everything that people want to know about it; made by `parse_plan`."""

    version: str
    document: Document = field(repr=False)
    overrides: tuple[Override, ...] = field(repr=False)
    """In the order in which they apply: the most specific last."""
    collections: tuple[CollectionsRule, ...] = field(repr=False)
    _remembered: dict[tuple[tuple[Override, ...], PayerClass], PlanInForce] = field(default_factory=dict, repr=False)

    def in_force(
        self, payer_id: str, payer_class: PayerClass, state: str = "", line_of_business: str = ""
    ) -> PlanInForce:
        """The plan for one case, by its secondary payer, the provider's state and the line of business."""
        matching = tuple(
            each for each in self.overrides if each.matches(payer_id, payer_class, state, line_of_business)
        )
        known = (matching, payer_class)
        if known not in self._remembered:
            self._remembered[known] = _in_force(merged(self.document, matching, payer_class))
        return self._remembered[known]

    @property
    def time_zone(self) -> str:
        """The provider's time zone (IANA), in which days begin and end."""
        return str(self.document["calendar"]["time_zone"])

    @cached_property
    def sources(self) -> dict[str, Source]:
        """The source of every table of the file, by its place ('clocks.T1', 'override 3')."""
        return {place: Source(table["source"], table["assumed"]) for place, table in tables(self.document)}


def parse_plan(text: str) -> Plan:
    """Reads a plan file (TOML).

    Raises:
        PlanError: something is wrong; its `problems` name everything that is, each with place and way out.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise PlanError((f"the file is not TOML: {problem}",)) from None
    overrides = check(document)
    collections = tuple(CollectionsRule.model_validate(each) for each in document.get("collections", []))
    ordered = tuple(sorted(overrides, key=lambda each: each.specificity))
    return Plan(version=document["version"], document=document, overrides=ordered, collections=collections)


@cache
def standard_plan() -> Plan:
    """The plan that ships with Baton."""
    return parse_plan(standard_text())


def standard_text() -> str:
    """The same plan as it is written."""
    return files("journey.plans").joinpath("standard_plan.toml").read_text(encoding="utf-8")


def _in_force(document: Document) -> PlanInForce:
    plan = PlanInForce.model_validate(
        {
            "version": document["version"],
            "digest": "",
            **document["calendar"],
            **{name: table["value"] for name, table in document["settings"].items()},
            "hops": [{**table, "hop": name} for name, table in document["hops"].items()],
            "clocks": [{**table, "name": name, "title": ""} for name, table in document["clocks"].items()],
            "filing": [{**table, "payer_class": name} for name, table in document["filing"].items()],
            "ladders": [{**table, "kind": name} for name, table in document["ladders"].items()],
            "hold": document["hold"],
            "benefit": document.get("benefit", {}),
        }
    )
    digest = sha256(plan.model_dump_json().encode()).hexdigest()[:16]
    return plan.model_copy(update={"digest": digest})
