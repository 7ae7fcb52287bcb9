"""The fact of the gap between demand and supply ahead: what stock and planned supply cannot cover."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import takewhile

import ibis
import ibis.expr.types as ir

from connectors.errors import OutOfRange
from connectors.periods import Period, add_months, month_end, month_of, month_period
from connectors.plan_store import PlanStore
from tools.metrics.fact import Basis, Fact
from tools.metrics.facts.demand import demand_plan
from tools.metrics.facts.planned_money import supplied
from tools.metrics.facts.supply_plans import supply_plan
from tools.metrics.snapshots import latest_cycle, latest_cycles, supply_version


def demand_supply_gap(store: PlanStore, basis: Basis) -> ir.Table:
    """One row per product and month after the as-of date, `gap_units` each.

    Demand − what is left of the stock − supply of the month, not below 0. With S the opening stock and
    all supply less all demand so far, and m = min(0, lowest S so far), a lost shortfall of a month is
    what m fell by; one that is carried on is −S where S is below 0.
    """
    order = ibis.cumulative_window(group_by="product_id", order_by="period")
    rows = _flows(store, basis)
    rows = rows.mutate(level=rows.opening + rows.net.sum().over(order))
    if basis.backlog:
        owed = ibis.greatest(-rows.level, 0.0)
        rows = rows.mutate(gap_units=owed)
    else:
        rows = rows.mutate(lowest=ibis.least(rows.level.min().over(order), 0.0))
        before = rows.lowest.lag(1).over(ibis.window(group_by="product_id", order_by="period"))
        rows = rows.mutate(gap_units=before.fill_null(0.0) - rows.lowest)
    rows = rows.filter(rows.period > ibis.literal(month_of(store.as_of)))
    return rows.select("product_id", "gap_units", on=rows.period)


def _flows(store: PlanStore, basis: Basis) -> ir.Table:
    """One row per planned product and simulated month: `opening` stock, `net` supply less demand."""
    months = [ibis.literal(month) for month in _simulated(store, basis)]
    whole = replace(basis, window=_horizon(store, basis), lag_is_asked=False)
    demand = demand_plan(store, whole)
    demand = demand.filter(demand.period.isin(months))
    supply = supply_plan(store, replace(whole, versions=()))
    supply = supply.filter(supply.period.isin(months))
    net = ibis.union(
        demand.select("product_id", "period", net=-demand.planned_units.cast("float64")),
        supply.select("product_id", "period", net=supplied(supply).cast("float64")),
    )
    net = net.group_by("product_id", "period").aggregate(net=net.net.sum())
    spine = demand.select("product_id").distinct().cross_join(demand.select("period").distinct())
    stock = store.require("inventory", "closing_units")
    stock = stock.filter(stock.period == ibis.literal(store.last_closed_month))
    opening = stock.group_by("product_id").aggregate(opening=stock.closing_units.sum().cast("float64"))
    rows = spine.left_join(net, ["product_id", "period"]).drop("product_id_right", "period_right")
    rows = rows.left_join(opening, "product_id").drop("product_id_right")
    return rows.mutate(net=rows.net.fill_null(0.0), opening=rows.opening.fill_null(0.0))


def _horizon(store: PlanStore, basis: Basis) -> Period:
    months = _simulated(store, basis) or (add_months(store.last_closed_month, 1),)
    return Period(months[0], month_end(months[-1]))


def _simulated(store: PlanStore, basis: Basis) -> tuple[date, ...]:
    """The months that stock is carried through: from the closing on, as long as both plans go on.

    A month that still runs is among them where both plans hold it: its plan is taken as it stands.
    """
    planned = _planned(store, "demand_plan", basis) & _planned(
        store, "supply_plan", replace(basis, versions=())
    )
    first = add_months(store.last_closed_month, 1)
    if first not in planned:
        first = add_months(store.as_of, 1)
    last = max(planned, default=first)
    following = (add_months(first, step) for step in range(1 + 12 * (last.year - first.year + 1)))
    return tuple(takewhile(planned.__contains__, following))


def _planned(store: PlanStore, table: str, basis: Basis) -> set[date]:
    """The months of the cycle that is read."""
    latest = latest_cycles(store, table, basis.versions)
    made = store.snapshots(table)
    if basis.cycle is not None:
        return {
            one.period
            for one in made
            if one.cycle == basis.cycle and (not basis.versions or one.version in basis.versions)
        }
    key = bool(basis.versions)
    return {one.period for one in made if latest.get(one.version if key else None) == one.cycle}


def _months(store: PlanStore, basis: Basis) -> tuple[date, ...]:
    return tuple(month for month in _simulated(store, basis) if month > month_of(store.as_of))


def _words(store: PlanStore, basis: Basis) -> list[str]:
    """The plans, the opening stock and what becomes of a shortfall.

    Raises:
        OutOfRange: The stock at the as-of date is not loaded, or the window does not lie ahead.
    """
    closing = store.last_closed_month
    if basis.window.end <= month_end(store.as_of):
        raise OutOfRange(
            f"The gap between demand and supply is projected for the months after {store.as_of}; "
            f"{basis.window.label} is not one of them."
        )
    if closing not in store.months_loaded("inventory", "period"):
        raise OutOfRange(
            f"The gap starts from the stock at the end of {month_period(closing).label}, which is not loaded."
        )
    demand = basis.cycle or latest_cycle(store, "demand_plan", basis.versions)
    supply = basis.cycle or latest_cycle(store, "supply_plan", ())
    said = [
        f"the {' and '.join(basis.versions)} plan of {month_period(demand).label}, the "
        f"{supply_version(store, supply)} supply plan of {month_period(supply).label}, and the stock of all "
        f"sites at the end of {month_period(closing).label}",
        "a unit that is short is owed on, and counts in each month in which it is owed"
        if basis.backlog
        else "a unit that is short is lost, not carried on",
    ]
    running = add_months(closing, 1)
    if running <= store.as_of:
        words = "as planned in full" if running in _simulated(store, basis) else "left out: it is not planned"
        said.append(f"{month_period(running).label}, which still runs, is taken {words}")
    return said


DEMAND_SUPPLY_GAP = Fact(
    "demand_supply_gap",
    ("demand_plan", "supply_plan", "inventory"),
    ("demand_plan", "period"),
    ("product_id",),
    demand_supply_gap,
    unit_measures=frozenset({"gap_units"}),
    is_ahead=True,
    plan_table="demand_plan",
    default_versions=("consensus",),
    months=_months,
    said=_words,
    why_no_cut="stock and supply serve all markets, so there is no gap by {dimension}",
)
