"""What is wrong with a file, said without quoting it."""

from typing import Literal

from edi.advice import ADVICE, Level
from edi.where import Frozen, Where

Scope = Literal["claim", "loop", "transaction", "interchange", "file"]


class Finding(Frozen):
    """One thing a reader noticed; never carries a value of the file, so it may be logged.

    Attributes:
        code: Stable name of the rule, a key of `edi.advice.ADVICE`.
        level: `error` (content was set aside or cannot be trusted), `warning` (read, look at it) or `note`.
        ordinal: Number of the segment within the file, counted from 1; 0 speaks of the whole file.
        offset: Byte at which that segment starts.
        place: Loop and element, such as `2100 CLP04`.
        advice: What to do about it.
    """

    type: Literal["finding"] = "finding"
    code: str
    level: Level
    ordinal: int
    offset: int
    place: str
    advice: str


class Quarantined(Frozen):
    """Content that could not be read safely, kept whole for a person to look at.

    Attributes:
        kind: How much was set aside: one claim, a loop outside any claim, a transaction, an interchange, the file.
        transaction_set: `835`, `277CA`, `277`, `999`, `837P`, `837I`, `TA1`, another ST01, or empty if unknown.
        where: Place of the first byte set aside.
        reasons: Every finding about it.
        raw: The segments as they came, PHI included; for the quarantine store only.
        length: Bytes set aside, from `where.offset`; longer than `raw` when `truncated`.
        truncated: True if `raw` was cut at `edi.segments.RAW_LIMIT`; the source file has the rest.
        claim_number: CLP01, CLM01 or TRN02 as far as it could be read (PHI); empty if not.
        digest: sha256 of the content without control numbers, as on the typed items.
    """

    type: Literal["quarantined"] = "quarantined"
    kind: Scope
    transaction_set: str = ""
    where: Where
    reasons: tuple[Finding, ...]
    raw: str
    length: int
    truncated: bool = False
    claim_number: str = ""
    digest: str


def finding(code: str, ordinal: int, offset: int, place: str = "") -> Finding:
    """Returns the finding for a rule, with its level and advice from the table."""
    level, advice = ADVICE[code]
    return Finding(code=code, level=level, ordinal=ordinal, offset=offset, place=place, advice=advice)
