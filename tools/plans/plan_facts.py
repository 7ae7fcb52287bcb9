"""Facts of the supply side's plans: supply plan, stock targets, capacity, and their measures."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from connectors.errors import UnknownName
from connectors.periods import month_of
from connectors.plan_store import PlanStore
from tools.metrics.facts import Basis, Fact

_SITE_SERIES = ("product_id", "site_id")
_SUPPLY_VERSIONS = ("approved", "proposed")


def supply_plan(store: PlanStore, basis: Basis) -> ir.Table:
    """One row per product, site and month of the supply plan.

    The version asked for, else `approved` where the cycle has it and `proposed` where not. Closed
    months are read from the plan made `lag` months before, months ahead from the latest cycle.
    """
    plan = store.require("supply_plan", "production_units")
    unknown = set(basis.versions) - set(_SUPPLY_VERSIONS)
    if unknown:
        raise UnknownName(
            f"There is no version {', '.join(sorted(unknown))} of the supply plan; "
            "there are approved and proposed.",
            _SUPPLY_VERSIONS,
        )
    if basis.versions:
        plan = plan.filter(plan.version.isin(basis.versions))
    else:
        approved = plan.filter(plan.version == "approved").select("cycle").distinct().cycle
        plan = plan.filter((plan.version == "approved") | ~plan.cycle.isin(approved))
    return _of_cycle(store, plan, basis).mutate(on=ibis._.period)


def inventory_targets(store: PlanStore, basis: Basis) -> ir.Table:
    """One row per product, site and month of the stock targets, `target_units` each."""
    targets = store.require("inventory_targets", "target_units")
    return _of_cycle(store, targets, basis).mutate(on=ibis._.period)


def capacity(store: PlanStore, basis: Basis) -> ir.Table:
    """One row per resource and month, `available_hours` and `overtime_hours` each."""
    hours = store.require("capacity", "available_hours")
    sites = store.require("resources", "site_id").select(of_resource="resource_id", site_id="site_id")
    joined = hours.left_join(sites, hours.resource_id == sites.of_resource).drop("of_resource")
    return joined.mutate(on=joined.period)


def _of_cycle(store: PlanStore, plan: ir.Table, basis: Basis) -> ir.Table:
    if basis.cycle is not None:
        return plan.filter(plan.cycle == ibis.literal(basis.cycle))
    months = (plan.period.year() - plan.cycle.year()) * 12 + plan.period.month() - plan.cycle.month()
    if basis.lag_is_asked:
        return plan.filter(months == basis.lag)
    known = plan.filter(plan.cycle <= ibis.literal(month_of(store.as_of)))
    latest = known.aggregate(latest=known.cycle.max()).latest.as_scalar()
    closed = plan.period <= ibis.literal(store.last_closed_month)
    return plan.filter(ibis.ifelse(closed, months == basis.lag, plan.cycle == latest))


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

FACTS = (SUPPLY_PLAN, INVENTORY_TARGETS, CAPACITY)
