"""The as-of date and the partial month of a load (plan-data.md, as-of date)."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from connectors.closed_months import ClosedMonths
from connectors.faults import Company, LoadReport
from connectors.loading import publish
from tests.connectors.tiny_company import NOW


def published(
    folder: Path, ordered: list[date] | None = None, history: list[date] | None = None, **company: Any
) -> tuple[LoadReport, str | None]:
    """The report of a load of order lines on these days and history in these months, and `partial_from`."""
    tables = {
        "products": pd.DataFrame({"product_id": ["P"], "product_name": ["p"], "family": ["F"]}),
        "markets": pd.DataFrame({"market_id": ["N"], "market_name": ["n"], "region": ["R"]}),
    }
    if ordered is not None:
        tables["order_lines"] = pd.DataFrame(
            {
                "order_id": [f"O{n}" for n in range(len(ordered))], "line_number": 1, "product_id": "P",
                "market_id": "N", "ordered_on": ordered, "ordered_units": 1, "delivered_units": 1,
            }
        )  # fmt: skip
    if history is not None:
        tables["demand_history"] = pd.DataFrame(
            {"product_id": "P", "market_id": "N", "period": history, "ordered_units": 1}
        )
    report = publish(tables, Company("Tiny", "EUR", **company), folder / "s.duckdb", now=NOW)
    with duckdb.connect(folder / "s.duckdb", read_only=True) as store:
        row = store.execute("SELECT value FROM load_info WHERE key = 'partial_from'").fetchone()
    return report, row[0] if row else None


@pytest.mark.parametrize(
    ("last", "as_of", "partial"),
    [
        (date(2026, 6, 30), date(2026, 6, 30), None),
        (date(2026, 6, 28), date(2026, 6, 30), None),
        (date(2026, 6, 27), date(2026, 5, 31), "2026-06-01"),
        (date(2026, 6, 1), date(2026, 5, 31), "2026-06-01"),
        (date(2026, 2, 26), date(2026, 2, 28), None),
        (date(2026, 2, 25), date(2026, 1, 31), "2026-02-01"),
        (date(2024, 2, 27), date(2024, 2, 29), None),
        (date(2025, 12, 28), date(2025, 11, 30), "2025-12-01"),
        (date(2025, 12, 29), date(2025, 12, 31), None),
    ],
)
def test_a_month_is_partial_whose_orders_stop_before_its_last_three_days(
    tmp_path: Path, last: date, as_of: date, partial: str | None
) -> None:
    report, found = published(tmp_path, [date(2023, 1, 5), last])
    assert (report.as_of, found) == (as_of, partial)


def test_complete_through_takes_the_place_of_the_last_day_of_the_data(tmp_path: Path) -> None:
    report, partial = published(tmp_path, [date(2026, 6, 20)], complete_through=date(2026, 6, 30))
    assert (report.as_of, partial) == (date(2026, 6, 30), None)
    report, partial = published(tmp_path, [date(2026, 6, 30)], complete_through=date(2026, 6, 15))
    assert (report.as_of, partial) == (date(2026, 5, 31), "2026-06-01")


def test_a_setting_goes_before_what_the_data_show_and_hides_no_partial_month(tmp_path: Path) -> None:
    report, partial = published(tmp_path, [date(2026, 6, 20)], as_of=date(2026, 6, 15))
    assert (report.as_of, partial) == (date(2026, 6, 15), "2026-06-01")


def test_a_month_of_history_is_whole_unless_order_lines_say_otherwise(tmp_path: Path) -> None:
    months = [date(2026, 5, 1), date(2026, 6, 1)]
    assert published(tmp_path, None, months)[0].as_of == date(2026, 6, 30)
    report, partial = published(tmp_path, [date(2026, 6, 16)], months)
    assert (report.as_of, partial) == (date(2026, 5, 31), "2026-06-01")
    assert published(tmp_path, [date(2025, 6, 16)], months)[0].as_of == date(2026, 6, 30)


def test_what_is_dated_after_the_load_is_warned_of_and_moves_nothing(tmp_path: Path) -> None:
    report, _ = published(tmp_path, [date(2026, 6, 30), date(2062, 6, 30)])
    assert report.as_of == date(2026, 6, 30)
    assert report.warnings == ("Order lines that are dated after the day of the load (2026-07-02): 1.",)


def test_without_actuals_the_day_of_the_load_counts_and_is_told(tmp_path: Path) -> None:
    report, _ = published(tmp_path)
    assert report.as_of == date(2026, 7, 2)
    assert report.warnings == ("There are no dated actuals; relative periods count from 2026-07-02.",)


def test_one_partial_month_alone_counts_from_the_month_before(tmp_path: Path) -> None:
    report, partial = published(tmp_path, [date(2026, 6, 10)])
    assert (report.as_of, partial) == (date(2026, 5, 31), "2026-06-01")


def test_a_month_is_closed_when_it_is_over_and_whole() -> None:
    closed = ClosedMonths(date(2026, 6, 15), date(2026, 5, 1))
    assert [closed.is_closed(date(2026, month, 1)) for month in (4, 5, 6)] == [True, False, False]
    assert closed.last == date(2026, 4, 1)
    assert ClosedMonths(date(2026, 6, 15)).last == date(2026, 5, 1)
    assert ClosedMonths(date(2026, 6, 30)).last == date(2026, 6, 1)
