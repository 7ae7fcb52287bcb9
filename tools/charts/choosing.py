"""Which chart a result gets, by its shape: time: lines; one dimension: bars; two: a heat map; else none."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.dimensions import TIME
from connectors.periods import Grain, label_of
from tools.charts.bars import bars
from tools.charts.heading import joined, words
from tools.charts.heat_maps import heat_map
from tools.charts.lines import line
from tools.charts.parts import Bar, HeatCell, Point, Rule
from tools.figures import Chart, Comparison, Figure, Unit

_AVERAGES = frozenset({"ratio", "points", "days", "per year", "index"})
"""Units whose total lies among its parts, so that it can be drawn beside them."""

_IN_ORDER = frozenset({"version", "lag"})
"""Dimensions whose members have an order of their own."""

_PERIODS = frozenset({"previous_period", "same_period_last_year", "period"})


def chart_for(
    figures: Sequence[Figure],
    group_by: Sequence[str],
    *,
    currency: str,
    title: str = "",
    source: str = "",
    is_ranked: bool = False,
    unit: Unit | None = None,
    is_signed: bool | None = None,
    parts_at: float = 0.0,
    notes: Sequence[str] = (),
) -> Chart | None:
    """The chart that suits the figures of one metric over one cut, or None where a chart says nothing more.

    Args:
        figures: All figures of one metric: its total, if any, and its groups. Comparisons are drawn beside
            the values: dashed in a line chart, as a tick on a bar.
        group_by: The dimensions of the cut.
        currency: ISO 4217 code.
        title: Title of the metric; that of the figures when empty.
        source: Id of the source; that of the figures when empty.
        is_ranked: Whether the order of the groups was asked for and is kept.
        unit: Unit that people read the values in; that of the figures when None.
        is_signed: Whether a point parts the values (bias, attainment); None where some value is negative.
        parts_at: That point.
        notes: Further small print.
    """
    groups = [figure for figure in figures if figure.group]
    if sum(figure.value is not None for figure in groups) < 2:
        return None
    drawing = _Drawing(figures, groups, group_by, currency, title, source, unit, tuple(notes))
    others = [d for d in group_by if d not in TIME]
    grains = [grain for grain in Grain if grain in group_by]
    if grains and len({figure.group[grains[0]] for figure in groups}) > 1:
        return drawing.line(grains[0], others)
    if len(others) == 1:
        return drawing.bars(others[0], is_ranked)
    return drawing.heat_map(others, is_signed, parts_at) if len(others) == 2 else None


class _Drawing:
    """The figures of one cut, and what all charts of them have in common."""

    def __init__(
        self,
        figures: Sequence[Figure],
        groups: Sequence[Figure],
        group_by: Sequence[str],
        currency: str,
        title: str,
        source: str,
        unit: Unit | None,
        notes: tuple[str, ...],
    ) -> None:
        first = groups[0]
        self._groups = groups
        self._total = next((figure for figure in figures if not figure.group), None)
        self._unit = unit or first.unit
        self._currency = currency
        self._source = source or first.source
        self._measure = title or first.title or words(first.metric)
        self._is_over_time = bool(set(group_by) & set(TIME))
        self._title = self._heading(group_by)
        self._notes = notes

    def _heading(self, group_by: Sequence[str]) -> str:
        """Metric, cut, scope and period."""
        by = joined([words(d) for d in group_by])
        parts = [f"{self._measure} by {by}", *_scope_words(self._groups[0].scope)]
        period = self._period()
        return ", ".join([*parts, period] if period else parts)

    def _period(self) -> str:
        """The window of the whole cut."""
        if self._total is not None and self._total.period is not None and not self._is_over_time:
            return self._total.period.label
        spans = [figure.period for figure in self._groups if figure.period is not None]
        if not spans:
            return ""
        start, end = min(span.start for span in spans), max(span.end for span in spans)
        known = {(span.start, span.end): span.label for span in spans}
        return known.get((start, end)) or label_of(start, end)

    def line(self, grain: Grain, others: Sequence[str]) -> Chart | None:
        """Over time, one line per member of the other dimensions."""
        points = [point for figure in self._groups for point in self._points(figure, grain, others)]
        if not points:
            return None
        return line(
            self._title,
            points,
            self._unit,
            self._currency,
            self._source,
            measure=self._measure,
            members=" and ".join(words(d) for d in others) or "member",
            grain=grain,
            notes=self._notes,
        )

    def _points(self, figure: Figure, grain: Grain, others: Sequence[str]) -> list[Point]:
        if figure.period is None:
            return []
        period, member = figure.period, ", ".join(figure.group[d] for d in others)
        # Of a window that cuts through a quarter, the start of what is left of it places the point.
        point = Point(
            period.start, figure.value, member, label=period.label, low=figure.low, high=figure.high
        )
        if figure.comparison is None:
            return [point]
        side = self._other_side(figure.comparison)
        return [point, Point(period.start, figure.comparison.value, member, side, period.label)]

    def _other_side(self, comparison: Comparison) -> str:
        """What the other side is called: its period, or its version in words."""
        total = self._total.comparison if self._total else None
        if comparison.with_ not in _PERIODS:
            return (total or comparison).label or words(comparison.with_)
        if total is not None and total.period is not None:
            return total.period.label
        return words(comparison.with_)

    def bars(self, dimension: str, is_ranked: bool) -> Chart:
        """One bar per member; held against the total where that lies among its parts."""
        compared = [figure.comparison for figure in self._groups if figure.comparison is not None]
        members = [
            Bar(f.group[dimension], f.value, f.comparison.value if f.comparison else None)
            for f in self._groups
        ]
        return bars(
            self._title,
            members,
            self._unit,
            self._currency,
            self._source,
            measure=self._measure,
            dimension=words(dimension),
            rule=None if compared else self._rule(),
            other=self._other_side(compared[0]) if compared else "",
            is_ordered=is_ranked or dimension in (*_IN_ORDER, *TIME),
            notes=self._notes,
        )

    def _rule(self) -> Rule | None:
        total = self._total
        is_share = any(figure.transform == "share" for figure in self._groups)
        if total is None or total.value is None or total.unit not in _AVERAGES or is_share:
            return None
        return Rule("all", total.value)

    def heat_map(self, dimensions: Sequence[str], is_signed: bool | None, parts_at: float) -> Chart:
        """Two dimensions; the one with more members stands in the rows."""
        counts = {d: len({figure.group[d] for figure in self._groups}) for d in dimensions}
        row, column = sorted(dimensions, key=lambda d: -counts[d])
        cells = [HeatCell(f.group[row], f.group[column], f.value) for f in self._groups]
        return heat_map(
            self._title,
            cells,
            self._unit,
            self._currency,
            self._source,
            measure=self._measure,
            row=words(row).capitalize(),
            column=words(column).capitalize(),
            is_signed=is_signed,
            parts_at=parts_at,
            notes=self._notes,
        )


def _scope_words(scope: dict[str, list[str]]) -> list[str]:
    """The filters as a title names them: members, or how many there are of them."""
    said = []
    for dimension, members in scope.items():
        of = words(dimension).removeprefix("not ")
        named = joined(members) if len(members) <= 3 else f"{len(members)} of {of}"
        said.append(f"without {named}" if dimension.startswith("not ") else named)
    return said
