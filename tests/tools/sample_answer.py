"""Results of one made-up answer, as the tools would return them, with every kind of figure."""

from __future__ import annotations

from datetime import date

from tools.figures import Comparison, Figure, PeriodRef, Source, ToolResult
from tools.formatting import format_difference, format_value

Q1 = PeriodRef(start=date(2026, 1, 1), end=date(2026, 3, 31), label="Q1 2026")
Q2 = PeriodRef(start=date(2026, 4, 1), end=date(2026, 6, 30), label="Q2 2026")
Q2_BEFORE = PeriodRef(start=date(2025, 4, 1), end=date(2025, 6, 30), label="Q2 2025")
JUNE = PeriodRef(start=date(2026, 6, 1), end=date(2026, 6, 30), label="June 2026")
JULY = PeriodRef(start=date(2026, 7, 1), end=date(2026, 7, 31), label="July 2026")

NAMES = {
    "region": ["North", "South", "West"],
    "family": ["Dairy", "Bakery"],
    "product": ["Milk 1L", "Rose Water", "Six Pack 330"],
    "customer": ["Acme (C-17)", "Half Moon Foods", "Rose"],
    "version": ["consensus", "statistical"],
}
METRIC_WORDS = {
    "otif_rate": ["OTIF", "on time in full"],
    "in_full_rate": ["In-full rate", "in full"],
    "unit_fill_rate": ["Unit fill rate"],
    "lost_sales": ["Lost sales"],
    "revenue": ["Revenue", "sales"],
    "demand_plan_units": ["Demand plan", "forecast"],
    "expedite_cost": ["Expedite cost"],
    "ordered_units": ["Ordered units", "orders"],
}
BETTER = {
    "otif_rate": "up",
    "in_full_rate": "up",
    "lost_sales": "down",
    "revenue": "up",
    "expedite_cost": "down",
}
QUOTE = (
    "Lakeside stays limited until September. We add 2 weekend shifts at Hamburg. Half of it is paid by sales."
)


def compared(
    value: float, other: float, with_: str, period: PeriodRef | None, unit: str, up: bool
) -> Comparison:
    """A comparison as the metric tools write it: differences without a sign."""
    difference = value - other
    return Comparison(
        **{"with": with_},
        value=other,
        difference=difference,
        relative=difference / abs(other),
        better=None if not round(difference, 9) else (difference > 0) == up,
        formatted=format_value(other, unit),
        formatted_difference=format_difference(difference, unit),
        formatted_relative=format_value(abs(difference / other), "ratio"),
        period=period,
    )


def figure(number, metric, title, value, unit, period, source, comparison=None, **more):
    return Figure(
        id=f"F{number}",
        metric=metric,
        title=title,
        value=value,
        unit=unit,
        formatted=format_value(value, unit),
        period=period,
        source=source,
        comparison=comparison,
        **more,
    )


def _otif(number: int, value: float, before: float, **more) -> Figure:
    comparison = compared(value, before, "previous_period", Q1, "ratio", up=True)
    basis = {"level": "line", "date_basis": "promised_on"}
    return figure(number, "otif_rate", "OTIF", value, "ratio", Q2, "S1", comparison, basis=basis, **more)


def _by(dimension: str, name: str) -> dict[str, dict[str, str]]:
    return {"group": {dimension: name}, "group_ids": {dimension: name}}


def sample_results() -> list[ToolResult]:
    """F1 to F17, in seven results."""
    basis = {"level": "line", "date_basis": "promised_on"}
    by_region = ToolResult(
        figures=[
            _otif(1, 0.478, 0.499),
            _otif(2, 0.310, 0.404, **_by("region", "North")),
            _otif(3, 0.552, 0.549, **_by("region", "South")),
            _otif(4, 0.600, 0.600, **_by("region", "West")),
        ],
        sources=[
            Source(id="S1", kind="calculation", tool="compute_metric", arguments={"group_by": ["region"]})
        ],
    )
    in_full = ToolResult(
        figures=[figure(5, "in_full_rate", "In-full rate", 0.66, "ratio", Q2, "S2")],
        sources=[Source(id="S2", kind="calculation")],
    )
    lost = ToolResult(
        figures=[
            figure(6, "lost_sales", "Lost sales", 1_240_000.0, "currency", JUNE, "S3"),
            figure(
                7, "lost_sales", "Lost sales", 900_000.0, "currency", JUNE, "S3", **_by("family", "Dairy")
            ),
            figure(
                8, "lost_sales", "Lost sales", 340_000.0, "currency", JUNE, "S3", **_by("family", "Bakery")
            ),
        ],
        sources=[Source(id="S3", kind="calculation")],
    )
    target = compared(0.478, 0.6, "target", None, "ratio", up=True)
    against_target = ToolResult(
        figures=[figure(9, "otif_rate", "OTIF", 0.478, "ratio", Q2, "S4", target, basis=basis)],
        sources=[Source(id="S4", kind="calculation")],
    )
    last_year = compared(52_300_000.0, 48_000_000.0, "same_period_last_year", Q2_BEFORE, "currency", up=True)
    share = {"transform": "share", **_by("region", "North")}
    money = ToolResult(
        figures=[
            figure(10, "revenue", "Revenue", 52_300_000.0, "currency", Q2, "S5", last_year),
            figure(11, "revenue", "Revenue", 0.31, "ratio", Q2, "S5", **share),
            figure(12, "expedite_cost", "Expedite cost", None, "currency", Q2, "S5", reason="no rows"),
        ],
        sources=[Source(id="S5", kind="calculation")],
    )
    plan = ToolResult(
        figures=[
            figure(
                13,
                "demand_plan_units",
                "Demand plan",
                12_480.0,
                "units",
                JULY,
                "S6",
                low=11_000.0,
                high=14_000.0,
            )
        ],
        sources=[
            Source(id="S6", kind="forecast"),
            Source(id="S7", kind="decision", decision_id="D-2026-031", quote=QUOTE),
        ],
    )
    order_level = {"level": "order", "date_basis": "promised_on"}
    narrow = {"scope": {"region": ["North"]}, "basis": basis}
    both = {"scope": {"region": ["North", "South"]}, "basis": basis}
    without = {"scope": {"not region": ["North"]}, "basis": basis}
    cut = ToolResult(
        figures=[
            figure(14, "otif_rate", "OTIF", 0.404, "ratio", Q1, "S8", **narrow),
            figure(15, "otif_rate", "OTIF", 0.287, "ratio", Q2, "S9", basis=order_level),
            figure(16, "otif_rate", "OTIF", 0.451, "ratio", Q2, "S8", **both),
            figure(17, "otif_rate", "OTIF", 0.566, "ratio", Q2, "S8", **without),
        ],
        sources=[
            Source(id="S8", kind="calculation"),
            Source(id="S9", kind="calculation", arguments={"level": "order"}),
        ],
    )
    return [by_region, in_full, lost, against_target, money, plan, cut]
