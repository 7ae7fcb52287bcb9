"""A look at the files of a folder: their columns, how values are written, and the first rows."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.errors import SourceUnavailable
from connectors.loading.faults import UnreadableSource
from connectors.loading.files import READABLE, suffix_of
from connectors.loading.mapping import Source
from connectors.loading.text_files import delimiter_of
from connectors.loading.workbooks import first_rows, sheet_names

_ROWS = 20_000
_BYTES = 16_000_000
_TITLE_ROWS = 20
_TRIED_VALUES = 300
_WRITINGS = ((".", ""), (",", ""), (".", ","), (",", "."), (",", " "))
_FORMATS = (
    "%Y-%m-%d",
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%Y/%m/%d",
    "%d-%m-%Y",
    "%Y%m%d",
    "%d-%b-%Y",
    "%d %b %Y",
    "%d.%m.%y",
    "%d/%m/%y",
    "%m/%d/%y",
    "%Y-%m",
    "%b-%y",
    "%b %Y",
    "%m/%Y",
    "%Y%m",
)
_ISO_TIME = re.compile(r"^(\d{4}-\d{2}-\d{2})[ T]\d{2}:\d{2}.*$")


@dataclass(frozen=True)
class ColumnSample:
    """The first values of one column.

    Attributes:
        name: As the source calls it.
        values: As text, blanks trimmed, empty ones left out.
        rows: How many rows were looked at.
        writing: Decimal sign and thousands separator of the source.
    """

    name: str
    values: tuple[str, ...]
    rows: int
    writing: tuple[str, str]

    @cached_property
    def distinct(self) -> frozenset[str]:
        """The different values."""
        return frozenset(self.values)

    @property
    def is_unique(self) -> bool:
        """Whether every row has a value of its own."""
        return self.rows > 0 and len(self.distinct) == self.rows

    @cached_property
    def is_number(self) -> bool:
        """Whether every value is a number."""
        pattern = number_pattern(*self.writing)
        return bool(self.values) and all(pattern.match(value) for value in self._tried)

    @cached_property
    def is_flag(self) -> bool:
        """Whether it holds nothing but 0 and 1."""
        return bool(self.values) and self.distinct <= {
            "0",
            "1",
            "0.0",
            "1.0",
            "TRUE",
            "FALSE",
            "true",
            "false",
        }

    @cached_property
    def day_formats(self) -> tuple[str, ...]:
        """The forms by which every value is a day, the likeliest first; empty where there is none."""
        if not self.values:
            return ()
        tried = [_ISO_TIME.sub(r"\1", value) for value in self._tried]
        return tuple(form for form in _FORMATS if all(is_day(value, form) for value in tried))

    @cached_property
    def _tried(self) -> list[str]:
        return sorted(self.distinct)[:: max(1, len(self.distinct) // _TRIED_VALUES)]


@dataclass(frozen=True)
class Sample:
    """One source as a mapping would name it, and what its first rows tell.

    Attributes:
        source: File, sheet, encoding, delimiter, header row, decimal sign.
        columns: Its columns in order.
    """

    source: Source
    columns: tuple[ColumnSample, ...]

    @property
    def label(self) -> str:
        """File, and sheet where there are several."""
        sheet = f" [{self.source.sheet}]" if self.source.sheet else ""
        return f"{self.source.file}{sheet}"

    def column(self, name: str) -> ColumnSample:
        """The column of that name."""
        return next(column for column in self.columns if column.name == name)


def look_at(folder: Path) -> tuple[list[Sample], list[tuple[str, str]]]:
    """Samples of all files of a folder, and the files that could not be looked at, with the reason.

    Raises:
        SourceUnavailable: There is no such folder, or nothing in it that could be a table.
    """
    if not folder.is_dir():
        raise SourceUnavailable(f"There is no folder {folder}. Name the folder that holds your files.")
    files = sorted(
        file for file in folder.iterdir() if file.is_file() and not file.name.startswith((".", "~$"))
    )
    samples: list[Sample] = []
    passed: list[tuple[str, str]] = []
    for file in files:
        kind = READABLE.get(suffix_of(file))
        if kind in (None, "document"):
            passed.append((file.name, "no table that can be read"))
            continue
        try:
            samples += _samples_of(file, kind)
        except UnreadableSource as error:
            passed.append((file.name, error.message))
    if not samples:
        raise SourceUnavailable(f"{folder} holds no table that can be read; what can: {', '.join(READABLE)}.")
    return samples, passed


def _samples_of(file: Path, kind: str) -> list[Sample]:
    if kind == "workbook":
        names = sheet_names(file)
        found = [(name, first_rows(file, name, _ROWS)) for name in names]
        sheets = [(name if len(names) > 1 else None, rows) for name, rows in found if rows]
        return [_sample(rows, {"file": file.name, "sheet": sheet}) for sheet, rows in sheets]
    if kind == "parquet":
        return [_parquet(file)]
    encoding, text = _text_of(file)
    if not text.strip():
        raise UnreadableSource.of(f"{file.name} is empty")
    delimiter = max(text.splitlines()[:_TITLE_ROWS], key=lambda line: line.count(delimiter_of(line)))
    sign = delimiter_of(delimiter)
    rows = list(_first(csv.reader(io.StringIO(text, newline=""), delimiter=sign), _ROWS))
    about = {"file": file.name, "encoding": encoding, "delimiter": sign if sign != "," else None}
    return [_sample(rows, about)]


def _first(rows: Iterable[list[str]], count: int) -> Iterator[list[str]]:
    try:
        for _, row in zip(range(count), rows, strict=False):
            yield row
    except csv.Error:
        return  # what was read so far is sample enough


def _text_of(file: Path) -> tuple[str, str]:
    with file.open("rb") as content:
        start = content.read(_BYTES)
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16", start[: len(start) // 2 * 2].decode("utf-16", errors="replace")
    cut = start.rsplit(b"\n", 1)[0] if len(start) == _BYTES else start
    try:
        return "utf-8", cut.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "cp1252", cut.decode("cp1252", errors="replace")


def _sample(rows: list[list[str]], about: dict[str, str | None]) -> Sample:
    header_row = _header_row(rows)
    header = [name.strip() or f"column {n}" for n, name in enumerate(rows[header_row - 1], start=1)]
    body = [row for row in rows[header_row:] if any(cell.strip() for cell in row)]
    columns = {name: [row[n].strip() for row in body if n < len(row)] for n, name in enumerate(header)}
    writing = _writing(columns)
    given = {key: value for key, value in about.items() if value is not None}
    source = Source(**given, header_row=header_row, decimal=writing[0], thousands=writing[1] or None)
    return Sample(source, _columns(columns, len(body), writing))


def _columns(columns: dict[str, list[str]], rows: int, writing: tuple[str, str]) -> tuple[ColumnSample, ...]:
    return tuple(
        ColumnSample(name, tuple(value for value in values if value), rows, writing)
        for name, values in columns.items()
    )


def _header_row(rows: list[list[str]]) -> int:
    """The first row that is as wide as most: titles above a table fill a cell or two."""
    filled = [sum(1 for cell in row if cell.strip()) for row in rows[: _TITLE_ROWS * 2]]
    width = max(filled, default=0)
    return next((n for n, count in enumerate(filled[:_TITLE_ROWS], start=1) if count >= 0.8 * width), 1)


def _parquet(file: Path) -> Sample:
    try:
        parts = pq.ParquetFile(file)
        batch = next(parts.iter_batches(batch_size=_ROWS), None)
    except (pa.ArrowException, OSError) as error:
        raise UnreadableSource.of(f"{file.name} is no Parquet file that can be read") from error
    names = parts.schema_arrow.names
    rows = batch.num_rows if batch is not None else 0
    values = {
        name: [] if batch is None else [_plain(value) for value in batch.column(n).to_pylist()]
        for n, name in enumerate(names)
    }
    return Sample(Source(file=file.name), _columns(values, rows, (".", "")))


def _plain(value: object) -> str:
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return ""
    return f"{value:%Y-%m-%d}" if isinstance(value, datetime) else str(value)


def number_pattern(decimal: str, thousands: str) -> re.Pattern[str]:
    """What a number looks like in a way of writing."""
    fraction = rf"({re.escape(decimal)}\d+)?"
    if not thousands:
        return re.compile(rf"^[+-]?\d+{fraction}$")
    return re.compile(rf"^[+-]?\d{{1,3}}(({re.escape(thousands)}\d{{3}})+|\d*){fraction}$")


def _writing(columns: dict[str, list[str]]) -> tuple[str, str]:
    """The way of writing by which most columns are numbers; the first of equals."""

    def numbers(writing: tuple[str, str]) -> int:
        pattern = number_pattern(*writing)
        heads = ([value for value in values[:_TRIED_VALUES] if value] for values in columns.values())
        return sum(1 for head in heads if head and all(pattern.match(value) for value in head))

    return max(_WRITINGS, key=lambda writing: (numbers(writing), -_WRITINGS.index(writing)))


def is_day(value: str, form: str) -> bool:
    """Whether a text is a day between 1950 and 2100 in a form."""
    try:
        year = datetime.strptime(value, form).year  # noqa: DTZ007 - a day without a time
    except ValueError:
        return False
    return 1950 <= year <= 2100
