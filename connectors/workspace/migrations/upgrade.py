"""Bring a workspace to the newest revision. Only this module and its neighbours import Alembic."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from connectors.errors import SourceUnavailable


def alembic_config(connection: Connection | None = None) -> Config:
    """Alembic's settings; the connection is what `env.py` migrates."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def newest_revision() -> str | None:
    """The last revision among the files in `versions`."""
    return ScriptDirectory.from_config(alembic_config()).get_current_head()


def upgrade(connection: Connection) -> None:
    """Run the missing migrations within the transaction that the connection is in.

    Raises:
        SourceUnavailable: The workspace bears a revision that is not among ours.
    """
    try:
        command.upgrade(alembic_config(connection), "head")
    except CommandError as fault:
        raise SourceUnavailable(
            f"The workspace was written by a newer Concord ({fault}). Use that version, or another workspace."
        ) from fault
