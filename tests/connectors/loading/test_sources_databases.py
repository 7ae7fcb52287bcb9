"""Tables of databases: read by an address from the environment that no message ever shows."""

from __future__ import annotations

import sqlite3
from datetime import date
from typing import Any

import duckdb
import psycopg
import pytest

from tests.connectors.tiny_company import USUAL, TinyCompany


def from_database(tiny: TinyCompany, table: str = "items", **more: str) -> dict[str, Any]:
    tiny.mapping["databases"] = {"erp": {"url_env": "ERP_URL"}}
    tiny.mapping["tables"]["products"]["source"] = {"database": "erp", "table": table, **more}
    return {"environment": {"ERP_URL": f"duckdb://{tiny.folder.parent / 'files' / 'erp.duckdb'}"}}


@pytest.fixture
def erp(tiny: TinyCompany) -> TinyCompany:
    with duckdb.connect(tiny.folder / "erp.duckdb") as connection:
        connection.execute("CREATE TABLE items AS SELECT '007' AS id, 'Milk' AS name, 'Dairy' AS \"group\"")
        connection.execute("INSERT INTO items VALUES ('008', 'Tea', 'Drinks')")
        connection.execute("CREATE SCHEMA sales")
        connection.execute("CREATE VIEW sales.offers AS SELECT * FROM items")
    return tiny


def test_a_table_of_a_database_is_read_by_an_address_from_the_environment(erp: TinyCompany) -> None:
    erp.load(**from_database(erp))
    assert erp.rows("SELECT * FROM products ORDER BY 1") == USUAL
    erp.load(**from_database(erp, "offers", schema="sales"))
    assert erp.rows("SELECT * FROM products ORDER BY 1") == USUAL


def test_sqlite_is_read_as_well(tiny: TinyCompany) -> None:
    connection = sqlite3.connect(tiny.folder / "erp.sqlite")
    connection.execute('CREATE TABLE items (id TEXT, name TEXT, "group" TEXT)')
    connection.executemany("INSERT INTO items VALUES (?, ?, ?)", USUAL)
    connection.commit()
    connection.close()
    from_database(tiny)
    tiny.load(environment={"ERP_URL": f"sqlite://{tiny.folder / 'erp.sqlite'}"})
    assert tiny.rows("SELECT * FROM products ORDER BY 1") == USUAL


def test_an_unknown_table_of_a_database_is_told_with_the_nearest(erp: TinyCompany) -> None:
    assert (
        erp.fault(**from_database(erp, "item")).problem
        == 'erp.item: there is no table "item"; did you mean items?'
    )


def test_a_variable_that_is_not_set_is_named(erp: TinyCompany) -> None:
    from_database(erp)
    assert erp.fault(environment={}).problem == "the environment variable ERP_URL is not set"


def test_a_database_file_that_is_not_there_is_not_made(tiny: TinyCompany) -> None:
    assert "there is no database file where ERP_URL points to" in tiny.fault(**from_database(tiny)).problem
    assert not (tiny.folder / "erp.duckdb").exists()


def test_a_password_never_stands_in_a_message(tiny: TinyCompany) -> None:
    from_database(tiny)
    address = "postgres://ana:s3cret%21@127.0.0.1:9/erp"
    text = str(tiny.fault(environment={"ERP_URL": address}))
    assert "the database does not answer" in text
    assert "s3cret" not in text


def test_rows_of_a_database_are_numbered_in_a_stated_order_only(erp: TinyCompany) -> None:
    with duckdb.connect(erp.folder / "erp.duckdb") as connection:
        connection.execute(
            "CREATE TABLE lines AS SELECT * FROM (VALUES ('A', 10, 5.0), ('A', 9, 6.0)) t(o, pos, qty)"
        )
    environment = from_database(erp)
    erp.mapping["tables"]["order_lines"] = {
        "source": {"database": "erp", "table": "lines"},
        "columns": {
            "order_id": "o",
            "line_number": {"row_number_within": "o"},
            "product_id": {"constant": "007"},
            "ordered_on": {"expression": 'date("2026-06-29") if qty > 0 else date("2026-06-30")'},
            "ordered_units": "qty",
            "delivered_units": "qty",
        },
    }
    assert "add `order_by` to `row_number_within`" in erp.fault(**environment).problem
    erp.columns("order_lines")["line_number"]["order_by"] = "pos"
    erp.load(**environment)
    assert erp.rows("SELECT line_number, ordered_units FROM order_lines ORDER BY 1") == [(1, 6.0), (2, 5.0)]


@pytest.mark.slow
def test_postgresql_is_read_like_a_file(tiny: TinyCompany, fresh_postgres_url: str) -> None:
    with psycopg.connect(fresh_postgres_url) as connection:
        connection.execute('CREATE TABLE items (id text, name text, "group" text)')
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO items VALUES (%s, %s, %s)", USUAL)
        connection.execute(
            "CREATE TABLE lines (o text, pos int, qty numeric(10, 2), day date, at timestamptz)"
        )
        connection.execute("INSERT INTO lines VALUES ('A', 1, 2.50, '2026-06-29', '2026-06-30 10:00+00')")
        connection.commit()
    from_database(tiny)
    tiny.mapping["tables"]["order_lines"] = {
        "source": {"database": "erp", "table": "lines"},
        "columns": {
            "order_id": "o",
            "line_number": "pos",
            "product_id": {"constant": "007"},
            "ordered_on": "day",
            "delivered_on": "at",
            "ordered_units": "qty",
            "delivered_units": "qty",
        },
    }
    environment = {"ERP_URL": fresh_postgres_url}
    tiny.load(environment=environment)
    assert tiny.rows("SELECT * FROM products ORDER BY 1") == USUAL
    assert tiny.rows("SELECT ordered_on, delivered_on, ordered_units FROM order_lines") == [
        (date(2026, 6, 29), date(2026, 6, 30), 2.5)
    ]
    from_database(tiny, "item")
    assert 'there is no table "item"; did you mean items?' in tiny.fault(environment=environment).problem


def test_columns_that_no_table_reads_stay_where_they_are(erp: TinyCompany) -> None:
    with duckdb.connect(erp.folder / "erp.duckdb") as connection:
        connection.execute("ALTER TABLE items ADD COLUMN odd STRUCT(a INT)[]")
    environment = from_database(erp)
    erp.load(**environment)
    erp.columns("products")["brand"] = "od"
    assert 'erp.items has no column "od"; did you mean odd?' in erp.fault(**environment).problem
