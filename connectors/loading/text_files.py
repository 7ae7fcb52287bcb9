"""Reads delimited text files (CSV and its kin) into the staging area, every cell as text."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import duckdb

from connectors.loading.faults import EXAMPLES_SHOWN, Problem, UnreadableSource, shown
from connectors.loading.mapping import Source
from connectors.loading.staging import RawTable, Staging, lacking

_CHUNK = 1 << 20
_LONGEST_LINE = 16_000_000
_DELIMITERS = (",", ";", "\t", "|")
_REJECTED = {
    "MISSING COLUMNS": "rows with fewer values than the header has names",
    "TOO MANY COLUMNS": "rows with more values than the header has names",
    "UNQUOTED VALUE": 'rows with a quote (") that is not closed, or is followed by more text',
    "LINE SIZE OVER MAXIMUM": f"rows larger than {_LONGEST_LINE // 1_000_000} MB",
}


@dataclass(frozen=True)
class _Look:
    """What one pass over the bytes of a file tells."""

    is_empty: bool
    mixed_newlines: bool


def stage_text_files(staging: Staging, files: list[Path], source: Source) -> RawTable:
    """Stages the files of one source; columns are matched by name.

    Raises:
        UnreadableSource: A file is empty, is not in the stated encoding, or has rows that do not fit its
            header; all such rows of all files are told.
    """
    prepared = [(file, _prepare(staging, file, source)) for file in files]
    headers = [read_header(path, source, file.name) for file, path in prepared]
    names: dict[str, str] = {}
    for header, _ in headers:
        for name in header:
            names.setdefault(name, f"c{len(names)}")
    table, start = staging.new_name("source"), staging.row_count
    columns = ", ".join(f"{physical} VARCHAR" for physical in names.values())
    staging.engine.execute(f"CREATE TABLE raw.main.{table} ({columns})")
    problems: list[Problem] = []
    for (file, path), (header, delimiter) in zip(prepared, headers, strict=True):
        targets = [names[name] for name in header]
        problems += _insert(staging, table, path, file.name, targets, delimiter, source.header_row)
    if problems:
        raise UnreadableSource(*problems)
    found = {file.name: header for (file, _), (header, _) in zip(prepared, headers, strict=True)}
    return RawTable(table, names, staging.row_count - start, start, source.label, lacking=lacking(found))


def read_header(path: Path, source: Source, label: str) -> tuple[list[str], str]:
    """Column names of a UTF-8 text file and its delimiter.

    Raises:
        UnreadableSource: There is no such row, or a name stands twice.
    """
    with path.open(encoding="utf-8-sig", newline="") as text:
        try:
            for _ in range(source.header_row - 1):
                next(text)
            lines = text.read(_CHUNK)
            delimiter = source.delimiter or delimiter_of(lines.split("\n", 1)[0])
            header = next(csv.reader(lines.splitlines(keepends=True), delimiter=delimiter, strict=True))
        except (StopIteration, csv.Error) as error:
            problem = Problem(f"{label} has no header in row {source.header_row} that can be read")
            raise UnreadableSource(problem) from error
    return named(header, label), delimiter


def named(header: list[str], label: str) -> list[str]:
    """Header cells as column names: outer blanks off, empty ones called by their position.

    Raises:
        UnreadableSource: A name stands twice.
    """
    names = [name.strip() or f"column {position}" for position, name in enumerate(header, start=1)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        told = ", ".join(shown(name) for name in twice)
        raise UnreadableSource(Problem(f"{label} has two columns of one name: {told}", len(twice)))
    return names


def delimiter_of(line: str) -> str:
    """The sign that splits a line most often, quoted parts left out."""
    outside = "".join(part for position, part in enumerate(line.split('"')) if position % 2 == 0)
    return max(_DELIMITERS, key=lambda sign: (outside.count(sign), -_DELIMITERS.index(sign)))


def _prepare(staging: Staging, file: Path, source: Source) -> Path:
    """A path to the file as UTF-8 with one kind of line end: a link to it, or a rewritten copy."""
    path = staging.folder / f"{staging.new_name('file')}.csv"
    zipped = file.name.lower().endswith(".gz")
    if codecs.lookup(source.encoding).name == "utf-8" and not zipped:
        look = _look_at(file)
        if look.is_empty:
            raise UnreadableSource(Problem(f"{file.name} is empty, it has not even a header"))
        if not look.mixed_newlines:
            path.symlink_to(file.resolve())
            return path
    try:
        _rewrite(file, path, source.encoding, zipped)
    except UnicodeError as error:
        raise UnreadableSource(_wrong_encoding(file.name, source.encoding, None)) from error
    except (gzip.BadGzipFile, EOFError) as error:
        raise UnreadableSource(Problem(f"{file.name} is no gzip file that can be read")) from error
    if path.stat().st_size == 0:
        raise UnreadableSource(Problem(f"{file.name} is empty, it has not even a header"))
    return path


def _look_at(file: Path) -> _Look:
    """Checks that a file is UTF-8, and sees how its lines end."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines = returns = pairs = size = 0
    last = b""
    with file.open("rb") as content:
        for chunk in _chunks(content):
            try:
                decoder.decode(chunk, final=len(chunk) < _CHUNK)
            except UnicodeDecodeError as error:
                row = lines + chunk[: error.start].count(b"\n") + 1
                first = chunk[:2] if size == 0 else b""
                raise UnreadableSource(_wrong_encoding(file.name, "utf-8", row, first)) from error
            lines += chunk.count(b"\n")
            returns += chunk.count(b"\r")
            pairs += chunk.count(b"\r\n") + (last == b"\r" and chunk[:1] == b"\n")
            size, last = size + len(chunk), chunk[-1:]
    mixed = returns > 0 and not (lines == 0 or lines == returns == pairs)
    return _Look(size == 0, mixed)


def _wrong_encoding(name: str, encoding: str, row: int | None, first: bytes = b"") -> Problem:
    place = f" (first in row {row:,})" if row is not None else ""
    guess = "utf-16" if first in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "cp1252 or utf-16"
    return Problem(f"{name} is not written in {encoding}{place}; set `encoding`, such as {guess}")


def _rewrite(file: Path, target: Path, encoding: str, zipped: bool) -> None:
    decoder = codecs.getincrementaldecoder("utf-8-sig" if encoding == "utf-8" else encoding)()
    newlines = io.IncrementalNewlineDecoder(decoder, translate=True)
    opened: AbstractContextManager[IO[bytes]] = gzip.open(file) if zipped else file.open("rb")  # type: ignore[assignment]  # noqa: SIM115
    with opened as content, target.open("w", encoding="utf-8", newline="") as text:
        for chunk in _chunks(content):
            text.write(newlines.decode(chunk))
        text.write(newlines.decode(b"", final=True))


def _chunks(content: IO[bytes]) -> Iterator[bytes]:
    """The bytes in pieces of one size; only the last may be smaller."""
    while chunk := content.read(_CHUNK):
        yield chunk


def _insert(
    staging: Staging, table: str, path: Path, label: str, targets: list[str], delimiter: str, header_row: int
) -> list[Problem]:
    rejects = staging.new_name("rejects")
    columns = "{" + ", ".join(f"'{target}': 'VARCHAR'" for target in targets) + "}"
    query = f"""
        INSERT INTO raw.main.{table} ({", ".join(targets)})
        SELECT * FROM read_csv(
            $path, delim = $delimiter, skip = $skip, columns = {columns},
            auto_detect = false, header = true, quote = '"', escape = '"', strict_mode = true,
            max_line_size = {_LONGEST_LINE}, buffer_size = {2 * _LONGEST_LINE}, compression = 'none',
            store_rejects = true, rejects_limit = 0,
            rejects_table = '{rejects}', rejects_scan = '{rejects}_scan'
        )"""
    given = {"path": str(path), "delimiter": delimiter, "skip": header_row - 1}
    try:
        counted = staging.engine.execute(query, given).fetchone()
    except duckdb.Error as error:
        reason = str(error).splitlines()[0][:200]
        raise UnreadableSource(Problem(f"{label} cannot be read as delimited text: {reason}")) from error
    staging.add_piece(label, int(counted[0]) if counted else 0, header_row + 1)
    return _rejected(staging, rejects, label)


def _rejected(staging: Staging, rejects: str, label: str) -> list[Problem]:
    kinds = staging.engine.execute(
        f"SELECT error_type::VARCHAR, count(DISTINCT line) FROM {rejects} GROUP BY 1 ORDER BY 1"
    ).fetchall()
    problems = []
    for kind, count in kinds:
        rows = staging.engine.execute(
            f"SELECT DISTINCT line, left(csv_line, 200) FROM {rejects} "
            "WHERE error_type::VARCHAR = ? ORDER BY line LIMIT ?",
            [kind, EXAMPLES_SHOWN],
        ).fetchall()
        examples = tuple(f"{label} line {line:,}: {shown(text.strip())}" for line, text in rows)
        problems.append(
            Problem(_REJECTED.get(kind, f"rows that cannot be read ({kind.lower()})"), count, examples)
        )
    return problems
