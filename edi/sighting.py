"""One fact of a file with the keys by which its cases are found, and how it is stamped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from edi.where import Where
from journey.facts import Fact
from journey.words import Grade

KeyKind = Literal[
    "claim_number",
    "payer_claim_number",
    "submission",
    "question",
    "interchange",
    "group",
    "set",
    "batch",
    "member",
    "trace",
]
"""By what cases may be found.

Our claim number, the payer's, our submission or question id, the control numbers of what was sent, its batch reference
(BHT03), a payer's member, or a payer's payment.
"""


Key = tuple[KeyKind, str]


@dataclass(frozen=True, slots=True)
class Sighting:
    """One fact and the keys by which its cases are found, the surest first."""

    fact: Fact
    keys: tuple[Key, ...]
    charge: int | None = None
    """Cents; tells two claims of the same number apart."""
    to: str = ""
    """For an acknowledgement: the party it is addressed to, who sent what it acknowledges (GS03 or ISA08)."""


@dataclass(frozen=True, slots=True)
class Reception:
    """How a file was received: what its facts need to be stamped."""

    learnt_at: datetime
    """Case time, aware."""
    zone: ZoneInfo
    document: str
    """An opaque reference to the file."""
    opaque: Callable[..., str] = field(repr=False)
    """Keyed digest `(kind, *parts)`: fact ids must not be guessable from claim content (field notes 6)."""


def happened(day: date | None, where: Where, reception: Reception) -> datetime:
    """A document's date is all we know: the end of that day at the latest, in file order, and always before now.

    What we do because of a document is then never older than the document.
    """
    latest = reception.learnt_at - timedelta(seconds=1)
    if day is not None:
        latest = min(latest, datetime.combine(day, time(23, 59), tzinfo=reception.zone))
    return latest + timedelta(microseconds=where.ordinal % 1_000_000)


def stamped(digest: str, day: date | None, where: Where, reception: Reception, grade: Grade) -> dict[str, object]:
    """What every fact of a file carries."""
    return {
        "fact_id": reception.opaque("fact", digest),
        "happened_at": happened(day, where, reception),
        "learnt_at": reception.learnt_at,
        "source": f"{reception.document}/{where.transaction_control}/{where.ordinal}",
        "grade": grade,
    }


def plain(name: str) -> str:
    """A payer's name as it is compared: capitals and digits only."""
    return "".join(letter for letter in name.upper() if letter.isalnum())


def payer_keys(kind: KeyKind, ids: tuple[str, ...], name: str, value: str) -> tuple[Key, ...]:
    """Keys for a value that only one payer gives out: by each of the payer's ids, then by its name."""
    given = [f"id:{each.strip()}" for each in ids if each.strip()]
    if plain(name):
        given.append(f"name:{plain(name)}")
    return tuple((kind, f"{payer}|{value}") for payer in given)
