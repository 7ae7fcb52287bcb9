"""The metric catalog as it is printed and documented, made from the registry."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table as RichTable

from connectors.tables import TABLES
from tools.metrics.definitions import Metric
from tools.metrics.registry import STANDARD


def definition_record(metric: Metric) -> dict[str, object]:
    """One definition as plain values."""
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
        "meetings": list(metric.meetings),
        "source": metric.source,
    }


def definition_lines(metric: Metric) -> list[str]:
    """One definition as lines of text."""
    needs = "; ".join(f"{TABLES[name].means} ({name})" for name in metric.fact.tables)
    lines = [
        f"{metric.title} ({metric.id})",
        f"  formula         {metric.formula}",
        f"  unit            {metric.unit}",
        f"  better          {metric.better.value}",
        f"  without period  {metric.default_period.value}",
        f"  needs           {needs}",
        f"  parameters      {', '.join(metric.parameters) or 'none'}",
        f"  meetings        {', '.join(metric.meetings) or 'none'}",
        f"  also called     {', '.join(metric.synonyms) or 'nothing else'}",
    ]
    if metric.sign:
        lines.append(f"  sign            {metric.sign}")
    if metric.source:
        lines.append(f"  source          {metric.source}")
    return lines


def print_catalog(out: Console) -> None:
    """All metrics as one table."""
    shown = RichTable(box=None, pad_edge=False, header_style="dim")
    for name in ("id", "unit", "better", "formula"):
        shown.add_column(name, overflow="fold", no_wrap=name == "id")
    for metric in STANDARD:
        shown.add_row(metric.id, metric.unit, metric.better.value, metric.formula)
    out.print(shown)
