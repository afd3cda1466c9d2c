"""Bringing a database to the newest schema; loaded only where one is behind, since its library takes long to load."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, text

from casebook.errors import NotMigratedError

_MIGRATIONS: Final = Path(__file__).with_name("migrations")
_ADVISORY_LOCK: Final = text("SELECT pg_advisory_xact_lock(hashtextextended('casebook.migrations', 0))")


def upgrade(connection: Connection) -> None:
    """Apply what is missing, in the connection's transaction; on PostgreSQL others who try wait for it.

    Raises:
        NotMigratedError: a newer version of Baton has written this database.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_ADVISORY_LOCK)
    config = Config()
    # ConfigParser interpolates '%', which a folder's name may hold.
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError:
        raise NotMigratedError(
            "the casebook has a schema that this version of Baton does not know: use a newer one"
        ) from None
