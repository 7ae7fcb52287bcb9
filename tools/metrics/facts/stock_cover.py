"""Facts of how long stock lasts: days of supply, forward cover, turns.

Each lays closing stock beside what flowed out of it, or is planned to, in the months around the
closing. A month's flow is repeated on every closing that it counts for, already divided by the days,
so that sums of these rows give the ratio of any cut.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial

import ibis
import ibis.expr.types as ir

from connectors.periods import add_months, month_end
from connectors.plan_store import PlanStore
from tools.metrics.fact import Basis, Fact
from tools.metrics.facts.against_plan import each_version
from tools.metrics.facts.standard_cost import weighed
from tools.metrics.facts.stock_flows import PLANNED_DEMAND, SHIPPED, SHIPPED_BY_SITE, Flow

_MONTHS_IN_YEAR = 12.0


def stock_and_daily_flow(flow: Flow, store: PlanStore, basis: Basis) -> ir.Table:
    """Rows of closing stock (`closing`) and of its flow a day over the months around it (`daily`).

    One row per product, site and month end with stock; one per key of the flow and month end with a
    flow. At standard cost where the basis weighs value, else in units. Only months that are loaded
    count, and only their days.
    """
    loaded = flow.loaded(store, basis)
    days = {on: count for on in basis.window.months() if (count := flow.days(on, loaded))}
    daily = _daily(flow, flow.build(store, basis), days)
    stock = _stock(store, flow)
    # A closing without any flow divides by 0; one whose months are not loaded, by what is not known.
    stock = stock.mutate(daily=ibis.ifelse(_is_in(stock.on, days), 0.0, ibis.null("float64")))
    columns = ["on", *flow.keys, "closing", "daily", "unknown_flow"]
    if "version" in daily.columns:
        stock = stock.mutate(version=each_version(basis.versions))
        columns.append("version")
    rows = ibis.union(stock.select(*columns), daily.select(*columns))
    return weighed(store, basis, rows, "closing", "daily")


def stock_and_yearly_flow(flow: Flow, store: PlanStore, basis: Basis) -> ir.Table:
    """Rows of closing stock (`closing`) and of its flow times 12 (`annual`), by month.

    Their ratio over n months is that of turns: (12 ÷ n × Σ flow) ÷ (Σ closing ÷ n). Months of which
    one of the two is not loaded are not in it. Weighed as days of supply are.
    """
    flows = flow.build(store, basis)
    flows = flows.mutate(on=flows.period, closing=ibis.null("float64"), annual=flows.flow * _MONTHS_IN_YEAR)
    stock = _stock(store, flow).mutate(annual=0.0)
    columns = ["on", *flow.keys, "closing", "annual", "unknown_flow"]
    rows = ibis.union(stock.select(*columns), flows.select(*columns))
    rows = rows.filter(_is_in(rows.on, _months_with_both(flow, store, basis)))
    return weighed(store, basis, rows, "closing", "annual")


def _daily(flow: Flow, flows: ir.Table, days: Mapping[date, int]) -> ir.Table:
    """The flow a day of each closing: that of every month that counts for it, over the days of them all."""
    counted = {add_months(on, step) for on in days for step in flow.around}
    flows = flows.filter(_is_in(flows.period, counted))
    steps = flows.mutate(step=ibis.array(list(flow.around)).unnest())
    # One closing per step, written out: engines agree on that, not on a date less a column of months.
    closings = [(steps.step == step, _months_earlier(steps.period, step)) for step in flow.around]
    steps = steps.mutate(on=ibis.cases(*closings, else_=ibis.null("date")))
    steps = steps.filter(_is_in(steps.on, days))
    keys = ["on", *flow.keys, *(["version"] if "version" in flows.columns else [])]
    summed = steps.group_by(*keys).aggregate(
        flow=steps.flow.sum(), unknown_flow=steps.unknown_flow.sum().cast("int64")
    )
    shares = [(summed.on == ibis.literal(on), summed.flow / float(count)) for on, count in days.items()]
    unknown = ibis.null("float64")
    daily = ibis.cases(*shares, else_=unknown) if shares else unknown
    # what has no row in a closing that is loaded has no stock
    return summed.mutate(closing=ibis.literal(0.0), daily=daily)


def _months_earlier(period: ir.Value, months: int) -> ir.Value:
    by = ibis.interval(months=abs(months))
    return (period - by if months > 0 else period + by).cast("date")


def _is_in(day: ir.Value, months: Mapping[date, int] | Sequence[date] | set[date]) -> ir.BooleanValue:
    return day.isin([ibis.literal(month) for month in sorted(months)]) if months else ibis.literal(False)


def _stock(store: PlanStore, flow: Flow) -> ir.Table:
    stock = store.require("inventory", "closing_units")
    return stock.select(
        *flow.keys,
        on=stock.period,
        closing=stock.closing_units.cast("float64"),
        unknown_flow=ibis.literal(0, "int64"),
    )


def _closings(store: PlanStore) -> tuple[date, ...]:
    """First days of the months whose closing is known on the as-of date."""
    return tuple(m for m in store.months_loaded("inventory", "period") if month_end(m) <= store.as_of)


def _months_with_both(flow: Flow, store: PlanStore, basis: Basis) -> tuple[date, ...]:
    loaded = set(flow.loaded(store, basis))
    return tuple(month for month in _closings(store) if month in loaded)


def _months_with_a_plan(store: PlanStore, basis: Basis) -> tuple[date, ...]:
    """Closings with a plan of any of the months that count for them."""
    loaded = PLANNED_DEMAND.loaded(store, basis)
    return tuple(month for month in _closings(store) if PLANNED_DEMAND.days(month, loaded))


_UNCOSTED = "{count} rows of stock, or of what flows out of it, have no standard cost and are left out."
_UNKNOWN = {
    "uncosted": _UNCOSTED,
    "unknown_flow": "{count} product-market months of unknown shipments are left out.",
}
_UNKNOWN_LINES = {
    "uncosted": _UNCOSTED,
    "unknown_flow": "{count} order lines of unknown delivered units are left out.",
}

_NO_CUT = "stock is kept by site and demand by market; only order lines that carry sites bring them together"

DAYS_OF_SUPPLY = Fact(
    "days_of_supply",
    ("inventory", "demand_history", "products"),
    ("inventory", "period"),
    SHIPPED.keys,
    partial(stock_and_daily_flow, SHIPPED),
    unit_measures=frozenset({"closing", "daily"}),
    is_closing=True,
    at_cost=True,
    lacking=SHIPPED.lacking,
    left_out=_UNKNOWN,
    why_no_cut=_NO_CUT,
)
DAYS_OF_SUPPLY_BY_SITE = replace(
    DAYS_OF_SUPPLY,
    name="days_of_supply_by_site",
    tables=("inventory", "order_lines", "products"),
    keys=SHIPPED_BY_SITE.keys,
    build=partial(stock_and_daily_flow, SHIPPED_BY_SITE),
    lacking=SHIPPED_BY_SITE.lacking,
    left_out=_UNKNOWN_LINES,
)
FORWARD_COVER = Fact(
    "forward_cover",
    ("inventory", "demand_plan", "products"),
    ("inventory", "period"),
    PLANNED_DEMAND.keys,
    partial(stock_and_daily_flow, PLANNED_DEMAND),
    own_dimensions=("version",),
    plan_table="demand_plan",
    default_versions=("consensus",),
    default_plan="the consensus plan",
    unit_measures=frozenset({"closing", "daily"}),
    is_closing=True,
    is_ahead=True,
    at_cost=True,
    months=_months_with_a_plan,
    lacking=PLANNED_DEMAND.lacking,
    left_out={"uncosted": _UNCOSTED},
    why_no_cut="stock is kept by site and the demand plan by market, so they meet in products alone",
)
TURNS = Fact(
    "turns",
    ("inventory", "demand_history", "products"),
    ("inventory", "period"),
    SHIPPED.keys,
    partial(stock_and_yearly_flow, SHIPPED),
    unit_measures=frozenset({"closing", "annual"}),
    at_cost=True,
    months=partial(_months_with_both, SHIPPED),
    left_out=_UNKNOWN,
    why_no_cut=_NO_CUT,
)
TURNS_BY_SITE = replace(
    TURNS,
    name="turns_by_site",
    tables=("inventory", "order_lines", "products"),
    keys=SHIPPED_BY_SITE.keys,
    build=partial(stock_and_yearly_flow, SHIPPED_BY_SITE),
    months=partial(_months_with_both, SHIPPED_BY_SITE),
    left_out=_UNKNOWN_LINES,
)
