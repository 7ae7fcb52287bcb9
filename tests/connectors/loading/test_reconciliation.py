"""Deliveries add up to their lines; the two books of revenue are compared month by month."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from connectors.loading.faults import Company, InvalidLoad
from connectors.loading.load import publish
from tests.connectors.tiny_company import NOW

COMPANY = Company("Tiny", "EUR")


def lines() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "order_id": ["A", "A", "B"], "line_number": [1, 2, 1], "product_id": "P", "market_id": "N",
            "ordered_on": date(2026, 6, 1), "ordered_units": 10, "delivered_units": [10, 4, 0],
        }
    )  # fmt: skip


def tables(deliveries: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return {
        "products": pd.DataFrame({"product_id": ["P"], "product_name": ["p"], "family": ["F"]}),
        "markets": pd.DataFrame({"market_id": ["N"], "market_name": ["n"], "region": ["R"]}),
        "order_lines": lines(),
        "deliveries": deliveries,
    }


def deliveries(*rows: tuple[str, int, int, float]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["order_id", "line_number", "delivery_number", "units"])
    return frame.assign(delivered_on=date(2026, 6, 5))


def test_deliveries_that_add_up_are_taken(tmp_path: Path) -> None:
    whole = deliveries(("A", 1, 1, 0.1), ("A", 1, 2, 9.9), ("A", 2, 1, 4))
    publish(tables(whole), COMPANY, tmp_path / "s.duckdb", now=NOW)


def test_deliveries_that_do_not_add_up_are_told_line_by_line(tmp_path: Path) -> None:
    with pytest.raises(InvalidLoad) as caught:
        publish(tables(deliveries(("A", 1, 1, 9))), COMPANY, tmp_path / "s.duckdb", now=NOW)
    (fault,) = caught.value.faults
    assert (fault.table, fault.column, fault.count) == ("deliveries", "units", 2)
    assert fault.examples == (
        "order_lines row 1: order_id A, line_number 1, delivered_units 10.0, deliveries 9.0",
        "order_lines row 2: order_id A, line_number 2, delivered_units 4.0, deliveries 0.0",
    )


def test_a_delivery_without_its_order_line_is_a_fault(tmp_path: Path) -> None:
    rows = deliveries(("A", 1, 1, 10), ("A", 2, 1, 4), ("Z", 1, 1, 3))
    with pytest.raises(InvalidLoad) as caught:
        publish(tables(rows), COMPANY, tmp_path / "s.duckdb", now=NOW)
    (fault,) = caught.value.faults
    assert (fault.problem, fault.count) == ("there is no such order line", 1)
    assert fault.examples == ("deliveries row 3: order_id Z, line_number 1",)


# The two books

MONTHS = [date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1)]


def books(revenue: list[float | None], booked: dict[tuple[str, str, date], float]) -> dict[str, pd.DataFrame]:
    keys = pd.DataFrame(booked.keys(), columns=["business_unit", "region", "period"])
    return {
        "products": pd.DataFrame(
            {"product_id": ["P"], "product_name": ["p"], "family": ["F"], "business_unit": ["U"]}
        ),
        "markets": pd.DataFrame(
            {"market_id": ["N", "S"], "market_name": ["n", "s"], "region": ["R", "R"]}
        ),
        "demand_history": pd.DataFrame(
            {
                "product_id": "P", "market_id": ["N"] * 3 + ["S"] * 3, "period": MONTHS * 2,
                "ordered_units": 1, "revenue": revenue,
            }
        ),
        "financials": keys.assign(account="revenue", amount=list(booked.values())),
    }  # fmt: skip


def compared(folder: Path, frames: dict[str, pd.DataFrame]) -> list[dict[str, Any]]:
    publish(frames, COMPANY, folder / "s.duckdb", now=NOW)
    with duckdb.connect(folder / "s.duckdb", read_only=True) as store:
        row = store.execute("SELECT value FROM load_info WHERE key = 'warning_details'").fetchone()
    assert row is not None
    found: list[dict[str, Any]] = json.loads(row[0])
    return found


def cell(month: date, unit: str = "U", region: str = "R") -> tuple[str, str, date]:
    return (unit, region, month)


def test_a_gap_above_half_a_percent_is_a_warning_that_names_its_cells(tmp_path: Path) -> None:
    booked = {cell(MONTHS[0]): 200.0, cell(MONTHS[1]): 199.0, cell(MONTHS[2]): 190.0}
    (warning,) = compared(tmp_path, books([100.0] * 6, booked))
    assert warning["code"] == "books_differ"
    assert warning["message"] == (
        "Revenue by orders and revenue by the financials differ by more than 0.5% in 2 of 3 business unit, "
        "region and month cells; the largest: U in R, 2026-06: 200 against 190; U in R, "
        "2026-05: 200 against 199."
    )
    assert [(one["period"], one["operating"], one["financial"]) for one in warning["cells"]] == [
        ("2026-06-01", 200.0, 190.0),
        ("2026-05-01", 200.0, 199.0),
    ]
    assert warning["cells"][0]["gap"] == pytest.approx(10 / 190)


def test_a_gap_of_exactly_half_a_percent_is_none(tmp_path: Path) -> None:
    booked = {cell(month): 200.0 for month in MONTHS}
    assert compared(tmp_path, books([100.0] * 4 + [101.0, 100.0], booked)) == []


def test_a_cell_that_one_book_lacks_is_a_gap_in_months_that_both_cover(tmp_path: Path) -> None:
    booked = {cell(MONTHS[1]): 200.0, cell(MONTHS[1], "V"): 50.0, cell(MONTHS[2], region="X"): 1.0}
    (warning,) = compared(tmp_path, books([100.0] * 6, booked))
    assert [(one["business_unit"], one["region"], one["period"]) for one in warning["cells"]] == [
        ("U", "R", "2026-06-01"),
        ("V", "R", "2026-05-01"),
        ("U", "X", "2026-06-01"),
    ]


def test_months_with_unknown_revenue_are_not_compared(tmp_path: Path) -> None:
    booked = {cell(month): 200.0 for month in MONTHS}
    assert compared(tmp_path, books([100.0, 100.0, 100.0, 100.0, None, 100.0], booked)) == []


def test_without_business_units_there_is_nothing_to_compare(tmp_path: Path) -> None:
    frames = books([100.0] * 6, {cell(MONTHS[0]): 1.0})
    frames["products"] = frames["products"].drop(columns="business_unit")
    assert compared(tmp_path, frames) == []
