"""Plan against actual: the demand plan F beside the actual demand A, and their errors e = F − A.

Errors read the full outer join of plan and actuals over closed months (metrics.md, Conventions).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import ibis
import ibis.expr.types as ir

from connectors.periods import months_between
from connectors.plan_store import PlanStore
from connectors.warehouse import Snapshot
from tools.metrics.fact import Basis, Fact
from tools.metrics.facts.demand import lag_of
from tools.metrics.snapshots import read_snapshots

SERIES = ("product_id", "market_id")

Compared = Mapping[tuple[tuple[date, ...], int | None], Sequence[str]]
"""The versions by the months in which they are compared, and by lag where lags are told apart."""


def plan_against_actual(store: PlanStore, basis: Basis) -> ir.Table:
    """One row per product, market, closed month, version and lag: `forecast` F and `actual` A.

    The full outer join of plan and actuals over the months that have both a snapshot of the plan
    at the asked lag and loaded actuals. A month without an actual row is A = 0, an actual without
    a plan is F = 0 and counted in `unplanned`. With `weight` value both are at standard cost.
    """
    compared = compared_months(store, basis)
    actuals = actual_demand(store).mutate(version=_each(basis.versions))
    plan = planned_demand(store, basis, compared)
    plan = plan.select("version", *SERIES, "period", *lag_keys(basis), forecast="units")
    if basis.every_lag:
        actuals = actuals.mutate(lag=_each(sorted({lag for _, lag in compared if lag is not None}) or [0]))
    rows = joined_with_actuals(plan, actuals.filter(is_compared(actuals, compared)), basis, ("version",))
    rows = rows.mutate(
        on=rows.period,
        lag=named_lag(rows, basis),
        cells=ibis.literal(1, "int64"),
        forecast=rows.forecast.fill_null(0.0),
        actual=rows.actual.fill_null(0.0),
        unplanned=(rows.forecast.isnull() & (rows.actual != 0).fill_null(False)).ifelse(1, 0),
    )
    return at_standard_cost(store, rows, ("forecast", "actual")) if basis.weight == "value" else rows


def compared_months(store: PlanStore, basis: Basis, together: bool = False) -> Compared:
    """The versions by the closed months of the window that have actuals and a snapshot of theirs.

    Args:
        store: The plan store, narrowed to who asks.
        basis: The settled parameters.
        together: Whether a month counts only where every version has a snapshot.
    """
    loaded = store.months_loaded("demand_history", "period")
    closed = {m for m in loaded if m <= store.last_closed_month and basis.window.contains(m)}
    found = [one for one in read_snapshots(store, PLAN_AGAINST_ACTUAL, basis) if one.period in closed]
    compared: dict[tuple[tuple[date, ...], int | None], list[str]] = {}
    for lag in sorted({_lag(one) for one in found}) if basis.every_lag else [None]:
        at_lag = [one for one in found if lag in (None, _lag(one))]
        months = {v: {one.period for one in at_lag if one.version == v} for v in basis.versions}
        if together:
            months = dict.fromkeys(basis.versions, set.intersection(*months.values()))
        for version in basis.versions:
            if months[version]:
                compared.setdefault((tuple(sorted(months[version])), lag), []).append(version)
    return compared


def _lag(snapshot: Snapshot) -> int:
    return months_between(snapshot.cycle, snapshot.period)


def is_compared(rows: ir.Table, compared: Compared) -> ir.BooleanValue:
    """Whether a row is of a compared month; of its version and lag, where rows tell them apart."""
    alternatives = []
    for (months, lag), versions in compared.items():
        alternative = rows.period.isin([ibis.literal(month) for month in months])
        if "version" in rows.columns:
            alternative &= rows.version.isin(versions)
        alternatives.append(alternative if lag is None else alternative & (rows.lag == lag))
    return ibis.or_(*alternatives) if alternatives else ibis.literal(False)


def actual_demand(store: PlanStore) -> ir.Table:
    """One row per product, market and month of demand history: `actual`, the ordered units."""
    return store.require("demand_history", "ordered_units").select(*SERIES, "period", actual="ordered_units")


def planned_demand(store: PlanStore, basis: Basis, compared: Compared) -> ir.Table:
    """The rows of the demand plan of the versions, cycle or lag, and months that are compared.

    With `every_lag` they have their `lag` in months.
    """
    plan = store.require("demand_plan", "units")
    plan = plan.filter(plan.version.isin(basis.versions))
    if basis.every_lag:
        plan = plan.mutate(lag=lag_of(plan))
    elif basis.cycle is not None:
        plan = plan.filter(plan.cycle == ibis.literal(basis.cycle))
    else:
        plan = plan.filter(lag_of(plan) == basis.lag)
    return plan.filter(is_compared(plan, compared))


def lag_keys(basis: Basis) -> tuple[str, ...]:
    """The column that tells lags apart, where they are."""
    return ("lag",) if basis.every_lag else ()


def joined_with_actuals(
    plan: ir.Table, actuals: ir.Table, basis: Basis, more_keys: tuple[str, ...] = ()
) -> ir.Table:
    """The full outer join on product, market, month, lag and `more_keys`; what a side lacks is null."""
    keys = [*more_keys, *SERIES, "period", *lag_keys(basis)]
    joined = actuals.outer_join(plan, keys)
    rest = [name for name in (*actuals.columns, *plan.columns) if name not in keys]
    return joined.select(
        *dict.fromkeys(rest), **{key: ibis.coalesce(joined[key], joined[f"{key}_right"]) for key in keys}
    )


def named_lag(rows: ir.Table, basis: Basis) -> ir.Value:
    """The lag of each row as text, as a dimension's members are."""
    if basis.every_lag:
        return rows.lag.cast("string")
    if basis.cycle is not None:
        months = rows.period.year() * 12 + rows.period.month()
        return (months - (basis.cycle.year * 12 + basis.cycle.month)).cast("string")
    return ibis.literal(str(basis.lag))


def _each(members: Sequence[str] | Sequence[int]) -> ir.Value:
    """A column that repeats every row for each member."""
    return ibis.literal(members[0]) if len(members) == 1 else ibis.array(list(members)).unnest()


def at_standard_cost(store: PlanStore, rows: ir.Table, measures: Sequence[str]) -> ir.Table:
    """Units × standard cost; a row without a cost is 0 and counted in `uncosted`."""
    costs = store.require("products", "standard_cost").select("product_id", "standard_cost")
    joined = rows.left_join(costs, "product_id").drop("product_id_right")
    valued = {name: (joined[name] * joined.standard_cost).fill_null(0.0) for name in measures}
    return joined.mutate(**valued, uncosted=joined.standard_cost.isnull().ifelse(1, 0))


def with_errors(rows: ir.Table) -> ir.Table:
    """Adds `error` e = F − A, |e|, e², |A|, and `counted`, 1 for each sum that has any cost."""
    error = rows.forecast - rows.actual
    counted = ibis.ifelse(rows.cells > rows.uncosted, 1, 0) if "uncosted" in rows.columns else ibis.literal(1)
    return rows.mutate(
        error=error,
        absolute_error=error.abs(),
        squared_error=error * error,
        absolute_actual=rows.actual.abs(),
        counted=counted,
    )


UNPLANNED = "{count} product-market months were sold without any plan; their plan counts as zero."
UNCOSTED = "{count} product-market months have no standard cost and are left out."

PLAN_AGAINST_ACTUAL = Fact(
    "plan_against_actual",
    ("demand_plan", "demand_history"),
    ("demand_history", "period"),
    SERIES,
    plan_against_actual,
    own_dimensions=("version", "lag"),
    plan_table="demand_plan",
    default_versions=("consensus",),
    default_plan="the consensus plan",
    unit_measures=frozenset({"forecast", "actual"}),
    finish=with_errors,
    finish_sums=("forecast", "actual", "unplanned", "uncosted", "cells"),
    left_out={"unplanned": UNPLANNED, "uncosted": UNCOSTED},
)

MONTHLY_ERRORS = replace(PLAN_AGAINST_ACTUAL, name="monthly_errors", sums_to=())
"""Plan against actual of a whole group by month: the errors of its parts cancel out."""
