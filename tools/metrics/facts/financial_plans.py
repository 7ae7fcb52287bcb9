"""Facts over the financial plans: a version of them alone, and actual money beside its plan.

`budget` is read from its latest cycle not after the window's start that plans any of it, `committed` for
each month from the latest cycle before it, `latest` from the latest cycle; "plan" is committed, else budget,
month by month. A cycle that is asked for holds; none after the as-of month is read unless it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial

import ibis
import ibis.expr.types as ir

from connectors.errors import OutOfRange
from connectors.periods import Period, label_of, month_end, month_of, month_period
from connectors.plan_store import PlanStore
from connectors.warehouse import Snapshot
from tools.metrics.fact import Basis, Fact
from tools.metrics.facts.finance import MEASURES, signed
from tools.metrics.snapshots import plan_versions

PLAN = "plan"
"""What stands for the committed plan, else the budget, month by month."""

VERSIONS = ("budget", "committed", "latest", PLAN)
"""What a question may call a version of the financial plans."""

_TABLE = "financial_plans"
_CELLS = ("business_unit", "region", "period")


def plan_version_of(store: PlanStore, window: Period) -> str:
    """The version that "plan" stands for over a window: `committed`, else `budget`.

    `plan` where some of its months have a committed plan and others a budget alone; like the others it
    may be asked for as the version, and then reads each month from its own.

    Raises:
        OutOfRange: There is neither in the window.
        MissingTable, NotPermitted: There are no financial plans, or not for this person.
    """
    read = _plan_of_each_month(store, Basis(window=window))
    found = {one.version for one in read if window.start <= one.period <= window.end}
    if not found:
        raise OutOfRange(_no_plan_text(store, "plan", window, Basis(window=window)))
    return PLAN if len(found) > 1 else str(found.pop())


def financial_plans(store: PlanStore, basis: Basis) -> ir.Table:
    """One row per version, business unit, region, month and account of the plans that the basis reads.

    Measures as in `financials`: `revenue`, `gross_margin`, `operating_profit`, `cash_flow`.
    """
    plans = _read(store, basis)
    measures = {name: signed(plans, *accounts) for name, accounts in MEASURES.items()}
    return plans.mutate(on=plans.period, **measures)


def beside_plan(store: PlanStore, basis: Basis, measure: str) -> ir.Table:
    """One row per business unit, region and closed month: `actual` and `plan` of a measure.

    Over what is planned, in months that have actuals: planned money without an actual row is 0, actual
    money without a plan is in neither, and counted in `unplanned`.

    Args:
        store: The plan store, narrowed to who asks.
        basis: Which plans are read over which window.
        measure: One of `MEASURES`.
    """
    plus, *minus = MEASURES[measure]
    book = store.require("financials", "amount")
    book = book.filter(book.account.isin((plus, *minus)), _is_in(book.period, _compared(store, basis)))
    actual = book.mutate(money=signed(book, plus, *minus)).group_by(*_CELLS)
    actual = actual.aggregate(actual=ibis._.money.sum())
    plans = _read(store, basis)
    plans = plans.filter(plans.account.isin((plus, *minus)), plans.period.isin(book.period))
    planned = plans.mutate(money=signed(plans, plus, *minus)).group_by(*_CELLS)
    planned = planned.aggregate(plan=ibis._.money.sum())
    both = actual.outer_join(planned, list(_CELLS))
    has_plan = both.plan.notnull()
    return both.select(
        **{key: ibis.coalesce(both[key], both[f"{key}_right"]) for key in _CELLS},
        on=ibis.coalesce(both.period, both.period_right),
        actual=ibis.ifelse(has_plan, both.actual.fill_null(0.0), ibis.null("float64")),
        plan=both.plan,
        unplanned=has_plan.ifelse(0, 1),
    )


def _read(store: PlanStore, basis: Basis) -> ir.Table:
    """The rows of the snapshots that the basis reads, within its window."""
    plans = store.require(_TABLE, "amount")
    months: dict[tuple[str | None, date], list[date]] = {}
    for one in read_plans(store, basis):
        if basis.window.start <= one.period <= basis.window.end:
            months.setdefault((one.version, one.cycle), []).append(one.period)
    chosen = [
        (plans.version == version) & (plans.cycle == ibis.literal(cycle)) & _is_in(plans.period, periods)
        for (version, cycle), periods in months.items()
    ]
    return plans.filter(ibis.or_(*chosen) if chosen else ibis.literal(False))


def _is_in(column: ir.Value, months: Iterable[date]) -> ir.BooleanValue:
    return column.isin([ibis.literal(month) for month in months])


def read_plans(store: PlanStore, basis: Basis) -> list[Snapshot]:
    """The snapshots that are read: one version, cycle and month each, of the versions of the basis."""
    if not basis.versions:
        return _plan_of_each_month(store, basis)
    made = store.snapshots(_TABLE)
    return [one for version in basis.versions for one in _of_version(store, made, version, basis)]


def _plan_of_each_month(store: PlanStore, basis: Basis) -> list[Snapshot]:
    """For each month the committed plan, else the budget."""
    made = store.snapshots(_TABLE)
    by_month: dict[date, Snapshot] = {}
    for version in ("budget", "committed"):
        by_month |= {one.period: one for one in _of_version(store, made, version, basis)}
    return [by_month[month] for month in sorted(by_month)]


def _of_version(store: PlanStore, made: Sequence[Snapshot], version: str, basis: Basis) -> list[Snapshot]:
    made = [one for one in made if one.version == version]
    if basis.cycle is not None:
        return [one for one in made if one.cycle == basis.cycle]
    known = [one for one in made if one.cycle <= month_of(store.as_of)]
    if version == "committed":
        latest: dict[date, Snapshot] = {}
        for one in sorted(known, key=lambda one: one.cycle):
            if one.cycle < one.period:
                latest[one.period] = one
        return list(latest.values())
    if version == "budget":
        known = [one for one in known if one.cycle <= month_of(basis.window.start)]
        # A budget of next year, made in November, is not that of November and December.
        of_window = [one for one in known if basis.window.contains(one.period)]
        known = [one for one in known if one.cycle in {o.cycle for o in of_window}] or known
    last = max((one.cycle for one in known), default=None)
    return [one for one in known if one.cycle == last]


def _planned_months(store: PlanStore, basis: Basis) -> tuple[date, ...]:
    """The months that are planned, whether within the window or not."""
    return tuple(sorted({one.period for one in read_plans(store, basis)}))


def _compared(store: PlanStore, basis: Basis) -> tuple[date, ...]:
    """The closed months that have both a plan and actuals."""
    actual = store.months_loaded("financials", "period")
    planned = _planned_months(store, basis)
    return tuple(month for month in actual if month in planned and month <= store.last_closed_month)


def _words(store: PlanStore, basis: Basis) -> list[str]:
    """Which plans are read, by cycle, and which of the versions asked for has none.

    Raises:
        OutOfRange: There is no plan of any month of the window.
    """
    window = basis.window
    read = [one for one in read_plans(store, basis) if window.start <= one.period <= window.end]
    if not read:
        raise OutOfRange(_no_plan_text(store, (basis.versions or (PLAN,))[0], window, basis))
    made = {one.version for one in read}
    missing = [f"no {version} plan for {window.label}" for version in basis.versions if version not in made]
    return [*_sources(read, basis), *missing]


def _words_beside(store: PlanStore, basis: Basis) -> list[str]:
    """The same of the months that have actuals too."""
    _words(store, basis)
    compared = {month for month in _compared(store, basis) if basis.window.contains(month)}
    return _sources([one for one in read_plans(store, basis) if one.period in compared], basis)


def _sources(read: Sequence[Snapshot], basis: Basis) -> list[str]:
    months_read = {one.period for one in read}
    parts = []
    for version in dict.fromkeys(one.version for one in read):
        of_version = [one for one in read if one.version == version]
        months = sorted({one.period for one in of_version})
        span = "" if len(months) == len(months_read) else f" for {label_of(months[0], month_end(months[-1]))}"
        parts.append(f"{_name(str(version), of_version, basis)}{span}")
    return [f"plan: {'; '.join(parts)} (financial book)"] if parts else []


def _name(version: str, read: Sequence[Snapshot], basis: Basis) -> str:
    cycles = sorted({one.cycle for one in read})
    if version == "committed" and basis.cycle is None:
        return "the committed plan, each month from the latest cycle before it"
    named = "the budget" if version == "budget" else f"the {version} plan"
    return f"{named} of {month_period(cycles[0]).label}"


def _no_plan_text(store: PlanStore, version: str, window: Period, basis: Basis) -> str:
    """Why there is no plan of a version for a window, and what there is."""
    made = [one for one in store.snapshots(_TABLE) if version in (one.version, PLAN)]
    named = {"budget": "budget", PLAN: "committed plan or budget"}.get(version, f"{version} plan")
    there = f"There is no {named} for {window.label}"
    if basis.cycle is not None:
        there += f" in the cycle of {month_period(basis.cycle).label}"
    elif version == "budget" and any(window.start <= one.period <= window.end for one in made):
        cycles = ", ".join(month_period(cycle).label for cycle in sorted({one.cycle for one in made})[-3:])
        return f"{there} that was made by {month_period(window.start).label}. Budgets were made in {cycles}."
    others = ", ".join(plan_versions(store, _TABLE)) or "none"
    if not made:
        return f"{there}. Versions of the financial plans that are loaded: {others}."
    months = sorted({one.period for one in made})
    span = label_of(months[0], month_end(months[-1]))
    return f"{there}. What is planned in that version runs over {span}; loaded versions: {others}."


FINANCIAL_PLANS = Fact(
    "financial_plans",
    (_TABLE,),
    (_TABLE, "period"),
    (),
    financial_plans,
    own_dimensions=("business_unit", "region", "version"),
    measure_needs=dict.fromkeys(MEASURES, f"{_TABLE}.amount"),
    plan_table=_TABLE,
    is_ahead=True,
    months=_planned_months,
    said=_words,
)


def against_plan(measure: str) -> Fact:
    """The fact of one measure of the financial book beside its plan."""
    return replace(
        FINANCIAL_PLANS,
        name=f"{measure}_beside_plan",
        tables=("financials", _TABLE),
        dated_by=("financials", "period"),
        build=partial(beside_plan, measure=measure),
        own_dimensions=("business_unit", "region"),
        is_ahead=False,
        months=_compared,
        said=_words_beside,
        left_out={
            "unplanned": "{count} months of a business unit in a region have no plan; their actuals are "
            "left out."
        },
    )
