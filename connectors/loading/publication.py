"""From checked tables to a published store: what is derived, and what the store says of itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connectors.loading.closed_months import ClosedMonths, closed_months
from connectors.loading.derivation import demand_history, left_out
from connectors.loading.faults import Company, InvalidLoad, LoadReport, TableReport
from connectors.loading.meeting_tables import LOADABLE, MEETING_TABLES
from connectors.loading.reconciliation import compare_books
from connectors.loading.staging import ROW, Staging
from connectors.loading.store_file import publish_file
from connectors.loading.typed_tables import TypedTables

if TYPE_CHECKING:
    import pandas as pd

_VERSION_DIGITS = 8


def publish_tables(
    typed: TypedTables, company: Company, store: Path, now: datetime, progress: Callable[[str], None]
) -> LoadReport:
    """Checks the tables of a load and publishes them.

    Raises:
        InvalidLoad: There are faults; it lists all of them and nothing is published.
    """
    progress("Checking the tables")
    typed.check(LOADABLE)
    if typed.faults:
        raise InvalidLoad(company.name, typed.faults)
    now = _in_utc(now)
    frames = _handed_back(typed)
    _fill_markets(typed)
    closed = closed_months(typed.tables, company, now.date())
    warnings = [{"code": code, "message": text} for code, text in closed.warnings]
    derived = _derive_history(typed, closed, warnings)
    books = compare_books(typed.tables, closed.last)
    if books is not None:
        warnings.append(books)
    progress("Publishing")
    version = _finished(typed.staging, list(typed.tables), derived, now)
    about = _about(company, closed, version, now)
    about["warnings"] = json.dumps([warning["message"] for warning in warnings])
    about["warning_details"] = json.dumps(warnings)
    about["derived_tables"] = json.dumps(derived)
    _write_about(typed.staging, about)
    publish_file(typed.staging, store)
    return LoadReport(
        company=company.name,
        data_version=version,
        as_of=closed.as_of,
        store=store,
        tables=tuple(typed.reports),
        warnings=tuple(warning["message"] for warning in warnings),
        workspace_frames=frames,
    )


def _handed_back(typed: TypedTables) -> dict[str, pd.DataFrame]:
    """Takes out the tables that go to the workspace."""
    tables = {name: typed.tables.pop(name) for name in MEETING_TABLES if name in typed.tables}
    return {name: rows.drop(ROW).order_by(*LOADABLE[name].key).to_pandas() for name, rows in tables.items()}


def _in_utc(now: datetime) -> datetime:
    return now.astimezone(UTC) if now.tzinfo else now.replace(tzinfo=UTC)


def _fill_markets(typed: TypedTables) -> None:
    """An order line without a market belongs to its customer's (plan-data.md)."""
    lines, customers = typed.tables.get("order_lines"), typed.tables.get("customers")
    if lines is None or customers is None or not {"customer_id", "market_id"} <= set(customers.columns):
        return
    if "customer_id" not in lines.columns:
        return
    engine = typed.staging.engine
    if "market_id" not in lines.columns:
        engine.execute("ALTER TABLE order_lines ADD COLUMN market_id VARCHAR")
    engine.execute(
        "UPDATE order_lines SET market_id = customers.market_id FROM customers "
        "WHERE order_lines.market_id IS NULL AND order_lines.customer_id = customers.customer_id "
        "AND customers.market_id IS NOT NULL"
    )
    typed.tables["order_lines"] = typed.staging.tables.table("order_lines")


def _derive_history(typed: TypedTables, closed: ClosedMonths, warnings: list[dict[str, Any]]) -> list[str]:
    lines = typed.tables.get("order_lines")
    if lines is None or "demand_history" in typed.tables:
        return []
    if "market_id" not in lines.columns or not {"products", "markets"} <= typed.tables.keys():
        text = "There is no demand history: the order lines do not say which market they belong to."
        warnings.append({"code": "no_history", "message": text})
        return []
    kept = typed.staging.keep("demand_history", demand_history(lines, closed))
    typed.tables["demand_history"] = typed.staging.tables.table("demand_history")
    typed.reports.append(TableReport("demand_history", 0, kept))
    warnings += [{"code": code, "message": text} for code, text in left_out(lines)]
    return ["demand_history"]


def _finished(staging: Staging, names: list[str], derived: list[str], now: datetime) -> str:
    """Takes the row numbers off; the data version: the time of the load and a hash of the content."""
    content = hashlib.sha256()
    for name in sorted(set(names).difference(derived)):  # the derived follow, up to the order of their sums
        columns = [column for column in staging.tables.table(name).columns if column != ROW]
        if ROW in staging.tables.table(name).columns:
            staging.engine.execute(f"ALTER TABLE {name} DROP COLUMN {ROW}")
        listed = ", ".join(f'"{column}"' for column in columns)
        found = staging.engine.execute(f"SELECT count(*), bit_xor(hash({listed})) FROM {name}").fetchone()
        content.update(f"{name}:{columns}:{found}\n".encode())
    return f"{now:%Y-%m-%dT%H:%M:%SZ}#{content.hexdigest()[:_VERSION_DIGITS]}"


def _about(
    company: Company,
    closed: ClosedMonths,
    version: str,
    now: datetime,
) -> dict[str, str]:
    about = {
        "company": company.name,
        "currency": company.currency,
        "data_version": version,
        "loaded_at": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "as_of": closed.as_of.isoformat(),
        "fiscal_year_start_month": str(company.fiscal_year_start_month),
    }
    if company.complete_through is not None:
        about["complete_through"] = company.complete_through.isoformat()
    if closed.partial_from is not None:
        about["partial_from"] = closed.partial_from.isoformat()
    return about


def _write_about(staging: Staging, about: dict[str, str]) -> None:
    staging.engine.execute("CREATE TABLE load_info (key VARCHAR, value VARCHAR)")
    staging.engine.executemany("INSERT INTO load_info VALUES (?, ?)", list(about.items()))
