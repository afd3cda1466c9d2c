"""One case that has lived through nearly everything, in a real casebook; every name and number in it is made up."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from casebook.chain import EvidenceEntry
from casebook.opening import Casebook, migrate, open_casebook
from casebook.record import record
from casebook.register import begin_file, deliver, finish_file
from casebook.submissions import register_submission
from journey.case import Case, Decision, Opening
from journey.claim import Claim, Coverage, ServiceLine
from journey.decide import decide, open_case
from journey.facts import (
    Adjustment,
    ClaimAcknowledged,
    ClockRanOut,
    ContactLogged,
    CorrectionMade,
    Fact,
    HoldAsked,
    LedgerRead,
    RemitAdjudicated,
    Said,
    SecondarySubmitted,
    SupervisorDecided,
    SyntaxAcknowledged,
)
from journey.plans.file import standard_plan
from journey.sentence import sentence
from journey.words import Level, Party, PayerClass, Switch
from packet.composing import compose
from packet.contents import Packet
from packet.digests import sealed
from packet.readers import Reader
from packet.reducing import Sight
from packet.sources import Source, gather
from tests.casebook.conftest import AesGcmSeal

CASE = "case-k3j2h4l5mnopqrstuvwxyz2345"
OPENED = datetime(2026, 2, 24, 15, tzinfo=UTC)
MADE = datetime(2026, 4, 20, 16, 30, tzinfo=UTC)

CLAIM = Claim(
    claim_number="CLMQZ77431",
    practice="lakeside",
    charge=100_000,
    service_from=date(2026, 2, 18),
    service_to=date(2026, 2, 18),
    billed_on=date(2026, 2, 20),
    provider_npi="1234567893",
    provider_tin="512345678",
    patient_last_name="Quillfeather",
    patient_first_name="Zebadiah",
    patient_birth_date=date(1941, 7, 23),
    diagnoses=("J020",),
    lines=(ServiceLine(number=1, procedure="99213", charge=100_000, control_number="A1", modifiers=("25",)),),
    coverages=(
        Coverage(
            order=1,
            payer_id="MEDB",
            payer_name="Medicare",
            payer_class=PayerClass.MEDICARE,
            member_id="1EG4TE5MK73",
            member_last_name="Quillfeather",
            member_first_name="Zebadiah",
        ),
        Coverage(
            order=2,
            payer_id="60054",
            payer_name="Aetna",
            payer_class=PayerClass.COMMERCIAL,
            member_id="W209377715",
            group_number="GRP88123",
            member_last_name="Quillfeather",
            member_first_name="Hildegard",
        ),
    ),
)


@dataclass
class Life:
    """A case driven by facts; what the casebook would write is kept beside it."""

    claim: Claim = CLAIM
    case_id: str = CASE
    now: datetime = OPENED
    count: int = 0
    turns: list[tuple[Case, tuple[EvidenceEntry, ...]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Open the case."""
        payer = self.claim.secondary
        self.rules = standard_plan().in_force(payer.payer_id, payer.payer_class)
        self._keep(open_case(Opening(case_id=self.case_id, claim=self.claim, opened_at=self.now), self.rules), None)

    @property
    def case(self) -> Case:
        """As it stands."""
        return self.turns[-1][0]

    def _keep(self, decision: Decision, fact: Fact | None) -> None:
        keys = tuple(each.key for each in decision.actions)
        entry = fact and EvidenceEntry(fact=fact, applied=decision.applied, reasons=decision.reasons, actions=keys)
        case = decision.case.model_copy(update={"revision": len(self.turns) + 1})
        self.turns.append((case, (entry,) if entry else ()))

    def hear(self, kind: type[Any], *, days: float = 0, **fields: Any) -> Life:
        """Hear a fact after some days of silence."""
        self.silence(days)
        self.count += 1
        base: dict[str, Any] = {"fact_id": f"fact-{self.count}", "happened_at": self.now, "learnt_at": self.now}
        return self.take(kind(**(base | fields)))

    def take(self, fact: Fact) -> Life:
        """Hear a fact as it is."""
        self._keep(decide(self.case, fact, self.rules), fact)
        return self

    def silence(self, days: float) -> Life:
        """Let time pass; every clock rings at its time."""
        until = self.now + timedelta(days=days)
        while (clock := self.case.next_clock) and clock.next_due and clock.next_due <= until:
            due = clock.next_due
            level = Level.SOFT if due == clock.soft and Level.SOFT not in clock.fired else Level.HARD
            rang = f"silence:{clock.name}:{level}:{due:%Y%m%dT%H%M%S}"
            times = {"happened_at": due, "learnt_at": due, "due": due}
            self.take(ClockRanOut(fact_id=rang, clock=clock.name, level=level, **times))
        self.now = until
        return self

    def written(self, book: Casebook) -> None:
        """Everything into the casebook."""
        for case, entries in self.turns:
            with book.writing() as tx:
                record(tx, case, sentence(case, self.rules), entries)


def cas(text: str) -> tuple[Adjustment, ...]:
    """Adjustments from 'CO45 200 PR2 320' (dollars)."""
    words = text.split()
    return tuple(
        Adjustment(group=code[:2], reason=code[2:], amount=int(amount) * 100)
        for code, amount in zip(words[::2], words[1::2], strict=True)
    )


def lived(claim: Claim = CLAIM) -> Life:
    """Promised and lost, sent by hand, refused for the member id, corrected, accepted, paid; not yet posted."""
    life = Life(claim)
    _promised(life)
    _lost(life)
    _refused(life)
    _accepted(life)
    return _decided(life)


def _promised(life: Life) -> None:
    says = {"claim_status": "19", "charge": 100_000, "paid": 48_000, "remarks": ("MA18",), "trace": "EFT770001"}
    of = {"payer": Party.PRIMARY, "sender": Party.PRIMARY, "payer_claim_number": "ICN5550001"}
    life.hear(RemitAdjudicated, days=14, adjustments=cas("CO45 200 PR2 320"), **says, **of)
    shown = {"sender": Party.LEDGER, "open_balance": 32_000, "patient_balance": 32_000}
    life.hear(LedgerRead, days=0.2, version=1, switches_on=tuple(Switch), **shown)
    life.hear(HoldAsked, days=0.1, sender=Party.PROVIDER, person="dana", reason="Quillfeather called about a bill")


def _lost(life: Life) -> None:
    life.hear(
        ContactLogged,
        days=5,
        sender=Party.SECONDARY,
        says=Said.NO_RECORD,
        logged_by="dana",
        person_name="Ottoline Vance",
        call_reference="REF90210",
        note="no record of Zebadiah Quillfeather under W209377715",
        pending_action="send Quillfeather again",
    )
    named = {"person_name": "Pim", "call_reference": "PRI3344"}
    life.hear(ContactLogged, days=0.1, sender=Party.PRIMARY, says=Said.FORWARDED, **named)


def _refused(life: Life) -> None:
    sent = {"sender": Party.PROVIDER, "payer_id": "60054"}
    life.hear(SecondarySubmitted, days=1, submission_id="S1", member_id="W209377715", **sent)
    life.hear(SyntaxAcknowledged, days=0.1, sender=Party.CLEARINGHOUSE, layer="999", accepted=True, submission_id="S1")
    refused = {"category": "A7", "status_code": "164", "entity": "IL", "accepted": False, "submission_id": "S1"}
    life.hear(ClaimAcknowledged, days=1, sender=Party.SECONDARY, **refused)
    right = {"corrects": "claim_data", "field": "member_id", "before": "W209377715", "after": "W209377751"}
    life.hear(CorrectionMade, days=1, sender=Party.PROVIDER, reference="COR6677", made_by="robin", **right)
    life.hear(SecondarySubmitted, days=0.5, submission_id="S2", **sent)


def _accepted(life: Life) -> None:
    taken = {"accepted": True, "submission_id": "S2"}
    life.hear(SyntaxAcknowledged, days=0.1, sender=Party.CLEARINGHOUSE, layer="999", **taken)
    life.hear(ClaimAcknowledged, days=0.2, sender=Party.CLEARINGHOUSE, category="A1", status_code="19", **taken)
    on_file = {"category": "A2", "status_code": "20", "payer_claim_number": "SEC8880002"}
    life.hear(ClaimAcknowledged, days=1, sender=Party.SECONDARY, **on_file, **taken)
    order = {"decision": "extend", "person": "lee", "until": date(2026, 5, 4)}
    reason = "Quillfeather's payer has a backlog"
    life.hear(SupervisorDecided, days=2, sender=Party.SUPERVISOR, reason=reason, **order)


def _decided(life: Life) -> Life:
    says = {"claim_status": "2", "charge": 100_000, "paid": 30_000, "payer_claim_number": "SEC8880002"}
    return life.hear(
        RemitAdjudicated,
        days=12,
        payer=Party.SECONDARY,
        sender=Party.SECONDARY,
        adjustments=cas("OA23 680 PR2 20"),
        trace="EFT990077",
        received_by_payer=date(2026, 3, 20),
        payment_date=date(2026, 4, 8),
        **says,
    )


@contextmanager
def opened(path: Path) -> Iterator[Casebook]:
    """A casebook in a file."""
    book = open_casebook(f"sqlite:///{path}", AesGcmSeal(bytes(32)))
    yield book
    book.close()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A casebook with the case, the numbers of what was sent, and a file; the tests' own are copied from it."""
    path = tmp_path_factory.mktemp("packets") / "book.sqlite"
    migrate(f"sqlite:///{path}")
    with opened(path) as book:
        lived().written(book)
        _register(book)
    return path


def _register(book: Casebook) -> None:
    with book.writing() as tx:
        for number in ("S1", "S2"):
            register_submission(
                tx, submission_id=number, case_id=CASE, action_key=number, frequency="1", written_at=OPENED
            )
        begin_file(tx, "d" * 64, "lakeside", size=1, received_at=OPENED)
        deliver(tx, "fact-1", kind="835", practice="lakeside", case_id=CASE, at=OPENED, digest="d" * 64)
        finish_file(tx, "d" * 64, finished_at=OPENED, kinds=("835",), counts={})


@pytest.fixture
def written(template: Path, tmp_path: Path) -> Iterator[Casebook]:
    """A casebook of this test's own, with the case."""
    with opened(Path(shutil.copy(template, tmp_path))) as book:
        yield book


@pytest.fixture(scope="session")
def source(template: Path) -> Source:
    """The case as a packet is composed from it."""
    with opened(template) as book, book.reading() as tx:
        return gather(tx, CASE, standard_plan())


@pytest.fixture(scope="session")
def packet_for(source: Source) -> Callable[..., Packet]:
    """The packet for a reader."""

    def made(reader: Reader, payer: Party = Party.UNKNOWN) -> Packet:
        eyes = Sight(reader, payer, source.redaction)
        return sealed(compose(source, eyes, made_at=MADE, made_by="dana"))

    return made


@pytest.fixture(scope="session")
def naming() -> tuple[str, ...]:
    """What must not be seen where no person may be named."""
    names = ("Quillfeather", "Zebadiah", "Hildegard", "Ottoline", "Vance", "Pim")
    numbers = ("W209377715", "W209377751", "1EG4TE5MK73", "GRP88123", "CLMQZ77431", "SEC8880002", "ICN5550001")
    return (*names, *numbers, "EFT770001", "EFT990077", "REF90210", "PRI3344", "COR6677", "512345678", "1941-07-23")
