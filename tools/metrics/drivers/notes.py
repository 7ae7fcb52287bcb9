"""Sentences about a change that wording may use: direction, what explains most, how steps are defined."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tools.metrics.drivers.explaining import Explained, shown_name
from tools.metrics.drivers.members import MemberEffects
from tools.metrics.member_names import MemberNames

_MOST = 0.5
"""A member with this share of all that moved, up or down, explains most of the change."""

_NAMED = 3


def notes_of(explained: Explained, names: MemberNames) -> list[str]:
    """The sentences, without figures."""
    notes = [_direction(explained)]
    if explained.change is None:
        return notes
    members = explained.members
    if members is not None:
        notes += _leading(explained, members, names)
        if explained.is_chosen and members.changes is not None and explained.alternatives:
            notes.append(f"Split by {_words(members.dimension)}, where few members explain most.")
    return [*notes, *_definitions(explained, names)]


def _direction(explained: Explained) -> str:
    sides = explained.sides
    title, before, after = sides.metric.title, sides.label_before, sides.label_after
    if explained.direction == "unknown":
        lacking = before if explained.before is None else after
        return f"{title} has no value for {lacking}, so there is no change to explain."
    if explained.direction == "unchanged":
        return f"{title} did not change from {before} to {after}."
    if sides.other.is_shifted:
        return f"{title} {explained.direction} from {before} to {after}."
    side = "above" if explained.direction == "rose" else "below"
    return f"{title} in {after} is {side} {before}."


def _leading(explained: Explained, members: MemberEffects, names: MemberNames) -> list[str]:
    leading = members.leading[:_NAMED]
    if not leading or not explained.change:
        return []
    shown = [shown_name(names, members.dimension, member) for member in leading]
    if members.changes is None:
        return [f"By {_words(members.dimension)}, {_listed(shown)} changed most."]
    changes = [members.changes[member] for member in leading]
    all_moved = math.fsum(abs(change) for change in members.changes.values())
    if changes[0] * explained.change > 0 and abs(changes[0]) >= _MOST * all_moved:
        return [f"{shown[0]} explains most of the change."]
    is_mixed = any(change * explained.change < 0 for change in changes)
    against = ", not all in the same direction" if is_mixed else ""
    return [f"{_listed(shown)} moved it most{against}."]


def _mix(explained: Explained, members: MemberEffects, names: MemberNames) -> list[str]:
    """Whose weight the mix comes from, where it is much of the change."""
    mixes = {member: effect.mix for member, effect in (members.rates or {}).items()}
    if not explained.change or abs(math.fsum(mixes.values())) < _MOST * abs(explained.change):
        return []
    lead = max(mixes, key=lambda member: abs(mixes[member]))
    return [f"The mix comes mostly from the weight of {shown_name(names, members.dimension, lead)}."]


def _definitions(explained: Explained, names: MemberNames) -> list[str]:
    notes = []
    members, money = explained.members, explained.money
    if members is not None and members.changes is None:
        notes.append(
            f"The differences by {_words(members.dimension)} do not add up to the change of the whole: "
            f"{explained.sides.metric.title} is not a sum over them."
        )
    if members is not None and members.rates is not None:
        notes.append(
            "A rate effect is a member's own change at its new weight; mix is the shift of weight between "
            "members, at their earlier rates."
        )
        notes += _mix(explained, members, names)
    if money is not None and explained.bridges:
        notes.append(_money_note(money.has_volume))
        if money.has_new:
            notes.append(
                "An item without an earlier price is new: it counts in the mix, at its price now against the "
                "earlier average."
            )
        if money.has_ended:
            notes.append("An item that is not sold any more counts in the mix, at its earlier price.")
    return notes


def _money_note(has_volume: bool) -> str:
    if has_volume:
        return (
            "Volume is the change of units at the earlier average per unit, mix the shift between products "
            "and markets at what they earned earlier, price the change per unit of each at its units now."
        )
    return (
        "Units of the products cannot be added, so volume and mix are one step: the change of each item's "
        "units at what it earned earlier; price is the change per unit at its units now."
    )


def _words(dimension: str) -> str:
    return dimension.replace("_", " ")


def _listed(names: Sequence[str]) -> str:
    return " and ".join(", ".join(names).rsplit(", ", 1)) if len(names) > 1 else names[0]
