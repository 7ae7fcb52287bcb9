"""Words of change: rankings by it ("grew most"), and which way it is said to have gone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assistant.interpreter.slots import Slots
from tools.metrics.definitions import Better, Metric

_ORDERS: Mapping[str, tuple[str, str]] = {
    "rose": ("highest", "lowest"),
    "fell": ("lowest", "highest"),
    "improved": ("best", "worst"),
    "worsened": ("worst", "best"),
    "moved": ("highest", "lowest"),
}
"""For each direction the order of those that went that way most, and least."""

DIRECTED = frozenset({"rose", "fell", "improved", "worsened"})
"""Directions that a ranking or a premise can have."""


def is_ranked_by_change(slots: Slots) -> bool:
    """Whether "most" speaks of a change: "which family grew most"."""
    says_change = bool(slots.change or (slots.compare or {}).get("change"))
    is_directed = slots.direction in DIRECTED or (slots.direction == "moved" and "count" in slots.rank)
    return says_change and is_directed and "order" in slots.rank


def rank_by_change(slots: Slots, count: int) -> dict[str, Any]:
    """The rank of a question such as "biggest drop": by difference, or in percent."""
    most, least = _ORDERS[slots.direction]
    order = slots.rank["order"]
    is_relative = slots.is_relative or slots.rank.get("by") == "relative"
    return {
        "order": least if order == "lowest" else most,
        "count": count,
        "by": "relative" if is_relative else "difference",
    }


def premise_of(slots: Slots, metric: Metric | None) -> str:
    """Whether a question takes for granted that a value rose or fell; empty where it does not."""
    if slots.direction in {"rose", "fell"}:
        return slots.direction
    if metric is None or slots.direction not in {"improved", "worsened"}:
        return ""
    if metric.better is Better.UP or metric.better is Better.DOWN:
        is_up = (metric.better is Better.UP) == (slots.direction == "improved")
        return "rose" if is_up else "fell"
    return ""
