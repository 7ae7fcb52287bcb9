"""The audit trail: who did what, when, and for whom. The database itself refuses to change it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from connectors.workspace.tables import audit


@dataclass(frozen=True)
class AuditEntry:
    """One thing that was done.

    Attributes:
        at: In UTC.
        actor: Who did it.
        action: What, in a few plain words.
        detail: More about it, as JSON.
        on_behalf_of: As whom, where an administrator asked with `--as`.
    """

    at: datetime
    actor: str
    action: str
    detail: dict[str, Any] = field(default_factory=dict)
    on_behalf_of: str | None = None


def write_entry(connection: Connection, entry: AuditEntry) -> None:
    """Append an entry."""
    connection.execute(audit.insert().values(**vars(entry)))


def latest_entries(connection: Connection, limit: int) -> list[AuditEntry]:
    """The last `limit` entries, oldest first."""
    columns = [column for column in audit.columns if column.name != "number"]
    statement = select(*columns).order_by(audit.c.number.desc()).limit(limit)
    return [AuditEntry(**row._mapping) for row in connection.execute(statement)][::-1]
