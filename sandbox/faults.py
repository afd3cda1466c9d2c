"""Faults that a partner's server can be told to have, so many times each."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from journey.words import Switch

FLOOD = 10 * 1024 * 1024
FLOOD_PIECE = b"0" * 65_536


@dataclass
class Faults:
    """What goes wrong next; each count goes down by one as it happens, and all at zero is a healthy server.

    Attributes:
        errors: answer 500 and do nothing.
        garbage: answer 200 with something that is no JSON, and do nothing.
        floods: answer 200 with ten megabytes, and do nothing.
        silences: never answer, and do nothing.
        lost_answers: do what was asked, then break the connection.
        ignored_switches: not a count: switches that a hold says yes to and does not turn on.
    """

    errors: int = 0
    garbage: int = 0
    floods: int = 0
    silences: int = 0
    lost_answers: int = 0
    ignored_switches: frozenset[Switch] = frozenset()

    def take(self, name: str) -> bool:
        """Whether a fault happens now; then it is one fewer."""
        left: int = getattr(self, name)
        if left:
            setattr(self, name, left - 1)
        return left > 0


class Faulty:
    """An application behind its faults."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        """Put faults before an application."""
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, rightly or not."""
        take = self._faults.take
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif take("errors"):
            await _answer(send, 500, b"")
        elif take("garbage"):
            await _answer(send, 200, b"<html>busy</html>")
        elif take("floods"):
            await _flood(send)
        elif take("silences"):
            await _wait_for_hang_up(receive)
        elif take("lost_answers"):
            await self._app(scope, receive, _swallow)
            await _break_off(send)
        else:
            await self._app(scope, receive, send)


async def _answer(send: Send, status: int, body: bytes) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [length]})
    await send({"type": "http.response.body", "body": body})


async def _flood(send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    for _ in range(FLOOD // len(FLOOD_PIECE)):
        await send({"type": "http.response.body", "body": FLOOD_PIECE, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _wait_for_hang_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _swallow(message: Message) -> None:
    del message


async def _break_off(send: Send) -> None:
    # A promised byte that never comes: the server closes the connection, and the client cannot know what happened.
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1")]})
