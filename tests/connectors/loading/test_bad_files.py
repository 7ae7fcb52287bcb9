"""Each kind of bad file gives its clear error: table, column, what is wrong, how often, where."""

from __future__ import annotations

import gzip
import itertools
import threading
from pathlib import Path

import openpyxl
import pytest

from connectors.errors import SourceUnavailable
from tests.connectors.tiny_company import ORDERS, PRODUCTS, TinyCompany


@pytest.fixture
def tiny(tiny: TinyCompany) -> TinyCompany:
    """Products and orders alone."""
    return tiny.only("products", "order_lines")


def order(**changes: str) -> str:
    """One more order line, as text, with some cells changed."""
    cells = {
        "order": "Z",
        "line": "1",
        "customer": "C1",
        "product": "007",
        "ordered": "2026-05-05",
        "promised": "2026-05-06",
        "delivered": "2026-05-06",
        "qty": "1",
        "shipped": "1",
        "price": "1",
    }
    return ",".join((cells | changes).values()) + "\n"


def test_a_missing_column_is_named_with_the_nearest_that_is_there(tiny: TinyCompany) -> None:
    tiny.columns("order_lines")["ordered_units"] = "quantity"
    fault = tiny.fault()
    assert (fault.table, fault.column) == ("order_lines", "ordered_units")
    assert fault.problem.startswith('orders.csv has no column "quantity"')
    tiny.columns("order_lines")["ordered_units"] = "Qty"
    assert "did you mean qty?" in tiny.fault().problem


def test_text_in_a_number_is_counted_and_shown_with_its_row(tiny: TinyCompany) -> None:
    bad = "".join(order(order=f"Z{n}", qty="ten") for n in range(7))
    tiny.write("orders.csv", ORDERS + bad)
    fault = tiny.fault()
    assert (fault.table, fault.column, fault.count) == ("order_lines", "ordered_units", 7)
    assert "not a finite number" in fault.problem
    assert fault.examples == tuple(f"orders.csv row {row}: 'ten'" for row in range(5, 10))


def test_a_duplicate_key_names_both_rows(tiny: TinyCompany) -> None:
    tiny.write("orders.csv", ORDERS + order(order="A", line="2"))
    fault = tiny.fault()
    assert (fault.table, fault.column, fault.count) == ("order_lines", "order_id, line_number", 1)
    assert fault.problem == "the key stands more than once"
    assert fault.examples == ("orders.csv row 3 and orders.csv row 5: order_id 'A', line_number '2'",)


def test_an_orphan_key_is_told_once_per_value_with_how_often(tiny: TinyCompany) -> None:
    orphans = "".join(order(order=f"Z{n}", product="009") for n in range(3)) + order(product="7")
    tiny.write("orders.csv", ORDERS + orphans)
    fault = tiny.fault()
    assert (fault.table, fault.column, fault.count) == ("order_lines", "product_id", 4)
    assert fault.problem == "not found in products"
    assert fault.examples == ("orders.csv row 5 and 2 more: '009'", "orders.csv row 8: '7'")


def test_an_empty_file_is_said_to_be_empty(tiny: TinyCompany) -> None:
    tiny.write("orders.csv", "")
    fault = tiny.fault()
    assert (fault.table, fault.problem) == ("order_lines", "orders.csv is empty, it has not even a header")


def test_a_file_of_a_header_alone_is_refused_unless_it_may_be_empty(tiny: TinyCompany) -> None:
    tiny.write("orders.csv", ORDERS.splitlines()[0] + "\n")
    assert "there are no rows" in tiny.fault().problem
    tiny.mapping["tables"]["order_lines"]["may_be_empty"] = "true"
    assert tiny.load().tables[-1].rows_kept == 0


def test_a_wrong_encoding_names_the_row_and_what_to_set(tiny: TinyCompany) -> None:
    tiny.write("products.csv", (PRODUCTS + "009,Crème,Dairy\n").encode("cp1252"))
    fault = tiny.fault()
    assert fault.table == "products"
    assert (
        "products.csv is not written in utf-8 (first in row 4); set `encoding`, such as cp1252"
        in fault.problem
    )
    tiny.mapping["tables"]["products"]["source"] = {"file": "products.csv", "encoding": "cp1252"}
    tiny.load()
    assert tiny.rows("SELECT product_name FROM products WHERE product_id = '009'") == [("Crème",)]


def test_utf_16_is_recognised_and_read_when_it_is_said(tiny: TinyCompany) -> None:
    tiny.write("products.csv", PRODUCTS.encode("utf-16"))
    assert "such as utf-16" in tiny.fault().problem
    tiny.mapping["tables"]["products"]["source"] = {"file": "products.csv", "encoding": "utf-16"}
    assert tiny.load().tables[0].rows_kept == 2


def test_a_file_that_is_not_in_the_stated_encoding_is_refused(tiny: TinyCompany) -> None:
    tiny.write("products.csv", PRODUCTS.encode() + b"\x00")
    tiny.mapping["tables"]["products"]["source"] = {"file": "products.csv", "encoding": "utf-16"}
    assert "products.csv is not written in utf-16" in tiny.fault().problem


def test_a_cell_of_ten_megabytes_is_refused_with_its_size(tiny: TinyCompany) -> None:
    tiny.write("products.csv", PRODUCTS + f"009,{'x' * 10_000_000},Dairy\n")
    fault = tiny.fault()
    assert fault.problem == 'column "name" holds cells of more than 1,000,000 characters'
    assert fault.examples == ("products.csv row 4: 10,000,000 characters",)
    assert len(str(fault)) < 300


def test_a_row_too_long_to_be_read_at_all_is_refused(tiny: TinyCompany) -> None:
    tiny.write("products.csv", PRODUCTS + f"009,{'x' * 20_000_000},Dairy\n")
    fault = tiny.fault()
    assert fault.problem == "rows larger than 16 MB"
    assert len(str(fault)) < 300


def test_the_30th_of_february_is_no_day(tiny: TinyCompany) -> None:
    tiny.write("orders.csv", ORDERS + order(ordered="2025-02-30"))
    fault = tiny.fault()
    assert (fault.column, fault.count) == ("ordered_on", 1)
    assert "not a day of the calendar" in fault.problem
    assert fault.examples == ("orders.csv row 5: '2025-02-30'",)


@pytest.mark.slow
def test_the_30th_of_february_is_no_day_in_another_form_either(tiny: TinyCompany) -> None:
    text = ORDERS.replace("2026-05-04", "04.05.2026").replace("2026-06-29", "30.02.2025")
    tiny.write("orders.csv", text)
    tiny.columns("order_lines")["ordered_on"] = {"column": "ordered", "format": "%d.%m.%Y"}
    assert tiny.fault().examples == ("orders.csv row 4: '30.02.2025'",)


def test_a_missing_file_is_told_with_what_is_there(tiny: TinyCompany) -> None:
    tiny.mapping["tables"]["products"]["source"] = "product.csv"
    fault = tiny.fault()
    assert fault.table == "products"
    assert fault.problem.startswith(
        "there is no file product.csv in the source folder; there are: products.csv"
    )


def test_a_missing_file_does_not_make_its_keys_orphans(tiny: TinyCompany) -> None:
    (tiny.folder / "products.csv").unlink()
    assert [fault.table for fault in tiny.faults()] == ["products"]


def test_a_source_that_is_no_folder_is_named(tiny: TinyCompany) -> None:
    tiny.folder = tiny.folder / "orders.csv"
    with pytest.raises(SourceUnavailable, match=r"There is no folder .*orders\.csv to read from"):
        tiny.load()


def test_a_damaged_workbook_is_no_workbook(tiny: TinyCompany) -> None:
    tiny.write("products.xlsx", b"PK\x03\x04 broken")
    tiny.mapping["tables"]["products"]["source"] = "products.xlsx"
    assert "products.xlsx is no Excel workbook that can be read" in tiny.fault().problem


def test_an_old_workbook_is_told_to_be_saved_anew(tiny: TinyCompany) -> None:
    tiny.write("products.xls", b"\xd0\xcf\x11\xe0")
    tiny.mapping["tables"]["products"]["source"] = "products.xls"
    assert "save it as .xlsx" in tiny.fault().problem


def workbook(
    tiny: TinyCompany, rows: list[list[object]], sheet: str = "Data", more: str | None = None
) -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    if more:
        book.create_sheet(more)
    file = tiny.folder / "products.xlsx"
    book.save(file)
    tiny.mapping["tables"]["products"]["source"] = {"file": "products.xlsx"}
    return file


def test_an_unknown_sheet_is_told_with_the_nearest(tiny: TinyCompany) -> None:
    workbook(tiny, [["id", "name", "group"], ["007", "Milk", "Dairy"], ["008", "Tea", "Drinks"]])
    tiny.mapping["tables"]["products"]["source"]["sheet"] = "Date"
    assert tiny.fault().problem == 'products.xlsx has no sheet "Date"; did you mean Data?'


def test_a_workbook_of_several_sheets_asks_which(tiny: TinyCompany) -> None:
    workbook(tiny, [["id", "name", "group"], ["007", "Milk", "Dairy"]], more="Notes")
    assert tiny.fault().problem == "products.xlsx has several sheets, set `sheet`: Data, Notes"


def test_formulas_that_were_never_worked_out_are_told_by_their_cell(tiny: TinyCompany) -> None:
    workbook(tiny, [["id", "name", "group"], ["007", "=A1", "Dairy"], ["008", "Tea", "Drinks"]])
    fault = tiny.fault()
    assert fault.problem.startswith("formulas without a saved value")
    assert fault.examples == ("products.xlsx cell B2",)


def test_what_is_no_finite_number_is_refused(tiny: TinyCompany) -> None:
    texts = ["1e400", "inf", "-inf", "NaN", "nan", "1_000", "0x10", "1,000.5", "€5", "5%", "(5)", "1e5e5"]
    bad = "".join(order(order=f"Z{n}", price=f'"{text}"') for n, text in enumerate(texts))
    tiny.write("orders.csv", ORDERS + bad)
    fault = tiny.fault()
    assert (fault.column, fault.count) == ("unit_price", len(texts))
    assert fault.examples == tuple(
        f"orders.csv row {n}: {text!r}" for n, text in enumerate(texts[:5], start=5)
    )


def test_a_huge_line_number_is_no_whole_number(tiny: TinyCompany) -> None:
    tiny.write("orders.csv", ORDERS + order(line="99999999999999999999") + order(order="Y", line="1.5"))
    fault = tiny.fault()
    assert (fault.column, fault.problem, fault.count) == ("line_number", "not a whole number", 2)


def test_rows_with_too_few_and_too_many_cells_are_all_told(tiny: TinyCompany) -> None:
    tiny.write("orders.csv", ORDERS + "Q,1,C1\n" + order().strip() + ",extra\n" + order(order="Y"))
    found = {fault.problem: fault for fault in tiny.faults()}
    assert set(found) == {
        "rows with fewer values than the header has names",
        "rows with more values than the header has names",
    }
    assert found["rows with fewer values than the header has names"].examples == (
        "orders.csv line 5: 'Q,1,C1'",
    )


def test_a_quote_that_is_never_closed_is_told(tiny: TinyCompany) -> None:
    tiny.write("products.csv", PRODUCTS + '009,"Milk,Dairy\n')
    assert "a quote" in tiny.fault().problem


def test_two_columns_of_one_name_are_refused(tiny: TinyCompany) -> None:
    tiny.write("products.csv", "id,name,group,name\n007,Milk,Dairy,x\n008,Tea,Drinks,y\n")
    assert tiny.fault().problem == "products.csv has two columns of one name: 'name'"


def test_a_file_that_changes_while_it_is_read_is_refused(tiny: TinyCompany) -> None:
    tiny.write("orders.csv", ORDERS + "".join(order(order=f"Z{n}") for n in range(200_000)))
    ended = threading.Event()

    def someone_writes() -> None:
        with (tiny.folder / "orders.csv").open("a") as file:
            for n in itertools.count():
                if ended.wait(0.001):
                    return
                file.write(order(order=f"Y{n}"))
                file.flush()

    writer = threading.Thread(target=someone_writes)
    writer.start()
    try:
        assert tiny.fault().problem == "orders.csv changed while it was read; load again"
    finally:
        ended.set()
        writer.join()


def test_numbers_that_break_their_range_are_told(tiny: TinyCompany) -> None:
    tiny.write("orders.csv", ORDERS + order(qty="-1", price="-2"))
    assert {(fault.column, fault.problem, fault.count) for fault in tiny.faults()} == {
        ("ordered_units", "below 0", 1),
        ("unit_price", "below 0", 1),
    }


def test_a_value_that_is_not_allowed_is_told_with_those_that_are(tiny: TinyCompany) -> None:
    tiny.columns("order_lines")["line_kind"] = "customer"
    fault = tiny.fault()
    assert (fault.column, fault.count, fault.problem) == ("line_kind", 3, "not one of sale, return")
    assert fault.examples == ("orders.csv row 2 and 1 more: 'C1'", "orders.csv row 4: 'C2'")


def test_a_needed_value_that_is_empty_is_told_by_its_key(tiny: TinyCompany) -> None:
    tiny.write("orders.csv", ORDERS + order(qty=""))
    fault = tiny.fault()
    assert (fault.column, fault.problem, fault.count) == ("ordered_units", "no units ordered", 1)
    assert fault.examples == ("orders.csv row 5: order_id 'Z', line_number '1'",)


def test_a_wrong_value_in_a_needed_column_is_told_once_and_empty_ones_beside_it(tiny: TinyCompany) -> None:
    tiny.write("orders.csv", ORDERS + order(qty="x") + order(order="Y", qty=""))
    assert [(fault.column, fault.count) for fault in tiny.faults()] == [
        ("ordered_units", 1),
        ("ordered_units", 1),
    ]


def test_a_foreign_key_to_a_table_that_is_not_loaded_says_what_to_do(tiny: TinyCompany) -> None:
    tiny.columns("order_lines")["site_id"] = "customer"
    fault = tiny.fault()
    assert fault.problem == "points to sites, which is not loaded: map sites, or leave site_id out"


def test_a_broken_gzip_file_is_refused(tiny: TinyCompany) -> None:
    tiny.write("products.csv.gz", gzip.compress(PRODUCTS.encode())[:-12])
    tiny.mapping["tables"]["products"]["source"] = "products.csv.gz"
    assert tiny.fault().problem == "products.csv.gz is no gzip file that can be read"


def test_every_fault_of_every_table_is_listed_at_once(tiny: TinyCompany) -> None:
    tiny.write("products.csv", PRODUCTS + "008,Coffee,Drinks\n")
    tiny.write("orders.csv", ORDERS + order(product="9", ordered="soon", qty="many"))
    faults = tiny.faults()
    assert {(fault.table, fault.column) for fault in faults} == {
        ("products", "product_id"),
        ("order_lines", "product_id"),
        ("order_lines", "ordered_on"),
        ("order_lines", "ordered_units"),
    }


@pytest.mark.slow
def test_days_out_of_all_reason_are_placeholders_and_refused(tiny: TinyCompany) -> None:
    tiny.write("orders.csv", ORDERS + order(delivered="9999-12-31"))
    assert tiny.fault().column == "delivered_on"
    tiny.columns("order_lines")["delivered_on"] = {"column": "delivered", "null_values": "9999-12-31"}
    tiny.load()
    assert tiny.rows("SELECT delivered_on FROM order_lines WHERE order_id = 'Z'") == [(None,)]
