"""One level of a 271: who it names, and for a person what is said of the coverage."""

from collections.abc import Callable
from typing import Any

from edi.assembly import Loop
from edi.bill_context import NamedPart
from edi.eligibility import AnswerDate, AnswerLevel, Benefit, Insured, Refusal
from edi.fields import Fields, referred
from edi.isa import Delimiters
from edi.segments import Segment
from edi.vocabulary import BENEFIT_INFORMATION, ELIGIBILITY_ASKING, ELIGIBILITY_BENEFIT, ELIGIBILITY_PERSON, Sizes

LEVELS: dict[str, AnswerLevel] = {"20": "source", "21": "receiver", "22": "subscriber", "23": "dependent"}
ROLES = {"22": ("IL",), "23": ("03",)}
"""NM101 of the person of a level; whoever answers or asks has several roles."""
_OPEN_END = "99991231"
"""How payers write that a coverage has no end."""


class LevelReading:
    """The reading of one level.

    Attributes:
        fields: Findings about it.
        traces: TRN02 by TRN01, in order.
        dates: DTP of the person.
        benefits: EB in order.
        refusals: AAA of the level itself.
    """

    def __init__(self, loop: Loop, code: str) -> None:
        """Reads all segments of a level.

        Args:
            loop: From HL up to the next one.
            code: HL03.
        """
        self.fields = Fields(f"2000{'ABCD'[int(code) - 20]}")
        self.traces: list[tuple[str, str]] = []
        self.dates: list[AnswerDate] = []
        self.benefits: list[Benefit] = []
        self.refusals: list[Refusal] = []
        self._level, self._roles = LEVELS[code], ROLES.get(code, ())
        self._named: NamedPart | None = None
        self._relationship = ""
        self._benefit: dict[str, Any] = {}
        self._bracket = False
        for segment in loop.segments:
            if self.fields.belongs(segment, self._sizes(segment), _EVERYWHERE):
                _READERS.get(segment.id, LevelReading._other)(self, segment)
        self._end_benefit()
        if loop.overflow:
            self.fields.note("LOOP_TOO_LONG", loop.segments[0])
        if self._named is None:
            self.fields.note("VALUE_MISSING", loop.segments[0])

    def insured(self) -> Insured | None:
        """Returns the person, with what stands behind its name."""
        named = self._named
        if named is None:
            return None
        return Insured(
            party=named.party,
            address=named.address,
            birth=named.birth,
            gender=named.gender,
            relationship=self._relationship,
            references=tuple(named.references),
        )

    @property
    def named(self) -> NamedPart | None:
        """The party of the level."""
        return self._named

    def _sizes(self, segment: Segment) -> Sizes:
        """What may stand here: once benefits have begun, no segment of the person, who may be the next one."""
        if not self._roles:
            return ELIGIBILITY_ASKING
        return ELIGIBILITY_BENEFIT if self._benefit or segment.id == "EB" else ELIGIBILITY_PERSON

    def _end_benefit(self) -> None:
        if self._benefit:
            self.benefits.append(Benefit.model_validate(self._benefit))
            self._benefit = {}

    def _nm1(self, segment: Segment) -> None:
        party = self.fields.party(segment)
        if self._benefit:
            if party.entity in _PERSONS and not self._bracket:
                self.fields.note("SEGMENT_MISPLACED", segment, 1)
            self._benefit["parties"].append(party)
            return
        if self._named is not None:
            self.fields.note("SEGMENT_REPEATED", segment, 1)
        elif self._roles:
            self.fields.code(segment, 1, self._roles)
        self._named = NamedPart(party)

    def _trn(self, segment: Segment) -> None:
        self.traces.append((self.fields.code(segment, 1, ("1", "2")), self.fields.text(segment, 2)))

    def _aaa(self, segment: Segment) -> None:
        refusal = Refusal(
            level="benefit" if self._benefit else self._level,
            valid=self.fields.code(segment, 1, ("Y", "N")) == "Y",
            reason=self.fields.text(segment, 3),
            follow_up=segment[4],
        )
        (self._benefit["refusals"] if self._benefit else self.refusals).append(refusal)

    def _ls(self, segment: Segment) -> None:
        self._bracket = segment.id == "LS"

    def _eb(self, segment: Segment) -> None:
        self._end_benefit()
        self._bracket = False
        information = self.fields.text(segment, 1)
        if information and information not in BENEFIT_INFORMATION:
            shifted = len(information) > 2 or not information.isalnum()
            self.fields.note("VALUE_BAD" if shifted else "EB01_UNKNOWN", segment, 1)
        self._benefit = {
            "information": information,
            "coverage_level": segment[2],
            "service_types": _repeated(segment[3], segment.delimiters),
            "insurance_type": segment[4],
            "plan": segment[5],
            "cents": self.fields.cents_if_sent(segment, 7),
            **{name: [] for name in ("dates", "references", "messages", "refusals", "parties")},
        }

    def _dtp(self, segment: Segment) -> None:
        found = self._dated(segment)
        if found is not None:
            (self._benefit["dates"] if self._benefit else self.dates).append(found)

    def _dated(self, segment: Segment) -> AnswerDate | None:
        """Reads a DTP; a span up to the end of time has no end, and a single day at the end of time says nothing."""
        first, _, last = segment[3].partition("-")
        if _OPEN_END in (first, last) and segment[2] in ("D8", "RD8"):
            start = None if first == _OPEN_END else self.fields.calendar_day(first, segment, 3)
            return AnswerDate(qualifier=segment[1], start=start) if start else None
        period = self.fields.period(segment)
        if period is None:
            return None
        end = period.end if segment[2] == "RD8" else None
        return AnswerDate(qualifier=period.qualifier, start=period.start, end=end)

    def _ref(self, segment: Segment) -> None:
        if not self._benefit:
            self._behind_the_name(segment)
        elif not self._benefit["parties"]:
            self._benefit["references"].append(referred(segment))

    def _msg(self, segment: Segment) -> None:
        if self._benefit:
            self._benefit["messages"].append(segment[1])

    def _ins(self, segment: Segment) -> None:
        self._relationship = segment[2]

    def _behind_the_name(self, segment: Segment) -> None:
        if self._named is not None and not self._benefit:
            self._named.add(segment, self.fields)

    def _other(self, segment: Segment) -> None:
        """Segments that say nothing of what is asked here."""


def _repeated(text: str, delimiters: Delimiters) -> tuple[str, ...]:
    values = text.split(delimiters.repetition) if delimiters.repetition else [text]
    return tuple(filter(None, values))


_EVERYWHERE = ELIGIBILITY_PERSON | ELIGIBILITY_BENEFIT
_PERSONS = frozenset({"IL", "03"})

_READERS: dict[str, Callable[[LevelReading, Segment], None]] = {
    "NM1": LevelReading._nm1,
    "TRN": LevelReading._trn,
    "AAA": LevelReading._aaa,
    "LS": LevelReading._ls,
    "EB": LevelReading._eb,
    "LE": LevelReading._ls,
    "DTP": LevelReading._dtp,
    "REF": LevelReading._ref,
    "MSG": LevelReading._msg,
    "INS": LevelReading._ins,
    "N3": LevelReading._behind_the_name,
    "N4": LevelReading._behind_the_name,
    "DMG": LevelReading._behind_the_name,
}
