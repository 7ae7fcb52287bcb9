"""Canonical tables of the dimensions and of the market: prices, promotions, transitions, market_size."""

from __future__ import annotations

import numpy as np
import pandas as pd

from connectors.demo import stories
from connectors.demo.arrays import Flags, Floats, sum_into
from connectors.demo.catalog import Catalog
from connectors.demo.demand import Demand
from connectors.demo.order_book import customer_ids
from connectors.demo.timeline import CLOSED, HORIZON, TOTAL, month_date, month_index, month_start, stream

_PRICE_RISES = {month_index(2023, 1): 0.030, month_index(2024, 1): 0.025, month_index(2025, 1): 0.020}
_PRICE_RISES |= {month_index(2026, 1): 0.022, month_index(2027, 1): 0.020}


def planned_prices(catalog: Catalog, seed: int) -> Floats:
    """Planned price before promotions by month and series, (TOTAL × S), in cents."""
    rng = stream(seed, "prices")
    level = np.ones(TOTAL)
    for month, rise in _PRICE_RISES.items():
        level[month:] *= 1 + rise
    market = 1 + rng.uniform(-0.06, 0.06, len(catalog.markets))
    first = catalog.per_series("price") * market[catalog.series_market]
    return np.round(level[:, None] * first[None, :], 2)


def dimension_tables(catalog: Catalog) -> dict[str, pd.DataFrame]:
    """products, markets, customers, sites, suppliers and resources."""
    raw = catalog.raw
    sites = pd.DataFrame(raw["sites"])
    customers = [(name, market) for market, names in raw["customers"].items() for name in names]
    markets = catalog.markets[["market_id", "market_name", "region", "channel"]].assign(
        default_site_id=catalog.markets["warehouse_id"]
    )
    suppliers = pd.DataFrame(raw["suppliers"])
    resources = pd.DataFrame(raw["resources"])
    return {
        "products": _products(catalog),
        "markets": markets,
        "customers": pd.DataFrame(
            {
                "customer_id": customer_ids(catalog),
                "customer_name": [name for name, _ in customers],
                "market_id": [market for _, market in customers],
            }
        ),
        "sites": sites.set_axis(["site_id", "site_name", "site_kind", "site_region"], axis=1),
        "suppliers": suppliers.set_axis(["supplier_id", "supplier_name"], axis=1),
        "resources": pd.DataFrame(
            {
                "resource_id": resources["id"],
                "resource_name": resources["name"],
                "site_id": resources["site"],
            }
        ),
    }


def _products(catalog: Catalog) -> pd.DataFrame:
    frame = catalog.products
    names = frame["product_name"]
    starts, ends = _product_days(catalog)
    reference = frame["product_id"][catalog.product(stories.LAUNCH.reference)]
    return pd.DataFrame(
        {
            "product_id": frame["product_id"],
            "product_name": names,
            "family": frame["family"],
            "business_unit": frame["business_unit"],
            "unit_of_measure": "case",
            "base_units_per_unit": 1.0,
            "list_price": frame["price"],
            "standard_cost": frame["cost"].where(names != stories.NO_COST_PRODUCT),
            "launched_on": starts,
            "discontinued_on": ends,
            "reference_product_id": np.where(names == stories.LAUNCH.product, reference, None),
        }
    )


def _product_days(catalog: Catalog) -> tuple[pd.Series[pd.Timestamp], pd.Series[pd.Timestamp]]:
    count = len(catalog.products)
    starts = pd.Series(pd.NaT, index=range(count), dtype="datetime64[ns]")
    ends = starts.copy()
    starts[catalog.product(stories.LAUNCH.product)] = _first(stories.LAUNCH.month)
    ends[catalog.product(stories.PHASE_OUT.old)] = _first(stories.PHASE_OUT.ends + 1) - pd.Timedelta(days=1)
    retired, month = stories.RETIRED
    ends[catalog.product(retired)] = _first(month) - pd.Timedelta(days=1)
    return starts, ends


def _first(month: int) -> pd.Timestamp:
    return pd.Timestamp(month_date(month))


def market_tables(catalog: Catalog, demand: Demand, prices: Floats, seed: int) -> dict[str, pd.DataFrame]:
    """prices, promotions, transitions and market_size."""
    return {
        "prices": _prices(catalog, demand, prices),
        "promotions": _promotions(catalog, demand),
        "transitions": _transitions(catalog),
        "market_size": _market_size(catalog, demand, prices, seed),
    }


def _prices(catalog: Catalog, demand: Demand, prices: Floats) -> pd.DataFrame:
    """A planned price for each month in which a product is on sale."""
    month, series = np.nonzero(demand.sold[: CLOSED + HORIZON])
    return pd.DataFrame(
        {
            "product_id": catalog.products["product_id"].to_numpy(object)[catalog.series_product[series]],
            "market_id": catalog.markets["market_id"].to_numpy(object)[catalog.series_market[series]],
            "period": month_start(month).astype("datetime64[ns]"),
            "unit_price": prices[month, series],
        }
    )


def _promotions(catalog: Catalog, demand: Demand) -> pd.DataFrame:
    frame = demand.promotions
    series = frame["series"].to_numpy()
    out = frame[["promotion_id", "promotion_name"]].copy()
    out["product_id"] = catalog.products["product_id"].to_numpy(object)[catalog.series_product[series]]
    out["market_id"] = catalog.markets["market_id"].to_numpy(object)[catalog.series_market[series]]
    out["starts_on"] = frame["starts_on"].astype("datetime64[ns]")
    out["ends_on"] = frame["ends_on"].astype("datetime64[ns]")
    out["discount_rate"] = frame["discount_rate"]
    out["expected_uplift"] = frame["expected_uplift"]
    out["cost"] = frame["cost"]
    return out


def _transitions(catalog: Catalog) -> pd.DataFrame:
    story = stories.PHASE_OUT
    ids = catalog.products["product_id"]
    return pd.DataFrame(
        {
            "old_product_id": [ids[catalog.product(story.old)]],
            "new_product_id": [ids[catalog.product(story.new)]],
            "starts_on": [_first(story.starts)],
            "ends_on": [_first(story.ends + 1) - pd.Timedelta(days=1)],
        }
    )


def _market_size(catalog: Catalog, demand: Demand, prices: Floats, seed: int) -> pd.DataFrame:
    """The whole market: what we would sell without our own ups and downs, over our usual share.

    It does not know our breaks, promotions, phase-outs: where we lose, the market stays.
    """
    rng = stream(seed, "market size")
    families, markets = len(catalog.families), len(catalog.markets)
    family = catalog.products["family_index"].to_numpy()[catalog.series_product]
    usual = np.array([float(item["share"]) for item in catalog.families])[:, None]
    share = usual * rng.uniform(0.8, 1.25, (families, markets))
    calm = demand.expected[:CLOSED]
    units = np.zeros((CLOSED, families, markets))
    value = np.zeros_like(units)
    sum_into(units, (slice(None), family, catalog.series_market), calm)
    sum_into(
        value,
        (slice(None), family, catalog.series_market),
        demand.expected[:CLOSED] * prices[:CLOSED],
    )
    noise = rng.normal(1, 0.015, units.shape)
    keep = (units > 0) & ~_unreported(catalog, units.shape)
    month, row, column = np.nonzero(keep)
    size = np.round(units / share * noise)
    return pd.DataFrame(
        {
            "family": np.array([item["name"] for item in catalog.families], dtype=object)[row],
            "market_id": catalog.markets["market_id"].to_numpy(object)[column],
            "period": month_start(month).astype("datetime64[ns]"),
            "units": size[keep],
            "value": np.round(value / share * noise * 1.02, 2)[keep],
        }
    )


def _unreported(catalog: Catalog, shape: tuple[int, ...]) -> Flags:
    market, months = stories.NO_MARKET_SIZE
    out = np.zeros(shape, dtype=bool)
    out[list(months), :, catalog.market(market)] = True
    return out
