"""What a case's workflow makes of messages: facts, or a note that something could not be read. Nothing is lost."""

from __future__ import annotations

from typing import Any

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ActivityError, ApplicationError

from journey.case import Action
from journey.facts import FACT, ActionEnded, Fact, MessageSetAside, PlanChanged
from journey.words import Moment, Party
from workflows.messages import Replan, digest_of


def facts_in(message: RawValue, now: Moment) -> list[Fact]:
    """The facts of a signal from a machine; one that cannot be read stands as set aside, the others count."""
    try:
        values: list[Any] = workflow.payload_converter().from_payload(message.payload, list[Any])
    except Exception:  # any undecodable payload is kept, whatever its converter raises
        return [set_aside("facts", message, "not a list of facts", now)]
    return [_fact(value, message, now) for value in values]


def _fact(value: Any, message: RawValue, now: Moment) -> Fact:
    try:
        return FACT.validate_python(value)
    except ValueError:
        return set_aside("facts", message, "a fact that this version cannot read", now)


def set_aside(name: str, message: RawValue | None, problem: str, now: Moment) -> MessageSetAside:
    """The note of a message that could not be read; the same message gives the same note."""
    digest = digest_of(message)
    return MessageSetAside(
        fact_id=f"aside:{name}:{digest}",
        happened_at=now,
        learnt_at=now,
        sender=Party.UNKNOWN,
        name=name,
        digest=digest,
        problem=problem,
    )


def replanned(message: RawValue, now: Moment, version: str) -> tuple[Replan, PlanChanged] | MessageSetAside:
    """An order to put another plan in force, and the fact that it was; or the note that it cannot be read."""
    try:
        order: Replan = workflow.payload_converter().from_payload(message.payload, Replan)
    except Exception:  # as for facts
        return set_aside("replan", message, "not a plan that this version can read", now)
    return order, PlanChanged(
        fact_id=f"plan:{order.plan.digest}:{order.order_id or f'{now:%Y%m%dT%H%M%S}'}",
        happened_at=now,
        learnt_at=now,
        sender=Party.SUPERVISOR,
        from_version=version,
        to_version=order.plan.version,
        approved_by=order.approved_by,
    )


def could_not(action: Action, error: ActivityError, now: Moment) -> ActionEnded:
    """The outcome of an action that no retry helped; names the kind of error and nothing of its content."""
    cause = error.cause
    kind = cause.type if isinstance(cause, ApplicationError) and cause.type else type(cause or error).__name__
    return ActionEnded(
        fact_id=f"ended:{action.key}",
        happened_at=now,
        learnt_at=now,
        sender=Party.BATON,
        key=action.key,
        succeeded=False,
        problem=f"{action.kind.value}: {kind}",
    )
