"""Facts of the market: what we shipped beside what the whole market bought, where both are known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial

import ibis
import ibis.expr.types as ir

from connectors.plan_store import PlanStore
from tools.metrics.fact import Basis, Fact

_CELL = ("family", "market_id", "period")
_OURS = {"units": "shipped_units", "value": "revenue"}


def market_share(store: PlanStore, basis: Basis, measure: str) -> ir.Table:
    """Rows of `ours` by product, market and month, and of `market` by family, market and month.

    Only where `market_size` has the measure for the family, market and month, and demand is loaded for
    the month. A business unit is that of all products of a family; a family of several has none. Rows
    of our own that are not known are counted in `unknown`.

    Args:
        store: The plan store, narrowed to who asks.
        basis: The settled basis.
        measure: `units` (in planning units) or `value`.
    """
    size = store.require("market_size", measure)
    size = size.filter(size[measure].notnull(), size.period.isin(_literals(_months(store, basis))))
    own = _own(store, measure).semi_join(size, list(_CELL))
    columns = ("product_id", *_CELL, "ours", "market", "unknown", "unlike")
    market = size.mutate(
        product_id=ibis.null("string"),
        ours=ibis.literal(0.0),
        market=size[measure].cast("float64"),
        unknown=ibis.literal(0, "int64"),
        unlike=ibis.literal(0.0),
    )
    rows = ibis.union(own.select(*columns), market.select(*columns))
    units = _business_units(store)
    return rows.left_join(units, "family").drop("family_right").mutate(on=rows.period)


def _own(store: PlanStore, measure: str) -> ir.Table:
    """Our side by product, market and month; units in planning units, as `market_size` has them."""
    column = _OURS[measure]
    history = store.require("demand_history", column)
    products = store.require("products", "family")
    families = products.select("product_id", "family", factor=_factor(products))
    own = history.inner_join(families, "product_id")
    ours = own[column] * own.factor if measure == "units" else own[column]
    return own.mutate(
        ours=ours.cast("float64"),
        market=ibis.literal(0.0),
        unknown=ours.isnull().ifelse(1, 0).cast("int64"),
        # A unit measure of nothing: by it the engine looks whether unlike units would be added.
        unlike=ibis.literal(0.0),
    )


def _factor(products: ir.Table) -> ir.Value:
    """Planning units in one unit; 1 where no product says so, for then units are planning units."""
    if "base_units_per_unit" not in products.columns:
        return ibis.literal(1.0)
    factor = products.base_units_per_unit
    has_any = factor.max().over(ibis.window()).notnull()
    return ibis.ifelse(has_any, factor, 1.0)


def _business_units(store: PlanStore) -> ir.Table:
    """The business unit of each family, where all of its products are of one."""
    products = store.require("products", "family")
    if "business_unit" not in products.columns:
        return products.select("family").distinct().mutate(business_unit=ibis.null("string"))
    unit = products.business_unit
    found = products.group_by("family").aggregate(
        lowest=unit.min(), highest=unit.max(), missing=unit.isnull().sum()
    )
    is_one = (found.lowest == found.highest) & (found.missing == 0)
    return found.select("family", business_unit=ibis.ifelse(is_one, found.lowest, ibis.null("string")))


def _months(store: PlanStore, basis: Basis) -> tuple[date, ...]:
    """The months with both market figures and demand."""
    demand = store.months_loaded("demand_history", "period")
    return tuple(month for month in store.months_loaded("market_size", "period") if month in demand)


def _literals(months: tuple[date, ...]) -> list[ir.Value]:
    return [ibis.literal(month) for month in months]


MARKET_VALUE = Fact(
    "market_value",
    ("market_size", "demand_history", "products"),
    ("market_size", "period"),
    ("market_id",),
    partial(market_share, measure="value"),
    own_dimensions=("family", "business_unit"),
    months=_months,
    why_no_cut="there is no market figure by {dimension}",
    left_out={"unknown": "{count} product-market months of unknown sales are left out of our side."},
)
MARKET_UNITS = replace(
    MARKET_VALUE,
    name="market_units",
    build=partial(market_share, measure="units"),
    unit_measures=frozenset({"unlike"}),
    left_out={**MARKET_VALUE.left_out, "unlike": "{count} rows are in unlike units."},
    left_out_of={"unlike": "unlike"},
)
