"""The gap between demand and supply ahead, month by month by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.access import LOCAL_USER
from connectors.plan_store import PlanStore
from tests.asking import ask, grouped, label, month, refusal, total, warned
from tests.stores import AS_OF, MakeStore, tiny_warehouse
from tests.tools.metrics.test_capacity import supply
from tests.tools.metrics.tiny_rows import LISTS, PRODUCTS, Row, planned

AHEAD = {"start": date(2026, 7, 1), "end": date(2026, 10, 31)}
MONTHS = ("2026-07", "2026-08", "2026-09", "2026-10")
Opened = Callable[..., PlanStore]


def stock(units: float, product: str = "A", site: str = "w1", month_: str = "2026-06") -> Row:
    return {"product_id": product, "site_id": site, "period": f"{month_}-01", "closing_units": units}


def wanted(units: Sequence[float], product: str = "A", cycle: str = "2026-06") -> list[Row]:
    return [planned(cycle, month_, unit, product) for month_, unit in zip(MONTHS, units, strict=False)]


def supplied(units: Sequence[float], product: str = "A", cycle: str = "2026-06") -> list[Row]:
    return [supply(cycle, month_, unit, product, "w1") for month_, unit in zip(MONTHS, units, strict=False)]


# 10 in stock; July takes 8, August is short by 3, September builds 5, October is short by 2
WANTED, SUPPLIED = wanted((18, 15, 5, 12)), supplied((10, 10, 10, 5))


@pytest.fixture
def opened(make_store: MakeStore) -> Opened:
    def make(as_of: date = AS_OF, **tables: list[Row]) -> PlanStore:
        usual = {"demand_plan": WANTED, "supply_plan": SUPPLIED, "inventory": [stock(4), stock(6, site="w2")]}
        return make_store({**LISTS, **usual, **tables}, as_of=as_of.isoformat()).for_person(LOCAL_USER)

    return make


def test_a_shortfall_is_lost_and_later_supply_builds_stock_again(opened: Opened) -> None:
    result = ask(opened(), "demand_supply_gap", group_by=["month"], **AHEAD)
    assert grouped(result, "month") == dict(zip(((m,) for m in MONTHS), (0.0, 3.0, 0.0, 2.0), strict=True))
    assert total(result) == 5.0


def test_with_a_backlog_it_is_owed_on(opened: Opened) -> None:
    result = ask(opened(), "demand_supply_gap", group_by=["month"], backlog=True, **AHEAD)
    assert grouped(result, "month") == dict(zip(((m,) for m in MONTHS), (0.0, 3.0, 0.0, 5.0), strict=True))


def test_a_window_that_starts_later_still_counts_from_the_stock_at_the_as_of_date(opened: Opened) -> None:
    result = ask(opened(), "demand_supply_gap", start=date(2026, 8, 1), end=date(2026, 10, 31))
    assert total(result) == 5.0
    assert label(ask(opened(), "demand_supply_gap").figures[0]) == "Q3 2026"


def test_purchases_count_and_products_do_not_cover_each_other(opened: Opened) -> None:
    bought = [{**row, "purchase_units": 1.0} for row in SUPPLIED]
    demand, made = [*WANTED, *wanted((5, 0), "B")], [*bought, *supplied((0, 100, 0, 0), "C")]
    store = opened(demand_plan=demand, supply_plan=made)
    result = ask(store, "demand_supply_gap", group_by=["family"], **AHEAD)
    assert grouped(result, "family") == {("Juice",): 1.0, ("Brew",): 5.0}
    by_unit = ask(store, "demand_supply_gap", group_by=["business_unit"], **AHEAD)
    assert grouped(by_unit, "business_unit") == {("Drinks",): 6.0}


def test_it_reads_the_consensus_and_the_approved_plan_of_the_latest_cycle(opened: Opened) -> None:
    other = [planned("2026-06", "2026-07", 1.0, version="statistical")]
    old = wanted((99, 99, 99, 99), cycle="2026-05")
    approved = [{**row, "version": "approved", "production_units": 0.0} for row in SUPPLIED[:1]]
    store = opened(demand_plan=[*WANTED, *old, *other], supply_plan=[*SUPPLIED, *approved])
    assert total(ask(store, "demand_supply_gap", **month("2026-07"))) == 8.0
    statistical = ask(store, "demand_supply_gap", version="statistical", **month("2026-07"))
    assert total(statistical) == 0.0


def test_months_whose_plans_stop_are_missing(opened: Opened) -> None:
    result = ask(opened(supply_plan=SUPPLIED[:2]), "demand_supply_gap", **AHEAD)
    assert total(result) == 3.0
    assert warned(result, "partial")[0].endswith("nothing for Sep–Oct 2026.")


def test_the_past_and_a_stock_that_is_not_loaded_are_refused(opened: Opened) -> None:
    past = refusal(ask(opened(), "demand_supply_gap", **month("2026-05")), "no_data")
    assert past.endswith("is projected for the months after 2026-06-30; May 2026 is not one of them.")
    bare = opened(inventory=[stock(4, month_="2026-05")])
    assert "stock at the end of June 2026, which is not loaded" in refusal(
        ask(bare, "demand_supply_gap", **AHEAD), "no_data"
    )


def test_there_is_none_by_market_or_site(opened: Opened) -> None:
    for dimension in ("region", "site"):
        said = refusal(ask(opened(), "demand_supply_gap", group_by=[dimension], **AHEAD), "no_data")
        assert f"stock and supply serve all markets, so there is no gap by {dimension}" in said


def test_a_month_that_still_runs_is_taken_as_planned(opened: Opened) -> None:
    # on 15 July the last closing is that of June, and July takes 8 of it as planned
    tables = {
        "demand_plan": wanted((18, 15, 5, 12), cycle="2026-07"),
        "supply_plan": supplied((10, 10, 10, 5), cycle="2026-07"),
    }
    store = opened(as_of=date(2026, 7, 15), **tables)
    result = ask(store, "demand_supply_gap")
    assert (total(result), label(result.figures[0])) == (5.0, "Aug–Oct 2026")
    assert "July 2026, which still runs, is taken as planned in full" in result.assumptions


@pytest.mark.slow
def test_unlike_units_are_added_in_planning_units_or_refused(opened: Opened) -> None:
    demand = [*WANTED, *wanted((7, 0), "B")]
    units = [
        {**row, "unit_of_measure": unit} for row, unit in zip(PRODUCTS, ("case", "keg", "bag"), strict=True)
    ]
    said = refusal(ask(opened(products=units, demand_plan=demand), "demand_supply_gap", **AHEAD), "no_data")
    assert "different units of measure" in said
    factors = [
        {**row, "base_units_per_unit": factor} for row, factor in zip(units, (1.0, 50.0, 1.0), strict=True)
    ]
    result = ask(opened(products=factors, demand_plan=demand), "demand_supply_gap", **AHEAD)
    assert total(result) == 5.0 + 7 * 50.0


@pytest.mark.slow
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=4),
    st.integers(0, 12),
    st.booleans(),
)
def test_it_equals_a_loop_over_the_months(flows: list[tuple[int, int]], opening: int, backlog: bool) -> None:
    warehouse = tiny_warehouse(
        {
            **LISTS,
            "demand_plan": wanted([demand for demand, _ in flows]),
            "supply_plan": supplied([made for _, made in flows]),
            "inventory": [stock(opening)],
        }
    )
    store = warehouse.for_person(LOCAL_USER)
    asked = {"group_by": ["month"], "backlog": backlog}
    found = grouped(ask(store, "demand_supply_gap", **asked, **AHEAD), "month")
    warehouse.close()
    left, expected = float(opening), {}
    for name, (demand, made) in zip(MONTHS, flows, strict=False):
        left += made - demand
        expected[(name,)] = max(0.0, -left)
        left = left if backlog else max(0.0, left)
    assert found == expected
