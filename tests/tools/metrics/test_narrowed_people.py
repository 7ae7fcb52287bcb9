"""What somebody sees who may see only a part equals plain SQL over that part, and gives nothing else away."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import duckdb
import pytest

from connectors.access import Person, Scope
from connectors.plan_store import PlanStore
from connectors.warehouse import Warehouse
from tests.asking import all_time, ask, grouped, refusal, run, same, total
from tests.oracle.oracle import Oracle
from tests.oracle.question import Question
from tests.stores import AS_OF
from tests.tools.metrics.questions import AHEAD, JUNE, Q2
from tools.figures import ToolResult
from tools.metrics.registry import STANDARD

pytestmark = pytest.mark.slow

ALL_ROWS = ("products", "markets", "customers", "sites", "order_lines", "demand_history", "demand_plan")


@dataclass(frozen=True)
class Part:
    """A scope, and the same in SQL: the rows of each table that are seen, none where it is closed."""

    rows: dict[str, frozenset[str]]
    seen: dict[str, str]
    metrics: tuple[str, ...]
    closed: tuple[str, ...]


DEMAND = ("ordered_units", "shipped_units", "revenue", "standard_margin_rate", "wmape", "forecast_bias")
ORDERS = (
    "otif_rate",
    "unit_fill_rate",
    "lost_sales",
    "expedite_cost",
    "cancellation_rate",
    "cancelled_orders",
)
BOOK = ("gross_margin", "gross_margin_rate", "operating_profit", "cash_flow")

IN_SOUTH = "market_id IN (SELECT market_id FROM demo.markets WHERE region = 'South')"
IN_DAIRY = "product_id IN (SELECT product_id FROM demo.products WHERE family = 'Dairy')"
IN_FRESH = "product_id IN (SELECT product_id FROM demo.products WHERE business_unit = 'Fresh')"
BY_MARKET = ("markets", "customers", "order_lines", "demand_history", "demand_plan")
BY_PRODUCT = ("products", "order_lines", "demand_history", "demand_plan", "inventory")

PARTS = {
    "South": Part(
        {"region": frozenset({"South"})},
        {**dict.fromkeys(BY_MARKET, IN_SOUTH), "financials": "region = 'South'"},
        (*DEMAND, *ORDERS, *BOOK, "demand_plan_units"),
        ("inventory_units",),
    ),
    "Italy": Part(
        {"market": frozenset({"Italy"})},
        dict.fromkeys(BY_MARKET, "market_id = 'M03'"),
        (*DEMAND, *ORDERS),
        ("inventory_units", *BOOK),
    ),
    "Dairy": Part(
        {"family": frozenset({"Dairy"})},
        dict.fromkeys(BY_PRODUCT, IN_DAIRY),
        (*DEMAND, *ORDERS, "inventory_units", "demand_plan_units"),
        BOOK,
    ),
    "Fresh": Part(
        {"business_unit": frozenset({"Fresh"})},
        {**dict.fromkeys(BY_PRODUCT, IN_FRESH), "financials": "business_unit = 'Fresh'"},
        (*DEMAND[3:], *ORDERS, *BOOK),
        (),
    ),
    "one product": Part(
        {"product": frozenset({"00101"})},
        dict.fromkeys(BY_PRODUCT, "product_id = '00101'"),
        (*DEMAND, *ORDERS, "inventory_units"),
        BOOK,
    ),
    "one customer": Part(
        {"customer": frozenset({"0003"})},
        dict.fromkeys(("customers", "order_lines"), "customer_id = '0003'"),
        ORDERS,
        (*DEMAND, *BOOK, "inventory_units", "demand_plan_units"),
    ),
    "one site": Part(
        {"site": frozenset({"W01"})},
        dict.fromkeys(("sites", "order_lines", "inventory"), "site_id = 'W01'"),
        ORDERS,
        (*DEMAND, *BOOK, "demand_plan_units"),
    ),
    "Dairy in the South": Part(
        {"region": frozenset({"South"}), "family": frozenset({"Dairy"})},
        {
            **dict.fromkeys(BY_MARKET, IN_SOUTH),
            "products": IN_DAIRY,
            **dict.fromkeys(("order_lines", "demand_history", "demand_plan"), f"{IN_SOUTH} AND {IN_DAIRY}"),
        },
        (*DEMAND, *ORDERS),
        (*BOOK, "inventory_units"),
    ),
}


def person(rows: dict[str, frozenset[str]], *hidden: str, opened: frozenset[str] = frozenset()) -> Person:
    return Person("someone@example.com", scope=Scope(rows, frozenset(hidden), opened))


@pytest.fixture(params=PARTS)
def part(request: pytest.FixtureRequest) -> Part:
    """Each part in turn, or those that a test names."""
    return PARTS[request.param]


@pytest.fixture
def store(demo_warehouse: Warehouse, part: Part) -> PlanStore:
    return demo_warehouse.for_person(person(part.rows))


@pytest.fixture
def oracle(demo_store: Path, part: Part) -> Iterator[Oracle]:
    """Plain SQL over views of what the part holds."""
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{demo_store}' AS demo (READ_ONLY)")
        for table in {*ALL_ROWS, "inventory", "financials"}:
            where = part.seen.get(table, "true")
            connection.execute(f"CREATE VIEW {table} AS SELECT * FROM demo.{table} WHERE {where}")
        yield Oracle(connection, AS_OF)


def test_figures_equal_plain_sql_over_the_part(store: PlanStore, oracle: Oracle, part: Part) -> None:
    for metric in part.metrics:
        window = AHEAD if metric == "demand_plan_units" else JUNE if metric == "inventory_units" else Q2
        cut = ("month",) if metric in (*BOOK, *ORDERS) else ("product",)
        dates = {"start": window[0], "end": window[1]}
        whole = oracle.answer(Question(metric, *window))
        result = ask(store, metric, group_by=list(cut), **dates)
        same({(): total(result)}, whole)
        same(grouped(result, *cut), oracle.answer(Question(metric, *window, cut)))


def test_what_does_not_reach_the_part_is_not_permitted(store: PlanStore, part: Part) -> None:
    for metric in part.closed:
        refusal(ask(store, metric), "not_permitted")


def test_an_answer_says_the_part_that_it_is_about(store: PlanStore, part: Part) -> None:
    for figure in ask(store, "otif_rate", **all_time()).figures:
        assert figure.scope.keys() == part.rows.keys()


def members_by_dimension(store: PlanStore) -> dict[str, set[str]]:
    return {name: {m.id for m in store.members(name)} for name in store.dimensions}


def test_no_filter_widens_the_part(store: PlanStore, demo: PlanStore) -> None:
    usual = total(ask(store, "otif_rate", **all_time()))
    seen = members_by_dimension(store)
    for dimension, ids in members_by_dimension(demo).items():
        forbidden = sorted(ids - seen.get(dimension, set()))[:3]
        for member in forbidden:
            chosen = [{"dimension": dimension, "members": [member]}]
            refusal(ask(store, "otif_rate", filters=chosen, **all_time()), "not_permitted")
            mixed = [{"dimension": dimension, "members": [*sorted(seen.get(dimension, set()))[:1], member]}]
            refusal(ask(store, "otif_rate", filters=mixed, **all_time()), "not_permitted")
    for dimension in ("customer", "product"):
        nobody = [{"dimension": dimension, "members": ["(none)"], "exclude": True}]
        assert total(ask(store, "otif_rate", filters=nobody, **all_time())) in (
            usual,
            pytest.approx(usual, rel=0.05),
        )


def leaves(value: Any) -> Iterator[str | float]:
    """Every text and number of a JSON value, keys of objects among them."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner)
    elif isinstance(value, (str, int, float)) and not isinstance(value, bool):
        yield value


def battery() -> Iterator[tuple[str, dict[str, Any]]]:
    """Calls of every tool: each metric by a few dimensions, so that each dimension has its turn."""
    dates = {"period": {"start": Q2[0], "end": Q2[1]}}
    dimensions = cycle(("customer", "market", "product", "site", "supplier", "region", "business_unit"))
    for metric in (m.id for m in STANDARD):
        for by in islice(dimensions, 2):
            yield "compute_metric", {"metrics": [metric], "group_by": [by], **dates}
        yield "explain_metric", {"metric": metric}
    for metric in ("otif_rate", "revenue", "lost_sales", "wmape", "inventory_value", "operating_profit"):
        yield "explain_change", {"metric": metric, **dates}
        yield "analyse_trend", {"metric": metric, "group_by": ["region"]}
    for by in ("business_unit", "region"):
        yield "bridge_cash", {"group_by": [by], **dates}
    for what in ("help", "metrics", "dimensions", "periods", "versions", "tables"):
        yield "list_catalog", {"what": what}
    for dimension in ("product", "family", "market", "region", "customer", "supplier", "site", "nonsense"):
        yield "list_catalog", {"what": "members", "dimension": dimension}
    for plan in ("demand_plan", "supply_plan", "inventory_targets", "capacity"):
        yield "query_plan", {"plan": plan, "group_by": ["month"]}
    for plan in ("promotions", "transitions", "supplier_limits", "production_commitments", "prices"):
        yield "query_plan", {"plan": plan, "period": {"start": None, "end": None}}


HUNTED = ("South", "Dairy", "one customer", "one site")


@pytest.mark.parametrize("part", HUNTED, indirect=True)
def test_replies_hold_no_name_from_outside_of_the_part(store: PlanStore, demo: PlanStore) -> None:
    seen, forbidden = set(), set()
    for name in demo.dimensions:
        mine = {t for m in (store.members(name) if name in store.dimensions else ()) for t in (m.id, m.name)}
        every = {t for m in demo.members(name) for t in (m.id, m.name)}
        seen |= mine
        forbidden |= every - mine
    forbidden -= seen | {"plant", "warehouse"}  # kinds of sites, and words of the catalog
    assert forbidden
    words = re.compile(
        "|".join(rf"\b{re.escape(name)}\b" for name in sorted(forbidden) if not name.isdigit())
    )
    for tool, arguments in battery():
        result = run(store, tool, **arguments)
        for text in filter(lambda leaf: isinstance(leaf, str), leaves(as_json(result))):
            assert text not in forbidden, (tool, arguments, text)
            assert not words.search(str(text)), (tool, arguments, text)


@pytest.mark.parametrize("part", HUNTED, indirect=True)
def test_replies_hold_no_figure_from_outside_of_the_part(
    store: PlanStore, demo: PlanStore, part: Part
) -> None:
    dates = {"start": Q2[0], "end": Q2[1]}
    for metric in ("revenue", "wmape", "lost_sales", "expedite_cost", "unit_fill_rate"):
        if metric in part.closed:
            continue
        by = "customer" if metric in ORDERS else "product"
        seen = {m.id for m in store.members(by)}
        whole = ask(demo, metric, group_by=[by], **dates)
        forbidden = {total(whole)} | {v for (member,), v in grouped(whole, by).items() if member not in seen}
        told = set(leaves(as_json(ask(store, metric, group_by=[by], **dates))))
        # Whole numbers may coincide.
        assert not told & {value for value in forbidden if value is not None and value % 1}


def as_json(result: ToolResult) -> Any:
    return json.loads(result.model_dump_json(by_alias=True))


@pytest.mark.parametrize("dimension", ["customer", "supplier"])
def test_a_forbidden_and_an_unknown_customer_or_supplier_get_the_same_reply(
    store: PlanStore, demo: PlanStore, dimension: str
) -> None:
    visible = {m.id for m in store.members(dimension)} if dimension in store.dimensions else set()
    forbidden = next((m for m in demo.members(dimension) if m.id not in visible), None)
    names = ["Nobody & Sons", *((forbidden.id, forbidden.name) if forbidden else ())]
    replies = set()
    for name in names:
        chosen = [{"dimension": dimension, "members": [name]}]
        for exclude in (False, True):
            asked = [{**chosen[0], "exclude": exclude}]
            replies.add(ask(store, "otif_rate", filters=asked, **all_time()).model_dump_json())
    assert len(replies) == 1
    assert json.loads(replies.pop())["refusal"]["kind"] == "not_permitted"


class TestNames:
    """Elsewhere a forbidden name is not permitted, an unknown one no data with the nearest visible."""

    def test_the_kinds_of_no_are_not_mixed(self, demo_warehouse: Warehouse) -> None:
        store = demo_warehouse.for_person(person(PARTS["Dairy"].rows))
        forbidden = [{"dimension": "family", "members": ["Snacks"]}]
        refusal(ask(store, "otif_rate", filters=forbidden), "not_permitted")
        misspelt = [{"dimension": "family", "members": ["Diary"]}]
        result = ask(store, "otif_rate", filters=misspelt)
        assert refusal(result, "no_data") == "There is no family 'Diary'. The nearest: Dairy."

    def test_the_nearest_names_are_among_the_visible(self, demo_warehouse: Warehouse) -> None:
        store = demo_warehouse.for_person(person(PARTS["Dairy"].rows))
        result = ask(store, "otif_rate", filters=[{"dimension": "family", "members": ["Snack"]}])
        assert "Snacks" not in refusal(result, "no_data")

    def test_for_somebody_who_sees_all_rows_an_unknown_customer_is_no_data(
        self, demo_warehouse: Warehouse
    ) -> None:
        store = demo_warehouse.for_person(person({}, "cost"))
        result = ask(store, "otif_rate", filters=[{"dimension": "customer", "members": ["Lindqvist Liv"]}])
        assert "Lindqvist Livs" in refusal(result, "no_data")


AT_PRICES = ("revenue", "lost_sales", "standard_margin", "standard_margin_rate", "demand_plan_revenue",
             "projected_cash_flow", "market_share_value", "market_share_vs_plan")  # fmt: skip
AT_COST = ("expedite_cost", "standard_margin", "standard_margin_rate", "inventory_value",
           "inventory_vs_plan", "inventory_vs_target", "days_of_supply", "forward_cover_days",
           "inventory_turns", "manufacturing_cost", "planned_manufacturing_cost", "projected_cash_flow",
           "cash_to_cash_days")  # fmt: skip
OF_PRICES = ("lost_sales", "volume", "price", "mix", "timing", "books", "forecast_error",
             "supply_against_plan")  # fmt: skip
OF_COST = ("forecast_error", "supply_against_plan")
AGAINST_PLAN = ("revenue_vs_plan", "gross_margin_vs_plan", "operating_profit_vs_plan", "cash_flow_vs_plan")
BRIDGE = tuple(metric.id for metric in STANDARD if metric.id.startswith("bridge_"))
"""The terms of the error-to-cash bridge: all of them read the financial book."""

HIDDEN = {
    "price": (*AT_PRICES, *(f"bridge_{term}" for term in OF_PRICES)),
    "cost": (*AT_COST, *(f"bridge_{term}" for term in OF_COST)),
    "finance": (*BOOK, *AGAINST_PLAN, "cash_to_cash_days", *BRIDGE),
    "order_lines.unit_price": ("lost_sales",),
    "demand_history.revenue": ("revenue", "standard_margin"),
    "order_lines.promised_on": ("otif_rate",),
}
WAITING = {metric.id for metric in STANDARD if metric.waits_for}


def whole(result: ToolResult) -> float | None:
    """The value of the whole cut, whatever stands beside it."""
    assert result.refusal is None, result.refusal
    return next(figure.value for figure in result.figures if not figure.group_ids)


class TestHiddenColumns:
    """A metric inherits the scope of every column that it reads."""

    @pytest.mark.parametrize("guard", HIDDEN)
    def test_metrics_that_read_it_are_not_permitted(self, demo_warehouse: Warehouse, guard: str) -> None:
        store = demo_warehouse.for_person(person({}, guard))
        for metric in HIDDEN[guard]:
            refusal(ask(store, metric), "not_permitted")

    @pytest.mark.parametrize("guard", ["price", "cost", "finance"])
    def test_all_others_are_the_same_as_for_everybody(
        self, demo_warehouse: Warehouse, demo: PlanStore, guard: str
    ) -> None:
        store = demo_warehouse.for_person(person({}, guard))
        for metric in {m.id for m in STANDARD} - set(HIDDEN[guard]) - WAITING:
            same({(metric,): whole(ask(store, metric))}, {(metric,): whole(ask(demo, metric))})

    def test_no_other_way_leads_to_a_hidden_price(self, demo_warehouse: Warehouse) -> None:
        store = demo_warehouse.for_person(person({}, "price"))
        refusal(ask(store, "revenue", group_by=["customer"]), "not_permitted")
        refusal(ask(store, "standard_margin", group_by=["customer"]), "not_permitted")
        refusal(run(store, "query_plan", plan="prices"), "not_permitted")

    def test_no_other_way_leads_to_a_hidden_cost(self, demo_warehouse: Warehouse) -> None:
        store = demo_warehouse.for_person(person({}, "cost"))
        refusal(ask(store, "wmape", weight="value"), "not_permitted")
        shown = run(store, "query_plan", plan="promotions").tables[0]
        assert "cost" not in [column.name for column in shown.columns]

    def test_a_hidden_column_is_told_in_words_and_without_a_figure(self, demo_warehouse: Warehouse) -> None:
        store = demo_warehouse.for_person(person({}, "price"))
        said = refusal(ask(store, "lost_sales"), "not_permitted")
        assert said == "Lost sales needs the selling price per unit, which is not among what you may see."


class TestTablesWithoutAMarket:
    def test_a_policy_can_open_them(self, demo_warehouse: Warehouse, demo: PlanStore) -> None:
        opened = frozenset({"inventory", "sites"})
        store = demo_warehouse.for_person(person(PARTS["South"].rows, opened=opened))
        dairy = [{"dimension": "family", "members": ["Dairy"]}]
        assert total(ask(store, "inventory_units", filters=dairy)) == total(
            ask(demo, "inventory_units", filters=dairy)
        )
        refusal(run(store, "query_plan", plan="supply_plan"), "not_permitted")
