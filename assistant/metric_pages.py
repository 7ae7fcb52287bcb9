"""The metric catalog as it is printed and documented, made from the registry."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table as RichTable

from tools.metrics.definitions import Metric
from tools.metrics.describing import (
    MEETINGS,
    OWN,
    canonical_dimensions,
    direction_words,
    in_words,
    meeting_of,
    needs_words,
    parameter_words,
    unit_words,
    window_words,
)
from tools.metrics.registry import STANDARD

WIDEST = 110
"""Columns that a line of a definition takes at most."""


def definition_record(metric: Metric, here: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """One definition as plain values.

    Args:
        metric: The metric.
        here: What a store adds: the dimensions that it has, and why there is no data.
    """
    return {
        "id": metric.id,
        "title": metric.title,
        "synonyms": list(metric.synonyms),
        "formula": metric.formula,
        "unit": metric.unit,
        "better": metric.better.value,
        "sign": metric.sign,
        "parameters": list(metric.parameters),
        "default_period": metric.default_period.value,
        "tables": list(metric.fact.tables),
        "needs": list(metric.needs),
        "dimensions": canonical_dimensions(metric),
        "meetings": list(metric.meetings),
        "source": metric.source,
        **(here or {}),
    }


def definition_lines(metric: Metric, here: Mapping[str, Any] | None = None) -> list[str]:
    """One definition as lines of text; what a store adds comes last."""
    rows = [
        ("formula", metric.formula),
        ("unit", unit_words(metric)),
        ("better", direction_words(metric)),
        ("sign", metric.sign),
        ("without period", window_words(metric)),
        *_several("needs", needs_words(metric)),
        *_several("parameters", [f"{name}: {parameter_words(name)}" for name in metric.parameters]),
        ("cut by", in_words((here or {}).get("dimensions") or canonical_dimensions(metric))),
        ("meetings", in_words(metric.meetings)),
        ("also called", ", ".join(metric.synonyms)),
        ("source", metric.source),
    ]
    if here is not None:
        rows.append(("data here", here.get("missing") or "yes"))
    lines = [f"{metric.title} ({metric.id})"]
    for name, text in rows:
        if text:
            lines += textwrap.wrap(text, WIDEST, initial_indent=f"  {name:<16}", subsequent_indent=" " * 18)
    return lines


def _several(name: str, lines: Sequence[str]) -> list[tuple[str, str]]:
    return [(name if number == 0 else "", line) for number, line in enumerate(lines)]


def by_meeting(metrics: Iterable[Metric]) -> dict[str, list[Metric]]:
    """Metrics under the meetings that use them first, in the order of the meetings; a company's own last."""
    catalog = {metric.id for metric in STANDARD}
    found: dict[str, list[Metric]] = {heading: [] for heading in (*MEETINGS.values(), "Other metrics", OWN)}
    for metric in metrics:
        found[meeting_of(metric, catalog)].append(metric)
    return {heading: of_it for heading, of_it in found.items() if of_it}


def print_catalog(out: Console, metrics: Iterable[Metric]) -> None:
    """All metrics, a table for each meeting."""
    for heading, of_it in by_meeting(metrics).items():
        shown = RichTable(box=None, pad_edge=False, header_style="dim")
        shown.add_column("id", no_wrap=True, min_width=28)
        shown.add_column("unit", no_wrap=True, min_width=8)
        shown.add_column("better", no_wrap=True, min_width=6)
        shown.add_column("formula", overflow="fold")
        for metric in of_it:
            shown.add_row(metric.id, metric.unit, metric.better.value, escape(metric.formula))
        out.print(f"\n[bold]{heading}[/bold]")
        out.print(shown)
    out.print("\n[dim]concord metrics ID defines one[/dim]")


def metrics_page() -> str:
    """`docs/metrics.md`: every metric of the catalog, by meeting."""
    head = (
        "# Metrics\n\n"
        "Written by `make docs` from the registry, as `concord metrics` prints it. A company can add its "
        "own: [company-metrics.md](company-metrics.md). Tables and columns are those of "
        "[tables.md](tables.md).\n\n"
        "Errors are F − A, plan less actual: positive is over-forecast. Ratios are pooled: the sum of the "
        "numerator over the sum of the denominator. Each metric can be asked as a value, over time, by a "
        "dimension, ranked, as a share, compared and explained by its drivers.\n"
    )
    used = dict.fromkeys(name for metric in STANDARD for name in metric.parameters)
    parameters = "".join(f"| `{name}` | {parameter_words(name)} |\n" for name in used)
    body = "".join(
        f"\n## {heading}\n{''.join(_entry(metric) for metric in of_it)}"
        for heading, of_it in by_meeting(STANDARD).items()
    )
    return f"{head}\n## Parameters\n\n| parameter | what it chooses |\n|---|---|\n{parameters}{body}"


def _entry(metric: Metric) -> str:
    also = [MEETINGS[name] for name in metric.meetings[1:]]
    rows = [
        ("Unit", unit_words(metric)),
        ("Better", direction_words(metric)),
        ("Sign", metric.sign),
        ("Default period", window_words(metric)),
        ("Parameters", ", ".join(f"`{name}`" for name in metric.parameters)),
        ("Needs", "; ".join(needs_words(metric))),
        ("Cut by", in_words(canonical_dimensions(metric))),
        ("Also in", ", ".join(also)),
        ("Also called", ", ".join(metric.synonyms)),
        ("Source", metric.source),
    ]
    listed = "".join(f"- {name}: {text}\n" for name, text in rows if text)
    return f"\n### {metric.title}: `{metric.id}`\n\n{metric.formula}\n\n{listed}"
