"""Facts over production: output, output against the plan, what it costs and what it was planned to cost."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from connectors.errors import MissingTable
from connectors.plan_store import PlanStore
from tools.metrics.fact import Basis, Fact
from tools.metrics.facts.against_plan import SITE_SERIES, beside_plan
from tools.metrics.facts.standard_cost import has_standard_costs, with_standard_cost
from tools.metrics.facts.supply_plans import APPROVED_ELSE_PROPOSED, supply_plan, supply_plan_said


def production(store: PlanStore, basis: Basis) -> ir.Table:
    """One row per product, site and month of output, `made_units` each."""
    output = store.require("production", "units")
    return output.mutate(on=output.period, made_units=output.units)


def production_against_plan(store: PlanStore, basis: Basis) -> ir.Table:
    """One row per product, site and closed month with a plan: `actual`, `planned`, `kept` units.

    `kept` is the smaller of the two. A planned month without output is 0, in months for which
    production is loaded at all; output without a plan is only counted, in `unplanned`.
    """
    output = store.require("production", "units")
    plan = supply_plan(store, basis)
    rows = beside_plan(
        store,
        basis,
        PRODUCTION_AGAINST_PLAN,
        output.mutate(actual=output.units),
        plan.mutate(planned=plan.production_units),
    )
    is_less = rows.actual < rows.planned
    return rows.mutate(kept=ibis.ifelse(is_less, rows.actual, rows.planned))


def production_cost(store: PlanStore, basis: Basis) -> ir.Table:
    """One row per product, site and month of output: `cost`, as booked or units × standard cost.

    Counts: `at_standard`, rows without a booked cost that stand at standard cost; `uncosted`, rows
    that have neither.

    Raises:
        MissingTable: There are neither booked nor standard costs.
        NotPermitted: One of the two is not for this person.
    """
    output = store.require("production", "units")
    output = output.mutate(on=output.period)
    is_booked = _has_booked_costs(store)
    booked = output.cost if is_booked else ibis.null("float64")
    if not has_standard_costs(store):
        if not is_booked:
            raise MissingTable(
                "Manufacturing cost needs the cost of production (`cost` of `production`) or the standard "
                "cost of products (`standard_cost` of `products`), and the loaded data have neither. "
                "Ask for production in units."
            )
        return output.mutate(at_standard=0, uncosted=booked.isnull().ifelse(1, 0))
    rows = with_standard_cost(store, output.mutate(booked=booked))
    cost = ibis.coalesce(rows.booked, rows.units * rows.standard_cost)
    return rows.mutate(
        cost=cost,
        at_standard=(rows.booked.isnull() & cost.notnull()).ifelse(1, 0),
        uncosted=cost.isnull().ifelse(1, 0),
    )


def planned_production_cost(store: PlanStore, basis: Basis) -> ir.Table:
    """One row per product, site and month of the supply plan: `planned_cost` at standard cost.

    Null without a standard cost, even where nothing is planned, and counted in `uncosted`.
    """
    rows = with_standard_cost(store, supply_plan(store, basis))
    planned_cost = rows.production_units * rows.standard_cost
    return rows.mutate(planned_cost=planned_cost, uncosted=planned_cost.isnull().ifelse(1, 0))


def _has_booked_costs(store: PlanStore) -> bool:
    try:
        store.require("production", "cost")
    except MissingTable:
        return False
    return True


PRODUCTION = Fact(
    "production",
    ("production",),
    ("production", "period"),
    SITE_SERIES,
    production,
    unit_measures=frozenset({"made_units"}),
)
PRODUCTION_AGAINST_PLAN = Fact(
    "production_against_plan",
    ("production", "supply_plan"),
    ("production", "period"),
    SITE_SERIES,
    production_against_plan,
    own_dimensions=("version",),
    plan_table="supply_plan",
    default_plan=APPROVED_ELSE_PROPOSED,
    said=supply_plan_said,
    unit_measures=frozenset({"actual", "planned", "kept"}),
    left_out={"unplanned": "{count} product-site months have output without any plan and are left out."},
)
PRODUCTION_COST = Fact(
    "production_cost",
    ("production", "products"),
    ("production", "period"),
    SITE_SERIES,
    production_cost,
    left_out={
        "at_standard": "{count} product-site months have no booked cost and stand at standard cost.",
        "uncosted": "{count} product-site months of output have no cost and are left out.",
    },
)
PLANNED_PRODUCTION_COST = Fact(
    "planned_production_cost",
    ("supply_plan", "products"),
    ("supply_plan", "period"),
    SITE_SERIES,
    planned_production_cost,
    own_dimensions=("version",),
    plan_table="supply_plan",
    default_plan=APPROVED_ELSE_PROPOSED,
    said=supply_plan_said,
    is_ahead=True,
    left_out={"uncosted": "{count} planned product-site months have no standard cost and are left out."},
)
