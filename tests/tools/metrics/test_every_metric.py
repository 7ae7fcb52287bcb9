"""Every metric by every dimension that it allows equals plain SQL on the demo company.

The fast tests ask a sample of the cuts, spread over all metrics; the slow ones ask them all. A metric of the
catalog that the registry does not have yet is skipped by name.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from connectors.plan_store import PlanStore
from tests.asking import ask
from tests.oracle.oracle import Oracle
from tests.oracle.question import TIMES, Question
from tests.tools.metrics.every_cut import (
    BRIDGE_TERMS,
    OF_THE_WORKSPACE,
    SIDES_OF_OTHERS,
    WINDOWS,
    Cut,
    cuts,
    disagreements,
    narrowed,
)
from tools.metrics.cut import allowed_dimensions
from tools.metrics.registry import STANDARD

REGISTERED = frozenset(metric.id for metric in STANDARD)


def test_every_registered_metric_is_compared_or_waits_for_the_workspace() -> None:
    assert REGISTERED - {*WINDOWS, *OF_THE_WORKSPACE, *SIDES_OF_OTHERS, *BRIDGE_TERMS} == set()


@pytest.mark.parametrize("metric", WINDOWS)
def test_a_sample_of_cuts_equals_plain_sql(demo: PlanStore, demo_oracle: Oracle, metric: str) -> None:
    every = list(_cuts(demo, metric))
    sample = [every[0], random.Random(metric).choice(every[1:])]
    assert [wrong for cut in sample for wrong in _wrong(demo, demo_oracle, cut)] == []


@pytest.mark.slow
@pytest.mark.parametrize("metric", WINDOWS)
def test_every_cut_equals_plain_sql(demo: PlanStore, demo_oracle: Oracle, metric: str) -> None:
    every = list(_cuts(demo, metric))
    assert len(every) >= 8
    assert [wrong for cut in every for wrong in _wrong(demo, demo_oracle, cut)] == []


_NOT_KEPT = ("version", "supplier", "cancel_reason", "lag")
"""Dimensions that a filter of several members reads otherwise than as fewer rows: a reason divides by the
orders of all reasons (`test_cancellations.py`); of several suppliers' limits, and of several lags of one
month, the norm does not say how they come together.
"""


@pytest.mark.slow
@pytest.mark.parametrize("metric", WINDOWS)
def test_members_kept_and_left_out_equal_plain_sql(demo: PlanStore, demo_oracle: Oracle, metric: str) -> None:
    window, dimensions = WINDOWS[metric][0], _dimensions(demo, metric)
    wrong: list[str] = []
    for dimension in dimensions:
        if dimension in TIMES or dimension in _NOT_KEPT:
            continue
        members = demo_oracle.answer(Question(metric, *window, (dimension,)))
        for by in ((), ("month",), (dimension,), (dimensions[0],)):
            for cut in narrowed(Cut(Question(metric, *window, by)), dimension, members):
                wrong += _wrong(demo, demo_oracle, cut)
    assert wrong == []


def _cuts(store: PlanStore, metric: str) -> Iterator[Cut]:
    dimensions = _dimensions(store, metric)
    for window in WINDOWS[metric]:
        yield from cuts(metric, window, dimensions)


def _dimensions(store: PlanStore, metric: str) -> list[str]:
    return allowed_dimensions(store, STANDARD.find(metric))


def _wrong(store: PlanStore, oracle: Oracle, cut: Cut) -> list[str]:
    expected = oracle.answer(cut.question)
    return disagreements(cut, ask(store, cut.question.metric, **cut.arguments()), expected)
