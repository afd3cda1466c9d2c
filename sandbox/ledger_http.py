"""The provider's ledger on the wire, and the desk at which notices arrive: one server of the sandbox."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Header, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from activities import ledger_wire as wire
from activities.notices import SIGNATURE, signature
from sandbox.account import LedgerError, NoSuchAccountError
from sandbox.faults import Faults, Faulty
from sandbox.ledger import Ledger
from sandbox.serving import serve

DESK = "/desk/notices"
TITLE = "Ledger interface for Baton"
ABOUT = """\
Five questions that Baton asks of a provider's billing system. Money is integer US cents, times are UTC, errors are \
problem documents (RFC 9457) that name fields and rules, never values. Account numbers travel in bodies only."""

Key = Annotated[str, Header(alias=wire.IDEMPOTENCY_KEY, min_length=1, max_length=200)]
Notice = dict[str, Any]

_BEARER = HTTPBearer(auto_error=False, description="The token that the billing system gave to Baton.")


class _App(FastAPI):
    """An application whose document says once what a problem is."""

    def openapi(self) -> dict[str, Any]:
        document = super().openapi()
        document["components"]["schemas"]["Problem"] = wire.Problem.model_json_schema()
        return document


class Refusal(HTTPException):
    """A request that the server refuses, as a problem document."""

    def __init__(self, status: HTTPStatus, detail: str, kind: str = "about:blank") -> None:
        """Name the status, the rule and the type of the problem."""
        super().__init__(status, detail)
        self.kind = kind


class Once:
    """Answers already given to idempotency keys: asked again alike, the effect is not repeated."""

    def __init__(self) -> None:
        """No key was seen yet."""
        self._given: dict[str, tuple[bytes, bytes]] = {}

    def answer(self, key: str, asked: bytes, effect: Callable[[], bytes]) -> Response:
        """The first answer to this key, by doing it if it was never asked.

        Raises:
            Refusal: the key was used for another request.
        """
        digest = sha256(asked).digest()
        if key not in self._given:
            self._given[key] = digest, effect()
        first, answer = self._given[key]
        if first != digest:
            raise Refusal(HTTPStatus.CONFLICT, "the idempotency key was used for another request")
        return Response(answer, media_type="application/json")


class _Door:
    """Lets in who shows the token."""

    def __init__(self, token: str) -> None:
        self._token = token.encode()

    async def __call__(self, shown: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]) -> None:
        if shown is None or not hmac.compare_digest(shown.credentials.encode(), self._token):
            raise Refusal(HTTPStatus.UNAUTHORIZED, "the bearer token is missing or not the right one")


class _Billing:
    """The five questions."""

    def __init__(self, ledger: Ledger, clock_now: Callable[[], datetime], faults: Faults) -> None:
        self._ledger = ledger
        self._now = clock_now
        self._faults = faults
        self._once = Once()

    async def read_balance(self, asked: wire.AccountAsked) -> wire.Balance:
        """The account as it stands now."""
        return self._ledger.balance(asked.account, self._now())

    async def place_hold(self, asked: wire.HoldRequest, key: Key) -> Response:
        """Turn billing switches on. Baton reads the balance back: the answer alone verifies nothing."""

        def place() -> bytes:
            switches = [each for each in asked.switches if each not in self._faults.ignored_switches]
            hold_id = self._ledger.place_hold(asked.account, switches, asked.reason_code, self._now())
            return wire.HoldPlaced(hold_id=hold_id).model_dump_json().encode()

        return self._once.answer(key, _named("hold", asked), place)

    async def release_hold(self, asked: wire.AccountAsked, key: Key) -> Response:
        """Turn every billing switch of the account off."""

        def release() -> bytes:
            self._ledger.release_hold(asked.account, self._now())
            return wire.HoldReleased().model_dump_json().encode()

        return self._once.answer(key, _named("release", asked), release)

    async def recall(self, asked: wire.AccountAsked, key: Key) -> Response:
        """Take an account back from its agency, and its report from the bureaus; Baton reads the balance back."""

        def recall() -> bytes:
            self._ledger.recall(asked.account, self._now())
            version = self._ledger.balance(asked.account, self._now()).version
            return wire.AccountRecalled(recall_id=f"recall-{version}").model_dump_json().encode()

        return self._once.answer(key, _named("recall", asked), recall)

    async def read_changes(self, asked: wire.ChangesAsked) -> wire.Changes:
        """What changed in any account, in order, after a place in the running order."""
        found = self._ledger.changes(asked.after, asked.limit)
        return wire.Changes(changes=found, last=found[-1].sequence if found else asked.after)


class _Desk:
    """Where notices arrive, each once."""

    def __init__(self, on_notice: Callable[[Notice], None], secret: bytes) -> None:
        self._on_notice = on_notice
        self._secret = secret
        self._once = Once()

    async def notice(self, request: Request, key: Key) -> Response:
        """Take one notice; with a secret, only if it is signed with it."""
        body = await request.body()
        signed = request.headers.get(SIGNATURE, "").encode()
        if self._secret and not hmac.compare_digest(signed, signature(self._secret, body).encode()):
            raise Refusal(HTTPStatus.UNAUTHORIZED, "the notice is not signed with the agreed secret")
        return self._once.answer(key, body, lambda: self._take(body))

    def _take(self, body: bytes) -> bytes:
        try:
            told = json.loads(body)
        except ValueError:
            told = None
        if not isinstance(told, dict):
            raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "a notice is a JSON object")
        self._on_notice(told)
        return b"{}"


def ledger_app(
    ledger: Ledger,
    token: str,
    clock_now: Callable[[], datetime],
    on_notice: Callable[[Notice], None],
    *,
    faults: Faults | None = None,
    notice_secret: bytes = b"",
) -> FastAPI:
    """The server: the ledger's five questions behind a bearer token, and `DESK`.

    Everything runs in the event loop that serves it, so the world may use the same ledger from that loop.

    Args:
        ledger: the books.
        token: the bearer token that callers must show.
        clock_now: now, in case time.
        on_notice: hears each notice once, as plain JSON.
        faults: what shall go wrong; the caller keeps it and sets its counts.
        notice_secret: what notices must be signed with; empty takes unsigned ones.
    """
    faults = faults or Faults()
    app = _App(title=TITLE, version="1", description=ABOUT, generate_unique_id_function=lambda route: route.name)
    app.include_router(_billing_routes(_Billing(ledger, clock_now, faults), token))
    app.add_api_route(DESK, _Desk(on_notice, notice_secret).notice, methods=["POST"], include_in_schema=False)
    app.add_middleware(Faulty, faults=faults)
    app.add_exception_handler(HTTPException, _http_problem)
    app.add_exception_handler(RequestValidationError, _field_problem)
    app.add_exception_handler(LedgerError, _ledger_problem)
    return app


def openapi() -> str:
    """The wire as an OpenAPI document in JSON: the text of `docs/ledger-openapi.json`."""
    app = ledger_app(Ledger(), "", partial(datetime.now, UTC), list[Notice]().append)
    return json.dumps(app.openapi(), indent=2, ensure_ascii=False) + "\n"


def _billing_routes(billing: _Billing, token: str) -> APIRouter:
    routes = APIRouter(dependencies=[Depends(_Door(token))], responses=_problems(401, 404, 422))
    routes.add_api_route(wire.BALANCES, billing.read_balance, methods=["POST"], response_model=wire.Balance)
    conflict = _problems(409)
    routes.add_api_route(
        wire.HOLDS, billing.place_hold, methods=["POST"], response_model=wire.HoldPlaced, responses=conflict
    )
    routes.add_api_route(
        wire.RELEASES, billing.release_hold, methods=["POST"], response_model=wire.HoldReleased, responses=conflict
    )
    routes.add_api_route(
        wire.RECALLS, billing.recall, methods=["POST"], response_model=wire.AccountRecalled, responses=conflict
    )
    routes.add_api_route(wire.CHANGES, billing.read_changes, methods=["POST"], response_model=wire.Changes)
    return routes


def _named(what: str, asked: BaseModel) -> bytes:
    return f"{what} {asked.model_dump_json()}".encode()


def _problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    content = {wire.PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": HTTPStatus(status).phrase, "content": content} for status in statuses}


def _problem(status: int, detail: str, kind: str = "about:blank") -> Response:
    problem = wire.Problem(type=kind, title=HTTPStatus(status).phrase, status=status, detail=detail)
    return Response(problem.model_dump_json(), status, media_type=wire.PROBLEM_JSON)


async def _http_problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _problem(error.status_code, error.detail, getattr(error, "kind", "about:blank"))


async def _field_problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    told = (f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}" for each in error.errors())
    return _problem(HTTPStatus.UNPROCESSABLE_ENTITY, "; ".join(told))


async def _ledger_problem(_: Request, error: Exception) -> Response:
    if isinstance(error, NoSuchAccountError):
        return _problem(HTTPStatus.NOT_FOUND, str(error), wire.UNKNOWN_ACCOUNT)
    return _problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))


__all__ = ["DESK", "Notice", "Once", "Refusal", "ledger_app", "openapi", "serve"]
