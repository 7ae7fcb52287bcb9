"""The typed value of one canonical column, as the mapping says where it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from connectors.loading.conversion import (
    Conversion,
    Sort,
    Value,
    Writing,
    as_day,
    as_integer,
    as_number,
    as_text,
    cleaned,
)
from connectors.loading.expression_functions import evaluate
from connectors.loading.expressions import InvalidExpression, parse
from connectors.loading.faults import Problem, UnreadableSource
from connectors.loading.mapping import ColumnSource
from connectors.loading.source_rows import SourceRows
from connectors.loading.staging import ROW
from connectors.tables import Column, Kind

if TYPE_CHECKING:
    import ibis.expr.types as ir


def column_value(column: Column, source: ColumnSource, rows: SourceRows) -> tuple[ir.Value, list[Conversion]]:
    """The value of a column as an expression over the rows, and where conversions may fail.

    Raises:
        UnreadableSource: A source column is not there.
        UnusableColumn: A source column is of a type that nothing takes.
        InvalidExpression: The parts of an expression do not fit together.
    """
    if source.row_number_within:
        return _row_number(source, rows), []
    value, conversions = _given(source, rows)
    if source.values:
        value, conversion = _mapped(value, source)
        conversions.append(conversion)
    typed, last = converted(column, value, rows.writing, source.format)
    return typed, [*conversions, *([last] if last is not None else [])]


def converted(
    column: Column, value: Value, writing: Writing, formats: tuple[str, ...] = ()
) -> tuple[ir.Value, Conversion | None]:
    """A value as the kind that the canonical column holds, and where that may fail."""
    if column.kind is Kind.TEXT:
        return as_text(value), None
    if column.kind is Kind.NUMBER:
        return as_number(value, writing)
    if column.kind is Kind.INTEGER:
        return as_integer(value, writing)
    return as_day(value, writing, formats, month=column.kind is Kind.PERIOD)


def _given(source: ColumnSource, rows: SourceRows) -> tuple[Value, list[Conversion]]:
    if source.constant is not None:
        return Value(ibis.literal(source.constant), Sort.TEXT), []
    if source.column is not None:
        return rows.value(source.column, source.null_values), []
    value, conversions = evaluate(parse(source.expression or ""), rows.value, rows.writing)
    if value.sort is Sort.TRUTH:
        raise InvalidExpression(
            f'"{source.expression}" is a condition; write "A" if … else "B" to make it a text'
        )
    if value.sort is Sort.TEXT:
        value = Value(cleaned(value.expr, source.null_values), Sort.TEXT)
    return value, conversions


def _mapped(value: Value, source: ColumnSource) -> tuple[Value, Conversion]:
    text = as_text(value)
    pairs = [(text == given, ibis.literal(meant)) for given, meant in source.values.items()]
    if source.otherwise is not None:
        pairs.append((text.notnull(), ibis.literal(source.otherwise)))
    meant = ibis.cases(*pairs)
    problem = "`values` does not list it (list it, or give `otherwise`)"
    return Value(meant, Sort.TEXT), Conversion(text, text.notnull() & meant.isnull(), problem)


def _row_number(source: ColumnSource, rows: SourceRows) -> ir.IntegerValue:
    if not rows.raw.ordered and not source.order_by:
        raise UnreadableSource(
            Problem("a database gives its rows in no fixed order: add `order_by` to `row_number_within`")
        )
    groups = [as_text(rows.value(name)) for name in source.row_number_within]
    order = [part for name in source.order_by for part in _sort_key(rows.value(name))]
    numbered = ibis.row_number().over(group_by=groups, order_by=[*order, rows.rows[ROW]])
    return numbered + 1


def _sort_key(value: Value) -> list[ir.Value]:
    """9 before 10, though a text file holds both as text."""
    if value.sort is not Sort.TEXT:
        return [value.expr]
    return [value.expr.try_cast("float64"), value.expr]
