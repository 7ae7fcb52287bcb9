"""What a metric is: one entry of the registry, as data.

A metric reads one fact (`facts.py`): rows with keys, a date and measures. It sums measures over the
asked cut and forms its value from the sums, so ratios are pooled by construction.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tools.figures import Unit


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


@dataclass(frozen=True)
class Value:
    """How a value is formed from summed measures: numerator over denominator, or one less that.

    Attributes:
        numerator: Measure that is summed.
        denominator: Measure that it is divided by; None for a plain sum. A zero denominator gives
            no value.
        one_minus: Whether the ratio is taken from 1.
    """

    numerator: str
    denominator: str | None = None
    one_minus: bool = False

    def of(self, sums: dict[str, float | None]) -> float | None:
        """The value of one group's sums, or None where it is undefined."""
        top = sums[self.numerator]
        if self.denominator is None or top is None:
            return top
        bottom = sums[self.denominator]
        if not bottom:
            return None
        return 1 - top / bottom if self.one_minus else top / bottom

    @property
    def measures(self) -> tuple[str, ...]:
        """The measures that are summed."""
        return (self.numerator,) if self.denominator is None else (self.numerator, self.denominator)


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
        fact: Name of the fact it reads (`facts.py`).
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
        meetings: The meetings that use it.
        source: Where the definition comes from.
    """

    id: str
    title: str
    synonyms: tuple[str, ...]
    formula: str
    unit: Unit
    better: Better
    fact: str
    value: Value
    needs: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    default_period: DefaultPeriod = DefaultPeriod.LAST_CLOSED_MONTH
    sign: str = ""
    is_additive: bool = False
    level: str | None = None
    order_fact: str | None = None
    else_fact: str | None = None
    finer_fact: str | None = None
    meetings: tuple[str, ...] = ()
    source: str = ""
