"""The metric tools: compute metrics, explain a metric."""

from __future__ import annotations

from pydantic import Field

from connectors.errors import OutOfRange
from tools.definition import Arguments, Tool, ToolContext
from tools.figures import Source, ToolResult
from tools.metrics.cut import SITE_REGION_SAID, allowed_dimensions, choose_fact, with_site_regions
from tools.metrics.engine import Computed, compute
from tools.metrics.next_questions import next_questions
from tools.metrics.query import MetricQuery, PeriodArgument
from tools.metrics.results import ResultBuilder

_MONTHS_BACK = 12


def compute_metric(context: ToolContext, query: MetricQuery) -> ToolResult:
    """Each metric over the cut asked for: its total first, then its groups."""
    metrics = [context.registry.find(name) for name in dict.fromkeys(query.metrics)]
    asked, query = query, with_site_regions(context.store, metrics, query)
    builder = ResultBuilder(context.store, query)
    computed = compute(context.store, metrics, query)
    for now, before in zip(computed, _earlier(context, query, computed), strict=True):
        builder.add(now, before)
    result = builder.result()
    if query != asked:
        result.assumptions.append(SITE_REGION_SAID)
    if len(metrics) == 1:
        result.suggestions = next_questions(context.store, metrics[0], query)
    return result


def _earlier(context: ToolContext, query: MetricQuery, now: list[Computed]) -> list[Computed | None]:
    """The same cut over the window that each is compared with; None where nothing is compared."""
    if query.compare_with is None:
        return [None] * len(now)
    earlier: list[Computed | None] = []
    for computed in now:
        window = computed.settled.basis.window
        other = (
            window.previous() if query.compare_with == "previous_period" else window.shifted(-_MONTHS_BACK)
        )
        shifted = query.model_copy(update={"period": PeriodArgument(start=other.start, end=other.end)})
        try:
            earlier += compute(context.store, [computed.metric], shifted)
        except OutOfRange:
            earlier.append(computed.without_values(other))
    return earlier


class ExplainArguments(Arguments):
    """Which metric to explain, with the parameters of the question."""

    metric: str = Field(description="Metric id, title or synonym.")
    level: str | None = Field(None, description="Service metrics: line or order.")
    date_basis: str | None = Field(
        None, description="Service metrics: promised_on, requested_on or ordered_on."
    )
    lag: int | None = Field(None, description="Forecast errors: months from cycle to period.")
    version: str | None = Field(None, description="Plan version.")


def explain_metric(context: ToolContext, arguments: ExplainArguments) -> ToolResult:
    """The definition of a metric out of the registry: formula, unit, direction, cuts, parameters."""
    metric = context.registry.find(arguments.metric)
    fact = choose_fact(context.store, metric, MetricQuery(metrics=[metric.id]))
    asked = arguments.model_dump(exclude_none=True, exclude={"metric"})
    details = {
        "type": "definition",
        "metric": metric.id,
        "title": metric.title,
        "formula": metric.formula,
        "unit": metric.unit,
        "better": metric.better.value,
        "sign": metric.sign,
        "parameters": {name: asked.get(name) for name in metric.parameters},
        "dimensions": allowed_dimensions(context.store, metric),
        "default_period": metric.default_period.value,
        "tables": list(fact.tables),
        "source": metric.source,
        "synonyms": list(metric.synonyms),
    }
    source = Source(
        id="S1",
        kind="definition",
        tool="explain_metric",
        arguments=arguments.model_dump(exclude_none=True),
        definition=metric.formula,
        tables=list(fact.tables),
        as_of=context.store.as_of,
    )
    return ToolResult(sources=[source], details=details, notes=[f"{metric.title}: {metric.formula}"])


TOOLS = (
    Tool("compute_metric", MetricQuery, compute_metric, writes=False),
    Tool("explain_metric", ExplainArguments, explain_metric, writes=False),
)
