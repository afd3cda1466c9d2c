"""Roles, and what each may do: one table, asked by pages and API alike."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum, auto
from typing import Final


class Right(StrEnum):
    """One thing that a signed-in person or service may be allowed to do."""

    SEE_CASES = auto()
    SEE_IDS = auto()
    EXPORT = auto()
    WORK = auto()
    LEAD = auto()
    DECIDE = auto()
    SEE_INSIGHTS = auto()
    PROPOSE_PLAN = auto()
    APPROVE_PLAN = auto()
    AUDIT = auto()
    ADMINISTER = auto()
    FEED = auto()


RIGHT_WORDS: Final[Mapping[Right, str]] = {
    Right.SEE_CASES: "see worklist, cases and the plan; search",
    Right.SEE_IDS: "show a masked member id whole; each showing is noted",
    Right.EXPORT: "take lists and packets out of the system",
    Right.WORK: "log contacts and corrections, take and finish work, ask for holds",
    Right.LEAD: "assign work to others, do one thing to many cases",
    Right.DECIDE: "release, close, extend, send at once, write off, declare an outage",
    Right.SEE_INSIGHTS: "see insights and outages",
    Right.PROPOSE_PLAN: "propose a change of the plan",
    Right.APPROVE_PLAN: "approve somebody else's change of the plan",
    Right.AUDIT: "read who looked at what",
    Right.ADMINISTER: "users, roles, tokens, webhooks, files that could not be read",
    Right.FEED: "tell cases facts of another system",
}
"""Each right as people read it."""


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
