"""A question to the oracle, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

Answer = dict[tuple[str, ...], float | None]
TIMES = ("month", "quarter", "year")


class Refused(Exception):
    """The norm forbids the figure: unlike units without a factor."""


@dataclass(frozen=True)
class Question:
    """A metric over a cut.

    Attributes:
        start, end: First and last day of the window.
        by: Dimensions, as the answer contract names them.
        where: SQL condition over r (the rows), p (products), m (markets), s (sites).
        kept: Members of dimensions, by id, that are kept, or left out where the last is true.
    """

    metric: str
    start: date
    end: date
    by: tuple[str, ...] = ()
    where: str = "true"
    level: str = "line"
    date_basis: str = "promised_on"
    fill_basis: str = "ever"
    versions: tuple[str, ...] = ("consensus",)
    cycle: date | None = None
    lag: int | None = None
    error_level: tuple[str, ...] = ()
    weight: str = "units"
    fiscal_start: int = 1
    backlog: bool = False
    kept: tuple[tuple[str, tuple[str, ...], bool], ...] = field(default=())

    @property
    def dimensions(self) -> frozenset[str]:
        """All dimensions that the question names, time left out."""
        return frozenset({*self.by, *(name for name, _, _ in self.kept)}) - set(TIMES)

    def months(self) -> list[date]:
        """First days of the months of the window."""
        months = [self.start.replace(day=1)]
        while (later := next_month(months[-1])) <= self.end:
            months.append(later)
        return months

    def windows(self) -> list[tuple[dict[str, str], Question]]:
        """The question for each bucket of time that it asks for, with the names of the bucket.

        A bucket is a window of its own: the figure of a month in a cut by month is the one of that month.
        """
        times = [name for name in self.by if name in TIMES]
        rest = tuple(name for name in self.by if name not in TIMES)
        buckets: dict[tuple[str, ...], list[date]] = {}
        for month in self.months():
            buckets.setdefault(tuple(self.bucket(month, time) for time in times), []).append(month)
        found = []
        for names, months in buckets.items():
            end = min(self.end, next_month(months[-1]) - timedelta(days=1))
            narrowed = replace(self, by=rest, start=max(self.start, months[0]), end=end)
            found.append((dict(zip(times, names, strict=True)), narrowed))
        return found

    def bucket(self, month: date, time: str) -> str:
        """What the answer contract calls the month, quarter or (fiscal) year that a month lies in."""
        if time == "month":
            return f"{month:%Y-%m}"
        place = month.year * 12 + month.month - 1 + (13 - self.fiscal_start) % 12
        year = place // 12
        return f"{year}" if time == "year" else f"{year}-Q{place % 12 // 3 + 1}"


def next_month(month: date) -> date:
    """First day of the month after."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def months_later(month: date, count: int) -> date:
    """First day of the month that many months later, or earlier."""
    place = month.year * 12 + month.month - 1 + count
    return date(place // 12, place % 12 + 1, 1)
