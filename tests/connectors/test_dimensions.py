"""Which dimensions a store has."""

from __future__ import annotations

from connectors.access import LOCAL_USER
from connectors.dimensions import dimensions_in
from tests.asking import ask, grouped, month
from tests.stores import MakeStore
from tests.tools.metrics.tiny_rows import LISTS, PRODUCTS, line


def test_a_dimension_is_there_if_its_column_is() -> None:
    found = dimensions_in({"products": frozenset({"product_id", "product_name", "family"})})
    assert list(found) == ["product", "family"]


def test_all_standard_dimensions_of_the_contract() -> None:
    columns = {
        "products": frozenset({"product_id", "product_name", "family", "business_unit"}),
        "markets": frozenset({"market_id", "market_name", "region", "channel"}),
        "customers": frozenset({"customer_id", "customer_name"}),
        "sites": frozenset({"site_id", "site_name", "site_kind", "site_region"}),
        "resources": frozenset({"resource_id", "resource_name"}),
        "suppliers": frozenset({"supplier_id", "supplier_name"}),
    }
    listed = "product family business_unit market region channel customer site site_region resource supplier"
    found = dimensions_in(columns)
    assert set(listed.split()) <= found.keys()
    assert {name for name, dimension in found.items() if dimension.is_private} == {"customer", "supplier"}
    assert {name for name, d in found.items() if not d.is_attribute} == {
        "product",
        "market",
        "customer",
        "site",
        "resource",
        "supplier",
    }


def test_canonical_columns_that_are_no_dimension_stay_none() -> None:
    columns = frozenset({"product_id", "product_name", "family", "standard_cost", "launched_on"})
    assert "standard_cost" not in dimensions_in({"products": columns})


def test_a_companys_own_column_becomes_a_dimension_that_cuts_and_filters(make_store: MakeStore) -> None:
    products = [{**row, "brand": brand} for row, brand in zip(PRODUCTS, ("Sun", "Sun", None), strict=True)]
    lines = [line("o1"), line("o2", product_id="B", delivered_on="2026-06-20"), line("o3", product_id="C")]
    store = make_store({**LISTS, "products": products, "order_lines": lines}).for_person(LOCAL_USER)
    june = month("2026-06")
    result = ask(store, "otif_rate", group_by=["brand"], **june)
    assert grouped(result, "brand") == {("Sun",): 0.5, ("(none)",): 1.0}
    none = [{"dimension": "brand", "members": ["(none)"]}]
    assert grouped(ask(store, "otif_rate", group_by=["product"], filters=none, **june), "product") == {
        ("C",): 1.0
    }
