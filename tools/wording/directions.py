"""Directions: "fell", "above", "better" stand on a comparison and have its sign."""

from __future__ import annotations

from tools.figures import Figure
from tools.wording.bindings import reference_runs
from tools.wording.claims import Complaints, Words, field_of, nearest_stretch
from tools.wording.comparisons import SIDES
from tools.wording.complaints import Complaint
from tools.wording.derived import derived_fault, stands_on_derived
from tools.wording.lexicon import MOVEMENTS, Lexicon
from tools.wording.references import CHANGES
from tools.wording.sentences import Sentence

_UP = frozenset({"rose", "above"})
_DOWN = frozenset({"fell", "below"})
_GOOD = frozenset({"improved", "better"})


def direction_complaints(words: Words, sentence: Sentence) -> Complaints:
    """Hold the direction words of a sentence against the comparisons that they stand on."""
    places = sentence.words_in(words.lexicon.directions)
    for place in places:
        text = sentence.tokens[place].text
        if len(sentence.in_stretch(places, place)) > 1:
            message = f"More than one direction word beside '{text}': write one for each reference."
            yield Complaint("direction", message, sentence.text)
        derived = stands_on_derived(words, sentence, place)
        if derived:
            yield from _derived_complaints(words, sentence, place, derived)
            continue
        standing_on = _stands_on(words, sentence, place)
        if not standing_on:
            message = (
                f"'{text}' stands on no comparison: put a reference such as {{F1.difference}} beside it, "
                "or leave it out."
            )
            yield Complaint("direction", message, sentence.text)
        for reference in standing_on:
            direction = words.lexicon.directions[sentence.tokens[place].lower]
            fault = _fault(words.figure(sentence, reference), direction)
            if fault:
                message = f"'{text}' contradicts {sentence.tokens[reference].text}, which {fault}."
                yield Complaint("direction", message, sentence.text)


def _derived_complaints(words: Words, sentence: Sentence, place: int, derived: list[int]) -> Complaints:
    direction = words.lexicon.directions[sentence.tokens[place].lower]
    for reference in derived:
        fault = derived_fault(words, words.figure(sentence, reference), direction)
        if fault:
            text = sentence.tokens[reference].text
            message = f"'{sentence.tokens[place].text}' contradicts {text}, which {fault}."
            yield Complaint("direction", message, sentence.text)


def change_complaints(words: Words, sentence: Sentence) -> Complaints:
    """A change is called one, so that it is not taken for the figure itself."""
    said = said_by_direction(sentence, words.lexicon)
    calling = sentence.words_in(words.lexicon.changing | words.lexicon.comparing)
    for place in sentence.references:
        if (
            field_of(sentence, place) in CHANGES
            and place not in said
            and not sentence.in_stretch(calling, place)
        ):
            message = (
                f"{sentence.tokens[place].text} is a change: write a direction word or 'change' beside it."
            )
            yield Complaint("direction", message, sentence.text)


def said_by_direction(sentence: Sentence, lexicon: Lexicon) -> dict[int, int]:
    """Changes whose sign a direction word says, with the place of that word.

    The word in the same stretch; else that of a list ("fell by {F1.difference} and
    {F2.difference}"); else the last one before, where no other comparison begins in between.
    """
    changes = [place for place in sentence.references if field_of(sentence, place) in CHANGES]
    directions = sentence.words_in(lexicon.directions)
    said: dict[int, int] = {}
    for change in changes:
        beside = [
            place
            for mate in _with_its_list(sentence, changes, change)
            for place in sentence.in_stretch(directions, mate)
        ]
        before = [place for place in directions if place < change]
        if beside:
            said[change] = beside[0]
        elif before and not _begins_comparison(sentence, lexicon, change):
            said[change] = before[-1]
    return said


def _with_its_list(sentence: Sentence, changes: list[int], change: int) -> list[int]:
    runs = reference_runs(sentence, changes)
    return [change, *next((run for run in runs if change in run), [])]


def _begins_comparison(sentence: Sentence, lexicon: Lexicon, change: int) -> bool:
    """Whether something else is compared with in the stretch of a change."""
    others = [*sentence.places("comparison"), *sentence.words_in(lexicon.comparing)]
    return bool(sentence.in_stretch(others, change))


def _stands_on(words: Words, sentence: Sentence, place: int) -> list[int]:
    """References to the comparisons that a direction word speaks of."""
    sides = [p for p in sentence.references if field_of(sentence, p) in SIDES]
    said = said_by_direction(sentence, words.lexicon)
    own = {*sentence.in_stretch(sides, place), *(change for change, word in said.items() if word == place)}
    if own:
        return sorted(own)
    values = sentence.in_stretch(sentence.references, place)
    if not values:
        return nearest_stretch(sentence, sides, place, forward=True)
    compared = {words.figure(sentence, p).id for p in sides}
    return values if all(words.figure(sentence, p).id in compared for p in values) else []


def _fault(figure: Figure, direction: str) -> str | None:
    comparison = figure.comparison
    if comparison is None or comparison.difference is None:
        return "has no comparison with a value"
    if direction in MOVEMENTS:
        before, now = comparison.period, figure.period
        if before is None or now is None or before.start >= now.start:
            return "is compared with no earlier period"
    if direction in _UP | _DOWN:
        is_right = comparison.difference > 0 if direction in _UP else comparison.difference < 0
        side = "above" if comparison.difference > 0 else "below" if comparison.difference < 0 else "equal to"
        return None if is_right else f"is {side} the other side"
    if comparison.better is None:
        return "is neither better nor worse"
    is_right = comparison.better == (direction in _GOOD)
    return None if is_right else f"is {'better' if comparison.better else 'worse'} than the other side"
