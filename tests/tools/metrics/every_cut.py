"""Every metric of the catalog with the windows and cuts in which it is compared with plain SQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Any

from tests.oracle.question import TIMES, Answer, Question
from tools.figures import Figure, ToolResult

JUNE = (date(2026, 6, 1), date(2026, 6, 30))
Q2 = (date(2026, 4, 1), date(2026, 6, 30))
HALF_YEAR = (date(2026, 1, 1), date(2026, 6, 30))
YEAR = (date(2025, 7, 1), date(2026, 6, 30))
AHEAD = (date(2026, 7, 1), date(2026, 9, 30))
AROUND = (date(2026, 5, 1), date(2026, 8, 31))

Window = tuple[date, date]

WINDOWS: dict[str, Sequence[Window]] = {
    **dict.fromkeys(
        ("ordered_units", "shipped_units", "revenue", "standard_margin", "standard_margin_rate"), (Q2, YEAR)
    ),
    **dict.fromkeys(("demand_plan_units", "demand_plan_revenue"), (AHEAD, AROUND)),
    **dict.fromkeys(("wmape", "forecast_accuracy", "forecast_bias", "mape", "mae", "rmse"), (Q2, YEAR)),
    **dict.fromkeys(("mase", "rmsse", "tracking_signal", "forecast_value_added"), (YEAR, Q2)),
    **dict.fromkeys(("cancelled_units", "cancelled_orders", "cancellation_rate"), (Q2,)),
    **dict.fromkeys(("order_fill_rate", "line_fill_rate", "unit_fill_rate"), (Q2,)),
    **dict.fromkeys(("on_time_rate", "in_full_rate", "otif_rate"), (Q2,)),
    **dict.fromkeys(("lost_sales_units", "lost_sales", "expedite_cost", "demand_met_rate"), (Q2, HALF_YEAR)),
    **dict.fromkeys(("market_share_units", "market_share_value", "market_share_vs_plan"), (HALF_YEAR, Q2)),
    **dict.fromkeys(("production_units", "manufacturing_cost"), (Q2, YEAR)),
    **dict.fromkeys(("production_plan_units", "planned_manufacturing_cost"), (Q2, AHEAD, AROUND)),
    **dict.fromkeys(("production_plan_attainment", "schedule_adherence"), (Q2, YEAR)),
    **dict.fromkeys(("inventory_units", "inventory_value", "inventory_vs_plan"), (Q2, YEAR)),
    **dict.fromkeys(("inventory_vs_target", "days_of_supply", "forward_cover_days"), (Q2, YEAR)),
    "inventory_turns": (YEAR, Q2),
    "capacity_utilisation": (AHEAD, Q2),
    "supplier_coverage": (AHEAD, Q2),
    "backlog_units": (YEAR,),
    "demand_supply_gap": (AHEAD,),
    **dict.fromkeys(("gross_margin", "gross_margin_rate", "operating_profit", "cash_flow"), (Q2, YEAR)),
    **dict.fromkeys(("revenue_vs_plan", "gross_margin_vs_plan"), (Q2, YEAR)),
    **dict.fromkeys(("operating_profit_vs_plan", "cash_flow_vs_plan"), (Q2, YEAR)),
    "projected_cash_flow": (AHEAD,),
    "cash_to_cash_days": (JUNE, YEAR),
    "override_win_rate": (YEAR,),
    "interval_coverage": (YEAR,),
}
"""The metrics that the canonical tables give, each with the windows in which it is asked."""

OF_THE_WORKSPACE = (
    "touchless_share",
    "touchless_loss",
    "decision_latency_days",
    "decision_hit_rate",
    "assumption_hit_rate",
)
"""The metrics of the catalog that read what people and Concord write, which no table of the store holds."""

SIDES_OF_OTHERS = ("planned_inventory_units", "target_inventory_units")
"""Metrics that the catalog knows only as the other side of a ratio, which is compared."""

BRIDGE_TERMS = tuple(
    f"bridge_{term}"
    for term in (
        *("revenue", "lost_sales", "volume", "price", "mix", "timing", "books"),
        *("cogs", "promotion", "expedite", "operating_expense"),
        *("inventory_build", "forecast_error", "supply_against_plan", "planned_build", "other"),
    )
)
"""The terms of the bridge to cash, which `test_cash_bridge.py` compares with plain SQL in one go."""


@dataclass(frozen=True)
class Cut:
    """A question asked of both."""

    question: Question

    @property
    def name(self) -> str:
        q = self.question
        kept = [f"{'not ' if out else ''}{'+'.join(members)}" for _, members, out in q.kept]
        return (
            f"{q.metric} by {', '.join(q.by) or 'nothing'} {q.start:%y%m%d}-{q.end:%y%m%d} {' '.join(kept)}"
        )

    def arguments(self) -> dict[str, Any]:
        """The question as the tool takes it."""
        q = self.question
        said: dict[str, Any] = {"group_by": list(q.by), "period": {"start": q.start, "end": q.end}}
        said["filters"] = [
            {"dimension": dimension, "members": list(members), "exclude": out}
            for dimension, members, out in q.kept
        ]
        return said


def cuts(metric: str, window: Window, dimensions: Sequence[str]) -> Iterator[Cut]:
    """The whole and each dimension, alone and with time; the finest with a second dimension."""
    members = [name for name in dimensions if name not in TIMES]
    asked = [(), *((name,) for name in dimensions), *((name, "month") for name in members)]
    asked += [(name, "quarter") for name in members[:2]]
    asked += [(one, other) for one, other in pairwise(members) if one != "version"]
    for by in asked:
        yield Cut(Question(metric, *window, by))


def narrowed(cut: Cut, dimension: str, answer: Answer) -> Iterator[Cut]:
    """The cut for two members of a dimension, and for all but one, out of those that have a value."""
    members = sorted(key[0] for key, value in answer.items() if value is not None and key[0] != "(none)")
    if len(members) < 3:
        return
    yield Cut(replace(cut.question, kept=((dimension, (members[0], members[-1]), False),)))
    yield Cut(replace(cut.question, kept=((dimension, (members[1],), True),)))


def disagreements(cut: Cut, result: ToolResult, expected: Answer) -> list[str]:
    """What differs between the tool's figures and the oracle's, in words; nothing where all is equal.

    Args:
        cut: What was asked.
        result: What the tool gave.
        expected: What the oracle gave.
    """
    if result.refusal is not None:
        return [f"{cut.name}: refused ({result.refusal.message})"]
    by = cut.question.by
    figures = {
        tuple(figure.group_ids[name] for name in by): figure
        for figure in result.figures
        if figure.metric == cut.question.metric and set(figure.group_ids) == set(by)
    }
    shown = _shown(cut, expected)
    found = []
    for key in sorted(figures.keys() | shown.keys()):
        figure, wanted = figures.get(key), shown.get(key)
        said = "/".join(key) or "all"
        if figure is None:
            found.append(f"{cut.name} [{said}]: not shown, by SQL {wanted}")
        elif key not in shown:
            found.append(f"{cut.name} [{said}]: {figure.value}, by SQL no rows")
        elif not _equal(figure.value, wanted):
            found.append(f"{cut.name} [{said}]: {figure.value}, by SQL {wanted} ({figure.reason})")
    return found + [f"{cut.name}: no reason for {figure.group_ids}" for figure in _unexplained(result)]


def _shown(cut: Cut, expected: Answer) -> Answer:
    """A cut by reason shows reasons only: lines without a cancellation are in the denominators."""
    if "cancel_reason" not in cut.question.by:
        return expected
    place = cut.question.by.index("cancel_reason")
    return {key: value for key, value in expected.items() if key[place] != "(none)"}


def _equal(value: float | None, wanted: float | None) -> bool:
    if value is None or wanted is None:
        return value is wanted
    return abs(value - wanted) <= 1e-9 * max(1.0, abs(wanted))


def _unexplained(result: ToolResult) -> list[Figure]:
    return [figure for figure in result.figures if figure.value is None and not figure.reason]
