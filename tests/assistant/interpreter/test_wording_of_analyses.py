"""Sentences about limits, shares, plans, bridges and trends, worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.interpreter.reading import Reading
from assistant.interpreter.wording import write_answer
from tests.assistant.interpreter.test_wording import Q1, Q2, figure, regions, result
from tools.figures import Comparison, Figure, ToolResult
from tools.provenance import fill


def said(*results: ToolResult, **reading: Any) -> str:
    return fill(write_answer(Reading((), **reading), results, "executive"), results)


def beside(value: float, other: float, with_: str, label: str) -> Comparison:
    """A comparison in money, rising being good."""
    return Comparison(
        **{"with": with_},
        label=label,
        value=other,
        difference=value - other,
        relative=(value - other) / other,
        better=value > other,
        formatted=f"€{other:,.0f}",
        formatted_difference=f"€{abs(value - other):,.0f}",
        formatted_relative=f"{abs(value - other) / other * 100:.1f}%",
        period=Q1 if with_ == "previous_period" else Q2,
    )


def money(number: int, value: float, **more: Any) -> Figure:
    told = {"metric": "revenue", "title": "Revenue", "unit": "currency", **more}
    return figure(number, value, f"€{value:,.0f}", **told)


def limited(*values: float, passing: int, order: str = "below") -> ToolResult:
    """OTIF by region, as many of three regions as are given within the limit of 40%."""
    count = figure(9, passing, str(passing), transform="count", unit="count")
    threshold = {"order": order, "value": 0.4}
    made = result(figure(1, 0.478), *regions(*values), count, group_by=["region"], threshold=threshold)
    made.details = {"type": "threshold", "metric": "otif_rate", "order": order, "limit": "40.0%", "of": 3}
    return made


def test_a_limit_says_how_many_of_how_many_and_who() -> None:
    assert said(limited(0.31, 0.35, passing=2)) == (
        "**2** of 3 regions were below 40.0% in OTIF in Q2 2026: North at 31.0%, South at 35.0%. "
        "OTIF was **47.8%** in Q2 2026."
    )


def test_a_limit_that_all_pass_says_all() -> None:
    assert said(limited(0.31, 0.35, 0.2, passing=3)).startswith("All **3** regions were below 40.0% in OTIF")


def test_a_limit_that_nobody_passes_says_so() -> None:
    assert said(limited(passing=0)).startswith("None of the 3 regions was below 40.0% in OTIF in Q2 2026.")


@pytest.mark.parametrize(
    ("passes", "words"), [(True, "which is above 40.0%"), (False, "which is not above 40.0%")]
)
def test_a_single_figure_says_whether_it_passes(passes: bool, words: str) -> None:
    made = result(figure(1, 0.478))
    told = {"type": "threshold", "metric": "otif_rate", "order": "above", "limit": "40.0%"}
    made.details = told | {"passes": passes}
    assert said(made) == f"OTIF was **47.8%** in Q2 2026, {words}."


def test_the_fullest_resource_decides_whether_we_are_over_capacity() -> None:
    told = {"metric": "capacity_utilisation", "title": "Capacity utilisation"}
    fullest = figure(2, 1.2, group={"resource": "Line 2"}, basis={"companion": "highest"}, **told)
    made = result(figure(1, 0.85, **told), fullest, threshold={"order": "above", "value": 1.0})
    made.details = {
        "type": "threshold",
        "metric": told["metric"],
        "order": "above",
        "limit": "100.0%",
        "passes": False,
    }
    assert said(made) == (
        "Capacity utilisation was **85.0%** in Q2 2026. "
        "The highest, Line 2, was at 120.0%, which is above 100.0%."
    )


def test_a_share_is_the_members_own() -> None:
    share = figure(1, 0.42, metric="revenue", title="Revenue", transform="share", scope={"family": ["Dairy"]})
    assert said(result(share)) == "Dairy had a share of **42.0%** of revenue in Q2 2026."


def test_of_several_shares_the_one_that_was_asked_for_is_told() -> None:
    held = {"metric": "revenue", "title": "Revenue", "transform": "share", "scope": {"region": ["North"]}}
    shares = [
        figure(at, value, group={"family": name}, group_ids={"family": name}, **held)
        for at, (name, value) in enumerate([("Dairy", 0.6), ("Bakery", 0.4)], start=1)
    ]
    made = result(*shares, group_by=["family"])
    assert said(made, part=("family", ("Bakery",))) == (
        "Bakery had a share of **40.0%** of revenue for North in Q2 2026."
    )


def test_a_members_share_over_time_begins_and_ends() -> None:
    held = {"metric": "revenue", "title": "Revenue", "transform": "share"}
    months = [
        figure(
            at, value, period=period,
            group={"family": "Dairy", "month": f"2026-0{at}"}, group_ids={"family": "D"}, **held,
        )
        for at, (value, period) in enumerate([(0.4, Q1), (0.3, Q2)], start=1)
    ]  # fmt: skip
    assert said(result(*months, group_by=["family", "month"]), part=("family", ("D",))) == (
        "Dairy had a share of 40.0% of revenue in Q1 2026 and of 30.0% in Q2 2026."
    )


def test_a_budget_is_called_the_budget_with_the_change_in_percent() -> None:
    made = result(money(1, 750.0, comparison=beside(750.0, 1000.0, "budget", "the budget")))
    assert said(made) == "Revenue was **€750** in Q2 2026: €250 below the budget (25.0%), which is worse."


def test_what_is_read_from_a_budget_says_so() -> None:
    assert said(result(money(1, 750.0, basis={"version": "budget"}))) == (
        "Revenue in the budget was **€750** in Q2 2026."
    )


def test_a_ranking_by_change_tells_the_change_and_not_the_value() -> None:
    groups = [
        money(at, now, group={"region": name}, comparison=beside(now, before, "previous_period", "Q1 2026"))
        for at, (name, now, before) in enumerate(
            [("North", 700.0, 1000.0), ("South", 950.0, 1000.0)], start=2
        )
    ]
    total = money(1, 1650.0, comparison=beside(1650.0, 2000.0, "previous_period", "Q1 2026"))
    rank = {"order": "lowest", "count": 5, "by": "difference"}
    made = result(total, *groups, group_by=["region"], rank=rank)
    assert said(made) == (
        "North fell most in revenue: by €300 to **€700** in Q2 2026, against Q1 2026. "
        "Next came South with a change of −€50."
    )
    rank["order"] = "highest"
    assert said(result(total, groups[1], group_by=["region"], rank=rank)).startswith("None went that way.")


def bridge(direction: str) -> ToolResult:
    comparison = beside(900.0, 1000.0, "previous_period", "Q1 2026")
    steps = [("volume", -150.0), ("mix", 40.0), ("price", 10.0), ("others (4)", 0.5), ("more", 0.1)]
    figures = [
        money(at, amount, transform="driver", basis={"step": name, "effect": name})
        for at, (name, amount) in enumerate(steps, start=2)
    ]
    for one, (_, amount) in zip(figures, steps, strict=True):
        one.formatted = f"{'+' if amount > 0 else '−'}€{abs(amount):,.0f}"
    made = result(money(1, 900.0, comparison=comparison), *figures)
    told = [{"name": name, "effect": name, "amount": amount} for name, amount in steps]
    made.details = {
        "type": "bridge",
        "direction": direction,
        "bridges": [{"by": "volume, mix and price", "steps": told}],
        "coincident": [{"words": "Lakeside limited Milk"}],
    }
    return made


def test_a_change_is_told_before_its_three_largest_steps_and_what_happened_beside() -> None:
    assert said(bridge("fell"), premise="fell") == (
        "Revenue was **€900** in Q2 2026: €100 below Q1 2026 (10.0%), which is worse. "
        "By volume, mix and price: volume −€150, mix +€40 and price +€10, and 2 smaller steps. "
        "In the same months, coincident and not shown to be the cause: Lakeside limited Milk."
    )


def test_a_premise_that_is_not_so_is_corrected_first() -> None:
    assert said(bridge("fell"), premise="rose").startswith(
        "Revenue did not rise in Q2 2026. Revenue was **€900**"
    )
    assert said(bridge("unchanged"), premise="fell").startswith("Revenue did not fall in Q2 2026.")


def cash(explains: bool) -> ToolResult:
    told = {"metric": "cash_flow", "title": "Actual cash flow"}
    end = money(2, 900.0, comparison=beside(900.0, 1000.0, "committed", "the committed plan"), **told)
    steps = [
        money(3, -90.0, title="Cash effect of volume"),
        money(4, 30.0, title="Cash effect of promotions"),
        money(5, -40.0, title="Other cash effects"),
    ]
    made = result(money(1, 1000.0, **told), end, *steps)
    parts = ("revenue", "costs", "other")
    told_steps = [{"part": part, "value": step.value} for part, step in zip(parts, steps, strict=True)]
    made.details = {"type": "bridge", "ends_at": "cash", "steps": told_steps, "explains": explains}
    return made


def test_the_bridge_to_cash_names_the_largest_effects_and_what_is_left_over() -> None:
    assert said(cash(explains=True)) == (
        "Actual cash flow was **€900** in Q2 2026: €100 below the committed plan (10.0%), which is worse. "
        "The largest effects: volume €-90 and promotions +€30. "
        "Left over, for receivables, payables, tax and timing: €-40."
    )


def test_a_bridge_that_leaves_too_much_over_says_that_it_does_not_explain_the_change() -> None:
    assert "The bridge does not explain the change" in said(cash(explains=False))


def trend(direction: str | None, *, better: bool | None = None) -> ToolResult:
    level = figure(1, 0.478, title="OTIF, level", transform="level")
    slope = figure(2, -0.002, "−0.2 pts per month", unit="points", transform="slope")
    expected = beside(0.3, 0.5, "expected", "expected").model_copy(update={"formatted": "50.0%"})
    odd = figure(3, 0.3, group={"month": "2026-05"}, comparison=expected)
    made = result(level, slope, odd)
    made.details = {"type": "trend", "series": [{"group": {}, "direction": direction, "better": better}]}
    return made


def test_a_trend_says_level_slope_whether_that_is_good_and_what_stands_out() -> None:
    assert said(trend("falling", better=False)) == (
        "OTIF was at a level of **47.8%** in Q2 2026 and falling: "
        "a slope of −0.2 pts per month over Q2 2026, which is worse. "
        "What stands out: Q2 2026 at 30.0%, against 50.0% expected."
    )


def test_a_slope_within_chance_is_no_trend_and_a_wrong_premise_is_said_first() -> None:
    text = said(trend(None), premise="rose")
    assert text.startswith(
        "OTIF is not rising. OTIF was at a level of **47.8%** in Q2 2026, without a clear trend"
    )
