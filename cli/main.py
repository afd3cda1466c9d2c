"""The `baton` command: which commands there are, and how each run ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from difflib import get_close_matches
from importlib.metadata import version
from typing import NamedTuple, NoReturn

from cyclopts import App, Group, Parameter

from cli.failures import CommandError, report
from cli.output import console

HELP = """Watches the hand-off of a claim from the primary to the secondary insurer.

Every open case answers three questions at any moment: who holds the file, what must they do, and
by when."""

EPILOGUE = """Begin with `baton demo`, or with `baton up` in one terminal and `baton intake FILE` in
another. `baton COMMAND --help` tells more and gives an example.
Errors end with 2, checks that found something with 1."""

INTERRUPTED = 130


class Command(NamedTuple):
    """One command or group of commands; its module is loaded only when it is called."""

    name: str
    where: str
    """`module:name` of a function, or of an `App` with commands of its own."""
    sentence: str
    """Its line in `baton --help`: the first line of its own description."""
    group: str


COMMANDS = (
    Command(
        "demo",
        "cli.demo:demo",
        "Run a synthetic season through engine, worker, casebook and trading partners, and score it.",
        "Start",
    ),
    Command("up", "cli.engine:up", "Run Baton on this machine: an engine of its own, a worker and the pages.", "Start"),
    Command(
        "intake", "cli.intake:intake", "Take in X12 files and A/R extracts, and tell cases what they say.", "Start"
    ),
    Command("case", "cli.cases:app", "Look at cases: who holds the file, what must they do, by when.", "Cases"),
    Command("contact", "cli.people:contact_app", "Log what somebody said about a case.", "Cases"),
    Command("act", "cli.people:act", "Take, finish, give back, snooze or assign the work of a case.", "Cases"),
    Command("correct", "cli.people:correct", "Say that claim data, a COB record or a bill was put right.", "Cases"),
    Command("hold", "cli.people:hold", "Ask for a billing hold on a case's account.", "Cases"),
    Command("override", "cli.people:override", "Record a supervisor's decision about a case.", "Cases"),
    Command(
        "cob", "cli.cob:app", "Say which insurer comes first, by which rule, and what must still be asked.", "Cases"
    ),
    Command("plan", "cli.plan:app", "Read and check plans: the journey table and its deadlines.", "Rules and files"),
    Command("rehearse", "cli.story:rehearse", "Live through a story of case notes in no time.", "Rules and files"),
    Command("x12", "cli.x12:app", "Look into X12 files.", "Rules and files"),
    Command("worker", "cli.engine:worker", "Run a worker for the cases of an engine.", "Operation"),
    Command(
        "pages",
        "cli.pages:pages",
        "Serve pages and API alone, for an engine that others run.",
        "Operation",
    ),
    Command("user", "cli.users:app", "Say who may sign in to the pages.", "Operation"),
    Command("audit", "cli.audit:audit", "Check the invariants on everything that is written down.", "Operation"),
    Command("casebook", "cli.book:app", "Look after the casebook's database.", "Operation"),
    Command("key", "cli.keys:app", "Make, rotate and list the keys that encrypt cases.", "Operation"),
)


def build(called: str = "") -> App:
    """The command line; the command that is called describes itself, the others by their sentence alone.

    Args:
        called: the name of that command; none when absent.
    """
    app = App(
        name="baton",
        help=HELP,
        help_epilogue=None if called else EPILOGUE,
        help_format="plaintext",
        default_parameter=Parameter(negative=(), show_default=False),
        version=version("baton-cob"),
        console=console(),
        result_action="return_value",
        suppress_keyboard_interrupt=False,
    )
    groups = {name: Group(name, sort_key=place) for place, name in enumerate({each.group: 0 for each in COMMANDS})}
    for place, each in enumerate(COMMANDS):
        sentence = None if each.name == called else each.sentence
        app.command(each.where, name=each.name, help=sentence, group=groups[each.group], sort_key=place)
    app["--help"].group = app["--version"].group = Group("Further", sort_key=len(groups))
    return app


def run() -> NoReturn:
    """The installed command: do what the command line says and end the process with its exit code."""
    code = main(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        with suppress(BrokenPipeError):
            stream.flush()
    # The engine's client has threads of its own; one that answers while the interpreter is being taken down aborts it.
    os._exit(code)


def main(argv: Sequence[str]) -> int:
    """Do what a command line says, and return the exit code.

    0 is done, 1 a check that found something, 2 an error with a way out, 70 an unexpected one, 130 an interrupt.
    """
    called = argv[0] if argv and not argv[0].startswith("-") else ""
    try:
        _refuse_unknown(called)
        code = build(called)(argv, exit_on_error=False, print_error=False)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return 0  # whoever reads us has seen enough
    except Exception as error:
        return report(error, called)
    return int(code or 0)


def _refuse_unknown(called: str) -> None:
    """Here, because the library would load every command to say the same."""
    names = [each.name for each in COMMANDS]
    if called and called not in names:
        near = get_close_matches(called, names, n=1)
        hint = f"did you mean `baton {near[0]}`?" if near else "`baton --help` lists the commands"
        raise CommandError(f"there is no command '{called}': {hint}")
