"""Which dimension a change is split by when none is asked for: the one in which few members explain most."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TypeVar

NATURAL = (
    "region",
    "family",
    "market",
    "product",
    "business_unit",
    "channel",
    "site",
    "customer",
    "account",
    "cancel_reason",
    "resource",
    "supplier",
    "site_region",
)
"""Dimensions that are tried, in the order that settles a tie."""

MOST_LEADING = 3
"""Members that count as few."""

Dimension = TypeVar("Dimension")


def concentration(effects: Iterable[float]) -> float:
    """How few members explain a change, from 0 (all the same) to nearly 1 (one of many alone).

    The part of the absolute effects that lies in the one, two or three largest, less the part that as many
    would have if all were the same; the largest of the three differences. So a dimension of three members,
    of which one must always stand out, does not beat one of ten in which one really does.
    """
    sizes = sorted((abs(effect) for effect in effects), reverse=True)
    whole = math.fsum(sizes)
    if len(sizes) < 2 or not whole:
        return 0.0
    counts = range(1, min(MOST_LEADING, len(sizes)) + 1)
    return max(math.fsum(sizes[:count]) / whole - count / len(sizes) for count in counts)


def most_telling(effects: Mapping[Dimension, Iterable[float]]) -> list[Dimension]:
    """The dimensions, the one in which few members explain most first; ties keep their order."""
    scores = {dimension: concentration(found) for dimension, found in effects.items()}
    return sorted(scores, key=lambda dimension: -scores[dimension])
