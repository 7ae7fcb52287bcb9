"""Demand met and the backlog: what customers got of what was due, and what they still wait for."""

from __future__ import annotations

from datetime import date

import pytest

from connectors.access import LOCAL_USER
from connectors.plan_store import PlanStore
from tests.asking import ask, grouped, month, refusal, total, warned
from tests.stores import MakeStore
from tests.tools.metrics.tiny_rows import LISTS, actual, cancelled, line, undelivered, without

JUNE = month("2026-06")


class TestDemandMet:
    lines = (
        line("o1"),
        line("o2"),
        line("o3", product_id="B"),
        undelivered("o4", product_id="B", promised_on="2026-06-20"),
        line("o5", product_id="B", promised_on="2026-05-20"),
        line("o6", market_id="S1", customer_id="c3", promised_on="2026-06-30"),
        undelivered("o7", product_id="C", promised_on="2026-07-20"),
        cancelled("o8", 1),
    )

    @pytest.fixture
    def store(self, make_store: MakeStore) -> PlanStore:
        return make_store({**LISTS, "order_lines": list(self.lines)}).for_person(LOCAL_USER)

    def test_a_month_is_met_only_if_every_line_due_was_in_full(self, store: PlanStore) -> None:
        result = ask(store, "demand_met_rate", group_by=["product"], **JUNE)
        assert grouped(result, "product") == {("A",): 1.0, ("B",): 0.0}
        assert total(result) == pytest.approx(2 / 3)
        assert total(ask(store, "demand_met_rate", start="2026-05-01", end="2026-06-30")) == 3 / 4
        by_region = ask(store, "demand_met_rate", group_by=["region"], **JUNE)
        assert grouped(by_region, "region") == {("North",): 0.5, ("South",): 1.0}

    def test_without_order_lines_shipped_is_held_against_ordered_and_that_is_said(
        self, make_store: MakeStore
    ) -> None:
        history = [
            actual("A", "N1", "2026-06", 10.0, shipped_units=10.0),
            actual("A", "S1", "2026-06", 10.0, shipped_units=9.0),
            actual("B", "S1", "2026-06", 0.0, shipped_units=0.0),
            actual("C", "S1", "2026-06", 5.0, shipped_units=None),
        ]
        result = ask(
            make_store({**LISTS, "demand_history": history}).for_person(LOCAL_USER), "demand_met_rate", **JUNE
        )
        assert total(result) == 0.5
        assert warned(result, "rows_left_out") == [
            "1 product-market months of unknown shipments are left out."
        ]
        assert [said for said in result.assumptions if "lines" in said] == [
            "months in which at least the ordered units were shipped: no order lines are loaded"
        ]


class TestBacklog:
    lines = (
        line("o1"),
        undelivered("o2", promised_on="2026-05-05", ordered_on="2026-05-01"),
        line("o3", delivered_units=4.0, delivered_on="2026-06-12", cancelled_units=1.0, cancel_reason="late"),
        line("o4", delivered_units=4.0, closed_on="2026-06-12"),
        undelivered("o5", promised_on="2026-07-01"),
        line("o6", delivered_on="2026-07-03", closed_on="2026-07-03"),
        line("o7", line_kind="return", delivered_units=0.0),
        cancelled("o8"),
        undelivered("o9", customer_id="c3", market_id="S1", promised_on="2026-06-30", cancelled_units=None),
    )

    def store_of(self, make_store: MakeStore, as_of: date | None = None) -> PlanStore:
        warehouse = make_store({**LISTS, "order_lines": list(self.lines)})
        return warehouse.for_person(LOCAL_USER, as_of)

    def test_it_is_what_is_due_and_neither_delivered_nor_cancelled(self, make_store: MakeStore) -> None:
        store = self.store_of(make_store)
        result = ask(store, "backlog_units", group_by=["region"])
        # o2 10, o3 5, o6 10 (it came in July) and, in the South, o9 10
        assert grouped(result, "region") == {("North",): 25.0, ("South",): 10.0}
        assert "no period asked: all that is open on 30 June 2026" in result.assumptions
        assert total(ask(store, "backlog_units", **JUNE)) == 25.0

    def test_it_is_what_was_known_on_an_earlier_day(self, make_store: MakeStore) -> None:
        assert total(ask(self.store_of(make_store, date(2026, 5, 31)), "backlog_units")) == 10.0

    def test_nothing_open_is_zero_and_no_promises_are_no_data(self, make_store: MakeStore) -> None:
        done = make_store({**LISTS, "order_lines": [line("o1")]}).for_person(LOCAL_USER)
        assert total(ask(done, "backlog_units")) == 0.0
        rows = without([line("o1")], "promised_on")
        store = make_store({**LISTS, "order_lines": rows}).for_person(LOCAL_USER)
        refusal(ask(store, "backlog_units"), "no_data")
