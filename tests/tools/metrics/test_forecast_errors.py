"""Plan against actual on rows that are worked out by hand: F the plan, A the actual, e = F − A."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.access import LOCAL_USER
from connectors.plan_store import PlanStore
from tests.asking import ask, grouped, month, refusal, total, warned
from tests.stores import MakeStore
from tests.tools.metrics.tiny_rows import LISTS, PRODUCTS, Row, actual, planned

JUNE = month("2026-06")
MAY_JUNE = {"start": "2026-05-01", "end": "2026-06-30"}


def opened(make_store: MakeStore, history: list[Row], plan: list[Row], **tables: list[Row]) -> PlanStore:
    return make_store({**LISTS, "demand_history": history, "demand_plan": plan, **tables}).for_person(
        LOCAL_USER
    )


@pytest.fixture
def store(make_store: MakeStore) -> PlanStore:
    """F − A of June at lag 1: A in N1 130 − 100, A in S1 70 − 100, B in N1 0 − 50, C in N1 40 − 0."""
    history = [
        actual("A", "N1", "2026-06", 100.0),
        actual("A", "S1", "2026-06", 100.0),
        actual("B", "N1", "2026-06", 50.0),
        actual("A", "N1", "2026-05", 80.0),
    ]
    plan = [
        planned("2026-05", "2026-06", 130.0),
        planned("2026-05", "2026-06", 70.0, market="S1"),
        planned("2026-05", "2026-06", 40.0, product="C"),
        planned("2026-04", "2026-06", 90.0),
        planned("2026-04", "2026-05", 100.0),
        planned("2026-05", "2026-06", 111.0, version="statistical"),
    ]
    return opened(make_store, history, plan)


def test_wmape_and_bias_are_taken_over_the_full_outer_join(store: PlanStore) -> None:
    result = ask(store, "wmape", **JUNE)
    assert total(result) == pytest.approx((30 + 30 + 50 + 40) / 250)
    assert total(ask(store, "forecast_bias", **JUNE)) == pytest.approx((30 - 30 - 50 + 40) / 250)
    assert total(ask(store, "forecast_accuracy", **JUNE)) == pytest.approx(1 - 150 / 250)


def test_an_actual_without_a_plan_is_counted_as_unplanned(store: PlanStore) -> None:
    (message,) = warned(ask(store, "wmape", **JUNE), "rows_left_out")
    assert message.startswith("1 product-market months were sold without any plan")


def test_the_sign_of_the_bias_is_said(store: PlanStore) -> None:
    assert any("over-forecast" in said for said in ask(store, "forecast_bias", **JUNE).assumptions)


def test_where_nothing_was_sold_the_error_rate_is_null_with_a_reason(store: PlanStore) -> None:
    result = ask(store, "wmape", group_by=["family"], **JUNE)
    assert grouped(result, "family") == pytest.approx({("Juice",): 0.3, ("Brew",): 1.0, ("Snacks",): None})
    snacks = next(figure for figure in result.figures if figure.group == {"family": "Snacks"})
    assert snacks.reason == "there is nothing to divide by: what it divides by is zero"


def test_accuracy_can_be_negative(make_store: MakeStore) -> None:
    store = opened(make_store, [actual("A", "N1", "2026-06", 10.0)], [planned("2026-05", "2026-06", 35.0)])
    assert total(ask(store, "forecast_accuracy", **JUNE)) == pytest.approx(-1.5)


@pytest.mark.parametrize(
    ("options", "forecast"),
    [
        ({"lag": 1}, 130.0),
        ({"lag": 2}, 90.0),
        ({"cycle": "2026-04-01"}, 90.0),
        ({"cycle": "2026-04-15"}, 90.0),
        ({"version": "statistical"}, 111.0),
        ({"version": "Statistical"}, 111.0),
    ],
)
def test_lag_cycle_and_version_choose_the_snapshot(
    store: PlanStore, options: dict[str, Any], forecast: float
) -> None:
    only = {"filters": [{"dimension": d, "members": [m]} for d, m in (("product", "A"), ("market", "N1"))]}
    assert total(ask(store, "forecast_bias", **only, **options, **JUNE)) == pytest.approx(
        (forecast - 100) / 100
    )


def test_errors_at_family_level_are_taken_after_summing(store: PlanStore) -> None:
    result = ask(store, "wmape", error_level=["family"], **JUNE)
    assert total(result) == pytest.approx((0 + 50 + 40) / 250)
    assert result.figures[0].basis["error_level"] == ["family"]


def test_errors_of_the_whole_company_by_month_can_be_asked(store: PlanStore) -> None:
    result = ask(store, "wmape", error_level=["month"], **MAY_JUNE)
    assert total(result) == pytest.approx((abs(240 - 250) + abs(100 - 80)) / 330)


def test_a_cut_finer_than_the_error_level_takes_errors_within_each_group(store: PlanStore) -> None:
    result = ask(store, "wmape", error_level=["family"], group_by=["market"], **JUNE)
    assert grouped(result, "market") == pytest.approx({("N1",): (30 + 50 + 40) / 150, ("S1",): 0.3})
    assert total(result) == pytest.approx(90 / 250)


def test_several_months_are_summed_after_errors_are_taken(store: PlanStore) -> None:
    assert total(ask(store, "wmape", **MAY_JUNE)) == pytest.approx((150 + 20) / (250 + 80))
    by_month = grouped(ask(store, "forecast_bias", group_by=["month"], **MAY_JUNE), "month")
    assert by_month == pytest.approx({("2026-05",): 0.25, ("2026-06",): -10 / 250})


def test_versions_are_compared_each_with_its_own_snapshots(store: PlanStore) -> None:
    result = ask(store, "wmape", group_by=["version"], **MAY_JUNE)
    june = abs(111 - 100) + 100 + 50
    assert grouped(result, "version") == pytest.approx(
        {("statistical",): june / 250, ("consensus",): 170 / 330}
    )
    assert [figure for figure in result.figures if not figure.group] == []


def test_a_version_can_be_left_out(store: PlanStore) -> None:
    others = [{"dimension": "version", "members": ["statistical"], "exclude": True}]
    result = ask(store, "wmape", filters=others, group_by=["version"], **JUNE)
    assert list(grouped(result, "version")) == [("consensus",)]


def test_a_version_that_does_not_exist_is_told_with_those_that_do(store: PlanStore) -> None:
    result = ask(store, "wmape", version="budget", **JUNE)
    assert "statistical, consensus" in refusal(result, "no_data")


def test_a_month_without_a_snapshot_is_left_out_and_said(store: PlanStore) -> None:
    result = ask(store, "wmape", start="2026-04-01", end="2026-06-30")
    assert total(result) == pytest.approx(170 / 330)
    assert warned(result, "partial") == ["Q2 2026 is only partly loaded: nothing for April 2026."]


def test_a_lag_at_which_nothing_was_planned_is_no_data(store: PlanStore) -> None:
    said = refusal(ask(store, "wmape", lag=9, **JUNE), "no_data")
    assert said == "WMAPE: there is no consensus plan made 9 months before."


def test_a_month_that_is_not_closed_is_not_judged(make_store: MakeStore) -> None:
    history = [actual("A", "N1", "2026-06", 100.0), actual("A", "N1", "2026-07", 1.0)]
    plan = [planned("2026-05", "2026-06", 110.0), planned("2026-06", "2026-07", 110.0)]
    store = opened(make_store, history, plan)
    result = ask(store, "wmape", period={"start": None, "end": None})
    assert total(result) == pytest.approx(0.1)
    assert "nothing is loaded for July 2026" in refusal(ask(store, "wmape", **month("2026-07")), "no_data")


def test_a_month_of_actuals_that_is_not_loaded_is_no_month_of_zero_demand(make_store: MakeStore) -> None:
    plan = [planned("2026-04", "2026-05", 50.0), planned("2026-05", "2026-06", 110.0)]
    store = opened(make_store, [actual("A", "N1", "2026-06", 100.0)], plan)
    result = ask(store, "forecast_bias", **MAY_JUNE)
    assert total(result) == pytest.approx(0.1)
    assert warned(result, "partial")


class TestByValue:
    def test_errors_are_weighted_with_standard_cost_and_what_has_none_is_counted(
        self, make_store: MakeStore
    ) -> None:
        costs = (1.0, 10.0, None)
        products = [{**row, "standard_cost": cost} for row, cost in zip(PRODUCTS, costs, strict=True)]
        history = [actual(name, "N1", "2026-06", 100.0) for name in "ABC"]
        plan = [planned("2026-05", "2026-06", 110.0, product=name) for name in "AB"]
        store = opened(make_store, history, plan, products=products)
        result = ask(store, "wmape", weight="value", **JUNE)
        assert total(result) == pytest.approx((10 + 100) / (100 + 1000))
        said = warned(result, "rows_left_out")
        assert "1 product-market months have no standard cost and are left out." in said

    def test_without_standard_costs_it_names_what_is_missing(self, store: PlanStore) -> None:
        assert "standard cost" in refusal(ask(store, "wmape", weight="value", **JUNE), "no_data")


class TestDemandPlan:
    plan = (
        planned("2026-05", "2026-06", 60.0),
        planned("2026-05", "2026-07", 70.0),
        planned("2026-06", "2026-06", 61.0),
        planned("2026-06", "2026-07", 71.0),
        planned("2026-06", "2026-08", 81.0),
        planned("2026-04", "2026-07", 5.0, version="sales"),
        planned("2026-07", "2026-08", 99.0),
    )

    def store(self, make_store: MakeStore) -> PlanStore:
        return opened(make_store, [actual("A", "N1", "2026-06", 1.0)], list(self.plan))

    def test_closed_months_are_read_at_lag_1_and_those_ahead_of_the_latest_cycle(
        self, make_store: MakeStore
    ) -> None:
        result = ask(
            self.store(make_store),
            "demand_plan_units",
            group_by=["month"],
            start="2026-06-01",
            end="2026-08-31",
        )
        assert grouped(result, "month") == {("2026-06",): 60.0, ("2026-07",): 71.0, ("2026-08",): 81.0}
        assert any("latest cycle (June 2026)" in said for said in result.assumptions)

    def test_the_default_window_is_the_next_three_months(self, make_store: MakeStore) -> None:
        result = ask(self.store(make_store), "demand_plan_units")
        assert total(result) == 71.0 + 81.0
        assert warned(result, "partial") == ["Q3 2026 is only partly loaded: nothing for September 2026."]

    def test_the_latest_cycle_is_the_latest_that_holds_the_version(self, make_store: MakeStore) -> None:
        result = ask(self.store(make_store), "demand_plan_units", group_by=["version"], **month("2026-07"))
        assert grouped(result, "version") == {("sales",): 5.0, ("consensus",): 71.0}

    def test_an_asked_cycle_or_lag_holds_for_all_months(self, make_store: MakeStore) -> None:
        store = self.store(make_store)
        assert total(ask(store, "demand_plan_units", cycle="2026-05-01", **month("2026-07"))) == 70.0
        assert total(ask(store, "demand_plan_units", lag=2, **month("2026-07"))) == 70.0
        assert total(ask(store, "demand_plan_units", lag=0, **month("2026-06"))) == 61.0

    def test_a_cycle_that_was_not_held_is_no_data(self, make_store: MakeStore) -> None:
        result = ask(self.store(make_store), "demand_plan_units", cycle="2025-01-01", **month("2026-07"))
        assert "of the cycle of January 2025" in refusal(result, "no_data")

    def test_weight_has_no_bearing_on_a_sum_of_units(self, make_store: MakeStore) -> None:
        mixed = [
            {**row, "unit_of_measure": unit}
            for row, unit in zip(PRODUCTS, ("case", "keg", "bag"), strict=True)
        ]
        plan = [planned("2026-06", "2026-07", 1.0, product=name) for name in "AB"]
        store = opened(make_store, [actual("A", "N1", "2026-06", 1.0)], plan, products=mixed)
        result = ask(store, "demand_plan_units", weight="value", **month("2026-07"))
        assert "base_units_per_unit" in refusal(result, "no_data")
