"""Frames that a program hands over (the demo company, tests), as typed rows of canonical tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import ibis
import pandas as pd
import pyarrow as pa

from connectors.loading.column_values import converted
from connectors.loading.conversion import Conversion, UnusableColumn, Writing, given_value
from connectors.loading.faults import Fault
from connectors.loading.mapping_rules import own_column_problem
from connectors.loading.projection import Projection, tally
from connectors.loading.row_rules import ENGINE_TYPES
from connectors.loading.staging import ROW, RawTable, Staging
from connectors.tables import CanonicalTable, Column, Kind

if TYPE_CHECKING:
    import ibis.expr.types as ir

Frame: TypeAlias = pd.DataFrame | pa.Table | Path


def typed_frame(staging: Staging, table: CanonicalTable, frame: Frame) -> Projection:
    """The typed rows of a frame whose columns bear canonical names.

    Args:
        staging: Where the rows go.
        table: What the frame is to be.
        frame: A pandas frame, an Arrow table, or the path of a Parquet file.
    """
    raw = _staged(staging, table.name, frame)
    rows = staging.raw(raw)
    done = Projection(table.name, rows_read=raw.rows)
    missing = [column.name for column in table.columns if column.required and column.name not in raw.columns]
    done.faults += [Fault(table.name, name, "the column is missing", 1) for name in missing]
    values: dict[str, ir.Value] = {}
    checks: list[tuple[str | None, Conversion]] = []
    for name in [column.name for column in table.columns if column.name in raw.columns] + _own(table, raw):
        column = table.column(name)
        problem = own_column_problem(table, name) if column is None else None
        if problem is not None:
            done.faults.append(Fault(table.name, name, problem, 1))
            continue
        column = column or Column(name, Kind.TEXT, name)
        try:
            value, conversion = converted(column, given_value(rows[raw.columns[name]]), Writing())
        except UnusableColumn as error:
            done.faults.append(Fault(table.name, name, error.message, 1))
            continue
        values[name] = value.cast(ENGINE_TYPES[column.kind])
        checks += [(name, conversion)] if conversion is not None else []
    if done.faults:
        return done
    tally(rows, ibis.literal(0), [], checks, done, staging)
    done.rows = rows.select(*(value.name(name) for name, value in values.items()), rows[ROW])
    return done


def _own(table: CanonicalTable, raw: RawTable) -> list[str]:
    return [name for name in raw.columns if table.column(name) is None]


def _staged(staging: Staging, name: str, frame: Frame) -> RawTable:
    if isinstance(frame, Path):
        return _staged_file(staging, name, frame)
    arrow = frame if isinstance(frame, pa.Table) else _arrow(frame)
    columns = {column: f"c{position}" for position, column in enumerate(arrow.column_names)}
    start, raw = staging.row_count, staging.new_name("frame")
    staging.add_arrow(raw, arrow.rename_columns(list(columns.values())))
    staging.add_piece(name, arrow.num_rows, 1)
    return RawTable(raw, columns, arrow.num_rows, start, name)


def _staged_file(staging: Staging, name: str, file: Path) -> RawTable:
    start, raw = staging.row_count, staging.new_name("frame")
    link = staging.folder / f"{staging.new_name('file')}.parquet"
    link.symlink_to(file.resolve())
    rows = staging.tables.read_parquet(link)
    columns = {column: f"c{position}" for position, column in enumerate(rows.columns)}
    count = staging.keep_raw(raw, rows.select(**{new: rows[old] for old, new in columns.items()}))
    staging.add_piece(name, count, 1)
    return RawTable(raw, columns, count, start, name)


def _arrow(frame: pd.DataFrame) -> pa.Table:
    return pa.table({str(name): _array(frame[name]) for name in frame.columns})


def _array(column: pd.Series) -> pa.Array:
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype if not column.hasnans else object)
    try:
        return pa.array(column, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        # Values of several types in one column: each as text, so that the wrong ones are told one by one.
        return pa.array([None if pd.isna(value) else str(value) for value in column], type=pa.string())
