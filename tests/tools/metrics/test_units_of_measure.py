"""Unlike units are not added: they are converted into planning units, or the sum is refused."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.access import LOCAL_USER
from connectors.plan_store import PlanStore
from tests.asking import ask, grouped, month, refusal, total
from tests.stores import MakeStore
from tests.tools.metrics.tiny_rows import LISTS, PRODUCTS, actual, line, planned

JUNE = month("2026-06")
UNITS = {"A": ("case", 1.0), "B": ("pallet", 40.0), "C": ("bag", None)}


@pytest.fixture
def store(make_store: MakeStore) -> PlanStore:
    """A in cases, B in pallets of 40, C in bags of which nobody knows how many make a planning unit."""
    products = [
        {**row, "unit_of_measure": unit, "base_units_per_unit": factor, "standard_cost": 1.0}
        for row, (unit, factor) in zip(PRODUCTS, UNITS.values(), strict=True)
    ]
    tables = {
        "products": products,
        "demand_history": [
            actual("A", "N1", "2026-06", 100.0, shipped_units=100.0, revenue=1.0),
            actual("B", "N1", "2026-06", 3.0, shipped_units=3.0, revenue=2.0),
            actual("C", "S1", "2026-06", 7.0, shipped_units=7.0, revenue=4.0),
            actual("A", "N1", "2026-05", 1.0, shipped_units=1.0, revenue=1.0),
        ],
        "demand_plan": [
            planned("2026-05", "2026-06", 120.0),
            planned("2026-05", "2026-06", 4.0, product="B"),
            planned("2026-05", "2026-06", 7.0, product="C", market="S1"),
        ],
        "order_lines": [
            line("o1", delivered_units=5.0, closed_on="2026-06-10"),
            line("o2", product_id="B", ordered_units=1.0, delivered_units=1.0),
            line(
                "o3",
                product_id="B",
                ordered_units=1.0,
                delivered_units=0.0,
                cancelled_units=1.0,
                cancel_reason="late",
            ),
        ],
    }
    return make_store({**LISTS, **tables}).for_person(LOCAL_USER)


def only(dimension: str, *members: str, exclude: bool = False) -> dict[str, Any]:
    return {"filters": [{"dimension": dimension, "members": list(members), "exclude": exclude}], **JUNE}


def test_a_sum_over_units_without_a_factor_is_refused_and_money_is_offered(store: PlanStore) -> None:
    said = refusal(ask(store, "ordered_units", **JUNE), "no_data")
    assert "base_units_per_unit" in said
    assert "money" in said


def test_unlike_units_are_counted_in_planning_units_and_that_is_said(store: PlanStore) -> None:
    result = ask(store, "ordered_units", group_by=["product"], **only("family", "Snacks", exclude=True))
    assert grouped(result, "product") == {("A",): 100.0, ("B",): 120.0}
    assert total(result) == 220.0
    assert "different units of measure are counted in planning units" in result.assumptions


def test_one_unit_of_measure_is_counted_as_it_is(store: PlanStore) -> None:
    for family, units in (("Brew", 3.0), ("Snacks", 7.0)):
        result = ask(store, "ordered_units", **only("family", family))
        assert total(result) == units
        assert "different units of measure are counted in planning units" not in result.assumptions


def test_units_are_judged_within_the_window_and_the_filters_of_the_question(store: PlanStore) -> None:
    assert total(ask(store, "ordered_units", **month("2026-05"))) == 1.0
    assert total(ask(store, "ordered_units", **only("region", "South"))) == 7.0
    assert total(ask(store, "ordered_units", **only("region", "North"))) == 220.0


def test_errors_and_fill_rates_weigh_planning_units(store: PlanStore) -> None:
    north = only("region", "North")
    assert total(ask(store, "wmape", **north)) == pytest.approx((20 + 40) / 220)
    assert total(ask(store, "wmape", error_level=["region"], **north)) == pytest.approx(60 / 220)
    assert total(ask(store, "unit_fill_rate", **JUNE)) == pytest.approx((5 + 40) / (10 + 40 + 40))
    assert total(ask(store, "lost_sales_units", **JUNE)) == 5 + 40
    assert total(ask(store, "cancellation_rate", **JUNE)) == pytest.approx(40 / 90)


def test_counts_of_lines_and_money_need_no_units(store: PlanStore) -> None:
    assert total(ask(store, "otif_rate", **JUNE)) == pytest.approx(1 / 3)
    assert total(ask(store, "revenue", **JUNE)) == 7.0
    assert total(ask(store, "wmape", weight="value", **JUNE)) == pytest.approx(21 / 110)
