"""Numbers and calendar words that are told by their shape: 2026, '25, 15th, FY26, 2025Q2, 16.05.2026."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date

from assistant.interpreter.normalise import Token

Parts = dict[str, object]

_DATE = re.compile(r"(\d+)[./-](\d+)[./-](\d+)")
_MONTH_YEAR = re.compile(r"(\d+)[/-](\d+)")
_YEAR_QUARTER = re.compile(r"((?:19|20)\d\d)q([1-4])|q([1-4])(?:fy)?((?:19|20)?\d\d)")
_HALF_YEAR = re.compile(r"(?:([12])h|h([12]))((?:19|20)?\d\d)|((?:19|20)\d\d)h([12])")
_FISCAL_YEAR = re.compile(r"fy((?:19|20)?\d\d)")
_ISO_WEEK = re.compile(r"((?:19|20)\d\d)?(?:w|cw|kw|wk)(\d{1,2})")
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)(k|m|mn|mio|bn)?")
_TIMES = {"k": 1e3, "m": 1e6, "mn": 1e6, "mio": 1e6, "bn": 1e9}
_ORDINAL_DAY = re.compile(r"(\d{1,2})(?:st|nd|rd|th)")


def _number(token: Token, _: bool) -> int | None:
    plain = token.key.replace(",", "")
    return int(plain) if plain.isdecimal() and len(plain) <= 3 else None


def _year(token: Token, _: bool) -> int | None:
    return int(token.key) if re.fullmatch(r"(?:19|20)\d\d", token.key) else None


def _short_year(token: Token, _: bool) -> int | None:
    if not re.fullmatch(r"\d\d", token.key):
        return None
    number = int(token.key)
    is_marked = token.before.endswith(("'", "’"))
    return 2000 + number if is_marked or 15 <= number <= 39 else None


def _fiscal_year(token: Token, _: bool) -> int | None:
    match = _FISCAL_YEAR.fullmatch(token.key)
    return _century(int(match[1])) if match else None


def _day(token: Token, _: bool) -> int | None:
    digits = token.key if token.key.isdecimal() else str(_ordinal_day(token, _) or "")
    return int(digits) if digits and len(digits) <= 2 and 1 <= int(digits) <= 31 else None


def _ordinal_day(token: Token, _: bool) -> int | None:
    match = _ORDINAL_DAY.fullmatch(token.key)
    return int(match[1]) if match and 1 <= int(match[1]) <= 31 else None


def _date(token: Token, day_first: bool) -> Parts | None:
    if match := _DATE.fullmatch(token.key):
        first, second, third = (int(part) for part in match.groups())
        if len(match[1]) == 4:
            return _checked(first, second, third)
        day, month = (first, second) if day_first else (second, first)
        if month > 12:
            day, month = month, day
        found = _checked(_century(third), month, day)
        if found and first <= 12 and second <= 12 and first != second:
            found["is_ambiguous"] = True
        return found
    if match := _MONTH_YEAR.fullmatch(token.key):
        first, second = int(match[1]), int(match[2])
        year, month = (first, second) if first > 999 else (second, first)
        return {"year": year, "month": month} if 1 <= month <= 12 else None
    return None


def _checked(year: int, month: int, day: int) -> Parts | None:
    """The parts of a day that exists."""
    try:
        date(year, month, day)
    except ValueError:
        return None
    return {"year": year, "month": month, "day": day}


def _year_quarter(token: Token, _: bool) -> Parts | None:
    match = _YEAR_QUARTER.fullmatch(token.key)
    if not match:
        return None
    year, quarter = (match[1], match[2]) if match[1] else (match[4], match[3])
    return {"year": _century(int(year)), "quarter": int(quarter), "fiscal": "fy" in token.key}


def _half_year(token: Token, _: bool) -> Parts | None:
    match = _HALF_YEAR.fullmatch(token.key)
    if not match:
        return None
    return {"year": _century(int(match[3] or match[4])), "half": int(match[1] or match[2] or match[5])}


def _iso_week(token: Token, _: bool) -> Parts | None:
    match = _ISO_WEEK.fullmatch(token.key)
    if not match or not 1 <= int(match[2]) <= 53:
        return None
    parts: Parts = {"week": int(match[2])}
    if match[1]:
        parts["year"] = int(match[1])
    return parts


def _period_number(token: Token, _: bool) -> int | None:
    match = re.fullmatch(r"p(\d{1,2})", token.key)
    return int(match[1]) if match and 1 <= int(match[1]) <= 12 else None


def _amount(token: Token, _: bool) -> float | None:
    """A number that a value is held against: 40, 12,480, 97.5, 500k, -5; a bare year is none."""
    match = _AMOUNT.fullmatch(token.key.replace(",", ""))
    if not match or re.fullmatch(r"20(?:1[5-9]|2\d|3\d)", token.key):
        return None
    size = float(match[1]) * _TIMES.get(match[2] or "", 1)
    return -size if token.before.lstrip() in {"-", "−", "–"} and token.before[:1].isspace() else size


def _century(year: int) -> int:
    return year if year > 99 else 2000 + year


READERS: Mapping[str, Callable[[Token, bool], object | None]] = {
    "n": _number,
    "amount": _amount,
    "year": _year,
    "yy": _short_year,
    "fiscal_year": _fiscal_year,
    "day": _day,
    "ordinal_day": _ordinal_day,
    "date": _date,
    "year_quarter": _year_quarter,
    "half_year": _half_year,
    "iso_week": _iso_week,
    "period_number": _period_number,
}
