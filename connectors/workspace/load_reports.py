"""Reports of loads: every load that was tried, published or refused, and what it found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from connectors.workspace.identifiers import new_id
from connectors.workspace.tables import loads


@dataclass(frozen=True)
class LoadReport:
    """One load.

    Attributes:
        at: When it ended, in UTC.
        actor: Who started it.
        company: Whose data they are.
        source: The mapping or database that was read.
        data_version: What it published; None where it was refused and the old store stayed.
        report: Rows read, kept, set aside and every fault, as JSON.
    """

    at: datetime
    actor: str
    company: str
    source: str
    data_version: str | None
    report: dict[str, Any]


def record_load(connection: Connection, load: LoadReport) -> str:
    """Keep the report of a load; its id."""
    load_id = new_id("l", load.at)
    connection.execute(loads.insert().values(id=load_id, **vars(load)))
    return load_id


def latest_loads(connection: Connection, limit: int) -> list[LoadReport]:
    """The last `limit` loads, newest first."""
    columns = [column for column in loads.columns if column.name != "id"]
    statement = select(*columns).order_by(loads.c.at.desc(), loads.c.id.desc()).limit(limit)
    return [LoadReport(**row._mapping) for row in connection.execute(statement)]
