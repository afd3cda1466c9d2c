"""The one list of workflows and activities that a worker runs; replay and tests read it too."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from temporalio.client import Client
from temporalio.worker import Worker

from workflows.coordination import SecondaryCoordination
from workflows.intake import IntakeFile
from workflows.ports import Casebook, Clearinghouse, Intake, Ledger, Notices

WORKFLOWS: list[type] = [SecondaryCoordination, IntakeFile]

CACHED_CASES = 5_000
"""Cases kept in memory; an evicted one costs a replay."""

ACTIVITY_THREADS = 24
TASKS_AT_ONCE = 16
"""Turns of cases at a time. More only share one core, and a turn of ten seconds is begun anew: a burst would grow."""

STICKY = timedelta(seconds=5)
"""How long a message waits for the worker that has the case in memory before any other may take it."""
DRAIN = timedelta(seconds=20)
"""How long running activities may go on after SIGTERM."""


@dataclass(frozen=True)
class Ports:
    """The implementations that this worker binds to the ports of `workflows`."""

    clearinghouse: Clearinghouse
    ledger: Ledger
    notices: Notices
    casebook: Casebook
    intake: Intake

    def activities(self) -> list[Callable[..., Any]]:
        """Every activity, bound."""
        return [
            self.clearinghouse.submit_secondary,
            self.clearinghouse.ask_status,
            self.ledger.read_ledger,
            self.ledger.request_hold,
            self.ledger.release_hold,
            self.ledger.recall_account,
            self.notices.notify,
            self.casebook.record,
            self.intake.read_file,
        ]


def make_worker(client: Client, task_queue: str, ports: Ports, **options: Any) -> Worker:
    """A worker on a client whose plugin is Baton's; options override what stands here."""
    ours: dict[str, Any] = {
        "activity_executor": ThreadPoolExecutor(ACTIVITY_THREADS, thread_name_prefix="activity"),
        "max_concurrent_activities": ACTIVITY_THREADS,
        "max_cached_workflows": CACHED_CASES,
        "max_concurrent_workflow_tasks": TASKS_AT_ONCE,
        "graceful_shutdown_timeout": DRAIN,
        "sticky_queue_schedule_to_start_timeout": STICKY,
    }
    return Worker(
        client, task_queue=task_queue, workflows=WORKFLOWS, activities=ports.activities(), **{**ours, **options}
    )
