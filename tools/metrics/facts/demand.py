"""Facts over actual demand, demand plans and stock: history, plan, plan against actual, closings."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from connectors.plan_store import PlanStore
from tools.metrics.fact import Basis, Fact
from tools.metrics.snapshots import latest_cycles, read_snapshots

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


def plan_against_actual(store: PlanStore, basis: Basis) -> ir.Table:
    """One row per product, market, closed month and version: `forecast` F and `actual` A.

    The full outer join of plan and actuals over the months that have both a snapshot of the plan
    at the asked lag and loaded actuals. A month without an actual row is A = 0, an actual without
    a plan is F = 0 and counted in `unplanned`. With `weight` value both are at standard cost.
    """
    compared = _compared_months(store, basis)
    history = store.require("demand_history", "ordered_units")
    actuals = history.select(*_SERIES, "period", actual="ordered_units")
    actuals = actuals.mutate(version=_each(basis.versions))
    actuals = actuals.filter(_compared(actuals, compared))
    plan = _of_versions(store, basis)
    chosen = plan.cycle == ibis.literal(basis.cycle) if basis.cycle else at_lag(plan, basis.lag)
    plan = plan.filter(chosen, _compared(plan, compared))
    plan = plan.select("version", *_SERIES, "period", forecast="units")
    keys = ["version", *_SERIES, "period"]
    joined = actuals.outer_join(plan, keys)
    rows = joined.select(
        **{key: ibis.coalesce(joined[key], joined[f"{key}_right"]) for key in keys},
        forecast=joined.forecast.fill_null(0.0),
        actual=joined.actual.fill_null(0.0),
        unplanned=(joined.forecast.isnull() & (joined.actual != 0)).ifelse(1, 0),
    )
    rows = rows.mutate(on=rows.period)
    return _at_standard_cost(store, rows) if basis.weight == "value" else rows


def _compared_months(store: PlanStore, basis: Basis) -> dict[tuple[date, ...], list[str]]:
    """The versions by the closed months in which both a snapshot of theirs and actuals are loaded."""
    closed = [m for m in store.months_loaded("demand_history", "period") if m <= store.last_closed_month]
    snapshots = read_snapshots(store, PLAN_AGAINST_ACTUAL, basis)
    compared: dict[tuple[date, ...], list[str]] = {}
    for version in basis.versions:
        planned = {one.period for one in snapshots if one.version == version}
        compared.setdefault(tuple(m for m in closed if m in planned), []).append(version)
    return compared


def _compared(rows: ir.Table, compared: dict[tuple[date, ...], list[str]]) -> ir.BooleanValue:
    alternatives = [
        rows.version.isin(versions) & rows.period.isin([ibis.literal(month) for month in months])
        for months, versions in compared.items()
        if months
    ]
    return ibis.or_(*alternatives) if alternatives else ibis.literal(False)


def _each(versions: tuple[str, ...]) -> ir.Value:
    """A column that repeats every row for each version."""
    return ibis.literal(versions[0]) if len(versions) == 1 else ibis.array(list(versions)).unnest()


def with_errors(rows: ir.Table) -> ir.Table:
    """Adds `error` = F − A, its absolute value, and the absolute actual."""
    error = rows.forecast - rows.actual
    return rows.mutate(error=error, absolute_error=error.abs(), absolute_actual=rows.actual.abs())


def closing_stock(store: PlanStore, basis: Basis) -> ir.Table:
    """One row per product, site and month end, `closing_units` each."""
    inventory = store.require("inventory", "closing_units")
    return inventory.mutate(on=inventory.period)


def _of_versions(store: PlanStore, basis: Basis) -> ir.Table:
    plan = store.require("demand_plan", "units")
    return plan.filter(plan.version.isin(basis.versions))


def at_lag(plan: ir.Table, lag: int) -> ir.BooleanValue:
    """Whether a row of a plan was made so many months before its month."""
    between = (plan.period.year() - plan.cycle.year()) * 12 + plan.period.month() - plan.cycle.month()
    return between == lag


def _at_standard_cost(store: PlanStore, rows: ir.Table) -> ir.Table:
    costs = store.require("products", "standard_cost").select("product_id", "standard_cost")
    joined = rows.left_join(costs, "product_id").drop("product_id_right")
    return joined.mutate(
        forecast=(joined.forecast * joined.standard_cost).fill_null(0.0),
        actual=(joined.actual * joined.standard_cost).fill_null(0.0),
        uncosted=joined.standard_cost.isnull().ifelse(1, 0),
    )


_UNPLANNED = "{count} product-market months were sold without any plan; their plan counts as zero."
_UNCOSTED = "{count} product-market months have no standard cost and are left out."

PLAN_AGAINST_ACTUAL = Fact(
    "plan_against_actual",
    ("demand_plan", "demand_history"),
    ("demand_history", "period"),
    _SERIES,
    plan_against_actual,
    own_dimensions=("version",),
    plan_table="demand_plan",
    default_versions=("consensus",),
    default_plan="the consensus plan",
    unit_measures=frozenset({"forecast", "actual"}),
    finish=with_errors,
    finish_sums=("forecast", "actual", "unplanned", "uncosted"),
    left_out={"unplanned": _UNPLANNED, "uncosted": _UNCOSTED},
)

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
