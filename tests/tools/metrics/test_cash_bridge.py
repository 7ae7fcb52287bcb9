"""The error-to-cash bridge: its terms are what the truth says they were, and its steps always add up."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.access import LOCAL_USER, Person, Scope
from connectors.plan_store import PlanStore
from tests.asking import ask, grouped, month, refusal, run, same, total, warned
from tests.oracle.oracle import Oracle
from tests.oracle.question import Question
from tests.stores import MakeStore, tiny_warehouse
from tests.tools.metrics.every_cut import BRIDGE_TERMS, Q2, YEAR, cuts, disagreements
from tests.tools.metrics.tiny_book import ACTUAL, EFFECTS, PLANNED, book, money, plan
from tests.tools.metrics.tiny_rows import Row, actual, line
from tools.figures import ToolResult
from tools.metrics.cash_bridge.steps import Split, does_explain, split_steps
from tools.metrics.cut import allowed_dimensions
from tools.metrics.engine import compute
from tools.metrics.entries import bridge as terms
from tools.metrics.query import MetricQuery, PeriodArgument
from tools.metrics.registry import STANDARD

BY_TRUTH = {
    "bridge_revenue": ("delta_revenue", 1),
    "bridge_cogs": ("delta_cogs", -1),
    "bridge_promotion": ("delta_promotion", -1),
    "bridge_expedite": ("delta_expedite", -1),
    "bridge_operating_expense": ("delta_operating_expense", -1),
    "bridge_inventory_build": ("delta_inventory_build", -1),
    "bridge_lost_sales": ("lost_sales", -1),
    "bridge_volume": ("volume", 1),
    "bridge_mix": ("mix", 1),
    "bridge_price": ("price", 1),
    "bridge_timing": ("revenue_timing", 1),
    "bridge_books": ("revenue_book", 1),
    "bridge_forecast_error": ("build_forecast_error", -1),
    "bridge_supply_against_plan": ("build_supply_against_plan", -1),
    "bridge_planned_build": ("build_planned", 1),
    "bridge_other": ("other", 1),
}
"""The key of the truth for each term, and the sign that makes it an effect on cash."""

Cells = dict[tuple[str | None, ...], float | None]
JUNE = {"period": month("2026-06")}


def steps_of(result: ToolResult) -> dict[str, float | None]:
    assert result.refusal is None, result.refusal
    assert result.details is not None
    return {step["metric"]: step["amount"] for step in result.details["steps"]}


def opened(make_store: MakeStore, **changes: list[Row]) -> PlanStore:
    return make_store(book(**changes)).for_person(LOCAL_USER)


@pytest.fixture(scope="module")
def cells(demo: PlanStore) -> dict[str, Cells]:
    """Every term by business unit, region and month, as the engine computes it."""
    query = MetricQuery(
        metrics=["bridge_other"],
        group_by=["business_unit", "region", "month"],
        period=PeriodArgument(start=date(2024, 2, 1), end=date(2026, 6, 30)),
    )
    computed = compute(demo, terms.METRICS, query)
    return {one.metric.id: {group.key: group.value for group in one.groups} for one in computed}


@pytest.mark.parametrize("term", sorted(BY_TRUTH))
def test_each_term_is_within_a_hundredth_of_the_truth(
    cells: dict[str, Cells], bridge_truth: list[dict[str, Any]], term: str
) -> None:
    key, sign = BY_TRUTH[term]
    assert len(cells[term]) == len(bridge_truth) == 348
    found_in_all = true_in_all = 0.0
    for row in bridge_truth:
        found = cells[term][row["business_unit"], row["region"], row["period"][:7]]
        assert found is not None
        # Both sides are made of money in cents, so that a few of them may be off.
        assert found == pytest.approx(sign * row[key], rel=0.01, abs=0.03), row
        found_in_all, true_in_all = found_in_all + found, true_in_all + sign * row[key]
    assert found_in_all == pytest.approx(true_in_all, rel=1e-4, abs=1.0)


@pytest.mark.parametrize(
    "by",
    [("business_unit", "month"), ("family",), pytest.param(("product", "market"), marks=pytest.mark.slow)],
)
def test_terms_equal_plain_sql(demo: PlanStore, demo_oracle: Oracle, by: tuple[str, ...]) -> None:
    window = PeriodArgument(start=YEAR[0], end=YEAR[1])
    query = MetricQuery(metrics=["bridge_other"], group_by=list(by), period=window)
    is_fine = not {"family", "product"}.isdisjoint(by)
    asked = [metric for metric in terms.METRICS if metric.finer_fact or not is_fine]
    assert len(asked) == (6 if is_fine else 16)
    for computed in compute(demo, asked, query):
        expected = demo_oracle.answer(Question(computed.metric.id, *YEAR, by))
        same({tuple(map(str, group.key)): group.value for group in computed.groups}, expected)


@pytest.mark.slow
@pytest.mark.parametrize("term", BRIDGE_TERMS)
def test_every_cut_of_a_term_equals_plain_sql(demo: PlanStore, demo_oracle: Oracle, term: str) -> None:
    dimensions = allowed_dimensions(demo, STANDARD.find(term))
    for cut in cuts(term, Q2, dimensions):
        result = ask(demo, term, **cut.arguments())
        assert disagreements(cut, result, demo_oracle.answer(cut.question)) == []


def test_every_term_of_the_truth_is_a_metric(bridge_truth: list[dict[str, Any]]) -> None:
    assert {metric.id for metric in terms.METRICS} == set(BY_TRUTH) == set(BRIDGE_TERMS)
    of_truth = {key for key, _ in BY_TRUTH.values()}
    assert set(bridge_truth[0]) - of_truth == {"business_unit", "region", "period", "delta_cash"}


def test_the_steps_lead_from_planned_to_actual_cash(demo: PlanStore) -> None:
    result = run(demo, "bridge_cash", group_by=["region", "month"], period=month("2026-05"))
    assert result.details is not None
    assert result.details["ends_at"] == "cash"
    for one in (result.details, *result.details["groups"]):
        steps = sum(step["amount"] for step in one["steps"])
        assert one["before"]["value"] + steps == pytest.approx(one["after"]["value"], abs=1e-6)
        assert one["change"] == pytest.approx(steps, abs=1e-6)
    versus = ask(demo, "cash_flow_vs_plan", group_by=["region"], period=month("2026-05"))
    by_region = {(one["group"]["region"],): one["change"] for one in result.details["groups"]}
    assert by_region == pytest.approx(grouped(versus, "region"))
    planned, reached = result.figures[:2]
    assert (planned.metric, reached.metric) == ("cash_flow", "cash_flow")
    assert reached.value == pytest.approx(total(ask(demo, "cash_flow", period=month("2026-05"))))
    assert reached.comparison is not None
    assert reached.comparison.difference == pytest.approx(result.details["change"])
    assert result.charts[0].alt.startswith("Waterfall of Cash flow: from plan to actual, May 2026: from €")


class TestByHand:
    def test_every_step_is_what_pencil_and_paper_give(self, make_store: MakeStore) -> None:
        result = run(opened(make_store), "bridge_cash", **JUNE)
        assert steps_of(result) == pytest.approx(EFFECTS)
        assert [figure.value for figure in result.figures[:2]] == [17.0, 7.0]
        assert sum(EFFECTS.values()) == pytest.approx(7 - 17)
        # 3 of 10 are left over: more than a fifth.
        assert result.details is not None and result.details["explains"] is False
        (message,) = warned(result, "not_explained")
        assert message.startswith("The bridge does not explain the change: other effects of −€3")

    def test_against_the_budget_the_plan_is_the_budget(self, make_store: MakeStore) -> None:
        budget = {"version": "budget", "cycle": "2025-11-01"}
        plans = [
            *book()["financial_plans"],
            *money(PLANNED | {"cash_in": 60.0, "revenue": 40.0}, **budget),
            *money({"inventory_value": 98.0}, "2026-05", **budget),
        ]
        store = opened(make_store, financial_plans=plans)
        result = run(store, "bridge_cash", against="budget", **JUNE)
        assert [figure.value for figure in result.figures[:2]] == [27.0, 7.0]
        assert any("the budget of November 2025" in said for said in result.assumptions)
        # Planned at 40, while 30 units at their planned prices are 50.
        assert any("planned prices is 25.0% above the planned revenue" in said for said in result.assumptions)

    def test_a_budget_that_is_not_there_is_never_replaced(self, make_store: MakeStore) -> None:
        result = run(opened(make_store), "bridge_cash", against="budget", **JUNE)
        assert "budget" in refusal(result, "no_data")


class TestWhatIsMissing:
    def test_without_order_lines_lost_sales_are_unknown_and_stand_in_timing(
        self, make_store: MakeStore
    ) -> None:
        result = run(opened(make_store, order_lines=[]), "bridge_cash", **JUNE)
        expected = EFFECTS | {"bridge_lost_sales": None, "bridge_timing": EFFECTS["bridge_timing"] - 5.0}
        assert steps_of(result) == pytest.approx(expected)
        (lost,) = [figure for figure in result.figures if figure.metric == "bridge_lost_sales"]
        assert (lost.value, lost.reason) == (
            None,
            "no order lines with prices are loaded; what was lost stands in shipment timing",
        )

    @pytest.mark.parametrize("absent", ["demand_plan", pytest.param("prices", marks=pytest.mark.slow)])
    def test_what_cannot_be_split_stays_whole_and_says_why(self, make_store: MakeStore, absent: str) -> None:
        result = run(opened(make_store, **{absent: []}), "bridge_cash", **JUNE)
        steps = steps_of(result)
        assert (steps["bridge_revenue"], steps["bridge_inventory_build"]) == (-3.0, -5.0)
        assert sum(v for v in steps.values() if v) == pytest.approx(-10.0)
        (message,) = warned(result, "not_split")
        assert message.startswith("Revenue and stock are not split. ")

    def test_an_account_that_one_side_does_not_hold_is_unknown_and_stands_in_other(
        self, make_store: MakeStore
    ) -> None:
        plans = [row for row in book()["financial_plans"] if row["account"] != "promotion"]
        result = run(opened(make_store, financial_plans=plans), "bridge_cash", **JUNE)
        expected = EFFECTS | {"bridge_promotion": None, "bridge_other": -4.0}
        assert steps_of(result) == pytest.approx(expected)
        assert warned(result, "rows_left_out") == [
            "1 months of a business unit in a region lack an account on one side; what it did to cash stands "
            "in other effects."
        ]

    def test_without_a_committed_plan_it_is_the_budget_and_says_so(self, make_store: MakeStore) -> None:
        plans = [{**r, "version": "budget", "cycle": "2025-11-01"} for r in book()["financial_plans"]]
        result = run(opened(make_store, financial_plans=plans), "bridge_cash", **JUNE)
        assert result.figures[0].value == 17.0
        assert any("the budget of November 2025" in said for said in result.assumptions)

    def test_unknown_revenue_is_not_split_and_counted(self, make_store: MakeStore) -> None:
        history = [
            actual("A", "N1", "2026-06", 12.0, shipped_units=9.0, revenue=None),
            actual("B", "N1", "2026-06", 15.0, shipped_units=16.0, revenue=15.0),
        ]
        result = run(opened(make_store, demand_history=history), "bridge_cash", **JUNE)
        assert sum(v for v in steps_of(result).values() if v) == pytest.approx(-10.0)
        assert warned(result, "rows_left_out") == [
            "1 product-market months lack a price, shipments or revenue: the bridge cannot split them."
        ]

    def test_without_a_plan_of_the_month_it_says_what_there_is(self, make_store: MakeStore) -> None:
        result = run(opened(make_store), "bridge_cash", period=month("2026-05"))
        assert "June 2026" in refusal(result, "no_data") or "May 2026" in refusal(result, "no_data")

    def test_without_financial_plans_it_names_them(self, make_store: MakeStore) -> None:
        result = run(opened(make_store, financial_plans=[]), "bridge_cash", **JUNE)
        assert "financial plans" in refusal(result, "no_data")

    def test_who_does_not_see_costs_gets_revenue_split_and_stock_whole(self, make_store: MakeStore) -> None:
        person = Person("ana@example.com", scope=Scope(hidden=frozenset({"cost"})))
        result = run(make_store(book()).for_person(person), "bridge_cash", **JUNE)
        steps = steps_of(result)
        assert steps["bridge_inventory_build"] == -5.0
        assert steps["bridge_mix"] == pytest.approx(EFFECTS["bridge_mix"])
        assert sum(v for v in steps.values() if v) == pytest.approx(-10.0)
        (message,) = warned(result, "not_split")
        assert message.startswith("The inventory build is not split. ")
        assert "not among what you may see" in message


STOCK: dict[str, list[Row]] = {
    "inventory": [
        {"product_id": product, "site_id": "w1", "period": f"{at}-01", "closing_units": units}
        for product, at, units in (("A", "2026-05", 20.0), ("A", "2026-06", 25.0), ("B", "2026-05", 4.0))
    ],
    "supply_plan": [
        {
            "cycle": "2026-05-01",
            "version": "proposed",
            "product_id": "A",
            "site_id": "w1",
            "period": f"{at}-01",
            "production_units": 0.0,
            "closing_inventory_units": units,
        }
        for at, units in (("2026-05", 21.0), ("2026-06", 22.0))
    ],
}


class TestBelowBusinessUnits:
    def test_it_ends_at_standard_margin_and_inventory_and_says_so(self, make_store: MakeStore) -> None:
        result = run(opened(make_store, **STOCK), "bridge_cash", group_by=["product"], **JUNE)
        assert result.details is not None
        assert result.details["ends_at"] == "standard margin and inventory"
        assert "cash is not kept" in result.assumptions[0]
        juice = next(one for one in result.details["groups"] if one["group"] == {"product": "Apple juice"})
        amounts = {step["metric"]: step["amount"] for step in juice["steps"]}
        assert amounts["bridge_volume"] == pytest.approx(2 * 50 / 30)
        assert amounts["bridge_cogs"] == 1.0
        assert amounts["bridge_forecast_error"] == -1.0
        # Stock grew by 5, planned was 1: 4 more, of which 1 is the forecast error.
        assert amounts["bridge_supply_against_plan"] == -3.0
        assert juice["before"]["value"] == (10 * 3 - 10 * 1) - 1
        assert juice["after"]["value"] == (30 - 9 * 1) - 5
        assert juice["change"] == pytest.approx(sum(amounts.values()))

    def test_in_a_market_there_is_no_stock_so_it_ends_at_the_margin(self, make_store: MakeStore) -> None:
        result = run(opened(make_store, **STOCK), "bridge_cash", group_by=["market"], **JUNE)
        assert "without inventory. Stock is kept by product and site" in result.assumptions[1]
        assert [figure.title for figure in result.figures[:2]] == [
            "Planned standard margin",
            "Actual standard margin",
        ]
        assert [figure.value for figure in result.figures[:2]] == [50 - 20, 45 - 17]

    def test_what_orders_are_not_planned_by_is_refused_with_what_there_is(
        self, make_store: MakeStore
    ) -> None:
        result = run(opened(make_store), "bridge_cash", group_by=["customer"], **JUNE)
        assert "cannot be cut by customer" in refusal(result, "no_data")


def random_book(seed: int) -> dict[str, list[Row]]:
    """Two business units, two regions, two months: amounts, gaps and unknowns drawn by a seed."""
    dice = random.Random(seed)
    tables = book(financials=[], financial_plans=[], demand_plan=[], demand_history=[], prices=[])

    def drawn(share: float) -> list[Row]:
        units = (("Drinks", "North"), ("Drinks", "South"), ("Food", "North"))
        found = []
        for unit, region in units:
            for at in ("2026-04", "2026-05", "2026-06"):
                amounts = {name: dice.uniform(-50, 200) for name in ACTUAL if dice.random() < share}
                found += money(amounts, at, business_unit=unit, region=region)
        return found

    tables["financials"] = drawn(0.9)
    tables["financial_plans"] = [
        {**row, "version": version, "cycle": cycle}
        for version, cycle in (("committed", "2026-04-01"), ("budget", "2025-11-01"))
        for row in drawn(0.9)
    ]
    places = [(p, m, at) for p in "ABC" for m in ("N1", "S1") for at in ("2026-05", "2026-06")]
    tables["demand_plan"] = [
        plan("2026-04", product, at, dice.uniform(0, 50), market_id=market)
        for product, market, at in places
        if dice.random() < 0.8
    ]
    tables["demand_history"] = [
        actual(
            product,
            market,
            at,
            dice.uniform(0, 50),
            shipped_units=dice.uniform(0, 50) if dice.random() < 0.9 else None,
            revenue=dice.uniform(0, 500),
        )
        for product, market, at in places
        if dice.random() < 0.8
    ]
    tables["prices"] = [
        {"product_id": product, "market_id": market, "period": f"{at}-01", "unit_price": dice.uniform(1, 9)}
        for product, market, at in places
        if dice.random() < 0.8
    ]
    tables["order_lines"].append(line("o2", delivered_units=3.0, closed_on="2026-06-09", product_id="C"))
    return tables


def assert_adds_up(tables: dict[str, list[Row]]) -> None:
    warehouse = tiny_warehouse(tables)
    try:
        store = warehouse.for_person(LOCAL_USER)
        span = {"start": "2026-05-01", "end": "2026-06-30"}
        result = run(store, "bridge_cash", group_by=["business_unit", "month"], period=span)
    finally:
        warehouse.close()
    assert result.refusal is None and result.details is not None
    for one in (result.details, *result.details["groups"]):
        if one["change"] is not None:
            steps = sum(step["amount"] for step in one["steps"] if step["amount"] is not None)
            assert one["change"] == pytest.approx(steps, abs=1e-6), one


def test_the_steps_of_a_random_book_sum_to_the_change_of_cash() -> None:
    assert_adds_up(random_book(1))


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(st.integers(3, 10**6))
def test_the_steps_of_any_random_book_sum_to_the_change_of_cash(seed: int) -> None:
    assert_adds_up(random_book(seed))


AMOUNTS = st.one_of(st.none(), st.floats(-1e9, 1e9))


@given(whole=AMOUNTS, parts=st.tuples(AMOUNTS, AMOUNTS))
def test_what_is_not_split_is_shown_so_that_parts_sum_to_the_whole(
    whole: float | None, parts: tuple[float | None, float | None]
) -> None:
    split = Split(terms.REVENUE, (terms.VOLUME, terms.MIX), "revenue", "not split")
    values = {"bridge_revenue": whole, "bridge_volume": parts[0], "bridge_mix": parts[1]}
    steps = split_steps(split, values, {})
    size = max([abs(v) for v in (whole, *parts) if v is not None], default=0.0)
    assert sum(step.effect or 0.0 for step in steps) == pytest.approx(whole or 0.0, abs=1e-6 + 2e-9 * size)


def test_a_change_of_nothing_is_explained_by_nothing_left_over_only() -> None:
    assert does_explain(0.0, 0.0) is True
    assert does_explain(0.0, 1.0) is False
    assert does_explain(-10.0, 2.0) is True
    assert does_explain(-10.0, -2.01) is False
    assert does_explain(None, 1.0) is None
