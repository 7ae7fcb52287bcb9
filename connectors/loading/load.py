"""Loads a company's data into a plan store: all of it, or none of it.

`publish` takes frames with canonical names (the demo company); `load` takes a mapping of a company's own
files or database. Both end in the same checks and the same rename.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import duckdb

from connectors.errors import SourceUnavailable
from connectors.loading.faults import Company, Fault, InvalidLoad, LoadReport, TableReport, UnreadableSource
from connectors.loading.files import SourceReader
from connectors.loading.frames import Frame, typed_frame
from connectors.loading.mapping import Block, Lookup, Source
from connectors.loading.mapping import Mapping as MappingFile
from connectors.loading.mapping_file import read_mapping
from connectors.loading.mapping_rules import nearest
from connectors.loading.meeting_tables import LOADABLE
from connectors.loading.projection import Projection, project
from connectors.loading.publication import publish_tables
from connectors.loading.source_rows import SourceRows, columns_read, is_read, source_rows, writing_of
from connectors.loading.staging import RawTable, Staging
from connectors.loading.store_file import new_store
from connectors.loading.typed_tables import TypedTables

__all__ = ["Company", "Fault", "InvalidLoad", "LoadReport", "TableReport", "load", "publish"]

Progress = Callable[[str], None]


def _silent(_: str) -> None:
    """Tells nobody."""


def publish(
    frames: Mapping[str, Frame],
    company: Company,
    store: Path,
    *,
    now: datetime,
    replace: bool = False,
    progress: Progress = _silent,
) -> LoadReport:
    """Checks frames and publishes them as a plan store.

    Args:
        frames: By canonical table: a pandas frame, an Arrow table, or the path of a Parquet file, with
            canonical column names. A column that is not there is absent in the store as well.
        company: What the store says of itself.
        store: File to publish.
        now: Time of the load.
        replace: Whether the store of another company may be replaced.
        progress: Told what is being done.

    Raises:
        InvalidLoad: The data break the canonical rules; the old store is as it was.
        InvalidTable: The store belongs to another company, or the file is no plan store.
        SourceUnavailable: Another load runs, or the store cannot be written.
    """
    _refuse_unknown(frames, company)
    try:
        with new_store(store, company.name, replace=replace) as staging:
            typed = TypedTables(staging)
            for name, frame in frames.items():
                progress(f"Reading {name}")
                projection = typed_frame(staging, LOADABLE[name], frame)
                typed.add(LOADABLE[name], [projection], may_be_empty=True)
            return publish_tables(typed, company, store, now, progress)
    except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
        raise _not_written(store, error) from error


def _refuse_unknown(frames: Mapping[str, Frame], company: Company) -> None:
    unknown = [name for name in frames if name not in LOADABLE]
    problem = "there is no such table"
    faults = [Fault(name, None, f"{problem}{nearest(name, LOADABLE)}", 1) for name in unknown]
    if faults:
        raise InvalidLoad(company.name, faults)


def load(
    mapping_file: Path,
    store: Path,
    *,
    source: Path | None,
    now: datetime,
    replace: bool = False,
    progress: Progress = _silent,
    environment: Mapping[str, str] | None = None,
) -> LoadReport:
    """Reads a company's own files or database by a mapping and publishes them as a plan store.

    Args:
        mapping_file: The mapping (docs/loading.md).
        store: File to publish.
        source: Folder that the file names of the mapping are relative to; None: the mapping's own folder.
        now: Time of the load.
        replace: Whether the store of another company may be replaced.
        progress: Told what is being done.
        environment: Where the addresses of databases are looked up; None: the process's environment.

    Returns:
        The report; its `workspace_frames` are for the caller to write to the workspace.

    Raises:
        InvalidMapping, InvalidLoad: The mapping or the data have faults, all listed; the store is as it was.
        InvalidTable: The store is another company's, or no plan store.
        SourceUnavailable: The mapping or folder is not there, another load runs, or no store can be written.
    """
    mapping = read_mapping(mapping_file)
    folder = source if source is not None else mapping_file.parent
    if not folder.is_dir():
        raise SourceUnavailable(f"There is no folder {folder} to read from. Give it with --source.")
    known = os.environ if environment is None else environment
    try:
        with new_store(store, mapping.company, replace=replace) as staging:
            reader = SourceReader(staging, folder, mapping.databases, known, progress)
            typed = _Loading(staging, mapping, reader).typed_tables(progress)
            return publish_tables(typed, mapping.about, store, now, progress)
    except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
        raise _not_written(store, error) from error


def _not_written(store: Path, error: Exception) -> SourceUnavailable:
    reason = str(error).splitlines()[0]
    return SourceUnavailable(
        f"The load could not be written beside {store}; the store is as it was. {reason}"
    )


class _Loading:
    """One load by a mapping: every source is read once, however many tables it fills."""

    def __init__(self, staging: Staging, mapping: MappingFile, reader: SourceReader) -> None:
        self._staging = staging
        self._mapping = mapping
        self._reader = reader
        self._wanted = columns_read(mapping)
        self._read: dict[Source, RawTable | UnreadableSource] = {}

    def typed_tables(self, progress: Progress) -> TypedTables:
        typed = TypedTables(self._staging)
        told: set[Source] = set()
        for name, blocks in self._mapping.tables.items():
            try:
                sources = [self._rows_of(block) for block in blocks]
            except UnreadableSource as error:
                typed.break_off(name, self._faults(name, blocks, error, told))
                continue
            progress(f"Converting {name}")
            parts = [
                project(self._staging, LOADABLE[name], block, rows)
                for block, rows in zip(blocks, sources, strict=True)
            ]
            self._add(typed, name, blocks, parts)
        return typed

    def _add(self, typed: TypedTables, name: str, blocks: tuple[Block, ...], parts: list[Projection]) -> None:
        typed.add(LOADABLE[name], parts, may_be_empty=any(block.may_be_empty for block in blocks))

    def _faults(
        self, name: str, blocks: tuple[Block, ...], error: UnreadableSource, told: set[Source]
    ) -> list[Fault]:
        """The faults of a source, told with the first table that reads it."""
        sources = {self._mapping.source_of(block.source) for block in blocks}
        failed = {source for source in sources if self._read.get(source) is error}
        if failed and failed <= told:
            return []
        told |= failed
        return [Fault(name, None, found.problem, found.count, found.examples) for found in error.problems]

    def _rows_of(self, block: Block) -> SourceRows:
        source = self._mapping.source_of(block.source)
        raw = self._raw(source)
        joined: list[tuple[Lookup, RawTable]] = [
            (lookup, self._raw(self._mapping.source_of(lookup.source))) for lookup in block.join
        ]
        nulls = self._mapping.null_values
        writings = [
            writing_of(self._mapping.source_of(lookup.source), other, nulls) for lookup, other in joined
        ]
        lookups = [(lookup, other, how) for (lookup, other), how in zip(joined, writings, strict=True)]
        return source_rows(self._staging, block, raw, writing_of(source, raw, nulls), lookups)

    def _raw(self, source: Source) -> RawTable:
        if source not in self._read:
            try:
                wanted = self._wanted[source]
                self._read[source] = self._reader.read(source, lambda name: is_read(name, wanted))
            except UnreadableSource as error:
                self._read[source] = error
        found = self._read[source]
        if isinstance(found, UnreadableSource):
            raise found
        return found
