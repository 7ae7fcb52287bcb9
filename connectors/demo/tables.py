"""All canonical tables of a simulation, by name."""

from __future__ import annotations

import numpy as np
import pandas as pd

from connectors.demo import plan_tables
from connectors.demo.arrays import Floats
from connectors.demo.execution import warehouse_shares
from connectors.demo.finance import Flows, long_frame
from connectors.demo.financial_plans import Ground, build_financial_plans
from connectors.demo.market_tables import dimension_tables, market_tables
from connectors.demo.simulation import Simulation
from connectors.demo.supply_tables import supply_tables, targets
from connectors.demo.timeline import CLOSED


def build_tables(simulation: Simulation) -> tuple[dict[str, pd.DataFrame], dict[int, Flows]]:
    """Every table but `calendar` and `deliveries`, and the committed financial plan of each cycle."""
    s = simulation
    market = market_tables(s.catalog, s.demand, s.prices, s.seed)
    supply = supply_tables(s.catalog, s.demand, s.world, s.history, s.seed)
    ground = Ground(
        s.catalog, s.demand, s.forecasts, s.history, s.actuals, s.prices, s.shares, s.book.ordered
    )
    plans, committed = build_financial_plans(ground)
    tables = {
        **dimension_tables(s.catalog),
        "order_lines": s.book.order_lines,
        "demand_history": s.book.demand_history,
        "demand_plan": plan_tables.demand_plan(s.catalog, s.forecasts),
        "adjustments": plan_tables.adjustments(s.catalog, s.forecasts, s.seed),
        **market,
        **_plans_of_supply(s),
        **supply,
        "financials": long_frame(s.catalog, s.actuals, 0),
        "financial_plans": plans,
        "targets": targets(s.catalog, s.book, market["market_size"]),
    }
    return tables, committed


def _plans_of_supply(simulation: Simulation) -> dict[str, pd.DataFrame]:
    s = simulation
    shares = plan_tables.site_shares(warehouse_shares(s.catalog, s.lines))
    alive = _alive(s)
    return {
        "supply_plan": plan_tables.supply_plan(s.catalog, s.history, shares, alive),
        "inventory_targets": plan_tables.inventory_targets(s.catalog, s.world, shares, alive),
    }


def _alive(simulation: Simulation) -> Floats:
    """Whether a product is planned in a cycle: some demand is planned, or there is stock of it."""
    planned = simulation.world.consensus.sum(axis=1) > 0
    history = simulation.history
    stock = (history.plant_stock + history.warehouse_stock.sum(axis=2))[:CLOSED] > 0
    return np.asarray(planned | stock, dtype=float)
