"""Literal rows of a company small enough to work out by hand."""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]

PRODUCTS: list[Row] = [
    {"product_id": "A", "product_name": "Apple juice", "family": "Juice", "business_unit": "Drinks"},
    {"product_id": "B", "product_name": "Beer", "family": "Brew", "business_unit": "Drinks"},
    {"product_id": "C", "product_name": "Crisps", "family": "Snacks", "business_unit": "Food"},
]
MARKETS: list[Row] = [
    {"market_id": "N1", "market_name": "Norland", "region": "North"},
    {"market_id": "N2", "market_name": "Nester", "region": "North"},
    {"market_id": "S1", "market_name": "Sudland", "region": "South"},
]
CUSTOMERS: list[Row] = [
    {"customer_id": "c1", "customer_name": "Corner", "market_id": "N1"},
    {"customer_id": "c2", "customer_name": "Depot", "market_id": "N2"},
    {"customer_id": "c3", "customer_name": "Corner", "market_id": "S1"},
]
SITES: list[Row] = [
    {"site_id": "w1", "site_name": "Harbour", "site_kind": "warehouse", "site_region": "North"},
    {"site_id": "w2", "site_name": "Hill", "site_kind": "warehouse", "site_region": "South"},
]
LISTS: dict[str, list[Row]] = {
    "products": PRODUCTS,
    "markets": MARKETS,
    "customers": CUSTOMERS,
    "sites": SITES,
}


def line(order: str, number: int = 1, **changes: Any) -> Row:
    """A sales line of 10 units, promised for 10 June 2026, delivered complete the day before."""
    usual = {
        "order_id": order,
        "line_number": number,
        "line_kind": "sale",
        "customer_id": "c1",
        "market_id": "N1",
        "product_id": "A",
        "site_id": "w1",
        "ordered_on": "2026-06-01",
        "requested_on": "2026-06-10",
        "promised_on": "2026-06-10",
        "delivered_on": "2026-06-09",
        "closed_on": None,
        "ordered_units": 10.0,
        "delivered_units": 10.0,
        "cancelled_units": 0.0,
        "cancel_reason": None,
        "unit_price": 2.0,
        "expedite_cost": 0.0,
    }
    return usual | changes


def undelivered(order: str, number: int = 1, **changes: Any) -> Row:
    """The same line with nothing delivered, still open."""
    return line(order, number, **{"delivered_on": None, "delivered_units": 0.0} | changes)


def cancelled(order: str, number: int = 1, reason: str | None = "customer", units: float = 10.0) -> Row:
    """The same line with nothing delivered and units cancelled; closed where that is all of it."""
    return undelivered(order, number, cancelled_units=units, cancel_reason=reason)


def without(rows: list[Row], *columns: str) -> list[Row]:
    """The rows as a source gives them that does not have these columns."""
    return [{name: value for name, value in row.items() if name not in columns} for row in rows]


def actual(product: str, market: str, month: str, ordered: float, **more: Any) -> Row:
    """A month of demand history, `2026-05`."""
    return {
        "product_id": product,
        "market_id": market,
        "period": f"{month}-01",
        "ordered_units": ordered,
        **more,
    }


def planned(cycle: str, month: str, units: float, product: str = "A", market: str = "N1", **more: Any) -> Row:
    """A row of the demand plan, consensus unless said otherwise."""
    keys = {"cycle": f"{cycle}-01", "version": "consensus", "product_id": product, "market_id": market}
    return {**keys, "period": f"{month}-01", "units": units, **more}
