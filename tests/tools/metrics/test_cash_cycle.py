"""The cash cycle, and the money that unit plans stand for, by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from connectors.access import LOCAL_USER, Person, Scope
from connectors.plan_store import PlanStore
from tests.asking import ask, grouped, month, refusal, total, warned
from tests.stores import MakeStore
from tests.tools.metrics.test_capacity import supply
from tests.tools.metrics.tiny_rows import LISTS, PRODUCTS, Row, actual, planned
from tools.metrics.registry import STANDARD

JUNE, JULY = month("2026-06"), month("2026-07")
COSTED = [{**row, "standard_cost": cost} for row, cost in zip(PRODUCTS, (2.0, 3.0, None), strict=True)]
Opened = Callable[..., PlanStore]


def booked(unit: str, month_: str, **amounts: float) -> list[Row]:
    keys = {"business_unit": unit, "region": "North", "period": f"{month_}-01"}
    return [{**keys, "account": account, "amount": amount} for account, amount in amounts.items()]


def stock(product: str, month_: str, units: float) -> Row:
    return {"product_id": product, "site_id": "w1", "period": f"{month_}-01", "closing_units": units}


@pytest.fixture
def opened(make_store: MakeStore) -> Opened:
    def make(person: Person = LOCAL_USER, as_of: date | None = None, **tables: list[Row]) -> PlanStore:
        return make_store({**LISTS, "products": COSTED, **tables}).for_person(person, as_of)

    return make


class TestCashToCash:
    # April, May and June have 91 days; March, April and May 92
    shipped = tuple(
        actual("A", "N1", m, 1.0, shipped_units=units)
        for m, units in (("2026-03", 46.0), ("2026-04", 91.0), ("2026-05", 47.0), ("2026-06", 44.0))
    )
    book = (
        *booked("Drinks", "2026-03", revenue=184, cogs=92),
        *booked("Drinks", "2026-04", revenue=100, cogs=50, receivables=7, payables=7),
        *booked("Drinks", "2026-05", revenue=82, cogs=132, receivables=60, payables=30),
        *booked("Drinks", "2026-06", revenue=182, cogs=91, receivables=40, payables=30),
        *booked("Food", "2026-06", revenue=91, cogs=9.1, receivables=20, payables=1),
    )
    stock = (stock("A", "2026-05", 46.0), stock("A", "2026-06", 60.0), stock("C", "2026-06", 5.0))

    def store(self, opened: Opened, as_of: date | None = None) -> PlanStore:
        tables = {"demand_history": [*self.shipped], "financials": [*self.book], "inventory": [*self.stock]}
        return opened(as_of=as_of, **tables)

    def test_it_adds_days_of_stock_and_receivables_and_takes_off_payables(self, opened: Opened) -> None:
        result = ask(self.store(opened), "cash_to_cash_days")
        in_stock = 60 * 2 / ((91 + 47 + 44) * 2 / 91)
        assert total(result) == pytest.approx(
            in_stock + (40 + 20) / ((364 + 91) / 91) - (30 + 1) / ((273 + 9.1) / 91)
        )
        assert warned(result, "rows_left_out") == [
            "1 closings of stock have no standard cost and are left out."
        ]

    def test_by_business_unit_one_without_stock_has_none(self, opened: Opened) -> None:
        result = ask(self.store(opened), "cash_to_cash_days", group_by=["business_unit"], **JUNE)
        assert grouped(result, "business_unit") == {
            ("Drinks",): pytest.approx(30 + 40 / 4 - 30 / 3),
            ("Food",): None,
        }
        said = refusal(ask(self.store(opened), "cash_to_cash_days", group_by=["region"], **JUNE), "no_data")
        assert "kept by business unit" in said

    def test_over_several_months_it_is_that_of_the_last_one(self, opened: Opened) -> None:
        both = {"start": date(2026, 5, 1), "end": date(2026, 6, 30)}
        drinks = [{"dimension": "business_unit", "members": ["Drinks"]}]
        result = ask(self.store(opened), "cash_to_cash_days", group_by=["month"], filters=drinks, **both)
        in_may = 46 / ((46 + 91 + 47) / 92) + 60 / (366 / 92) - 30 / (274 / 92)
        assert grouped(result, "month") == {
            ("2026-05",): pytest.approx(in_may),
            ("2026-06",): pytest.approx(30.0),
        }
        assert total(result) == pytest.approx(30.0)
        hindsight = ask(self.store(opened, date(2026, 5, 31)), "cash_to_cash_days")
        assert total(hindsight) == pytest.approx(in_may)


# July: 10 A at 5.00 in N1 with two promotions, 4 B at the list price, 3 C without a cost
PRICED = [{**row, "list_price": price} for row, price in zip(COSTED, (9.0, 8.0, 7.0), strict=True)]
PRICES = [{"product_id": "A", "market_id": "N1", "period": "2026-07-01", "unit_price": 5.0}]
DEMAND = [
    planned("2026-06", "2026-07", 10.0),
    planned("2026-06", "2026-07", 4.0, "B"),
    planned("2026-06", "2026-07", 3.0, "C"),
]


def promotion(starts: str, ends: str, discount: float, product: str = "A") -> Row:
    keys = {"promotion_id": f"{starts}{discount}", "product_id": product, "market_id": "N1"}
    return {**keys, "starts_on": starts, "ends_on": ends, "discount_rate": discount}


class TestPlannedRevenue:
    def revenue(self, opened: Opened, *promotions: Row) -> float | None:
        tables: dict[str, list[Row]] = {"promotions": [*promotions]} if promotions else {}
        store = opened(products=PRICED, prices=PRICES, demand_plan=DEMAND[:1], **tables)
        return total(ask(store, "demand_plan_revenue", **JULY))

    def test_it_is_units_at_the_planned_price_else_the_list_price(self, opened: Opened) -> None:
        store = opened(products=PRICED, prices=PRICES, demand_plan=DEMAND)
        result = ask(store, "demand_plan_revenue", group_by=["product"])
        assert grouped(result, "product") == {("A",): 50.0, ("B",): 32.0, ("C",): 21.0}
        listed = opened(products=PRICED, demand_plan=DEMAND)
        assert total(ask(listed, "demand_plan_revenue", **JULY)) == 90 + 32 + 21

    def test_a_promotion_counts_by_its_share_of_the_days(self, opened: Opened) -> None:
        assert self.revenue(opened, promotion("2026-07-01", "2026-07-31", 0.2)) == pytest.approx(40.0)
        part = promotion("2026-06-20", "2026-07-10", 0.31)
        assert self.revenue(opened, part) == pytest.approx(50 * (1 - 0.31 * 10 / 31))
        assert self.revenue(opened, promotion("2026-07-01", "2026-07-31", 0.2, "B")) == 50.0

    def test_discounts_multiply_on_the_days_on_which_they_overlap(self, opened: Opened) -> None:
        early, late = promotion("2026-07-01", "2026-07-20", 0.5), promotion("2026-07-11", "2026-07-31", 0.2)
        left = (10 * 0.5 + 10 * 0.5 * 0.8 + 11 * 0.8) / 31
        assert self.revenue(opened, early, late) == pytest.approx(50 * left)
        given_away = promotion("2026-07-31", "2026-08-31", 1.0)
        assert self.revenue(opened, given_away) == pytest.approx(50 * 30 / 31)

    def test_a_row_without_a_price_is_left_out_and_counted(self, opened: Opened) -> None:
        store = opened(prices=PRICES, demand_plan=DEMAND)
        result = ask(store, "demand_plan_revenue", **JULY)
        assert total(result) == 50.0
        assert warned(result, "rows_left_out") == [
            "2 planned product-market months have no price and are left out."
        ]

    def test_whoever_may_not_see_prices_gets_none(self, opened: Opened) -> None:
        blind = Person("bo@example.com", scope=Scope(hidden=frozenset({"prices.unit_price"})))
        store = opened(blind, products=PRICED, prices=PRICES, demand_plan=DEMAND)
        assert "price" in refusal(ask(store, "demand_plan_revenue", **JULY), "not_permitted")


class TestProjectedCash:
    def test_it_is_planned_revenue_less_the_cost_of_what_is_made_and_bought(self, opened: Opened) -> None:
        plan = [
            supply("2026-06", "2026-07", 12.0, site="w1", purchase_units=3.0),
            supply("2026-06", "2026-07", 7.0, "C", site="w1", purchase_units=None),
            supply("2026-05", "2026-07", 99.0, site="w1", purchase_units=None),
        ]
        store = opened(products=PRICED, prices=PRICES, demand_plan=DEMAND, supply_plan=plan)
        result = ask(store, "projected_cash_flow", group_by=["product"], **JULY)
        assert grouped(result, "product") == {("A",): 50.0 - 15 * 2.0, ("B",): 32.0, ("C",): None}
        assert total(result) == 20.0 + 32.0
        assert warned(result, "rows_left_out") == [
            "2 rows of the plans are of products without a standard cost and are left out."
        ]
        closed = planned("2026-05", "2026-06", 500.0)
        store = opened(products=PRICED, prices=PRICES, demand_plan=[*DEMAND, closed], supply_plan=plan)
        whole = ask(store, "projected_cash_flow", start=date(2026, 6, 1), end=date(2026, 7, 31))
        assert total(whole) == 52.0
        past = refusal(ask(store, "projected_cash_flow", **JUNE), "no_data")
        assert "nothing is loaded for June 2026" in past


@pytest.mark.parametrize("metric", [metric.id for metric in STANDARD if metric.waits_for])
def test_what_waits_for_later_says_what_it_needs(opened: Opened, metric: str) -> None:
    said = refusal(ask(opened(), metric, group_by=["region"]), "no_data")
    assert said.endswith("and there are none yet.")
    assert any(words in said for words in ("sorted into lanes by a forecast run", "in the ledger"))
