"""Robust statistics of a series: slope, whether it is more than chance, scale. Pure, plain Python.

A series is pairs of a position (months from its start, gaps allowed) and a value. With `season` 12 only the
same calendar months of different years are compared, so that a season neither makes nor hides a slope.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations
from statistics import fmean, median

Points = Sequence[tuple[int, float]]

TO_SIGMA = 1.4826
"""Median absolute deviation of a normal distribution times this is its standard deviation."""

_MEAN_TO_SIGMA = 1.2533
_NOTHING = 1e-9


def theil_sen(points: Points, season: int = 1) -> float:
    """The median slope over all pairs of points, per step of position.

    Args:
        points: At least two points that may be compared.
        season: Only pairs whose positions differ by a multiple of it are compared.

    Source: Theil 1950, Sen 1968; by season Hirsch, Slack and Smith 1982.
    """
    slopes = [
        (y - x) / (j - i) for (i, x), (j, y) in combinations(sorted(points), 2) if (j - i) % season == 0
    ]
    return median(slopes)


def mann_kendall(points: Points, season: int = 1) -> float:
    """The probability that values without a trend rise or fall together at least as much (two-sided).

    S = Σ sign of later less earlier value; normal approximation with corrections for ties and continuity.
    1 where nothing can be said (all values equal, nothing to compare).

    Source: Mann 1945, Kendall 1975; by season Hirsch and Slack 1984.
    """
    score, variance = 0, 0.0
    for values in _by_season(points, season):
        score += sum((later > earlier) - (later < earlier) for earlier, later in combinations(values, 2))
        variance += _variance(values)
    if variance == 0 or score == 0:
        return 1.0
    z = (abs(score) - 1) / math.sqrt(variance)
    return math.erfc(z / math.sqrt(2))


def _by_season(points: Points, season: int) -> Iterator[list[float]]:
    ordered = sorted(points)
    for place in range(season):
        yield [value for position, value in ordered if position % season == place]


def _variance(values: Sequence[float]) -> float:
    """Variance of S where there is no trend, less what ties take from it."""
    ties = sum(count * (count - 1) * (2 * count + 5) for count in Counter(values).values())
    size = len(values)
    return (size * (size - 1) * (2 * size + 5) - ties) / 18


def robust_scale(residuals: Sequence[float], size: float) -> float:
    """The standard deviation that the residuals would have if they were normal: 1.4826 × their median size.

    Where more than half of them are nothing, 1.2533 × their mean size; 0 where all are.

    Args:
        residuals: What is left of each value.
        size: How large values are; residuals far below rounding of it are nothing.
    """
    sizes = [abs(residual) for residual in residuals]
    nothing = _NOTHING * size
    scale = TO_SIGMA * median(sizes)
    if scale <= nothing:
        scale = _MEAN_TO_SIGMA * fmean(sizes)
    return scale if scale > nothing else 0.0
