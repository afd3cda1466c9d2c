"""Letters that a PDF's built-in fonts do not have, written otherwise, and told at the end of the print."""

from __future__ import annotations

import unicodedata
from typing import Final

ENCODING: Final = "cp1252"
"""What the built-in fonts can write: Western European letters, typographic dashes and quotation marks."""

_LIKE: Final = {
    "Ł": "L", "ł": "l", "Đ": "D", "đ": "d", "Ħ": "H", "ħ": "h", "ı": "i", "Ŧ": "T", "ŧ": "t", "ĸ": "k", "Ŋ": "Ng",
    "ŋ": "ng", "→": "->", "←": "<-", "≤": "<=", "≥": ">=", "−": "-", "✓": "(yes)", "✗": "(no)",
}  # fmt: skip
"""Letters without a decomposition, by those that look alike."""


class Letters:
    """Writes texts in the letters that there are, and remembers which were written otherwise."""

    def __init__(self) -> None:
        """Nothing was written yet."""
        self._otherwise: dict[str, str] = {}

    def __call__(self, text: str) -> str:
        """The text in letters that the fonts have."""
        return "".join(map(self._letter, text))

    @property
    def note(self) -> str:
        """Which letters were written otherwise, in words; empty when none was."""
        told = (f"{_name(letter)} as '{written}'" for letter, written in sorted(self._otherwise.items()))
        return "; ".join(told)

    def _letter(self, letter: str) -> str:
        if letter == "\n":
            return letter
        if unicodedata.category(letter) in ("Cc", "Cf", "Zl", "Zp"):
            return " " if letter.isspace() else ""
        if _can_write(letter):
            return letter
        return self._otherwise.setdefault(letter, _alike(letter))


def _can_write(text: str) -> bool:
    try:
        text.encode(ENCODING)
    except UnicodeEncodeError:
        return False
    return True


def _alike(letter: str) -> str:
    """The letter without its accents; else one that looks alike; else its number."""
    plain = "".join(each for each in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(each))
    if plain and plain != letter and _can_write(plain):
        return plain
    return _LIKE.get(letter, f"[U+{ord(letter):04X}]")


def _name(letter: str) -> str:
    return unicodedata.name(letter, f"U+{ord(letter):04X}").lower()
