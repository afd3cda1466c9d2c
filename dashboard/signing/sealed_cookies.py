"""Short-lived cookies that only this office can read: what a sign-in elsewhere began, a secret that is shown once."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from typing import Any, Final, TypeVar

from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel, ValidationError

from dashboard.premises import Premises
from journey.words import Moment
from worker.keys import KeyRingError, Purpose

Content = TypeVar("Content", bound=BaseModel)

_PREFIX: Final = "__Host-baton-"
"""Browsers take such a cookie only over a secure connection, from this host, for the whole of it."""


class _Kept(BaseModel):
    ends_at: Moment
    content: dict[str, Any]


def keep(at: Premises, answer: Response, name: str, content: BaseModel, within: timedelta, whose: str = "") -> None:
    """Have the browser keep something sealed for a while.

    Args:
        at: the premises; their key ring seals.
        answer: the answer that takes the cookie along.
        name: what it is, such as `elsewhere`.
        content: what to keep.
        within: how long it is worth anything, on the wall clock.
        whose: a user's id; another user's browser cannot open it.
    """
    kept = _Kept(ends_at=at.wall() + within, content=content.model_dump(mode="json"))
    sealed = at.keys.seal(kept.model_dump_json().encode(), Purpose.COOKIE, _place(name, whose))
    answer.set_cookie(
        f"{_PREFIX}{name}",
        urlsafe_b64encode(sealed).decode(),
        max_age=int(within.total_seconds()),
        path="/",
        secure=True,
        httponly=True,
        samesite="lax",
    )


def kept(at: Premises, request: Request, name: str, kind: type[Content], whose: str = "") -> Content | None:
    """What the browser kept under a name; None when nothing, too old, another user's, or not of our making."""
    given = request.cookies.get(f"{_PREFIX}{name}", "")
    try:
        sealed = urlsafe_b64decode(given.encode("ascii"))
        plain = at.keys.open_sealed(sealed, Purpose.COOKIE, _place(name, whose))
        found = _Kept.model_validate_json(plain)
        return kind.model_validate(found.content) if at.wall() < found.ends_at else None
    except (KeyRingError, ValidationError, ValueError):
        return None


def forget(answer: Response, name: str) -> None:
    """Have the browser throw it away."""
    answer.delete_cookie(f"{_PREFIX}{name}", path="/", secure=True, httponly=True, samesite="lax")


def _place(name: str, whose: str) -> bytes:
    return f"cookie/{name}/{whose}".encode()
