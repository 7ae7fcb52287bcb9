"""The plan store opened: what it says of itself, its months and snapshots, and faults of the world."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from connectors.errors import MissingTable, SourceUnavailable
from connectors.warehouse import UNVERSIONED, Snapshot, Warehouse
from tests.stores import MakeStore
from tests.tools.metrics.tiny_rows import LISTS, actual, line, planned


class TestAsOf:
    """The as-of date: the end of the last complete month of demand, unless it is set."""

    @pytest.mark.parametrize(
        ("last_order", "as_of", "partial_from"),
        [
            ("2026-06-30", date(2026, 6, 30), None),
            ("2026-06-28", date(2026, 6, 30), None),
            ("2026-06-27", date(2026, 5, 31), date(2026, 6, 1)),
            ("2026-07-01", date(2026, 6, 30), date(2026, 7, 1)),
            ("2026-02-26", date(2026, 2, 28), None),
            ("2026-02-25", date(2026, 1, 31), date(2026, 2, 1)),
        ],
    )
    def test_a_month_that_stops_before_its_last_three_days_is_partial(
        self, make_store: MakeStore, last_order: str, as_of: date, partial_from: date | None
    ) -> None:
        info = make_store({"order_lines": [line("o1", ordered_on=last_order)]}, as_of="").info
        assert (info.as_of, info.partial_from) == (as_of, partial_from)

    def test_without_orders_the_demand_by_month_counts(self, make_store: MakeStore) -> None:
        info = make_store({"demand_history": [actual("A", "N1", "2026-03", 1.0)]}, as_of="").info
        assert (info.as_of, info.partial_from) == (date(2026, 3, 31), None)

    def test_a_setting_wins(self, make_store: MakeStore) -> None:
        lines = [line("o1", ordered_on="2026-06-30")]
        assert make_store({"order_lines": lines}, as_of="2026-04-30").info.as_of == date(2026, 4, 30)

    @pytest.mark.parametrize(
        ("through", "as_of"),
        [
            ("2026-05-31", date(2026, 5, 31)),
            ("2026-05-29", date(2026, 5, 31)),
            ("2026-05-15", date(2026, 4, 30)),
        ],
    )
    def test_months_after_what_is_complete_are_partial(
        self, make_store: MakeStore, through: str, as_of: date
    ) -> None:
        lines = [line("o1", ordered_on="2026-07-20")]
        info = make_store({"order_lines": lines}, as_of="", complete_through=through).info
        assert info.as_of == as_of
        assert info.partial_from == date.fromordinal(as_of.toordinal() + 1)

    def test_without_any_demand_it_says_what_to_do(self, make_store: MakeStore) -> None:
        with pytest.raises(MissingTable, match="Set CONCORD_AS_OF, or load one of the two"):
            _ = make_store({"products": LISTS["products"]}, as_of="").info


def test_a_store_that_no_load_published_has_no_version(make_store: MakeStore) -> None:
    info = make_store({"order_lines": [line("o1")]}).info
    assert (info.data_version, info.published, info.company, info.currency) == (
        UNVERSIONED,
        False,
        "Tiny",
        "EUR",
    )


def test_the_demo_store_says_what_it_is(demo_warehouse: Warehouse) -> None:
    info = demo_warehouse.info
    assert (info.as_of, info.partial_from, info.currency) == (date(2026, 6, 30), date(2026, 7, 1), "EUR")
    assert info.published
    assert info.data_version.startswith("2026-07-10T06:00:00Z#")


def test_an_absent_table_is_told_in_peoples_words(make_store: MakeStore) -> None:
    warehouse = make_store({"products": LISTS["products"]})
    said = r"This needs which machines make which products \(`routings`\), which the loaded data do not have"
    with pytest.raises(MissingTable, match=said):
        warehouse.table("routings")


def test_tables_that_are_not_canonical_are_not_seen(make_store: MakeStore) -> None:
    warehouse = make_store({"products": LISTS["products"]})
    warehouse._backend.con.execute("CREATE TABLE secrets (x INTEGER)")
    assert set(warehouse.columns) == {"products"}


def test_months_are_those_in_which_there_is_any_row(make_store: MakeStore) -> None:
    lines = [line("o1", promised_on=day) for day in ("2026-06-30", "2026-04-01", None, "2026-06-01")]
    warehouse = make_store({"order_lines": lines})
    assert warehouse.months_loaded("order_lines", "promised_on") == (date(2026, 4, 1), date(2026, 6, 1))


def test_snapshots_are_the_months_of_each_version_and_cycle(make_store: MakeStore) -> None:
    plan = [
        planned("2026-05", "2026-06", 1.0),
        planned("2026-05", "2026-06", 2.0, product="B"),
        planned("2026-05", "2026-07", 3.0, version="sales"),
    ]
    assert make_store({"demand_plan": plan}).snapshots("demand_plan") == (
        Snapshot("consensus", date(2026, 5, 1), date(2026, 6, 1)),
        Snapshot("sales", date(2026, 5, 1), date(2026, 7, 1)),
    )


class TestMarketOfALine:
    """An order line without a market belongs to its customer's."""

    def test_where_no_load_has_resolved_it(self, make_store: MakeStore) -> None:
        lines = [
            line("own", market_id="S1"),
            line("customer's", market_id=None),
            line("nobody's", market_id=None, customer_id=None),
        ]
        warehouse = make_store({**LISTS, "order_lines": lines})
        found = {row["order_id"]: row["market_id"] for row in warehouse.rows(warehouse.table("order_lines"))}
        assert found == {"own": "S1", "customer's": "N1", "nobody's": None}

    def test_where_the_lines_have_no_market_at_all(self, make_store: MakeStore) -> None:
        lines = [{k: v for k, v in line("o1", customer_id="c3").items() if k != "market_id"}]
        warehouse = make_store({**LISTS, "order_lines": lines})
        assert [row["market_id"] for row in warehouse.rows(warehouse.table("order_lines"))] == ["S1"]


class TestFaultsOfTheWorld:
    def test_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(SourceUnavailable, match="concord demo"):
            Warehouse.open(str(tmp_path / "none.duckdb"))

    def test_a_file_that_is_no_store(self, tmp_path: Path) -> None:
        path = tmp_path / "text.duckdb"
        path.write_text("not a database")
        with pytest.raises(SourceUnavailable, match="cannot be opened as a plan store"):
            Warehouse.open(str(path))

    def test_a_server_that_does_not_answer_is_told_without_the_password(self) -> None:
        with pytest.raises(SourceUnavailable, match=r"127\.0\.0\.1:1/plans cannot be reached") as caught:
            Warehouse.open("postgresql://ana:geheim@127.0.0.1:1/plans")
        assert "geheim" not in str(caught.value)

    def test_an_engine_that_does_not_exist(self) -> None:
        with pytest.raises(SourceUnavailable, match="cannot be reached") as caught:
            Warehouse.open("abacus://ana:geheim@here/plans")
        assert "geheim" not in str(caught.value)


def test_a_store_is_opened_read_only(demo_warehouse: Warehouse) -> None:
    import duckdb

    with pytest.raises(duckdb.InvalidInputException, match="read-only"):
        demo_warehouse._backend.con.execute("CREATE TABLE more (x INTEGER)")
