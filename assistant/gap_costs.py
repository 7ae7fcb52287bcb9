"""Which metrics a missing table or column costs, read off the registry's facts."""

from __future__ import annotations

from tools.metrics.definitions import Metric
from tools.metrics.registry import STANDARD


def metrics_lost_without(table: str, column: str | None = None) -> list[str]:
    """Ids of the metrics that cannot be computed without a table, or without one of its columns."""
    return [metric.id for metric in STANDARD if _needs(metric, table, column)]


def _needs(metric: Metric, table: str, column: str | None) -> bool:
    if column is None:
        return table in metric.fact.tables or any(n.startswith(f"{table}.") for n in metric.needs)
    return f"{table}.{column}" in metric.needs
