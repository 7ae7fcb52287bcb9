"""Waterfalls: how a level came from another, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from pydantic import JsonValue

from tools.charts.look import BLUE, GREY, INK, PALE, VERMILLION, WIDTH, Spec, chart, data, shown_names
from tools.charts.measures import Measure, measure_of
from tools.charts.parts import Step
from tools.figures import Chart, Unit
from tools.formatting import format_value

_STEP_HEIGHT = 32
_KINDS = ("increase", "decrease", "level")
_ZOOMED = 0.6
"""An axis that would spend more than this share on the part below all steps is cut."""


def waterfall(
    title: str,
    steps: Sequence[Step],
    unit: Unit,
    currency: str,
    source: str,
    *,
    measure: str = "",
    notes: Sequence[str] = (),
) -> Chart:
    """A bridge: start, what adds to it, what takes from it, end, one under the other.

    Increases are solid, decreases hollow, levels grey, so that they differ in grey print; every amount stands
    beside its bar with its sign. Where the steps are small beside the levels the axis is cut, and says so.

    Args:
        title: What is bridged, scope and periods.
        steps: In the order in which they are shown; the caller answers for their sum.
        unit: Unit of the levels; changes of ratios are written in points.
        currency: ISO 4217 code.
        source: Id of the source of the figures.
        measure: Name of the metric, for the axis.
        notes: Further small print.
    """
    names = shown_names([step.name for step in steps])
    spans = _spans(steps)
    scale = _measure(spans, unit, currency)
    floor = max(scale.low, 0.0)
    rows = _rows(steps, names, spans, floor, unit, currency)
    x: Spec = {
        "field": "from",
        "type": "quantitative",
        "scale": {"domain": scale.domain, "nice": False, "zero": False},
        "axis": {"title": scale.title(measure), **scale.labels},
    }
    domain: list[JsonValue] = [*names]
    y: Spec = {
        "field": "name",
        "type": "nominal",
        "sort": None,
        "scale": {"domain": domain, "paddingInner": 0.3, "paddingOuter": 0.15},
        "axis": {"title": None, "ticks": False, "domain": False, "labelPadding": 6},
    }
    layers: list[JsonValue] = [_connectors(names, spans), _steps(x), *_amounts(rows)]
    body: Spec = {
        "width": WIDTH,
        "height": _STEP_HEIGHT * len(steps),
        "data": data(rows),
        "encoding": {"y": y},
        "layer": layers,
    }
    cut = f"The axis begins at {format_value(floor, unit, currency)}, not at zero" if floor else ""
    return chart(title, [cut, *notes], _alt(title, steps, names, unit, currency), source, body)


def _spans(steps: Sequence[Step]) -> list[tuple[float, float]]:
    """Where each bar begins and ends; levels stand on zero, changes on the level before them."""
    spans: list[tuple[float, float]] = []
    level = 0.0
    for step in steps:
        begin = level if step.kind == "change" else 0.0
        level = begin + step.amount
        spans.append((begin, level))
    return spans


def _measure(spans: Sequence[tuple[float, float]], unit: Unit, currency: str) -> Measure:
    """The axis: from zero, or cut where the steps would be slivers beside the levels."""
    levels = [end for _, end in spans]
    lowest, highest = min(levels), max(levels)
    if _ZOOMED * highest < lowest < highest:
        room = lowest - (highest - lowest) * 0.6
        cut = measure_of([room, highest], unit, currency, has_zero=False)
        if cut.low > 0:
            return cut
    return measure_of([level for span in spans for level in span], unit, currency, has_zero=True)


def _rows(
    steps: Sequence[Step],
    names: Sequence[str],
    spans: Sequence[tuple[float, float]],
    floor: float,
    unit: Unit,
    currency: str,
) -> list[Spec]:
    rows: list[Spec] = []
    for step, name, (begin, end) in zip(steps, names, spans, strict=True):
        is_change = step.kind == "change"
        kind = "level" if not is_change else "decrease" if step.amount < 0 else "increase"
        of_change: Unit = "points" if unit == "ratio" else unit
        text = format_value(step.amount, of_change if is_change else unit, currency, signed=is_change)
        rows.append(
            {
                "name": name,
                "from": begin if is_change else floor,
                "to": end,
                "amount": step.amount,
                "kind": kind,
                "right": max(begin if is_change else floor, end),
                "text": text,
            }
        )
    return rows


def _steps(x: Spec) -> Spec:
    domain: list[JsonValue] = [*_KINDS]
    legend: Spec = {"title": None, "orient": "top", "symbolType": "square", "symbolSize": 140}
    fill: Spec = {
        "field": "kind",
        "type": "nominal",
        "scale": {"domain": domain, "range": [BLUE, "#ffffff", PALE]},
        "legend": legend,
    }
    stroke: Spec = {**fill, "scale": {"domain": domain, "range": [BLUE, VERMILLION, PALE]}}
    encoding: Spec = {"x": x, "x2": {"field": "to"}, "fill": fill, "stroke": stroke}
    return {"mark": {"type": "bar", "strokeWidth": 2.2, "clip": True}, "encoding": encoding}


def _amounts(rows: Sequence[Spec]) -> list[JsonValue]:
    mark: Spec = {"type": "text", "align": "left", "dx": 8, "color": INK}
    encoding: Spec = {"x": {"field": "right", "type": "quantitative"}, "text": {"field": "text"}}
    return [{"mark": mark, "encoding": encoding}]


def _connectors(names: Sequence[str], spans: Sequence[tuple[float, float]]) -> Spec:
    """Thin lines from the end of each step to the next."""
    rows: list[Spec] = [
        {"name": upper, "next": lower, "at": end}
        for (upper, lower), (_, end) in zip(pairwise(names), spans[:-1], strict=True)
    ]
    encoding: Spec = {
        "y": {"field": "name", "type": "nominal", "sort": None, "bandPosition": 1},
        "y2": {"field": "next", "bandPosition": 0},
        "x": {"field": "at", "type": "quantitative"},
    }
    return {
        "data": data(rows),
        "mark": {"type": "rule", "color": GREY, "strokeWidth": 1},
        "encoding": encoding,
    }


def _alt(title: str, steps: Sequence[Step], names: Sequence[str], unit: Unit, currency: str) -> str:
    of_change: Unit = "points" if unit == "ratio" else unit
    levels = [s for s in steps if s.kind != "change"]
    changes = [
        (abs(s.amount), name, s.amount) for s, name in zip(steps, names, strict=True) if s.kind == "change"
    ]
    said = f"Waterfall of {title}"
    if levels:
        said += f": from {format_value(levels[0].amount, unit, currency)}"
        said += f" to {format_value(levels[-1].amount, unit, currency)} in {len(changes)} steps"
    if changes:
        _, name, amount = max(changes)
        said += f", the largest {name} with {format_value(amount, of_change, currency, signed=True)}"
    return said + "."
