"""The page that lists the API's operations, made from its OpenAPI document: no foreign code is loaded to read it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from dashboard.api.app import PREFIX, api
from dashboard.rendering import page
from dashboard.signing.visiting import Seen

router = APIRouter()


class Operation(NamedTuple):
    """One operation, for people."""

    method: str
    path: str
    says: str
    answers: tuple[str, ...]


class Subject(NamedTuple):
    """The operations of one subject."""

    name: str
    says: str
    operations: tuple[Operation, ...]


@router.get("/api")
def overview(request: Request, visitor: Seen) -> HTMLResponse:  # noqa: ARG001
    """The page."""
    return page(request, "api.html", subjects=_subjects(), prefix=PREFIX)


def subjects(document: dict[str, Any]) -> tuple[Subject, ...]:
    """The operations of a document by subject, in its order."""
    found = tuple(_operations(document))
    return tuple(
        Subject(tag["name"], tag["description"], tuple(each for name, each in found if name == tag["name"]))
        for tag in document["tags"]
    )


@cache
def _subjects() -> tuple[Subject, ...]:
    return subjects(api().openapi())


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, Operation]]:
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            says = told["description"].split("\n")[0]
            yield told["tags"][0], Operation(method.upper(), path, says, tuple(sorted(told["responses"])))
