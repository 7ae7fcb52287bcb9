"""Facts of money that the unit plans stand for: planned revenue, and the cash that the plans earn."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from connectors.errors import MissingTable
from connectors.periods import month_of, month_period
from connectors.plan_store import PlanStore
from tools.metrics.fact import Basis, Fact
from tools.metrics.facts.demand import demand_plan
from tools.metrics.facts.supply_plans import supply_plan
from tools.metrics.snapshots import known_versions, latest_cycle, latest_cycles, supply_version

_SERIES = ("product_id", "market_id")
_LONGEST_MONTH = 31


def demand_plan_revenue(store: PlanStore, basis: Basis) -> ir.Table:
    """One row per product, market and month of the demand plan, `planned_revenue` each.

    Units × planned price × what promotions leave of it. A row without any price has none, and is counted
    in `unpriced`.
    """
    rows = with_price(store, demand_plan(store, basis))
    rows = _with_price_left(store, rows)
    revenue = ibis.ifelse(rows.planned_units == 0, 0.0, rows.planned_units * rows.price * rows.price_left)
    return rows.mutate(planned_revenue=revenue, unpriced=revenue.isnull().ifelse(1, 0))


def with_price(store: PlanStore, plan: ir.Table) -> ir.Table:
    """The rows with `price`: the planned one of product, market and month, else the list price.

    Raises:
        MissingTable, NotPermitted: There are no prices of either kind, or not for this person.
    """
    listed = _list_prices(store)
    plan = plan.left_join(listed, "product_id").drop("product_id_right")
    if "prices" not in store.loaded_tables:
        return plan.mutate(price=plan.list_price)
    prices = store.require("prices", "unit_price").select(*_SERIES, "period", "unit_price")
    joined = plan.left_join(prices, [*_SERIES, "period"])
    return joined.drop("product_id_right", "market_id_right", "period_right").mutate(
        price=ibis.coalesce(joined.unit_price, joined.list_price)
    )


def _list_prices(store: PlanStore) -> ir.Table:
    """`list_price` by product; unknown where planned prices are all that is loaded."""
    try:
        return store.require("products", "list_price").select("product_id", "list_price")
    except MissingTable:
        if "prices" not in store.loaded_tables:
            raise
    return store.table("products").select("product_id", list_price=ibis.null("float64"))


def _with_price_left(store: PlanStore, plan: ir.Table) -> ir.Table:
    """The rows with `price_left`: the mean over the month's days of what promotions leave of the price."""
    if "promotions" not in store.loaded_tables:
        return plan.mutate(price_left=ibis.literal(1.0))
    lost = price_lost(store.require("promotions", "discount_rate"), plan)
    joined = plan.left_join(lost, [*_SERIES, "period"])
    return joined.drop("product_id_right", "market_id_right", "period_right").mutate(
        price_left=1.0 - joined.price_lost.fill_null(0.0)
    )


def price_lost(promotions: ir.Table, plan: ir.Table) -> ir.Table:
    """One row per product, market and month with a promotion: `price_lost`, the share of the price.

    Day by day, so that a promotion over part of the month counts by its share of the days, and discounts
    multiply on the days on which they overlap.
    """
    months = plan.select("period").distinct()
    months = months.mutate(next_month=(months.period + ibis.interval(months=1)).cast("date"))
    touched = promotions.inner_join(
        months, [promotions.starts_on < months.next_month, promotions.ends_on >= months.period]
    )
    days = touched.mutate(step=ibis.range(_LONGEST_MONTH).unnest())
    days = days.mutate(day=(days.period + days.step.as_interval("D")).cast("date"))
    days = days.filter(days.day < days.next_month, days.day.between(days.starts_on, days.ends_on))
    left = 1.0 - days.discount_rate
    days = days.mutate(is_free=left <= 0, logarithm=ibis.ifelse(left > 0, left, 1.0).ln())
    daily = days.group_by(*_SERIES, "period", "next_month", "day").aggregate(
        is_free=days.is_free.any(), logarithm=days.logarithm.sum()
    )
    daily = daily.mutate(lost=1.0 - ibis.ifelse(daily.is_free, 0.0, daily.logarithm.exp()))
    lost = daily.group_by(*_SERIES, "period", "next_month").aggregate(lost=daily.lost.sum())
    day_count = lost.next_month.epoch_days() - lost.period.epoch_days()
    return lost.select(*_SERIES, "period", price_lost=lost.lost / day_count.cast("float64"))


def projected_cash(store: PlanStore, basis: Basis) -> ir.Table:
    """Rows of the latest plans: `planned_revenue` by product and month, `planned_cost` of the supply.

    The cost is that of units to be made and bought, at standard cost. A product without one is in
    neither measure, and counted in `uncosted`.
    """
    sold = demand_plan_revenue(store, _of_demand(store, basis))
    sold = sold.select("product_id", "on", "planned_revenue", "unpriced", units=ibis.literal(0.0))
    made = supply_plan(store, _of_supply(basis))
    made = made.select(
        "product_id",
        "on",
        planned_revenue=ibis.literal(0.0),
        unpriced=ibis.literal(0, "int8"),
        units=supplied(made).cast("float64"),
    )
    columns = {"planned_revenue": "float64", "unpriced": "int64", "units": "float64"}
    rows = ibis.union(sold.cast(columns), made.cast(columns))
    rows = rows.filter(rows.on.isin([ibis.literal(month) for month in _months_ahead(store, basis)]))
    costs = store.require("products", "standard_cost").select("product_id", "standard_cost")
    rows = rows.left_join(costs, "product_id").drop("product_id_right")
    is_costed = rows.standard_cost.notnull()
    return rows.mutate(
        planned_revenue=ibis.ifelse(is_costed, rows.planned_revenue, ibis.null("float64")),
        planned_cost=rows.units * rows.standard_cost,
        unpriced=ibis.ifelse(is_costed, rows.unpriced, 0),
        uncosted=is_costed.ifelse(0, 1),
    )


def supplied(plan: ir.Table) -> ir.Value:
    """Units of a supply plan that are to be made and bought."""
    if "purchase_units" not in plan.columns:
        return plan.production_units
    return plan.production_units + plan.purchase_units.fill_null(0.0)


def _of_demand(store: PlanStore, basis: Basis) -> Basis:
    return Basis(basis.window, versions=known_versions(store, "demand_plan", ("consensus",)))


def _of_supply(basis: Basis) -> Basis:
    return Basis(basis.window)


def _months_ahead(store: PlanStore, basis: Basis) -> tuple[date, ...]:
    """The months after the as-of date that both latest plans hold."""
    versions = _of_demand(store, basis).versions
    demand = latest_cycles(store, "demand_plan", versions)
    made = latest_cycles(store, "supply_plan", ())
    sold = {one.period for one in store.snapshots("demand_plan") if demand.get(one.version) == one.cycle}
    supplied_in = {one.period for one in store.snapshots("supply_plan") if made.get(None) == one.cycle}
    return tuple(sorted(month for month in sold & supplied_in if month > month_of(store.as_of)))


def _words(store: PlanStore, basis: Basis) -> list[str]:
    demand = latest_cycle(store, "demand_plan", _of_demand(store, basis).versions)
    supply = latest_cycle(store, "supply_plan", ())
    return [
        f"the consensus plan of {month_period(demand).label} and the {supply_version(store, supply)} supply "
        f"plan of {month_period(supply).label}"
    ]


_UNPRICED = "{count} planned product-market months have no price and are left out."

DEMAND_PLAN_REVENUE = Fact(
    "demand_plan_revenue",
    ("demand_plan", "products"),
    ("demand_plan", "period"),
    _SERIES,
    demand_plan_revenue,
    own_dimensions=("version",),
    plan_table="demand_plan",
    default_versions=("consensus",),
    default_plan="the consensus plan",
    is_ahead=True,
    left_out={"unpriced": _UNPRICED},
)
PROJECTED_CASH = Fact(
    "projected_cash",
    ("demand_plan", "supply_plan", "products"),
    ("demand_plan", "period"),
    ("product_id",),
    projected_cash,
    is_ahead=True,
    months=_months_ahead,
    said=_words,
    why_no_cut="what is made and bought is not planned by {dimension} in money",
    left_out={
        "unpriced": _UNPRICED,
        "uncosted": "{count} rows of the plans are of products without a standard cost and are left out.",
    },
)
