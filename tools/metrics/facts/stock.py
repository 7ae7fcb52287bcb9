"""Facts over closing stock: its value, and stock against what was planned and against its target."""

from __future__ import annotations

import ibis.expr.types as ir

from connectors.plan_store import PlanStore
from tools.metrics.fact import Basis, Fact
from tools.metrics.facts.against_plan import SITE_SERIES, beside_plan
from tools.metrics.facts.demand import closing_stock
from tools.metrics.facts.standard_cost import weighed, with_standard_cost
from tools.metrics.facts.supply_plans import (
    APPROVED_ELSE_PROPOSED,
    inventory_targets,
    supply_plan,
    supply_plan_said,
)


def stock_value(store: PlanStore, basis: Basis) -> ir.Table:
    """One row per product, site and month end: `closing_value` at standard cost.

    Null without a standard cost, even of no stock, and counted in `uncosted`.
    """
    stock = with_standard_cost(store, closing_stock(store, basis))
    closing_value = stock.closing_units * stock.standard_cost
    return stock.mutate(closing_value=closing_value, uncosted=closing_value.isnull().ifelse(1, 0))


def stock_against_plan(store: PlanStore, basis: Basis) -> ir.Table:
    """One row per product, site and closed month end with a planned closing: `actual`, `planned`.

    At standard cost where the basis weighs value, else in units. A planned closing without a row of
    stock is 0; stock without a planned closing is only counted, in `unplanned`.
    """
    store.require("supply_plan", "closing_inventory_units")
    plan = supply_plan(store, basis)
    return _against(store, basis, STOCK_AGAINST_PLAN, plan.mutate(planned=plan.closing_inventory_units))


def stock_against_target(store: PlanStore, basis: Basis) -> ir.Table:
    """The same against the stock targets."""
    targets = inventory_targets(store, basis)
    return _against(store, basis, STOCK_AGAINST_TARGET, targets.mutate(planned=targets.target_units))


def _against(store: PlanStore, basis: Basis, fact: Fact, plan: ir.Table) -> ir.Table:
    stock = closing_stock(store, basis)
    rows = beside_plan(store, basis, fact, stock.mutate(actual=stock.closing_units), plan)
    return weighed(store, basis, rows, "actual", "planned")


STOCK_VALUE = Fact(
    "stock_value",
    ("inventory", "products"),
    ("inventory", "period"),
    SITE_SERIES,
    stock_value,
    is_closing=True,
    left_out={"uncosted": "{count} product-site closings have no standard cost and are left out."},
)
_UNCOSTED = "{count} product-site closings have no standard cost and are left out."
STOCK_AGAINST_PLAN = Fact(
    "stock_against_plan",
    ("inventory", "supply_plan", "products"),
    ("inventory", "period"),
    SITE_SERIES,
    stock_against_plan,
    own_dimensions=("version",),
    plan_table="supply_plan",
    default_plan=APPROVED_ELSE_PROPOSED,
    said=supply_plan_said,
    unit_measures=frozenset({"actual", "planned"}),
    is_closing=True,
    at_cost=True,
    left_out={
        "unplanned": "{count} product-site closings have stock without any planned stock and are left out.",
        "uncosted": _UNCOSTED,
    },
)
STOCK_AGAINST_TARGET = Fact(
    "stock_against_target",
    ("inventory", "inventory_targets", "products"),
    ("inventory", "period"),
    SITE_SERIES,
    stock_against_target,
    plan_table="inventory_targets",
    default_plan="the stock targets",
    unit_measures=frozenset({"actual", "planned"}),
    is_closing=True,
    at_cost=True,
    left_out={
        "unplanned": "{count} product-site closings have stock without any target and are left out.",
        "uncosted": _UNCOSTED,
    },
)
