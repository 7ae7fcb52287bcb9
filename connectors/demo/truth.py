"""The truth behind the data: planted causes and what followed from them. Kept outside the store."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from connectors.demo import stories, truth_stories
from connectors.demo.arrays import Flags, Floats
from connectors.demo.bridge import bridge_rows
from connectors.demo.catalog import Catalog
from connectors.demo.finance import Flows
from connectors.demo.forecasts import VERSIONS
from connectors.demo.simulation import Simulation
from connectors.demo.timeline import AS_OF, CLOSED, month_date, month_index


def build_truth(
    simulation: Simulation, tables: dict[str, pd.DataFrame], committed: dict[int, Flows]
) -> dict[str, Any]:
    """Causes and effects of a run, JSON-serialisable.

    Args:
        simulation: The run.
        tables: Its canonical tables, for what depends on data outside the simulation.
        committed: The committed financial plan of each cycle.
    """
    return {
        "seed": simulation.seed,
        "as_of": AS_OF.isoformat(),
        "supplier_failure": truth_stories.supplier_failure(simulation, simulation.without_failure()),
        "sales_bias": _sales_bias(simulation),
        "promotion_that_beat_its_uplift": truth_stories.promotion(simulation, stories.JUICE_PROMOTION),
        "phase_out_that_left_stock": truth_stories.phase_out(simulation),
        "plant_over_capacity": truth_stories.overload(simulation),
        "market_losing_share": truth_stories.share_loss(simulation, market_value(simulation, tables)),
        "decision_that_worked": truth_stories.pre_build(simulation, simulation.without_pre_build()),
        "decision_that_did_not": truth_stories.win_back(simulation, market_value(simulation, tables)),
        "forecast_value_added": _value_added(simulation),
        "touchless": _touchless(simulation),
        "structural_breaks": truth_stories.breaks(simulation),
        "series": _series(simulation),
        "promotions": _promotions(simulation),
        "stock_flows": _stock_flows(simulation),
        "books": _books(),
        "rough_edges": _rough_edges(simulation.catalog),
        "bridge": bridge_rows(simulation, committed),
    }


def market_value(simulation: Simulation, tables: dict[str, pd.DataFrame]) -> Floats:
    """Value of each market by month, all families, (48 × markets)."""
    frame = tables["market_size"]
    wide = frame.pivot_table(index="period", columns="market_id", values="value", aggfunc="sum")
    return np.asarray(wide[list(simulation.catalog.markets["market_id"])].to_numpy(float))


def _family(catalog: Catalog, name: str) -> Flags:
    return np.asarray((catalog.products["family"] == name).to_numpy()[catalog.series_product])


def _sales_bias(simulation: Simulation) -> dict[str, Any]:
    mine = _family(simulation.catalog, stories.SALES_BIAS_FAMILY)
    return {
        "family": stories.SALES_BIAS_FAMILY,
        "sales_factor": 1 + stories.SALES_BIAS,
        "last_12_months_lag_1": truth_stories.errors(simulation, mine),
    }


def _value_added(simulation: Simulation) -> dict[str, Any]:
    """Wmape and bias by version, lag 1, last 12 closed months: in all, by family, by region."""
    catalog = simulation.catalog
    everything = np.ones(len(catalog.series_product), dtype=bool)
    families = [str(family["name"]) for family in catalog.families]
    regions = catalog.markets["region"].to_numpy()[catalog.series_market]
    return {
        "steps": list(VERSIONS),
        "all": truth_stories.errors(simulation, everything),
        "family": {name: truth_stories.errors(simulation, _family(catalog, name)) for name in families},
        "region": {name: truth_stories.errors(simulation, regions == name) for name in catalog.regions},
        "informed": {
            "region": stories.INFORMED_REGION,
            "without_family": stories.SALES_BIAS_FAMILY,
            "errors": truth_stories.errors(
                simulation,
                (regions == stories.INFORMED_REGION) & ~_family(catalog, stories.SALES_BIAS_FAMILY),
            ),
        },
    }


def _touchless(simulation: Simulation) -> dict[str, Any]:
    """Families whose statistical forecast needs no hand: their errors by version."""
    return {
        name: truth_stories.errors(simulation, _family(simulation.catalog, name))
        for name in stories.TOUCHLESS_FAMILIES
    }


def _series(simulation: Simulation) -> list[dict[str, Any]]:
    """True noise of each series: standard deviation of the log of demand, and whether it is intermittent."""
    catalog, demand = simulation.catalog, simulation.demand
    return [
        {
            "product_id": str(catalog.products["product_id"][product]),
            "market_id": str(catalog.markets["market_id"][market]),
            "noise": round(float(demand.noise[row]), 5),
            "intermittent": bool(demand.intermittent[row]),
        }
        for row, (product, market) in enumerate(
            zip(catalog.series_product, catalog.series_market, strict=True)
        )
    ]


def _promotions(simulation: Simulation) -> dict[str, float]:
    """True uplift of every promotion over its own days, by promotion id."""
    frame = simulation.demand.promotions
    return dict(zip(frame["promotion_id"], frame["true_uplift"].astype(float), strict=True))


def _stock_flows(simulation: Simulation) -> dict[str, Any]:
    """Flows that no canonical table holds: transfers to each warehouse, and goods bought in.

    Lists run over the 48 closed months from July 2022.
    """
    catalog, history = simulation.catalog, simulation.history
    bought = {}
    for name in stories.BOUGHT_IN:
        product = catalog.product(name)
        bought[str(catalog.products["product_id"][product])] = history.output[:CLOSED, product].tolist()
    transfers = {
        str(product_id): history.transfers[:CLOSED, row].T.tolist()
        for row, product_id in enumerate(catalog.products["product_id"])
    }
    return {"first_period": month_date(0).isoformat(), "bought_in": bought, "transfers": transfers}


def _books() -> dict[str, Any]:
    unit, region, month, excess = stories.BOOK_BREAK
    return {
        "largest_relative_gap": 0.003,
        "exception": {
            "business_unit": unit,
            "region": region,
            "period": month_date(month).isoformat(),
            "excess": excess,
            "cause": "a manual accrual of a retailer's bonus that sales did not invoice",
        },
    }


def _rough_edges(catalog: Catalog) -> dict[str, Any]:
    def product(name: str) -> str:
        return str(catalog.products["product_id"][catalog.product(name)])

    market, months = stories.NO_MARKET_SIZE
    return {
        "product_without_cost": product(stories.NO_COST_PRODUCT),
        "names_like_instructions": [
            str(name) for name in catalog.products["product_name"] if name.startswith("Ignore")
        ]
        + [
            name for names in catalog.raw["customers"].values() for name in names if name.startswith("Ignore")
        ],
        "customers_of_one_name": "Corner Market",
        "bought_in_products": [product(name) for name in stories.BOUGHT_IN],
        "market_size_missing": {"market": market, "periods": [month_date(m).isoformat() for m in months]},
        "partial_month": month_date(month_index(2026, 7)).isoformat(),
    }
