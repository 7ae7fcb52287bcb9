"""Stretches of the calendar that are named outright: a day, week, month, quarter, half or year."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from assistant.interpreter.moment import Moment
from connectors.periods import Period, add_months, month_end, month_period, quarter_of, year_of

Spec = Mapping[str, Any]


def point_of(point: Spec, moment: Moment, *, is_ahead: bool = False) -> Period | None:
    """The stretch of the calendar that is named: a day, week, month, quarter, half or year."""
    parts = {
        **point,
        **point.get("date", {}),
        **point.get("year_quarter", {}),
        **point.get("half_year", {}),
        **point.get("iso_week", {}),
    }
    if "years_ago" in parts:
        parts["year"] = year_of(moment.as_of, moment.fiscal_year_start_month).end.year - parts["years_ago"]
    if "year" in parts:
        named = _in_year(parts, parts["year"], moment)
        return _to_the_same_day(named, moment) if named and parts.get("to_date") else named
    this_year = moment.as_of.year + 1
    candidates = (_in_year(parts, year, moment) for year in range(this_year, this_year - 4, -1))
    found = sorted(period for period in candidates if period is not None)
    ahead = [period for period in found if period.end > moment.as_of]
    past = [period for period in found if period.start <= moment.month]
    if is_ahead and ahead:
        return ahead[0]
    return past[-1] if past else None


def _to_the_same_day(year: Period, moment: Moment) -> Period:
    """A year from its start to where the as-of date lies in its own."""
    start = year_of(moment.as_of, moment.fiscal_year_start_month).start
    to_date = Period(start, moment.as_of)
    months = (year.start.year - start.year) * 12 + year.start.month - start.month
    return to_date.shifted(months)


def _in_year(parts: Spec, year: int, moment: Moment) -> Period | None:
    first_month = moment.fiscal_year_start_month
    if "week" in parts:
        try:
            monday = date.fromisocalendar(year, parts["week"], 1)
        except ValueError:
            return None
        return Period(monday, monday + timedelta(days=6))
    if "month" in parts:
        return _in_month(parts, year)
    start_of_year = date(year if first_month == 1 else year - 1, first_month, 1)
    if "period_number" in parts:
        return month_period(add_months(start_of_year, parts["period_number"] - 1))
    if "quarter" in parts:
        return quarter_of(add_months(start_of_year, 3 * (parts["quarter"] - 1)), first_month)
    if "half" in parts:
        start = add_months(start_of_year, 6 * (parts["half"] - 1))
        return Period(start, month_end(add_months(start, 5)))
    return year_of(start_of_year, first_month) if parts.get("fiscal") else year_of(date(year, 1, 1))


def _in_month(parts: Spec, year: int) -> Period | None:
    if "day" not in parts:
        return month_period(date(year, parts["month"], 1))
    try:
        day = date(year, parts["month"], parts["day"])
    except ValueError:
        return None
    return Period(day, day)


def is_outright(point: Spec) -> bool:
    """Whether a point leaves nothing open."""
    if "date" in point:
        return not point["date"].get("is_ambiguous")
    return bool({"year", "year_quarter", "half_year"} & set(point)) and not point.get("fiscal")


def has_year(point: Spec) -> bool:
    """Whether a point names its year."""
    return bool({"year", "year_quarter", "half_year", "date", "years_ago"} & set(point))
