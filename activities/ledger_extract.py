"""A/R extracts: a billing system's accounts as a CSV file, read row by row into balances; a bad row stops no other."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import Any, Literal, TextIO
from zoneinfo import ZoneInfo

from activities.ledger_wire import ACCOUNT_LENGTH
from journey.facts import LedgerRead
from journey.words import Cents, Grade, Party, Switch

ENDING = ".csv"
DELIMITERS = ",;\t|"
MOST_LINE = 1 << 16
"""Characters; a longer line is no row of an extract, and none of it is kept in memory."""
MOST_CENTS = 10**12
"""No account of one claim is larger; a number beyond it is a misplaced column."""

Money = Literal["dollars", "cents"]
"""How amounts are written: 1,234.56, $1,234.56, (12.00) or -12.00; or whole cents."""

AMOUNTS = (
    "open_balance", "patient_balance", "primary_posted", "secondary_posted", "unapplied", "deposits", "patient_paid",
    "last_statement_amount",
)  # fmt: skip
DATES = ("secondary_billed_on", "first_statement_on", "last_statement_on")
FLAGS = ("placed_with_agency", "hold")
"""`hold` is yes where all six switches stand; an extract that lists the switches uses `switches_on` instead."""
FIELDS = ("account", "as_of", *AMOUNTS, *DATES, *FLAGS, "statements_sent", "switches_on")
"""What a column may be mapped to: the fields of a balance, as `docs/ledger.md` describes them."""
REQUIRED = ("account", "open_balance", "patient_balance")

_YES = frozenset({"y", "yes", "true", "t", "1", "x", "on"})
_NO = frozenset({"", "n", "no", "false", "f", "0", "off"})
_PLAIN = re.compile(r"-?\$?\d{1,3}(,\d{3})*(\.\d{1,2})?|-?\$?\d+(\.\d{1,2})?", re.ASCII)


@dataclass(frozen=True)
class Layout:
    """How an extract is written: which column is what, and the notation of dates and money."""

    columns: Mapping[str, str] = field(default_factory=dict)
    """Field → heading; a field that is not named here stands under its own name, where the file has it."""
    dates: str = "%Y-%m-%d"
    money: Money = "dollars"


@dataclass(frozen=True)
class GoodRow:
    """One account as a row shows it."""

    line: int
    account: str
    as_of: datetime
    shown: Mapping[str, Any]
    """The fields of a ledger read, without those that every fact has."""

    @property
    def age(self) -> int:
        """The moment of this state in seconds; of two extracts the later one has the higher number."""
        return int(self.as_of.timestamp())

    @property
    def digest(self) -> str:
        """What the row shows, whenever it was shown."""
        return sha256(repr(sorted(self.shown.items())).encode()).hexdigest()[:16]

    def as_fact(self, fact_id: str, version: int, learnt_at: datetime) -> LedgerRead:
        """The row as a fact; a balance of the end of today happened no later than now."""
        return LedgerRead(
            fact_id=fact_id,
            happened_at=min(self.as_of, learnt_at),
            learnt_at=learnt_at,
            source=f"A/R extract, line {self.line}",
            sender=Party.LEDGER,
            grade=Grade.SETTLED,
            version=version,
            **self.shown,
        )


@dataclass(frozen=True)
class BadRow:
    """A row that cannot be used: where it stands, what is wrong, never the value itself."""

    line: int
    reasons: tuple[str, ...]
    raw: str


def layout_columns(text: str) -> dict[str, str]:
    """Reads 'account=Acct No; open_balance=Total Due' into a mapping.

    Raises:
        ValueError: with the rule that the text breaks.
    """
    found: dict[str, str] = {}
    for part in filter(None, (each.strip() for each in text.split(";"))):
        name, equals, heading = (each.strip() for each in part.partition("="))
        if not equals or not heading:
            raise ValueError("must be field=heading, several with semicolons: account=Acct No; open_balance=Total Due")
        if name not in FIELDS:
            raise ValueError(f"names a field that no balance has; there are {', '.join(FIELDS)}")
        if name in found:
            raise ValueError(f"names the field {name} twice")
        found[name] = heading
    return found


def date_notation(text: str) -> str:
    """Reads a notation of dates such as %m/%d/%Y (strftime's letters).

    Raises:
        ValueError: it does not tell a day apart from every other.
    """
    day = datetime(2027, 11, 28, 13, 45, tzinfo=UTC)
    try:
        told = datetime.strptime(day.strftime(text), text)  # noqa: DTZ007  only the day is compared
    except ValueError:
        told = None
    if told is None or told.date() != day.date():
        raise ValueError("must tell year, month and day, such as %Y-%m-%d or %m/%d/%Y")
    return text


def read_rows(file: TextIO, layout: Layout, zone: ZoneInfo, dated: datetime) -> Iterator[GoodRow | BadRow]:
    """Every row of an extract, in its order; a file without the columns that matter is one bad row.

    Args:
        file: opened with `newline=""`.
        layout: how it is written.
        zone: where the provider works; days begin and end there.
        dated: when the file was written, for extracts that do not say as of when they are.
    """
    heading = file.readline(MOST_LINE)
    delimiter = max(DELIMITERS, key=heading.count)
    names = _cells(heading, delimiter)
    places, problems = _places(names, layout)
    if problems:
        yield BadRow(1, tuple(problems), heading)
        return
    reader = _Reader(layout, zone, dated, places, len(names))
    seen: set[str] = set()
    for line, cells, raw in _lines(file, delimiter):
        row = reader.row(line, cells, raw)
        if isinstance(row, GoodRow) and row.account in seen:
            row = BadRow(line, (f"column '{places['account'][1]}': the account stands in this file twice",), raw)
        if isinstance(row, GoodRow):
            seen.add(row.account)
        yield row


def _cells(heading: str, delimiter: str) -> list[str]:
    try:
        return [each.strip() for each in next(csv.reader([heading.lstrip("\ufeff")], delimiter=delimiter), [])]
    except csv.Error:
        return []


def _places(names: list[str], layout: Layout) -> tuple[dict[str, tuple[int, str]], list[str]]:
    """Field → place and heading; what is missing or doubtful."""
    plain = [each.casefold() for each in names]
    places: dict[str, tuple[int, str]] = {}
    problems: list[str] = []
    for name in FIELDS:
        heading = layout.columns.get(name, name)
        found = [place for place, each in enumerate(plain) if each == heading.casefold()]
        if len(found) > 1:
            problems.append(f"column '{heading}' stands in the heading {len(found)} times")
        elif found:
            places[name] = found[0], heading
        elif name in REQUIRED or name in layout.columns:
            problems.append(f"column '{heading}' ({name}) is missing: name its heading in BATON_EXTRACT_COLUMNS")
    return places, problems


def _lines(file: TextIO, delimiter: str) -> Iterator[tuple[int, list[str], str]]:
    """Line number, cells and text of each row that is not empty; a line that is no CSV has no cells."""
    number = 1
    while text := file.readline(MOST_LINE):
        number += 1
        raw = text.rstrip("\r\n")
        while not text.endswith(("\n", "\r")) and (text := file.readline(MOST_LINE)):
            raw = f"{raw[:MOST_LINE]}…"
        if not raw.strip():
            continue
        try:
            yield number, next(csv.reader([raw], delimiter=delimiter, strict=True)), raw
        except csv.Error:
            yield number, [], raw


class _Reader:
    """Turns cells into one account."""

    def __init__(
        self, layout: Layout, zone: ZoneInfo, dated: datetime, places: dict[str, tuple[int, str]], width: int
    ) -> None:
        self._layout = layout
        self._zone = zone
        self._dated = dated
        self._places = places
        self._width = width

    def row(self, line: int, cells: list[str], raw: str) -> GoodRow | BadRow:
        if len(cells) != self._width:
            told = f"{len(cells)} cells where the heading has {self._width}: a quote or delimiter is out of place"
            return BadRow(line, (told,), raw)
        shown: dict[str, Any] = {}
        problems: list[str] = []
        for name, (place, heading) in self._places.items():
            try:
                value = self._value(name, cells[place].strip())
            except ValueError as rule:
                problems.append(f"column '{heading}': {rule}")
                continue
            if value is not None:
                shown[name] = value
        if problems:
            return BadRow(line, tuple(problems), raw)
        return self._good(line, shown)

    def _good(self, line: int, shown: dict[str, Any]) -> GoodRow:
        account, as_of = shown.pop("account"), shown.pop("as_of", self._dated)
        if "hold" in shown:
            shown["switches_on"] = tuple(Switch) if shown.pop("hold") else ()
        return GoodRow(line, account, as_of, shown)

    def _value(self, name: str, text: str) -> Any:
        if name == "account":
            return _account(text)
        if name in FLAGS:
            return _flag(text)
        if not text:
            if name in REQUIRED:
                raise ValueError("is empty")
            return None
        if name in AMOUNTS:
            return _cents(text, self._layout.money)
        if name in DATES:
            return self._date(text)
        return {"as_of": self._moment, "statements_sent": _count, "switches_on": _switches}[name](text)

    def _date(self, text: str) -> date:
        return _parsed(text, self._layout.dates, "is not a date in the agreed notation").date()

    def _moment(self, text: str) -> datetime:
        """A day means its end: an extract shows what was booked that day."""
        told = _parsed(text, self._layout.dates, "is not a date in the agreed notation")
        whole_day = told.time() == time() and not re.search("%[HIcX]", self._layout.dates)
        local = datetime.combine(told.date(), time(23, 59, 59) if whole_day else told.time(), told.tzinfo or self._zone)
        return local.astimezone(UTC)


def _account(text: str) -> str:
    if not 0 < len(text) <= ACCOUNT_LENGTH:
        raise ValueError(f"must have 1 to {ACCOUNT_LENGTH} characters")
    return text


def _flag(text: str) -> bool:
    plain = text.casefold()
    if plain not in _YES | _NO:
        raise ValueError("is neither yes nor no")
    return plain in _YES


def _cents(text: str, money: Money) -> Cents:
    negative = text.startswith("(") and text.endswith(")")
    bare = text[1:-1].strip() if negative else text
    if money == "cents":
        if not re.fullmatch(r"-?[0-9]{1,13}", bare):
            raise ValueError("is not a whole number of cents")
        value = int(bare)
    else:
        value = _of_dollars(bare)
    if abs(value) > MOST_CENTS:
        raise ValueError("is larger than any account")
    return -value if negative else value


def _of_dollars(text: str) -> Cents:
    bare = text.replace("$-", "-$")
    if not _PLAIN.fullmatch(bare):
        raise ValueError("is not an amount in dollars and cents")
    try:
        return int(Decimal(bare.replace("$", "").replace(",", "")) * 100)
    except InvalidOperation:
        raise ValueError("is not an amount in dollars and cents") from None


def _count(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", text):
        raise ValueError("is not a count")
    return int(text)


def _switches(text: str) -> tuple[Switch, ...]:
    named = set(re.split(r"[\s,|/]+", text.casefold()))
    if not named <= {each.value for each in Switch}:
        raise ValueError(f"names a switch that there is not; there are {', '.join(Switch)}")
    return tuple(each for each in Switch if each.value in named)


def _parsed(text: str, notation: str, rule: str) -> datetime:
    try:
        return datetime.strptime(text, notation)  # noqa: DTZ007  its reader puts it into the provider's zone
    except ValueError:
        raise ValueError(rule) from None
