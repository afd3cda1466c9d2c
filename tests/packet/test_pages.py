"""The page to print: valid, self-contained, in order, and with everything that the packet says."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from journey.words import Party
from packet.contents import Packet
from packet.html import as_html
from packet.laying_out import SECTIONS, laid_out
from packet.layout import NONE, Grid, Pairs, Text, grid
from packet.readers import Cell, Datum, Reader, cell

VOID = {"meta", "link", "br", "hr", "img", "input"}


class Page(HTMLParser):
    """A page read strictly: what is open is closed in order; its tags, attributes and words are kept."""

    def __init__(self, text: str) -> None:
        """Read it all."""
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.style = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag opens."""
        self.tags.append((tag, dict(attrs)))
        assert len(attrs) == len(dict(attrs))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """The tag that was opened last closes."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Words, or the style."""
        if "style" in self.open:
            self.style += data
        else:
            self.words += data

    def named(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of each tag of a name."""
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(params=list(Reader))
def packet(request: pytest.FixtureRequest, packet_for: Callable[..., Packet]) -> Packet:
    """The packet for each reader in turn."""
    return packet_for(request.param, Party.SECONDARY if request.param is Reader.PAYER else Party.UNKNOWN)


def test_the_page_stands_alone(packet: Packet) -> None:
    """No script, no other address, no form: the page asks nobody for anything, and forbids itself to."""
    text = as_html(packet)
    page = Page(text)
    assert text.startswith("<!doctype html>\n")
    assert {name for name, _ in page.tags} & {"script", "link", "img", "iframe", "form", "object"} == set()
    assert not any(name.startswith("on") or name in ("src", "href", "style") for _, each in page.tags for name in each)
    assert "url(" not in page.style
    assert "@import" not in page.style
    assert "http" not in re.sub(r"http-equiv", "", text)
    policy = next(each["content"] for each in page.named("meta") if each.get("http-equiv"))
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"


def test_the_page_can_be_read_by_machine_and_ear(packet: Packet) -> None:
    """Language, title, landmarks, one h1, headings in order, tables with caption and column headings, no id twice."""
    page = Page(as_html(packet))
    assert page.named("html") == [{"lang": "en"}]
    names = [name for name, _ in page.tags]
    assert [names.count(each) for each in ("title", "header", "main", "footer", "h1")] == [1, 1, 1, 1, 1]
    assert names.count("h2") == names.count("section") == len(laid_out(packet).sections)
    assert names.count("table") == names.count("caption") == names.count("thead") > 0
    assert {each.get("scope") for each in page.named("th")} == {"col"}
    ids = [each["id"] for _, each in page.tags if "id" in each]
    assert len(ids) == len(set(ids))
    assert [each["aria-labelledby"] for each in page.named("section")] == ids


def test_the_page_prints_well(packet: Packet) -> None:
    """Pages are numbered, headings of tables repeat, no row is torn apart."""
    style = Page(as_html(packet)).style
    assert 'content: "page " counter(page) " of " counter(pages)' in style
    assert packet.asked.case_id in style
    assert "table-header-group" in style
    assert style.count("break-inside: avoid") >= 2


def test_the_page_says_what_the_document_says(packet: Packet) -> None:
    """Every title, name, value and cell stands on the page, escaped where it must be."""
    document = laid_out(packet)
    words = Page(as_html(packet)).words
    assert document.title in words
    assert packet.digest in words
    for section in document.sections:
        assert section.title in words
        for block in section.blocks:
            texts = [each for row in getattr(block, "rows", ()) for each in row] or [getattr(block, "says", "")]
            assert [each for each in texts if each not in words] == []


def test_what_people_write_is_never_markup(packet_for: Callable[..., Packet]) -> None:
    """A name or note with angle brackets is shown as it is, in body and style alike."""
    packet = packet_for(Reader.FULL)
    evil = '</style><script>alert("1")</script>'
    asked = packet.asked.model_copy(update={"made_by": evil, "case_id": f"case{evil}"})
    claim = packet.claim.model_copy(update={"patient": evil})
    page = Page(as_html(packet.model_copy(update={"asked": asked, "claim": claim})))
    assert page.named("script") == []
    assert len(page.named("style")) == 1
    assert evil in page.words
    assert "alert(" not in page.style


def test_sections_are_left_out_with_their_data(packet: Packet) -> None:
    """A reader who may not see a kind of data finds no empty section of it that would look like 'nothing happened'."""
    reader = Reader(packet.asked.reader)
    titles = [each.title for each in laid_out(packet).sections]
    shown = [title for title, datum, _ in SECTIONS if cell(datum, reader) is not Cell.HIDDEN]
    assert titles == ["About this packet", *shown, "What this packet shows, and what it leaves out"]


def test_nothing_on_record_is_said(packet_for: Callable[..., Packet]) -> None:
    """What may be seen and did not happen is told as such."""
    packet = packet_for(Reader.FULL).model_copy(update={"contacts": ()})
    section = next(each for each in laid_out(packet).sections if each.title == "Contacts")
    assert section.blocks == (Text(NONE),)


def test_what_a_reader_does_not_get_is_named(packet_for: Callable[..., Packet]) -> None:
    """Those who work with kinds of data see which are masked or left out; the packet itself lists them too."""
    packet = packet_for(Reader.AUDITOR)
    assert "the patient's name" in packet.withheld
    assert "the provider's claim number" in packet.masked
    told = laid_out(packet).sections[-1].blocks[-1]
    assert isinstance(told, Pairs)
    assert "the patient's name" in dict(told.rows)["Left out"]


def test_an_empty_column_is_no_column() -> None:
    """Where a reader gets nothing of a column, its heading is not there either."""
    [made] = grid("caption", (("a", 1), ("b", 2), ("c", 3)), [("1", "", "3"), ("", "", "4")], right=("c",))
    assert isinstance(made, Grid)
    assert (made.titles, made.rows, made.weights, made.right) == (("a", "c"), (("1", "3"), ("", "4")), (1, 3), {1})
    assert grid("caption", (("a", 1),), []) == (Text(NONE),)


def test_every_section_is_about_data_that_somebody_sees() -> None:
    """Sections and kinds of data belong together by the table of readers alone."""
    assert {datum for _, datum, _ in SECTIONS} <= set(Datum)
    pages = Path(__file__).parents[2] / "packet" / "pages"
    assert {each.suffix for each in pages.iterdir()} == {".html", ".css"}
