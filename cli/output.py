"""Output: text of at most 100 columns for people, JSON for machines."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

WIDTH = 100


class Page(Console):
    """A console that leaves it to the command how to end when nobody reads on."""

    def on_broken_pipe(self) -> None:
        """Tell the command instead of ending the process."""
        raise BrokenPipeError


def console() -> Console:
    """Where people read: the terminal's width up to 100 columns, and nothing in a text is markup."""
    width = min(shutil.get_terminal_size((WIDTH, 24)).columns, WIDTH)
    return Page(width=width, highlight=False, markup=False, emoji=False)


def say(*lines: RenderableType) -> None:
    """Print lines, tables or texts for people."""
    out = console()
    for each in lines:
        out.print(each)


def heading(text: str) -> Text:
    """The title of a part of a page."""
    return Text(text, style="bold")


def aside(text: str) -> Text:
    """Something less important."""
    return Text(text, style="dim")


def indented(text: RenderableType, by: int = 2) -> Padding:
    """A paragraph that stands further right, also where it wraps."""
    return Padding(text, (0, 0, 0, by), expand=False)


def table(titles: Sequence[str], rows: Iterable[Sequence[str]], *, right: Sequence[str] = ()) -> Table:
    """A table with a heading; the columns named in `right` hold numbers. Long texts wrap, short words do not."""
    made = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    for title in titles:
        made.add_column(title, justify="right" if title in right else "left", overflow="fold")
    for row in rows:
        made.add_row(*row)
    return made


def pairs(rows: Iterable[tuple[str, RenderableType]]) -> Table:
    """Names and what they stand for, without a heading."""
    made = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    made.add_column(style="dim", no_wrap=True)
    made.add_column(overflow="fold")
    for name, value in rows:
        made.add_row(name, value)
    return made


def put_json(value: Any) -> None:
    """Print a value for machines: one JSON document."""
    sys.stdout.write(json.dumps(value, indent=1, ensure_ascii=False, default=str) + "\n")
