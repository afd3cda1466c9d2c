"""Secrets that are shown once: they travel to the next page in a sealed cookie of a minute, which that page ends."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel

from dashboard.premises import Premises
from dashboard.signing import sealed_cookies
from dashboard.signing.visiting import Visitor

NAME: Final = "once"
WITHIN: Final = timedelta(minutes=1)


class Secret(BaseModel):
    """A secret, whose it is and what it is for."""

    title: str
    value: str
    advice: str


def lead_on(at: Premises, visitor: Visitor, address: str, secret: Secret) -> RedirectResponse:
    """On to the page that shows the secret; only this visitor's browser can open it."""
    answer = RedirectResponse(address, 303)
    sealed_cookies.keep(at, answer, NAME, secret, WITHIN, visitor.user.user_id)
    return answer


def taken(at: Premises, visitor: Visitor, request: Request) -> Secret | None:
    """The secret that this page has to show, if any."""
    return sealed_cookies.kept(at, request, NAME, Secret, visitor.user.user_id)


def without(answer: Response) -> Response:
    """The answer that has shown it: loaded again, it shows it no more."""
    sealed_cookies.forget(answer, NAME)
    return answer
