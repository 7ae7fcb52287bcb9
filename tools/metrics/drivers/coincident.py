"""What happened in the same months to the members that explain most: named as coincident, not as a cause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tools.metrics.drivers.events import SOURCES, Event, Moment, Source
from tools.metrics.drivers.explaining import Explained
from tools.metrics.drivers.members import EffectsByDimension
from tools.metrics.drivers.reach import Reach, reach_of_filters, reach_of_member

MOST_EVENTS = 5
LEADING = 3
"""Members beside which events are looked for."""

_WEIGHED = {"products": "product", "markets": "market"}

Weights = Mapping[str, Mapping[str, float]]
"""By kind of id: each id's part of all that changed, from 0 to 1."""


@dataclass(frozen=True)
class Coincidence:
    """An event, and the leading member that it touches (its place among them, from 0)."""

    event: Event
    place: int
    weight: float


def coincidences(
    explained: Explained, effects: EffectsByDimension, moment: Moment, sources: Sequence[Source] = SOURCES
) -> list[Event]:
    """At most five events of the months of this side, those nearest to the leading members first.

    An event is near where it touches the member that explains most, and then where more of the change lies
    in the products and markets that it touches.
    """
    found = [event for source in sources for event in source(moment)]
    if not found:
        return []
    reaches = _reaches(explained, moment)
    weights = _weights(effects, found)
    near = [
        Coincidence(event, place, _weight(event, weights))
        for event in found
        if (place := _place(event, reaches)) is not None
    ]
    near.sort(key=lambda one: (one.place, -one.weight))
    return [one.event for one in near[:MOST_EVENTS]]


def _reaches(explained: Explained, moment: Moment) -> list[Reach]:
    """What each leading member reaches; all that the filters leave where there is none."""
    within = reach_of_filters(moment.store, explained.sides.after.whole.choices)
    members = explained.members
    if members is None:
        return [within]
    leading = members.leading[:LEADING]
    found = [reach_of_member(moment.store, within, members.dimension, member) for member in leading]
    return found or [within]


def _place(event: Event, reaches: Sequence[Reach]) -> int | None:
    """The first of the leading members that the event touches in every kind of id that it has."""
    for place, reach in enumerate(reaches):
        if all(reach.touches(kind, ids) for kind, ids in event.ids.items()):
            return place
    return None


def _weights(effects: EffectsByDimension, events: Sequence[Event]) -> Weights:
    kinds = {kind for event in events for kind in event.ids} & set(_WEIGHED)
    weights: dict[str, dict[str, float]] = {}
    for kind in kinds:
        if _WEIGHED[kind] not in effects.natural:
            continue
        changes = effects.of(_WEIGHED[kind]).changes or {}
        whole = sum(abs(change) for change in changes.values())
        if whole:
            weights[kind] = {str(member): abs(change) / whole for member, change in changes.items()}
    return weights


def _weight(event: Event, weights: Weights) -> float:
    """How much of what changed lies in what the event touches."""
    weight = 1.0
    for kind, ids in event.ids.items():
        if kind in weights:
            weight *= sum(weights[kind].get(one, 0.0) for one in ids)
    return weight


def coincidence_note(events: Sequence[Event]) -> str:
    """The sentence that names them; empty where nothing happened."""
    if not events:
        return ""
    said = "; ".join(event.words for event in events)
    return f"In the same months: {said}; coincident, not shown to be the cause."
