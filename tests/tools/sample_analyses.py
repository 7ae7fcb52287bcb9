"""Results of made-up analyses: a bridge by region, a bridge by volume and price, a limit, a trend, shares."""

from __future__ import annotations

from tests.tools.sample_answer import Q1, Q2, compared, figure
from tools.figures import Figure, Source, ToolResult

NOTE = "In the same months: Lakeside limited Milk 1L; coincident, not shown to be the cause."


def _source(number: int, tool: str, **arguments: object) -> Source:
    return Source(id=f"S{number}", kind="calculation", tool=tool, arguments=arguments)


def _step(number: int, name: str, value: float, source: str, **more: object) -> Figure:
    """A step of OTIF's bridge in points, or of revenue's in money."""
    unit = "points" if source == "S1" else "currency"
    metric, title = ("otif_rate", "OTIF") if source == "S1" else ("revenue", "Revenue")
    basis = {"step": name, "effect": "rate" if "group" in more else name}
    return figure(number, metric, title, value, unit, Q2, source, basis=basis, transform="driver", **more)


def _by(dimension: str, name: str) -> dict[str, dict[str, str]]:
    return {"group": {dimension: name}, "group_ids": {dimension: name}}


def _bridges(*names: str) -> dict[str, object]:
    return {"type": "bridge", "bridges": [{"by": "region", "steps": [{"name": name} for name in names]}]}


def analyses() -> list[ToolResult]:
    """F1 to F16, in five results."""
    otif = compared(0.478, 0.499, "previous_period", Q1, "ratio", up=True)
    by_region = ToolResult(
        figures=[
            figure(1, "otif_rate", "OTIF", 0.478, "ratio", Q2, "S1", otif),
            _step(2, "rate in North", -0.03, "S1", **_by("region", "North")),
            _step(3, "rate in South", 0.01, "S1", **_by("region", "South")),
            _step(4, "mix", -0.001, "S1"),
        ],
        sources=[_source(1, "explain_change", metric="otif_rate")],
        details=_bridges("rate in North", "rate in South", "mix"),
        notes=["OTIF fell from Q1 2026 to Q2 2026.", NOTE],
    )
    money = ToolResult(
        figures=[_step(5, "volume", 900.0, "S2"), _step(6, "price", -300.0, "S2")],
        sources=[_source(2, "explain_change", metric="revenue")],
        details=_bridges("volume", "price"),
    )
    limit = ToolResult(
        figures=[
            figure(7, "otif_rate", "OTIF", 0.31, "ratio", Q2, "S3", **_by("region", "North")),
            figure(8, "otif_rate", "OTIF", 1, "count", Q2, "S3", transform="count"),
        ],
        sources=[
            _source(3, "compute_metric", group_by=["region"], threshold={"order": "below", "value": 0.4})
        ],
        details={"type": "threshold", "metric": "otif_rate", "order": "below", "limit": "40.0%"},
    )
    trend = ToolResult(
        figures=[
            figure(9, "lost_sales", "Lost sales", 500.0, "currency", Q2, "S4", transform="level"),
            figure(10, "lost_sales", "Lost sales", 12.0, "currency", Q2, "S4", transform="slope"),
        ],
        sources=[_source(4, "analyse_trend", metric="lost_sales")],
        details={"type": "trend", "series": [{"group": {}, "direction": "rising"}]},
    )
    shares = ToolResult(
        figures=[
            figure(
                number,
                "revenue",
                "Revenue",
                value,
                "ratio",
                Q2,
                "S5",
                transform="share",
                **_by("region", name),
            )
            for number, name, value in ((11, "North", 0.6), (12, "South", 0.4))
        ],
        sources=[_source(5, "compute_metric", group_by=["region"], transform="share")],
    )
    changed = ToolResult(
        figures=[
            figure(
                number, "revenue", "Revenue", now, "currency", Q2, "S6",
                compared(now, before, "previous_period", Q1, "currency", up=True), **_by("region", name),
            )
            for number, name, now, before in ((13, "North", 700.0, 1000.0), (14, "South", 950.0, 1000.0))
        ],
        sources=[
            _source(6, "compute_metric", group_by=["region"], rank={"order": "lowest", "by": "difference"})
        ],
    )  # fmt: skip
    budget = compared(750.0, 1000.0, "budget", Q2, "currency", up=True).model_copy(
        update={"label": "the budget"}
    )
    plans = ToolResult(
        figures=[
            figure(15, "revenue", "Revenue", 750.0, "currency", Q2, "S7", budget),
            figure(16, "revenue", "Revenue", 1000.0, "currency", Q2, "S8", basis={"version": "budget"}),
        ],
        sources=[_source(7, "compute_metric"), _source(8, "compute_metric", version="budget")],
    )
    return [by_region, money, limit, trend, shares, changed, plans]
