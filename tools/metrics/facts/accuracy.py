"""Facts of errors that are taken per series and averaged, and of the ranges that actuals fell into.

A series is a product in a market, or a member of the error level asked for, within one group of the cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import ibis
import ibis.expr.types as ir

from connectors.plan_store import PlanStore
from tools.metrics.fact import Basis, Fact, Scale
from tools.metrics.facts.plan_against_actual import (
    PLAN_AGAINST_ACTUAL,
    SERIES,
    actual_demand,
    at_standard_cost,
    compared_months,
    lag_keys,
    named_lag,
    planned_demand,
)

_SEASON = 12
"""Months after which demand repeats itself, for the seasonal-naive error."""


def percentage_errors(rows: ir.Table, series: Sequence[str]) -> ir.Table:
    """One row per series: `percentage_error`, the mean of |e| / |A| over its months with A ≠ 0.

    `percentage_series` is 1 where there is any such month, `without_actual` counts the others.
    """
    has_actual = rows.actual != 0
    is_counted = rows.counted == 1
    percentage = rows.absolute_error / rows.absolute_actual.nullif(0)
    found = rows.aggregate(
        percentage_error=percentage.mean(where=is_counted & has_actual),
        without_actual=(is_counted & ~has_actual).ifelse(1, 0).sum(),
        **_counts(rows),
        by=list(series),
    )
    return found.mutate(percentage_series=found.percentage_error.notnull().ifelse(1, 0))


def scaled_errors(rows: ir.Table, series: Sequence[str]) -> ir.Table:
    """One row per series: `scaled_error` mean |e| / scale, `scaled_root` √(mean e² / scale of squares).

    `scaled_series` is 1 where there is a scale above 0; `too_short` counts the series that have none,
    `without_change` those of which it is 0.
    """
    is_counted = rows.counted == 1
    found = rows.aggregate(
        mae=rows.absolute_error.mean(where=is_counted),
        mse=rows.squared_error.mean(where=is_counted),
        absolute_scale=rows.absolute_scale.max(),
        squared_scale=rows.squared_scale.max(),
        **_counts(rows),
        by=list(series),
    )
    has_errors = found.mae.notnull()
    return found.mutate(
        scaled_error=found.mae / found.absolute_scale.nullif(0),
        scaled_root=(found.mse / found.squared_scale.nullif(0)).sqrt(),
        scaled_series=(has_errors & (found.absolute_scale > 0).fill_null(False)).ifelse(1, 0),
        too_short=(has_errors & found.absolute_scale.isnull()).ifelse(1, 0),
        without_change=(has_errors & (found.absolute_scale == 0).fill_null(False)).ifelse(1, 0),
    )


def _counts(rows: ir.Table) -> dict[str, ir.Value]:
    """What a series carries on of its rows: how many there were and what was left out of them."""
    counted = {name: rows[name].sum() for name in ("unplanned", "uncosted") if name in rows.columns}
    return {"cells": rows.count(), **counted}


def earlier_actuals(store: PlanStore, basis: Basis) -> ir.Table:
    """One row per product, market and month of actual demand before the window."""
    history = actual_demand(store)
    history = history.filter(history.period < ibis.literal(basis.window.start)).mutate(on=history.period)
    return at_standard_cost(store, history, ("actual",)) if basis.weight == "value" else history


def seasonal_naive_scale(past: ir.Table, series: Sequence[str], basis: Basis) -> ir.Table:
    """One row per series: the mean |A(t) − A(t−12)| before the window, and the mean of its square.

    t runs over all calendar months from a year after the first actual to the month before the window; a
    month without a row is 0. A series of fewer than 13 months has no row.
    """
    month = past.on.year() * 12 + past.on.month()
    alike = ibis.window(group_by=[past[name] for name in series])
    # Each month adds to its own change, and takes off that of a year later: no calendar is needed.
    now = past.select(*series, month=month, first=month.min().over(alike), change=past.actual)
    later = now.mutate(month=now.month + _SEASON, change=-now.change)
    both = now.union(later)
    last = basis.window.start.year * 12 + basis.window.start.month - 1
    both = both.filter(both.month >= both["first"] + _SEASON, both.month <= last)
    changes = both.aggregate(change=both.change.sum(), by=[*series, "first", "month"])
    summed = changes.aggregate(
        absolute=changes.change.abs().sum(),
        squared=(changes.change * changes.change).sum(),
        by=[*series, "first"],
    )
    count = last - summed["first"] + 1 - _SEASON
    return summed.select(
        *series, absolute_scale=summed.absolute / count, squared_scale=summed.squared / count
    )


def ranges(store: PlanStore, basis: Basis) -> ir.Table:
    """One row per product, market, month, version and lag of a plan with a range from P10 to P90.

    Measures: `ranged` 1, `within` 1 where the actual lies in the range, both ends included. A month
    without an actual row is A = 0.
    """
    store.require("demand_plan", "units_p10", "units_p90")
    compared = compared_months(store, basis)
    plan = planned_demand(store, basis, compared)
    plan = plan.filter(plan.units_p10.notnull(), plan.units_p90.notnull())
    plan = plan.select("version", *SERIES, "period", *lag_keys(basis), "units_p10", "units_p90")
    actuals = actual_demand(store).rename(actual_period="period")
    actuals = actuals.select("product_id", "market_id", "actual_period", "actual")
    joined = plan.left_join(
        actuals,
        [
            plan.product_id == actuals.product_id,
            plan.market_id == actuals.market_id,
            plan.period == actuals.actual_period,
        ],
    )
    actual = joined.actual.fill_null(0.0)
    return joined.mutate(
        on=joined.period,
        lag=named_lag(joined, basis),
        ranged=ibis.literal(1, "int64"),
        within=actual.between(joined.units_p10, joined.units_p90).ifelse(1, 0),
    )


_WITHOUT_ACTUAL = (
    "{count} months of a series had no actual demand (A = 0) and are left out of its percentage."
)
_TOO_SHORT = "{count} series have fewer than 13 months of actual demand before the window and are left out."
_WITHOUT_CHANGE = (
    "{count} series did not change from one year to the next before the window, which leaves nothing to "
    "measure their errors against; they are left out."
)

PERCENTAGE_ERRORS = replace(
    PLAN_AGAINST_ACTUAL,
    name="percentage_errors",
    per_series=percentage_errors,
    left_out={**PLAN_AGAINST_ACTUAL.left_out, "without_actual": _WITHOUT_ACTUAL},
)
SCALED_ERRORS = replace(
    PLAN_AGAINST_ACTUAL,
    name="scaled_errors",
    per_series=scaled_errors,
    scale=Scale(earlier_actuals, ("actual",), seasonal_naive_scale),
    left_out={**PLAN_AGAINST_ACTUAL.left_out, "too_short": _TOO_SHORT, "without_change": _WITHOUT_CHANGE},
)
RANGES = Fact(
    "ranges",
    ("demand_plan", "demand_history"),
    ("demand_history", "period"),
    SERIES,
    ranges,
    own_dimensions=("version", "lag"),
    plan_table="demand_plan",
    default_versions=("statistical",),
    default_plan="the statistical plan",
)
