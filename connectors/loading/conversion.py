"""From what a source holds to what a canonical column holds: text, numbers, days.

Every conversion keeps what was given beside the result. Where something was given and nothing came out,
the load has a fault; where nothing was given, the value is unknown and stays null.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import ibis
import ibis.expr.datatypes as dt

from connectors.errors import DataError

if TYPE_CHECKING:
    import ibis.expr.types as ir

FIRST_YEAR, LAST_YEAR = 1900, 2199
_LARGEST_INTEGER = 2.0**53
_EXPONENT = r"([eE][+-]?[0-9]{1,4})?"
_ISO_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?(Z|[+-][0-9:]{2,5})?)?$"
_ISO_MONTH = r"^[0-9]{4}-[0-9]{2}$"


class Sort(StrEnum):
    """What a value is while a mapping is worked out."""

    TEXT = "text"
    NUMBER = "number"
    DAY = "day"
    TRUTH = "yes or no"


@dataclass(frozen=True)
class Value:
    """A column expression and what it holds."""

    expr: ir.Value
    sort: Sort


@dataclass(frozen=True)
class Conversion:
    """One place where a given value may fail to convert.

    Attributes:
        given: What the source held, null where it held nothing.
        failed: True where something was given and no value came out.
        problem: What to tell about such a value.
    """

    given: ir.Value
    failed: ir.BooleanValue
    problem: str


@dataclass(frozen=True)
class Writing:
    """How a source writes its values.

    Attributes:
        decimal: Decimal sign.
        thousands: Thousands separator, or "" for none.
        null_values: Texts that mean "unknown", besides the empty text.
        iso_days_too: Days may stand in ISO form whatever format is given (true day cells of a workbook).
    """

    decimal: str = "."
    thousands: str = ""
    null_values: tuple[str, ...] = ()
    iso_days_too: bool = False


class UnusableColumn(DataError):
    """A source column of a type that no canonical column can take."""


# The engine's own functions, reached by name; the bodies are never run.
@ibis.udf.scalar.builtin(name="try_strptime")  # type: ignore[untyped-decorator]
def _try_strptime(text: str, pattern: str) -> dt.Timestamp():  # type: ignore[valid-type]
    ...


def given_value(column: ir.Value, null_values: Iterable[str] = ()) -> Value:
    """The value of a source column: outer blanks trimmed from text, empty and null texts made null.

    Raises:
        UnusableColumn: The column is of a type (a list, a binary) that no canonical column takes.
    """
    value = _of_type(column)
    if value.sort is Sort.TEXT:
        return Value(cleaned(value.expr, null_values), Sort.TEXT)
    nulls = list(null_values)
    if not nulls:
        return value
    known = ~as_text(value).isin(nulls)
    return Value(known.ifelse(value.expr, ibis.null(value.expr.type())), value.sort)


def _of_type(column: ir.Value) -> Value:
    kind = column.type()
    if kind.is_string():
        return Value(column, Sort.TEXT)
    if kind.is_boolean():
        return Value(column, Sort.TRUTH)
    if kind.is_floating():
        # Frames and Parquet files write a missing number as NaN.
        return Value(column.isnan().ifelse(ibis.null("float64"), column.cast("float64")), Sort.NUMBER)
    if kind.is_integer() or kind.is_decimal():
        return Value(column, Sort.NUMBER)
    if kind.is_date() or kind.is_timestamp():
        return Value(column.cast("date"), Sort.DAY)
    if kind.is_null():
        return Value(column.cast("string"), Sort.TEXT)
    if kind.is_uuid():
        return Value(column.cast("string"), Sort.TEXT)
    raise UnusableColumn(
        f"it holds values of the type {kind}; text, numbers, days and yes/no can be read. "
        "Turn it into one of these in the source."
    )


def cleaned(text: ir.StringValue, null_values: Iterable[str] = ()) -> ir.StringValue:
    """Text without outer blanks, null where empty or one of the null texts."""
    trimmed = text.strip().nullif("")
    nulls = [value.strip() for value in null_values if value.strip()]
    return trimmed.isin(nulls).ifelse(ibis.null("string"), trimmed) if nulls else trimmed


def as_text(value: Value) -> ir.StringValue:
    """Any value as text; whole numbers without a decimal point, days in ISO form."""
    expr = value.expr
    if value.sort is Sort.NUMBER and not expr.type().is_integer():
        number = expr.cast("float64")
        whole = _is_whole(number)
        return whole.ifelse(number.try_cast("int64").cast("string"), expr.cast("string"))
    return expr if value.sort is Sort.TEXT else expr.cast("string")


def as_number(value: Value, writing: Writing) -> tuple[ir.FloatingValue, Conversion | None]:
    """A number, and where it may fail: text that is no number, or one that is not finite."""
    if value.sort is Sort.NUMBER:
        return _finite_number(value)
    if value.sort is not Sort.TEXT:
        text = as_text(value)
        failed = text.notnull()
        return ibis.null("float64"), Conversion(text, failed, f"a number is needed, not a {value.sort}")
    text = value.expr
    plain = text
    if writing.thousands:
        plain = plain.replace(writing.thousands, "")
    if writing.decimal != ".":
        plain = plain.replace(writing.decimal, ".")
    number = text.re_search(_number_pattern(writing)).ifelse(plain, ibis.null("string")).try_cast("float64")
    result = number.isinf().ifelse(ibis.null("float64"), number)
    return result, Conversion(text, text.notnull() & result.isnull(), _number_problem(writing))


def as_integer(value: Value, writing: Writing) -> tuple[ir.IntegerValue, Conversion | None]:
    """A whole number up to 2^53, and where it may fail."""
    number, conversion = as_number(value, writing)
    result = _is_whole(number).ifelse(number, ibis.null("float64")).try_cast("int64")
    given = conversion.given if conversion else as_text(value)
    return result, Conversion(given, given.notnull() & result.isnull(), "not a whole number")


def as_day(
    value: Value, writing: Writing, formats: tuple[str, ...] = (), *, month: bool = False
) -> tuple[ir.DateValue, Conversion | None]:
    """A day, and where it may fail.

    Args:
        value: What was given.
        writing: How the source writes values.
        formats: Forms that the day may be written in (strptime codes); ISO where empty. A value that two of
            them read as two different days fails.
        month: Whether `2026-04` also stands, for its first day.
    """
    if value.sort is Sort.DAY:
        result = _plausible(value.expr)
        given = as_text(value)
        return result, Conversion(given, given.notnull() & result.isnull(), _day_problem((), month))
    if value.sort is Sort.NUMBER and formats:
        value = Value(as_text(value), Sort.TEXT)  # 20260430 as a number
    if value.sort is not Sort.TEXT:
        text = as_text(value)
        problem = f"a day is needed, not a {value.sort}; give `format` if days are written as numbers"
        return ibis.null("date"), Conversion(text, text.notnull(), problem)
    text = value.expr
    readings = [_try_strptime(text, form).cast("date") for form in formats]
    if not formats or writing.iso_days_too:
        readings.append(_iso_day(text, month))
    result = _plausible(_agreed(readings))
    return result, Conversion(text, text.notnull() & result.isnull(), _day_problem(formats, month))


def _is_whole(number: ir.FloatingValue) -> ir.BooleanValue:
    # Not by floor(): Ibis makes an integer of it, which fails on large numbers.
    return (number.abs() < _LARGEST_INTEGER) & (number % 1.0 == 0)


def _finite_number(value: Value) -> tuple[ir.FloatingValue, Conversion | None]:
    number = value.expr.cast("float64")
    if value.expr.type().is_integer():
        return number, None
    result = (number.isinf() | number.isnan()).ifelse(ibis.null("float64"), number)
    failed = number.notnull() & result.isnull()
    return result, Conversion(number.cast("string"), failed, "not a finite number")


def _number_pattern(writing: Writing) -> str:
    point = re.escape(writing.decimal)
    plain = rf"([0-9]+({point}[0-9]*)?|{point}[0-9]+){_EXPONENT}"
    if not writing.thousands:
        return rf"^[+-]?{plain}$"
    grouped = rf"[0-9]{{1,3}}({re.escape(writing.thousands)}[0-9]{{3}})+({point}[0-9]*)?"
    return rf"^[+-]?({plain}|{grouped})$"


def _number_problem(writing: Writing) -> str:
    separators = f"decimal sign {writing.decimal!r}"
    if writing.thousands:
        separators += f", thousands separator {writing.thousands!r}"
        return f"not a finite number ({separators})"
    return (
        f"not a finite number ({separators}; set `decimal`, `thousands` or `null_values` if it should be one)"
    )


def _iso_day(text: ir.StringValue, month: bool) -> ir.DateValue:
    day = text.re_search(_ISO_DAY).ifelse(text.substr(0, 10), ibis.null("string"))
    if month:
        day = text.re_search(_ISO_MONTH).ifelse(text.concat("-01"), day)
    return day.try_cast("date")


def _agreed(readings: list[ir.DateValue]) -> ir.DateValue:
    first = ibis.coalesce(*readings) if len(readings) > 1 else readings[0]
    for reading in readings:
        first = (reading != first).fill_null(False).ifelse(ibis.null("date"), first)
    return first


def _plausible(day: ir.DateValue) -> ir.DateValue:
    # Beyond these years stand placeholders such as 9999-12-31, and frames cannot hold them.
    inside = day.year().between(FIRST_YEAR, LAST_YEAR)
    return inside.ifelse(day, ibis.null("date"))


def _day_problem(formats: tuple[str, ...], month: bool) -> str:
    if formats:
        forms = " or ".join(repr(form) for form in formats)
        return (
            f"not a day between {FIRST_YEAR} and {LAST_YEAR} in the form {forms}, or not the same day in all"
        )
    forms = "YYYY-MM-DD or YYYY-MM" if month else "YYYY-MM-DD"
    return (
        f"not a day of the calendar between {FIRST_YEAR} and {LAST_YEAR}, written {forms} "
        "(give `format` if it is written otherwise, `null_values` if it means unknown)"
    )
