"""Targets as the other side of a comparison: which row of `targets` holds for which group.

A row holds for its member, or for the whole company and every part of it where it names none; of a
quantity the whole's target says nothing about the parts. A row without a period always holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from connectors.dimensions import TIME
from connectors.errors import MissingTable
from connectors.periods import Period
from connectors.plan_store import PlanStore
from tools.metrics.comparing import OtherSide
from tools.metrics.definitions import Metric
from tools.metrics.engine import Computed, Group
from tools.metrics.query import MetricQuery
from tools.metrics.registry import STANDARD


@dataclass(frozen=True)
class Target:
    """One row of `targets`; `dimension` None is the whole company."""

    dimension: str | None
    member: str | None
    period: date | None
    value: float


def targets_of(store: PlanStore, metric: Metric) -> list[Target]:
    """The targets of a metric that this person sees.

    Raises:
        MissingTable: There is none; the message names the metrics that have some.
    """
    table = store.require("targets", "value")
    rows = store.rows(table)
    found = [
        Target(r.get("dimension"), r.get("member_id"), r.get("period"), r["value"])
        for r in rows
        if r["metric"] == metric.id and r["value"] is not None
    ]
    if not found:
        others = ", ".join(sorted({_titled(str(r["metric"])) for r in rows})) or "no metric"
        raise MissingTable(f"There is no target for {metric.title}. Targets are loaded for {others}.")
    return found


def _titled(metric_id: str) -> str:
    """What people call a metric that has targets."""
    return STANDARD[metric_id].title if metric_id in STANDARD else metric_id.replace("_", " ")


def target_side(store: PlanStore, metric: Metric, query: MetricQuery, now: Computed) -> OtherSide:
    """The target of each group and of the whole, over the window of the figures.

    Targets by month are averaged over the window, and added up for quantities that flow.

    Raises:
        MissingTable: The metric has no target.
    """
    targets = targets_of(store, metric)
    window = now.settled.basis.window
    filtered = [
        (choice.dimension, choice.ids[0])
        for choice in now.choices
        if len(choice.ids) == 1 and not choice.exclude
    ]

    def side(group: Group) -> Group:
        keys = zip(query.group_by, group.key, strict=True) if group.key else ()
        members = [(d, k) for d, k in keys if d not in TIME]
        value = _holding(targets, [*members, *filtered], group.period or window, metric)
        return Group(group.key, {"row_count": 1}, value, group.period)

    is_monthly = any(target.period for target in targets)
    how = "added up" if _flows(metric) else "averaged"
    return OtherSide(
        "target",
        "the target",
        window,
        {group.key: side(group) for group in now.groups},
        side(now.total) if now.total else None,
        (f"targets by month are {how} over the window",) if is_monthly else (),
    )


def _holding(
    targets: Sequence[Target],
    members: Sequence[tuple[str, str | None]],
    span: Period,
    metric: Metric,
) -> float | None:
    """The target of the most telling member: that of the group first, then of a filter, then the whole's."""
    for dimension, member in members:
        own = [t for t in targets if (t.dimension, t.member) == (dimension, member)]
        if own:
            return _over(own, span, metric)
    if members and metric.is_additive:
        return None
    whole = [t for t in targets if t.dimension is None]
    return _over(whole, span, metric) if whole else None


def _over(targets: Sequence[Target], span: Period, metric: Metric) -> float | None:
    """The target over a span: of its months where some are set, else the one that always holds."""
    months = {t.period: t.value for t in targets if t.period is not None}
    found = [months[month] for month in span.months() if month in months]
    if found:
        return sum(found) if _flows(metric) else sum(found) / len(found)
    always = [t.value for t in targets if t.period is None]
    return always[0] if always else None


def _flows(metric: Metric) -> bool:
    """Whether a quarter of it is the sum of its months."""
    return metric.is_additive and not metric.fact.is_closing
