"""A workflow that imports what no workflow should: the worker must refuse it."""

import structlog
from temporalio import workflow


@workflow.defn
class Stray:
    """Would log past the engine."""

    @workflow.run
    async def run(self) -> str:
        """Never reached."""
        return str(structlog)
