"""Shares, running totals, years to date, moving averages and thresholds, against plain SQL."""

from __future__ import annotations

from datetime import date
from itertools import accumulate

import pytest

from connectors.plan_store import PlanStore
from tests.asking import ask, grouped, refusal, total
from tests.oracle.oracle import Oracle
from tests.oracle.question import Question

Q2 = {"start": date(2026, 4, 1), "end": date(2026, 6, 30)}
HALF = {"start": date(2026, 1, 1), "end": date(2026, 6, 30)}


def test_shares_of_members_add_up_to_one(demo: PlanStore, demo_oracle: Oracle) -> None:
    shares = grouped(ask(demo, "revenue", group_by=["family"], transform="share", **Q2), "family")
    values = demo_oracle.answer(Question("revenue", *Q2.values(), by=("family",)))
    whole = sum(value or 0.0 for value in values.values())
    assert shares == {key: pytest.approx((value or 0.0) / whole) for key, value in values.items()}
    assert sum(share or 0.0 for share in shares.values()) == pytest.approx(1)


def test_a_share_by_month_is_of_its_month(demo: PlanStore) -> None:
    shares = grouped(
        ask(demo, "lost_sales", group_by=["region", "month"], transform="share", **Q2), "region", "month"
    )
    for month in ("2026-04", "2026-05", "2026-06"):
        assert sum(v or 0.0 for (_, m), v in shares.items() if m == month) == pytest.approx(1)


def test_the_share_of_a_member_is_of_all_members(demo: PlanStore, demo_oracle: Oracle) -> None:
    values = demo_oracle.answer(Question("revenue", *Q2.values(), by=("family",)))
    family, value = max(values.items(), key=lambda item: item[1] or 0.0)
    result = ask(
        demo, "revenue", filters=[{"dimension": "family", "members": [family[0]]}], transform="share", **Q2
    )
    (figure,) = result.figures
    assert value is not None
    assert figure.value == pytest.approx(value / sum(v or 0.0 for v in values.values()))
    assert (figure.unit, figure.transform) == ("ratio", "share")


def test_a_rate_has_no_share_and_says_why(demo: PlanStore) -> None:
    assert "parts add up" in refusal(
        ask(demo, "otif_rate", group_by=["region"], transform="share"), "no_data"
    )


def test_a_running_total_adds_up_along_the_months(demo: PlanStore, demo_oracle: Oracle) -> None:
    told = grouped(ask(demo, "revenue", group_by=["month"], transform="running_total", **HALF), "month")
    values = demo_oracle.answer(Question("revenue", *HALF.values(), by=("month",)))
    expected = list(accumulate(values[key] or 0.0 for key in sorted(values)))
    assert [told[key] for key in sorted(told)] == pytest.approx(expected)


def test_the_running_total_of_a_rate_is_pooled(demo: PlanStore, demo_oracle: Oracle) -> None:
    told = grouped(ask(demo, "otif_rate", group_by=["month"], transform="running_total", **HALF), "month")
    whole = demo_oracle.answer(Question("otif_rate", *HALF.values()))[()]
    assert told[("2026-06",)] == pytest.approx(whole)


def test_a_year_to_date_starts_with_the_fiscal_year(demo: PlanStore, demo_oracle: Oracle) -> None:
    result = ask(demo, "gross_margin", transform="year_to_date", **Q2)
    assert total(result) == pytest.approx(demo_oracle.answer(Question("gross_margin", *HALF.values()))[()])
    assert result.figures[0].period is not None
    assert result.figures[0].period.start == date(2026, 1, 1)
    by_month = ask(demo, "gross_margin", transform="year_to_date", group_by=["month"], **Q2)
    assert sorted(grouped(by_month, "month")) == [("2026-04",), ("2026-05",), ("2026-06",)]
    april = demo_oracle.answer(Question("gross_margin", date(2026, 1, 1), date(2026, 4, 30)))[()]
    assert grouped(by_month, "month")[("2026-04",)] == pytest.approx(april)


def test_a_year_to_date_is_compared_with_the_same_months_of_last_year(
    demo: PlanStore, demo_oracle: Oracle
) -> None:
    (figure,) = ask(demo, "revenue", transform="year_to_date", compare_with="previous_period", **Q2).figures
    before = demo_oracle.answer(Question("revenue", date(2025, 1, 1), date(2025, 6, 30)))[()]
    assert figure.comparison is not None
    assert figure.comparison.value == pytest.approx(before)


def test_a_moving_average_is_of_three_months(demo: PlanStore, demo_oracle: Oracle) -> None:
    told = grouped(ask(demo, "revenue", group_by=["month"], transform="moving_average", **Q2), "month")
    values = demo_oracle.answer(Question("revenue", date(2026, 2, 1), date(2026, 4, 30)))[()]
    assert values is not None
    assert told[("2026-04",)] == pytest.approx(values / 3)
    rates = grouped(ask(demo, "otif_rate", group_by=["month"], transform="moving_average", **Q2), "month")
    assert rates[("2026-06",)] == pytest.approx(demo_oracle.answer(Question("otif_rate", *Q2.values()))[()])


@pytest.mark.parametrize("transform", ["running_total", "year_to_date"])
def test_stock_is_not_added_up_over_time(demo: PlanStore, transform: str) -> None:
    message = refusal(
        ask(demo, "inventory_units", group_by=["month"], transform=transform, **HALF), "no_data"
    )
    assert "level at the end of a month" in message


def test_a_threshold_keeps_the_groups_that_pass_and_counts_them(demo: PlanStore, demo_oracle: Oracle) -> None:
    values = demo_oracle.answer(Question("otif_rate", *Q2.values(), by=("customer",)))
    limit = sorted(v for v in values.values() if v is not None)[10]
    result = ask(demo, "otif_rate", group_by=["customer"], threshold={"order": "below", "value": limit}, **Q2)
    told = {f.group_ids["customer"] for f in result.figures if f.group_ids}
    assert told == {key[0] for key, value in values.items() if value is not None and value < limit}
    assert result.details is not None
    assert (result.details["passing"], result.details["of"]) == (len(told), len(values))
    assert next(f.value for f in result.figures if f.transform == "count") == len(told)


def test_a_threshold_without_a_cut_says_whether_it_passes(demo: PlanStore) -> None:
    value = total(ask(demo, "otif_rate", **Q2))
    assert value is not None
    for limit, expected in ((value + 0.01, False), (value - 0.01, True), (value, False)):
        result = ask(demo, "otif_rate", threshold={"order": "above", "value": limit}, **Q2)
        assert result.details is not None
        assert result.details["passes"] is expected
