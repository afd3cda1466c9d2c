"""271 segments to coverage answers, one for each person and one for each refusal above a person."""

from edi.assembly import Assembler, Context, Loop
from edi.eligibility import AnswerHeader, CoverageAnswer, Insured
from edi.eligibility_level import LEVELS, ROLES, LevelReading
from edi.fields import Fields
from edi.hierarchy import Hierarchy
from edi.segments import Segment
from edi.vocabulary import ELIGIBILITY_HEADER, ELIGIBILITY_PERSON

_PARENTS = {"20": "", "21": "20", "22": "21", "23": "22"}


class EligibilityAssembler(Assembler):
    """Reads one 271."""

    transaction_set = "271"

    def __init__(self, context: Context) -> None:
        """Starts before BHT."""
        super().__init__(context)
        self._header = AnswerHeader(sender=context.sender, version=context.version, test=context.test)
        self._hierarchy = Hierarchy(_PARENTS)
        self._loop: Loop | None = None
        self._subscriber: Insured | None = None
        self._subscriber_loop: Loop | None = None
        self._traces: tuple[str, ...] = ()

    def take(self, segment: Segment) -> None:
        """Begins a level at HL; everything else adds to it."""
        if segment.id == "HL":
            self._leave()
            self._enter(segment)
        elif self._loop is not None:
            self._loop.add(segment)
        elif segment.id == "BHT":
            self._begin(segment)
        else:
            self._loop = Loop(segment)

    def close(self) -> None:
        """Ends the last level."""
        self._leave()

    def identity(self) -> str:
        """Who speaks to whom, and on which day: the same answer of another day is news."""
        header = self._header
        named = [each.identifier or each.name for each in (header.source, header.receiver) if each]
        return "*".join([header.sender, header.reference, str(header.created), *named])

    def _begin(self, segment: Segment) -> None:
        fields = self.alone(segment, ELIGIBILITY_HEADER, "Header")
        update = {"reference": segment[3], "created": fields.day(segment, 4)}
        self._header = self._header.model_copy(update=update)
        if not fields.foreign:
            self.out.extend(fields.findings)

    def _enter(self, segment: Segment) -> None:
        fields = Fields("2000")
        fields.belongs(segment, ELIGIBILITY_PERSON)
        self._hierarchy.enter(segment, fields)
        self.out.extend(each for each in fields.findings if each.level != "error")
        self._loop = Loop(segment)
        if segment[3] != "23":
            self._subscriber = self._subscriber_loop = None
            self._traces = ()

    def _leave(self) -> None:
        """Ends the open level: reads it, and lets what stands below know whether it can be trusted."""
        loop, self._loop = self._loop, None
        if loop is None:
            return
        level = self._hierarchy.level
        if loop.segments[0].id != "HL":
            self.orphan(loop, ELIGIBILITY_PERSON, "2000")
            return
        reading = LevelReading(loop, level) if level in LEVELS else None
        if reading is None or reading.fields.unsafe or self._hierarchy.doubts:
            self._distrust(loop, reading)
            return
        self.out.extend(reading.fields.findings)
        if level in ROLES:
            self._person(loop, reading, level)
        else:
            self._party(loop, reading, level)

    def _distrust(self, loop: Loop, reading: LevelReading | None) -> None:
        found = reading.fields.findings if reading else []
        reasons = [*self._hierarchy.doubts, *(each for each in found if each not in self._hierarchy.doubts)]
        self._hierarchy.doubt(found)
        traces = [trace for _, trace in reading.traces] if reading else []
        self.set_aside(self._below(loop), reasons, kind="loop", number=traces[0] if traces else "")

    def _party(self, loop: Loop, reading: LevelReading, level: str) -> None:
        """Keeps who answers or asks; a refusal there is an answer of its own."""
        name = "source" if level == "20" else "receiver"
        self._header = self._header.model_copy(update={name: reading.named.party if reading.named else None})
        if reading.refusals:
            self._answer(loop, reading, level)

    def _person(self, loop: Loop, reading: LevelReading, level: str) -> None:
        """Yields what is said of a person; a subscriber above dependents may be there for its name only."""
        if level == "22":
            self._subscriber, self._subscriber_loop = reading.insured(), loop
            self._traces = _ordered(reading.traces)
        if reading.benefits or reading.refusals:
            self._answer(loop, reading, level)
        elif level == "23" or loop.segments[0][4] != "1":
            reading.fields.note("EB_MISSING", loop.segments[0])
            self._distrust(loop, reading)

    def _answer(self, loop: Loop, reading: LevelReading, level: str) -> None:
        whole = self._below(loop)
        content = [segment for segment in whole.segments if segment.id != "HL"]
        person = level in ROLES
        self.out.append(
            CoverageAnswer(
                where=self.place(loop.segments[0]),
                digest=self.digest(content),
                header=self._header,
                level=LEVELS[level],
                traces=_ordered(reading.traces) or (self._traces if person else ()),
                subscriber=self._subscriber if person else None,
                dependent=reading.insured() if level == "23" else None,
                dates=tuple(reading.dates),
                benefits=tuple(reading.benefits),
                refusals=tuple(reading.refusals),
            )
        )

    def _below(self, loop: Loop) -> Loop:
        """Returns a dependent's level with its subscriber's before it."""
        above = self._subscriber_loop
        if self._hierarchy.level != "23" or above is None:
            return loop
        first, *rest = above.segments + loop.segments
        whole = Loop(first)
        whole.limit = max(whole.limit, above.limit, loop.limit)
        for segment in rest:
            whole.add(segment)
        whole.overflow = whole.overflow or above.overflow or loop.overflow
        whole.end = loop.end
        return whole


def _ordered(traces: list[tuple[str, str]]) -> tuple[str, ...]:
    """Returns traces with references of the question (`2`) before the payer's own (`1`)."""
    return tuple(trace for _, trace in sorted(traces, key=lambda each: each[0] != "2"))
