"""The forms in which a change of plan is proposed: what was typed, the plan that it makes, everything wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from dashboard.plan.differences import differences
from dashboard.plan.edits import Edit, EditError, Value, edited
from dashboard.plan.view import Whom
from journey.plans.file import Plan, PlanError
from journey.words import Frozen, PayerClass
from worker.plan_in_force import parsed

What = Literal["clock", "hop", "filing", "setting", "text"]
"""What a form changes."""

WHAT_WORDS: Final[Mapping[What, str]] = {
    "clock": "A clock",
    "hop": "What proves a hop",
    "filing": "A filing limit",
    "setting": "A single value",
    "text": "The whole text",
}
FILING_KEYS: Final = ("from_service", "from_remit", "years_from_service", "year_end_after")
_SECTIONS: Final[Mapping[str, str]] = {"clock": "clocks", "hop": "hops", "filing": "filing", "setting": "settings"}


class Typed(Frozen):
    """What somebody typed into a form, as typed; an empty field leaves a value as it is."""

    what: What = "clock"
    name: str = ""
    """The clock, hop, payer class or setting."""
    soft: str = ""
    hard: str = ""
    needs: str = ""
    from_service: str = ""
    from_remit: str = ""
    years_from_service: str = ""
    year_end_after: str = ""
    value: str = ""
    payer: str = ""
    payer_class: str = ""
    state: str = ""
    line_of_business: str = ""
    source: str = ""
    fixed: str = ""
    """Ticked: a contract or rule fixes the value, so that it is not assumed."""
    version: str = ""
    reason: str = ""
    text: str = ""

    @property
    def whom(self) -> Whom:
        """For what kind of case the value is to be; nothing: for all."""
        payer_class = PayerClass(self.payer_class) if self.payer_class in list(PayerClass) else None
        return Whom(payer_class, self.payer, self.state, self.line_of_business)


@dataclass(frozen=True)
class Present:
    """The plan in force, as it is written and as it is read."""

    text: str
    plan: Plan


class ProposalError(Exception):
    """A form that makes no plan; `problems` says everything that is wrong, each with the way out."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        """Take the problems, one sentence each."""
        super().__init__("\n".join(problems))
        self.problems = problems


def begun(what: What, name: str, present: Present, version: str, whom: Whom) -> Typed:
    """A form as it is first shown: with the present values of what it is about."""
    section = _SECTIONS.get(what)
    table = present.plan.document[section].get(name, {}) if section else {}
    values = {key: str(table[key]) for key in ("soft", "hard", "needs", *FILING_KEYS) if key in table}
    return Typed(
        what=what,
        name=name,
        version=version,
        text=_with_version(present.text, version) if what == "text" else "",
        value=_plainly(table["value"]) if "value" in table else "",
        payer=whom.payer,
        payer_class=whom.payer_class.value if whom.payer_class else "",
        state=whom.state,
        line_of_business=whom.line_of_business,
        **values,
    )


def proposed(typed: Typed, present: Present) -> str:
    """The whole text of the plan that a form makes.

    Raises:
        ProposalError: with everything that is wrong: what is missing in the form, and all that the plan's own check
            finds.
    """
    missing = list(_missing(typed))
    try:
        text = typed.text.replace("\r\n", "\n") if typed.what == "text" else _changed(typed, present)
        plan = parsed(text)
    except PlanError as error:
        raise ProposalError((*missing, *error.problems)) from None
    except (EditError, ValueError) as error:
        raise ProposalError((*missing, str(error))) from None
    if not any(each.place != "version" for each in differences(present.plan.document, plan.document)):
        missing.append("Nothing would change: every value is as it is now.")
    if missing:
        raise ProposalError(tuple(missing))
    return text


def next_version(taken: set[str], practice: str) -> str:
    """A version that no plan has yet."""
    number = 1
    while f"{practice}-{number}" in taken:
        number += 1
    return f"{practice}-{number}"


def _missing(typed: Typed) -> list[str]:
    wanted = {"reason": "Say why the plan should change."}
    if typed.what != "text":
        wanted |= {
            "source": "Say where the value comes from: a contract, a rule, or that it is assumed.",
            "version": "Give the plan a version of its own.",
            "name": "Choose what is to change.",
        }
    return [problem for name, problem in wanted.items() if not getattr(typed, name).strip()]


def _changed(typed: Typed, present: Present) -> str:
    section = _SECTIONS[typed.what]
    if typed.name not in present.plan.document[section]:
        raise EditError(f"The plan has no such entry in {section}; choose one of the list.")
    values = _values(typed, present)
    origin: dict[str, Value] = {"source": typed.source.strip(), "assumed": not typed.fixed}
    matchers = typed.whom.matchers
    if typed.what == "filing" and matchers.get("payer_class", typed.name) != typed.name:
        raise EditError("A filing limit is of one class: choose the same class twice, or leave the second one empty.")
    if not matchers or (typed.what == "filing" and set(matchers) == {"payer_class"}):
        edit = Edit(f"{section}.{typed.name}", {**values, **origin})
        return edited(present.text, [edit], typed.version.strip())
    if typed.what == "filing" and "payer" not in matchers:
        matchers["payer_class"] = typed.name
    way = {"filing": "filing", "setting": "settings"}.get(typed.what, f"{section}.{typed.name}")
    dotted = {f"{way}.{key}" if key != "value" else f"{way}.{typed.name}": value for key, value in values.items()}
    return edited(present.text, [Edit("", {**dotted, **origin}, matchers)], typed.version.strip())


def _values(typed: Typed, present: Present) -> dict[str, Value]:
    if typed.what == "clock":
        return {key: each for key, each in (("soft", typed.soft.strip()), ("hard", typed.hard.strip())) if each}
    if typed.what == "hop":
        return {"needs": typed.needs}
    if typed.what == "filing":
        return {key: _number(getattr(typed, key), key) for key in FILING_KEYS}
    return {"value": _like(present.plan.document["settings"][typed.name]["value"], typed.value.strip(), typed.name)}


def _number(given: str, key: str) -> int | None:
    if not given.strip():
        return None
    if not given.strip().isdecimal():
        raise EditError(f"{key.replace('_', ' ')}: write a whole number, or leave it empty")
    return int(given)


def _like(present: Any, given: str, name: str) -> Value:
    """What was typed, as the kind of value that stands there now."""
    if isinstance(present, list):
        parts = [each.strip() for each in given.split(",") if each.strip()]
        return [_number(each, name) for each in parts] if all(isinstance(each, int) for each in present) else parts
    if isinstance(present, int):
        number = _number(given, name)
        if number is None:
            raise EditError(f"{name.replace('_', ' ')}: write a whole number")
        return number
    return given


def _with_version(text: str, version: str) -> str:
    try:
        return edited(text, [], version)
    except EditError:
        return text


def _plainly(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


WHATS: Final[tuple[What, ...]] = get_args(What)
