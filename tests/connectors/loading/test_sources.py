"""Real files of all sorts: what is read from them is what stands in them."""

from __future__ import annotations

import gzip
from datetime import date

import pytest

from tests.connectors.tiny_company import ORDERS, PRODUCTS, USUAL, TinyCompany, loaded


@pytest.fixture
def tiny(tiny: TinyCompany) -> TinyCompany:
    """Products and orders alone."""
    return tiny.only("products", "order_lines")


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
