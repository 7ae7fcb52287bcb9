"""Facts over actual demand, demand plans and stock: history, plan, closings."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from connectors.plan_store import PlanStore
from tools.metrics.fact import Basis, Fact
from tools.metrics.snapshots import latest_cycles

_SERIES = ("product_id", "market_id")


def demand_history(store: PlanStore, basis: Basis) -> ir.Table:
    """One row per product, market and month of actual demand, with counts of what is unknown."""
    history = store.require("demand_history", "ordered_units")
    unknown = {
        f"unknown_{name}": history[name].isnull().ifelse(1, 0)
        for name in ("shipped_units", "revenue")
        if name in history.columns
    }
    return history.mutate(on=history.period, **unknown)


def demand_plan(store: PlanStore, basis: Basis) -> ir.Table:
    """One row per product, market and month of the demand plan, `planned_units` each.

    Closed months are read from the plan made `lag` months before; months ahead from the latest
    cycle of the version, or all from the cycle that was asked for.
    """
    plan = _of_versions(store, basis)
    if basis.cycle is not None:
        chosen = plan.cycle == ibis.literal(basis.cycle)
    elif basis.lag_is_asked:
        chosen = at_lag(plan, basis.lag)
    else:
        latest = latest_cycles(store, "demand_plan", basis.versions)
        ahead = ibis.or_(
            *(
                (plan.version == version) & (plan.cycle == ibis.literal(cycle))
                for version, cycle in latest.items()
            )
        )
        closed = plan.period <= ibis.literal(store.last_closed_month)
        chosen = ibis.ifelse(closed, at_lag(plan, basis.lag), ahead)
    plan = plan.filter(chosen)
    return plan.mutate(on=plan.period, planned_units=plan.units)


def closing_stock(store: PlanStore, basis: Basis) -> ir.Table:
    """One row per product, site and month end, `closing_units` each."""
    inventory = store.require("inventory", "closing_units")
    return inventory.mutate(on=inventory.period)


def _of_versions(store: PlanStore, basis: Basis) -> ir.Table:
    plan = store.require("demand_plan", "units")
    return plan.filter(plan.version.isin(basis.versions))


def lag_of(plan: ir.Table) -> ir.IntegerValue:
    """Months from the cycle of a row of a plan to its month."""
    return (plan.period.year() - plan.cycle.year()) * 12 + plan.period.month() - plan.cycle.month()


def at_lag(plan: ir.Table, lag: int) -> ir.BooleanValue:
    """Whether a row of a plan was made so many months before its month."""
    return lag_of(plan) == lag


DEMAND_HISTORY = Fact(
    "demand_history",
    ("demand_history",),
    ("demand_history", "period"),
    _SERIES,
    demand_history,
    unit_measures=frozenset({"ordered_units", "shipped_units"}),
    left_out={
        "unknown_shipped_units": "{count} product-market months of unknown shipments are left out.",
        "unknown_revenue": "{count} product-market months of unknown revenue are left out.",
    },
    left_out_of={"unknown_shipped_units": "shipped_units", "unknown_revenue": "revenue"},
)
DEMAND_PLAN = Fact(
    "demand_plan",
    ("demand_plan",),
    ("demand_plan", "period"),
    _SERIES,
    demand_plan,
    own_dimensions=("version",),
    plan_table="demand_plan",
    default_versions=("consensus",),
    default_plan="the consensus plan",
    unit_measures=frozenset({"planned_units"}),
    is_ahead=True,
)
CLOSING_STOCK = Fact(
    "closing_stock",
    ("inventory",),
    ("inventory", "period"),
    ("product_id", "site_id"),
    closing_stock,
    unit_measures=frozenset({"closing_units"}),
    is_closing=True,
)
