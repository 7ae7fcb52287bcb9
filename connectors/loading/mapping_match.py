"""Which source column is likely which canonical column: by its name and by what it holds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from connectors.loading.mapping_samples import ColumnSample, Sample
from connectors.loading.mapping_words import ABBREVIATIONS, COLUMN_WORDS, TABLE_COLUMN_WORDS, TABLE_WORDS
from connectors.tables import CanonicalTable, Column, Kind

LEAST_COLUMN = 0.6
LEAST_TABLE = 0.7
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
# Required columns that a draft can make up from others, and how sure that is.
_MADE_UP = {
    "line_number": 0.8,
    "version": 0.6,
    "cycle": 0.6,
    "target_id": 0.8,
    "site_kind": 0.4,
    "delivery_number": 0.8,
    "product_name": 0.6,
    "market_name": 0.8,
    "customer_name": 0.6,
    "site_name": 0.7,
    "supplier_name": 0.7,
    "resource_name": 0.7,
    "promotion_name": 0.7,
    "region": 0.6,
}
_NAMES = ("_name", "title")


@dataclass(frozen=True)
class Match:
    """What a source would be as one canonical table.

    Attributes:
        table: The table.
        sample: The source.
        columns: Canonical column to source column and how sure that is.
        confidence: How sure the whole is, 0 to 1.
    """

    table: CanonicalTable
    sample: Sample
    columns: Mapping[str, tuple[ColumnSample, float]]
    confidence: float


def match(table: CanonicalTable, sample: Sample) -> Match:
    """The best way to read a source as a table: each source column for one canonical column at most."""
    pairs = [
        (score, column.name, source)
        for column in table.columns
        for source in sample.columns
        if (score := column_score(table.name, column, source)) >= LEAST_COLUMN
    ]
    pairs.sort(key=lambda pair: -pair[0])
    chosen: dict[str, tuple[ColumnSample, float]] = {}
    taken: set[str] = set()
    for score, name, source in pairs:
        if name not in chosen and source.name not in taken:
            chosen[name] = (source, score)
            taken.add(source.name)
    return Match(table, sample, chosen, _table_score(table, sample, chosen))


def column_score(table: str, column: Column, source: ColumnSample) -> float:
    """How likely a source column is a canonical one, 0 to 1: name times kind."""
    own = column.name.replace("_", " ")
    phrases = (own, *TABLE_COLUMN_WORDS.get((table, column.name), COLUMN_WORDS.get(column.name, ())))
    name = max(alike(source.name, phrase) * (1 - 0.01 * rank) for rank, phrase in enumerate(phrases))
    return name * _kind_fit(column, source)


def alike(left: str, right: str) -> float:
    """How alike two names are by their words, 0 to 1."""
    a, b = words_of(left), words_of(right)
    if not a or not b:
        return 0.0
    if "".join(sorted(a)) == "".join(sorted(b)):
        return 1.0
    return 2 * len(a & b) / (len(a) + len(b))


@cache
def words_of(name: str) -> frozenset[str]:
    """The words of a name: small, singular, abbreviations written out."""
    words: list[str] = []
    for word in _WORD.findall(name):
        small = word.lower()
        small = ABBREVIATIONS.get(small, small)
        words += [part.removesuffix("s") if len(part) > 3 else part for part in small.split()]
    return frozenset(words)


def _kind_fit(column: Column, source: ColumnSample) -> float:
    if not source.values:
        return 0.3
    if column.kind in (Kind.DATE, Kind.PERIOD):
        return 1.0 if source.day_formats else 0.0
    if column.kind in (Kind.NUMBER, Kind.INTEGER):
        return 1.0 if source.is_number and not source.is_flag else 0.0
    if source.is_flag or (source.day_formats and not source.is_number):
        return 0.0
    if column.name.endswith(_NAMES) and source.is_number:
        return 0.3
    if column.name.endswith("_id") or not source.is_number:
        return 1.0
    return 0.6


def _table_score(
    table: CanonicalTable, sample: Sample, chosen: Mapping[str, tuple[ColumnSample, float]]
) -> float:
    required = [column.name for column in table.columns if column.required]
    scores = [chosen[name][1] if name in chosen else _MADE_UP.get(name, 0.0) for name in required]
    covered = sum(scores) / len(scores)
    measured = any(
        column.kind in (Kind.NUMBER, Kind.INTEGER) and column.name in chosen for column in table.columns
    )
    if not table.is_dimension and not measured and any(c.kind is Kind.NUMBER for c in table.columns):
        return 0.0
    own_key = [chosen[name][0] for name in table.key if name in chosen]
    if table.is_dimension and not (own_key and own_key[0].is_unique):
        covered *= 0.5  # the id stands in many rows: a table of facts, not the list of members
    label = f"{sample.source.file} {sample.source.sheet or ''}".rsplit(".", 1)[0]
    named = max(alike(label, phrase) for phrase in (table.name, *TABLE_WORDS.get(table.name, ())))
    used = len(chosen) / len(sample.columns)
    if covered < LEAST_COLUMN:
        return 0.0
    # A telling file name decides between tables alike; one in another language must not stand in the way.
    return round(min(1.0, max(0.6 * covered + 0.3 * named + 0.1 * used, 0.85 * covered)), 2)
