"""Which metrics a missing table or column costs, read off the registry's facts."""

from __future__ import annotations

from tools.metrics.definitions import Metric
from tools.metrics.describing import columns_needed
from tools.metrics.registry import STANDARD, Registry


def metrics_lost_without(table: str, column: str | None = None, registry: Registry = STANDARD) -> list[str]:
    """Ids of the metrics that cannot be computed without a table, or without one of its columns.

    A metric that reads another table where its own is not loaded at all is not lost with the table.
    """
    return [metric.id for metric in registry if _needs(metric, table, column)]


def _needs(metric: Metric, table: str, column: str | None) -> bool:
    needed = columns_needed(metric, metric.fact)
    if column is not None:
        return column in needed.get(table, ())
    return table in needed and not (metric.else_fact and metric.fact.tables[0] == table)
