"""Facts of what suppliers allow of the planned supply: over all parts, and supplier by supplier."""

from __future__ import annotations

from dataclasses import replace

import ibis
import ibis.expr.types as ir

from connectors.plan_store import PlanStore
from tools.metrics.fact import Basis, Fact
from tools.metrics.facts.planned_money import supplied
from tools.metrics.facts.supply_plans import APPROVED_ELSE_PROPOSED, supply_plan

_LIMITED = ("product_id", "period")


def supplier_coverage(store: PlanStore, basis: Basis) -> ir.Table:
    """One row per product and month with a supplier's limit: `planned_units`, `covered_units`.

    Covered: planned, but no more than allowed, which is the sum over the alternatives of a component,
    smallest over the components. A supplier without a limit in the month is not limited. A product of
    which no parts are known is in neither measure, and counted in `unsourced`.
    """
    limits = _limits(store)
    limited = _planned(store, basis).semi_join(limits, list(_LIMITED))
    rows = limited.left_join(_allowed(store, limits), list(_LIMITED)).drop("product_id_right", "period_right")
    known = store.table("sourcing").select(sourced="product_id").distinct()
    rows = rows.left_join(known, rows.product_id == known.sourced)
    rows = rows.mutate(
        planned_units=ibis.ifelse(rows.sourced.notnull(), rows.planned_units, ibis.null("float64")),
        unsourced=rows.sourced.isnull().ifelse(1, 0),
    )
    return _covered(rows)


def coverage_by_supplier(store: PlanStore, basis: Basis) -> ir.Table:
    """One row per product, month and supplier with a limit of its own; the same measures."""
    limits = _limits(store)
    limits = limits.select(*_LIMITED, "supplier_id", allowed=limits.max_units)
    rows = _planned(store, basis).inner_join(limits, list(_LIMITED))
    return _covered(rows)


def _covered(rows: ir.Table) -> ir.Table:
    allowed = ibis.coalesce(rows.allowed, rows.planned_units)
    return rows.mutate(on=rows.period, covered_units=ibis.least(allowed, rows.planned_units))


def _allowed(store: PlanStore, limits: ir.Table) -> ir.Table:
    """The most units that all parts of a product together allow in a month; no row is no limit."""
    parts = store.require("sourcing", "component").select("product_id", "supplier_id", "component")
    months = limits.select(*_LIMITED).distinct()
    sources = parts.inner_join(months, "product_id")
    own = limits.select(*_LIMITED, "supplier_id", most=limits.max_units)
    joined = sources.left_join(own, [*_LIMITED, "supplier_id"])
    by_part = joined.group_by(*_LIMITED, "component").aggregate(
        most=joined.most.sum(), unlimited=joined.most.isnull().sum()
    )
    by_part = by_part.filter(by_part.unlimited == 0)
    return by_part.group_by(*_LIMITED).aggregate(allowed=by_part.most.min())


def _planned(store: PlanStore, basis: Basis) -> ir.Table:
    """Units to be made and bought by product and month, all sites; what is not planned is not to cover."""
    plan = supply_plan(store, basis)
    plan = plan.mutate(units=supplied(plan))
    rows = plan.group_by(*_LIMITED).aggregate(planned_units=plan.units.sum().cast("float64"))
    return rows.filter(rows.planned_units > 0)


def _limits(store: PlanStore) -> ir.Table:
    limits = store.require("supplier_limits", "max_units")
    return limits.select("product_id", "supplier_id", "period", max_units=limits.max_units.cast("float64"))


SUPPLIER_COVERAGE = Fact(
    "supplier_coverage",
    ("supplier_limits", "sourcing", "supply_plan"),
    ("supply_plan", "period"),
    ("product_id",),
    supplier_coverage,
    plan_table="supply_plan",
    default_plan=APPROVED_ELSE_PROPOSED,
    unit_measures=frozenset({"planned_units", "covered_units"}),
    is_ahead=True,
    left_out={
        "unsourced": "{count} product-months have a supplier limit, but no parts that it is about, and are "
        "left out."
    },
    why_no_cut="what suppliers deliver goes into products, not to a {dimension}",
)
COVERAGE_BY_SUPPLIER = replace(
    SUPPLIER_COVERAGE,
    name="coverage_by_supplier",
    tables=("supplier_limits", "supply_plan"),
    keys=("product_id", "supplier_id"),
    build=coverage_by_supplier,
    left_out={},
    no_total_over=("supplier",),
)
