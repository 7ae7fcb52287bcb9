"""The tool `analyse_trend`: where a metric stands, where it is going, which months stand out."""

from __future__ import annotations

from connectors.errors import QuestionError
from tools.definition import Tool, ToolContext
from tools.figures import ToolResult
from tools.metrics.cut import SITE_REGION_SAID, with_site_regions
from tools.metrics.trends.arguments import TrendArguments
from tools.metrics.trends.months import USUAL_MONTHS, by_month, usual_period
from tools.metrics.trends.result import TrendResult


def analyse_trend(context: ToolContext, arguments: TrendArguments) -> ToolResult:
    """Level, slope and outliers of a metric by month, for the whole scope or for each member."""
    store = context.store
    if set(arguments.group_by) & {"quarter", "year"}:
        raise QuestionError(
            "A trend goes by month already; cut it by another dimension, for instance region."
        )
    metric = context.registry.find(arguments.metric)
    asked = arguments.query(metric.id, arguments.period or usual_period(store))
    query = with_site_regions(store, [metric], asked)
    found = by_month(store, metric, query)
    result = TrendResult(store, arguments, found).build()
    if arguments.period is None:
        label = found.computed.settled.basis.window.label
        result.assumptions.insert(0, f"no period asked: the last {USUAL_MONTHS} closed months, {label}")
    if query != asked:
        result.assumptions.append(SITE_REGION_SAID)
    return result


TOOLS = (Tool("analyse_trend", TrendArguments, analyse_trend, writes=False),)
