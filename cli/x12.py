"""`baton x12`: what a file says, what is wrong with it, and the claim that follows from it."""

from __future__ import annotations

import json as notation
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from cyclopts import App

from cli.failures import readable
from cli.home import Json
from cli.output import aside, say
from cli.secondary import secondary
from edi.describe import describe, summarise
from edi.findings import Finding, Quarantined
from edi.items import Item
from edi.reader import read

app = App(name="x12", help="Look into X12 files.")
app.command(secondary)


@app.command
def show(file: Path, /, *, json: Json = False) -> None:
    """Print what an X12 file says, one line for each claim or answer, and every finding about it.

    Shows patient data to whoever may read the file. Files of any size are read as they are printed.

    Example: `baton x12 show remittance.835 --json`

    Args:
        file: 835, 837, 277CA, 277, 999 or TA1, in any mixture.
    """
    with readable(file).open("rb") as stream:
        items = read(stream, name="file")
        if json:
            _put_array(items)
        else:
            _print(items)


def _put_array(items: Iterator[Item]) -> None:
    """One JSON array, written as it is read: a file may be larger than memory."""
    before = "["
    for each in items:
        sys.stdout.write(f"{before}\n{notation.dumps(describe(each), ensure_ascii=False)}")
        before = ","
    sys.stdout.write("[]\n" if before == "[" else "\n]\n")


def _print(items: Iterator[Item]) -> None:
    counts: Counter[str] = Counter()
    for each in items:
        counts[_kind(each)] += 1
        say(summarise(each))
    say(aside(", ".join(f"{number} {kind}" for kind, number in counts.items())))


def _kind(item: Item) -> str:
    if isinstance(item, Finding):
        return f"findings ({item.level})"
    return "set aside" if isinstance(item, Quarantined) else "read"
