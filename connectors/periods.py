"""Calendar arithmetic over months. Words for periods live in the interpreter."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

MONTH_NAMES = tuple(calendar.month_name)
MONTH_ABBREVIATIONS = tuple(calendar.month_abbr)


class Grain(StrEnum):
    """How finely time is cut."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


_MONTHS_IN = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.YEAR: 12}


def month_of(day: date) -> date:
    """First day of the month that `day` lies in."""
    return day.replace(day=1)


def add_months(day: date, months: int) -> date:
    """First day of the month `months` after (before, if negative) the month of `day`."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, 1)


def month_end(day: date) -> date:
    """Last day of the month that `day` lies in."""
    return add_months(day, 1) - timedelta(days=1)


def months_between(first: date, last: date) -> int:
    """Whole months from the month of `first` to the month of `last`; negative if earlier."""
    return (last.year - first.year) * 12 + last.month - first.month


@dataclass(frozen=True, order=True)
class Period:
    """A span of days, both ends included.

    Attributes:
        start: First day.
        end: Last day.
        label: What people call it ("Q2 2026"); made from the days when empty.
    """

    start: date
    end: date
    label: str = ""

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"a period must not end ({self.end}) before it starts ({self.start})")
        if not self.label:
            object.__setattr__(self, "label", label_of(self.start, self.end))

    @property
    def is_whole_months(self) -> bool:
        """Whether it starts on a first and ends on a last day of a month."""
        return self.start.day == 1 and self.end == month_end(self.end)

    @property
    def month_count(self) -> int:
        """How many calendar months it touches."""
        return months_between(self.start, self.end) + 1

    @property
    def days(self) -> int:
        """Number of days, both ends included."""
        return (self.end - self.start).days + 1

    def months(self) -> list[date]:
        """First days of the months that it touches, in order."""
        return [add_months(self.start, step) for step in range(self.month_count)]

    def shifted(self, months: int) -> Period:
        """The period of the same shape `months` later (earlier, if negative)."""
        start = add_months(self.start, months)
        if self.is_whole_months:
            return Period(start, month_end(add_months(self.end, months)))
        return Period(_same_day(self.start, months), _same_day(self.end, months))

    def previous(self) -> Period:
        """The period of the same length just before it."""
        if self.is_whole_months:
            return self.shifted(-self.month_count)
        return Period(self.start - timedelta(days=self.days), self.start - timedelta(days=1))

    def contains(self, day: date) -> bool:
        """Whether the day lies in it."""
        return self.start <= day <= self.end


def _same_day(day: date, months: int) -> date:
    target = add_months(day, months)
    return target.replace(day=min(day.day, month_end(target).day))


def month_period(day: date) -> Period:
    """The month that `day` lies in."""
    return Period(month_of(day), month_end(day))


def last_months(until: date, count: int) -> Period:
    """`count` months, the last of them the month of `until`."""
    return Period(add_months(until, 1 - count), month_end(until))


def next_months(after: date, count: int) -> Period:
    """`count` months, the first of them the month after the month of `after`."""
    return Period(add_months(after, 1), month_end(add_months(after, count)))


def quarter_of(day: date, fiscal_year_start_month: int = 1) -> Period:
    """The (fiscal) quarter that `day` lies in."""
    offset = (day.month - fiscal_year_start_month) % 12
    start = add_months(day, -(offset % 3))
    end = month_end(add_months(start, 2))
    if fiscal_year_start_month == 1:
        return Period(start, end)
    fiscal_year = year_of(day, fiscal_year_start_month).end.year
    return Period(start, end, f"Q{offset // 3 + 1} FY{fiscal_year}")


def year_of(day: date, fiscal_year_start_month: int = 1) -> Period:
    """The (fiscal) year that `day` lies in, named by the year in which it ends."""
    start = add_months(day, -((day.month - fiscal_year_start_month) % 12))
    end = month_end(add_months(start, 11))
    return Period(start, end, f"FY{end.year}" if fiscal_year_start_month != 1 else "")


def label_of(start: date, end: date, fiscal_year_start_month: int = 1) -> str:
    """Short English label of a span: `June 2026`, `Q2 2026`, `2026`, `Apr–Jun 2025`, else days.

    Quarters and years are the fiscal ones: `Q1 FY2027`.
    """
    whole = start.day == 1 and end == month_end(end)
    if not whole:
        return _day(start) if start == end else f"{_day(start)} – {_day(end)}"
    count = months_between(start, end) + 1
    if count == 1:
        return f"{MONTH_NAMES[start.month]} {start.year}"
    if fiscal_year_start_month != 1:
        for period in (f(start, fiscal_year_start_month) for f in (quarter_of, year_of)):
            if (period.start, period.end) == (start, end):
                return period.label
    elif count == 3 and start.month % 3 == 1:
        return f"Q{start.month // 3 + 1} {start.year}"
    elif count == 12 and start.month == 1:
        return f"{start.year}"
    first, last = MONTH_ABBREVIATIONS[start.month], MONTH_ABBREVIATIONS[end.month]
    if start.year == end.year:
        return f"{first}–{last} {end.year}"
    return f"{first} {start.year} – {last} {end.year}"


def _day(day: date) -> str:
    return f"{day.day} {MONTH_NAMES[day.month]} {day.year}"


def bucket_key(day: date, grain: Grain, fiscal_year_start_month: int = 1) -> str:
    """The key of the bucket that `day` lies in, as the answer contract writes it.

    Months stand as `2026-04`, quarters as `2026-Q2`, years as `2026`.
    """
    if grain is Grain.MONTH:
        return f"{day.year}-{day.month:02d}"
    year = year_of(day, fiscal_year_start_month).end.year
    if grain is Grain.YEAR:
        return f"{year}"
    quarter = ((day.month - fiscal_year_start_month) % 12) // 3 + 1
    return f"{year}-Q{quarter}"


def bucket_period(start: date, grain: Grain, fiscal_year_start_month: int = 1) -> Period:
    """The whole bucket that starts on, or contains, `start`."""
    if grain is Grain.MONTH:
        return month_period(start)
    if grain is Grain.QUARTER:
        return quarter_of(start, fiscal_year_start_month)
    return year_of(start, fiscal_year_start_month)


def months_in(grain: Grain) -> int:
    """How many months one bucket of the grain has."""
    return _MONTHS_IN[grain]
