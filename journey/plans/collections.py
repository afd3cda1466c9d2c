"""Collections clocks: which dated rules protect the patient of one claim, and from when (field notes 2.4)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Literal

from pydantic import Field

from journey.claim import Claim
from journey.evidence.kept import ledger_reads
from journey.facts import Fact, LedgerRead
from journey.words import Frozen

ProviderKind = Literal["", "nonprofit_hospital", "hospital", "physician"]
"""What kind of provider; empty where nobody has said."""

Binds = Literal["everyone", "hospital", "nonprofit_hospital", "collector", "medicare", "self_pay"]
"""Whom a rule binds: everyone who bills, a kind of provider, an agency, who bills Medicare, who bills the uninsured."""

FIRST_STATEMENT = "first_statement"
INSTITUTIONAL = "837I"
MEDICARE_CLASSES = frozenset({"medicare"})


class CollectionsRule(Frozen):
    """A collections deadline that the law or the bureaus set; shown beside a hold, not enforced (field notes 2.4)."""

    name: str
    applies_to: str
    state: str = ""
    """Two letters; empty where the rule holds everywhere."""
    days: int | None = Field(default=None, gt=0)
    """Calendar days."""
    counts_from: str = ""
    since: date | None = None
    """The first day of the rule; it is for bills whose first statement is not older."""
    until: date | None = None
    """The last day of the rule, where it was repealed or replaced."""
    binds: Binds = "everyone"
    starts: Literal["", "first_statement"] = ""
    """The moment that the days count from, where the ledger can tell it."""
    ends: bool = False
    """True: the day that the days lead to is the last of a right. False: it is the earliest of an action."""
    rule: str
    source: str
    assumed: bool


class CollectionsClock(Frozen):
    """One rule, held against one claim."""

    name: str
    says: str
    source: str
    sure: bool
    """False where the kind of provider is not known, so that the rule may not apply."""
    counts_from: date | None = None
    """The day that the days count from, None where it is not known yet or no day counts."""
    earliest: date | None = None
    """No such action before this day."""
    last: date | None = None
    """The right ends with this day."""


def collections_clocks(
    rules: Iterable[CollectionsRule], claim: Claim, evidence: tuple[Fact, ...], kind: ProviderKind = ""
) -> tuple[CollectionsClock, ...]:
    """The rules that protect the patient of this claim, in the plan's order.

    Args:
        rules: the plan's table.
        claim: as billed; its provider's state picks the state rules, its form tells a hospital.
        evidence: of the case; the ledger's reads tell the first statement.
        kind: the kind of provider, where the plan says.
    """
    first = first_statement(ledger_reads(evidence))
    found = []
    for rule in rules:
        sure = _binds(rule, claim, kind)
        if sure is not None and _in_force(rule, claim, first):
            found.append(_clock(rule, first, sure))
    return tuple(found)


def first_statement(reads: Iterable[LedgerRead]) -> date | None:
    """The day of the first statement: as the ledger says, else the oldest that any read has shown."""
    told = [each.first_statement_on for each in reads if each.first_statement_on]
    seen = [each.last_statement_on for each in reads if each.last_statement_on]
    return min(told or seen, default=None)


def _binds(rule: CollectionsRule, claim: Claim, kind: ProviderKind) -> bool | None:
    """Whether a rule binds who bills this claim: True, False where that is not sure, None where it does not."""
    if rule.state and rule.state.upper() != claim.provider_state.upper():
        return None
    if rule.binds in ("everyone", "collector"):
        return True
    if rule.binds == "medicare":
        medicare = any(each.payer_class.value in MEDICARE_CLASSES for each in claim.coverages)
        return True if medicare else None
    if rule.binds == "self_pay":
        return None  # a case has two policies
    if not kind:
        return False if claim.form == INSTITUTIONAL else None
    hospital = kind in ("hospital", "nonprofit_hospital")
    bound = kind == "nonprofit_hospital" or (rule.binds == "hospital" and hospital)
    return True if bound else None


def _in_force(rule: CollectionsRule, claim: Claim, first: date | None) -> bool:
    """A dated rule is for bills of its own time: by the first statement, before one by the date of service."""
    day = first or claim.service_to
    begun = rule.since is None or day >= rule.since
    return begun and (rule.until is None or day <= rule.until)


def _clock(rule: CollectionsRule, first: date | None, sure: bool) -> CollectionsClock:
    start = first if rule.starts == FIRST_STATEMENT else None
    day = start + timedelta(days=rule.days) if start and rule.days else None
    return CollectionsClock(
        name=rule.name,
        says=rule.rule,
        source=rule.source,
        sure=sure,
        counts_from=start,
        earliest=None if rule.ends else day,
        last=day if rule.ends else None,
    )
