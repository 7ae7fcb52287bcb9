"""The same question gives the same figures from DuckDB and from PostgreSQL."""

from __future__ import annotations

from datetime import date
from typing import Any

import psycopg
import pytest

from connectors.access import LOCAL_USER, Person, Scope
from connectors.errors import SourceUnavailable
from connectors.plan_store import PlanStore
from connectors.warehouse import Warehouse
from tests.asking import ask, run, same
from tests.tools.metrics.questions import AHEAD, AROUND, JUNE, Q2, YEAR
from tools.figures import ToolResult
from tools.metrics.registry import STANDARD

pytestmark = pytest.mark.slow

SOUTH = Person("s@example.com", scope=Scope({"region": frozenset({"South"})}, frozenset({"cost"})))
DAIRY = Person("d@example.com", scope=Scope({"family": frozenset({"Dairy"})}))
SUPPLIED = [{"dimension": "family", "members": ["Cleaners"], "exclude": True}]


def dates(window: tuple[date, date]) -> dict[str, Any]:
    return {"start": window[0], "end": window[1]}


QUESTIONS: list[tuple[str, dict[str, Any]]] = [
    *((metric.id, {}) for metric in STANDARD),
    ("otif_rate", {"group_by": ["region", "month"], **dates(Q2)}),
    ("otif_rate", {"level": "order", "group_by": ["customer"], **dates(Q2)}),
    ("order_fill_rate", {"date_basis": "requested_on", "group_by": ["family"], **dates(Q2)}),
    ("in_full_rate", {"date_basis": "ordered_on", "group_by": ["quarter"], **dates(YEAR)}),
    ("unit_fill_rate", {"group_by": ["product"], **dates(Q2)}),
    ("lost_sales", {"group_by": ["customer"], "rank": {"order": "worst", "count": 10}, **dates(YEAR)}),
    ("expedite_cost", {"group_by": ["site", "month"], **dates(Q2)}),
    ("cancellation_rate", {"group_by": ["cancel_reason"], **dates(YEAR)}),
    ("cancelled_orders", {"group_by": ["region", "cancel_reason"], **dates(YEAR)}),
    ("revenue", {"group_by": ["customer"], **dates(Q2)}),
    ("revenue", {"group_by": ["year"], "compare_with": "same_period_last_year", **dates(YEAR)}),
    ("standard_margin_rate", {"group_by": ["family", "quarter"], **dates(YEAR)}),
    ("standard_margin", {"group_by": ["customer"], **dates(Q2)}),
    ("demand_plan_units", {"group_by": ["version"], **dates(AHEAD)}),
    ("demand_plan_units", {"group_by": ["month"], **dates(AROUND)}),
    ("wmape", {"group_by": ["version"], **dates(YEAR)}),
    ("wmape", {"error_level": ["family"], "group_by": ["region"], **dates(YEAR)}),
    ("forecast_bias", {"lag": 3, "group_by": ["family"], **dates(Q2)}),
    ("forecast_accuracy", {"weight": "value", "group_by": ["month"], **dates(YEAR)}),
    ("wmape", {"group_by": ["lag"], **dates(JUNE)}),
    ("mase", {"group_by": ["quarter"], "error_level": ["family"], **dates(YEAR)}),
    ("rmsse", {"error_level": ["month"], "weight": "value", **dates(YEAR)}),
    ("forecast_value_added", {"group_by": ["version", "month"], "weight": "value", **dates(YEAR)}),
    ("override_win_rate", {"group_by": ["author"], **dates(Q2)}),
    ("interval_coverage", {"group_by": ["lag"], **dates(Q2)}),
    ("inventory_units", {"filters": SUPPLIED, "group_by": ["site", "quarter"], **dates(YEAR)}),
    ("gross_margin_rate", {"group_by": ["business_unit", "region"], **dates(YEAR)}),
    ("cash_flow", {"group_by": ["month"], "compare_with": "previous_period", **dates(Q2)}),
]
PLANS: list[dict[str, Any]] = [
    {"plan": "supply_plan", "group_by": ["month"]},
    {"plan": "inventory_targets", "filters": SUPPLIED},
    {"plan": "capacity", "group_by": ["resource"]},
    {"plan": "promotions", "filters": [{"dimension": "region", "members": ["North"]}]},
    {"plan": "prices", "filters": [{"dimension": "product", "members": ["00101"]}]},
]


def told(result: ToolResult) -> dict[str, Any]:
    """A result without what differs in the last digit, and with its values apart."""
    whole = result.model_dump(mode="json")
    for table in whole["tables"]:
        table["rows"] = [[round(c, 6) if isinstance(c, float) else c for c in row] for row in table["rows"]]
    for chart in whole["charts"]:
        del chart["vega_lite"]  # holds the values again, unrounded
    return whole


def assert_same(found: ToolResult, expected: ToolResult) -> None:
    for mine, theirs in zip(found.figures, expected.figures, strict=True):
        same({(mine.metric,): mine.value}, {(theirs.metric,): theirs.value})
        if mine.comparison and theirs.comparison:
            same({(mine.metric,): mine.comparison.value}, {(theirs.metric,): theirs.comparison.value})
        for figure in (mine, theirs):  # formatted may round the other way at a last digit of five
            figure.value, figure.comparison, figure.formatted = None, None, ""
    assert told(found) == told(expected)


@pytest.mark.parametrize(("metric", "arguments"), QUESTIONS, ids=lambda value: str(value)[:60])
def test_figures_are_the_same(
    postgres_demo: Warehouse, demo: PlanStore, metric: str, arguments: dict[str, Any]
) -> None:
    assert_same(
        ask(postgres_demo.for_person(LOCAL_USER), metric, **arguments), ask(demo, metric, **arguments)
    )


@pytest.mark.parametrize("arguments", PLANS, ids=lambda value: value["plan"])
def test_plans_are_the_same(postgres_demo: Warehouse, demo: PlanStore, arguments: dict[str, Any]) -> None:
    found = run(postgres_demo.for_person(LOCAL_USER), "query_plan", **arguments)
    assert_same(found, run(demo, "query_plan", **arguments))


@pytest.mark.parametrize("who", [SOUTH, DAIRY], ids=["South", "Dairy"])
def test_a_narrowed_person_sees_the_same(
    postgres_demo: Warehouse, demo_warehouse: Warehouse, who: Person
) -> None:
    for metric in (m.id for m in STANDARD):
        found = ask(postgres_demo.for_person(who), metric, group_by=["month"], **dates(Q2))
        assert_same(found, ask(demo_warehouse.for_person(who), metric, group_by=["month"], **dates(Q2)))


def test_an_earlier_as_of_date_shows_the_same(postgres_demo: Warehouse, demo_warehouse: Warehouse) -> None:
    earlier = date(2026, 3, 31)
    for metric in ("otif_rate", "order_fill_rate", "ordered_units", "wmape", "demand_plan_units"):
        found = ask(postgres_demo.for_person(LOCAL_USER, earlier), metric)
        assert_same(found, ask(demo_warehouse.for_person(LOCAL_USER, earlier), metric))


def test_lists_and_the_store_itself_are_the_same(postgres_demo: Warehouse, demo: PlanStore) -> None:
    store = postgres_demo.for_person(LOCAL_USER)
    assert store.info == demo.info
    assert {n: store.members(n) for n in store.dimensions} == {n: demo.members(n) for n in demo.dimensions}
    for what in ("dimensions", "periods", "versions", "tables"):
        assert told(run(store, "list_catalog", what=what)) == told(run(demo, "list_catalog", what=what))


def test_the_database_is_read_only_to_a_question_and_nothing_is_left_open(postgres_demo: Warehouse) -> None:
    connection = postgres_demo._backend.con
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        connection.execute("CREATE TABLE more (x INTEGER)")
    ask(postgres_demo.for_person(LOCAL_USER), "otif_rate", **dates(JUNE))
    assert connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE


def test_a_server_that_goes_away_is_told(postgres_demo: Warehouse, postgres_url: str) -> None:
    warehouse = Warehouse.open(postgres_url.removesuffix("postgres") + "demo_company")
    store = warehouse.for_person(LOCAL_USER)
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute("SELECT pg_terminate_backend(%s)", [warehouse._backend.con.info.backend_pid])
    with pytest.raises(SourceUnavailable, match="does not answer"):
        store.members("product")
    warehouse.close()
