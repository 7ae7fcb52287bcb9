"""One run of the whole company, and the counterfactuals that tell what a cause was worth.

catalog → prices → true demand → order lines → forecasts → supply plans → what happened → money.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from connectors.demo import planning
from connectors.demo.arrays import Floats
from connectors.demo.catalog import Catalog
from connectors.demo.demand import Demand, build_demand
from connectors.demo.execution import Draws, History, draw_luck, run
from connectors.demo.finance import Flows, build_actuals, region_shares, rounded
from connectors.demo.forecasts import Forecasts, build_forecasts
from connectors.demo.market_tables import planned_prices
from connectors.demo.order_book import OrderBook, build_order_book
from connectors.demo.orders import Lines, build_lines
from connectors.demo.planning import SupplyWorld, build_supply_world


@dataclass(frozen=True)
class Simulation:
    """All parts of a run; see each part's own class."""

    seed: int
    catalog: Catalog
    prices: Floats
    demand: Demand
    lines: Lines
    forecasts: Forecasts
    world: SupplyWorld
    luck: Draws
    history: History
    book: OrderBook
    shares: Floats
    actuals: Flows

    def without_failure(self) -> OrderBook:
        """The order book as it would have been had Lakeside delivered."""
        allowed = planning.supplier_allowance(self.catalog, self.demand, failed=False)
        return self._again(replace(self.world, allowed=allowed))

    def without_pre_build(self) -> OrderBook:
        """The order book as it would have been without the pre-build agreed in spring."""
        return self._again(replace(self.world, pre_build=planning.pre_build(self.catalog, agreed=False)))

    def _again(self, world: SupplyWorld) -> OrderBook:
        history = run(self.catalog, world, self.lines, self.luck)
        return build_order_book(self.catalog, self.lines, self.luck, history, self.seed)


def simulate(catalog: Catalog, seed: int) -> Simulation:
    """Run the company of a seed from July 2022 to 9 July 2026."""
    prices = planned_prices(catalog, seed)
    demand = build_demand(catalog, seed)
    lines = build_lines(catalog, demand, prices, seed)
    actual = lines.net_demand(len(catalog.series_product))
    forecasts = build_forecasts(catalog, demand, actual, seed)
    world = build_supply_world(catalog, demand, forecasts)
    luck = draw_luck(catalog, lines, seed)
    history = run(catalog, world, lines, luck)
    book = build_order_book(catalog, lines, luck, history, seed)
    shares = region_shares(catalog, demand)
    actuals = rounded(build_actuals(catalog, demand, book, history, shares=shares, seed=seed))
    return Simulation(
        seed, catalog, prices, demand, lines, forecasts, world, luck, history, book, shares, actuals
    )
