"""`baton pages`: the pages and the interface in a process of their own; they read even while the engine is away."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing

from cli.failures import CommandError
from cli.home import Home, has_casebook, settings_at
from cli.output import heading, pairs, say
from cli.stopping import told_to_stop
from dashboard.app import application
from dashboard.office.first_person import admit_first
from dashboard.premises import Premises
from dashboard.serving import serving_pages
from worker import logs
from worker.cases import Cases
from worker.connection import reached_later
from worker.keys import KeyRing, open_key_ring
from worker.plan_in_force import PlanOfPractice
from worker.service import Service, clock, open_book


async def pages(*, home: Home = None) -> None:
    """Serve pages and API alone, for an engine that others run.

    The engine is the one that TEMPORAL_ADDRESS or temporal.toml names, else the one that `baton up`
    keeps running. While it is away people still read, and what they say waits in the outbox. Several
    such processes may run behind one proxy. Stays until SIGTERM or Ctrl-C.

    Example: `baton pages --home var/demo`
    """
    settings = settings_at(home)
    if settings.mode == "embedded" and not has_casebook(settings):
        raise CommandError(f"there is no casebook in {settings.home}: `baton up` begins one and serves its pages")
    logs.configure(settings.log_level)
    keys = open_key_ring(settings)
    with closing(open_book(settings, keys)) as book:
        plan = PlanOfPractice(book, settings)
        cases = Cases(None, book, plan, settings.task_queue)
        at = Premises(settings, keys, book, cases, plan, clock(None))
        async with (
            reached_later(settings, keys, cases.reached),
            serving_pages(application(at), settings.pages_address) as where,
        ):
            say(heading("The pages are served; Ctrl-C stops them."), pairs(whereabouts(at, where)))
            await told_to_stop()
            say("Stopping.")


@asynccontextmanager
async def pages_of(service: Service, keys: KeyRing, address: str) -> AsyncIterator[tuple[Premises, str]]:
    """The pages of a running service for the length of a block: what they work with, and where they are.

    Args:
        service: a running service; its casebook and case time are those of the pages.
        keys: the ring with which it seals.
        address: host:port.

    Raises:
        CannotServeError: the address is taken.
    """
    plan = PlanOfPractice(service.casebook, service.settings)
    at = Premises(service.settings, keys, service.casebook, service.cases, plan, service.now)
    async with serving_pages(application(at), address) as where:
        yield at, where


def whereabouts(at: Premises, where: str) -> Iterator[tuple[str, str]]:
    """Where the pages are and how to sign in, for the terminal; the first time this makes the first person."""
    yield "pages", at.settings.pages_url or where
    if at.settings.oidc_issuer:
        yield "sign in", f"with {at.settings.oidc_name}, or with name and password"
        return
    first = admit_first(at.book, at.settings.practice, at.wall())
    if first is None:
        yield "sign in", "with name and password"
    else:
        yield "sign in", f"as {first.name} with the password {first.password}"
        yield "", "It is shown this once: change it there (click the name) and let the others in."
