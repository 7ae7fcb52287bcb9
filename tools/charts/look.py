"""How every chart looks: colours that colour-blind people and grey print tell apart, sizes, type."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import JsonValue

from tools.figures import Chart

Spec = dict[str, JsonValue]

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
WIDTH = 560
INK = "#222222"
GREY = "#666666"
PALE = "#bdbdbd"
NOTHING = "#e8e8e8"

# Okabe and Ito 2008, in an order in which neighbours differ in lightness too. Their yellow is left out: it
# cannot be seen on white paper.
BLUE, ORANGE, GREEN, PURPLE = "#0072b2", "#e69f00", "#009e73", "#cc79a7"
BLACK, SKY, VERMILLION = "#000000", "#56b4e9", "#d55e00"
COLOURS = (BLUE, ORANGE, GREEN, PURPLE, BLACK, SKY, VERMILLION, GREY)
SHAPES = (
    "circle",
    "square",
    "triangle-up",
    "diamond",
    "cross",
    "triangle-down",
    "triangle-right",
    "triangle-left",
)

LONGEST_NAME = 48
"""Characters of a name that are shown; what is cut is marked with an ellipsis."""

_CONFIG: Spec = {
    "background": "white",
    "font": "Liberation Sans, Arial, Helvetica, sans-serif",
    "view": {"stroke": None},
    "axis": {
        "labelColor": INK,
        "titleColor": GREY,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "titlePadding": 10,
        "labelLimit": 330,
        "labelFlush": False,
        "domainColor": GREY,
        "tickColor": GREY,
        "gridColor": "#e6e6e6",
    },
    "legend": {"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", "titleColor": GREY},
    "title": {
        "anchor": "start",
        "frame": "bounds",
        "fontSize": 15,
        "color": INK,
        "subtitleColor": GREY,
        "subtitleFontSize": 12,
        "subtitlePadding": 4,
        "offset": 14,
        "limit": 760,
    },
    "text": {"fontSize": 12, "color": INK},
}


def chart(title: str, subtitle: Sequence[str], alt: str, source: str, body: Spec) -> Chart:
    """A chart out of the body of its specification.

    Args:
        title: Metric, scope and period.
        subtitle: Lines of small print: what is left out, where an axis is cut.
        alt: One sentence for those who cannot see it.
        source: Id of the source of its figures.
        body: Marks, encodings and data.
    """
    heading: Spec = {"text": title}
    if any(subtitle):
        heading["subtitle"] = [line for line in subtitle if line]
    spec: Spec = {"$schema": SCHEMA, "title": heading, "description": alt, "config": _CONFIG, **body}
    return Chart(title=title, vega_lite=spec, source=source, alt=alt)


def data(rows: Sequence[Spec]) -> JsonValue:
    """Rows as inline data."""
    return {"values": list(rows)}


def shown_names(names: Sequence[str]) -> list[str]:
    """Names short enough to stand beside a mark, each still different from the others."""
    shown: list[str] = []
    for name in names:
        flat = " ".join(name.split()) or "(no name)"
        short = flat if len(flat) <= LONGEST_NAME else flat[: LONGEST_NAME - 1].rstrip() + "…"
        unique, number = short, 2
        while unique in shown:
            unique, number = f"{short} ({number})", number + 1
        shown.append(unique)
    return shown
