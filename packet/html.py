"""The packet as a page: one file that prints well, without scripts and without asking any other address."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from packet.contents import Packet
from packet.laying_out import laid_out

_PAGES: Final = Path(__file__).with_name("pages")


def as_html(packet: Packet) -> str:
    """The page of a packet; the same packet gives the same page."""
    return _template().render(document=laid_out(packet), style=_style())


@cache
def _template() -> Template:
    pages = Environment(
        loader=FileSystemLoader(_PAGES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    pages.tests["kind"] = lambda block, name: type(block).__name__ == name
    pages.filters["quoted"] = _quoted
    return pages.get_template("packet.html")


@cache
def _style() -> Markup:
    """The stylesheet, ours and therefore safe to stand in the page as it is."""
    return Markup((_PAGES / "packet.css").read_text(encoding="utf-8"))


def _quoted(text: str) -> Markup:
    """A text inside a string of the stylesheet, without anything that could end it."""
    return Markup(re.sub(r"[^A-Za-z0-9 :-]", "", text))
