"""A note of a story, taken apart; what a note can bring; whom and when its words mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from journey.claim import Claim
from journey.facts import Fact, RemitAdjudicated
from journey.stories.words import PARTIES, UnclearError
from journey.words import Grade, Party


class Arrangement(StrEnum):
    """How the world around the case behaves in a rehearsal, until a later note says otherwise."""

    LEDGER_SILENT = "the ledger does not answer"
    LEDGER_ANSWERS = "the ledger answers again"
    HOLD_IGNORED = "the ledger sets no hold"
    HOLD_HEEDED = "the ledger sets holds again"
    NOTHING_SENT = "nothing of ours goes out"
    ALL_SENT = "what is ours goes out again"
    HELD_BACK = "our own rules hold claims back"
    LET_PASS = "our own rules let claims pass again"
    AGAIN = "the same message again"


@dataclass(frozen=True, slots=True)
class LedgerShows:
    """A change in the provider's ledger; the fields are those of `LedgerRead`."""

    changes: Mapping[str, object]


Brings = Fact | LedgerShows | Arrangement | None
"""What a note brings; None only lets time pass."""


@dataclass(frozen=True, slots=True)
class Note:
    """One note as written: the id of its fact, the moment (UTC) at which it comes, and its text."""

    fact_id: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Scene:
    """What the notes of one story share: the claim, the dates, and the remittances told so far."""

    claim: Claim
    on_date: Callable[[str, bool], date]
    """Reads a date of a note; True: it lies in the past."""
    remits: dict[Party, RemitAdjudicated] = field(default_factory=dict)

    def date(self, text: str) -> date:
        """The next such date."""
        return self.on_date(text, False)

    def party(self, text: str) -> Party:
        """The party by its payer's name, or by its role."""
        wanted = text.removeprefix("the ").removeprefix("our ").casefold()
        for coverage in self.claim.coverages:
            if coverage.payer_name.casefold() == wanted:
                return coverage.party
        if wanted not in PARTIES:
            known = [*(each.payer_name for each in self.claim.coverages), *PARTIES]
            raise UnclearError(f"'{text}' is nobody in this story; say one of: {', '.join(known)}")
        return PARTIES[wanted]

    def payer_names(self, party: Party) -> dict[str, str]:
        """The id and name of a payer, for its remittances."""
        found = next((each for each in self.claim.coverages if each.party is party), None)
        return {"payer_id": found.payer_id, "payer_name": found.payer_name} if found else {}


@dataclass(frozen=True, slots=True)
class Heard:
    """A note taken apart: what its phrase caught, its codes in parentheses, its clauses."""

    note: Note
    scene: Scene
    caught: dict[str, str]
    codes: list[str]
    clauses: dict[str, Any] = field(default_factory=dict)

    @property
    def party(self) -> Party:
        """The party that the phrase names."""
        return self.scene.party(self.caught["party"])

    def base(self, sender: Party, grade: Grade = Grade.TRANSACTED) -> dict[str, Any]:
        """What every fact carries."""
        at = self.note.at
        happened = self.clauses.get("dated")
        return {
            "fact_id": self.note.fact_id,
            "happened_at": datetime.combine(happened, time(13), at.tzinfo) if happened else at,
            "learnt_at": at,
            "source": self.note.fact_id,
            "sender": sender,
            "grade": grade,
        }
