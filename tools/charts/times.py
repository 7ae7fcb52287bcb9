"""The time axis of line charts: every month, quarter or year between the first and the last point."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pydantic import JsonValue

from connectors.periods import Grain, add_months, label_of, month_end, months_in
from tools.charts.look import WIDTH, Spec
from tools.charts.parts import Point

_MOST_LABELS = 9
_CALENDAR_WIDTH, _CHARACTER, _BETWEEN = 8, 6, 10
_EVERY = (1, 2, 3, 4, 6, 12, 24, 60)
_FORMATS = {Grain.MONTH: "%b %Y", Grain.QUARTER: "Q%q %Y", Grain.YEAR: "%Y"}


@dataclass(frozen=True)
class TimeAxis:
    """A time axis.

    Attributes:
        starts: First days of the spans on it, in order and without gaps.
        labels: What people call them, by first day.
        is_calendar: Whether they are the calendar's, which a time scale can write; a fiscal year or a span
            that is cut by the window stands under its own name.
        grain: How finely time is cut.
    """

    starts: tuple[date, ...]
    labels: dict[date, str]
    is_calendar: bool
    grain: Grain

    def value(self, start: date) -> str:
        """A span as the rows of the chart carry it."""
        return start.isoformat() if self.is_calendar else self.labels[start]

    @property
    def _labelled(self) -> list[date]:
        """The spans that are labelled, counted back from the last, so that labels do not overlap."""
        widest = (
            max(len(label) for label in self.labels.values()) if not self.is_calendar else _CALENDAR_WIDTH
        )
        most = min(_MOST_LABELS, WIDTH // (widest * _CHARACTER + _BETWEEN))
        every = next((n for n in _EVERY if len(self.starts) / n <= most), _EVERY[-1])
        return list(reversed(self.starts[::-1][::every]))

    @property
    def encoding(self) -> Spec:
        """The encoding of the x axis."""
        if not self.is_calendar:
            domain: list[JsonValue] = [self.labels[start] for start in self.starts]
            ticks: list[JsonValue] = [self.labels[start] for start in self._labelled]
            axis: Spec = {"title": None, "labelAngle": 0, "grid": False, "values": ticks}
            return {
                "field": "time",
                "type": "ordinal",
                "scale": {"domain": domain},
                "sort": None,
                "axis": axis,
            }
        days: list[JsonValue] = [
            {"year": day.year, "month": day.month, "date": day.day, "utc": True} for day in self._labelled
        ]
        axis = {
            "title": None,
            "grid": False,
            "values": days,
            "format": _FORMATS[self.grain],
            "labelFlush": False,
        }
        # In UTC, so that the first of a month is not the day before it further west.
        return {"field": "time", "type": "temporal", "scale": {"type": "utc"}, "axis": axis}


def time_axis(points: Sequence[Point], grain: Grain) -> TimeAxis:
    """The axis on which all points lie."""
    said = {point.start: point.label for point in points if point.label}
    step = months_in(grain)
    starts = _without_gaps([point.start for point in points], step)
    calendar = {start: label_of(start, month_end(add_months(start, step - 1))) for start in starts}
    return TimeAxis(
        tuple(starts),
        {start: said.get(start, calendar[start]) for start in starts},
        all(calendar[start] == label for start, label in said.items()),
        grain,
    )


def _without_gaps(starts: Sequence[date], step: int) -> list[date]:
    """The first days of all buckets from the first to the last.

    A window that cuts through its first bucket makes that one begin later than the others do; where buckets
    begin (a fiscal year, a quarter) is seen from the rest.
    """
    months = sorted({start.year * 12 + start.month - 1 for start in starts})
    phase = Counter(month % step for month in reversed(months)).most_common(1)[0][0]
    known = {(month - phase) // step: month for month in reversed(months)}
    buckets = range(min(known), max(known) + 1)
    found = [known.get(bucket, bucket * step + phase) for bucket in buckets]
    return [date(month // 12, month % 12 + 1, 1) for month in found]
