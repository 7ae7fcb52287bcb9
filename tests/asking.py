"""Asks the toolbox, as an agent does, and reads the figures back as plain values."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from connectors.plan_store import PlanStore
from tools.catalog import Toolbox
from tools.definition import ToolContext
from tools.figures import Figure, ToolResult
from tools.metrics.registry import STANDARD

Values = dict[tuple[str, ...], float | None]


def run(store: PlanStore, tool: str, **arguments: Any) -> ToolResult:
    return Toolbox(ToolContext(store, STANDARD)).run(tool, arguments)


def ask(store: PlanStore, *metrics: str, **arguments: Any) -> ToolResult:
    """One call of compute_metric; `start` and `end` stand for the period, dates as dates."""
    if "start" in arguments or "end" in arguments:
        arguments["period"] = {name: arguments.pop(name, None) for name in ("start", "end")}
    return run(store, "compute_metric", metrics=list(metrics), **arguments)


def all_time() -> dict[str, Any]:
    return {"period": {"start": None, "end": None}}


def month(text: str) -> dict[str, Any]:
    """The period of a month, `2026-06`."""
    first = date.fromisoformat(f"{text}-01")
    next_first = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return {"start": first, "end": date.fromordinal(next_first.toordinal() - 1)}


def grouped(result: ToolResult, *by: str) -> Values:
    """Values of the groups by the ids of their members, in the order of `by`; uncut totals left out."""
    assert result.refusal is None, result.refusal
    figures = [figure for figure in result.figures if figure.group_ids]
    return {tuple(figure.group_ids[name] for name in by): figure.value for figure in figures}


def total(result: ToolResult) -> float | None:
    """The value of the whole cut."""
    assert result.refusal is None, result.refusal
    (figure,) = [figure for figure in result.figures if not figure.group_ids]
    return figure.value


def label(figure: Figure) -> str:
    """What the window of a figure is called."""
    assert figure.period is not None
    return figure.period.label


def refusal(result: ToolResult, kind: str) -> str:
    """The message of a no of that kind."""
    assert result.refusal is not None, result.figures[:3]
    assert (result.refusal.kind, result.figures, result.tables) == (kind, [], []), result.refusal
    return result.refusal.message


def warned(result: ToolResult, code: str) -> list[str]:
    return [warning.message for warning in result.warnings if warning.code == code]


def same(found: Values, expected: Values) -> None:
    """Both have the same groups, and values equal to a billionth."""
    assert found.keys() == expected.keys()
    for key, value in expected.items():
        assert found[key] == (None if value is None else pytest.approx(value, rel=1e-9, abs=1e-9)), key
