"""Comparisons: the other side is called what it is, and stands where another side may stand."""

from __future__ import annotations

from connectors.periods import months_between
from tools.figures import Comparison, Figure
from tools.wording.claims import (
    ARTICLES,
    LEADING,
    Complaints,
    Said,
    Words,
    comparing_word,
    field_of,
    is_compared_with,
    nearest_stretch,
)
from tools.wording.complaints import Complaint
from tools.wording.known import period_key
from tools.wording.references import CHANGES
from tools.wording.sentences import Sentence

SIDES = CHANGES | {"comparison"}
"""Fields that speak of a comparison."""

_GRAINS = {"month": 1, "quarter": 3}
_BEFORE_OTHER_SIDE = LEADING | {"at", "was", "were", "is", "value", "figure", "rate"}


def comparison_complaints(words: Words, sentence: Sentence, said: Said) -> Complaints:
    """Hold what a sentence compares with against the comparisons of its figures."""
    sides = [place for place in sentence.references if field_of(sentence, place) in SIDES]
    yield from _name_complaints(words, sentence, sides, said)
    for place in sides:
        figure = words.figure(sentence, place)
        if figure.comparison and _identity(figure.comparison) not in said.comparisons:
            message = (
                f"Say in the sentence what {sentence.tokens[place].text} is compared with"
                f" ({_words_of(figure.comparison)})."
            )
            yield Complaint("comparison", message, sentence.text)
        if field_of(sentence, place) == "comparison":
            yield from _other_side_complaints(words, sentence, place, figure)
    yield from _misplaced_values(words, sentence)


def _name_complaints(words: Words, sentence: Sentence, sides: list[int], said: Said) -> Complaints:
    """The names of other sides: "its target", and "Q1 2026" after a word of comparison."""
    periods = [place for place in sentence.places("period") if is_compared_with(words, sentence, place)]
    for place in sorted([*sentence.places("comparison"), *periods]):
        token = sentence.tokens[place]
        if token.kind == "comparison" and _is_read_from(words, sentence, place):
            continue
        if token.kind == "comparison" and not _may_stand(words, sentence, place):
            message = f"Write '{token.text}' only after a word of comparison such as 'below' or 'against'."
            yield Complaint("comparison", message, sentence.text)
        bound = nearest_stretch(sentence, sides, place, forward=False)
        if not bound:
            message = f"'{token.text}' has no reference beside it that is compared with it."
            yield Complaint("comparison", message, sentence.text)
        for side in bound:
            figure = words.figure(sentence, side)
            if figure.comparison is None or not _is_named(figure.comparison, sentence, place):
                message = f"{sentence.tokens[side].text} is not compared with '{token.text}'."
                yield Complaint("comparison", message, sentence.text)
            else:
                said.comparisons.add(_identity(figure.comparison))
    for place in sentence.places("period"):
        _note_other_side(words, sentence, place, sides, said)


def _is_read_from(words: Words, sentence: Sentence, place: int) -> bool:
    """Whether the figures beside it are read from that plan: "revenue in the budget is {F1}"."""
    beside = nearest_stretch(sentence, sentence.references, place, forward=True)
    named = sentence.tokens[place].meaning["comparison"]
    return bool(beside) and all(words.figure(sentence, p).basis.get("version") in named for p in beside)


def _note_other_side(words: Words, sentence: Sentence, place: int, sides: list[int], said: Said) -> None:
    """Naming the period of `{F1.comparison}` ("… in Q1 2026") names the other side as well."""
    for side in sentence.in_stretch(sides, place):
        comparison = words.figure(sentence, side).comparison
        if field_of(sentence, side) == "comparison" and comparison and _is_named(comparison, sentence, place):
            said.comparisons.add(_identity(comparison))


def _may_stand(words: Words, sentence: Sentence, place: int) -> bool:
    if comparing_word(words, sentence, place, LEADING):
        return True
    before = place - 1
    while before >= 0 and sentence.tokens[before].lower in ARTICLES:
        before -= 1
    return before < 0 or sentence.stretches[before] != sentence.stretches[place] or _opens(sentence, before)


def _opens(sentence: Sentence, place: int) -> bool:
    """Whether the token is the mark or the "and" that opens a stretch."""
    return place == 0 or sentence.stretches[place - 1] != sentence.stretches[place]


def _is_named(comparison: Comparison, sentence: Sentence, place: int) -> bool:
    token = sentence.tokens[place]
    if token.kind == "period":
        period = comparison.period
        return period is not None and token.meaning["period"] == frozenset({period_key(period)})
    if not token.meaning["comparison"] & {comparison.with_, comparison.with_.replace(" ", "_").lower()}:
        return False
    return all(_months(comparison) == months for grain, months in _GRAINS.items() if grain in token.lower)


def _months(comparison: Comparison) -> int | None:
    period = comparison.period
    return months_between(period.start, period.end) + 1 if period else None


def _identity(comparison: Comparison) -> tuple[str, str]:
    return comparison.with_, period_key(comparison.period) if comparison.period else ""


def _words_of(comparison: Comparison) -> str:
    label = f", {comparison.period.label}" if comparison.period else ""
    return f"{comparison.with_.replace('_', ' ')}{label}"


def _other_side_complaints(words: Words, sentence: Sentence, place: int, figure: Figure) -> Complaints:
    """`{F1.comparison}` follows what it is ("its target of …"), and never stands alone."""
    text = sentence.tokens[place].text
    if not _follows_other_side(words, sentence, place):
        message = (
            f"{text} is the other side of the comparison ({_words_of(figure.comparison)}): write it after "
            "'from', 'than', 'against', or after its name."
            if figure.comparison
            else f"{text} has no comparison."
        )
        yield Complaint("comparison", message, sentence.text)
    others = [p for p in sentence.references if field_of(sentence, p) != "comparison"]
    if figure.id not in {words.figure(sentence, p).id for p in others}:
        message = f"{text} stands alone: write {{{figure.id}}} or {{{figure.id}.difference}} beside it."
        yield Complaint("comparison", message, sentence.text)


def _follows_other_side(words: Words, sentence: Sentence, place: int) -> bool:
    before = place - 1
    while before >= 0 and sentence.stretches[before] == sentence.stretches[place]:
        token = sentence.tokens[before]
        if token.kind == "comparison":
            return True
        if token.kind == "period" and is_compared_with(words, sentence, before):
            return True
        if token.is_word and token.lower in words.lexicon.comparing:
            return True
        if token.kind not in {"metric", "member"} and token.lower not in _BEFORE_OTHER_SIDE:
            return False
        before -= 1
    return False


def _misplaced_values(words: Words, sentence: Sentence) -> Complaints:
    """A figure itself must not stand where the other side stands ("from {F1} to …")."""
    directions = sentence.words_in(words.lexicon.directions)
    for place in sentence.references:
        if field_of(sentence, place) == "comparison":
            continue
        word = comparing_word(words, sentence, place, ARTICLES)
        takes_no_side = word in words.lexicon.setting_beside and not sentence.in_stretch(directions, place)
        if word and not takes_no_side and not _is_in_range(sentence, place):
            message = f"{sentence.tokens[place].text} stands after '{word}', where the other side belongs."
            yield Complaint("comparison", message, sentence.text)


def _is_in_range(sentence: Sentence, place: int) -> bool:
    return field_of(sentence, place) in {"low", "high"}
