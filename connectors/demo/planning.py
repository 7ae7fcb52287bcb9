"""The supply plan of a cycle: how much to make so that stock meets its target.

For each lag: make = planned demand + target stock − projected stock, not below 0. `proposed`
ignores limits; `approved` is cut to the hours of the plant.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from connectors.demo import stories
from connectors.demo.arrays import Floats, Ints
from connectors.demo.catalog import Catalog
from connectors.demo.demand import Demand
from connectors.demo.forecasts import Forecasts
from connectors.demo.timeline import AS_OF_MONTH, CLOSED, HORIZON, LAGS, TOTAL, month_start

OVERTIME_SHARE = 0.12


@dataclass(frozen=True)
class SupplyWorld:
    """What limits supply; arrays by month run over TOTAL months.

    Attributes:
        consensus: Planned demand by product, (48 cycles × 19 lags × P), whole units.
        calm: The statistical plan by product, the ground for stock targets.
        cover: Months of demand held as stock, by product, 0 once a product is to end.
        hours: Available hours of each resource, (TOTAL × R).
        per_unit: Hours per unit by resource operation (mixing, filling) and product, (2 × P).
        allowed: Most units that suppliers allow, (TOTAL × P), infinite where nothing limits.
        pre_build: Units to be made on top, (TOTAL × P).
        plant: Plant row of each product.
        made: 1 where we make the product, 0 where it is bought in.
    """

    consensus: Floats
    calm: Floats
    cover: Floats
    hours: Floats
    per_unit: Floats
    allowed: Floats
    pre_build: Floats
    plant: Ints
    made: Floats


@dataclass(frozen=True)
class CyclePlan:
    """One version of the supply plan of a cycle: units to make and total closing stock, (19 × P)."""

    make: Floats
    closing: Floats


def build_supply_world(catalog: Catalog, demand: Demand, forecasts: Forecasts) -> SupplyWorld:
    """The limits of supply, with the failure of the supplier and the rebuild of the line."""
    per_unit = np.vstack([catalog.hours * 0.55, catalog.hours])
    hours = _hours(catalog, demand, per_unit)
    cover = np.repeat(catalog.family_value("cover")[None, :], TOTAL + 1, axis=0)
    old, (retired, last) = catalog.product(stories.PHASE_OUT.old), stories.RETIRED
    cover[stories.PHASE_OUT.ends - 1 :, old] = 0
    cover[last - 2 :, catalog.product(retired)] = 0
    return SupplyWorld(
        catalog.sum_to_products(forecasts.units["consensus"]),
        catalog.sum_to_products(forecasts.units["statistical"]),
        cover,
        hours,
        per_unit,
        supplier_allowance(catalog, demand),
        pre_build(catalog),
        catalog.products["plant"].to_numpy(np.int64),
        catalog.products["made"].to_numpy(float),
    )


def _hours(catalog: Catalog, demand: Demand, per_unit: Floats) -> Floats:
    """Available hours: the need of an average month of 2025 over the usual load, by working days."""
    year = slice(CLOSED - 18, CLOSED - 6)
    need = catalog.sum_to_products(demand.expected[year]).mean(axis=0)
    sites = [site["id"] for site in catalog.raw["sites"]]
    plant = catalog.products["plant"].to_numpy()
    starts = month_start(np.arange(TOTAL + 1))
    days = np.busday_count(starts[:-1], starts[1:]) / 21.75
    rows = []
    for resource in catalog.raw["resources"]:
        site = sites.index(resource["site"])
        operation = 0 if resource["operation"] == "mixing" else 1
        normal = (need * per_unit[operation])[plant == site].sum() / resource["load"] * resource["share"]
        left = np.ones(TOTAL)
        if catalog.raw["sites"][site]["name"] == stories.REBUILD_PLANT and operation == 1:
            for month, share in stories.REBUILD_HOURS.items():
                # Line 2 is rebuilt and carries the loss; line 1 only what is more than all of line 2.
                second = max(0.0, 2 * share - 1)
                left[month] = second if resource["name"].endswith("2") else 2 * share - second
        rows.append(np.round(normal * days * left, 0))
    return np.array(rows).T


def supplier_allowance(catalog: Catalog, demand: Demand, failed: bool = True) -> Floats:
    """Most units of each product that its suppliers allow, (TOTAL × P)."""
    allowed = np.full((TOTAL, len(catalog.products)), np.inf)
    usual = catalog.sum_to_products(demand.expected)
    dairy = catalog.of_family(stories.LAKESIDE.family)
    allowed[:, dairy] = np.ceil(usual[:, dairy] * 1.45 / 10) * 10
    story = stories.LAKESIDE
    for month, share in zip(story.months, story.shares, strict=True) if failed else ():
        allowed[month, dairy] = np.ceil(usual[month, dairy] * share / 10) * 10
    return allowed


def pre_build(catalog: Catalog, agreed: bool = True) -> Floats:
    """Units to be made on top of the plan, (TOTAL × P)."""
    extra = np.zeros((TOTAL, len(catalog.products)))
    story = stories.PRE_BUILD
    for name, units in story.units if agreed else ():
        extra[list(story.months), catalog.product(name)] = units
    return extra


def plan_cycle(world: SupplyWorld, cycle: int, stock: Floats, frozen: Floats, capped: bool) -> CyclePlan:
    """The supply plan of one cycle.

    Args:
        world: The limits.
        cycle: Number of the cycle's month.
        stock: Stock of each product over all sites at the start of the month, net of the backlog.
        frozen: Output of the current month as agreed in the cycle before.
        capped: Whether to cut to the hours of the plants (the approved plan).
    """
    make, closing = np.zeros((LAGS, len(stock))), np.zeros((LAGS, len(stock)))
    wanted = world.consensus[cycle]
    projected = stock
    for lag in range(LAGS):
        month = cycle + lag
        if lag == 0:
            units = frozen
        else:
            following = wanted[min(lag + 1, HORIZON)]
            target = world.cover[month + 1] * following + _built_ahead(world, cycle, month)
            extra = world.pre_build[month] if cycle >= stories.PRE_BUILD.months[0] - 1 else 0.0
            units = np.maximum(0, wanted[lag] + target - projected) + extra
            units = _cut(world, month, units) if capped else units
            units = np.floor(units)
        projected = projected + units - wanted[lag]
        make[lag], closing[lag] = units, projected
        projected = np.maximum(projected, 0)
    return CyclePlan(make, closing)


def _built_ahead(world: SupplyWorld, cycle: int, month: int) -> Floats:
    """Units built ahead before the month, wanted as stock until the pre-build is over.

    The pre-build is known from the cycle in which it was agreed, a month before it starts.
    """
    months = stories.PRE_BUILD.months
    if cycle < months[0] - 1 or month > months[-1]:
        return np.zeros_like(world.pre_build[0])
    return np.asarray(world.pre_build[:month].sum(axis=0))


def _cut(world: SupplyWorld, month: int, units: Floats) -> Floats:
    return np.asarray(units * hours_ratio(world, month, units)[world.plant])


def hours_ratio(world: SupplyWorld, month: int, units: Floats) -> Floats:
    """Share of the output that the hours of each plant allow (overtime included), at most 1, (5)."""
    out = np.ones(5)
    for plant in range(3):
        mine = world.plant == plant
        for operation in (0, 1):
            required = float((units * world.per_unit[operation] * world.made)[mine].sum())
            rows = [plant * 3] if operation == 0 else [plant * 3 + 1, plant * 3 + 2]
            available = world.hours[month, rows].sum() * (1 + OVERTIME_SHARE)
            if required > available:
                out[plant] = min(out[plant], available / required)
    return out


def as_of_plan_is_approved(cycle: int) -> bool:
    """Whether the cycle's supply plan was approved: the newest one is still only proposed."""
    return cycle < AS_OF_MONTH
