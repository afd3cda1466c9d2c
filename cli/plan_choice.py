"""Which plan a command speaks of: a file that was named, the one of the settings, or the one that ships with Baton."""

from __future__ import annotations

from pathlib import Path

from cli.failures import CommandError, readable
from journey.plans.file import Plan, parse_plan, standard_plan
from worker.settings import Settings


def plan_in(file: Path) -> Plan:
    """The plan in a file.

    Raises:
        CommandError: the file cannot be read.
        PlanError: it is not a plan; lists everything that is wrong.
    """
    return parse_plan(text_of(file))


def plan_of(settings: Settings) -> Plan:
    """The plan under which cases open now; errors as for `plan_in`."""
    return plan_in(settings.plan_file) if settings.plan_file else standard_plan()


def text_of(file: Path) -> str:
    """The text of a file that a person named; CommandError when it cannot be read."""
    try:
        return readable(file).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise CommandError(f"{file} is not text") from None
