"""Plan stores for tests: the demo company, AtliQ, and tiny ones written row by row.

demo_store        path of the demo company's store, published once a run, whatever the number of workers
demo_warehouse    the same, open;   demo: the same for a person who sees all
demo_oracle       plain SQL over it
bridge_truth      the terms of the cash bridge as the demo company's generator knows them
atliq_store       path of the store loaded from ../shared/data/atliq
atliq             the same, open, for a person who sees all
tiny              function that makes a store out of literal rows
postgres_demo     the demo company in a PostgreSQL server, open (slow)
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import ibis
import psycopg
import pytest

from connectors.access import LOCAL_USER
from connectors.plan_store import PlanStore
from connectors.tables import TABLES, Kind
from connectors.warehouse import Warehouse
from tests.oracle.oracle import Oracle

ROOT = Path(__file__).resolve().parents[1]
AS_OF = date(2026, 6, 30)
SQL_TYPES = {
    Kind.TEXT: "VARCHAR",
    Kind.INTEGER: "BIGINT",
    Kind.NUMBER: "DOUBLE PRECISION",
    Kind.DATE: "DATE",
    Kind.PERIOD: "DATE",
}

Rows = Sequence[Mapping[str, Any]]
MakeStore = Callable[..., Warehouse]

_COMPILED: dict[Hashable, str] = {}


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder of this run that all workers share."""
    own = tmp_path_factory.getbasetemp()
    return own if worker_id == "master" else own.parent


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Lets one worker at a time make what all of them use."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def demo_store(run_folder: Path) -> Path:
    from connectors.demo.company import build_demo_company
    from connectors.loading.load import Company, publish

    path = run_folder / "demo_company" / "demo.duckdb"
    with alone(run_folder):
        if not path.exists():
            demo = build_demo_company()
            path.parent.mkdir(exist_ok=True)
            path.with_name("bridge_truth.json").write_text(json.dumps(demo.truth["bridge"]))
            company = Company(demo.company, demo.currency)
            publish(demo.tables, company, path, now=datetime(2026, 7, 10, 6, tzinfo=UTC))
    return path


@pytest.fixture(scope="session")
def bridge_truth(demo_store: Path) -> list[dict[str, Any]]:
    """What the generator says that each term of the error-to-cash bridge was."""
    found: list[dict[str, Any]] = json.loads(demo_store.with_name("bridge_truth.json").read_text())
    return found


@pytest.fixture(scope="session")
def demo_warehouse(demo_store: Path) -> Iterator[Warehouse]:
    warehouse = Warehouse.open(str(demo_store))
    yield warehouse
    warehouse.close()


@pytest.fixture(scope="session")
def demo(demo_warehouse: Warehouse) -> PlanStore:
    return demo_warehouse.for_person(LOCAL_USER)


@pytest.fixture(scope="session")
def demo_sql(demo_store: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(demo_store), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def demo_oracle(demo_sql: duckdb.DuckDBPyConnection) -> Oracle:
    return Oracle(demo_sql, AS_OF)


@pytest.fixture(scope="session")
def atliq_store(shared: Path, run_folder: Path) -> Path:
    from connectors.loading.load import load

    path = run_folder / "atliq" / "atliq.duckdb"
    mapping, source = ROOT / "docs" / "examples" / "atliq.yaml", shared / "data" / "atliq"
    with alone(run_folder):
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            load(mapping, path, source=source, now=datetime(2025, 6, 1, tzinfo=UTC))
    return path


@pytest.fixture(scope="session")
def atliq(atliq_store: Path) -> Iterator[PlanStore]:
    warehouse = Warehouse.open(str(atliq_store))
    yield warehouse.for_person(LOCAL_USER)
    warehouse.close()


def tiny_warehouse(tables: Mapping[str, Rows], **about: str) -> Warehouse:
    """A warehouse in memory out of literal rows.

    A table has the columns that its rows name: a column that no row names is absent. A table without rows
    has all canonical columns.

    Args:
        tables: Rows by canonical table; dates may be ISO text.
        about: What the store says of itself (`as_of`, `fiscal_year_start_month` …).
    """
    ibis.options.sql.fuse_selects = False  # as `Warehouse.open` has it
    backend = ibis.duckdb.connect()
    for name, rows in tables.items():
        columns = list(dict.fromkeys(column for row in rows for column in row))
        columns = columns or [column.name for column in TABLES[name].columns]
        listed = ", ".join(f"{column} {_sql_type(name, column)}" for column in columns)
        backend.con.execute(f"CREATE TABLE {name} ({listed})")
        if rows:
            marks = ", ".join("?" for _ in columns)
            values = [[row.get(column) for column in columns] for row in rows]
            backend.con.executemany(f"INSERT INTO {name} VALUES ({marks})", values)
    warehouse = Warehouse(backend, "memory", {"as_of": AS_OF.isoformat(), "company": "Tiny", **about})
    # Tables of the same columns give the same SQL in every store in memory, and compiling is what costs.
    warehouse._compiled = _COMPILED
    return warehouse


def _sql_type(table: str, column: str) -> str:
    canonical = TABLES[table].column(column)
    return SQL_TYPES[canonical.kind] if canonical else "VARCHAR"


@pytest.fixture
def make_store() -> Iterator[MakeStore]:
    """Makes warehouses out of literal rows and closes them in the end."""
    made: list[Warehouse] = []

    def make(tables: Mapping[str, Rows], **about: str) -> Warehouse:
        made.append(tiny_warehouse(tables, **about))
        return made[-1]

    yield make
    for warehouse in made:
        warehouse.close()


@pytest.fixture(scope="session")
def postgres_demo(postgres_url: str, demo_sql: duckdb.DuckDBPyConnection) -> Iterator[Warehouse]:
    url = postgres_url.removesuffix("postgres") + "demo_company"
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute("CREATE DATABASE demo_company")
    with psycopg.connect(url) as connection:
        for (name,) in demo_sql.execute("SELECT table_name FROM duckdb_tables()").fetchall():
            _copy(demo_sql, connection, name)
    warehouse = Warehouse.open(url)
    yield warehouse
    warehouse.close()


def _copy(source: duckdb.DuckDBPyConnection, target: psycopg.Connection, table: str) -> None:
    described = source.execute(
        f"SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = '{table}'"
    )
    columns = {name: kind.replace("DOUBLE", "DOUBLE PRECISION") for name, kind in described.fetchall()}
    listed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    target.execute(f"CREATE TABLE {table} ({listed})")
    rows = source.execute(f"SELECT {', '.join(columns)} FROM {table}")
    with target.cursor().copy(f"COPY {table} FROM STDIN") as copy:
        while batch := rows.fetchmany(10_000):
            for row in batch:
                copy.write_row(row)
