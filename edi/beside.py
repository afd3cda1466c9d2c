"""What has no reader of its own: other transaction sets, and segments outside of any, among them TA1."""

from typing import cast, get_args

from edi.acknowledgement import InterchangeAcknowledgement, InterchangeStatus
from edi.assembly import Assembler, Context, Loop
from edi.fields import Fields
from edi.segments import Segment


class UnreadAssembler(Assembler):
    """Sets aside a transaction set of a kind that is not read."""

    def __init__(self, context: Context, transaction_set: str) -> None:
        """Starts before ST.

        Args:
            context: The envelope.
            transaction_set: ST01.
        """
        super().__init__(context)
        self.transaction_set = transaction_set
        self._loop: Loop | None = None

    def take(self, segment: Segment) -> None:
        """Keeps the segment."""
        if self._loop is None:
            self._loop = Loop(segment)
        else:
            self._loop.add(segment)

    def close(self) -> None:
        """Sets aside what was kept."""
        if self._loop is not None:
            fields = Fields("Transaction")
            fields.note("TRANSACTION_UNSUPPORTED", self._loop.segments[0])
            self.set_aside(self._loop, fields.findings, kind="transaction")

    def identity(self) -> str:
        """Sender and receiver."""
        return f"{self.context.sender}*{self.context.receiver}"


class BetweenAssembler(Assembler):
    """Reads TA1, and sets aside every other segment outside of a transaction set."""

    def __init__(self, context: Context) -> None:
        """Starts between two envelope segments."""
        super().__init__(context)
        self._strays: Loop | None = None

    def take(self, segment: Segment) -> None:
        """Reads a TA1 or keeps the segment."""
        if segment.id == "TA1":
            self.transaction_set = "TA1"
            self._acknowledgement(segment)
            self.transaction_set = ""
        elif self._strays is None:
            self._strays = Loop(segment)
        else:
            self._strays.add(segment)

    def close(self) -> None:
        """Sets aside what was kept."""
        if self._strays is not None:
            fields = Fields("Interchange")
            fields.note("SEGMENT_MISPLACED", self._strays.segments[0])
            self.set_aside(self._strays, fields.findings, kind="loop")

    def identity(self) -> str:
        """Sender and receiver."""
        return f"{self.context.sender}*{self.context.receiver}"

    def _acknowledgement(self, segment: Segment) -> None:
        fields = Fields("TA1")
        control, status = fields.text(segment, 1), fields.code(segment, 4, get_args(InterchangeStatus))
        day = fields.calendar_day(f"20{segment[2]}", segment, 2) if segment[2] else None
        if fields.unsafe:
            self.set_aside(Loop(segment), fields.findings, kind="loop")
            return
        self.out.append(
            InterchangeAcknowledgement(
                where=self.place(segment),
                digest=self.digest([segment]),
                sender=self.context.sender,
                receiver=self.context.receiver,
                acknowledged_interchange=control,
                acknowledged_date=day,
                status=cast(InterchangeStatus, status),
                reason=segment[5],
            )
        )
