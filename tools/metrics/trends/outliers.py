"""Months that stand out from what the trend and their season, or their neighbours, lead to expect. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

from tools.metrics.trends.robust import robust_scale

LIMIT = 3.5
"""Robust standard deviations beyond which a month stands out."""

YEAR = 12
_NEIGHBOURS = 3
_MOST_REMOVED = 0.2

Expect = Callable[[Mapping[int, float], int], float | None]
"""What the other values of a detrended series lead to expect at a position; None if they say nothing."""


@dataclass(frozen=True)
class Outlier:
    """One month that stands out.

    Attributes:
        position: Months from the start of the series.
        value: What it was.
        expected: What was to be expected.
        distance: How far it is off, in robust standard deviations, with its sign.
    """

    position: int
    value: float
    expected: float
    distance: float


@dataclass(frozen=True)
class Judged:
    """The outliers of a series, and what each month was expected to be.

    Attributes:
        expected: By position; months that nothing can be said of are absent.
        scale: The robust standard deviation of the residuals.
    """

    outliers: tuple[Outlier, ...]
    expected: dict[int, float]
    scale: float


def judge(values: Mapping[int, float], slope: float, is_seasonal: bool) -> Judged:
    """Which values stand out.

    expected = the line of the slope + the median of the detrended values of the same calendar month in the
    other years (seasonal), or of the three values before and three after. A value stands out where it is
    further from that than 3.5 × 1.4826 × the median size of all such residuals. The furthest is taken out
    first and the others are judged without it, so that one odd month does not make its neighbours odd.

    Args:
        values: By position, months from the start of the series.
        slope: Per month; taken out first.
        is_seasonal: Whether to go by the calendar month (24 months and more).
    """
    level = {position: value - slope * position for position, value in values.items()}
    expect: Expect = _same_months if is_seasonal else _neighbours
    residuals = _residuals(level, level, expect)
    if not residuals:
        return Judged((), {}, 0.0)
    scale = robust_scale(list(residuals.values()), max(abs(value) for value in values.values()))
    kept = dict(level)
    found: list[int] = []
    while scale and len(found) < _MOST_REMOVED * len(values):
        residuals = _residuals(kept, kept, expect)
        position = _furthest(residuals, kept)
        if position is None or abs(residuals[position]) <= LIMIT * scale:
            break
        found.append(position)
        del kept[position]
    expected = {p: level[p] - residual + slope * p for p, residual in _residuals(level, kept, expect).items()}
    outliers = [
        Outlier(p, values[p], expected[p], (values[p] - expected[p]) / scale)
        for p in sorted(found)
        if p in expected
    ]
    return Judged(tuple(outliers), expected, scale)


def _residuals(level: Mapping[int, float], kept: Mapping[int, float], expect: Expect) -> dict[int, float]:
    found = {}
    for position, value in level.items():
        expected = expect(kept, position)
        if expected is not None:
            found[position] = value - expected
    return found


def _furthest(residuals: Mapping[int, float], level: Mapping[int, float]) -> int | None:
    """The position with the largest residual; of two years that only contradict each other, the odder one."""
    if not residuals:
        return None

    def oddness(position: int) -> tuple[float, float]:
        near = _neighbours(level, position)
        return round(abs(residuals[position]), 9), 0.0 if near is None else abs(level[position] - near)

    return max(residuals, key=oddness)


def _same_months(level: Mapping[int, float], position: int) -> float | None:
    others = [v for p, v in level.items() if p != position and (p - position) % YEAR == 0]
    return median(others) if others else None


def _neighbours(level: Mapping[int, float], position: int) -> float | None:
    """The median of the nearest six values, three on each side where there are."""
    before = sorted((p for p in level if p < position), reverse=True)
    after = sorted(p for p in level if p > position)
    spare = (max(0, _NEIGHBOURS - len(after)), max(0, _NEIGHBOURS - len(before)))
    near = [*before[: _NEIGHBOURS + spare[0]], *after[: _NEIGHBOURS + spare[1]]]
    return median(level[p] for p in near) if near else None
