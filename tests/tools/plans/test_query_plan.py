"""Plans over a cut: sums of quantities, rows of promotions and the like."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import pytest

from connectors.access import LOCAL_USER
from connectors.plan_store import PlanStore
from tests.asking import grouped, refusal, run, same, total, warned
from tests.stores import MakeStore
from tests.tools.metrics.tiny_rows import LISTS, Row, actual, planned
from tools.figures import ToolResult

ALL_TIME = {"start": None, "end": None}
JULY = {"start": "2026-07-01", "end": "2026-07-31"}


def supply(cycle: str, month: str, version: str, units: float, **more: Any) -> Row:
    keys = {"cycle": f"{cycle}-01", "version": version, "product_id": "A", "site_id": "w1"}
    return {**keys, "period": f"{month}-01", "production_units": units, **more}


def plan(store: PlanStore, name: str, **arguments: Any) -> ToolResult:
    return run(store, "query_plan", plan=name, **arguments)


def measure(result: ToolResult, metric: str) -> float | None:
    (figure,) = [f for f in result.figures if f.metric == metric and not f.group]
    return figure.value


class TestSupplyPlan:
    rows = (
        supply("2026-05", "2026-06", "proposed", 1.0),
        supply("2026-05", "2026-06", "approved", 2.0),
        supply("2026-05", "2026-07", "approved", 3.0),
        supply("2026-06", "2026-07", "proposed", 4.0, purchase_units=40.0),
        supply("2026-06", "2026-08", "proposed", 5.0, purchase_units=50.0),
        supply("2026-04", "2026-07", "approved", 6.0),
    )

    @pytest.fixture
    def store(self, make_store: MakeStore) -> PlanStore:
        return make_store({**LISTS, "supply_plan": list(self.rows)}).for_person(LOCAL_USER)

    def test_it_is_the_approved_plan_of_a_cycle_that_has_one_else_the_proposed(
        self, store: PlanStore
    ) -> None:
        result = plan(
            store, "supply_plan", group_by=["month"], period={"start": "2026-06-01", "end": "2026-08-31"}
        )
        made = [f for f in result.figures if f.metric == "supply_plan.production_units" and f.group]
        assert {f.group["month"]: f.value for f in made} == {"2026-06": 2.0, "2026-07": 4.0, "2026-08": 5.0}

    def test_the_latest_cycle_of_a_version_is_the_latest_that_has_it(self, store: PlanStore) -> None:
        assert (
            measure(
                plan(store, "supply_plan", version="approved", period=JULY), "supply_plan.production_units"
            )
            == 3.0
        )
        assert (
            measure(
                plan(store, "supply_plan", version="proposed", period=JULY), "supply_plan.production_units"
            )
            == 4.0
        )

    def test_a_cycle_can_be_asked_for(self, store: PlanStore) -> None:
        result = plan(store, "supply_plan", cycle="2026-04-01", period=JULY)
        assert measure(result, "supply_plan.production_units") == 6.0

    def test_purchases_stand_beside_production(self, store: PlanStore) -> None:
        result = plan(store, "supply_plan", period=JULY)
        assert measure(result, "supply_plan.purchase_units") == 40.0

    def test_a_version_that_does_not_exist_is_told_with_those_that_do(self, store: PlanStore) -> None:
        result = plan(store, "supply_plan", version="consensus", period=JULY)
        assert "approved" in refusal(result, "no_data")

    def test_without_purchases_in_the_data_production_is_still_shown(self, make_store: MakeStore) -> None:
        rows = [supply("2026-06", "2026-07", "proposed", 4.0)]
        store = make_store({**LISTS, "supply_plan": rows}).for_person(LOCAL_USER)
        result = plan(store, "supply_plan", period=JULY)
        assert [figure.value for figure in result.figures] == [4.0]


class TestDemandPlan:
    def test_it_equals_plain_sql_on_the_demo_company(
        self, demo: PlanStore, demo_sql: duckdb.DuckDBPyConnection
    ) -> None:
        rows = demo_sql.execute("""
            SELECT m.region, strftime(d.period, '%Y-%m'), sum(d.units * coalesce(p.base_units_per_unit, 0))
            FROM demand_plan d JOIN markets m USING (market_id) JOIN products p USING (product_id)
            WHERE d.version = 'consensus' AND d.cycle = DATE '2026-06-01'
              AND d.period BETWEEN DATE '2026-07-01' AND DATE '2026-09-30' GROUP BY ALL""").fetchall()
        result = plan(demo, "demand_plan", group_by=["region", "month"])
        same(grouped(result, "region", "month"), {(region, month): units for region, month, units in rows})

    def test_a_month_without_any_plan_is_named(self, make_store: MakeStore) -> None:
        tables = {
            "demand_history": [actual("A", "N1", "2026-06", 1.0)],
            "demand_plan": [planned("2026-06", "2026-07", 7.0)],
        }
        store = make_store({**LISTS, **tables}).for_person(LOCAL_USER)
        result = plan(store, "demand_plan")
        assert (total(result), bool(warned(result, "partial"))) == (7.0, True)

    def test_a_cut_without_any_row_is_no_data(self, make_store: MakeStore) -> None:
        tables = {
            "demand_history": [actual("A", "N1", "2026-06", 1.0)],
            "demand_plan": [planned("2026-06", "2026-07", 7.0)],
        }
        store = make_store({**LISTS, **tables}).for_person(LOCAL_USER)
        beer = [{"dimension": "product", "members": ["B"]}]
        refusal(plan(store, "demand_plan", filters=beer), "no_data")


def test_stock_targets_of_several_months_are_those_of_the_last(make_store: MakeStore) -> None:
    rows = [
        {
            "cycle": "2026-06-01",
            "product_id": "A",
            "site_id": "w1",
            "period": f"2026-{n:02d}-01",
            "target_units": n,
        }
        for n in (7, 8, 9)
    ]
    store = make_store({**LISTS, "inventory_targets": rows}).for_person(LOCAL_USER)
    assert total(plan(store, "inventory_targets")) == 9.0
    by_month = plan(store, "inventory_targets", group_by=["month"])
    assert grouped(by_month, "month") == {("2026-07",): 7.0, ("2026-08",): 8.0, ("2026-09",): 9.0}


def test_capacity_is_summed_by_resource_and_site(make_store: MakeStore) -> None:
    resources = [
        {"resource_id": r, "resource_name": r.upper(), "site_id": s} for r, s in (("r1", "w1"), ("r2", "w2"))
    ]
    hours = [
        {"resource_id": r, "period": f"2026-{n:02d}-01", "available_hours": 100.0, "overtime_hours": 5.0}
        for r in ("r1", "r2")
        for n in (7, 8, 9)
    ]
    store = make_store({**LISTS, "resources": resources, "capacity": hours}).for_person(LOCAL_USER)
    result = plan(store, "capacity", group_by=["site"])
    found = {(f.metric, f.group_ids.get("site")): f.value for f in result.figures}
    assert found[("capacity.available_hours", "w1")] == 300.0
    assert found[("capacity.available_hours", None)] == 600.0
    assert found[("capacity.overtime_hours", None)] == 30.0


class TestListings:
    promotions = (
        ("p1", "Summer", "A", "N1", "2026-06-20", "2026-07-05"),
        ("p2", "Autumn", "B", "S1", "2026-09-30", "2026-10-31"),
        ("p3", "Winter", "A", "N2", "2026-12-01", "2026-12-31"),
        ("p4", "Last year", "A", "N1", "2025-07-01", "2025-07-31"),
    )

    @pytest.fixture
    def store(self, make_store: MakeStore) -> PlanStore:
        names = ("promotion_id", "promotion_name", "product_id", "market_id", "starts_on", "ends_on")
        rows = [
            {
                **dict(zip(names, row, strict=True)),
                "discount_rate": 0.1,
                "expected_uplift": 0.25,
                "cost": 99.0,
            }
            for row in self.promotions
        ]
        prices = [
            {"product_id": "A", "market_id": "N1", "period": f"2026-{n:02d}-01", "unit_price": float(n)}
            for n in (6, 7, 8)
        ]
        transitions = [
            {"old_product_id": "A", "new_product_id": "B", "starts_on": "2026-07-01", "ends_on": "2026-08-01"}
        ]
        tables = {"promotions": rows, "prices": prices, "transitions": transitions}
        return make_store({**LISTS, **tables}).for_person(LOCAL_USER)

    def names(self, result: ToolResult) -> list[str]:
        assert result.refusal is None, result.refusal
        return list(dict.fromkeys(figure.group["promotion"] for figure in result.figures))

    def test_what_holds_on_any_day_of_the_window_is_listed(self, store: PlanStore) -> None:
        result = plan(store, "promotions")
        assert self.names(result) == ["Summer", "Autumn"]
        assert any("next three months" in said for said in result.assumptions)

    def test_a_window_may_be_open_at_one_end_or_both(self, store: PlanStore) -> None:
        late = plan(store, "promotions", period={"start": "2026-10-01", "end": None})
        assert self.names(late) == ["Autumn", "Winter"]
        early = plan(store, "promotions", period={"start": None, "end": "2026-06-30"})
        assert self.names(early) == ["Last year", "Summer"]
        assert len(self.names(plan(store, "promotions", period=ALL_TIME))) == 4

    @pytest.mark.parametrize(
        ("dimension", "member", "exclude", "names"),
        [
            ("product", "A", False, ["Last year", "Summer", "Winter"]),
            ("family", "Brew", False, ["Autumn"]),
            ("region", "North", True, ["Autumn"]),
            ("market", "Nester", False, ["Winter"]),
        ],
    )
    def test_filters_reach_through_products_and_markets(
        self, store: PlanStore, dimension: str, member: str, exclude: bool, names: list[str]
    ) -> None:
        chosen = [{"dimension": dimension, "members": [member], "exclude": exclude}]
        assert self.names(plan(store, "promotions", period=ALL_TIME, filters=chosen)) == names

    def test_a_dimension_that_has_nothing_to_do_with_it_is_declined(self, store: PlanStore) -> None:
        chosen = [{"dimension": "site", "members": ["w1"]}]
        said = refusal(plan(store, "promotions", filters=chosen), "no_data")
        assert said == "The promotions cannot be filtered by site."

    def test_each_row_has_a_figure_for_each_measure_with_its_days(self, store: PlanStore) -> None:
        first, second, *_ = plan(store, "promotions").figures
        assert (first.metric, first.formatted, second.formatted) == (
            "promotions.discount_rate",
            "10.0%",
            "+25.0%",
        )
        assert first.period is not None
        assert (first.period.start, first.period.end) == (date(2026, 6, 20), date(2026, 7, 5))

    def test_prices_are_listed_by_month(self, store: PlanStore) -> None:
        result = plan(store, "prices")
        assert [(f.value, f.period.label) for f in result.figures if f.period] == [
            (7.0, "July 2026"),
            (8.0, "August 2026"),
        ]

    def test_a_transition_is_found_from_either_product(self, store: PlanStore) -> None:
        for product in ("A", "B"):
            chosen = [{"dimension": "product", "members": [product]}]
            result = plan(store, "transitions", filters=chosen)
            assert len(result.tables[0].rows) == 1

    def test_nothing_in_the_window_is_no_data(self, store: PlanStore) -> None:
        said = refusal(
            plan(store, "promotions", period={"start": "2027-03-01", "end": "2027-03-31"}), "no_data"
        )
        assert said == "There are no promotions in March 2027."

    def test_the_source_can_be_asked_again(self, store: PlanStore) -> None:
        chosen = [{"dimension": "family", "members": ["Brew"]}]
        result = plan(store, "promotions", period=ALL_TIME, filters=chosen)
        again = run(store, "query_plan", **result.sources[0].arguments)
        assert self.names(again) == ["Autumn"]

    def test_a_plan_that_is_not_loaded_is_named(self, store: PlanStore) -> None:
        assert "supplier limits" in refusal(plan(store, "supplier_limits"), "no_data")
