"""The packet as PDF: paged, with case, moment and digest under each page; the same packet gives the same bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import singledispatchmethod
from typing import Any, Final

from fpdf import FPDF
from fpdf.enums import MethodReturnValue, TableBordersLayout, XPos, YPos
from fpdf.fonts import FontFace

from packet.contents import Packet
from packet.laying_out import laid_out
from packet.layout import Block, Document, Grid, Notice, Pairs, Section, Text, Tone
from packet.letters import ENCODING, Letters

_FONT: Final = "Helvetica"
_MARGIN: Final = 15  # millimetres, as all lengths here
_FOOT: Final = 18
_LINE: Final = 4.0
_SIZE: Final = 8.5  # points, as all sizes of letters
_PAGES: Final = "\x01" * 4
"""Stands for the number of pages until it is known; `Letters` lets no such character through."""
_TALLEST: Final = 44
"""Lines of a row: one that is taller goes on as the next row, since no row may be taller than a page."""

_Colour = tuple[int, int, int]
_INK, _SOFT, _RULE, _BAND, _ACCENT = (23, 33, 43), (81, 96, 109), (201, 210, 218), (238, 242, 245), (29, 78, 121)
_TONES: Final = {
    Tone.GOOD: ((27, 122, 67), (237, 247, 240)),
    Tone.BAD: ((179, 38, 30), (253, 238, 237)),
    Tone.PLAIN: (_SOFT, _BAND),
}
_NAMES: Final = 0.26
"""The share of the width that the names of pairs take."""


def as_pdf(packet: Packet, *, compress: bool = True) -> bytes:
    """The packet as PDF.

    Args:
        packet: what its reader may see.
        compress: whether page contents are compressed.
    """
    made = _Print(laid_out(packet))
    made.set_compression(compress)
    if packet.asked.made_at:
        made.set_creation_date(packet.asked.made_at)
    made.write_all()
    return bytes(made.output())


class _Print(FPDF):
    """One print of a document."""

    def __init__(self, document: Document) -> None:
        super().__init__(format="letter")
        self.document, self.letters = document, Letters()
        self.core_fonts_encoding = ENCODING
        self.alias_nb_pages(_PAGES)
        self.set_margins(_MARGIN, _MARGIN)
        self.set_auto_page_break(True, margin=_FOOT + 4)
        self.set_title(self.letters(f"{document.title}, {document.case_id}"))
        self.set_lang("en")
        self.set_creator("Baton")

    def footer(self) -> None:
        """Case, moment, page and digest."""
        self.set_y(-_FOOT)
        self.set_draw_color(_RULE)
        self.line(_MARGIN, self.get_y(), self.w - _MARGIN, self.get_y())
        self.set_font(_FONT, size=7)
        self.set_text_color(_SOFT)
        made, page = (
            f"{self.document.case_id}, made {self.document.made_at}",
            f"page {self.page} of {_PAGES}",
        )
        self.cell(self.epw - 30, 5, self.letters(made))
        self.cell(30, 5, page, align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.cell(self.epw, 4, f"digest {self.document.digest}")

    def write_all(self) -> None:
        """Everything, and at the end which letters had to be written otherwise."""
        self.add_page()
        self._title()
        for notice in self.document.notices:
            self.block(notice)
        for section in self.document.sections:
            self._section(section)
        if self.letters.note:
            says = (
                f"The fonts of this print lack some letters: {self.letters.note}. Page and JSON have them as they are."
            )
            self._section(Section("Letters written otherwise", (Text(says),)))

    def _title(self) -> None:
        self._say(self.document.title, 19, bold=True, colour=_ACCENT)
        self._say(self.document.subtitle, 10, colour=_SOFT)
        self.ln(1)
        self.set_draw_color(_ACCENT)
        self.set_line_width(0.8)
        self.line(_MARGIN, self.get_y(), self.w - _MARGIN, self.get_y())
        self.set_line_width(0.2)
        self.ln(4)

    def _section(self, section: Section) -> None:
        if self.will_page_break(34):
            self.add_page()
        self.ln(3)
        self.start_section(self.letters(section.title))
        self._say(section.title, 11.5, bold=True, colour=_ACCENT)
        self.ln(1)
        for each in section.blocks:
            self.block(each)

    def _say(self, text: str, size: float = _SIZE, *, bold: bool = False, colour: _Colour = _INK) -> None:
        self.set_font(_FONT, "B" if bold else "", size)
        self.set_text_color(colour)
        height = max(_LINE, size * 0.5)
        self.multi_cell(self.epw, height, self.letters(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    @singledispatchmethod
    def block(self, block: Block) -> None:
        """One block of a section."""
        raise NotImplementedError(type(block).__name__)

    @block.register
    def _(self, block: Text) -> None:
        self._say(block.says)
        self.ln(1.5)

    @block.register
    def _(self, block: Notice) -> None:
        edge, ground = _TONES[block.tone]
        self.set_font(_FONT, "B", 9.5)
        self.set_text_color(edge if block.tone is Tone.BAD else _INK)
        self.set_fill_color(ground)
        self.set_draw_color(edge)
        self.set_line_width(0.6)
        below: dict[str, Any] = {"new_x": XPos.LMARGIN, "new_y": YPos.NEXT}
        self.multi_cell(self.epw, 5, self.letters(block.says), "L", "L", fill=True, padding=(2, 3), **below)
        self.set_line_width(0.2)
        self.ln(2)

    @block.register
    def _(self, block: Pairs) -> None:
        widths = (self.epw * _NAMES, self.epw * (1 - _NAMES))
        self._plain()
        with self.table(
            borders_layout=TableBordersLayout.NONE,
            first_row_as_headings=False,
            line_height=_LINE,
            padding=(0.5, 1),
            col_widths=widths,
            text_align="L",
            v_align="TOP",
        ) as table:
            for row in self._rows(block.rows, widths):
                line = table.row()
                line.cell(row[0], style=FontFace(color=_SOFT))
                line.cell(row[1])
        self.ln(1.5)

    @block.register
    def _(self, block: Grid) -> None:
        self._say(block.caption, colour=_SOFT)
        self.ln(0.5)
        share = self.epw / sum(block.weights)
        widths = tuple(weight * share for weight in block.weights)
        aligned = tuple("RIGHT" if place in block.right else "LEFT" for place in range(len(widths)))
        self._plain()
        with self.table(
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            headings_style=FontFace(emphasis="BOLD", color=_INK, fill_color=_BAND),
            line_height=_LINE,
            padding=(1, 1),
            col_widths=widths,
            text_align=aligned,
            v_align="TOP",
            repeat_headings=1,
        ) as table:
            for row in ([self.letters(each) for each in block.titles], *self._rows(block.rows, widths)):
                table.row(row)
        self.ln(2)

    def _plain(self) -> None:
        self.set_font(_FONT, size=_SIZE)
        self.set_text_color(_INK)
        self.set_draw_color(_RULE)
        self.set_fill_color(255)

    def _rows(self, rows: Sequence[Sequence[str]], widths: Sequence[float]) -> Iterator[list[str]]:
        """The rows in letters that there are; one that is too tall goes on as another row."""
        for row in rows:
            cells = [self._lines(each, width) for each, width in zip(row, widths, strict=True)]
            for start in range(0, max(map(len, cells)), _TALLEST):
                yield ["\n".join(each[start : start + _TALLEST]) for each in cells]

    def _lines(self, text: str, width: float) -> list[str]:
        written = self.letters(text)
        if len(written) < _TALLEST:
            return [written]
        broken = self.multi_cell(width - 2, _LINE, written, align="L", dry_run=True, output=MethodReturnValue.LINES)
        return broken if isinstance(broken, list) and len(broken) > _TALLEST else [written]
