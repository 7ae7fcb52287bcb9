"""From staged source rows to the typed rows of one canonical table, as a block of the mapping says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import reduce
from typing import TYPE_CHECKING

import ibis

from connectors.column_values import column_value
from connectors.conversion import Conversion, UnusableColumn
from connectors.expression_functions import truth
from connectors.expressions import InvalidExpression, parse
from connectors.faults import EXAMPLES_SHOWN, Fault, UnreadableSource, shown
from connectors.mapping import Block
from connectors.row_rules import ENGINE_TYPES
from connectors.source_rows import SourceRows
from connectors.staging import ROW, Staging
from connectors.tables import CanonicalTable, Column, Kind

if TYPE_CHECKING:
    import ibis.expr.types as ir

_ASIDE = "_aside"
_EMPTY_ROW = "empty rows"


@dataclass
class Projection:
    """What one block of the mapping gives.

    Attributes:
        rows: Typed rows with their numbers, or None where faults stood in the way.
        rows_read: Rows of the source, after turning columns into rows.
        set_aside: How many rows are left out, and why.
        faults: Values that do not convert, columns that are not there.
    """

    rows: ir.Table | None = None
    rows_read: int = 0
    set_aside: list[tuple[int, str]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def project(staging: Staging, table: CanonicalTable, block: Block, source: SourceRows) -> Projection:
    """The typed rows of one block, one row per source row that is not set aside."""
    done = Projection(rows_read=source.count, set_aside=list(source.set_aside))
    values, checks = _values(table, block, source, done)
    aside = _aside(table, block, source, done)
    if done.faults:
        return done
    checks += [(None, conversion) for conversion in aside.conversions]
    marks = {f"_failed_{n}": conversion.failed for n, (_, conversion) in enumerate(checks)}
    given = {f"_given_{n}": conversion.given for n, (_, conversion) in enumerate(checks)}
    reason = {_ASIDE: aside.reason}
    # Two passes over the rows, so that line numbers (a sort of the whole table) are worked out in one only.
    marked = source.rows.select(source.rows[ROW], **marks, **given, **reason)
    _count_set_aside(marked, aside, done)
    done.faults += failed_conversions(staging, table, marked.filter(marked[_ASIDE] == 0), checks)
    wide = source.rows.select(source.rows[ROW], **values, **reason)
    done.rows = wide.filter(wide[_ASIDE] == 0).select(*values, ROW)
    if block.distinct:
        done.rows = _distinct(done, list(values))
    return done


@dataclass
class _Aside:
    reason: ir.IntegerValue
    names: list[str]
    conversions: list[Conversion]


_Checks = list[tuple[str | None, Conversion]]


def _values(
    table: CanonicalTable, block: Block, source: SourceRows, done: Projection
) -> tuple[dict[str, ir.Value], _Checks]:
    values: dict[str, ir.Value] = {}
    checks: _Checks = []
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


def _aside(table: CanonicalTable, block: Block, source: SourceRows, done: Projection) -> _Aside:
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
            done.faults += [Fault(table.name, None, p.problem, p.count, p.examples) for p in error.problems]
        except (InvalidExpression, UnusableColumn) as error:
            done.faults.append(Fault(table.name, None, error.message, 1))
        else:
            names.append(rule.why)
            cases.append((condition, len(names)))
            conversions += found
    reason = ibis.cases(*cases, else_=0) if cases else ibis.literal(0)
    return _Aside(reason, names, conversions)


def _count_set_aside(wide: ir.Table, aside: _Aside, done: Projection) -> None:
    counted = wide.group_by(_ASIDE).aggregate(rows=wide.count()).filter(lambda t: t[_ASIDE] > 0)
    for row in counted.order_by(_ASIDE).to_pyarrow().to_pylist():
        done.set_aside.append((row["rows"], aside.names[row[_ASIDE] - 1]))


def failed_conversions(
    staging: Staging, table: CanonicalTable, kept: ir.Table, checks: _Checks
) -> Iterator[Fault]:
    """One fault per conversion that failed somewhere, from the marks that each row carries."""
    if not checks:
        return
    sums = {f"n_{n}": kept[f"_failed_{n}"].sum() for n in range(len(checks))}
    counts = kept.aggregate(**sums).to_pyarrow().to_pylist()[0]
    told: set[tuple[str | None, str, tuple[str, ...]]] = set()
    for n, (name, conversion) in enumerate(checks):
        count = counts[f"n_{n}"]
        if not count:
            continue
        first = kept.filter(kept[f"_failed_{n}"]).order_by(ROW).limit(EXAMPLES_SHOWN)
        found = first.select(ROW, given=first[f"_given_{n}"].cast("string")).to_pyarrow().to_pylist()
        examples = tuple(f"{staging.place(row[ROW])}: {shown(row['given'])}" for row in found)
        if (name, conversion.problem, examples) not in told:  # one column used twice in one expression
            told.add((name, conversion.problem, examples))
            yield Fault(table.name, name, conversion.problem, int(count), examples)


def _distinct(done: Projection, names: list[str]) -> ir.Table:
    assert done.rows is not None
    grouped = done.rows.group_by(names).aggregate(**{ROW: done.rows[ROW].min()}).order_by(ROW)
    before, after = done.rows.count().to_pyarrow().as_py(), grouped.count().to_pyarrow().as_py()
    if before > after:
        done.set_aside.append((before - after, "repeats of a row already kept (distinct)"))
    return grouped
