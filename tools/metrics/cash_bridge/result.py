"""Turns bridges into what the answer contract shows: figures, and what has to be said beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connectors.dimensions import NONE_MEMBER
from connectors.periods import Period
from connectors.plan_store import PlanStore
from tools.figures import (
    AnswerWarning,
    Comparison,
    Figure,
    PeriodRef,
    Source,
    ToolResult,
)
from tools.formatting import format_difference, format_value
from tools.metrics.cash_bridge.arguments import BridgeArguments
from tools.metrics.cash_bridge.bridges import Bridge, Ends, Shown
from tools.metrics.cash_bridge.steps import MOST_UNEXPLAINED
from tools.metrics.definitions import Metric
from tools.metrics.engine import Computed
from tools.metrics.member_names import MemberNames
from tools.metrics.scope_said import scope_of
from tools.metrics.warnings_said import warnings_of

_NO_PLAN = "there is no plan to compare it with"


class BridgeResult:
    """Builds one `ToolResult` out of bridges, the whole first."""

    def __init__(
        self, store: PlanStore, arguments: BridgeArguments, ends: Ends, read: Sequence[Computed]
    ) -> None:
        self._store = store
        self._arguments = arguments
        self._ends = ends
        self._read = read
        self._names = MemberNames(store)
        self._result = ToolResult()
        self._figures: list[Figure] = []

    def of(self, bridges: Sequence[Bridge]) -> ToolResult:
        """Figures of all bridges, their table and details, and what has to be said."""
        result, ends = self._result, self._ends
        result.sources.append(
            Source(
                id="S1",
                kind="calculation",
                tool="bridge_cash",
                arguments=self._arguments.model_dump(mode="json", exclude_defaults=True),
                definition=ends.formula,
                tables=list(ends.tables),
                rows=sum(computed.row_count for computed in self._read),
                as_of=self._store.as_of,
            )
        )
        for bridge in bridges:
            self._add(bridge)
        window = self._read[0].settled.basis.window
        shown = Shown(ends, window.label, [(self._members(bridge)[0], bridge) for bridge in bridges])
        chart = shown.chart(self._store.info.currency)
        result.figures = self._figures
        result.tables = [shown.table()]
        result.charts = [chart] if chart else []
        result.details = shown.details()
        self._say(bridges)
        return result

    def _add(self, bridge: Bridge) -> None:
        ends = self._ends
        self._figure(bridge, ends.metric, ends.start, bridge.start, {"version": ends.plan})
        self._figure(bridge, ends.metric, ends.end, bridge.end, {}, self._beside(bridge))
        if bridge.change is None:
            return
        for step in (*bridge.steps, *bridge.wholes):
            self._figure(
                bridge, step.metric, step.title, step.effect, {"version": ends.plan}, None, step.reason
            )

    def _figure(
        self,
        bridge: Bridge,
        metric: Metric,
        title: str,
        value: float | None,
        basis: dict[str, Any],
        comparison: Comparison | None = None,
        reason: str | None = None,
    ) -> None:
        names, ids = self._members(bridge)
        self._figures.append(
            Figure(
                id=f"F{len(self._figures) + 1}",
                metric=metric.id,
                title=title,
                value=value,
                unit=metric.unit,
                formatted=self._money(value),
                group=names,
                group_ids=ids,
                scope=scope_of(self._store, self._names, self._read[0].choices),
                period=_reference(bridge.period),
                basis=basis,
                comparison=comparison,
                reason=None if value is not None else reason or _NO_PLAN,
                source="S1",
            )
        )

    def _beside(self, bridge: Bridge) -> Comparison:
        change, plan = bridge.change, bridge.start
        relative = None if change is None or not plan else change / abs(plan)
        return Comparison(
            **{"with": self._arguments.against},
            label=self._ends.plan,
            value=plan,
            difference=change,
            relative=relative,
            better=None if not change else change > 0,
            formatted=self._money(plan),
            formatted_difference=format_difference(change, "currency", self._store.info.currency),
            formatted_relative=format_value(None if relative is None else abs(relative), "ratio"),
            period=_reference(bridge.period),
            reason=_NO_PLAN if plan is None else None,
        )

    def _members(self, bridge: Bridge) -> tuple[dict[str, str], dict[str, str]]:
        pairs = list(zip(self._arguments.group_by, bridge.key, strict=True)) if bridge.key else []
        names = {dimension: self._names.name(dimension, member) for dimension, member in pairs}
        return names, {dimension: member or NONE_MEMBER for dimension, member in pairs}

    def _say(self, bridges: Sequence[Bridge]) -> None:
        result = self._result
        said = [line for computed in self._read for line in computed.settled.assumptions]
        result.assumptions = list(
            dict.fromkeys([*said, f"{self._ends.change}: + is more than planned, − less"])
        )
        warnings = {(w.code, w.message): w for c in self._read for w in warnings_of(self._store, c)}
        result.warnings = list(warnings.values())
        if bridges[0].explains is False:
            result.warnings.append(AnswerWarning(code="not_explained", message=self._unexplained(bridges[0])))
            result.notes.append("The bridge does not explain the change: what is left over is too large.")
        failed = [" in ".join(self._members(b)[0].values()) for b in bridges[1:] if b.explains is False]
        if failed:
            more = f" and {len(failed) - 5} more" if len(failed) > 5 else ""
            message = f"The bridge does not explain the change of {', '.join(failed[:5])}{more}."
            result.warnings.append(AnswerWarning(code="not_explained", message=message))

    def _unexplained(self, bridge: Bridge) -> str:
        other = self._money(bridge.steps[-1].effect, signed=True)
        limit = format_value(MOST_UNEXPLAINED, "ratio")
        return (
            f"The bridge does not explain the change: other effects of {other} are more than {limit} of the "
            f"change of {self._money(bridge.change, signed=True)}."
        )

    def _money(self, value: float | None, signed: bool = False) -> str:
        return format_value(value, "currency", self._store.info.currency, signed)


def _reference(period: Period) -> PeriodRef:
    return PeriodRef(start=period.start, end=period.end, label=period.label)
