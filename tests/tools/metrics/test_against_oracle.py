"""Figures of the demo company equal plain SQL that shares no code with the tools."""

from __future__ import annotations

from datetime import date

import pytest

from connectors.plan_store import PlanStore
from tests.asking import Values, ask, grouped, refusal, same, total
from tests.oracle.oracle import Oracle
from tests.oracle.question import Question, Refused
from tests.tools.metrics.every_cut import BRIDGE_TERMS, OF_THE_WORKSPACE, SIDES_OF_OTHERS
from tests.tools.metrics.questions import JUNE, NEXT_QUARTER, Q2, YEAR, Case, cases
from tools.figures import ToolResult
from tools.metrics.registry import STANDARD


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_figures_equal_plain_sql(demo: PlanStore, demo_oracle: Oracle, case: Case) -> None:
    result = ask(demo, *case.metrics, **case.arguments())
    try:
        expected = {
            question.metric: _shown(demo_oracle.answer(question), question) for question in case.questions()
        }
    except Refused:
        assert "base_units_per_unit" in refusal(result, "no_data")
        return
    for metric, values in expected.items():
        same(_told(result, metric, case.question.by), values)


def _told(result: ToolResult, metric: str, by: tuple[str, ...]) -> Values:
    """The values of a metric: of the groups where there are any, else the one of the whole cut."""
    assert result.refusal is None, result.refusal
    figures = [
        figure for figure in result.figures if figure.metric == metric and bool(by) == bool(figure.group)
    ]
    return {tuple(figure.group_ids[name] for name in by): figure.value for figure in figures}


def _shown(expected: Values, question: Question) -> Values:
    """A cut by reason shows reasons only: lines without a cancellation are in the denominators."""
    if "cancel_reason" not in question.by:
        return expected
    place = question.by.index("cancel_reason")
    return {key: value for key, value in expected.items() if key[place] != "(none)"}


def test_at_least_200_figures_are_compared() -> None:
    assert sum(len(case.metrics) for case in cases()) >= 200


LAST_12_MONTHS = ("mase", "rmsse", "tracking_signal", "forecast_value_added", "inventory_turns")
CHANGED_PROCESS = ("override_win_rate", "interval_coverage")
AHEAD = (
    *("demand_plan_units", "demand_plan_revenue", "demand_supply_gap", "production_plan_units"),
    *("planned_manufacturing_cost", "projected_cash_flow"),
)
LEFT_OUT = {"inventory_units", *BRIDGE_TERMS, *SIDES_OF_OTHERS, *OF_THE_WORKSPACE}
DEFAULTS = {
    **dict.fromkeys(AHEAD, NEXT_QUARTER),
    **dict.fromkeys((*LAST_12_MONTHS, *CHANGED_PROCESS), YEAR),
}


@pytest.mark.parametrize("metric", sorted({m.id for m in STANDARD} - LEFT_OUT))
def test_without_a_period_it_is_that_of_the_metric(demo: PlanStore, demo_oracle: Oracle, metric: str) -> None:
    window = DEFAULTS.get(metric, JUNE)
    same({(): total(ask(demo, metric))}, demo_oracle.answer(Question(metric, *window)))


@pytest.mark.parametrize(
    ("with_", "window", "other"),
    [
        ("previous_period", Q2, (date(2026, 1, 1), date(2026, 3, 31))),
        ("same_period_last_year", Q2, (date(2025, 4, 1), date(2025, 6, 30))),
        ("previous_period", JUNE, (date(2026, 5, 1), date(2026, 5, 31))),
    ],
)
def test_a_comparison_carries_both_sides(
    demo: PlanStore, demo_oracle: Oracle, with_: str, window: tuple[date, date], other: tuple[date, date]
) -> None:
    metrics = ("otif_rate", "revenue", "forecast_bias", "cancellation_rate", "gross_margin_rate")
    dates = {"start": window[0], "end": window[1]}
    for figure in ask(demo, *metrics, compare_with=with_, **dates).figures:
        now = demo_oracle.answer(Question(figure.metric, *window))[()]
        before = demo_oracle.answer(Question(figure.metric, *other))[()]
        side = figure.comparison
        assert now is not None and before is not None and side is not None
        assert figure.value == pytest.approx(now)
        assert side.value == pytest.approx(before)
        assert side.difference == pytest.approx(now - before)
        assert side.relative == pytest.approx((now - before) / abs(before))
        if figure.metric == "forecast_bias":
            assert side.better is (abs(now) < abs(before))
        else:
            assert side.better is ((now > before) == (figure.metric != "cancellation_rate"))


@pytest.mark.parametrize("order", ["highest", "lowest", "best", "worst"])
def test_rankings_equal_the_sorted_oracle(demo: PlanStore, demo_oracle: Oracle, order: str) -> None:
    signs = {"otif_rate": 1, "lost_sales": -1, "revenue": 1, "wmape": -1, "forecast_bias": 0}
    for metric, better in signs.items():
        found = ask(demo, metric, group_by=["product"], rank={"order": order, "count": 7}, **_days(Q2))
        values = demo_oracle.answer(Question(metric, *Q2, ("product",)))
        known = [value for value in values.values() if value is not None]
        if better == 0 and order in ("best", "worst"):
            known.sort(key=abs, reverse=order == "worst")
        else:
            known.sort(
                reverse=order == "highest"
                or (order in ("best", "worst") and (order == "best") == (better == 1))
            )
        assert list(grouped(found, "product").values()) == pytest.approx(known[:7])


def _days(window: tuple[date, date]) -> dict[str, date]:
    return {"start": window[0], "end": window[1]}
