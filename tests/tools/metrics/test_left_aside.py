"""What was asked for and has no bearing on a metric is said, not dropped unsaid."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.plan_store import PlanStore
from tests.asking import ask


@pytest.mark.parametrize(
    ("metric", "arguments", "words"),
    [
        ("revenue", {"version": "statistical"}, "a plan version"),
        ("revenue", {"filters": [{"dimension": "version", "members": ["sales"]}]}, "a plan version"),
        ("unit_fill_rate", {"level": "order"}, "lines or orders"),
        ("expedite_cost", {"date_basis": "requested_on"}, "the date basis"),
        ("otif_rate", {"fill_basis": "ever", "lag": 2}, "when units count as delivered, a lag"),
        ("demand_plan_units", {"weight": "value"}, "units or value"),
    ],
)
def test_what_has_no_bearing_is_said(
    demo: PlanStore, metric: str, arguments: dict[str, Any], words: str
) -> None:
    result = ask(demo, metric, **arguments)
    assert any(said.endswith(f"does not depend on {words}: left aside") for said in result.assumptions)


@pytest.mark.parametrize(
    ("metric", "arguments"),
    [
        ("otif_rate", {"level": "order", "date_basis": "ordered_on"}),
        ("order_fill_rate", {"level": "order"}),
        ("unit_fill_rate", {"level": "line", "fill_basis": "ever"}),
        ("wmape", {"version": "sales", "lag": 2, "error_level": ["family"], "weight": "value"}),
        ("demand_plan_units", {"filters": [{"dimension": "version", "members": ["sales"]}]}),
    ],
)
def test_what_is_heeded_is_not_said(demo: PlanStore, metric: str, arguments: dict[str, Any]) -> None:
    result = ask(demo, metric, **arguments)
    assert result.refusal is None
    assert not any("left aside" in said for said in result.assumptions)
