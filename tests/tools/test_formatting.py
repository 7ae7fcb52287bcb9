"""Figures as people read them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.formatting import format_difference, format_value


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.478, "ratio", "47.8%"),
        (1.0, "ratio", "100.0%"),
        (-0.0312, "ratio", "−3.1%"),
        (12.3456, "ratio", "1,234.6%"),
        (0.032, "points", "3.2 pts"),
        (1_240_000, "currency", "€1.24m"),
        (-1_240_000, "currency", "−€1.24m"),
        (3_450_000_000, "currency", "€3.45bn"),
        (12_480.4, "currency", "€12,480"),
        (99.9, "currency", "€99.90"),
        (7, "currency", "€7"),
        (12_480, "units", "12,480 units"),
        (1, "units", "1 unit"),
        (2.5, "units", "2.5 units"),
        (1, "orders", "1 order"),
        (104, "orders", "104 orders"),
        (12_345_678, "units", "12.3m units"),
        (3, "count", "3"),
        (12.34, "days", "12.3 days"),
        (7.5, "hours", "7.5 hours"),
        (5.2, "per year", "5.2 per year"),
        (0.94, "index", "0.9"),
        (0.0, "ratio", "0.0%"),
        (0, "units", "0 units"),
    ],
)
def test_a_value_with_its_unit(value: float, unit: Any, text: str) -> None:
    assert format_value(value, unit) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(999_999.4, "€999,999"), (999_999.6, "€1.00m"), (999_994_000, "€999.99m"), (999_999_999.9, "€1.00bn")],
)
def test_a_little_less_than_a_million_reads_as_a_million(value: float, text: str) -> None:
    assert format_value(value, "currency") == text


@pytest.mark.parametrize(
    ("currency", "text"), [("EUR", "€5"), ("USD", "$5"), ("INR", "₹5"), ("CHF", "CHF 5"), ("JPY", "¥5")]
)
def test_money_bears_its_currency(currency: str, text: str) -> None:
    assert format_value(5, "currency", currency) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.032, "points", "+3.2 pts"),
        (-0.032, "points", "−3.2 pts"),
        (0.0, "points", "0.0 pts"),
        (0.00001, "points", "0.0 pts"),
        (-0.00001, "ratio", "0.0%"),
        (5, "units", "+5 units"),
    ],
)
def test_a_signed_value_has_a_sign_unless_it_reads_as_nothing(value: float, unit: Any, text: str) -> None:
    assert format_value(value, unit, signed=True) == text


def test_what_is_not_known_is_said() -> None:
    assert format_value(None, "units") == format_value(float("nan"), "ratio") == "n/a"
    assert format_difference(None, "ratio") == "n/a"


def test_ratios_differ_by_points_and_differences_have_no_sign() -> None:
    assert format_difference(-0.021, "ratio") == "2.1 pts"
    assert format_difference(-12_480, "units") == "12,480 units"
    assert format_difference(-1.2e6, "currency", "USD") == "$1.20m"


@given(st.floats(-1e12, 1e12), st.sampled_from(["ratio", "points", "currency", "units", "orders", "days"]))
def test_a_value_and_its_opposite_differ_by_the_sign_alone(value: float, unit: Any) -> None:
    texts = {format_value(value, unit).lstrip("−"), format_value(-value, unit).lstrip("−")}
    assert len(texts) == 1
