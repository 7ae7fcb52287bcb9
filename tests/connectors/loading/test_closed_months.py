"""The as-of date and the partial month of a load (plan-data.md, as-of date)."""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis
import pytest

from connectors.loading.closed_months import ClosedMonths, closed_months
from connectors.loading.faults import Company

TODAY = date(2026, 7, 2)


def judged(
    ordered: list[date] | None = None, history: list[date] | None = None, **company: Any
) -> tuple[date, date | None, tuple[str, ...]]:
    """As-of date, partial month and warnings, of orders on these days and history in these months."""
    tables = {}
    if ordered is not None:
        tables["order_lines"] = ibis.memtable({"ordered_on": ordered})
    if history is not None:
        tables["demand_history"] = ibis.memtable({"period": history})
    found = closed_months(tables, Company("Tiny", "EUR", **company), TODAY)
    return found.as_of, found.partial_from, tuple(code for code, _ in found.warnings)


@pytest.mark.parametrize(
    ("last", "as_of", "partial"),
    [
        (date(2026, 6, 30), date(2026, 6, 30), None),
        (date(2026, 6, 28), date(2026, 6, 30), None),
        (date(2026, 6, 27), date(2026, 5, 31), date(2026, 6, 1)),
        (date(2026, 6, 1), date(2026, 5, 31), date(2026, 6, 1)),
        (date(2026, 2, 26), date(2026, 2, 28), None),
        (date(2026, 2, 25), date(2026, 1, 31), date(2026, 2, 1)),
        (date(2024, 2, 27), date(2024, 2, 29), None),
        (date(2025, 12, 28), date(2025, 11, 30), date(2025, 12, 1)),
        (date(2025, 12, 29), date(2025, 12, 31), None),
    ],
)
def test_a_month_is_partial_whose_orders_stop_before_its_last_three_days(
    last: date, as_of: date, partial: date | None
) -> None:
    assert judged([date(2023, 1, 5), last]) == (as_of, partial, ())


def test_complete_through_takes_the_place_of_the_last_day_of_the_data() -> None:
    june, through = date(2026, 6, 1), date(2026, 6, 30)
    assert judged([date(2026, 6, 20)], complete_through=through) == (through, None, ())
    assert judged([through], complete_through=date(2026, 6, 15)) == (date(2026, 5, 31), june, ())
    assert judged([date(2026, 5, 5)], complete_through=through) == (through, None, ())


def test_a_setting_goes_before_what_the_data_show_and_hides_no_partial_month() -> None:
    found = judged([date(2026, 6, 20)], as_of=date(2026, 6, 15))
    assert found == (date(2026, 6, 15), date(2026, 6, 1), ())


def test_a_month_of_history_is_whole_unless_order_lines_say_otherwise() -> None:
    months = [date(2026, 5, 1), date(2026, 6, 1)]
    assert judged(None, months)[:2] == (date(2026, 6, 30), None)
    assert judged([date(2026, 6, 16)], months)[:2] == (date(2026, 5, 31), date(2026, 6, 1))
    assert judged([date(2025, 6, 16)], months)[:2] == (date(2026, 6, 30), None)


def test_what_is_dated_after_the_load_is_warned_of_and_moves_nothing() -> None:
    found = judged([date(2026, 6, 30), date(2062, 6, 30)])
    assert found == (date(2026, 6, 30), None, ("future_orders",))


def test_without_actuals_the_day_of_the_load_counts_and_is_told() -> None:
    assert judged() == (TODAY, None, ("no_actuals",))
    assert judged([date(2027, 1, 1)]) == (TODAY, None, ("future_orders", "no_actuals"))


def test_one_partial_month_alone_counts_from_the_month_before() -> None:
    assert judged([date(2026, 6, 10)]) == (date(2026, 5, 31), date(2026, 6, 1), ())


def test_the_last_closed_month_is_over_and_whole() -> None:
    assert ClosedMonths(date(2026, 6, 15), date(2026, 5, 1)).last == date(2026, 4, 1)
    assert ClosedMonths(date(2026, 6, 15)).last == date(2026, 5, 1)
    assert ClosedMonths(date(2026, 6, 30)).last == date(2026, 6, 1)
