"""What a metric is: one entry of the registry, as data.

A metric reads one fact (`fact.py`): rows with keys, a date and measures. It sums measures over the
asked cut and forms its value from the sums, so ratios are pooled by construction.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from tools.figures import Unit
from tools.metrics.fact import Fact

if TYPE_CHECKING:
    from connectors.plan_store import PlanStore
    from tools.metrics.engine import Computed
    from tools.metrics.query import MetricQuery


class Better(StrEnum):
    """Which way is good."""

    UP = "up"
    DOWN = "down"
    ZERO = "to 0"
    ONE = "to 1"
    FOUR_FIFTHS = "to 0.8"
    NEITHER = "–"

    @property
    def point(self) -> float | None:
        """The value that is best, where good is a point and not a direction."""
        return float(self.value.removeprefix("to ")) if self.value.startswith("to ") else None

    def distance(self, value: float) -> float:
        """How far a value is from the best point; 0 where there is none."""
        return 0.0 if self.point is None else abs(value - self.point)


class DefaultPeriod(StrEnum):
    """The window of a metric that is asked without one."""

    LAST_CLOSED_MONTH = "last closed month"
    LAST_12_MONTHS = "last 12 closed months"
    NEXT_3_MONTHS = "next 3 months"
    LATEST_CLOSING = "latest closing"
    OPEN_NOW = "all that is open at the as-of date"


Sums = Mapping[str, float | None]
"""Measures summed over one group, by name."""


@dataclass(frozen=True)
class Value:
    """How a value is formed from summed measures: (numerator − minus) × times / denominator.

    Attributes:
        numerator: Measure that is summed.
        denominator: Measure that it is divided by; None for a plain sum. A zero denominator gives
            no value.
        one_minus: Whether the ratio is taken from 1.
        minus: Measure that is taken off the numerator first.
        root: Whether the square root of the ratio is taken.
        times: Measure that the ratio is multiplied by: the count, where the denominator is a mean.
    """

    numerator: str
    denominator: str | None = None
    one_minus: bool = False
    minus: str | None = None
    root: bool = False
    times: str | None = None

    def of(self, sums: Sums) -> float | None:
        """The value of one group's sums, or None where it is undefined."""
        top = sums[self.numerator]
        if top is not None and self.minus is not None:
            less = sums[self.minus]
            top = None if less is None else top - less
        if self.denominator is None or top is None:
            return top
        bottom = sums[self.denominator]
        if not bottom:
            return None
        ratio = top / bottom
        if self.times is not None:
            ratio *= sums[self.times] or 0
        if self.root:
            return math.sqrt(ratio)
        return 1 - ratio if self.one_minus else ratio

    @property
    def measures(self) -> tuple[str, ...]:
        """The measures that are summed."""
        found = (self.numerator, self.minus, self.denominator, self.times)
        return tuple(name for name in found if name is not None)

    @property
    def numerators(self) -> tuple[str, ...]:
        """The measures above the line."""
        return tuple(name for name in (self.numerator, self.minus) if name is not None)

    @property
    def denominators(self) -> tuple[str, ...]:
        """The measures that are divided by."""
        return () if self.denominator is None else (self.denominator,)


@dataclass(frozen=True)
class SumOfRatios:
    """A value that adds and takes off ratios of summed measures (cash-to-cash days).

    Attributes:
        added, taken_off: Ratios, each with a denominator. One without a value leaves none to the sum.
    """

    added: tuple[Value, ...]
    taken_off: tuple[Value, ...] = ()

    def of(self, sums: Sums) -> float | None:
        """The value of one group's sums, or None where one of the ratios is undefined."""
        plus = [ratio.of(sums) for ratio in self.added]
        less = [ratio.of(sums) for ratio in self.taken_off]
        if None in plus or None in less:
            return None
        return sum(v for v in plus if v is not None) - sum(v for v in less if v is not None)

    @property
    def measures(self) -> tuple[str, ...]:
        """The measures that are summed."""
        ratios = (*self.added, *self.taken_off)
        return tuple(dict.fromkeys(name for ratio in ratios for name in ratio.measures))

    @property
    def numerators(self) -> tuple[str, ...]:
        """The measures above the lines."""
        return tuple(ratio.numerator for ratio in (*self.added, *self.taken_off))

    @property
    def denominators(self) -> tuple[str, ...]:
        """The measures that are divided by."""
        return tuple(name for ratio in (*self.added, *self.taken_off) for name in ratio.denominators)


@dataclass(frozen=True)
class Beside:
    """A figure that a table shows beside the value of each group, out of the same measures.

    Attributes:
        title: What its column is called.
        unit: Unit of it.
        value: How it is formed from the measures that the metric's own value is formed from.
        of_whole: How it is formed in a cut by other dimensions than the metric's `shown_by`; None the same.
    """

    title: str
    unit: Unit
    value: Value
    of_whole: Value | None = None


@dataclass(frozen=True)
class Metric:
    """One metric.

    Attributes:
        id: Its name in the answer contract.
        title: What people call it.
        synonyms: Other words and abbreviations for it.
        formula: The definition in words, shown under every answer.
        unit: Unit of the value.
        better: Which way is good.
        fact: The fact that it reads.
        value: How the value is formed from the fact's measures.
        needs: Columns without which it has no data, as `table.column`; the tables that its fact
            reads come on top.
        parameters: Fields of `MetricQuery` that it heeds.
        default_period: Its window when none is asked for.
        sign: What the sign means, where that is not plain.
        is_additive: Whether values of parts add up to the value of the whole.
        level: Level that it is fixed to, where there is no choice.
        order_fact: Fact that it reads when whole orders are judged.
        else_fact: Fact that it reads where the table of the first one is not loaded at all.
        else_said: What is said where `else_fact` is read.
        finer_fact: Fact for the cuts that the first one cannot serve (revenue by customer).
        plan_fact: The same measures in the financial plans, read when a version of them is asked for.
        companion: Dimension whose highest member is shown as a second figure, where a pooled value hides
            what matters (the fullest resource).
        plan: The metric of the plan that it is compared with when "plan" is asked for (`production_units`
            with `production_plan_units`); of the financial book the metric itself, in a plan version.
        target: The metric of its target, where that is kept in a table of its own (`inventory_targets`).
        is_versus: Whether it is an actual against a plan or target less 1, so that "above 120 %" means
            above 0.2.
        written_as: Unit that people read it in, where `unit` would mislead (a ratio of 5, not 500%).
        beside: What its tables show beside the value.
        shown_by: Dimension that it is cut by where the question names no cut (the steps of a plan).
        adjusted: What is done to its figures once they are computed (a target taken off), if anything.
        waits_for: What of the workspace it reads that nothing writes yet, in people's words.
        meetings: The meetings that use it.
        source: Where the definition comes from.
    """

    id: str
    title: str
    synonyms: tuple[str, ...]
    formula: str
    unit: Unit
    better: Better
    fact: Fact
    value: Value | SumOfRatios
    needs: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    default_period: DefaultPeriod = DefaultPeriod.LAST_CLOSED_MONTH
    sign: str = ""
    is_additive: bool = False
    level: str | None = None
    order_fact: Fact | None = None
    else_fact: Fact | None = None
    else_said: str = ""
    finer_fact: Fact | None = None
    plan_fact: Fact | None = None
    companion: str = ""
    plan: str | None = None
    target: str | None = None
    is_versus: bool = False
    written_as: Unit | None = None
    beside: tuple[Beside, ...] = ()
    shown_by: str = ""
    adjusted: Callable[[PlanStore, MetricQuery, Computed], Computed] | None = None
    waits_for: str = ""
    meetings: tuple[str, ...] = ()
    source: str = ""
