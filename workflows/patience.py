"""How long a case waits for what it asks: at hand first, then patiently. Figures of the engine, none of the journey."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import FailureError

SUMMARY_LENGTH = 120

TURNS_KEPT = 100
"""How many turns `history` tells; the casebook has them all."""

AT_ONCE = 100
"""Facts decided in one workflow task; the engine takes a task of more than two seconds for a deadlock."""

CARRIED = 300
"""Entries on one page, and unwritten ones that a new run may begin with; the engine takes no input above 2 MiB."""

NEXT_INSTANT = timedelta(milliseconds=1)
"""A timer must never ring a moment before its clock."""

QUICKLY = workflow.LocalActivityConfig(
    schedule_to_close_timeout=timedelta(seconds=3),
    retry_policy=RetryPolicy(maximum_attempts=1),
)
"""A partner that is there answers at once, and asking it this way costs the engine a sixth. The key makes a second
asking, by the patient way, harmless."""

AT_HAND = workflow.LocalActivityConfig(
    schedule_to_close_timeout=timedelta(seconds=4),
    retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=100), maximum_attempts=4),
)
"""The casebook is near and fast, and this costs the engine least. But it holds up the case, so it is not for long."""

NOT_AT_HAND = FailureError
"""How a local activity says that it could not be done at once; a worker that shuts down says it in its own way."""

WHEN_BACK = workflow.ActivityConfig(
    start_to_close_timeout=timedelta(seconds=30),
    retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1)),
    summary="the casebook is away",
)
"""While the casebook is away its page waits in the engine, and the case hears and acts."""


def patiently(reason: str) -> workflow.ActivityConfig:
    """An action may be retried for days; the case hears other facts meanwhile."""
    return workflow.ActivityConfig(
        start_to_close_timeout=timedelta(seconds=30),
        schedule_to_close_timeout=timedelta(days=3),
        retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=10)),
        summary=reason[:SUMMARY_LENGTH],
    )
