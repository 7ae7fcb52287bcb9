"""Market share: both sides only where the market is known, and the share against its target."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connectors.access import LOCAL_USER, Person, Scope
from connectors.plan_store import PlanStore
from tests.asking import ask, grouped, month, refusal, total, warned
from tests.stores import MakeStore
from tests.tools.metrics.tiny_rows import LISTS, PRODUCTS, Row, actual

JUNE, Q2 = month("2026-06"), {"start": "2026-04-01", "end": "2026-06-30"}
Opened = Callable[..., PlanStore]


def size(family: str, market: str, month_: str, units: float | None, value: float | None) -> Row:
    return {"family": family, "market_id": market, "period": f"{month_}-01", "units": units, "value": value}


def sold(product: str, market: str, month_: str, units: float | None, revenue: float | None) -> Row:
    return actual(product, market, month_, 1.0, shipped_units=units, revenue=revenue)


def target(value: float, dimension: str | None = None, member: str | None = None, month_: str = "") -> Row:
    keys = {"target_id": f"{dimension}{member}{month_}", "metric": "market_share_value"}
    period = f"{month_}-01" if month_ else None
    return {**keys, "dimension": dimension, "member_id": member, "period": period, "value": value}


SIZES = [
    size("Juice", "N1", "2026-06", 100.0, 1000.0),
    size("Juice", "S1", "2026-06", 50.0, 400.0),
    size("Brew", "N1", "2026-06", 200.0, None),
    size("Snacks", "N1", "2026-06", 80.0, 600.0),
]
SOLD = [
    sold("A", "N1", "2026-06", 20.0, 150.0),
    sold("A", "N2", "2026-06", 99.0, 999.0),  # no market figure
    sold("B", "N1", "2026-06", 10.0, 70.0),  # no market value
    sold("A", "N1", "2026-05", 99.0, 999.0),  # no market figure of the month
]


@pytest.fixture
def opened(make_store: MakeStore) -> Opened:
    def make(person: Person = LOCAL_USER, **tables: list[Row]) -> PlanStore:
        usual = {"market_size": SIZES, "demand_history": SOLD}
        return make_store({**LISTS, **usual, **tables}).for_person(person)

    return make


def test_both_sides_count_only_where_the_market_is_known(opened: Opened) -> None:
    store = opened()
    assert total(ask(store, "market_share_value", **JUNE)) == 150 / (1000 + 400 + 600)
    assert total(ask(store, "market_share_units", **JUNE)) == (20 + 10) / (100 + 50 + 200 + 80)
    by_family = ask(store, "market_share_value", group_by=["family"], **JUNE)
    assert grouped(by_family, "family") == {("Juice",): 150 / 1400, ("Snacks",): 0.0}
    by_region = ask(store, "market_share_value", group_by=["region"], **JUNE)
    assert grouped(by_region, "region") == {("North",): 150 / 1600, ("South",): 0.0}
    result = ask(store, "market_share_value", **Q2)
    assert total(result) == 150 / 2000
    assert warned(result, "partial")[0].endswith("nothing for Apr–May 2026.")


def test_a_business_unit_is_that_of_its_families(opened: Opened) -> None:
    result = ask(opened(), "market_share_units", group_by=["business_unit"], **JUNE)
    assert grouped(result, "business_unit") == {("Drinks",): 30 / 350, ("Food",): 0.0}
    torn = [
        *PRODUCTS,
        {"product_id": "D", "product_name": "Dips", "family": "Snacks", "business_unit": "Drinks"},
    ]
    result = ask(opened(products=torn), "market_share_units", group_by=["business_unit"], **JUNE)
    assert grouped(result, "business_unit") == {("Drinks",): 30 / 350, ("(none)",): 0.0}


def test_by_product_or_customer_there_is_no_market(opened: Opened) -> None:
    for dimension in ("product", "customer"):
        said = refusal(ask(opened(), "market_share_value", group_by=[dimension], **JUNE), "no_data")
        assert f"there is no market figure by {dimension}" in said
        assert "family, business unit, market, region" in said


def test_units_are_planning_units(opened: Opened) -> None:
    units = [
        {**row, "unit_of_measure": unit} for row, unit in zip(PRODUCTS, ("case", "keg", "bag"), strict=True)
    ]
    factors = [{**row, "base_units_per_unit": f} for row, f in zip(units, (2.0, 5.0, 1.0), strict=True)]
    assert total(ask(opened(products=factors), "market_share_units", **JUNE)) == (40 + 50) / 430
    one = [{"dimension": "family", "members": ["Juice"]}]
    assert total(ask(opened(products=factors), "market_share_units", filters=one, **JUNE)) == 40 / 150
    assert total(ask(opened(products=units), "market_share_units", filters=one, **JUNE)) == 20 / 150
    said = refusal(ask(opened(products=units), "market_share_units", **JUNE), "no_data")
    assert "different units of measure" in said
    assert total(ask(opened(products=units), "market_share_value", **JUNE)) == 150 / 2000


def test_unknown_sales_are_left_out_and_counted(opened: Opened) -> None:
    result = ask(
        opened(demand_history=[*SOLD, sold("C", "N1", "2026-06", None, None)]), "market_share_value", **JUNE
    )
    assert total(result) == 150 / 2000
    assert warned(result, "rows_left_out") == [
        "1 product-market months of unknown sales are left out of our side."
    ]


class TestAgainstTarget:
    sizes = tuple(
        size("Juice", market, m, 1.0, 1000.0) for market in ("N1", "S1") for m in ("2026-05", "2026-06")
    )
    sold = (
        sold("A", "N1", "2026-05", 1.0, 100.0),
        sold("A", "N1", "2026-06", 1.0, 300.0),
        sold("A", "S1", "2026-06", 1.0, 100.0),
    )
    both = {"start": "2026-05-01", "end": "2026-06-30"}  # noqa: RUF012

    def ask(self, opened: Opened, targets: list[Row], **arguments: Any) -> Any:
        store = opened(market_size=[*self.sizes], demand_history=[*self.sold], targets=targets)
        return ask(store, "market_share_vs_plan", **self.both, **arguments)

    def test_targets_by_month_are_averaged_over_the_window(self, opened: Opened) -> None:
        targets = [
            target(0.10, "market", "N1", "2026-05"),
            target(0.16, "market", "N1", "2026-06"),
            target(0.90, "market", "N1", "2026-07"),
            target(0.02, "market", "S1"),
        ]
        result = self.ask(opened, targets, group_by=["market"])
        assert grouped(result, "market") == pytest.approx({("N1",): 0.2 - 0.13, ("S1",): 0.05 - 0.02})
        assert {figure.unit for figure in result.figures} == {"points"}
        by_month = self.ask(opened, targets, group_by=["market", "month"])
        assert grouped(by_month, "market", "month")[("N1", "2026-06")] == pytest.approx(0.3 - 0.16)

    def test_a_row_without_a_member_holds_for_all(self, opened: Opened) -> None:
        assert total(self.ask(opened, [target(0.10)])) == pytest.approx(500 / 4000 - 0.10)

    def test_where_two_dimensions_meet_the_target_of_one_says_nothing(self, opened: Opened) -> None:
        targets = [target(0.02, "market", "S1"), target(0.05, "family", "Juice")]
        cut = {"group_by": ["family"], "filters": [{"dimension": "market", "members": ["S1"]}]}
        result = self.ask(opened, targets, **cut)
        assert grouped(result, "family") == {("Juice",): None}
        assert total(result) == pytest.approx(0.05 - 0.02)
        for_all = self.ask(opened, [*targets, target(0.04)], **cut)
        assert grouped(for_all, "family") == {("Juice",): pytest.approx(0.01)}

    def test_where_no_target_holds_there_is_no_figure_and_it_says_where_they_are(
        self, opened: Opened
    ) -> None:
        result = self.ask(opened, [target(0.02, "market", "S1")])
        assert total(result) is None
        assert "there is no target of all of this together: targets are set by market" in result.assumptions

    def test_without_any_target_it_says_so(self, opened: Opened) -> None:
        assert "no target for Market share" in refusal(self.ask(opened, [_other()]), "no_data")


def _other() -> Row:
    return {**target(0.9), "metric": "otif_rate"}


def test_a_narrowed_person_sees_the_share_of_their_part(opened: Opened) -> None:
    south = Person("sue@example.com", scope=Scope(rows={"region": frozenset({"South"})}))
    assert total(ask(opened(south), "market_share_value", **JUNE)) == 0.0
    blind = Person("bo@example.com", scope=Scope(hidden=frozenset({"demand_history.revenue"})))
    assert "revenue" in refusal(ask(opened(blind), "market_share_value", **JUNE), "not_permitted")
