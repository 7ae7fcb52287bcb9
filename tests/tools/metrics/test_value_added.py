"""Plan versions against each other: value added by each step, overrides and their authors, ranges."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.access import LOCAL_USER, Person, Scope
from connectors.plan_store import PlanStore
from connectors.warehouse import Warehouse
from tests.asking import ask, grouped, month, refusal, total, warned
from tests.stores import MakeStore
from tests.tools.metrics.tiny_rows import LISTS, Row, actual, planned

JUNE = month("2026-06")
VERSIONS = ("naive", "statistical", "consensus")


def of_version(*names: str) -> list[dict[str, Any]]:
    return [{"dimension": "version", "members": list(names)}]


def opened(make_store: MakeStore, history: list[Row], plan: list[Row], **tables: list[Row]) -> Warehouse:
    return make_store({**LISTS, "demand_history": history, "demand_plan": plan, **tables})


def versions_of(product: str, market: str, *units: float) -> list[Row]:
    """June at lag 1: naive, statistical and consensus units of a product in a market."""
    numbers = zip(VERSIONS, units, strict=False)
    return [planned("2026-05", "2026-06", n, product, market, version=version) for version, n in numbers]


class TestForecastValueAdded:
    """Of 200 units the naive plan misses 50, the statistical 40, the consensus 10; two keys stand aside."""

    @pytest.fixture
    def warehouse(self, make_store: MakeStore) -> Warehouse:
        history = [
            actual("A", "N1", "2026-06", 100.0),
            actual("A", "S1", "2026-06", 100.0),
            actual("B", "N1", "2026-06", 50.0),
            actual("C", "S1", "2026-06", 7.0),
        ]
        plan = [
            *versions_of("A", "N1", 140.0, 120.0, 110.0),
            *versions_of("A", "S1", 90.0, 80.0, 100.0),
            *versions_of("B", "N1", 49.0),
            planned("2026-05", "2026-06", 50.0, "B", version="consensus"),
        ]
        return opened(make_store, history, plan)

    @pytest.fixture
    def store(self, warehouse: Warehouse) -> PlanStore:
        return warehouse.for_person(LOCAL_USER)

    def test_without_versions_it_is_the_whole_stairstep_and_the_steps_add_up(self, store: PlanStore) -> None:
        result = ask(store, "forecast_value_added", **JUNE)
        steps = grouped(result, "version")
        assert steps == pytest.approx({("statistical",): 0.25 - 0.2, ("consensus",): 0.2 - 0.05})
        assert list(steps) == [("statistical",), ("consensus",)]
        assert total(result) == pytest.approx(0.25 - 0.05)
        assert result.figures[0].formatted == "20.0 pts"
        assert any("naive → statistical → consensus" in said for said in result.assumptions)
        assert any("positive means" in said for said in result.assumptions)

    def test_only_keys_that_all_versions_hold_count_and_the_rest_is_counted(self, store: PlanStore) -> None:
        (said,) = warned(ask(store, "forecast_value_added", **JUNE), "rows_left_out")
        assert said.startswith("2 product-market months are not in all of the plans shown")
        # beer has no statistical number, so it counts only where that version is not shown
        two = ask(store, "forecast_value_added", filters=of_version("naive", "consensus"), **JUNE)
        assert total(two) == pytest.approx((50 + 1) / 250 - (10 + 0) / 250)

    def test_the_errors_of_the_versions_stand_beside_it(self, store: PlanStore) -> None:
        (table,) = ask(store, "forecast_value_added", **JUNE).tables
        assert [column.name for column in table.columns[2:]] == ["WMAPE before", "WMAPE after"]
        assert table.rows[0][2:] == pytest.approx([0.25, 0.2])
        assert table.rows[1][2:] == pytest.approx([0.2, 0.05])

    def test_in_another_cut_they_are_those_of_the_first_and_the_last_version(self, store: PlanStore) -> None:
        (table,) = ask(store, "forecast_value_added", group_by=["market"], **JUNE).tables
        assert {row[0]: row[2:] for row in table.rows} == {
            "Norland": pytest.approx([0.4, 0.1]),
            "Sudland": pytest.approx([0.1, 0.0]),
        }

    @pytest.mark.parametrize(
        ("options", "expected"),
        [
            ({"filters": of_version("consensus", "statistical")}, 0.2 - 0.05),
            ({"version": "statistical"}, 0.25 - 0.2),
            ({"version": "Consensus"}, 0.2 - 0.05),
            ({"error_level": ["family"], "filters": of_version("naive", "statistical")}, 30 / 200 - 0.0),
        ],
    )
    def test_asked_versions_choose_the_step(
        self, store: PlanStore, options: dict[str, Any], expected: float
    ) -> None:
        filters = [*options.pop("filters", []), {"dimension": "product", "members": ["A"]}]
        result = ask(store, "forecast_value_added", filters=filters, **options, **JUNE)
        assert total(result) == pytest.approx(expected)
        assert len(result.figures) == 1

    def test_it_is_cut_like_any_other(self, store: PlanStore) -> None:
        by_market = ask(store, "forecast_value_added", group_by=["market"], **JUNE)
        assert grouped(by_market, "market") == pytest.approx({("N1",): 0.4 - 0.1, ("S1",): 0.1 - 0})
        both = ask(store, "forecast_value_added", group_by=["version", "month"], **JUNE)
        assert grouped(both, "version", "month") == pytest.approx(
            {("statistical", "2026-06"): 0.05, ("consensus", "2026-06"): 0.15}
        )
        assert total(both) == total(by_market) == pytest.approx(0.2)

    def test_a_step_that_changes_nothing_is_shown_as_zero(self, make_store: MakeStore) -> None:
        plan = versions_of("A", "N1", 100.0, 100.0, 100.0)
        warehouse = opened(make_store, [actual("A", "N1", "2026-06", 100.0)], plan)
        found = ask(warehouse.for_person(LOCAL_USER), "forecast_value_added", **JUNE)
        assert grouped(found, "version") == {("statistical",): 0.0, ("consensus",): 0.0}

    def test_nothing_comes_before_the_first_version(self, store: PlanStore) -> None:
        said = refusal(ask(store, "forecast_value_added", version="naive", **JUNE), "no_data")
        assert "naive is the first version" in said and "statistical, consensus" in said

    def test_one_version_alone_has_no_steps(self, make_store: MakeStore) -> None:
        plan = [planned("2026-05", "2026-06", 1.0)]
        warehouse = opened(make_store, [actual("A", "N1", "2026-06", 1.0)], plan)
        asked = ask(warehouse.for_person(LOCAL_USER), "forecast_value_added", **JUNE)
        assert "loaded is only consensus" in refusal(asked, "no_data")

    def test_a_version_that_planned_no_closed_month_yet_is_no_step(self, make_store: MakeStore) -> None:
        plan = [
            *versions_of("A", "N1", 140.0, 120.0, 110.0),
            planned("2026-06", "2026-07", 1.0, version="branches"),
        ]
        warehouse = opened(make_store, [actual("A", "N1", "2026-06", 100.0)], plan)
        found = ask(warehouse.for_person(LOCAL_USER), "forecast_value_added", **JUNE)
        assert list(grouped(found, "version")) == [("statistical",), ("consensus",)]

    def test_a_month_that_a_version_lacks_is_left_out_and_said(self, make_store: MakeStore) -> None:
        history = [actual("A", "N1", at, 100.0) for at in ("2026-05", "2026-06")]
        early = [planned("2026-04", "2026-05", 1.0, version=version) for version in VERSIONS[1:]]
        plan = [*versions_of("A", "N1", 140.0, 120.0, 110.0), *early]
        store = opened(make_store, history, plan).for_person(LOCAL_USER)
        result = ask(store, "forecast_value_added", start="2026-05-01", end="2026-06-30")
        assert total(result) == pytest.approx(0.3)
        assert warned(result, "partial") == ["May–Jun 2026 is only partly loaded: nothing for May 2026."]

    @pytest.mark.slow
    def test_it_telescopes_in_every_cut_of_the_demo_company(self, demo: PlanStore) -> None:
        """First less last of the plain errors, where all versions hold the same keys."""
        for by in ([], ["quarter"], ["family"]):
            result = ask(demo, "forecast_value_added", group_by=["version", *by])
            ends = [ask(demo, "forecast_value_added", group_by=by, filters=of_version("naive", "consensus"))][
                0
            ]
            steps = grouped(result, "version", *by)
            for key in {key[1:] for key in steps}:
                added = sum(value or 0 for step, value in steps.items() if step[1:] == key)
                assert added == pytest.approx(grouped(ends, *by)[key] if by else total(ends)), key
            assert total(result) == pytest.approx(total(ends))

    def test_somebody_who_sees_one_region_has_the_steps_of_its_plans(self, warehouse: Warehouse) -> None:
        southern = Person("s@example.com", scope=Scope({"region": frozenset({"South"})}))
        result = ask(warehouse.for_person(southern), "forecast_value_added", **JUNE)
        assert grouped(result, "version") == pytest.approx({("statistical",): -0.1, ("consensus",): 0.2})


class TestOverrides:
    """Won: A in N1 (100 → 106, sold 110) and B in S1 (200 → 150, sold 100). Lost: B in N1, C in N1."""

    @pytest.fixture
    def warehouse(self, make_store: MakeStore) -> Warehouse:
        history = [
            actual("A", "N1", "2026-06", 110.0),
            actual("A", "S1", "2026-06", 120.0),
            actual("B", "N1", "2026-06", 95.0),
            actual("B", "S1", "2026-06", 100.0),
        ]
        plan = [
            *versions_of("A", "N1", 0.0, 100.0, 106.0),
            *versions_of("A", "S1", 0.0, 100.0, 105.0),  # 5% and no more is no override
            *versions_of("B", "N1", 0.0, 100.0, 80.0),
            *versions_of("B", "S1", 0.0, 200.0, 150.0),
            *versions_of("C", "N1", 0.0, 0.0, 10.0),
            planned("2026-05", "2026-06", 9.0, "C", "S1"),  # in the consensus plan alone
        ]
        return opened(make_store, history, plan, adjustments=self.adjustments())

    def adjustments(self) -> list[Row]:
        """Petra wins one of two, the tie is lost; one of Luca's is too small, one was made in April."""
        numbers = [
            ("2026-05", "sales", "A", "N1", "Petra", 100.0, 107.0),
            ("2026-05", "sales", "B", "N1", "Petra", 90.0, 100.0),
            ("2026-05", "sales", "A", "S1", "Luca", 100.0, 104.0),
            ("2026-04", "sales", "A", "S1", "Luca", 50.0, 100.0),
            ("2026-05", "consensus", "B", "S1", "Jonas", 200.0, 120.0),
        ]
        names = ("cycle", "version", "product_id", "market_id", "author", "units_before", "units_after")
        rows = [dict(zip(names, row, strict=True)) for row in numbers]
        return [{**row, "cycle": f"{row['cycle']}-01", "period": "2026-06-01"} for row in rows]

    @pytest.fixture
    def store(self, warehouse: Warehouse) -> PlanStore:
        return warehouse.for_person(LOCAL_USER)

    def test_an_override_wins_where_it_lowers_the_error(self, store: PlanStore) -> None:
        result = ask(store, "override_win_rate", **JUNE)
        assert total(result) == pytest.approx(2 / 4)
        assert warned(result, "rows_left_out") == [
            "1 product-market months stand in only one of the two plans and are left out."
        ]
        by_product = ask(store, "override_win_rate", group_by=["product"], **JUNE)
        assert grouped(by_product, "product") == pytest.approx({("A",): 1.0, ("B",): 0.5, ("C",): 0.0})

    def test_by_author_it_reads_who_changed_which_number(self, store: PlanStore) -> None:
        result = ask(store, "override_win_rate", group_by=["author"], **JUNE)
        found = grouped(result, "author")
        assert found == pytest.approx({("Petra",): 0.5, ("Luca",): None, ("Jonas",): 1.0})
        assert total(result) == pytest.approx(2 / 3)
        petra = [{"dimension": "author", "members": ["petra"]}]
        assert total(ask(store, "override_win_rate", filters=petra, **JUNE)) == pytest.approx(0.5)
        lag_2 = ask(store, "override_win_rate", group_by=["author"], lag=2, **JUNE)
        assert "2 months before" in refusal(lag_2, "no_data")  # no plan was made then
        sales = ask(store, "override_win_rate", group_by=["author"], filters=of_version("consensus"), **JUNE)
        assert list(grouped(sales, "author")) == [("Jonas",)]

    def test_an_author_who_does_not_exist_is_told(self, store: PlanStore) -> None:
        nobody = [{"dimension": "author", "members": ["Pedra"]}]
        assert "Petra" in refusal(ask(store, "override_win_rate", filters=nobody, **JUNE), "no_data")

    def test_somebody_who_sees_one_region_has_its_overrides_and_authors(self, warehouse: Warehouse) -> None:
        southern = warehouse.for_person(
            Person("s@example.com", scope=Scope({"region": frozenset({"South"})}))
        )
        assert total(ask(southern, "override_win_rate", **JUNE)) == 1.0
        by_author = grouped(ask(southern, "override_win_rate", group_by=["author"], **JUNE), "author")
        assert by_author == {("Luca",): None, ("Jonas",): 1.0}
        petra = [{"dimension": "author", "members": ["Petra"]}]
        assert "Petra'" in refusal(ask(southern, "override_win_rate", filters=petra, **JUNE), "no_data")


class TestIntervalCoverage:
    @pytest.fixture
    def store(self, make_store: MakeStore) -> PlanStore:
        """In: A in N1 (at the edge), C in N1 (nothing sold). Out: B in N1, C in S1. A in S1 has no range."""
        history = [
            actual("A", "N1", "2026-06", 110.0),
            actual("A", "S1", "2026-06", 100.0),
            actual("B", "N1", "2026-06", 111.0),
        ]
        made = [
            ("2026-05", "A", "N1", 90.0, 110.0),
            ("2026-05", "A", "S1", None, None),
            ("2026-05", "B", "N1", 90.0, 110.0),
            ("2026-05", "C", "N1", 0.0, 5.0),
            ("2026-05", "C", "S1", 1.0, 5.0),
            ("2026-04", "A", "N1", 120.0, 130.0),
        ]
        plan = [
            planned(
                cycle, "2026-06", 100.0, product, market, version="statistical", units_p10=low, units_p90=high
            )
            for cycle, product, market, low, high in made
        ]
        return opened(make_store, history, plan).for_person(LOCAL_USER)

    def test_it_is_the_share_of_actuals_within_their_range(self, store: PlanStore) -> None:
        result = ask(store, "interval_coverage", **JUNE)
        assert total(result) == pytest.approx(2 / 4)
        assert any("80% is right" in said for said in result.assumptions)
        assert total(ask(store, "interval_coverage", lag=2, **JUNE)) == 0.0

    def test_by_lag_all_lags_that_are_loaded_are_read(self, store: PlanStore) -> None:
        result = ask(store, "interval_coverage", group_by=["lag"], **JUNE)
        assert grouped(result, "lag") == pytest.approx({("1",): 0.5, ("2",): 0.0})
        assert any("every lag" in said for said in result.assumptions)

    def test_plans_without_ranges_have_none(self, make_store: MakeStore) -> None:
        plan = versions_of("A", "N1", 1.0, 1.0)
        store = opened(make_store, [actual("A", "N1", "2026-06", 1.0)], plan).for_person(LOCAL_USER)
        assert "P10" in refusal(ask(store, "interval_coverage", **JUNE), "no_data")
