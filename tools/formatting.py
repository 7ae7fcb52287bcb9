"""Figures as people read them, in English: 47.8%, €1.24m, +3.2 pts, 12,480 units."""

from __future__ import annotations

import math

from tools.figures import Unit

NO_VALUE = "n/a"

_SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "INR": "₹", "JPY": "¥", "CNY": "CN¥"}
_SUFFIXES = {
    "units": " units",
    "days": " days",
    "orders": " orders",
    "hours": " hours",
    "per year": " per year",
}


def format_value(value: float | None, unit: Unit, currency: str = "EUR", signed: bool = False) -> str:
    """A value with its unit.

    Args:
        value: Unrounded value; ratios as fractions.
        unit: Its unit.
        currency: ISO 4217 code of the reporting currency.
        signed: Whether to write a plus before positive values.
    """
    if value is None or math.isnan(value):
        return NO_VALUE
    sign = "−" if value < 0 else "+" if signed and value > 0 else ""
    size = abs(value)
    if unit == "ratio":
        text = f"{size * 100:,.1f}%"
    elif unit == "points":
        text = f"{size * 100:,.1f} pts"
    elif unit == "currency":
        text = _SYMBOLS.get(currency, f"{currency} ") + _amount(size)
    elif unit in ("units", "orders", "count"):
        count = _count(size)
        suffix = _SUFFIXES.get(unit, "")
        text = count + (suffix.removesuffix("s") if count == "1" else suffix)
    else:
        text = f"{size:,.1f}{_SUFFIXES.get(unit, '')}"
    return _without_negative_zero(sign, text)


def format_difference(value: float | None, unit: Unit, currency: str = "EUR") -> str:
    """A difference of two values of that unit, without its sign; ratios differ by points."""
    if value is None:
        return NO_VALUE
    return format_value(abs(value), "points" if unit == "ratio" else unit, currency)


def _amount(size: float) -> str:
    # Judged after rounding, so that a little less than a million reads as a million.
    if round(size / 1e6, 2) >= 1000:
        return f"{size / 1e9:,.2f}bn"
    if round(size) >= 1e6:
        return f"{size / 1e6:,.2f}m"
    return f"{size:,.0f}" if size >= 100 or size == int(size) else f"{size:,.2f}"


def _count(size: float) -> str:
    if size >= 1e7:
        return f"{size / 1e6:,.1f}m"
    return f"{size:,.0f}" if size >= 10 or size == int(size) else f"{size:,.1f}"


def _without_negative_zero(sign: str, text: str) -> str:
    has_digits = any(character in "123456789" for character in text)
    return f"{sign}{text}" if has_digits else text
