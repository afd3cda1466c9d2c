"""Pages: templates, what every page knows, and our own files under addresses that change with their content."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from dashboard.roles import ROLE_WORDS, Right, Role
from dashboard.signing.visiting import Visitor, premises_of
from journey.writing import Calendar, dollars, plainly

TEMPLATES: Final = Path(__file__).with_name("templates")
STATIC: Final = Path(__file__).with_name("static")
DIGITS: Final = 12


class OwnFiles(StaticFiles):
    """Our scripts and styles; `baton.<digest>.css` is `baton.css`, and another digest is not found."""

    async def get_response(self, path: str, scope: Scope) -> Any:
        """The file, if the address has the digest of what it holds now."""
        name, _, rest = path.partition(".")
        digest, _, ending = rest.partition(".")
        plain = f"{name}.{ending}"
        if not ending or digest != digest_of(plain):
            raise HTTPException(404)
        return await super().get_response(plain, scope)


@cache
def digest_of(name: str) -> str:
    """The first digits of the digest of one of our own files; empty when there is no such file."""
    file = STATIC / name
    if file.parent != STATIC or not file.is_file():
        return ""
    return sha256(file.read_bytes()).hexdigest()[:DIGITS]


def address_of(name: str) -> str:
    """Where a browser finds one of our own files, such as `baton.css`."""
    stem, _, ending = name.partition(".")
    return f"/static/{stem}.{digest_of(name)}.{ending}"


def page(request: Request, template: str, status: int = 200, **known: Any) -> HTMLResponse:
    """A page of the application.

    Args:
        request: the one that is answered; a visitor that it has is known to the template as `visitor`.
        template: its file in `templates`.
        status: the answer's status.
        known: what the template needs.
    """
    visitor: Visitor | None = getattr(request.state, "visitor", None)
    shown = templates().get_template(template)
    calendar = premises_of(request).calendar
    return HTMLResponse(
        shown.render(request=request, visitor=visitor, calendar=calendar, path=request.url.path, **known), status
    )


@cache
def templates() -> Environment:
    """The templates: escaping on, and nothing undefined passes silently."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(own_file=address_of, Right=Right, Role=Role, role_words=ROLE_WORDS)
    environment.filters.update(dollars=dollars, plainly=plainly, day=_day, minute=_minute, initials=_initials)
    return environment


def _day(moment: date | datetime | None, calendar: Calendar) -> str:
    return calendar.day(moment) if moment is not None else "–"


def _minute(moment: datetime | None, calendar: Calendar) -> str:
    return calendar.minute(moment) if moment is not None else "–"


def _initials(name: str) -> str:
    words = name.split()
    return "".join(each[0] for each in (words[:1] + words[1:][-1:]) if each).upper()
