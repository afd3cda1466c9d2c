"""Logs: JSON lines that tell what happened to which case, and nothing about a person."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import uuid4

import pytest
import structlog
import temporalio.activity
import temporalio.workflow
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker

from worker.keys import KeyRing, MissingKeyError
from worker.logs import WITHHELD, bind_case, configure, describe

NAME = "Quimby-Zuleika"
CASE_ID = KeyRing.new().opaque("case", "x")


class Lines:
    """What was logged."""

    def __init__(self, stream: StringIO) -> None:
        """Read from this stream."""
        self.stream = stream

    @property
    def text(self) -> str:
        """Everything, as it was written."""
        return self.stream.getvalue()

    def all(self) -> list[dict[str, Any]]:
        """One object for each line; a line that is not JSON fails here."""
        return [json.loads(line) for line in self.text.splitlines()]

    def only(self) -> dict[str, Any]:
        """The single line."""
        [line] = self.all()
        return line


@pytest.fixture
def lines() -> Iterator[Lines]:
    """Logging as the worker configures it, into memory, and everything put back afterwards."""
    root, hook = logging.getLogger(), sys.excepthook
    handlers, level = root.handlers, root.level
    stream = StringIO()
    configure("INFO", stream)
    yield Lines(stream)
    root.handlers, sys.excepthook = handlers, hook
    root.setLevel(level)
    structlog.reset_defaults()
    temporalio.workflow.logger.workflow_info_on_message = True
    temporalio.workflow.logger.unsafe_disable_sandbox(False)
    temporalio.activity.logger.activity_info_on_message = True


class Hop(StrEnum):
    """A word of ours."""

    RECEIVED = "received"


def test_a_line_has_event_level_time_logger_and_case(lines: Lines) -> None:
    """A line can be found by case and read by machines."""
    with bind_case(CASE_ID):
        structlog.get_logger("casebook.record").info("page.written", hop=Hop.RECEIVED, seconds=timedelta(minutes=1))
    line = lines.only()
    datetime.fromisoformat(line.pop("timestamp"))
    assert line == {
        "event": "page.written",
        "level": "info",
        "logger": "casebook.record",
        "case_id": CASE_ID,
        "hop": "received",
        "seconds": 60.0,
    }


def test_the_case_is_bound_for_its_block_only(lines: Lines) -> None:
    """No line is ever attributed to a case that was worked on before."""
    with bind_case(CASE_ID):
        pass
    structlog.get_logger("worker").info("worker.idle")
    assert "case_id" not in lines.only()


def test_only_an_opaque_id_can_be_bound() -> None:
    """A claim number can never get into the logs as the case's name."""
    with pytest.raises(ValueError, match="opaque"), bind_case("CLM-55-ORCHID"):
        pass


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("patient", NAME),
        ("hop", {"name": NAME}),
        ("hop", object()),
        ("hop", Path(f"/in/{NAME}.835")),
        ("hop", [NAME] * 30),
        ("rule", NAME * 20),
    ],
)
def test_what_is_not_allowed_is_withheld(lines: Lines, key: str, value: object) -> None:
    """Unknown keys, and values that are no plain words, never get out; the key stays to show what is missing."""
    structlog.get_logger("worker").info("fact.heard", **{key: value})
    assert lines.only()[key] == WITHHELD
    assert NAME not in lines.text


def test_other_libraries_tell_where_but_not_what(lines: Lines) -> None:
    """A library that logs the data it chokes on leaks nothing, however it words it."""
    logging.getLogger("alembic.runtime").error("bad element %s", NAME)
    logging.getLogger("sqlalchemy.engine").warning(f"parameters {NAME}", extra={"patient": NAME})
    assert NAME not in lines.text
    assert [line["event"] for line in lines.all()] == [WITHHELD, WITHHELD]
    assert all(line["place"].startswith("test_logs:") for line in lines.all())


def test_messages_are_never_filled_in(lines: Lines) -> None:
    """Our own code puts values under allowed keys; an argument of a message stays out."""
    logging.getLogger("activities.ledger").warning("balance of %s", NAME, extra={"outcome": "late"})
    assert lines.only()["event"] == "balance of %s"
    assert lines.only()["outcome"] == "late"
    assert NAME not in lines.text


def test_the_engine_library_tells_its_state_but_no_error_text(lines: Lines) -> None:
    """What the engine's library says about a failing task is needed; the error it quotes is not shown."""
    logging.getLogger("temporalio.worker._workflow").error(f"Completing as failure with error: {NAME}")
    logging.getLogger("temporalio.worker._workflow").error("Failed deserializing input for %s, dropping it", NAME)
    events = [line["event"] for line in lines.all()]
    assert events == ["Completing as failure with error", "Failed deserializing input for %s, dropping it"]


class Primary(BaseModel):
    """One of two kinds."""

    kind: Literal["primary"]
    born: datetime


class Secondary(BaseModel):
    """The other."""

    kind: Literal["secondary"]


class Form(BaseModel):
    """Something that may be refused."""

    model_config = ConfigDict(extra="forbid")

    coverage: Annotated[Primary | Secondary, Field(discriminator="kind")]
    cents: int
    lines: dict[str, int] = {}


def refused(content: dict[str, object]) -> ValidationError:
    """Why this is not a form."""
    with pytest.raises(ValidationError) as error:
        Form.model_validate(content)
    return error.value


def test_a_refused_model_is_told_by_its_fields() -> None:
    """A validation error names the fields and why, never the values, nor keys of the input."""
    error = refused({"coverage": {"kind": "primary", "born": NAME}, "cents": NAME, "lines": {NAME: "x"}, NAME: 1})
    assert describe(error) == (
        "ValidationError: coverage.primary.born datetime_from_date_parsing; cents int_parsing; "
        "lines.? int_parsing; ? extra_forbidden"
    )


def test_errors_tell_their_text_only_when_it_is_ours() -> None:
    """Our errors never carry values by rule; any other error might."""
    assert describe(ValueError(NAME)) == "ValueError"
    assert describe(MissingKeyError("2026-01-01-ab")).startswith("MissingKeyError: the key ring has no key '2026")
    ours = MissingKeyError("k1")
    ours.__cause__ = KeyError(NAME)
    assert describe(ours).endswith("<- KeyError")


def test_a_logged_error_tells_type_and_place(lines: Lines) -> None:
    """An operator sees where it broke without seeing on what."""
    try:
        int(NAME)
    except ValueError:
        structlog.get_logger("worker").exception("intake.failed")
        logging.getLogger("activities.intake").exception("intake.failed")
    for line in lines.all():
        assert line["error"] == "ValueError"
        assert "test_a_logged_error_tells_type_and_place" in line["place"]
    assert NAME not in lines.text


def test_a_crash_is_logged_like_everything_else(lines: Lines) -> None:
    """The last words of a process leak nothing either."""
    error = RuntimeError(NAME)
    sys.excepthook(RuntimeError, error, error.__traceback__)
    assert lines.only()["event"] == "process.crashed"
    assert NAME not in lines.text


@activity.defn
async def send_carelessly(name: str) -> None:
    """Logs and fails as careless code does."""
    activity.logger.warning("claim.sent", extra={"outcome": "lost", "patient": name})
    raise ApplicationError(name, non_retryable=True)


async def test_workflows_and_activities_come_out_as_the_same_json(client: Client, lines: Lines) -> None:
    """Their lines carry the engine's ids as fields, once each although the history is replayed, without values.

    The workflow runs in the sandbox, where writing a line must work as well.
    """
    careless = import_module("tests.worker.sandbox_probes").Careless
    queue = f"logs-{uuid4()}"
    worker = Worker(
        client, task_queue=queue, workflows=[careless], activities=[send_carelessly], max_cached_workflows=0
    )
    async with worker:
        await asyncio.wait_for(client.execute_workflow(careless.run, NAME, id=queue, task_queue=queue), 20)
    told = [(line["event"], line.get("error"), line["workflow_id"]) for line in lines.all()]
    assert told == [
        ("case.opened", None, queue),
        ("claim.sent", None, queue),
        ("Completing activity as failed", "ApplicationError", queue),
        ("case.lost", "ActivityError <- ApplicationError", queue),
    ]
    assert lines.all()[0]["hop"] == "transmitted"
    assert lines.all()[1]["activity_type"] == "send_carelessly"
    assert NAME not in lines.text
