"""What a company's own metric reads: one canonical table, its sums and counts as measures of a fact.

The arithmetic is that of mapping files (`connectors/loading/expressions.py`): columns, numbers, + − * /,
comparisons and a closed list of functions. Nothing is evaluated as code and no SQL text is made.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace

import ibis
import ibis.expr.types as ir

from connectors.loading.conversion import Sort, Value, Writing, given_value
from connectors.loading.expression_functions import evaluate, truth
from connectors.loading.expressions import Expression
from connectors.plan_store import PlanStore
from connectors.tables import TABLES, CanonicalTable, Kind
from tools.metrics.fact import Fact
from tools.metrics.facts import demand, supply_plans

NUMERATOR, DENOMINATOR, UNKNOWN = "numerator", "denominator", "unknown"

_KEYS = ("product_id", "market_id", "customer_id", "site_id", "resource_id", "supplier_id")
_OWN_DIMENSIONS = ("business_unit", "region", "account", "author", "cancel_reason")
_CLOSINGS = frozenset({"inventory", "inventory_targets"})
_WRITING = Writing()
_TYPES = {
    Kind.TEXT: "string",
    Kind.INTEGER: "int64",
    Kind.NUMBER: "float64",
    Kind.DATE: "date",
    Kind.PERIOD: "date",
}

_PLANS = (
    demand.DEMAND_PLAN,
    supply_plans.SUPPLY_PLAN,
    supply_plans.INVENTORY_TARGETS,
    supply_plans.CAPACITY,
)
SNAPSHOTS = {fact.tables[0]: fact for fact in _PLANS}
"""Plans with the fact that chooses which cycle and version of them are read, and knows their sites."""


@dataclass(frozen=True)
class Part:
    """One side of a company's metric.

    Attributes:
        amount: What is summed; None counts rows.
        where: Conditions that a row must meet; rows that do not add nothing.
    """

    amount: Expression | None
    where: tuple[Expression, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it reads."""
        read = [*(self.where), *([self.amount] if self.amount else [])]
        return tuple(dict.fromkeys(column for expression in read for column in expression.columns))

    @property
    def words(self) -> str:
        """It as people read it."""
        said = "count of rows" if self.amount is None else f"sum of {self.amount.text.strip()}"
        conditions = " and ".join(condition.text.strip() for condition in self.where)
        return f"{said} where {conditions}" if conditions else said

    def is_in_units(self, table: CanonicalTable) -> bool:
        """Whether it sums units of the products, which differ from product to product."""
        return self.amount is not None and dimension_of(self.amount.tree, self.amount, table) == "units"


def company_fact(
    name: str, table: str, date: str, numerator: Part, denominator: Part | None, over_time: str | None
) -> Fact:
    """The fact of one metric: rows of its table with `numerator`, `denominator` and the count `unknown`.

    A row of which either side is unknown is left out of both and counted, so that a ratio never divides what
    is known by what is not.

    Args:
        name: Id of the metric.
        table: Canonical table that it reads.
        date: Column that says when a row counts; `period` of a plan by cycle reads the snapshot that such
            plans are read in (the cycle asked for, else at the lag, else the latest).
        numerator: What is summed.
        denominator: What it is divided by, or None.
        over_time: `sum` or `last` (balances); None takes what suits the table.
    """
    parts = {NUMERATOR: numerator, **({DENOMINATOR: denominator} if denominator else {})}
    canonical = TABLES[table]
    is_closing = table in _CLOSINGS if over_time is None else over_time == "last"
    in_units = {name for name, part in parts.items() if part.is_in_units(canonical)}
    own = Fact(
        name=f"company_{name}",
        tables=(table,),
        dated_by=(table, date),
        keys=tuple(key for key in _KEYS if canonical.column(key)),
        build=lambda store, basis: _dated(store, canonical, date),
        own_dimensions=tuple(d for d in _OWN_DIMENSIONS if canonical.column(d)),
        # As in the catalog: the rate of one reason divides by the same whole as the rates of all reasons do.
        shared_over=("cancel_reason",) if denominator and canonical.column("cancel_reason") else (),
    )
    base = SNAPSHOTS[table] if date == "period" and table in SNAPSHOTS else own
    build = base.build
    return replace(
        base,
        name=f"company_{name}",
        build=lambda store, basis: _measured(build(store, basis), canonical, parts),
        unit_measures=frozenset(in_units) if "product_id" in base.keys else frozenset(),
        is_closing=is_closing,
        left_out={UNKNOWN: f"{{count}} rows of {canonical.means} in which a value is unknown are left out."},
    )


def _dated(store: PlanStore, table: CanonicalTable, date: str) -> ir.Table:
    """The table's rows with `on`, and every key that dimensions may reach it by."""
    rows = store.require(table.name, date)
    absent = [key for key in _KEYS if table.column(key) and key not in rows.columns]
    return rows.mutate(on=rows[date], **{key: ibis.null("string") for key in absent})


def _measured(rows: ir.Table, table: CanonicalTable, parts: dict[str, Part]) -> ir.Table:
    values = {name: _amount(rows, table, part) for name, part in parts.items()}
    is_known = ibis.and_(*(value.notnull() for value in values.values()))
    kept = {name: ibis.ifelse(is_known, value, ibis.null("float64")) for name, value in values.items()}
    return rows.mutate(**kept, **{UNKNOWN: (~is_known).ifelse(1, 0)})


def _amount(rows: ir.Table, table: CanonicalTable, part: Part) -> ir.FloatingValue:
    """What a row adds: 0 where it does not meet the conditions, null where it is unknown."""

    def resolve(column: str) -> Value:
        return _resolved(rows[column], table, column)

    value: ir.Value = ibis.literal(1.0)
    if part.amount is not None:
        value = evaluate(part.amount, resolve, _WRITING)[0].expr.cast("float64")
    for condition in part.where:
        holds, _ = truth(condition, resolve, _WRITING)
        value = ibis.ifelse(holds, value, ibis.literal(0.0))
    return value


def _resolved(expression: ir.Value, table: CanonicalTable, name: str) -> Value:
    """A column as expressions read it, the table's own defaults standing for null."""
    value = given_value(expression)
    column = table.column(name)
    if column is None or column.default is None:
        return value
    return Value(ibis.coalesce(value.expr, ibis.literal(column.default)), value.sort)


def sort_of(expression: Expression, table: CanonicalTable) -> Sort | None:
    """What an expression gives, or None where that depends on columns that only the store knows.

    Raises:
        InvalidExpression: Its parts do not fit together, such as a day times a number.
    """
    columns = [table.column(name) for name in expression.columns]
    if None in columns:
        return None
    given: dict[str, ir.Value] = {c.name: ibis.null(_TYPES[c.kind]) for c in columns if c is not None}

    def resolve(name: str) -> Value:
        return _resolved(given[name], table, name)

    return evaluate(expression, resolve, _WRITING)[0].sort


def dimension_of(node: ast.expr, expression: Expression, table: CanonicalTable) -> str | None:
    """What an expression is counted in: `units`, `currency`, … of its columns; None for a plain number.

    Units added to units stay units, as do units times or by a plain number; units times a price are money.
    """

    def of(part: ast.expr) -> str | None:
        return dimension_of(part, expression, table)

    name = expression.column_of(node)
    if name is not None:
        column = table.column(name)
        return None if column is None or column.unit == "ratio" else column.unit
    if isinstance(node, ast.BinOp):
        left, right = of(node.left), of(node.right)
        if isinstance(node.op, ast.Mult) and left and right:
            return "currency" if "currency" in (left, right) else "product"
        if isinstance(node.op, ast.Div) and right:
            return None if left == right else "rate"
        return left or right
    if isinstance(node, ast.UnaryOp):
        return of(node.operand)
    if isinstance(node, ast.IfExp):
        return of(node.body) or of(node.orelse)
    return next(filter(None, map(of, node.args)), None) if isinstance(node, ast.Call) else None
