"""The ISA header, which says how everything behind it is to be read."""

import re
from typing import NamedTuple

WIDTHS = (2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1)
LENGTH = 106

ISA_CANDIDATE = re.compile(r"ISA[^A-Za-z0-9 \r\n]")
ISA_ANYWHERE = re.compile(
    r"ISA([^A-Za-z0-9 \r\n])\w\w\1.{10}\1\w\w\1.{10}\1\w\w\1.{15}\1\w\w\1.{15}\1.{6}\1.{4}\1", re.DOTALL
)


class Delimiters(NamedTuple):
    """Separators of one interchange; `repetition` is empty where the version has none."""

    element: str
    component: str
    repetition: str
    terminator: str


class Header(NamedTuple):
    """A readable ISA: its text, elements (ISA01 at 1), length in bytes, separators, and codes of findings."""

    raw: str
    elements: list[str]
    length: int
    delimiters: Delimiters
    findings: tuple[str, ...]


def read_isa(text: str) -> Header | None:
    """Reads the ISA at the start of the text, by its fixed widths or else by counting separators.

    Args:
        text: Text that starts with `ISA` and holds what follows the header, as far as the file has it.

    Returns:
        The header, or None if it does not say how to read on.
    """
    return _by_width(text) or _by_count(text)


def _by_width(text: str) -> Header | None:
    element = text[3]
    if len(text) < LENGTH or text[LENGTH - 3] != element:
        return None
    elements, at = ["ISA"], 4
    for width in WIDTHS:
        elements.append(text[at : at + width])
        at += width + 1
    exact = text[:LENGTH].count(element) == 16 and not any(element in value for value in elements)
    return _header(text, [*elements, text[LENGTH - 2]], LENGTH, exact)


def _by_count(text: str) -> Header | None:
    elements = text[:400].split(text[3], 16)
    if len(elements) < 17 or len(elements[16]) < 2:
        return None
    length = sum(len(value) + 1 for value in elements[:16]) + 2
    return _header(text, [*elements[:16], elements[16][0]], length, exact=False)


def _header(text: str, elements: list[str], length: int, exact: bool) -> Header | None:
    """Returns the header if its separators can be separators and, when inexact, a known segment follows."""
    element, component, terminator = text[3], elements[16], text[length - 1]
    marks = {element, component, terminator}
    if len(marks) < 3 or any(mark.isalnum() for mark in marks):
        return None
    follows = re.match(rf"\s*(?:GS|TA1|IEA){re.escape(element)}", text[length:])
    if not exact and not follows:
        return None
    delimiters = Delimiters(element, component, _repetition(elements, marks), terminator)
    codes = () if exact else ("ISA_WIDTH",)
    if _broken_by_lines(text[length:], delimiters):
        delimiters, codes = delimiters._replace(terminator="\n"), (*codes, "ISA_TERMINATOR")
    return Header(text[: length - 1], elements, length, delimiters, codes)


def _repetition(elements: list[str], marks: set[str]) -> str:
    """Returns ISA11 where it is a separator: before 00402 it is the letter `U`."""
    mark = elements[11]
    return mark if len(mark) == 1 and not mark.isalnum() and mark not in marks else ""


def _broken_by_lines(text: str, delimiters: Delimiters) -> bool:
    """Tells whether the body uses line breaks although the ISA names another terminator."""
    if delimiters.terminator in "\r\n":
        return False
    element, terminator = re.escape(delimiters.element), re.escape(delimiters.terminator)
    return re.match(rf"\s*GS{element}[^\r\n{terminator}]*[\r\n]+\s*ST{element}", text) is not None
