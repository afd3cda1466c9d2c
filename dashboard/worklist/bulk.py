"""Bulk work: one thing said to many cases. Ask for what it needs, show what each case would make of it, then do it.

None of the three pages has an address of its own: which cases they are about stands in the form. Sending the last form
twice is harmless, for the ids of its facts follow from the form (`bulk_work.errand`), so its answer is the page itself.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any, Final, NamedTuple

import structlog
from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from casebook import people
from casebook.chosen import MOST, Chosen, cases_to_call, chosen, payers_to_call
from casebook.people import User
from casebook.rows import CaseRow
from dashboard.colleagues import can_second, works_cases
from dashboard.premises import Premises
from dashboard.rendering import page
from dashboard.roles import Right
from dashboard.saying import Heard, say
from dashboard.signing.visiting import At, NotAllowedError, Seen, Sent, Visitor, needs, note_access
from dashboard.worklist.bulk_work import CONTACTS, NEEDS, Details, Errand, Work, errand, foreseen
from journey.facts import Said
from journey.words import Frozen, Party

AT_ONCE: Final = 8
"""How many cases are told at the same time: an engine is not flooded, and 200 cases take seconds."""

SILENT: Final = timedelta(days=7)
"""A claim of which nobody has said anything for so long is silent: silence is not progress."""

HOLDERS: Final = (Party.SECONDARY, Party.PRIMARY, Party.TERTIARY, Party.CLEARINGHOUSE, Party.PROVIDER, Party.PATIENT)
CHANNELS: Final = ("phone", "portal", "ivr", "fax", "letter", "chat")
UNKNOWN: Final = Heard(state="refused", problem="It could not be told. It is noted; open the case and try there.")

router = APIRouter(dependencies=[Depends(needs(Right.WORK))])
log = structlog.get_logger("dashboard")


class Asked(NamedTuple):
    """What a form asks for."""

    work: Work
    cases: tuple[str, ...]
    form: FormData


class Result(Frozen):
    """What became of the work on one case."""

    row: CaseRow
    heard: Heard


async def asked(request: Request, visitor: Sent) -> Asked:
    """The work and the cases of a form; 422 when it names none, or more than anybody looks through."""
    form = await request.form()
    try:
        work = Work(str(form.get("action", "")))
    except ValueError:
        raise HTTPException(422, "Choose what to do with the cases") from None
    if not visitor.may(NEEDS[work]):
        raise NotAllowedError(NEEDS[work])
    cases = tuple(dict.fromkeys(str(each) for each in form.getlist("case")))
    if not 0 < len(cases) <= MOST:
        raise HTTPException(422, f"Choose between 1 and {MOST} cases; these are {len(cases)}")
    return Asked(work, cases, form)


Asking = Annotated[Asked, Depends(asked)]


@router.post("/bulk")
def ask(request: Request, at: At, visitor: Sent, asking: Asking) -> HTMLResponse:
    """Ask for what the work needs."""
    return _ask(request, at, visitor, asking, Details(), "")


@router.post("/bulk/preview")
def preview(request: Request, at: At, visitor: Sent, asking: Asking) -> HTMLResponse:
    """What each case would make of it; nothing is done yet."""
    try:
        told = details(asking)
    except ValidationError as problem:
        return _ask(request, at, visitor, asking, Details(), _in_words(problem), 422)
    missing = _missing(asking.work, told)
    if missing or not _is_known(at, visitor, asking.work, told):
        return _ask(request, at, visitor, asking, told, missing or "Choose a person of the list.", 422)
    lines = tuple(foreseen(at, visitor, asking.work, told, each) for each in _chosen(at, visitor, asking))
    return _page(
        request,
        "bulk_preview.html",
        asking,
        lines=lines,
        unknown=len(asking.cases) - len(lines),
        able=sum(each.will for each in lines),
        objected=sum(bool(each.will and each.objections) for each in lines),
        told=told,
        carried=_carried(asking.form),
        batch=secrets.token_urlsafe(18),
    )


@router.post("/bulk/do")
async def do(request: Request, at: At, visitor: Sent, asking: Asking) -> HTMLResponse:
    """Tell every case; one that fails stops no other."""
    try:
        told = details(asking)
    except ValidationError:
        raise HTTPException(422, "The form is not complete") from None
    if _missing(asking.work, told) or not await asyncio.to_thread(_is_known, at, visitor, asking.work, told):
        raise HTTPException(422, "The form is not complete")
    picked = await asyncio.to_thread(_chosen, at, visitor, asking)
    batch = str(asking.form.get("batch", ""))
    made = [(each.row, errand(at, visitor, asking.work, told, batch, each)) for each in picked]
    results = await _told(at, visitor, made)
    counts = Counter(each.heard.state for each in results)
    unknown = len(asking.cases) - len(results)
    return await asyncio.to_thread(
        _page, request, "bulk_results.html", asking, results=results, counts=counts, unknown=unknown
    )


@router.get("/calls")
def calls(request: Request, at: At, visitor: Seen, payer: str = "") -> HTMLResponse:
    """Payers that have files of ours; one of them with its cases, for one call about all of them."""
    practice, now = visitor.user.practice, at.now()
    with at.book.reading() as tx:
        payers = payers_to_call(tx, practice, now, now - SILENT)
        rows = cases_to_call(tx, practice, payer) if payer else ()
    if rows:
        note_access(at, visitor, "list", cases=len(rows))
    named = next((each for each in payers if each.payer_id == payer), None)
    return page(request, "calls.html", payers=payers, rows=rows, payer=named, now=now, most=MOST)


def details(asking: Asked) -> Details:
    """What a form says of the work; pydantic's error when a field cannot be read."""
    plain = {name: str(asking.form.get(name, "")).strip() for name in Details.model_fields if name != "says_of"}
    given: dict[str, Any] = {name: said for name, said in plain.items() if said}
    given["says_of"] = {each: said for each in asking.cases if (said := str(asking.form.get(f"says.{each}", "")))}
    return Details.model_validate(given)


def _missing(work: Work, told: Details) -> str:
    """What the form must still say, in words; empty when nothing is missing."""
    if work is Work.ASSIGN and not told.person:
        return "Say to whom the cases go."
    if work is Work.SNOOZE and told.until is None:
        return "Say until when the reminders wait."
    if work is Work.CONTACT and not told.contact_with:
        return "Say who was contacted."
    if work in (Work.HOLD, Work.RESUBMIT) and not told.reason:
        return "Say why."
    return "Name a second person." if work is Work.RESUBMIT and not told.second_person else ""


def _is_known(at: Premises, visitor: Visitor, work: Work, told: Details) -> bool:
    """Whether the person whom the form names works here."""
    if work not in (Work.ASSIGN, Work.RESUBMIT):
        return True
    named = told.person if work is Work.ASSIGN else told.second_person
    return named in {each.name for each in _people(at, visitor, work)}


def _people(at: Premises, visitor: Visitor, work: Work) -> tuple[User, ...]:
    """To whom work can go, or who can be the second person of a decision."""
    with at.book.reading() as tx:
        users = people.users_of(tx, visitor.user.practice)
    if work is Work.RESUBMIT:
        return tuple(each for each in users if can_second(each, visitor.user))
    return tuple(each for each in users if works_cases(each))


def _chosen(at: Premises, visitor: Visitor, asking: Asked) -> tuple[Chosen, ...]:
    """The cases of the form that are the visitor's practice's; that they are shown is noted."""
    with at.book.reading() as tx:
        found = chosen(tx, visitor.user.practice, asking.cases)
    note_access(at, visitor, f"bulk {asking.work}", cases=len(found))
    return found


def _ask(
    request: Request, at: Premises, visitor: Visitor, asking: Asked, told: Details, problem: str, status: int = 200
) -> HTMLResponse:
    picked = _chosen(at, visitor, asking)
    with_each = Counter(
        (cover.payer_id, cover.payer_name) for each in picked for cover in each.case.claim.coverages[1:]
    )
    with_each.update((each.case.claim.primary.payer_id, each.case.claim.primary.payer_name) for each in picked)
    seconds = Counter(each.row.payer_id for each in picked)
    return _page(
        request,
        "bulk_ask.html",
        asking,
        status,
        rows=[each.row for each in picked],
        told=told,
        problem=problem,
        people=_people(at, visitor, asking.work) if asking.work in (Work.ASSIGN, Work.RESUBMIT) else (),
        payers=with_each.most_common(),
        likely=f"payer:{seconds.most_common(1)[0][0]}" if seconds else "",
        contacts=CONTACTS,
        said=tuple(Said),
        holders=HOLDERS,
        channels=CHANNELS,
        today=at.calendar.date(at.now()),
    )


def _page(request: Request, template: str, asking: Asked, status: int = 200, **known: Any) -> HTMLResponse:
    return page(request, template, status, work=asking.work, Work=Work, **known)


def _carried(form: FormData) -> list[tuple[str, str]]:
    """The fields that the next form repeats, without those that it has of its own."""
    own = ("form_token", "case", "batch")
    return [(name, str(value)) for name, value in form.multi_items() if name not in own and str(value)]


def _in_words(problem: ValidationError) -> str:
    fields = ", ".join(sorted({str(each["loc"][0]).replace("_", " ") for each in problem.errors()}))
    return f"This cannot be read: {fields}. Dates are written like 2026-04-02."


async def _told(at: Premises, visitor: Visitor, made: Sequence[tuple[CaseRow, Errand | str]]) -> tuple[Result, ...]:
    turn = asyncio.Semaphore(AT_ONCE)

    async def tell(work: Errand | str) -> Heard:
        if isinstance(work, str):
            return Heard(state="refused", problem=work)
        async with turn:
            return await say(at, visitor, work.row.case_id, work.message, work.fact)

    heard = await asyncio.gather(*(tell(work) for _, work in made), return_exceptions=True)
    return tuple(Result(row=row, heard=_noted(answer)) for (row, _), answer in zip(made, heard, strict=True))


def _noted(answer: Heard | BaseException) -> Heard:
    """What a case answered; what went wrong with one is noted by its kind and is no other's trouble."""
    if isinstance(answer, Heard):
        return answer
    if not isinstance(answer, Exception):
        raise answer
    log.error("bulk.failed", problem=type(answer).__name__)
    return UNKNOWN
