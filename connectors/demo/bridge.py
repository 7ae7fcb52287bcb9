"""The error-to-cash bridge as the generator made it, by business unit, region and month.

Δcash against the committed plan (made one month before) = Δrevenue − Δcogs − Δpromotion − Δexpedite
− Δoperating expense − Δ(inventory build) + other, with Δ = actual − committed.

Δrevenue = volume + mix + price − lost sales + timing + book:
    volume   (Σ ordered − Σ planned, in planning units) × the plan's average price
    mix      Σ (ordered − planned) × plan price − volume
    price    revenue of the operating book − Σ shipped × plan price
    lost     Σ lost units × unit price, by promised month
    timing   Σ (shipped − ordered) × plan price + lost: late deliveries, returns, credit cancellations
    book     revenue of the financial book − revenue of the operating book
Δ(inventory build) = forecast error + supply against plan; the plan's own build is `build_planned`:
    forecast error      Σ (planned − shipped) × standard cost
    supply against plan the rest: Σ (made − planned to be made) × standard cost, and between the
                        regions of a unit the difference between finance's fixed shares and what they sold
"""

from __future__ import annotations

from typing import Any

import numpy as np

from connectors.demo.arrays import Floats
from connectors.demo.catalog import Catalog
from connectors.demo.finance import Flows, group_sums
from connectors.demo.financial_plans import plan_prices
from connectors.demo.simulation import Simulation
from connectors.demo.timeline import CLOSED, FIRST_CYCLE, month_date

_ACCOUNTS = ("revenue", "cogs", "promotion", "expedite", "operating_expense")


def bridge_rows(simulation: Simulation, committed: dict[int, Flows]) -> list[dict[str, Any]]:
    """One row per business unit, region and month that has a committed plan of the month before.

    Money is in euro, not rounded beyond cents; `lost_sales` is positive where sales were lost.
    """
    rows = []
    for month in range(FIRST_CYCLE + 1, CLOSED):
        terms = {**_accounts(simulation, committed[month - 1], month), **_revenue(simulation, month)}
        terms["revenue_book"] = simulation.actuals.amounts["revenue"][month] - group_sums(
            simulation.catalog, simulation.book.revenue[month]
        )
        terms |= _build(simulation, committed[month - 1], month)
        terms["other"] = _other(terms)
        rows += _named(simulation.catalog, month, terms)
    return rows


def _accounts(simulation: Simulation, plan: Flows, month: int) -> dict[str, Floats]:
    """Actual less committed, by account, and the cash."""
    actual = simulation.actuals
    out = {f"delta_{name}": actual.amounts[name][month] - plan.amounts[name][1] for name in _ACCOUNTS}
    out["delta_cash"] = actual.cash()[month] - plan.cash()[1]
    return out


def _revenue(simulation: Simulation, month: int) -> dict[str, Floats]:
    catalog, book = simulation.catalog, simulation.book
    price = plan_prices(simulation.demand, simulation.prices)[month]
    planned = simulation.forecasts.units["consensus"][month - 1, 1]
    ordered, shipped = book.ordered[month], book.shipped[month]
    plan_units = group_sums(catalog, planned)
    average = group_sums(catalog, planned * price) / plan_units
    volume = (group_sums(catalog, ordered) - plan_units) * average
    lost = group_sums(catalog, book.lost_value[month])
    return {
        "volume": volume,
        "mix": group_sums(catalog, (ordered - planned) * price) - volume,
        "price": group_sums(catalog, book.revenue[month] - shipped * price),
        "lost_sales": lost,
        "revenue_timing": group_sums(catalog, (shipped - ordered) * price) + lost,
    }


def _build(simulation: Simulation, plan: Flows, month: int) -> dict[str, Floats]:
    catalog = simulation.catalog
    stock = simulation.actuals.amounts["inventory_value"]
    build = stock[month] - stock[month - 1]
    planned = plan.amounts["inventory_value"][1] - plan.amounts["inventory_value"][0]
    units = simulation.forecasts.units["consensus"][month - 1, 1]
    error = group_sums(catalog, (units - simulation.book.shipped[month]) * catalog.per_series("cost"))
    return {
        "delta_inventory_build": build - planned,
        "build_planned": planned,
        "build_forecast_error": error,
        "build_supply_against_plan": build - planned - error,
    }


def _other(terms: dict[str, Floats]) -> Floats:
    spent = terms["delta_cogs"] + terms["delta_promotion"] + terms["delta_expedite"]
    spent = spent + terms["delta_operating_expense"] + terms["delta_inventory_build"]
    return np.asarray(terms["delta_cash"] - terms["delta_revenue"] + spent)


def _named(catalog: Catalog, month: int, terms: dict[str, Floats]) -> list[dict[str, Any]]:
    regions = catalog.regions
    rows = []
    for row, unit in enumerate(catalog.business_units):
        for column, region in enumerate(regions):
            at = row * len(regions) + column
            amounts = {name: round(float(values[at]), 2) for name, values in terms.items()}
            period = month_date(month).isoformat()
            rows.append({"business_unit": unit, "region": region, "period": period, **amounts})
    return rows
