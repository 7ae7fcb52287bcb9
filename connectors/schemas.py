"""Pandera schemas of the canonical tables, made from tables.py, and the faults that they find.

A schema is checked inside the engine (Pandera over Ibis): no table is ever pulled into memory, however long.
Each check answers yes or no for the whole table; what is wrong, how often and where is then asked of the
engine for the failed checks only (docs/decisions/0002-pandera-over-ibis.md).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING

import ibis
import pandera.ibis as pandera
from pandera.errors import SchemaError, SchemaErrorReason, SchemaErrors

from connectors.faults import EXAMPLES_SHOWN, Fault, shown
from connectors.row_rules import ENGINE_TYPES, HOW_OFTEN, OTHER_ROW, Rule, required_rule, rules_of
from connectors.staging import ROW
from connectors.tables import CanonicalTable

if TYPE_CHECKING:
    import ibis.expr.types as ir

Place = Callable[[int | None], str]


def schema_of(table: CanonicalTable, rules: list[Rule]) -> pandera.DataFrameSchema:
    """The Pandera schema of a table: types, what must not be null, and the rules as checks."""
    columns = {
        column.name: pandera.Column(
            ibis.dtype(ENGINE_TYPES[column.kind]), nullable=not column.required, required=column.required
        )
        for column in table.columns
    }
    return pandera.DataFrameSchema(columns, checks=[_check(rule) for rule in rules], name=table.name)


def check_table(
    table: CanonicalTable,
    tables: Mapping[str, ir.Table],
    place: Place,
    broken: Collection[str] = (),
) -> list[Fault]:
    """Every fault of a typed table: nulls, keys, foreign keys, ranges, allowed values.

    Args:
        table: What is checked.
        tables: All tables of the load by name, each with the numbers of its rows.
        place: Where a row came from.
        broken: Tables that could not be put together; nothing is looked up in them.
    """
    rows = tables[table.name]
    rules = rules_of(table, tables, broken)
    try:
        schema_of(table, rules).validate(rows, lazy=True)
    except SchemaErrors as errors:
        by_name = {rule.name: rule for rule in rules}
        failed = [_failed_rule(table, by_name, error) for error in errors.schema_errors]
        found = [fault_of(table.name, rule, rows, place) for rule in failed]
        # Over no rows at all, "none is null" is unknown to the engine, which Pandera takes for a no.
        return [fault for fault in found if fault.count]
    return []


def fault_of(table: str, rule: Rule, rows: ir.Table, place: Place) -> Fault:
    """What a failed rule found: how often, and the first five by their place."""
    wrong = rule.faulty(rows)
    count = wrong[HOW_OFTEN].sum().to_pyarrow().as_py() or 0
    first = wrong.order_by(ROW).limit(EXAMPLES_SHOWN).to_pyarrow().to_pylist()
    examples = tuple(_example(rule, row, place) for row in first)
    return Fault(table, ", ".join(rule.columns), rule.problem, int(count), examples)


def _check(rule: Rule) -> pandera.Check:
    # One yes or no per check: a column of answers would be pulled into memory where it fails.
    return pandera.Check(
        lambda data: rule.faulty(data.table).count() == 0, name=rule.name, error=rule.problem
    )


def _failed_rule(table: CanonicalTable, rules: Mapping[str, Rule], error: SchemaError) -> Rule:
    if error.reason_code is SchemaErrorReason.SERIES_CONTAINS_NULLS:
        return required_rule(table, error.schema.name)
    name = str(getattr(error.check, "name", ""))
    if name in rules and error.reason_code is SchemaErrorReason.DATAFRAME_CHECK:
        return rules[name]
    raise error  # a check that could not be run at all is a defect of ours, not of the data


def _example(rule: Rule, row: dict[str, object], place: Place) -> str:
    alone = rule.shown == rule.columns and len(rule.shown) == 1
    values = ", ".join(
        shown(row[column]) if alone else f"{column} {shown(row[column])}" for column in rule.shown
    )
    rows = [row.get(ROW), row.get(OTHER_ROW)]
    places = " and ".join(text for number in rows if (text := place(number)))  # type: ignore[arg-type]
    times = row[HOW_OFTEN]
    more = f" and {times - 1:,} more" if rule.grouped and isinstance(times, int) and times > 1 else ""
    return f"{places}{more}: {values}" if places else f"{values}{more}"
