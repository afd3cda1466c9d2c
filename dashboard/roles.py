"""Roles, and what each may do: one table, asked by pages and API alike."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum, auto
from typing import Final


class Right(StrEnum):
    """One thing that a signed-in person or service may be allowed to do."""

    SEE_CASES = auto()
    """Worklist, case pages and search."""
    SEE_IDS = auto()
    """Show a masked member id whole; each showing is noted."""
    EXPORT = auto()
    """Take lists and packets out of the system."""
    WORK = auto()
    """Log contacts and corrections, take and finish work, ask for holds."""
    LEAD = auto()
    """Assign work to others, and do one thing to many cases."""
    DECIDE = auto()
    """A supervisor's decisions: release, close, extend, send at once, write off, declare an outage."""
    SEE_INSIGHTS = auto()
    PROPOSE_PLAN = auto()
    APPROVE_PLAN = auto()
    AUDIT = auto()
    """Read who looked at what."""
    ADMINISTER = auto()
    """Users, their roles, tokens and webhooks."""
    FEED = auto()
    """Tell cases facts of another system."""


class Role(StrEnum):
    """Who somebody is at the practice."""

    VIEWER = "viewer"
    CASE_MANAGER = "case_manager"
    LEAD = "lead"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    SERVICE = "service"
    """Another system; signs in with tokens only."""


ROLE_WORDS: Final[Mapping[Role, str]] = {
    Role.VIEWER: "Viewer",
    Role.CASE_MANAGER: "Case manager",
    Role.LEAD: "Lead",
    Role.SUPERVISOR: "Supervisor",
    Role.AUDITOR: "Auditor",
    Role.SERVICE: "Service",
}

_VIEWER: Final = frozenset({Right.SEE_CASES})
_CASE_MANAGER: Final = _VIEWER | {Right.SEE_IDS, Right.EXPORT, Right.WORK}
_LEAD: Final = _CASE_MANAGER | {Right.LEAD, Right.SEE_INSIGHTS, Right.PROPOSE_PLAN}
_SUPERVISOR: Final = _LEAD | {Right.DECIDE, Right.APPROVE_PLAN, Right.AUDIT, Right.ADMINISTER}

RIGHTS: Final[Mapping[Role, frozenset[Right]]] = {
    Role.VIEWER: _VIEWER,
    Role.CASE_MANAGER: _CASE_MANAGER,
    Role.LEAD: _LEAD,
    Role.SUPERVISOR: _SUPERVISOR,
    Role.AUDITOR: frozenset({Right.SEE_CASES, Right.SEE_INSIGHTS, Right.AUDIT}),
    Role.SERVICE: frozenset({Right.SEE_CASES, Right.WORK, Right.LEAD, Right.SEE_INSIGHTS, Right.EXPORT, Right.FEED}),
}
"""What each role may do. A service may do no more than the scopes of its token say."""
