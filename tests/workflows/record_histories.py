"""Records the golden histories: `python -m tests.workflows.record_histories` writes those that are not there yet.

A history once recorded is kept as long as cases of its day may run: replaying it shows whether a changed workflow
still takes the same steps. The claims in them are invented and the keys stand beside them.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from temporalio.testing import TimeSkippingConfig, WorkflowEnvironment

from journey.words import Party
from tests.office import CONTRACTUAL, PAID, SHARE, Journey, Office, an_office
from tests.workflows.partners import Partners
from worker.engine import TIME_SKIPPING, find_temporal
from worker.keys import KeyRing, read_key_file
from worker.plugin import baton_plugin
from workflows.search_keys import SENTENCES

HISTORIES = Path(__file__).parents[1] / "histories"
KEYS = HISTORIES / "keys.toml"
RELEASE = "0.2.0"

Story = Callable[[Office, Partners], Awaitable[Journey]]


async def _promised(office: Office, partners: Partners, event_cap: int = 0) -> Journey:
    case = await office.journey(event_cap)
    office.ledger.primary_posted(case.number, PAID, CONTRACTUAL, case.now())
    await case.tell(partners.primary(case.now()))
    return case


async def _happy(office: Office, partners: Partners) -> Journey:
    case = await _promised(office, partners)
    await case.until(case.day(date(2026, 3, 20)))
    await case.tell(partners.acknowledged(case.now()))
    await case.until(case.day(date(2026, 4, 2)))
    await case.tell(partners.secondary(case.now()))
    await case.until(case.day(date(2026, 4, 6)))
    office.ledger.deposit(case.number, SHARE, case.now())
    office.ledger.post_secondary(case.number, SHARE, 0, 0, case.now())
    await case.tell(case.ledger_read())
    case.skipped += timedelta(days=92)
    assert office.env
    await office.env.fast_forward(case.handle, timedelta(days=92))
    await case.ending()
    return case


async def _lost(office: Office, partners: Partners) -> Journey:
    case = await _promised(office, partners)
    await case.until(case.day(date(2026, 4, 2), 22))
    await case.tell(partners.not_found(case.now(), "member_and_date"))
    await case.until(case.day(date(2026, 4, 7), 22))
    await case.tell(partners.not_found(case.now(), "member_and_range"))
    await case.until(case.day(date(2026, 4, 13)))
    await case.tell(partners.acknowledged(case.now(), Party.CLEARINGHOUSE))
    return case


async def _declined_with_calls(office: Office, partners: Partners) -> Journey:
    case = await office.journey()
    await case.tell(partners.primary(case.now(), "1", ("MA19",)))
    await case.cases.contact(case.case_id, partners.call(case.now()))
    await case.cases.contact(case.case_id, partners.firm_call(case.now()))
    await case.handle.signal("somersault", "high")
    await case.settled()
    return case


async def _silence(office: Office, partners: Partners) -> Journey:
    case = await _promised(office, partners)
    await case.until(case.now() + timedelta(days=60))
    return case


async def _moved(office: Office, partners: Partners) -> Journey:
    case = await _promised(office, partners, event_cap=30)
    for _ in range(6):
        await case.cases.contact(case.case_id, partners.call(case.now()))
    await case.settled()
    return case


async def _casebook_away(office: Office, partners: Partners) -> Journey:
    case = await office.journey()
    await case.settled()
    office.gate.away = True
    fact = partners.primary(case.now())
    await case.cases.tell(case.case_id, (fact,))
    while fact.fact_id not in {each.fact_id for each in await case.turns()}:
        await asyncio.sleep(0.1)
    office.gate.away = False
    await case.settled()
    return case


STORIES: dict[str, Story] = {
    "happy_crossover": _happy,
    "v1b_crossover_lost": _lost,
    "v1a_with_calls": _declined_with_calls,
    "sixty_days_of_silence": _silence,
    "moved_to_a_new_run": _moved,
    "casebook_away": _casebook_away,
}


async def record(names: list[str]) -> None:
    """Live through stories and keep what the engine wrote."""
    keys: KeyRing = read_key_file(KEYS)
    settings = [part for name, value in TIME_SKIPPING.items() for part in ("--dynamic-config-value", f"{name}={value}")]
    async with await WorkflowEnvironment.start_time_skipping_v2(
        dev_server_existing_path=str(find_temporal()),
        dev_server_extra_args=settings,
        plugins=[baton_plugin(keys)],
        search_attributes=list(SENTENCES),
        ts_config=TimeSkippingConfig(enabled=False),
    ) as env:
        with TemporaryDirectory() as home:
            async with an_office(env.client, keys, Path(home), env) as office, office.working():
                for name in names:
                    case = await STORIES[name](office, Partners())
                    history = await case.handle.fetch_history()
                    (HISTORIES / f"{RELEASE}_{name}.json").write_text(history.to_json(), encoding="utf-8")
                    office.gate.away = False


def missing() -> list[str]:
    """The stories of this release that have no history yet."""
    return [each for each in STORIES if not (HISTORIES / f"{RELEASE}_{each}.json").exists()]


if __name__ == "__main__":
    asyncio.run(record(sys.argv[1:] or missing()))
