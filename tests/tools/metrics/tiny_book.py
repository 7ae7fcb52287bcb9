"""A month of money, orders, plans and stock that is small enough to bridge by hand.

Drinks in the North, June 2026 against the committed plan of May. Apple juice (A) was planned at 10 units for
4 less 50 % for half the month = 3, Beer (B) at 20 units for 1: 50 of revenue for 30 units.
"""

from __future__ import annotations

from typing import Any

from tests.tools.metrics.tiny_rows import LISTS, PRODUCTS, Row, actual, line

ACTUAL = {
    "revenue": 47.0,
    "cogs": 17.0,
    "promotion": 6.0,
    "expedite": 2.0,
    "operating_expense": 8.0,
    "cash_in": 45.0,
    "cash_out": 38.0,
    "inventory_value": 106.0,
}
PLANNED = {
    "revenue": 50.0,
    "cogs": 20.0,
    "promotion": 5.0,
    "expedite": 1.0,
    "operating_expense": 8.0,
    "cash_in": 50.0,
    "cash_out": 33.0,
    "inventory_value": 99.0,
}
EFFECTS = {
    "bridge_lost_sales": -5.0,
    "bridge_volume": (27 - 30) * 50 / 30,
    "bridge_price": 45.0 - (9 * 3 + 16 * 1),
    "bridge_mix": (2 * 3 - 5 * 1) + 5.0,
    "bridge_timing": (9 - 12) * 3 + (16 - 15) * 1 + 5.0,
    "bridge_books": -3.0 - (45 - 50),
    "bridge_cogs": 3.0,
    "bridge_promotion": -1.0,
    "bridge_expedite": -1.0,
    "bridge_operating_expense": 0.0,
    "bridge_forecast_error": -((10 - 9) * 1.0 + (20 - 16) * 0.5),
    "bridge_supply_against_plan": -2.0,
    "bridge_other": -3.0,
}
"""What each step did to cash: −10 in all, from 17 planned to 7."""


def money(amounts: dict[str, float], month: str = "2026-06", **more: str) -> list[Row]:
    """Accounts of Drinks in the North in a month; of a plan with its version and cycle."""
    cell = {"business_unit": "Drinks", "region": "North", "period": f"{month}-01"} | more
    return [{**cell, "account": account, "amount": amount} for account, amount in amounts.items()]


def plan(cycle: str, product: str, month: str, units: float, **more: Any) -> Row:
    """A row of the consensus demand plan for the market N1."""
    row = {"cycle": f"{cycle}-01", "version": "consensus", "product_id": product, "market_id": "N1"}
    return {**row, "period": f"{month}-01", "units": units} | more


def book(**changes: list[Row]) -> dict[str, list[Row]]:
    """All tables of the month; `changes` replaces some, an empty list leaves a table out."""
    committed = {"version": "committed", "cycle": "2026-05-01"}
    tables: dict[str, list[Row]] = {
        **LISTS,
        "products": [
            {**row, "standard_cost": cost, "unit_of_measure": "case"}
            for row, cost in zip(PRODUCTS, (1.0, 0.5, 2.0), strict=True)
        ],
        "financials": [*money(ACTUAL), *money({"inventory_value": 100.0, "revenue": 1.0}, "2026-05")],
        "financial_plans": [
            *money(PLANNED, **committed),
            *money({"inventory_value": 98.0}, "2026-05", **committed),
        ],
        "demand_plan": [plan("2026-05", "A", "2026-06", 10.0), plan("2026-05", "B", "2026-06", 20.0)],
        "demand_history": [
            actual("A", "N1", "2026-06", 12.0, shipped_units=9.0, revenue=30.0),
            actual("B", "N1", "2026-06", 15.0, shipped_units=16.0, revenue=15.0),
        ],
        "prices": [
            {"product_id": product, "market_id": "N1", "period": "2026-06-01", "unit_price": price}
            for product, price in (("A", 4.0), ("B", 1.0))
        ],
        "promotions": [
            {
                "promotion_id": "p1",
                "promotion_name": "June",
                "product_id": "A",
                "market_id": "N1",
                "starts_on": "2026-06-16",
                "ends_on": "2026-06-30",
                "discount_rate": 0.5,
                "expected_uplift": 0.1,
            }
        ],
        "order_lines": [line("o1", delivered_units=8.0, closed_on="2026-06-09", unit_price=2.5)],
    }
    return {name: rows for name, rows in {**tables, **changes}.items() if rows}
