"""The financial side of the bridge: actual less planned, by business unit, region, month and account.

Δcash = Δrevenue − Δcogs − Δpromotion − Δexpedite − Δoperating expense − Δ(inventory build) + other.
Measures are effects on cash: a cost above its plan is negative.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import ibis
import ibis.expr.types as ir

from connectors.periods import add_months
from connectors.plan_store import PlanStore
from tools.metrics.cash_bridge.compared_plans import ComparedPlan, of_months
from tools.metrics.cash_bridge.operating import REVENUE_PARTS, has_costs

_CELL = ("business_unit", "region", "on")
_FLOWS = ("cash_in", "cash_out", "revenue", "cogs", "promotion", "expedite", "operating_expense")
_KEPT = (*_FLOWS, "closing", "opening")
_SIDED = tuple(f"{side}_{name}" for side in ("actual", "plan") for name in _KEPT)
_COSTS = ("cogs", "promotion", "expedite", "operating_expense")

_STEPS = ("revenue", *_COSTS, "build")
BUILD_PARTS = ("build_error", "build_supply")
BOOK_MEASURES = ("planned_cash", "actual_cash", "cash", *_STEPS, "planned_build", "other")
SPLIT_MEASURES = (*REVENUE_PARTS, "books", *BUILD_PARTS, "plan_gap", "plan_money")


def book_cells(store: PlanStore, plans: Sequence[ComparedPlan]) -> ir.Table:
    """One row per business unit, region and month `on`, measures in money.

    `planned_cash`, `actual_cash`, `planned_build`, and as effects on cash `cash`, `revenue`, `cogs`,
    `promotion`, `expedite`, `operating_expense`, `build`, `other`. An account that one side does not hold in
    the month is unknown (its cells count as `incomplete`); one that it holds elsewhere in the month is 0.
    A cell without a plan has no measures and counts as `unplanned`.
    """
    return _shown(_with_effects(_sides(_accounts(store, plans))), BOOK_MEASURES)


def bridged_cells(store: PlanStore, plans: Sequence[ComparedPlan], series: ir.Table) -> ir.Table:
    """`book_cells` with the parts of revenue and of the build, out of the operating side's `series_rows`.

    `books` = Δrevenue less what the operating book explains, `build_supply` = the build beyond the plan
    that the forecast error does not explain. `plan_money` is the planned revenue of the financial book,
    `plan_gap` what the demand plan at planned prices is above it, a part of `books`. Months without a
    demand plan are not split, nor is the build without standard costs.
    """
    names = (*REVENUE_PARTS, "build_error", "planned_revenue", "unvalued", "uncosted")
    cells = series.group_by(*_CELL).aggregate(
        **{name: series[name].sum().cast("float64") for name in names}, series_rows=series.count()
    )
    rows = _with_effects(_sides(_outer(_accounts(store, plans), cells)))
    is_split = rows.series_rows.count().over(ibis.window(group_by=rows.on)) > 0
    rows = rows.mutate(**{name: _where(is_split, rows[name].fill_null(0.0)) for name in names})
    if not has_costs(store):
        rows = rows.mutate(build_error=ibis.null("float64"), uncosted=0.0)
    explained = _plus(*(rows[name] for name in REVENUE_PARTS))
    rows = rows.mutate(books=rows.revenue - explained, build_supply=rows.build - rows.build_error)
    rows = rows.mutate(plan_money=rows.plan_revenue, plan_gap=rows.planned_revenue - rows.plan_revenue)
    # What is not known as a whole has no parts either.
    of_revenue = {n: _where(rows.revenue.notnull(), rows[n]) for n in (*REVENUE_PARTS, "books")}
    of_build = {n: _where(rows.build.notnull(), rows[n]) for n in BUILD_PARTS}
    return _shown(rows.mutate(**of_revenue, **of_build), (*BOOK_MEASURES, *SPLIT_MEASURES))


def _shown(rows: ir.Table, measures: Sequence[str]) -> ir.Table:
    """Cells that have any row, their measures where there is a plan, and what is left out, counted."""
    counts = [rows[name].fill_null(0.0) for name in rows.columns if name.endswith("_rows")]
    rows = rows.filter(_plus(*counts) > 0)
    is_planned = rows.plan_rows.fill_null(0.0) > 0
    kept = {name: _where(is_planned, rows[name]) for name in measures}
    more = {n: rows[n].fill_null(0.0) for n in ("unvalued", "uncosted") if n in rows.columns}
    return rows.select(
        *_CELL,
        **kept,
        **more,
        incomplete=(is_planned & rows.is_incomplete).ifelse(1, 0),
        unplanned=(~is_planned).ifelse(1, 0),
    )


def _where(condition: ir.Value, value: ir.Value) -> ir.Value:
    return ibis.ifelse(condition, value, ibis.null("float64"))


def _accounts(store: PlanStore, plans: Sequence[ComparedPlan]) -> ir.Table:
    """One row per cell: each account's actual (`actual_…`) and plan (`plan_…`), null without a row."""
    months = [plan.month for plan in plans]
    before = [add_months(month, -1) for month in months]
    actuals = store.require("financials", "amount")
    made = store.require("financial_plans", "amount")
    now = _of_plans(made, [(p.version, p.cycle, p.month) for p in plans])
    earlier = _of_plans(made, [(p.version, p.cycle, add_months(p.month, -1)) for p in plans])
    parts = [
        *_named("actual", _in(actuals, months), _in(actuals, before)),
        *_named("plan", now, earlier),
    ]
    rows = ibis.union(*parts, distinct=False)
    amounts = {name: rows.amount.sum(where=rows.account == name) for name in _SIDED}
    counted = {f"{side}_rows": rows[f"is_{side}"].sum().cast("float64") for side in ("actual", "plan")}
    return rows.group_by(*_CELL).aggregate(**amounts, **counted)


def _named(side: str, now: ir.Table, before: ir.Table) -> Iterator[ir.Table]:
    """The accounts of a side by name, and its stock of the month before as `opening` of the month."""
    is_of = {f"is_{one}": ibis.literal(1 if one == side else 0) for one in ("actual", "plan")}
    account = ibis.ifelse(now.account == "inventory_value", "closing", now.account)
    named = ibis.literal(f"{side}_") + account
    yield now.select(*_CELL[:2], on=now.period, account=named, amount=now.amount, **is_of)
    before = before.filter(before.account == "inventory_value")
    following = (before.period + ibis.interval(months=1)).cast("date")
    is_none = dict.fromkeys(is_of, ibis.literal(0))
    opening = ibis.literal(f"{side}_opening")
    yield before.select(*_CELL[:2], on=following, account=opening, amount=before.amount, **is_none)


def _in(rows: ir.Table, months: Sequence[date]) -> ir.Table:
    return rows.filter(rows.period.isin([ibis.literal(month) for month in months]))


def _of_plans(made: ir.Table, plans: Sequence[tuple[str, date, date]]) -> ir.Table:
    versions = sorted({version for version, _, _ in plans})
    parts = [
        (made.version == version)
        & of_months(made, [(cycle, month) for v, cycle, month in plans if v == version])
        for version in versions
    ]
    return made.filter(ibis.or_(*parts) if parts else ibis.literal(False))


def _outer(left: ir.Table, right: ir.Table) -> ir.Table:
    """The cells of both, each with the columns of both, null where it has no row.

    A union and not a join, so that cells without a business unit meet each other too.
    """
    names = [name for name in (*left.columns, *right.columns) if name not in _CELL]
    sides = [
        side.select(
            *_CELL,
            **{n: side[n].cast("float64") if n in side.columns else ibis.null("float64") for n in names},
        )
        for side in (left, right)
    ]
    both = ibis.union(*sides, distinct=False)
    return both.group_by(*_CELL).aggregate(**{name: both[name].sum() for name in names})


def _sides(rows: ir.Table) -> ir.Table:
    """Both sides with 0 where an account that the side holds in the month has no row in the cell."""
    in_month = ibis.window(group_by=rows.on)
    held = {name: rows[name].count().over(in_month) > 0 for name in _SIDED}
    rows = rows.mutate(**{name: _where(held[name], rows[name].fill_null(0.0)) for name in _SIDED})
    # A plan that starts with the month starts from the stock that was there.
    opening = ibis.coalesce(rows.plan_opening, rows.actual_opening)
    return rows.mutate(
        actual_build=rows.actual_closing - rows.actual_opening,
        plan_build=rows.plan_closing - opening,
        actual_cash=_net(rows, "actual"),
        plan_cash=_net(rows, "plan"),
    )


def _net(rows: ir.Table, side: str) -> ir.Value:
    paid_in, paid_out = rows[f"{side}_cash_in"], rows[f"{side}_cash_out"]
    is_known = paid_in.notnull() | paid_out.notnull()
    return _where(is_known, paid_in.fill_null(0.0) - paid_out.fill_null(0.0))


def _with_effects(rows: ir.Table) -> ir.Table:
    """Adds what each account's difference from the plan did to cash, and what they leave over."""
    change = {name: rows[f"actual_{name}"] - rows[f"plan_{name}"] for name in ("cash", *_STEPS)}
    effects = {name: value if name in ("cash", "revenue") else -value for name, value in change.items()}
    unknown = [rows[f"actual_{name}"].notnull() != rows[f"plan_{name}"].notnull() for name in _STEPS]
    rows = rows.mutate(
        **effects,
        planned_cash=rows.plan_cash,
        planned_build=rows.plan_build,
        is_incomplete=ibis.or_(*unknown),
    )
    return rows.mutate(other=rows.cash - _plus(*(rows[name].fill_null(0.0) for name in _STEPS)))


def _plus(first: ir.Value, *rest: ir.Value) -> ir.Value:
    for value in rest:
        first = first + value
    return first
