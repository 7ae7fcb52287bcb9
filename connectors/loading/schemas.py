"""Pandera schemas of the canonical tables, made from tables.py, and the faults that they find.

A schema is checked inside the engine (Pandera over Ibis): no table is ever pulled into memory, however long.
Each check answers yes or no for the whole table; what is wrong, how often and where is then asked of the
engine for the failed checks only (docs/decisions/0002-pandera-over-ibis.md).
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Mapping
from functools import reduce
from typing import TYPE_CHECKING

import ibis
import pandera.ibis as pandera
from pandera.errors import SchemaError, SchemaErrorReason, SchemaErrors

from connectors.loading.faults import EXAMPLES_SHOWN, Fault, shown
from connectors.loading.row_rules import ENGINE_TYPES, HOW_OFTEN, OTHER_ROW, Rule, rules_of
from connectors.loading.staging import ROW
from connectors.tables import CanonicalTable

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from pandera.api.ibis.types import IbisData

_ROWS = "rows"
Place = Callable[[int | None], str]


def schema_of(table: CanonicalTable, rules: list[Rule]) -> pandera.DataFrameSchema:
    """The Pandera schema of a table.

    It has its types, one check for all rules that a row keeps by itself, and one check for each rule that
    looks further (keys, foreign keys).
    """
    columns = {
        column.name: pandera.Column(
            ibis.dtype(ENGINE_TYPES[column.kind]),
            nullable=True,  # what must not be null is told by the rules, in one pass with the others
            required=column.required,
        )
        for column in table.columns
    }
    alone = [rule for rule in rules if rule.broken is not None]
    further = [pandera.Check(_keeps(rule), name=rule.name) for rule in rules if rule.broken is None]
    checks = [pandera.Check(_all_keep(alone), name=_ROWS), *further] if alone else further
    return pandera.DataFrameSchema(columns, checks=checks, name=table.name)


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
        names = {_failed_check(error) for error in errors.schema_errors}
        failed = [rule for rule in rules if rule.name in names or (rule.broken and _ROWS in names)]
        found = [fault_of(table.name, rule, rows, place) for rule in failed]
        return [fault for fault in found if fault.count]
    return []


def fault_of(table: str, rule: Rule, rows: ir.Table, place: Place) -> Fault:
    """What a failed rule found: how often, and the first five by their place."""
    wrong = rule.faulty(rows)
    count = wrong[HOW_OFTEN].sum().to_pyarrow().as_py() or 0
    first = wrong.order_by(ROW).limit(EXAMPLES_SHOWN).to_pyarrow().to_pylist()
    examples = tuple(_example(rule, row, place) for row in first)
    return Fault(table, ", ".join(rule.columns), rule.problem, int(count), examples)


# One yes or no per check: a column of answers would be pulled into memory where it fails.
def _keeps(rule: Rule) -> Callable[[IbisData], ir.BooleanScalar]:
    return lambda data: rule.faulty(data.table).count() == 0


def _all_keep(rules: list[Rule]) -> Callable[[IbisData], ir.BooleanScalar]:
    def check(data: IbisData) -> ir.BooleanScalar:
        broken = [rule.broken(data.table) for rule in rules if rule.broken is not None]
        return data.table.filter(reduce(operator.or_, broken)).count() == 0

    return check


def _failed_check(error: SchemaError) -> str:
    if error.reason_code is SchemaErrorReason.DATAFRAME_CHECK:
        return str(error.check.name)
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
