"""Reading an uncompressed PDF back: the words on its pages, and its parts."""

from __future__ import annotations

import re

_SHOWN = re.compile(rb"\((?P<text>(?:\\.|[^\\()])*)\) Tj")
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)


def words_of(pdf: bytes) -> str:
    """Everything that stands on the pages, in the order written."""
    pieces = (_ESCAPED.sub(rb"\1", each["text"]) for each in _SHOWN.finditer(pdf))
    return " ".join(" ".join(each.decode("cp1252") for each in pieces).split())


def pages_of(pdf: bytes) -> int:
    """How many pages there are."""
    return len(re.findall(rb"/Type /Page\b(?!s)", pdf))
