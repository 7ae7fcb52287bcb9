"""Hides what was not known yet on an earlier as-of date. Pure: Ibis expressions in and out."""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir

from connectors.periods import add_months, month_end, month_of

_ACTUALS_BY_MONTH = frozenset({"demand_history", "production", "inventory", "financials", "market_size"})


def as_known_on(name: str, table: ir.Table, as_of: date) -> ir.Table:
    """The rows of a table as they were known on a day.

    Orders placed later are gone; a delivery or closing that came later is taken back, so its line
    is open again; a month of actuals is known from its last day on; a cycle from its month on.

    Args:
        name: Canonical name of the table.
        table: The table, with or without its optional columns.
        as_of: The day.
    """
    if name == "order_lines":
        return _order_lines(table, as_of)
    if name == "deliveries":
        return table.filter(table.delivered_on <= ibis.literal(as_of))
    last = last_month_known(name, "period", as_of)
    if last is not None:
        return table.filter(table.period <= ibis.literal(last))
    if "cycle" in table.columns:
        return table.filter(table.cycle <= ibis.literal(month_of(as_of)))
    return table


def last_month_known(name: str, column: str, as_of: date) -> date | None:
    """The last month of a table's dates that can be known on a day; None where the future can."""
    if name in _ACTUALS_BY_MONTH and column == "period":
        return month_of(as_of) if as_of == month_end(as_of) else add_months(as_of, -1)
    return month_of(as_of) if column in {"cycle", "ordered_on", "delivered_on"} else None


def _order_lines(table: ir.Table, as_of: date) -> ir.Table:
    day = ibis.literal(as_of)
    table = table.filter(table.ordered_on <= day)
    changes: dict[str, Any] = {}
    if "delivered_on" in table.columns:
        came_later = table.delivered_on > day
        changes["delivered_units"] = ibis.ifelse(came_later, 0.0, table.delivered_units)
        changes["delivered_on"] = ibis.ifelse(came_later, ibis.null("date"), table.delivered_on)
    if "closed_on" in table.columns:
        changes["closed_on"] = ibis.ifelse(table.closed_on > day, ibis.null("date"), table.closed_on)
    return table.mutate(**changes)
