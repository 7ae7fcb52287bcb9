"""Demand history made from order lines, against numbers worked out by hand and a naive loop."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.loading.closed_months import ClosedMonths
from connectors.loading.derivation import demand_history, left_out
from connectors.loading.faults import Company, LoadReport
from connectors.loading.load import publish
from tests.connectors.tiny_company import NOW
from tests.searching import searched, up_to

COMPANY = Company("Tiny", "EUR", complete_through=date(2026, 6, 30))
DEFAULTS: dict[str, Any] = {
    "line_number": 1,
    "line_kind": "sale",
    "customer_id": "C1",
    "market_id": "N",
    "product_id": "P",
    "ordered_on": date(2026, 5, 10),
    "requested_on": None,
    "delivered_on": date(2026, 5, 20),
    "ordered_units": 10.0,
    "delivered_units": 10.0,
    "cancelled_units": None,
    "cancel_reason": None,
    "unit_price": 2.0,
}


TYPES = {
    "line_number": "int64",
    **dict.fromkeys(("ordered_on", "requested_on", "delivered_on"), "date"),
    **dict.fromkeys(("ordered_units", "delivered_units", "cancelled_units", "unit_price"), "float64"),
}
CLOSED = ClosedMonths(date(2026, 6, 30))
History = dict[tuple[str, str, str], tuple[Any, ...]]


def history(
    *lines: dict[str, Any], leave_out: tuple[str, ...] = (), closed: ClosedMonths = CLOSED
) -> tuple[list[str], History]:
    """Warnings, and the derived rows: (product, market, month) to the measures."""
    orders = [{"order_id": f"O{n}", **DEFAULTS, **line} for n, line in enumerate(lines)]
    names = [name for name in orders[0] if name not in leave_out]
    schema = ibis.schema({name: TYPES.get(name, "string") for name in names})
    table = ibis.memtable(pa.Table.from_pylist(orders).select(names).cast(schema.to_pyarrow()))
    rows = [tuple(row.values()) for row in demand_history(table, closed).to_pyarrow().to_pylist()]
    found = {(product, market, f"{month:%Y-%m}"): tuple(rest) for product, market, month, *rest in rows}
    return [text for _, text in left_out(table)], found


def published(folder: Path, *lines: dict[str, Any]) -> tuple[LoadReport, History]:
    """The same by a whole load, with a customer C1 of market N and C2 of none."""
    orders = [{"order_id": f"O{n}", **DEFAULTS, "market_id": None, **line} for n, line in enumerate(lines)]
    tables = {
        "products": pd.DataFrame({"product_id": ["P", "Q"], "product_name": "x", "family": "F"}),
        "markets": pd.DataFrame({"market_id": ["N", "S"], "market_name": ["n", "s"], "region": ["R", "R"]}),
        "customers": pd.DataFrame(
            {"customer_id": ["C1", "C2"], "customer_name": ["c", "c"], "market_id": ["N", None]}
        ),
        "order_lines": pd.DataFrame(orders),
    }
    report = publish(tables, COMPANY, folder / "store.duckdb", now=NOW)
    with duckdb.connect(folder / "store.duckdb", read_only=True) as connection:
        found = connection.execute("SELECT * FROM demand_history").fetchall()
    return report, {(row[0], row[1], f"{row[2]:%Y-%m}"): tuple(row[3:]) for row in found}


def test_units_are_ordered_by_requested_month_and_shipped_by_delivery_month() -> None:
    _, rows = history({"requested_on": date(2026, 6, 2), "delivered_on": date(2026, 4, 30)})
    assert rows == {("P", "N", "2026-06"): (10, 0, 0), ("P", "N", "2026-04"): (0, 10, 20)}


def test_without_a_requested_date_the_order_date_counts() -> None:
    _, rows = history({}, {"ordered_units": 5.0, "delivered_units": 5.0}, leave_out=("requested_on",))
    assert rows == {("P", "N", "2026-05"): (15, 15, 30)}


def test_only_what_customers_cancelled_for_reasons_of_their_own_is_taken_off() -> None:
    cancelled = [
        {"cancelled_units": 4.0, "cancel_reason": reason, "delivered_units": 6.0}
        for reason in ("customer", "late", "supply", "credit", "other", None)
    ]
    _, rows = history(*cancelled)
    assert rows == {("P", "N", "2026-05"): (60 - 4, 36, 72)}


def test_returns_lower_what_was_shipped_and_never_what_was_ordered() -> None:
    back = {
        "line_kind": "return",
        "delivered_on": date(2026, 6, 3),
        "ordered_units": 3.0,
        "delivered_units": 3.0,
    }
    _, rows = history({}, back)
    assert rows == {("P", "N", "2026-05"): (10, 10, 20), ("P", "N", "2026-06"): (0, -3, -6)}


def test_an_unknown_kind_of_line_is_a_sale() -> None:
    _, rows = history({"line_kind": None})
    assert rows == {("P", "N", "2026-05"): (10, 10, 20)}


def test_a_month_with_a_shipment_without_a_price_has_no_revenue() -> None:
    warnings, rows = history({}, {"unit_price": None}, {"product_id": "Q"})
    assert rows == {("P", "N", "2026-05"): (20, 20, None), ("Q", "N", "2026-05"): (10, 10, 20)}
    assert warnings == ["Delivered order lines without a price; the revenue of their months is unknown: 1."]


def test_a_line_that_delivered_nothing_needs_no_price() -> None:
    _, rows = history({}, {"unit_price": None, "delivered_units": 0.0, "delivered_on": None})
    assert rows == {("P", "N", "2026-05"): (20, 10, 20)}


def test_revenue_and_shipped_units_are_absent_where_nothing_tells_them() -> None:
    _, rows = history({}, leave_out=("unit_price",))
    assert rows == {("P", "N", "2026-05"): (10, 10)}
    _, rows = history({}, leave_out=("delivered_on",))
    assert rows == {("P", "N", "2026-05"): (10,)}


def test_a_line_s_own_market_goes_before_its_customer_s(tmp_path: Path) -> None:
    _, rows = published(tmp_path, {"market_id": "S"}, {})
    assert rows.keys() == {("P", "S", "2026-05"), ("P", "N", "2026-05")}


def test_lines_without_a_market_are_left_out_and_counted(tmp_path: Path) -> None:
    report, rows = published(tmp_path, {}, {"customer_id": "C2"}, {"customer_id": None})
    assert rows == {("P", "N", "2026-05"): (10, 10, 20)}
    assert report.warnings == (
        "Order lines without a market, nor has their customer one; not in the history: 2.",
    )


def test_deliveries_on_an_unknown_day_are_left_out_and_counted() -> None:
    warnings, rows = history({}, {"delivered_on": None})
    assert rows == {("P", "N", "2026-05"): (20, 10, 20)}
    assert warnings == ["Order lines that were delivered on an unknown day; not in the shipped units: 1."]


def test_open_months_and_orders_for_later_are_no_actuals_yet() -> None:
    lines = [
        {"requested_on": date(2026, 8, 1)},
        {"ordered_on": date(2026, 7, 1), "delivered_on": date(2026, 7, 2)},
        {},
    ]
    _, rows = history(*lines)
    assert rows == {("P", "N", "2026-05"): (10, 20, 40)}  # the line for August was delivered in May


def test_an_earlier_as_of_date_closes_months_earlier() -> None:
    may = ClosedMonths(date(2026, 5, 31))
    _, rows = history({}, {"ordered_on": date(2026, 6, 28), "delivered_on": None}, closed=may)
    assert rows.keys() == {("P", "N", "2026-05")}


def test_a_mapped_history_is_not_derived_again(tmp_path: Path) -> None:
    report, _ = published(tmp_path, {})
    assert [table.name for table in report.tables][-1] == "demand_history"
    assert report.tables[-1].rows_read == 0


days = st.dates(date(2026, 4, 1), date(2026, 6, 30))
lines = st.fixed_dictionaries(
    {
        "line_kind": st.sampled_from(["sale", "return", None]),
        "market_id": st.sampled_from(["N", "S"]),
        "product_id": st.sampled_from(["P", "Q"]),
        "ordered_on": days,
        "requested_on": st.none() | days,
        "delivered_on": st.none() | days,
        "ordered_units": st.integers(5, 9).map(float),
        "delivered_units": st.integers(0, 9).map(float),
        "cancelled_units": st.none() | st.integers(0, 5).map(float),
        "cancel_reason": st.sampled_from(["customer", "supply", None]),
        "unit_price": st.none() | st.integers(1, 3).map(float),
    }
)


@searched(4, 20)
def test_the_history_equals_a_naive_loop(examples: int) -> None:
    @up_to(examples)
    @given(st.lists(lines, min_size=1, max_size=12))
    def holds(drawn: list[dict[str, Any]]) -> None:
        ordered: dict[tuple[str, str, str], float] = defaultdict(float)
        shipped: dict[tuple[str, str, str], float] = defaultdict(float)
        revenue: dict[tuple[str, str, str], float | None] = defaultdict(float)
        for line in drawn:
            place = (line["product_id"], line["market_id"] or "N")
            if line["line_kind"] != "return":
                month = f"{line['requested_on'] or line['ordered_on']:%Y-%m}"
                own = (line["cancelled_units"] or 0) if line["cancel_reason"] == "customer" else 0
                ordered[*place, month] += line["ordered_units"] - own
            day = line["delivered_on"] or (line["ordered_on"] if line["line_kind"] == "return" else None)
            if day is None:
                continue
            units = line["delivered_units"] * (-1 if line["line_kind"] == "return" else 1)
            key = (*place, f"{day:%Y-%m}")
            shipped[key] += units
            known = revenue[key]
            if units and line["unit_price"] is None:
                revenue[key] = None
            elif known is not None:
                revenue[key] = known + units * (line["unit_price"] or 0)
        _, rows = history(*drawn)
        assert rows.keys() == ordered.keys() | shipped.keys()
        for key, row in rows.items():
            assert row == (pytest.approx(ordered[key]), pytest.approx(shipped[key]), revenue[key])

    holds()
