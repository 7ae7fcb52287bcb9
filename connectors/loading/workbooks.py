"""Reads Excel workbooks into the staging area, every cell as text.

A number stands as Excel holds it, with the decimal sign of the mapping; a number shown with leading zeros
keeps them; a day stands in ISO form. A formula gives the value that Excel last saved for it.
"""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl  # type: ignore[import-untyped]
import pyarrow as pa
from openpyxl.utils.exceptions import InvalidFileException  # type: ignore[import-untyped]

from connectors.loading.faults import EXAMPLES_SHOWN, Problem, UnreadableSource
from connectors.loading.mapping import Source
from connectors.loading.mapping_rules import nearest
from connectors.loading.staging import RawTable, Staging, lacking
from connectors.loading.text_files import named

if TYPE_CHECKING:
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet  # type: ignore[import-untyped]

_BATCH = 20_000
_LARGEST_UNPACKED = 4_000_000_000
_ONLY_ZEROS = re.compile(r"^0+$")


def stage_workbooks(staging: Staging, files: list[Path], source: Source) -> RawTable:
    """Stages one sheet of every workbook; columns are matched by name.

    Raises:
        UnreadableSource: A file is no workbook, lacks the sheet or the header, or holds formulas without
            values.
    """
    table, start = staging.new_name("source"), staging.row_count
    headers = [_header(file, source) for file in files]
    names: dict[str, str] = {}
    for header in headers:
        for name in header:
            names.setdefault(name, f"c{len(names)}")
    schema = pa.schema([(physical, pa.string()) for physical in names.values()])
    staging.add_arrow(table, schema.empty_table())
    for file, header in zip(files, headers, strict=True):
        _refuse_unsaved_formulas(file, source)
        positions = {names[name]: position for position, name in enumerate(header)}
        rows = 0
        for batch in _batches(file, source):
            cells = {
                physical: [_cell(row, positions.get(physical)) for row in batch] for physical in schema.names
            }
            rows += staging.add_arrow(table, pa.table(cells, schema=schema))
        staging.add_piece(file.name, rows, source.header_row + 1)
    count = staging.row_count - start
    found = lacking({file.name: header for file, header in zip(files, headers, strict=True)})
    return RawTable(table, names, count, start, source.label, typed_days=True, lacking=found)


def sheet_names(file: Path) -> list[str]:
    """The sheets of a workbook, in order.

    Raises:
        UnreadableSource: It is no workbook that can be read.
    """
    workbook = _open(file, values=True)
    try:
        return list(workbook.sheetnames)
    finally:
        workbook.close()


def first_rows(file: Path, sheet: str, count: int) -> list[list[str]]:
    """The first rows of a sheet as texts, empty cells as "", decimals with a point."""
    workbook = _open(file, values=True)
    try:
        rows = _sheet(workbook, file, Source(file=file.name, sheet=sheet)).iter_rows(max_row=count)
        return [[_as_text(cell, ".") or "" for cell in row] for row in rows]
    finally:
        workbook.close()


def _open(file: Path, *, values: bool) -> openpyxl.Workbook:
    problem = Problem(
        f"{file.name} is no Excel workbook that can be read; it may be damaged, protected by a password, or "
        "an old .xls file under a new name. Save it as .xlsx without a password"
    )
    try:
        with zipfile.ZipFile(file) as parts:
            if sum(part.file_size for part in parts.infolist()) > _LARGEST_UNPACKED:
                raise UnreadableSource(Problem(f"{file.name} unpacks to more than 4 GB"))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on looks and checks of cells, which do not matter here
            return openpyxl.load_workbook(file, read_only=True, data_only=values)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError, SyntaxError) as error:
        raise UnreadableSource(problem) from error


def _sheet(workbook: openpyxl.Workbook, file: Path, source: Source) -> ReadOnlyWorksheet:
    sheets = workbook.sheetnames
    if source.sheet is None and len(sheets) > 1:
        raise UnreadableSource(Problem(f"{file.name} has several sheets, set `sheet`: {', '.join(sheets)}"))
    name = source.sheet or sheets[0]
    if name not in sheets:
        raise UnreadableSource(Problem(f'{file.name} has no sheet "{name}"{nearest(name, sheets)}'))
    sheet: Any = workbook[name]
    if not hasattr(sheet, "reset_dimensions"):
        raise UnreadableSource(Problem(f'the sheet "{name}" of {file.name} holds a chart, not cells'))
    sheet.reset_dimensions()  # some programs write a wrong size into the file
    return sheet


def _header(file: Path, source: Source) -> list[str]:
    workbook = _open(file, values=True)
    try:
        sheet = _sheet(workbook, file, source)
        first = next(sheet.iter_rows(min_row=source.header_row, max_row=source.header_row), ())
        texts = [_as_text(cell, ".") or "" for cell in first]
        while texts and not texts[-1]:
            texts.pop()
        if not texts:
            raise UnreadableSource(Problem(f"{file.name} has no header in row {source.header_row}"))
        return named(texts, file.name)
    finally:
        workbook.close()


def _batches(file: Path, source: Source) -> Iterator[list[list[str | None]]]:
    workbook = _open(file, values=True)
    try:
        batch: list[list[str | None]] = []
        for row in _sheet(workbook, file, source).iter_rows(min_row=source.header_row + 1):
            batch.append([_as_text(cell, source.decimal) for cell in row])
            if len(batch) == _BATCH:
                yield batch
                batch = []
        yield batch
    finally:
        workbook.close()


def _cell(row: list[str | None], position: int | None) -> str | None:
    return row[position] if position is not None and position < len(row) else None


def _as_text(cell: Any, decimal: str) -> str | None:  # noqa: ANN401 - openpyxl's read-only and empty cells
    value = cell.value
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float) and not value.is_integer():
        return repr(value).replace(".", decimal)
    if isinstance(value, int | float):
        digits = str(int(value))
        zeros = cell.number_format or ""
        return digits.zfill(len(zeros)) if _ONLY_ZEROS.match(zeros) else digits
    return str(value)


def _refuse_unsaved_formulas(file: Path, source: Source) -> None:
    """A formula that no program has worked out yet would be read as unknown, without a word."""
    if not _has_formulas(file):
        return
    formulas, values = _open(file, values=False), _open(file, values=True)
    try:
        found = []
        sheets = (_sheet(formulas, file, source).iter_rows(), _sheet(values, file, source).iter_rows())
        for left, right in zip(*sheets, strict=False):
            found += [
                f"{file.name} cell {cell.coordinate}"
                for cell, value in zip(left, right, strict=False)
                if cell.data_type == "f" and value.value is None
            ]
        if found:
            problem = "formulas without a saved value; open the workbook in Excel and save it"
            raise UnreadableSource(Problem(problem, len(found), tuple(found[:EXAMPLES_SHOWN])))
    finally:
        formulas.close()
        values.close()


def _has_formulas(file: Path) -> bool:
    with zipfile.ZipFile(file) as parts:
        sheets = [part for part in parts.namelist() if part.startswith("xl/worksheets/")]
        return any(_holds(parts, sheet) for sheet in sheets)


def _holds(parts: zipfile.ZipFile, sheet: str) -> bool:
    tail = b""
    with parts.open(sheet) as content:
        while chunk := content.read(1 << 20):
            if b"<f>" in tail + chunk or b"<f " in tail + chunk:
                return True
            tail = chunk[-3:]
    return False
