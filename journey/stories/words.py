"""The small words of stories: slots in phrases, codes in parentheses, names of parties, sayings and decisions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from journey.facts import Adjustment, Said
from journey.words import Cents, Party, Switch


class UnclearError(ValueError):
    """One line of a story that cannot be read; the message names the way out."""


_SLOTS = {
    "money": r"-?\$[\d,]+\.\d\d",
    "date": r"\d{1,2} [A-Z][a-z]{2}(?: \d{4})?",
    "past": r"\d{1,2} [A-Z][a-z]{2}(?: \d{4})?",
    "word": r"\S+",
    "words": r".+",
    "first": r".+",
    "field": r"[a-z_ ]+?",
    "party": r"[\w' -]+?",
    "person": r"[A-Z]\w+|our billing system",
    "switches": r"on|off|lost",
    "clock": r"T\w{1,3}(?::\w+)?",
    "count": r"\d+|no",
}


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way to write something; `{slots}` in it catch what differs."""

    text: str
    regex: re.Pattern[str]

    def match(self, text: str) -> dict[str, str] | None:
        """What the slots caught, None if the text is something else."""
        found = self.regex.fullmatch(text)
        return None if found is None else found.groupdict()


def pattern(text: str, **choices: Iterable[str]) -> Pattern:
    """Makes a pattern; a slot with choices catches one of them, and shows them in the pattern's text."""
    slots = _SLOTS | {name: "|".join(map(_either, each)) for name, each in choices.items()}
    parts = re.split(r"\{(\w+)\}", text)
    regex = "".join(f"(?P<{each}>{slots[each]})" if n % 2 else re.escape(each) for n, each in enumerate(parts))
    shown = text
    for name, each in choices.items():
        shown = shown.replace(f"{{{name}}}", " | ".join(each))
    return Pattern(shown, re.compile(regex))


def _either(choice: str) -> str:
    return re.escape(choice).replace("_", "[_ ]")


def split(text: str) -> tuple[list[str], list[str]]:
    """The codes that stand in parentheses, and the text without them, cut at its commas."""
    codes = [code.strip() for group in re.findall(r"\(([^)]*)\)", text) for code in group.split(",")]
    bare = re.sub(r"\s*\([^)]*\)", "", text)
    return codes, [part.strip() for part in re.split(r"[,;] ", bare)]


def cents(text: str) -> Cents:
    """The amount of '$1,000.00'."""
    return int(text.replace("$", "").replace(",", "").replace(".", ""))


def adjustments(codes: list[str]) -> tuple[Adjustment, ...]:
    """The adjustment reasons among codes: 'CARC 16' (group CO), 'OA 18', or with an amount 'PR 2 $120.00'."""
    found = [re.fullmatch(r"(CARC|CO|OA|PI|PR) ?(\w+?)(?: (-?\$[\d,]+\.\d\d))?", each) for each in codes]
    return tuple(
        Adjustment(group=each[1].replace("CARC", "CO"), reason=each[2], amount=cents(each[3]) if each[3] else 0)
        for each in found
        if each
    )


def remarks(codes: list[str]) -> tuple[str, ...]:
    """The remark codes among codes."""
    return tuple(each for each in codes if re.fullmatch(r"(M|MA|N)\d{1,3}", each))


def status_codes(codes: list[str]) -> list[str]:
    """The claim status codes among codes, without the name of their transaction."""
    bare = [each.removeprefix("277CA").removeprefix("277").strip() for each in codes]
    return [each for each in bare if re.fullmatch(r"[ADEFPR]\w{1,2}(:\w*){0,2}", each)]


PARTIES: dict[str, Party] = {
    **{each.value.replace("_", " "): each for each in Party},
    "billing desk": Party.PROVIDER,
    "posting desk": Party.POSTING,
    "edi desk": Party.EDI,
    "registration desk": Party.REGISTRATION,
}
"""What the parties of a story are called, besides the payers by their names."""

SAYINGS: dict[str, Said] = {
    "": Said.NOTHING_NEW,
    "claim sent": Said.TRANSMITTED,
    "claim not sent": Said.NOT_TRANSMITTED,
    "forwarded": Said.FORWARDED,
    "not forwarded": Said.NOT_FORWARDED,
    "received": Said.RECEIVED,
    "no record": Said.NO_RECORD,
    "rejected": Said.REJECTED,
    "accepted": Said.ACCEPTED,
    "waits for us": Said.PENDED_PROVIDER,
    "waits for the patient": Said.PENDED_PATIENT,
    "wrong order of insurers": Said.ORDER_WRONG,
    "right order of insurers": Said.ORDER_CONFIRMED,
    "processed": Said.PROCESSED,
    "denied": Said.DENIED,
    "paid": Said.PAID,
    "wants a document": Said.DOCUMENT_WANTED,
    "document received": Said.DOCUMENT_RECEIVED,
    "questionnaire open": Said.QUESTIONNAIRE_OPEN,
    "questionnaire answered": Said.QUESTIONNAIRE_ANSWERED,
    "coverage active": Said.COVERAGE_ACTIVE,
    "coverage ended": Said.COVERAGE_ENDED,
    "accident": Said.ACCIDENT,
    "no accident": Said.NO_ACCIDENT,
    "paid to the patient": Said.PAID_TO_PATIENT,
    "posted": Said.POSTED,
    "not posted": Said.NOT_POSTED,
}
"""What somebody says in a contact; any other words are kept, and say nothing new."""

DECISIONS = {
    "releases the hold": "release_hold",
    "closes the case": "close",
    "extends the deadline": "extend",
    "takes the extension back": "take_back",
    "orders resubmission": "resubmit_now",
    "writes the balance off": "write_off",
}
"""What a supervisor may decide."""

SWITCH_SETS: dict[str, tuple[Switch, ...]] = {
    "on": tuple(Switch),
    "off": (),
    "lost": tuple(each for each in Switch if each is not Switch.STATEMENTS),
}
"""What a ledger may show of a hold: all six switches, none, or all but the one that stops statements."""
