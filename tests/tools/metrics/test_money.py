"""Revenue, margins, expedite cost and the financial book on rows that are worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.access import LOCAL_USER
from connectors.plan_store import PlanStore
from tests.asking import ask, grouped, month, refusal, total, warned
from tests.stores import MakeStore
from tests.tools.metrics.tiny_rows import LISTS, PRODUCTS, Row, actual, line, without

JUNE = month("2026-06")
COSTED = [{**row, "standard_cost": cost} for row, cost in zip(PRODUCTS, (1.0, 3.0, None), strict=True)]
HISTORY = [
    actual("A", "N1", "2026-06", 12.0, shipped_units=10.0, revenue=30.0),
    actual("B", "S1", "2026-06", 5.0, shipped_units=4.0, revenue=20.0),
    actual("C", "S1", "2026-06", 5.0, shipped_units=6.0, revenue=50.0),
]


def opened(make_store: MakeStore, **tables: list[Row]) -> PlanStore:
    return make_store({**LISTS, "products": COSTED, **tables}).for_person(LOCAL_USER)


def test_standard_margin_leaves_out_and_counts_products_without_a_cost(make_store: MakeStore) -> None:
    store = opened(make_store, demand_history=HISTORY)
    result = ask(store, "standard_margin", **JUNE)
    assert total(result) == (30 - 10 * 1) + (20 - 4 * 3)
    assert warned(result, "rows_left_out") == [
        "1 product-market months have no standard cost and are left out."
    ]
    assert total(ask(store, "standard_margin_rate", **JUNE)) == pytest.approx(28 / 50)


def test_the_margin_of_a_product_without_a_cost_is_unknown(make_store: MakeStore) -> None:
    result = ask(opened(make_store, demand_history=HISTORY), "standard_margin", group_by=["product"], **JUNE)
    assert grouped(result, "product") == {("A",): 20.0, ("B",): 8.0, ("C",): None}


def test_without_any_standard_cost_it_names_what_is_missing(make_store: MakeStore) -> None:
    store = opened(make_store, demand_history=HISTORY, products=PRODUCTS)
    assert "standard cost" in refusal(ask(store, "standard_margin", **JUNE), "no_data")


def test_unknown_revenue_is_left_out_and_counted_never_zero(make_store: MakeStore) -> None:
    unknown = actual("A", "S1", "2026-06", 5.0, shipped_units=5.0, revenue=None)
    result = ask(
        opened(make_store, demand_history=[*HISTORY, unknown]), "revenue", group_by=["product"], **JUNE
    )
    assert total(result) == 100.0
    assert warned(result, "rows_left_out") == ["1 product-market months of unknown revenue are left out."]
    alone = ask(opened(make_store, demand_history=[unknown]), "revenue", **JUNE)
    assert (total(alone), alone.figures[0].reason) == (None, "it is not known for any row in this cut")
    assert (
        warned(ask(opened(make_store, demand_history=[unknown]), "shipped_units", **JUNE), "rows_left_out")
        == []
    )


class TestByCustomer:
    """By customer or site the figures come from order lines, by delivery month."""

    lines = (
        line("o1", delivered_units=8.0),
        line("o2", customer_id="c3", market_id="S1", site_id="w2", product_id="B", delivered_on="2026-06-30"),
        line("o3", ordered_on="2026-05-01", delivered_on="2026-05-31"),
        line("r1", line_kind="return", ordered_units=3.0, delivered_units=3.0, delivered_on="2026-06-15"),
    )

    def ask(self, make_store: MakeStore, metric: str, by: str, *more: Row, **window: Any) -> Any:
        store = opened(make_store, demand_history=HISTORY, order_lines=[*self.lines, *more])
        return grouped(ask(store, metric, group_by=[by], **window), by)

    def test_returns_lower_what_was_shipped_in_the_month_in_which_they_came_back(
        self, make_store: MakeStore
    ) -> None:
        assert self.ask(make_store, "shipped_units", "customer", **JUNE) == {("c1",): 5.0, ("c3",): 10.0}
        assert self.ask(make_store, "revenue", "site", **JUNE) == {("w1",): 10.0, ("w2",): 20.0}
        assert self.ask(make_store, "shipped_units", "customer", **month("2026-05")) == {("c1",): 10.0}

    def test_a_return_without_a_date_counts_on_the_day_it_was_entered(self, make_store: MakeStore) -> None:
        undated = line(
            "r2", line_kind="return", ordered_on="2026-06-20", delivered_on=None, delivered_units=1.0
        )
        assert self.ask(make_store, "shipped_units", "customer", undated, **JUNE) == {
            ("c1",): 4.0,
            ("c3",): 10.0,
        }

    def test_standard_margin_too(self, make_store: MakeStore) -> None:
        margin = {("c1",): 5 * 2.0 - 5 * 1.0, ("c3",): 10 * 2.0 - 10 * 3.0}
        assert self.ask(make_store, "standard_margin", "customer", **JUNE) == margin

    def test_a_row_without_a_customer_is_shown_as_none_and_left_out_of_rankings(
        self, make_store: MakeStore
    ) -> None:
        nobody = line("o4", customer_id=None, delivered_units=100.0)
        found = self.ask(make_store, "shipped_units", "customer", nobody, **JUNE)
        assert found == {("c1",): 5.0, ("c3",): 10.0, ("(none)",): 100.0}
        store = opened(make_store, demand_history=HISTORY, order_lines=[*self.lines, nobody])
        rank = {"order": "highest", "count": 5}
        result = ask(store, "shipped_units", group_by=["customer"], rank=rank, **JUNE)
        assert list(grouped(result, "customer")) == [("c3",), ("c1",)]
        assert total(result) == 115.0
        assert any("(none), are left out of the ranking" in said for said in result.assumptions)

    def test_lines_without_a_price_are_left_out_of_revenue_alone(self, make_store: MakeStore) -> None:
        unpriced = line("o5", unit_price=None)
        store = opened(make_store, demand_history=HISTORY, order_lines=[*self.lines, unpriced])
        money = ask(store, "revenue", group_by=["customer"], **JUNE)
        assert grouped(money, "customer") == {("c1",): 10.0, ("c3",): 20.0}
        assert warned(money, "rows_left_out") == ["1 delivered lines have no selling price and are left out."]
        assert warned(ask(store, "shipped_units", group_by=["customer"], **JUNE), "rows_left_out") == []


class TestExpediteCost:
    def test_it_is_summed_by_promised_date_and_unknown_costs_are_counted(self, make_store: MakeStore) -> None:
        lines = [
            line("o1", expedite_cost=5.0),
            line("o2", expedite_cost=7.0, ordered_on="2026-05-20", delivered_on="2026-07-02"),
            line("o3", expedite_cost=9.0, promised_on="2026-05-31"),
            line("o4", expedite_cost=None),
        ]
        result = ask(opened(make_store, order_lines=lines), "expedite_cost", **JUNE)
        assert total(result) == 12.0
        assert warned(result, "rows_left_out") == ["1 lines whose expedite cost is unknown are left out."]

    def test_where_no_cost_is_known_it_is_unknown_and_not_zero(self, make_store: MakeStore) -> None:
        store = opened(make_store, order_lines=[line("o1", expedite_cost=None)])
        assert total(ask(store, "expedite_cost", **JUNE)) is None

    def test_without_the_column_it_names_what_is_missing(self, make_store: MakeStore) -> None:
        store = opened(make_store, order_lines=without([line("o1")], "expedite_cost"))
        assert "cost of expediting" in refusal(ask(store, "expedite_cost", **JUNE), "no_data")


def booked(unit: str, region: str, **amounts: float) -> list[Row]:
    return [
        {"business_unit": unit, "region": region, "period": "2026-06-01", "account": name, "amount": amount}
        for name, amount in amounts.items()
    ]


class TestFinancialBook:
    book = (
        *booked("Drinks", "North", revenue=100, cogs=60, promotion=5, expedite=1, operating_expense=14),
        *booked("Drinks", "North", cash_in=90, cash_out=95, receivables=1000),
        *booked("Food", "South", revenue=50, cogs=55),
    )

    @pytest.mark.parametrize(
        ("metric", "value"),
        [
            ("gross_margin", 35.0),
            ("gross_margin_rate", 35 / 150),
            ("operating_profit", 15.0),
            ("cash_flow", -5.0),
        ],
    )
    def test_the_formulas(self, make_store: MakeStore, metric: str, value: float) -> None:
        assert total(ask(opened(make_store, financials=list(self.book)), metric, **JUNE)) == pytest.approx(
            value
        )

    def test_ratios_are_pooled_over_units_and_regions(self, make_store: MakeStore) -> None:
        store = opened(make_store, financials=list(self.book))
        result = ask(store, "gross_margin_rate", group_by=["business_unit"], **JUNE)
        assert grouped(result, "business_unit") == pytest.approx({("Drinks",): 0.4, ("Food",): -0.1})
        assert total(result) == pytest.approx(35 / 150)

    def test_a_margin_rate_without_revenue_is_null(self, make_store: MakeStore) -> None:
        store = opened(make_store, financials=booked("Food", "South", revenue=0, cogs=5))
        (figure,) = ask(store, "gross_margin_rate", **JUNE).figures
        assert (figure.value, figure.reason) == (
            None,
            "there is nothing to divide by: what it divides by is zero",
        )

    def test_revenue_reads_it_where_it_is_all_there_is(self, make_store: MakeStore) -> None:
        store = opened(make_store, financials=list(self.book))
        result = ask(store, "revenue", group_by=["region"], **JUNE)
        assert grouped(result, "region") == {("North",): 100.0, ("South",): 50.0}
        assert result.sources[0].tables == ["financials"]
        assert "revenue of the financial book: no demand by month is loaded" in result.assumptions
        said = refusal(ask(store, "revenue", group_by=["family"], **JUNE), "no_data")
        assert said.startswith(
            "Revenue cannot be cut by family. It can be cut by business unit, region, month"
        )

    def test_revenue_reads_the_orders_where_both_are_loaded(self, make_store: MakeStore) -> None:
        store = opened(make_store, financials=list(self.book), demand_history=HISTORY)
        assert total(ask(store, "revenue", **JUNE)) == 100.0

    def test_below_unit_and_region_it_is_declined_with_what_is_possible(self, make_store: MakeStore) -> None:
        store = opened(make_store, financials=list(self.book), demand_history=HISTORY)
        said = refusal(ask(store, "gross_margin", group_by=["family"], **JUNE), "no_data")
        assert "business unit, region" in said

    def test_without_financials_it_names_what_is_missing(self, make_store: MakeStore) -> None:
        store = opened(make_store, demand_history=HISTORY)
        assert "`financials`" in refusal(ask(store, "gross_margin", **JUNE), "no_data")
