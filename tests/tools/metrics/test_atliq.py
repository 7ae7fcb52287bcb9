"""AtliQ's service figures equal those published and plain SQL over its files."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from connectors.plan_store import PlanStore
from tests.asking import all_time, ask, grouped, month, refusal, same, total

SERVICE = {
    "on_time_rate": '"On Time"',
    "in_full_rate": '"In Full"',
    "otif_rate": '"On Time In Full"',
    "line_fill_rate": '"In Full"',
}
KEYS = {"market": "city", "family": "category", "customer": "customer_id", "product": "product_id"}


@pytest.fixture(scope="module")
def files(shared: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    path = shared / "data" / "atliq" / "fact_order_lines.csv"
    connection.execute(
        f"CREATE TABLE lines AS SELECT * FROM read_csv('{path}', types={{'customer_id': 'VARCHAR'}})"
    )
    return connection


@pytest.fixture(scope="module")
def published(shared: Path) -> dict[str, dict[str, str]]:
    """The published table by month, `2025-03`, and the total under `all`."""
    text = (shared / "data" / "atliq" / "published_kpis.csv").read_text("utf-8").splitlines()[1:]
    names = {"OVERALL TOTAL": "all", "March 2025": "2025-03", "April 2025": "2025-04", "May 2025": "2025-05"}
    return {names[row["Month"]]: row for row in csv.DictReader(text)}


PUBLISHED = {
    "line_fill_rate": "Line Fill Rate %",
    "unit_fill_rate": "Volume Fill Rate %",
    "on_time_rate": "On Time %",
    "in_full_rate": "In Full %",
    "otif_rate": "OTIF %",
}


@pytest.mark.parametrize("metric", PUBLISHED)
def test_the_published_figures_by_month_of_order_placement(
    atliq: PlanStore, published: dict[str, dict[str, str]], metric: str
) -> None:
    result = ask(atliq, metric, group_by=["month"], date_basis="ordered_on", **all_time())
    found = {**{key: value for (key,), value in grouped(result, "month").items()}, "all": total(result)}
    assert {key: round(100 * (value or 0), 2) for key, value in found.items()} == {
        key: float(row[PUBLISHED[metric]]) for key, row in published.items()
    }


@pytest.mark.parametrize(
    ("metric", "options", "value"),
    [
        ("otif_rate", {}, 0.4784),
        ("otif_rate", {"level": "order"}, 0.2871),
        ("on_time_rate", {"level": "order"}, 0.5922),
        ("in_full_rate", {"level": "order"}, 0.5256),
        ("order_fill_rate", {}, 0.5256),
        ("unit_fill_rate", {}, 0.9660),
    ],
)
def test_the_published_figures_of_all_time(
    atliq: PlanStore, metric: str, options: dict[str, Any], value: float
) -> None:
    assert round(total(ask(atliq, metric, **options, **all_time())) or 0, 4) == value


@pytest.mark.parametrize("dimension", KEYS)
@pytest.mark.parametrize("metric", SERVICE)
def test_service_by_member_equals_plain_sql_over_the_files(
    atliq: PlanStore, files: duckdb.DuckDBPyConnection, metric: str, dimension: str
) -> None:
    rows = files.execute(
        f"SELECT CAST({KEYS[dimension]} AS VARCHAR), avg({SERVICE[metric]}) FROM lines GROUP BY 1"
    ).fetchall()
    result = ask(atliq, metric, group_by=[dimension], **all_time())
    same(grouped(result, dimension), {(key,): value for key, value in rows})


@pytest.mark.parametrize("dimension", ["market", "family", "customer"])
def test_orders_by_member_equal_plain_sql_over_the_files(
    atliq: PlanStore, files: duckdb.DuckDBPyConnection, dimension: str
) -> None:
    rows = files.execute(f"""
        WITH passed AS (SELECT order_id, min("On Time In Full") AS ok FROM lines GROUP BY 1)
        SELECT CAST({KEYS[dimension]} AS VARCHAR),
          count(DISTINCT order_id) FILTER (ok = 1) / count(DISTINCT order_id)
        FROM lines JOIN passed USING (order_id) GROUP BY 1""").fetchall()
    result = ask(atliq, "otif_rate", level="order", group_by=[dimension], **all_time())
    same(grouped(result, dimension), {(key,): value for key, value in rows})


def test_customers_of_one_name_are_told_apart_by_id(atliq: PlanStore) -> None:
    result = ask(atliq, "otif_rate", group_by=["customer"], **all_time())
    names = [figure.group["customer"] for figure in result.figures if figure.group]
    assert (len(names), len(set(names))) == (35, 35)


def test_one_customer_by_id(atliq: PlanStore, files: duckdb.DuckDBPyConnection) -> None:
    (expected,) = files.execute(
        "SELECT sum(delivery_qty) / sum(order_qty) FROM lines WHERE customer_id = '789201'"
    ).fetchone() or (None,)
    filters = [{"dimension": "customer", "members": ["789201"]}]
    assert total(ask(atliq, "unit_fill_rate", filters=filters, **all_time())) == pytest.approx(expected)


def test_a_city_is_that_of_the_order_and_a_name_that_two_customers_bear_means_both(
    atliq: PlanStore, files: duckdb.DuckDBPyConnection
) -> None:
    (name, ids), *_ = files.execute("""
        SELECT customer_name, list(DISTINCT customer_id) FROM lines GROUP BY 1
        HAVING count(DISTINCT customer_id) > 1 ORDER BY 1""").fetchall()
    (expected,) = files.execute(
        f'SELECT avg("On Time In Full") FROM lines WHERE customer_id IN {tuple(ids)}'
    ).fetchone() or (None,)
    filters = [{"dimension": "customer", "members": [name]}]
    assert total(ask(atliq, "otif_rate", filters=filters, **all_time())) == pytest.approx(expected)


def test_lost_sales_have_values_in_rupees(atliq: PlanStore, files: duckdb.DuckDBPyConnection) -> None:
    rows = files.execute("""SELECT city, sum((order_qty - delivery_qty) * total_amount / order_qty)
        FROM lines GROUP BY 1""").fetchall()
    result = ask(atliq, "lost_sales", group_by=["market"], **all_time())
    same(grouped(result, "market"), {(city,): value for city, value in rows})
    assert result.figures[0].formatted.startswith("₹")


def test_shipped_units_and_revenue_by_customer_come_from_the_order_lines(
    atliq: PlanStore, files: duckdb.DuckDBPyConnection
) -> None:
    rows = files.execute("""
        SELECT customer_id, sum(delivery_qty), sum(delivery_qty * total_amount / order_qty) FROM lines
        WHERE actual_delivery_date BETWEEN '2025-04-01' AND '2025-04-30' GROUP BY 1""").fetchall()
    result = ask(atliq, "shipped_units", group_by=["customer"], **month("2025-04"))
    same(grouped(result, "customer"), {(key,): units for key, units, _ in rows})
    money = ask(atliq, "revenue", group_by=["customer"], **month("2025-04"))
    same(grouped(money, "customer"), {(key,): amount for key, _, amount in rows})


@pytest.mark.parametrize(
    ("metric", "missing"),
    [
        ("expedite_cost", "cost of expediting"),
        ("cancellation_rate", "units cancelled"),
        ("cancelled_units", "units cancelled"),
        ("gross_margin", "`financials`"),
        ("standard_margin", "standard cost"),
        ("wmape", "demand plan"),
        ("inventory_units", "stock"),
    ],
)
def test_what_is_not_in_the_files_is_no_data_and_named(atliq: PlanStore, metric: str, missing: str) -> None:
    assert missing in refusal(ask(atliq, metric, **all_time()), "no_data")


def test_the_data_break_off_in_may(atliq: PlanStore) -> None:
    assert atliq.as_of == date(2025, 4, 30)
    result = ask(atliq, "otif_rate", **all_time())
    assert any("May 2025 is not complete" in warning.message for warning in result.warnings)
