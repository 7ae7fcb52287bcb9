"""A supplier is reached through the products that it supplies; several metrics answer one by one."""

from __future__ import annotations

import duckdb
import pytest

from connectors.plan_store import PlanStore
from tests.asking import all_time, ask, refusal, total, warned


@pytest.mark.parametrize(("exclude", "word"), [(False, "IN"), (True, "NOT IN")])
def test_lost_sales_of_a_supplier_are_those_of_its_products(
    demo: PlanStore, demo_sql: duckdb.DuckDBPyConnection, exclude: bool, word: str
) -> None:
    supplier = demo_sql.execute("SELECT supplier_id FROM sourcing ORDER BY 1 LIMIT 1").fetchone()
    assert supplier is not None
    only = [{"dimension": "supplier", "members": [supplier[0]], "exclude": exclude}]
    products = [
        row[0]
        for row in demo_sql.execute(
            f"SELECT product_id FROM products WHERE product_id {word} "
            "(SELECT product_id FROM sourcing WHERE supplier_id = ?)",
            [supplier[0]],
        ).fetchall()
    ]
    assert products
    result = ask(demo, "lost_sales", filters=only, **all_time())
    by_products = ask(
        demo, "lost_sales", filters=[{"dimension": "product", "members": products}], **all_time()
    )
    assert total(result) == pytest.approx(total(by_products))
    assert any("products that it supplies" in said for said in result.assumptions)


def test_no_cut_is_made_by_supplier_where_products_have_several(demo: PlanStore) -> None:
    assert "cannot be cut by supplier" in refusal(ask(demo, "lost_sales", group_by=["supplier"]), "no_data")


def test_what_has_no_answer_is_said_beside_what_has_one(demo: PlanStore) -> None:
    result = ask(demo, "otif_rate", "gross_margin", group_by=["customer"])
    assert {figure.metric for figure in result.figures} == {"otif_rate"}
    assert any("Gross margin cannot be cut by customer" in said for said in warned(result, "no_data"))


def test_where_nothing_has_an_answer_the_first_no_is_said(demo: PlanStore) -> None:
    result = ask(demo, "cash_flow", "gross_margin", group_by=["customer"])
    assert "Cash flow cannot be cut by customer" in refusal(result, "no_data")
