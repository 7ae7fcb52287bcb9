"""The facts that the terms of the bridge are metrics of."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import ibis.expr.types as ir

from connectors.errors import OutOfRange
from connectors.periods import add_months, month_period, months_between
from connectors.plan_store import PlanStore
from tools.metrics.cash_bridge.book import book_cells, bridged_cells
from tools.metrics.cash_bridge.compared_plans import (
    ComparedPlan,
    compared_plans,
    demand_cycles,
)
from tools.metrics.cash_bridge.operating import series_rows
from tools.metrics.fact import Basis, Fact
from tools.metrics.facts.financial_plans import against_plan

_BOOK_TABLES = ("financials", "financial_plans")
_SERIES_TABLES = ("demand_history", "demand_plan", "products", "markets")
_BOOK_DIMENSIONS = ("business_unit", "region")
_SPLIT_LEFT_OUT = {
    "unvalued": "{count} product-market months lack a price, shipments or revenue: the bridge cannot split "
    "them.",
    "uncosted": "{count} product-market months have no standard cost and are left out of the forecast error.",
}


_BESIDE_PLAN = against_plan("cash_flow")
"""What says which months have both actual and planned money."""


def plans_to_compare(store: PlanStore, basis: Basis) -> tuple[ComparedPlan, ...]:
    """The plan of each closed month of the window that has both actuals and a plan.

    Raises:
        OutOfRange: There is none.
        MissingTable, NotPermitted: There are no financial actuals or plans, or not for this person.
    """
    plans = compared_plans(store, basis, [m for m in _months(store, basis) if basis.window.contains(m)])
    if plans:
        return plans
    held = _months(store, basis)
    there = " Months with both run"
    there = f"{there} from {month_period(held[0]).label} to {month_period(held[-1]).label}." if held else ""
    raise OutOfRange(f"There are no actual and planned money of {basis.window.label} to compare.{there}")


def _months(store: PlanStore, basis: Basis) -> tuple[date, ...]:
    return _BESIDE_PLAN.months(store, basis) if _BESIDE_PLAN.months else ()


def _book(store: PlanStore, basis: Basis) -> ir.Table:
    return book_cells(store, plans_to_compare(store, basis))


def _split(store: PlanStore, basis: Basis) -> ir.Table:
    plans = plans_to_compare(store, basis)
    cycles = {plan.month: plan.demand_cycle for plan in plans if plan.demand_cycle is not None}
    if not cycles:
        raise OutOfRange(f"There is no consensus demand plan for {basis.window.label} to split revenue by.")
    return bridged_cells(store, plans, series_rows(store, basis, cycles))


def _series(store: PlanStore, basis: Basis) -> ir.Table:
    cycles = series_cycles(store, basis)
    return series_rows(store, basis, {m: c for m, c in cycles.items() if basis.window.contains(m)})


def series_cycles(store: PlanStore, basis: Basis) -> dict[date, date]:
    """The cycle of the demand plan that each loaded month of demand is held against.

    That of the financial plan where money is planned, else the one made a month before.
    """
    of_money: dict[date, date | None] = {}
    if store.has("financials") and store.has("financial_plans"):
        of_money = {p.month: p.demand_cycle for p in compared_plans(store, basis, _months(store, basis))}
    made = demand_cycles(store)
    cycles = {}
    for month in store.months_loaded("demand_history", "period"):
        before = add_months(month, -1)
        cycle = of_money.get(month) or (before if (before, month) in made else None)
        if cycle is not None and month <= store.last_closed_month:
            cycles[month] = cycle
    return cycles


def _series_months(store: PlanStore, basis: Basis) -> tuple[date, ...]:
    return tuple(series_cycles(store, basis))


def _said_series(store: PlanStore, basis: Basis) -> list[str]:
    cycles = series_cycles(store, basis)
    lags = {months_between(c, m) for m, c in cycles.items() if basis.window.contains(m)}
    made = "one month before" if lags == {1} else "in the cycle of the financial plan, else one month before"
    return [f"compared with the consensus demand plan made {made}"]


_BOOK_LEFT_OUT = {
    "unplanned": "{count} months of a business unit in a region have no plan; their actuals are left out.",
    "incomplete": "{count} months of a business unit in a region lack an account on one side; what it did to "
    "cash stands in other effects.",
}
BOOK = Fact(
    "cash_bridge_book",
    _BOOK_TABLES,
    ("financials", "period"),
    (),
    _book,
    own_dimensions=_BOOK_DIMENSIONS,
    plan_table="financial_plans",
    months=_months,
    said=_BESIDE_PLAN.said,
    left_out=_BOOK_LEFT_OUT,
)
SPLIT = replace(
    BOOK,
    name="cash_bridge_split",
    tables=(*_BOOK_TABLES, *_SERIES_TABLES),
    build=_split,
    left_out={**_BOOK_LEFT_OUT, **_SPLIT_LEFT_OUT},
    left_out_of={"uncosted": "build_error"},
)
SERIES = Fact(
    "cash_bridge_series",
    _SERIES_TABLES,
    ("demand_history", "period"),
    ("product_id", "market_id"),
    _series,
    months=_series_months,
    said=_said_series,
    left_out=_SPLIT_LEFT_OUT,
    left_out_of={"uncosted": "build_error"},
)
_LOST = {"lost_sales": "order_lines.unit_price"}
# Of the same name as the facts that they vary, so that one query serves all terms.
LOST = replace(SPLIT, tables=(*SPLIT.tables, "order_lines"), measure_needs=_LOST)
LOST_SERIES = replace(SERIES, tables=(*SERIES.tables, "order_lines"), measure_needs=_LOST)
