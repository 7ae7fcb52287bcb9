"""Highest and lowest go by the value, best and worst by the direction that is good."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.access import LOCAL_USER
from connectors.plan_store import PlanStore
from tests.asking import ask, grouped, month, total
from tests.stores import MakeStore
from tests.tools.metrics.tiny_rows import LISTS, actual, line, planned

JUNE = month("2026-06")


@pytest.fixture
def store(make_store: MakeStore) -> PlanStore:
    """OTIF by product: A 1, B 0, C 1/2. Expedite cost: A 5, B 1, C 3. Bias: A +0.2, B −0.5, C +0.1."""
    lines = [
        line("o1", product_id="A", expedite_cost=5.0),
        line("o2", product_id="B", expedite_cost=1.0, delivered_on="2026-06-20"),
        line("o3", product_id="C", expedite_cost=3.0),
        line("o4", product_id="C", delivered_on="2026-06-20"),
    ]
    actuals = [actual(name, "N1", "2026-06", 100.0) for name in "ABC"]
    plans = [
        planned("2026-05", "2026-06", f, product=n) for n, f in (("A", 120.0), ("B", 50.0), ("C", 110.0))
    ]
    tables = {"order_lines": lines, "demand_history": actuals, "demand_plan": plans}
    return make_store({**LISTS, **tables}).for_person(LOCAL_USER)


def ranked(store: PlanStore, metric: str, order: str, count: int = 5, **more: Any) -> str:
    result = ask(store, metric, group_by=["product"], rank={"order": order, "count": count}, **JUNE, **more)
    return "".join(key for (key,) in grouped(result, "product"))


@pytest.mark.parametrize(
    ("metric", "order", "products"),
    [
        ("otif_rate", "highest", "ACB"),
        ("otif_rate", "lowest", "BCA"),
        ("otif_rate", "best", "ACB"),
        ("otif_rate", "worst", "BCA"),
        ("expedite_cost", "highest", "ACB"),
        ("expedite_cost", "lowest", "BCA"),
        ("expedite_cost", "best", "BCA"),
        ("expedite_cost", "worst", "ACB"),
        ("wmape", "best", "CAB"),
        ("wmape", "worst", "BAC"),
        ("forecast_bias", "highest", "ACB"),
        ("forecast_bias", "lowest", "BCA"),
        ("forecast_bias", "worst", "BAC"),
        ("forecast_bias", "best", "CAB"),
    ],
)
def test_the_order_of_a_ranking(store: PlanStore, metric: str, order: str, products: str) -> None:
    assert ranked(store, metric, order) == products


def test_a_ranking_keeps_the_asked_number_and_the_total_of_all(store: PlanStore) -> None:
    assert ranked(store, "expedite_cost", "highest", 2) == "AC"
    result = ask(store, "expedite_cost", group_by=["product"], rank={"order": "highest", "count": 1}, **JUNE)
    assert total(result) == 9.0


def test_groups_without_a_value_are_not_ranked(store: PlanStore) -> None:
    assert ranked(store, "wmape", "worst", filters=[{"dimension": "product", "members": ["A"]}]) == "A"
    dates = {"start": "2026-06-01", "end": "2026-06-30"}
    by_family = ask(store, "otif_rate", group_by=["family"], rank={"order": "best"}, **dates)
    assert None not in grouped(by_family, "family").values()


def test_figures_and_table_stand_in_the_order_of_the_ranking(store: PlanStore) -> None:
    result = ask(store, "otif_rate", group_by=["product"], rank={"order": "worst"}, **JUNE)
    assert [row[0] for row in result.tables[0].rows] == ["Beer", "Crisps", "Apple juice"]
    assert [figure.value for figure in result.figures] == [0.5, 0.0, 0.5, 1.0]
