"""The timeline: all that a case heard in one line of time, newest first, with who, why, and what would change it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Final

from casebook.reading import HistoryEntry
from dashboard.case.file import CaseFile
from journey.case import Reason
from journey.facts import (
    ClockRanOut,
    ContactLogged,
    CorrectionMade,
    Fact,
    HoldAsked,
    PersonActed,
    PlanChanged,
    PolicyTold,
    SupervisorDecided,
)
from journey.telling import told
from journey.words import Frozen, Moment
from journey.writing import plainly

PAGE: Final = 20
"""Entries on one page of the timeline."""

DOES_NOT_COUNT: Final = ("I5", "2.3")
"""How the rules begin by which an answer moves nothing: vague answers, and the extension rule."""

_IDLE: Final = "no change"


class Kind(StrEnum):
    """What the timeline can be narrowed to."""

    ALL = "all"
    CONTACTS = "contacts"
    FILES = "files"
    CLOCKS = "clocks"
    DECISIONS = "decisions"
    WORK = "work"


KIND_WORDS: Final[Mapping[Kind, str]] = {
    Kind.ALL: "Everything",
    Kind.CONTACTS: "Contacts",
    Kind.FILES: "Files and ledger",
    Kind.CLOCKS: "Clocks",
    Kind.DECISIONS: "Decisions",
    Kind.WORK: "Work",
}
_KINDS: Final[Mapping[str, Kind]] = {
    "contact_logged": Kind.CONTACTS,
    "clock_ran_out": Kind.CLOCKS,
    "supervisor_decided": Kind.DECISIONS,
    "plan_changed": Kind.DECISIONS,
    "correction_made": Kind.WORK,
    "person_acted": Kind.WORK,
    "hold_asked": Kind.WORK,
    "policy_told": Kind.WORK,
    "action_ended": Kind.WORK,
}
"""Kinds of facts; what is not named here came as a file or from the ledger."""

SIGNS: Final[Mapping[Kind, str]] = {
    Kind.CONTACTS: "☏",
    Kind.FILES: "▤",
    Kind.CLOCKS: "◷",
    Kind.DECISIONS: "§",
    Kind.WORK: "✎",
}


class Why(Frozen):
    """One reason of a decision."""

    says: str
    rule: str
    would_change: str = ""


class Event(Frozen):
    """One line of the timeline."""

    seq: int
    revision: int
    at: Moment
    learnt_at: Moment
    kind: Kind
    sign: str
    says: str
    who: str
    details: tuple[str, ...]
    before: str = ""
    after: str = ""
    """What a person changed, where somebody did."""
    reasons: tuple[Why, ...] = ()
    applied: bool = True
    counts: bool = True
    """False for an answer that moved nothing."""
    source: str = ""
    """Where it stands: an opaque document and a place in it."""


class Timeline(Frozen):
    """One page of the timeline."""

    events: tuple[Event, ...]
    kind: Kind
    counts: dict[Kind, int]
    older: int | None
    """Go on before this entry; None at the end."""
    newer: bool
    """True when this is not the first page."""


def timeline(file: CaseFile, kind: Kind = Kind.ALL, before: int | None = None) -> Timeline:
    """A page of the timeline, newest first.

    Args:
        file: the case.
        kind: only these.
        before: only entries before this number.
    """
    told_of = [each for each in reversed(file.heard) if not _is_mere_outcome(each)]
    counts = dict.fromkeys(Kind, 0)
    for each in told_of:
        counts[kind_of(each.entry.fact)] += 1
    counts[Kind.ALL] = len(told_of)
    wanted = [each for each in told_of if kind in (Kind.ALL, kind_of(each.entry.fact))]
    wanted = [each for each in wanted if before is None or each.seq < before]
    shown = wanted[:PAGE]
    return Timeline(
        events=tuple(event(file, each) for each in shown),
        kind=kind,
        counts=counts,
        older=shown[-1].seq if len(wanted) > PAGE else None,
        newer=before is not None,
    )


def kind_of(fact: Fact) -> Kind:
    """What kind of line a fact is."""
    return _KINDS.get(fact.kind, Kind.FILES)


def _is_mere_outcome(each: HistoryEntry) -> bool:
    """That something asked for was done, with no consequence, is no news; that it failed is."""
    fact = each.entry.fact
    idle = all(reason.rule == _IDLE for reason in each.entry.reasons)
    return fact.kind == "action_ended" and getattr(fact, "succeeded", False) and idle


def event(file: CaseFile, each: HistoryEntry) -> Event:
    """One entry as a line."""
    fact, entry = each.entry.fact, each.entry
    kind = kind_of(fact)
    before, after = _change(fact)
    return Event(
        seq=each.seq,
        revision=each.revision,
        at=fact.happened_at,
        learnt_at=fact.learnt_at,
        kind=kind,
        sign=SIGNS[kind],
        says=_sentence(file.veiled(told(fact))),
        who=who(file, fact),
        details=tuple(file.veiled(line) for line in _details(file, fact)),
        before=file.veiled(before),
        after=file.veiled(after),
        reasons=tuple(_why(file, reason) for reason in entry.reasons if reason.rule != _IDLE),
        applied=entry.applied,
        counts=counts(entry.reasons),
        source=fact.source,
    )


def counts(reasons: tuple[Reason, ...]) -> bool:
    """Whether what was said moved anything (I5, extension rule)."""
    return not any(each.rule.startswith(DOES_NOT_COUNT) for each in reasons)


def _why(file: CaseFile, reason: Reason) -> Why:
    return Why(
        says=_sentence(file.veiled(reason.says)), rule=reason.rule, would_change=file.veiled(reason.would_change)
    )


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def who(file: CaseFile, fact: Fact) -> str:
    """Who said or did it: a person by name, a payer or desk by theirs."""
    person = ""
    if isinstance(fact, ContactLogged):
        person = fact.logged_by
    elif isinstance(fact, CorrectionMade):
        person = fact.made_by
    elif isinstance(fact, PersonActed | HoldAsked | SupervisorDecided):
        person = fact.person
    elif isinstance(fact, PolicyTold):
        person = fact.told_by
    elif isinstance(fact, PlanChanged):
        person = fact.approved_by
    return file.person(person) or ("automatic" if isinstance(fact, ClockRanOut) else file.name(fact.sender))


def _change(fact: Fact) -> tuple[str, str]:
    if isinstance(fact, CorrectionMade):
        return fact.before, fact.after
    if isinstance(fact, PlanChanged):
        return fact.from_version, fact.to_version
    return "", ""


def _details(file: CaseFile, fact: Fact) -> Iterator[str]:
    """What a person wrote, and by what it is found again."""
    if isinstance(fact, ContactLogged):
        yield from _contact(file, fact)
    reason = getattr(fact, "reason", "")
    if reason and isinstance(fact, PersonActed | HoldAsked | SupervisorDecided):
        yield f"because: {reason}"
    if isinstance(fact, CorrectionMade) and fact.reference:
        yield f"reference {fact.reference}"
    if isinstance(fact, SupervisorDecided) and fact.until:
        yield f"until {file.calendar.day(fact.until)}"


def _contact(file: CaseFile, fact: ContactLogged) -> Iterator[str]:
    if fact.person_name:
        yield f"spoke with {fact.person_name}"
    if fact.call_reference:
        yield f"reference {fact.call_reference}"
    if fact.document:
        yield f"document {fact.document}"
    if fact.payer_claim_number:
        yield f"the payer's claim number {fact.payer_claim_number}"
    if fact.holder:
        must = f": {plainly(fact.pending_action)}" if fact.pending_action else ""
        yield f"{file.name(fact.holder)} has the file{must}"
    if fact.promised_date:
        yield f"promised by {file.calendar.day(fact.promised_date)}"
    if fact.note:
        yield f"“{fact.note}”"
