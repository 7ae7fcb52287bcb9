"""Hides what was not known yet on an earlier as-of date. Pure: Ibis expressions in and out."""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir

from connectors.periods import add_months, month_end, month_of

_ACTUALS_BY_MONTH = frozenset({"demand_history", "production", "inventory", "financials", "market_size"})


def as_known_on(name: str, table: ir.Table, as_of: date, deliveries: ir.Table | None = None) -> ir.Table:
    """The rows of a table as they were known on a day.

    Orders placed later are gone; a delivery or closing that came later is taken back, so its line
    is open again, and so is a cancellation that closed it; a month of actuals is known from its last
    day on; a cycle from its month on.

    Args:
        name: Canonical name of the table.
        table: The table, with or without its optional columns.
        as_of: The day.
        deliveries: Every single delivery, where they are loaded: then the units that had arrived
            count, else a line whose last units came later counts as not delivered at all.
    """
    if name == "order_lines":
        return _order_lines(table, as_of, deliveries)
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


def _order_lines(table: ir.Table, as_of: date, deliveries: ir.Table | None) -> ir.Table:
    day = ibis.literal(as_of)
    table = table.filter(table.ordered_on <= day)
    changes: dict[str, Any] = {}
    if "closed_on" in table.columns:
        closed_later = (table.closed_on > day).fill_null(False)
        changes["closed_on"] = ibis.ifelse(closed_later, ibis.null("date"), table.closed_on)
        if "cancelled_units" in table.columns:
            # A closing that no delivery made is the cancellation's, which so was not known either.
            unknown = closed_later & _closed_without_delivery(table) & table.cancelled_units.notnull()
            changes["cancelled_units"] = ibis.ifelse(unknown, 0.0, table.cancelled_units)
    if "delivered_on" not in table.columns:
        return table.mutate(**changes)
    came_later = (table.delivered_on > day).fill_null(False)
    if deliveries is None:
        return table.mutate(
            **changes,
            delivered_units=ibis.ifelse(came_later, 0.0, table.delivered_units),
            delivered_on=ibis.ifelse(came_later, ibis.null("date"), table.delivered_on),
        )
    table = table.mutate(**changes, came_later=came_later)
    table = table.left_join(_arrived(deliveries, day), ["order_id", "line_number"])
    return table.mutate(
        delivered_units=ibis.ifelse(
            table.came_later, table.arrived_units.fill_null(0.0), table.delivered_units
        ),
        delivered_on=ibis.ifelse(table.came_later, table.arrived_on, table.delivered_on),
    ).drop("came_later", "arrived_units", "arrived_on", "order_id_right", "line_number_right")


def _closed_without_delivery(table: ir.Table) -> ir.BooleanValue:
    if "delivered_on" not in table.columns:
        return ibis.literal(True)
    return table.delivered_on.isnull() | (table.delivered_on < table.closed_on)


def _arrived(deliveries: ir.Table, day: ir.Value) -> ir.Table:
    """Units that had arrived by a day, and the day of the last of them, by order line."""
    known = deliveries.filter(deliveries.delivered_on <= day)
    return known.group_by("order_id", "line_number").aggregate(
        arrived_units=known.units.sum(), arrived_on=known.delivered_on.max()
    )
