"""The PDF: the same bytes for the same packet, paged, readable, and never at a loss for a letter."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey.words import Party
from packet.contents import Packet
from packet.dealing_parts import ContactPart
from packet.laying_out import laid_out
from packet.letters import ENCODING, Letters
from packet.pdf import as_pdf
from packet.readers import Reader
from tests.packet.printed import pages_of, words_of


@pytest.fixture(scope="session")
def empty() -> Packet:
    """A packet with nothing in it but its reader."""
    return Packet.model_validate({"asked": {"reader": "full", "case_id": "case-1"}})


def flat(text: str) -> str:
    """Words without the places where lines broke."""
    return re.sub(r"\s+", "", text)


def test_the_same_packet_gives_the_same_bytes(packet_for: Callable[..., Packet]) -> None:
    """No moment but the stated one, no chance: a PDF made again is the PDF made before."""
    packet = packet_for(Reader.PAYER, Party.SECONDARY)
    first = as_pdf(packet)
    assert first.startswith(b"%PDF-")
    assert first == as_pdf(packet)
    assert b"/CreationDate (D:20260420163000Z" in first


def test_each_page_names_case_moment_digest_and_its_number(packet_for: Callable[..., Packet]) -> None:
    """A page that got lost can be put back: page n of m, the case, when it was made, and the digest of the whole."""
    packet = packet_for(Reader.FULL)
    pdf = as_pdf(packet, compress=False)
    pages, words = pages_of(pdf), words_of(pdf)
    assert pages > 3
    for page in range(1, pages + 1):
        assert words.count(f"page {page} of {pages}") == 1
    assert words.count(f"{packet.asked.case_id}, made 20 Apr 2026 12:30") == pages
    assert words.count(f"digest {packet.digest}") == pages


def test_the_print_says_what_the_document_says(packet_for: Callable[..., Packet]) -> None:
    """Every title and every cell stands in the PDF, wherever its lines break."""
    packet = packet_for(Reader.PAYER, Party.SECONDARY)
    pdf, letters = flat(words_of(as_pdf(packet, compress=False))), Letters()
    for section in laid_out(packet).sections:
        assert flat(section.title) in pdf
        for block in section.blocks:
            for row in getattr(block, "rows", ()):
                assert [cell for cell in row for line in cell.split("\n") if flat(letters(line)) not in pdf] == []


def test_the_print_has_an_outline_a_language_and_a_title(packet_for: Callable[..., Packet]) -> None:
    """Readers and screen readers find their way; the title names the case by its opaque id alone."""
    packet = packet_for(Reader.AUDITOR)
    pdf = as_pdf(packet, compress=False)
    assert b"/Outlines" in pdf
    assert b"/Lang" in pdf
    assert f"/Title (Audit packet, {packet.asked.case_id})".encode() in pdf


def with_note(packet: Packet, note: str) -> Packet:
    """A packet with one contact that says this."""
    return packet.model_copy(update={"contacts": (ContactPart(said="received", note=note),)})


def test_letters_that_the_fonts_lack_are_written_otherwise(empty: Packet) -> None:
    """Accents fall away, other scripts become numbers, and the print says at its end which letters it lacks."""
    words = words_of(as_pdf(with_note(empty, "Kovač, Łukasz, José, 李 → 5 €"), compress=False))
    assert "Kovac, Lukasz, José, [U+674E] -> 5 €" in words
    assert "Letters written otherwise" in words
    assert "latin small letter c with caron as 'c'" in words


def test_a_print_in_plain_letters_needs_no_such_note(empty: Packet) -> None:
    """What the fonts have is written as it is."""
    words = words_of(as_pdf(with_note(empty, "“José” – 50 % …"), compress=False))
    assert "“José” – 50 % …" in words
    assert "written otherwise" not in words


def test_what_stands_for_the_number_of_pages_elsewhere_is_text_here(empty: Packet) -> None:
    """A note may say whatever the library would replace."""
    assert "{nb} of **pages**" in words_of(as_pdf(with_note(empty, "{nb} of **pages**"), compress=False))


def test_a_row_taller_than_a_page_goes_on(empty: Packet) -> None:
    """However much somebody wrote, no row is lost and the print is made."""
    note = "\n".join(f"line {number}" for number in range(500))
    pdf = as_pdf(with_note(empty, note), compress=False)
    words = words_of(pdf)
    assert pages_of(pdf) > 10
    assert [number for number in range(500) if f"line {number}" not in words] == []


@settings(max_examples=15, deadline=None)
@given(st.text(max_size=400))
def test_any_text_can_be_printed(text: str) -> None:
    """No letter, however rare, stops a packet from being made."""
    packet = Packet.model_validate({"asked": {"reader": "full", "case_id": text, "made_by": text}})
    assert as_pdf(with_note(packet, text)).startswith(b"%PDF-")


@given(st.text())
def test_written_letters_are_those_of_the_fonts(text: str) -> None:
    """Whatever is written can be encoded, and what the fonts have stays."""
    written = Letters()(text)
    written.encode(ENCODING)
    assert Letters()(written) == written
