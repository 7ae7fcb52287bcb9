"""What there is to ask about."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.access import LOCAL_USER, Person, Scope
from connectors.plan_store import PlanStore
from connectors.warehouse import Warehouse
from tests.asking import refusal, run
from tests.stores import MakeStore
from tests.tools.metrics.tiny_rows import LISTS
from tools.metrics.registry import STANDARD

SOUTH = Person("s@example.com", scope=Scope({"region": frozenset({"South"})}))


def listed(store: PlanStore, what: str, **arguments: str) -> list[list[Any]]:
    result = run(store, "list_catalog", what=what, **arguments)
    assert result.refusal is None, result.refusal
    return [list(row) for row in result.tables[0].rows]


def test_every_metric_is_listed_with_unit_direction_and_formula(demo: PlanStore) -> None:
    rows = listed(demo, "metrics")
    assert [row[0] for row in rows] == [metric.id for metric in STANDARD]
    assert all(all(row) for row in rows)


def test_members_are_listed_with_what_tells_them_apart(demo: PlanStore) -> None:
    rows = [row for row in listed(demo, "members", dimension="customer") if row[0] == "Corner Market"]
    assert len({row[1] for row in rows}) == len({row[2] for row in rows}) == 2


def test_members_and_counts_are_narrowed(demo_warehouse: Warehouse) -> None:
    store = demo_warehouse.for_person(SOUTH)
    assert [row[0] for row in listed(store, "members", dimension="market")] == ["Italy", "Spain"]
    counts = {row[0]: row[1] for row in listed(store, "dimensions")}
    assert (counts["market"], counts["region"]) == (2, 1)
    assert "site" not in counts


def test_tables_and_periods_are_those_that_the_person_may_see(
    demo_warehouse: Warehouse, demo: PlanStore
) -> None:
    store = demo_warehouse.for_person(SOUTH)
    assert "inventory" in [row[0] for row in listed(demo, "tables")]
    assert "inventory" not in [row[0] for row in listed(store, "tables")]
    assert len(listed(store, "periods")) < len(listed(demo, "periods"))


def test_versions_come_in_the_order_in_which_they_are_made(demo: PlanStore) -> None:
    versions = [row[1] for row in listed(demo, "versions") if row[0] == "demand plan"]
    assert versions == ["naive", "statistical", "sales", "marketing", "consensus"]


def test_a_dimension_that_does_not_exist_is_told_with_those_that_do(demo: PlanStore) -> None:
    said = refusal(run(demo, "list_catalog", what="members", dimension="colour"), "no_data")
    assert "There is no dimension 'colour'. There are product, family" in said


def test_a_list_that_is_closed_to_the_person_is_not_permitted(demo_warehouse: Warehouse) -> None:
    store = demo_warehouse.for_person(SOUTH)
    refusal(run(store, "list_catalog", what="members", dimension="site"), "not_permitted")


def test_a_long_list_says_how_many_are_left_out(make_store: MakeStore) -> None:
    customers = [
        {"customer_id": f"c{n:03d}", "customer_name": f"Shop {n:03d}", "market_id": "N1"} for n in range(250)
    ]
    store = make_store({**LISTS, "customers": customers}).for_person(LOCAL_USER)
    (table,) = run(store, "list_catalog", what="members", dimension="customer").tables
    assert (len(table.rows), table.left_out) == (200, "50 more; ask for one by name")


@pytest.mark.parametrize("what", ["help", "metrics", "dimensions", "periods", "versions", "tables"])
def test_everything_can_be_listed_of_a_store_with_nothing_but_products(
    make_store: MakeStore, what: str
) -> None:
    listed(make_store({"products": LISTS["products"]}).for_person(LOCAL_USER), what)
