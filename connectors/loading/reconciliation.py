"""Checks of one table against another: deliveries against order lines, the two books of revenue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import ibis

from connectors.loading.faults import EXAMPLES_SHOWN, Fault
from connectors.loading.staging import ROW

if TYPE_CHECKING:
    from datetime import date

    import ibis.expr.types as ir

    from connectors.loading.schemas import Place

ALLOWED_GAP = 0.005
_LINE = ["order_id", "line_number"]
_CELL = ["business_unit", "region", "period"]
_TOLERANCE = 1e-6
_CELLS_KEPT = 500


def deliveries_against_lines(tables: Mapping[str, ir.Table], place: Place) -> list[Fault]:
    """Deliveries without an order line, and lines whose deliveries do not add up to `delivered_units`."""
    if "deliveries" not in tables or "order_lines" not in tables:
        return []
    deliveries, lines = tables["deliveries"], tables["order_lines"]
    lost = deliveries.anti_join(lines, _LINE)
    faults = _told(
        lost, "order_id, line_number", "there is no such order line", ("order_id", "line_number"), place
    )
    summed = deliveries.group_by(_LINE).aggregate(_delivered=deliveries.units.sum())
    joined = lines.left_join(summed, _LINE)
    delivered = joined["_delivered"].fill_null(0.0)
    allowed = _TOLERANCE * ibis.greatest(joined.delivered_units.abs(), 1.0)
    wrong = joined.filter((joined.delivered_units - delivered).abs() > allowed).mutate(deliveries=delivered)
    shown = ("order_id", "line_number", "delivered_units", "deliveries")
    problem = "the deliveries do not add up to the delivered units of their order line"
    return [*faults, *_told(wrong, "units", problem, shown, place)]


def _told(wrong: ir.Table, column: str, problem: str, shown: tuple[str, ...], place: Place) -> list[Fault]:
    count = wrong.count().to_pyarrow().as_py()
    if not count:
        return []
    first = wrong.order_by(ROW).limit(EXAMPLES_SHOWN).select(*shown, ROW).to_pyarrow().to_pylist()
    examples = [
        f"{place(row[ROW])}: {', '.join(f'{name} {row[name]}' for name in shown)}".removeprefix(": ")
        for row in first
    ]
    return [Fault("deliveries", column, problem, count, tuple(examples))]


def compare_books(tables: Mapping[str, ir.Table], last_month: date) -> dict[str, Any] | None:
    """The warning about months in which the operating and the financial revenue differ, or None.

    Revenue by business unit, region and month up to `last_month`, for months that both books cover. A gap is
    |operating − financial| / |financial|; above 0.5 % it is told. The warning carries the cells.
    """
    cells = _revenue_by_cell(tables)
    if cells is None:
        return None
    cells = cells.filter(cells.period <= last_month)
    gap = (cells.operating - cells.financial).abs() / cells.financial.abs().nullif(0.0)
    counted = cells.mutate(gap=gap)
    wide = counted.filter((counted.gap > ALLOWED_GAP) | (counted.gap.isnull() & (counted.operating != 0)))
    wide = wide.order_by((wide.operating - wide.financial).abs().desc(), *_CELL)
    count, total = wide.count().to_pyarrow().as_py(), cells.count().to_pyarrow().as_py()
    if not count:
        return None
    return _books_warning(wide.limit(_CELLS_KEPT).to_pyarrow().to_pylist(), count, total)


def _revenue_by_cell(tables: Mapping[str, ir.Table]) -> ir.Table | None:
    needed = ("demand_history", "financials", "products", "markets")
    if any(name not in tables for name in needed):
        return None
    history, financials, products, markets = (tables[name] for name in needed)
    if "revenue" not in history.columns or "business_unit" not in products.columns:
        return None
    units = products.select("product_id", "business_unit")
    regions = markets.select("market_id", "region")
    known = history.select("product_id", "market_id", "period", "revenue")
    joined = known.join(units, "product_id").join(regions, "market_id")
    summed = joined.group_by(_CELL).aggregate(
        operating=joined.revenue.sum(), unknown=joined.revenue.isnull().sum()
    )
    operating, unknown = summed.filter(summed.unknown == 0), summed.filter(summed.unknown > 0)
    booked = financials.filter(financials.account == "revenue").select(*_CELL, financial="amount")
    months = _months_of(known).join(_months_of(booked), "period")
    both = operating.drop("unknown").outer_join(booked, _CELL)
    named = {name: ibis.coalesce(both[name], both[f"{name}_right"]) for name in _CELL}
    cells = both.select(
        **named, operating=both.operating.fill_null(0.0), financial=both.financial.fill_null(0.0)
    )
    # What is unknown on one side cannot be compared.
    return cells.filter(cells.period.isin(months.period)).anti_join(unknown, _CELL)


def _months_of(rows: ir.Table) -> ir.Table:
    return rows.select("period").distinct()


def _books_warning(cells: list[dict[str, Any]], count: int, total: int) -> dict[str, Any]:
    worst = [
        f"{cell['business_unit']} in {cell['region']}, {cell['period']:%Y-%m}: "
        f"{cell['operating']:,.0f} against {cell['financial']:,.0f}"
        for cell in cells[:3]
    ]
    return {
        "code": "books_differ",
        "message": (
            f"Revenue by orders and revenue by the financials differ by more than {ALLOWED_GAP:.1%} in "
            f"{count:,} of {total:,} business unit, region and month cells; the largest: {'; '.join(worst)}."
        ),
        "cells": [{**cell, "period": cell["period"].isoformat(), "gap": cell["gap"]} for cell in cells],
        "cells_left_out": max(0, count - len(cells)),
    }
