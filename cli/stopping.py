"""Stopping: processes that stay are told to end by SIGTERM or Ctrl-C."""

from __future__ import annotations

import asyncio
import signal

STOPS = (signal.SIGTERM, signal.SIGINT)


async def told_to_stop() -> None:
    """Until SIGTERM or Ctrl-C; a second one ends the process at once."""
    loop, told = asyncio.get_running_loop(), asyncio.Event()
    for each in STOPS:
        loop.add_signal_handler(each, told.set)
    try:
        await told.wait()
    finally:
        for each in STOPS:
            loop.remove_signal_handler(each)
