"""Repeating: a request with an idempotency key is done once, and answered alike however often it comes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, Final
from uuid import uuid4

from fastapi import Depends, Header, Request
from fastapi.responses import Response
from fastapi.routing import APIRoute

from casebook import repeats
from casebook.repeats import GivenAnswer, OtherRequestError, UnderWayError
from dashboard.api.callers import Caller, identify
from dashboard.api.problems import RefusalError
from dashboard.premises import Premises
from dashboard.signing.visiting import premises_of

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotent-Replayed"
"""Header of an answer that was given before."""

CHANGING: Final = frozenset({"POST", "PATCH", "DELETE"})
LONGEST_KEY: Final = 200

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def key_of(
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1,
            max_length=LONGEST_KEY,
            description="Makes repeating safe: within 48 hours the same key with the same request is done once and "
            "answered alike. Any unique text without data of a person, such as a UUID.",
            examples=["6f1e1b7e-3c39-4f0a-9a53-6a5d0c1f7a11"],
        ),
    ] = None,
) -> str:
    """The request's idempotency key, or one of its own."""
    return idempotency_key or uuid4().hex


Key = Annotated[str, Depends(key_of)]
"""The idempotency key, as a route's argument."""


def fact_id(at: Premises, caller: Caller, key: str, kind: str, *parts: str) -> str:
    """The id of the fact that a request tells: repeated, it is the same, so that an answer lost on the way is harmless.

    Args:
        at: the premises.
        caller: who tells it.
        key: the request's idempotency key.
        kind: the beginning of the id, such as `contact`.
        parts: what else tells facts of one request apart, such as the case.
    """
    opaque = at.keys.opaque("fact", "api", caller.user.user_id, key, kind, *parts)
    return f"{kind}:{opaque.removeprefix('fact-')}"


class Repeatable(APIRoute):
    """A route whose changing requests may be repeated."""

    def get_route_handler(self) -> Handler:
        """What answers a request."""
        inner = super().get_route_handler()

        async def answer(request: Request) -> Response:
            key = request.headers.get(HEADER, "")
            if request.method not in CHANGING or not 0 < len(key) <= LONGEST_KEY:
                return await inner(request)
            return await _once(request, key, inner)

        return answer


def keep_instead(request: Request, body: bytes) -> None:
    """Keep this in place of an answer that holds a secret: it is shown once, and nowhere kept."""
    request.state.kept_answer = body


async def _once(request: Request, key: str, inner: Handler) -> Response:
    at = premises_of(request)
    caller = await asyncio.to_thread(identify, request)
    asked = f"{request.method} {request.url.path}?{request.url.query} {(await request.body()).hex()}"
    given = await asyncio.to_thread(_begin, at, caller, key, asked)
    if given is not None:
        return _again(given)
    try:
        answer = await inner(request)
    except BaseException:
        # Refused, failed or broken off: whoever repeats it finds the work still to be done.
        await asyncio.shield(asyncio.to_thread(_forget, at, caller, key))
        raise
    body = getattr(request.state, "kept_answer", bytes(answer.body))
    await asyncio.shield(asyncio.to_thread(_finish, at, caller, key, answer.status_code, body))
    return answer


def _again(given: GivenAnswer) -> Response:
    media_type = "application/json" if given.body else None
    return Response(given.body, given.status, headers={REPLAYED: "true"}, media_type=media_type)


def _begin(at: Premises, caller: Caller, key: str, asked: str) -> GivenAnswer | None:
    try:
        with at.book.writing() as tx:
            return repeats.begin(tx, caller.user.user_id, key, asked, at.wall())
    except OtherRequestError as error:
        raise RefusalError(422, "key-used-otherwise", f"{error}.".capitalize()) from None
    except UnderWayError as error:
        raise RefusalError(409, "under-way", f"{error}.".capitalize(), headers={"Retry-After": "1"}) from None


def _finish(at: Premises, caller: Caller, key: str, status: int, body: bytes) -> None:
    with at.book.writing() as tx:
        repeats.finish(tx, caller.user.user_id, key, status, body)


def _forget(at: Premises, caller: Caller, key: str) -> None:
    with at.book.writing() as tx:
        repeats.forget(tx, caller.user.user_id, key)
