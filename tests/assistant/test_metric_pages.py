"""`concord metrics` and `docs/metrics.md`: the catalog by meeting, one definition, what a gap costs."""

from __future__ import annotations

import json
from pathlib import Path

from assistant.gap_costs import metrics_lost_without
from assistant.metric_pages import by_meeting, definition_lines, metrics_page
from connectors.plan_store import PlanStore
from tests.installation import Run
from tools.metrics.cut import allowed_dimensions
from tools.metrics.describing import canonical_dimensions
from tools.metrics.registry import STANDARD


def test_the_page_has_every_metric_once_under_a_meeting_that_uses_it():
    page = metrics_page()
    for metric in STANDARD:
        assert page.count(f": `{metric.id}`\n") == 1
        assert metric.formula in page
    assert [heading for heading in by_meeting(STANDARD) if heading not in page] == []


def test_canonical_dimensions_are_those_of_a_store_that_has_all_columns(demo: PlanStore):
    own = {name for name, dimension in demo.dimensions.items() if name not in _standard_names()}
    for metric in STANDARD:
        assert set(canonical_dimensions(metric)) == set(allowed_dimensions(demo, metric)) - own, metric.id


def _standard_names() -> set[str]:
    from connectors.dimensions import STANDARD as DIMENSIONS

    return {dimension.name for dimension in DIMENSIONS}


def test_a_definition_says_needs_and_parameters_in_words():
    text = "\n".join(definition_lines(STANDARD["lost_sales"]))
    assert "customer orders, line by line (`order_lines`): selling price per unit" in text
    assert "date_basis: Service metrics: the date that chooses the window" in text
    assert "lower is better" in text
    assert all(len(line) <= 110 for line in text.splitlines())


def test_a_missing_table_or_column_costs_the_metrics_that_need_it():
    assert {"otif_rate", "lost_sales", "cancellation_rate"} <= set(metrics_lost_without("order_lines"))
    lost = metrics_lost_without("order_lines", "unit_price")
    assert "lost_sales" in lost
    assert "otif_rate" not in lost
    # Revenue is read from the financial book where there is no demand by month.
    assert "revenue" not in metrics_lost_without("demand_history")


def test_the_catalog_is_printed_without_a_company_by_meeting(call: Run):
    shown = call("metrics")
    assert shown.returncode == 0, shown.stderr
    places = [shown.stdout.index(heading) for heading in by_meeting(STANDARD)]
    assert places == sorted(places)
    unknown = call("metrics", "otif rates")
    assert unknown.returncode == 2
    assert "otif_rate" in unknown.stderr


def test_a_definition_with_a_store_at_hand_says_its_dimensions_and_whether_there_is_data(
    call: Run, demo_store: Path
):
    shown = json.loads(call("metrics", "otif_rate", "--json", "--store", str(demo_store)).stdout)
    assert shown["missing"] is None
    assert "customer" in shown["dimensions"]
    waiting = call("metrics", "touchless_share", "--store", str(demo_store))
    assert "needs items sorted into lanes by a forecast run" in waiting.stdout
