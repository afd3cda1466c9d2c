"""A billing office to test in: a worker on a queue of its own, casebook, folders, a ledger over HTTP, and journeys.

Everything is real but the calendar: each journey begins at the same case time and is moved by the engine's own
time skipping, so that weekends and holidays fall where a test expects them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from activities import exchange
from activities.bookkeeping import Bookkeeper, SentRegister
from activities.clearinghouse import ClearinghouseDrop
from activities.intake import FileIntake
from activities.ledger import LedgerClient, LedgerOverHttp, as_fact
from activities.notices import Noticeboard
from casebook import reading
from casebook.errors import NoSuchRowError
from casebook.opening import Casebook, migrate, open_casebook
from journey.case import Case, Opening
from journey.claim import Claim, Coverage, ServiceLine
from journey.facts import Fact
from journey.plans.file import standard_plan
from journey.tempo import Tempo
from journey.words import PayerClass
from sandbox.drop_folder import read_mail
from sandbox.faults import Faults
from sandbox.ledger import Ledger
from sandbox.ledger_http import DESK, ledger_app
from sandbox.requests import ClaimRequest, Request, StatusRequest
from sandbox.serving import serve
from worker.cases import CaseHandle, Cases
from worker.keys import KeyRing
from worker.registry import Ports, make_worker
from worker.seal import CasebookSeal
from workflows.messages import Ending, Standing, Turn

ORIGIN = datetime(2026, 3, 12, 15, tzinfo=UTC)
"""A Thursday morning in New York: where every journey begins."""

PATIENT = "Quillfeather"
MEMBER = "QMB4471190"
CHARGE, PAID, CONTRACTUAL, SHARE = 100_000, 48_000, 20_000, 32_000
SERVED = date(2026, 2, 20)
HOLDER: dict[str, Any] = {
    "member_last_name": PATIENT,
    "member_first_name": "Ada",
    "member_birth_date": date(1950, 5, 1),
}
TOKEN = "t0ken"
LIMIT = 30.0  # seconds: how long anything may take to become true

plan = cache(standard_plan)


async def eventually(true: Callable[[], Any], what: str, within: float = LIMIT) -> Any:
    """Wait until something holds and give it; asks again and again, so nothing depends on a guessed duration."""
    until = asyncio.get_running_loop().time() + within
    while True:
        found = true()
        found = await found if asyncio.iscoroutine(found) else found
        if found:
            return found
        assert asyncio.get_running_loop().time() < until, f"never happened: {what}"
        await asyncio.sleep(0.01)


def claim_of(number: str) -> Claim:
    """A claim of 1,000.00 with two policies; every value in it is confidential."""
    primary, secondary = _policies()
    return Claim(
        claim_number=number,
        practice="north",
        charge=CHARGE,
        service_from=SERVED,
        service_to=SERVED,
        coverages=(primary, secondary),
        lines=(ServiceLine(number=1, procedure="99213", charge=CHARGE, control_number="L1", service_date=SERVED),),
        provider_npi="1999999984",
        provider_state="NY",
        provider_tin="990000001",
        facility_code="11",
        patient_last_name=PATIENT,
        patient_first_name="Ada",
        patient_birth_date=HOLDER["member_birth_date"],
        diagnoses=("I10",),
        billed_on=date(2026, 2, 24),
        segments=_as_billed(number, primary, secondary),
    )


def _policies() -> tuple[Coverage, Coverage]:
    primary = Coverage(
        order=1,
        payer_id="PRIM1",
        payer_name="First Health",
        payer_class=PayerClass.MEDICARE,
        filing_indicator="MB",
        member_id="1QH4TE5MK73",
        relationship="18",
        **HOLDER,
    )
    secondary = Coverage(
        order=2,
        payer_id="SEC22",
        payer_name="Second Mutual",
        payer_class=PayerClass.COMMERCIAL,
        filing_indicator="CI",
        member_id=MEMBER,
        relationship="18",
        **HOLDER,
    )
    return primary, secondary


def _as_billed(number: str, primary: Coverage, secondary: Coverage) -> tuple[str, ...]:
    """The claim's loops as its 837 to the primary had them."""
    who = f"{PATIENT.upper()}*ADA"
    home = ("N3*9 FALLOW ROAD", "N4*ALDERBY*NY*100019998", "DMG*D8*19500501*F")
    return (
        "HL*1**20*1",
        "NM1*85*2*NORTH PRACTICE*****XX*1999999984",
        "N3*12 QUARRY WALK",
        "N4*ALDERBY*NY*100019998",
        "REF*EI*990000001",
        "HL*2*1*22*0",
        "SBR*P*18*******MB",
        f"NM1*IL*1*{who}****MI*{primary.member_id}",
        *home,
        "NM1*PR*2*FIRST HEALTH*****PI*PRIM1",
        f"CLM*{number}*{CHARGE // 100}***11:B:1*Y*A*Y*Y",
        "HI*ABK:I10",
        "SBR*S*18*******CI",
        "OI***Y***Y",
        f"NM1*IL*1*{who}****MI*{secondary.member_id}",
        *home[:2],
        "NM1*PR*2*SECOND MUTUAL*****PI*SEC22",
        "LX*1",
        f"SV1*HC:99213*{CHARGE // 100}*UN*1***1",
        f"DTP*472*D8*{SERVED:%Y%m%d}",
        "REF*6R*L1",
    )


class Gate:
    """A casebook that can be put out of reach and come back; in between it is the real one."""

    def __init__(self, book: Casebook) -> None:
        """Open."""
        self.book = book
        self.away = False

    def writing(self) -> Any:
        """A transaction of the real casebook, or the error of one that is away."""
        if self.away:
            raise ConnectionError("the casebook is away")
        return self.book.writing()

    def reading(self) -> Any:
        """Likewise."""
        return self.book.reading()


@dataclass
class Office:
    """Everything that one worker works with."""

    client: Client
    queue: str
    keys: KeyRing
    book: Casebook
    gate: Gate
    """Puts the casebook out of reach."""
    out: Path
    ledger: Ledger
    faults: Faults
    notices: list[dict[str, Any]]
    ports: Ports
    env: WorkflowEnvironment | None = None
    tempo: Tempo = field(default_factory=lambda: Tempo(wall_origin=datetime.now(UTC), case_origin=ORIGIN))
    traveller: Journey | None = None
    """The newest journey, whose time the partners share."""

    def now(self) -> datetime:
        """Case time."""
        return self.traveller.now() if self.traveller else self.tempo.case_time(datetime.now(UTC))

    def cases(self, tempo: Tempo | None = None, event_cap: int = 0) -> Cases:
        """The door to the cases of this office."""
        return Cases(self.client, self.book, plan, self.queue, tempo or self.tempo, event_cap)

    async def journey(self, event_cap: int = 0, *, account: bool = True) -> Journey:
        """A new case on the morning of `ORIGIN`, with its account in the ledger unless told otherwise."""
        number = f"C{uuid4().hex[:16]}"
        tempo = Tempo(wall_origin=datetime.now(UTC), case_origin=ORIGIN)
        journey = Journey(self, number, self.keys.opaque("case", number), tempo, self.cases(tempo, event_cap))
        self.traveller = journey
        if account:
            self.ledger.open_account(number, CHARGE, journey.now())
        await journey.open()
        return journey

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Run a worker for the length of a block."""
        async with make_worker(self.client, self.queue, self.ports, graceful_shutdown_timeout=timedelta(seconds=1)):
            yield

    def dropped(self, ending: str = ".837") -> list[Path]:
        """What lies in the drop folder."""
        return sorted(self.out.glob(f"*{ending}"))


@dataclass
class Journey:
    """One case and its travels through time."""

    office: Office
    number: str
    case_id: str
    tempo: Tempo
    cases: Cases
    skipped: timedelta = timedelta()

    @property
    def handle(self) -> CaseHandle:
        """The engine's handle."""
        return self.cases.handle(self.case_id)

    def now(self) -> datetime:
        """Case time."""
        return self.tempo.case_time(datetime.now(UTC)) + self.skipped

    def day(self, day: date, hour: int = 15) -> datetime:
        """A moment of a day, in UTC."""
        return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)

    async def open(self) -> bool:
        """Open the case; false if it was open."""
        claim = claim_of(self.number)
        return await self.cases.open(Opening(case_id=self.case_id, claim=claim, opened_at=self.now()), ())

    async def until(self, moment: datetime) -> Standing:
        """Let time pass to a moment, and all that falls due in between happen."""
        span = moment - self.now()
        assert span > timedelta(), f"{moment} is past"
        assert self.office.env
        self.skipped += span
        await self.office.env.fast_forward(self.handle, span)
        return await self.settled()

    async def tell(self, *facts: Fact) -> Standing:
        """Tell the case facts, and wait until they and all they led to are done and written down."""
        await self.cases.tell(self.case_id, facts)
        return await self.settled(*(each.fact_id for each in facts))

    async def settled(self, *fact_ids: str) -> Standing:
        """The standing once these facts were heard, no action is under way and the casebook has caught up."""

        async def quiet() -> Standing | None:
            try:
                heard = {each.fact_id for each in await self.cases.history(self.case_id)}
                standing = await self.cases.where(self.case_id)
            except RPCError:  # a new run begins
                return None
            if not set(fact_ids) <= heard or (await self.handle.describe()).raw_description.pending_activities:
                return None
            written = self.case()
            return standing if written and written.revision == standing.revision else None

        standing = await eventually(quiet, "the case comes to rest")
        assert isinstance(standing, Standing)
        return standing

    def case(self) -> Case | None:
        """The case as the casebook has it."""
        with self.office.book.reading() as tx:
            try:
                return reading.case_state(tx, self.case_id)
            except NoSuchRowError:  # nothing is written yet
                return None

    def ledger_read(self) -> Fact:
        """The account as the ledger shows it now."""
        return as_fact(self.office.ledger.balance(self.number, self.now()), self.now(), self.office.keys.opaque)

    async def ending(self) -> Ending:
        """The result of a case that closes."""
        return await asyncio.wait_for(self.handle.result(), LIMIT)

    def found(self) -> dict[str, str]:
        """Every break point that was ever in force, and how sure it became."""
        case = self.case()
        return {each.mode.value: each.state.value for each in case.found} if case else {}

    def known(self) -> list[tuple[str, bool]]:
        """Every fact of this case in the casebook, in its order, and whether it was applied; the chain must hold."""
        with self.office.book.reading() as tx:
            try:
                assert reading.verify_chain(tx, self.case_id) is None
            except NoSuchRowError:  # nothing is written yet
                return []
            entries = [each.entry for each in reading.history(tx, self.case_id)]
        return [(each.fact.fact_id, each.applied) for each in entries]

    def told(self, kind: str) -> list[tuple[str, str]]:
        """The notices of one kind about this case: to whom, at which rung."""
        about = [each for each in self.office.notices if each["case_id"] == self.case_id and each["kind"] == kind]
        return [(each["to"], each["rung"]) for each in about]

    async def turns(self) -> list[Turn]:
        """What the case heard."""
        return await self.cases.history(self.case_id)

    async def events(self, kind: EventType.ValueType | None = None) -> list[HistoryEvent]:
        """The engine's events of this case's present run."""
        return [each async for each in self.handle.fetch_history_events() if kind in (None, each.event_type)]

    def submissions(self) -> list[Path]:
        """The secondary claims of this case in the drop folder."""
        return [each for each in self.office.dropped() if self.number in each.read_text()]

    def sent(self) -> list[ClaimRequest]:
        """What these claims say, as a payer reads them."""
        return [each for each in _read(self.submissions()) if isinstance(each, ClaimRequest)]

    def questions(self) -> list[Path]:
        """The status questions of this case in the drop folder."""
        return [each for each in self.office.dropped(".276") if self.number in each.read_text()]

    def asked(self) -> list[StatusRequest]:
        """What these questions say, as a payer reads them."""
        return [each for each in _read(self.questions()) if isinstance(each, StatusRequest)]


def _read(paths: Iterable[Path]) -> list[Request]:
    return [request for path in paths for request in read_mail(path.read_bytes()).requests]


@asynccontextmanager
async def an_office(
    client: Client, keys: KeyRing, home: Path, env: WorkflowEnvironment | None = None
) -> AsyncIterator[Office]:
    """An office, for the length of a block; it works while `working` does.

    Args:
        client: the engine, with Baton's plugin.
        keys: the same ring as the client's.
        home: where casebook and folders go.
        env: moves time, when the engine can.
    """
    url, out = f"sqlite:///{home / 'casebook.sqlite'}", home / "out"
    out.mkdir(parents=True, exist_ok=True)
    migrate(url)
    book = open_casebook(url, CasebookSeal(keys))
    gate: Any = Gate(book)
    ledger, faults, notices = Ledger(), Faults(), list[dict[str, Any]]()
    queue = f"office-{uuid4().hex[:8]}"
    office = Office(client, queue, keys, book, gate, out, ledger, faults, notices, None, env)  # type: ignore[arg-type]
    app = ledger_app(ledger, TOKEN, office.now, notices.append, faults=faults)
    async with serve(app) as url:
        with exchange.client(url) as http, exchange.client(url) as desk:
            office.ports = Ports(
                clearinghouse=ClearinghouseDrop(out, SentRegister(gate, keys.opaque, office.now)),
                ledger=LedgerOverHttp(LedgerClient(http, lambda: TOKEN), keys.opaque),
                notices=Noticeboard(desk, f"{url}{DESK}"),
                casebook=Bookkeeper(gate),
                intake=FileIntake(gate, office.cases(), keys.opaque, ZoneInfo("America/New_York"), office.now),
            )
            try:
                yield office
            finally:
                book.close()
