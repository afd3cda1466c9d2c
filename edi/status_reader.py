"""277 and 277CA segments to claim status items; both share one hierarchy and differ in a few levels and codes."""

from edi.acknowledgement import ClaimAcknowledgement, Level, StatusHeader
from edi.assembly import Assembler, Context, Loop
from edi.fields import Fields
from edi.hierarchy import Hierarchy
from edi.parts import Party
from edi.segments import Segment
from edi.status import ClaimStatusAnswer
from edi.status_loop import StatusReading
from edi.vocabulary import STATUS_LEVEL, STATUS_LOOP

_PARENTS = {"20": "", "21": "20", "19": "21", "22": "19", "23": "22", "PT": "19"}
_LEVELS: dict[str, Level] = {"21": "receiver", "19": "provider"}
_CLAIM_LEVELS = ("PT", "22", "23")
_BEGINS = ("TRN", "STC")


class StatusAssembler(Assembler):
    """Reads one 277CA (X214) or 277 (X212); where the version does not tell them apart, BHT01 does."""

    def __init__(self, context: Context) -> None:
        """Starts before BHT."""
        super().__init__(context)
        self.transaction_set = "277" if "X212" in context.version else "277CA"
        self._told = any(guide in context.version for guide in ("X212", "X214"))
        self._header = StatusHeader(sender=context.sender, version=context.version, test=context.test)
        self._hierarchy = Hierarchy(_PARENTS)
        self._parties: dict[str, Party] = {}
        self._level: Loop | None = None
        self._loop: Loop | None = None
        self._spoken = False
        self._announced: tuple[Segment, int] | None = None
        self._met = 0

    def take(self, segment: Segment) -> None:
        """Begins a level at HL and a status at TRN; everything else adds to what is open."""
        name = segment.id
        if name == "HL":
            self._enter(segment)
        elif name == "TRN" or (name == "STC" and self._loop is None):
            self._finish()
            self._loop = Loop(segment)
        elif self._loop is not None:
            self._loop.add(segment)
        elif name in STATUS_LEVEL:
            self._head(segment)
        else:
            self._loop = Loop(segment)

    def close(self) -> None:
        """Ends the last level."""
        self._finish()
        self._leave()
        self._compare_count()

    def identity(self) -> str:
        """Who speaks to whom about which provider."""
        header = self._header
        named = (header.source, header.receiver, self._parties.get("19"))
        return "*".join([header.sender, *(item.identifier or item.name for item in named if item)])

    def _enter(self, segment: Segment) -> None:
        self._finish()
        self._leave()
        if segment[3] == "21":
            self._compare_count()
        fields = self.alone(segment, STATUS_LEVEL, "2000")
        self._hierarchy.enter(segment, fields)
        self.out.extend(fields.findings)
        self._level, self._spoken = Loop(segment), False
        for level in [level for level in self._parties if level not in self._hierarchy.above]:
            del self._parties[level]

    def _head(self, segment: Segment) -> None:
        """Reads the header, or the party of a level."""
        fields = self.alone(segment, STATUS_LEVEL, "2100")
        if fields.foreign:
            self._hierarchy.doubt(fields.findings)
            return
        if self._level is None:
            self._begin(segment, fields)
        else:
            self._level.add(segment)
            if segment.id == "NM1":
                self._name(segment, fields)
        self._hierarchy.doubt(fields.findings)
        self.out.extend(fields.findings)

    def _begin(self, segment: Segment, fields: Fields) -> None:
        if segment.id != "BHT":
            return
        if not self._told:
            self.transaction_set = "277" if segment[1] == "0010" else "277CA"
        update = {"reference": segment[3], "created": fields.day(segment, 4)}
        self._header = self._header.model_copy(update=update)

    def _name(self, segment: Segment, fields: Fields) -> None:
        level = self._hierarchy.level
        if level in self._parties:
            fields.note("SEGMENT_REPEATED", segment, 1)
        self._parties[level] = found = fields.party(segment)
        if level in ("20", "21"):
            self._header = self._header.model_copy(update={"source" if level == "20" else "receiver": found})

    def _finish(self) -> None:
        """Ends the open status, if any."""
        loop, self._loop = self._loop, None
        if loop is None:
            return
        self._spoken = True
        if loop.segments[0].id not in _BEGINS or self._hierarchy.level not in _PARENTS:
            self._stray(loop)
            return
        reading = StatusReading(loop, self.transaction_set)
        if reading.fields.foreign:
            self._hierarchy.doubt(reading.fields.findings)
        level = self._hierarchy.level
        if level in _CLAIM_LEVELS or (level in _LEVELS and reading.statuses):
            self._answer(loop, reading)
        elif reading.fields.unsafe:
            self.set_aside(loop, reading.fields.findings, kind="loop")
        else:
            self._note_dates(reading)

    def _stray(self, loop: Loop) -> None:
        """Sets aside segments that follow no TRN; what comes after them on this level cannot be trusted."""
        fields = Fields("2200")
        for segment in loop.segments:
            fields.belongs(segment, STATUS_LOOP, STATUS_LEVEL)
        fields.note("LOOP_ORPHAN", loop.segments[0])
        self._hierarchy.doubt(fields.findings)
        self.set_aside(self._with_level(loop), fields.findings, kind="loop")

    def _note_dates(self, reading: StatusReading) -> None:
        """Keeps the dates of the information source; other loops without a status say nothing."""
        if self._hierarchy.level == "20":
            update = {"received": reading.dates.get("050"), "processed": reading.dates.get("009")}
            self._header = self._header.model_copy(update=update)
        self.out.extend(reading.fields.findings)

    def _answer(self, loop: Loop, reading: StatusReading) -> None:
        """Yields the item of a loop with a status, or sets it aside."""
        first, fields, level = loop.segments[0], reading.fields, self._hierarchy.level
        self._met += level in _CLAIM_LEVELS
        if level == "21":
            self._header = self._header.model_copy(update={"batch": reading.trace})
        if not reading.statuses:
            fields.note("STC_MISSING", first)
        if first.id != "TRN":
            fields.note("TRN_MISSING", first)
        if fields.unsafe or self._hierarchy.doubts:
            reasons = [
                *self._hierarchy.doubts,
                *(item for item in fields.findings if item not in self._hierarchy.doubts),
            ]
            self.set_aside(self._with_level(loop), reasons, number=reading.trace)
            return
        self._announce(loop, reading)
        self.out.extend(fields.findings)
        self.out.append(self._item(loop, reading))

    def _item(self, loop: Loop, reading: StatusReading) -> ClaimAcknowledgement | ClaimStatusAnswer:
        level, parties = _LEVELS.get(self._hierarchy.level, "claim"), self._parties
        content = [segment for segment in self._with_level(loop).segments if segment.id != "HL"]
        where, digest = self.place(loop.segments[0]), self.digest(content)
        patient = parties.get("PT") or parties.get("23")
        if self.transaction_set == "277":
            return ClaimStatusAnswer(
                where=where,
                digest=digest,
                header=self._header,
                level=level,
                provider=parties.get("19"),
                subscriber=parties.get("22"),
                patient=patient,
                trace=reading.trace,
                statuses=tuple(reading.statuses),
                references=tuple(reading.references),
                service=reading.service,
                lines=reading.lines(),
            )
        return ClaimAcknowledgement(
            where=where,
            digest=digest,
            header=self._header,
            level=level,
            provider=parties.get("19"),
            patient=patient or parties.get("22"),
            trace=reading.trace,
            statuses=tuple(reading.statuses),
            references=tuple(reading.references),
            service=reading.service,
            lines=reading.lines(),
            quantities=tuple(reading.quantities),
            amounts=tuple(reading.amounts),
        )

    def _with_level(self, loop: Loop) -> Loop:
        """Returns the loop with the segments that name its claim's patient before it."""
        if self._level is None or self._hierarchy.level not in _CLAIM_LEVELS:
            return loop
        first, *rest = self._level.segments + loop.segments
        whole = Loop(first)
        for segment in rest:
            whole.add(segment)
        whole.overflow = whole.overflow or loop.overflow
        whole.end = loop.end
        return whole

    def _leave(self) -> None:
        """Ends a level; a claim level that said nothing and has nothing below is set aside."""
        level, self._level = self._level, None
        if level is None or self._spoken or self._hierarchy.level not in _CLAIM_LEVELS:
            return
        first = level.segments[0]
        if first[4] != "1":
            fields = Fields("2000")
            fields.note("STC_MISSING", first)
            self.set_aside(level, fields.findings, kind="loop")

    def _announce(self, loop: Loop, reading: StatusReading) -> None:
        """Keeps the number of claims that the receiver level announces."""
        counts = [int(item.value) for item in reading.quantities if item.qualifier in ("90", "AA")]
        if self._hierarchy.level == "21" and counts:
            self._announced = (loop.segments[0], sum(counts))

    def _compare_count(self) -> None:
        """Compares the announced number of claims with those met; a refused batch need not name its claims."""
        announced, met = self._announced, self._met
        self._announced, self._met = None, 0
        if announced is not None and met not in (0, announced[1]):
            fields = Fields("2200B")
            fields.note("QTY_COUNT", announced[0])
            self.out.extend(fields.findings)
