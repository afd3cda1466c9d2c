"""Lines for a spreadsheet, no cell of them a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Final

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet takes a cell that begins so for a formula, and would run it."""


def harmless(cell: str) -> str:
    """The cell as text, whatever it begins with."""
    return f"'{cell}" if cell.lstrip(" ").startswith(FORMULA) else cell


def line(cells: Sequence[str]) -> str:
    """One line of a CSV file, with its end (RFC 4180)."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow([harmless(each) for each in cells])
    return text.getvalue()
