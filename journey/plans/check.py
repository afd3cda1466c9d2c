"""What makes a plan valid: every problem of a plan file at once, each with its place and the way out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from itertools import combinations
from typing import Any

from pydantic import ValidationError

from journey.evidence.marks import Mark
from journey.plans.collections import CollectionsRule
from journey.plans.overrides import MATCHERS, OPTIONAL, SECTIONS, SINGLE, Document, Override, merged
from journey.plans.plan import (
    Benefit,
    Calendar,
    ClockRow,
    FilingRule,
    HoldRules,
    HopRow,
    Ladder,
    Settings,
    Span,
    Then,
    Unit,
)
from journey.words import EscalationKind, Frozen, Hop, PayerClass, Rung

CLOCKS = frozenset(
    {"T0", "T1", "T2", "T3", "T3R", "T4", "T5", "T6", "T7", "T8", "T9", "TA", "TQ", "T10", "T11", "T12", "T13"}
    | {"TS", "TB", "TC", "TD", "T14", "T14R", "TH", "T15", "TR", "T16", "T17"}
    | {"T2T", "T8S", "T9R", "T13P", "T13R", "TES", "THB", "TP", "TV"}
)
"""The clocks that a plan must have; without one of them some silence would go unnoticed."""

REACHES_A_PERSON = frozenset({*map(Then, (kind.value for kind in EscalationKind)), Then.SUPERVISOR})
"""What a hard alarm may lead to: an escalation, whose ladder ends with a supervisor, or a supervisor at once."""


class PlanError(ValueError):
    """A plan file that cannot be used; `problems` lists all that is wrong with it."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        """Takes the problems, each a line of its own with place and way out."""
        super().__init__("\n".join(problems))
        self.problems = problems


_ROWS: dict[str, tuple[type[Frozen], str]] = {
    "hops": (HopRow, "hop"),
    "clocks": (ClockRow, "name"),
    "filing": (FilingRule, "payer_class"),
    "ladders": (Ladder, "kind"),
}
_WHOLE: dict[str, type[Frozen]] = {"calendar": Calendar, "hold": HoldRules, "benefit": Benefit}
_PROVENANCE = frozenset({"source", "assumed"})


def check(document: Document) -> tuple[Override, ...]:
    """Checks a whole plan file and returns its overrides.

    Raises:
        PlanError: with every problem found.
    """
    shape = [*_shape_problems(document), *_provenance_problems(document)]
    sound = _sound(document)
    base = list(_value_problems(sound))
    overrides = [Override.read(number, table) for number, table in enumerate(sound["override"], start=1)]
    problems = (*shape, *base, *_override_problems(sound, overrides, base))
    if problems:
        raise PlanError(tuple(dict.fromkeys(problems)))
    return tuple(overrides)


# ---- The shape of the file ------------------------------------------------------------------------------------------


def _shape_problems(document: Document) -> Iterator[str]:
    if not isinstance(document.get("version"), str) or not document["version"].strip():
        yield 'version: is missing; write a name such as version = "clinic-3" and change it with every edit'
    for section in SECTIONS:
        if section not in document and section in OPTIONAL:
            continue
        if section not in document:
            yield f"{section}: the section is missing; take it over from the standard plan"
        elif not isinstance(document[section], Mapping):
            yield f"{section}: must be a table, written [{section}...]"
    known = ("version", "collections", "override", *SECTIONS)
    yield from (_unknown("the file", key, known) for key in document if key not in known)
    for place, value in _entries(document):
        if not isinstance(value, Mapping):
            yield f"{place}: must be a table, written [{place}] with source and assumed"


def _entries(document: Document) -> Iterator[tuple[str, Any]]:
    """Everything that should be a table with a source of its own, with its place."""
    for section in SECTIONS:
        values = document.get(section)
        if section in SINGLE and values is not None:
            yield section, values
        elif isinstance(values, Mapping):
            yield from ((f"{section}.{name}", value) for name, value in values.items())
    for section in ("collections", "override"):
        rows = document.get(section, [])
        numbered = enumerate(rows if isinstance(rows, list) else [rows], start=1)
        yield from ((f"{section} {number}", value) for number, value in numbered)


def tables(document: Document) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every table that carries a source, with its place ('clocks.T1', 'override 3')."""
    return ((place, value) for place, value in _entries(document) if isinstance(value, Mapping))


def _provenance_problems(document: Document) -> Iterator[str]:
    for place, table in tables(document):
        if not isinstance(table.get("source"), str) or not table["source"].strip():
            yield f"{place}: has no source; say where its values come from"
        if not isinstance(table.get("assumed"), bool):
            yield f"{place}: assumed is missing; true if nobody fixed the values, else false"


def _sound(document: Document) -> dict[str, Any]:
    """The part of the file whose shape is right, so that its values can be checked as well."""
    sound: dict[str, Any] = {section: {} for section in SECTIONS}
    for section in SECTIONS:
        values = document.get(section)
        if isinstance(values, Mapping):
            nested = {name: table for name, table in values.items() if isinstance(table, Mapping)}
            sound[section] = dict(values) if section in SINGLE else nested
    for section in ("collections", "override"):
        rows = document.get(section, [])
        sound[section] = [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
    return sound


# ---- Values ---------------------------------------------------------------------------------------------------------


def _value_problems(document: Document) -> Iterator[str]:
    for section, model in _WHOLE.items():
        yield from _model_problems(section, model, document[section])
    for section, (model, key) in _ROWS.items():
        for name, table in document[section].items():
            yield from _model_problems(f"{section}.{name}", model, table, {key: name})
    yield from _settings_problems(document["settings"])
    for number, table in enumerate(document["collections"], start=1):
        yield from _model_problems(f"collections {number}", CollectionsRule, table, kept=_PROVENANCE)
    yield from _clocks_problems(document["clocks"])
    yield from _hops_problems(document)
    yield from _ladders_problems(document["ladders"])
    yield from _filing_problems(document["filing"])


def _model_problems(
    place: str,
    model: type[Frozen],
    table: Document,
    identity: Mapping[str, str] | None = None,
    kept: frozenset[str] = frozenset(),
) -> Iterator[str]:
    """What a model refuses; `identity` are the fields that the table's own name stands for."""
    identity = identity or {}
    known = [key for key in model.model_fields if key not in identity and key not in _PROVENANCE - kept]
    yield from (_unknown(place, key, known) for key in table if key not in (*known, *_PROVENANCE))
    values = {key: value for key, value in table.items() if key not in _PROVENANCE - kept}
    try:
        model.model_validate({**values, **identity})
    except ValidationError as refused:
        for error in refused.errors(include_url=False):
            yield _told(place, error, identity)


def _told(place: str, error: Mapping[str, Any], identity: Mapping[str, str]) -> str:
    where = ".".join(str(part) for part in error["loc"] if part not in identity)
    spot = f"{place}.{where}" if where else place
    if error["type"] == "missing":
        return f"{spot}: is missing"
    if error["type"] == "enum":
        options = re.findall(r"'([^']*)'", str(error["ctx"]["expected"]))
        return f"{spot}: {error['input']!r} is not known{_suggestion(str(error['input']), options)}"
    return f"{spot}: {error['msg'].removeprefix('Value error, ')}"


def _unknown(place: str, key: str, known: Iterable[str]) -> str:
    return f"{place}: unknown key {key!r}{_suggestion(key, known)}"


def _suggestion(word: str, options: Iterable[str]) -> str:
    options = [str(option) for option in options]
    close = get_close_matches(word, options, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; known are {', '.join(options)}"


def _settings_problems(settings: Document) -> Iterator[str]:
    known = list(Settings.model_fields)
    yield from (_unknown("settings", name, known) for name in settings if name not in known)
    for name, table in settings.items():
        yield from (_unknown(f"settings.{name}", key, ["value"]) for key in table if key not in ("value", *_PROVENANCE))
    values = {name: table["value"] for name, table in settings.items() if "value" in table}
    yield from _model_problems("settings", Settings, {name: values[name] for name in values if name in known})


def _rows(section: str, tables_by_name: Document) -> dict[str, Any]:
    """The rows that can be read; what is wrong with the others is told by `_model_problems`."""
    model, key = _ROWS[section]
    found: dict[str, Any] = {}
    for name, table in tables_by_name.items():
        try:
            found[name] = model.model_validate({**table, key: name})
        except ValidationError:
            continue
    return found


# ---- Rules over the rows --------------------------------------------------------------------------------------------


def _clocks_problems(clocks: Document) -> Iterator[str]:
    for name in sorted(CLOCKS - set(clocks)):
        yield f"clocks.{name}: is missing; nobody would notice that silence, take it over from the standard plan"
    for name, row in _rows("clocks", clocks).items():
        yield from (f"clocks.{name}: {problem}" for problem in _clock_problems(row))


def _clock_problems(row: ClockRow) -> Iterator[str]:
    if row.hard is None:
        yield "has no hard time; a clock that never rings hides silence"
    if row.soft and row.hard and _hours(row.soft) >= _hours(row.hard):
        yield f"soft ({row.soft}) must come before hard ({row.hard})"
    if not row.starts or not row.stops:
        yield "needs at least one mark in starts and one in stops"
    for mark in sorted({*row.starts} & {*row.stops}):
        yield f"{mark} both starts and stops it; it would never run"
    if row.soft_then is Then.ASK_STATUS and Mark.ASKED in row.starts:
        yield "its soft alarm asks again and so restarts it for ever; let a person phone (soft_then = 'task')"
    if row.hard_then not in REACHES_A_PERSON and not _only_watches(row):
        yield f"hard_then = {row.hard_then.value!r} reaches no supervisor; use an escalation or 'supervisor'"
    yield from _large_problems(row)
    yield from _outreach_problems(row)


def _outreach_problems(row: ClockRow) -> Iterator[str]:
    for channel, after in row.outreach:
        if not channel.strip():
            yield "outreach: each task names its channel, such as 'letter'"
        if row.hard and _hours(after) >= _hours(row.hard):
            yield f"outreach by {channel} ({after}) must come before hard ({row.hard})"
    if len({channel for channel, _ in row.outreach}) < len(row.outreach):
        yield "outreach: each channel once; trying the same way again is no other attempt"


def _only_watches(row: ClockRow) -> bool:
    return row.hard_then is Then.CLOSE and row.starts == (Mark.RESOLVED,)


def _large_problems(row: ClockRow) -> Iterator[str]:
    large = row.soft_large or row.hard_large
    if (row.large_from is None) == bool(large):
        yield "large_from and the large spans go together; set both or neither"
    soft, hard = row.soft_large or row.soft, row.hard_large or row.hard
    if large and soft and hard and _hours(soft) >= _hours(hard):
        yield f"for large amounts soft ({soft}) must come before hard ({hard})"


def _hours(length: Span) -> float:
    """A span in hours for comparison, five business days to the week."""
    return length.count * {Unit.HOURS: 1.0, Unit.CALENDAR_DAYS: 24.0, Unit.BUSINESS_DAYS: 24.0 * 7 / 5}[length.unit]


def _hops_problems(document: Document) -> Iterator[str]:
    hops, clocks = document["hops"], document["clocks"]
    for hop in Hop:
        if hop not in hops:
            yield f"hops.{hop}: the hop is missing; every hop must be proven"
    present = [name for name in hops if name in list(Hop)]
    if present != [hop for hop in Hop if hop in present]:
        yield f"hops: must stand in the order of the journey: {', '.join(Hop)}"
    for name, row in _rows("hops", hops).items():
        for clock in row.clocks:
            if clock not in clocks:
                yield f"hops.{name}.clocks: no clock {clock!r}{_suggestion(clock, clocks)}"
        if not row.clocks:
            yield f"hops.{name}.clocks: is empty; name at least one clock that watches this hop"
        if row.then not in REACHES_A_PERSON:
            yield f"hops.{name}: then = {row.then.value!r} reaches no supervisor; use an escalation or 'supervisor'"


def _ladders_problems(ladders: Document) -> Iterator[str]:
    for kind in EscalationKind:
        if kind not in ladders:
            yield f"ladders.{kind}: is missing; an escalation of this kind would not climb"
    for name, row in _rows("ladders", ladders).items():
        rungs = [rung for rung, _ in row.rungs]
        if not rungs or rungs[-1] is not Rung.SUPERVISOR:
            yield f"ladders.{name}.rungs: does not reach a supervisor; the last rung must be 'supervisor'"
        if rungs != [rung for rung in Rung if rung in rungs]:
            yield f"ladders.{name}.rungs: must climb in the order {', '.join(Rung)}, each at most once"
        if not all(stay.count for _, stay in row.rungs) or not row.falls_back_after.count:
            yield f"ladders.{name}: a rung and falls_back_after must last longer than nothing"


def _filing_problems(filing: Document) -> Iterator[str]:
    for payer_class in PayerClass:
        if payer_class not in filing:
            yield f"filing.{payer_class}: is missing; every class of payer needs a limit, if only an assumed one"
    for name, row in _rows("filing", filing).items():
        if not _candidates(row):
            yield f"filing.{name}: sets no limit; write from_service, from_remit, years_from_service or year_end_after"


def _candidates(row: FilingRule) -> set[str]:
    return set(row.model_dump(exclude_none=True)) - {"payer_class", "assumed"}


# ---- Overrides ------------------------------------------------------------------------------------------------------


def _override_problems(document: Document, overrides: list[Override], base: list[str]) -> Iterator[str]:
    usable = []
    for override, table in zip(overrides, document["override"], strict=True):
        problems = list(_one_override(document, override, table))
        yield from (f"override {override.number}: {problem}" for problem in problems)
        usable += [] if problems else [override]
    for override in usable:
        yield from _combined_problems(document, (override,), base)
    for one, other in combinations(sorted(usable, key=lambda each: each.specificity), 2):
        if one.meets(other):
            yield from _pair_problems(document, one, other, base)


def _one_override(document: Document, override: Override, table: Document) -> Iterator[str]:
    known = (*MATCHERS, *SECTIONS, *_PROVENANCE)
    yield from (_unknown("this table", key, known) for key in table if key not in known)
    if not override.asks:
        yield f"matches every case; name at least one of {', '.join(MATCHERS)}, or change the plan itself"
    if "payer_class" in override.asks and override.asks["payer_class"] not in list(PayerClass):
        wanted = override.asks["payer_class"]
        yield f"payer_class {wanted!r} is not known{_suggestion(wanted, PayerClass)}"
    if not override.values:
        yield f"changes nothing; set a value of {', '.join(SECTIONS)}"
    for section, values in override.values.items():
        yield from _override_section(document, section, values)


def _override_section(document: Document, section: str, values: Any) -> Iterator[str]:
    if not isinstance(values, Mapping):
        yield f"{section}: must be a table of the values to replace"
        return
    if section in SINGLE or section == "filing":
        return
    for name, value in values.items():
        if name not in document[section]:
            yield f"{section}.{name}: the plan has none of that name{_suggestion(name, document[section])}"
        elif section != "settings" and not isinstance(value, Mapping):
            yield f"{section}.{name}: must be a table of the values to replace"


def _pair_problems(document: Document, one: Override, other: Override, base: list[str]) -> Iterator[str]:
    shared = sorted(one.sets & other.sets)
    if shared and one.specificity == other.specificity:
        yield (
            f"{one} and {other}: both set {', '.join(shared)} for the same case and neither is more specific;"
            " add a matcher to one of them"
        )
    elif _tables_of(one) & _tables_of(other):
        yield from _combined_problems(document, (one, other), base)


def _tables_of(override: Override) -> set[str]:
    return {place.rpartition(".")[0] for place in override.sets}


def _combined_problems(document: Document, overrides: tuple[Override, ...], base: list[str]) -> Iterator[str]:
    """What is wrong with the plan once these overrides are in place, and was not wrong before."""
    named = [each.asks["payer_class"] for each in overrides if "payer_class" in each.asks]
    together = merged(document, overrides, PayerClass(named[0]) if named else PayerClass.UNKNOWN)
    told = [problem for problem in _value_problems(together) if problem not in base]
    yield from (f"{' with '.join(map(str, overrides))}: {problem}" for problem in told)
