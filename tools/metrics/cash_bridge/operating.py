"""The operating side of the bridge: what orders, shipments and their plan did, by product and market.

volume           (ordered − planned) in planning units × the plan's average price of the business unit,
                 region and month, so that it adds up over products
mix              (ordered − planned) × plan price − volume
price            revenue − shipped × plan price
lost sales       the metric `lost_sales`, by promised month
timing           (shipped − ordered) × plan price + lost sales: late deliveries, returns, cancellations
forecast error   − (planned − shipped) × standard cost: what was planned to leave the stock and did not

revenue − planned × plan price = volume + mix + price + timing − lost sales, row by row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import ibis
import ibis.expr.types as ir

from connectors.errors import MissingTable
from connectors.plan_store import PlanStore
from tools.metrics.cash_bridge.compared_plans import AGREED, of_months
from tools.metrics.cash_bridge.plan_prices import with_plan_price
from tools.metrics.fact import Basis
from tools.metrics.facts.service import lost_sales

_SERIES = ("product_id", "market_id")
_SUMMED = ("planned", "ordered", "shipped", "revenue", "lost", "unknown")

REVENUE_PARTS = ("lost_sales", "volume", "price", "mix", "timing")
"""The parts of the change of revenue, as measures; a loss of sales is negative."""

_LOST_NEEDS = ("promised_on", "unit_price", "ordered_units", "delivered_units")


def series_rows(store: PlanStore, basis: Basis, cycles: Mapping[date, date]) -> ir.Table:
    """One row per product, market and month `on` of `cycles`, measures in money.

    `lost_sales`, `volume`, `price`, `mix`, `timing`: their effect on revenue. `planned_revenue`,
    `actual_revenue`, `planned_cost`, `actual_cost`; `build_error` = actual − planned cost, what the forecast
    error in stock did to cash.
    Rows without a plan price, or of unknown shipments or revenue, have no measures and count as `unvalued`;
    those without a standard cost have none of the costs and count as `uncosted`.

    Args:
        store: The plan store.
        basis: Its window is that of the lost sales.
        cycles: The cycle of the demand plan that each month is held against.

    Raises:
        MissingTable, NotPermitted: Demand history, demand plan or prices are missing.
    """
    months = sorted(cycles)
    rows = _summed(store, basis, cycles)
    rows = rows.filter(ibis.or_(*(rows[name] != 0 for name in _SUMMED)))
    rows = _with_members(store, with_plan_price(store, rows.mutate(period=rows.on), months))
    rows = rows.mutate(is_known=rows.plan_price.notnull() & (rows.unknown == 0))
    rows = rows.mutate(average_price=_average_price(rows))
    values = _parts(rows)
    known = {name: ibis.ifelse(rows.is_known, value, ibis.null("float64")) for name, value in values.items()}
    needs_cost = (rows.planned != 0) | (rows.shipped != 0)
    return rows.select(
        *_SERIES,
        "business_unit",
        "region",
        "on",
        **known,
        unvalued=(~rows.is_known).ifelse(1, 0),
        uncosted=(rows.is_known & needs_cost & rows.standard_cost.isnull()).ifelse(1, 0),
    )


def _parts(rows: ir.Table) -> dict[str, ir.Value]:
    more = rows.ordered - rows.planned
    # Where nothing was planned there is no average to differ from: all of it is volume.
    volume = ibis.coalesce(more * rows.factor * rows.average_price, more * rows.plan_price)
    planned_cost, actual_cost = _cost(rows, rows.planned), _cost(rows, rows.shipped)
    return {
        "lost_sales": -rows.lost,
        "volume": volume,
        "price": rows.revenue - rows.shipped * rows.plan_price,
        "mix": more * rows.plan_price - volume,
        "timing": (rows.shipped - rows.ordered) * rows.plan_price + rows.lost,
        "planned_revenue": rows.planned * rows.plan_price,
        "actual_revenue": rows.revenue,
        "planned_cost": planned_cost,
        "actual_cost": actual_cost,
        "build_error": actual_cost - planned_cost,
    }


def _cost(rows: ir.Table, units: ir.Value) -> ir.Value:
    """Units at standard cost; none cost nothing even where the cost is not known."""
    return ibis.ifelse(units != 0, units * rows.standard_cost, 0.0)


def _average_price(rows: ir.Table) -> ir.Value:
    """The plan's average price per planning unit of each business unit, region and month."""
    cell = ibis.window(group_by=[rows.business_unit, rows.region, rows.on])
    value = ibis.ifelse(rows.is_known, rows.planned * rows.plan_price, 0.0).sum().over(cell)
    units = ibis.ifelse(rows.is_known, rows.planned * rows.factor, 0.0).sum().over(cell)
    return value / units.nullif(0)


def has_lost_sales(store: PlanStore) -> bool:
    """Whether order lines say what was lost and at what price.

    Raises:
        NotPermitted: They do, but not to this person.
    """
    try:
        store.require("order_lines", *_LOST_NEEDS)
    except MissingTable:
        return False
    return True


def has_costs(store: PlanStore) -> bool:
    """Whether standard costs are loaded and seen; without them the forecast error in stock has no value."""
    return store.has("products", "standard_cost")


def _with_members(store: PlanStore, rows: ir.Table) -> ir.Table:
    products = store.require("products", *_factor_needs(store))
    unit = products.business_unit if "business_unit" in products.columns else ibis.null("string")
    cost = products.standard_cost if has_costs(store) else ibis.null("float64")
    factor = products.base_units_per_unit if _factor_needs(store) else ibis.literal(1.0)
    listed = products.select(of_product="product_id", standard_cost=cost, business_unit=unit, factor=factor)
    markets = store.require("markets", "region").select(of_market="market_id", region="region")
    rows = rows.left_join(listed, rows.product_id == listed.of_product).drop("of_product")
    return rows.left_join(markets, rows.market_id == markets.of_market).drop("of_market")


def _factor_needs(store: PlanStore) -> tuple[str, ...]:
    """The column that turns unlike units into planning units, where products have unlike ones."""
    has_units = store.has("products", "unit_of_measure")
    return ("base_units_per_unit",) if has_units and len(store.units_of_measure) > 1 else ()


def _summed(store: PlanStore, basis: Basis, cycles: Mapping[date, date]) -> ir.Table:
    """Planned, ordered and shipped units, revenue and lost sales of each series and month."""
    months = sorted(cycles)
    history = store.require("demand_history", "ordered_units", "shipped_units", "revenue")
    history = history.filter(history.period.isin([ibis.literal(month) for month in months]))
    is_unknown = history.shipped_units.isnull() | history.revenue.isnull()
    actual = history.select(
        *_SERIES,
        on=history.period,
        ordered=history.ordered_units,
        shipped=history.shipped_units,
        revenue=history.revenue,
        unknown=is_unknown.ifelse(1.0, 0.0),
    )
    parts = [_all_columns(actual), _all_columns(_planned(store, cycles))]
    if has_lost_sales(store):
        parts.append(_all_columns(_lost(store, basis, months)))
    rows = ibis.union(*parts, distinct=False)
    return rows.group_by(*_SERIES, "on").aggregate(
        **{name: rows[name].sum().fill_null(0.0) for name in _SUMMED}
    )


def _planned(store: PlanStore, cycles: Mapping[date, date]) -> ir.Table:
    plan = store.require("demand_plan", "units")
    made = [(cycle, month) for month, cycle in cycles.items()]
    plan = plan.filter(plan.version == AGREED, of_months(plan, made))
    return plan.select(*_SERIES, on=plan.period, planned=plan.units)


def _lost(store: PlanStore, basis: Basis, months: Sequence[date]) -> ir.Table:
    lines = lost_sales(store, Basis(window=basis.window))
    month = lines.on.truncate("M").cast("date")
    lines = lines.filter(month.isin([ibis.literal(one) for one in months]), lines.lost_value != 0)
    return lines.select(*_SERIES, on=lines.on.truncate("M").cast("date"), lost=lines.lost_value)


def _all_columns(rows: ir.Table) -> ir.Table:
    """The rows with every measure, 0 where they say nothing of it."""
    measures = {
        name: rows[name].cast("float64") if name in rows.columns else ibis.literal(0.0) for name in _SUMMED
    }
    return rows.select(*_SERIES, on=rows.on.cast("date"), **measures)
