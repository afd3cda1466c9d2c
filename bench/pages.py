"""Worklist and insights over 100,000 cases: how long the server takes for one page, asked as a browser asks.

The casebook is filled once: a season of real cases on the pure core, whose rows are then copied under new ids, each
copy's sealed words sealed anew for its own place, its dates moved by a few days. It is kept under `var/bench`.
"""

from __future__ import annotations

import argparse
import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median, quantiles
from time import perf_counter, process_time
from typing import Any, Final, NamedTuple

from fastapi.testclient import TestClient
from sqlalchemy import select

from bench.table import Row, printed
from casebook import people
from casebook.desk_tables import CASE_FIGURES, SEARCH_KEYS
from casebook.opening import Casebook, Transaction, migrate, open_casebook
from casebook.rows import SEALED, sealed_place
from casebook.tables import CASES
from dashboard.app import application
from dashboard.insights.sums import KeptSums
from dashboard.premises import Premises
from dashboard.roles import Role
from dashboard.signing import passwords
from dashboard.worklist.counts import KeptCounts
from journey.plans.file import standard_plan
from sandbox.live import START
from sandbox.showroom import furnish
from worker.cases import Cases
from worker.keys import KeyRing, create_key_file, read_key_file
from worker.seal import CasebookSeal
from worker.settings import Settings

CACHE: Final = Path(__file__).parent.parent / "var" / "bench"
PRACTICE: Final = "practice"
NAME, PASSWORD = "maria", "a long enough password"
SEED: Final = 11
CLAIMS, DAYS = 120, 50
"""The season that is copied."""

OWNERS: Final = (NAME, "lee", "noor", "sam", "")
CHUNK: Final = 2000
LONGEST: Final = 100
"""Milliseconds that one page of the worklist may take."""

LONGEST_SUMS: Final = 500
"""Milliseconds that sums over all cases may take."""

NOBODY: Any = None
"""No engine: pages read the casebook alone."""


@dataclass(frozen=True)
class FilledDesk:
    """Pages over many cases, and a browser that is signed in to them."""

    premises: Premises
    browser: TestClient
    cases: int


@contextmanager
def filled_desk(cases: int = 100_000, role: Role = Role.SUPERVISOR) -> Iterator[FilledDesk]:
    """Pages over so many cases, for the length of a block; the casebook is filled the first time.

    Args:
        cases: how many.
        role: whom the browser is signed in as.
    """
    home = CACHE / f"pages-{cases}"
    home.mkdir(parents=True, exist_ok=True)
    create_key_file(home / "keys.toml", KeyRing.new())
    keys, url = read_key_file(home / "keys.toml"), f"sqlite:///{home / 'casebook.sqlite'}"
    migrate(url)
    book = open_casebook(url, CasebookSeal(keys))
    try:
        left_at = _filled(book, cases, home / "left-at")
        settings = Settings.load({}, home)
        premises = Premises(
            settings,
            keys,
            book,
            Cases(NOBODY, book, standard_plan, settings.task_queue),
            standard_plan,
            lambda: left_at,
        )
        yield FilledDesk(premises, _signed_in(premises, role), cases)
    finally:
        book.close()


class Spent(NamedTuple):
    """Milliseconds that one answer takes, client included."""

    middle: float
    """Median by the wall clock."""
    slow: float
    """What 95 of 100 stay below, by the wall clock."""
    cpu: float
    """Median of processor time: steadier on a busy machine."""


def timed(ask: Callable[[], Any], times: int = 30) -> Spent:
    """How long something takes, once it has been done before."""
    ask()
    wall, cpu = [], []
    for _ in range(times):
        began, worked = perf_counter(), process_time()
        ask()
        wall.append(1000 * (perf_counter() - began))
        cpu.append(1000 * (process_time() - worked))
    return Spent(median(wall), quantiles(wall, n=20)[-1], median(cpu))


def worklist_rows(desk: FilledDesk, times: int = 30) -> list[Row]:
    """The figures of the worklist."""
    first = _asking(desk, "/worklist?view=everyone")
    return [
        _row("worklist, counted anew", timed(_forgetting(desk, first), times)),
        *(_row(name, timed(_asking(desk, address), times)) for name, address in _addresses(desk)),
        _row("search by name", timed(_searching(desk), times)),
    ]


def _addresses(desk: FilledDesk) -> Iterator[tuple[str, str]]:
    yield "worklist, first page", "/worklist?view=everyone"
    yield "worklist, own cases", "/worklist?view=mine"
    yield "worklist, deep page", f"/worklist?view=everyone&after={_deep(desk)}"
    yield "worklist, overdue", "/worklist?view=overdue"
    yield "worklist, three filters", "/worklist?view=everyone&hop=adjudicated&break=none&holder=secondary"
    yield "worklist, rare filter", "/worklist?view=everyone&break=F9"
    yield "worklist, resolved", "/worklist?view=resolved"
    for by in ("payer", "hop", "break", "age"):
        yield f"worklist, grouped by {by}", f"/worklist?view=everyone&group={by}"


def _asking(desk: FilledDesk, address: str) -> Callable[[], None]:
    def ask() -> None:
        answer = desk.browser.get(address)
        assert answer.status_code == 200, answer.status_code

    return ask


def _searching(desk: FilledDesk) -> Callable[[], None]:
    page = desk.browser.get("/worklist?view=everyone").text
    token = page.split('name="form_token" value="')[1].split('"')[0]
    with desk.premises.book.reading() as tx:
        found = tx.connection.execute(select(CASES).limit(1)).mappings().one()
        name = tx.unseal(found["patient"], sealed_place("patient", found["case_id"])).split(" ")[-1]

    def ask() -> None:
        answer = desk.browser.post("/worklist/search", data={"form_token": token, "text": name})
        assert answer.status_code == 200, answer.status_code

    return ask


def _deep(desk: FilledDesk) -> str:
    """A place in the middle of the list of everybody."""
    with desk.premises.book.reading() as tx:
        ordered = select(CASES.c.safe_by, CASES.c.case_id).where(
            CASES.c.practice == PRACTICE, CASES.c.closed_at.is_(None), CASES.c.resolution.is_(None)
        )
        at, case_id = tx.connection.execute(
            ordered.order_by(CASES.c.safe_by, CASES.c.case_id).offset(desk.cases // 4).limit(1)
        ).one()
    return f"{int(at.timestamp() * 1_000_000)}.{case_id}"


def insights_rows(desk: FilledDesk, times: int = 30) -> list[Row]:
    """The figures of the insights: added up anew, as kept for half a minute, and the outages."""
    page, outages = _asking(desk, "/insights"), _asking(desk, "/outages")
    everything = _asking(desk, "/insights?period=all")
    return [
        _row("insights, added up anew", timed(_forgetting(desk, page), times), LONGEST_SUMS),
        _row("insights of all time, added up anew", timed(_forgetting(desk, everything), times), LONGEST_SUMS),
        _row("insights, looked at again", timed(page, times), LONGEST),
        _row("outages", timed(outages, times), LONGEST_SUMS),
    ]


def _forgetting(desk: FilledDesk, ask: Callable[[], None]) -> Callable[[], None]:
    """The same page, with no sums and counts kept from before, as after every turn of a case."""
    app: Any = desk.browser.app

    def ask_anew() -> None:
        app.state.sums, app.state.counts = KeptSums(), KeptCounts()
        ask()

    return ask_anew


def _row(name: str, spent: Spent, longest: int = LONGEST) -> Row:
    value = f"{spent.middle:.0f} ms (95 of 100 below {spent.slow:.0f} ms; {spent.cpu:.0f} ms of processor time)"
    return Row(name, value, f"below {longest} ms", spent.middle < longest)


# ---- filling --------------------------------------------------------------------------------------------------------


def _filled(book: Casebook, cases: int, note: Path) -> datetime:
    if note.exists():
        return datetime.fromisoformat(note.read_text(encoding="ascii"))
    left_at = asyncio.run(
        furnish(book, standard_plan(), claims=CLAIMS, seed=SEED, start=START, days=DAYS, practice=PRACTICE)
    )
    with book.reading() as tx:
        models = _models(tx)
    random = Random(SEED)
    for first in range(len(models), cases, CHUNK):
        with book.writing() as tx:
            copies = [(number, models[number % len(models)]) for number in range(first, min(first + CHUNK, cases))]
            _copy(tx, copies, random)
    note.write_text(left_at.isoformat(), encoding="ascii")
    return left_at


@dataclass(frozen=True)
class _Model:
    """A real case, as it is copied."""

    row: dict[str, Any]
    words: dict[str, str]
    figures: dict[str, Any] | None
    blinds: tuple[str, ...]


def _models(tx: Transaction) -> list[_Model]:
    figures = {each["case_id"]: dict(each) for each in tx.connection.execute(select(CASE_FIGURES)).mappings()}
    blinds: dict[str, list[str]] = {}
    for each in tx.connection.execute(select(SEARCH_KEYS)).mappings():
        blinds.setdefault(each["case_id"], []).append(each["blind"])
    found = []
    for each in tx.connection.execute(select(CASES)).mappings():
        case_id = each["case_id"]
        words = {name: tx.unseal(each[name], sealed_place(name, case_id)) for name in SEALED if each[name]}
        found.append(_Model(dict(each), words, figures.get(case_id), tuple(blinds.get(case_id, ()))))
    return found


def _copy(tx: Transaction, copies: list[tuple[int, _Model]], random: Random) -> None:
    rows, figures, keys = [], [], []
    for number, model in copies:
        case_id, later = f"case-{number:026d}", timedelta(minutes=random.randrange(60 * 24 * 6))
        changed = {"case_id": case_id, "owner": random.choice(OWNERS), "at_risk": random.randrange(1_000, 900_000)}
        sealed = {name: tx.seal(said, sealed_place(name, case_id)) for name, said in model.words.items()}
        rows.append({**_moved(model.row, later), **sealed, **changed})
        if model.figures:
            figures.append({**_moved(model.figures, later), **changed})
        # One key in forty: a common name is shared by hundreds, not by a hundredth of all.
        own = (
            each if number % 40 == 0 else tx.keys.blind("search", PRACTICE, each, str(number // 40))
            for each in model.blinds
        )
        keys += [{"practice": PRACTICE, "blind": each, "case_id": case_id} for each in own]
    tx.connection.execute(CASES.insert(), rows)
    tx.connection.execute(SEARCH_KEYS.insert(), keys)
    if figures:
        tx.connection.execute(CASE_FIGURES.insert(), figures)


_MOVED: Final = ("safe_by", "must_by", "late_at", "listed_due", "next_due", "silent_since", "owed_since")


def _moved(row: dict[str, Any], later: timedelta) -> dict[str, Any]:
    """A copy some days later: no two rows have one date."""
    return {**row, **{name: row[name] + later for name in _MOVED if row.get(name) is not None}}


def _signed_in(premises: Premises, role: Role) -> TestClient:
    with premises.book.writing() as tx:
        known = people.credentials(tx, NAME)
        if known is None:
            people.add_user(
                tx,
                practice=PRACTICE,
                name=NAME,
                shown_name="Maria Reyes",
                role=role,
                at=datetime.now(UTC),
                password_hash=passwords.hashed(PASSWORD),
            )
        else:
            people.set_role(tx, known.user.user_id, role)
    browser = TestClient(application(premises), base_url="https://testserver")
    answer = browser.post("/sign-in", data={"name": NAME, "password": PASSWORD, "next": "/password"})
    assert answer.status_code == 200, answer.status_code
    return browser


def main() -> None:
    """Run, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.pages", description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000, help="how many cases the casebook has")
    parser.add_argument("--times", type=int, default=30, help="how often each page is asked for")
    asked = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before the run; {asked.cases:,} cases", flush=True)
    with filled_desk(asked.cases) as desk:
        print(f"\n{printed([*worklist_rows(desk, asked.times), *insights_rows(desk, asked.times)])}")


if __name__ == "__main__":
    main()
