"""Which groups of a cut are shown, and in which order: thresholds and ranks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tools.metrics.comparing import OtherSide
from tools.metrics.definitions import Better, Metric
from tools.metrics.engine import Computed, Group
from tools.metrics.query import MetricQuery, Rank, Threshold


@dataclass(frozen=True)
class Change:
    """A group's value against the other side's; None where one of them is unknown."""

    other: float | None
    difference: float | None
    relative: float | None


def change_of(group: Group | None, other: Group | None) -> Change:
    """How a group differs from its other side; `relative` is over the absolute other side."""
    value, before = (group.value if group else None), (other.value if other else None)
    if value is None or before is None:
        return Change(before, None, None)
    difference = value - before
    return Change(before, difference, difference / abs(before) if before else None)


def limit_of(metric: Metric, threshold: Threshold) -> float:
    """The limit in the metric's own terms: 1 and more on a "versus" ratio means actual / target."""
    return threshold.value - 1 if metric.is_versus and threshold.value >= 1 else threshold.value


def passes(metric: Metric, threshold: Threshold, value: float | None) -> bool:
    """Whether a value lies on the asked side of the limit; an unknown one does not."""
    if value is None:
        return False
    limit = limit_of(metric, threshold)
    return {
        "above": value > limit,
        "below": value < limit,
        "at_least": value >= limit,
        "at_most": value <= limit,
    }[threshold.order]


def selected(computed: Computed, query: MetricQuery, other: OtherSide | None) -> list[Group]:
    """The groups that pass the threshold, in the order of the rank, as many as asked for."""
    groups = computed.groups
    if query.threshold is not None:
        threshold = query.threshold
        groups = [group for group in groups if passes(computed.metric, threshold, group.value)]
        if query.rank is None and not query.group_by_time:
            highest_first = threshold.order in ("above", "at_least")
            groups = sorted(groups, key=lambda g: g.value or 0.0, reverse=highest_first)
    return groups if query.rank is None else _ranked(computed.metric, groups, query.rank, other)


def _ranked(metric: Metric, groups: Sequence[Group], rank: Rank, other: OtherSide | None) -> list[Group]:
    """Ranked by value or by change; groups without either, or without a member, are not ranked."""

    def measured(group: Group) -> float | None:
        if rank.by == "value":
            return group.value
        change = change_of(group, other.groups.get(group.key) if other else None)
        return change.difference if rank.by == "difference" else change.relative

    known = [(group, value) for group in groups if (value := measured(group)) is not None]
    known = [(group, value) for group, value in known if None not in group.key]
    by_badness = _badness(metric, rank, other)
    if by_badness is not None:
        known.sort(key=lambda pair: by_badness(pair[0]), reverse=rank.order == "worst")
    else:
        known.sort(key=lambda pair: pair[1], reverse=_descends(metric.better, rank))
    return [group for group, _ in known[: rank.count]]


def _badness(metric: Metric, rank: Rank, other: OtherSide | None) -> Callable[[Group], float] | None:
    """How far a group is from good, where good is a point and not a direction."""
    if rank.order in ("highest", "lowest") or metric.better.point is None:
        return None

    def distance(group: Group) -> float:
        here = metric.better.distance(group.value or 0.0)
        if rank.by == "value":
            return here
        before = other.groups[group.key].value if other else None
        return here - metric.better.distance(before or 0.0)

    return distance


def _descends(better: Better, rank: Rank) -> bool:
    high_is_good = better is not Better.DOWN
    return {"highest": True, "lowest": False, "best": high_is_good, "worst": not high_is_good}[rank.order]


def is_better(better: Better, value: float | None, other: float | None) -> bool | None:
    """Whether a value is better than another; None where no direction is good or nothing differs."""
    if value is None or other is None or value == other or better is Better.NEITHER:
        return None
    if better.point is not None:
        here, there = better.distance(value), better.distance(other)
        return here < there if here != there else None
    return (value > other) == (better is Better.UP)
