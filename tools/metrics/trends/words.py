"""The rules of a trend in words, and what has to be said beside its figures."""

from __future__ import annotations

from connectors.periods import month_period
from connectors.plan_store import PlanStore
from tools.figures import AnswerWarning, Unit
from tools.formatting import format_value
from tools.metrics.trends.months import ByMonth
from tools.metrics.trends.outliers import LIMIT
from tools.metrics.trends.robust import TO_SIGMA
from tools.metrics.trends.series import CHANCE, LEAST_MONTHS, SEASONAL_FROM
from tools.metrics.warnings_said import warnings_of

LEVEL_RULE = "level: the median of the last three months"
SLOPE_RULE = (
    "slope per month: the median of the slopes between all pairs of months (Theil–Sen); from "
    f"{SEASONAL_FROM} months on between the same calendar months of different years, without the season"
)
DIRECTION_RULE = (
    "it is called rising or falling only where a series without a trend would move that much in less than "
    f"{CHANCE:.0%} of cases (Mann–Kendall)"
)
OUTLIER_RULE = (
    f"a month stands out where it is more than {LIMIT} × {TO_SIGMA} × the median deviation away from what is "
    "expected: the trend plus the median of the same calendar month in the other years; below "
    f"{SEASONAL_FROM} months the trend plus the median of the three months before and after"
)

_IN_SHORT = (
    LEVEL_RULE,
    "slope: the median change per month, from two years on without the season",
    f"rising or falling only where chance alone would do so in less than {CHANCE:.0%} of cases",
    "a month stands out where it is far beyond the usual scatter",
)
"""The rules as an answer says them; in full they stand in the details of the result."""


def assumptions_of(found: ByMonth) -> list[str]:
    """What was settled without being asked, then the rules."""
    computed = found.computed
    metric = computed.metric
    sign = [f"{metric.title}: {metric.sign}"] if metric.sign else []
    units = ["different units of measure are counted in planning units"] if computed.in_planning_units else []
    return list(dict.fromkeys([*computed.settled.assumptions, *sign, *units, *_IN_SHORT]))


def trend_warnings(store: PlanStore, found: ByMonth) -> list[AnswerWarning]:
    """What touches the figures: months and series that are left out."""
    warnings = warnings_of(store, found.computed)
    if found.partial:
        labels = ", ".join(month_period(month).label for month in found.partial)
        message = f"Not whole or not closed, so left out of the trend: {labels}."
        warnings.append(AnswerWarning(code="partial", message=message))
    empty = sum(len(series.missing) for series in found.series)
    if empty:
        what = "1 month without a value is" if empty == 1 else f"{empty:,} months without a value are"
        warnings.append(AnswerWarning(code="rows_left_out", message=f"{what} left out of the trend."))
    short = sum(series.trend is None for series in found.series)
    if short:
        message = f"{short} of {len(found.series)} series have fewer than {LEAST_MONTHS} months with a value."
        warnings.append(AnswerWarning(code="rows_left_out", message=message))
    return warnings


def slope_text(slope: float, unit: Unit, currency: str) -> str:
    """A slope as people read it: two significant digits where the unit's usual ones would show nothing."""
    text = format_value(slope, unit, currency, signed=True)
    size = abs(slope) * 100 if unit == "points" else abs(slope)
    if 0 < size < 1 and unit in ("points", "units", "orders", "count", "days", "hours", "per year"):
        shown = format_value(1 if unit != "points" else 0.01, unit, currency)
        words = shown.lstrip("0123456789.")
        text = f"{'−' if slope < 0 else '+'}{size:.2g}{words}"
    return f"{text} per month"
