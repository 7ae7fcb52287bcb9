"""From staged source rows to the typed rows of one canonical table, as a block of the mapping says."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce
from typing import TYPE_CHECKING

import ibis

from connectors.loading.column_values import column_value
from connectors.loading.conversion import Conversion, UnusableColumn
from connectors.loading.expression_functions import truth
from connectors.loading.expressions import InvalidExpression, parse
from connectors.loading.faults import EXAMPLES_SHOWN, Fault, UnreadableSource, shown
from connectors.loading.mapping import Block
from connectors.loading.row_rules import ENGINE_TYPES
from connectors.loading.source_rows import SourceRows
from connectors.loading.staging import ROW, Staging
from connectors.tables import CanonicalTable, Column, Kind

if TYPE_CHECKING:
    import ibis.expr.types as ir

_ASIDE = "_aside"
_EMPTY_ROW = "empty rows"


@dataclass
class Projection:
    """What one block of the mapping gives.

    Attributes:
        table: Canonical table.
        rows: Typed rows with their numbers, or None where faults stood in the way.
        rows_read: Rows of the source, after turning columns into rows.
        set_aside: How many rows are left out, and why.
        faults: Values that do not convert, columns that are not there.
        is_distinct: Whether rows that are alike were made one.
    """

    table: str
    rows: ir.Table | None = None
    rows_read: int = 0
    set_aside: list[tuple[int, str]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    is_distinct: bool = False


def project(staging: Staging, table: CanonicalTable, block: Block, source: SourceRows) -> Projection:
    """The typed rows of one block, one row per source row that is not set aside."""
    done = Projection(table.name, rows_read=source.count, set_aside=list(source.set_aside))
    values, checks = _values(table, block, source, done)
    aside = _aside(block, source, done)
    if done.faults:
        return done
    checks += [(None, conversion) for conversion in aside.conversions]
    # Two passes over the rows, so that line numbers (a sort of the whole table) are worked out in one only.
    tally(source.rows, aside.reason, aside.names, checks, done, staging)
    wide = source.rows.select(source.rows[ROW], **values, **{_ASIDE: aside.reason})
    done.rows = wide.filter(wide[_ASIDE] == 0).select(*values, ROW)
    if block.distinct:
        grouped = done.rows.group_by(list(values)).aggregate(**{ROW: done.rows[ROW].min()})
        done.rows, done.is_distinct = grouped.order_by(ROW), True
    return done


@dataclass
class _Aside:
    reason: ir.IntegerValue
    names: list[str]
    conversions: list[Conversion]


Checks = list[tuple[str | None, Conversion]]


def _values(
    table: CanonicalTable, block: Block, source: SourceRows, done: Projection
) -> tuple[dict[str, ir.Value], Checks]:
    values: dict[str, ir.Value] = {}
    checks: Checks = []
    order = [column.name for column in table.columns if column.name in block.columns]
    for name in [*order, *(name for name in block.columns if table.column(name) is None)]:
        column = table.column(name) or Column(name, Kind.TEXT, name)
        try:
            value, conversions = column_value(column, block.columns[name], source)
        except UnreadableSource as error:
            done.faults += [Fault(table.name, name, p.problem, p.count, p.examples) for p in error.problems]
        except (InvalidExpression, UnusableColumn) as error:
            done.faults.append(Fault(table.name, name, error.message, 1))
        else:
            values[name] = value.cast(ENGINE_TYPES[column.kind])
            checks += [(name, conversion) for conversion in conversions]
    return values, checks


def _aside(block: Block, source: SourceRows, done: Projection) -> _Aside:
    """For each row the number of the reason to leave it out, 0 for none."""
    cases: list[tuple[ir.BooleanValue, int]] = []
    names: list[str] = []
    conversions: list[Conversion] = []
    used = [source.rows[source.names[name]] for name in source.used if source.is_own(name)]
    if used:
        names.append(_EMPTY_ROW)
        cases.append((reduce(lambda a, b: a & b, [column.isnull() for column in used]), len(names)))
    for rule in block.set_aside:
        try:
            condition, found = truth(parse(rule.when), source.value, source.writing)
        except UnreadableSource as error:
            done.faults += [Fault(done.table, None, p.problem, p.count, p.examples) for p in error.problems]
        except (InvalidExpression, UnusableColumn) as error:
            done.faults.append(Fault(done.table, None, error.message, 1))
        else:
            names.append(rule.why)
            cases.append((condition, len(names)))
            conversions += found
    reason = ibis.cases(*cases, else_=0) if cases else ibis.literal(0)
    return _Aside(reason, names, conversions)


def tally(
    rows: ir.Table,
    reason: ir.IntegerValue,
    names: list[str],
    checks: Checks,
    done: Projection,
    staging: Staging,
) -> None:
    """Counts, in one pass over the rows, what is set aside and which conversions failed.

    Args:
        rows: Rows with their number.
        reason: Number of the reason to leave a row out, 0 for none.
        names: The reasons by their number, the first being 1.
        checks: The column and the conversion of each check.
        done: Gets the counts and the faults.
        staging: Knows where rows came from.
    """
    failed = {f"failed_{n}": conversion.failed for n, (_, conversion) in enumerate(checks)}
    marked = rows.select(reason=reason, **failed)
    kept = marked["reason"] == 0
    sums = {f"aside_{n}": (marked["reason"] == n).sum() for n in range(1, len(names) + 1)}
    sums |= {name: (marked[name] & kept).sum() for name in failed}
    if not sums:
        return
    counts = marked.aggregate(**sums).to_pyarrow().to_pylist()[0]
    aside = [(counts[f"aside_{n}"], name) for n, name in enumerate(names, start=1)]
    done.set_aside += [(count, name) for count, name in aside if count]
    for n, (name, conversion) in enumerate(checks):
        if counts[f"failed_{n}"]:
            examples = _examples(rows, reason, conversion, staging)
            fault = Fault(done.table, name, conversion.problem, int(counts[f"failed_{n}"]), examples)
            if fault not in done.faults:  # one column used twice in one expression
                done.faults.append(fault)


def _examples(
    rows: ir.Table, reason: ir.IntegerValue, conversion: Conversion, staging: Staging
) -> tuple[str, ...]:
    marked = rows.select(
        rows[ROW], given=conversion.given.cast("string"), wrong=conversion.failed, reason=reason
    )
    wrong = marked.filter(marked.wrong & (marked.reason == 0)).order_by(ROW).limit(EXAMPLES_SHOWN)
    found = wrong.select(ROW, "given").to_pyarrow().to_pylist()
    return tuple(f"{staging.place(row[ROW])}: {shown(row['given'])}" for row in found)
