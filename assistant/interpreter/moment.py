"""The calendar that a question is read in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from connectors.periods import month_end, month_of


@dataclass(frozen=True)
class Moment:
    """When a question is asked, by the data's own calendar.

    Attributes:
        as_of: The day that relative periods count from.
        last_closed_month: First day of the last complete month of actuals.
        fiscal_year_start_month: First month of the (fiscal) year.
        data_start: First day of the data, if known.
        data_end: Last day of the data, if known.
        latest_cycle: First day of the latest planning cycle's month, if there is one.
        day_first: Whether 03/04/2026 is the third of April.
    """

    as_of: date
    last_closed_month: date
    fiscal_year_start_month: int = 1
    data_start: date | None = None
    data_end: date | None = None
    latest_cycle: date | None = None
    day_first: bool = True

    @property
    def last_closed_day(self) -> date:
        """Last day of the last complete month."""
        return month_end(self.last_closed_month)

    @property
    def month(self) -> date:
        """First day of the month that the as-of date lies in."""
        return month_of(self.as_of)
