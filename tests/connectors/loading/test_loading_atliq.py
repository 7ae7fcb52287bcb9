"""The real company of ../shared: what the load publishes equals the files, read by csv alone."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from connectors.loading.faults import LoadReport
from connectors.loading.load import load
from connectors.loading.mapping_draft import draft_mapping

MAPPING = Path(__file__).resolve().parents[3] / "docs" / "examples" / "atliq.yaml"
NOW = datetime(2026, 7, 2, 6, tzinfo=UTC)


@pytest.fixture(scope="module")
def files(shared: Path) -> Path:
    return shared / "data" / "atliq"


def lines_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as text:
        return list(csv.DictReader(text))


@pytest.fixture(scope="module")
def orders(files: Path) -> list[dict[str, str]]:
    return lines_of(files / "fact_order_lines.csv")


@pytest.fixture(scope="module")
def report(files: Path, tmp_path_factory: pytest.TempPathFactory) -> LoadReport:
    return load(MAPPING, tmp_path_factory.mktemp("atliq") / "store.duckdb", source=files, now=NOW)


@pytest.fixture(scope="module")
def store(report: LoadReport) -> Iterator[duckdb.DuckDBPyConnection]:
    with closing(duckdb.connect(report.store, read_only=True)) as connection:
        yield connection


def rows(store: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return store.execute(query).fetchall()


def test_the_report_counts_what_the_files_hold(report: LoadReport) -> None:
    kept = {table.name: (table.rows_read, table.rows_kept) for table in report.tables}
    assert kept == {
        "products": (18, 18),
        "markets": (24_195, 3),
        "customers": (36, 36),
        "order_lines": (24_195, 24_195),
        "targets": (105, 105),
        "demand_history": (0, 108),
    }
    assert report.warnings == ()


def test_every_order_line_has_the_values_of_its_row(
    store: duckdb.DuckDBPyConnection, orders: list[dict[str, str]]
) -> None:
    found = rows(
        store,
        "SELECT order_id, customer_id, market_id, product_id, ordered_on, promised_on, delivered_on, "
        "closed_on, ordered_units, delivered_units, round(unit_price * ordered_units, 2) FROM order_lines",
    )
    expected = [
        (
            line["order_id"],
            line["customer_id"],
            line["city"],
            line["product_id"],
            date.fromisoformat(line["order_placement_date"]),
            date.fromisoformat(line["agreed_delivery_date"]),
            date.fromisoformat(line["actual_delivery_date"]),
            date.fromisoformat(line["actual_delivery_date"]),
            float(line["order_qty"]),
            float(line["delivery_qty"]),
            float(line["total_amount"]),
        )
        for line in orders
    ]
    assert Counter(found) == Counter(expected)


def test_lines_are_numbered_within_their_order_as_the_file_has_them(
    store: duckdb.DuckDBPyConnection, orders: list[dict[str, str]]
) -> None:
    seen: Counter[str] = Counter()
    expected = {}
    for line in orders:
        seen[line["order_id"]] += 1
        expected[line["order_id"], seen[line["order_id"]]] = line["product_id"]
    found = rows(store, "SELECT order_id, line_number, product_id FROM order_lines")
    assert {(order, number): product for order, number, product in found} == expected


def test_35_of_36_customers_have_ordered_and_bear_25_names(
    store: duckdb.DuckDBPyConnection, orders: list[dict[str, str]]
) -> None:
    by_order_file = {line["customer_id"]: (line["customer_name"], line["city"]) for line in orders}
    assert len(by_order_file) == 35
    found = {one: (name, market) for one, name, market in rows(store, "SELECT * FROM customers")}
    assert {one: found[one] for one in by_order_file} == by_order_file
    assert len({name for name, _ in by_order_file.values()}) == 25
    assert found.keys() - by_order_file.keys() == {"789912"}
    assert found["789912"] == ("marketprice", "Vadodara")


def test_why_the_order_file_s_names_and_cities_count(files: Path, orders: list[dict[str, str]]) -> None:
    listed = {line["customer_id"]: line for line in lines_of(files / "dim_customers.csv")}
    assert sum(line["city"] != listed[line["customer_id"]]["city"] for line in orders) == 7_631
    assert (
        sum(line["customer_name"] != listed[line["customer_id"]]["customer_name"] for line in orders) == 6_937
    )
    assert len({line["customer_name"] for line in listed.values()}) == 16


def test_products_markets_and_families_are_as_written(store: duckdb.DuckDBPyConnection, files: Path) -> None:
    expected = [
        (p["product_id"], p["product_name"], p["category"]) for p in lines_of(files / "dim_products.csv")
    ]
    assert rows(store, "SELECT * FROM products ORDER BY product_id") == sorted(expected)
    assert {family for (_, _, family) in expected} == {"Dairy", "Food", "beverages"}
    assert rows(store, "SELECT market_id, region FROM markets ORDER BY 1") == [
        (city, city) for city in ("Ahmedabad", "New Jersey, US", "Vadodara")
    ]


def test_targets_in_percent_become_rates_by_customer_and_metric(
    store: duckdb.DuckDBPyConnection, files: Path
) -> None:
    columns = {"ontime_target": "on_time_rate", "infull_target": "in_full_rate", "otif_target": "otif_rate"}
    expected = {
        (metric, "customer", line["customer_id"]): float(line[column]) / 100
        for line in lines_of(files / "dim_targets_orders.csv")
        for column, metric in columns.items()
    }
    found = rows(store, "SELECT metric, dimension, member_id, value FROM targets")
    assert {(metric, cut, member): value for metric, cut, member, value in found} == pytest.approx(expected)


def test_may_is_partial_and_april_the_last_closed_month(
    report: LoadReport, store: duckdb.DuckDBPyConnection
) -> None:
    info = dict(rows(store, "SELECT key, value FROM load_info"))
    assert report.as_of == date(2025, 4, 30)
    assert (info["as_of"], info["partial_from"]) == ("2025-04-30", "2025-05-01")
    assert info["data_version"].startswith("2026-07-02T06:00:00Z#")
    assert (info["company"], info["currency"]) == ("AtliQ Mart", "INR")


def test_derived_history_is_the_sum_of_the_closed_months(
    store: duckdb.DuckDBPyConnection, orders: list[dict[str, str]]
) -> None:
    ordered: defaultdict[tuple[str, str, str], float] = defaultdict(float)
    shipped: defaultdict[tuple[str, str, str], float] = defaultdict(float)
    revenue: defaultdict[tuple[str, str, str], float] = defaultdict(float)
    for line in orders:
        key = (line["product_id"], line["city"])
        units, price = float(line["delivery_qty"]), float(line["total_amount"]) / float(line["order_qty"])
        ordered[*key, line["order_placement_date"][:7]] += float(line["order_qty"])
        shipped[*key, line["actual_delivery_date"][:7]] += units
        revenue[*key, line["actual_delivery_date"][:7]] += units * price
    keys = [key for key in ordered | shipped if key[2] <= "2025-04"]
    found = {
        (product, market, f"{period:%Y-%m}"): (units, out, money)
        for product, market, period, units, out, money in rows(store, "SELECT * FROM demand_history")
    }
    assert found.keys() == set(keys)
    for key in keys:
        assert found[key] == pytest.approx((ordered[key], shipped[key], revenue[key]))


def test_only_what_was_mapped_is_in_the_store(store: duckdb.DuckDBPyConnection) -> None:
    tables = {name for (name,) in rows(store, "SELECT table_name FROM duckdb_tables()")}
    assert tables == {
        "products", "markets", "customers", "order_lines", "targets", "demand_history", "load_info",
    }  # fmt: skip
    columns = {name for (name, *_) in rows(store, "DESCRIBE order_lines")}
    assert not columns & {
        "cancelled_units",
        "cancel_reason",
        "expedite_cost",
        "requested_on",
        "line_kind",
        "_row",
    }


@pytest.mark.slow
def test_a_second_load_of_the_same_files_has_the_same_content_hash(
    report: LoadReport, files: Path, tmp_path: Path
) -> None:
    again = load(MAPPING, tmp_path / "store.duckdb", source=files, now=NOW)
    assert again.data_version == report.data_version


def test_the_drafted_mapping_loads_the_same_order_lines(
    report: LoadReport, store: duckdb.DuckDBPyConnection, files: Path, tmp_path: Path
) -> None:
    draft = draft_mapping(files, lambda table, column: [])
    mapping = tmp_path / "drafted.yaml"
    mapping.write_text(draft.text.replace("currency: XXX", "currency: INR"), encoding="utf-8")
    drafted = load(mapping, tmp_path / "store.duckdb", source=files, now=NOW)
    query = "SELECT * EXCLUDE (line_number) FROM order_lines"
    with closing(duckdb.connect(drafted.store, read_only=True)) as other:
        assert Counter(rows(other, query)) == Counter(rows(store, query))
