"""Line charts: values over time, plan against actual as solid and dashed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pydantic import JsonValue

from connectors.periods import Grain
from tools.charts.heading import joined, left_out_line
from tools.charts.look import (
    BLUE,
    COLOURS,
    GREY,
    INK,
    SHAPES,
    VERMILLION,
    WIDTH,
    Spec,
    chart,
    data,
    shown_names,
)
from tools.charts.measures import Measure, measure_of
from tools.charts.parts import ACTUAL, Point
from tools.charts.times import TimeAxis, time_axis
from tools.figures import Chart, Unit
from tools.formatting import format_value

MOST_LINES = 8
MOST_VALUE_LABELS = 9
MOST_SAID = 4
_HEIGHT = 280
_LABEL_HEIGHT = 15
_DASHES: JsonValue = [[1, 0], [6, 4], [2, 3]]

Series = tuple[str, str]
"""A member and a side of it."""


def line(
    title: str,
    points: Sequence[Point],
    unit: Unit,
    currency: str,
    source: str,
    *,
    measure: str = "",
    members: str = "member",
    grain: Grain = Grain.MONTH,
    notes: Sequence[str] = (),
) -> Chart:
    """Values over time, one line per member and side.

    At most eight lines are drawn, those with the largest values; how many are left out is said. Sides other
    than `actual` are dashed. A month without a value is a gap.

    Args:
        title: Metric, scope and period.
        points: In any order; each of one member, side and span of time.
        unit: Unit of the values.
        currency: ISO 4217 code.
        source: Id of the source of the figures.
        measure: Name of the metric, for the axis.
        members: What a line is, for what is left out.
        grain: How finely time is cut.
        notes: Further small print.
    """
    kept, total = _largest(_with_common_sides(points))
    kept = _renamed(kept)
    times = time_axis(kept, grain)
    rows = _rows(kept, times)
    known = [v for p in kept for v in (p.value, p.low, p.high) if v is not None]
    scale = measure_of(known, unit, currency, has_zero=False)
    y: Spec = {
        "field": "value",
        "type": "quantitative",
        "scale": {"domain": scale.domain, "nice": False, "zero": False},
        "axis": {"title": scale.title(measure), **scale.labels},
    }
    layers = _layers(kept, times, y, scale, unit, currency)
    body: Spec = {
        "width": WIDTH,
        "height": _HEIGHT,
        "data": data(rows),
        "encoding": {"x": times.encoding},
        "layer": layers,
    }
    shown = len({p.member for p in kept if p.side == ACTUAL} or {p.member for p in kept})
    cut = "The axis does not begin at zero" if scale.low > 0 or scale.high < 0 else ""
    small_print = [left_out_line(shown, total, members), cut, *notes]
    return chart(title, small_print, _alt(title, kept, unit, currency), source, body)


def _largest(points: Sequence[Point]) -> tuple[list[Point], int]:
    """The points of as many members as can be drawn, and how many members there are."""
    sizes: dict[str, float] = {}
    for point in [point for point in points if point.side == ACTUAL] or points:
        sizes[point.member] = sizes.get(point.member, 0.0) + abs(point.value or 0.0)
    sides = len({point.side for point in points if point.member in sizes}) or 1
    most = max(MOST_LINES // sides, 1)
    left_out = set(sorted(sizes, key=lambda member: -sizes[member])[most:])
    return [point for point in points if point.member not in left_out], len(sizes)


def _with_common_sides(points: Sequence[Point]) -> list[Point]:
    """The points with one line for a side that is the same for all members: a target of all regions."""
    members = {point.member for point in points}
    kept = list(points)
    for side in dict.fromkeys(p.side for p in points if p.side != ACTUAL):
        own = [p for p in points if p.side == side]
        values = {(p.start, p.value) for p in own}
        if len(own) == len(members) * len(values) and len(members) > 1 and side not in members:
            first = next(iter(members))
            common = [replace(p, member=side) for p in own if p.member == first]
            kept = [p for p in kept if p.side != side] + common
    return kept


def _renamed(points: Sequence[Point]) -> list[Point]:
    members = list(dict.fromkeys(p.member for p in points))
    names = dict(zip(members, shown_names(members), strict=True)) if len(members) > 1 else {members[0]: ""}
    return [replace(p, member=names[p.member]) for p in sorted(points, key=lambda p: p.start)]


def _series(points: Sequence[Point]) -> list[Series]:
    return list(dict.fromkeys((p.member, p.side) for p in points))


def _rows(points: Sequence[Point], times: TimeAxis) -> list[Spec]:
    """One row per series and span of time; a span without a point has no value, so that the line breaks."""
    by_place = {(p.member, p.side, p.start): p for p in points}
    rows: list[Spec] = []
    for member, side in _series(points):
        for start in times.starts:
            point = by_place.get((member, side, start))
            row: Spec = {"time": times.value(start), "member": member, "side": side}
            row["value"] = point.value if point else None
            if point and point.low is not None and point.high is not None:
                row |= {"low": point.low, "high": point.high}
            rows.append(row)
    return rows


def _layers(
    points: Sequence[Point],
    times: TimeAxis,
    y: Spec,
    scale: Measure,
    unit: Unit,
    currency: str,
) -> list[JsonValue]:
    series = _series(points)
    colour = _colour(series)
    members = list(dict.fromkeys(member for member, _ in series))
    sides = list(dict.fromkeys(side for _, side in series))
    dashed = len(sides) > 1
    lines: Spec = {"y": y, "color": colour, "detail": [{"field": "member"}, {"field": "side"}]}
    if dashed:
        lines["strokeDash"] = _dashes(sides, has_legend=len(members) > 1)
    layers: list[JsonValue] = []
    if any(p.low is not None and p.high is not None for p in points):
        layers.append(_band(y, colour))
    layers.append({"mark": {"type": "line", "strokeWidth": 2.2}, "encoding": lines})
    layers.append(_dots(y, colour, members, len(times.starts)))
    labels = _point_labels if len(series) == 1 else _end_labels
    shown = [(member, side) for member, side in series if side == ACTUAL or (member, ACTUAL) not in series]
    labelled = series if len(members) == 1 or not dashed else shown
    layers += labels(points, labelled, times, scale, unit, currency)
    return layers


def _colour(series: Sequence[Series]) -> Spec:
    """By member; of a single member by side."""
    members = list(dict.fromkeys(member for member, _ in series))
    if len(members) > 1:
        names, field, colours = members, "member", list(COLOURS)
    else:
        names, field, colours = (
            list(dict.fromkeys(side for _, side in series)),
            "side",
            [BLUE, VERMILLION, GREY],
        )
    colours = colours[: len(names)] if len(names) <= len(colours) else list(COLOURS)
    domain: list[JsonValue] = [*names]
    used: list[JsonValue] = [*colours]
    return {"field": field, "type": "nominal", "scale": {"domain": domain, "range": used}, "legend": None}


def _dashes(sides: Sequence[str], has_legend: bool) -> Spec:
    ordered = sorted(sides, key=lambda side: side != ACTUAL)
    domain: list[JsonValue] = [*ordered]
    legend: JsonValue = {"title": None, "orient": "top", "symbolStrokeColor": INK, "symbolSize": 400}
    return {
        "field": "side",
        "type": "nominal",
        "scale": {"domain": domain, "range": _DASHES},
        "legend": legend if has_legend else None,
    }


def _band(y: Spec, colour: Spec) -> Spec:
    return {
        "mark": {"type": "area", "opacity": 0.18},
        "encoding": {"y": {**y, "field": "low"}, "y2": {"field": "high"}, "color": colour},
    }


def _dots(y: Spec, colour: Spec, members: Sequence[str], times: int) -> Spec:
    """Marks of a shape for each member, so that lines are told apart without colour."""
    domain: list[JsonValue] = [*members]
    shapes: list[JsonValue] = [*SHAPES[: len(members)]]
    size = 46 if times <= 24 else 18
    encoding: Spec = {"y": y, "color": colour}
    if len(members) > 1:
        encoding["shape"] = {
            "field": "member",
            "type": "nominal",
            "scale": {"domain": domain, "range": shapes},
            "legend": None,
        }
    return {"mark": {"type": "point", "filled": True, "opacity": 1, "size": size}, "encoding": encoding}


def _point_labels(
    points: Sequence[Point],
    series: Sequence[Series],
    times: TimeAxis,
    scale: Measure,
    unit: Unit,
    currency: str,
) -> list[JsonValue]:
    """The values of a single line, written at its points where there is room."""
    known = [p for p in points if p.value is not None]
    if len(known) > MOST_VALUE_LABELS:
        known = known[-1:]
    rows: list[Spec] = [
        {"time": times.value(p.start), "value": p.value, "text": format_value(p.value, unit, currency)}
        for p in known
    ]
    mark: Spec = {"type": "text", "dy": -12, "baseline": "bottom"}
    y: Spec = {"field": "value", "type": "quantitative"}
    return [{"data": data(rows), "mark": mark, "encoding": {"y": y, "text": {"field": "text"}}}]


def _end_labels(
    points: Sequence[Point],
    series: Sequence[Series],
    times: TimeAxis,
    scale: Measure,
    unit: Unit,
    currency: str,
) -> list[JsonValue]:
    """The name and last value of each line beside its end, moved apart where they would overlap."""
    last: dict[Series, float] = {}
    for point in points:
        if point.value is not None and (point.member, point.side) in series:
            last[point.member, point.side] = point.value
    places = apart(list(last.values()), (scale.high - scale.low) * _LABEL_HEIGHT / _HEIGHT)
    rows: list[Spec] = [
        {
            "time": times.value(times.starts[-1]),
            "value": place,
            "member": member,
            "side": side,
            "text": f"{member or side} {format_value(value, unit, currency)}",
        }
        for ((member, side), value), place in zip(last.items(), places, strict=True)
    ]
    mark: Spec = {"type": "text", "align": "left", "dx": 10}
    encoding: Spec = {
        "y": {"field": "value", "type": "quantitative"},
        "color": _colour(_series(points)),
        "text": {"field": "text"},
    }
    return [{"data": data(rows), "mark": mark, "encoding": encoding}]


def apart(values: Sequence[float], gap: float) -> list[float]:
    """Places for labels as near their values as can be, at least a gap apart, in the order of the values.

    Labels that would overlap form a block around the mean of their values; blocks that meet become one.
    """
    order = sorted(range(len(values)), key=lambda place: values[place])
    blocks: list[list[float]] = []
    for index in order:
        blocks.append([values[index]])
        while len(blocks) > 1 and _top(blocks[-2], gap) + gap > _bottom(blocks[-1], gap):
            blocks[-2:] = [blocks[-2] + blocks[-1]]
    placed = [_bottom(block, gap) + gap * place for block in blocks for place in range(len(block))]
    found = dict(zip(order, placed, strict=True))
    return [found[index] for index in range(len(values))]


def _bottom(block: Sequence[float], gap: float) -> float:
    return sum(block) / len(block) - gap * (len(block) - 1) / 2


def _top(block: Sequence[float], gap: float) -> float:
    return _bottom(block, gap) + gap * (len(block) - 1)


def _alt(title: str, points: Sequence[Point], unit: Unit, currency: str) -> str:
    said = []
    series = _series(points)
    is_compared = len({side for _, side in series}) > 1
    for member, side in series:
        own = [p for p in points if (p.member, p.side) == (member, side) and p.value is not None]
        if own:
            name = " ".join(part for part in (member, side if is_compared else "") if part)
            first, last = (format_value(p.value, unit, currency) for p in (own[0], own[-1]))
            said.append(f"{name + ' ' if name else ''}from {first} to {last}")
    if len(said) > MOST_SAID:
        said = [*said[:MOST_SAID], f"{len(said) - MOST_SAID} more"]
    return f"Line chart of {title}{': ' + joined(said) if said else ''}."
