"""The event stream: which cases changed, by id and revision; the rest is asked for under the caller's own rights."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse

from dashboard.api.callers import Calling, identify_again, needs
from dashboard.api.problems import problems
from dashboard.live import COME_BACK, Changes, news
from dashboard.roles import Right

STREAM: Final = "text/event-stream"
EXAMPLE: Final = 'event: cases\ndata: {"cases": {"case-k3j2h4l5m6n7o2p3q4r5s6t7u2": 12}}\n\n'

router = APIRouter(
    prefix="/events",
    tags=["Events"],
    dependencies=[Depends(needs(Right.SEE_CASES))],
    responses=problems(401, 403, 429),
)


@router.get(
    "",
    response_class=StreamingResponse,
    responses={200: {"content": {STREAM: {"schema": {"type": "string"}, "example": EXAMPLE}}}},
)
async def follow(request: Request, caller: Calling) -> StreamingResponse:
    """Follow changes as server-sent events.

    `cases` names cases and their newest revision; `{"all": true}` says that more changed than was kept for you, so look
    at everything once. `alive` comes every ten seconds; `ended` says that the token or session is over. After a
    reconnect list once: what happened in between is not sent again.
    """
    changed: Changes = request.app.state.changes
    ending: asyncio.Event = request.app.state.ending

    async def stream() -> AsyncIterator[str]:
        with changed.listening(caller.user.practice) as listener:
            yield f": Baton\nretry: {COME_BACK}\n\n"
            async for told in news(listener, ending, lambda: identify_again(request)):
                yield told

    return StreamingResponse(stream(), media_type=STREAM, headers={"X-Accel-Buffering": "no"})
