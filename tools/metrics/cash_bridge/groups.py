"""The values of all terms by group, the whole first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.periods import Period
from tools.metrics.cash_bridge.steps import Values
from tools.metrics.engine import Computed, GroupKey


@dataclass(frozen=True)
class Cell:
    """One group of the cut, or the whole of it under the key ().

    Attributes:
        key: Member ids in the order of `group_by`.
        period: The span that it stands for.
        values: Value of each term by metric id.
    """

    key: GroupKey
    period: Period
    values: Values


def cells_of(computed: Sequence[Computed]) -> list[Cell]:
    """The whole, then the groups of the first metric, each with the values of all metrics."""
    first, window = computed[0], computed[0].settled.basis.window
    whole = {one.metric.id: one.total.value for one in computed if one.total}
    by_key: dict[GroupKey, dict[str, float | None]] = {}
    for one in computed:
        for group in one.groups:
            by_key.setdefault(group.key, {})[one.metric.id] = group.value
    groups = [Cell(group.key, group.period or window, by_key[group.key]) for group in first.groups]
    return [Cell((), window, whole), *groups]
