"""The plan page: the journey table and its clocks, changes proposed, and their approval by another person."""

from __future__ import annotations

import tomllib
from typing import Annotated, Final, Literal

from fastapi import APIRouter, BackgroundTasks, Depends, Form, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from casebook import people, plans
from casebook.opening import Transaction
from casebook.plans import DecidedError, OutdatedError, PlanChange, SecondPersonError, VersionTakenError
from dashboard.plan import preview as plan_preview
from dashboard.plan.differences import differences
from dashboard.plan.forms import (
    FILING_KEYS,
    WHAT_WORDS,
    Present,
    ProposalError,
    Typed,
    What,
    begun,
    next_version,
    proposed,
)
from dashboard.plan.preview import Preview
from dashboard.plan.view import Whom, shown
from dashboard.premises import Premises
from dashboard.rendering import page
from dashboard.roles import Right
from dashboard.signing.visiting import At, Seen, Sent, Visitor, needs, note_access
from journey.plans.overrides import Document
from journey.words import Grade, PayerClass
from worker.plan_in_force import PlanOfPractice, parsed, plan_in, plan_of, text_of

LOOK_AGAIN: Final = "3"
"""Seconds until a browser looks again how far counting has come."""

READS: Final = [Depends(needs(Right.SEE_CASES))]
PROPOSES: Final = [Depends(needs(Right.PROPOSE_PLAN))]
APPROVES: Final = [Depends(needs(Right.APPROVE_PLAN))]

router = APIRouter()


@router.get("/plan", dependencies=READS)
def plan(
    request: Request,
    at: At,
    visitor: Seen,
    payer_class: PayerClass | Literal[""] = "",
    payer: str = "",
    state: str = "",
    line_of_business: str = "",
) -> HTMLResponse:
    """The plan in force, for any case or for one kind of case."""
    whom = Whom(payer_class or None, payer.strip(), state.strip(), line_of_business.strip())
    with at.book.reading() as tx:
        newest, present = _present(at, tx, visitor)
        open_cases = plans.count_by_plan(tx, visitor.user.practice)
        waiting = sum(each.state is plans.PlanState.PROPOSED for each in plans.changes_of(tx, visitor.user.practice))
        names = _names(tx, visitor)
    return page(
        request,
        "plan.html",
        plan=shown(present.plan, whom),
        whom=whom,
        newest=newest,
        names=names,
        file=at.settings.plan_file is not None,
        open_cases=open_cases,
        waiting=waiting,
        classes=list(PayerClass),
    )


@router.get("/plan/text", dependencies=READS)
def text(at: At, visitor: Seen) -> PlainTextResponse:
    """The plan in force as it is written, to keep or to check."""
    with at.book.reading() as tx:
        _, present = _present(at, tx, visitor)
    name = "".join(each if each.isalnum() or each in "-._" else "-" for each in present.plan.version)
    headers = {"Content-Disposition": f'attachment; filename="plan-{name}.toml"'}
    return PlainTextResponse(present.text, media_type="application/toml", headers=headers)


@router.get("/plan/changes", dependencies=READS)
def changes(request: Request, at: At, visitor: Seen) -> HTMLResponse:
    """All changes that were proposed, newest first."""
    with at.book.reading() as tx:
        found, names = plans.changes_of(tx, visitor.user.practice), _names(tx, visitor)
        in_force = plans.id_in_force(tx, visitor.user.practice)
    return page(request, "plan_changes.html", changes=found, names=names, in_force=in_force)


# ---- proposing ------------------------------------------------------------------------------------------------------


@router.get("/plan/propose", dependencies=PROPOSES)
def ask(
    request: Request,
    at: At,
    visitor: Seen,
    what: What = "clock",
    name: str = "",
    payer_class: PayerClass | Literal[""] = "",
    payer: str = "",
    state: str = "",
    line_of_business: str = "",
) -> HTMLResponse:
    """The form in which a change is proposed, with the present values of what it is about."""
    with at.book.reading() as tx:
        _, present = _present(at, tx, visitor)
        taken = {each.version for each in plans.changes_of(tx, visitor.user.practice)} | {present.plan.version}
    whom = Whom(payer_class or None, payer, state, line_of_business)
    typed = begun(what, name, present, next_version(taken, visitor.user.practice), whom)
    return _asked(request, present, typed, ())


@router.post("/plan/propose", dependencies=PROPOSES)
def propose(
    request: Request, tasks: BackgroundTasks, at: At, visitor: Sent, typed: Annotated[Typed, Form()]
) -> Response:
    """Propose a change; one that cannot be used comes back as typed, with everything that is wrong."""
    with at.book.reading() as tx:
        _, present = _present(at, tx, visitor)
    try:
        written = proposed(typed, present)
        change = _propose(at, visitor, typed, present, written)
    except ProposalError as error:
        return _asked(request, present, typed, error.problems, 422)
    except VersionTakenError as error:
        return _asked(request, present, typed, (f"{error}.".capitalize(),), 422)
    plan_preview.begin(tasks, request, at, change)
    return RedirectResponse(f"/plan/changes/{change.plan_id}", 303)


def _propose(at: Premises, visitor: Visitor, typed: Typed, present: Present, written: str) -> PlanChange:
    with at.book.writing() as tx:
        plan_id = plans.propose(
            tx,
            practice=visitor.user.practice,
            version=parsed(written).version,
            based_on=present.plan.version,
            text=written,
            reason=typed.reason.strip(),
            by=visitor.user.name,
            at=at.wall(),
        )
        return plans.change_of(tx, visitor.user.practice, plan_id)


def _asked(
    request: Request, present: Present, typed: Typed, problems: tuple[str, ...], status: int = 200
) -> HTMLResponse:
    known = {"typed": typed, "problems": problems, "document": present.plan.document, "present": present.plan.version}
    choices = {"whats": WHAT_WORDS, "grades": list(Grade), "classes": list(PayerClass), "filing_keys": FILING_KEYS}
    return page(request, "plan_propose.html", status, **known, **choices)


# ---- one change -----------------------------------------------------------------------------------------------------


@router.get("/plan/changes/{plan_id}", dependencies=READS)
def change(request: Request, at: At, visitor: Seen, plan_id: str) -> HTMLResponse:
    """One change: what differs, what it would have done, who decided, how far open cases are re-planned."""
    return _change(request, at, visitor, plan_id)


@router.post("/plan/changes/{plan_id}/preview", dependencies=PROPOSES)
def count_again(request: Request, tasks: BackgroundTasks, at: At, visitor: Sent, plan_id: str) -> RedirectResponse:
    """Count anew what a change would have done."""
    with at.book.reading() as tx:
        found = plans.change_of(tx, visitor.user.practice, plan_id)
    preview = _preview(found)
    if found.state is plans.PlanState.PROPOSED and (preview is None or preview.may_begin(at.wall())):
        plan_preview.begin(tasks, request, at, found)
    return _back(plan_id)


@router.post("/plan/changes/{plan_id}/approve", dependencies=APPROVES)
def approve(
    request: Request, at: At, visitor: Sent, plan_id: str, reason: Annotated[str, Form(max_length=500)] = ""
) -> Response:
    """Put a change in force, as the second person; open cases are re-planned by the worker."""
    present = plan_of(at.settings).version
    try:
        with at.book.writing() as tx:
            plans.approve(tx, visitor.user.practice, plan_id, visitor.user.name, at.wall(), reason.strip(), present)
    except (SecondPersonError, DecidedError, OutdatedError) as error:
        return _change(request, at, visitor, plan_id, str(error), reason, 409)
    if isinstance(at.plan, PlanOfPractice):
        at.plan.look_again()
    return _back(plan_id)


@router.post("/plan/changes/{plan_id}/reject", dependencies=APPROVES)
def reject(
    request: Request, at: At, visitor: Sent, plan_id: str, reason: Annotated[str, Form(max_length=500)] = ""
) -> Response:
    """Refuse a change, as the second person, with a reason."""
    if not reason.strip():
        return _change(request, at, visitor, plan_id, "Say why the change is rejected", reason, 422)
    try:
        with at.book.writing() as tx:
            plans.reject(tx, visitor.user.practice, plan_id, visitor.user.name, at.wall(), reason.strip())
    except (SecondPersonError, DecidedError) as error:
        return _change(request, at, visitor, plan_id, str(error), reason, 409)
    return _back(plan_id)


@router.post("/plan/changes/{plan_id}/withdraw", dependencies=PROPOSES)
def withdraw(request: Request, at: At, visitor: Sent, plan_id: str) -> Response:
    """Take back a change of one's own."""
    try:
        with at.book.writing() as tx:
            plans.withdraw(tx, visitor.user.practice, plan_id, visitor.user.name, at.wall())
    except (SecondPersonError, DecidedError) as error:
        return _change(request, at, visitor, plan_id, str(error), "", 409)
    return _back(plan_id)


def _change(
    request: Request,
    at: Premises,
    visitor: Visitor,
    plan_id: str,
    problem: str = "",
    reason: str = "",
    status: int = 200,
) -> HTMLResponse:
    with at.book.reading() as tx:
        found = plans.change_of(tx, visitor.user.practice, plan_id)
        _, present = _present(at, tx, visitor)
        known = {
            "names": _names(tx, visitor),
            "open_cases": plans.count_by_plan(tx, visitor.user.practice),
            "is_in_force": plans.id_in_force(tx, visitor.user.practice) == plan_id,
        }
        before = _based_on(at, tx, visitor, found)
    preview = _preview(found)
    counting = preview is not None and preview.state == "counting" and not preview.is_stalled(at.wall())
    if preview is not None and preview.examples:
        note_access(at, visitor, "plan preview", cases=len(preview.examples))
    answer = page(
        request,
        "plan_change.html",
        status,
        **known,
        change=found,
        outdated=found.based_on != present.plan.version,
        differences=differences(before, tomllib.loads(found.text)) if before else None,
        preview=preview,
        counting=counting,
        stalled=preview is not None and preview.is_stalled(at.wall()),
        problem=problem,
        reason=reason,
    )
    if counting or (status == 200 and found.state is plans.PlanState.PROPOSED and preview is None):
        answer.headers["Refresh"] = LOOK_AGAIN
    return answer


# ---- what pages know ------------------------------------------------------------------------------------------------


def _present(at: Premises, tx: Transaction, visitor: Visitor) -> tuple[PlanChange | None, Present]:
    """The plan of the visitor's practice: the newest approved one, else that of the settings."""
    newest = plans.in_force(tx, visitor.user.practice)
    plan = plan_in(newest, at.settings)
    is_newest = newest is not None and plan.version == newest.version
    return newest if is_newest else None, Present(newest.text if newest and is_newest else text_of(at.settings), plan)


def _based_on(at: Premises, tx: Transaction, visitor: Visitor, change: PlanChange) -> Document | None:
    """The plan that a change was made on; None when nobody has its text any more."""
    known = [each for each in plans.changes_of(tx, visitor.user.practice) if each.version == change.based_on]
    approved = [each for each in known if each.state is plans.PlanState.APPROVED]
    if approved:
        return tomllib.loads(approved[0].text)
    first = plan_of(at.settings)
    return first.document if first.version == change.based_on else None


def _names(tx: Transaction, visitor: Visitor) -> dict[str, str]:
    """Sign-in names and what people are called."""
    return {each.name: each.shown_name for each in people.users_of(tx, visitor.user.practice)}


def _preview(change: PlanChange) -> Preview | None:
    return Preview.model_validate(change.preview) if change.preview else None


def _back(plan_id: str) -> RedirectResponse:
    return RedirectResponse(f"/plan/changes/{plan_id}", 303)
