"""How a metric is computed: out of the registry, made concrete by the question's own parameters."""

from __future__ import annotations

from typing import Any

from connectors.access import Person, Scope
from connectors.plan_store import PlanStore
from connectors.warehouse import Warehouse
from tests.asking import ask, refusal, run
from tests.stores import MakeStore
from tools.metrics.registry import STANDARD


def _explained(store: PlanStore, metric: str, **asked: Any) -> str:
    result = run(store, "explain_metric", metric=metric, **asked)
    assert result.refusal is None, result.refusal
    assert result.figures == []
    return " ".join(result.notes)


Q2 = {"start": "2026-04-01", "end": "2026-06-30"}
NORTH = [{"dimension": "region", "members": ["North"]}]


def test_an_explanation_is_made_concrete_by_the_question(demo: PlanStore):
    said = _explained(
        demo, "otif", level="order", date_basis="requested_on", period=Q2, filters=NORTH, group_by=["month"]
    )
    assert "OTIF: lines both on time and in full / lines due." in said
    assert "an order is judged on all its lines" in said
    assert "requested date, by which they are due and on time" in said
    assert "for Q2 2026; only North; by month" in said
    assert "customer orders, line by line (`order_lines`)" in said
    assert "Left out: lines that the customer cancelled wholly" in said
    assert "Source: McKinsey" in said


def test_what_the_question_leaves_open_is_told_by_its_default(demo: PlanStore):
    said = _explained(demo, "wmape")
    assert "the consensus plan made 1 month before each month" in said
    assert "errors taken at product, market and month" in said
    assert "for the last closed month, as no period is named" in said
    assert "in full means delivered at any time" in _explained(demo, "unit_fill_rate")


def test_plan_parameters_of_the_question_are_told(demo: PlanStore):
    said = _explained(demo, "wmape", lag=3, version="statistical", error_level=["family"], weight="value")
    assert "the statistical plan made 3 months before each month" in said
    assert "errors taken at family and month, then summed; units valued at standard cost" in said
    assert "of the cycle of May 2026" in _explained(demo, "demand_plan_units", cycle="2026-05-01")


def test_a_metric_that_says_more_than_it_can_is_not_explained(demo: PlanStore):
    message = refusal(run(demo, "explain_metric", metric="inventory_units", group_by=["customer"]), "no_data")
    assert "cannot be cut by customer" in message
    assert "nearest" in refusal(run(demo, "explain_metric", metric="otiff rate"), "no_data")


def test_metrics_without_data_are_explained_and_say_what_is_missing(make_store: MakeStore):
    lines = [{"order_id": "1", "line_number": 1, "product_id": "P", "ordered_on": "2026-06-01"}]
    store = make_store({"order_lines": lines}).for_person(Person("a@b.c"))
    for metric in STANDARD:
        said = _explained(store, metric.id)
        assert said.startswith(f"{metric.title}: {metric.formula}"), metric.id
        assert "There is no data for it here: " in said, metric.id
    assert "the standard cost" not in _explained(store, "otif_rate")


def test_a_narrowed_person_is_told_no_more_than_may_be_seen(demo_warehouse: Warehouse):
    narrow = demo_warehouse.for_person(Person("a@b.c", scope=Scope(rows={"region": frozenset({"North"})})))
    assert "only of what you may see" in _explained(narrow, "otif_rate")
    for name in ("South", "Nowhere"):
        filters = [{"dimension": "region", "members": [name]}]
        result = run(narrow, "explain_metric", metric="otif_rate", filters=filters)
        assert result.refusal is not None
        assert "South" not in " ".join(result.refusal.choices)


def test_the_explanation_of_a_figure_takes_the_arguments_that_it_was_computed_with(demo: PlanStore):
    figure = ask(demo, "wmape", version="statistical", lag=2, group_by=["family"], **{"period": Q2})
    (source,) = figure.sources
    asked = {name: value for name, value in source.arguments.items() if name != "metrics"}
    assert "the statistical plan made 2 months before each month" in _explained(demo, "wmape", **asked)
