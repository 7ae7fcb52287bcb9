"""Stock by product against the supply plan, at standard cost: where the bridge ends below business units."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import ibis
import ibis.expr.types as ir

from connectors.periods import add_months
from connectors.plan_store import PlanStore
from tools.metrics.cash_bridge.compared_plans import of_months

_KEPT = ("actual_closing", "actual_opening", "plan_closing", "plan_opening", "build_error")


def stock_months(store: PlanStore, cycles: Mapping[date, date]) -> tuple[date, ...]:
    """The months of `cycles` that have a closing stock before and after, and a supply plan of the cycle."""
    closed = set(store.months_loaded("inventory", "period"))
    planned = {(one.cycle, one.period) for one in store.snapshots("supply_plan")}
    return tuple(
        month
        for month, cycle in cycles.items()
        if {month, add_months(month, -1)} <= closed and (cycle, month) in planned
    )


def stock_rows(store: PlanStore, cycles: Mapping[date, date], errors: ir.Table) -> ir.Table:
    """One row per product and month `on`, money at standard cost.

    `planned_build`, `actual_build`: change of the stock over the month. As effects on cash: `build_error` =
    − (planned − shipped) × cost, `build_supply` = − (actual − planned build) − `build_error`. A product
    without a row in a month that is loaded has no stock. Products without a cost count as `uncosted`.

    Args:
        store: The plan store.
        cycles: The cycle of the supply plan that each month is held against.
        errors: `build_error` by product and month `on`, negative where more was planned than shipped.

    Raises:
        MissingTable, NotPermitted: Stock, planned stock or costs are missing.
    """
    months = sorted(cycles)
    inventory = store.require("inventory", "closing_units")
    plan = _as_approved(store, store.require("supply_plan", "closing_inventory_units"))
    now = plan.filter(of_months(plan, [(cycle, month) for month, cycle in cycles.items()]))
    earlier = plan.filter(
        of_months(plan, [(cycle, add_months(month, -1)) for month, cycle in cycles.items()])
    )
    parts = [
        _part(_in(inventory, months), "closing_units", "actual_closing"),
        _part(_in(inventory, [add_months(m, -1) for m in months]), "closing_units", "actual_opening", 1),
        _part(now, "closing_inventory_units", "plan_closing"),
        _part(earlier, "closing_inventory_units", "plan_opening", 1),
    ]
    units = ibis.union(*parts, distinct=False).group_by("product_id", "on")
    rows = units.aggregate(**{name: ibis._[name].sum() for name in _KEPT[:4]})
    return _valued(store, rows, errors)


def _in(rows: ir.Table, months: list[date]) -> ir.Table:
    return rows.filter(rows.period.isin([ibis.literal(month) for month in months]))


def _part(rows: ir.Table, column: str, name: str, later: int = 0) -> ir.Table:
    on = (rows.period + ibis.interval(months=1)).cast("date") if later else rows.period
    columns = {n: rows[column].cast("float64") if n == name else ibis.null("float64") for n in _KEPT[:4]}
    return rows.select("product_id", on=on, **columns)


def _as_approved(store: PlanStore, plan: ir.Table) -> ir.Table:
    made = sorted({one.cycle for one in store.snapshots("supply_plan") if one.version == "approved"})
    is_approved = plan.cycle.isin([ibis.literal(cycle) for cycle in made]) if made else ibis.literal(False)
    return plan.filter(plan.version == ibis.ifelse(is_approved, "approved", "proposed"))


def _valued(store: PlanStore, rows: ir.Table, errors: ir.Table) -> ir.Table:
    in_month = ibis.window(group_by=rows.on)
    held = {name: rows[name].count().over(in_month) > 0 for name in _KEPT[:4]}
    filled = {n: ibis.ifelse(held[n], rows[n].fill_null(0.0), ibis.null("float64")) for n in held}
    rows = rows.mutate(**filled)
    opening = ibis.coalesce(rows.plan_opening, rows.actual_opening)
    rows = rows.mutate(actual=rows.actual_closing - rows.actual_opening, planned=rows.plan_closing - opening)
    costs = store.require("products", "standard_cost").select(of_product="product_id", cost="standard_cost")
    rows = rows.left_join(costs, rows.product_id == costs.of_product).drop("of_product")
    by = errors.rename(of_product="product_id", of_month="on")
    rows = rows.left_join(by, [rows.product_id == by.of_product, rows.on == by.of_month])
    error = ibis.ifelse(rows.cost.notnull(), rows.build_error.fill_null(0.0), ibis.null("float64"))
    is_uncosted = rows.cost.isnull() & ((rows.actual != 0) | (rows.planned != 0))
    return rows.select(
        "product_id",
        "on",
        planned_build=rows.planned * rows.cost,
        actual_build=rows.actual * rows.cost,
        build=(rows.planned - rows.actual) * rows.cost,
        build_error=error,
        build_supply=(rows.planned - rows.actual) * rows.cost - error,
        uncosted=is_uncosted.fill_null(False).ifelse(1, 0),
    )
