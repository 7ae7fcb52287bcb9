"""What a fact is: rows with keys, a date `on` and measures, which metrics sum.

One fact serves many metrics. It is built lazily as an Ibis expression, so that the engine of the
store does the work; nothing here runs a query but the look-up of the latest cycle.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import ibis.expr.types as ir

from connectors.periods import Period
from connectors.plan_store import PlanStore


@dataclass(frozen=True)
class Basis:
    """The parameters that a fact is built with, all settled.

    Attributes:
        level: `line` or `order` (service).
        date_basis: `promised_on`, `requested_on` or `ordered_on` (service).
        fill_basis: `ever` or `by_promise` (service).
        versions: Plan versions, in the order asked.
        cycle: Planning cycle asked for, or None to go by the lag.
        lag: Months from cycle to period.
        lag_is_asked: Whether the lag was asked for, so that it holds ahead of the as-of date too.
        every_lag: Whether every lag that is loaded is read, because lags are told apart.
        weight: `units` or `value`.
        versions_found: The versions that a plan is read in where none was asked for and its cycles decide
            (`approved`, else `proposed`).
        window: The time window; facts may use it to narrow what they read.
        backlog: Whether a shortfall is carried on instead of lost (the gap).
    """

    window: Period
    level: str = "line"
    date_basis: str = "promised_on"
    fill_basis: str = "ever"
    versions: tuple[str, ...] = ()
    cycle: date | None = None
    lag: int = 1
    lag_is_asked: bool = False
    every_lag: bool = False
    weight: str = "units"
    versions_found: tuple[str, ...] = ()
    backlog: bool = False


@dataclass(frozen=True)
class Scale:
    """What the errors of a series are measured against: its own past.

    Attributes:
        build: Makes rows of before the window, with the keys and `on` of the fact that they scale.
        sums: Their measures, which are summed to the level of the errors and by month.
        of: The scale of each series. Takes those sums, the columns that tell series apart and the basis;
            gives one row per series that has a scale, with these columns.
    """

    build: Callable[[PlanStore, Basis], ir.Table]
    sums: tuple[str, ...]
    of: Callable[[ir.Table, Sequence[str], Basis], ir.Table]


@dataclass(frozen=True)
class Fact:
    """One fact.

    Its rows go through these stages, all within one query of the store:

    1. `build`, then the window, dimensions, filters and one unit of measure for all;
    2. where there is a `finish`, the sums of `finish_sums` by level, own dimensions, cut and date;
       the level is the error level asked for, or `sums_to`, or all keys;
    3. `finish`, which adds what is taken of those sums (absolute errors);
    4. where there is `per_series`, that on each series (level × own dimensions × cut), the columns of
       its `scale` beside it;
    5. the sums over the cut, which values are formed from.

    A cut by time is by month in the query, and quarters and years are gathered from the sums of their
    months, but not with `per_series`: then the query cuts by the asked span itself.

    Attributes:
        name: How metrics refer to it.
        tables: Canonical tables that it reads.
        dated_by: Table and column that say which months are loaded.
        keys: Key columns it carries, by which dimensions reach it.
        build: Makes its rows.
        own_dimensions: Dimensions that are columns of the fact itself (`cancel_reason`, `version`).
        measure_needs: Columns, as `table.column`, that a measure has on top of the metric's needs.
        unit_measures: Measures in the products' own units of measure.
        distinct_on: Column whose values are counted once per group (`order_id`), if any.
        is_closing: Whether only the last month of a span counts (stock).
        is_ahead: Whether it may look past the as-of date.
        finish: Adds measures that are taken of sums by level and date.
        finish_sums: Measures that are summed before.
        sums_to: The level that it is summed to whatever is asked; None for that asked, or all keys.
        per_series: Measures of each series, out of its finished rows and the columns that tell series
            apart; one row per series, `cells` of them the finished rows that went in.
        scale: What `per_series` divides by; None where it divides by nothing of before the window.
        shared_over: Own dimensions over which denominators are not split.
        left_out: For each counting measure, what was left out, as a sentence with {count}.
        left_out_of: The measure that such a count is about, where it is not about all of them.
        plan_table: Table of plans, by cycle, that it reads; None for actuals.
        default_versions: Plan versions that it reads when none is asked for; empty leaves the choice
            to the fact, whose `default_plan` says it in words.
        default_plan: What is read when nothing is asked for, in words.
        versions_read: The versions that it sets against each other, earlier ones first, out of those asked
            for and whether versions are cut; None where each version stands for itself.
        needs_every_version: Whether a month counts as loaded only with a snapshot of every version.
        follows_date_basis: Whether the asked date basis says which months are loaded.
        said: Says in words what it reads for a settled window, where that is a choice of its own.
        why_no_cut: Why it cannot be cut by other dimensions; {dimension} stands for the one asked.
        no_total_over: Dimensions whose members overlap, so that they have no whole.
        at_cost: Whether it weighs units at standard cost where costs are loaded (`Basis.weight`), so that
            ratios over several products do not add unlike units.
        months: First days of the months that it has a figure for, where `dated_by` and the snapshots of
            its plan do not say that; asked again once the window is known.
        lacking: Of the months of a window, those around them that it would read too and that are not
            loaded (the shipments of the months before a closing).
    """

    name: str
    tables: tuple[str, ...]
    dated_by: tuple[str, str]
    keys: tuple[str, ...]
    build: Callable[[PlanStore, Basis], ir.Table]
    own_dimensions: tuple[str, ...] = ()
    measure_needs: Mapping[str, str] = field(default_factory=dict)
    unit_measures: frozenset[str] = frozenset()
    distinct_on: str | None = None
    is_closing: bool = False
    is_ahead: bool = False
    finish: Callable[[ir.Table], ir.Table] | None = None
    finish_sums: tuple[str, ...] = ()
    sums_to: tuple[str, ...] | None = None
    per_series: Callable[[ir.Table, Sequence[str]], ir.Table] | None = None
    scale: Scale | None = None
    shared_over: tuple[str, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    left_out_of: Mapping[str, str] = field(default_factory=dict)
    follows_date_basis: bool = False
    at_cost: bool = False
    months: Callable[[PlanStore, Basis], tuple[date, ...]] | None = None
    lacking: Callable[[PlanStore, Basis, Sequence[date]], tuple[date, ...]] | None = None
    plan_table: str | None = None
    default_versions: tuple[str, ...] = ()
    default_plan: str = ""
    said: Callable[[PlanStore, Basis], list[str]] | None = None
    why_no_cut: str = ""
    no_total_over: tuple[str, ...] = ()
    versions_read: Callable[[PlanStore, tuple[str, ...], bool], tuple[str, ...]] | None = None
    needs_every_version: bool = False

    @property
    def is_gathered(self) -> bool:
        """Whether its figures over a span are not formed from the sums of the months in it."""
        return self.per_series is not None
