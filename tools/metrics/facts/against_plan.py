"""Actuals of product, site and month beside what was planned for them."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from connectors.plan_store import PlanStore
from tools.metrics.fact import Basis, Fact
from tools.metrics.snapshots import read_snapshots

SITE_SERIES = ("product_id", "site_id")


def beside_plan(store: PlanStore, basis: Basis, fact: Fact, actual: ir.Table, plan: ir.Table) -> ir.Table:
    """One row per product, site and closed month, and version where versions were asked for.

    The full outer join over the months that have both a snapshot of the plan and loaded actuals.
    A planned month without an actual row is `actual` 0. An actual without a plan is in neither measure,
    and counted in `unplanned`.

    Args:
        store: The plan store.
        basis: The settled parameters.
        fact: The fact that is built, for its plan and for the table that dates its actuals.
        actual: `product_id`, `site_id`, `period` and `actual`.
        plan: The same keys, `version` if the plan has versions, and `planned`; null is no plan.
    """
    months = _months(store, basis, fact)
    keys = [*SITE_SERIES, "period"]
    if basis.versions:
        keys = ["version", *keys]
        actual = actual.mutate(version=each_version(basis.versions))
    actual = actual.filter(_within(actual, months)).select(*keys, "actual")
    plan = plan.filter(plan.planned.notnull(), _within(plan, months)).select(*keys, "planned")
    joined = actual.outer_join(plan, keys)
    has_plan = joined.planned.notnull()
    made = joined.actual.fill_null(0.0)
    rows = joined.select(
        **{key: ibis.coalesce(joined[key], joined[f"{key}_right"]) for key in keys},
        actual=ibis.ifelse(has_plan, made, ibis.null("float64")),
        planned=joined.planned,
        unplanned=(~has_plan & (made != 0)).ifelse(1, 0),
    )
    return rows.mutate(on=rows.period)


def each_version(versions: tuple[str, ...]) -> ir.Value:
    """A column that repeats every row for each version."""
    return ibis.literal(versions[0]) if len(versions) == 1 else ibis.array(list(versions)).unnest()


def _months(store: PlanStore, basis: Basis, fact: Fact) -> dict[str | None, list[date]]:
    """By version (None where none was asked for) the closed months with both a snapshot and actuals."""
    closed = {m for m in store.months_loaded(*fact.dated_by) if m <= store.last_closed_month}
    found: dict[str | None, list[date]] = {}
    for one in read_snapshots(store, fact, basis):
        if one.period in closed:
            found.setdefault(one.version if basis.versions else None, []).append(one.period)
    return found


def _within(rows: ir.Table, months: dict[str | None, list[date]]) -> ir.BooleanValue:
    alternatives = []
    for version, listed in months.items():
        is_month = rows.period.isin([ibis.literal(month) for month in sorted(set(listed))])
        alternatives.append(is_month if version is None else is_month & (rows.version == version))
    return ibis.or_(*alternatives) if alternatives else ibis.literal(False)
