"""The Pandera schemas say what tables.py says, and the rules find what a naive loop finds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import ibis
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.loading.meeting_tables import LOADABLE
from connectors.loading.row_rules import rules_of
from connectors.loading.schemas import check_table, schema_of
from connectors.tables import TABLES, Kind


@pytest.fixture(scope="module")
def engine() -> Iterator[ibis.backends.duckdb.Backend]:
    connection = ibis.duckdb.connect()
    yield connection
    connection.disconnect()


ENGINE = {
    Kind.TEXT: "string",
    Kind.INTEGER: "int64",
    Kind.NUMBER: "float64",
    Kind.DATE: "date",
    Kind.PERIOD: "date",
}


@pytest.fixture(scope="module")
def tables(engine: ibis.backends.duckdb.Backend) -> dict[str, ibis.Table]:
    made = {}
    for name, table in LOADABLE.items():
        schema = {column.name: ENGINE[column.kind] for column in table.columns} | {"_row": "int64"}
        made[name] = engine.create_table(f"empty_{name}", schema=ibis.schema(schema), overwrite=True)
    return made


def test_every_table_has_a_schema_with_its_types_nulls_and_rules(tables: dict[str, ibis.Table]) -> None:
    for name, table in LOADABLE.items():
        rules = rules_of(table, tables)
        schema = schema_of(table, rules)
        assert list(schema.columns) == [column.name for column in table.columns]
        for column in table.columns:
            assert schema.columns[column.name].required == column.required
            named = [rule.name for rule in rules if column.name in rule.columns]
            assert (f"{column.name} reference" in named) == (column.references is not None)
            assert (f"{column.name} required" in named) == column.required
            assert (f"{column.name} values" in named) == bool(column.values)
            assert (f"{column.name} minimum" in named) == (column.minimum is not None)
            assert (f"{column.name} maximum" in named) == (column.maximum is not None)
            assert (f"{column.name} first day" in named) == (column.kind is Kind.PERIOD)
        assert ("key" in [rule.name for rule in rules]) == bool(table.key)
        assert len({rule.name for rule in rules}) == len(rules), name


def test_empty_tables_have_no_faults(tables: dict[str, ibis.Table]) -> None:
    for name in ("order_lines", "inventory", "targets"):
        assert check_table(LOADABLE[name], tables, lambda row: "") == []


inventory = st.lists(
    st.tuples(
        st.sampled_from("PQR") | st.none(),
        st.sampled_from("AB"),
        st.integers(1, 3),
        st.integers(-2, 5) | st.none(),
    ),
    min_size=1,
    max_size=15,
)


@settings(max_examples=10, deadline=None)
@given(inventory)
def test_the_faults_are_those_that_a_loop_finds(
    engine: ibis.backends.duckdb.Backend, rows: list[tuple[str | None, str, int, int | None]]
) -> None:
    frame = pd.DataFrame(rows, columns=["product_id", "site_id", "day", "closing_units"]).astype(
        {"closing_units": "float64", "product_id": "object"}
    )
    frame["period"] = [pd.Timestamp(2026, 6, day).date() for day in frame.pop("day")]
    frame["_row"] = range(len(frame))
    rows_table = engine.create_table(
        "inventory",
        ibis.memtable(
            frame,
            schema=ibis.schema(
                {
                    "product_id": "string",
                    "site_id": "string",
                    "closing_units": "float64",
                    "period": "date",
                    "_row": "int64",
                }
            ),
        ),
        overwrite=True,
    )
    tables = {
        "inventory": rows_table,
        "products": ibis.memtable({"product_id": ["P", "Q"]}),
        "sites": ibis.memtable({"site_id": ["A"]}),
    }
    every = check_table(TABLES["inventory"], tables, lambda row: f"row {row}")
    found = {fault.column: fault for fault in every}
    keys = Counter((product, site, day) for product, site, day, _ in rows)
    expected = {
        "product_id, site_id, period": sum(keys.values()) - len(keys),
        "site_id": sum(site == "B" for _, site, _, _ in rows),
        "period": sum(day != 1 for _, _, day, _ in rows),
    }
    negative = sum(units is not None and units < 0 for *_, units in rows)
    unknown = sum(units is None for *_, units in rows)
    orphans = sum(product == "R" for product, *_ in rows)
    nameless = sum(product is None for product, *_ in rows)
    by_problem = Counter({(fault.column, fault.problem): fault.count for fault in every})
    assert by_problem["closing_units", "below 0"] == negative
    assert by_problem["closing_units", "no stock at month end"] == unknown
    assert by_problem["product_id", "not found in products"] == orphans
    assert by_problem["product_id", "no product id"] == nameless
    for column, count in expected.items():
        assert (found[column].count if column in found else 0) == count
        assert column not in found or 1 <= len(found[column].examples) <= 5
