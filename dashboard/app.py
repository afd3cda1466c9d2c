"""The application: every page and interface, the order in which a request passes them, and how errors look."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware

from casebook.errors import NoSuchRowError, SealBrokenError
from dashboard import live, outbox
from dashboard.api import overview as api_overview
from dashboard.api.app import PREFIX, api
from dashboard.case import packets as case_packets
from dashboard.case import page as case_page
from dashboard.case import saying as case_saying
from dashboard.headers import SecurityHeaders
from dashboard.insights import outages
from dashboard.insights import page as insights
from dashboard.insights.sums import KeptSums
from dashboard.office import accesses_page
from dashboard.office import files_page as office_files_page
from dashboard.office import keys_page as office_keys_page
from dashboard.office import page as office_page
from dashboard.plan import page as plan_page
from dashboard.premises import Premises
from dashboard.rendering import STATIC, OwnFiles, page
from dashboard.signing import elsewhere as signing_in_elsewhere
from dashboard.signing import page as signing_in
from dashboard.signing.page import sign_in_address
from dashboard.signing.visiting import ForeignFormError, NotAllowedError, SignInNeededError, TooOftenError
from dashboard.worklist import bulk, holds_page
from dashboard.worklist import page as worklist
from dashboard.worklist.counts import KeptCounts

ROUTERS = (
    signing_in.router,
    signing_in_elsewhere.router,
    plan_page.router,
    outbox.router,
    live.router,
    worklist.router,
    bulk.router,
    api_overview.router,
    case_page.router,
    case_saying.router,
    case_packets.router,
    accesses_page.router,
    holds_page.router,
    office_files_page.router,
    office_keys_page.router,
    office_page.router,
    insights.router,
    outages.router,
)
"""Every group of pages; a new one is added here."""

Handler = Callable[[Request, Any], Awaitable[Response]]

log = structlog.get_logger("dashboard")


def application(premises: Premises) -> FastAPI:
    """Pages and interfaces over one office's premises."""
    app = FastAPI(title="Baton", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.premises = premises
    app.state.ending = asyncio.Event()
    app.state.changes = live.Changes()
    app.state.sums = KeptSums()
    app.state.counts = KeptCounts()
    for router in ROUTERS:
        app.include_router(router)
    app.mount(PREFIX, api(app.state))
    app.mount("/static", OwnFiles(directory=STATIC), name="static")
    _handle_errors(app)
    app.add_middleware(GZipMiddleware, minimum_size=1024, compresslevel=4)
    app.add_middleware(SecurityHeaders)
    return app


def _handle_errors(app: FastAPI) -> None:
    async def sign_in_first(request: Request, _: SignInNeededError) -> Response:
        return RedirectResponse(sign_in_address(request), 303)

    handlers: dict[Any, Handler] = {
        SignInNeededError: sign_in_first,
        NotAllowedError: _told(403, "This is not yours to do", "Your role does not allow it. A supervisor can."),
        ForeignFormError: _told(403, "This form is from another session", "Open the page again, then send it."),
        TooOftenError: _told(429, "Too many requests", "Wait a minute, then go on."),
        SealBrokenError: _altered,
        NoSuchRowError: _told(404, "There is nothing here", "It may have moved, or be another office's."),
        RequestValidationError: _told(422, "The form is not complete", "Go back, fill it in, and send it again."),
        HTTPException: _http_problem,
        Exception: _unexpected,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


def _told(status: int, title: str, advice: str) -> Handler:
    async def tell(request: Request, _: Exception) -> Response:
        return page(request, "problem.html", status, title=title, advice=advice, reference="")

    return tell


async def _http_problem(request: Request, problem: HTTPException) -> Response:
    if problem.status_code == 404:
        return page(
            request, "problem.html", 404, title="There is nothing here", advice="Check the address.", reference=""
        )
    return page(request, "problem.html", problem.status_code, title=str(problem.detail), advice="", reference="")


async def _altered(request: Request, _: Exception) -> Response:
    log.error("page.evidence_altered", route=_route(request))
    advice = "What is kept is not what was written. An engineer's `baton audit` tells where."
    return page(request, "problem.html", 409, title="This was altered", advice=advice, reference="")


async def _unexpected(request: Request, error: Exception) -> Response:
    """What nobody thought of: a number to find it by in the log, and nothing of its content anywhere."""
    reference = secrets.token_hex(4)
    log.error("page.failed", reference=reference, problem=type(error).__name__, route=_route(request))
    advice = "It is noted. Nothing that you sent was done twice; try again, and tell the number if it stays."
    return page(request, "problem.html", 500, title="Something went wrong", advice=advice, reference=reference)


def _route(request: Request) -> str:
    """The pattern of the route, never the address itself."""
    return str(getattr(request.scope.get("route"), "path", ""))
