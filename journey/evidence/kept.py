"""Which facts a case keeps: those that matter, in order of happening, bounded per kind, however they arrived."""

from __future__ import annotations

from bisect import insort
from datetime import datetime

from journey.facts import (
    ClaimHeldBack,
    ClockRanOut,
    ContactLogged,
    CoverageChecked,
    Fact,
    LedgerRead,
    PersonActed,
    Said,
    SupervisorDecided,
)
from journey.words import Grade

KEPT_PER_KIND = 40
"""Far above any real case; a flood of messages must not grow the state without end."""

HEARD_IDS = 400
"""How many fact ids a case remembers to recognise a repeated message."""

LADDER_PREFIX = "TE:"
"""Clocks of escalations, as against those of the plan."""

_NOT_EVIDENCE = frozenset({"action_ended", "hold_asked", "message_set_aside", "plan_changed"})


def order(fact: Fact) -> tuple[datetime, str]:
    """The order of evidence: when it happened, then its id, so that arrival plays no part (I9)."""
    return fact.happened_at, fact.fact_id


def keep(evidence: tuple[Fact, ...], fact: Fact) -> tuple[Fact, ...]:
    """The evidence with one more fact, or unchanged if such facts only pass through."""
    if not _is_evidence(fact):
        return evidence
    if any(each.fact_id == fact.fact_id for each in evidence):
        return evidence
    if isinstance(fact, ClockRanOut):
        return _with_silence(evidence, fact)
    kept = list(evidence)
    insort(kept, fact, key=order)
    return tuple(_bounded(kept, fact.kind))


def _with_silence(evidence: tuple[Fact, ...], rang: ClockRanOut) -> tuple[Fact, ...]:
    """One silence for each alarm, the one due last: enough to know what has rung, and no case outgrows it."""
    of_alarm = [rang, *(each for each in evidence if isinstance(each, ClockRanOut) and _alarm(each) == _alarm(rang))]
    last = max(of_alarm, key=lambda each: (each.due, each.fact_id))
    kept = [each for each in evidence if each not in of_alarm]
    insort(kept, last, key=order)
    return tuple(kept)


def _alarm(rang: ClockRanOut) -> tuple[str, str]:
    return rang.clock, rang.level


def _is_evidence(fact: Fact) -> bool:
    if isinstance(fact, ContactLogged):
        return not is_vague(fact)
    if isinstance(fact, PersonActed):
        return fact.act == "snoozed"
    if isinstance(fact, ClockRanOut):
        return not fact.clock.startswith(LADDER_PREFIX)  # an escalation that climbed remembers its rung itself
    return fact.kind not in _NOT_EVIDENCE


def _bounded(kept: list[Fact], kind: str) -> list[Fact]:
    same = [each for each in kept if each.kind == kind]
    if len(same) <= KEPT_PER_KIND:
        return kept
    oldest = min(same, key=order)
    return [each for each in kept if each is not oldest]


def contact_grade(contact: ContactLogged) -> Grade:
    """A document is E2, a named person with a call reference E1, anything else E0 (field notes 1.12)."""
    if contact.document:
        return Grade.DOCUMENTED
    return Grade.STATED if contact.person_name and contact.call_reference else Grade.ASSUMED


def is_firm(contact: ContactLogged) -> bool:
    """True if it names who holds the file, which action is pending and by when, and who said so."""
    named = contact.holder is not None and contact.pending_action and contact.promised_date
    return bool(named) and contact_grade(contact) >= Grade.STATED


def is_vague(contact: ContactLogged) -> bool:
    """True for 'under review' and the like: nothing new, and not firm (I5)."""
    return contact.says is Said.NOTHING_NEW and not is_firm(contact)


def is_progress(fact: Fact) -> bool:
    """True for news of the claim: not an alarm or an act of ours, not a word without news or without a name (T17)."""
    if isinstance(fact, ContactLogged):
        return fact.says is not Said.NOTHING_NEW and contact_grade(fact) > Grade.ASSUMED
    if isinstance(fact, CoverageChecked):
        return not fact.refusals and (fact.active is not None or bool(fact.others))
    return not isinstance(fact, ClaimHeldBack | ClockRanOut | PersonActed | SupervisorDecided)


def what_is_missing(contact: ContactLogged) -> tuple[str, ...]:
    """What a contact lacks to count, in words for the person who logs it."""
    checks = (
        (contact.holder is not None, "which payer or desk holds the file"),
        (bool(contact.pending_action), "which action is pending there"),
        (contact.promised_date is not None, "by which date"),
        (bool(contact.person_name), "the name of the person who said so"),
        (bool(contact.call_reference or contact.document), "a call reference or a document"),
    )
    return tuple(words for present, words in checks if not present)


def ledger_reads(evidence: tuple[Fact, ...]) -> list[LedgerRead]:
    """The ledger's versions, oldest first."""
    return sorted((each for each in evidence if isinstance(each, LedgerRead)), key=lambda each: each.version)
