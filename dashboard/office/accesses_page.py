"""Who looked: every view of people's data, by person, case and day; and the packets that were given out.

No name of a patient stands here: whoever audits needs to know who looked, not at whom.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, StreamingResponse
from pydantic import AfterValidator
from starlette.exceptions import HTTPException

from casebook import people
from casebook.accesses import Access, accesses
from casebook.disclosures import given_out
from dashboard.premises import Premises
from dashboard.rendering import page
from dashboard.roles import Right
from dashboard.signing.visiting import At, Seen, Visitor, needs, note_access
from dashboard.spreadsheet import line
from journey.words import Frozen, Moment

PAGE_SIZE: Final = 100
PART: Final = 1000
"""Rows of an export that are read at once."""

HEADINGS: Final = ("at", "who", "what", "case", "cases")

router = APIRouter(dependencies=[Depends(needs(Right.AUDIT))])


class Sought(Frozen):
    """Which accesses are wanted; none of it names a patient, so it may stand in an address."""

    user_id: str | None = None
    case_id: str | None = None
    day: date | None = None
    since: Moment | None = None
    before: Moment | None = None

    @property
    def address(self) -> str:
        """The same, for an address."""
        named = {"person": self.user_id, "case": self.case_id, "day": self.day}
        return urlencode({name: value for name, value in named.items() if value})


def sought(at: At, person: str = "", case: str = "", day: str = "") -> Sought:
    """What the form asks for; 422 for a day that is none."""
    try:
        wanted = date.fromisoformat(day.strip()) if day.strip() else None
    except ValueError:
        raise HTTPException(422, "A day is written like 2026-04-02") from None
    begins = _midnight(at, wanted) if wanted else None
    return Sought(
        user_id=person.strip() or None,
        case_id=case.strip() or None,
        day=wanted,
        since=begins,
        before=_midnight(at, wanted + timedelta(days=1)) if wanted else None,
    )


def _place(text: str) -> tuple[datetime | None, str]:
    """Where a page goes on: a moment and an id, as the page before wrote them."""
    moment, _, access_id = text.partition("_")
    if not text:
        return None, ""
    found = datetime.fromisoformat(moment)
    if found.tzinfo is None:
        raise ValueError("a moment has a time zone")
    return found, access_id


Seeking = Annotated[Sought, Depends(sought)]
Place = Annotated[str, Query(max_length=100), AfterValidator(lambda text: text if _place(text) else "")]


@router.get("/accesses")
def show(request: Request, at: At, visitor: Seen, seeking: Seeking, after: Place = "") -> HTMLResponse:
    """What was looked at, newest first."""
    practice = visitor.user.practice
    with at.book.reading() as tx:
        found = _part(at, visitor, seeking, after, PAGE_SIZE + 1)
        users = people.users_of(tx, practice)
        packets = given_out(
            tx, practice, case_id=seeking.case_id, since=seeking.since, before=seeking.before, limit=PAGE_SIZE
        )
    note_access(at, visitor, "accesses", cases=0)
    shown = found[:PAGE_SIZE]
    return page(
        request,
        "accesses.html",
        shown=shown,
        packets=packets,
        users=users,
        names={each.name: each.shown_name for each in users},
        seeking=seeking,
        next=_after(shown[-1]) if len(found) > PAGE_SIZE else "",
    )


@router.get("/accesses.csv")
def export(at: At, visitor: Seen, seeking: Seeking) -> StreamingResponse:
    """The same as CSV, all of it; moments in UTC."""
    note_access(at, visitor, "accesses exported", cases=0)
    headers = {"Content-Disposition": 'attachment; filename="accesses.csv"'}
    return StreamingResponse(_lines(at, visitor, seeking), media_type="text/csv; charset=utf-8", headers=headers)


def _part(at: Premises, visitor: Visitor, seeking: Sought, after: str, limit: int) -> tuple[Access, ...]:
    moment, access_id = _place(after)
    with at.book.reading() as tx:
        return accesses(
            tx,
            visitor.user.practice,
            user_id=seeking.user_id,
            case_id=seeking.case_id,
            since=seeking.since,
            before=moment or seeking.before,
            before_id=access_id,
            limit=limit,
        )


def _lines(at: Premises, visitor: Visitor, seeking: Sought) -> Iterator[str]:
    """A part at a time, so that years of accesses neither fill the memory nor hold the database."""
    yield line(HEADINGS)
    after = ""
    while found := _part(at, visitor, seeking, after, PART):
        for each in found:
            yield line((each.at.isoformat(), each.shown_name, each.what, each.case_id or "", str(each.cases)))
        after = _after(found[-1])


def _after(last: Access) -> str:
    return f"{last.at.isoformat()}_{last.access_id}"


def _midnight(at: Premises, day: date) -> datetime:
    """When a day begins where the provider works."""
    return at.calendar.moment(datetime.combine(day, time()))
