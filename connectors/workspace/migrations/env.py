"""What Alembic runs for every migration: on the connection that `upgrade.py` hands over."""

from __future__ import annotations

from alembic import context

from connectors.workspace.schema import VERSION_TABLE
from connectors.workspace.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table=VERSION_TABLE,
    render_as_batch=True,
)
context.run_migrations()
