"""What charts are drawn from: points, bars, cells and steps, as plain values.

Values are unrounded and in the unit of the figure that they come from (ratios as fractions, money in the
reporting currency). Names are data: they are shown as they stand and never become part of an expression.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

ACTUAL = "actual"
"""The side of a point that is drawn as a solid line; every other side is dashed."""


@dataclass(frozen=True)
class Point:
    """One point of a line.

    Attributes:
        start: First day of the month, quarter or year.
        value: None leaves a gap.
        member: The line that it belongs to; empty where there is only one.
        side: `actual` (solid), or what it is held against: "plan", "Q1 2026" (dashed).
        label: What the span of time is called; made from the grain when empty.
        low, high: Range around the value (P10, P90), drawn as a band.
    """

    start: date
    value: float | None
    member: str = ""
    side: str = ACTUAL
    label: str = ""
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Bar:
    """One bar; `other` is what it is held against (budget, target), drawn as a tick."""

    name: str
    value: float | None
    other: float | None = None


@dataclass(frozen=True)
class Rule:
    """A value that all bars are held against, drawn as one line with its name."""

    name: str
    value: float


@dataclass(frozen=True)
class HeatCell:
    """One cell of a heat map."""

    row: str
    column: str
    value: float | None


@dataclass(frozen=True)
class Step:
    """One step of a bridge.

    Attributes:
        name: What people read beside it.
        amount: Of `start`, `subtotal` and `end` the level; of a `change` what it adds (+) or takes (−).
        kind: `start` and `end` stand at both ends, `subtotal` between; `change` is a signed term.
    """

    name: str
    amount: float
    kind: Literal["start", "change", "subtotal", "end"] = "change"
