"""A small world and a coordinator that knows the truth: it does at the right time what Baton should find out to do."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from edi.findings import Finding, Quarantined
from edi.reader import read
from journey.facts import ContactLogged, CorrectionMade, PersonActed, SupervisorDecided
from journey.tempo import Tempo
from journey.words import BreakState, Mode, Switch
from sandbox.casting import bystanders, population
from sandbox.days import after_business_days
from sandbox.ledger import Ledger
from sandbox.score import CaseFound
from sandbox.score import Finding as Found
from sandbox.truth import RefusedBy, Route, Script
from sandbox.world import World
from tests.sandbox.drops import question, secondary_claim, third_claim

START = datetime(2026, 3, 2, 5, tzinfo=UTC)
IN_THE_LEDGER = (
    Mode.POSTED_IN_PART,
    Mode.OFFSET,
    Mode.REPORTED_TWICE,
    Mode.PATIENT_PAID,
    Mode.PATIENT_OVERPAID,
    Mode.PATIENT_PROTECTED,
)
"""What a posting review puts right, V5 aside."""


@dataclass
class Knowing:
    """Speaks to the world as Baton would if it always knew: requests, questions, notices, holds."""

    scripts: tuple[Script, ...]
    holds: bool = True
    silent: bool = False
    """Sends no claim at all."""
    stubborn: bool = False
    """Ignores corrections and sends the same claim again."""
    world: World = field(init=False)
    contacts: list[ContactLogged] = field(default_factory=list)
    corrections: list[CorrectionMade] = field(default_factory=list)
    decisions: list[SupervisorDecided] = field(default_factory=list)
    acts: list[PersonActed] = field(default_factory=list)
    noticed: set[str] = field(default_factory=set)
    asked: dict[str, int] = field(default_factory=dict)
    sent: set[str] = field(default_factory=set)

    def attach(self, world: World) -> None:
        """Begin to watch a world."""
        self.world = world
        for script in self.scripts:
            self._plan(script)
        world.clock.at(world.clock.now + timedelta(hours=1), self._look)

    # The door

    async def claim_number(self, case_id: str) -> str:
        """Cases of this double are named after their claim."""
        return case_id.removeprefix("case-")

    async def contact(self, case_id: str, contact: ContactLogged) -> None:
        """Keep the contact."""
        self.contacts.append(contact)

    async def correction(self, case_id: str, correction: CorrectionMade) -> None:
        """Send the claim again once its data are right."""
        self.corrections.append(correction)
        script = self.world.scripts[await self.claim_number(case_id)]
        if correction.corrects == "claim_data":
            self.again(script, "" if self.stubborn else correction.after)

    async def decide(self, case_id: str, decision: SupervisorDecided) -> None:
        """Keep the decision."""
        self.decisions.append(decision)

    async def act(self, case_id: str, act: PersonActed) -> None:
        """Keep the act."""
        self.acts.append(act)

    # What Baton would do

    def request(self, script: Script, step: str, member_id: str = "", frequency: str = "1", original: str = "") -> None:
        """Put a secondary claim into the drop folder."""
        if self.silent:
            return
        self._drop(
            f"{script.claim_number}-{step}.837",
            secondary_claim(
                script.bill,
                script.standing,
                script.remitted_at.date(),
                self.world.clock.now,
                submission=f"sub-{script.claim_number}-{step}",
                member_id=member_id,
                frequency=frequency,
                original=original,
            ),
        )

    def again(self, script: Script, member_id: str = "") -> None:
        """Send a refused claim once more: as a replacement after an 835, else as a first-time claim."""
        file = self.world.secondaries.on_file(script)
        replaces = script.refusal is not None and script.refusal.by is RefusedBy.REMITTANCE
        frequency, original = ("7", f"{file.number}X") if replaces else ("1", "")
        self.request(script, "again", member_id=member_id, frequency=frequency, original=original)

    def request_third(self, script: Script) -> None:
        """Put the claim to the tertiary into the drop folder."""
        made = third_claim(script, self.world.clock.now, submission=f"sub-{script.claim_number}-third")
        self._drop(f"{script.claim_number}-third.837", made)

    def ask(self, script: Script) -> None:
        """Put a status question into the drop folder."""
        number = self.asked[script.claim_number] = self.asked.get(script.claim_number, 0) + 1
        asked = question(script.bill, script.bill.other, f"q-{script.claim_number}-{number}", self.world.clock.now)
        self._drop(f"{script.claim_number}-{number}.276", asked)

    async def notify(self, script: Script, kind: str, rung: str = "case_manager") -> None:
        """Send a notice to the desk."""
        escalation = f"{script.claim_number}:{kind}"
        await self.world.desk.notice(
            {"case_id": f"case-{script.claim_number}", "kind": kind, "rung": rung, "escalation_id": escalation}
        )

    def found(self) -> dict[str, CaseFound]:
        """What a perfect coordinator would report."""
        return {each.claim_number: self._found(each) for each in self.scripts}

    def _found(self, script: Script) -> CaseFound:
        modes = (*script.also, script.truth) if script.truth else ()
        at = self.world.tally.broke_at.get(script.claim_number, START)
        found = tuple(Found(mode=mode, state=BreakState.CONFIRMED, found_at=at) for mode in modes)
        done = script.claim_number in self.world.tally.complete_at
        return CaseFound(
            claim_number=script.claim_number,
            found=found,
            resolution=script.resolution if done else None,
            escalations=("resubmission",) if script.truth else (),
            is_open=not done,
            opened_at=START,
        )

    def _drop(self, name: str, content: bytes) -> None:
        (self.world.drop / name).write_bytes(content)

    def _plan(self, script: Script) -> None:
        remitted = script.remitted_at + timedelta(days=1)
        at = self.world.clock.at
        if script.route is Route.DECLINED:
            at(remitted + timedelta(hours=20), self.step(self.request, script, "first"))
        elif script.route is Route.NOBODY:
            at(after_business_days(remitted, 6), self.step(self.request, script, "first"))
        elif script.truth in (Mode.CROSSOVER_LOST, Mode.DUPLICATE):
            at(remitted + timedelta(days=22), self.step(self.ask, script))
            at(remitted + timedelta(days=26), self.step(self.ask, script))
            at(remitted + timedelta(days=32), self.step(self.request, script, "first"))
        elif script.truth is Mode.DUAL_BLAME:
            at(remitted + timedelta(days=24), self.step(self.ask, script))
            at(remitted + timedelta(days=28), self.step(self.ask, script))
        elif script.pend:
            for day in (15, 24, 32):
                at(remitted + timedelta(days=day), self.step(self.ask, script))
        elif script.truth is None:
            at(remitted + timedelta(days=21), self.step(self.ask, script))

    def step(self, act: Callable[..., None], *args: object) -> Callable[[], Any]:
        """A planned call of one of these."""

        async def called() -> None:
            act(*args)

        return called

    async def _look(self) -> None:
        """Every few hours: notices where something broke, holds where a balance waits for insurers."""
        for script in self.scripts:
            await self._notice(script)
            self._send_what_is_due(script)
            if self.holds:
                self._hold(script)
        self.world.clock.at(self.world.clock.now + timedelta(hours=5), self._look)

    async def _notice(self, script: Script) -> None:
        kinds = {
            Mode.REJECTED_FOR_MISMATCH: ("resubmission", "case_manager"),
            Mode.WRONG_ORDER: ("cob_correction", "case_manager"),
            Mode.NOT_POSTED: ("posting_review", "case_manager"),
            Mode.DUAL_BLAME: ("resubmission", "lead"),
            Mode.FILING_LIMIT: ("resubmission", "supervisor"),
            Mode.DOCUMENT_WANTED: ("task", "case_manager"),
            Mode.PATIENT_SILENT: ("cob_correction", "case_manager"),
            Mode.ACCIDENT_SUSPECTED: ("cob_correction", "case_manager"),
            Mode.COVERAGE_ENDED: ("cob_correction", "case_manager"),
            Mode.BOTH_SECOND: ("cob_correction", "lead"),
            **dict.fromkeys(IN_THE_LEDGER, ("posting_review", "case_manager")),
        }
        if script.claim_number in self.world.tally.broke_at and script.truth in kinds:
            await self.notify(script, *kinds[script.truth])

    def _send_what_is_due(self, script: Script) -> None:
        """The claims that go out by themselves, each once: with the right data, order, numbers, or to the third."""
        number, tally = script.claim_number, self.world.tally
        if number in self.sent or number not in tally.broke_at or number in tally.unsettled:
            return
        file = self.world.secondaries.on_file(script)
        told = script.refusal is not None and script.refusal.code == "CO:140"
        by_itself = script.bare or told or script.truth in (Mode.WRONG_ORDER, Mode.BOTH_SECOND)
        if by_itself and file.refused and file.order_right:
            self.again(script, script.true_member_id)
        elif script.truth is Mode.TERTIARY_DUE:
            self.request_third(script)
        elif script.truth is Mode.PRIMARY_NOT_FINAL and script.route is Route.BILLED:
            self.request(script, "renewed", frequency="7", original=file.number)
        else:
            return
        self.sent.add(number)

    def _hold(self, script: Script) -> None:
        number, now = script.claim_number, self.world.clock.now
        if number not in self.world.ledger.accounts():
            return
        shown = self.world.ledger.balance(number, now)
        settled = shown.patient_balance == self.world.tally.owed_at(number, now)
        held = bool(shown.switches_on)
        if not settled and not held:
            self.world.ledger.place_hold(number, Switch, "COB", now)
        elif settled and held:
            self.world.ledger.release_hold(number, now)


@dataclass
class Stage:
    """A world with its coordinator, and every file that left it."""

    world: World
    knowing: Knowing
    files: dict[str, bytes]
    step: timedelta = timedelta(hours=6)
    """How far a test goes before it looks again."""

    @property
    def good(self) -> Iterator[tuple[str, bytes]]:
        """The files that were not damaged on purpose."""
        return ((name, data) for name, data in self.files.items() if "broken" not in name)

    async def play(self, days: int = 130) -> Stage:
        """Run until every journey is over, without waiting."""
        end = START + timedelta(days=days)
        while not self.world.finished and self.world.clock.now < end:
            await self.world.clock.run_until(self.world.clock.now + timedelta(days=1))
        return self


@pytest.fixture
def make_stage(tmp_path: Path) -> Callable[..., Stage]:
    """Builds a stage: how many claims, which seed, a quiet post or not, one mode only if wanted."""

    def make(
        claims: int = 20, seed: int = 1, quiet: bool = True, only: Mode | str | None = "all", holds: bool = True
    ) -> Stage:
        everything = population(claims, seed, START)
        scripts = tuple(each for each in everything if only in ("all", each.truth))
        drop = tmp_path / f"drop-{len(list(tmp_path.iterdir()))}"
        drop.mkdir()
        knowing = Knowing(scripts, holds)
        files: dict[str, bytes] = {}
        tempo = Tempo(wall_origin=START, case_origin=START, rate=1)
        world = World(
            scripts, tempo, drop, drop, Ledger(), knowing, seed,
            bystanders=bystanders(claims, seed, START), deliver=files.__setitem__, quiet=quiet,
        )  # fmt: skip
        knowing.attach(world)
        return Stage(world, knowing, files)

    return make


@pytest.fixture
def items() -> Callable[[bytes], list[Any]]:
    """Reads a file with Baton's own reader."""
    return lambda data: list(read(io.BytesIO(data)))


@pytest.fixture
def problems(items: Callable[[bytes], list[Any]]) -> Callable[[bytes], list[Any]]:
    """What Baton's reader has to say against a file."""
    return lambda data: [each for each in items(data) if isinstance(each, Finding | Quarantined)]
