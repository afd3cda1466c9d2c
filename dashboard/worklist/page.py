"""The worklist: the first page of everybody's day. Lists, groups, search and export."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

from casebook import people, search, worklist
from casebook.opening import Transaction
from casebook.worklist import Grouping, View, Wanted
from dashboard.premises import Premises
from dashboard.rendering import page
from dashboard.roles import Right
from dashboard.signing.visiting import At, Seen, Sent, Visitor, needs, note_access
from dashboard.worklist.address import Listing, day_end
from dashboard.worklist.bulk_work import NEEDS, Work
from dashboard.worklist.counts import KeptCounts
from dashboard.worklist.export import NAME, lines
from dashboard.worklist.rows import BREAK_NAMES, Words
from journey.case import HoldState
from journey.words import EscalationKind, Hop, Mode, Party

NOON: Final = 12
EVENING: Final = 18

VIEW_NAMES: Final = {
    View.MINE: "Mine",
    View.UNASSIGNED: "Unassigned",
    View.OVERDUE: "Overdue",
    View.SILENT: "Silent",
    View.FILING: "Filing < 30 d",
    View.UNVERIFIED: "Hold unverified",
    View.CONTRADICTED: "Contradicted",
    View.MISMATCH: "Posting mismatch",
    View.ATTENTION: "Needs attention",
    View.EVERYONE: "Everyone",
    View.RESOLVED: "Resolved",
}
"""The tabs; holds that are due for review have a tile instead."""

VIEW_SAYS: Final = {
    View.MINE: "Your cases, what cannot wait first.",
    View.UNASSIGNED: "Nobody works these cases yet.",
    View.OVERDUE: "Their date is over, or the work went up a rung because nobody finished it in time.",
    View.SILENT: "Nobody has said anything about these claims for 7 days or more. Silence is not progress.",
    View.FILING: "The secondary does not have these claims yet, and its filing limit is less than 30 days away.",
    View.UNVERIFIED: "A billing hold was asked for, and nobody has seen it in the ledger: a statement may go out.",
    View.HOLDS: "Holds that nobody has seen in the ledger, or that somebody must look at again within 7 days.",
    View.CONTRADICTED: "Two sides say what cannot both be true.",
    View.MISMATCH: "The ledger does not show what the payers decided.",
    View.ATTENTION: "Something arrived that Baton could not use: a person must look.",
    View.EVERYONE: "All cases that are being worked, what cannot wait first.",
    View.RESOLVED: "Resolved cases, newest first: still watched for a takeback, or closed.",
}

router = APIRouter(dependencies=[Depends(needs(Right.SEE_CASES))])


@dataclass(frozen=True)
class Choices:
    """What the filters offer."""

    payers: dict[str, str]
    owners: dict[str, str]


def listing_of(request: Request, visitor: Seen) -> Listing:
    """The list that an address names, as a route's argument."""
    return Listing.read(request.query_params, visitor)


Listed = Annotated[Listing, Depends(listing_of)]


@router.get("/")
def home() -> RedirectResponse:
    """Everybody's first page."""
    return RedirectResponse("/worklist", 303)


@router.get("/worklist")
def show(request: Request, at: At, visitor: Seen, listing: Listed) -> HTMLResponse:
    """A list, or its groups with their sums."""
    wanted = listing.wanted(at, visitor)
    with at.book.reading() as tx:
        known = _frame(request, at, tx, visitor, listing, wanted)
        known["groups"] = worklist.groups(tx, wanted, listing.group) if listing.group else ()
        found = worklist.page(tx, wanted, after=listing.place) if not listing.group else worklist.Page(rows=())
        if not found.rows and not known["groups"]:
            known["next_turn"] = _next_turn(tx, wanted)
    writer = Words(at.now(), at.calendar, at.plan(), known["names"])
    if found.rows:
        note_access(at, visitor, "list", cases=len(found.rows))
    known["lines"] = [writer.line(each) for each in found.rows]
    known["next"] = listing.query(place=found.next) if found.next else ""
    return page(request, "worklist.html", **known)


@router.post("/worklist/search")
def find(request: Request, at: At, visitor: Sent, text: Annotated[str, Form(max_length=200)] = "") -> Response:
    """What a search finds. The text stands in no address: the answer is the page itself, or the one case."""
    practice = visitor.user.practice
    with at.book.reading() as tx:
        ids = search.search(tx, practice, text)
        rows = worklist.rows_of(tx, practice, ids[: search.MOST])
        names = _names(tx, practice)
    note_access(at, visitor, "search", cases=len(rows), case_id=rows[0].case_id if len(rows) == 1 else None)
    if len(rows) == 1:
        return RedirectResponse(f"/cases/{rows[0].case_id}", 303)
    writer = Words(at.now(), at.calendar, at.plan(), names)
    return page(
        request,
        "worklist_found.html",
        lines=[writer.line(each) for each in rows],
        text=text,
        most=search.MOST,
        more=len(ids) > search.MOST,
        works=_works(visitor),
        listing=Listing(view=View.EVERYONE),
    )


@router.get("/worklist/search")
def back() -> RedirectResponse:
    """A search is asked anew: it left nothing behind."""
    return RedirectResponse("/worklist", 303)


@router.get("/worklist.csv", dependencies=[Depends(needs(Right.EXPORT))])
def export(at: At, visitor: Seen, listing: Listed) -> StreamingResponse:
    """The whole list for a spreadsheet; noted before its first line leaves."""
    wanted = listing.wanted(at, visitor)
    with at.book.reading() as tx:
        cases = worklist.total(tx, wanted).cases
    note_access(at, visitor, "export", cases=cases)
    kept = {"Content-Disposition": f'attachment; filename="{NAME}"'}
    return StreamingResponse(lines(at, wanted), media_type="text/csv; charset=utf-8", headers=kept)


def _frame(
    request: Request, at: Premises, tx: Transaction, visitor: Visitor, listing: Listing, wanted: Wanted
) -> dict[str, Any]:
    """Everything around the rows."""
    names = _names(tx, visitor.user.practice)
    kept: KeptCounts = request.app.state.counts
    around = kept.counts(tx, wanted, day_end(at, at.calendar.date(at.now())))
    return {
        "greeting": _greeting(at.now(), at.plan().time_zone, visitor.user.shown_name),
        "turning": around.turning,
        "tiles": around.tiles,
        "counts": around.views,
        "choices": Choices(around.payers, {each: names.get(each, each) for each in around.owners}),
        "total": worklist.total(tx, wanted) if listing.filters else None,
        "listing": listing,
        "says": VIEW_SAYS[listing.view],
        "names": names,
        "works": _works(visitor),
        "next_turn": None,
        **_WORDS,
    }


_WORDS: Final[dict[str, Any]] = {
    "View": View,
    "view_names": VIEW_NAMES,
    "hops": list(Hop),
    "modes": {each: BREAK_NAMES[each] for each in Mode},
    "holders": [each for each in Party if each not in (Party.EMPLOYER, Party.COB_REGISTRY, Party.BANK, Party.AGENCY)],
    "escalations": list(EscalationKind),
    "holds": list(HoldState),
    "ages": list(worklist.Age),
    "groupings": {
        Grouping.PAYER: "Payer",
        Grouping.HOP: "Hop",
        Grouping.BREAK: "Break point",
        Grouping.AGE: "Age",
    },
}
"""What the filters offer to everybody."""


def _names(tx: Transaction, practice: str) -> dict[str, str]:
    return {each.name: each.shown_name for each in people.users_of(tx, practice)}


def _greeting(now: datetime, zone: str, shown_name: str) -> str:
    hour = now.astimezone(ZoneInfo(zone)).hour
    part = "morning" if hour < NOON else "afternoon" if hour < EVENING else "evening"
    first = shown_name.split()[0] if shown_name.split() else shown_name
    return f"Good {part}, {first}."


def _next_turn(tx: Transaction, wanted: Wanted) -> datetime | None:
    """When the next of the person's own cases turns, for a page that has nothing to show."""
    own = worklist.page(tx, Wanted(practice=wanted.practice, now=wanted.now, view=View.MINE, me=wanted.me), limit=1)
    return own.rows[0].must_by if own.rows else None


def _works(visitor: Visitor) -> tuple[Work, ...]:
    """What the visitor may do to many cases at once."""
    return tuple(each for each in Work if visitor.may(NEEDS[each])) if visitor.may(Right.WORK) else ()
