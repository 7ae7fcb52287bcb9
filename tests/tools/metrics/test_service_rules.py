"""Service metrics on lines that are worked out by hand: what is due, on time, in full, lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connectors.access import LOCAL_USER
from connectors.plan_store import PlanStore
from tests.asking import all_time, ask, grouped, month, refusal, total, warned
from tests.stores import MakeStore
from tests.tools.metrics.tiny_rows import LISTS, Row, cancelled, line, undelivered, without

JUNE = month("2026-06")

Store = Callable[..., PlanStore]


@pytest.fixture
def orders(make_store: MakeStore) -> Store:
    """Makes a store out of order lines, and deliveries if given."""

    def make(*lines: Row, deliveries: list[Row] | None = None, **about: str) -> PlanStore:
        tables = {**LISTS, "order_lines": list(lines)}
        if deliveries is not None:
            tables["deliveries"] = deliveries
        return make_store(tables, **about).for_person(LOCAL_USER)

    return make


def rates(store: PlanStore, **arguments: Any) -> tuple[float | None, ...]:
    """On time, in full, and both."""
    return tuple(
        total(ask(store, metric, **{**JUNE, **arguments}))
        for metric in ("on_time_rate", "in_full_rate", "otif_rate")
    )


def test_a_line_passes_when_all_of_it_came_by_the_promised_day(orders: Store) -> None:
    store = orders(
        line("in time", delivered_on="2026-06-10"),
        line("a day late", delivered_on="2026-06-11"),
    )
    assert rates(store) == (0.5, 1.0, 0.5)


def test_service_leaves_out_lines_wholly_cancelled_by_the_customer(orders: Store) -> None:
    assert rates(orders(line("good"), cancelled("gone", reason="customer"))) == (1.0, 1.0, 1.0)


@pytest.mark.parametrize("reason", ["late", "supply", "credit", "other", None])
def test_service_keeps_lines_wholly_cancelled_for_any_other_reason(orders: Store, reason: str | None) -> None:
    assert rates(orders(line("good"), cancelled("gone", reason=reason))) == (0.5, 0.5, 0.5)


def test_units_that_the_customer_cancelled_are_not_required(orders: Store) -> None:
    part = line("part", delivered_units=6.0, cancelled_units=4.0, cancel_reason="customer")
    store = orders(part)
    assert rates(store) == (1.0, 1.0, 1.0)
    assert total(ask(store, "unit_fill_rate", **JUNE)) == 1.0


@pytest.mark.parametrize("reason", ["late", "supply", "credit", "other", None])
def test_units_cancelled_for_other_reasons_stay_required(orders: Store, reason: str | None) -> None:
    part = line("part", delivered_units=6.0, cancelled_units=4.0, cancel_reason=reason)
    store = orders(part)
    assert rates(store) == (1.0, 0.0, 0.0)
    assert total(ask(store, "unit_fill_rate", **JUNE)) == 0.6


def test_a_line_that_lacks_units_stays_open_and_passes_nothing_once_due(orders: Store) -> None:
    in_time = line("part of it came in time", delivered_units=9.0, delivered_on="2026-06-02")
    store = orders(in_time, line("good"))
    assert rates(store) == (0.5, 0.5, 0.5)
    assert total(ask(store, "unit_fill_rate", **JUNE)) == 19 / 20


def test_a_line_closed_short_in_time_is_on_time_and_not_in_full(orders: Store) -> None:
    assert rates(orders(line("short", delivered_units=9.0, closed_on="2026-06-10"))) == (1.0, 0.0, 0.0)


def test_an_open_line_is_due_from_its_promised_day_on(orders: Store) -> None:
    lines = [line("good"), undelivered("due", promised_on="2026-06-30")]
    not_due = undelivered("not due", promised_on="2026-07-01")
    assert rates(orders(*lines, not_due), **all_time()) == (0.5, 0.5, 0.5)


def test_a_line_closed_before_its_promised_day_is_due(orders: Store) -> None:
    early = line("early", promised_on="2026-07-15")
    result = ask(orders(line("good"), early), "otif_rate", group_by=["month"], **all_time())
    assert grouped(result, "month") == {("2026-06",): 1.0, ("2026-07",): 1.0}


def test_a_line_belongs_to_the_window_of_its_promised_requested_or_order_date(orders: Store) -> None:
    early: Row = {"ordered_on": "2026-04-02", "requested_on": "2026-05-02", "promised_on": "2026-06-10"}
    store = orders(line("one", **early))
    for basis, bucket in (("ordered_on", "2026-04"), ("requested_on", "2026-05"), ("promised_on", "2026-06")):
        asked = {"date_basis": basis, "group_by": ["month"], "start": "2026-01-01", "end": "2026-06-30"}
        assert list(grouped(ask(store, "in_full_rate", **asked), "month")) == [(bucket,)]


def test_by_requested_date_due_and_on_time_are_judged_by_that_date(orders: Store) -> None:
    wanted: Row = {"requested_on": "2026-06-05", "promised_on": "2026-07-20"}
    store = orders(line("late for the wish", **wanted), undelivered("due by wish alone", **wanted))
    assert rates(store, date_basis="requested_on") == (0.0, 0.5, 0.0)
    july = month("2026-07")
    assert rates(store, **july) == (1.0, 1.0, 1.0)


def test_by_order_date_lines_are_still_judged_by_their_promise(orders: Store) -> None:
    store = orders(
        line("late", delivered_on="2026-06-20"),
        undelivered("open and not due", promised_on="2026-07-20"),
    )
    assert rates(store, date_basis="ordered_on") == (0.0, 1.0, 0.0)


def test_returns_are_no_part_of_service(orders: Store) -> None:
    returned = line("back", line_kind="return", promised_on="2026-06-10", delivered_on="2026-06-20")
    store = orders(line("good"), returned)
    assert rates(store) == (1.0, 1.0, 1.0)


def test_unknown_cancelled_units_count_as_none(orders: Store) -> None:
    unknown = line("short", delivered_units=5.0, cancelled_units=None, closed_on="2026-06-10")
    assert rates(orders(unknown)) == (1.0, 0.0, 0.0)


def test_a_source_without_cancellations_counts_none_and_says_so(orders: Store) -> None:
    store = orders(*without([line("good"), undelivered("open")], "cancelled_units", "cancel_reason"))
    result = ask(store, "otif_rate", **JUNE)
    assert total(result) == 0.5
    assert any("records no cancellations" in said for said in result.assumptions)


def test_closed_lines_without_a_promise_are_left_out_and_counted(orders: Store) -> None:
    store = orders(
        line("good"), line("no promise", promised_on=None), undelivered("nor open", promised_on=None)
    )
    result = ask(store, "otif_rate", **JUNE)
    assert total(result) == 1.0
    (message,) = warned(result, "rows_left_out")
    assert message.startswith("1 closed lines have no date")


def test_unit_fill_counts_no_more_than_was_required(orders: Store) -> None:
    store = orders(line("more than asked", delivered_units=14.0), line("half", delivered_units=5.0))
    assert total(ask(store, "unit_fill_rate", **JUNE)) == 15 / 20


def test_a_rate_over_nothing_is_null_with_a_reason(orders: Store) -> None:
    store = orders(line("good"), line("other", market_id="S1", promised_on="2026-05-10"))
    asked = {"filters": [{"dimension": "region", "members": ["South"]}], **JUNE}
    for metric in ("otif_rate", "unit_fill_rate", "order_fill_rate", "lost_sales"):
        (figure,) = ask(store, metric, **asked).figures
        assert (figure.value, figure.reason) == (None, "there are no rows in this cut")


class TestByPromise:
    """With single deliveries loaded, in full means delivered by the promised day."""

    lines = (
        line("late rest", delivered_on="2026-06-15"),
        line("all late", 1, delivered_on="2026-06-12"),
    )
    deliveries = tuple(
        {"order_id": order, "line_number": 1, "delivery_number": number, "delivered_on": day, "units": units}
        for order, number, day, units in (
            ("late rest", 1, "2026-06-08", 7.0),
            ("late rest", 2, "2026-06-15", 3.0),
            ("all late", 1, "2026-06-12", 10.0),
            ("good", 1, "2026-06-10", 10.0),
        )
    )

    def store(self, orders: Store) -> PlanStore:
        return orders(*self.lines, line("good"), deliveries=list(self.deliveries))

    def test_it_is_the_default_where_deliveries_are_loaded_and_is_named(self, orders: Store) -> None:
        result = ask(self.store(orders), "unit_fill_rate", **JUNE)
        assert total(result) == pytest.approx(17 / 30)
        assert result.figures[0].basis["fill_basis"] == "by_promise"
        assert "in full means delivered by the promised date" in result.assumptions

    def test_all_three_fill_rates_follow_it(self, orders: Store) -> None:
        store = self.store(orders)
        for metric in ("in_full_rate", "line_fill_rate", "order_fill_rate"):
            assert total(ask(store, metric, **JUNE)) == pytest.approx(1 / 3)
            assert total(ask(store, metric, fill_basis="ever", **JUNE)) == 1.0

    def test_otif_is_the_same_by_either(self, orders: Store) -> None:
        assert total(ask(self.store(orders), "otif_rate", **JUNE)) == pytest.approx(1 / 3)

    def test_without_deliveries_the_default_is_ever(self, orders: Store) -> None:
        result = ask(orders(*self.lines), "unit_fill_rate", **JUNE)
        assert (total(result), result.figures[0].basis["fill_basis"]) == (1.0, "ever")

    def test_without_deliveries_it_names_what_is_missing(self, orders: Store) -> None:
        result = ask(orders(*self.lines), "unit_fill_rate", fill_basis="by_promise", **JUNE)
        assert "every single delivery" in refusal(result, "no_data")


class TestLostSales:
    """Lost: ordered, not delivered, and not called off for a reason of the customer's own making."""

    @pytest.mark.parametrize(
        ("reason", "lost"),
        [("customer", 0), ("credit", 0), ("other", 0), (None, 0), ("late", 4), ("supply", 4)],
    )
    def test_which_cancelled_units_are_lost(self, orders: Store, reason: str | None, lost: float) -> None:
        store = orders(line("part", delivered_units=6.0, cancelled_units=4.0, cancel_reason=reason))
        assert total(ask(store, "lost_sales_units", **JUNE)) == lost
        assert total(ask(store, "lost_sales", **JUNE)) == lost * 2.0

    def test_units_short_on_a_closed_line_are_lost_and_on_an_open_line_not_yet(self, orders: Store) -> None:
        store = orders(
            line("closed short", delivered_units=7.0, closed_on="2026-06-10"),
            line("still open", delivered_units=1.0),
        )
        assert total(ask(store, "lost_sales_units", **JUNE)) == 3.0

    def test_a_line_without_a_price_is_left_out_and_counted(self, orders: Store) -> None:
        store = orders(
            line("priced", delivered_units=7.0, closed_on="2026-06-10"),
            line("not priced", delivered_units=5.0, closed_on="2026-06-10", unit_price=None),
            line("not priced and nothing lost", unit_price=None),
        )
        result = ask(store, "lost_sales", **JUNE)
        assert total(result) == 6.0
        assert warned(result, "rows_left_out") == [
            "1 lines with lost units have no selling price and are left out."
        ]

    def test_where_no_price_is_known_the_value_is_unknown_and_not_zero(self, orders: Store) -> None:
        store = orders(line("one", delivered_units=5.0, closed_on="2026-06-10", unit_price=None))
        (figure,) = ask(store, "lost_sales", **JUNE).figures
        assert (figure.value, figure.reason) == (None, "it is not known for any row in this cut")


class TestOrderLevel:
    """An order is judged on all its lines."""

    def test_an_order_passes_only_if_all_its_lines_do(self, orders: Store) -> None:
        store = orders(
            line("one", 1),
            line("one", 2, delivered_on="2026-06-11"),
            line("two", 1),
            line("three", 1, delivered_units=8.0, closed_on="2026-06-10"),
        )
        assert rates(store, level="order") == pytest.approx((2 / 3, 2 / 3, 1 / 3))
        assert total(ask(store, "order_fill_rate", **JUNE)) == pytest.approx(2 / 3)

    def test_an_order_belongs_to_the_month_of_its_latest_promise(self, orders: Store) -> None:
        may: Row = {"promised_on": "2026-05-20", "delivered_on": "2026-05-19"}
        store = orders(line("one", 1, **may), line("one", 2, delivered_on="2026-06-12"), line("two", **may))
        asked = {"level": "order", "group_by": ["month"], "start": "2026-05-01", "end": "2026-06-30"}
        assert grouped(ask(store, "otif_rate", **asked), "month") == {("2026-05",): 1.0, ("2026-06",): 0.0}

    def test_lines_promised_outside_of_the_window_are_judged_with_their_order(self, orders: Store) -> None:
        store = orders(
            line("one", 1, promised_on="2026-05-20", delivered_on="2026-05-25"),
            line("one", 2),
        )
        assert rates(store, level="order") == (0.0, 1.0, 0.0)
        assert total(ask(store, "otif_rate", level="order", **month("2026-05"))) is None

    def test_an_order_counts_for_each_member_that_it_touches(self, orders: Store) -> None:
        store = orders(
            line("both", 1, product_id="A"),
            line("both", 2, product_id="C", delivered_on="2026-06-11"),
            line("one", 1, product_id="A"),
        )
        result = ask(store, "otif_rate", level="order", group_by=["family"], **JUNE)
        assert grouped(result, "family") == {("Juice",): 0.5, ("Snacks",): 0.0}
        assert total(result) == 0.5

    def test_a_filter_on_lines_keeps_the_verdict_on_the_whole_order(self, orders: Store) -> None:
        store = orders(line("both", 1), line("both", 2, product_id="C", delivered_on="2026-06-11"))
        juice = [{"dimension": "family", "members": ["Juice"]}]
        assert total(ask(store, "otif_rate", level="order", filters=juice, **JUNE)) == 0.0

    def test_a_line_that_the_customer_cancelled_does_not_spoil_its_order(self, orders: Store) -> None:
        assert rates(orders(line("one", 1), cancelled("one", 2)), level="order") == (1.0, 1.0, 1.0)

    def test_an_order_with_a_line_not_yet_due_is_not_due(self, orders: Store) -> None:
        store = orders(line("one", 1), undelivered("one", 2, promised_on="2026-07-10"), line("two"))
        assert rates(store, level="order", date_basis="ordered_on", **JUNE) == (1.0, 1.0, 1.0)
        count = ask(store, "order_fill_rate", group_by=["month"], **all_time())
        assert list(grouped(count, "month")) == [("2026-06",)]
        assert count.sources[0].rows == 1


def test_every_service_figure_names_its_basis(orders: Store) -> None:
    (figure,) = ask(orders(line("one")), "in_full_rate", **JUNE).figures
    assert figure.basis == {"level": "line", "date_basis": "promised_on", "fill_basis": "ever"}
