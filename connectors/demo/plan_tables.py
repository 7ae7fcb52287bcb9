"""Canonical tables of the plans: demand_plan, adjustments, supply_plan, targets of stock."""

from __future__ import annotations

import numpy as np
import pandas as pd

from connectors.demo.arrays import Days, Floats, Ints, Texts
from connectors.demo.catalog import Catalog
from connectors.demo.execution import History
from connectors.demo.forecasts import VERSIONS, Forecasts
from connectors.demo.planning import SupplyWorld, as_of_plan_is_approved
from connectors.demo.timeline import CLOSED, FIRST_CYCLE, HORIZON, SHORT_LAGS, cycle_lags, month_start, stream

_PLANT_SHARE = 0.3
_AUTHORS = {
    "sales": ("Petra Holm", "Luca Ferri", "Tomas Nowicki", "Claire Dumas"),
    "marketing": ("Nina Okafor",),
    "consensus": ("Jonas Weber",),
}
_REASONS = {
    "sales": ("customer call", "key account volume", "pipeline", "gut feel of the region", None),
    "marketing": ("promotion",),
    "consensus": ("agreed in the demand meeting",),
}
_BEFORE = {"sales": "statistical", "marketing": "sales", "consensus": "marketing"}


def _days(months: Ints) -> Days:
    return month_start(months).astype("datetime64[ns]")


def _series_ids(catalog: Catalog) -> tuple[Texts, Texts]:
    products = catalog.products["product_id"].to_numpy(object)[catalog.series_product]
    markets = catalog.markets["market_id"].to_numpy(object)[catalog.series_market]
    return products, markets


def demand_plan(catalog: Catalog, forecasts: Forecasts) -> pd.DataFrame:
    """All versions of the last 30 cycles; ranges with the statistical version only.

    A row exists where any version of the cycle plans something, so that all versions hold the same keys.
    """
    cycles, lags = cycle_lags()
    any_version = np.zeros((len(cycles), len(catalog.series_product)), dtype=bool)
    for version in VERSIONS:
        any_version |= forecasts.units[version][cycles, lags] > 0
    row, series = np.nonzero(any_version)
    products, markets = _series_ids(catalog)
    cycle, lag = cycles[row], lags[row]
    frames = []
    for version in VERSIONS:
        ranged = version == "statistical"
        frames.append(
            pd.DataFrame(
                {
                    "cycle": _days(cycle),
                    "version": np.full(len(row), version, dtype=object),
                    "product_id": products[series],
                    "market_id": markets[series],
                    "period": _days(cycle + lag),
                    "units": forecasts.units[version][cycle, lag, series],
                    "units_p10": forecasts.low[cycle, lag, series] if ranged else np.nan,
                    "units_p90": forecasts.high[cycle, lag, series] if ranged else np.nan,
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def adjustments(catalog: Catalog, forecasts: Forecasts, seed: int) -> pd.DataFrame:
    """Every change of a number from one version to the next, with its author."""
    rng = stream(seed, "adjustments")
    cycles, lags = cycle_lags()
    products, markets = _series_ids(catalog)
    region = catalog.markets["region"].map(catalog.regions.index).to_numpy()[catalog.series_market]
    frames = []
    for version, before in _BEFORE.items():
        old = forecasts.units[before][cycles, lags]
        new = forecasts.units[version][cycles, lags]
        row, series = np.nonzero(np.abs(new - old) > 0.01 * np.maximum(old, 50))
        authors = np.array(_AUTHORS[version], dtype=object)
        reasons = np.array(_REASONS[version], dtype=object)
        pick = rng.integers(0, len(reasons), (CLOSED, len(products)))
        frames.append(
            pd.DataFrame(
                {
                    "cycle": _days(cycles[row]),
                    "version": np.full(len(row), version, dtype=object),
                    "product_id": products[series],
                    "market_id": markets[series],
                    "period": _days(cycles[row] + lags[row]),
                    "author": authors[region[series] % len(authors)],
                    "reason": reasons[pick[cycles[row], series]],
                    "units_before": old[row, series],
                    "units_after": new[row, series],
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def _site_rows(catalog: Catalog) -> tuple[Ints, Ints]:
    """Product row and site row of each place where a product lies: its plant and both warehouses."""
    count = len(catalog.products)
    plant = catalog.products["plant"].to_numpy(np.int64)
    product = np.repeat(np.arange(count), 3)
    site = np.column_stack([plant, np.full(count, 3), np.full(count, 4)]).ravel()
    return product, site


def site_shares(warehouse_share: Floats) -> Floats:
    """Share of a product's stock that is meant to lie at its plant and in each warehouse, (P × 3)."""
    plant = np.full((len(warehouse_share), 1), _PLANT_SHARE)
    return np.hstack([plant, (1 - _PLANT_SHARE) * warehouse_share])


def supply_plan(catalog: Catalog, history: History, shares: Floats, alive: Floats) -> pd.DataFrame:
    """Both versions of the last 30 cycles; the newest one is proposed only.

    Args:
        catalog: The world.
        history: The plans of each cycle.
        shares: Share of stock by place (see `site_shares`).
        alive: Whether the product still is planned in a cycle, (48 × P).
    """
    cycles, lags = cycle_lags()
    product, site = _site_rows(catalog)
    place = np.tile(np.arange(3), len(catalog.products))
    site_ids = np.array([s["id"] for s in catalog.raw["sites"]], dtype=object)
    product_ids = catalog.products["product_id"].to_numpy(object)
    made = catalog.products["made"].to_numpy(bool)[product]
    frames = []
    for version in ("proposed", "approved"):
        plans = history.proposed if version == "proposed" else history.approved
        for cycle in range(FIRST_CYCLE, CLOSED):
            if version == "approved" and not as_of_plan_is_approved(cycle):
                continue
            lag = lags[cycles == cycle]
            keep = np.tile(alive[cycle][product] > 0, len(lag))
            units = plans[cycle].make[lag][:, product] * (place == 0)
            closing = np.floor(np.maximum(plans[cycle].closing[lag], 0)[:, product] * shares.ravel())
            frame = pd.DataFrame(
                {
                    "cycle": _days(np.full(units.size, cycle)),
                    "version": np.full(units.size, version, dtype=object),
                    "product_id": np.tile(product_ids[product], len(lag)),
                    "site_id": np.tile(site_ids[site], len(lag)),
                    "period": np.repeat(_days(cycle + lag), len(product)),
                    "production_units": (units * made).ravel(),
                    "purchase_units": (units * ~made).ravel(),
                    "closing_inventory_units": closing.ravel(),
                }
            )
            frames.append(frame[keep])
    return pd.concat(frames, ignore_index=True)


def inventory_targets(catalog: Catalog, world: SupplyWorld, shares: Floats, alive: Floats) -> pd.DataFrame:
    """Target and safety stock by cycle: months of cover × the statistical plan of the month after."""
    cycles, lags = cycle_lags()
    keep = (lags < SHORT_LAGS) | (cycles == CLOSED - 1)
    cycles, lags = cycles[keep], lags[keep]
    product, site = _site_rows(catalog)
    following = world.calm[cycles, np.minimum(lags + 1, HORIZON)]
    target = (following * world.cover[cycles + lags + 1])[:, product] * shares.ravel()
    living = (alive[cycles][:, product] > 0).ravel()
    site_ids = np.array([s["id"] for s in catalog.raw["sites"]], dtype=object)
    frame = pd.DataFrame(
        {
            "cycle": np.repeat(_days(cycles), len(product)),
            "product_id": np.tile(catalog.products["product_id"].to_numpy(object)[product], len(cycles)),
            "site_id": np.tile(site_ids[site], len(cycles)),
            "period": np.repeat(_days(cycles + lags), len(product)),
            "target_units": np.rint(target).ravel(),
            "safety_units": np.rint(target * 0.4).ravel(),
        }
    )
    kept: pd.DataFrame = frame[living].reset_index(drop=True)
    return kept
