"""Failures: what goes wrong becomes one message with the way out; what nobody foresaw, its kind and place."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

FAILED = 2
UNEXPECTED = 70


class CommandError(Exception):
    """Something that was asked for cannot be done; the message names the way out."""


def _text(error: BaseException) -> str:
    return str(error)


def _listed(heading: str) -> Callable[[BaseException], str]:
    def words(error: BaseException) -> str:
        problems: Sequence[str] = getattr(error, "problems", ())
        return "\n".join((heading, *(f"  - {problem}" for problem in problems)))

    return words


def _engine(error: BaseException) -> str:
    status = getattr(getattr(error, "status", None), "name", "no status")
    return f"the engine does not answer as it should ({status}): is a worker running? `baton up` starts one"


def _database(error: BaseException) -> str:
    name = type(error).__name__
    return f"the casebook cannot be used ({name}): BATON_CASEBOOK_URL names its database; is it running and reachable?"


def _fields(error: BaseException) -> str:
    from worker.logs import describe

    return f"this cannot be taken as it is: {describe(error)}"


KNOWN: dict[str, Callable[[BaseException], str]] = {
    "cli.failures.CommandError": _text,
    "cyclopts.exceptions.CycloptsError": _text,
    "journey.plans.check.PlanError": _listed("the plan cannot be used:"),
    "journey.stories.story.StoryError": _listed("the story cannot be read:"),
    "journey.benefits.file.PolicyFileError": _listed("the policies cannot be read:"),
    "worker.settings.SettingsError": _text,
    "worker.keys.KeyRingError": _text,
    "worker.engine.EngineError": _text,
    "worker.connection.ConnectionFailedError": _text,
    "worker.search_attributes.SearchAttributeError": _text,
    "worker.cases.NoSuchCaseError": _text,
    "worker.cases.RefusedError": _text,
    "casebook.errors.CasebookError": _text,
    "activities.folders.FolderError": _text,
    "dashboard.serving.CannotServeError": _text,
    "temporalio.service.RPCError": _engine,
    "sqlalchemy.exc.SQLAlchemyError": _database,
    "pydantic_core._pydantic_core.ValidationError": _fields,
}
"""Every class of error that has a way out, by its full name: no module is loaded only to know its errors."""


def message(error: BaseException) -> str | None:
    """What to tell about a known error; None for one that nobody foresaw. Never a value of a claim."""
    names = (f"{each.__module__}.{each.__qualname__}" for each in type(error).__mro__)
    return next((KNOWN[name](error) for name in names if name in KNOWN), None)


def report(error: BaseException, called: str = "") -> int:
    """Tell people on standard error what went wrong with a command, and return the exit code."""
    known = message(error)
    if known is None:
        sys.stderr.write(f"baton: {_unforeseen(error)}\n")
        return UNEXPECTED
    misspelt = type(error).__module__.startswith("cyclopts.")
    more = f"\nSee `{' '.join(('baton', called)).strip()} --help`." if misspelt else ""
    sys.stderr.write(f"baton: {known}{more}\n")
    return FAILED


def _unforeseen(error: BaseException) -> str:
    from worker.logs import describe, place

    told = f"something unexpected went wrong: {describe(error)}, at {place(error.__traceback__)}"
    return f"{told}\nThis line names no patient; please report it."


def readable(path: Path) -> Path:
    """A file that a person named, if it can be read; CommandError otherwise."""
    try:
        with path.open("rb"):
            return path
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror or type(error).__name__}") from None
