"""Figures of the demo company equal plain SQL that shares no code with the tools."""

from __future__ import annotations

import pytest

from connectors.plan_store import PlanStore
from tests.asking import Values, ask, refusal, same
from tests.oracle import Oracle, Question, Refused
from tests.tools.metrics.questions import Case, cases
from tools.figures import ToolResult


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
