"""The trend of one series by month: its level, its slope, its outliers. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Literal

from connectors.periods import add_months, months_between
from tools.metrics.trends.outliers import YEAR, Judged, judge
from tools.metrics.trends.robust import mann_kendall, theil_sen

LEAST_MONTHS = 6
SEASONAL_FROM = 24
CHANCE = 0.05
"""The probability of chance below which a slope is called a direction."""

_LEVEL_MONTHS = 3


@dataclass(frozen=True)
class Trend:
    """The trend of one series.

    Attributes:
        months: Months with a value, in order.
        level: The median of the last three values.
        slope: Per month (Theil–Sen; from 24 months on over the same calendar months of different years).
        chance: Probability that values without a trend would move that much (Mann–Kendall).
        is_seasonal: Whether the season was taken out.
        judged: The outliers, and what was expected, by position from the first month.
    """

    months: tuple[date, ...]
    level: float
    slope: float
    chance: float
    is_seasonal: bool
    judged: Judged

    @property
    def direction(self) -> Literal["rising", "falling"] | None:
        """Which way it goes, where that is more than chance."""
        if self.chance >= CHANCE or self.slope == 0:
            return None
        return "rising" if self.slope > 0 else "falling"

    def month_at(self, position: int) -> date:
        """First day of the month at a position."""
        return add_months(self.months[0], position)

    @property
    def level_months(self) -> tuple[date, ...]:
        """The months that the level is taken over."""
        return self.months[-_LEVEL_MONTHS:]


def trend_of(values: Mapping[date, float]) -> Trend | None:
    """The trend of values by first day of month; None with fewer than six of them."""
    if len(values) < LEAST_MONTHS:
        return None
    months = tuple(sorted(values))
    points = [(months_between(months[0], month), values[month]) for month in months]
    is_seasonal = len(points) >= SEASONAL_FROM and points[-1][0] >= SEASONAL_FROM - 1
    season = YEAR if is_seasonal else 1
    slope = theil_sen(points, season)
    return Trend(
        months=months,
        level=median(values[month] for month in months[-_LEVEL_MONTHS:]),
        slope=slope,
        chance=mann_kendall(points, season),
        is_seasonal=is_seasonal,
        judged=judge(dict(points), slope, is_seasonal),
    )
