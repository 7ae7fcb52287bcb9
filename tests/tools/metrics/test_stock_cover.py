"""Stock: its value, against plan and target, and how long it lasts; worked out by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import pytest

from connectors.access import LOCAL_USER, Person, Scope
from connectors.plan_store import PlanStore
from tests.asking import ask, grouped, month, refusal, total, warned
from tests.stores import MakeStore
from tests.tools.metrics.test_drivers import explain, is_exact, steps
from tests.tools.metrics.test_production import COSTED, supply
from tests.tools.metrics.test_stock import stock
from tests.tools.metrics.tiny_rows import LISTS, PRODUCTS, Row, actual, line, planned

JUNE = month("2026-06")
SHIPPED = {"2026-03": 1000.0, "2026-04": 30.0, "2026-05": 31.0, "2026-06": 30.0}


def planned_stock(cycle: str, month_: str, units: float | None, product: str = "A", **more: Any) -> Row:
    return supply(cycle, month_, 0.0, product, closing_inventory_units=units, **more)


def target(cycle: str, month_: str, units: float, product: str = "A") -> Row:
    keys = {"cycle": f"{cycle}-01", "product_id": product, "site_id": "w1"}
    return {**keys, "period": f"{month_}-01", "target_units": units}


TABLES = {
    **LISTS,
    "products": COSTED,
    "inventory": [
        stock("A", "w1", "2026-06", 100.0),
        stock("A", "w2", "2026-06", 10.0),
        stock("B", "w1", "2026-06", 8.0),
        stock("C", "w1", "2026-06", 5.0),
        stock("A", "w1", "2026-05", 60.0),
        stock("B", "w1", "2026-05", 40.0),
    ],
    "supply_plan": [
        planned_stock("2026-05", "2026-06", 80.0),
        planned_stock("2026-05", "2026-06", 10.0, "B"),
        planned_stock("2026-05", "2026-06", 4.0, "B", site_id="w2"),
        planned_stock("2026-05", "2026-06", None, site_id="w2"),
        planned_stock("2026-05", "2026-06", 5.0, "C"),
        planned_stock("2026-06", "2026-07", 90.0),
        planned_stock("2026-06", "2026-09", 95.0),
    ],
    "inventory_targets": [target("2026-05", "2026-06", 50.0), target("2026-04", "2026-06", 200.0)],
    "demand_history": [
        *(actual("A", "N1", m, units, shipped_units=units, revenue=1.0) for m, units in SHIPPED.items()),
        actual("A", "S1", "2026-06", 1.0, shipped_units=91.0, revenue=1.0),
        actual("B", "N1", "2026-06", 1.0, shipped_units=9.1, revenue=1.0),
        actual("C", "N1", "2026-06", 1.0, shipped_units=7.0, revenue=1.0),
    ],
    "demand_plan": [
        planned("2026-06", "2026-07", 62.0),
        planned("2026-06", "2026-08", 62.0),
        planned("2026-06", "2026-09", 60.0, market="S1"),
        planned("2026-06", "2026-10", 9999.0),
        planned("2026-05", "2026-07", 9999.0),
        planned("2026-05", "2026-06", 30.0),
    ],
}


@pytest.fixture
def store(make_store: MakeStore) -> PlanStore:
    return make_store(TABLES).for_person(LOCAL_USER)


def test_value_is_at_standard_cost_and_what_has_none_is_counted(store: PlanStore) -> None:
    result = ask(store, "inventory_value")
    assert total(result) == 110 * 2.0 + 8 * 10.0
    assert warned(result, "rows_left_out") == [
        "1 product-site closings have no standard cost and are left out."
    ]


def test_the_value_of_a_product_without_a_cost_is_unknown_even_if_nothing_is_in_stock(
    make_store: MakeStore,
) -> None:
    none = [*TABLES["inventory"][:3], stock("C", "w1", "2026-06", 0.0)]
    result = ask(
        make_store({**TABLES, "inventory": none}).for_person(LOCAL_USER),
        "inventory_value",
        group_by=["product"],
    )
    assert grouped(result, "product") == {("A",): 220.0, ("B",): 80.0, ("C",): None}
    assert warned(result, "rows_left_out") == [
        "1 product-site closings have no standard cost and are left out."
    ]


class TestByProduct:
    """Every group is one product, so its cost falls out of the ratio; the whole is at cost."""

    def test_each_product_is_in_its_units_and_the_whole_at_cost(self, store: PlanStore) -> None:
        result = ask(store, "inventory_vs_plan", group_by=["product"])
        assert total(result) == total(ask(store, "inventory_vs_plan")) == pytest.approx(280 / 300 - 1)
        assert grouped(result, "product") == {
            ("A",): pytest.approx(100 / 80 - 1),
            ("B",): pytest.approx(8 / 14 - 1),
            ("C",): 0.0,
        }
        assert "each product in its own units; all of them together weighed at standard cost" in (
            result.assumptions
        )
        assert "weighed at standard cost" not in result.assumptions
        assert [figure.basis.get("weight") for figure in result.figures] == ["value", None, None, None]
        assert "1 product-site closings have no standard cost and are left out." in (
            warned(result, "rows_left_out")
        )

    @pytest.mark.parametrize(
        "metric", ["inventory_vs_plan", "inventory_vs_target", "days_of_supply", "inventory_turns"]
    )
    def test_a_product_of_a_cut_has_the_value_that_it_has_alone(self, store: PlanStore, metric: str) -> None:
        figures = grouped(ask(store, metric, group_by=["product"], **JUNE), "product")
        for product, value in figures.items():
            alone = [{"dimension": "product", "members": [*product]}]
            assert total(ask(store, metric, filters=alone, **JUNE)) == pytest.approx(value)

    def test_unlike_units_of_which_nobody_knows_planning_units_are_no_hindrance(
        self, make_store: MakeStore
    ) -> None:
        products = [{**row, "unit_of_measure": row["product_id"]} for row in COSTED]
        store = make_store({**TABLES, "products": products}).for_person(LOCAL_USER)
        result = ask(store, "inventory_vs_plan", group_by=["product"])
        assert grouped(result, "product")["C",] == 0.0

    def test_where_plans_have_no_whole_nothing_is_left_out_for_its_cost(self, make_store: MakeStore) -> None:
        plans = [*TABLES["supply_plan"], planned_stock("2026-05", "2026-06", 10.0, "C", version="proposed")]
        store = make_store({**TABLES, "supply_plan": plans}).for_person(LOCAL_USER)
        result = ask(store, "inventory_vs_plan", group_by=["version", "product"])
        assert grouped(result, "version", "product")["proposed", "C"] == -0.5
        assert "each product in its own units" in result.assumptions
        assert not any("standard cost" in said for said in warned(result, "rows_left_out"))

    def test_the_members_of_a_change_stay_at_cost_so_that_they_add_up(self, store: PlanStore) -> None:
        result = explain(store, "days_of_supply", by="product", **JUNE)
        is_exact(result)
        # of 5 a day at cost in June, 4 are of apple juice: 55 days after 60 / (1061 / 92)
        assert steps(result, "product")["rate in Apple juice"] == pytest.approx(0.8 * (55 - 60 * 92 / 1061))


class TestAgainstPlan:
    def test_it_is_at_cost_over_what_has_a_plan(self, store: PlanStore) -> None:
        result = ask(store, "inventory_vs_plan")
        # A: 100 of 80 at 2, B: 8 of 10 and 0 of 4 at 10; A at w2 has no plan, C no cost
        assert total(result) == pytest.approx((200 + 80) / (160 + 140) - 1)
        assert warned(result, "rows_left_out") == [
            "1 product-site closings have stock without any planned stock and are left out.",
            "1 product-site closings have no standard cost and are left out.",
        ]
        assert {"weighed at standard cost", "the approved supply plan made one month before"} <= set(
            result.assumptions
        )

    def test_stock_without_any_plan_has_no_value(self, store: PlanStore) -> None:
        result = ask(store, "inventory_vs_plan", group_by=["site"])
        assert grouped(result, "site") == {("w1",): pytest.approx(280 / 260 - 1), ("w2",): -1.0}
        only_a = [{"dimension": "product", "members": ["A"]}, {"dimension": "site", "members": ["w2"]}]
        assert total(ask(store, "inventory_vs_plan", filters=only_a)) is None

    def test_without_standard_costs_it_is_in_units_and_that_is_said(self, make_store: MakeStore) -> None:
        store = make_store({**TABLES, "products": PRODUCTS}).for_person(LOCAL_USER)
        result = ask(store, "inventory_vs_plan")
        assert total(result) == pytest.approx((100 + 8 + 5) / (80 + 14 + 5) - 1)
        assert "in units: no standard costs are loaded" in result.assumptions

    def test_costs_that_somebody_may_not_see_leave_no_other_figure(self, make_store: MakeStore) -> None:
        person = Person("x@example.com", scope=Scope(hidden=frozenset({"cost"})))
        store = make_store(TABLES).for_person(person)
        for metric, title in (
            ("inventory_vs_plan", "Inventory versus plan"),
            ("days_of_supply", "Days of supply"),
        ):
            said = refusal(ask(store, metric), "not_permitted")
            assert said == f"{title} needs the standard cost, which is not among what you may see."

    def test_one_product_needs_no_cost(self, store: PlanStore) -> None:
        crisps = [{"dimension": "product", "members": ["C"]}]
        assert total(ask(store, "inventory_vs_plan", filters=crisps)) == 0.0

    def test_the_plan_of_a_cycle_that_was_not_made_is_no_data(self, store: PlanStore) -> None:
        refusal(ask(store, "inventory_vs_plan", lag=2, **JUNE), "no_data")
        refusal(ask(store, "inventory_vs_plan", **month("2026-07")), "no_data")

    def test_the_target_is_read_at_the_same_lag(self, store: PlanStore) -> None:
        assert total(ask(store, "inventory_vs_target")) == pytest.approx(100 / 50 - 1)
        assert total(ask(store, "inventory_vs_target", lag=2)) == pytest.approx(100 / 200 - 1)

    def test_planned_stock_of_months_ahead_is_that_of_the_last(self, store: PlanStore) -> None:
        assert total(ask(store, "planned_inventory_units")) == 95.0
        assert total(ask(store, "planned_inventory_units", **JUNE)) == 99.0
        assert total(ask(store, "target_inventory_units", **JUNE)) == 50.0


class TestDaysOfSupply:
    def test_it_divides_by_the_shipments_a_day_of_three_months(self, store: PlanStore) -> None:
        result = ask(store, "days_of_supply")
        daily = ((30 + 31 + 30 + 91) * 2.0 + 9.1 * 10.0) / 91
        assert total(result) == pytest.approx((110 * 2.0 + 8 * 10.0) / daily)
        by_product = ask(store, "days_of_supply", group_by=["product"])
        assert grouped(by_product, "product") == {
            ("A",): pytest.approx(55.0),
            ("B",): pytest.approx(80.0),
            ("C",): pytest.approx(5 / (7 / 91)),
        }

    def test_each_month_looks_back_from_its_own_closing(self, store: PlanStore) -> None:
        result = ask(store, "days_of_supply", group_by=["month"], start="2026-05-01", end="2026-06-30")
        may = (60 * 2.0 + 40 * 10.0) / ((1000 + 30 + 31) * 2.0 / 92)
        june = (110 * 2.0 + 8 * 10.0) / (182 * 2.0 / 91 + 1.0)
        assert grouped(result, "month") == {
            ("2026-05",): pytest.approx(may),
            ("2026-06",): pytest.approx(june),
        }

    def test_months_that_are_not_loaded_count_no_days_and_are_named(self, make_store: MakeStore) -> None:
        rows = [row for row in TABLES["demand_history"] if row["period"] >= "2026-05-01"]
        result = ask(make_store({**TABLES, "demand_history": rows}).for_person(LOCAL_USER), "days_of_supply")
        assert total(result) == pytest.approx(300 / (((31 + 30 + 91) * 2.0 + 91) / 61))
        assert warned(result, "partial") == [
            "June 2026 also reads months around it, and nothing is loaded for April 2026."
        ]

    def test_what_did_not_ship_has_nothing_to_divide_by(self, make_store: MakeStore) -> None:
        rows = [row for row in TABLES["demand_history"] if row["product_id"] != "B"]
        store = make_store({**TABLES, "demand_history": rows}).for_person(LOCAL_USER)
        result = ask(store, "days_of_supply", group_by=["product"])
        beer = next(f for f in result.figures if f.group_ids == {"product": "B"})
        assert (beer.value, beer.reason) == (
            None,
            "there is nothing to divide by: what it divides by is zero",
        )

    def test_by_site_needs_order_lines_that_carry_sites(
        self, make_store: MakeStore, store: PlanStore
    ) -> None:
        assert "only order lines that carry sites" in refusal(
            ask(store, "days_of_supply", group_by=["site"]), "no_data"
        )
        lines = [
            line("o1", delivered_units=91.0, delivered_on="2026-06-09"),
            line("o2", delivered_units=182.0, delivered_on="2026-04-01", site_id="w2"),
            line("o3", delivered_units=91.0, delivered_on="2026-05-09", site_id="w2", line_kind="return"),
            line("o4", delivered_units=500.0, delivered_on="2026-03-31", site_id="w2"),
        ]
        store = make_store({**TABLES, "order_lines": lines}).for_person(LOCAL_USER)
        apples = [{"dimension": "product", "members": ["A"]}]
        by_site = ask(store, "days_of_supply", group_by=["site"], filters=apples)
        assert grouped(by_site, "site") == {("w1",): pytest.approx(100.0), ("w2",): pytest.approx(10.0)}
        by_region = ask(store, "days_of_supply", group_by=["region"], filters=apples)
        assert grouped(by_region, "site_region") == {("North",): 100.0, ("South",): 10.0}


class TestForwardCover:
    def test_it_divides_by_the_plan_a_day_of_the_next_three_months(self, store: PlanStore) -> None:
        result = ask(store, "forward_cover_days", group_by=["product"])
        assert grouped(result, "product") == {("A",): pytest.approx(110 / 2), ("B",): None, ("C",): None}
        assert any("the latest cycle (June 2026)" in said for said in result.assumptions)

    def test_closed_months_of_the_plan_are_those_at_lag_1(self, store: PlanStore) -> None:
        apples = [{"dimension": "product", "members": ["A"]}]
        result = ask(store, "forward_cover_days", filters=apples, **month("2026-05"))
        assert total(result) == pytest.approx(60 / ((30 + 62 + 62) / 92))

    def test_a_cycle_can_be_asked_for_and_what_it_lacks_is_named(self, store: PlanStore) -> None:
        apples = [{"dimension": "product", "members": ["A"]}]
        result = ask(store, "forward_cover_days", filters=apples, cycle="2026-05-01")
        assert total(result) == pytest.approx(110 / (9999 / 31))
        assert warned(result, "partial") == [
            "June 2026 also reads months around it, and nothing is loaded for Aug–Sep 2026."
        ]

    def test_what_was_known_earlier(self, make_store: MakeStore) -> None:
        earlier = make_store(TABLES).for_person(LOCAL_USER, date(2026, 5, 31))
        apples = [{"dimension": "product", "members": ["A"]}]
        assert total(ask(earlier, "forward_cover_days", filters=apples)) == pytest.approx(
            60 / ((30 + 9999) / 61)
        )


class TestTurns:
    def test_they_are_annualised_shipments_over_average_stock(self, store: PlanStore) -> None:
        result = ask(store, "inventory_turns", start="2026-05-01", end="2026-06-30")
        shipped = (31 + 30 + 91) * 2.0 + 9.1 * 10.0
        average = ((60 * 2.0 + 40 * 10.0) + (110 * 2.0 + 8 * 10.0)) / 2
        assert total(result) == pytest.approx(shipped * 6 / average)

    def test_months_without_a_closing_are_in_neither_and_named(self, store: PlanStore) -> None:
        result = ask(store, "inventory_turns")
        assert warned(result, "partial") == [
            "Jul 2025 – Jun 2026 is only partly loaded: nothing for Jul 2025 – Apr 2026."
        ]
        assert total(result) == total(ask(store, "inventory_turns", start="2026-05-01", end="2026-06-30"))


def test_the_demo_company_agrees_with_plain_sql(demo: PlanStore, demo_sql: duckdb.DuckDBPyConnection) -> None:
    rows = demo_sql.execute("""
        WITH s AS (SELECT p.family, sum(i.closing_units * p.standard_cost) AS closing
          FROM inventory i JOIN products p USING (product_id)
          WHERE i.period = DATE '2026-06-01' GROUP BY ALL),
        f AS (SELECT p.family, sum(h.shipped_units * p.standard_cost) / 91 AS daily
          FROM demand_history h JOIN products p USING (product_id)
          WHERE h.period BETWEEN DATE '2026-04-01' AND DATE '2026-06-01' GROUP BY ALL),
        d AS (SELECT p.family, sum(d.units * p.standard_cost) / 92 AS daily
          FROM demand_plan d JOIN products p USING (product_id)
          WHERE d.cycle = DATE '2026-06-01' AND d.version = 'consensus'
            AND d.period BETWEEN DATE '2026-07-01' AND DATE '2026-09-01' GROUP BY ALL)
        SELECT family, closing, closing / f.daily, closing / d.daily
        FROM s LEFT JOIN f USING (family) LEFT JOIN d USING (family)""").fetchall()
    found = {
        name: grouped(ask(demo, name, group_by=["family"]), "family")
        for name in ("inventory_value", "days_of_supply", "forward_cover_days")
    }
    for family, value, days, cover in rows:
        assert found["inventory_value"][family,] == pytest.approx(value)
        assert found["days_of_supply"][family,] == pytest.approx(days)
        assert found["forward_cover_days"][family,] == pytest.approx(cover)
