"""Reads the sources of a mapping into the staging area: files, folders, patterns, and database tables."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from connectors.loading.databases import stage_database
from connectors.loading.faults import EXAMPLES_SHOWN, Problem, UnreadableSource
from connectors.loading.mapping import Database, Source
from connectors.loading.staging import RawTable, Staging, lacking
from connectors.loading.text_files import stage_text_files
from connectors.loading.workbooks import stage_workbooks

LONGEST_CELL = 1_000_000
READABLE = {
    ".csv": "text",
    ".tsv": "text",
    ".txt": "text",
    ".xlsx": "workbook",
    ".xlsm": "workbook",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".md": "document",
}

Progress = Callable[[str], None]


@dataclass(frozen=True)
class SourceReader:
    """Reads sources for one load.

    Attributes:
        staging: Where the rows go.
        folder: Folder that file names are relative to.
        databases: The databases of the mapping.
        environment: Where database addresses are looked up.
        progress: Told what is being read.
    """

    staging: Staging
    folder: Path
    databases: Mapping[str, Database]
    environment: Mapping[str, str]
    progress: Progress

    def read(self, source: Source, reads: Callable[[str], bool]) -> RawTable:
        """The rows of a source, staged.

        Args:
            source: What to read.
            reads: Whether the mapping reads a column; where the source can, the others are left there.

        Raises:
            UnreadableSource: It is not there, or its content cannot be read; lists every problem.
        """
        self.progress(f"Reading {source.label}")
        if source.database is not None:
            database = self.databases[source.database]
            table = stage_database(self.staging, source, database, self.environment, reads)
        else:
            table = self._read_files(source, reads)
        _refuse_huge_cells(self.staging, table)
        return table

    def _read_files(self, source: Source, reads: Callable[[str], bool]) -> RawTable:
        files = find_files(self.folder, source.file or "")
        before = [_state(file) for file in files]
        kind = kind_of(files, source.label)
        if kind == "text":
            table = stage_text_files(self.staging, files, source)
        elif kind == "workbook":
            table = stage_workbooks(self.staging, files, source)
        elif kind == "parquet":
            table = _stage_parquet(self.staging, files, source, reads)
        else:
            table = _stage_documents(self.staging, files, source)
        changed = [file.name for file, state in zip(files, before, strict=True) if _state(file) != state]
        if changed:
            raise UnreadableSource(Problem(f"{', '.join(changed)} changed while it was read; load again"))
        return table


def find_files(folder: Path, name: str) -> list[Path]:
    """The files that a name, a folder or a pattern stands for, in order of their names.

    Raises:
        UnreadableSource: There is none; names what is there.
    """
    place = folder / name
    if place.is_file():
        return [place]
    if place.is_dir():
        found = sorted(file for file in place.iterdir() if suffix_of(file) in READABLE and _is_data(file))
        if not found:
            raise UnreadableSource(
                Problem(f"the folder {name} holds no file that can be read ({_readable()})")
            )
        return found
    try:
        found = sorted(file for file in folder.glob(name) if file.is_file() and _is_data(file))
    except (ValueError, NotImplementedError):
        found = []  # no pattern that a file name can have, such as an absolute path
    if not found:
        raise UnreadableSource(
            Problem(f"there is no file {name} in the source folder{_nearby(folder, name)}")
        )
    return found


def kind_of(files: list[Path], label: str) -> str:
    """Whether the files are texts, workbooks, Parquet files or documents; all must be of one kind."""
    kinds = {READABLE.get(suffix_of(file), "") for file in files}
    if "" in kinds:
        unknown = next(file.name for file in files if suffix_of(file) not in READABLE)
        hint = "; save it as .xlsx" if unknown.lower().endswith((".xls", ".xlsb", ".ods")) else ""
        raise UnreadableSource(Problem(f"{unknown} cannot be read; what can: {_readable()}{hint}"))
    if len(kinds) > 1:
        raise UnreadableSource(Problem(f"{label} holds files of several kinds; name one kind, such as *.csv"))
    return kinds.pop()


def suffix_of(file: Path) -> str:
    """The ending of a file's name, small, `.gz` off."""
    name = file.name.lower().removesuffix(".gz")
    return Path(name).suffix


def _is_data(file: Path) -> bool:
    return not file.name.startswith((".", "~$"))


def _readable() -> str:
    return f"{', '.join(READABLE)}, and text files with .gz"


def _nearby(folder: Path, name: str) -> str:
    names = sorted(file.name for file in folder.iterdir() if _is_data(file)) if folder.is_dir() else []
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.5) or names[:10]
    return f"; there are: {', '.join(near)}" if near else ""


def _state(file: Path) -> tuple[int, int]:
    status = file.stat()
    return status.st_size, status.st_mtime_ns


def _stage_parquet(
    staging: Staging, files: list[Path], source: Source, reads: Callable[[str], bool]
) -> RawTable:
    names: dict[str, str] = {}
    start = staging.row_count
    links = []
    headers: dict[str, list[str]] = {}
    for file in files:
        try:
            footer = pq.read_metadata(file)
        except (pa.ArrowException, OSError) as error:
            raise UnreadableSource(Problem(f"{file.name} is no Parquet file that can be read")) from error
        headers[file.name] = footer.schema.to_arrow_schema().names
        for name in filter(reads, headers[file.name]):
            names.setdefault(name, f"c{len(names)}")
        # A link of our own naming, for the engine reads some signs in a file name as a pattern.
        link = staging.folder / f"{staging.new_name('file')}.parquet"
        link.symlink_to(file.resolve())
        links.append(link)
        staging.add_piece(file.name, footer.num_rows, 1)
    offered = tuple(dict.fromkeys(name for header in headers.values() for name in header))
    names = names or dict.fromkeys(offered[:1], "c0")  # to count rows of which nothing is read
    table = staging.new_name("source")
    try:
        rows = staging.tables.read_parquet(links, union_by_name=True)
        chosen = rows.select(**{physical: rows[name] for name, physical in names.items()})
        staging.keep_raw(table, chosen)
    except duckdb.Error as error:
        raise UnreadableSource(Problem(f"{source.label} cannot be read: {_first_line(error)}")) from error
    count = staging.row_count - start
    return RawTable(table, names, count, start, source.label, lacking=lacking(headers), offered=offered)


def _stage_documents(staging: Staging, files: list[Path], source: Source) -> RawTable:
    texts: list[str] = []
    for file in files:
        try:
            texts.append(file.read_text(encoding=source.encoding))
        except UnicodeError as error:
            raise UnreadableSource(Problem(f"{file.name} is not written in {source.encoding}")) from error
    start = staging.row_count
    for file in files:
        staging.add_piece(file.name, 1, None)
    table = staging.new_name("source")
    staging.add_arrow(table, pa.table({"c0": [file.name for file in files], "c1": texts}))
    return RawTable(table, {"file_name": "c0", "text": "c1"}, len(files), start, source.label)


def _refuse_huge_cells(staging: Staging, table: RawTable) -> None:
    rows = staging.raw(table)
    texts = {name: column for name, column in table.columns.items() if rows[column].type().is_string()}
    if not texts or not table.rows:
        return
    sizes = ", ".join(f"max(strlen({column}))" for column in texts.values())
    longest = staging.engine.execute(f"SELECT {sizes} FROM raw.main.{table.name}").fetchone() or ()
    problems = []
    for (name, column), size in zip(texts.items(), longest, strict=True):
        if (size or 0) <= LONGEST_CELL:
            continue
        huge = rows.filter(rows[column].length() > LONGEST_CELL)
        first = huge.order_by("_row").limit(EXAMPLES_SHOWN)
        found = first.select("_row", size=first[column].length()).to_pyarrow().to_pylist()
        if found:  # strlen counts bytes, the limit is in characters
            examples = tuple(f"{staging.place(row['_row'])}: {row['size']:,} characters" for row in found)
            text = f'column "{name}" holds cells of more than {LONGEST_CELL:,} characters'
            problems.append(Problem(text, huge.count().to_pyarrow().as_py(), examples))
    if problems:
        raise UnreadableSource(*problems)


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0][:300]
