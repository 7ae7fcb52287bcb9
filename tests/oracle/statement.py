"""A statement: rows, the value over them, and how they are cut."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from tests.oracle.question import Question


@dataclass(frozen=True)
class Statement:
    """What a metric reads.

    Attributes:
        rows: SQL that gives rows with keys, a `day` and measures.
        value: SQL expression over the rows of a group; `{factor}` turns units into planning units.
        adds_units: Whether units of several products are added.
        own: Dimensions that are columns of the rows by their own names.
        series: Value of one series (product, market) of a group, which `value` then averages as `r.one`.
        by_error: Whether errors are taken at the asked level and month before the value is formed.
    """

    rows: str
    value: str
    adds_units: bool = False
    own: frozenset[str] = frozenset()
    series: str = ""
    by_error: bool = False


def column(name: str, question: Question, own: frozenset[str] = frozenset()) -> str:
    """SQL of the id of a dimension's member."""
    # Shifted so that a fiscal year ends with its calendar year.
    day = f"(r.day + INTERVAL {(13 - question.fiscal_start) % 12} MONTH)"
    columns = {
        "product": "r.product_id",
        "family": "p.family",
        "business_unit": "p.business_unit",
        "market": "r.market_id",
        "region": "m.region",
        "channel": "m.channel",
        "customer": "r.customer_id",
        "site": "r.site_id",
        "site_kind": "s.site_kind",
        "site_region": "s.site_region",
        "resource": "r.resource_id",
        "supplier": "r.supplier_id",
        "month": "strftime(r.day, '%Y-%m')",
        "quarter": f"year({day}) || '-Q' || quarter({day})",
        "year": f"CAST(year({day}) AS VARCHAR)",
    }
    return f"r.{name}" if name in own or name not in columns else columns[name]


def condition(question: Question, own: frozenset[str]) -> str:
    """SQL of the window and the members that are kept; leaving members out keeps rows without one."""
    parts = [f"r.day BETWEEN DATE '{question.start}' AND DATE '{question.end}'", f"({question.where})"]
    for dimension, members, leaves_out in question.kept:
        listed = ", ".join(f"'{member}'" for member in members)
        chosen = f"coalesce({column(dimension, question, own)} IN ({listed}), false)"
        parts.append(f"NOT {chosen}" if leaves_out else chosen)
    return " AND ".join(parts)


def joins(keys: Collection[str]) -> str:
    """The dimension tables that rows with these columns reach."""
    found = {
        "product_id": "LEFT JOIN products p ON p.product_id = r.product_id",
        "market_id": "LEFT JOIN markets m ON m.market_id = r.market_id",
        "site_id": "LEFT JOIN sites s ON s.site_id = r.site_id",
    }
    return " ".join(join for key, join in found.items() if key in keys)


def share(top: str, bottom: str) -> str:
    """SQL of a pooled ratio, null where nothing is below."""
    return f"sum({top}) / nullif(sum({bottom}), 0)"
