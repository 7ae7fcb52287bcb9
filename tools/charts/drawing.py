"""Charts as pictures. The engine that draws them is imported when the first one is drawn."""

from __future__ import annotations

import json

from tools.figures import Chart

_VEGA_LITE = "6.4"
_PIXELS = 2.0
"""Pixels for each point, so that print is sharp."""


def as_svg(chart: Chart) -> str:
    """The chart as an SVG picture. Nothing is fetched: the data stand in the specification."""
    import vl_convert  # noqa: PLC0415 - a browser's engine, needed for pictures alone

    return str(vl_convert.vegalite_to_svg(json.dumps(chart.vega_lite), vl_version=_VEGA_LITE))


def as_png(chart: Chart) -> bytes:
    """The chart as a PNG picture, at twice its size."""
    import vl_convert  # noqa: PLC0415 - a browser's engine, needed for pictures alone

    drawn = vl_convert.vegalite_to_png(json.dumps(chart.vega_lite), vl_version=_VEGA_LITE, scale=_PIXELS)
    return bytes(drawn)
