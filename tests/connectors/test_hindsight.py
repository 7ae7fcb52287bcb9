"""An earlier as-of date hides all that is later: orders, deliveries, closings, actuals, cycles."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from connectors.access import LOCAL_USER
from connectors.plan_store import PlanStore
from tests.asking import all_time, ask, grouped, month, total, warned
from tests.stores import MakeStore
from tests.tools.metrics.tiny_rows import LISTS, Row, actual, cancelled, line, planned

MAY_31 = date(2026, 5, 31)
JUNE_15 = date(2026, 6, 15)


def on(make_store: MakeStore, as_of: date, **tables: list[Row]) -> PlanStore:
    return make_store({**LISTS, **tables}).for_person(LOCAL_USER, as_of)


def rows(store: PlanStore, table: str) -> list[Row]:
    return store.rows(store.table(table))


class TestOrderLines:
    def known(self, make_store: MakeStore, row: Row, **tables: list[Row]) -> Row | None:
        store = on(make_store, JUNE_15, order_lines=[row], **tables)
        found = rows(store, "order_lines")
        return found[0] if found else None

    def test_an_order_placed_later_is_not_there(self, make_store: MakeStore) -> None:
        assert self.known(make_store, line("o1", ordered_on="2026-06-16")) is None
        assert self.known(make_store, line("o1", ordered_on="2026-06-15")) is not None

    def test_a_delivery_that_came_later_is_taken_back(self, make_store: MakeStore) -> None:
        row = self.known(make_store, line("o1", delivered_on="2026-06-16", closed_on="2026-06-16"))
        assert row is not None
        assert (row["delivered_units"], row["delivered_on"], row["closed_on"]) == (0.0, None, None)

    def test_a_delivery_of_that_day_counts(self, make_store: MakeStore) -> None:
        row = self.known(make_store, line("o1", delivered_on="2026-06-15"))
        assert row is not None
        assert row["delivered_units"] == 10.0

    def test_of_several_deliveries_those_up_to_that_day_count(self, make_store: MakeStore) -> None:
        deliveries: list[Row] = [
            {"delivery_number": 1, "delivered_on": "2026-06-10", "units": 4.0},
            {"delivery_number": 2, "delivered_on": "2026-06-12", "units": 3.0},
            {"delivery_number": 3, "delivered_on": "2026-06-20", "units": 3.0},
        ]
        deliveries = [{"order_id": "o1", "line_number": 1, **row} for row in deliveries]
        row = self.known(make_store, line("o1", delivered_on="2026-06-20"), deliveries=deliveries)
        assert row is not None
        assert (row["delivered_units"], row["delivered_on"]) == (7.0, date(2026, 6, 12))

    def test_a_cancellation_that_closed_it_later_was_not_known(self, make_store: MakeStore) -> None:
        row = self.known(make_store, cancelled("o1", reason="late") | {"closed_on": "2026-06-20"})
        assert row is not None
        assert (row["cancelled_units"], row["closed_on"]) == (0.0, None)

    def test_a_cancellation_before_the_last_delivery_stays_known(self, make_store: MakeStore) -> None:
        part: Row = {"cancelled_units": 4.0, "delivered_units": 6.0, "closed_on": "2026-06-20"}
        row = self.known(make_store, line("o1", delivered_on="2026-06-20", **part))
        assert row is not None
        assert row["cancelled_units"] == 4.0

    def test_unknown_cancelled_units_stay_unknown(self, make_store: MakeStore) -> None:
        row = self.known(make_store, line("o1", cancelled_units=None, closed_on="2026-06-20"))
        assert row is not None
        assert row["cancelled_units"] is None

    def test_service_is_judged_as_it_stood(self, make_store: MakeStore) -> None:
        late = line("late", promised_on="2026-06-10", delivered_on="2026-06-20")
        lines = [line("good"), late, line("not due", promised_on="2026-06-18", delivered_on="2026-06-17")]
        before = on(make_store, JUNE_15, order_lines=lines)
        assert total(ask(before, "in_full_rate", **all_time())) == 0.5
        today = make_store({**LISTS, "order_lines": lines}).for_person(LOCAL_USER)
        assert total(ask(today, "in_full_rate", **all_time())) == 1.0


class TestMonths:
    @pytest.mark.parametrize(
        ("table", "more"),
        [
            ("demand_history", {"product_id": "A", "market_id": "N1", "ordered_units": 1.0}),
            ("production", {"product_id": "A", "site_id": "w1", "units": 1.0}),
            ("inventory", {"product_id": "A", "site_id": "w1", "closing_units": 1.0}),
            ("market_size", {"family": "Juice", "market_id": "N1", "units": 1.0}),
            ("financials", {"business_unit": "D", "region": "N", "account": "revenue", "amount": 1.0}),
        ],
    )
    def test_a_month_of_actuals_is_known_from_its_last_day_on(
        self, make_store: MakeStore, table: str, more: dict[str, Any]
    ) -> None:
        months = [{"period": f"2026-{n:02d}-01", **more} for n in (4, 5, 6)]
        for as_of, last in ((MAY_31, 5), (JUNE_15, 5), (date(2026, 5, 30), 4)):
            store = on(make_store, as_of, **{table: months})
            assert max(row["period"] for row in rows(store, table)) == date(2026, last, 1)
            assert store.months_loaded(table, "period")[-1] == date(2026, last, 1)

    def test_a_cycle_is_known_from_its_month_on(self, make_store: MakeStore) -> None:
        plan = [planned("2026-05", "2026-06", 5.0), planned("2026-06", "2026-07", 6.0)]
        assert [row["units"] for row in rows(on(make_store, MAY_31, demand_plan=plan), "demand_plan")] == [
            5.0
        ]
        assert len(rows(on(make_store, JUNE_15, demand_plan=plan), "demand_plan")) == 2


class TestFigures:
    history = tuple(actual("A", "N1", f"2026-{n:02d}", 10.0 * n) for n in range(1, 7))
    plan = (
        *(planned(f"2026-{n - 1:02d}", f"2026-{n:02d}", 10.0 * n + 1) for n in range(2, 8)),
        *(planned("2026-05", f"2026-{n:02d}", 100.0 + n) for n in (7, 8)),
        planned("2026-06", "2026-08", 1.0),
    )

    def store(self, make_store: MakeStore, as_of: date) -> PlanStore:
        return on(make_store, as_of, demand_history=list(self.history), demand_plan=list(self.plan))

    def test_the_last_closed_month_counts_from_that_date(self, make_store: MakeStore) -> None:
        assert total(ask(self.store(make_store, MAY_31), "ordered_units")) == 50.0
        assert total(ask(self.store(make_store, JUNE_15), "ordered_units")) == 50.0

    def test_all_time_ends_on_that_date(self, make_store: MakeStore) -> None:
        assert total(ask(self.store(make_store, MAY_31), "ordered_units", **all_time())) == 150.0

    def test_the_plan_ahead_is_that_of_the_latest_cycle_then(self, make_store: MakeStore) -> None:
        store = self.store(make_store, MAY_31)
        result = ask(store, "demand_plan_units", group_by=["month"])
        assert grouped(result, "month") == {("2026-06",): 61.0, ("2026-07",): 107.0, ("2026-08",): 108.0}
        assert warned(result, "partial") == []

    def test_errors_are_those_of_the_months_closed_then(self, make_store: MakeStore) -> None:
        found = grouped(ask(self.store(make_store, MAY_31), "forecast_bias", group_by=["month"]), "month")
        assert list(found) == [(f"2026-{n:02d}",) for n in range(2, 6)]

    def test_the_month_that_still_ran_is_flagged(self, make_store: MakeStore) -> None:
        lines = [line("o1", promised_on="2026-06-10")]
        store = on(make_store, JUNE_15, order_lines=lines)
        assert warned(ask(store, "otif_rate", **month("2026-06")), "partial") == [
            "June 2026 is not complete in the data; what there is of it is counted."
        ]

    def test_the_default_as_of_date_hides_nothing(self, make_store: MakeStore) -> None:
        later = [*self.history, actual("A", "N1", "2026-07", 7.0)]
        store = make_store({**LISTS, "demand_history": later}).for_person(LOCAL_USER)
        assert total(ask(store, "ordered_units", **all_time())) == 217.0
