"""Bridges are exact: their steps sum to the change, on any rows, and are what the definitions say."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.access import LOCAL_USER
from connectors.plan_store import PlanStore
from tests.asking import ask, month, refusal, run, total
from tests.oracle.oracle import Oracle
from tests.oracle.question import Question
from tests.stores import MakeStore, Rows, tiny_warehouse
from tests.tools.metrics.questions import Q2
from tests.tools.metrics.tiny_rows import LISTS, PRODUCTS, Row, actual, line, planned, undelivered
from tools.figures import Figure, ToolResult

JUNE = month("2026-06")
SECOND_QUARTER = {"period": {"start": Q2[0], "end": Q2[1]}}


QUICK = ("revenue", "otif_rate", "forecast_accuracy", "operating_profit")
LONG = ("standard_margin", "gross_margin_rate", "lost_sales", "cancellation_rate", "wmape", "inventory_units")


def explain(store: PlanStore, metric: str, **arguments: Any) -> ToolResult:
    if "start" in arguments:
        arguments["period"] = {name: arguments.pop(name) for name in ("start", "end")}
    return run(store, "explain_change", metric=metric, **arguments)


def details(result: ToolResult) -> dict[str, Any]:
    assert result.refusal is None, result.refusal
    assert result.details is not None
    return result.details


def steps(result: ToolResult, by: str | None = None) -> dict[str, float]:
    """Amounts by step of the first bridge, or of the one by something."""
    bridges = details(result)["bridges"]
    bridge = bridges[0] if by is None else next(b for b in bridges if b["by"] == by)
    return {step["name"]: step["amount"] for step in bridge["steps"]}


def is_exact(result: ToolResult) -> None:
    """Every bridge of the result sums to the change."""
    told = details(result)
    assert told["adds_up"]
    for bridge in told["bridges"]:
        amounts = [step["amount"] for step in bridge["steps"]]
        scale = max(1e-12, *map(abs, (*amounts, told["before"]["value"], told["after"]["value"])))
        assert math.isclose(math.fsum(amounts), told["change"], rel_tol=1e-9, abs_tol=1e-9 * scale)


def sold(product: str, market: str, at: str, units: float | None, revenue: float | None) -> Row:
    return actual(product, market, at, units or 0.0, shipped_units=units, revenue=revenue)


def opened(tables: dict[str, Rows]) -> PlanStore:
    return tiny_warehouse({**LISTS, **tables}).for_person(LOCAL_USER)


SOLD = st.tuples(
    st.sampled_from("ABC"),
    st.sampled_from(["N1", "N2", "S1"]),
    st.sampled_from(["2026-05", "2026-06"]),
    st.one_of(st.none(), st.floats(-50, 1e4)),
    st.one_of(st.none(), st.floats(-50, 1e5)),
)
LINES = st.lists(
    st.tuples(
        st.sampled_from("ABC"),
        st.sampled_from(["N1", "N2", "S1", None]),
        st.sampled_from(["2026-05-10", "2026-06-10"]),
        st.sampled_from([0.0, 4.0, 10.0]),
        st.booleans(),
    ),
    min_size=1,
    max_size=12,
)
FEW = settings(max_examples=6, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.slow
@pytest.mark.timeout(900)
@FEW
@given(st.lists(SOLD, min_size=1, max_size=14, unique_by=lambda row: row[:3]))
def test_bridges_of_revenue_and_units_are_exact_on_any_rows(rows: list[Any]) -> None:
    store = opened({"demand_history": [sold("A", "N1", "2026-04", 1.0, 1.0), *(sold(*row) for row in rows)]})
    for metric in ("revenue", "shipped_units"):
        for by in (None, "family"):
            result = explain(store, metric, by=by, **JUNE)
            if result.refusal is None and details(result)["change"] is not None:
                is_exact(result)


@pytest.mark.slow
@pytest.mark.timeout(900)
@FEW
@given(LINES)
def test_bridges_of_service_are_exact_on_any_lines(lines: list[Any]) -> None:
    rows = [
        line(f"o{n}", product_id=product, market_id=market, customer_id=None, promised_on=day,
             delivered_units=units, delivered_on="2026-07-01" if is_late else day, closed_on="2026-07-01")
        for n, (product, market, day, units, is_late) in enumerate(lines)
    ]  # fmt: skip
    store = opened({"order_lines": [line("first", promised_on="2026-05-01"), *rows]})
    for metric in ("otif_rate", "unit_fill_rate", "lost_sales"):
        result = explain(store, metric, by="region", **JUNE)
        if result.refusal is None and details(result)["change"] is not None:
            is_exact(result)


@pytest.mark.parametrize("metric", [*QUICK, *(pytest.param(m, marks=pytest.mark.slow) for m in LONG)])
def test_bridges_of_the_demo_company_lead_from_what_the_metric_was_to_what_it_is(
    demo: PlanStore, metric: str
) -> None:
    now, before = {"period": {"start": "2026-06-01", "end": "2026-06-30"}}, month("2026-05")
    result = explain(demo, metric, **now)
    is_exact(result)
    told = details(result)
    assert told["after"]["value"] == pytest.approx(total(ask(demo, metric, **now)))
    assert told["before"]["value"] == pytest.approx(total(ask(demo, metric, **before)))


def test_otif_is_split_into_late_short_and_both_as_plain_sql_counts_them(
    demo: PlanStore, demo_oracle: Oracle
) -> None:
    result = explain(demo, "otif_rate", **SECOND_QUARTER)
    before = (Q2[0].replace(month=1), Q2[0].replace(month=3, day=31))

    def shares(window: Any) -> tuple[float, ...]:
        answers = [
            demo_oracle.answer(Question(m, *window))[()]
            for m in ("on_time_rate", "in_full_rate", "otif_rate")
        ]
        on_time, in_full, otif = (value or 0.0 for value in answers)
        return in_full - otif, on_time - otif, 1 - on_time - in_full + otif

    found = steps(result, "late, short or both")
    expected = [old - new for old, new in zip(shares(before), shares(Q2), strict=True)]
    assert list(found) == ["late, in full", "on time, short", "late and short"]
    assert list(found.values()) == pytest.approx(expected)


@pytest.fixture
def sales(make_store: MakeStore) -> PlanStore:
    """Revenue of May: A 100 at 2 in N1; B 100 at 4 in S1. June: A 150 at 2, B 50 at 5, C 10 at 10."""
    history = [
        sold("A", "N1", "2026-05", 100.0, 200.0),
        sold("B", "S1", "2026-05", 100.0, 400.0),
        sold("A", "N1", "2026-06", 150.0, 300.0),
        sold("B", "S1", "2026-06", 50.0, 250.0),
        sold("C", "N2", "2026-06", 10.0, 100.0),
    ]
    return make_store({**LISTS, "demand_history": history}).for_person(LOCAL_USER)


def test_revenue_is_explained_by_volume_mix_and_price(sales: PlanStore) -> None:
    result = explain(sales, "revenue", **JUNE)
    assert steps(result) == pytest.approx({"volume": 30, "mix": -50 - 50 + 70, "price": 50})
    assert any("An item without an earlier price is new" in note for note in result.notes)
    (table,) = [t for t in result.tables if "before and after" in t.title]
    assert [column.name for column in table.columns][3:7] == ["volume", "mix", "price", "change"]


def test_by_a_dimension_each_member_is_a_step_the_largest_first(sales: PlanStore) -> None:
    result = explain(sales, "revenue", by="product", **JUNE)
    assert list(steps(result).items()) == [("Beer", -150), ("Apple juice", 100), ("Crisps", 100)]
    assert details(result)["direction"] == "rose"
    assert result.notes[0] == "Revenue rose from May 2026 to June 2026."


def test_products_whose_units_cannot_be_added_have_volume_and_mix_in_one_step(
    make_store: MakeStore,
) -> None:
    products = [
        {**row, "unit_of_measure": unit} for row, unit in zip(PRODUCTS, ("l", "l", "kg"), strict=True)
    ]
    history = [
        sold("A", "N1", "2026-05", 100.0, 200.0),
        sold("C", "N1", "2026-05", 10.0, 100.0),
        sold("A", "N1", "2026-06", 150.0, 300.0),
        sold("C", "N1", "2026-06", 10.0, 120.0),
    ]
    store = make_store({**LISTS, "products": products, "demand_history": history}).for_person(LOCAL_USER)
    assert steps(explain(store, "revenue", **JUNE)) == pytest.approx({"volume and mix": 100, "price": 20})


def test_the_tail_is_gathered_in_one_step_that_says_how_many(make_store: MakeStore) -> None:
    products = [{**PRODUCTS[0], "product_id": f"p{n}", "product_name": f"P{n}"} for n in range(12)]
    rows = [sold(f"p{n}", "N1", "2026-05", 1.0, None) for n in range(12)]
    rows += [sold(f"p{n}", "N1", "2026-06", 2.0 + n, None) for n in range(12)]
    store = make_store({**LISTS, "products": products, "demand_history": rows}).for_person(LOCAL_USER)
    result = explain(store, "shipped_units", by="product", **JUNE)
    found = steps(result)
    assert list(found)[:2] == ["P11", "P10"]
    assert (len(found), found["others (5)"]) == (8, 1 + 2 + 3 + 4 + 5)
    is_exact(result)


def test_a_rate_is_explained_by_the_rate_of_each_member_and_the_mix(make_store: MakeStore) -> None:
    """North: 1 of 2 lines in full, then 0 of 1. South: 1 of 1, then 2 of 3."""

    def lines(market: str, day: str, *is_good: bool) -> list[Row]:
        made = [line if good else undelivered for good in is_good]
        return [
            make(f"{market}{day}{n}", market_id=market, promised_on=day)
            | ({"delivered_on": day} if make is line else {})
            for n, make in enumerate(made)
        ]

    rows = [
        *lines("N1", "2026-05-10", True, False),
        *lines("S1", "2026-05-10", True),
        *lines("N1", "2026-06-10", False),
        *lines("S1", "2026-06-10", True, True, False),
    ]
    store = make_store({**LISTS, "order_lines": rows}).for_person(LOCAL_USER)
    result = explain(store, "otif_rate", by="region", **JUNE)
    expected = {
        "rate in South": 3 / 4 * (2 / 3 - 1),
        "rate in North": 1 / 4 * (0 - 1 / 2),
        "mix": (1 / 4 - 2 / 3) * (1 / 2 - 2 / 3) + (3 / 4 - 1 / 3) * (1 - 2 / 3),
    }
    assert list(steps(result).items()) == [(name, pytest.approx(amount)) for name, amount in expected.items()]
    assert details(result)["direction"] == "fell"
    effects = {figure.basis["step"]: figure for figure in result.figures if figure.transform == "driver"}
    assert effects["rate in South"].group_ids == {"region": "South"}
    assert (effects["rate in South"].unit, effects["rate in South"].formatted) == ("points", "−25.0 pts")


def test_profit_is_split_by_account_with_its_signs(make_store: MakeStore) -> None:
    amounts = {"2026-05": (100.0, 60.0, 5.0), "2026-06": (120.0, 75.0, 4.0)}
    where = {"business_unit": "Drinks", "region": "North"}
    book = [
        {**where, "period": f"{at}-01", "account": account, "amount": amount}
        for at, values in amounts.items()
        for account, amount in zip(("revenue", "cogs", "operating_expense"), values, strict=True)
    ]
    store = make_store({**LISTS, "financials": book}).for_person(LOCAL_USER)
    result = explain(store, "operating_profit", by="account", **JUNE)
    assert steps(result) == {"revenue": 20, "cogs": -15, "operating expense": 1}


@pytest.mark.slow
def test_days_made_of_several_ratios_are_split_by_each_and_by_member(demo: PlanStore) -> None:
    result = explain(demo, "cash_to_cash_days")
    is_exact(result)
    assert {bridge["by"] for bridge in details(result)["bridges"]} == {"business_unit", "component"}


def test_the_steps_against_a_plan_are_the_gaps_of_the_members(demo: PlanStore) -> None:
    result = explain(demo, "gross_margin", by="business_unit", compare_with="committed", **SECOND_QUARTER)
    is_exact(result)
    gaps = ask(demo, "gross_margin", group_by=["business_unit"], compare_with="committed", **SECOND_QUARTER)
    expected = {
        f.group["business_unit"]: f.comparison.difference for f in gaps.figures if f.group and f.comparison
    }
    assert steps(result) == pytest.approx(expected)
    assert "is below the committed plan" in result.notes[0]


def test_two_versions_of_a_plan_are_bridged(make_store: MakeStore) -> None:
    plan = [
        planned("2026-06", "2026-07", 100.0),
        planned("2026-06", "2026-07", 50.0, product="B"),
        planned("2026-06", "2026-07", 80.0, version="statistical"),
    ]
    history = [actual("A", "N1", "2026-06", 1.0)]
    store = make_store({**LISTS, "demand_history": history, "demand_plan": plan}).for_person(LOCAL_USER)
    july = {"period": {"start": "2026-07-01", "end": "2026-07-31"}}
    asked = {"compare_with": "version", "compare_version": "statistical", "by": "product", **july}
    assert steps(explain(store, "demand_plan_units", **asked)) == {"Beer": 50, "Apple juice": 20}


OFFSET = {"error_level": ["family"], "by": "product", **SECOND_QUARTER}
ORDERS = {"level": "order", "by": "family"}
NOT_ADDING = [
    ("rmse", {"by": "family"}),
    pytest.param("wmape", OFFSET, marks=pytest.mark.slow),
    pytest.param("otif_rate", ORDERS, marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("metric", "asked"), NOT_ADDING)
def test_members_that_do_not_add_up_are_shown_apart_and_said_so(
    demo: PlanStore, metric: str, asked: dict[str, Any]
) -> None:
    result = explain(demo, metric, **asked)
    assert not details(result)["adds_up"]
    assert any("do not add up" in note for note in result.notes)
    member = next(figure for figure in result.figures if figure.group)
    assert member.comparison is not None and member.transform is None


def test_a_metric_that_did_not_move_has_no_direction(sales: PlanStore) -> None:
    asked = {"compare_with": "period", "compare_period": JUNE}
    result = explain(sales, "revenue", by="product", **JUNE, **asked)
    assert (details(result)["direction"], steps(result)) == ("unchanged", {})


def test_a_side_without_anything_loaded_is_no_data_and_one_without_a_value_says_so(
    sales: PlanStore, make_store: MakeStore
) -> None:
    may = month("2026-05")
    assert "nothing is loaded for April 2026" in refusal(explain(sales, "revenue", **may), "no_data")
    history = [sold("A", "N1", "2026-05", None, None), sold("A", "N1", "2026-06", 1.0, 2.0)]
    store = make_store({**LISTS, "demand_history": history}).for_person(LOCAL_USER)
    result = explain(store, "revenue", **JUNE)
    assert (details(result)["direction"], details(result)["bridges"]) == ("unknown", [])
    assert result.notes == ["Revenue has no value for May 2026, so there is no change to explain."]


def test_what_a_change_cannot_be_split_by_is_declined_with_what_it_can(sales: PlanStore) -> None:
    assert "cannot be split by month" in refusal(explain(sales, "revenue", by="month", **JUNE), "no_data")
    message = refusal(explain(sales, "shipped_units", by="supplier", **JUNE), "no_data")
    assert "supplier" in message


def test_what_only_one_member_could_explain_is_not_split_by_it(demo: PlanStore) -> None:
    north = [{"dimension": "region", "members": ["North"]}]
    told = details(explain(demo, "otif_rate", filters=north, **SECOND_QUARTER))
    assert told["by"] != "region" and "region" not in told["alternatives"]
    assert told["leading"][0] == "Dairy"


def test_customers_are_read_from_their_lines_and_still_add_up(demo: PlanStore) -> None:
    result = explain(demo, "revenue", by="customer", **SECOND_QUARTER)
    is_exact(result)
    assert result.sources[0].tables == ["order_lines"]
    north = [{"dimension": "customer", "members": ["0003"]}]
    is_exact(explain(demo, "standard_margin", filters=north, **SECOND_QUARTER))


def test_the_result_holds_both_sides_the_change_and_a_chart(sales: PlanStore) -> None:
    result = explain(sales, "revenue", **JUNE)
    now, before, change = result.figures[:3]
    assert now.comparison is not None
    assert (now.value, before.value, change.value) == (650, 600, 50)
    assert (change.transform, change.formatted) == ("driver", "+€50")
    assert len(result.charts) == 1 and result.suggestions
    assert figures_by_effect(result, "price") == [50]


def figures_by_effect(result: ToolResult, effect: str) -> list[float | None]:
    found: list[Figure] = [f for f in result.figures if f.basis.get("effect") == effect]
    return [figure.value for figure in found]


def test_a_chosen_split_suggests_to_look_into_its_leading_member(demo: PlanStore) -> None:
    first, *others = explain(demo, "otif_rate", **SECOND_QUARTER).suggestions
    assert first == "Why did OTIF fall in Dairy in Q2 2026?"
    assert len(others) == 2 and all(other.startswith("By ") for other in others)


@pytest.mark.parametrize("metric", ["revenue", "otif_rate"])
def test_every_figure_can_be_told_from_the_others(demo: PlanStore, metric: str) -> None:
    """Replay finds a figure again by what it is."""
    told = [
        (str(f.group_ids), str(f.period), f.transform, f.basis.get("step"), f.basis.get("side"))
        for f in explain(demo, metric, compare_with="same_period_last_year").figures
    ]
    assert len(set(told)) == len(told)
