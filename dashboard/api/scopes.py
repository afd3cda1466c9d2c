"""Scopes: what a token is good for. Its bearer may do what both its scopes and its user's role allow."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from dashboard.roles import Right


class Scope(StrEnum):
    """One thing that a token may be good for."""

    READ = "read"
    """Lists, cases, histories, search, intake, plan."""
    READ_IDS = "read_ids"
    """Member ids whole; each showing is noted."""
    WORK = "work"
    """Contacts, corrections, acts, holds, policies."""
    LEAD = "lead"
    """Assigning to others, doing one thing to many cases, proposing a plan."""
    DECIDE = "decide"
    """A supervisor's decisions."""
    FEED = "feed"
    """Facts of another system; for services only."""
    INSIGHTS = "insights"
    EXPORT = "export"
    """Packets."""
    ADMINISTER = "administer"
    """Users, tokens, webhooks, and who looked at what."""


SCOPE_OF: Final[Mapping[Right, Scope]] = {
    Right.SEE_CASES: Scope.READ,
    Right.SEE_IDS: Scope.READ_IDS,
    Right.EXPORT: Scope.EXPORT,
    Right.WORK: Scope.WORK,
    Right.LEAD: Scope.LEAD,
    Right.PROPOSE_PLAN: Scope.LEAD,
    Right.DECIDE: Scope.DECIDE,
    Right.APPROVE_PLAN: Scope.DECIDE,
    Right.SEE_INSIGHTS: Scope.INSIGHTS,
    Right.AUDIT: Scope.ADMINISTER,
    Right.ADMINISTER: Scope.ADMINISTER,
    Right.FEED: Scope.FEED,
}
"""Which scope a token needs for each right of its user."""
