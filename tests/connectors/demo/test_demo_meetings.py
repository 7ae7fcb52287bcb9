"""The meetings and minutes, and that they speak of the stories with the figures of the data."""

from __future__ import annotations

import re
from datetime import date

import pandas as pd
import pytest

from connectors.demo.company import DemoCompany
from connectors.demo.meetings import held_on

from .conftest import Rows

KINDS = ("demand", "supply", "alignment", "executive")


def _body(demo: DemoCompany, meeting: str) -> str:
    documents = demo.meeting_documents
    return str(documents.loc[documents["meeting_id"] == meeting, "body"].item())


def test_there_are_twelve_cycles_of_four_meetings_each_with_minutes(demo: DemoCompany):
    meetings, documents = demo.meetings, demo.meeting_documents
    assert list(meetings.columns) == ["meeting_id", "meeting_kind", "cycle", "held_on", "title"]
    assert list(documents.columns) == ["document_id", "meeting_id", "document_kind", "title", "body"]
    assert meetings["meeting_id"].is_unique
    assert documents["document_id"].is_unique
    assert set(documents["meeting_id"]) == set(meetings["meeting_id"])
    assert set(documents["document_kind"]) == {"minutes"}
    assert meetings.groupby("cycle")["meeting_kind"].agg(tuple).tolist() == [KINDS] * 12
    assert meetings["cycle"].min() == pd.Timestamp("2025-07-01")
    assert meetings["cycle"].max() == pd.Timestamp("2026-06-01")


def test_meetings_are_held_on_working_days_of_their_cycle_in_order_and_before_the_as_of_date(
    demo: DemoCompany,
):
    for _, group in demo.meetings.groupby("cycle"):
        assert group["held_on"].is_monotonic_increasing
        assert (group["held_on"].dt.to_period("M") == group["cycle"].dt.to_period("M")).all()
        assert (group["held_on"].dt.weekday < 5).all()
    assert demo.meetings["held_on"].max() <= pd.Timestamp("2026-06-30")
    assert held_on("executive", date(2026, 6, 1)) == date(2026, 6, 25)


def test_all_minutes_differ_and_hold_the_parts_of_minutes(demo: DemoCompany):
    bodies = demo.meeting_documents["body"]
    assert bodies.is_unique
    for body in bodies:
        assert "{" not in body
        for part in (
            "**Held on:**",
            "**Present:**",
            "## Performance",
            "## Discussion",
            "## Decisions",
            "## Actions",
        ):
            assert part in body
        assert 800 < len(body) < 4_000


def test_no_two_decisions_or_actions_are_worded_the_same(demo: DemoCompany):
    for name in ("actions", "assumptions"):
        texts = [entry["text"] for entry in demo.truth[name]]
        assert len(set(texts)) == len(texts), name
    decisions = [entry["text"] for entry in demo.truth["decisions"]]
    assert len(decisions) >= 60
    # Approvals of a routine plan may repeat.
    assert len(set(decisions)) >= len(decisions) - 6


def test_the_ledger_of_the_truth_is_what_the_minutes_say(demo: DemoCompany):
    for name in ("decisions", "actions", "assumptions"):
        for entry in demo.truth[name]:
            body = _body(demo, entry["meeting_id"])
            assert entry["text"] in body
            assert entry["owner"] in body


def test_every_story_is_spoken_of_in_several_meetings(demo: DemoCompany):
    stories: dict[str, set[str]] = {}
    for entry in demo.truth["decisions"]:
        if "story" in entry:
            stories.setdefault(entry["story"], set()).add(entry["meeting_id"])
    expected = {
        "supplier_failure",
        "sales_bias",
        "promotion_that_beat_its_uplift",
        "phase_out_that_left_stock",
        "plant_over_capacity",
        "market_losing_share",
        "decision_that_worked",
        "decision_that_did_not",
        "touchless",
        "structural_breaks",
    }
    assert set(stories) == expected
    assert expected <= set(demo.truth)
    assert all(len(meetings) >= 2 for story, meetings in stories.items() if story != "structural_breaks")


def test_dues_and_reviews_come_after_the_meeting(demo: DemoCompany):
    for entry in demo.truth["actions"]:
        assert entry["due"] > entry["held_on"]
    for entry in demo.truth["decisions"]:
        assert entry.get("review", "9999") > entry["held_on"]


def test_the_second_source_for_lakeside_has_an_owner_and_is_overdue(demo: DemoCompany):
    found = [entry for entry in demo.truth["actions"] if "second source for Lakeside" in entry["text"]]
    assert [(entry["owner"], entry["due"]) for entry in found] == [("Daniel Achterberg", "2026-06-15")]
    assert "overdue" in _body(demo, "2026-06-executive")


@pytest.mark.parametrize(
    ("meeting", "month"), [("2026-06-alignment", "2026-05-01"), ("2025-12-alignment", "2025-11-01")]
)
def test_otif_and_lost_sales_in_the_minutes_are_those_of_the_data(
    demo: DemoCompany, rows: Rows, meeting: str, month: str
):
    figures = rows(f"""
        select avg(otif::int), sum(lost * unit_price), sum(expedite_cost) from due where month = '{month}'""")
    otif, lost, expedite = figures[0]
    body = _body(demo, meeting)
    assert f"{otif * 100:.1f}%" in body
    assert f"€{lost / 1000:.0f}k" in body
    assert f"€{expedite / 1000:.0f}k" in body


def test_the_executive_minutes_quote_the_financial_book(demo: DemoCompany, rows: Rows):
    revenue = rows("""
        select sum(amount) from financials where account = 'revenue' and period = date '2026-05-01'""")[0][0]
    plan = rows("""
        select sum(amount) from financial_plans where account = 'revenue' and version = 'committed'
        and period = date '2026-05-01' and cycle = date '2026-04-01'""")[0][0]
    body = _body(demo, "2026-06-executive")
    assert f"€{revenue / 1e6:.2f}m" in body
    assert f"€{(plan - revenue) / 1e3:.0f}k below the committed plan" in body


def test_sauces_are_no_longer_overridden_after_the_decision_of_march(rows: Rows):
    changed = dict(
        rows("""
        select s.cycle >= date '2026-04-01', avg((s.units <> b.units)::int)
        from demand_plan s join demand_plan b using (cycle, product_id, market_id, period)
        join products p using (product_id) join markets m using (market_id)
        where s.version = 'sales' and b.version = 'statistical' and p.family = 'Sauces'
          and not (p.product_name = 'Tomato Ketchup' and m.market_name = 'Poland')
          and s.cycle >= date '2025-07-01' group by 1""")
    )
    assert changed[False] > 0.2
    assert changed[True] == 0


def test_minutes_name_the_months_that_they_look_back_on(demo: DemoCompany):
    for meeting, body in zip(
        demo.meeting_documents["meeting_id"], demo.meeting_documents["body"], strict=True
    ):
        cycle = pd.Timestamp(f"{meeting[:7]}-01")
        before = cycle - pd.DateOffset(months=1)
        assert re.search(before.strftime("%B %Y"), body), meeting
