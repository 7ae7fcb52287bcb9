"""Ranked horizontal bars, with what they are held against."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import JsonValue

from tools.charts.heading import left_out_line
from tools.charts.look import BLUE, INK, VERMILLION, WIDTH, Spec, chart, data, shown_names
from tools.charts.measures import Measure, measure_of
from tools.charts.parts import Bar, Rule
from tools.figures import Chart, Unit
from tools.formatting import format_value

MOST_BARS = 25
_BAR_HEIGHT = 26
_TICK = "M-0.1,-0.6L0.1,-0.6L0.1,0.6L-0.1,0.6Z"


def bars(
    title: str,
    members: Sequence[Bar],
    unit: Unit,
    currency: str,
    source: str,
    *,
    measure: str = "",
    dimension: str = "",
    rule: Rule | None = None,
    other: str = "compared with",
    is_ordered: bool = False,
    notes: Sequence[str] = (),
) -> Chart:
    """One bar per member, the longest first, from zero.

    At most 25 bars are drawn, those with the largest values; how many are left out is said. A member without
    a value keeps its place and says so.

    Args:
        title: Metric, scope and period.
        members: Names and values.
        unit: Unit of the values.
        currency: ISO 4217 code.
        source: Id of the source of the figures.
        measure: Name of the metric, for the axis.
        dimension: What a member is (family), for what is left out.
        rule: A value that all bars are held against (total, target).
        other: What the bars' own `other` values are (budget), for the legend.
        is_ordered: Whether the order given is kept (ranked already, or versions as they are made).
        notes: Further small print.
    """
    kept = _kept(members, is_ordered)
    names = shown_names([member.name for member in kept])
    known = [v for m in kept for v in (m.value, m.other) if v is not None] + ([rule.value] if rule else [])
    scale = measure_of(known, unit, currency, has_zero=True)
    layers: list[JsonValue] = [_bars(scale, measure)]
    if any(member.other is not None for member in kept):
        layers.append(_ticks())
    if rule is not None:
        layers += _rule(rule, unit, currency)
    layers += _labels(kept, names, unit, currency)
    body: Spec = {
        "width": WIDTH,
        "height": max(_BAR_HEIGHT * len(kept), 3 * _BAR_HEIGHT),
        "data": data(_rows(kept, names, other)),
        "encoding": {"y": _names(names)},
        "layer": layers,
    }
    small_print = [left_out_line(len(kept), len(members), dimension or "member", not is_ordered), *notes]
    return chart(title, small_print, _alt(title, members, unit, currency), source, body)


def _kept(members: Sequence[Bar], is_ordered: bool) -> list[Bar]:
    if is_ordered:
        return list(members[:MOST_BARS])
    largest = sorted(members, key=lambda m: (m.value is None, -abs(m.value or 0.0)))[:MOST_BARS]
    return sorted(largest, key=lambda m: (m.value is None, -(m.value or 0.0)))


def _rows(members: Sequence[Bar], names: Sequence[str], other: str) -> list[Spec]:
    return [
        {"name": name, "value": member.value, "other": member.other, "against": f"{other} (in brackets)"}
        for member, name in zip(members, names, strict=True)
    ]


def _names(names: Sequence[str]) -> Spec:
    domain: list[JsonValue] = [*names]
    axis: Spec = {"title": None, "ticks": False, "domain": False, "labelPadding": 6}
    scale: Spec = {"domain": domain, "paddingInner": 0.35, "paddingOuter": 0.2}
    return {"field": "name", "type": "nominal", "sort": None, "scale": scale, "axis": axis}


def _bars(scale: Measure, measure: str) -> Spec:
    x: Spec = {
        "field": "value",
        "type": "quantitative",
        "scale": {"domain": scale.domain, "nice": False},
        "axis": {"title": scale.title(measure), **scale.labels},
    }
    return {"mark": {"type": "bar", "color": BLUE}, "encoding": {"x": x}}


def _labels(members: Sequence[Bar], names: Sequence[str], unit: Unit, currency: str) -> list[JsonValue]:
    """The values beside the ends of the bars and ticks, left of negative ones."""
    sides: dict[bool, list[Spec]] = {False: [], True: []}
    for member, name in zip(members, names, strict=True):
        value = member.value or 0.0
        is_negative = value < 0
        beyond = [v for v in (value, member.other) if v is not None and (v < 0) == is_negative]
        at = min(beyond) if is_negative else max(beyond)
        text = format_value(member.value, unit, currency)
        if member.other is not None:
            text += f" ({format_value(member.other, unit, currency)})"
        sides[is_negative].append({"name": name, "at": at, "text": text})
    layers: list[JsonValue] = []
    for is_negative, rows in sides.items():
        mark: Spec = (
            {"type": "text", "align": "right", "dx": -6}
            if is_negative
            else {"type": "text", "align": "left", "dx": 6}
        )
        encoding: Spec = {"x": {"field": "at", "type": "quantitative"}, "text": {"field": "text"}}
        # White behind the letters, where a rule or a grid line runs through them.
        halo: Spec = {**mark, "stroke": "white", "strokeWidth": 4, "strokeJoin": "round"}
        layers += [{"data": data(rows), "mark": m, "encoding": encoding} for m in (halo, mark) if rows]
    return layers


def _ticks() -> Spec:
    """What each bar is held against, as a mark across it."""
    legend: Spec = {"title": None, "orient": "top", "symbolType": _TICK, "symbolSize": 200}
    colour: Spec = {"field": "against", "type": "nominal", "scale": {"range": [INK]}, "legend": legend}
    x: Spec = {"field": "other", "type": "quantitative"}
    mark: Spec = {"type": "tick", "thickness": 3, "size": 24, "opacity": 1}
    return {"mark": mark, "encoding": {"x": x, "color": colour}}


def _rule(rule: Rule, unit: Unit, currency: str) -> list[JsonValue]:
    rows: list[Spec] = [{"at": rule.value, "text": f"{rule.name} {format_value(rule.value, unit, currency)}"}]
    x: Spec = {"field": "at", "type": "quantitative"}
    line: Spec = {"type": "rule", "color": VERMILLION, "strokeDash": [6, 4], "strokeWidth": 1.6}
    text: Spec = {"type": "text", "color": VERMILLION, "baseline": "bottom", "dy": -4}
    # The values override the shared y, so that the line runs over all bars and its name stands above them.
    top: Spec = {"value": 0}
    bottom: Spec = {"value": "height"}
    return [
        {"data": data(rows), "mark": line, "encoding": {"x": x, "y": top, "y2": bottom}},
        {"data": data(rows), "mark": text, "encoding": {"x": x, "y": top, "text": {"field": "text"}}},
    ]


def _alt(title: str, members: Sequence[Bar], unit: Unit, currency: str) -> str:
    names = shown_names([member.name for member in members])
    known = [(m.value, name) for m, name in zip(members, names, strict=True) if m.value is not None]
    if not known:
        return f"Bar chart of {title} without any value."
    (high, most), (low, least) = max(known, key=lambda k: k[0]), min(known, key=lambda k: k[0])
    largest, smallest = (format_value(value, unit, currency) for value in (high, low))
    return (
        f"Bar chart of {title}: the largest of {len(members)} is {most} with {largest}, the smallest {least} "
        f"with {smallest}."
    )
