"""How commands are found, described and ended."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from cyclopts import App

from cli import failures
from cli.main import COMMANDS, build, main

HEAVY = ("temporalio", "sqlalchemy", "pydantic", "structlog", "journey", "worker", "casebook", "edi", "sandbox")


def leaves() -> list[tuple[str, ...]]:
    """Every command that does something."""
    found: list[tuple[str, ...]] = []
    for each in COMMANDS:
        target = _target(each.where)
        if isinstance(target, App):
            found += [(each.name, name) for name in target if not name.startswith("-")]
        else:
            found.append((each.name,))
    return found


def _target(where: str) -> Any:
    module, _, name = where.partition(":")
    return getattr(import_module(module), name)


def test_help_needs_nothing_heavy() -> None:
    """`baton --help` answers at once, because it loads neither engine nor database."""
    code = (
        "import sys; from cli.main import main; code = main(['--help']);"
        f"sys.exit(code or ' '.join(set({HEAVY!r}) & set(sys.modules)) or None)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert all(each.sentence.split()[0] in ended.stdout for each in COMMANDS)


def test_the_installed_command_and_the_module_are_the_same(command: Any, tmp_path: Path) -> None:
    """`baton` and `python -m cli` print the same help and end with 0."""
    installed = command("--help", cwd=tmp_path)
    wide = os.environ | {"COLUMNS": "100"}
    module = subprocess.run(
        [sys.executable, "-m", "cli", "--help"], cwd=tmp_path, env=wide, capture_output=True, text=True
    )
    assert (installed.code, module.returncode) == (0, 0)
    assert installed.out == module.stdout


@pytest.mark.parametrize("entry", COMMANDS, ids=lambda entry: entry.name)
def test_a_sentence_is_said_once(entry: Any) -> None:
    """What `baton --help` says of a command is what the command says of itself."""
    target = _target(entry.where)
    own = target.help if isinstance(target, App) else (target.__doc__ or "").splitlines()[0]
    assert own == entry.sentence


@pytest.mark.parametrize("path", leaves(), ids=" ".join)
def test_each_command_gives_an_example_that_is_one(baton: Any, path: tuple[str, ...]) -> None:
    """Help ends in no dead end: each command shows how it is called, and the example is understood."""
    told = baton(*path, "--help")
    assert told.code == 0
    example = told.out.partition("Example: `")[2].partition("`")[0]
    assert "baton " in example
    words = example.partition("baton ")[2]
    command, bound, _ = build(path[0]).parse_args(words, exit_on_error=False, print_error=False)
    assert command is not None
    assert bound is not None


def test_an_unknown_command_names_the_nearest(baton: Any) -> None:
    """A misspelt command says which was meant, and ends with 2."""
    told = baton("cse", "list")
    assert told.code == failures.FAILED
    assert "did you mean `baton case`?" in told.err


def test_a_wrong_option_says_where_help_is(baton: Any) -> None:
    """An option that is not understood names the choices and the help of its command."""
    told = baton("case", "list", "--holder", "nobody")
    assert told.code == failures.FAILED
    assert "crossover-carrier" in told.err
    assert "baton case --help" in told.err


def test_settings_are_refused_all_at_once(baton: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything wrong with the settings is told in one message."""
    monkeypatch.setenv("BATON_HOM", "x")
    monkeypatch.setenv("BATON_LOG_LEVEL", "loud")
    told = baton("case", "list")
    assert told.code == failures.FAILED
    assert "did you mean BATON_HOME?" in told.err
    assert "DEBUG, INFO, WARNING" in told.err


@pytest.mark.parametrize(
    "words",
    [
        ("case", "list"),
        ("case", "show", "abc"),
        ("case", "history", "abc"),
        ("contact", "add", "abc", "--with", "secondary"),
        ("hold", "abc", "--reason", "x"),
        ("audit",),
        ("worker",),
        ("worker", "--check"),
        ("worker", "--register"),
    ],
    ids=" ".join,
)
def test_looking_leaves_nothing_behind(baton: Any, tmp_path: Path, words: tuple[str, ...]) -> None:
    """In a folder where Baton never ran, a command says how to begin and makes no files."""
    told = baton(*words)
    assert told.code != 0
    assert "`baton up`" in " ".join((told.err + told.out).split())
    assert list(tmp_path.iterdir()) == []


def test_up_refuses_an_engine_of_somebody_else(baton: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """`up` never starts a second engine beside the one that the environment names."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", "temporal.example.org:7233")
    told = baton("up")
    assert told.code == failures.FAILED
    assert "baton worker" in told.err


def test_a_cluster_without_keys_is_refused(baton: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Any mode but the embedded one wants a key ring, and the message says how to make one."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    told = baton("worker")
    assert told.code == failures.FAILED
    assert "baton key new FILE" in told.err


def test_the_unforeseen_tells_its_place_and_no_value(baton: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistake of ours ends with 70 and names kind and place, never what it was about."""

    def broken(_: Path) -> None:
        raise ZeroDivisionError("member X900077")

    monkeypatch.setattr("cli.keys.read_key_file", broken)
    told = baton("key", "list", "keys.toml")
    assert told.code == failures.UNEXPECTED
    assert "ZeroDivisionError" in told.err
    assert "keys.py" in told.err
    assert "X900077" not in told.err


def test_an_interrupt_is_not_an_error(baton: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C ends with the code that shells expect and without a word."""

    def interrupted(_: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("cli.keys.read_key_file", interrupted)
    told = baton("key", "list", "keys.toml")
    assert (told.code, told.err) == (130, "")


def test_nobody_reads_on(tmp_path: Path) -> None:
    """`baton … | head -1` ends in silence, not in a traceback."""
    baton = Path(sys.executable).with_name("baton")
    shell = f"set -o pipefail; {baton} plan show --home {tmp_path} | head -1"
    ended = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_every_known_error_exists() -> None:
    """A renamed error class cannot silently become an unexpected one."""
    for name in failures.KNOWN:
        module, _, kind = name.rpartition(".")
        assert issubclass(getattr(import_module(module), kind), Exception), name


def test_no_arguments_is_help(baton: Any) -> None:
    """`baton` alone shows what there is."""
    told = baton()
    assert told.code == 0
    assert "intake" in told.out
    assert main([]) == 0
