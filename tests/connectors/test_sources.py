"""Real files of all sorts: what is read from them is what stands in them."""

from __future__ import annotations

import gzip
import sqlite3
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pandas as pd
import psycopg
import pytest

from tests.connectors.tiny_company import ORDERS, PRODUCTS, TinyCompany


def loaded(tiny: TinyCompany, source: object = None) -> list[tuple[Any, ...]]:
    if source is not None:
        tiny.mapping["tables"]["products"]["source"] = source
    tiny.load()
    return tiny.rows("SELECT * FROM products ORDER BY product_id")


USUAL = [("007", "Milk", "Dairy"), ("008", "Tea", "Drinks")]


@pytest.mark.parametrize(
    "content",
    [
        PRODUCTS.encode(),
        b"\xef\xbb\xbf" + PRODUCTS.encode(),
        PRODUCTS.replace("\n", "\r\n").encode(),
        PRODUCTS.replace("\n", "\r").encode(),
        PRODUCTS.replace("Milk,", "Milk,").replace("name,group\n", "name,group\r\n").encode(),
        PRODUCTS.rstrip("\n").encode(),
        PRODUCTS.replace("\n", "\n\n").encode(),
        PRODUCTS.replace(",", ";").encode(),
        PRODUCTS.replace(",", "\t").encode(),
        PRODUCTS.replace(",", "|").encode(),
        PRODUCTS.replace("Milk", ' "Milk" ').replace(' "Milk" ', '"Milk "').encode(),
        PRODUCTS.replace("007", " 007 ").encode(),
        (PRODUCTS + ",,\n").encode(),
        PRODUCTS.replace("id,name", '"id ",name').encode(),
    ],
)
def test_text_files_of_all_habits_read_the_same(tiny: TinyCompany, content: bytes) -> None:
    tiny.write("products.csv", content)
    assert loaded(tiny) == USUAL


def test_quotes_newlines_and_formulas_in_cells_stay_as_they_are(tiny: TinyCompany) -> None:
    tiny.write("products.csv", 'id,name,group\n007,"a ""b"",\nc","=1+1"\n008,"=cmd|\' /C calc\'!A0",+5\n')
    assert loaded(tiny) == [("007", 'a "b",\nc', "=1+1"), ("008", "=cmd|' /C calc'!A0", "+5")]


def test_a_workbook_s_line_breaks_within_cells_do_no_harm(tiny: TinyCompany) -> None:
    tiny.write("products.csv", 'id,"name\nlong",group\r\n007,"Milk\nfresh",Dairy\r\n008,Tea,Drinks\r\n')
    tiny.columns("products")["product_name"] = "name\nlong"
    assert loaded(tiny)[0] == ("007", "Milk\nfresh", "Dairy")


def test_sql_in_names_and_values_is_text(tiny: TinyCompany) -> None:
    column, value = 'x"); DROP TABLE raw.main.source_1; --', "'; DROP TABLE products; --"
    tiny.write(
        "products.csv",
        f'id,"{column.replace(chr(34), chr(34) * 2)}",group\n007,"{value}",Dairy\n008,Tea,Drinks\n',
    )
    tiny.columns("products")["product_name"] = column
    tiny.columns("products")["family"] = {"column": "group", "values": {"Dairy": value, "Drinks": "D"}}
    assert loaded(tiny)[0] == ("007", value, value)


def test_a_file_name_of_signs_is_a_name_and_no_pattern(tiny: TinyCompany) -> None:
    name = "products [1] 'x' %_.csv"
    tiny.write(name, PRODUCTS)
    assert loaded(tiny, name) == USUAL


def test_rows_above_the_header_are_skipped(tiny: TinyCompany) -> None:
    tiny.write("products.csv", 'Report "of, 2026\n\n' + PRODUCTS)
    assert loaded(tiny, {"file": "products.csv", "header_row": "3"}) == USUAL


def test_faults_below_a_title_have_the_row_that_a_spreadsheet_shows(tiny: TinyCompany) -> None:
    tiny.write("orders.csv", "Report\n" + ORDERS.replace("2.50", "x"))
    tiny.mapping["tables"]["order_lines"]["source"] = {"file": "orders.csv", "header_row": "2"}
    assert tiny.fault().examples == ("orders.csv row 3: 'x'",)


def test_decimal_commas_and_thousands_are_read_when_they_are_said(tiny: TinyCompany) -> None:
    text = (
        ORDERS.replace(",", ";").replace("2.50", "1.234,5").replace("1.00", "1.234.567").replace("2.00", ",5")
    )
    tiny.write("orders.csv", text)
    tiny.mapping["tables"]["order_lines"]["source"] = {"file": "orders.csv", "decimal": ",", "thousands": "."}
    tiny.load()
    query = "SELECT unit_price FROM order_lines ORDER BY order_id, line_number"
    assert tiny.rows(query) == [(1234.5,), (1234567.0,), (0.5,)]


def test_thousands_that_stand_wrong_are_no_number(tiny: TinyCompany) -> None:
    tiny.write("orders.csv", ORDERS.replace(",", ";").replace("2.50", "12,50").replace("1.00", "1,00"))
    tiny.mapping["tables"]["order_lines"]["source"] = {"file": "orders.csv", "decimal": ".", "thousands": ","}
    assert tiny.fault().examples == ("orders.csv row 2: '12,50'", "orders.csv row 3: '1,00'")


def test_days_may_be_written_in_several_forms_if_they_agree(tiny: TinyCompany) -> None:
    tiny.write("orders.csv", ORDERS.replace("2026-05-04", "04.05.2026").replace("2026-06-29", "20260629"))
    tiny.columns("order_lines")["ordered_on"] = {"column": "ordered", "format": ["%d.%m.%Y", "%Y%m%d"]}
    tiny.load()
    assert tiny.rows("SELECT DISTINCT ordered_on FROM order_lines ORDER BY 1") == [
        (date(2026, 5, 4),),
        (date(2026, 6, 29),),
    ]


def test_a_day_that_two_forms_read_differently_is_a_fault(tiny: TinyCompany) -> None:
    tiny.write("orders.csv", ORDERS.replace("2026-05-04", "04/05/2026").replace("2026-06-29", "06/06/2026"))
    tiny.columns("order_lines")["ordered_on"] = {"column": "ordered", "format": ["%d/%m/%Y", "%m/%d/%Y"]}
    fault = tiny.fault()
    assert (fault.count, fault.examples[0]) == (2, "orders.csv row 2: '04/05/2026'")


def test_mixed_forms_of_days_are_faults_where_one_is_said(tiny: TinyCompany) -> None:
    tiny.write("orders.csv", ORDERS.replace("2026-06-29", "29.06.2026"))
    assert tiny.fault().examples == ("orders.csv row 4: '29.06.2026'",)


def test_a_time_of_day_is_cut_off(tiny: TinyCompany) -> None:
    tiny.write(
        "orders.csv",
        ORDERS.replace("2026-06-29", "2026-06-29 23:59:59").replace("2026-05-04", "2026-05-04T00:00:00Z"),
    )
    tiny.load()
    assert tiny.rows("SELECT max(ordered_on), min(ordered_on) FROM order_lines") == [
        (date(2026, 6, 29), date(2026, 5, 4))
    ]


def test_texts_that_mean_unknown_become_null(tiny: TinyCompany) -> None:
    tiny.write("orders.csv", ORDERS.replace("2.50", "N/A").replace("1.00", "-").replace("2.00", " n.a. "))
    tiny.mapping["null_values"] = ["N/A"]
    tiny.mapping["tables"]["order_lines"]["source"] = {"file": "orders.csv", "null_values": "-"}
    tiny.columns("order_lines")["unit_price"] = {"column": "price", "null_values": ["n.a."]}
    tiny.load()
    assert tiny.rows("SELECT count(*), count(unit_price) FROM order_lines") == [(3, 0)]


def test_a_zipped_text_file_is_read(tiny: TinyCompany) -> None:
    (tiny.folder / "products.csv.gz").write_bytes(gzip.compress(PRODUCTS.encode()))
    assert loaded(tiny, "products.csv.gz") == USUAL


# Several files


def test_a_folder_or_a_pattern_is_read_file_by_file_columns_by_name(tiny: TinyCompany) -> None:
    (tiny.folder / "more").mkdir()
    tiny.write("more/p1.csv", "id,name,group\n007,Milk,Dairy\n")
    tiny.write("more/p2.csv", "group;extra;id;name\nDrinks;x;008;Tea\n")
    tiny.write("more/.hidden.csv", "nothing")
    tiny.write("more/~$lock.xlsx", "nothing")
    assert loaded(tiny, "more") == USUAL
    assert loaded(tiny, "more/p?.csv") == USUAL


def test_a_fault_in_one_of_several_files_names_it_and_its_row(tiny: TinyCompany) -> None:
    head = ORDERS.splitlines(keepends=True)[0]
    tiny.write("o1.csv", ORDERS)
    tiny.write("o2.csv", head + ORDERS.splitlines(keepends=True)[1].replace("A,", "Q,").replace("2.50", "x"))
    tiny.mapping["tables"]["order_lines"]["source"] = "o?.csv"
    assert tiny.fault().examples == ("o2.csv row 2: 'x'",)


def test_a_column_that_one_of_several_files_lacks_is_a_fault(tiny: TinyCompany) -> None:
    tiny.write("p1.csv", "id,name,group\n007,Milk,Dairy\n")
    tiny.write("p2.csv", "id,name\n008,Tea\n")
    tiny.mapping["tables"]["products"]["source"] = "p?.csv"
    fault = tiny.fault()
    assert (fault.column, fault.problem, fault.examples) == (
        "family",
        'no column "group" in some files',
        ("p2.csv",),
    )


def test_files_of_several_kinds_do_not_go_together(tiny: TinyCompany) -> None:
    (tiny.folder / "more").mkdir()
    tiny.write("more/p1.csv", PRODUCTS)
    tiny.write("more/p2.parquet", b"")
    tiny.mapping["tables"]["products"]["source"] = "more"
    assert "holds files of several kinds" in tiny.fault().problem


def test_a_table_may_be_put_together_from_several_sources(tiny: TinyCompany) -> None:
    tiny.write("p1.csv", "id,name,group\n007,Milk,Dairy\n")
    tiny.write("p2.csv", "nr;label;brand\n008;Tea;Best\n")
    tiny.mapping["tables"]["products"] = [
        {"source": "p1.csv", "columns": {"product_id": "id", "product_name": "name", "family": "group"}},
        {
            "source": "p2.csv",
            "columns": {
                "product_id": "nr",
                "product_name": "label",
                "family": {"constant": "Drinks"},
                "brand": "brand",
            },
        },
    ]
    tiny.load()
    found = tiny.rows("SELECT product_id, family, brand FROM products ORDER BY 1")
    assert found == [("007", "Dairy", None), ("008", "Drinks", "Best")]


# Workbooks


def write_workbook(file: Path, rows: list[list[object]], formats: dict[str, str] | None = None) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for cell, number_format in (formats or {}).items():
        sheet[cell].number_format = number_format
    book.save(file)


def test_a_workbook_keeps_days_numbers_and_leading_zeros(tiny: TinyCompany) -> None:
    header = ORDERS.splitlines()[0].split(",")
    day = datetime(2026, 5, 4)
    write_workbook(
        tiny.folder / "orders.xlsx",
        [
            header,
            ["A", 1, "C1", 7, day, date(2026, 5, 11), "2026-05-11", 10, 9.5, 1234.25],
            ["A", 2, "C1", 8, day, None, "2026-05-12", 4.0, 4, None],
        ],
        {"D2": "000", "D3": "000"},
    )
    tiny.mapping["tables"]["order_lines"]["source"] = {"file": "orders.xlsx", "decimal": ","}
    tiny.columns("order_lines")["ordered_on"] = {"column": "ordered", "format": "%d.%m.%Y"}
    tiny.load()
    found = tiny.rows(
        "SELECT product_id, ordered_on, promised_on, delivered_on, ordered_units, delivered_units, unit_price "
        "FROM order_lines ORDER BY line_number"
    )
    assert found == [
        ("007", date(2026, 5, 4), date(2026, 5, 11), date(2026, 5, 11), 10.0, 9.5, 1234.25),
        ("008", date(2026, 5, 4), None, date(2026, 5, 12), 4.0, 4.0, None),
    ]


def test_a_workbook_s_header_may_stand_below_titles_and_cells_may_be_missing(tiny: TinyCompany) -> None:
    write_workbook(
        tiny.folder / "products.xlsx",
        [
            ["Our products"],
            [],
            ["id", "name", "group", None],
            ["007", "Milk", "Dairy"],
            [],
            ["008", "Tea", "Drinks"],
        ],
    )
    assert loaded(tiny, {"file": "products.xlsx", "header_row": "3"}) == USUAL


def test_a_fault_in_a_workbook_has_the_row_that_excel_shows(tiny: TinyCompany) -> None:
    write_workbook(
        tiny.folder / "products.xlsx", [["id", "name", "group"], ["007", "Milk", "Dairy"], ["008", None, "x"]]
    )
    tiny.mapping["tables"]["products"]["source"] = "products.xlsx"
    assert tiny.fault().examples == ("products.xlsx row 3: product_id '008'",)


# Parquet


def test_parquet_files_keep_their_types_and_columns_of_other_names(tiny: TinyCompany) -> None:
    frame = pd.DataFrame(
        {
            "order no.": ["A", "B"], "line": [1, 2], "cust": ["C1", None], "prod": ["007", "008"],
            "day": pd.to_datetime(["2026-05-04 10:00", "2026-06-29 00:00"]), "qty": [1.5, 2], "price": [None, 3.0],
            "as text": [20260504, 20260629],
        }
    )  # fmt: skip
    frame.to_parquet(tiny.folder / "o [1].parquet")
    tiny.mapping["tables"]["order_lines"] = {
        "source": "o [1].parquet",
        "columns": {
            "order_id": "order no.", "line_number": "line", "customer_id": "cust", "product_id": "prod",
            "ordered_on": "day", "requested_on": {"column": "as text", "format": "%Y%m%d"},
            "ordered_units": "qty", "delivered_units": "qty", "unit_price": "price",
        },
    }  # fmt: skip
    tiny.load()
    found = tiny.rows(
        "SELECT ordered_on, requested_on, ordered_units, unit_price, customer_id FROM order_lines ORDER BY 1"
    )
    assert found == [
        (date(2026, 5, 4), date(2026, 5, 4), 1.5, None, "C1"),
        (date(2026, 6, 29), date(2026, 6, 29), 2.0, 3.0, None),
    ]


def test_whole_numbers_are_ids_without_a_decimal_point(tiny: TinyCompany) -> None:
    pd.DataFrame({"id": [7.0, 8.0], "name": ["Milk", "Tea"], "group": ["x", "y"]}).to_parquet(
        tiny.folder / "p.parquet"
    )
    tiny.write("orders.csv", ORDERS.replace("00", ""))
    tiny.mapping["tables"]["products"]["source"] = "p.parquet"
    tiny.write("orders.csv", ORDERS.replace("007", "7").replace("008", "8"))
    tiny.load()
    assert tiny.rows("SELECT product_id FROM products ORDER BY 1") == [("7",), ("8",)]


def test_numbers_cannot_be_days_and_lists_cannot_be_anything(tiny: TinyCompany) -> None:
    frame = pd.DataFrame({"id": ["007", "008"], "name": [["a"], ["b"]], "group": ["x", "y"], "day": [1, 2]})
    frame.to_parquet(tiny.folder / "p.parquet")
    tiny.mapping["tables"]["products"]["source"] = "p.parquet"
    assert "it holds values of the type array" in tiny.fault().problem
    tiny.columns("products")["product_name"] = "group"
    tiny.columns("products")["launched_on"] = "day"
    assert "a day is needed, not a number" in tiny.fault().problem


def test_a_file_that_only_says_it_is_parquet_is_refused(tiny: TinyCompany) -> None:
    tiny.write("p.parquet", b"PAR1 nothing PAR1")
    tiny.mapping["tables"]["products"]["source"] = "p.parquet"
    assert tiny.fault().problem == "p.parquet is no Parquet file that can be read"


# Databases


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
            "order_id": "o", "line_number": {"row_number_within": "o"}, "product_id": {"constant": "007"},
            "ordered_on": {"expression": 'date("2026-06-29") if qty > 0 else date("2026-06-30")'},
            "ordered_units": "qty", "delivered_units": "qty",
        },
    }  # fmt: skip
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
            "order_id": "o", "line_number": "pos", "product_id": {"constant": "007"}, "ordered_on": "day",
            "delivered_on": "at", "ordered_units": "qty", "delivered_units": "qty",
        },
    }  # fmt: skip
    environment = {"ERP_URL": fresh_postgres_url}
    tiny.load(environment=environment)
    assert tiny.rows("SELECT * FROM products ORDER BY 1") == USUAL
    assert tiny.rows("SELECT ordered_on, delivered_on, ordered_units FROM order_lines") == [
        (date(2026, 6, 29), date(2026, 6, 30), 2.5)
    ]
    from_database(tiny, "item")
    assert 'there is no table "item"; did you mean items?' in tiny.fault(environment=environment).problem
