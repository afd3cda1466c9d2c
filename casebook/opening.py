"""Opening the casebook: which database, in which shape, and one transaction at a time."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from threading import RLock
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, inspect, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.pool import ConnectionPoolEntry

from casebook.errors import NotMigratedError
from casebook.seal import Seal

SCHEMA: Final = "0006"
"""The migration that this code reads and writes."""

_BUSY_SECONDS = 30
_WRITING = "casebook_writing"


@dataclass(frozen=True)
class Transaction:
    """One transaction on the casebook, with the seal for what it must not show."""

    connection: Connection
    keys: Seal

    @property
    def on_postgresql(self) -> bool:
        """Whether the database is PostgreSQL; SQLite otherwise."""
        return self.connection.dialect.name == "postgresql"

    def seal(self, plain: str, place: str) -> bytes:
        """Seal a text for its place (table, column and row)."""
        return self.keys.seal(plain.encode(), place.encode())

    def unseal(self, sealed: bytes, place: str) -> str:
        """The text that was sealed for this place; SealBrokenError when it was altered or moved."""
        return self.keys.unseal(sealed, place.encode()).decode()

    def insert(self, table: Table) -> postgresql.Insert | sqlite.Insert:
        """An INSERT that knows ON CONFLICT, in the dialect of this database."""
        return postgresql.insert(table) if self.on_postgresql else sqlite.insert(table)

    def lock(self, *names: str) -> None:
        """Wait until no other transaction holds these names; released at its end.

        SQLite has one writer at a time anyway. Names are taken in order, so that two batches never wait for each other.
        """
        if self.on_postgresql:
            for name in sorted(names):
                self.connection.execute(_ADVISORY_LOCK, {"name": name})


_ADVISORY_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


@dataclass(frozen=True)
class Casebook:
    """An open casebook; may be used from several threads."""

    engine: Engine
    keys: Seal
    _turn: AbstractContextManager[Any] = field(repr=False)

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """All or nothing: committed at the end of the block, rolled back when it raises."""
        with self._turn, self.engine.connect() as connection:
            writing = connection.execution_options(**{_WRITING: True})
            with writing.begin():
                yield Transaction(writing, self.keys)

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """One consistent view: everything read in the block is of the same moment."""
        with self.engine.connect() as connection:
            if self.engine.dialect.name == "postgresql":
                connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with connection.begin():
                yield Transaction(connection, self.keys)

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()
        if isinstance(self._turn, _Turn):
            self._turn.close()


def open_casebook(url: str, keys: Seal) -> Casebook:
    """Open a casebook that `migrate` has prepared.

    Args:
        url: an SQLAlchemy URL of an SQLite file or a PostgreSQL database.
        keys: seals and opens what names a person.

    Raises:
        NotMigratedError: the database has no tables, or those of another version.
    """
    engine = _engine(url)
    found = _schema_of(engine)
    if found != SCHEMA:
        engine.dispose()
        raise NotMigratedError(
            f"the casebook has {f'schema {found}' if found else 'no tables'}, and this version of Baton needs "
            f"schema {SCHEMA}: run `baton casebook migrate`, or use the version of Baton that wrote it"
        )
    return Casebook(engine, keys, _turn(engine))


def _turn(engine: Engine) -> AbstractContextManager[Any]:
    """Where writers wait for each other: SQLite has one write lock, and would let them poll for it."""
    if engine.dialect.name != "sqlite" or not engine.url.database:
        return nullcontext()
    return _Turn(Path(f"{engine.url.database}.turn"))


class _Turn(AbstractContextManager["_Turn"]):
    """One writer at a time, over all threads and processes; whoever waits is woken as soon as it is free."""

    def __init__(self, path: Path) -> None:
        self._thread = RLock()
        self._depth = 0
        self._file = path.open("a", encoding="ascii")

    def __enter__(self) -> _Turn:
        self._thread.acquire()
        self._depth += 1
        if self._depth == 1:
            fcntl.flock(self._file, fcntl.LOCK_EX)
        return self

    def __exit__(self, *_: object) -> None:
        self._depth -= 1
        if not self._depth:
            fcntl.flock(self._file, fcntl.LOCK_UN)
        self._thread.release()

    def close(self) -> None:
        """Give the file back."""
        self._file.close()


def migrate(url: str) -> None:
    """Bring the database to the schema of this version; changes nothing when it is there already.

    Any number of processes may start this at once: one works, the others wait for it.

    Raises:
        NotMigratedError: a newer version of Baton has written this database.
    """
    engine = _engine(url)
    try:
        if _schema_of(engine) == SCHEMA:
            return
        from casebook.upgrading import upgrade

        with engine.connect() as connection:
            writing = connection.execution_options(**{_WRITING: True})
            with writing.begin():
                upgrade(writing)
    finally:
        engine.dispose()


def _schema_of(engine: Engine) -> str | None:
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _engine(url: str) -> Engine:
    where = make_url(url)
    if where.get_backend_name() in ("postgresql", "postgres"):
        psycopg = where.set(drivername="postgresql+psycopg")
        return create_engine(psycopg, pool_pre_ping=True, max_overflow=20, hide_parameters=True)
    return _sqlite_engine(where)


def _sqlite_engine(where: URL) -> Engine:
    if not where.database or where.database == ":memory:":
        raise NotMigratedError("a casebook is a file or a PostgreSQL database: name a file in its URL")
    Path(where.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(where, connect_args={"timeout": _BUSY_SECONDS}, max_overflow=20, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _: ConnectionPoolEntry) -> None:
    # The driver would begin transactions late and commit before DDL; `_begin_sqlite` says when instead.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes its lock at once: a reader that turns writer late can fail without waiting.
    writing = connection.get_execution_options().get(_WRITING)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
