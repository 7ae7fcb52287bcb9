"""A mapping file is checked by its schema; every problem is told with its place and the nearest names."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from connectors.errors import SourceUnavailable
from connectors.loading.mapping_file import InvalidMapping, read_mapping
from tests.connectors.tiny_company import TinyCompany, mapping

PLAN_DATA_EXAMPLE = """
company: AtliQ Mart
currency: INR
tables:
  order_lines:
    source: fact_order_lines.csv
    columns:
      order_id: order_id
      line_number: {row_number_within: order_id}
      promised_on: {column: agreed_delivery_date, format: "%Y-%m-%d"}
      closed_on: {column: actual_delivery_date, format: "%Y-%m-%d"}
      unit_price: {expression: total_amount / order_qty}
      product_id: product_id
      ordered_on: order_placement_date
      ordered_units: order_qty
      delivered_units: delivery_qty
"""


def write(folder: Path, content: object) -> Path:
    file = folder / "m.yaml"
    text = content if isinstance(content, str) else yaml.safe_dump(content, sort_keys=False)
    file.write_text(text, encoding="utf-8")
    return file


def problems(folder: Path, content: object) -> list[str]:
    with pytest.raises(InvalidMapping) as caught:
        read_mapping(write(folder, content))
    return list(caught.value.problems)


def test_the_example_of_the_plan_data_page_is_a_mapping(tmp_path: Path) -> None:
    read = read_mapping(write(tmp_path, PLAN_DATA_EXAMPLE))
    columns = read.tables["order_lines"][0].columns
    assert read.about.name == "AtliQ Mart"
    assert columns["line_number"].row_number_within == ("order_id",)
    assert columns["promised_on"].format == ("%Y-%m-%d",)
    assert columns["order_id"].column == "order_id"


def test_a_mapping_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="cannot be read: No such file"):
        read_mapping(tmp_path / "m.yaml")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("company: A\n  currency: B", "line 2, column 11: mapping values are not allowed here"),
        ("company: [A", "line 1, column 12"),
        ("company: A\ncompany: B", 'line 2, column 1: the key "company" stands twice'),
        ("a: &x 1\nb: *x", "anchors and aliases"),
        ("- a\n- b", "it must hold keys such as company"),
        ("", "it must hold keys such as company"),
        ("!!python/object/apply:os.system ['true']", "it must hold keys"),
        ("company: \x01", "it is no YAML"),
        ("a: " * 3000, "line 1"),
    ],
)
def test_what_is_no_yaml_of_a_mapping_is_refused_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    assert told in problems(tmp_path, text)[0]


def test_a_mapping_that_is_no_utf_8_is_told(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_bytes("company: Crème".encode("cp1252"))
    with pytest.raises(InvalidMapping, match="is not UTF-8 text"):
        read_mapping(tmp_path / "m.yaml")


def test_a_mapping_of_many_megabytes_is_not_read(tmp_path: Path) -> None:
    assert "is larger than" in problems(tmp_path, "# " + "x" * 1_100_000)[0]


def test_an_unknown_key_is_told_with_the_nearest(tmp_path: Path) -> None:
    content = mapping() | {"compny": "A"}
    content["tables"]["products"]["colums"] = {}
    content["tables"]["markets"]["columns"]["region"] = {"column": "region", "vlaues": {}}
    content["tables"]["customers"]["source"] = {"file": "x.csv", "seperator": ";"}
    assert problems(tmp_path, content) == [
        'tables.products: unknown key "colums"; did you mean columns?',
        'tables.markets.columns.region: unknown key "vlaues"; did you mean values?',
        'tables.customers.source: unknown key "seperator"; there are: file, database, table, schema, sheet, '
        "encoding, delimiter, decimal, thousands, header_row, null_values",
        'unknown key "compny"; did you mean company?',
    ]


def test_unknown_tables_and_columns_are_told_with_the_nearest(tmp_path: Path) -> None:
    content = mapping()
    content["tables"]["orderlines"] = content["tables"].pop("order_lines")
    content["tables"]["inventory"] = {
        "source": "i.csv",
        "columns": {"product_id": "p", "site_id": "s", "period": "m", "closing_unit": "q"},
    }
    assert problems(tmp_path, content) == [
        'tables: there is no table "orderlines"; did you mean order_lines?',
        "tables.inventory: closing_units must be mapped",
        'tables.inventory.columns.closing_unit: inventory has no column "closing_unit"; '
        "did you mean closing_units?",
    ]


def test_what_must_be_there_is_asked_for(tmp_path: Path) -> None:
    assert problems(tmp_path, {"company": "A", "tables": {"products": {"columns": {}}}}) == [
        "currency: is needed",
        "tables.products.source: is needed",
        "tables.products.columns: Dictionary should have at least 1 item after validation, not 0",
    ]


def column(tmp_path: Path, name: str, source: object, table: str = "order_lines") -> list[str]:
    content = mapping()
    content["tables"][table]["columns"][name] = source
    return [
        problem.removeprefix(f"tables.{table}.columns.{name}: ") for problem in problems(tmp_path, content)
    ]


@pytest.mark.parametrize(
    ("name", "source", "told"),
    [
        ("unit_price", {"constant": "5"}, "a constant cannot stand for selling price per unit"),
        ("delivered_on", {"constant": "2026-01-01"}, "a constant cannot stand for actual delivery date"),
        ("unit_price", {"expression": "2 * 3"}, "reads no column"),
        ("cancelled_units", {"expression": "coalesce(qty, 0)"}, "unknown is null, never a number"),
        ("cancelled_units", {"expression": "qty + coalesce(a, -1) * 2"}, "unknown is null, never a number"),
        ("unit_price", {"column": "a", "values": {"x": "1"}}, "`values` gives texts"),
        ("unit_price", {"column": "a", "format": "%Y"}, "`format` is for days and months"),
        ("ordered_on", {"column": "a", "format": "YYYY-MM-DD"}, "is no form of a day"),
        ("ordered_on", {"column": "a", "format": "%Q"}, "is no form of a day"),
        ("customer_id", {"row_number_within": "a"}, "is for line numbers only"),
        ("unit_price", {"expression": "a ** 2"}, "only + - * / can be used"),
        ("unit_price", {"expression": "__import__('os')"}, "there is no function __import__"),
        ("unit_price", {"column": "a", "expression": "b"}, "give exactly one of"),
        ("unit_price", {}, "give exactly one of"),
        ("line_kind", {"column": "a", "otherwise": "sale"}, "`otherwise` needs `values`"),
        ("line_kind", {"constant": "sale", "values": {"a": "b"}}, "need `column` or `expression`"),
        ("line_number", {"column": "a", "order_by": "b"}, "`order_by` needs `row_number_within`"),
    ],
)
def test_what_a_column_cannot_be_is_refused(tmp_path: Path, name: str, source: object, told: str) -> None:
    (problem,) = column(tmp_path, name, source)
    assert told in problem


def test_a_text_may_be_constant_and_so_may_the_cycle_of_a_file(tmp_path: Path) -> None:
    content = mapping()
    content["tables"]["demand_plan"] = {
        "source": "plan.csv",
        "columns": {
            "cycle": {"constant": "2026-06-01"},
            "version": {"constant": "consensus"},
            "product_id": "p", "market_id": "m", "period": "month", "units": "q",
        },
    }  # fmt: skip
    assert "demand_plan" in read_mapping(write(tmp_path, content)).tables


@pytest.mark.parametrize("name", ["region", "family", "month", "customer", "period"])
def test_an_own_dimension_must_not_take_a_known_name(tmp_path: Path, name: str) -> None:
    (problem,) = column(tmp_path, name, "a", table="customers")
    assert problem == f'"{name}" already means something else; call the column customer_{name}'


@pytest.mark.parametrize("name", ["Brand", "a b", 'x"; DROP TABLE products', "_row", "x" * 41])
def test_an_own_dimension_has_a_plain_name(tmp_path: Path, name: str) -> None:
    (problem,) = column(tmp_path, name, "a", table="customers")
    assert "cannot be the name of a dimension" in problem


def test_two_tables_cannot_share_an_own_dimension(tmp_path: Path) -> None:
    content = mapping()
    content["tables"]["products"]["columns"]["planner"] = "a"
    content["tables"]["customers"]["columns"]["planner"] = "a"
    assert problems(tmp_path, content) == [
        'tables.customers.columns: "planner" is a column of products too; give it another name'
    ]


def test_sources_and_databases_are_looked_up_by_name(tmp_path: Path) -> None:
    content = mapping()
    content["sources"] = {"p": {"file": "products.csv", "decimal": ","}}
    content["tables"]["products"]["source"] = "p"
    content["tables"]["markets"]["source"] = {"database": "epr", "table": "markets"}
    content["databases"] = {"erp": {"url_env": "ERP_URL"}}
    assert problems(tmp_path, content) == [
        'tables.markets.source: there is no database "epr"; did you mean erp?'
    ]
    content["tables"]["markets"]["source"]["database"] = "erp"
    read = read_mapping(write(tmp_path, content))
    assert read.source_of(read.tables["products"][0].source).decimal == ","


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ({}, "give either `file`, or `database` with `table`"),
        ({"file": "a", "database": "b"}, "give either `file`"),
        ({"database": "b"}, "go together"),
        ({"file": "a", "table": "b"}, "go together"),
        ({"file": "a", "schema": "b"}, "`schema` needs `database`"),
        ({"file": "a", "encoding": "klingon"}, "is no text encoding"),
        ({"file": "a", "encoding": "base64"}, "is no text encoding"),
        ({"file": "a", "delimiter": "||"}, "must be one character"),
        ({"file": "a", "decimal": ";"}, "should be"),
        ({"file": "a", "decimal": ",", "thousands": ","}, "must differ"),
        ({"file": "a", "header_row": "0"}, "greater than or equal to 1"),
    ],
)
def test_what_a_source_cannot_be_is_refused(tmp_path: Path, source: object, told: str) -> None:
    content = mapping() | {"sources": {"s": source}}
    assert told in " ".join(problems(tmp_path, content))


def test_an_address_of_a_database_cannot_stand_in_a_mapping(tmp_path: Path) -> None:
    content = mapping() | {"databases": {"erp": {"url": "postgres://me:secret@host/db"}}}
    told = " ".join(problems(tmp_path, content))
    assert "secret" not in told
    content["databases"] = {"erp": {"url_env": "postgres://me:secret@host/db"}}
    assert "secret" not in " ".join(problems(tmp_path, content))


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"currency": "EURO"}, "'EURO' is no currency of ISO 4217"),
        ({"currency": "XXX"}, "is no currency"),
        ({"as_of": "30.06.2026"}, "as_of: Input should be a valid date"),
        ({"fiscal_year_start_month": "13"}, "less than or equal to 12"),
        ({"company": ""}, "at least 1 character"),
    ],
)
def test_settings_of_the_company_are_checked(tmp_path: Path, settings: dict[str, str], told: str) -> None:
    assert told in " ".join(problems(tmp_path, mapping() | settings))


def test_yes_and_no_are_texts_in_a_mapping(tiny: TinyCompany) -> None:
    tiny.write("products.csv", "id,name,group\n007,Milk,Yes\n008,Tea,No\n")
    tiny.mapping["tables"]["products"]["columns"]["family"] = {
        "column": "group",
        "values": {"Yes": "on", "No": "off"},
    }
    file = tiny.folder.parent / "mapping.yaml"
    tiny.load()
    plain = (
        file.read_text()
        .replace("'Yes'", "Yes")
        .replace("'No'", "No")
        .replace("'on'", "on")
        .replace("'off'", "off")
    )
    assert "Yes: on" in plain
    file.write_text(plain)
    assert read_mapping(file).tables["products"][0].columns["family"].values == {"Yes": "on", "No": "off"}
    assert tiny.rows("SELECT family FROM products ORDER BY 1") == [("off",), ("on",)]
