"""Figures that are no values of their metric: steps of a bridge, counts of members, slopes of a trend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tools.figures import Figure
from tools.wording.bindings import bind
from tools.wording.claims import Complaints, Words, field_of
from tools.wording.complaints import Complaint
from tools.wording.sentences import Sentence

DRIVER, COUNT, SLOPE = "driver", "count", "slope"

_SIDES = {"above": {"above", "at_least"}, "below": {"below", "at_most"}}
_GOES = {"rose": "rising", "fell": "falling"}


def step_complaints(words: Words, sentence: Sentence) -> Complaints:
    """A step of a bridge that is no member's stands beside its own name: "volume", "late"."""
    drivers = [
        place
        for place in sentence.references
        if words.figure(sentence, place).transform == DRIVER and not words.figure(sentence, place).group
    ]
    named = sentence.places("step")
    bindings = bind(sentence, named, drivers)
    for place in drivers:
        own = str(words.figure(sentence, place).basis.get("step", ""))
        bound = bindings.names.get(place, [])
        text = sentence.tokens[place].text
        if not bound:
            yield Complaint("step", f"Say in the sentence that {text} is the step '{own}'.", sentence.text)
        elif any(own not in sentence.tokens[name].meaning["step"] for name in bound):
            yield Complaint("step", f"{text} is the step '{own}', not what stands beside it.", sentence.text)
    for place in bindings.unbound:
        message = f"No reference in this sentence is the step '{sentence.tokens[place].text}': leave it out."
        yield Complaint("step", message, sentence.text)


def count_complaints(words: Words, sentence: Sentence) -> Complaints:
    """A count says what it counts: "{F9} regions were below the limit"."""
    for place in sentence.references:
        figure = words.figure(sentence, place)
        if figure.transform != COUNT:
            continue
        cut: Sequence[str] = words.chosen(figure, "group_by") or ()  # type: ignore[assignment]
        counted = [
            sentence.tokens[p].lower
            for p in sentence.in_stretch(sentence.words_in(words.lexicon.cut_by), place)
        ]
        text = sentence.tokens[place].text
        if not counted or not all(_names(word, cut) for word in counted):
            message = f"{text} counts {' and '.join(cut) or 'groups'}: say so beside it, and nothing else."
            yield Complaint("count", message, sentence.text)
        sides = sentence.in_stretch(sentence.words_in(words.lexicon.directions), place)
        if not sides:
            message = (
                f"Say beside {text} on which side of the limit they are, for instance 'below the limit'."
            )
            yield Complaint("count", message, sentence.text)


def _names(word: str, cut: Sequence[str]) -> bool:
    """Whether a word such as "families" names a dimension of the cut."""
    singular = word.removesuffix("ies") + "y" if word.endswith("ies") else word.removesuffix("s")
    return any(dimension.replace("_", " ") in (word, singular) for dimension in cut) or singular in (
        "group",
        "member",
    )


def stands_on_derived(words: Words, sentence: Sentence, place: int) -> list[int]:
    """References beside a direction word that bear a direction of their own: slopes and counts."""
    derived = [
        other
        for other in sentence.references
        if field_of(sentence, other) == "" and words.figure(sentence, other).transform in (SLOPE, COUNT)
    ]
    if sentence.in_stretch(sentence.references, place):
        return sentence.in_stretch(derived, place)
    return derived if derived == sentence.references else []


def derived_fault(words: Words, figure: Figure, direction: str) -> str | None:
    """What contradicts a direction word beside a slope or a count; None where nothing does."""
    details = words.index.results_by_figure[figure.id].details or {}
    if figure.transform == COUNT:
        is_right = details.get("order") in _SIDES.get(direction, set())
        return (
            None
            if is_right
            else f"counts what is {str(details.get('order', '')).replace('_', ' ')} the limit"
        )
    goes = _direction_of(details, figure)
    if goes is None:
        return "is no clear trend"
    wanted = _GOES.get(direction, "")
    if direction in {"improved", "worsened"}:
        better = words.known.better.get(figure.metric)
        if better not in ("up", "down"):
            return "has no better way"
        wanted = "rising" if (better == "up") == (direction == "improved") else "falling"
    return None if goes == wanted else f"is {goes}"


def _direction_of(details: Mapping[str, Any], figure: Figure) -> str | None:
    for series in details.get("series", ()):
        if dict(series.get("group", {})) == figure.group:
            found = series.get("direction")
            return str(found) if found else None
    return None
