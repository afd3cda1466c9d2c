"""Writes the tables of the documentation from the plan, the facts, the settings and the commands.

    python docs/generate.py            writes them where they are out of date
    python docs/generate.py --check    ends with 1 when one is

The API's document for machines, `api-openapi.json`, is written likewise.

A table stands between `<!-- generated: NAME -->` and `<!-- end: NAME -->`; everything around it is written by hand.
"""

from __future__ import annotations

import inspect
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, get_args

from cyclopts import App

from cli.main import COMMANDS, build
from dashboard.api.app import openapi
from dashboard.api.overview import subjects
from dashboard.roles import RIGHT_WORDS, RIGHTS, ROLE_WORDS, Right, Role
from journey.benefits.file import FIELDS
from journey.benefits.questions import QUESTIONS
from journey.benefits.rules import OF_THE_WHOLE, RULES
from journey.benefits.words import Rule
from journey.facts import Fact, FactBase
from journey.plans.file import standard_plan
from journey.plans.filing import filing_words
from journey.plans.plan import ClockRow, FilingRule, HopRow
from journey.plans.rows import PlanRow, describe_plan
from journey.proofs import REFUTES, SUPPORTS
from packet.readers import DATUM_WORDS, Cell, Reader, cell
from worker.settings import HOME_MARK, SETTINGS

ROOT = Path(__file__).parents[1]
CONTRACT = ROOT / "docs" / "api-openapi.json"
BLOCK = re.compile(r"(<!-- generated: (?P<name>[\w-]+) -->\n).*?(<!-- end: (?P=name) -->)", re.DOTALL)
OWN_DESCRIPTION = re.compile(r"\n\s*(?:Args|Returns|Raises):\n.*", re.DOTALL)


def main(arguments: Sequence[str]) -> int:
    """Write or check every page; returns the exit code."""
    stale = [path for path in (*pages(), CONTRACT) if path.read_text(encoding="utf-8") != _fresh(path)]
    for path in stale:
        if "--check" not in arguments:
            path.write_text(_fresh(path), encoding="utf-8")
        sys.stdout.write(f"{path.relative_to(ROOT)}\n")
    return 1 if stale and "--check" in arguments else 0


def pages() -> tuple[Path, ...]:
    """Every page that may hold generated tables."""
    return (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))


def _fresh(path: Path) -> str:
    """The page with its tables as they are now; the API's document as it is now."""
    if path == CONTRACT:
        return openapi()
    return BLOCK.sub(
        lambda found: f"{found[1]}\n{TABLES[found['name']]()}\n{found[3]}", path.read_text(encoding="utf-8")
    )


def table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown; pipes inside cells are kept from ending them."""
    lines = [titles, ["---"] * len(titles), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def words(name: str) -> str:
    """A name of the code as people write it."""
    return str(name).replace("_", " ")


# ---- the plan -------------------------------------------------------------------------------------------------------


def _hops() -> list[HopRow]:
    return [HopRow.model_validate({**row, "hop": name}) for name, row in standard_plan().document["hops"].items()]


def _clocks() -> list[tuple[ClockRow, str]]:
    """Every clock of the plan with its source, which says when it is assumed."""
    document, sources = standard_plan().document["clocks"], standard_plan().sources
    return [
        (ClockRow.model_validate({**row, "name": name}), _source(sources[f"clocks.{name}"].text, row["assumed"]))
        for name, row in document.items()
    ]


def _source(text: str, assumed: bool) -> str:
    return f"assumed: {text}" if assumed else text


def journey_table() -> str:
    """The journey: one row for each hop."""
    titles = ("hop", "question", "who has the file", "proven from", "clocks", "silence means", "and leads to")
    return table(
        titles,
        (
            (
                f"**{row.hop}**",
                row.question,
                words(row.holder),
                f"{row.needs.name} (E{row.needs.value})",
                ", ".join(row.clocks),
                row.silence_means,
                words(row.then),
            )
            for row in _hops()
        ),
    )


def questions_table() -> str:
    """What to ask each side while a hop is open."""
    return table(
        ("hop", "ask our side", "ask the payer"),
        ((f"**{row.hop}**", row.ask_provider, row.ask_payer) for row in _hops()),
    )


def proofs_table() -> str:
    """Which marks prove a hop and which refute it."""
    return table(
        ("hop", "supported by", "refuted by"),
        ((f"**{hop}**", ", ".join(map(words, SUPPORTS[hop])), ", ".join(map(words, REFUTES[hop]))) for hop in SUPPORTS),
    )


def clocks_table() -> str:
    """When each clock rings and what it does then."""
    titles = ("clock", "who must do what", "soft", "hard", "silence means", "source")
    return table(
        titles,
        (
            (
                f"**{row.name}** {row.title}",
                f"{words(row.holder)} must {row.pending}",
                _soft(row),
                f"{row.hard}{_large(row, row.hard_large)}: {words(row.hard_then)}",
                row.silence_means,
                source,
            )
            for row, source in _clocks()
        ),
    )


def _large(row: ClockRow, span: object) -> str:
    return f" ({span} from ${row.large_from // 100:,})" if span and row.large_from is not None else ""


def _soft(row: ClockRow) -> str:
    """The soft time and what it does, then the tasks to reach whoever must act."""
    own = [f"{row.soft}{_large(row, row.soft_large)}: {words(row.soft_then)}"] if row.soft else []
    return "; ".join((*own, *(f"{channel} at {after}" for channel, after in row.outreach)))


def marks_of_clocks_table() -> str:
    """What starts, stops and moves each clock."""
    return table(
        ("clock", "started by", "stopped by", "moved by", "cut by the filing limit"),
        (
            (
                f"**{row.name}**",
                ", ".join(map(words, row.starts)),
                ", ".join(map(words, row.stops)),
                ", ".join(map(words, row.moved_by)) or "nothing",
                "yes" if row.capped else "no",
            )
            for row, _ in _clocks()
        ),
    )


def filing_table() -> str:
    """The filing limits by class of payer."""
    plan = standard_plan()
    rules = [
        (FilingRule.model_validate({**row, "payer_class": name}), plan.sources[f"filing.{name}"])
        for name, row in plan.document["filing"].items()
    ]
    return table(
        ("secondary payer", "the earliest of", "source"),
        ((rule.payer_class, "; ".join(filing_words(rule)), _source(of.text, of.assumed)) for rule, of in rules),
    )


def _plan_rows(*sections: str) -> Iterator[PlanRow]:
    return (row for row in describe_plan(standard_plan()) if row.section in sections)


def ladders_table() -> str:
    """How long each rung of an escalation may take."""
    rows = ((f"**{words(row.name)}**", row.says, _source(row.source, row.assumed)) for row in _plan_rows("ladders"))
    return table(("escalation", "rungs", "source"), rows)


def values_table() -> str:
    """The single values of the plan."""
    rows = _plan_rows("calendar", "hold", "benefit", "settings")
    return table(
        ("value", "is", "source"),
        ((f"`{row.name or row.section}`", row.says, _source(row.source, row.assumed)) for row in rows),
    )


def overrides_table() -> str:
    """What is different for one payer, class, state or line of business."""
    rows = ((row.says, _source(row.source, row.assumed)) for row in _plan_rows("override"))
    return table(("for whom: what", "source"), rows)


def collections_table() -> str:
    """What the law gives the patient."""
    return table(("rule", "says", "source"), ((row.title, row.says, row.source) for row in _plan_rows("collections")))


# ---- the order of benefits ------------------------------------------------------------------------------------------


def benefits_table() -> str:
    """The rules of the order of benefits, in the order in which they are tried."""
    return _rules(RULES)


def benefits_of_the_whole_table() -> str:
    """What more than two policies bring with them."""
    return _rules(OF_THE_WHOLE)


def _rules(rules: Iterable[Rule]) -> str:
    rows = ((f"**{each.name}**", each.section, each.says, _source(each.source, each.assumed)) for each in rules)
    return table(("rule", "field notes", "says", "source"), rows)


def benefit_questions_table() -> str:
    """What is asked when a fact is missing, and of whom."""
    rows = (
        (f"`{field}`", text.format(policy="…"), words(whom) if whom else "that policy's payer")
        for field, (text, whom) in QUESTIONS.items()
    )
    return table(("fact", "question", "asked of"), rows)


def benefit_words_table() -> str:
    """What the facts of a policy are called in a file and in commands."""
    return table(("in a file", "fact"), ((f"`{word}`", f"`{field}`") for word, field in FIELDS.items()))


# ---- facts, settings, commands --------------------------------------------------------------------------------------


def facts_table() -> str:
    """Every kind of fact, with what it carries besides what all facts carry."""
    kinds = get_args(get_args(Fact)[0])
    return table(
        ("fact", "is", "carries"),
        (
            (
                f"`{kind.model_fields['kind'].default}`",
                str(kind.__doc__).split("\n", maxsplit=1)[0],
                ", ".join(
                    f"`{name}`" for name in kind.model_fields if name not in FactBase.model_fields and name != "kind"
                ),
            )
            for kind in kinds
        ),
    )


def settings_table() -> str:
    """Every setting of the environment."""
    return table(
        ("variable", "default", "decides"),
        (
            (
                ", or ".join(f"`{name}`" for name in each.variables),
                f"`{each.default.replace(HOME_MARK, '$BATON_HOME')}`" if each.default else "none",
                each.sentence,
            )
            for each in SETTINGS
        ),
    )


def roles_table() -> str:
    """Who may do what on pages and API."""
    people = [role for role in Role if role is not Role.SERVICE]
    rows = ([RIGHT_WORDS[right], *("yes" if right in RIGHTS[role] else "" for role in people)] for right in Right)
    return table(["", *(ROLE_WORDS[role].lower() for role in people)], rows)


def readers_table() -> str:
    """What each reader of a packet gets of each kind of data."""
    return table(
        ("data", *Reader),
        ((told, *(_cell(cell(datum, reader)) for reader in Reader)) for datum, told in DATUM_WORDS.items()),
    )


def _cell(seen: Cell) -> str:
    return "" if seen is Cell.HIDDEN else seen.value


def commands_reference() -> str:
    """Every command with its own description and options."""
    return "\n".join(_command(name, command) for name, command in leaves())


def leaves() -> Iterator[tuple[str, App]]:
    """Every command that does something, by its full name."""
    for each in COMMANDS:
        app = build(each.name)[each.name]
        names = [name for name in app if not name.startswith("-")]
        yield from ((f"{each.name} {name}", app[name]) for name in names)
        if not names:
            yield each.name, app


def _command(name: str, app: App) -> str:
    function = app.default_command
    assert function is not None, name
    arguments = app.assemble_argument_collection(parse_docstring=True)
    rows = [(_option(each), _describe(each)) for each in arguments]
    about = OWN_DESCRIPTION.sub("", inspect.getdoc(function) or "").strip()
    return f"### baton {name}\n\n{about}\n\n{table(('option', 'meaning'), rows)}"


def _option(argument: Any) -> str:
    positional = argument.field_info.kind is inspect.Parameter.POSITIONAL_ONLY
    names = [argument.name.lstrip("-").upper()] if positional else list(argument.names)
    return ", ".join(f"`{name}`" for name in names) + (" (needed)" if argument.required else "")


def _describe(argument: Any) -> str:
    choices = argument.get_choices()
    listed = f" One of: {', '.join(choices)}." if choices else ""
    default = argument.field_info.default
    shown = argument.show_default and not argument.required and default not in (None, "", False)
    text = f"{argument.parameter.help or ''}{listed}{f' Default: {default}.' if shown else ''}"
    return " ".join(text.split())  # a row of a table is one line


def operations_table() -> str:
    """Every operation of the API, as its document describes it."""
    operations = ((subject.name, each) for subject in subjects(json.loads(openapi())) for each in subject.operations)
    rows = ((f"`{each.method} {each.path}`", each.says, subject) for subject, each in operations)
    return table(("operation", "what it does", "subject"), rows)


TABLES: dict[str, Callable[[], str]] = {
    "journey": journey_table,
    "questions": questions_table,
    "proofs": proofs_table,
    "clocks": clocks_table,
    "marks-of-clocks": marks_of_clocks_table,
    "filing": filing_table,
    "ladders": ladders_table,
    "values": values_table,
    "overrides": overrides_table,
    "collections": collections_table,
    "benefits": benefits_table,
    "benefits-of-the-whole": benefits_of_the_whole_table,
    "benefit-questions": benefit_questions_table,
    "benefit-words": benefit_words_table,
    "facts": facts_table,
    "settings": settings_table,
    "packet-readers": readers_table,
    "roles": roles_table,
    "api-operations": operations_table,
    "commands": commands_reference,
}
"""Every table by its name."""

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
