"""Problems: every refusal is a problem document (RFC 9457) that names fields and rules, never a value of a claim."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from casebook.errors import NoSuchRowError, SealBrokenError

JSON: Final = "application/problem+json"
KIND: Final = "urn:baton:problem:"
MEANT: Final[Mapping[int, str]] = {
    400: "The body could not be read.",
    401: "No valid token or signed-in browser came with the request.",
    403: "The user's role, or the token's scopes, do not allow it; `missing` names the scope.",
    404: "There is nothing of this id, or it is another practice's.",
    409: "It cannot be done as things stand; `detail` says why.",
    413: "The body is larger than 1 MB.",
    422: "A field is missing or cannot be used; `errors` lists fields and rules, not values.",
    429: "Too many requests; `Retry-After` says in how many seconds to go on.",
    503: "The engine is away. Nothing was done; send the same again later.",
}
"""What each status of a refusal means here."""

log = structlog.get_logger("dashboard")


class FieldProblem(BaseModel):
    """What is wrong with one field."""

    field: str = Field(description="Where it stands.", examples=["body.says"])
    rule: str = Field(description="The rule that it breaks.", examples=["Field required"])


class Problem(BaseModel):
    """Why a request was refused (RFC 9457)."""

    type: str = Field(description="What kind of problem it is.", examples=["urn:baton:problem:missing-scope"])
    title: str = Field(description="The same in words.")
    status: int = Field(description="The HTTP status.", ge=400, le=599)
    detail: str = Field(description="What is wrong this time, and the way out.")
    instance: str = Field(description="A reference to tell when you ask about it.", examples=["urn:baton:ref:5f0c2e1a"])
    missing: str | None = Field(None, description="With 403: the scope or right that is missing.")
    errors: tuple[FieldProblem, ...] = Field((), description="With 422: every field that is wrong.")


class RefusalError(Exception):
    """A request that the API refuses.

    Attributes:
        status: the HTTP status.
        kind: the end of the problem's type.
        detail: what is wrong, and the way out.
        headers: further headers of the answer.
        further: further members of the problem.
    """

    def __init__(
        self, status: int, kind: str, detail: str, *, headers: Mapping[str, str] | None = None, **further: Any
    ) -> None:
        """Keep what the problem document says."""
        self.status, self.kind, self.detail = status, kind, detail
        self.headers, self.further = dict(headers or {}), further
        super().__init__(f"{status} {kind}")


def field_refused(field: str, rule: str) -> RefusalError:
    """The refusal of one field that the schema alone cannot judge."""
    told = {"field": field, "rule": rule}
    return RefusalError(422, "invalid-request", f"{field}: {rule}", errors=(told,))


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """How an operation's refusals stand in the OpenAPI document."""
    content = {JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": MEANT[status], "content": content} for status in statuses}


def handle_problems(app: FastAPI) -> None:
    """Answer every refusal and every failure as a problem document."""
    app.add_exception_handler(RefusalError, _refused)
    app.add_exception_handler(NoSuchRowError, _not_found)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(SealBrokenError, _altered)


def _problem(status: int, kind: str, detail: str, headers: Mapping[str, str] | None = None, **further: Any) -> Response:
    told = Problem(
        type=f"{KIND}{kind}",
        title=kind.replace("-", " ").capitalize(),
        status=status,
        detail=detail,
        instance=f"urn:baton:ref:{further.pop('reference', secrets.token_hex(4))}",
        **further,
    )
    body = told.model_dump_json(exclude_defaults=True)
    return Response(body, status, headers=dict(headers or {}), media_type=JSON)


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, RefusalError)
    return _problem(error.status, error.kind, error.detail, error.headers, **error.further)


async def _not_found(_: Request, __: Exception) -> Response:
    return _problem(404, "not-found", MEANT[404])


async def _invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = tuple(_field(each) for each in error.errors())
    if any(each["type"] == "json_invalid" for each in error.errors()):
        return _problem(422, "invalid-request", "The body is not JSON.", errors=errors)
    wrong = ", ".join(dict.fromkeys(each.field for each in errors))
    return _problem(422, "invalid-request", f"These fields cannot be used: {wrong}.", errors=errors)


def _field(error: Mapping[str, Any]) -> FieldProblem:
    """Where and which rule; the words of some rules repeat the value, and those are said otherwise."""
    place = ".".join(str(part) for part in error["loc"])
    if str(error["type"]).startswith("union_tag"):
        return FieldProblem(
            field=place, rule=f"Must be one of {error.get('ctx', {}).get('expected_tags', 'its kinds')}"
        )
    if error["type"] == "value_error":
        return FieldProblem(field=place, rule=str(error["msg"]).removeprefix("Value error, "))
    return FieldProblem(field=place, rule=str(error["msg"]))


async def _http(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    words = HTTPStatus(error.status_code).phrase
    kind = words.lower().replace(" ", "-")
    detail = MEANT.get(error.status_code, words)
    return _problem(error.status_code, kind, detail, error.headers)


async def _altered(_: Request, __: Exception) -> Response:
    log.error("api.evidence_altered")
    return _problem(409, "evidence-altered", "What is kept of this case is not what was written: ask an auditor.")


def failed(request: Request, error: Exception) -> Response:
    """What nobody thought of: a reference to find it by in the log, and nothing of its content anywhere."""
    reference = secrets.token_hex(4)
    route = str(getattr(request.scope.get("route"), "path", ""))
    log.error("api.failed", reference=reference, problem=type(error).__name__, route=route)
    detail = "Something went wrong. It is noted; tell the reference if it stays."
    return _problem(500, "unexpected", detail, reference=reference)
