"""What stands around the API: bodies that are too large are not read, and no failure leaves it with its content."""

from __future__ import annotations

from typing import Final

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.api.problems import failed

LARGEST: Final = 1_048_576
"""Bytes of the largest body that is read."""


class Guard:
    """Counts what is read of a body, and answers for what nobody thought of.

    The framework's own handler of failures would pass them on to the application around it, and their text to the log.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Stand around an application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        read, begun = 0, False

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > LARGEST:
                raise HTTPException(413)
            return message

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, counted, noted)
        except Exception as error:
            answer = failed(Request(scope), error)
            if not begun:
                await answer(scope, receive, send)
