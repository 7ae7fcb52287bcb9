"""Cancelled units, orders and rates on lines that are worked out by hand."""

from __future__ import annotations

import pytest

from connectors.access import LOCAL_USER
from connectors.plan_store import PlanStore
from tests.asking import ask, grouped, month, refusal, total, warned
from tests.stores import MakeStore
from tests.tools.metrics.tiny_rows import LISTS, Row, cancelled, line, without

JUNE = month("2026-06")

LINES: list[Row] = [
    line("o1", 1),
    cancelled("o1", 2, "customer", 10.0),
    cancelled("o2", 1, "late", 4.0),
    cancelled("o3", 1, None, 1.0),
    line("o4", 1, product_id="C", ordered_units=60.0, delivered_units=60.0),
]
"""100 units ordered; 10 cancelled by the customer, 4 gave up waiting, 1 for a reason that is not known."""


@pytest.fixture
def store(make_store: MakeStore) -> PlanStore:
    return make_store({**LISTS, "order_lines": LINES}).for_person(LOCAL_USER)


def test_cancelled_units_orders_and_rate_go_by_the_order_date(store: PlanStore) -> None:
    assert total(ask(store, "cancelled_units", **JUNE)) == 15.0
    assert total(ask(store, "cancelled_orders", **JUNE)) == 3
    assert total(ask(store, "cancellation_rate", **JUNE)) == pytest.approx(15 / 100)


def test_the_rate_divides_by_gross_ordered_units(store: PlanStore) -> None:
    by_family = grouped(ask(store, "cancellation_rate", group_by=["family"], **JUNE), "family")
    assert by_family == pytest.approx({("Juice",): 15 / 40, ("Snacks",): 0.0})


def test_the_rates_by_reason_divide_by_all_ordered_units_and_add_up(store: PlanStore) -> None:
    result = ask(store, "cancellation_rate", group_by=["cancel_reason"], **JUNE)
    by_reason = grouped(result, "cancel_reason")
    assert by_reason == pytest.approx({("customer",): 0.10, ("late",): 0.04, ("other",): 0.01})
    assert total(result) == pytest.approx(0.15)


def test_within_another_cut_the_reasons_add_up_to_the_rate_of_each_member(store: PlanStore) -> None:
    result = ask(store, "cancellation_rate", group_by=["family", "cancel_reason"], **JUNE)
    found = grouped(result, "family", "cancel_reason")
    assert found[("Juice", "late")] == pytest.approx(4 / 40)
    assert sum(value or 0 for value in found.values()) == pytest.approx(15 / 40)


def test_the_rate_of_one_reason_is_the_same_by_filter_as_by_cut(store: PlanStore) -> None:
    late = [{"dimension": "cancel_reason", "members": ["late"]}]
    assert total(ask(store, "cancellation_rate", filters=late, **JUNE)) == pytest.approx(0.04)
    assert total(ask(store, "cancelled_units", filters=late, **JUNE)) == 4.0
    assert total(ask(store, "cancelled_orders", filters=late, **JUNE)) == 1


def test_all_reasons_but_one_can_be_asked_for(store: PlanStore) -> None:
    ours = [{"dimension": "cancel_reason", "members": ["customer"], "exclude": True}]
    assert total(ask(store, "cancellation_rate", filters=ours, **JUNE)) == pytest.approx(0.05)


def test_a_reason_that_does_not_exist_is_told_with_those_that_do(store: PlanStore) -> None:
    asked = [{"dimension": "cancel_reason", "members": ["custumer"]}]
    assert "customer" in refusal(ask(store, "cancelled_units", filters=asked, **JUNE), "no_data")


def test_orders_count_once_and_for_each_member_that_they_touch(make_store: MakeStore) -> None:
    lines = [cancelled("o1", 1), cancelled("o1", 2) | {"product_id": "C"}]
    store = make_store({**LISTS, "order_lines": lines}).for_person(LOCAL_USER)
    result = ask(store, "cancelled_orders", group_by=["family"], **JUNE)
    assert (total(result), grouped(result, "family")) == (1, {("Juice",): 1, ("Snacks",): 1})


def test_where_nothing_is_cancelled_the_figures_are_zero(make_store: MakeStore) -> None:
    store = make_store({**LISTS, "order_lines": [line("o1")]}).for_person(LOCAL_USER)
    for metric in ("cancelled_units", "cancelled_orders", "cancellation_rate"):
        assert total(ask(store, metric, **JUNE)) == 0


def test_unknown_cancelled_units_are_left_out_of_both_sides_and_counted(make_store: MakeStore) -> None:
    unknown = line("o9", 1, cancelled_units=None, ordered_units=1000.0)
    store = make_store({**LISTS, "order_lines": [*LINES, unknown]}).for_person(LOCAL_USER)
    result = ask(store, "cancellation_rate", **JUNE)
    assert total(result) == pytest.approx(0.15)
    assert warned(result, "rows_left_out") == ["1 lines whose cancelled units are unknown are left out."]
    assert warned(ask(store, "cancelled_orders", **JUNE), "rows_left_out")


def test_returns_are_not_orders(make_store: MakeStore) -> None:
    back = line("r", line_kind="return", ordered_units=100.0, cancelled_units=100.0)
    store = make_store({**LISTS, "order_lines": [*LINES, back]}).for_person(LOCAL_USER)
    assert total(ask(store, "cancellation_rate", **JUNE)) == pytest.approx(0.15)


def test_without_cancellations_in_the_source_there_is_no_data_and_it_says_what_is_missing(
    make_store: MakeStore,
) -> None:
    lines = without([line("o1")], "cancelled_units", "cancel_reason")
    store = make_store({**LISTS, "order_lines": lines}).for_person(LOCAL_USER)
    for metric in ("cancelled_units", "cancelled_orders", "cancellation_rate"):
        assert "units cancelled" in refusal(ask(store, metric, **JUNE), "no_data")
