"""Figures of the demo company equal plain SQL that shares no code with the tools."""

from __future__ import annotations

import pytest

from connectors.plan_store import PlanStore
from tests.asking import Values, ask, grouped, same, total
from tests.oracle import Oracle, Refused
from tests.tools.metrics.questions import Case, cases


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_a_figure_equals_plain_sql(demo: PlanStore, demo_oracle: Oracle, case: Case) -> None:
    result = ask(demo, case.question.metric, **case.arguments())
    try:
        expected = demo_oracle.answer(case.question)
    except Refused:
        assert result.refusal is not None and "base_units_per_unit" in result.refusal.message
        return
    if case.question.by:
        same(grouped(result, *case.question.by), _shown(expected, case))
    else:
        same({(): total(result)}, expected)


def _shown(expected: Values, case: Case) -> Values:
    """A cut by reason shows reasons only: lines without a cancellation are in the denominators."""
    by = case.question.by
    if "cancel_reason" not in by:
        return {
            key: value
            for key, value in expected.items()
            if case.question.metric != "cancelled_orders" or value
        }
    place = by.index("cancel_reason")
    return {key: value for key, value in expected.items() if key[place] != "(none)"}
