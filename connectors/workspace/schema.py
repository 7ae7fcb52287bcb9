"""Opening the workspace's database: its engine, and its schema brought up to date."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DatabaseError, InterfaceError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from connectors.errors import SourceUnavailable
from connectors.workspace.tables import METADATA

HEAD = "0001"
"""The revision that this code needs. Kept here so that opening need not import Alembic (1.2 s)."""

VERSION_TABLE = "concord_revision"
"""Not Alembic's own name: the database may hold another program's migrations too."""

_MIGRATION_LOCK = 0x436F6E636F7264
_CONNECT_SECONDS = 5


def open_engine(url: str, wait_seconds: float) -> Engine:
    """An engine on an up-to-date schema.

    Args:
        url: `sqlite:///FILE` or `postgresql://USER@HOST/DATABASE`.
        wait_seconds: How long to wait for another writer of the same SQLite file.

    Raises:
        SourceUnavailable: The database cannot be reached, is not a workspace, or is newer than this code.
    """
    address = _checked(url)
    with in_own_words(address):
        engine = _engine(address, wait_seconds)
        with ExitStack() as unless_it_opens:
            unless_it_opens.callback(engine.dispose)
            _bring_up_to_date(engine)
            unless_it_opens.pop_all()
    return engine


@contextmanager
def in_own_words(address: URL) -> Iterator[None]:
    """Turn the driver's errors about a database that cannot be used into `SourceUnavailable`."""
    name = address.render_as_string(hide_password=True)
    try:
        yield
    except (OperationalError, InterfaceError) as fault:
        raise SourceUnavailable(f"The workspace {name} {_reason(str(fault.orig))}") from fault
    except DatabaseError as fault:
        # Only "file is not a database" and "malformed" come as the bare class; its subclasses are bugs.
        if type(fault) is not DatabaseError:
            raise
        raise SourceUnavailable(
            f"The workspace {name} is not an SQLite file, or is damaged ({fault.orig}). "
            "Choose another file, or put a copy from before in its place."
        ) from fault


def _reason(said: str) -> str:
    if "locked" in said or "busy" in said:
        return "is being written by another process that does not finish. Try again in a moment."
    if "unable to open" in said:
        return "cannot be opened: no such folder, not a file, or no right to read and write it."
    if "readonly" in said or "read-only" in said:
        return "may only be read. Concord keeps what it answered and needs to write there."
    return f"cannot be reached: {' '.join(said.split())}"


def _checked(url: str) -> URL:
    forms = "Give sqlite:///FILE or postgresql://USER@HOST/DATABASE."
    try:
        address = make_url(url)
    except ArgumentError as fault:
        raise SourceUnavailable(f"The workspace needs a database URL. {forms}") from fault
    backend = address.get_backend_name()
    if backend == "postgresql":
        return address.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise SourceUnavailable(f"The workspace cannot be kept in {backend}. {forms}")
    if not address.database or address.database == ":memory:":
        raise SourceUnavailable(f"The workspace must outlive the process, so it needs a file. {forms}")
    return address


def _engine(address: URL, wait_seconds: float) -> Engine:
    # NaN is no JSON: PostgreSQL refuses it and SQLite would hand it on to every reader.
    as_json = partial(json.dumps, allow_nan=False)
    if address.get_backend_name() == "postgresql":
        try:
            return create_engine(
                address,
                json_serializer=as_json,
                pool_pre_ping=True,
                connect_args={"connect_timeout": _CONNECT_SECONDS},
            )
        except ModuleNotFoundError as fault:
            raise SourceUnavailable(
                "A workspace in PostgreSQL needs the extra `postgres`: install Concord as concord[postgres]."
            ) from fault
    _make_folder(Path(str(address.database)).parent)
    engine = create_engine(address, json_serializer=as_json, connect_args={"timeout": wait_seconds})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise SourceUnavailable(
            f"The folder {folder} for the workspace cannot be made: {fault.strerror}. Choose another place."
        ) from fault


def _prepare_sqlite(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    # The driver would begin transactions by its own rules; _begin_sqlite does it instead.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later can fail at once when somebody else has written in
    # between, whatever the timeout; one that takes the writer's place at its start waits its turn.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _bring_up_to_date(engine: Engine) -> None:
    with engine.connect() as connection:
        found = _revision(connection)
    if found == HEAD:
        return
    if engine.dialect.name == "sqlite":
        _readers_beside_a_writer(engine)
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
        if _revision(connection) != HEAD:  # another process may have been first
            import_module("connectors.workspace.migrations.upgrade").upgrade(connection)


def _readers_beside_a_writer(engine: Engine) -> None:
    # WAL is a property of the file and cannot be set within a transaction.
    connection = engine.raw_connection()
    try:
        connection.cursor().execute("PRAGMA journal_mode = WAL")
    finally:
        connection.close()


def _revision(connection: Connection) -> str | None:
    names = set(inspect(connection).get_table_names())
    if VERSION_TABLE in names:
        return connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar_one_or_none()
    # A file of its own must be empty; a PostgreSQL database may hold others' tables, but not of our names.
    foreign = names if connection.dialect.name == "sqlite" else names & set(METADATA.tables)
    if foreign:
        raise SourceUnavailable(
            f"{connection.engine.url.render_as_string(hide_password=True)} holds another program's tables "
            f"({', '.join(sorted(foreign)[:5])}) and is no workspace of Concord. Choose another place."
        )
    return None
