"""Windows worked out by hand, for several calendars."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from assistant.interpreter.interpreter import Interpreter
from assistant.interpreter.moment import Moment
from tests.assistant.interpreter.company import vocabulary
from tests.assistant.interpreter.expectations import period

JUNE = Moment(as_of=date(2026, 6, 30), last_closed_month=date(2026, 6, 1), data_start=date(2022, 7, 1))
MAY = Moment(as_of=date(2026, 5, 31), last_closed_month=date(2026, 5, 1))
MID_JUNE = Moment(as_of=date(2026, 6, 17), last_closed_month=date(2026, 5, 1))
FISCAL = Moment(as_of=date(2026, 5, 31), last_closed_month=date(2026, 5, 1), fiscal_year_start_month=4)
MONTH_FIRST = Moment(as_of=date(2026, 6, 30), last_closed_month=date(2026, 6, 1), day_first=False)


def window(words: str, moment: Moment, metric: str = "OTIF") -> Any:
    reading = Interpreter(vocabulary(), moment, is_narrowed=False).read(f"{metric} {words}")
    assert reading.calls[0].name == "compute_metric", reading
    return reading.calls[0].arguments.get("period")


@pytest.mark.parametrize(
    ("words", "moment", "expected"),
    [
        ("last quarter", JUNE, "2026-04/2026-06"),
        ("last quarter", MAY, "2026-01/2026-03"),
        ("this quarter", MAY, "2026-04/2026-05"),
        ("this quarter", JUNE, "2026-04/2026-06"),
        ("last month", MID_JUNE, "2026-05/2026-05"),
        ("this month", MID_JUNE, "2026-06-01/2026-06-17"),
        ("last 3 months", MID_JUNE, "2026-03/2026-05"),
        ("last 2 quarters", MAY, "2025-10/2026-03"),
        ("last half year", MAY, "2025-12/2026-05"),
        ("last year", MAY, "2025-01/2025-12"),
        ("ytd", MAY, "2026-01/2026-05"),
        ("ytd", MID_JUNE, "2026-01-01/2026-06-17"),
        ("qtd", MAY, "2026-04/2026-05"),
        ("since March", MID_JUNE, "2026-03/2026-05"),
        ("since last quarter", JUNE, "2026-04/2026-06"),
        ("in March", MAY, "2026-03/2026-03"),
        ("in June", MAY, "2025-06/2025-06"),
        ("in June", MID_JUNE, "2026-06/2026-06"),
        ("in December", MAY, "2025-12/2025-12"),
        ("Nov to Feb", MAY, "2025-11/2026-02"),
        ("from November 2024 to February", MAY, "2024-11/2025-02"),
        ("3 months ago", JUNE, "2026-03/2026-03"),
        ("a year ago", JUNE, "2025-01/2025-12"),
        ("yesterday", JUNE, "2026-06-29/2026-06-29"),
        ("last 10 days", JUNE, "2026-06-21/2026-06-30"),
        ("last 2 weeks", JUNE, "2026-06-15/2026-06-28"),
        ("this week", JUNE, "2026-06-29/2026-06-30"),
        ("week 23", JUNE, "2026-06-01/2026-06-07"),
        ("CW 1 2026", JUNE, "2025-12-29/2026-01-04"),
        ("in the second half of 2025", JUNE, "2025-07/2025-12"),
        ("2H25", JUNE, "2025-07/2025-12"),
        ("Q3 '25", JUNE, "2025-07/2025-09"),
        ("03/04/2026", JUNE, "2026-04-03/2026-04-03"),
        ("03/04/2026", MONTH_FIRST, "2026-03-04/2026-03-04"),
        ("25/03/2026", MONTH_FIRST, "2026-03-25/2026-03-25"),
        ("on March 5th, 2026", JUNE, "2026-03-05/2026-03-05"),
        ("on the 5th of March 2026", JUNE, "2026-03-05/2026-03-05"),
        ("from 1 to 15 May 2026", JUNE, "2026-05-01/2026-05-15"),
        ("ever", JUNE, "all"),
        ("over the entire history", JUNE, "all"),
        ("FY27", FISCAL, "2026-04/2027-03"),
        ("FY 2026", FISCAL, "2025-04/2026-03"),
        ("fiscal year 2026", FISCAL, "2025-04/2026-03"),
        ("2025", FISCAL, "2025-01/2025-12"),
        ("last year", FISCAL, "2025-04/2026-03"),
        ("ytd", FISCAL, "2026-04/2026-05"),
        ("last quarter", FISCAL, "2026-01/2026-03"),
        ("P3 FY26", FISCAL, "2025-06/2025-06"),
        ("Q1 FY26", FISCAL, "2025-04/2025-06"),
        ("H2 FY26", FISCAL, "2025-10/2026-03"),
        ("in the first quarter", FISCAL, "2026-04/2026-06"),
    ],
)
def test_words_for_a_period_are_read_by_the_calendar_of_the_data(
    words: str, moment: Moment, expected: str
) -> None:
    assert window(words, moment) == period(expected)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("next quarter", "2026-07/2026-09"),
        ("next 3 months", "2026-06/2026-08"),
        ("next month", "2026-06/2026-06"),
        ("in October", "2026-10/2026-10"),
        ("in March", "2027-03/2027-03"),
        ("in Q4", "2026-10/2026-12"),
        ("this year", "2026-01/2026-12"),
        ("the rest of the year", "2026-06/2026-12"),
        ("next year", "2027-01/2027-12"),
        ("July to September", "2026-07/2026-09"),
        ("next half year", "2026-07/2026-12"),
    ],
)
def test_a_metric_that_looks_ahead_takes_the_next_such_period(words: str, expected: str) -> None:
    assert window(words, MAY, "planned demand") == period(expected)


@pytest.mark.parametrize("words", ["on 30 February 2026", "from June 2026 to March 2026", "2026-13"])
def test_a_day_that_does_not_exist_is_refused_and_not_shifted(words: str) -> None:
    reading = Interpreter(vocabulary(), JUNE, is_narrowed=False).read(f"OTIF {words}")
    assert reading.calls[0].name == "decline"


def test_a_reading_of_a_relative_period_is_said_with_the_day_that_it_counts_from() -> None:
    reading = Interpreter(vocabulary(), JUNE, is_narrowed=False).read("OTIF last quarter")
    assert reading.assumptions == (
        "'last quarter' read as Q2 2026 (April to June), counted from 30 June 2026",
    )


def test_a_period_that_is_named_outright_needs_no_words() -> None:
    reading = Interpreter(vocabulary(), JUNE, is_narrowed=False).read("OTIF in Q2 2026")
    assert reading.assumptions == ()


def test_a_fiscal_quarter_is_said_with_its_months() -> None:
    reading = Interpreter(vocabulary(), FISCAL, is_narrowed=False).read("OTIF Q1 FY26")
    assert "April" in reading.assumptions[0]
    assert "2025" in reading.assumptions[0]


def test_a_quarter_of_a_shifted_year_is_said_even_with_its_year() -> None:
    reading = Interpreter(vocabulary(), FISCAL, is_narrowed=False).read("OTIF Q1 2026")
    assert reading.assumptions == ("'Q1 2026' read as Q1 FY2026 (April to June 2025)",)
