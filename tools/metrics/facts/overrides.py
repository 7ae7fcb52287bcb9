"""Facts that set plan versions against each other: the steps of the plan, and overrides of its numbers."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from connectors.errors import MissingTable, OutOfRange
from connectors.plan_store import PlanStore
from tools.metrics.fact import Basis, Fact
from tools.metrics.facts.demand import lag_of
from tools.metrics.facts.plan_against_actual import (
    SERIES,
    UNCOSTED,
    Compared,
    actual_demand,
    at_standard_cost,
    compared_months,
    is_compared,
    joined_with_actuals,
    lag_keys,
    named_lag,
    planned_demand,
)
from tools.metrics.snapshots import plan_versions

_IN_UNITS = (
    "forecast_before", "forecast", "actual", "first_actual", "first_before", "last_actual", "last_forecast",
)  # fmt: skip
"""Measures of a step; those named first and last hold in that step alone."""

LEAST_OVERRIDE = 0.05
"""A change of the number by more than this share of it is an override."""


def stairstep(store: PlanStore, asked: tuple[str, ...], is_cut: bool) -> tuple[str, ...]:
    """The versions asked for, in the order in which they are made; one alone with that before it.

    Without any, all that planned a month that is closed by now.

    Raises:
        OutOfRange: The first version is asked for alone.
        MissingTable: Fewer than two versions are loaded.
    """
    judged = {one.version for one in store.snapshots("demand_plan") if one.period <= store.last_closed_month}
    made = tuple(version for version in plan_versions(store) if version in {*judged, *asked})
    if len(made) < 2:
        raise MissingTable(
            "Two versions of the demand plan are set against each other here; loaded is only "
            f"{', '.join(made) or 'none'}."
        )
    if len(asked) == 1:
        place = made.index(asked[0])
        if place == 0:
            raise OutOfRange(
                f"{made[0]} is the first version of the demand plan: there is none before it that it could "
                f"improve. Ask for one of {', '.join(made[1:])}."
            )
        return made[place - 1], made[place]
    return tuple(version for version in made if version in asked) if asked else made


def overridden(store: PlanStore, asked: tuple[str, ...], is_cut: bool) -> tuple[str, ...]:
    """The statistical plan and those that override it: the consensus plan, or where cut all later ones.

    Of several versions asked for the first one made is what the others override.

    Raises:
        MissingTable: Fewer than two versions are loaded, or one of the usual two is not.
    """
    made = stairstep(store, (), is_cut)
    if len(asked) > 1 or asked == ("statistical",):
        return stairstep(store, asked, is_cut)
    later = asked or (made[made.index("statistical") + 1 :] if is_cut and "statistical" in made else ())
    found = tuple(dict.fromkeys(("statistical", *(later or ("consensus",)))))
    if not set(found) <= set(made):
        raise MissingTable(
            f"Overrides are read from the {found[0]} to the {found[-1]} plan; loaded are {', '.join(made)}. "
            "Ask for two of these."
        )
    return found


def as_changed(store: PlanStore, asked: tuple[str, ...], is_cut: bool) -> tuple[str, ...]:
    """The versions asked for; none for every one that somebody changed."""
    return asked


def version_steps(store: PlanStore, basis: Basis) -> ir.Table:
    """One row per product, market, month, lag and step from one version to the next, the later its `version`.

    Only keys that all versions hold; the others are counted in `uncommon`. Measures: `forecast_before`,
    `forecast`, `actual`, and `first_actual`, which is the actual in the first step alone, so that several
    steps are over the actuals once; likewise `first_before` and, in the last step alone, `last_forecast`
    and `last_actual`.
    """
    rows = _side_by_side(store, basis)
    units = [rows[f"units_{place}"] for place in range(len(basis.versions))]
    is_common = ibis.and_(*(number.notnull() for number in units))
    rows = rows.mutate(is_common=is_common, actual=rows.actual.fill_null(0.0))
    rows = _by_step(rows, basis, pairs=[(place - 1, place) for place in range(1, len(units))])
    is_first = rows.step == 1
    counted = ("forecast_before", "forecast", "actual")
    rows = rows.mutate(
        uncommon=(is_first & ~rows.is_common).ifelse(1, 0),
        **{name: ibis.ifelse(rows.is_common, rows[name], 0.0) for name in counted},
    )
    is_last = rows.step == len(units) - 1
    rows = rows.mutate(
        first_actual=ibis.ifelse(rows.step == 1, rows.actual, 0.0),
        first_before=ibis.ifelse(rows.step == 1, rows.forecast_before, 0.0),
        last_actual=ibis.ifelse(is_last, rows.actual, 0.0),
        last_forecast=ibis.ifelse(is_last, rows.forecast, 0.0),
    )
    if basis.weight != "value":
        return rows
    rows = at_standard_cost(store, rows, _IN_UNITS)
    return rows.mutate(uncosted=ibis.ifelse((rows.step == 1) & rows.is_common, rows.uncosted, 0))


def with_errors_of_steps(rows: ir.Table) -> ir.Table:
    """Adds the absolute error before and after each step, and the absolute actual once."""
    return rows.mutate(
        error_before=(rows.forecast_before - rows.actual).abs(),
        absolute_error=(rows.forecast - rows.actual).abs(),
        absolute_actual=rows.first_actual.abs(),
        first_error=(rows.first_before - rows.first_actual).abs(),
        last_error=(rows.last_forecast - rows.last_actual).abs(),
    )


def overrides(store: PlanStore, basis: Basis) -> ir.Table:
    """One row per product, market, month, lag and later version that both plans hold, with `is_override`.

    An override changes the number by more than 5 %. It is `won` where it brought the number nearer to the
    actual. A number that only one of the two plans holds is counted in `in_one_plan`.
    """
    rows = _side_by_side(store, basis)
    rows = rows.mutate(actual=rows.actual.fill_null(0.0))
    rows = _by_step(rows, basis, pairs=[(0, place) for place in range(1, len(basis.versions))])
    has_before, has_after = rows.forecast_before.notnull(), rows.forecast.notnull()
    rows = rows.mutate(in_one_plan=(has_before != has_after).ifelse(1, 0))
    return _judged(rows)


def adjustments(store: PlanStore, basis: Basis) -> ir.Table:
    """One row per number that somebody changed, with its `author`, judged as `overrides` are."""
    changes = store.require("adjustments", "units_before", "units_after", "author")
    if basis.versions:
        changes = changes.filter(changes.version.isin(basis.versions))
    changes = changes.mutate(lag=lag_of(changes))
    if basis.cycle is not None:
        changes = changes.filter(changes.cycle == ibis.literal(basis.cycle))
    elif not basis.every_lag:
        changes = changes.filter(changes.lag == basis.lag)
    closed = [m for m in store.months_loaded("demand_history", "period") if m <= store.last_closed_month]
    actuals = actual_demand(store)
    changes = changes.filter(changes.period.isin([ibis.literal(month) for month in closed]))
    rows = changes.left_join(actuals, [*SERIES, "period"]).select(
        *SERIES,
        "author",
        "version",
        actual=lambda joined: joined.actual.fill_null(0.0),
        on=changes.period,
        lag=changes.lag.cast("string"),
        forecast_before=changes.units_before,
        forecast=changes.units_after,
        in_one_plan=ibis.literal(0, "int64"),
    )
    return _judged(rows)


def _judged(rows: ir.Table) -> ir.Table:
    """Adds `is_override`, and `won` where the later number is nearer to the actual; 1 or 0 each."""
    change = (rows.forecast - rows.forecast_before).abs()
    is_override = (change > LEAST_OVERRIDE * rows.forecast_before.abs()).fill_null(False)
    is_nearer = (rows.forecast - rows.actual).abs() < (rows.forecast_before - rows.actual).abs()
    return rows.mutate(
        is_override=is_override.ifelse(1, 0), won=(is_override & is_nearer.fill_null(False)).ifelse(1, 0)
    )


def _side_by_side(store: PlanStore, basis: Basis) -> ir.Table:
    """One row per product, market, month and lag: the units of the first version in `units_0`, and so on.

    Units that a version does not hold are null, and so is an `actual` that has no row.
    """
    compared = compared_months(store, basis, together=True)
    plan = planned_demand(store, basis, compared)
    units = {
        f"units_{place}": plan.units.sum(where=plan.version == version)
        for place, version in enumerate(basis.versions)
    }
    side_by_side = plan.aggregate(**units, by=[*SERIES, "period", *lag_keys(basis)])
    rows = joined_with_actuals(side_by_side, _actuals_compared(store, basis, compared), basis)
    return rows.mutate(on=rows.period, lag=named_lag(rows, basis))


def _actuals_compared(store: PlanStore, basis: Basis, compared: Compared) -> ir.Table:
    actuals = actual_demand(store)
    if basis.every_lag:
        lags = sorted({lag for _, lag in compared if lag is not None}) or [0]
        actuals = actuals.mutate(lag=ibis.array(lags).unnest())
    return actuals.filter(is_compared(actuals, compared))


def _by_step(rows: ir.Table, basis: Basis, pairs: list[tuple[int, int]]) -> ir.Table:
    """Each row once for each pair of versions, numbered from 1 in `step`, the later one's name `version`."""
    steps = list(range(1, len(pairs) + 1))
    rows = rows.mutate(step=ibis.array(steps).unnest() if len(steps) > 1 else ibis.literal(1))

    def of_step(values: list[ir.Value]) -> ir.Value:
        return ibis.cases(*((rows.step == step, value) for step, value in zip(steps, values, strict=True)))

    return rows.mutate(
        version=of_step([ibis.literal(basis.versions[later]) for _, later in pairs]),
        forecast_before=of_step([rows[f"units_{before}"] for before, _ in pairs]),
        forecast=of_step([rows[f"units_{later}"] for _, later in pairs]),
    )


_UNCOMMON = "{count} product-market months are not in all of the plans shown, or were not planned; left out."
_IN_ONE_PLAN = "{count} product-market months stand in only one of the two plans and are left out."

VERSION_STEPS = Fact(
    "version_steps",
    ("demand_plan", "demand_history"),
    ("demand_history", "period"),
    SERIES,
    version_steps,
    own_dimensions=("version", "lag"),
    plan_table="demand_plan",
    versions_read=stairstep,
    needs_every_version=True,
    unit_measures=frozenset(_IN_UNITS),
    finish=with_errors_of_steps,
    finish_sums=(*_IN_UNITS, "uncommon", "uncosted"),
    shared_over=("version",),
    left_out={"uncommon": _UNCOMMON, "uncosted": UNCOSTED},
)
OVERRIDES = Fact(
    "overrides",
    ("demand_plan", "demand_history"),
    ("demand_history", "period"),
    SERIES,
    overrides,
    own_dimensions=("version", "lag"),
    plan_table="demand_plan",
    versions_read=overridden,
    needs_every_version=True,
    left_out={"in_one_plan": _IN_ONE_PLAN},
)
ADJUSTMENTS = Fact(
    "adjustments",
    ("adjustments", "demand_plan", "demand_history"),
    ("demand_history", "period"),
    SERIES,
    adjustments,
    own_dimensions=("author", "version", "lag"),
    plan_table="demand_plan",
    versions_read=as_changed,
    default_plan="every number that somebody changed, in the version in which it was changed,",
)
