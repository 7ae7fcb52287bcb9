"""The steps of a bridge, in order, and whether they explain the change. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tools.metrics.definitions import Metric

MOST_UNEXPLAINED = 0.2
"""Above this share of the change, what the named terms leave over means that they do not explain it."""

Values = Mapping[str, float | None]
"""Values of one group by metric id."""


@dataclass(frozen=True)
class Step:
    """One step of a bridge.

    Attributes:
        metric: The term.
        title: What people call it here.
        effect: What it adds to the change (+) or takes from it (−); None where it is not known.
        part: The part of the bridge that it belongs to.
        reason: Why it is not known.
    """

    metric: Metric
    title: str
    effect: float | None
    part: Literal["revenue", "costs", "inventory build", "other"]
    reason: str | None = None

    @property
    def label(self) -> str:
        """What it is called where it is plain that effects on cash are meant: `Lost sales`."""
        label = self.title.removeprefix("Cash effect of ").removeprefix("the ")
        return label[:1].upper() + label[1:]


@dataclass(frozen=True)
class Split:
    """A whole and the terms that it splits into.

    Attributes:
        whole: The whole as a metric.
        parts: Its terms; empty where it cannot be split.
        part: The part of the bridge.
        rest: What the whole is called where it, or some of it, is not split.
    """

    whole: Metric
    parts: Sequence[Metric]
    part: Literal["revenue", "inventory build"]
    rest: str


def split_steps(split: Split, values: Values, reasons: Mapping[str, str]) -> list[Step]:
    """The terms of a whole, and what of it is not split, so that they add up to the whole.

    Args:
        split: The whole and its terms.
        values: Values by metric id.
        reasons: Why a term is not known, by metric id.
    """
    whole = values.get(split.whole.id)
    if not split.parts:
        return [Step(split.whole, split.whole.title, whole, split.part, reasons.get(split.whole.id))]
    known = [values.get(metric.id) for metric in split.parts]
    steps = [
        Step(metric, metric.title, value, split.part, reasons.get(metric.id))
        for metric, value in zip(split.parts, known, strict=True)
    ]
    sizes = [abs(value) for value in (*known, whole) if value is not None]
    rest = (whole or 0.0) - math.fsum(value for value in known if value is not None)
    if abs(rest) > 1e-9 * max(sizes, default=0.0):
        steps.append(Step(split.whole, split.rest, rest, split.part))
    return steps


def does_explain(change: float | None, other: float | None) -> bool | None:
    """Whether the named terms explain a change: what is left over is at most 20 % of it. None if unknown."""
    if change is None or other is None:
        return None
    return abs(other) <= MOST_UNEXPLAINED * abs(change)
