"""The months of the demo company, counted from July 2022 as month 0.

Months 0 to 47 are closed, month 48 (July 2026) is the partial one, and plans reach to month 65.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from connectors.demo.arrays import Days, Ints

FIRST_MONTH = np.datetime64("2022-07", "M")
CLOSED = 48
AS_OF = date(2026, 6, 30)
AS_OF_MONTH = CLOSED - 1
PARTIAL_MONTH = CLOSED
LAST_DAY = np.datetime64("2026-07-09", "D")
HORIZON = 18
LAGS = HORIZON + 1
TOTAL = CLOSED + HORIZON + 1
FIRST_CYCLE = 18
FULL_HORIZON_FROM = 36
SHORT_LAGS = 7


def month_index(year: int, month: int) -> int:
    """Number of the month, 0 for July 2022."""
    return (year - 2022) * 12 + month - 7


def month_start(month: int | Ints) -> Days:
    """First day of the month (or of each month) of that number, as `datetime64[D]`."""
    return np.asarray(FIRST_MONTH + np.asarray(month)).astype("datetime64[D]")


def month_number(days: Days) -> Ints:
    """Number of the month in which each day lies."""
    return (days.astype("datetime64[M]") - FIRST_MONTH).astype(np.int64)


def month_date(month: int) -> date:
    """First day of the month of that number, as a `date`."""
    year, number = divmod(month + 6, 12)
    return date(2022 + year, number + 1, 1)


def month_of_year(months: Ints) -> Ints:
    """Calendar month (1 to 12) of each month number."""
    return (months + 6) % 12 + 1


def cycle_lags() -> tuple[Ints, Ints]:
    """The published pairs (cycle, lag): lags 0 to 6 always, 0 to 18 for the last twelve cycles."""
    cycles, lags = np.meshgrid(np.arange(FIRST_CYCLE, CLOSED), np.arange(LAGS), indexing="ij")
    keep = (cycles >= FULL_HORIZON_FROM) | (lags < SHORT_LAGS)
    return cycles[keep].astype(np.int64), lags[keep].astype(np.int64)


def stream(seed: int, name: str) -> np.random.Generator:
    """A generator of its own for one part, so that a change in one part leaves the others alone."""
    return np.random.default_rng([seed, *name.encode()])
