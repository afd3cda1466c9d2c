"""999 (and 997) segments to verdicts on what we sent."""

from typing import cast, get_args

from edi.acknowledgement import (
    AcknowledgementHeader,
    ElementError,
    GroupAcknowledgement,
    GroupStatus,
    SegmentError,
    SetAcknowledgement,
    SetStatus,
)
from edi.assembly import Assembler, Context, Loop
from edi.fields import Fields
from edi.segments import Segment
from edi.vocabulary import ACKNOWLEDGEMENT

_VERDICTS = frozenset({"IK5", "AK5"})


class AcknowledgementAssembler(Assembler):
    """Reads one 999."""

    transaction_set = "999"

    def __init__(self, context: Context) -> None:
        """Starts before AK1."""
        super().__init__(context)
        self._header = AcknowledgementHeader(sender=context.sender, receiver=context.receiver, version=context.version)
        self._loop: Loop | None = None
        self._sets: list[str] = []
        self._first: Segment | None = None
        self._judged = False

    def take(self, segment: Segment) -> None:
        """Begins a set at AK2, adds to it, or reads the group's own segments."""
        self._first = self._first or segment
        name = segment.id
        if name in ("AK1", "AK2", "AK9"):
            self._finish()
        if name == "AK1":
            self._open_group(segment)
        elif name == "AK9":
            self._group(segment)
        elif self._loop is None:
            self._loop = Loop(segment)
        else:
            self._loop.add(segment)

    def close(self) -> None:
        """Ends the last set."""
        self._finish()
        if not self._judged and self._first is not None:
            fields = Fields("Header")
            fields.note("AK9_MISSING", self._first)
            self.out.extend(fields.findings)

    def identity(self) -> str:
        """Who acknowledges which of our groups."""
        header = self._header
        return "*".join((header.sender, header.receiver, header.functional_id, header.acknowledged_group))

    def _open_group(self, segment: Segment) -> None:
        fields = self.alone(segment, ACKNOWLEDGEMENT, "Header")
        if fields.foreign:
            return
        update = {
            "functional_id": fields.text(segment, 1),
            "acknowledged_group": fields.text(segment, 2),
            "acknowledged_version": segment[3],
        }
        self._header = self._header.model_copy(update=update)
        self.out.extend(fields.findings)

    def _finish(self) -> None:
        """Ends the open set, if any."""
        loop, self._loop = self._loop, None
        if loop is None:
            return
        first, fields = loop.segments[0], Fields("2000")
        if loop.overflow:
            fields.note("LOOP_TOO_LONG", first)
        if first.id != "AK2":
            self.orphan(loop, ACKNOWLEDGEMENT, "2000")
            return
        made = self._set(loop, fields)
        if made is None or fields.unsafe:
            self.set_aside(loop, fields.findings)
        else:
            self._sets.append(made.status)
            self.out.extend([*fields.findings, made])

    def _set(self, loop: Loop, fields: Fields) -> SetAcknowledgement | None:
        first = loop.segments[0]
        verdict = _verdict(loop, fields)
        errors = _errors(loop.segments[1:], fields)
        set_type, set_control = fields.text(first, 1), fields.text(first, 2)
        if verdict is None or fields.unsafe:
            return None
        return SetAcknowledgement(
            where=self.place(first),
            digest=self.digest(loop.segments),
            header=self._header,
            set_type=set_type,
            set_control=set_control,
            set_version=first[3],
            status=cast(SetStatus, verdict[1]),
            reasons=tuple(code for code in verdict.elements[2:] if code),
            errors=tuple(errors),
        )

    def _group(self, segment: Segment) -> None:
        self._judged = True
        fields = self.alone(segment, ACKNOWLEDGEMENT, "Trailer")
        if fields.foreign:
            return
        status = fields.code(segment, 1, get_args(GroupStatus))
        included, received, accepted = (fields.number(segment, position) for position in (2, 3, 4))
        if fields.unsafe:
            self.set_aside(Loop(segment), fields.findings, kind="loop")
            return
        if len(self._sets) == received and sum(verdict in ("A", "E") for verdict in self._sets) != accepted:
            fields.note("AK9_COUNT", segment, 4)
        self._sets = []
        acknowledgement = GroupAcknowledgement(
            where=self.place(segment),
            digest=self.digest([segment]),
            header=self._header,
            status=cast(GroupStatus, status),
            included=included,
            received=received,
            accepted_sets=accepted,
            reasons=tuple(code for code in segment.elements[5:] if code),
        )
        self.out.extend([*fields.findings, acknowledgement])


def _verdict(loop: Loop, fields: Fields) -> Segment | None:
    """Returns the one IK5 (AK5) of a set."""
    found = [segment for segment in loop.segments if segment.id in _VERDICTS]
    if not found:
        fields.note("IK5_MISSING", loop.segments[0])
        return None
    if len(found) > 1:
        fields.note("SEGMENT_REPEATED", found[1])
    fields.code(found[0], 1, get_args(SetStatus))
    return found[0]


def _errors(segments: list[Segment], fields: Fields) -> list[SegmentError]:
    """Returns every IK3 with the CTX and IK4 behind it."""
    errors: list[SegmentError] = []
    for segment in segments:
        if not fields.belongs(segment, ACKNOWLEDGEMENT):
            continue
        if segment.id in ("IK3", "AK3"):
            errors.append(_segment_error(segment, fields))
        elif segment.id in _VERDICTS:
            continue
        elif not errors:
            fields.note("SEGMENT_MISPLACED", segment)
        elif segment.id == "CTX":
            errors[-1] = _in_context(errors[-1], segment)
        else:
            elements = (*errors[-1].elements, _element_error(segment, fields))
            errors[-1] = errors[-1].model_copy(update={"elements": elements})
    return errors


def _segment_error(segment: Segment, fields: Fields) -> SegmentError:
    position = fields.number(segment, 2)
    return SegmentError(segment=fields.text(segment, 1), position=position, loop=segment[3], code=segment[4])


def _in_context(error: SegmentError, segment: Segment) -> SegmentError:
    """Returns the error with our claim number, if this CTX names it."""
    name, *rest = segment.components(1)
    return error.model_copy(update={"claim_number": rest[0]}) if name == "CLM01" and rest else error


def _element_error(segment: Segment, fields: Fields) -> ElementError:
    position, *rest = segment.components(1)
    component = rest[0] if rest else ""
    if not all(part.isascii() and part.isdigit() and len(part) < 4 for part in (position, component or "0")):
        fields.note("VALUE_BAD" if position else "VALUE_MISSING", segment, 1)
        return ElementError(position=0, code=segment[3])
    return ElementError(
        position=int(position), component=int(component or 0), data_element=segment[2], code=fields.text(segment, 3)
    )
