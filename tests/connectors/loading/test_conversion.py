"""Text to numbers and days: what Python's own readers accept and no more; unknown stays unknown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import ibis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.loading.conversion import Sort, Value, Writing, as_day, as_number, as_text, given_value


@pytest.fixture(scope="module")
def engine() -> Iterator[ibis.backends.duckdb.Backend]:
    connection = ibis.duckdb.connect()
    yield connection
    connection.disconnect()


def outcomes(engine: ibis.backends.duckdb.Backend, rows: ibis.Table) -> list[tuple[object, bool]]:
    found = engine.to_pyarrow(rows.order_by("place")).to_pylist()
    return [(row["result"], row["failed"]) for row in found]


def many(values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    """Lists for one query each, which is what an example costs."""
    return st.lists(values, min_size=1, max_size=40)


few = settings(max_examples=10, deadline=None)


def number(engine: ibis.backends.duckdb.Backend, text: str, writing: Writing) -> tuple[object, bool]:
    return numbers(engine, [text], writing)[0]


def numbers(
    engine: ibis.backends.duckdb.Backend, texts: Sequence[str], writing: Writing
) -> list[tuple[object, bool]]:
    """Many texts in one query."""
    rows = ibis.memtable({"place": list(range(len(texts))), "text": list(texts)})
    result, conversion = as_number(given_value(rows.text), writing)
    assert conversion is not None
    return outcomes(engine, rows.select("place", result=result, failed=conversion.failed))


def day(
    engine: ibis.backends.duckdb.Backend, text: str, *formats: str, month: bool = False
) -> tuple[object, bool]:
    return days(engine, [text], *formats, month=month)[0]


def days(
    engine: ibis.backends.duckdb.Backend, texts: Sequence[str], *formats: str, month: bool = False
) -> list[tuple[object, bool]]:
    """Many texts in one query."""
    rows = ibis.memtable({"place": list(range(len(texts))), "text": list(texts)})
    result, conversion = as_day(given_value(rows.text), Writing(), formats, month=month)
    assert conversion is not None
    return outcomes(engine, rows.select("place", result=result, failed=conversion.failed))


@few
@given(many(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**18), 10**18)))
def test_every_number_that_python_writes_is_read_back(
    engine: ibis.backends.duckdb.Backend, values: list[float]
) -> None:
    found = numbers(engine, [repr(value) for value in values], Writing())
    assert found == [(float(value), False) for value in values]


@few
@given(many(st.tuples(st.integers(-(10**12), 10**12), st.integers(0, 99))))
def test_thousands_and_decimal_commas_are_read_back(
    engine: ibis.backends.duckdb.Backend, values: list[tuple[int, int]]
) -> None:
    german = [f"{whole:,}".replace(",", ".") + f",{part:02}" for whole, part in values]
    expected = [(float(f"{whole}.{part:02}"), False) for whole, part in values]
    assert numbers(engine, german, Writing(",", ".")) == expected


@few
@given(
    many(
        st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8)
        | st.from_regex(r"[-+.,eE0-9_ ]{1,8}", fullmatch=True)
    )
)
def test_what_is_read_as_a_number_is_one_by_its_letters(
    engine: ibis.backends.duckdb.Backend, texts: list[str]
) -> None:
    for text, (value, failed) in zip(texts, numbers(engine, texts, Writing()), strict=True):
        bare = text.strip(" \t\n\r\v\f")
        if value is None:
            assert failed == bool(bare)
        else:
            assert re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", bare)
            assert value == float(bare)


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%Y%m%d", "%d-%b-%Y"])
@settings(few, max_examples=3)
@given(values=many(st.dates(date(1900, 1, 1), date(2199, 12, 31))))
def test_every_day_is_read_back_in_its_form(
    engine: ibis.backends.duckdb.Backend, values: list[date], form: str
) -> None:
    found = days(engine, [value.strftime(form) for value in values], form)
    assert found == [(value, False) for value in values]


@pytest.mark.parametrize(
    "text",
    [
        "2025-02-30",
        "2025-13-01",
        "2025-00-10",
        "25-01-01",
        "2025-1-1",
        "2025/01/01",
        "20250101",
        "2025-02",
        "1899-12-31",
        "2200-01-01",
        "9999-12-31",
        "0001-01-01",
        "infinity",
        "-infinity",
        "epoch",
        "today",
        "2025-01-01 25",
        "2025-01-01x",
        "2025-01-01 10:00 Uhr",
        "45123",
    ],
)
def test_what_is_no_day_is_a_fault(engine: ibis.backends.duckdb.Backend, text: str) -> None:
    assert day(engine, text) == (None, True)


def test_a_month_will_do_where_months_are_asked_for(engine: ibis.backends.duckdb.Backend) -> None:
    assert day(engine, "2026-04", month=True) == (date(2026, 4, 1), False)
    assert day(engine, "2026-13", month=True) == (None, True)
    assert day(engine, "2026-04") == (None, True)


def test_unknown_is_no_fault(engine: ibis.backends.duckdb.Backend) -> None:
    assert number(engine, "  ", Writing()) == (None, False)
    assert day(engine, "") == (None, False)


@pytest.mark.parametrize(
    ("value", "text"),
    [(7.0, "7"), (7.5, "7.5"), (-0.0, "0"), (1e15, "1000000000000000"), (123456789012.0, "123456789012")],
)
def test_whole_numbers_are_written_without_a_point(
    engine: ibis.backends.duckdb.Backend, value: float, text: str
) -> None:
    expr = as_text(Value(ibis.literal(value, "float64"), Sort.NUMBER))
    assert engine.to_pyarrow(expr).as_py() == text
