"""Axes of values: their unit in words, their round ends, their ticks and the numbers beside them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from tools.charts.look import Spec
from tools.figures import Unit
from tools.formatting import format_value

_STEPS = (1, 2, 2.5, 5, 10)
_PARTS = 5
_COUNTED = frozenset({"currency", "units", "orders", "hours", "count"})
_WORDS = {"ratio": "%", "points": "pts", "days": "days", "per year": "per year", "index": ""}
_SIZES = ((1e9, 1e9, "bn"), (1e6, 1e6, "m"), (1e4, 1e3, "k"))
_IN_WORDS = {"bn": "billion ", "m": "million ", "k": "thousand ", "": ""}


@dataclass(frozen=True)
class Measure:
    """How values of one unit stand on an axis.

    Attributes:
        words: The unit as it is written in brackets behind the title; empty where there is none.
        divisor: What a value is divided by before its number is written (1e6 for €m, 0.01 for %).
        low, high: Round ends of the axis, in the unit of the values.
        step: Distance of its ticks.
    """

    words: str
    divisor: float
    low: float
    high: float
    step: float

    def title(self, name: str) -> str:
        """The axis title: the metric and its unit."""
        if not name:
            return self.words
        return f"{name} ({self.words})" if self.words else name

    @property
    def domain(self) -> list[JsonValue]:
        """The ends of the axis."""
        return [self.low, self.high]

    @property
    def labels(self) -> Spec:
        """The properties of an axis or legend that place its ticks and write their numbers."""
        count = round((self.high - self.low) / self.step) + 1
        ticks: list[JsonValue] = [self.low + self.step * place for place in range(count)]
        decimals = self._decimals
        if self.divisor == 1:
            return {"values": ticks, "format": f",.{decimals}f"}
        # A fixed expression over the tick's number; no name of the data ever stands in it.
        return {"values": ticks, "labelExpr": f"format(datum.value / {self.divisor:g}, ',.{decimals}f')"}

    @property
    def _decimals(self) -> int:
        shown = self.step / self.divisor
        return next((d for d in range(6) if math.isclose(round(shown, d), shown, rel_tol=1e-6)), 6)


def measure_of(values: Sequence[float], unit: Unit, currency: str, has_zero: bool) -> Measure:
    """The axis that holds all values, in the size of unit that suits the largest.

    Args:
        values: All that is drawn along it.
        unit: Unit of the values.
        currency: ISO 4217 code.
        has_zero: Whether it must reach zero (bars); else it reaches zero only where values lie near it.
    """
    low, high, step = _bounds(values, has_zero)
    if unit not in _COUNTED:
        return Measure(_WORDS.get(unit, unit), 0.01 if unit in ("ratio", "points") else 1, low, high, step)
    largest = max((abs(value) for value in values), default=0.0)
    _, divisor, suffix = next((size for size in _SIZES if largest >= size[0]), (0.0, 1.0, ""))
    words = currency_sign(currency) + suffix if unit == "currency" else _IN_WORDS[suffix] + unit
    return Measure("" if words == "count" else words.removesuffix(" count"), divisor, low, high, step)


def currency_sign(currency: str) -> str:
    """The sign of a currency as figures carry it: €, or its code."""
    return format_value(1, "currency", currency).removesuffix("1").strip()


def _bounds(values: Sequence[float], has_zero: bool) -> tuple[float, float, float]:
    low, high = min(values, default=0.0), max(values, default=1.0)
    if has_zero or (low >= 0 and low < 0.5 * high) or (high <= 0 and high > 0.5 * low):
        low, high = min(low, 0.0), max(high, 0.0)
    if low == high:
        low, high = (low - abs(low) / 2, high + abs(high) / 2) if low else (0.0, 1.0)
    rough = (high - low) / _PARTS
    size = 10.0 ** math.floor(math.log10(rough))
    step = size * next(step for step in _STEPS if step * size >= rough * (1 - 1e-9))
    return math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step, step
