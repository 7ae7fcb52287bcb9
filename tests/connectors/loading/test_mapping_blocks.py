"""What blocks of a mapping do to rows: joins, turned columns, value maps, members from orders."""

from __future__ import annotations

from datetime import date

from tests.connectors.tiny_company import ORDERS, TinyCompany


def test_a_join_looks_a_column_up_in_another_source(tiny: TinyCompany) -> None:
    tiny.write("groups.csv", "code,label\nDairy,Fresh\n")
    tiny.mapping["tables"]["products"] |= {
        "join": [{"source": "groups.csv", "as": "groups", "on": {"group": "code"}}],
        "columns": {
            "product_id": "id", "product_name": "name",
            "family": {"expression": "coalesce(groups.label, group)"}, "brand": "groups.label",
        },
    }  # fmt: skip
    tiny.load()
    assert tiny.rows("SELECT product_id, family, brand FROM products ORDER BY 1") == [
        ("007", "Fresh", "Fresh"),
        ("008", "Drinks", None),
    ]


def test_a_join_with_several_values_for_one_key_is_a_fault(tiny: TinyCompany) -> None:
    tiny.write("groups.csv", "code,label\nDairy,Fresh\nDairy,Cold\nDrinks,Hot\nDrinks,Hot\n")
    tiny.mapping["tables"]["products"]["join"] = [
        {"source": "groups.csv", "as": "groups", "on": {"group": "code"}}
    ]
    tiny.columns("products")["brand"] = "groups.label"
    fault = tiny.fault()
    assert (fault.count, fault.problem) == (1, 'groups.csv has several values of "label" for one code')
    assert fault.examples == ("'Dairy' (groups.csv row 2 and groups.csv row 3)",)


def test_a_join_on_a_column_that_is_not_there_is_a_fault(tiny: TinyCompany) -> None:
    tiny.write("groups.csv", "code,label\nDairy,Fresh\n")
    tiny.mapping["tables"]["products"]["join"] = [
        {"source": "groups.csv", "as": "groups", "on": {"groop": "code"}}
    ]
    assert 'products.csv has no column "groop"; did you mean group?' in tiny.fault().problem


def test_a_column_of_a_joined_source_that_is_not_there_is_a_fault(tiny: TinyCompany) -> None:
    tiny.write("groups.csv", "code,label\nDairy,Fresh\n")
    tiny.mapping["tables"]["products"]["join"] = [
        {"source": "groups.csv", "as": "groups", "on": {"group": "code"}}
    ]
    tiny.columns("products")["brand"] = "groups.lable"
    assert 'groups.csv has no column "lable"; did you mean label?' in tiny.fault().problem


def test_month_columns_become_rows_and_empty_cells_none(tiny: TinyCompany) -> None:
    tiny.write("plan.csv", 'sku;market;2026-07;2026-08;note\n007;N;"1,5";2;x\n008;S;;0;y\n')
    tiny.mapping["tables"]["demand_plan"] = {
        "source": {"file": "plan.csv", "decimal": ","},
        "unpivot": {"columns": ["2026-*"], "name": "month", "value": "quantity"},
        "columns": {
            "cycle": {"constant": "2026-07-01"}, "version": {"constant": "consensus"}, "product_id": "sku",
            "market_id": "market", "period": "month", "units": "quantity",
        },
    }  # fmt: skip
    report = {table.name: table for table in tiny.load().tables}["demand_plan"]
    assert (report.rows_read, report.rows_kept, report.set_aside) == (4, 3, ((1, "empty cells of quantity"),))
    found = tiny.rows("SELECT cycle, product_id, period, units FROM demand_plan ORDER BY ALL")
    assert found == [
        (date(2026, 7, 1), "007", date(2026, 7, 1), 1.5),
        (date(2026, 7, 1), "007", date(2026, 8, 1), 2.0),
        (date(2026, 7, 1), "008", date(2026, 8, 1), 0.0),
    ]


def test_a_fault_in_a_turned_column_has_the_row_of_its_file(tiny: TinyCompany) -> None:
    tiny.write("plan.csv", "sku,market,Jul-26,Aug-26\n007,N,1,2\n008,S,3,many\n")
    tiny.mapping["tables"]["demand_plan"] = {
        "source": "plan.csv",
        "unpivot": {"columns": ["Jul-26", "Aug-26"], "name": "month", "value": "quantity"},
        "columns": {
            "cycle": {"constant": "2026-07-01"}, "version": {"constant": "consensus"}, "product_id": "sku",
            "market_id": "market", "period": {"column": "month", "format": "%b-%y"}, "units": "quantity",
        },
    }  # fmt: skip
    assert tiny.fault().examples == ("plan.csv row 3: 'many'",)


def test_columns_to_turn_that_are_not_there_are_a_fault(tiny: TinyCompany) -> None:
    tiny.mapping["tables"]["products"]["unpivot"] = {"columns": "2026-*", "name": "month", "value": "q"}
    assert "products.csv has no columns 2026-*" in tiny.fault().problem


def test_values_are_mapped_and_what_is_not_listed_is_a_fault(tiny: TinyCompany) -> None:
    tiny.columns("products")["family"] = {"column": "group", "values": {"Dairy": "Fresh"}}
    fault = tiny.fault()
    assert (fault.column, fault.examples) == ("family", ("products.csv row 3: 'Drinks'",))
    tiny.columns("products")["family"]["otherwise"] = "Rest"
    tiny.load()
    assert tiny.rows("SELECT family FROM products ORDER BY product_id") == [("Fresh",), ("Rest",)]


def test_members_are_taken_from_orders_once_each(tiny: TinyCompany) -> None:
    tiny.mapping["tables"]["products"] = {
        "source": "orders.csv",
        "distinct": "true",
        "columns": {"product_id": "product", "product_name": "product", "family": {"constant": "All"}},
    }
    report = tiny.load().tables[0]
    assert (report.rows_kept, report.set_aside) == (2, ((1, "repeats of a row already kept (distinct)"),))


def test_members_that_differ_in_a_name_are_a_duplicate_key(tiny: TinyCompany) -> None:
    tiny.mapping["tables"]["products"] = {
        "source": "orders.csv",
        "distinct": "true",
        "columns": {"product_id": "product", "product_name": "order", "family": {"constant": "All"}},
    }
    fault = tiny.fault()
    assert (fault.table, fault.column, fault.count) == ("products", "product_id", 1)
    assert fault.examples == ("orders.csv row 2 and orders.csv row 4: '007'",)


def test_lines_are_numbered_within_their_order(tiny: TinyCompany) -> None:
    tiny.columns("order_lines")["line_number"] = {"row_number_within": "order"}
    tiny.load()
    found = tiny.rows("SELECT order_id, line_number, product_id FROM order_lines ORDER BY ALL")
    assert found == [("A", 1, "007"), ("A", 2, "008"), ("B", 1, "007")]


def test_an_expression_s_operand_that_is_no_number_is_told_with_the_value(tiny: TinyCompany) -> None:
    tiny.write("orders.csv", ORDERS.replace("2.50", "2.5O"))
    tiny.columns("order_lines")["unit_price"] = {"expression": "price * qty / qty"}
    fault = tiny.fault()
    assert (fault.column, fault.count, fault.examples) == ("unit_price", 1, ("orders.csv row 2: '2.5O'",))


def test_a_division_by_zero_is_unknown(tiny: TinyCompany) -> None:
    tiny.write("orders.csv", ORDERS.replace(",10,10,", ",0,0,"))
    tiny.columns("order_lines")["unit_price"] = {"expression": "price / qty"}
    tiny.load()
    found = tiny.rows("SELECT unit_price FROM order_lines ORDER BY order_id, line_number")
    assert found == [(None,), (0.25,), (2.0 / 6.0,)]


def test_a_condition_in_set_aside_with_an_unknown_column_is_a_fault(tiny: TinyCompany) -> None:
    tiny.mapping["tables"]["order_lines"]["set_aside"] = [{"when": "kind == 'x'", "why": "tests"}]
    fault = tiny.fault()
    assert (fault.table, fault.column) == ("order_lines", None)
    assert 'orders.csv has no column "kind"' in fault.problem


def test_a_set_aside_that_is_no_condition_is_a_fault(tiny: TinyCompany) -> None:
    tiny.mapping["tables"]["order_lines"]["set_aside"] = [{"when": "qty + 1", "why": "tests"}]
    assert "is not a condition" in tiny.fault().problem


def test_a_source_of_several_tables_is_told_once_when_it_is_broken(tiny: TinyCompany) -> None:
    tiny.write("orders.csv", "")
    tiny.mapping["tables"]["markets"] = {
        "source": "orders.csv", "distinct": "true",
        "columns": {"market_id": "a", "market_name": "a", "region": "a"},
    }  # fmt: skip
    assert tiny.fault().problem == "orders.csv is empty, it has not even a header"
