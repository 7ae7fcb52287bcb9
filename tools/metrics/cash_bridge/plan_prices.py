"""Planned selling prices after planned promotions, by product, market and month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir

from connectors.plan_store import PlanStore
from tools.metrics.facts.planned_money import price_lost, with_price

_SERIES = ("product_id", "market_id", "period")


def with_plan_price(store: PlanStore, rows: ir.Table, months: Sequence[date]) -> ir.Table:
    """The rows, one per product, market and month `period`, with `plan_price`.

    plan price = planned price of the month, else the list price, × what promotions leave of it, as the
    planned revenue of the demand plan counts them. Null where there is no price.

    Args:
        store: The plan store.
        rows: What is to be priced.
        months: The months of the rows.

    Raises:
        MissingTable, NotPermitted: There are no prices of either kind, or not for this person.
    """
    rows = with_price(store, rows).drop("list_price")
    if "promotions" not in store.loaded_tables:
        return _renamed(rows, rows.price)
    each = ibis.array([ibis.literal(month) for month in months]).unnest()
    lost = price_lost(store.require("promotions", "discount_rate"), each.name("period").as_table())
    joined = rows.left_join(lost, list(_SERIES))
    joined = joined.drop(*(f"{key}_right" for key in _SERIES))
    return _renamed(joined, joined.price * (1.0 - joined.price_lost.fill_null(0.0))).drop("price_lost")


def _renamed(rows: ir.Table, price: ir.Value) -> ir.Table:
    return rows.mutate(plan_price=price).drop(
        "price", *(["unit_price"] if "unit_price" in rows.columns else [])
    )
