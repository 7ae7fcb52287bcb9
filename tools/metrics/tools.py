"""The metric tools: compute metrics; explaining one stands in `explaining.py`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from connectors.errors import ConcordError, OutOfRange
from connectors.plan_store import PlanStore
from tools.definition import Tool, ToolContext
from tools.figures import AnswerWarning, ToolResult
from tools.metrics.comparing import OtherSide, compared_window, metric_compared, other_query, side_of
from tools.metrics.cut import (
    SITE_REGION_SAID,
    with_own_cut,
    with_site_regions,
)
from tools.metrics.definitions import Metric
from tools.metrics.engine import Computed, compute
from tools.metrics.explaining import ExplainArguments, explain_metric
from tools.metrics.next_questions import next_questions
from tools.metrics.query import MetricQuery
from tools.metrics.results import ResultBuilder
from tools.metrics.targets import target_side
from tools.metrics.transforms import computed_as_asked
from tools.refusals import refusal_of


def compute_metric(context: ToolContext, query: MetricQuery) -> ToolResult:
    """Each metric over the cut asked for: its total first, then its groups.

    Where some of several metrics have no answer, the others are shown and the noes are warnings.
    """
    store, registry = context.store, context.registry
    metrics = [registry.find(name) for name in dict.fromkeys(query.metrics)]
    asked, query = query, with_site_regions(store, metrics, query)
    reads_sites, query = query != asked, with_own_cut(metrics, query)
    builder = ResultBuilder(store, query)
    metrics = [metric_compared(store, metric, query) for metric in metrics]
    faults = _add_each(context, metrics, query, builder)
    if len(faults) == len(metrics):
        raise faults[0]
    result = builder.result()
    noes = [refusal_of(fault) for fault in faults]
    result.warnings += [AnswerWarning(code=no.kind, message=no.message) for no in noes]
    if reads_sites:
        result.assumptions.append(SITE_REGION_SAID)
    if len(metrics) == 1:
        result.suggestions = next_questions(store, metrics[0], query, builder.asked_by)
    return result


def _add_each(
    context: ToolContext, metrics: Sequence[Metric], query: MetricQuery, builder: ResultBuilder
) -> list[ConcordError]:
    """Add what can be computed; the faults of the rest."""
    store = context.store
    faults: list[ConcordError] = []
    for now in _computed(store, metrics, query):
        if isinstance(now, ConcordError):
            faults.append(now)
            continue
        try:
            other = _other_side(context, query, now)
        except ConcordError as fault:
            faults.append(fault)
            continue
        builder.add(now, other, _by_companion(store, now.metric, query))
    return faults


def _computed(
    store: PlanStore, metrics: Sequence[Metric], query: MetricQuery
) -> list[Computed | ConcordError]:
    """Each metric computed, all at once where none fails; else one by one, with the fault of each."""
    try:
        return list(computed_as_asked(store, metrics, query))
    except ConcordError as fault:
        if len(metrics) == 1:
            return [fault]
        return [one for metric in metrics for one in _computed(store, [metric], query)]


def _by_companion(store: PlanStore, metric: Metric, query: MetricQuery) -> Computed | None:
    """The metric by its companion dimension, where the question neither cuts nor chooses by it."""
    if not metric.companion or query.transform or query.group_by:
        return None
    if any(f.dimension == metric.companion for f in query.filters):
        return None
    return compute(store, [metric], query.model_copy(update={"group_by": [metric.companion]}))[0]


def _other_side(context: ToolContext, query: MetricQuery, now: Computed) -> OtherSide | None:
    """What the figures of a metric are compared with; None where nothing is."""
    store = context.store
    if query.compare_with is None:
        return None
    if query.compare_with == "target" and now.metric.target is None:
        return target_side(store, now.metric, query, now)
    window, compared = now.settled.basis.window, compared_window(now)
    other = other_query(store, context.registry, now.metric, query, window, compared)
    try:
        beside = computed_as_asked(store, [other.metric], other.query)[0]
    except OutOfRange:
        if not other.is_shifted:
            raise
        beside = now.without_values(other.window)
    side = side_of(store, other, now, beside)
    said = f"compared over {compared.label}, as far as both sides are loaded"
    return side if compared == window else replace(side, assumptions=(*side.assumptions, said))


TOOLS = (
    Tool("compute_metric", MetricQuery, compute_metric, writes=False),
    Tool("explain_metric", ExplainArguments, explain_metric, writes=False),
)
