"""What a metric is: one entry of the registry, as data.

A metric reads one fact (`facts.py`): rows with keys, a date and measures. It sums measures over the
asked cut and forms its value from the sums, so ratios are pooled by construction.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from tools.figures import Unit
from tools.metrics.fact import Fact


class Better(StrEnum):
    """Which way is good."""

    UP = "up"
    DOWN = "down"
    ZERO = "to 0"
    NEITHER = "–"


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
    """How a value is formed from summed measures: (numerator − minus) / denominator.

    Attributes:
        numerator: Measure that is summed.
        denominator: Measure that it is divided by; None for a plain sum. A zero denominator gives
            no value.
        one_minus: Whether the ratio is taken from 1.
        minus: Measure that is taken off the numerator first.
        root: Whether the square root of the ratio is taken.
    """

    numerator: str
    denominator: str | None = None
    one_minus: bool = False
    minus: str | None = None
    root: bool = False

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
        if self.root:
            return math.sqrt(ratio)
        return 1 - ratio if self.one_minus else ratio

    @property
    def measures(self) -> tuple[str, ...]:
        """The measures that are summed."""
        found = (self.numerator, self.minus, self.denominator)
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
        finer_fact: Fact for the cuts that the first one cannot serve (revenue by customer).
        plan: The metric of the plan that it is compared with when "plan" is asked for (`production_units`
            with `production_plan_units`); of the financial book the metric itself, in a plan version.
        is_versus: Whether it is an actual against a plan or target less 1, so that "above 120 %" means
            above 0.2.
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
    finer_fact: Fact | None = None
    plan: str | None = None
    is_versus: bool = False
    waits_for: str = ""
    meetings: tuple[str, ...] = ()
    source: str = ""
