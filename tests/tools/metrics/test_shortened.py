"""What is too long to show is cut, and both the table and a warning say by how much."""

from __future__ import annotations

from datetime import date

import duckdb

from connectors.plan_store import PlanStore
from tests.asking import ask, warned
from tools.metrics.results import MOST_GROUPS

FOUR_YEARS = {"start": date(2022, 7, 1), "end": date(2026, 6, 30)}


def test_groups_beyond_the_most_that_are_shown_are_counted_beside_the_figures(
    demo: PlanStore, demo_sql: duckdb.DuckDBPyConnection
) -> None:
    counted = demo_sql.execute("""
        SELECT count(*) FROM (SELECT DISTINCT product_id, date_trunc('month', promised_on) FROM order_lines
          WHERE promised_on BETWEEN DATE '2022-07-01' AND DATE '2026-06-30'
            AND coalesce(line_kind, 'sale') = 'sale')""").fetchone()
    assert counted is not None
    assert counted[0] > MOST_GROUPS
    result = ask(demo, "backlog_units", group_by=["product", "month"], **FOUR_YEARS)
    assert sum(bool(figure.group_ids) for figure in result.figures) == MOST_GROUPS
    more = counted[0] - MOST_GROUPS
    assert [table.left_out for table in result.tables] == [f"{more:,} more rows; rank or filter to see them"]
    assert warned(result, "rows_left_out") == [
        f"Backlog: the first 2,000 of {counted[0]:,} rows are shown; "
        f"rank or filter to see the other {more:,}."
    ]


def test_what_fits_is_not_warned_of(demo: PlanStore) -> None:
    result = ask(demo, "backlog_units", group_by=["product"], **FOUR_YEARS)
    assert (warned(result, "rows_left_out"), result.tables[0].left_out) == ([], None)
