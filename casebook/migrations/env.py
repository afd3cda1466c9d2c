"""Runs the steps on the connection and inside the transaction of `casebook.opening.migrate`."""

from __future__ import annotations

from alembic import context

from casebook.desk_tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
context.run_migrations()
