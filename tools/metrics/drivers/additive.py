"""Bridges of sums: each member's difference is a step."""

from __future__ import annotations

from collections.abc import Mapping

from tools.metrics.definitions import SumOfRatios, Sums, Value
from tools.metrics.drivers.parts import MemberId, Part, Parts
from tools.metrics.drivers.steps import Step

_NOTHING = Part(0.0)


def member_changes(before: Parts, after: Parts) -> dict[MemberId, float]:
    """The difference of each member; one that is on one side only counts as 0 on the other.

    Their sum is the difference of the wholes.
    """
    members = dict.fromkeys((*after, *before))
    return {m: after.get(m, _NOTHING).top - before.get(m, _NOTHING).top for m in members}


def member_steps(
    changes: Mapping[MemberId, float], dimension: str, names: Mapping[MemberId, str]
) -> list[Step]:
    """One step a member, named by it."""
    return [
        Step(names[member], amount, "member", dimension, member, is_member=True)
        for member, amount in changes.items()
    ]


def component_steps(value: SumOfRatios, before: Sums, after: Sums) -> list[Step]:
    """One step for each ratio that a value adds or takes off (cash-to-cash days), named by its measure.

    Both sides must have a value.
    """
    return [
        Step(ratio.numerator.replace("_", " "), sign * _change(ratio, before, after), "component")
        for sign, ratio in signed_ratios(value)
    ]


def signed_ratios(value: Value | SumOfRatios) -> list[tuple[int, Value]]:
    """The sums or ratios that a value is made of, each added (1) or taken off (−1)."""
    if isinstance(value, Value):
        return [(1, value)]
    return [*((1, ratio) for ratio in value.added), *((-1, ratio) for ratio in value.taken_off)]


def _change(ratio: Value, before: Sums, after: Sums) -> float:
    earlier, later = ratio.of(before), ratio.of(after)
    return 0.0 if earlier is None or later is None else later - earlier
