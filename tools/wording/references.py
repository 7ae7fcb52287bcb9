"""References in words, `{F1}` or `{F1.difference}`, and what code puts in their place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from connectors.dimensions import TIME
from tools.figures import Figure, ToolResult
from tools.formatting import NO_VALUE, format_value

REFERENCE = re.compile(r"\{(F[0-9]{1,6})(?:\.([A-Za-z_]+))?\}")

CHANGES = frozenset({"difference", "relative"})
"""Fields with a sign, which a direction word beside them takes over."""

AMOUNTS = frozenset({"", "low", "high", "comparison", *CHANGES})
"""Fields that are amounts; the others are names of members and periods."""

_SIGNS = "+−-–"


@dataclass(frozen=True)
class Reference:
    """One reference in a text.

    Attributes:
        figure_id: `F1`.
        field: Empty for the value, else `difference`, `relative`, `comparison`, `low`, `high`,
            `period`, `comparison_period`, `scope` or a dimension.
    """

    figure_id: str
    field: str

    @property
    def is_amount(self) -> bool:
        """Whether an amount stands there, not a name."""
        return self.field in AMOUNTS

    def __str__(self) -> str:
        """The reference as it is written."""
        return f"{{{self.figure_id}.{self.field}}}" if self.field else f"{{{self.figure_id}}}"


@dataclass(frozen=True)
class FigureIndex:
    """The figures of one answer, by id, and which result each is of."""

    results: Sequence[ToolResult]

    @cached_property
    def figures(self) -> dict[str, Figure]:
        """Figures by id."""
        return {figure.id: figure for result in self.results for figure in result.figures}

    @cached_property
    def results_by_figure(self) -> dict[str, ToolResult]:
        """Result by the id of a figure of it."""
        return {figure.id: result for result in self.results for figure in result.figures}


def written(reference: Reference, figure: Figure, currency: str = "EUR", signed: bool = True) -> str | None:
    """What code puts where the reference stands, or None where the figure has no such field.

    Args:
        reference: Which field.
        figure: Its figure.
        currency: ISO 4217 code, for the ends of a range.
        signed: Whether a change carries its sign; without, a direction word says it.
    """
    field, comparison = reference.field, figure.comparison
    if field == "":
        return figure.formatted
    if field in {"low", "high"}:
        end = figure.low if field == "low" else figure.high
        return None if end is None else format_value(end, figure.unit, currency)
    if field == "comparison":
        return comparison.formatted if comparison else None
    if field in CHANGES:
        return _change(figure, field, signed)
    if field == "comparison_period":
        return comparison.period.label if comparison and comparison.period else None
    return _name(figure, field)


def has_amount(reference: Reference, figure: Figure) -> bool:
    """Whether the amount that is referred to exists (a figure may have no value)."""
    comparison = figure.comparison
    amounts = {
        "": figure.value,
        "low": figure.low,
        "high": figure.high,
        "comparison": comparison.value if comparison else None,
        "difference": comparison.difference if comparison else None,
        "relative": comparison.relative if comparison else None,
    }
    return amounts.get(reference.field) is not None


def _change(figure: Figure, field: str, signed: bool) -> str | None:
    comparison = figure.comparison
    if comparison is None:
        return None
    text = comparison.formatted_difference if field == "difference" else comparison.formatted_relative
    text = text.lstrip(_SIGNS)
    change = comparison.difference if field == "difference" else comparison.relative
    if not signed or not change or text in {"", NO_VALUE}:
        return text or NO_VALUE
    return f"{'+' if change > 0 else '−'}{text}"


def _name(figure: Figure, field: str) -> str | None:
    if field == "period" or (field in TIME and field in figure.group):
        return figure.period.label if figure.period else None
    if field in figure.group:
        return figure.group[field]
    if field in figure.scope:
        return listed(figure.scope[field])
    if field == "scope" and figure.scope:
        return " in ".join(_scope_words(name, members) for name, members in figure.scope.items())
    return None


def _scope_words(dimension: str, members: Sequence[str]) -> str:
    return f"all without {listed(members)}" if dimension.startswith("not ") else listed(members)


def listed(names: Sequence[str]) -> str:
    """Names as a list in a sentence: `North, South and West`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
