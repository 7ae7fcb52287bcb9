"""Heat maps: two dimensions at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pydantic import JsonValue

from tools.charts.heading import left_out_line
from tools.charts.look import INK, NOTHING, Spec, chart, data, shown_names
from tools.charts.measures import Measure, measure_of
from tools.charts.parts import HeatCell
from tools.figures import Chart, Unit
from tools.formatting import format_value

MOST_ROWS = 30
MOST_COLUMNS = 15
MOST_LABELS = 150
_CELL_HEIGHT = 26
_SEQUENTIAL = ["#f2f7fc", "#c6dcef", "#7fb4da", "#2f7fbc", "#08407e"]
_DIVERGING = ["#b35806", "#f1a340", "#f7f7f7", "#7fb4da", "#08407e"]


def heat_map(
    title: str,
    cells: Sequence[HeatCell],
    unit: Unit,
    currency: str,
    source: str,
    *,
    measure: str = "",
    row: str = "",
    column: str = "",
    is_signed: bool | None = None,
    parts_at: float = 0.0,
    notes: Sequence[str] = (),
) -> Chart:
    """One cell per row and column, the darker the larger.

    Rows and columns stand in the order of their mean values, the largest first. Values are written into the
    cells where there are few. At most 30 rows and 15 columns are drawn; what is left out is said.

    Args:
        title: Metric, scope and period.
        cells: In any order; each of one row and column.
        unit: Unit of the values.
        currency: ISO 4217 code.
        source: Id of the source of the figures.
        measure: Name of the metric, for the legend.
        row: What rows are, for their axis.
        column: What columns are, for theirs.
        is_signed: Whether the colours part; None where some values are negative.
        parts_at: The value at which they part: 0, or 1 for an attainment.
        notes: Further small print.
    """
    rows, all_rows = _ordered([(c.row, c.value) for c in cells], MOST_ROWS)
    columns, all_columns = _ordered([(c.column, c.value) for c in cells], MOST_COLUMNS)
    kept = [c for c in cells if c.row in rows and c.column in columns]
    known = [c.value for c in kept if c.value is not None]
    is_signed = _falls_on_both_sides(known) if is_signed is None else is_signed
    scale = _measure(known, parts_at if is_signed else None, unit, currency)
    row_names, column_names = shown_names(rows), shown_names(columns)
    shown = {
        "row": dict(zip(rows, row_names, strict=True)),
        "column": dict(zip(columns, column_names, strict=True)),
    }
    labelled = len(rows) * len(columns) <= MOST_LABELS
    table = [_cell(c, shown, scale, is_signed, unit, currency) for c in kept]
    layers = _layers(table, scale, measure, is_signed, labelled, len(rows))
    width = min(max(64, 560 // max(len(columns), 1)), 110)
    body: Spec = {
        "width": {"step": width},
        "height": {"step": _CELL_HEIGHT},
        "view": {"fill": NOTHING},
        "data": data(table),
        "encoding": {
            "y": _axis("row", row_names, row, width),
            "x": _axis("column", column_names, column, width),
        },
        "layer": layers,
        "resolve": {"scale": {"color": "independent"}},
    }
    small_print = [
        left_out_line(len(rows), all_rows, row.lower() or "row"),
        left_out_line(len(columns), all_columns, column.lower() or "column"),
        "Grey: no value" if len(known) < len(rows) * len(columns) else "",
        *notes,
    ]
    return chart(title, small_print, _alt(title, kept, unit, currency), source, body)


def _ordered(parts: Sequence[tuple[str, float | None]], most: int) -> tuple[list[str], int]:
    """Names by their mean value, the largest first, as many as can be drawn; and how many there are."""
    values: dict[str, list[float]] = {}
    for name, value in parts:
        values.setdefault(name, []).extend([] if value is None else [value])
    largest = sorted(values, key=lambda name: -sum(abs(v) for v in values[name]))[:most]
    return sorted(largest, key=lambda name: (-_mean(values[name]), name)), len(values)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else float("-inf")


def _falls_on_both_sides(known: Sequence[float]) -> bool:
    """Whether zero parts the values; a few returns among sales do not make revenue a signed metric."""
    low, high = min(known, default=0.0), max(known, default=0.0)
    return low < 0 and -low > 0.1 * high


def _measure(known: Sequence[float], parts_at: float | None, unit: Unit, currency: str) -> Measure:
    """From end to end, or as far to both sides of where the colours part."""
    if parts_at is None:
        return measure_of(known, unit, currency, has_zero=False)
    most = max((abs(value - parts_at) for value in known), default=1.0)
    around = measure_of([-most, most], unit, currency, has_zero=True)
    return replace(around, low=around.low + parts_at, high=around.high + parts_at)


def _cell(
    cell: HeatCell,
    shown: dict[str, dict[str, str]],
    scale: Measure,
    is_signed: bool,
    unit: Unit,
    currency: str,
) -> Spec:
    place = 0.0 if cell.value is None else (cell.value - scale.low) / (scale.high - scale.low)
    is_dark = place > (0.86 if is_signed else 0.72) or (is_signed and place < 0.07)
    return {
        "row": shown["row"][cell.row],
        "column": shown["column"][cell.column],
        "value": cell.value,
        # The legend says what is counted.
        "text": format_value(cell.value, "count" if unit in ("units", "orders") else unit, currency),
        "ink": "#ffffff" if is_dark and cell.value is not None else INK,
    }


def _axis(field: str, names: Sequence[str], title: str, width: int) -> Spec:
    domain: list[JsonValue] = [*names]
    axis: Spec = {"title": title or None, "ticks": False, "domain": False, "labelPadding": 6}
    if field == "column":
        fits = all(len(name) * 7 <= width for name in names)
        axis |= {"orient": "top", "labelAngle": 0 if fits else -35, "labelLimit": 160}
    return {"field": field, "type": "nominal", "sort": None, "scale": {"domain": domain}, "axis": axis}


def _layers(
    table: Sequence[Spec], scale: Measure, measure: str, is_signed: bool, labelled: bool, rows: int
) -> list[JsonValue]:
    legend: Spec = {
        "title": scale.title(measure),
        "gradientLength": min(max(rows * _CELL_HEIGHT, 80), 160),
        "titleLimit": 220,
        **scale.labels,
    }
    colour: Spec = {
        "field": "value",
        "type": "quantitative",
        "scale": {
            "domain": _stops(scale, len(_DIVERGING if is_signed else _SEQUENTIAL)),
            "range": [*(_DIVERGING if is_signed else _SEQUENTIAL)],
            "interpolate": "lab",
        },
        "legend": legend,
    }
    # Cells without a value stay as grey as those that are not there at all.
    known = [cell for cell in table if cell["value"] is not None]
    rect: Spec = {"type": "rect", "stroke": "white"}
    layers: list[JsonValue] = [{"data": data(known), "mark": rect, "encoding": {"color": colour}}]
    if labelled:
        ink: Spec = {"field": "ink", "type": "nominal", "scale": None}
        layers.append(
            {"mark": {"type": "text", "fontSize": 11}, "encoding": {"text": {"field": "text"}, "color": ink}}
        )
    return layers


def _stops(scale: Measure, colours: int) -> list[JsonValue]:
    """The values at which the colours of the scale stand, evenly from end to end."""
    distance = (scale.high - scale.low) / (colours - 1)
    return [scale.low + distance * place for place in range(colours)]


def _alt(title: str, cells: Sequence[HeatCell], unit: Unit, currency: str) -> str:
    known = [(c.value, c) for c in cells if c.value is not None]
    if not known:
        return f"Heat map of {title} without any value."
    (high, most), (low, least) = max(known, key=lambda k: k[0]), min(known, key=lambda k: k[0])
    return (
        f"Heat map of {title}: from {format_value(low, unit, currency)} ({least.row}, {least.column}) "
        f"to {format_value(high, unit, currency)} ({most.row}, {most.column})."
    )
