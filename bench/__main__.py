"""`python -m bench [--quick]`: run everything and print one table."""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client

from bench.core import lives_per_second
from bench.doors import REMINDER_IN, BatonDoor, FloorDoor, history_of, live
from bench.files import MEGABYTE, bills, megabytes_per_second, remittance_file
from bench.floor import BOOK, Step
from bench.intake import file_to_cases, signal_floor
from bench.memory import Idle, idle
from bench.ordinary import Ordinary
from bench.partners import Partners, partners
from bench.process import resident_bytes, working
from bench.rounds import Round, Side, new_case, run_round, spread
from bench.script import billable, in_words, script_of
from bench.table import Row, printed
from casebook import reading
from journey.facts import Fact
from journey.plans.file import standard_plan
from worker.connection import connected
from worker.engine import server_pid
from worker.keys import KeyRing, open_key_ring
from worker.service import Service, opened
from worker.settings import Settings

CLOSE_AFTER = timedelta(seconds=15)
"""From the opening of the one case that lives to its end, to the moment from which its days fly."""


@dataclass(frozen=True)
class Size:
    """How much is done."""

    rounds: int = 3
    cases: int = 40
    idle: int = 300
    informed: int = 60
    remittance: int = 6000
    seconds: float = 5.0


QUICK = Size(rounds=1, cases=12, idle=40, informed=12, remittance=1500, seconds=1.0)


@dataclass(frozen=True)
class OneLife:
    """One case from its opening to its close, alone on the machine."""

    case: Ordinary
    events: list[HistoryEvent]
    facts: list[Fact]

    @property
    def sealed_bytes(self) -> int:
        """What the engine keeps of it."""
        return sum(each.ByteSize() for each in self.events)


@dataclass(frozen=True)
class Bench:
    """What all parts need."""

    size: Size
    client: Client
    service: Service
    world: Partners
    keys: KeyRing
    server: int

    async def one_life(self) -> OneLife:
        """Live one whole case: its history, and its facts as the casebook has them."""
        case = new_case(self.keys)
        tempo = case.tempo(datetime.now(UTC), REMINDER_IN, CLOSE_AFTER)
        await live(case, BatonDoor(self.client, self.service.casebook), self.world, self.keys, tempo)
        await self.client.get_workflow_handle(case.case_id).result()
        with self.service.casebook.reading() as tx:
            facts = [each.entry.fact for each in reading.history(tx, case.case_id)]
        return OneLife(case, await history_of(self.client, case.case_id), facts)

    async def rounds(self, sides: Sequence[Side]) -> dict[str, list[Round]]:
        """Rounds of all sides in turn; one small round of each first, which does not count."""
        found: dict[str, list[Round]] = {each.name: [] for each in sides}
        for side in sides:
            await run_round(side, 4, self.server, self.client, self.world, self.keys)
        for number in range(self.size.rounds):
            for side in sides if number % 2 == 0 else reversed(sides):
                found[side.name].append(
                    await run_round(side, self.size.cases, self.server, self.client, self.world, self.keys)
                )
                _say(f"round {number + 1}, {side.name}: {found[side.name][-1].cases_per_second:.1f} cases/s")
        return found

    async def intake(self, pids: Sequence[int]) -> tuple[list[float], list[float]]:
        """Cases informed, and floors signalled, in a second."""
        pairs = []
        for _ in range(max(2, self.size.rounds)):
            informed, content = await file_to_cases(self.service, self.world, self.size.informed, pids)
            pairs.append((informed, await signal_floor(self.client, content, self.keys, pids)))
        return [each[0] for each in pairs], [each[1] for each in pairs]


def _say(what: str) -> None:
    print(f"  {what}", flush=True)


async def _run(size: Size, home: Path) -> list[Row]:
    async with partners(home, ("casebook.sqlite", BOOK)) as world:
        settings = Settings.load(world.env, home)
        keys = open_key_ring(settings)
        async with connected(settings, keys) as client, opened(settings, keys, client) as service:
            bench = Bench(size, client, service, world, keys, server_pid(home))
            async with working("baton", home, world.env) as baton, working("floor", home, world.env) as floor:
                life = await bench.one_life()
                script = script_of(life.events)
                _say(f"one ordinary case: {in_words(script)}")
                door = BatonDoor(client, service.casebook)
                # Without the last timer, at which the case is closed: no round lives to see it.
                sides = (Side("baton", door, baton.pid), Side("floor", FloorDoor(client, _open_end(script)), floor.pid))
                rounds = await bench.rounds(sides)
                informed = await bench.intake((baton.pid, floor.pid, bench.server))
            _say(f"opening {size.idle} cases that wait")
            waiting = await idle(size.idle, bench.server, door, world, keys)
    return [
        *_of_rounds(rounds["baton"], rounds["floor"]),
        *_of_life(life),
        *_of_core(life, size),
        *_of_reading(size, keys, home),
        _of_informed(*informed),
        *_of_idle(waiting, size),
    ]


def _open_end(script: list[Step]) -> list[Step]:
    last = max(place for place, each in enumerate(script) if each.verb == "ring")
    return script[:last]


def _of_rounds(baton: list[Round], floor: list[Round]) -> list[Row]:
    def both(of: Callable[[Round], float], form: str) -> str:
        return f"{spread([of(each) for each in baton], form)}; floor {spread([of(each) for each in floor], form)}"

    def ratio(of: Callable[[Round], float]) -> float:
        return median(map(of, baton)) / median(map(of, floor))

    rate = ratio(lambda each: each.cases_per_second)
    return [
        Row("cases/s", both(lambda each: each.cases_per_second, ".1f")),
        Row("cases/s, Baton : floor", f"{rate:.2f}", "at least 0.90", rate >= 0.9),
        Row("CPU-ms/case, worker", both(lambda each: each.worker_cpu, ".0f")),
        Row("CPU-ms/case, engine", both(lambda each: each.server_cpu, ".0f")),
        Row("CPU-ms/case, both", both(lambda each: each.cpu, ".0f"), "half of DBOS: not run here"),
        Row("CPU per case, Baton : floor", f"{ratio(lambda each: each.cpu):.2f}"),
        Row("engine events/case under load", both(lambda each: each.events, ".0f")),
    ]


def _of_life(life: OneLife) -> list[Row]:
    per_fact, actions = len(life.events) / len(life.facts), billable(life.events)
    kib = life.sealed_bytes / 1024
    return [
        Row("history of a whole case, events", f"{len(life.events)}", "at most 100", len(life.events) <= 100),
        Row("history of a whole case, sealed", f"{kib:.1f} KiB", "at most 40 KiB", kib <= 40),
        Row("engine events per fact, all in", f"{per_fact:.1f} ({len(life.facts)} facts)", "at most 8", per_fact <= 8),
        Row("billable actions per case", f"{actions}", "at most 20", actions <= 20),
    ]


def _of_core(life: OneLife, size: Size) -> list[Row]:
    claim = life.case.claim
    payer = claim.secondary
    plan = standard_plan().in_force(payer.payer_id, payer.payer_class, claim.provider_state, claim.line_of_business)
    lives = lives_per_second(life.case.opening(), life.facts, plan, size.seconds)
    decisions = lives * (len(life.facts) + 1)
    minutes = 1_000_000 / lives / 2 / 60
    return [
        Row("core decisions/s, one core", f"{decisions:,.0f}", "at least 20,000", decisions >= 20_000),
        Row("a million case lives, two cores", f"{minutes:.0f} min", "at most 10 min", minutes <= 10),
    ]


def _of_reading(size: Size, keys: KeyRing, home: Path) -> list[Row]:
    path = home / "large.835"
    path.write_bytes(remittance_file(bills(size.remittance, "R")))
    megabytes_per_second(path, keys, to_facts=True)
    before = resident_bytes(os.getpid())
    items = [megabytes_per_second(path, keys, to_facts=False) for _ in range(3)]
    facts = [megabytes_per_second(path, keys, to_facts=True) for _ in range(3)]
    grown, size_of_file = (resident_bytes(os.getpid()) - before) / MEGABYTE, path.stat().st_size / MEGABYTE
    return [
        Row("835 to typed items", f"{spread(items, '.1f')} MB/s"),
        Row("835 to facts", f"{spread(facts, '.1f')} MB/s", "at least 8 MB/s", median(facts) >= 8),
        Row(
            "memory grown by reading it again",
            f"{max(grown, 0):.1f} MB ({size_of_file:.1f} MB file)",
            "flat",
            grown < 1,
        ),
    ]


def _of_informed(informed: list[float], signalled: list[float]) -> Row:
    ratio = median(informed) / median(signalled)
    value = f"{ratio:.2f} ({spread(informed, '.0f')} cases/s; floor {spread(signalled, '.0f')})"
    return Row("file to all cases informed : floor", value, "at least 0.90", ratio >= 0.9)


def _of_idle(found: Idle, size: Size) -> list[Row]:
    cases = f"{size.idle} open cases"
    memory = f"{found.kib_per_case:.0f} KiB ({cases})"
    restarted = f"{found.restarted:.2f} s ({cases}; {found.start:.1f} s to start)"
    return [
        Row("worker memory per open case", memory, "below 64 KiB", found.kib_per_case < 64),
        Row("stopped worker, to first reaction", restarted, "below 1 s with 2,000", found.restarted < 1),
        Row("killed worker, to first reaction", f"{found.killed:.2f} s ({cases})"),
    ]


def main() -> None:
    """Run, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes: shows that it works, not how fast it is")
    size = QUICK if parser.parse_args().quick else Size()
    home = Path(tempfile.mkdtemp(prefix="baton-bench-"))
    began = perf_counter()
    load = os.getloadavg()[0]
    print(f"{os.cpu_count()} cores, load {load:.1f} before the run; {size.rounds} rounds of {size.cases} cases a side")
    try:
        rows = asyncio.run(_run(size, home))
    finally:
        shutil.rmtree(home, ignore_errors=True)
    print(f"\n{printed(rows)}\n\nmedian (range) of the rounds; {perf_counter() - began:.0f} s in all")


if __name__ == "__main__":
    main()
