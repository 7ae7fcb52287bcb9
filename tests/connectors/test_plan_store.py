"""The plan store as one person may see it: tables, columns, members, months."""

from __future__ import annotations

from datetime import date

import pytest

from connectors.access import LOCAL_USER, Person, Scope
from connectors.errors import MissingTable, NotPermitted
from connectors.plan_store import PlanStore
from tests.stores import MakeStore
from tests.tools.metrics.tiny_rows import LISTS, actual, line

NORTH = Person("n@example.com", scope=Scope({"region": frozenset({"North"})}))
NO_PRICES = Person("p@example.com", scope=Scope(hidden=frozenset({"price"})))


@pytest.fixture
def everyone(make_store: MakeStore) -> PlanStore:
    return make_store({**LISTS, "order_lines": [line("o1"), line("o2", market_id="S1")]}).for_person(
        LOCAL_USER
    )


@pytest.fixture
def north(make_store: MakeStore) -> PlanStore:
    return make_store({**LISTS, "order_lines": [line("o1"), line("o2", market_id="S1")]}).for_person(NORTH)


class TestColumns:
    def test_an_absent_column_is_told_in_peoples_words(self, everyone: PlanStore) -> None:
        with pytest.raises(MissingTable, match=r"the standard cost \(`standard_cost` of `products`\)"):
            everyone.require("products", "standard_cost")

    def test_a_hidden_column_is_not_there_and_is_told_as_not_permitted(self, make_store: MakeStore) -> None:
        store = make_store({"order_lines": [line("o1")]}).for_person(NO_PRICES)
        assert "unit_price" not in store.table("order_lines").columns
        assert "unit_price" not in store.rows(store.table("order_lines"))[0]
        with pytest.raises(NotPermitted, match="which is not among what you may see"):
            store.require("order_lines", "unit_price")

    def test_a_column_both_hidden_and_absent_is_not_permitted(self, make_store: MakeStore) -> None:
        lines = [{k: v for k, v in line("o1").items() if k != "unit_price"}]
        with pytest.raises(NotPermitted):
            make_store({"order_lines": lines}).for_person(NO_PRICES).require("order_lines", "unit_price")

    def test_has_means_there_and_permitted(self, north: PlanStore) -> None:
        assert north.has("order_lines", "promised_on")
        assert not north.has("products", "standard_cost")
        assert not north.has("inventory")
        assert not north.has("sites")


class TestMembers:
    def test_they_are_ordered_by_name_with_what_tells_them_apart(self, everyone: PlanStore) -> None:
        found = [(member.name, member.id, member.hint) for member in everyone.members("customer")]
        assert found == [("Corner", "c1", "Norland"), ("Corner", "c3", "Sudland"), ("Depot", "c2", "Nester")]

    def test_an_attribute_has_its_value_as_id_and_name(self, everyone: PlanStore) -> None:
        assert [(m.id, m.name) for m in everyone.members("region")] == [
            ("North", "North"),
            ("South", "South"),
        ]

    def test_they_are_narrowed(self, north: PlanStore) -> None:
        assert [member.id for member in north.members("customer")] == ["c1", "c2"]
        assert [member.id for member in north.members("region")] == ["North"]

    def test_a_closed_list_is_no_dimension(self, north: PlanStore) -> None:
        assert "site" not in north.dimensions
        assert {"product", "family", "market", "region", "customer"} <= north.dimensions.keys()

    def test_the_store_knows_what_it_keeps_back(self, north: PlanStore, everyone: PlanStore) -> None:
        assert north.keeps_back("market", "sudland")
        assert north.keeps_back("region", "South")
        assert not north.keeps_back("market", "Norland x")
        assert not everyone.keeps_back("market", "Sudland")


class TestMonths:
    history = tuple(actual("A", "N1", f"2026-{n:02d}", 1.0) for n in (4, 5, 6, 7))

    def test_the_last_closed_month_is_the_last_complete_one(self, make_store: MakeStore) -> None:
        warehouse = make_store({"demand_history": list(self.history)})
        for as_of, month in (
            (None, 6),
            (date(2026, 6, 30), 6),
            (date(2026, 6, 29), 5),
            (date(2026, 6, 1), 5),
        ):
            assert warehouse.for_person(LOCAL_USER, as_of).last_closed_month == date(2026, month, 1)

    def test_a_partial_month_is_never_the_last_closed_one(self, make_store: MakeStore) -> None:
        lines = [line("o1", ordered_on="2026-06-10")]
        store = make_store({"order_lines": lines}, partial_from="2026-06-01").for_person(LOCAL_USER)
        assert (store.as_of, store.last_closed_month) == (date(2026, 6, 30), date(2026, 5, 1))

    def test_a_span_of_months_reaches_to_the_end_of_the_last(self, make_store: MakeStore) -> None:
        store = make_store({"demand_history": list(self.history)}).for_person(LOCAL_USER)
        span = store.time_span("demand_history", "period")
        assert span is not None
        assert (span.start, span.end) == (date(2026, 4, 1), date(2026, 7, 31))

    def test_an_empty_table_has_no_span(self, make_store: MakeStore) -> None:
        store = make_store({"demand_history": []}).for_person(LOCAL_USER)
        assert store.time_span("demand_history", "period") is None

    def test_months_of_a_closed_table_are_not_told(self, make_store: MakeStore) -> None:
        stock = [{"product_id": "A", "site_id": "w1", "period": "2026-06-01", "closing_units": 1.0}]
        store = make_store({**LISTS, "inventory": stock}).for_person(NORTH)
        with pytest.raises(NotPermitted):
            store.months_loaded("inventory", "period")
