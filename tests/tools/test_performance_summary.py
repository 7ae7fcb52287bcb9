"""The one-page performance summary says what the oracle says, and nothing of the data acts on the page."""

from __future__ import annotations

import duckdb

from connectors.access import LOCAL_USER
from connectors.plan_store import PlanStore
from tests.stores import tiny_warehouse
from tools.meetings.performance_summary import as_html, as_markdown, performance_summary


def test_the_headlines_are_those_of_the_last_closed_month(
    demo: PlanStore, demo_sql: duckdb.DuckDBPyConnection
):
    page = performance_summary(demo)
    assert page.period.label == "June 2026"
    (revenue,) = demo_sql.execute(
        "select sum(revenue) from demand_history where period = date '2026-06-01'"
    ).fetchone() or (0.0,)
    shown = {row.title: row.value for row in page.headlines}
    assert shown["Revenue"] == f"€{revenue / 1e6:.2f}m"


def test_what_has_no_data_is_said_and_not_shown_as_zero(atliq: PlanStore):
    page = performance_summary(atliq)
    assert "Expedite cost" not in {row.title for row in page.headlines}
    assert any("Expedite cost needs" in reason for reason in page.missing)


def test_the_page_holds_one_note_for_each_headline(demo: PlanStore):
    page = performance_summary(demo)
    assert [row.note for row in page.headlines] == list(range(1, len(page.notes) + 1))


def test_names_of_the_data_stay_text_on_the_page():
    evil = "<img src=x onerror=alert(1)> | [click](http://evil.example)"
    line = {
        "order_id": "1",
        "line_number": 1,
        "market_id": "M",
        "product_id": "P",
        "ordered_on": "2026-06-02",
    }
    store = tiny_warehouse(
        {
            "products": [{"product_id": "P", "product_name": "P", "family": "F"}],
            "markets": [{"market_id": "M", "market_name": "M", "region": evil}],
            "order_lines": [
                line
                | {
                    "promised_on": "2026-06-05",
                    "delivered_on": "2026-06-05",
                    "ordered_units": 5.0,
                    "delivered_units": 5.0,
                }
            ],
        }
    ).for_person(LOCAL_USER)
    page = performance_summary(store)
    html = as_html(page)
    assert "<img" not in html and "<a " not in html
    assert evil not in as_markdown(page)
