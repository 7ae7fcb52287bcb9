"""Words for periods → windows of days, counted from the as-of date. Every reading can be said aloud."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from assistant.interpreter.moment import Moment
from assistant.interpreter.points import Spec, has_year, is_outright, point_of
from connectors.periods import (
    MONTH_NAMES,
    Period,
    add_months,
    last_months,
    month_of,
    month_period,
    next_months,
    quarter_of,
    year_of,
)

_FISCAL = frozenset({"quarter", "half", "half_year"})
"""What a fiscal year moves, so that it must be said which months are meant."""

_MONTHS_IN = {"month": 1, "quarter": 3, "half": 6, "year": 12}


@dataclass(frozen=True)
class Window:
    """A window as it was read.

    Attributes:
        period: The days, or None for all that is loaded.
        is_open: Which end is open: "start" or "end", else empty.
        is_outright: Whether the words leave nothing open, so that nothing need be said.
        is_to_date: Whether it runs from the start of a year, quarter or month to the as-of date.
        counts_from_as_of: Whether the reading depends on the as-of date.
    """

    period: Period | None
    is_open: str = ""
    is_outright: bool = False
    is_to_date: bool = False
    counts_from_as_of: bool = True

    def as_argument(self) -> dict[str, str | None]:
        """The window as `MetricQuery.period` takes it."""
        if self.period is None:
            return {"start": None, "end": None}
        return {
            "start": None if self.is_open == "start" else self.period.start.isoformat(),
            "end": None if self.is_open == "end" else self.period.end.isoformat(),
        }


def window_of(spec: Spec, moment: Moment, *, is_ahead: bool = False) -> Window | None:
    """The window that a period span stands for, or None where there is no such day.

    Args:
        spec: What the lexicon's rule says: `read` and what its slots hold.
        moment: The calendar to read it in.
        is_ahead: Whether the question looks ahead, so that "October" is the next one.
    """
    return _READINGS[spec["read"]](spec, moment, is_ahead)


def said_of(words: str, window: Window, moment: Moment) -> str | None:
    """How an assumption says a reading, or None where the words left nothing open."""
    if window.is_outright or window.period is None:
        return None
    text = f"'{words}' read as {in_words(window.period)}"
    if not window.counts_from_as_of:
        return text
    return f"{text}, counted from {_day(moment.as_of)}"


def in_words(period: Period) -> str:
    """A period with its months: "Q2 2026 (April to June)"."""
    if not period.is_whole_months or period.month_count == 1:
        return period.label
    first, last = MONTH_NAMES[period.start.month], MONTH_NAMES[period.end.month]
    if period.start.year != period.end.year:
        months = f"{first} {period.start.year} to {last} {period.end.year}"
    else:
        months = f"{first} to {last} {period.end.year}"
    if "FY" in period.label:
        return f"{period.label} ({months})"
    if period.label.startswith("Q"):
        return f"{period.label} ({first} to {last})"
    return period.label if period.label == f"{period.start.year}" else months


def _day(day: date) -> str:
    return f"{day.day} {MONTH_NAMES[day.month]} {day.year}"


def _point(spec: Spec, moment: Moment, is_ahead: bool) -> Window | None:
    point = spec["point"]
    found = point_of(point, moment, is_ahead=is_ahead)
    if found is None:
        return None
    is_fiscal = moment.fiscal_year_start_month != 1 and bool(
        _FISCAL & {*point, *point.get("year_quarter", {})}
    )
    outright = is_outright(point) and not is_fiscal
    return Window(found, is_outright=outright, counts_from_as_of=not outright and "years_ago" in point)


def _range(spec: Spec, moment: Moment, is_ahead: bool) -> Window | None:
    """From one point to another; a year that only one of them bears holds for both."""
    first, last = dict(spec.get("from", {"day": spec.get("from_day")})), dict(spec["to"])
    if "day" in first and "month" not in first:
        if "day" not in {**last, **last.get("date", {})}:
            return None
        first |= {key: last[key] for key in ("month", "year") if key in last}
    if has_year(first) and not has_year(last):
        start = point_of(first, moment)
        end = start and _first_after(start, last, moment)
    else:
        end = point_of(last, moment, is_ahead=is_ahead)
        start = end and _last_before(end, first, moment) if not has_year(first) else point_of(first, moment)
    if start is None or end is None or start.start > end.end:
        return None
    outright = all(is_outright(part) for part in (first, last))
    return Window(Period(start.start, end.end), is_outright=outright, counts_from_as_of=False)


def _first_after(start: Period, point: Spec, moment: Moment) -> Period | None:
    """The first stretch of that name that does not end before another starts."""
    found = (point_of({**point, "year": start.start.year + later}, moment) for later in (0, 1))
    return next((period for period in found if period and period.end >= start.start), None)


def _last_before(end: Period, point: Spec, moment: Moment) -> Period | None:
    """The last stretch of that name that does not start after another ends."""
    found = (point_of({**point, "year": end.end.year - earlier}, moment) for earlier in (0, 1))
    return next((period for period in found if period and period.start <= end.end), None)


def _since(spec: Spec, moment: Moment, is_ahead: bool) -> Window | None:
    start = point_of(spec["from"], moment)
    return _until_closed(start, moment) if start else None


def _since_last(spec: Spec, moment: Moment, is_ahead: bool) -> Window | None:
    last = _last_one(spec, moment, is_ahead)
    return _until_closed(last.period, moment) if last and last.period else None


def _until_closed(start: Period, moment: Moment) -> Window:
    end = max(moment.last_closed_day, start.end)
    return Window(Period(start.start, end))


def _until(spec: Spec, moment: Moment, is_ahead: bool) -> Window | None:
    end = point_of(spec["to"], moment, is_ahead=is_ahead)
    return _open_start(end.end, moment) if end else None


def _before(spec: Spec, moment: Moment, is_ahead: bool) -> Window | None:
    end = point_of(spec["to"], moment, is_ahead=is_ahead)
    return _open_start(end.start - timedelta(days=1), moment) if end else None


def _open_start(end: date, moment: Moment) -> Window:
    start = min(moment.data_start or end, end)
    return Window(Period(start, end), is_open="start")


def _last(spec: Spec, moment: Moment, _: bool) -> Window | None:
    count, unit = spec["number"], spec["unit"]
    if count < 1:
        return None
    if unit == "day":
        return Window(Period(moment.as_of - timedelta(days=count - 1), moment.as_of))
    if unit == "week":
        end = _last_sunday(moment.as_of)
        return Window(Period(end - timedelta(days=7 * count - 1), end))
    if unit == "quarter":
        newest = _last_complete("quarter", moment)
        return Window(Period(add_months(newest.start, -3 * (count - 1)), newest.end))
    return Window(last_months(moment.last_closed_month, count * _MONTHS_IN[unit]))


def _rolling_one(spec: Spec, moment: Moment, is_ahead: bool) -> Window | None:
    return _last({"number": 1, "unit": spec["unit"]}, moment, is_ahead)


def _last_one(spec: Spec, moment: Moment, is_ahead: bool) -> Window | None:
    if spec["unit"] in {"day", "week", "half"}:
        return _last({"number": 1, "unit": spec["unit"]}, moment, is_ahead)
    return Window(_last_complete(spec["unit"], moment))


def _last_complete(unit: str, moment: Moment) -> Period:
    """The last month, quarter or year that had ended by the as-of date."""
    if unit == "month":
        return month_period(moment.last_closed_month)
    current = _containing(unit, moment.last_closed_month, moment)
    if current.end <= moment.last_closed_day:
        return current
    return _containing(unit, current.start - timedelta(days=1), moment)


def _containing(unit: str, day: date, moment: Moment) -> Period:
    if unit == "day":
        return Period(day, day)
    if unit == "week":
        monday = day - timedelta(days=day.weekday())
        return Period(monday, monday + timedelta(days=6))
    if unit == "month":
        return month_period(day)
    if unit == "quarter":
        return quarter_of(day, moment.fiscal_year_start_month)
    year = year_of(day, moment.fiscal_year_start_month)
    if unit == "year":
        return year
    second = add_months(year.start, 6)
    return Period(second, year.end) if day >= second else Period(year.start, second - timedelta(days=1))


def _next(spec: Spec, moment: Moment, _: bool) -> Window | None:
    count, unit = spec["number"], spec["unit"]
    if count < 1:
        return None
    if unit in {"day", "week"}:
        days = count * (7 if unit == "week" else 1)
        return Window(Period(moment.as_of + timedelta(days=1), moment.as_of + timedelta(days=days)))
    return Window(next_months(moment.as_of, count * _MONTHS_IN[unit]))


def _next_one(spec: Spec, moment: Moment, is_ahead: bool) -> Window | None:
    unit = spec["unit"]
    if unit in {"day", "week"}:
        return _next({"number": 1, "unit": unit}, moment, is_ahead)
    current = _containing(unit, moment.as_of, moment)
    return Window(_containing(unit, current.end + timedelta(days=1), moment))


def _this(spec: Spec, moment: Moment, is_ahead: bool) -> Window | None:
    current = _containing(spec["unit"], moment.as_of, moment)
    if is_ahead or current.end <= moment.as_of:
        return Window(current)
    return _to_date(spec, moment, is_ahead)


def _to_date(spec: Spec, moment: Moment, _: bool) -> Window | None:
    current = _containing(spec["unit"], moment.as_of, moment)
    return Window(Period(current.start, min(current.end, moment.as_of)), is_to_date=True)


def _rest(spec: Spec, moment: Moment, _: bool) -> Window | None:
    current = _containing(spec["unit"], moment.as_of, moment)
    start = moment.as_of + timedelta(days=1)
    return Window(Period(start, current.end)) if start <= current.end else None


def _ago(spec: Spec, moment: Moment, _: bool) -> Window | None:
    unit, count = spec["unit"], spec["number"]
    if unit in {"day", "week"}:
        days = timedelta(days=count * (7 if unit == "week" else 1))
        return Window(_containing(unit, moment.as_of - days, moment))
    moved = add_months(month_of(moment.as_of), -count * _MONTHS_IN[unit])
    return Window(_containing("month" if unit == "half" else unit, moved, moment))


def _last_sunday(day: date) -> date:
    return day - timedelta(days=(day.weekday() + 1) % 7)


def _all(_spec: Spec, _moment: Moment, _ahead: bool) -> Window:
    return Window(None, is_outright=True)


_READINGS: Mapping[str, Callable[[Spec, Moment, bool], Window | None]] = {
    "point": _point,
    "range": _range,
    "since": _since,
    "since_last": _since_last,
    "until": _until,
    "before": _before,
    "last": _last,
    "rolling_one": _rolling_one,
    "last_one": _last_one,
    "next": _next,
    "next_one": _next_one,
    "this": _this,
    "to_date": _to_date,
    "rest": _rest,
    "ago": _ago,
    "all": _all,
}


def default_window(default_period: str, moment: Moment) -> Period:
    """The window that a metric takes by itself: `DefaultPeriod` in days."""
    return _DEFAULTS[default_period](moment)


_DEFAULTS: Mapping[str, Callable[[Moment], Period]] = {
    "last closed month": lambda moment: month_period(moment.last_closed_month),
    "last 12 closed months": lambda moment: last_months(moment.last_closed_month, 12),
    "next 3 months": lambda moment: next_months(moment.as_of, 3),
    "latest closing": lambda moment: month_period(moment.last_closed_month),
    "all that is open at the as-of date": lambda moment: Period(
        min(moment.data_start or moment.as_of, moment.as_of), moment.as_of
    ),
}


def moved(period: Period, by: int, unit: str | None, moment: Moment) -> Period:
    """The period one (or `by`) before or after, as long as itself or as its unit."""
    if unit and unit in _MONTHS_IN and period.month_count != _MONTHS_IN[unit]:
        current = _containing(unit, period.start, moment)
        other = current.start - timedelta(days=1) if by < 0 else current.end + timedelta(days=1)
        return _containing(unit, other, moment)
    if period.is_whole_months:
        return period.shifted(by * period.month_count)
    if by < 0:
        return period.previous()
    step = timedelta(days=period.days)
    return Period(period.start + step, period.end + step)
