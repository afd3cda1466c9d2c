"""Logs: one JSON object per line on standard error, with the case bound and nothing about a person.

What may be logged is an allow-list of keys. A value under any other key is withheld, messages are never filled in
with their arguments, and errors tell their type and place but not their text, unless the text is ours.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

import structlog
import temporalio.activity
import temporalio.workflow
from pydantic import ValidationError
from structlog.stdlib import ProcessorFormatter
from temporalio.service import RPCError

Event = MutableMapping[str, Any]

WITHHELD = "[withheld]"

OURS = ("journey", "edi", "workflows", "activities", "worker", "casebook", "packet", "dashboard", "sandbox", "cli")
ENGINE = "temporalio"

ALLOWED = frozenset(
    {"event", "level", "logger", "timestamp", "place", "error"}
    | {"case_id", "workflow_id", "run_id", "workflow_run_id", "workflow_type", "activity_id", "activity_type"}
    | {"attempt", "task_queue", "namespace", "update_name", "signal_name", "query_name"}
    | {"practice", "plan_version", "mode", "hop", "clock", "break_point", "holder", "escalation", "rung", "hold"}
    | {"fact_id", "fact_kind", "action", "action_kind", "decision", "rule", "revision", "outcome", "reason_code"}
    | {"file_id", "file_kind", "claims", "facts", "duplicates", "parked", "findings", "bytes", "count", "cases"}
    | {"key_id", "setting", "variable", "address", "status", "pid", "signal", "version", "migration"}
    | {"transactions", "opened", "informed", "repeated", "quarantined", "ignored", "problem"}
    | {"key", "to", "kind", "webhook"}
    | {"reference", "route"}
    | {"seconds", "duration_ms", "lag_ms", "due", "grade", "attention", "switch"}
)
"""Keys whose values may appear in a log line. Each names something that says nothing about a person."""

LONGEST = 200  # characters of a value; what is longer is not an identifier or a word of ours
MOST = 20  # members of a list that are worth reading in a line
FIELD_NAME = re.compile(r"[a-z_][a-z0-9_]{0,40}")
CASE_ID = re.compile(r"[a-z][a-z0-9-]*-[a-z2-7]{26}")


def configure(level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send all logs of this process through one scrubbing JSON handler, and crashes as well.

    Our own packages log from `level` up, everything else from WARNING up.

    Args:
        level: DEBUG, INFO, WARNING or ERROR.
        stream: where lines go; standard error when absent.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=[structlog.contextvars.merge_contextvars, _from_record, *_stamps()],
            processors=[ProcessorFormatter.remove_processors_meta, scrub, structlog.processors.JSONRenderer()],
            use_get_message=False,  # messages are never filled in with their arguments
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    for name in (*OURS, f"{ENGINE}.workflow", f"{ENGINE}.activity"):
        logging.getLogger(name).setLevel(level)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_logger_name,
            *_stamps(),
            ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    # What the engine knows about a workflow or activity comes as fields instead of being appended to the message.
    temporalio.workflow.logger.workflow_info_on_message = False
    temporalio.activity.logger.activity_info_on_message = False
    # Writing a line reads the clock, which is no business of the sandbox: it cannot change what the workflow does.
    temporalio.workflow.logger.unsafe_disable_sandbox()
    sys.excepthook = _log_crash


@contextmanager
def bind_case(case_id: str) -> Iterator[None]:
    """Name the case in every line logged within the block.

    Raises:
        ValueError: when this is not an opaque id, and so might tell about a person.
    """
    if not CASE_ID.fullmatch(case_id):
        raise ValueError("a case is bound by its opaque id only; KeyRing.opaque makes one")
    with structlog.contextvars.bound_contextvars(case_id=case_id):
        yield


def scrub(_: Any, __: str, event: Event) -> Event:
    """Keep allowed keys, withhold the values of all others, and reduce an error to its type and place."""
    error = _error_in(event.pop("exc_info", None))
    event.pop("stack_info", None)
    clean: Event = {key: _clean(value) if key in ALLOWED else WITHHELD for key, value in event.items()}
    if error:
        clean.update(error=describe(error), place=place(error.__traceback__))
    return clean


def describe(error: BaseException) -> str:
    """An error in one line without any value that it was about.

    Pydantic's errors become the fields that were refused and why; our own errors never carry values by rule, and the
    engine's tell only its own state, so their text stands; of all others only the type is told.
    """
    name = type(error).__name__
    if isinstance(error, ValidationError):
        return f"{name}: {'; '.join(_refused_fields(error))}"
    own = type(error).__module__.partition(".")[0] in OURS
    told = f"{name}: {error}" if own or isinstance(error, RPCError) else name
    return f"{told} <- {describe(error.__cause__)}" if error.__cause__ else told


def place(trace: TracebackType | None) -> str:
    """Where an error arose: the last frames as `file:line function`, outermost first, without source or values."""
    frames = traceback.extract_tb(trace)[-4:]
    return " > ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames)


def _stamps() -> list[structlog.typing.Processor]:
    return [structlog.stdlib.add_log_level, structlog.processors.TimeStamper(fmt="iso", utc=True)]


def _from_record(_: Any, __: str, event: Event) -> Event:
    """A line of the standard library's logging as an event: its template, its allowed extras, where it came from."""
    record: logging.LogRecord = event["_record"]
    event["logger"] = record.name
    event["event"] = _message(record)
    if not _is_ours(record.name):
        event["place"] = f"{record.module}:{record.lineno}"
    for context in (vars(record), _mapping(record, "temporal_workflow"), _mapping(record, "temporal_activity")):
        event.update({key: value for key, value in context.items() if key in ALLOWED})
    return event


def _message(record: logging.LogRecord) -> str:
    if _is_ours(record.name):
        return str(record.msg)
    # The engine's library puts the text of errors behind a colon; other libraries quote whatever they were given.
    return str(record.msg).partition(":")[0] if record.name.startswith(ENGINE) else WITHHELD


def _is_ours(logger: str) -> bool:
    return logger.partition(".")[0] in OURS


def _mapping(record: logging.LogRecord, name: str) -> dict[str, Any]:
    found = getattr(record, name, None)
    return found if isinstance(found, dict) else {}


def _clean(value: object) -> object:
    if isinstance(value, Enum):
        return _clean(value.value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, list | tuple) and len(value) <= MOST:
        return [_clean(each) for each in value]
    plain = value is None or isinstance(value, bool | int | float) or (isinstance(value, str) and len(value) <= LONGEST)
    return value if plain else WITHHELD


def _error_in(exc_info: object) -> BaseException | None:
    if isinstance(exc_info, BaseException):
        return exc_info
    if isinstance(exc_info, tuple):
        return exc_info[1] if isinstance(exc_info[1], BaseException) else None
    return sys.exc_info()[1] if exc_info else None


def _refused_fields(error: ValidationError) -> Iterator[str]:
    for each in error.errors(include_url=False, include_context=False, include_input=False):
        # A part of the location may be a key of the input itself; only what looks like a field of ours is told.
        parts = [str(part) if isinstance(part, int) or FIELD_NAME.fullmatch(part) else "?" for part in each["loc"]]
        yield f"{'.'.join(parts)} {each['type']}".strip()


def _log_crash(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    logging.getLogger("worker").critical("process.crashed", exc_info=(kind, error, trace))
