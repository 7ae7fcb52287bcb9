"""Reads the items of revenue and standard margin: units and money by product and market."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import ibis
import ibis.expr.types as ir

from connectors.plan_store import PlanStore
from tools.metrics.definitions import Metric, Value
from tools.metrics.drivers.parts import MemberId
from tools.metrics.drivers.price_volume_mix import Item, MoneyEffect, money_effects
from tools.metrics.drivers.sides import OneSide, Sides
from tools.metrics.drivers.steps import Step
from tools.metrics.fact import Basis, Fact

NAME = "volume, mix and price"
_SOLD = frozenset({"demand_history", "shipments", "margins", "line_margins"})
_MONEY = frozenset({"revenue", "margin"})
_OF_ITEMS = frozenset({"product", "family", "business_unit", "market", "region", "channel"})
_GRAIN = ("product", "market")

ItemKey = tuple[MemberId, ...]
"""Product, market, and the member of the dimension that is looked at, where there is one."""


@dataclass(frozen=True)
class MoneyBridge:
    """Volume, mix and price of a change of money.

    Attributes:
        total: Over all items.
        by_member: Over the items of each member of the dimension asked for; empty without one.
        has_volume: Whether units could be added; else volume is part of the mix.
        has_new, has_ended: Whether some items had no units on one side.
    """

    total: MoneyEffect
    by_member: Mapping[MemberId, MoneyEffect]
    has_volume: bool
    has_new: bool
    has_ended: bool

    def steps(self) -> list[Step]:
        """The steps, volume first."""
        mix = Step("mix" if self.has_volume else "volume and mix", self.total.mix, "mix")
        volume = [Step("volume", self.total.volume, "volume")] if self.has_volume else []
        return [*volume, mix, Step("price", self.total.price, "price")]


def has_items(sides: Sides) -> bool:
    """Whether both sides are money of the same products sold: revenue or standard margin."""
    before, after = sides.before.whole, sides.after.whole
    value = after.metric.value
    if before.fact.name != after.fact.name or after.fact.name not in _SOLD:
        return False
    is_money = isinstance(value, Value) and value.denominator is None and value.numerator in _MONEY
    has_units = after.fact.tables[0] != "demand_history" or sides.after.store.has(
        "demand_history", "shipped_units"
    )
    return is_money and has_units


def money_bridge(sides: Sides, dimension: str | None) -> MoneyBridge | None:
    """Volume, mix and price of the change; None where there were no units before.

    Args:
        sides: Both sides, with items (`has_items`).
        dimension: Whose members it is given for as well, where items belong to them.
    """
    by = [dimension] if dimension in _OF_ITEMS and dimension not in _GRAIN else []
    earlier, later = (_items(side, by) for side in (sides.before, sides.after))
    factors = _factors(sides.after.store, {str(key[0]) for key in (*earlier, *later)})
    effects = money_effects(_converted(earlier, factors), _converted(later, factors))
    if effects is None:
        return None
    if factors is None:
        effects = {key: replace(e, volume=0.0, mix=e.volume + e.mix) for key, e in effects.items()}
    place = _place(dimension, by)
    members: dict[MemberId, list[MoneyEffect]] = {}
    for key, effect in effects.items() if place is not None else ():
        members.setdefault(key[place or 0], []).append(effect)
    return MoneyBridge(
        total=_added(effects.values()),
        by_member={member: _added(found) for member, found in members.items()},
        has_volume=factors is not None,
        has_new=any(effect.is_new for effect in effects.values()),
        has_ended=any(effect.is_ended for effect in effects.values()),
    )


def _place(dimension: str | None, by: list[str]) -> int | None:
    if by:
        return len(_GRAIN)
    return _GRAIN.index(dimension) if dimension in _GRAIN else None


def _items(side: OneSide, by: list[str]) -> dict[ItemKey, Item]:
    metric = _with_units(side.metric, side.whole.fact)
    measure = side.metric.value.numerators[0]
    groups = side.cut([*_GRAIN, *by], metric).groups
    return {g.key: Item(g.sums["units_sold"] or 0.0, g.sums[measure] or 0.0) for g in groups}


def _with_units(metric: Metric, fact: Fact) -> Metric:
    """The metric with the units that its money was earned with, in each product's own unit of measure."""
    measure = metric.value.numerators[0]

    def build(store: PlanStore, basis: Basis) -> ir.Table:
        rows = fact.build(store, basis)
        is_known = rows[measure].notnull() & rows.shipped_units.notnull()
        return rows.mutate(units_sold=ibis.ifelse(is_known, rows.shipped_units, 0.0))

    sold = replace(fact, name=f"{fact.name} with units", build=build, unit_measures=frozenset())
    value = Value(measure, "units_sold")
    return replace(metric, fact=sold, value=value, else_fact=None, finer_fact=None)


def _factors(store: PlanStore, products: set[str]) -> dict[str, float] | None:
    """What each product's units are multiplied by so that they can be added; None where it is not known."""
    if not store.has("products", "unit_of_measure"):
        return {}
    table = store.table("products")
    columns = ["product_id", "unit_of_measure"]
    columns += [name for name in ("base_units_per_unit",) if name in table.columns]
    rows = [row for row in store.rows(table.select(*columns)) if row["product_id"] in products]
    if len({row["unit_of_measure"] for row in rows if row["unit_of_measure"]}) <= 1:
        return {}
    if any(row.get("base_units_per_unit") is None for row in rows):
        return None
    return {row["product_id"]: row["base_units_per_unit"] for row in rows}


def _converted(items: Mapping[ItemKey, Item], factors: Mapping[str, float] | None) -> dict[ItemKey, Item]:
    if not factors:
        return dict(items)
    return {key: Item(item.units * factors.get(str(key[0]), 1.0), item.money) for key, item in items.items()}


def _added(effects: Iterable[MoneyEffect]) -> MoneyEffect:
    found = list(effects)
    return MoneyEffect(
        volume=math.fsum(e.volume for e in found),
        mix=math.fsum(e.mix for e in found),
        price=math.fsum(e.price for e in found),
    )
