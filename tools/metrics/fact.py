"""What a fact is: rows with keys, a date `on` and measures, which metrics sum.

One fact serves many metrics. It is built lazily as an Ibis expression, so that the engine of the
store does the work; nothing here runs a query but the look-up of the latest cycle.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
        weight: `units` or `value`.
        window: The time window; facts may use it to narrow what they read.
    """

    window: Period
    level: str = "line"
    date_basis: str = "promised_on"
    fill_basis: str = "ever"
    versions: tuple[str, ...] = ()
    cycle: date | None = None
    lag: int = 1
    lag_is_asked: bool = False
    weight: str = "units"


@dataclass(frozen=True)
class Fact:
    """One fact.

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
        error_level: Whether it is summed to a level before `finish` takes errors.
        finish: Adds measures that are taken after that summing.
        shared_over: Own dimensions over which denominators are not split.
        left_out: For each counting measure, what was left out, as a sentence with {count}.
        left_out_of: The measure that such a count is about, where it is not about all of them.
        plan_table: Table of plans, by cycle, that it reads; None for actuals.
        default_versions: Plan versions that it reads when none is asked for; empty leaves the choice
            to the fact, whose `default_plan` says it in words.
        default_plan: What is read when nothing is asked for, in words.
        follows_date_basis: Whether the asked date basis says which months are loaded.
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
    shared_over: tuple[str, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    left_out_of: Mapping[str, str] = field(default_factory=dict)
    follows_date_basis: bool = False
    plan_table: str | None = None
    default_versions: tuple[str, ...] = ()
    default_plan: str = ""
