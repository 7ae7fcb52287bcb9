"""The fact of how full resources are: the hours that output needs beside the hours that there are."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import ibis
import ibis.expr.types as ir

from connectors.errors import MissingTable, NotPermitted
from connectors.periods import month_of, month_period
from connectors.plan_store import PlanStore
from tools.metrics.fact import Basis, Fact
from tools.metrics.facts.supply_plans import supply_plan
from tools.metrics.snapshots import latest_cycle, read_snapshots, supply_version

_MADE = ("product_id", "site_id", "period")
_HOURS = {"available_hours": "float64", "required_hours": "float64"}
_COUNTS = {"unrouted": "int64", "unlimited": "int64"}


def capacity_load(store: PlanStore, basis: Basis) -> ir.Table:
    """Rows of `available_hours` by resource and month, and of `required_hours` that fall on it.

    Required: units × hours per unit of every operation of the product, on the resources at the site that
    makes it; alternatives of one operation share in proportion to their available hours of the month
    (evenly where they have none). Output that no resource of its site is known to make is counted in
    `unrouted`, of resources whose hours are not known in `unlimited`; both are left out.
    """
    months = [ibis.literal(month) for month in _months(store, basis)]
    made, hours, routings = _made(store, basis), _hours(store), _routings(store)
    made, hours = made.filter(made.period.isin(months)), hours.filter(hours.period.isin(months))
    work = _shared(made.inner_join(routings, ["product_id", "site_id"]), hours)
    needed = (work.units * work.hours_per_unit * work.share).fill_null(0.0)
    unrouted = made.anti_join(routings, ["product_id", "site_id"])
    return ibis.union(
        _rows(hours, required_hours=ibis.literal(0.0)),
        _rows(
            work,
            available_hours=ibis.literal(0.0),
            required_hours=needed,
            unlimited=work.is_unlimited.ifelse(1, 0),
        ),
        _rows(unrouted, resource_id=ibis.null("string"), unrouted=ibis.literal(1)),
    )


def _rows(part: ir.Table, **columns: ir.Value) -> ir.Table:
    """A part of the fact with all of its columns; hours that it does not say are null, counts are 0."""
    part = part.mutate(on=part.period, **columns)
    missing: dict[str, ir.Value] = {
        name: ibis.null(of) for name, of in _HOURS.items() if name not in part.columns
    }
    missing |= {name: ibis.literal(0) for name in _COUNTS if name not in part.columns}
    rows = part.mutate(**missing).select("resource_id", "site_id", "on", *_HOURS, *_COUNTS)
    return rows.cast({**_HOURS, **_COUNTS})


def _shared(routed: ir.Table, hours: ir.Table) -> ir.Table:
    """The rows of output by operation and resource with the resource's `share` of the operation.

    The share is null where the resource has no hours on record in the month; where none of the
    alternatives has, one of them says so in `is_unlimited`.
    """
    hours = hours.select("resource_id", "period", hours="available_hours")
    rows = routed.left_join(hours, ["resource_id", "period"]).drop("resource_id_right", "period_right")
    one = ibis.window(group_by=[*_MADE, "operation"])
    rows = rows.mutate(
        all_hours=rows.hours.sum().over(one),
        known=rows.hours.count().over(one),
        first=rows.resource_id.min().over(one),
    )
    share = ibis.ifelse(rows.all_hours > 0, rows.hours / rows.all_hours, 1.0 / rows.known.nullif(0))
    return rows.mutate(
        share=ibis.ifelse(rows.hours.notnull(), share, ibis.null("float64")),
        is_unlimited=(rows.known == 0) & (rows.resource_id == rows.first),
    )


def _made(store: PlanStore, basis: Basis) -> ir.Table:
    """Output above 0 by product, site and month: made in closed months, planned ahead of them."""
    closed = store.last_closed_month
    parts = []
    if basis.window.start <= closed:
        made = store.require("production", "units")
        parts.append(made.filter(made.period <= ibis.literal(closed)).select(*_MADE, units="units"))
    if month_of(basis.window.end) > closed:
        plan = supply_plan(store, replace(basis, lag_is_asked=False))
        plan = plan.filter(plan.period > ibis.literal(closed))
        parts.append(plan.select(*_MADE, units="production_units"))
    rows = ibis.union(*parts) if len(parts) > 1 else parts[0]
    rows = rows.filter(
        rows.units > 0,
        rows.period.between(ibis.literal(basis.window.start), ibis.literal(basis.window.end)),
    )
    return rows.group_by(*_MADE).aggregate(units=rows.units.sum().cast("float64"))


def _routings(store: PlanStore) -> ir.Table:
    """Hours per unit by product, operation and resource, with the resource's site."""
    routings = store.require("routings", "operation", "hours_per_unit")
    routings = routings.select("product_id", "operation", "resource_id", "hours_per_unit")
    return routings.inner_join(_sites(store), "resource_id")


def _hours(store: PlanStore) -> ir.Table:
    """Available hours by resource and month, with the resource's site."""
    hours = store.require("capacity", "available_hours")
    hours = hours.select("resource_id", "period", "available_hours")
    return hours.left_join(_sites(store), "resource_id").drop("resource_id_right")


def _sites(store: PlanStore) -> ir.Table:
    return store.require("resources", "site_id").select("resource_id", "site_id")


def _months(store: PlanStore, basis: Basis) -> tuple[date, ...]:
    """The months with hours and with output: made in closed months, planned ahead of them."""
    closed = store.last_closed_month
    output: set[date] = set()
    if store.has("production", "period"):
        output |= {month for month in store.months_loaded("production", "period") if month <= closed}
    if store.has("supply_plan", "cycle", "period"):
        planned = read_snapshots(store, CAPACITY_LOAD, replace(basis, lag_is_asked=False))
        ahead = {one.period for one in planned}
        output |= {month for month in ahead if month > closed}
    return tuple(month for month in store.months_loaded("capacity", "period") if month in output)


def _words(store: PlanStore, basis: Basis) -> list[str]:
    """What the hours are needed for, by closed months and months ahead.

    Raises:
        MissingTable, NotPermitted: Output of the window is not loaded at all, or not for this person.
    """
    closed = store.last_closed_month
    is_ahead = month_of(basis.window.end) > closed
    needed, said = [], []
    if basis.window.start <= closed:
        needed.append(("production", "units"))
        said.append("hours that actual production needed")
    if is_ahead:
        needed.append(("supply_plan", "production_units"))
    for table, column in needed:
        try:
            store.require(table, column)
        except (MissingTable, NotPermitted) as fault:
            raise type(fault)(fault.message.replace("This needs", "Capacity utilisation needs", 1)) from fault
    if is_ahead:
        cycle = basis.cycle or latest_cycle(store, "supply_plan", basis.versions)
        version = " and ".join(basis.versions) or supply_version(store, cycle)
        ahead = f"hours that the {version} supply plan of {month_period(cycle).label} needs"
        said.append(f"{ahead} after {month_period(closed).label}" if said else ahead)
    return said


CAPACITY_LOAD = Fact(
    "capacity_load",
    ("capacity", "resources", "routings"),
    ("capacity", "period"),
    ("resource_id", "site_id"),
    capacity_load,
    plan_table="supply_plan",
    is_ahead=True,
    months=_months,
    said=_words,
    why_no_cut="hours belong to resources and their sites, not to a {dimension}",
    left_out={
        "unrouted": "{count} product-site months of output have no routing at their site and are left out.",
        "unlimited": "{count} operations of product-site months run on resources whose hours are not known "
        "and are left out.",
    },
)
