"""Stock is a closing: over several months that of the last one."""

from __future__ import annotations

import pytest

from connectors.access import LOCAL_USER
from connectors.plan_store import PlanStore
from tests.asking import ask, grouped, label, month, refusal, total, warned
from tests.stores import MakeStore
from tests.tools.metrics.tiny_rows import LISTS, Row


def stock(product: str, site: str, month_: str, units: float) -> Row:
    return {"product_id": product, "site_id": site, "period": f"{month_}-01", "closing_units": units}


@pytest.fixture
def store(make_store: MakeStore) -> PlanStore:
    rows = [
        stock("A", "w1", "2026-03", 10.0),
        stock("A", "w1", "2026-04", 20.0),
        stock("B", "w2", "2026-04", 7.0),
        stock("A", "w1", "2026-05", 30.0),
        stock("A", "w2", "2026-05", 5.0),
    ]
    return make_store({**LISTS, "inventory": rows}).for_person(LOCAL_USER)


def test_without_a_period_it_is_the_latest_closing(store: PlanStore) -> None:
    result = ask(store, "inventory_units")
    assert (total(result), label(result.figures[0])) == (35.0, "May 2026")


def test_over_several_months_it_is_that_of_the_last_one(store: PlanStore) -> None:
    asked = {"start": "2026-03-01", "end": "2026-04-30"}
    assert total(ask(store, "inventory_units", **asked)) == 27.0
    by_site = ask(store, "inventory_units", group_by=["site"], **asked)
    assert grouped(by_site, "site") == {("w1",): 20.0, ("w2",): 7.0}
    by_month = ask(store, "inventory_units", group_by=["month"], start="2026-03-01", end="2026-05-31")
    assert grouped(by_month, "month") == {("2026-03",): 10.0, ("2026-04",): 27.0, ("2026-05",): 35.0}
    assert total(by_month) == 35.0


def test_a_quarter_closes_with_its_last_month(store: PlanStore) -> None:
    result = ask(store, "inventory_units", group_by=["quarter"], start="2026-01-01", end="2026-05-31")
    assert grouped(result, "quarter") == {("2026-Q1",): 10.0, ("2026-Q2",): 35.0}


def test_a_product_without_a_row_at_the_closing_has_no_stock_left(store: PlanStore) -> None:
    asked = {"start": "2026-04-01", "end": "2026-05-31"}
    result = ask(store, "inventory_units", group_by=["product"], **asked)
    assert grouped(result, "product") == {("A",): 35.0}
    beer = [{"dimension": "product", "members": ["B"]}]
    alone = ask(store, "inventory_units", filters=beer, **asked)
    assert total(alone) is None
    assert alone.figures[0].reason == "there are no rows in this cut"


def test_a_window_whose_last_month_is_not_loaded_shows_the_last_that_is_and_says_so(store: PlanStore) -> None:
    result = ask(store, "inventory_units", start="2026-04-01", end="2026-06-30")
    assert total(result) == 35.0
    assert warned(result, "partial") == ["Q2 2026 is only partly loaded: nothing for June 2026."]
    assert "nothing is loaded for June 2026" in refusal(
        ask(store, "inventory_units", **month("2026-06")), "no_data"
    )


def test_stock_by_region_reads_the_region_of_the_site_and_says_so(store: PlanStore) -> None:
    for dimension in ("region", "site_region"):
        result = ask(store, "inventory_units", group_by=[dimension])
        assert grouped(result, "site_region") == {("North",): 30.0, ("South",): 5.0}
    by_region = ask(store, "inventory_units", group_by=["region"])
    assert "by region reads the region of the sites (site region)" in by_region.assumptions
    south = [{"dimension": "region", "members": ["South"]}]
    assert total(ask(store, "inventory_units", filters=south)) == 5.0


def test_what_belongs_to_markets_keeps_their_regions(store: PlanStore) -> None:
    said = refusal(ask(store, "inventory_units", group_by=["market"]), "no_data")
    assert "It can be cut by product, family" in said
