"""What the API answers about cases: money is integer cents, moments are UTC, enums are the words of the field."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path
from pydantic import Field

from casebook.reading import HistoryEntry
from casebook.rows import CaseRow
from casebook.worklist import Group
from journey.case import Case, Reason
from journey.words import Cents, Frozen, Grade, Moment, Party
from workflows.messages import Standing

CaseId = Annotated[
    str,
    Path(
        pattern=r"^case-[a-z2-7]{26}$",
        description="The case's opaque id; it tells nothing of the claim.",
        examples=["case-k3j2h4l5m6n7o2p3q4r5s6t7u2"],
    ),
]
"""A case id in an address."""


class CaseList(Frozen):
    """One page of cases."""

    items: tuple[CaseRow, ...]
    next: str | None = Field(None, description="Give it as `after` to read on; absent on the last page.")


class Counts(Frozen):
    """How many cases each saved list has."""

    views: dict[str, int]
    at_risk: Cents = Field(description="What all that are being worked have at risk, in cents.")


class Groups(Frozen):
    """A list in groups, each with what it sums to."""

    items: tuple[Group, ...]


class Found(Frozen):
    """What a search found."""

    items: tuple[CaseRow, ...]
    more: bool = Field(False, description="There are more than these; search for more words.")


class CaseWhole(Frozen):
    """One case whole, as last written."""

    row: CaseRow = Field(description="The case as lists show it.")
    case: Case = Field(description="Claim, proofs, clocks, break points, escalations, hold, money, and the evidence.")
    ids: Literal["masked", "shown"] = Field(description="Whether member and group numbers are whole.")


class Sentence(Frozen):
    """One case in one sentence: who holds the file, what must they do, by when."""

    case_id: str
    revision: int
    as_of: Moment
    sentence: str


class Where(Frozen):
    """Where a case stands."""

    live: bool = Field(description="True when the running case answered; false when the casebook had to do.")
    why_not: str = Field("", description="Why the running case did not answer.")
    standing: Standing


class Entry(Frozen):
    """One thing that a case heard, and what came of it."""

    seq: int = Field(description="Its number in the case's evidence, from 1.")
    revision: int
    hash: str = Field(description="SHA-256 over this entry and the hash before it.")
    fact_id: str
    kind: str = Field(examples=["contact_logged"])
    happened_at: Moment
    learnt_at: Moment
    sender: Party
    grade: Grade = Field(description="0 assumed, 1 stated, 2 documented, 3 transacted, 4 settled.")
    says: str = Field(description="The fact in words, without a name.")
    applied: bool = Field(description="False: it was heard before, and changed nothing.")
    reasons: tuple[Reason, ...]
    actions: tuple[str, ...] = Field(description="Keys of what the case asked the world for.")

    @classmethod
    def of(cls, each: HistoryEntry, says: str, reasons: tuple[Reason, ...]) -> Entry:
        """One entry of the evidence, in words that name nobody."""
        fact = each.entry.fact
        return cls(
            seq=each.seq,
            revision=each.revision,
            hash=each.hash,
            fact_id=fact.fact_id,
            kind=fact.kind,
            happened_at=fact.happened_at,
            learnt_at=fact.learnt_at,
            sender=fact.sender,
            grade=fact.grade,
            says=says,
            applied=each.entry.applied,
            reasons=reasons,
            actions=each.entry.actions,
        )


class History(Frozen):
    """What a case heard, in the order heard."""

    case_id: str
    chain: str = Field(description="`verified`, or where the evidence is not what was written.", examples=["verified"])
    items: tuple[Entry, ...]
    next: int | None = Field(None, description="Give it as `after` to read on; absent on the last page.")
