"""Figures for charts, written by hand, and what a specification says, read back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import altair

from connectors.periods import Grain, bucket_period
from tools.figures import Chart, Comparison, Figure, PeriodRef, Unit

EXPRESSIONS = frozenset({"expr", "labelExpr", "test", "calculate", "filter", "signal", "update"})


def figure(
    value: float | None, unit: Unit = "ratio", metric: str = "otif_rate", title: str = "OTIF", **group: str
) -> Figure:
    """One figure of a cut; a month in its group is its period."""
    period = PeriodRef(start="2026-04-01", end="2026-06-30", label="Q2 2026")  # type: ignore[arg-type]
    if "month" in group:
        first = bucket_period(_day(group["month"]), Grain.MONTH)
        period = PeriodRef(start=first.start, end=first.end, label=first.label)
    return Figure(
        id="F1",
        metric=metric,
        title=title,
        value=value,
        unit=unit,
        formatted="",
        group=group,
        group_ids=group,
        period=period,
        source="S7",
    )


def against(one: Figure, value: float | None, with_: str = "target") -> Figure:
    """The figure, held against another value."""
    side = Comparison(**{"with": with_}, value=value, difference=None, relative=None, better=None)
    return one.model_copy(update={"comparison": side})


def _day(month: str) -> Any:
    from datetime import date

    return date.fromisoformat(f"{month}-01")


def valid(chart: Chart | None) -> dict[str, Any]:
    """The specification, checked against the grammar's own schema."""
    assert chart is not None
    altair.Chart.from_dict(dict(chart.vega_lite))
    return dict(chart.vega_lite)


def rows(spec: Any) -> list[dict[str, Any]]:
    """All rows of data inside a specification."""
    return [
        row
        for found in _under(spec, "values")
        if isinstance(found, list)
        for row in found
        if isinstance(row, dict)
    ]


def expressions(spec: Any) -> set[str]:
    """All texts of a specification that Vega would run."""
    return {str(found) for key in EXPRESSIONS for found in _under(spec, key)}


def axis_titles(spec: Any) -> set[str]:
    """Titles of axes and legends."""
    found = [*_under(spec, "axis"), *_under(spec, "legend")]
    return {part["title"] for part in found if isinstance(part, dict) and part.get("title")}


def marks(spec: Any) -> list[str]:
    return [found["type"] if isinstance(found, dict) else found for found in _under(spec, "mark")]


def _under(part: Any, key: str) -> Iterator[Any]:
    if isinstance(part, dict):
        if key in part:
            yield part[key]
        for inner in part.values():
            yield from _under(inner, key)
    elif isinstance(part, list):
        for inner in part:
            yield from _under(inner, key)
