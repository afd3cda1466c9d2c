"""A table of figures: its columns, its rows with the cases behind them, what it counts, and its CSV file."""

from __future__ import annotations

import csv
import io
from typing import Final, Literal
from urllib.parse import urlencode

from dashboard.spreadsheet import harmless
from journey.words import MODE_WORDS, Frozen, Mode

Kind = Literal["words", "cents", "count", "days", "share"]
Value = str | int | float | None

NO_BREAK: Final = "No break point found"


class Column(Frozen):
    """A column: what it shows, and how its values are written."""

    title: str
    kind: Kind = "count"


class TableLine(Frozen):
    """A row; its first cell leads to its cases where there are some to see."""

    cells: tuple[Value, ...]
    href: str = ""


class Table(Frozen):
    """Numbers behind a chart."""

    name: str
    """In the address of its CSV file."""
    title: str
    defined: tuple[tuple[str, str], ...]
    """What it counts: a term, and what it means."""
    columns: tuple[Column, ...]
    lines: tuple[TableLine, ...]


def worklist(**filters: str) -> str:
    """The address of the cases behind a figure; `break_` stands for `break`."""
    named = {name.rstrip("_"): value for name, value in filters.items() if value}
    return f"/worklist?{urlencode({'view': 'everyone', **named})}"


def mode_words(mode: str) -> str:
    """A break point as charts name it: its code and what happened."""
    return f"{mode} {MODE_WORDS[Mode(mode)]}" if mode else NO_BREAK


def as_csv(table: Table) -> str:
    """The table for a spreadsheet: dollars with cents, shares in per cent, no cell a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([_unit(each) for each in table.columns])
    for line in table.lines:
        pairs = zip(table.columns, line.cells, strict=True)
        writer.writerow([_cell(column.kind, value) for column, value in pairs])
    return out.getvalue()


def _unit(column: Column) -> str:
    units: dict[Kind, str] = {"cents": " (dollars)", "share": " (%)"}
    return column.title + units.get(column.kind, "")


def _cell(kind: Kind, value: Value) -> str:
    if value is None:
        return ""
    if kind == "cents":
        return f"{int(value) / 100:.2f}"
    if kind == "share":
        return f"{100 * float(value):.1f}"
    return harmless(str(value)) if kind == "words" else str(value)
