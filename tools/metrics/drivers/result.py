"""An explained change as figures, tables, notes and details of the answer contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.dimensions import NONE_MEMBER
from tools.charts.parts import Step as Bar
from tools.charts.waterfalls import waterfall
from tools.figures import Chart, Table, TableColumn, ToolResult, Unit
from tools.formatting import format_difference, format_value
from tools.metrics.drivers.coincident import coincidence_note
from tools.metrics.drivers.events import Event
from tools.metrics.drivers.explaining import Explained, shown_name
from tools.metrics.drivers.member_tables import member_table
from tools.metrics.drivers.members import MemberValue
from tools.metrics.drivers.notes import notes_of
from tools.metrics.drivers.parts import MemberId
from tools.metrics.drivers.steps import Bridge, Step
from tools.metrics.member_names import MemberNames
from tools.metrics.selecting import is_better

DRIVER = "driver"
"""The transform of figures that are steps of a bridge."""

MOST_VALUES = 8
"""Members whose own values stand as figures."""

MOST_SUGGESTIONS = 3

_DIMENSIONS_ASKED = 2


class ChangeResult:
    """Builds on the result that holds the figure of this side, compared with the other side."""

    def __init__(self, result: ToolResult, explained: Explained, names: MemberNames, currency: str) -> None:
        self._result = result
        self._explained = explained
        self._names = names
        self._currency = currency
        self._headline = result.figures[0]

    def build(self, events: Sequence[Event]) -> ToolResult:
        """The whole result: figures, tables and chart of the bridges, then what happened beside."""
        explained, result = self._explained, self._result
        self._side_figures()
        for bridge in explained.bridges:
            self._step_figures(bridge)
        self._member_figures()
        result.tables = [self._table(bridge) for bridge in explained.bridges]
        if explained.members is not None:
            result.tables.append(member_table(explained, self._names, self._headline))
        if explained.bridges:
            result.charts = [self._chart(explained.bridges[0])]
        note = coincidence_note(events)
        result.notes = [*notes_of(explained, self._names), *([note] if note else [])]
        result.details = self._details(events)
        result.suggestions = self._suggestions()
        return result

    @property
    def _unit(self) -> Unit:
        """The unit of steps: points for ratios."""
        unit = self._headline.unit
        return "points" if unit == "ratio" else unit

    def _add(self, **changes: object) -> None:
        figure = self._headline.model_copy(update={"id": f"F{len(self._result.figures) + 1}", **changes})
        self._result.figures.append(figure)

    def _side_figures(self) -> None:
        """The value before and the change, after the headline."""
        headline, explained = self._headline, self._explained
        comparison = headline.comparison
        basis = {**headline.basis, "side": "before", "compared": self._explained.sides.label_before}
        before = explained.before
        self._add(
            value=before,
            formatted=format_value(before, headline.unit, self._currency),
            period=comparison.period if comparison else headline.period,
            basis=basis,
            comparison=None,
            reason=comparison.reason if comparison and before is None else None,
        )
        if explained.change is not None:
            self._driver(Step("change", explained.change, "change"))

    def _step_figures(self, bridge: Bridge) -> None:
        for step in bridge.steps:
            self._driver(step)

    def _driver(self, step: Step) -> None:
        member: dict[str, Any] = {}
        if step.is_member and step.dimension is not None:
            name = self._names.name(step.dimension, step.member)
            ids = {step.dimension: step.member or NONE_MEMBER}
            member = {"group": {step.dimension: name}, "group_ids": ids}
        self._add(
            title=f"{self._headline.title}: {step.name}",
            value=step.amount,
            unit=self._unit,
            formatted=format_value(step.amount, self._unit, self._currency, signed=True),
            basis={**self._headline.basis, "effect": step.effect, "step": step.name},
            transform=DRIVER,
            comparison=None,
            reason=None,
            **member,
        )

    def _member_figures(self) -> None:
        """The members' own values on both sides, those that did most first."""
        members = self._explained.members
        if members is None or self._headline.comparison is None:
            return
        for member in members.leading[:MOST_VALUES]:
            self._member_figure(members.dimension, member, members.values[member])

    def _member_figure(self, dimension: str, member: MemberId, value: MemberValue) -> None:
        headline, currency = self._headline, self._currency
        unit, difference = headline.unit, value.difference
        relative = None if difference is None or not value.before else difference / abs(value.before)
        metric = self._explained.sides.metric
        beside = (
            headline.comparison.model_copy(
                update={
                    "value": value.before,
                    "difference": difference,
                    "relative": relative,
                    "better": is_better(metric.better, value.after, value.before),
                    "formatted": format_value(value.before, unit, currency),
                    "formatted_difference": format_difference(difference, unit, currency),
                    "formatted_relative": format_value(None if relative is None else abs(relative), "ratio"),
                    "reason": None if value.before is not None else "it has no value there",
                }
            )
            if headline.comparison
            else None
        )
        self._add(
            value=value.after,
            formatted=format_value(value.after, unit, currency),
            group={dimension: self._names.name(dimension, member)},
            group_ids={dimension: member or NONE_MEMBER},
            comparison=beside,
            reason=None if value.after is not None else "it has no value here",
        )

    def _table(self, bridge: Bridge) -> Table:
        change = bridge.change
        return Table(
            title=f"{self._headline.title}: change by {bridge.by.replace('_', ' ')}",
            columns=[
                TableColumn(name="step"),
                TableColumn(name="amount", unit=self._unit),
                TableColumn(name="share of the change", unit="ratio"),
            ],
            rows=[[step.name, step.amount, step.share_of(change)] for step in bridge.steps],
            source=self._headline.source,
        )

    def _chart(self, bridge: Bridge) -> Chart:
        sides = self._explained.sides
        bars = [
            Bar(sides.label_before, bridge.before, "start"),
            *(Bar(step.name, step.amount, "change") for step in bridge.steps),
            Bar(sides.label_after, bridge.after, "end"),
        ]
        title = f"{self._headline.title}: from {sides.label_before} to {sides.label_after}"
        return waterfall(
            title,
            bars,
            self._headline.unit,
            self._currency,
            self._headline.source,
            measure=self._headline.title,
        )

    def _details(self, events: Sequence[Event]) -> dict[str, Any]:
        explained, sides = self._explained, self._explained.sides
        bridges = [self._bridge(bridge) for bridge in explained.bridges]
        members = explained.members
        return {
            "type": "bridge",
            "metric": sides.metric.id,
            "unit": self._unit,
            "direction": explained.direction,
            "compared_with": sides.other.with_,
            "before": {"value": explained.before, "label": sides.label_before},
            "after": {"value": explained.after, "label": sides.label_after},
            "change": explained.change,
            "by": members.dimension if members else None,
            "is_chosen": explained.is_chosen,
            "adds_up": members is not None and members.changes is not None,
            "steps": bridges[0]["steps"] if bridges else [],
            "bridges": bridges,
            "leading": [self._shown(member) for member in members.leading[:3]] if members else [],
            "alternatives": list(explained.alternatives),
            "coincident": [_as_json(event) for event in events],
        }

    def _shown(self, member: MemberId) -> str:
        members = self._explained.members
        return shown_name(self._names, members.dimension, member) if members else ""

    def _bridge(self, bridge: Bridge) -> dict[str, Any]:
        steps = [
            {
                "name": step.name,
                "amount": step.amount,
                "share": step.share_of(bridge.change),
                "effect": step.effect,
                **({step.dimension: step.member or NONE_MEMBER} if step.is_member and step.dimension else {}),
            }
            for step in bridge.steps
        ]
        return {"by": bridge.by, "steps": steps}

    def _suggestions(self) -> list[str]:
        """The leading member looked into, then other cuts, as questions that can be sent as they are."""
        by = [f"By {d.replace('_', ' ')}" for d in self._explained.alternatives[:_DIMENSIONS_ASKED]]
        return [*self._why_member(), *by, "By month"][:MOST_SUGGESTIONS]

    def _why_member(self) -> list[str]:
        """Why the member that moved most did so; only where the question can be asked again in its words."""
        explained, sides = self._explained, self._explained.sides
        members, query = explained.members, sides.after.query
        is_plain = query.compare_with == "previous_period" and not query.filters
        if members is None or not members.leading or not is_plain or "–" in sides.label_after:
            return []
        lead = members.leading[0]
        moved = members.values[lead].difference
        if lead is None or not moved or members.dimension not in sides.after.store.dimensions:
            return []
        verb, name = "rise" if moved > 0 else "fall", self._names.name(members.dimension, lead)
        title = self._headline.title
        title = title if title[1:2].isupper() else title[:1].lower() + title[1:]
        return [f"Why did {title} {verb} in {name} in {sides.label_after}?"]


def _as_json(event: Event) -> Mapping[str, Any]:
    return {
        "kind": event.kind,
        "words": event.words,
        "members": {dimension: list(names) for dimension, names in event.members.items()},
        "months": [f"{month:%Y-%m}" for month in event.months],
    }
