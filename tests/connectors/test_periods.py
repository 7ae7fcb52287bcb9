"""Calendar arithmetic."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.periods import (
    Grain,
    Period,
    add_months,
    bucket_key,
    bucket_period,
    label_of,
    last_months,
    month_end,
    month_period,
    months_between,
    next_months,
    quarter_of,
    year_of,
)

days = st.dates(date(1990, 1, 1), date(2090, 12, 31))
steps = st.integers(-400, 400)
starts = st.integers(1, 12)


@given(days, steps)
def test_months_added_are_the_months_between(day: date, count: int) -> None:
    moved = add_months(day, count)
    assert (moved.day, months_between(day, moved)) == (1, count)
    assert add_months(moved, -count) == day.replace(day=1)


@given(days)
def test_the_day_after_the_end_of_a_month_is_a_first(day: date) -> None:
    after = month_end(day) + timedelta(days=1)
    assert after.day == 1
    assert month_end(day).month == day.month


@pytest.mark.parametrize(
    ("first", "last", "label"),
    [
        ("2026-06-01", "2026-06-30", "June 2026"),
        ("2026-04-01", "2026-06-30", "Q2 2026"),
        ("2026-05-01", "2026-07-31", "May–Jul 2026"),
        ("2026-01-01", "2026-12-31", "2026"),
        ("2025-07-01", "2026-06-30", "Jul 2025 – Jun 2026"),
        ("2026-06-03", "2026-06-03", "3 June 2026"),
        ("2026-06-03", "2026-06-09", "3 June 2026 – 9 June 2026"),
        ("2026-06-01", "2026-06-29", "1 June 2026 – 29 June 2026"),
    ],
)
def test_labels(first: str, last: str, label: str) -> None:
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    assert label_of(start, end) == Period(start, end).label == label


def test_a_period_does_not_end_before_it_starts() -> None:
    with pytest.raises(ValueError, match="must not end"):
        Period(date(2026, 6, 2), date(2026, 6, 1))


@given(days, st.integers(1, 30))
def test_last_and_next_months_meet(day: date, count: int) -> None:
    before, after = last_months(day, count), next_months(day, count)
    assert before.end + timedelta(days=1) == after.start
    assert before.month_count == after.month_count == count
    assert before.months()[-1] == day.replace(day=1)


@given(days, st.integers(1, 30))
def test_the_previous_period_of_whole_months_ends_the_day_before(day: date, count: int) -> None:
    period = last_months(day, count)
    previous = period.previous()
    assert previous.end + timedelta(days=1) == period.start
    assert previous.month_count == count
    assert period.shifted(-count) == previous


def test_the_previous_week_has_seven_days() -> None:
    week = Period(date(2026, 6, 8), date(2026, 6, 14))
    assert week.previous() == Period(date(2026, 6, 1), date(2026, 6, 7))


def test_a_period_within_a_month_is_shifted_to_a_day_that_exists() -> None:
    leap = Period(date(2024, 2, 20), date(2024, 2, 29))
    assert Period(date(2024, 2, 20), date(2024, 2, 28)).shifted(-12).end == date(2023, 2, 28)
    assert leap.shifted(-12) == Period(date(2023, 2, 20), date(2023, 2, 28))


class TestFiscalYear:
    @pytest.mark.parametrize(
        ("day", "start", "quarter", "year"),
        [
            ("2026-05-15", 1, "Q2 2026", "2026"),
            ("2026-03-31", 4, "Q4 FY2026", "FY2026"),
            ("2026-04-01", 4, "Q1 FY2027", "FY2027"),
            ("2026-12-31", 10, "Q1 FY2027", "FY2027"),
        ],
    )
    def test_quarters_and_years_are_named_by_the_year_in_which_they_end(
        self, day: str, start: int, quarter: str, year: str
    ) -> None:
        asked = date.fromisoformat(day)
        assert quarter_of(asked, start).label == quarter
        assert year_of(asked, start).label == year

    @given(days, starts)
    def test_a_day_lies_in_its_quarter_and_the_quarter_in_its_year(self, day: date, start: int) -> None:
        quarter, year = quarter_of(day, start), year_of(day, start)
        assert quarter.contains(day)
        assert (quarter.month_count, year.month_count, year.start.month) == (3, 12, start)
        assert year.contains(quarter.start)
        assert year.contains(quarter.end)

    @given(days, starts, st.sampled_from(list(Grain)))
    def test_all_days_of_a_bucket_have_its_key_and_the_next_day_another(
        self, day: date, start: int, grain: Grain
    ) -> None:
        bucket, key = bucket_period(day, grain, start), bucket_key(day, grain, start)
        assert bucket_key(bucket.start, grain, start) == bucket_key(bucket.end, grain, start) == key
        assert bucket_key(bucket.end + timedelta(days=1), grain, start) > key

    def test_a_span_that_is_a_fiscal_quarter_or_year_is_named_so(self) -> None:
        spans = [("2026-04-01", "2026-06-30"), ("2025-04-01", "2026-03-31"), ("2026-01-01", "2026-12-31")]
        found = [label_of(date.fromisoformat(first), date.fromisoformat(last), 4) for first, last in spans]
        assert found == ["Q1 FY2027", "FY2026", "Jan–Dec 2026"]

    def test_keys_stand_as_the_contract_writes_them(self) -> None:
        day = date(2026, 4, 30)
        assert [bucket_key(day, grain) for grain in Grain] == ["2026-04", "2026-Q2", "2026"]
        assert [bucket_key(day, grain, 4) for grain in Grain] == ["2026-04", "2027-Q1", "2027"]


def test_a_month_period_is_the_whole_month() -> None:
    assert month_period(date(2024, 2, 15)) == Period(date(2024, 2, 1), date(2024, 2, 29))
