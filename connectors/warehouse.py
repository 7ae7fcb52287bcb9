"""The plan store, read-only, on any engine that Ibis speaks to.

`Warehouse` is the whole of it and stays with the wiring. `PlanStore` is what a tool gets: the same
tables, already narrowed to one person and one as-of date.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
from ibis.backends import BaseBackend

from connectors.access import Person
from connectors.errors import MissingTable, SourceUnavailable
from connectors.periods import month_end, month_of
from connectors.plan_store import PlanStore
from connectors.tables import TABLES

Row = dict[str, Any]

MOST_COMPILED = 500
"""Compiled queries that a warehouse keeps."""

UNVERSIONED = "unversioned"
"""The data version of a warehouse that no load of Concord published."""


@dataclass(frozen=True)
class BooksGap:
    """A business unit, region and month in which operating and financial revenue differ too much."""

    business_unit: str
    region: str
    month: date


@dataclass(frozen=True)
class StoreInfo:
    """What a store says about itself.

    Attributes:
        as_of: The default as-of date: end of the last complete month of actual demand.
        partial_from: First day of the month that the data break off in, if they do.
        published: Whether a load of Concord made it (and so resolved defaults).
        warnings: What the load warned of, in its own words.
        books_gaps: Where the two books differ, told in every answer that they touch.
    """

    company: str
    currency: str
    data_version: str
    as_of: date
    partial_from: date | None = None
    fiscal_year_start_month: int = 1
    published: bool = False
    warnings: tuple[str, ...] = ()
    books_gaps: tuple[BooksGap, ...] = ()


@dataclass(frozen=True)
class Snapshot:
    """One month in one version (None where the table has no versions) of the plan of one cycle."""

    version: str | None
    cycle: date
    period: date


class Warehouse:
    """The whole plan store. Open it once per process; hand out `for_person`."""

    def __init__(self, backend: BaseBackend, where: str, defaults: Mapping[str, str] | None = None) -> None:
        self._backend = backend
        self._lock = threading.RLock()
        self.where = where
        self._defaults = dict(defaults or {})
        self._tables: dict[str, ir.Table] = {}
        self._compiled: dict[Hashable, str] = {}
        self._months: dict[tuple[str, str], tuple[date, ...]] = {}
        self._complete: dict[tuple[str, str], bool] = {}
        self._snapshots: dict[str, tuple[Snapshot, ...]] = {}

    @classmethod
    def open(cls, where: str, defaults: Mapping[str, str] | None = None) -> Warehouse:
        """Open a store read-only.

        Args:
            where: Path of a DuckDB file, or the URL of a database (`postgres://…`).
            defaults: Settings that stand in for, or override, what the store says of itself:
                `company`, `currency`, `as_of`, `complete_through`, `fiscal_year_start_month`.

        Raises:
            SourceUnavailable: There is no such store, or it cannot be opened.
        """
        # Engines fold nested selects themselves; having Ibis do it doubles the time that a query takes.
        ibis.options.sql.fuse_selects = False
        if "://" in where:
            return cls(_connect_url(where), _without_secrets(where), defaults)
        path = Path(where)
        if not path.is_file():
            raise SourceUnavailable(
                f"There is no plan store at {path}. Build the demo company with `concord demo`, or "
                "load your own data with `concord load MAPPING.yaml`."
            )
        return cls(_connect_file(path), str(path), defaults)

    @cached_property
    def _table_names(self) -> frozenset[str]:
        """Names of the tables and views, asked in SQL where that saves Ibis an import of Arrow."""
        if self._backend.name not in {"duckdb", "postgres"}:
            return frozenset(self._backend.list_tables())
        asked = "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
        with self._lock, self._answering():
            return frozenset(name for (name,) in self._backend.raw_sql(asked).fetchall())

    @cached_property
    def columns(self) -> dict[str, frozenset[str]]:
        """Column names by canonical table, as far as the store has them."""
        present = sorted(self._table_names & set(TABLES))
        return {name: frozenset(self._raw(name).columns) for name in present}

    @cached_property
    def info(self) -> StoreInfo:
        """What the store says about itself, settings first."""
        stored: dict[str, str] = {}
        if "load_info" in self._table_names:
            stored = {row["key"]: row["value"] for row in self.rows(self._backend.table("load_info"))}
        said = {**stored, **self._defaults}
        as_of, partial_from = self._as_of(said, settings_win="as_of" in self._defaults)
        return StoreInfo(
            company=said.get("company", "the company"),
            currency=said.get("currency", "EUR"),
            data_version=stored.get("data_version", UNVERSIONED),
            as_of=as_of,
            partial_from=partial_from,
            fiscal_year_start_month=int(said.get("fiscal_year_start_month") or 1),
            published="data_version" in stored,
            warnings=tuple(json.loads(stored.get("warnings", "[]"))),
            books_gaps=_books_gaps(json.loads(stored.get("warning_details", "[]"))),
        )

    def _as_of(self, said: Mapping[str, str], settings_win: bool) -> tuple[date, date | None]:
        partial = _day(said.get("partial_from"))
        if said.get("as_of") and (settings_win or "complete_through" not in self._defaults):
            return date.fromisoformat(said["as_of"]), partial
        last = self._last_day_of_demand()
        through = _day(said.get("complete_through")) or last
        # A month whose data stop before its last three days is partial (plan-data.md).
        as_of = month_end(through) if (month_end(through) - through).days <= 2 else _end_before(through)
        return as_of, partial or (as_of + timedelta(days=1) if last > as_of else None)

    def _last_day_of_demand(self) -> date:
        """Last day with an order, else the end of the last month of demand history."""
        for name, column in (("order_lines", "ordered_on"), ("demand_history", "period")):
            if name not in self.columns:
                continue
            rows = self.rows(self._raw(name).aggregate(last=self._raw(name)[column].max()))
            if rows[0]["last"] is not None:
                last: date = rows[0]["last"]
                return month_end(last) if column == "period" else last
        raise MissingTable(
            "The store has neither customer orders (`order_lines`) nor demand by month (`demand_history`), "
            "so it has no as-of date. Set CONCORD_AS_OF, or load one of the two."
        )

    def for_person(self, person: Person, as_of: date | None = None) -> PlanStore:
        """The store as one person may see it.

        Args:
            person: Who asks.
            as_of: An earlier day that hides all that is later; None reads everything from the
                default as-of date.
        """
        return PlanStore(self, person.scope, as_of)

    def rows(self, expression: ir.Table) -> list[Row]:
        """Run an expression and fetch its rows; numbers as int or float, dates as date.

        Raises:
            SourceUnavailable: The engine is gone.
        """
        with self._lock, self._answering():
            cursor = self._backend.raw_sql(self._sql_of(expression))
            fetched = cursor.fetchall()
            # DuckDB hands out the connection itself as the cursor: closing that would end it.
            if self._backend.name != "duckdb":
                with suppress(AttributeError):
                    cursor.close()
        names = expression.columns
        return [dict(zip(names, map(_plain, values), strict=True)) for values in fetched]

    @contextmanager
    def _answering(self) -> Iterator[None]:
        """Says in our words that the engine does not answer."""
        try:
            yield
        except _errors_of_drivers("OperationalError") as fault:
            reason = str(fault).splitlines()[0]
            raise SourceUnavailable(f"The plan store at {self.where} does not answer: {reason}") from fault

    def _sql_of(self, expression: ir.Table) -> str:
        """The expression as SQL. Compiling takes longer than running, so what was compiled is kept."""
        key = expression.op()
        if key not in self._compiled:
            if len(self._compiled) >= MOST_COMPILED:
                self._compiled.clear()
            self._compiled[key] = self._backend.compile(expression)
        return self._compiled[key]

    def table(self, name: str) -> ir.Table:
        """A whole canonical table, its defaults resolved.

        Raises:
            MissingTable: It is not loaded.
        """
        if name not in self.columns:
            loaded = ", ".join(TABLES[table].means for table in self.columns)
            raise MissingTable(
                f"This needs {TABLES[name].means} (`{name}`), which the loaded data do not have. "
                f"Loaded: {loaded}."
            )
        table = self._raw(name)
        if name == "order_lines" and not self.info.published:
            return self._with_market_of_customer(table)
        return table

    def _with_market_of_customer(self, order_lines: ir.Table) -> ir.Table:
        """An order line without a market belongs to its customer's (plan-data.md)."""
        if "customer_id" not in order_lines.columns or "market_id" not in self.columns.get("customers", ()):
            return order_lines
        customers = self._raw("customers").select(customer_id="customer_id", customer_market_id="market_id")
        joined = order_lines.left_join(customers, "customer_id").drop("customer_id_right")
        own = joined.market_id if "market_id" in order_lines.columns else ibis.null("string")
        return joined.mutate(market_id=ibis.coalesce(own, joined.customer_market_id)).drop(
            "customer_market_id"
        )

    def _raw(self, name: str) -> ir.Table:
        if name not in self._tables:
            with self._lock, self._answering():
                self._tables[name] = self._backend.table(name)
        return self._tables[name]

    def months_loaded(self, table: str, column: str) -> tuple[date, ...]:
        """First days of the months in which a table has any row, in order; read once."""
        key = (table, column)
        if key not in self._months:
            expression = self.table(table)
            # days first: telling them apart is cheap, cutting each row's day off to its month is not
            found = self.rows(expression.select(day=column).distinct())
            days = {row["day"] for row in found if row["day"] is not None}
            self._months[key] = tuple(sorted({month_of(day) for day in days}))
        return self._months[key]

    def is_complete(self, table: str, column: str) -> bool:
        """Whether a column is known in every row of a table; read once."""
        key = (table, column)
        if key not in self._complete:
            expression = self.table(table)
            unknown = expression.filter(expression[column].isnull()).limit(1)
            self._complete[key] = not self.rows(unknown.select(column))
        return self._complete[key]

    def snapshots(self, table: str) -> tuple[Snapshot, ...]:
        """The snapshots that a table of plans holds, by cycle and month; read once."""
        if table not in self._snapshots:
            plan = self.table(table)
            named = ["version"] if "version" in plan.columns else []
            found = self.rows(plan.select(*named, "cycle", "period").distinct().order_by("period", "cycle"))
            self._snapshots[table] = tuple(
                Snapshot(row.get("version"), row["cycle"], row["period"]) for row in found
            )
        return self._snapshots[table]

    def close(self) -> None:
        """Close the connection."""
        self._backend.disconnect()


def _connect_file(path: Path) -> BaseBackend:
    import duckdb  # noqa: PLC0415 - part of the engine, not needed for other stores

    try:
        return ibis.duckdb.connect(str(path), read_only=True)
    except (duckdb.Error, OSError) as fault:
        raise SourceUnavailable(
            f"{path} cannot be opened as a plan store: {str(fault).splitlines()[0]}"
        ) from fault


def _without_secrets(url: str) -> str:
    """What a message may show of a database's URL: nothing before the host."""
    return url.rsplit("@", maxsplit=1)[-1]


def _connect_url(url: str) -> BaseBackend:
    shown = _without_secrets(url)
    try:
        backend = ibis.connect(url)
    except ImportError as fault:
        raise SourceUnavailable(f"{shown}: the driver is not installed ({fault}).") from fault
    except (OSError, ValueError, RuntimeError) as fault:
        raise _unreachable(url, fault) from fault
    except _errors_of_drivers("Error") as fault:
        raise _unreachable(url, fault) from fault
    if backend.name == "postgres":
        # Each statement on its own: an open transaction would hold on to what it has once read.
        backend.con.autocommit = True
        backend.con.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
    return backend


def _unreachable(url: str, fault: Exception) -> SourceUnavailable:
    shown = _without_secrets(url)
    reason = str(fault).splitlines()[0].replace(url, shown)
    return SourceUnavailable(f"The database at {shown} cannot be reached: {reason}")


_DRIVERS = ("duckdb", "psycopg", "snowflake.connector", "trino.exceptions")


def _errors_of_drivers(name: str) -> tuple[type[Exception], ...]:
    """The classes of that name of the drivers that are imported (PEP 249 names them all alike)."""
    return tuple(getattr(sys.modules[driver], name) for driver in _DRIVERS if driver in sys.modules)


def _plain(value: object) -> object:
    """Decimals (sums of whole numbers in PostgreSQL) as numbers, timestamps at midnight as dates."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime):
        return value.date()
    return value


def _end_before(day: date) -> date:
    return month_of(day) - timedelta(days=1)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _books_gaps(warnings: list[dict[str, Any]]) -> tuple[BooksGap, ...]:
    return tuple(
        BooksGap(cell["business_unit"], cell["region"], date.fromisoformat(cell["period"]))
        for warning in warnings
        if warning["code"] == "books_differ"
        for cell in warning["cells"]
    )
