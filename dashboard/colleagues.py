"""Colleagues: to whom a case can go, and who can stand for a decision beside somebody else (field notes 4.4)."""

from __future__ import annotations

from typing import Final

from casebook.people import User
from dashboard.roles import RIGHTS, Right, Role

SECOND: Final = "another lead or supervisor"
"""Who can be the second person of a decision, in words."""


def works_cases(user: User) -> bool:
    """Whether somebody can have cases: a person, not another system, who is not kept out."""
    return _is_person_who_may(user, Right.WORK)


def can_second(user: User, first: User) -> bool:
    """Whether a user can stand for a decision beside the first person.

    Args:
        user: who would be the second.
        first: who decides.
    """
    is_another = user.user_id != first.user_id and user.practice == first.practice
    return is_another and _is_person_who_may(user, Right.LEAD)


def _is_person_who_may(user: User, right: Right) -> bool:
    return not user.disabled_at and user.role != Role.SERVICE and right in RIGHTS[Role(user.role)]
