from __future__ import annotations

import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

import casebook.opening
from casebook import submissions
from casebook.desk_tables import METADATA
from casebook.errors import NotMigratedError
from casebook.opening import SCHEMA, Casebook, migrate, open_casebook
from casebook.register import cursor, has_been_told, set_cursor

MIGRATE = "import sys; from casebook.opening import migrate; migrate(sys.argv[1])"


def test_the_migrations_create_exactly_the_tables_that_the_code_uses(book: Casebook) -> None:
    """A column that only the code or only the database knows is found before it is released."""
    with book.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, METADATA) == []
        assert context.get_current_revision() == SCHEMA


def test_what_the_first_schema_held_is_kept(databases: Any, seal: Any, noon: datetime) -> None:
    """An upgrade moves who has which fact, and gives the questions asked before numbers that go on behind the last."""
    url = databases.empty()
    _migrate_to(url, "0001")
    engine = create_engine(url)
    moment = noon.replace(tzinfo=None) if engine.dialect.name == "sqlite" else noon
    fact = "INSERT INTO intake_facts (fact_id, practice, state, kind, case_id, reason, at) VALUES "
    asked = "INSERT INTO questions (question_id, case_id, action_key, searched_by, asked_at) VALUES "
    with engine.begin() as connection:
        connection.execute(text(f"{fact} ('one', 'lakeside', 'delivered', '835', 'case-1', '', :at)"), {"at": moment})
        connection.execute(text(f"{fact} ('two', 'lakeside', 'parked', '835', NULL, '', :at)"), {"at": moment})
        connection.execute(text("INSERT INTO control_numbers (name, last) VALUES ('interchange', 41)"))
        for name in ("q-1", "q-2"):
            connection.execute(text(f"{asked} ('{name}', 'case-1', 'ask/{name}', 'member', :at)"), {"at": moment})
    engine.dispose()
    migrate(url)
    book = open_casebook(url, seal)
    with book.writing() as tx:
        assert (has_been_told(tx, "one", "case-1"), has_been_told(tx, "two", "case-1")) == (True, False)
        found = [submissions.question(tx, name) for name in ("q-1", "q-2")]
        assert [(each.interchange, each.functional_group) for each in found if each] == [(42, 1), (43, 2)]
        assert [submissions.allocate(tx, name) for name in ("interchange", "functional_group")] == [44, 3]
    book.close()


def _migrate_to(url: str, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(casebook.opening.__file__).with_name("migrations")))
    engine = create_engine(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()


def test_migrating_again_changes_nothing(book: Casebook, url: str) -> None:
    """A worker migrates at every start; what is there stays."""
    with book.writing() as tx:
        set_cursor(tx, "ledger", "41")
    migrate(url)
    with book.reading() as tx:
        assert cursor(tx, "ledger") == "41"


def test_processes_that_start_at_once_migrate_once(databases: Any, seal: Any) -> None:
    """Several workers on an empty database: one creates the tables, the others wait, none fails."""
    url = databases.empty()
    started = [subprocess.Popen([sys.executable, "-c", MIGRATE, url], stderr=subprocess.PIPE) for _ in range(3)]
    ends = [(each.communicate()[1].decode(), each.returncode) for each in started]
    assert [code for _, code in ends] == [0, 0, 0], ends
    open_casebook(url, seal).close()


def test_a_database_without_tables_is_refused_with_the_way_out(databases: Any, seal: Any) -> None:
    """Opening never creates tables by itself."""
    with pytest.raises(NotMigratedError, match=r"has no tables.*migrate"):
        open_casebook(databases.empty(), seal)


def test_a_database_of_another_version_is_refused(url: str, seal: Any) -> None:
    """An older Baton neither writes into tables that it does not know nor changes them."""
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(NotMigratedError, match="schema 9999"):
        open_casebook(url, seal)
    with pytest.raises(NotMigratedError, match="use a newer one"):
        migrate(url)


def test_a_casebook_in_memory_is_refused(seal: Any) -> None:
    """What must outlive the process cannot be kept in it."""
    with pytest.raises(NotMigratedError, match="file"):
        open_casebook("sqlite://", seal)


def test_a_block_that_raises_leaves_nothing(book: Casebook) -> None:
    """Writing is all or nothing."""

    def write_and_fail() -> None:
        with book.writing() as tx:
            set_cursor(tx, "ledger", "41")
            raise LookupError

    with pytest.raises(LookupError):
        write_and_fail()
    with book.reading() as tx:
        assert cursor(tx, "ledger") is None


def test_reading_sees_one_moment(book: Casebook) -> None:
    """What another writes while a block reads does not show in it."""
    with book.writing() as tx:
        set_cursor(tx, "ledger", "1")
    with book.reading() as tx:
        assert cursor(tx, "ledger") == "1"
        with book.writing() as other:
            set_cursor(other, "ledger", "2")
        assert cursor(tx, "ledger") == "1"


def test_sqlite_waits_for_nothing_but_the_log(sqlite_databases: Any, seal: Any) -> None:
    """WAL with synchronous=NORMAL: the default pragmas are several times slower."""
    book = open_casebook(sqlite_databases.ready(), seal)
    with book.reading() as tx:
        found = [tx.connection.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous")]
        assert found == ["wal", 1]
        assert tx.connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
    book.close()


def test_a_database_that_is_away_says_so_without_its_password(seal: Any) -> None:
    """A URL holds a password; an error must not."""
    with pytest.raises(OperationalError) as failure:
        open_casebook("postgresql://baton:hunter2@127.0.0.1:1/none", seal)
    assert "hunter2" not in str(failure.value)
