"""Who and what there is: products, markets, customers, sites, suppliers and machines.

Names and sizes come from `catalog.yaml`; what each product costs and where it is sold is drawn
from the seed.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd
import yaml

from connectors.demo import stories
from connectors.demo.arrays import Floats, Ints, sum_into
from connectors.demo.timeline import stream

WAREHOUSES = 2
_MARKETS_OF_PRODUCT = (4, 6)


@dataclass(frozen=True)
class Catalog:
    """The fixed world. Products are rows 0 to P-1, series (product × market) rows 0 to S-1.

    Attributes:
        raw: `catalog.yaml` as read.
        products: One row per product: product_id, product_name, family, business_unit, family_index,
            price, cost (0 where finance has none), plant (site row), made.
        markets: One row per market: market_id, market_name, region, channel, warehouse (0 or 1), weight.
        series_product: Product row of each series.
        series_market: Market row of each series.
        hours: Filling hours per unit of each product, 0 where it is bought in.
    """

    raw: dict[str, Any]
    products: pd.DataFrame
    markets: pd.DataFrame
    series_product: Ints
    series_market: Ints
    hours: Floats

    @property
    def families(self) -> list[dict[str, Any]]:
        """The families as `catalog.yaml` describes them, in order."""
        return list(self.raw["families"])

    @property
    def regions(self) -> list[str]:
        """Names of the regions, in order of the markets."""
        return list(dict.fromkeys(self.markets["region"]))

    @property
    def business_units(self) -> list[str]:
        """Names of the business units, in order of the families."""
        return list(dict.fromkeys(self.products["business_unit"]))

    def product(self, name: str) -> int:
        """Row of the product of that name."""
        return int(np.flatnonzero(self.products["product_name"] == name)[0])

    def market(self, name: str) -> int:
        """Row of the market of that name."""
        return int(np.flatnonzero(self.markets["market_name"] == name)[0])

    def series(self, product: str, market: str) -> int:
        """Row of the series of that product in that market."""
        found = (self.series_product == self.product(product)) & (self.series_market == self.market(market))
        return int(np.flatnonzero(found)[0])

    def of_family(self, family: str) -> Ints:
        """Rows of the products of the family."""
        return np.flatnonzero(self.products["family"] == family).astype(np.int64)

    def per_series(self, column: str) -> Floats:
        """A number column of the products, for each series."""
        values: Floats = self.products[column].to_numpy(float)[self.series_product]
        return values

    def family_value(self, key: str) -> Floats:
        """A number of the families, for each product."""
        values = np.array([float(family[key]) for family in self.families])
        return np.asarray(values[self.products["family_index"].to_numpy()])

    def group_of_series(self) -> Ints:
        """Business unit × region of each series: row of the unit × 4 + row of the region."""
        units, regions = self.business_units, self.regions
        unit = self.products["business_unit"].map(units.index).to_numpy()[self.series_product]
        region = self.markets["region"].map(regions.index).to_numpy()[self.series_market]
        return np.asarray(unit * len(regions) + region, dtype=np.int64)

    def unit_of_product(self) -> Ints:
        """Row of the business unit of each product."""
        return self.products["business_unit"].map(self.business_units.index).to_numpy(np.int64)

    def sum_to_products(self, values: Floats) -> Floats:
        """Series values (last axis S) added up to products (last axis P)."""
        out = np.zeros((*values.shape[:-1], len(self.products)))
        sum_into(out, (..., self.series_product), values)
        return out


def build_catalog(seed: int) -> Catalog:
    """The world of the demo company for a seed."""
    text = files("connectors.demo").joinpath("catalog.yaml").read_text("utf-8")
    raw = yaml.safe_load(text)
    rng = stream(seed, "catalog")
    products = _products(raw, rng)
    markets = _markets(raw)
    series_product, series_market = _series(products, markets, rng)
    per_family = np.array([family["hours"] for family in raw["families"]]) / 100
    made = products["made"].to_numpy(float)
    hours = per_family[products["family_index"]] * rng.uniform(0.9, 1.1, len(products))
    return Catalog(raw, products, markets, series_product, series_market, np.round(hours * made, 5))


def _products(raw: dict[str, Any], rng: np.random.Generator) -> pd.DataFrame:
    plants = [site["id"] for site in raw["sites"]]
    rows = []
    for index, family in enumerate(raw["families"]):
        for number, name in enumerate(family["products"], start=1):
            price = round(float(family["price"] * rng.uniform(0.75, 1.3)), 2)
            margin = float(family["margin"] + rng.uniform(-0.05, 0.05))
            cost = 0.0 if name == stories.NO_COST_PRODUCT else round(price * (1 - margin), 2)
            rows.append(
                {
                    "product_id": f"{family['id']}{number:02d}",
                    "product_name": name,
                    "family": family["name"],
                    "business_unit": family["business_unit"],
                    "family_index": index,
                    "price": price,
                    "cost": cost,
                    "plant": plants.index(family["plant"]),
                    "made": name not in stories.BOUGHT_IN,
                }
            )
    return pd.DataFrame(rows)


def _markets(raw: dict[str, Any]) -> pd.DataFrame:
    frame = pd.DataFrame(raw["markets"]).rename(columns={"id": "market_id", "name": "market_name"})
    warehouses = [site["id"] for site in raw["sites"] if site["kind"] == "warehouse"]
    frame["warehouse_id"] = frame["warehouse"]
    frame["warehouse"] = frame["warehouse"].map(warehouses.index)
    return frame


def _series(products: pd.DataFrame, markets: pd.DataFrame, rng: np.random.Generator) -> tuple[Ints, Ints]:
    pairs: list[tuple[int, int]] = []
    names = list(markets["market_name"])
    for row, name in enumerate(products["product_name"]):
        count = int(rng.integers(*_MARKETS_OF_PRODUCT))
        chosen = set(rng.choice(len(names), size=count, replace=False))
        chosen |= {names.index(market) for market in _always_in(products["family"][row], name)}
        if name == stories.LAUNCH.product:
            reference = list(products["product_name"]).index(stories.LAUNCH.reference)
            chosen = {market for product, market in pairs if product == reference}
        pairs += [(row, int(market)) for market in sorted(chosen)]
    array = np.array(pairs, dtype=np.int64)
    return array[:, 0], array[:, 1]


def _always_in(family: str, product: str) -> list[str]:
    """Markets that a product must be sold in so that its story can be told."""
    wanted = {
        "Dairy": ["Sweden", "Denmark"],
        "Juices": ["France", "Spain"],
        "Snacks": ["Spain"],
        "Sauces": ["Poland"],
        "Laundry": ["Netherlands"],
    }
    extra = ["Poland"] if product == stories.LISTING.product else []
    return wanted.get(family, []) + extra
