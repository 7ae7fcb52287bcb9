"""Windows, buckets and comparisons over time, on rows that are worked out by hand."""

from __future__ import annotations

import pytest

from connectors.access import LOCAL_USER
from connectors.plan_store import PlanStore
from tests.asking import all_time, ask, grouped, label, month, refusal, total, warned
from tests.stores import MakeStore
from tests.tools.metrics.tiny_rows import LISTS, Row, actual, line

JUNE = month("2026-06")
MONTHS = [f"{year}-{number:02d}" for year in (2024, 2025, 2026) for number in range(1, 13)][:30]
"""January 2024 to June 2026; the n-th month has n units."""


@pytest.fixture
def history(make_store: MakeStore) -> PlanStore:
    rows = [actual("A", "N1", name, float(n)) for n, name in enumerate(MONTHS, start=1)]
    return make_store({**LISTS, "demand_history": rows}).for_person(LOCAL_USER)


@pytest.fixture
def fiscal(make_store: MakeStore) -> PlanStore:
    """The same, with a fiscal year that starts in April."""
    rows = [actual("A", "N1", name, float(n)) for n, name in enumerate(MONTHS, start=1)]
    return make_store({**LISTS, "demand_history": rows}, fiscal_year_start_month="4").for_person(LOCAL_USER)


class TestDefaultPeriods:
    def test_a_flow_is_that_of_the_last_closed_month(self, history: PlanStore) -> None:
        result = ask(history, "ordered_units")
        assert (total(result), label(result.figures[0])) == (30.0, "June 2026")
        assert any("June 2026, the last closed month" in said for said in result.assumptions)

    def test_by_month_it_is_the_last_twelve_closed_months(self, history: PlanStore) -> None:
        found = grouped(ask(history, "ordered_units", group_by=["month"]), "month")
        assert found == {(name,): float(n) for n, name in enumerate(MONTHS, start=1) if n > 18}

    def test_by_year_it_is_all_closed_months(self, history: PlanStore) -> None:
        found = grouped(ask(history, "ordered_units", group_by=["year"]), "year")
        assert found == {("2024",): 78.0, ("2025",): 222.0, ("2026",): 165.0}

    def test_all_time_runs_to_the_end_of_the_data(self, history: PlanStore) -> None:
        result = ask(history, "ordered_units", **all_time())
        assert total(result) == 465.0
        assert label(result.figures[0]) == "all time (Jan 2024 – Jun 2026)"


class TestPartlyLoaded:
    def test_a_window_partly_loaded_names_the_missing_months(self, history: PlanStore) -> None:
        result = ask(history, "ordered_units", start="2023-11-01", end="2024-02-29")
        assert total(result) == 3.0
        assert warned(result, "partial") == [
            "Nov 2023 – Feb 2024 is only partly loaded: nothing for Nov–Dec 2023."
        ]

    def test_a_window_of_which_nothing_is_loaded_is_no_data_and_says_what_is(
        self, history: PlanStore
    ) -> None:
        said = refusal(ask(history, "ordered_units", **month("2023-05")), "no_data")
        assert "January 2024 to June 2026" in said

    def test_a_window_that_ends_before_it_starts_is_told(self, history: PlanStore) -> None:
        asked = {"start": "2026-06-01", "end": "2026-05-01"}
        assert "before it starts" in refusal(ask(history, "ordered_units", **asked), "no_data")

    def test_a_month_that_the_data_break_off_in_is_flagged(self, make_store: MakeStore) -> None:
        lines = [line("o1"), line("o2", ordered_on="2026-07-09", promised_on="2026-07-09")]
        store = make_store({**LISTS, "order_lines": lines}, as_of="").for_person(LOCAL_USER)
        assert store.as_of.isoformat() == "2026-06-30"
        assert warned(ask(store, "otif_rate", **JUNE), "partial") == []
        result = ask(store, "otif_rate", **all_time())
        assert warned(result, "partial") == [
            "July 2026 is not complete in the data; what there is of it is counted."
        ]
        assert total(result) == 1.0

    def test_the_other_side_of_a_comparison_is_flagged_too(self, history: PlanStore) -> None:
        asked = {"compare_with": "previous_period", "start": "2024-02-01", "end": "2024-03-31"}
        result = ask(history, "ordered_units", **asked)
        assert warned(result, "partial") == [
            "Dec 2023 – Jan 2024 is only partly loaded: nothing for December 2023."
        ]


class TestWithinMonths:
    def test_days_and_weeks_work_on_dated_lines(self, make_store: MakeStore) -> None:
        lines = [
            line("o1", promised_on="2026-06-08", delivered_on="2026-06-08"),
            line("o2", promised_on="2026-06-14", delivered_on="2026-06-20"),
        ]
        store = make_store({**LISTS, "order_lines": lines}).for_person(LOCAL_USER)
        assert total(ask(store, "otif_rate", start="2026-06-08", end="2026-06-14")) == 0.5
        assert total(ask(store, "otif_rate", start="2026-06-09", end="2026-06-14")) == 0.0

    @pytest.mark.parametrize("window", [("2026-06-10", "2026-06-20"), ("2026-05-15", "2026-06-30")])
    def test_what_is_kept_by_month_is_declined_for_parts_of_months(
        self, history: PlanStore, window: tuple[str, str]
    ) -> None:
        result = ask(history, "ordered_units", start=window[0], end=window[1])
        assert "kept by month" in refusal(result, "no_data")


class TestFiscalYear:
    def test_years_and_quarters_start_in_april_and_bear_the_year_in_which_they_end(
        self, fiscal: PlanStore
    ) -> None:
        asked = {"start": "2025-01-01", "end": "2026-06-30"}
        years = grouped(ask(fiscal, "ordered_units", group_by=["year"], **asked), "year")
        assert years == {("2025",): 13 + 14 + 15, ("2026",): sum(range(16, 28)), ("2027",): 28 + 29 + 30}
        quarters = grouped(ask(fiscal, "ordered_units", group_by=["quarter"], **asked), "quarter")
        assert quarters[("2026-Q1",)] == 16 + 17 + 18
        assert quarters[("2026-Q4",)] == 25 + 26 + 27

    def test_the_label_says_that_it_is_a_fiscal_year(self, fiscal: PlanStore) -> None:
        result = ask(fiscal, "ordered_units", group_by=["quarter"], start="2026-01-01", end="2026-06-30")
        labels = [label(figure) for figure in result.figures if figure.group]
        assert labels == ["Q4 FY2026", "Q1 FY2027"]

    def test_windows_are_named_so_too(self, fiscal: PlanStore) -> None:
        asked = {"compare_with": "previous_period", "start": "2026-04-01", "end": "2026-06-30"}
        (figure,) = ask(fiscal, "ordered_units", **asked).figures
        assert (
            figure.period is not None
            and figure.comparison is not None
            and figure.comparison.period is not None
        )
        assert (figure.period.label, figure.comparison.period.label) == ("Q1 FY2027", "Q4 FY2026")

    def test_fiscal_quarters_are_compared_with_those_of_last_year(self, fiscal: PlanStore) -> None:
        asked = {"group_by": ["quarter"], "compare_with": "same_period_last_year"}
        result = ask(fiscal, "ordered_units", start="2026-01-01", end="2026-06-30", **asked)
        sides = {f.group["quarter"]: f.comparison.value for f in result.figures if f.group and f.comparison}
        assert sides == {"2026-Q4": 13 + 14 + 15, "2027-Q1": 16 + 17 + 18}


class TestBuckets:
    def test_a_bucket_that_the_window_cuts_says_which_part_it_is(self, history: PlanStore) -> None:
        result = ask(history, "ordered_units", group_by=["quarter"], start="2026-02-01", end="2026-05-31")
        labels = {figure.group["quarter"]: label(figure) for figure in result.figures if figure.group}
        assert labels == {"2026-Q1": "Feb–Mar 2026", "2026-Q2": "Apr–May 2026"}

    def test_parts_of_time_come_in_order_and_add_up(self, history: PlanStore) -> None:
        result = ask(
            history, "ordered_units", group_by=["year", "quarter"], start="2025-01-01", end="2026-06-30"
        )
        found = grouped(result, "year", "quarter")
        assert list(found) == sorted(found)
        assert sum(value or 0 for value in found.values()) == total(result) == sum(range(13, 31))


class TestComparisons:
    def test_the_previous_period_is_the_one_of_the_same_length_before(self, history: PlanStore) -> None:
        asked = {"compare_with": "previous_period", "start": "2026-04-01", "end": "2026-06-30"}
        (figure,) = ask(history, "ordered_units", **asked).figures
        other = figure.comparison
        assert other is not None and other.period is not None
        assert (figure.value, other.value, other.difference) == (87.0, 78.0, 9.0)
        assert other.relative == pytest.approx(9 / 78)
        assert (other.with_, other.period.label) == ("previous_period", "Q1 2026")

    def test_the_same_period_last_year_holds_for_each_month(self, history: PlanStore) -> None:
        asked = {"compare_with": "same_period_last_year", "group_by": ["month"]}
        result = ask(history, "ordered_units", start="2026-05-01", end="2026-06-30", **asked)
        sides = {
            f.group["month"]: (f.value, f.comparison.value)
            for f in result.figures
            if f.group and f.comparison
        }
        assert sides == {"2026-05": (29.0, 17.0), "2026-06": (30.0, 18.0)}

    def test_where_there_is_nothing_before_the_other_side_is_null_with_a_reason(
        self, history: PlanStore
    ) -> None:
        (figure,) = ask(history, "ordered_units", compare_with="previous_period", **month("2024-01")).figures
        other = figure.comparison
        assert other is not None
        assert (other.value, other.difference, other.better) == (None, None, None)
        assert other.reason == "there is no value for December 2023"

    def test_a_member_that_is_named_like_a_year_is_not_moved_in_time(self, make_store: MakeStore) -> None:
        products = [{"product_id": "2026", "product_name": "Cuvée", "family": "Wine"}]
        rows = [{**actual("2026", "N1", name, 1.0)} for name in ("2025-06", "2026-06")]
        store = make_store({**LISTS, "products": products, "demand_history": rows}).for_person(LOCAL_USER)
        asked = {"compare_with": "same_period_last_year", "group_by": ["product", "month"]}
        figure = next(f for f in ask(store, "ordered_units", **asked, **JUNE).figures if f.group)
        assert figure.comparison is not None
        assert figure.comparison.value == 1.0


class TestBetter:
    """A rise is good, bad or neither by the metric's direction."""

    def better(self, make_store: MakeStore, metric: str, may: Row, june: Row) -> bool | None:
        dates = {"ordered_on": "2026-05-01", "promised_on": "2026-05-10", "delivered_on": "2026-05-09"}
        lines = [line("m", **{**dates, **may}), line("j", **june)]
        store = make_store({**LISTS, "order_lines": lines}).for_person(LOCAL_USER)
        (figure,) = ask(store, metric, compare_with="previous_period", **JUNE).figures
        assert figure.comparison is not None
        return figure.comparison.better

    def test_more_is_better_for_a_rate_of_service(self, make_store: MakeStore) -> None:
        assert self.better(make_store, "otif_rate", {"delivered_on": "2026-05-30"}, {}) is True
        assert self.better(make_store, "otif_rate", {}, {"delivered_on": "2026-06-30"}) is False

    def test_less_is_better_for_cost_and_loss(self, make_store: MakeStore) -> None:
        assert (
            self.better(make_store, "expedite_cost", {"expedite_cost": 1.0}, {"expedite_cost": 2.0}) is False
        )

    def test_the_same_is_neither(self, make_store: MakeStore) -> None:
        assert self.better(make_store, "otif_rate", {}, {}) is None
