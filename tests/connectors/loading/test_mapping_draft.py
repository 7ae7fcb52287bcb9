"""A drafted mapping of an analyst's folder is sensible, says how sure it is, and loads after review."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest
import yaml

from connectors.errors import SourceUnavailable
from connectors.loading.load import load
from connectors.loading.mapping_draft import Draft, draft_mapping
from connectors.loading.mapping_match import alike, words_of
from tests.connectors.tiny_company import NOW


def no_costs(table: str, column: str | None) -> list[str]:
    return []


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files as an ERP, a planner and a warehouse would write them."""
    folder = tmp_path / "north-star"
    folder.mkdir()
    items = [(f"{n:06d}", f"Crème {n}", ["Food", "Drink"][n % 2], 1.5 + n) for n in range(1, 8)]
    master = "SKU;Description;Product Group;BU;Std Cost\r\n"
    master += "".join(
        f"{i};{name};{group};Foods;{cost:.2f}\r\n".replace(".", ",") for i, name, group, cost in items
    )
    (folder / "Artikelstamm.csv").write_text(master, encoding="cp1252", newline="")
    sheet(folder / "customers.xlsx", ["Cust No", "Customer Name", "Country"],
          [[f"C{n:03d}", f"Customer {n}", ["DE", "FR"][n % 2]] for n in range(5)])  # fmt: skip
    header = (
        "Order No.;Cust No;SKU;Order Date;Confirmed Date;Goods Issue Date;Order Qty;Delivered Qty;Order Value"
    )
    lines = ["Export of the ERP;;;", "", header]
    for n in range(300):
        day = date(2026, 1, 1) + timedelta(days=n % 180)
        dates = ";".join(f"{day + timedelta(days=add):%d.%m.%Y}" for add in (0, 7, 6))
        value = f"{(n + 1) * 2.5:.2f}".replace(".", ",")
        lines.append(f"SO{n // 2:05d};C{n % 5:03d};{items[n % 7][0]};{dates};{n + 1};{n + 1};{value}")
    (folder / "Sales Orders.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    sheet(folder / "Demand Plan.xlsx", ["SKU", "Country", "Jul-26", "Aug-26", "Sep-26"],
          [[i, country, 10, 20, None] for i, *_ in items for country in ("DE", "FR")])  # fmt: skip
    stock = "SKU,Warehouse,Month End,Stock on hand\n"
    stock += "".join(f"{i},W1,2026-06-30,100\n" for i, *_ in items)
    (folder / "stock.csv").write_text(stock, encoding="utf-8")
    (folder / "contract.docx").write_bytes(b"x")
    (folder / "broken.xlsx").write_bytes(b"x")
    return folder


def sheet(file: Path, header: list[str], rows: list[list[object]]) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in [header, *rows]:
        book.active.append(row)
    book.save(file)


def proposed(draft: Draft) -> dict[str, dict[str, str]]:
    return {
        block.table.name: {column.name: column.entry for column in block.columns if column.active}
        for block in draft.blocks
    }


def test_every_file_is_recognised_for_what_it_is(folder: Path) -> None:
    draft = draft_mapping(folder, no_costs)
    found = {block.table.name: block.sample.label for block in draft.blocks}
    assert found == {
        "products": "Artikelstamm.csv",
        "markets": found["markets"],
        "customers": "customers.xlsx",
        "sites": "stock.csv",
        "order_lines": "Sales Orders.csv",
        "demand_plan": "Demand Plan.xlsx",
        "inventory": "stock.csv",
    }
    assert draft.unused == ()
    assert [name for name, _ in draft.unread] == ["broken.xlsx", "contract.docx"]


def test_columns_are_proposed_with_what_reading_them_needs(folder: Path) -> None:
    found = proposed(draft_mapping(folder, no_costs))
    assert found["order_lines"] == {
        "order_id": "Order No.".join('""'),
        "line_number": '{row_number_within: "Order No."}',
        "customer_id": "Cust No",
        "product_id": "SKU",
        "ordered_on": '{column: Order Date, format: "%d.%m.%Y"}',
        "promised_on": '{column: Confirmed Date, format: "%d.%m.%Y"}',
        "delivered_on": '{column: Goods Issue Date, format: "%d.%m.%Y"}',
        "closed_on": '{column: Goods Issue Date, format: "%d.%m.%Y"}',
        "ordered_units": "Order Qty",
        "delivered_units": "Delivered Qty",
        "unit_price": '{expression: "`Order Value` / `Order Qty`"}',
    }
    assert found["demand_plan"]["period"] == '{column: month, format: "%b-%y"}'
    assert found["inventory"]["period"] == '{expression: "month_start(`Month End`)"}'
    assert found["products"]["standard_cost"] == "Std Cost"


def test_a_draft_loads_once_a_person_has_said_what_no_file_says(folder: Path, tmp_path: Path) -> None:
    text = draft_mapping(folder, no_costs).text
    assert "company: North Star" in text
    assert "encoding: cp1252" in text
    assert "header_row: " in text
    assert "# cycle: {constant: YYYY-MM-01}" in text
    text = text.replace("currency: XXX", "currency: EUR")
    text = text.replace("# cycle: {constant: YYYY-MM-01}", "cycle: {constant: 2026-07-01}")
    (tmp_path / "m.yaml").write_text(text, encoding="utf-8")
    report = load(tmp_path / "m.yaml", tmp_path / "s.duckdb", source=folder, now=NOW)
    assert {table.name: table.rows_kept for table in report.tables} == {
        "products": 7, "markets": 2, "customers": 5, "sites": 1, "order_lines": 300, "demand_plan": 28,
        "inventory": 7, "demand_history": report.tables[-1].rows_kept,
    }  # fmt: skip


def test_gaps_name_what_is_missing_and_what_it_costs_the_costliest_first(folder: Path) -> None:
    def costs(table: str, column: str | None) -> list[str]:
        known = {
            ("financials", None): ["gross_margin", "operating_profit"],
            ("order_lines", "expedite_cost"): ["expedite_cost"],
            ("demand_history", None): ["revenue"],
        }
        return known.get((table, column), [])

    draft = draft_mapping(folder, costs)
    first, second = draft.gaps[:2]
    assert (first.table, first.column, first.costs) == (
        "financials",
        None,
        ("gross_margin", "operating_profit"),
    )
    assert (second.table, second.column) == ("order_lines", "expedite_cost")
    assert "#   order_lines.expedite_cost (cost of expediting): expedite_cost" in draft.text
    assert "routings (which machines make which products)" in draft.text
    assert not [gap for gap in draft.gaps if gap.table == "order_lines" and gap.column == "delivered_units"]


def test_a_draft_is_yaml_whatever_the_files_call_their_columns(tmp_path: Path) -> None:
    nasty = 'id,"na: me # {x}","grou\np","\\",`x`,group: a\n1,Milk,Dairy,a,b,c\n2,Tea,Drinks,d,e,f\n'
    (tmp_path / "products: #1 {a}.csv").write_text(nasty, encoding="utf-8")
    text = draft_mapping(tmp_path, no_costs).text
    assert isinstance(yaml.load(text, Loader=yaml.BaseLoader), dict)


def test_a_reference_to_members_that_no_file_lists_is_left_for_a_person(tmp_path: Path) -> None:
    (tmp_path / "markets.csv").write_text("market id,market name,region\nN,North,Up\nS,South,Up\n")
    (tmp_path / "customers.csv").write_text("customer id,customer name,market id\nC1,A,N\nC2,B,X\n")
    text = draft_mapping(tmp_path, no_costs).text
    assert "# market_id: market id" in text
    assert "1 of 2 are not among the markets: X" in text


def test_one_file_of_several_sheets_becomes_several_sources(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.title = "Products"
    for row in (["product id", "product name", "family"], ["1", "Milk", "Dairy"], ["2", "Tea", "Drinks"]):
        book.active.append(row)
    other = book.create_sheet("Markets")
    for row in (["market id", "market name", "region"], ["N", "North", "Up"]):
        other.append(row)
    book.save(tmp_path / "master.xlsx")
    draft = draft_mapping(tmp_path, no_costs)
    assert {block.table.name: block.sample.source.sheet for block in draft.blocks} == {
        "products": "Products",
        "markets": "Markets",
    }


def test_a_folder_without_tables_or_no_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="holds no table that can be read"):
        draft_mapping(tmp_path, no_costs)
    with pytest.raises(SourceUnavailable, match="There is no folder"):
        draft_mapping(tmp_path / "x", no_costs)


def test_names_are_compared_by_their_words() -> None:
    assert words_of("OrderQty") == words_of("order_quantity") == words_of("Ordered Qty".replace("ed", ""))
    assert words_of("CUST_NO") == words_of("Customer Number")
    assert alike("SKU", "product id") == 1.0
    assert alike("agreed_delivery_date", "actual delivery date") < 1.0
