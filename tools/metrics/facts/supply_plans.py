"""Facts of the supply side's plans: supply plan, stock targets, capacity, and their measures."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from connectors.plan_store import PlanStore
from tools.metrics.fact import Basis, Fact
from tools.metrics.facts.demand import at_lag
from tools.metrics.snapshots import latest_cycle

_SITE_SERIES = ("product_id", "site_id")


def supply_plan(store: PlanStore, basis: Basis) -> ir.Table:
    """One row per product, site and month of the supply plan.

    The version asked for, else `approved` where the cycle has it and `proposed` where not. Closed
    months are read from the plan made `lag` months before, months ahead from the latest cycle.
    """
    plan = store.require("supply_plan", "production_units")
    if basis.versions:
        plan = plan.filter(plan.version.isin(basis.versions))
    else:
        made = {one.cycle for one in store.snapshots("supply_plan") if one.version == "approved"}
        is_approved = plan.cycle.isin([ibis.literal(cycle) for cycle in sorted(made)])
        plan = plan.filter((plan.version == "approved") | ~is_approved)
    return _of_cycle(store, "supply_plan", plan, basis).mutate(on=ibis._.period)


def inventory_targets(store: PlanStore, basis: Basis) -> ir.Table:
    """One row per product, site and month of the stock targets, `target_units` each."""
    targets = store.require("inventory_targets", "target_units")
    return _of_cycle(store, "inventory_targets", targets, basis).mutate(on=ibis._.period)


def capacity(store: PlanStore, basis: Basis) -> ir.Table:
    """One row per resource and month, `available_hours` and `overtime_hours` each."""
    hours = store.require("capacity", "available_hours")
    sites = store.require("resources", "site_id").select(of_resource="resource_id", site_id="site_id")
    joined = hours.left_join(sites, hours.resource_id == sites.of_resource).drop("of_resource")
    return joined.mutate(on=joined.period)


def _of_cycle(store: PlanStore, table: str, plan: ir.Table, basis: Basis) -> ir.Table:
    if basis.cycle is not None:
        return plan.filter(plan.cycle == ibis.literal(basis.cycle))
    lagged = at_lag(plan, basis.lag)
    if basis.lag_is_asked:
        return plan.filter(lagged)
    latest = latest_cycle(store, table, basis.versions)
    closed = plan.period <= ibis.literal(store.last_closed_month)
    return plan.filter(ibis.ifelse(closed, lagged, plan.cycle == ibis.literal(latest)))


SUPPLY_PLAN = Fact(
    "supply_plan",
    ("supply_plan",),
    ("supply_plan", "period"),
    _SITE_SERIES,
    supply_plan,
    own_dimensions=("version",),
    plan_table="supply_plan",
    default_plan="the approved supply plan, or the proposed one where a cycle has no approved one",
    unit_measures=frozenset({"production_units", "purchase_units", "closing_inventory_units"}),
    is_ahead=True,
)
INVENTORY_TARGETS = Fact(
    "inventory_targets",
    ("inventory_targets",),
    ("inventory_targets", "period"),
    _SITE_SERIES,
    inventory_targets,
    plan_table="inventory_targets",
    default_plan="the stock targets",
    unit_measures=frozenset({"target_units"}),
    is_closing=True,
    is_ahead=True,
)
CAPACITY = Fact(
    "capacity",
    ("capacity",),
    ("capacity", "period"),
    ("resource_id", "site_id"),
    capacity,
    is_ahead=True,
)
