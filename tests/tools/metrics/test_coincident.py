"""What happened in the same months: named beside the members that explain most, never as their cause."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.access import LOCAL_USER, Person, Scope
from connectors.plan_store import PlanStore
from connectors.warehouse import Warehouse
from tests.asking import month, run
from tests.stores import MakeStore, Rows
from tests.tools.metrics.tiny_rows import LISTS, Row, actual
from tools.figures import ToolResult

JUNE = month("2026-06")
SUPPLIERS = [{"supplier_id": "v1", "supplier_name": "Lakeside"}]
HISTORY = [
    actual(product, market, at, ordered, shipped_units=ordered)
    for product, market, at, ordered in (
        ("A", "N1", "2026-05", 100.0),
        ("A", "N1", "2026-06", 40.0),
        ("B", "S1", "2026-05", 50.0),
        ("B", "S1", "2026-06", 49.0),
        ("C", "N2", "2026-05", 20.0),
        ("C", "N2", "2026-06", 19.0),
    )
]


def limits(supplier: str, product: str, usual: float, june: float, reason: str = "a fire") -> list[Row]:
    """A limit of two years, which holds as usual but in June."""
    months = [f"{year}-{number:02d}-01" for year in (2024, 2025, 2026) for number in range(1, 13)][6:29]
    keys = {"supplier_id": supplier, "product_id": product}
    rows = [{**keys, "period": at, "max_units": usual, "reason": "contract"} for at in months]
    return [*rows, {**keys, "period": "2026-06-01", "max_units": june, "reason": reason}]


def promotion(product: str, market: str, start: str, end: str, name: str = "Summer") -> Row:
    return {
        "promotion_id": f"{product}{market}{start}",
        "promotion_name": name,
        "product_id": product,
        "market_id": market,
        "starts_on": start,
        "ends_on": end,
        "discount_rate": 0.1,
        "expected_uplift": 0.2,
    }


def explained(make_store: MakeStore, by: str = "product", **tables: Rows) -> ToolResult:
    return explain(make_store({**LISTS, "demand_history": HISTORY, **tables}).for_person(LOCAL_USER), by=by)


def explain(store: PlanStore, metric: str = "shipped_units", **arguments: Any) -> ToolResult:
    return run(store, "explain_change", metric=metric, **{"period": JUNE, **arguments})


def coincident(result: ToolResult) -> list[dict[str, Any]]:
    assert result.details is not None, result.refusal
    found: list[dict[str, Any]] = result.details["coincident"]
    return found


def kinds(result: ToolResult) -> list[str]:
    return [event["kind"] for event in coincident(result)]


def test_what_happened_is_named_as_coincident_and_not_as_the_cause(make_store: MakeStore) -> None:
    result = explained(
        make_store,
        suppliers=SUPPLIERS,
        supplier_limits=limits("v1", "A", 200.0, 30.0),
        promotions=[promotion("B", "S1", "2026-06-20", "2026-07-04")],
    )
    assert result.notes[-1] == (
        "In the same months: Lakeside limited Apple juice (a fire); the promotion 'Summer' of Beer in "
        "Sudland; coincident, not shown to be the cause."
    )
    assert coincident(result)[0] == {
        "kind": "supplier limit",
        "words": "Lakeside limited Apple juice (a fire)",
        "members": {"supplier": ["Lakeside"], "product": ["Apple juice"]},
        "months": ["2026-06"],
    }


@pytest.mark.parametrize(
    ("usual", "june", "is_event"),
    [(200.0, 30.0, True), (200.0, 60.0, False), (30.0, 30.0, False)],
    ids=["tighter than usual and below the orders", "room for the orders", "as tight as ever"],
)
def test_a_limit_counts_where_it_is_tighter_than_usual_and_binds(
    make_store: MakeStore, usual: float, june: float, is_event: bool
) -> None:
    result = explained(make_store, suppliers=SUPPLIERS, supplier_limits=limits("v1", "A", usual, june))
    assert bool(coincident(result)) is is_event


def test_a_limit_that_is_only_written_down_when_it_binds_counts(make_store: MakeStore) -> None:
    result = explained(make_store, suppliers=SUPPLIERS, supplier_limits=limits("v1", "A", 200.0, 30.0)[-1:])
    assert kinds(result) == ["supplier limit"]


def test_promotions_of_other_months_and_of_members_that_did_nothing_are_left_out(
    make_store: MakeStore,
) -> None:
    promotions = [
        promotion("A", "N1", "2026-05-01", "2026-05-31", "over"),
        promotion("A", "N1", "2026-07-01", "2026-07-31", "to come"),
        promotion("A", "N1", "2026-05-20", "2026-06-02", "into June"),
    ]
    result = explained(make_store, promotions=promotions)
    assert [event["words"] for event in coincident(result)] == [
        "the promotion 'into June' of Apple juice in Norland"
    ]


def test_a_transition_touches_the_old_and_the_new_product(make_store: MakeStore) -> None:
    change = {
        "old_product_id": "B",
        "new_product_id": "A",
        "starts_on": "2026-04-01",
        "ends_on": "2026-06-15",
    }
    (event,) = coincident(explained(make_store, transitions=[change]))
    assert (event["words"], event["months"]) == ("Beer gave way to Apple juice", ["2026-06"])


def test_events_stand_nearest_to_the_leading_member_first_and_are_at_most_five(
    make_store: MakeStore,
) -> None:
    promotions = [
        promotion(product, market, "2026-06-01", "2026-06-30", f"{product} {number}")
        for product, market in (("C", "N2"), ("B", "S1"), ("A", "N1"))
        for number in range(3)
    ]
    found = coincident(explained(make_store, promotions=promotions))
    assert len(found) == 5
    assert [event["members"]["product"][0] for event in found[:3]] == ["Apple juice"] * 3


def test_events_outside_of_the_filters_are_left_out(make_store: MakeStore) -> None:
    promotions = [promotion(*where, "2026-06-01", "2026-06-30") for where in (("A", "N1"), ("B", "S1"))]
    tables = {**LISTS, "demand_history": HISTORY, "promotions": promotions}
    store = make_store(tables).for_person(LOCAL_USER)
    south = [{"dimension": "region", "members": ["South"]}]
    (event,) = coincident(explain(store, filters=south))
    assert event["members"]["market"] == ["Sudland"]
    not_south = [{"dimension": "region", "members": ["South"], "exclude": True}]
    (event,) = coincident(explain(store, filters=not_south))
    assert event["members"]["market"] == ["Norland"]


def test_the_demo_company_s_failing_supplier_stands_first_beside_otif(demo: PlanStore) -> None:
    second_quarter = {"start": "2026-04-01", "end": "2026-06-30"}
    first = coincident(explain(demo, "otif_rate", period=second_quarter))[0]
    assert (first["kind"], first["members"]["supplier"]) == ("supplier limit", ["Lakeside"])
    assert first["months"] == ["2026-04", "2026-05"]


def test_a_resource_over_its_hours_is_named(demo: PlanStore) -> None:
    juices = [{"dimension": "family", "members": ["Juices"]}]
    words = [event["words"] for event in coincident(explain(demo, "production_units", filters=juices))]
    assert "Ashford Line 1 needed more hours than it had" in words


def test_events_come_only_from_what_a_person_sees(make_store: MakeStore, demo_warehouse: Warehouse) -> None:
    tables = {
        **LISTS,
        "demand_history": HISTORY,
        "suppliers": SUPPLIERS,
        "supplier_limits": limits("v1", "A", 200.0, 30.0),
        "promotions": [promotion("A", market, "2026-06-01", "2026-06-30") for market in ("N1", "S1")],
    }
    north = Person("ana@example.com", scope=Scope({"region": frozenset({"North"})}, frozenset(), frozenset()))
    result = explain(make_store(tables).for_person(north), by="product")
    assert kinds(result) == ["promotion"]
    assert coincident(result)[0]["members"]["market"] == ["Norland"]
    south = Person("bo@example.com", scope=Scope({"region": frozenset({"South"})}, frozenset(), frozenset()))
    told = explain(demo_warehouse.for_person(south), "otif_rate").model_dump_json()
    assert not {"Lakeside", "North", "Sweden"} & set(told.replace('"', " ").split())
