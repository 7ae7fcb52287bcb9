"""Every table as each kind of scope sees it: the rows in scope, all of it, or closed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from connectors.access import Person, Scope
from connectors.errors import NotPermitted
from connectors.plan_store import PlanStore
from connectors.tables import TABLES
from tests.stores import MakeStore

Row = dict[str, Any]

KEYS = {
    "product_id": ("A", "B"),
    "market_id": ("N1", "S1"),
    "site_id": ("w1", "w2"),
    "customer_id": ("c1", "c2"),
}
"""What the first row of each table is about, and the second."""

DATED = {"period": "2026-06-01", "cycle": "2026-06-01"}


def pair(*keys: str, **more: Any) -> list[Row]:
    """A row in scope and one out of scope, told apart by `row`."""
    return [{**{key: KEYS[key][place] for key in keys}, **more} for place in (0, 1)]


def numbered(rows: list[Row], column: str, *values: str) -> list[Row]:
    return [{column: value, **row} for value, row in zip(values, rows, strict=True)]


ROWS: dict[str, list[Row]] = {
    "products": [
        {"product_id": "A", "product_name": "Apple", "family": "Juice", "business_unit": "Drinks"},
        {"product_id": "B", "product_name": "Bread", "family": "Bakery", "business_unit": "Food"},
    ],
    "markets": [
        {"market_id": "N1", "market_name": "Norland", "region": "North", "channel": "Retail"},
        {"market_id": "S1", "market_name": "Sudland", "region": "South", "channel": "Online"},
    ],
    "customers": [
        {"customer_id": "c1", "customer_name": "Corner", "market_id": "N1"},
        {"customer_id": "c2", "customer_name": "Depot", "market_id": "S1"},
    ],
    "sites": [
        {"site_id": "w1", "site_name": "Harbour", "site_kind": "plant", "site_region": "Coast"},
        {"site_id": "w2", "site_name": "Hill", "site_kind": "plant", "site_region": "Inland"},
    ],
    "suppliers": [
        {"supplier_id": "v1", "supplier_name": "Vera"},
        {"supplier_id": "v2", "supplier_name": "Vito"},
    ],
    "resources": numbered(pair("site_id", resource_name="Press"), "resource_id", "r1", "r2"),
    "calendar": [{"period": "2026-06-01", "starts_on": "2026-06-01", "ends_on": "2026-06-30", "label": "P6"}],
    "order_lines": numbered(
        pair(
            "product_id",
            "market_id",
            "site_id",
            "customer_id",
            line_number=1,
            ordered_on="2026-06-01",
            ordered_units=1.0,
            delivered_units=1.0,
        ),
        "order_id",
        "o1",
        "o2",
    ),
    "deliveries": numbered(
        pair(line_number=1, delivery_number=1, delivered_on="2026-06-02", units=1.0), "order_id", "o1", "o2"
    ),
    "demand_history": pair("product_id", "market_id", ordered_units=1.0, **DATED),
    "demand_plan": pair("product_id", "market_id", version="consensus", units=1.0, **DATED),
    "adjustments": pair("product_id", "market_id", version="sales", author="Al", **DATED),
    "prices": pair("product_id", "market_id", unit_price=1.0, **DATED),
    "promotions": numbered(
        pair("product_id", "market_id", starts_on="2026-06-01"), "promotion_id", "p1", "p2"
    ),
    "transitions": [
        {"old_product_id": "A", "new_product_id": "A", "starts_on": "2026-06-01", "ends_on": "2026-06-30"},
        {"old_product_id": "A", "new_product_id": "B", "starts_on": "2026-06-01", "ends_on": "2026-06-30"},
    ],
    "market_size": numbered(pair("market_id", units=1.0, **DATED), "family", "Juice", "Bakery"),
    "supply_plan": pair("product_id", "site_id", version="approved", production_units=1.0, **DATED),
    "production": pair("product_id", "site_id", units=1.0, **DATED),
    "inventory": pair("product_id", "site_id", closing_units=1.0, **DATED),
    "inventory_targets": pair("product_id", "site_id", target_units=1.0, **DATED),
    "capacity": numbered(pair(available_hours=1.0, **DATED), "resource_id", "r1", "r2"),
    "routings": numbered(
        pair("product_id", operation="press", hours_per_unit=1.0), "resource_id", "r1", "r2"
    ),
    "sourcing": numbered(pair("product_id", component="bottle"), "supplier_id", "v1", "v2"),
    "supplier_limits": numbered(pair("product_id", max_units=1.0, **DATED), "supplier_id", "v1", "v2"),
    "production_commitments": pair("product_id", "site_id", committed_units=1.0, **DATED),
    "lanes": [
        {"from_site_id": "w1", "to_site_id": "w1", "unit_cost": 1.0},
        {"from_site_id": "w1", "to_site_id": "w2", "unit_cost": 1.0},
    ],
    "financials": [
        {"business_unit": "Drinks", "region": "North", "account": "revenue", "amount": 1.0, **DATED},
        {"business_unit": "Food", "region": "South", "account": "revenue", "amount": 1.0, **DATED},
    ],
    "financial_plans": [
        {"business_unit": "Drinks", "region": "North", "version": "budget", "amount": 1.0, **DATED},
        {"business_unit": "Food", "region": "South", "version": "budget", "amount": 1.0, **DATED},
    ],
    "targets": [],
}

CLOSED, PART, ALL = "closed", "part", "all"

OF_MARKETS = {
    "markets",
    "customers",
    "order_lines",
    "deliveries",
    "demand_history",
    "demand_plan",
    "adjustments",
    "prices",
    "promotions",
    "market_size",
}
OF_PRODUCTS = {
    "products",
    "order_lines",
    "deliveries",
    "demand_history",
    "demand_plan",
    "adjustments",
    "prices",
    "promotions",
    "transitions",
    "supply_plan",
    "production",
    "inventory",
    "inventory_targets",
    "routings",
    "sourcing",
    "supplier_limits",
    "production_commitments",
    "suppliers",
}
OF_SITES = {
    "sites",
    "resources",
    "order_lines",
    "deliveries",
    "supply_plan",
    "production",
    "inventory",
    "inventory_targets",
    "capacity",
    "routings",
    "production_commitments",
    "lanes",
}
OF_CUSTOMERS = {"customers", "order_lines", "deliveries"}
BOOKS = {"financials", "financial_plans"}
LISTS_FOR_PRODUCTS = {"markets", "calendar", "customers", "sites", "resources"}

SCOPES: list[tuple[dict[str, str], set[str], set[str]]] = [
    ({"market": "N1"}, OF_MARKETS, {"products", "calendar"}),
    ({"market": "Norland"}, OF_MARKETS, {"products", "calendar"}),
    ({"region": "North"}, OF_MARKETS | BOOKS, {"products", "calendar"}),
    ({"channel": "Retail"}, OF_MARKETS, {"products", "calendar"}),
    ({"product": "A"}, OF_PRODUCTS, LISTS_FOR_PRODUCTS),
    ({"family": "Juice"}, OF_PRODUCTS | {"market_size"}, LISTS_FOR_PRODUCTS),
    ({"business_unit": "Drinks"}, OF_PRODUCTS | {"market_size"} | BOOKS, LISTS_FOR_PRODUCTS),
    ({"customer": "c1"}, OF_CUSTOMERS, {"products", "markets", "calendar"}),
    ({"site": "w1"}, OF_SITES, {"products", "markets", "customers", "calendar"}),
    ({"site_region": "Coast"}, OF_SITES, {"products", "markets", "customers", "calendar"}),
    ({"region": "North", "family": "Juice"}, (OF_MARKETS & OF_PRODUCTS) | {"products", "markets", "customers",
     "market_size"}, {"calendar"}),
]  # fmt: skip


def person(rows: Mapping[str, str], opened: frozenset[str] = frozenset()) -> Person:
    return Person(
        "x@example.com", scope=Scope({k: frozenset({v}) for k, v in rows.items()}, frozenset(), opened)
    )


def seen(store: PlanStore, name: str) -> str:
    try:
        rows = store.rows(store.table(name))
    except NotPermitted:
        return CLOSED
    whole = ROWS[name]
    if len(rows) == len(whole):
        return ALL
    column = next(iter(whole[0]))
    assert [str(row[column]) for row in rows] == [str(whole[0][column])], name
    return PART


@pytest.mark.parametrize(("rows", "part", "lists"), SCOPES, ids=[str(scope[0]) for scope in SCOPES])
def test_what_a_scope_sees_of_each_table(
    make_store: MakeStore, rows: dict[str, str], part: set[str], lists: set[str]
) -> None:
    store = make_store(ROWS).for_person(person(rows))
    expected = {name: PART if name in part else ALL if name in lists else CLOSED for name in TABLES}
    found = {name: seen(store, name) for name in TABLES if name != "targets"}
    assert found == {name: how for name, how in expected.items() if name != "targets"}


def test_an_empty_scope_sees_all(make_store: MakeStore) -> None:
    store = make_store(ROWS).for_person(Person("x@example.com"))
    assert {seen(store, name) for name in TABLES} == {ALL}


def test_a_scope_without_members_sees_no_row(make_store: MakeStore) -> None:
    nobody = Person("x@example.com", scope=Scope({"region": frozenset()}))
    store = make_store(ROWS).for_person(nobody)
    assert store.rows(store.table("order_lines")) == []
    assert store.members("market") == ()


def test_rows_without_a_market_are_out_of_a_scope_by_market(make_store: MakeStore) -> None:
    lines = [{**ROWS["order_lines"][0], "market_id": None, "customer_id": None}]
    store = make_store({**ROWS, "order_lines": lines}).for_person(person({"region": "North"}))
    assert store.rows(store.table("order_lines")) == []


def test_a_line_without_a_market_is_in_the_scope_of_its_customers_market(make_store: MakeStore) -> None:
    lines = [{**row, "market_id": None} for row in ROWS["order_lines"]]
    store = make_store({**ROWS, "order_lines": lines}).for_person(person({"region": "North"}))
    assert [row["order_id"] for row in store.rows(store.table("order_lines"))] == ["o1"]


def test_a_table_that_the_policy_opens_is_seen_whole(make_store: MakeStore) -> None:
    store = make_store(ROWS).for_person(person({"region": "North"}, frozenset({"inventory"})))
    assert (seen(store, "inventory"), seen(store, "production")) == (ALL, CLOSED)


def test_a_closed_table_is_told_in_words_and_not_called_absent(make_store: MakeStore) -> None:
    store = make_store(ROWS).for_person(person({"region": "North"}))
    with pytest.raises(NotPermitted, match="stock at month end, which is not among what you may see"):
        store.table("inventory")


TARGETS = [
    ("company", None, None),
    ("north", "region", "North"),
    ("south", "region", "South"),
    ("norland", "market", "N1"),
    ("sudland", "market", "S1"),
    ("juice", "family", "Juice"),
    ("apple", "product", "A"),
    ("bread", "product", "B"),
    ("corner", "customer", "c1"),
    ("coast", "site_region", "Coast"),
]


@pytest.mark.parametrize(
    ("rows", "targets"),
    [
        ({"region": "North"}, ["north", "norland"]),
        ({"market": "N1"}, ["norland"]),
        ({"channel": "Retail"}, ["norland"]),
        ({"region": "North", "channel": "Retail"}, ["norland"]),
        ({"family": "Juice"}, ["juice", "apple"]),
        ({"product": "B"}, ["bread"]),
        ({"customer": "c1"}, ["corner"]),
        ({"site": "w1"}, []),
        ({"site_region": "Coast"}, ["coast"]),
        ({"region": "North", "family": "Juice"}, []),
    ],
)
def test_targets_are_those_of_the_members_in_scope(
    make_store: MakeStore, rows: dict[str, str], targets: list[str]
) -> None:
    listed = [
        {"target_id": name, "metric": "otif_rate", "dimension": dimension, "member_id": member, "value": 0.9}
        for name, dimension, member in TARGETS
    ]
    store = make_store({**ROWS, "targets": listed}).for_person(person(rows))
    assert [row["target_id"] for row in store.rows(store.table("targets"))] == targets
