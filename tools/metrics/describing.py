"""A metric in people's words, out of the registry and the canonical tables; no store is asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from connectors.dimensions import STANDARD, TIME
from connectors.tables import TABLES
from tools.metrics.definitions import Better, DefaultPeriod, Metric
from tools.metrics.fact import Fact
from tools.metrics.query import MetricQuery

MEETINGS = {
    "demand": "Demand planning meeting",
    "supply": "Supply planning meeting",
    "alignment": "Demand/supply alignment meeting",
    "executive": "Executive meeting",
}
OWN = "The company's own"

_DIRECTIONS = {
    Better.UP: "higher is better",
    Better.DOWN: "lower is better",
    Better.NEITHER: "neither way is better by itself",
}
_WINDOWS = {
    DefaultPeriod.LAST_CLOSED_MONTH: "the last closed month",
    DefaultPeriod.LAST_12_MONTHS: "the last 12 closed months",
    DefaultPeriod.NEXT_3_MONTHS: "the next 3 months",
    DefaultPeriod.LATEST_CLOSING: "the latest closing",
    DefaultPeriod.OPEN_NOW: "all that is open at the as-of date",
}
_UNITS = {
    "ratio": "ratio, shown in %",
    "points": "percentage points",
    "currency": "reporting currency",
    "index": "number",
}


def in_words(names: Iterable[str]) -> str:
    """Names of the answer contract as people write them, in one list."""
    return ", ".join(name.replace("_", " ") for name in names)


def direction_words(metric: Metric) -> str:
    """Which way is good."""
    return _DIRECTIONS.get(metric.better, f"the nearer {metric.better.value}, the better")


def window_words(metric: Metric) -> str:
    """The window of a question that names none."""
    return _WINDOWS[metric.default_period]


def unit_words(metric: Metric) -> str:
    """The unit of its values."""
    return _UNITS.get(metric.unit, metric.unit)


def parameter_words(name: str) -> str:
    """What a parameter chooses."""
    return (MetricQuery.model_fields[name].description or "").rstrip(".")


def meeting_of(metric: Metric, standard: Iterable[str]) -> str:
    """The heading that a metric stands under: its first meeting, or that it is the company's own."""
    if metric.id not in standard:
        return OWN
    return MEETINGS[metric.meetings[0]] if metric.meetings else "Other metrics"


def canonical_dimensions(metric: Metric) -> list[str]:
    """What it can be cut by where all of the canonical columns are loaded, time last."""
    facts = [metric.fact, *([metric.finer_fact] if metric.finer_fact else [])]
    keys = {key for fact in facts for key in fact.keys}
    own = [dimension for fact in facts for dimension in fact.own_dimensions]
    reached = [dimension.name for dimension in STANDARD if dimension.via in keys]
    return list(dict.fromkeys([*reached, *own, *TIME]))


def columns_needed(metric: Metric, fact: Fact) -> dict[str, list[str]]:
    """The columns that it cannot do without, by table, of the tables that one of its facts reads."""
    of_measures = [fact.measure_needs[m] for m in metric.value.measures if m in fact.measure_needs]
    needed: dict[str, list[str]] = {table: [] for table in fact.tables}
    for need in dict.fromkeys((*metric.needs, *of_measures)):
        table, _, column = need.partition(".")
        if table in needed:
            needed[table].append(column)
    return needed


def table_words(table: str, columns: Sequence[str] = ()) -> str:
    """A table, and columns of it, as people name them."""
    said = f"{TABLES[table].means} (`{table}`)"
    if not columns:
        return said
    return f"{said}: {', '.join(column_words(table, column) for column in columns)}"


def column_words(table: str, column: str) -> str:
    """A column as people name it; one of the company's own by its name."""
    canonical = TABLES[table].column(column)
    return canonical.means if canonical else column.replace("_", " ")


def needs_words(metric: Metric) -> list[str]:
    """What it needs, one line per table."""
    if metric.waits_for:
        return [f"{metric.waits_for}, which nothing writes down yet"]
    lines = [table_words(table, columns) for table, columns in columns_needed(metric, metric.fact).items()]
    if metric.else_fact is not None:
        instead = columns_needed(metric, metric.else_fact)
        lines += [f"or, where that is not loaded, {table_words(t, c)}" for t, c in instead.items()]
    return lines


def left_out_words(fact: Fact, metric: Metric) -> list[str]:
    """What a warning counts, as it says it but without the count."""
    told = [
        text
        for name, text in fact.left_out.items()
        if fact.left_out_of.get(name) in (None, *metric.value.measures)
    ]
    return [text.replace("{count} ", "").replace("; ", ", ").rstrip(".") for text in told]
