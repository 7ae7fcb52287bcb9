"""Demand history made from order lines, where a company has no history of its own.

One row per (product, market, month), closed months only (metrics.md, "Derived history").
- `ordered_units`: sales lines by the month in which they were requested (else ordered), less what
  customers cancelled for reasons of their own.
- `shipped_units`: delivered units by the month of delivery, less returns by the month in which they came
  back.
- `revenue`: the same units at their price. A month with a shipment that has no price has no revenue:
  unknown is null, never a part of the truth.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from connectors.loading.closed_months import ClosedMonths

if TYPE_CHECKING:
    import ibis.expr.types as ir

_KEY = ("product_id", "market_id", "period")


def demand_history(lines: ir.Table, closed: ClosedMonths) -> ir.Table:
    """The history: product_id, market_id, period, ordered_units, and shipped_units and revenue where known.

    Args:
        lines: Canonical order lines, `market_id` filled from the customer where the line had none.
        closed: Which months count.
    """
    lines = lines.filter(lines.market_id.notnull())
    parts = [_ordered(lines)]
    if "delivered_on" in lines.columns:
        parts.append(_shipped(lines))
    wide = {column: "float64" for part in parts for column in part.columns if column not in _KEY}
    even = [part.select(*_KEY, **_filled(part, wide)) for part in parts]
    rows = ibis.union(*even) if len(even) > 1 else even[0]
    rows = rows.filter(rows.period <= closed.last)
    summed = rows.group_by(list(_KEY)).aggregate(**{name: rows[name].sum() for name in wide})
    return _priced(summed).order_by(list(_KEY))


def left_out(lines: ir.Table) -> list[tuple[str, str]]:
    """What the derived history could not take in, as codes and warnings."""
    counts = {"no_market": lines.market_id.isnull().sum()}
    if "delivered_on" in lines.columns:
        undated = (lines.delivered_units > 0) & lines.delivered_on.isnull() & ~_is_return(lines)
        counts["no_delivery_date"] = undated.sum()
        if "unit_price" in lines.columns:
            counts["no_price"] = ((lines.delivered_units > 0) & lines.unit_price.isnull()).sum()
    told = {
        "no_market": "Order lines without a market, nor has their customer one; not in the history",
        "no_delivery_date": "Order lines that were delivered on an unknown day; not in the shipped units",
        "no_price": "Delivered order lines without a price; the revenue of their months is unknown",
    }
    row = lines.aggregate(**counts).to_pyarrow().to_pylist()[0]
    return [(code, f"{text}: {row[code]:,}.") for code, text in told.items() if row.get(code)]


def _is_return(lines: ir.Table) -> ir.BooleanValue:
    if "line_kind" not in lines.columns:
        return ibis.literal(False)
    return (lines.line_kind == "return").fill_null(False)


def _ordered(lines: ir.Table) -> ir.Table:
    sales = lines.filter(~_is_return(lines))
    day = sales.ordered_on
    if "requested_on" in sales.columns:
        day = ibis.coalesce(sales.requested_on, sales.ordered_on)
    units = sales.ordered_units
    if {"cancelled_units", "cancel_reason"} <= set(sales.columns):
        by_customer = (sales.cancel_reason == "customer").fill_null(False)
        units = units - by_customer.ifelse(sales.cancelled_units.fill_null(0.0), 0.0)
    return sales.select("product_id", "market_id", period=day.truncate("M"), ordered_units=units)


def _shipped(lines: ir.Table) -> ir.Table:
    returned = _is_return(lines)
    came_back = ibis.coalesce(lines.delivered_on, lines.ordered_on)
    day = returned.ifelse(came_back, lines.delivered_on)
    units = returned.ifelse(-lines.delivered_units, lines.delivered_units)
    columns = {"period": day.truncate("M"), "shipped_units": units}
    if "unit_price" in lines.columns:
        columns |= {"revenue": units * lines.unit_price, "unpriced": _unpriced(units, lines.unit_price)}
    rows = lines.select("product_id", "market_id", **columns)
    return rows.filter(rows.period.notnull())


def _unpriced(units: ir.FloatingValue, price: ir.FloatingValue) -> ir.FloatingValue:
    return ((units != 0) & price.isnull()).ifelse(1.0, 0.0)


def _filled(part: ir.Table, wide: dict[str, str]) -> dict[str, ir.Value]:
    # Zero is known here: a month with orders and no shipment shipped nothing.
    return {name: part[name].fill_null(0.0) if name in part.columns else ibis.literal(0.0) for name in wide}


def _priced(rows: ir.Table) -> ir.Table:
    if "unpriced" not in rows.columns:
        return rows
    revenue = (rows.unpriced > 0).ifelse(ibis.null("float64"), rows.revenue)
    return rows.mutate(revenue=revenue).drop("unpriced")
