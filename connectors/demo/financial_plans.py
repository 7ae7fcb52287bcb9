"""Plans of the financial book: the yearly budget, and the committed and latest plan of each cycle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from connectors.demo.arrays import Floats
from connectors.demo.catalog import Catalog
from connectors.demo.demand import Demand
from connectors.demo.execution import History
from connectors.demo.finance import (
    OPERATING_EXPENSE_RATE,
    PLANNED_EXPEDITE_RATE,
    Flows,
    group_sums,
    long_frame,
    past_of,
    promotion_cost,
    settle,
    stock_value,
)
from connectors.demo.forecasts import Forecasts
from connectors.demo.planning import as_of_plan_is_approved
from connectors.demo.timeline import (
    CLOSED,
    FIRST_CYCLE,
    FULL_HORIZON_FROM,
    LAGS,
    SHORT_LAGS,
    month_index,
    month_start,
)

_BUDGET_YEARS = (2023, 2024, 2025, 2026)
_BUDGET_PROMOTION_RATE = 0.004
_BUDGET_HOPE = 1.01


def plan_prices(demand: Demand, prices: Floats) -> Floats:
    """Planned price after planned promotions, (TOTAL × S)."""
    return prices * demand.price_factor


@dataclass(frozen=True)
class Ground:
    """What financial plans are made from; see each part's own class."""

    catalog: Catalog
    demand: Demand
    forecasts: Forecasts
    history: History
    actuals: Flows
    prices: Floats
    shares: Floats
    ordered: Floats


def cycle_plan(ground: Ground, cycle: int, version: str) -> Flows:
    """The financial plan of a cycle over its 19 lags, (19 × G).

    `committed` rests on the consensus and the approved supply plan (the proposed one where none is
    approved), `latest` on the statistical plan.
    """
    catalog, demand = ground.catalog, ground.demand
    months = cycle + np.arange(LAGS)
    name = "consensus" if version == "committed" else "statistical"
    units = ground.forecasts.units[name][cycle]
    plans = ground.history.approved if as_of_plan_is_approved(cycle) else ground.history.proposed
    cost = catalog.per_series("cost")
    build = stock_value(catalog, ground.shares, plans[cycle].make - catalog.sum_to_products(units))
    revenue = group_sums(catalog, units * plan_prices(demand, ground.prices)[months])
    calm = group_sums(catalog, demand.expected[months] * catalog.per_series("price"))
    past = past_of(ground.actuals, cycle)
    operations = {
        "revenue": revenue,
        "cogs": group_sums(catalog, units * cost),
        "promotion": group_sums(catalog, promotion_cost(catalog, demand)[months]),
        "expedite": PLANNED_EXPEDITE_RATE * revenue,
        "operating_expense": OPERATING_EXPENSE_RATE * calm,
        "inventory_value": past.inventory + np.cumsum(build, axis=0),
    }
    return settle(operations, scatter=np.ones((2, *revenue.shape)), past=past)


def budget(ground: Ground, year: int) -> Flows:
    """The budget of a calendar year, made in November before, (12 × G).

    Demand is calm demand at the level that the twelve months up to October showed, plus a little hope.
    """
    catalog, demand = ground.catalog, ground.demand
    first = month_index(year, 1)
    months = first + np.arange(12)
    calm = demand.expected[months] * _BUDGET_HOPE * _shown_level(ground, first - 2)
    revenue = group_sums(catalog, calm * ground.prices[months])
    past = past_of(ground.actuals, first - 2)
    running = group_sums(catalog, demand.expected[months] * catalog.per_series("price"))
    operations = {
        "revenue": revenue,
        "cogs": group_sums(catalog, calm * catalog.per_series("cost")),
        "promotion": _BUDGET_PROMOTION_RATE * revenue,
        "expedite": PLANNED_EXPEDITE_RATE * revenue,
        "operating_expense": OPERATING_EXPENSE_RATE * running,
        "inventory_value": np.repeat(past.inventory[None, :], 12, axis=0),
    }
    return settle(operations, scatter=np.ones((2, *revenue.shape)), past=past)


def _shown_level(ground: Ground, cycle: int) -> Floats:
    """Orders over calm demand in the twelve months before the cycle, by series."""
    months = slice(max(cycle - 12, 0), cycle)
    calm = ground.demand.expected[months].sum(axis=0)
    ordered = ground.ordered[months].sum(axis=0)
    return np.asarray(np.divide(ordered, calm, out=np.ones(len(calm)), where=calm > 0))


def published_lags(cycle: int) -> int:
    """How many lags of a cycle are published."""
    return LAGS if cycle >= FULL_HORIZON_FROM else SHORT_LAGS


def build_financial_plans(ground: Ground) -> tuple[pd.DataFrame, dict[int, Flows]]:
    """The table `financial_plans`, and the committed plan of each cycle for the truth."""
    catalog, frames, committed = ground.catalog, [], {}
    for year in _BUDGET_YEARS:
        plan = budget(ground, year)
        frames.append(_frame(catalog, plan, "budget", month_index(year - 1, 11), month_index(year, 1)))
    for cycle in range(FIRST_CYCLE, CLOSED):
        count = published_lags(cycle)
        for version in ("committed", "latest"):
            plan = cycle_plan(ground, cycle, version)
            published = Flows({name: values[:count] for name, values in plan.amounts.items()})
            frames.append(_frame(catalog, published, version, cycle, cycle))
            if version == "committed":
                committed[cycle] = plan
    return pd.concat(frames, ignore_index=True), committed


def _frame(catalog: Catalog, plan: Flows, version: str, cycle: int, first: int) -> pd.DataFrame:
    frame = long_frame(catalog, plan, first)
    frame.insert(0, "cycle", month_start(cycle).astype("datetime64[ns]"))
    frame.insert(0, "version", version)
    return frame
