"""The fact of the cash cycle: stock, receivables and payables beside what flows in a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import ibis
import ibis.expr.types as ir

from connectors.periods import add_months, month_end
from connectors.plan_store import PlanStore
from tools.metrics.fact import Basis, Fact

_TRAILING = (0, 1, 2)
_MEASURES = (
    "stock_value",
    "shipped_cost_per_day",
    "receivables",
    "revenue_per_day",
    "payables",
    "cogs_per_day",
    "uncosted",
)


def cash_cycle(store: PlanStore, basis: Basis) -> ir.Table:
    """Rows by business unit and month end, each with one side of the cycle and null for the others.

    `stock_value` and `shipped_cost_per_day` at standard cost, products without one left out and counted
    in `uncosted`; `receivables`, `payables`, and `revenue_per_day`, `cogs_per_day` of the financial book.
    A day's flow is that of the 3 months up to the closing over their days.
    """
    loaded = _months(store, basis)
    months = [month for month in basis.window.months() if month in loaded]
    shipped = _shipped_at_cost(store)
    book = store.require("financials", "amount")
    parts = [
        _rows(_stock_at_cost(store, months)),
        _rows(_per_day(shipped, "shipped_cost_per_day", months, _loaded(store, "demand_history"))),
    ]
    for account, measure in (("revenue", "revenue_per_day"), ("cogs", "cogs_per_day")):
        flow = book.filter(book.account == account).select("business_unit", "period", flow="amount")
        parts.append(_rows(_per_day(flow, measure, months, _loaded(store, "financials"))))
    for account in ("receivables", "payables"):
        closing = book.filter(book.account == account, book.period.isin(_literals(months)))
        parts.append(_rows(closing.select("business_unit", on=closing.period, **{account: closing.amount})))
    return ibis.union(*parts)


def _rows(part: ir.Table) -> ir.Table:
    """A part with all measures; those that it does not have are null."""
    types = {name: "int64" if name == "uncosted" else "float64" for name in _MEASURES}
    missing = {name: ibis.null(of) for name, of in types.items() if name not in part.columns}
    return part.mutate(**missing).select("business_unit", "on", *_MEASURES).cast(types)


def _stock_at_cost(store: PlanStore, months: Sequence[date]) -> ir.Table:
    stock = store.require("inventory", "closing_units")
    stock = stock.filter(stock.period.isin(_literals(months)))
    rows = _at_cost(store, stock.select("product_id", "period", units="closing_units"))
    is_uncosted = (rows.flow.isnull() & (rows.units != 0)).fill_null(False)
    return rows.select(
        "business_unit", on=rows.period, stock_value=rows.flow, uncosted=is_uncosted.ifelse(1, 0)
    )


def _shipped_at_cost(store: PlanStore) -> ir.Table:
    history = store.require("demand_history", "shipped_units")
    return _at_cost(store, history.select("product_id", "period", units="shipped_units"))


def _at_cost(store: PlanStore, rows: ir.Table) -> ir.Table:
    """Rows of units with their `business_unit` and `flow`, the units at standard cost."""
    products = store.require("products", "standard_cost")
    unit = products.business_unit if "business_unit" in products.columns else ibis.null("string")
    products = products.select("product_id", "standard_cost", business_unit=unit)
    rows = rows.left_join(products, "product_id").drop("product_id_right")
    return rows.mutate(flow=rows.units * rows.standard_cost)


def _per_day(flows: ir.Table, measure: str, months: Sequence[date], loaded: Sequence[date]) -> ir.Table:
    """Each month's flow on the three closings that it counts for, over the days up to each.

    Args:
        flows: `business_unit`, `period` and `flow`.
        measure: What the flow of a day is called.
        months: First days of the months of the closings.
        loaded: First days of the months of which flows are loaded.
    """
    days = _days(months, loaded)
    shifted = [
        flows.select("business_unit", "flow", on=(flows.period + ibis.interval(months=step)).cast("date"))
        for step in _TRAILING
    ]
    rows = ibis.union(*shifted)
    rows = rows.filter(rows.on.isin(_literals(list(days))))
    counts = [(rows.on == ibis.literal(month), float(count)) for month, count in days.items()]
    over = ibis.cases(*counts, else_=ibis.null("float64")) if counts else ibis.null("float64")
    return rows.select("business_unit", "on", **{measure: rows.flow / over})


def _days(months: Sequence[date], loaded: Sequence[date]) -> Mapping[date, int]:
    """Days of the loaded months among the three up to each closing."""
    trailing = {month: {add_months(month, -step) for step in _TRAILING} for month in months}
    days = {
        month: sum(month_end(one).day for one in among & set(loaded)) for month, among in trailing.items()
    }
    return {month: count for month, count in days.items() if count}


def _loaded(store: PlanStore, table: str) -> tuple[date, ...]:
    return store.months_loaded(table, "period")


def _months(store: PlanStore, basis: Basis) -> tuple[date, ...]:
    """The closed months with stock, demand and the financial book."""
    demand, book = _loaded(store, "demand_history"), _loaded(store, "financials")
    return tuple(
        month
        for month in _loaded(store, "inventory")
        if month in demand and month in book and month <= store.last_closed_month
    )


def _lacking(store: PlanStore, basis: Basis, closings: Sequence[date]) -> tuple[date, ...]:
    """The months up to the closings of which no shipments or no financial book are loaded."""
    both = set(_loaded(store, "demand_history")) & set(_loaded(store, "financials"))
    needed = {add_months(closing, -step) for closing in closings for step in _TRAILING}
    return tuple(sorted(needed - both))


def _literals(months: Sequence[date]) -> list[ir.Value]:
    return [ibis.literal(month) for month in months]


CASH_CYCLE = Fact(
    "cash_cycle",
    ("inventory", "demand_history", "financials", "products"),
    ("inventory", "period"),
    (),
    cash_cycle,
    own_dimensions=("business_unit",),
    is_closing=True,
    months=_months,
    lacking=_lacking,
    why_no_cut="receivables and payables are kept by business unit, and stock has no market",
    left_out={"uncosted": "{count} closings of stock have no standard cost and are left out."},
)
