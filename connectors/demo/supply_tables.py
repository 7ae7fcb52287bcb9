"""Canonical tables of supply as it is: output, stock, hours, routings, suppliers, lanes, targets."""

from __future__ import annotations

import numpy as np
import pandas as pd

from connectors.demo import stories
from connectors.demo.arrays import Days, Floats, Ints, Texts
from connectors.demo.catalog import Catalog
from connectors.demo.demand import Demand
from connectors.demo.execution import History
from connectors.demo.order_book import OrderBook, customer_ids
from connectors.demo.planning import OVERTIME_SHARE, SupplyWorld, supplier_allowance
from connectors.demo.timeline import CLOSED, HORIZON, month_date, month_index, month_start, stream

_LIMITS_FROM = month_index(2024, 1)
_LIMITS_TO = CLOSED + 6
_ORCHARD_SHARE = 1.6
_LANES = (
    ("S01", "W01", 0.22, 1),
    ("S01", "W02", 0.48, 3),
    ("S02", "W01", 0.44, 3),
    ("S02", "W02", 0.31, 2),
    ("S03", "W01", 0.52, 4),
    ("S03", "W02", 0.36, 2),
    ("W01", "W02", 0.40, 3),
    ("W02", "W01", 0.40, 3),
)
_SECOND_SOURCE = ("Plain Yoghurt", "Greek Yoghurt")


def _days(months: Ints) -> Days:
    return month_start(months).astype("datetime64[ns]")


def _product_ids(catalog: Catalog) -> Texts:
    return catalog.products["product_id"].to_numpy(object)


def supply_tables(
    catalog: Catalog, demand: Demand, world: SupplyWorld, history: History, seed: int
) -> dict[str, pd.DataFrame]:
    """production, inventory, capacity, routings, sourcing, supplier_limits, production_commitments, lanes."""
    return {
        "production": _production(catalog, history, seed),
        "inventory": _inventory(catalog, history),
        "capacity": _capacity(catalog, world),
        "routings": _routings(catalog, world),
        "sourcing": _sourcing(catalog),
        "supplier_limits": _supplier_limits(catalog, demand, world),
        "production_commitments": _commitments(catalog),
        "lanes": pd.DataFrame(_LANES, columns=["from_site_id", "to_site_id", "unit_cost", "lead_time_days"]),
    }


def _production(catalog: Catalog, history: History, seed: int) -> pd.DataFrame:
    rng = stream(seed, "production")
    made = catalog.products["made"].to_numpy(bool)
    month, product = np.nonzero((history.output[:CLOSED] > 0) & made)
    units = history.output[month, product]
    cost = catalog.products["cost"].to_numpy()[product]
    spent = np.round(units * cost * rng.normal(1.0, 0.015, len(units)), 2)
    sites = np.array([site["id"] for site in catalog.raw["sites"]], dtype=object)
    return pd.DataFrame(
        {
            "product_id": _product_ids(catalog)[product],
            "site_id": sites[catalog.products["plant"].to_numpy()[product]],
            "period": _days(month),
            "units": units,
            "cost": np.where(cost > 0, spent, np.nan),
        }
    )


def _inventory(catalog: Catalog, history: History) -> pd.DataFrame:
    """Closing stock at the plant and both warehouses; also 0 where a product is still dealt in."""
    stock = np.concatenate([history.plant_stock[:, :, None], history.warehouse_stock], axis=2)[:CLOSED]
    moved = history.output[:CLOSED] + history.transfers[:CLOSED].sum(axis=2)
    seen = (stock.sum(axis=2) > 0) | (moved > 0) | (history.shipped[:CLOSED].sum(axis=2) > 0)
    month, product, place = np.nonzero(np.repeat(seen[:, :, None], 3, axis=2))
    sites = np.array([site["id"] for site in catalog.raw["sites"]], dtype=object)
    site = np.where(place == 0, catalog.products["plant"].to_numpy()[product], place + 2)
    return pd.DataFrame(
        {
            "product_id": _product_ids(catalog)[product],
            "site_id": sites[site],
            "period": _days(month),
            "closing_units": stock[month, product, place],
        }
    )


def _capacity(catalog: Catalog, world: SupplyWorld) -> pd.DataFrame:
    months = np.arange(CLOSED + HORIZON)
    ids = np.array([resource["id"] for resource in catalog.raw["resources"]], dtype=object)
    hours = world.hours[: len(months)]
    return pd.DataFrame(
        {
            "resource_id": np.tile(ids, len(months)),
            "period": np.repeat(_days(months), len(ids)),
            "available_hours": hours.ravel(),
            "overtime_hours": np.round(hours * OVERTIME_SHARE, 1).ravel(),
            "overtime_cost_per_hour": 95.0,
        }
    )


def _routings(catalog: Catalog, world: SupplyWorld) -> pd.DataFrame:
    """Mixing at the plant's one mixer, filling at either of its two lines."""
    rows = []
    sites = [site["id"] for site in catalog.raw["sites"]]
    for product, plant in enumerate(catalog.products["plant"]):
        if not catalog.products["made"][product]:
            continue
        for resource in catalog.raw["resources"]:
            if resource["site"] != sites[plant]:
                continue
            operation = resource["operation"]
            hours = world.per_unit[0 if operation == "mixing" else 1, product]
            rows.append((_product_ids(catalog)[product], operation, resource["id"], hours))
    return pd.DataFrame(rows, columns=["product_id", "operation", "resource_id", "hours_per_unit"])


def _sourcing(catalog: Catalog) -> pd.DataFrame:
    """Material and packing of each product; two Dairy products have a second source for the base."""
    suppliers = {supplier["name"]: supplier["id"] for supplier in catalog.raw["suppliers"]}
    rows = []
    for product in catalog.products.to_dict("records"):
        identity, cost = product["product_id"], float(product["cost"])
        family = catalog.families[product["family_index"]]
        for rank, (component, supplier) in enumerate(family["materials"].items()):
            part = round(cost * (0.34, 0.12)[rank], 3) if cost else None
            rows.append((identity, supplier, component, part, 14.0 + 7 * rank, 500.0))
        if product["product_name"] in _SECOND_SOURCE:
            second = suppliers["Harlan Ingredients"]
            rows.append((identity, second, "cultured base", round(cost * 0.40, 3), 28.0, 1000.0))
    columns = ["product_id", "supplier_id", "component", "unit_cost", "lead_time_days", "minimum_units"]
    return pd.DataFrame(rows, columns=columns)


def _supplier_limits(catalog: Catalog, demand: Demand, world: SupplyWorld) -> pd.DataFrame:
    """Limits of Lakeside (with the failure) and of Orchard Vale, January 2024 to December 2026.

    The second source of two Dairy products is only being qualified: it delivers nothing yet.
    """
    months = np.arange(_LIMITS_FROM, _LIMITS_TO)
    suppliers = {supplier["name"]: supplier["id"] for supplier in catalog.raw["suppliers"]}
    dairy, juices = catalog.of_family(stories.LAKESIDE.family), catalog.of_family("Juices")
    usual = catalog.sum_to_products(demand.expected)
    second = np.array([catalog.product(name) for name in _SECOND_SOURCE])
    parts = [
        (suppliers["Lakeside"], dairy, world.allowed[months][:, dairy]),
        (suppliers["Orchard Vale"], juices, np.ceil(usual[months][:, juices] * _ORCHARD_SHARE / 10) * 10),
        (suppliers["Harlan Ingredients"], second, np.zeros((len(months), len(second)))),
    ]
    frames = []
    for supplier, products, limit in parts:
        failed = np.isin(months, stories.LAKESIDE.months) & (supplier == suppliers["Lakeside"])
        reason = np.where(failed, "fire in the culture plant", "framework contract").astype(object)
        if supplier == suppliers["Harlan Ingredients"]:
            reason[:] = "not qualified yet"
        frames.append(
            pd.DataFrame(
                {
                    "supplier_id": supplier,
                    "product_id": np.tile(_product_ids(catalog)[products], len(months)),
                    "period": np.repeat(_days(months), len(products)),
                    "max_units": limit.ravel(),
                    "reason": np.repeat(reason, len(products)),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def failure_loss(catalog: Catalog, demand: Demand) -> Floats:
    """Units that the failure took from what Lakeside usually allows, (TOTAL × P)."""
    usual, failed = supplier_allowance(catalog, demand, failed=False), supplier_allowance(catalog, demand)
    out = np.zeros_like(usual)
    limited = np.isfinite(usual)
    out[limited] = usual[limited] - failed[limited]
    return out


def _commitments(catalog: Catalog) -> pd.DataFrame:
    """The pre-build agreed in spring, and a private-label contract that runs on."""
    story = stories.PRE_BUILD
    ids = _product_ids(catalog)
    rows = [
        (ids[catalog.product(name)], "S02", month, float(units), "pre-build ahead of the line 2 rebuild")
        for name, units in story.units
        for month in story.months
    ]
    contract = ids[catalog.product("Vanilla Pudding")]
    rows += [
        (contract, "S02", month, 800.0, "private-label contract") for month in range(CLOSED - 6, CLOSED + 6)
    ]
    frame = pd.DataFrame(rows, columns=["product_id", "site_id", "period", "committed_units", "reason"])
    frame["period"] = _days(frame["period"].to_numpy(np.int64))
    return frame


def targets(catalog: Catalog, book: OrderBook, market_size: pd.DataFrame) -> pd.DataFrame:
    """OTIF by customer and in all, service levels by family, and the committed market share."""
    rows: list[tuple[str, str | None, str | None, pd.Timestamp | None, float]] = []
    rows.append(("otif_rate", None, None, None, 0.90))
    rows.append(("unit_fill_rate", None, None, None, 0.97))
    for rank, customer in enumerate(customer_ids(catalog)):
        rows.append(("otif_rate", "customer", customer, None, (0.94, 0.92, 0.90, 0.88, 0.86)[rank % 5]))
    for family in catalog.families:
        level = 0.98 if family["business_unit"] == "Fresh" else 0.97
        rows.append(("unit_fill_rate", "family", family["name"], None, level))
    rows += _share_targets(catalog, book, market_size)
    columns = ["metric", "dimension", "member_id", "period", "value"]
    frame = pd.DataFrame(rows, columns=columns)
    frame.insert(0, "target_id", [f"T{number:04d}" for number in range(1, len(frame) + 1)])
    frame["period"] = pd.to_datetime(frame["period"])
    return frame


def _share_targets(
    catalog: Catalog, book: OrderBook, market_size: pd.DataFrame
) -> list[tuple[str, str | None, str | None, pd.Timestamp | None, float]]:
    """Committed share of 2025 and 2026 by market: that of the year before, to half a point."""
    value = market_size.groupby([market_size["period"].dt.year, "market_id"])["value"].sum()
    rows: list[tuple[str, str | None, str | None, pd.Timestamp | None, float]] = []
    for column, market in enumerate(catalog.markets["market_id"]):
        mine = catalog.series_market == column
        for year in (2025, 2026):
            months = slice(month_index(year - 1, 1), month_index(year, 1))
            share = book.revenue[months, mine].sum() / value[(year - 1, market)]
            rows += [
                (
                    "market_share_value",
                    "market",
                    market,
                    pd.Timestamp(month_date(month_index(year, 1) + step)),
                    round(share * 200) / 200,
                )
                for step in range(12)
            ]
    return rows
