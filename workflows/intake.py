"""IntakeFile: one file becomes facts for cases; resumable, and repeating it changes nothing."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

from workflows.ports import FileToRead, Intake, IntakeCounts


@workflow.defn(name="IntakeFile")
class IntakeFile:
    """Read one file to its end, however often the worker dies on the way."""

    @workflow.run
    async def run(self, file: FileToRead) -> IntakeCounts:
        """The counts: every claim in the file is opened, informed, repeated, parked, quarantined or ignored."""
        return await workflow.execute_activity_method(
            Intake.read_file,
            file,
            summary="read one X12 file",
            start_to_close_timeout=timedelta(hours=6),
            heartbeat_timeout=timedelta(seconds=30),
            retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=5)),
        )
