"""Reads a table or view of a database into the staging area, through Ibis, with the types that it has there.

The address comes from an environment variable only, and no message ever shows it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

import ibis
import pyarrow as pa
from ibis.common.exceptions import IbisError, TableNotFound

from connectors.loading.faults import Problem, UnreadableSource
from connectors.loading.mapping import Database, Source
from connectors.loading.mapping_rules import nearest
from connectors.loading.staging import RawTable, Staging

_BATCH = 200_000
_DRIVERS = (
    "duckdb",
    "sqlite3",
    "psycopg",
    "pymysql",
    "MySQLdb",
    "oracledb",
    "pyodbc",
    "snowflake.connector.errors",
    "trino.exceptions",
    "databricks.sql.exc",
)
_OF_A_FILE = ("duckdb", "sqlite")


def stage_database(
    staging: Staging,
    source: Source,
    database: Database,
    environment: Mapping[str, str],
    reads: Callable[[str], bool],
) -> RawTable:
    """Stages the columns of a database table that the mapping reads.

    Raises:
        UnreadableSource: The variable is not set, the database does not answer, or has no such table.
    """
    address = environment.get(database.url_env, "").strip()
    if not address:
        raise UnreadableSource(Problem(f"the environment variable {database.url_env} is not set"))
    _refuse_missing_file(address, database.url_env)
    try:
        connection = _connect(address)
    except _foreign_errors() as error:
        raise UnreadableSource(
            _problem(f"{source.label}: the database does not answer", error, address)
        ) from error
    try:
        return _staged(staging, source, connection, reads)
    except _foreign_errors() as error:
        raise UnreadableSource(_problem(f"{source.label} cannot be read", error, address)) from error
    finally:
        connection.disconnect()


def _connect(address: str) -> ibis.BaseBackend:
    # Read-only, so that other readers of the file are not locked out.
    read_only = urlsplit(address).scheme == "duckdb" and "read_only" not in address
    return ibis.connect(address, read_only=True) if read_only else ibis.connect(address)


def _staged(
    staging: Staging, source: Source, connection: ibis.BaseBackend, reads: Callable[[str], bool]
) -> RawTable:
    assert source.table is not None
    place = {"database": source.schema_name} if source.schema_name else {}
    try:
        table = connection.table(source.table, **place)
    except TableNotFound as error:
        known = _tables_of(connection, place)
        raise UnreadableSource(
            Problem(f'{source.label}: there is no table "{source.table}"{nearest(source.table, known)}')
        ) from error
    # One column at least, so that rows can be counted where nothing of them is read.
    chosen = [name for name in table.columns if reads(name)] or list(table.columns[:1])
    names = {name: f"c{position}" for position, name in enumerate(chosen)}
    rows = table.select(**{physical: table[name] for name, physical in names.items()})
    name, start = staging.new_name("source"), staging.row_count
    count = staging.add_arrow(name, _batches(connection, rows))
    staging.add_piece(source.label, count, None)
    offered = tuple(table.columns)
    return RawTable(name, names, count, start, source.label, ordered=False, offered=offered)


def _batches(connection: ibis.BaseBackend, rows: ibis.Table) -> pa.RecordBatchReader:
    if connection.name != "duckdb":
        return connection.to_pyarrow_batches(rows, chunk_size=_BATCH)
    # Ibis 12 reads batches of DuckDB by a call that DuckDB 2 warns of.
    return connection.raw_sql(connection.compile(rows)).to_arrow_reader(_BATCH)


def _tables_of(connection: ibis.BaseBackend, place: dict[str, str]) -> list[str]:
    if connection.name != "duckdb":
        return list(connection.list_tables(**place))
    # Ibis 12 lists the tables of DuckDB by a call that DuckDB 2 no longer has.
    found = connection.con.execute("SELECT table_name FROM information_schema.tables ORDER BY 1").fetchall()
    return [name for (name,) in found]


def _foreign_errors() -> tuple[type[Exception], ...]:
    """What the drivers raise that are loaded by now; each has one root, called Error by the DB-API."""
    drivers = (sys.modules.get(name) for name in _DRIVERS)
    roots = {error for driver in drivers if isinstance(error := getattr(driver, "Error", None), type)}
    return (IbisError, ImportError, OSError, ValueError, *roots)


def _refuse_missing_file(address: str, variable: str) -> None:
    parts = urlsplit(address)
    path = Path(unquote(f"{parts.netloc}{parts.path}"))
    # These engines would make an empty database where there is none.
    if parts.scheme in _OF_A_FILE and not path.is_file():
        raise UnreadableSource(Problem(f"there is no database file where {variable} points to"))


def _problem(what: str, error: Exception, address: str) -> Problem:
    reason = str(error).strip().splitlines()[0][:300] if str(error).strip() else type(error).__name__
    password = urlsplit(address).password
    for secret in (address, password, unquote(password or "")):
        if secret:
            reason = reason.replace(secret, "…")
    reason = re.sub(r"(?i)(password|pwd)\s*=\s*\S+", r"\1=…", reason)
    return Problem(f"{what}: {reason}")
