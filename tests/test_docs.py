"""The documentation cannot fall behind: what the product has is described, and what is described is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import get_args

import pytest

from casebook.audit import Rule
from journey.case import HoldState
from journey.claim import Claim, Coverage
from journey.evidence.marks import Mark
from journey.facts import Fact, Said
from journey.plans.file import standard_plan
from journey.stories.musts import check_of
from journey.stories.notes import Note, Scene
from journey.stories.phrases import hear
from journey.words import BreakState, EscalationKind, Grade, Hop, Mode, Resolution, Rung, Switch
from worker.settings import SETTINGS
from workflows.search_keys import SENTENCES

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PACKAGES = ("journey", "edi", "workflows", "activities", "worker", "casebook", "packet", "sandbox", "cli")
PAGES = sorted(
    (ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "deploy/README.md")),
) + sorted(DOCS.rglob("*.md"))
LINK = re.compile(r"\]\(([^)\s]+)\)")
CITED = re.compile(r"field notes,?\s*\(?(?:section )?((?:\d(?:\.\d+)?)(?:(?:, | and | to )\d\.\d+)*)", re.IGNORECASE)


def text(name: str) -> str:
    """A page by its path from the root."""
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    """The script that writes the tables."""
    spec = spec_from_file_location("docs_generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# ---- tables ---------------------------------------------------------------------------------------------------------


def test_every_table_is_up_to_date(generate: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    """Tables show the plan, facts, settings and commands as they are; `python docs/generate.py` writes them again."""
    assert generate.main(["--check"]) == 0, capsys.readouterr().out


def test_every_table_stands_somewhere(generate: ModuleType) -> None:
    """No generated table is left out of the pages, and no page asks for one that does not exist."""
    asked = {name for path in PAGES for name in re.findall(r"<!-- generated: ([\w-]+) -->", path.read_text())}
    assert asked == set(generate.TABLES)


@pytest.mark.parametrize("page", ["README.md", "docs/journey.md"])
def test_the_journey_table_is_the_plan(page: str) -> None:
    """A visitor reads the very rows that cases follow: question, grade, clocks and what silence means."""
    table = text(page).split("<!-- generated: journey -->")[1].split("<!-- end: journey -->")[0]
    rows = {line.split("|")[1].strip(" *"): line for line in table.splitlines() if line.startswith("| **")}
    for name, row in standard_plan().document["hops"].items():
        wanted = (row["question"], row["needs"], row["silence_means"], ", ".join(row["clocks"]))
        assert [each for each in wanted if each not in rows[name]] == []


# ---- everything is described ----------------------------------------------------------------------------------------


def _first_cells(page: str) -> str:
    """The first column of every table of a page, where names stand."""
    return "\n".join(line.split("|")[1] for line in text(page).splitlines() if line.startswith("|"))


@pytest.mark.parametrize("mode", Mode)
def test_every_break_point_has_a_row(mode: Mode) -> None:
    """For each mode: what it is, what speaks for it from both sides, where it leads, what ends it."""
    assert f"**{mode.value}**" in _first_cells("docs/journey.md")


@pytest.mark.parametrize("kind", EscalationKind)
def test_every_escalation_has_a_row(kind: EscalationKind) -> None:
    """For each way out: what raises it, who owns it, what ends it; and its ladder."""
    assert f"`{kind.value}`" in _first_cells("docs/journey.md")
    assert f"**{kind.value.replace('_', ' ')}**" in _first_cells("docs/clocks.md")


@pytest.mark.parametrize("clock", standard_plan().document["clocks"])
def test_every_clock_has_its_rows(clock: str) -> None:
    """For each clock: when it rings and what then, and what starts, stops and moves it."""
    assert len(re.findall(rf"\*\*{clock}\*\*", _first_cells("docs/clocks.md"))) == 2


@pytest.mark.parametrize("mark", Mark)
def test_every_mark_has_a_meaning(mark: Mark) -> None:
    """Whoever writes a plan knows when each mark is made."""
    assert re.search(rf"(^|[ ,]){mark.value}($|[ ,])", _first_cells("docs/clocks.md"), re.MULTILINE)


@pytest.mark.parametrize("kind", [each.model_fields["kind"].default for each in get_args(get_args(Fact)[0])])
def test_every_fact_says_what_it_carries_and_changes(kind: str) -> None:
    """For each kind of fact two rows: what it is, and what it changes."""
    assert _first_cells("docs/facts.md").count(f"`{kind}`") == 2


@pytest.mark.parametrize("said", Said)
def test_every_saying_has_a_row(said: Said) -> None:
    """Whoever logs a contact can look up what it must be to count."""
    assert f"`{said.value}`" in _first_cells("docs/facts.md")


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda each: each.env)
def test_every_setting_is_described(setting: object) -> None:
    """Each variable, the one for a file included, stands in the table with its sentence."""
    rows = text("docs/settings.md")
    assert all(f"`{name}`" in rows for name in setting.variables)  # type: ignore[attr-defined]
    assert setting.sentence in rows  # type: ignore[attr-defined]


def test_every_command_is_described(generate: ModuleType) -> None:
    """Each command has a heading of its own with its options, and the groups of `baton --help` are all there."""
    page = text("docs/commands.md")
    described = set(re.findall(r"^### baton (.+)$", page, re.MULTILINE))
    assert described == {name for name, _ in generate.leaves()}
    for name, app in generate.leaves():
        section = page.split(f"### baton {name}\n")[1].split("\n### ")[0]
        for argument in app.assemble_argument_collection(parse_docstring=True):
            assert generate._option(argument) in section


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("docs/glossary.md", [*Hop, *BreakState, *Resolution, "break point", "hold", "attempt", "embargo", "tempo"]),
        (
            "docs/journey.md",
            [*HoldState, *Switch, *Hop, *(each.name for each in Grade), *(f"I{n}" for n in range(1, 12))],
        ),
        ("docs/operations.md", [*(each.name for each in SENTENCES), "postgresql+psycopg", "SIGTERM", "identifiers"]),
        ("docs/clocks.md", [each.replace("_", " ") for each in Rung]),
    ],
)
def test_every_word_is_explained(page: str, words: list[str]) -> None:
    """The words of the product stand where people look them up."""
    known = text(page)
    assert [word for word in words if word not in known and word.replace("_", " ") not in known] == []


def test_what_the_audit_finds_is_explained() -> None:
    """Each breach that the audit can name can be traced to an invariant or to the operator's page."""
    known = text("docs/operations.md") + text("docs/journey.md")
    told = {
        Rule.NO_CLOCK: "has a clock",
        Rule.NO_HOLDER: "a holder",
        Rule.NO_PENDING_ACTION: "a pending action",
        Rule.OVERDUE: "overdue",
        Rule.NO_HOLD: "without a hold",
        Rule.TWO_FIRST_CLAIMS: "two first-time claims",
        Rule.FILE_UNFINISHED: "file_unfinished",
        Rule.CHAIN_BROKEN: "chain_broken",
    }
    assert {rule for rule in Rule if told[rule] not in known} == set()


@pytest.mark.parametrize("page", ["docs/operations.md", "docs/ledger.md", "docs/stories.md"])
def test_every_guide_ends_in_verify_and_troubleshooting(page: str) -> None:
    """Whoever follows steps can see that they worked, and what to do when they did not."""
    for section in text(page).split("\n## ")[1:]:
        if re.search(r"^1\. ", section, re.MULTILINE):
            assert "**Verify**" in section
            assert "**Troubleshooting**" in section


# ---- what is written is true ----------------------------------------------------------------------------------------


def _anchors(path: Path) -> set[str]:
    """The anchors of a page's headings, as the common viewers make them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_relative_link_resolves(path: Path) -> None:
    """A link leads to a file of the repository, and to a heading that is there."""
    for link in LINK.findall(path.read_text(encoding="utf-8")):
        if "://" in link:
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        assert target.exists(), f"{link} leads nowhere"
        assert target.is_relative_to(ROOT), f"{link} leads out of the repository"
        assert not anchor or anchor in _anchors(target), f"{link} names no heading"


def test_every_page_can_be_reached() -> None:
    """No page is an orphan: each is linked from another."""
    linked = {
        (path.parent / link.partition("#")[0]).resolve() for path in PAGES for link in LINK.findall(path.read_text())
    }
    entrances = {"README.md", "CHANGELOG.md", "docs/README.md"}
    assert {str(path.relative_to(ROOT)) for path in PAGES if path not in linked} <= entrances


def _cited() -> Iterator[tuple[str, str]]:
    """Every section of the field notes that code, plan and tests cite, with the file that does."""
    folders = (*PACKAGES, "tests")
    files = [path for folder in folders for ending in ("py", "toml") for path in (ROOT / folder).rglob(f"*.{ending}")]
    for path in (*files, DOCS / "ledger-openapi.json"):
        for found in CITED.findall(path.read_text(encoding="utf-8")):
            for number in re.findall(r"\d(?:\.\d+)?", found):
                yield number, str(path.relative_to(ROOT))


def test_every_cited_field_note_is_there() -> None:
    """A rule's source can be looked up: each section number that is cited is a heading of the field notes."""
    notes = text("docs/field-notes.md")
    sections = set(re.findall(r"^##+ (\d(?:\.\d+)?) ", notes, re.MULTILINE))
    sections |= {f"0.{fact}" for fact in re.findall(r"^(\d+)\. ", notes.split("\n## 1 ")[0], re.MULTILINE)}
    cited = list(_cited())
    assert len(cited) > 100
    assert {(number, path) for number, path in cited if number not in sections} == set()


def test_the_examples_of_the_story_guide_can_be_read() -> None:
    """Every note and statement shown in the guide is one that stories understand."""
    now = datetime(2026, 3, 12, 13, tzinfo=UTC)
    names = ("Medicare", "Aetna")
    coverages = tuple(Coverage(order=n, payer_id=f"P{n}", payer_name=name) for n, name in enumerate(names, 1))
    claim = Claim(
        claim_number="S1",
        practice="S",
        charge=100000,
        service_from=date(2026, 2, 20),
        service_to=date(2026, 2, 20),
        coverages=coverages,
    )
    scene = Scene(claim, lambda _text, _past: date(2026, 6, 1))
    guide = text("docs/stories.md")
    for row in re.findall(r"^\| (`.+) \|", guide.split("## Notes")[1].split("## Statements")[0], re.MULTILINE):
        for note in re.findall(r"`([^`]+)`", row.rpartition(" | ")[0]):
            hear(Note("line 1", now, note), scene)
    for statement in re.findall(r"`([^`]+)`", guide.split("## Statements")[1].split("**Verify**")[0]):
        check_of(statement, scene)


def test_commands_in_the_pages_exist(generate: ModuleType) -> None:
    """Whoever copies a line of a page calls a command that is there, with options that it has."""
    known = dict(generate.leaves())
    for path in PAGES:
        for line in re.findall(
            r"(?:^|`|bin/)baton ([a-z][a-z0-9]*(?![\w/-])[^`\n#]*)", path.read_text(encoding="utf-8")
        ):
            words = line.split()
            name = next((each for each in (" ".join(words[:2]), words[0]) if each in known), None)
            groups = {each.split()[0] for each in known}
            assert name or words[0] in groups, f"{path.name}: baton {line}"
            if name:
                options = {n for each in known[name].assemble_argument_collection() for n in each.names}
                used = {word.strip(".,;)") for word in words if re.match(r"--[a-z]", word)}
                assert used - {"--help"} <= options, f"{path.name}: baton {line}"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_pages_speak_of_the_product_alone(path: Path) -> None:
    """No open ends, no path of one machine, no registry's address in what readers get."""
    found = re.findall(
        r"TODO|FIXME|XXX|/work/|/tmp/|/home/|/root/|pypi\.\S+|https?://\S*(?:simple|artifact|registry)\S*|\bsession\b",
        path.read_text(encoding="utf-8"),
    )
    assert found == []


def test_code_and_data_have_no_open_ends() -> None:
    """Nothing that ships leaves a note to its author, a path of one machine or a registry's address."""
    patterns = re.compile(r"\bTODO\b|\bFIXME\b|\bXXX\b|/work/|index-url|extra-index|files\.pythonhosted")
    suffixes = {".py", ".toml", ".lock", ".yaml", ".sh", ".service", ".csv", ".env"}
    folders = (*PACKAGES, "deploy", "requirements", "docs", "bench")
    files = [each for folder in folders for each in (ROOT / folder).rglob("*") if each.suffix in suffixes]
    found = {str(each.relative_to(ROOT)): patterns.findall(each.read_text(encoding="utf-8")) for each in files}
    assert {name: words for name, words in found.items() if words} == {}
