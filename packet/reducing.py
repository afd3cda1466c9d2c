"""From the whole packet to what one reader may see: fields emptied, identifiers masked, sentences without names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from pydantic.fields import FieldInfo

from journey.words import Frozen, Party
from journey.writing import masked
from packet.contents import Packet
from packet.readers import Cell, Datum, Holds, Reader, cell, told

P = TypeVar("P", bound=Frozen)

PAYERS: Final = (Party.PRIMARY, Party.SECONDARY, Party.TERTIARY)
"""The claim's payers in the order billed."""

_IDENTIFIERS: Final = frozenset(
    {
        Datum.CLAIM_NUMBER,
        Datum.PROVIDER,
        Datum.MEMBER_ID,
        Datum.REFERENCE,
        Datum.PAYER_CLAIM_NUMBER,
        Datum.TRACE,
    }
)
_NAMES: Final = frozenset({Datum.CONTACT_PERSON, Datum.CORRECTION_VALUE})
_OURS: Final = frozenset({Datum.PACKET, Datum.CHAIN, Datum.STAFF, Datum.FILE})
"""What names nobody outside the practice, and must stay as it is."""

_GONE: Final = "…"


class Redaction:
    """Takes known names and identifiers out of sentences, whole words only, however they are capitalised."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        """Take the words; those of a single character could stand for anything and are left out."""
        known = sorted({each.strip() for each in words if len(each.strip()) > 1}, key=lambda each: (-len(each), each))
        alternatives = "|".join(re.escape(each) for each in known)
        self._pattern = re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)", re.IGNORECASE) if known else None

    def __call__(self, text: str) -> str:
        """The text with an ellipsis in their place."""
        return self._pattern.sub(_GONE, text) if self._pattern else text


@dataclass(frozen=True)
class Sight:
    """Whose eyes a packet is for."""

    reader: Reader
    payer: Party = Party.UNKNOWN
    """The payer that reads."""
    redaction: Redaction = field(default_factory=Redaction)

    def sees(self, datum: Datum, about: Party) -> Cell:
        """What these eyes get of a kind of data about a party: SHOWN, MASKED or HIDDEN."""
        found = cell(datum, self.reader)
        if found is Cell.OWN:
            found = Cell.SHOWN if about is self.payer and about in PAYERS else Cell.HIDDEN
        elif found is Cell.PRIOR:
            found = Cell.SHOWN if self._comes_by_then(about) else Cell.HIDDEN
        return found

    def _comes_by_then(self, about: Party) -> bool:
        both = about in PAYERS and self.payer in PAYERS
        return both and PAYERS.index(about) <= PAYERS.index(self.payer)

    @property
    def names_nobody(self) -> bool:
        """Whether this reader may see no person's name at all."""
        return cell(Datum.PATIENT, self.reader) is Cell.HIDDEN


def reduced(packet: Packet, sight: Sight) -> Packet:
    """The packet as one reader may see it, with the kinds of data that are masked or left out."""
    return _part(packet, sight, Party.UNKNOWN).model_copy(
        update={
            "masked": told(sight.reader, Cell.MASKED, Cell.OWN, Cell.PRIOR),
            "withheld": told(sight.reader, Cell.HIDDEN),
        }
    )


def is_empty(part: Frozen) -> bool:
    """Whether a part tells nothing."""
    fields = type(part).model_fields
    return all(getattr(part, name) == fields[name].default for name in fields if name != "about")


def _part(part: P, sight: Sight, about: Party) -> P:
    about = getattr(part, "about", about)
    kept = type(part)(
        **{
            name: _value(getattr(part, name), info, sight, about)
            for name, info in type(part).model_fields.items()
            if name != "about"
        }
    )
    return kept.model_copy(update={"about": about}) if hasattr(part, "about") and not is_empty(kept) else kept


def _value(value: Any, info: FieldInfo, sight: Sight, about: Party) -> Any:
    if isinstance(value, Frozen):
        return _part(value, sight, about)
    if isinstance(value, tuple) and any(isinstance(each, Frozen) for each in value):
        parts = (_part(each, sight, about) for each in value)
        return tuple(each for each in parts if not is_empty(each))
    datum = next((each.datum for each in info.metadata if isinstance(each, Holds)), None)
    seen = sight.sees(datum, about) if datum else Cell.HIDDEN
    if datum is None or seen is Cell.HIDDEN:
        return info.default
    return _shown(value, datum, sight, masking=seen is Cell.MASKED) if value != info.default else value


def _shown(value: Any, datum: Datum, sight: Sight, *, masking: bool) -> Any:
    if isinstance(value, tuple):
        return tuple(_shown(each, datum, sight, masking=masking) for each in value)
    if not isinstance(value, str) or type(value) is not str:
        return value
    if masking and datum in _IDENTIFIERS:
        return masked(value)
    if masking and datum in _NAMES:
        return _GONE
    careful = masking or (sight.names_nobody and datum not in _OURS)
    return sight.redaction(value) if careful else value
