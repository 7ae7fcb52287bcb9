"""Trends as tables, a line chart and `details`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tools.charts.lines import line
from tools.charts.parts import ACTUAL, Point
from tools.figures import Cell, Chart, Table, TableColumn, Unit
from tools.metrics.definitions import Better, Metric
from tools.metrics.trends.months import Series
from tools.metrics.trends.series import Trend

NO_DIRECTION = "no clear direction"


@dataclass(frozen=True)
class Shown:
    """The series that are shown, and how.

    Attributes:
        metric: The metric.
        period: What the window is called.
        dimension: What the series are members of; None for the whole scope alone.
        series: The series, each with the names of its member by dimension.
        left_out: How many series are not shown.
    """

    metric: Metric
    period: str
    dimension: str | None
    series: Sequence[tuple[Mapping[str, str], Series]]
    left_out: int

    @property
    def slope_unit(self) -> Unit:
        """The unit of slopes and differences: points for ratios."""
        return "points" if self.metric.unit == "ratio" else self.metric.unit

    @property
    def _members(self) -> list[TableColumn]:
        return [TableColumn(name=self.dimension)] if self.dimension else []

    def trend_table(self) -> Table:
        """One row per series: level, slope, direction, months, how many stand out."""
        columns = [
            *self._members,
            TableColumn(name="level", unit=self.metric.unit),
            TableColumn(name="slope per month", unit=self.slope_unit),
            TableColumn(name="direction"),
            TableColumn(name="months"),
            TableColumn(name="months that stand out"),
        ]
        rows = [[*names.values(), *_trend_cells(series)] for names, series in self.series]
        more = f"{self.left_out:,} more series; filter to see them" if self.left_out else None
        title = f"Trend of {self.metric.title}, {self.period}"
        return Table(title=title, columns=columns, rows=rows, source="S1", left_out=more)

    def outlier_table(self) -> Table | None:
        """One row per month that stands out; None where none does."""
        unit = self.metric.unit
        columns = [
            *self._members,
            TableColumn(name="month"),
            TableColumn(name=self.metric.title, unit=unit),
            TableColumn(name="expected", unit=unit),
            TableColumn(name="difference", unit=self.slope_unit),
            TableColumn(name="robust standard deviations"),
        ]
        rows: list[list[Cell]] = []
        for names, series in self.series:
            for one in series.trend.judged.outliers if series.trend else ():
                month = _month(series.trend, one.position)
                difference, distance = one.value - one.expected, round(one.distance, 1)
                rows.append([*names.values(), month, one.value, one.expected, difference, distance])
        if not rows:
            return None
        return Table(title="Months that stand out", columns=columns, rows=rows, source="S1")

    def chart(self, currency: str) -> Chart:
        """One line per series; of a single series what was expected beside it."""
        points = []
        for names, series in self.series:
            member = next(iter(names.values()), "")
            points += [Point(month, value, member, ACTUAL) for month, value in sorted(series.values.items())]
            if len(self.series) == 1 and series.trend is not None:
                trend = series.trend
                expected = sorted(trend.judged.expected.items())
                points += [
                    Point(trend.month_at(place), value, member, "expected") for place, value in expected
                ]
        title, members = f"{self.metric.title}, {self.period}", f"members of {self.dimension}"
        unit = self.metric.unit
        return line(title, points, unit, currency, "S1", measure=self.metric.title, members=members)

    def details(self, rules: Mapping[str, str]) -> dict[str, Any]:
        """The whole of it for machines, with the rules in words."""
        series = [{"group": dict(names), **_told(self.metric, one)} for names, one in self.series]
        return {
            "type": "trend",
            "metric": self.metric.id,
            "period": self.period,
            "rules": dict(rules),
            "series": series,
        }


def _trend_cells(series: Series) -> list[Cell]:
    trend = series.trend
    if trend is None:
        return [None, None, None, len(series.values), None]
    found = len(trend.judged.outliers)
    return [trend.level, trend.slope, trend.direction or NO_DIRECTION, len(trend.months), found]


def _told(metric: Metric, series: Series) -> dict[str, Any]:
    trend = series.trend
    if trend is None:
        return {"months": len(series.values), "level": None, "slope": None, "outliers": []}
    outliers = [
        {
            "month": _month(trend, one.position),
            "value": one.value,
            "expected": one.expected,
            "distance": one.distance,
        }
        for one in trend.judged.outliers
    ]
    return {
        "months": len(trend.months),
        "level": trend.level,
        "slope": trend.slope,
        "direction": trend.direction,
        "better": _is_better(metric, trend),
        "chance": trend.chance,
        "is_seasonal": trend.is_seasonal,
        "scale": trend.judged.scale,
        "outliers": outliers,
    }


def _is_better(metric: Metric, trend: Trend) -> bool | None:
    """Whether the direction is good; None without a direction, or where good is a point."""
    if trend.direction is None or metric.better not in (Better.UP, Better.DOWN):
        return None
    return (trend.direction == "rising") == (metric.better is Better.UP)


def _month(trend: Trend | None, position: int) -> str:
    return f"{trend.month_at(position):%Y-%m}" if trend else ""
