"""Which months of the data are closed: the as-of date and the first partial month.

A month whose actual demand stops before its last three days is partial (plan-data.md, as-of date); the
setting `complete_through` takes the place of the last day of the data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from connectors.loading.faults import Company
from connectors.periods import add_months, month_end, month_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

_DAYS_THAT_MAY_LACK = 2
_MONTHLY_ACTUALS = ("demand_history", "financials", "production", "inventory")


@dataclass(frozen=True)
class ClosedMonths:
    """What a load knows of the calendar of its data.

    Attributes:
        as_of: Day from which relative periods count.
        partial_from: First day of the first month that is not complete, None where all are.
        warnings: What people should know about it.
    """

    as_of: date
    partial_from: date | None = None
    warnings: tuple[tuple[str, str], ...] = ()

    @property
    def last(self) -> date:
        """The last month that is over at the as-of date and complete in the data."""
        month = month_of(self.as_of) if month_end(self.as_of) == self.as_of else add_months(self.as_of, -1)
        if self.partial_from is not None and month >= self.partial_from:
            return add_months(self.partial_from, -1)
        return month


def closed_months(tables: Mapping[str, ir.Table], company: Company, today: date) -> ClosedMonths:
    """The calendar of a load.

    Args:
        tables: The typed tables by name.
        company: Its settings go before what the data show.
        today: Day of the load; what is dated later does not count as actual.
    """
    last_day, last_month, warnings = _last_actual(tables, today)
    if last_day is None or last_month is None:
        as_of = company.as_of or today
        note = (
            "no_actuals",
            f"There are no dated actuals; relative periods count from {as_of:%Y-%m-%d}.",
        )
        return ClosedMonths(as_of, None, (*warnings, note))
    through = min(company.complete_through or last_day, today)
    first_open = _first_open_month(through)
    partial_from = first_open if first_open <= last_month else None
    last_closed_day = first_open - timedelta(days=1)
    return ClosedMonths(company.as_of or last_closed_day, partial_from, tuple(warnings))


def _first_open_month(through: date) -> date:
    enough = month_end(through) - timedelta(days=_DAYS_THAT_MAY_LACK)
    return add_months(through, 1) if through >= enough else month_of(through)


def _last_actual(
    tables: Mapping[str, ir.Table], today: date
) -> tuple[date | None, date | None, list[tuple[str, str]]]:
    """The last day up to which the data reach, and the last month that they touch."""
    warnings: list[tuple[str, str]] = []
    ordered, later = _last_order(tables, today)
    if later:
        text = f"Order lines that are dated after the day of the load ({today:%Y-%m-%d}): {later:,}."
        warnings.append(("future_orders", text))
    for name in _MONTHLY_ACTUALS:
        month = _last_period(tables, name, today)
        if month is None:
            continue
        if ordered is not None and month_of(ordered) >= month:
            return ordered, month_of(ordered), warnings
        if name == "demand_history" or ordered is None:
            return month_end(month), month, warnings
    return ordered, month_of(ordered) if ordered else None, warnings


def _last_order(tables: Mapping[str, ir.Table], today: date) -> tuple[date | None, int]:
    lines = tables.get("order_lines")
    if lines is None:
        return None, 0
    past = lines.ordered_on <= today
    found = lines.aggregate(last=lines.ordered_on.max(where=past), later=(~past).sum()).to_pyarrow()
    return found["last"][0].as_py(), found["later"][0].as_py() or 0


def _last_period(tables: Mapping[str, ir.Table], name: str, today: date) -> date | None:
    rows = tables.get(name)
    if rows is None:
        return None
    last = rows.period.max(where=rows.period <= today).to_pyarrow().as_py()
    return last if isinstance(last, date) else None
