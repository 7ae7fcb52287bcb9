"""Volume, mix and price: the bridge of money that is units × money per unit.

An item is a product in a market. With units q, money m (revenue or margin), money per unit p = m / q, and
P0 = Σ m0 / Σ q0 the old average:

- volume = (Σ q1 − Σ q0) × P0;
- mixᵢ = (q1ᵢ − q0ᵢ)(p0ᵢ − P0): units moved to items that earned more or less than the average;
- priceᵢ = m1ᵢ − q1ᵢ p0ᵢ: the item's money per unit changed, at the new units.

An item without old units has no old price: its whole money against the average, m1ᵢ − m0ᵢ − q1ᵢ P0, is mix,
at its new price. One that ended is mix at its old price. The three sum to Σ m1 − Σ m0 exactly.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Item:
    """Units and money of one product in one market, on one side."""

    units: float
    money: float


@dataclass(frozen=True)
class MoneyEffect:
    """What one item did: `volume`, `mix` and `price` sum to the change of its money.

    Attributes:
        is_new: It had no units before.
        is_ended: It has no units any more.
    """

    volume: float
    mix: float
    price: float
    is_new: bool = False
    is_ended: bool = False

    @property
    def together(self) -> float:
        """All three: the change of the item's money."""
        return self.volume + self.mix + self.price


_NOTHING = Item(0.0, 0.0)


def money_effects(before: Mapping[Key, Item], after: Mapping[Key, Item]) -> dict[Key, MoneyEffect] | None:
    """The effects of every item; None where the side before has no units to take an average over."""
    units = math.fsum(item.units for item in before.values())
    if units <= 0:
        return None
    average = math.fsum(item.money for item in before.values()) / units
    return {
        key: _effect(before.get(key, _NOTHING), after.get(key, _NOTHING), average)
        for key in dict.fromkeys((*after, *before))
    }


def _effect(old: Item, new: Item, average: float) -> MoneyEffect:
    volume = (new.units - old.units) * average
    price = new.money - new.units * old.money / old.units if old.units else 0.0
    return MoneyEffect(
        volume=volume,
        mix=new.money - old.money - volume - price,
        price=price,
        is_new=not old.units and bool(new.units),
        is_ended=bool(old.units) and not new.units,
    )
