"""Facts of the supply side's plans: supply plan, stock targets, capacity, and their measures."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from connectors.periods import month_period
from connectors.plan_store import PlanStore
from connectors.warehouse import Snapshot
from tools.metrics.fact import Basis, Fact
from tools.metrics.facts.demand import at_lag
from tools.metrics.snapshots import latest_cycles, read_snapshots, supply_version

_SITE_SERIES = ("product_id", "site_id")
APPROVED_ELSE_PROPOSED = "the approved supply plan, or the proposed one where a cycle has no approved one"


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


def supply_plan_said(store: PlanStore, basis: Basis) -> list[str]:
    """Which supply plan a window reads, in words: the version, and the cycle or lag."""
    read = [one for one in read_snapshots(store, SUPPLY_PLAN, basis) if basis.window.contains(one.period)]
    if not read:
        return []
    return [f"the {_versions_said(store, basis, read)} {_cycles_said(store, basis, read)}"]


def _versions_said(store: PlanStore, basis: Basis, read: Sequence[Snapshot]) -> str:
    if basis.versions:
        plans = "plan" if len(basis.versions) == 1 else "plans"
        return f"{' and the '.join(basis.versions)} supply {plans}"
    cycles = {one.cycle for one in read}
    without = sorted(cycle for cycle in cycles if supply_version(store, cycle) == "proposed")
    if not without:
        return "approved supply plan"
    if len(without) == len(cycles):
        return "proposed supply plan (there is no approved one)"
    named = ", ".join(month_period(cycle).label for cycle in without)
    return f"approved supply plan (the proposed one where there is no approved one: cycle of {named})"


def _cycles_said(store: PlanStore, basis: Basis, read: Sequence[Snapshot]) -> str:
    if basis.cycle is not None:
        return f"of the cycle of {month_period(basis.cycle).label}"
    months = "one month" if basis.lag == 1 else f"{basis.lag} months"
    if basis.lag_is_asked or all(one.period <= store.last_closed_month for one in read):
        return f"made {months} before"
    latest = max(one.cycle for one in read if one.period > store.last_closed_month)
    said = f"of the latest cycle ({month_period(latest).label})"
    if any(one.period <= store.last_closed_month for one in read):
        said += f"; closed months as planned {months} before"
    return said


def planned_closing(store: PlanStore, basis: Basis) -> ir.Table:
    """One row per product, site and month of the supply plan that says `closing_inventory_units`."""
    store.require("supply_plan", "closing_inventory_units")
    plan = supply_plan(store, basis)
    return plan.mutate(unknown_closing=plan.closing_inventory_units.isnull().ifelse(1, 0))


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
    latest = latest_cycles(store, table, basis.versions)
    ahead = ibis.or_(
        ibis.literal(False),
        *(
            plan.cycle == ibis.literal(cycle)
            if version is None
            else (plan.version == version) & (plan.cycle == ibis.literal(cycle))
            for version, cycle in latest.items()
        ),
    )
    closed = plan.period <= ibis.literal(store.last_closed_month)
    return plan.filter(ibis.ifelse(closed, lagged, ahead))


SUPPLY_PLAN = Fact(
    "supply_plan",
    ("supply_plan",),
    ("supply_plan", "period"),
    _SITE_SERIES,
    supply_plan,
    own_dimensions=("version",),
    plan_table="supply_plan",
    default_plan=APPROVED_ELSE_PROPOSED,
    said=supply_plan_said,
    unit_measures=frozenset({"production_units", "purchase_units", "closing_inventory_units"}),
    is_ahead=True,
)
PLANNED_CLOSING = Fact(
    "planned_closing",
    ("supply_plan",),
    ("supply_plan", "period"),
    _SITE_SERIES,
    planned_closing,
    own_dimensions=("version",),
    plan_table="supply_plan",
    default_plan=APPROVED_ELSE_PROPOSED,
    said=supply_plan_said,
    unit_measures=frozenset({"closing_inventory_units"}),
    is_closing=True,
    is_ahead=True,
    left_out={"unknown_closing": "{count} planned product-site months without a planned stock are left out."},
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
