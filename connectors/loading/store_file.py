"""The file of the plan store: one load at a time fills a new file beside it, and a rename publishes it.

Readers keep the file that they opened; whoever opens it next gets the new one. Whatever fails before the
rename leaves the old file as it was and nothing behind.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from connectors.errors import InvalidTable, SourceUnavailable
from connectors.loading.staging import Staging, open_staging


@contextmanager
def new_store(store: Path, company: str, *, replace: bool) -> Iterator[Staging]:
    """A working folder beside the store in which a load fills a new one; removed in the end, come what may.

    Args:
        store: The published file, there already or not.
        company: Whose data are loaded.
        replace: Whether the store of another company may be replaced.

    Raises:
        InvalidTable: The store belongs to another company, or is no plan store.
        SourceUnavailable: Another load runs, or the folder cannot be written.
    """
    store = store.resolve()
    with _only_load(store):
        _refuse_other(store, company, replace=replace)
        with _working_folder(store) as folder:
            staging = open_staging(folder)
            try:
                yield staging
            finally:
                staging.engine.close()


def publish_file(staging: Staging, store: Path) -> None:
    """Closes the filled store and puts it in the place of the old one."""
    staging.engine.execute("DETACH raw")
    staging.engine.execute("CHECKPOINT")
    staging.engine.close()
    store = store.resolve()
    _to_disk(staging.store_file)
    staging.store_file.replace(store)
    _to_disk(store.parent)


def company_of(store: Path) -> str | None:
    """The company whose data a published store holds, None where the file is no plan store."""
    try:
        with duckdb.connect(store, read_only=True) as connection:
            row = connection.execute("SELECT value FROM load_info WHERE key = 'company'").fetchone()
    except duckdb.Error:
        return None
    return str(row[0]) if row else None


def _refuse_other(store: Path, company: str, *, replace: bool) -> None:
    if not store.exists():
        return
    if not store.is_file():
        raise InvalidTable(
            f"{store} is a folder; name a file for the store, such as {store / 'store.duckdb'}."
        )
    loaded = company_of(store)
    if loaded is None:
        raise InvalidTable(
            f"{store} is not a plan store and stays as it is. Name another file for the store."
        )
    if loaded != company and not replace:
        raise InvalidTable(
            f"{store} holds the data of {loaded}, the load is for {company}. Name another file with --store, "
            "or give --replace to replace them."
        )


@contextmanager
def _only_load(store: Path) -> Iterator[None]:
    """Holds the lock of a store; the system lets go of it when the process dies."""
    try:
        store.parent.mkdir(parents=True, exist_ok=True)
        lock = store.with_name(f".{store.name}.lock")
        handle = _locked(lock)
    except OSError as error:
        raise SourceUnavailable(f"The folder {store.parent} cannot be written: {error.strerror}.") from error
    if handle is None:
        raise SourceUnavailable(f"Another load into {store} is running. Wait for it to end, then load again.")
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)
        os.close(handle)


def _locked(lock: Path) -> int | None:
    while True:
        handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return None
        # The load before may have removed the file between our opening and our locking it.
        if lock.exists() and lock.stat().st_ino == os.fstat(handle).st_ino:
            return handle
        os.close(handle)


@contextmanager
def _working_folder(store: Path) -> Iterator[Path]:
    for stale in store.parent.glob(f".{store.name}.loading-*"):
        shutil.rmtree(stale, ignore_errors=True)  # of a load that was killed: the lock is ours
    folder = Path(tempfile.mkdtemp(prefix=f".{store.name}.loading-", dir=store.parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
