"""Workbooks and Parquet files: days, numbers and ids come over as they are meant."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import openpyxl
import pandas as pd

from tests.connectors.tiny_company import ORDERS, USUAL, TinyCompany, loaded

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
    day = datetime(2026, 5, 4)  # noqa: DTZ001 - cells have no zone
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
        "SELECT product_id, ordered_on, promised_on, delivered_on, ordered_units, delivered_units, "
        "unit_price FROM order_lines ORDER BY line_number"
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
            "order no.": ["A", "B"],
            "line": [1, 2],
            "cust": ["C1", None],
            "prod": ["007", "008"],
            "day": pd.to_datetime(["2026-05-04 10:00", "2026-06-29 00:00"]),
            "qty": [1.5, 2],
            "price": [None, 3.0],
            "as text": [20260504, 20260629],
        }
    )
    frame.to_parquet(tiny.folder / "o [1].parquet")
    tiny.mapping["tables"]["order_lines"] = {
        "source": "o [1].parquet",
        "columns": {
            "order_id": "order no.",
            "line_number": "line",
            "customer_id": "cust",
            "product_id": "prod",
            "ordered_on": "day",
            "requested_on": {"column": "as text", "format": "%Y%m%d"},
            "ordered_units": "qty",
            "delivered_units": "qty",
            "unit_price": "price",
        },
    }
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
