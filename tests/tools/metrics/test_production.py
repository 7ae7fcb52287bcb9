"""Production, its plan and its cost, worked out by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import pytest

from connectors.access import LOCAL_USER
from connectors.plan_store import PlanStore
from tests.asking import ask, grouped, month, refusal, total, warned
from tests.stores import MakeStore
from tests.tools.metrics.tiny_rows import LISTS, PRODUCTS, Row, without

JUNE = month("2026-06")
COSTS = {"A": 2.0, "B": 10.0, "C": None}
COSTED = [{**row, "standard_cost": COSTS[row["product_id"]]} for row in PRODUCTS]


def made(product: str, site: str, month_: str, units: float, cost: float | None = None) -> Row:
    return {"product_id": product, "site_id": site, "period": f"{month_}-01", "units": units, "cost": cost}


def supply(cycle: str, month_: str, units: float, product: str = "A", **more: Any) -> Row:
    """A row of the approved supply plan at w1."""
    usual = {"cycle": f"{cycle}-01", "version": "approved", "product_id": product, "site_id": "w1"}
    return {**usual, "period": f"{month_}-01", "production_units": units, "purchase_units": 0.0, **more}


OUTPUT = [
    made("A", "w1", "2026-06", 120.0, cost=250.0),
    made("B", "w1", "2026-06", 25.0),
    made("C", "w1", "2026-06", 7.0),
    made("A", "w1", "2026-04", 10.0, cost=20.0),
]
PLAN = [
    supply("2026-05", "2026-06", 100.0),
    supply("2026-05", "2026-06", 50.0, "B"),
    supply("2026-05", "2026-06", 40.0, site_id="w2"),
    supply("2026-05", "2026-06", 999.0, version="proposed"),
    supply("2026-04", "2026-06", 240.0),
    supply("2026-04", "2026-05", 60.0),
    supply("2026-03", "2026-04", 20.0, version="proposed"),
    supply("2026-06", "2026-07", 70.0, version="proposed"),
    supply("2026-06", "2026-08", 80.0, "C", version="proposed"),
    supply("2026-05", "2026-07", 75.0),
    supply("2026-07", "2026-08", 1.0),
]
TABLES = {**LISTS, "products": COSTED, "production": OUTPUT, "supply_plan": PLAN}


@pytest.fixture
def store(make_store: MakeStore) -> PlanStore:
    return make_store(TABLES).for_person(LOCAL_USER)


def test_production_sums_output_and_by_region_reads_the_region_of_the_site(store: PlanStore) -> None:
    result = ask(store, "production_units", group_by=["region"], **JUNE)
    assert grouped(result, "site_region") == {("North",): 152.0}
    assert "by region reads the region of the sites (site region)" in result.assumptions


class TestAgainstPlan:
    def test_attainment_is_actual_over_plan_and_a_planned_series_without_output_is_0(
        self, store: PlanStore
    ) -> None:
        result = ask(store, "production_plan_attainment", **JUNE)
        assert total(result) == pytest.approx((120 + 25 + 0) / (100 + 50 + 40))
        by_site = ask(store, "production_plan_attainment", group_by=["site"], **JUNE)
        assert grouped(by_site, "site") == {("w1",): pytest.approx(145 / 150), ("w2",): 0.0}

    def test_output_without_a_plan_is_left_out_and_counted(self, store: PlanStore) -> None:
        result = ask(store, "production_plan_attainment", group_by=["product"], **JUNE)
        assert grouped(result, "product") == {("A",): 120 / 140, ("B",): 0.5, ("C",): None}
        assert warned(result, "rows_left_out") == [
            "1 product-site months have output without any plan and are left out."
        ]

    def test_adherence_takes_the_smaller_of_the_two_by_product_site_and_month(self, store: PlanStore) -> None:
        assert total(ask(store, "schedule_adherence", **JUNE)) == pytest.approx((100 + 25) / 190)

    def test_months_for_which_no_production_is_loaded_are_left_out_and_named(self, store: PlanStore) -> None:
        window = {"start": "2026-04-01", "end": "2026-06-30"}
        result = ask(store, "production_plan_attainment", **window)
        assert total(result) == pytest.approx((10 + 145) / (20 + 190))
        assert warned(result, "partial") == ["Q2 2026 is only partly loaded: nothing for May 2026."]
        by_month = ask(store, "production_plan_attainment", group_by=["month"], **window)
        assert set(grouped(by_month, "month")) == {("2026-04",), ("2026-06",)}

    def test_months_ahead_have_no_actual(self, store: PlanStore) -> None:
        for metric in ("production_plan_attainment", "schedule_adherence"):
            refusal(ask(store, metric, **month("2026-07")), "no_data")

    def test_lag_cycle_and_version_choose_the_plan(self, store: PlanStore) -> None:
        def attained(**asked: Any) -> float | None:
            return total(ask(store, "production_plan_attainment", **JUNE, **asked))

        assert attained(lag=2) == attained(cycle="2026-04-01") == 120 / 240
        assert attained(version="proposed") == 120 / 999
        by_version = ask(store, "production_plan_attainment", group_by=["version"], **JUNE)
        assert grouped(by_version, "version") == {
            ("approved",): pytest.approx(145 / 190),
            ("proposed",): 120 / 999,
        }

    def test_unlike_units_are_weighed_in_planning_units(self, make_store: MakeStore) -> None:
        units = {"A": ("case", 1.0), "B": ("pallet", 40.0), "C": ("bag", 2.0)}
        products = [
            {**row, "unit_of_measure": unit, "base_units_per_unit": factor}
            for row, (unit, factor) in zip(PRODUCTS, units.values(), strict=True)
        ]
        store = make_store({**TABLES, "products": products}).for_person(LOCAL_USER)
        result = ask(store, "production_plan_attainment", **JUNE)
        assert total(result) == pytest.approx((120 + 25 * 40) / (140 + 50 * 40))

    def test_what_was_known_earlier_reads_earlier_cycles_and_output_alone(
        self, make_store: MakeStore
    ) -> None:
        earlier = make_store(TABLES).for_person(LOCAL_USER, date(2026, 4, 30))
        assert total(ask(earlier, "production_plan_attainment")) == 10 / 20
        ahead = ask(earlier, "production_plan_units", group_by=["month"])
        assert grouped(ahead, "month") == {("2026-05",): 60.0, ("2026-06",): 240.0}
        refusal(ask(earlier, "production_units", **JUNE), "no_data")

    def test_the_demo_company_agrees_with_plain_sql(
        self, demo: PlanStore, demo_sql: duckdb.DuckDBPyConnection
    ) -> None:
        rows = demo_sql.execute("""
            WITH plan AS (
              SELECT * FROM supply_plan s WHERE period BETWEEN DATE '2026-04-01' AND DATE '2026-06-01'
                AND cycle + INTERVAL 1 MONTH = period AND version = (SELECT min(version) FROM supply_plan v
                  WHERE v.cycle = s.cycle))
            SELECT site_id, sum(coalesce(p.units, 0) * f) / sum(s.production_units * f),
              sum(least(coalesce(p.units, 0), s.production_units) * f) / sum(s.production_units * f)
            FROM plan s LEFT JOIN production p USING (product_id, site_id, period)
              JOIN (SELECT product_id, base_units_per_unit AS f FROM products) USING (product_id)
            GROUP BY site_id HAVING sum(s.production_units) > 0""").fetchall()
        quarter = {"start": "2026-04-01", "end": "2026-06-30"}
        attained = grouped(ask(demo, "production_plan_attainment", group_by=["site"], **quarter), "site")
        adhered = grouped(ask(demo, "schedule_adherence", group_by=["site"], **quarter), "site")
        assert len(rows) > 2
        for site, attainment, adherence in rows:
            assert attained[site,] == pytest.approx(attainment)
            assert adhered[site,] == pytest.approx(adherence)


class TestPlan:
    def test_months_ahead_are_of_the_latest_cycle_closed_ones_at_lag_1(self, store: PlanStore) -> None:
        result = ask(store, "production_plan_units", group_by=["month"], start="2026-06-01", end="2026-08-31")
        assert grouped(result, "month") == {("2026-06",): 190.0, ("2026-07",): 70.0, ("2026-08",): 80.0}

    def test_which_version_was_read_is_said(self, store: PlanStore) -> None:
        def said(**asked: Any) -> list[str]:
            result = ask(store, "production_plan_units", **asked)
            return [words for words in result.assumptions if words.endswith("before") or "cycle" in words]

        assert said(**JUNE) == ["the approved supply plan made one month before"]
        (figure,) = ask(store, "schedule_adherence", **JUNE).figures
        assert figure.basis == {"version": "approved", "lag": 1}
        assert said() == [
            "the proposed supply plan (there is no approved one) of the latest cycle (June 2026)"
        ]
        assert said(start="2026-04-01", end="2026-06-30") == [
            "the approved supply plan (the proposed one where there is no approved one: cycle of March 2026) "
            "made one month before"
        ]

    def test_each_version_has_its_own_latest_cycle(self, store: PlanStore) -> None:
        result = ask(store, "production_plan_units", group_by=["version"], **month("2026-07"))
        assert grouped(result, "version") == {("approved",): 75.0, ("proposed",): 70.0}


class TestCost:
    def test_booked_cost_comes_first_then_standard_cost_row_by_row(self, store: PlanStore) -> None:
        result = ask(store, "manufacturing_cost", **JUNE)
        assert total(result) == 250.0 + 25 * 10.0
        assert warned(result, "rows_left_out") == [
            "1 product-site months have no booked cost and stand at standard cost.",
            "1 product-site months of output have no cost and are left out.",
        ]

    def test_without_booked_costs_all_stand_at_standard_cost(self, make_store: MakeStore) -> None:
        store = make_store({**TABLES, "production": without(OUTPUT, "cost")}).for_person(LOCAL_USER)
        assert total(ask(store, "manufacturing_cost", **JUNE)) == 120 * 2.0 + 25 * 10.0

    def test_without_standard_costs_only_what_is_booked_counts(self, make_store: MakeStore) -> None:
        tables = {**TABLES, "products": PRODUCTS}
        result = ask(make_store(tables).for_person(LOCAL_USER), "manufacturing_cost", **JUNE)
        assert total(result) == 250.0
        assert warned(result, "rows_left_out") == [
            "2 product-site months of output have no cost and are left out."
        ]
        tables["production"] = without(OUTPUT, "cost")
        said = refusal(
            ask(make_store(tables).for_person(LOCAL_USER), "manufacturing_cost", **JUNE), "no_data"
        )
        assert "`standard_cost` of `products`" in said

    def test_planned_cost_is_planned_units_at_standard_cost(self, store: PlanStore) -> None:
        assert total(ask(store, "planned_manufacturing_cost", **JUNE)) == 140 * 2.0 + 50 * 10.0
        ahead = ask(store, "planned_manufacturing_cost")
        assert total(ahead) == 70 * 2.0
        assert warned(ahead, "rows_left_out") == [
            "1 planned product-site months have no standard cost and are left out."
        ]

    def test_what_a_product_of_unknown_cost_costs_is_unknown_even_if_nothing_is_made(
        self, make_store: MakeStore
    ) -> None:
        tables = {
            **TABLES,
            "production": [*OUTPUT[:2], made("C", "w1", "2026-06", 0.0), made("C", "w2", "2026-06", 0.0)],
            "supply_plan": [*PLAN, supply("2026-05", "2026-06", 0.0, "C")],
        }
        store = make_store(tables).for_person(LOCAL_USER)
        for metric, whole, warning in (
            (
                "planned_manufacturing_cost",
                140 * 2.0 + 50 * 10.0,
                "1 planned product-site months have no standard cost and are left out.",
            ),
            (
                "manufacturing_cost",
                250.0 + 25 * 10.0,
                "2 product-site months of output have no cost and are left out.",
            ),
        ):
            result = ask(store, metric, group_by=["product"], **JUNE)
            assert total(result) == whole
            crisps = next(figure for figure in result.figures if figure.group_ids == {"product": "C"})
            assert (crisps.value, crisps.reason) == (None, "it is not known for any row in this cut")
            assert warning in warned(result, "rows_left_out")
