"""The demo's pages: its casebook and its case time, and somebody of each role who may sign in."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

from casebook import people
from cli.pages import pages_of
from dashboard.office.first_person import SECRET_BYTES
from dashboard.premises import Premises
from dashboard.roles import ROLE_WORDS, Role
from dashboard.serving import is_free
from dashboard.signing import passwords
from sandbox.live import Trial
from worker.keys import open_key_ring

DEMO_PEOPLE: Final[Mapping[Role, str]] = {
    Role.SUPERVISOR: "supervisor-1",
    Role.LEAD: "lead-1",
    Role.CASE_MANAGER: "case-manager-3",
    Role.VIEWER: "viewer-1",
    Role.AUDITOR: "auditor-1",
}
"""Who may sign in; the case manager and the supervisor are those who work in the sandbox's practice."""

ANY_PORT: Final = "127.0.0.1:0"


@asynccontextmanager
async def demo_pages(going: Trial) -> AsyncIterator[tuple[str, str]]:
    """The pages of a trial for the length of a block: their address, and the password of everybody in `DEMO_PEOPLE`."""
    keys, wanted = open_key_ring(going.settings), going.settings.pages_address
    address = wanted if is_free(wanted) else ANY_PORT
    async with pages_of(going.service, keys, address) as (at, where):
        yield where, await asyncio.to_thread(_admit_all, at)


def _admit_all(at: Premises) -> str:
    """Let everybody in; one password for all, since they are all the person who runs the demo."""
    password = secrets.token_urlsafe(SECRET_BYTES)
    hashed = passwords.hashed(password)
    with at.book.writing() as tx:
        for role, name in DEMO_PEOPLE.items():
            people.add_user(
                tx,
                practice=at.settings.practice,
                name=name,
                shown_name=f"{ROLE_WORDS[role]} (demo)",
                role=role,
                at=at.wall(),
                password_hash=hashed,
            )
    return password
