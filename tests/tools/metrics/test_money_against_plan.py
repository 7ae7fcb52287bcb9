"""Money in the financial plans and against them: which version and cycle of which month is read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from connectors.access import LOCAL_USER, Person, Scope
from connectors.errors import MissingTable, OutOfRange
from connectors.periods import Period
from connectors.plan_store import PlanStore
from connectors.warehouse import Warehouse
from tests.asking import ask, grouped, month, refusal, total, warned
from tests.stores import MakeStore
from tests.tools.metrics.tiny_rows import LISTS, Row
from tools.metrics.facts.financial_plans import plan_version_of

Q2 = {"start": date(2026, 4, 1), "end": date(2026, 6, 30)}
Q3 = {"start": date(2026, 7, 1), "end": date(2026, 9, 30)}


def booked(month_: str, region: str = "North", **amounts: float) -> list[Row]:
    keys = {"business_unit": "Drinks", "region": region, "period": f"{month_}-01"}
    return [{**keys, "account": account, "amount": amount} for account, amount in amounts.items()]


def plan(version: str, cycle: str, month_: str, region: str = "North", **amounts: float) -> list[Row]:
    made = {"version": version, "cycle": f"{cycle}-01"}
    return [{**made, **row} for row in booked(month_, region, **amounts)]


ACTUALS = [
    *booked("2026-04", revenue=100, cogs=70),
    *booked("2026-05", revenue=110, cogs=70),
    *booked("2026-06", revenue=120, cogs=70),
]
PLANS = [
    # a budget of the year, and one that was made anew
    *plan("budget", "2025-11", "2026-04", revenue=90, cogs=50),
    *plan("budget", "2025-11", "2026-05", revenue=91, cogs=50),
    *plan("budget", "2025-11", "2026-06", revenue=92, cogs=50),
    *plan("budget", "2025-11", "2026-07", revenue=93, cogs=50),
    *plan("budget", "2026-05", "2026-06", revenue=192, cogs=150),
    *plan("committed", "2026-03", "2026-05", revenue=101, cogs=60),
    *plan("committed", "2026-04", "2026-05", revenue=102, cogs=60),
    *plan("committed", "2026-04", "2026-06", revenue=103, cogs=60),
    *plan("committed", "2026-06", "2026-06", revenue=999, cogs=60),
    *plan("committed", "2026-06", "2026-07", revenue=104, cogs=60),
    *plan("latest", "2026-05", "2026-07", revenue=111, cogs=60),
    *plan("latest", "2026-06", "2026-07", revenue=112, cogs=60),
    *plan("latest", "2026-06", "2026-08", revenue=113, cogs=60),
]

Opened = Callable[..., Warehouse]


@pytest.fixture
def opened(make_store: MakeStore) -> Opened:
    def make(*plans: Row, **tables: list[Row]) -> Warehouse:
        return make_store({**LISTS, "financials": ACTUALS, "financial_plans": [*plans] or PLANS, **tables})

    return make


@pytest.fixture
def store(opened: Opened) -> PlanStore:
    return opened().for_person(LOCAL_USER)


class TestAVersionAskedFor:
    def test_the_budget_is_that_of_the_latest_cycle_not_after_the_start_of_the_window(
        self, store: PlanStore
    ) -> None:
        result = ask(store, "revenue", version="budget", **Q2)
        assert total(result) == 90 + 91 + 92
        assert result.sources[0].tables == ["financial_plans"]
        assert "plan: the budget of November 2025 (financial book)" in result.assumptions
        assert total(ask(store, "revenue", version="budget", **month("2026-06"))) == 192
        assert total(ask(store, "gross_margin_rate", version="Budget", **month("2026-06"))) == 42 / 192

    def test_a_later_budget_that_does_not_plan_the_window_is_passed_over(self, store: PlanStore) -> None:
        assert total(ask(store, "revenue", version="budget", **month("2026-07"))) == 93

    def test_the_committed_plan_of_a_month_is_the_latest_made_before_it(self, store: PlanStore) -> None:
        result = ask(store, "revenue", version="committed", group_by=["month"], **Q2)
        assert grouped(result, "month") == {("2026-05",): 102.0, ("2026-06",): 103.0}
        assert warned(result, "partial") == ["Q2 2026 is only partly loaded: nothing for April 2026."]

    def test_a_plan_of_a_part_of_the_months_is_shown_and_not_compared(self, store: PlanStore) -> None:
        compared = ask(store, "revenue", compare_with="committed", group_by=["month"], **Q2)
        whole, *months = [figure.comparison for figure in compared.figures]
        assert (whole.value, whole.difference, whole.relative, whole.better) == (205, None, None, None)
        assert whole.reason == "the committed plan is not loaded for all of these months"
        assert [month.difference is None for month in months] == [True, False, False]
        (said,) = warned(compared, "partial")
        assert said == "Q2 2026 is only partly loaded for the committed plan: nothing for April 2026."

    def test_the_latest_plan_is_that_of_the_latest_cycle_and_looks_ahead(self, opened: Opened) -> None:
        warehouse = opened()
        now = ask(warehouse.for_person(LOCAL_USER), "gross_margin", version="latest", **month("2026-07"))
        assert (total(now), now.figures[0].basis) == (112 - 60, {"version": "latest"})
        in_may = warehouse.for_person(LOCAL_USER, as_of=date(2026, 5, 31))
        assert total(ask(in_may, "gross_margin", version="latest", **month("2026-07"))) == 111 - 60
        assert total(ask(in_may, "revenue", version="budget", **month("2026-06"))) == 192

    def test_a_cycle_that_is_asked_for_holds(self, store: PlanStore) -> None:
        asked = {"version": "committed", "cycle": date(2026, 3, 1)}
        result = ask(store, "revenue", **asked, **month("2026-05"))
        assert (total(result), result.figures[0].basis["cycle"]) == (101.0, "2026-03-01")

    def test_plan_stands_for_committed_else_budget_by_month(self, store: PlanStore) -> None:
        assert total(ask(store, "revenue", version="plan", **Q2)) == 90 + 102 + 103

    def test_versions_stand_side_by_side_without_a_whole(self, store: PlanStore) -> None:
        result = ask(store, "revenue", group_by=["version"], **month("2026-07"))
        assert grouped(result, "version") == {("budget",): 93.0, ("committed",): 104.0, ("latest",): 112.0}
        assert all(figure.group_ids for figure in result.figures)

    def test_without_a_version_it_stays_the_actual(self, store: PlanStore) -> None:
        assert total(ask(store, "gross_margin", **month("2026-06"))) == 50
        aside = ask(store, "gross_margin", version="consensus", **month("2026-06"))
        assert "Gross margin does not depend on a plan version: left aside" in aside.assumptions

    def test_what_is_not_there_is_named_and_never_replaced(self, store: PlanStore, opened: Opened) -> None:
        unknown = refusal(ask(store, "revenue", version="stretch", **Q2), "no_data")
        assert "no version stretch" in unknown and "budget, committed, latest" in unknown
        ahead = refusal(ask(store, "revenue", version="budget", **month("2026-08")), "no_data")
        assert ahead.startswith(
            "There is no budget for August 2026. What is planned in that version runs over"
        )
        only = [row for row in PLANS if row["version"] == "committed"]
        without = opened(*only).for_person(LOCAL_USER)
        assert "no version budget" in refusal(ask(without, "revenue", version="budget", **Q2), "no_data")
        late = opened(*plan("budget", "2026-05", "2026-04", revenue=1)).for_person(LOCAL_USER)
        said = refusal(ask(late, "revenue", version="budget", **Q2), "no_data")
        assert said == (
            "There is no budget for Q2 2026 that was made by April 2026. Budgets were made in May 2026."
        )

    def test_it_is_cut_by_business_unit_and_region_alone(self, store: PlanStore) -> None:
        said = refusal(ask(store, "revenue", version="budget", group_by=["family"], **Q2), "no_data")
        assert "It can be cut by business unit, region, month" in said


class TestAgainstPlan:
    def test_it_is_actual_less_plan_with_the_source_of_each_month_said(self, store: PlanStore) -> None:
        result = ask(store, "revenue_vs_plan", group_by=["month"], **Q2)
        assert grouped(result, "month") == {("2026-04",): 10.0, ("2026-05",): 8.0, ("2026-06",): 17.0}
        assert total(result) == 35.0
        assert (
            "plan: the budget of November 2025 for April 2026; the committed plan, each month from the "
            "latest cycle before it for May–Jun 2026 (financial book)" in result.assumptions
        )
        assert "Revenue against plan: positive is a gain on the plan, negative a loss" in result.assumptions

    def test_margin_against_the_budget_may_be_asked_for(self, store: PlanStore) -> None:
        asked = {"version": "budget", **Q2}
        assert total(ask(store, "gross_margin_vs_plan", **asked)) == (330 - 210) - (273 - 150)

    @pytest.mark.parametrize(
        ("metric", "value"), [("operating_profit_vs_plan", 20.0 - 8.0), ("cash_flow_vs_plan", -5.0 - 9.0)]
    )
    def test_profit_and_cash_are_taken_from_their_accounts(
        self, opened: Opened, metric: str, value: float
    ) -> None:
        spent = {"cogs": 70, "promotion": 5, "expedite": 2, "operating_expense": 3}
        actual = booked("2026-06", revenue=100, **spent, cash_in=90, cash_out=95)
        made = plan("committed", "2026-05", "2026-06", revenue=78, cogs=70, cash_in=89, cash_out=80)
        store = opened(*made, financials=actual).for_person(LOCAL_USER)
        assert total(ask(store, metric, **month("2026-06"))) == value

    def test_months_without_actuals_are_left_out(self, store: PlanStore) -> None:
        result = ask(store, "revenue_vs_plan", start=date(2026, 6, 1), end=date(2026, 7, 31))
        assert total(result) == 17.0
        assert warned(result, "partial")[0].endswith("nothing for July 2026.")

    def test_planned_money_that_did_not_come_is_a_loss_and_unplanned_money_is_counted_apart(
        self, opened: Opened
    ) -> None:
        made = [
            *plan("committed", "2026-05", "2026-06", revenue=100),
            *plan("committed", "2026-05", "2026-06", region="South", revenue=40),
        ]
        actual = [*ACTUALS, *booked("2026-06", region="East", revenue=7)]
        store = opened(*made, financials=actual).for_person(LOCAL_USER)
        result = ask(store, "revenue_vs_plan", group_by=["region"], **month("2026-06"))
        assert grouped(result, "region") == {("North",): 20.0, ("South",): -40.0, ("East",): None}
        assert total(result) == -20.0
        assert warned(result, "rows_left_out")[0].startswith(
            "1 months of a business unit in a region have no"
        )

    def test_an_account_that_is_not_kept_is_unknown_and_not_zero(self, store: PlanStore) -> None:
        assert total(ask(store, "cash_flow", **month("2026-06"))) is None
        assert total(ask(store, "cash_flow_vs_plan", **month("2026-06"))) is None


class TestWhichVersionThePlanIs:
    @pytest.mark.parametrize(
        ("start", "end", "version"),
        [
            ("2026-05", "2026-06", "committed"),
            ("2026-04", "2026-04", "budget"),
            ("2026-04", "2026-06", "plan"),
        ],
    )
    def test_committed_where_it_is_else_budget(
        self, store: PlanStore, start: str, end: str, version: str
    ) -> None:
        window = Period(month(start)["start"], month(end)["end"])
        assert plan_version_of(store, window) == version

    def test_without_either_it_is_refused(self, store: PlanStore, make_store: MakeStore) -> None:
        with pytest.raises(OutOfRange, match="no committed plan or budget for 2030"):
            plan_version_of(store, Period(date(2030, 1, 1), date(2030, 12, 31)))
        bare = make_store({**LISTS, "financials": ACTUALS}).for_person(LOCAL_USER)
        with pytest.raises(MissingTable, match="financial_plans"):
            plan_version_of(bare, Period(date(2026, 4, 1), date(2026, 6, 30)))


class TestScopes:
    def person(self, **scope: Any) -> Person:
        return Person("ana@example.com", scope=Scope(**scope))

    def test_a_region_sees_its_own_plan(self, opened: Opened) -> None:
        made = [*PLANS, *plan("committed", "2026-04", "2026-06", region="South", revenue=40)]
        actual = [*ACTUALS, *booked("2026-06", region="South", revenue=45)]
        warehouse = opened(*made, financials=actual)
        south = warehouse.for_person(self.person(rows={"region": frozenset({"South"})}))
        assert total(ask(south, "revenue_vs_plan", **month("2026-06"))) == 5.0

    def test_whoever_may_not_see_the_books_sees_no_plan(self, opened: Opened) -> None:
        blind = opened().for_person(self.person(hidden=frozenset({"financial_plans.amount"})))
        for asked in ({"version": "budget"}, {}):
            metric = "revenue" if asked else "revenue_vs_plan"
            said = refusal(ask(blind, metric, **asked, **month("2026-06")), "not_permitted")
            assert "amounts of the financial plans" in said
