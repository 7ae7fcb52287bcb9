"""Bridges as plain values, and how they are shown: a table, a waterfall, `details`. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.periods import Period
from tools.charts.parts import Step as Bar
from tools.charts.waterfalls import waterfall
from tools.figures import Cell, Chart, Table, TableColumn
from tools.metrics.cash_bridge.steps import Step, does_explain
from tools.metrics.definitions import Metric
from tools.metrics.engine import GroupKey

Named = tuple[Mapping[str, str], "Bridge"]
"""A bridge with the names of its members by dimension."""


@dataclass(frozen=True)
class Ends:
    """What a bridge starts from and ends at.

    Attributes:
        metric: The metric of both ends.
        start, end, change: What people call them.
        ends_at: What the bridge reaches, as `details` name it.
        plan: What the start is called as the other side of a comparison.
        formula: The definition shown under the answer.
        tables: The canonical tables read.
    """

    metric: Metric
    start: str
    end: str
    change: str
    ends_at: str
    plan: str
    formula: str
    tables: tuple[str, ...]


@dataclass(frozen=True)
class Bridge:
    """One bridge: of the whole, or of one group.

    Attributes:
        key: Member ids in the order of `group_by`; empty for the whole.
        period: The span that it stands for.
        start, end: Both levels; None where one side is not known.
        steps: They add up to end − start.
        wholes: What several steps make together, for those who ask; no steps.
        has_rest: Whether the last step is the remainder, which says whether the steps explain the change.
    """

    key: GroupKey
    period: Period
    start: float | None
    end: float | None
    steps: tuple[Step, ...]
    wholes: tuple[Step, ...] = ()
    has_rest: bool = True

    @property
    def change(self) -> float | None:
        """The end less the start."""
        return None if self.start is None or self.end is None else self.end - self.start

    @property
    def explains(self) -> bool | None:
        """Whether the named terms explain the change; a bridge without a remainder does."""
        if not self.has_rest:
            return None if self.change is None else True
        return does_explain(self.change, self.steps[-1].effect if self.steps else None)


@dataclass(frozen=True)
class Shown:
    """Bridges with the names of their members, the whole first.

    Attributes:
        ends: What all of them start from and end at.
        period: What the window is called.
        bridges: The whole, then the groups.
    """

    ends: Ends
    period: str
    bridges: Sequence[Named]

    @property
    def _title(self) -> str:
        what = self.ends.start.removeprefix("Planned ")
        return f"{what[:1].upper()}{what[1:]}: from plan to actual, {self.period}"

    def table(self) -> Table:
        """One row per step of a single bridge; of several one row per group, one column per step."""
        if len(self.bridges) == 1:
            return self._table_of_steps(self.bridges[0][1])
        ends, groups = self.ends, self.bridges[1:]
        steps = list(dict.fromkeys(step.label for _, bridge in groups for step in bridge.steps))
        columns = [
            *(TableColumn(name=dimension) for dimension in groups[0][0]),
            *(TableColumn(name=name, unit="currency") for name in (ends.start, *steps, ends.end)),
        ]
        rows: list[list[Cell]] = []
        for names, bridge in groups:
            effects = {step.label: step.effect for step in bridge.steps}
            rows.append([*names.values(), bridge.start, *(effects.get(step) for step in steps), bridge.end])
        return Table(title=self._title, columns=columns, rows=rows, source="S1")

    def _table_of_steps(self, bridge: Bridge) -> Table:
        ends = self.ends
        columns = [TableColumn(name="step"), TableColumn(name=ends.change, unit="currency")]
        rows: list[list[Cell]] = [[ends.start, bridge.start]]
        rows += [[step.label, step.effect] for step in bridge.steps]
        return Table(title=self._title, columns=columns, rows=[*rows, [ends.end, bridge.end]], source="S1")

    def chart(self, currency: str) -> Chart | None:
        """The waterfall of the whole; none where one of its ends is not known."""
        ends, whole = self.ends, self.bridges[0][1]
        if whole.start is None or whole.end is None:
            return None
        bars = [
            Bar(ends.start, whole.start, "start"),
            *(Bar(step.label, step.effect, "change") for step in whole.steps if step.effect is not None),
            Bar(ends.end, whole.end, "end"),
        ]
        return waterfall(self._title, bars, "currency", currency, "S1", measure=ends.metric.title)

    def details(self) -> dict[str, Any]:
        """All of it for machines; `amount` is the signed effect, `share` its part of the change."""
        (_, whole), *groups = self.bridges
        told: dict[str, Any] = {
            "type": "bridge",
            "metric": self.ends.metric.id,
            "unit": "currency",
            "ends_at": self.ends.ends_at,
            "against": self.ends.plan,
            **self._told(whole),
        }
        if groups:
            told["groups"] = [{"group": dict(names), **self._told(bridge)} for names, bridge in groups]
        return told

    def _told(self, bridge: Bridge) -> dict[str, Any]:
        return {
            "before": {"value": bridge.start, "label": self.ends.start},
            "after": {"value": bridge.end, "label": self.ends.end},
            "change": bridge.change,
            "steps": [_told_step(step, bridge.change) for step in bridge.steps],
            "wholes": [_told_step(step, None) for step in bridge.wholes],
            "explains": bridge.explains,
        }


def _told_step(step: Step, change: float | None) -> dict[str, Any]:
    share = None if step.effect is None or not change else step.effect / change
    named = {"name": step.label, "metric": step.metric.id, "part": step.part}
    told = {**named, "amount": step.effect, "share": share}
    return told if step.reason is None else told | {"reason": step.reason}
