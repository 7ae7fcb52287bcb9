"""Metrics, periods, bases and transforms: a figure is called what it is."""

from __future__ import annotations

from tools.figures import Figure
from tools.wording.bindings import Bindings, bind
from tools.wording.claims import (
    Complaints,
    Said,
    Words,
    field_of,
    is_compared_with,
    nearest_stretch,
)
from tools.wording.complaints import Complaint
from tools.wording.derived import COUNT
from tools.wording.known import SAID_BASES, names_basis, period_key
from tools.wording.sentences import Sentence

_OF_STEPS = frozenset({"step", "effect", "side", "compared", "companion"})
"""What a basis says of a figure's place in a bridge, which other checks hold."""

_BEFORE_A_YEAR = frozenset({"in", "for", "of", "during", "year", "to", "(", "calendar"})


def metric_complaints(words: Words, sentence: Sentence, said: Said) -> Complaints:
    """Hold the metrics that a sentence names against those of its figures."""
    named = sentence.places("metric")
    for place in named:
        said.metrics |= sentence.tokens[place].meaning["metric"]
    bindings = bind(sentence, named, sentence.references)
    for place in sentence.references:
        figure, text = words.figure(sentence, place), sentence.tokens[place].text
        bound = bindings.names.get(place, [])
        wrong = [n for n in bound if figure.metric not in sentence.tokens[n].meaning["metric"]]
        if wrong:
            title = sentence.tokens[wrong[0]].text
            message = f"{text} is {_title(figure)}, and the sentence calls it {title}."
            yield Complaint("metric", message, sentence.text)
        elif not bound and (
            len(words.metrics) > 1
            or figure.metric not in said.metrics
            or sentence.words_in(words.lexicon.cut_by)
        ):
            message = f"Say in the sentence that {text} is {_title(figure)}."
            yield Complaint("metric", message, sentence.text)
    for place in bindings.unbound:
        message = f"No reference in this sentence is {sentence.tokens[place].text}: leave it out."
        yield Complaint("metric", message, sentence.text)


def _title(figure: Figure) -> str:
    return figure.title or figure.metric.replace("_", " ")


def period_complaints(words: Words, sentence: Sentence, said: Said) -> Complaints:
    """Hold the periods that a sentence names against those of its figures.

    A period must be named where figures have several, and once where the model chose it.
    """
    named = [p for p in sentence.places("period") if not is_compared_with(words, sentence, p)]
    said.periods |= {key for place in named for key in sentence.tokens[place].meaning["period"]}
    bindings = bind(sentence, named, sentence.references)
    for place in sentence.references:
        figure, text = words.figure(sentence, place), sentence.tokens[place].text
        own = _own_period(sentence, place, figure)
        bound = bindings.names.get(place, [])
        fault = None
        if not bound:
            is_chosen = bool(words.chosen(figure, "period")) and own not in said.periods
            is_open = len(words.periods) > 1 or is_chosen
            if is_open and field_of(sentence, place) != "comparison":
                fault = f"Say in the sentence of which period {text} is, for instance {{{figure.id}.period}}."
        elif not _fits(words, sentence, place, own, bindings):
            label = figure.period.label if figure.period else "no period"
            names = " and ".join(sentence.tokens[name].text for name in bound)
            fault = f"{text} is of {label} or what that is compared with, and the sentence says {names}."
        if fault:
            yield Complaint("period", fault, sentence.text)
    for place in bindings.unbound:
        message = f"No reference in this sentence is of {sentence.tokens[place].text}: leave it out."
        yield Complaint("period", message, sentence.text)
    for place in sentence.places("period"):
        if _reads_as_number(words, sentence, place):
            message = f"'{sentence.tokens[place].text}' reads as a number there: write 'in' before it."
            yield Complaint("digits", message, sentence.text)


def _reads_as_number(words: Words, sentence: Sentence, place: int) -> bool:
    """Whether a year stands where a figure could: "were 2026 in …"."""
    token = sentence.tokens[place]
    if token.reference or any(character.isalpha() for character in token.text) or place == 0:
        return False
    before = sentence.tokens[place - 1].lower
    return before not in _BEFORE_A_YEAR and before not in words.lexicon.comparing


def _own_period(sentence: Sentence, place: int, figure: Figure) -> str | None:
    period = figure.period
    if field_of(sentence, place) == "comparison" and figure.comparison and figure.comparison.period:
        period = figure.comparison.period
    return period_key(period) if period else None


def _fits(words: Words, sentence: Sentence, place: int, own: str | None, bindings: Bindings) -> bool:
    bound = bindings.names[place]
    if own is None:
        return False
    exact = [sentence.tokens[name].meaning["period"] == frozenset({own}) for name in bound]
    if place not in bindings.shared:
        return all(exact)
    return any(exact) or all(_is_other_side(words, sentence, place, name, bindings) for name in bound)


def _is_other_side(words: Words, sentence: Sentence, place: int, name: int, bindings: Bindings) -> bool:
    """Whether the name was taken by the other side of the same figure's comparison."""
    figure = words.figure(sentence, place)
    return any(
        name in held
        and field_of(sentence, other) == "comparison"
        and words.figure(sentence, other).id == figure.id
        for other, held in bindings.names.items()
        if other != place
    )


def basis_complaints(words: Words, sentence: Sentence, said: Said) -> Complaints:
    """Hold words like "order level" and "statistical" against the bases of the figures.

    A basis must be said where a tool was asked for it and the question was not, and where figures
    of one metric differ by it.
    """
    named = sentence.places("basis")
    for place in named:
        token = sentence.tokens[place]
        said.bases |= {(key, value) for key, values in token.meaning.items() for value in values}
        for reference in nearest_stretch(sentence, sentence.references, place, forward=True):
            figure = words.figure(sentence, reference)
            if any(figure.basis.get(key) not in values for key, values in token.meaning.items()):
                message = f"{sentence.tokens[reference].text} is not '{token.text}'."
                yield Complaint("basis", message, sentence.text)
    for place in sentence.references:
        figure = words.figure(sentence, place)
        if _is_other_side_of(words, figure):
            message = f"{sentence.tokens[place].text} is the other side: write {{F.comparison}} of this side."
            yield Complaint("basis", message, sentence.text)
        for key, value in figure.basis.items():
            if key in _OF_STEPS:
                continue
            if not isinstance(value, str) or key in figure.group or not names_basis(value):
                continue
            is_here = any(value in sentence.tokens[p].meaning.get(key, ()) for p in named)
            is_here = is_here or _is_called_plan(sentence, value)
            is_said = is_here or ((key, value) in said.bases and not _differs(words, figure, key))
            if not is_said and (_differs(words, figure, key) or _was_chosen(words, figure, key)):
                message = f"Say in the sentence of which {key} {sentence.tokens[place].text} is: {value}."
                yield Complaint("basis", message, sentence.text)


def _is_other_side_of(words: Words, figure: Figure) -> bool:
    """Whether it is the value that a change is counted from, and no period tells it from this side's."""
    if figure.basis.get("side") != "before":
        return False
    others = words.index.results_by_figure[figure.id].figures
    return any("side" not in other.basis and other.period == figure.period for other in others)


def _is_called_plan(sentence: Sentence, version: str) -> bool:
    """Whether the words for a plan stand there that may also be another side: "revenue in the budget"."""
    return any(version in sentence.tokens[p].meaning["comparison"] for p in sentence.places("comparison"))


def _differs(words: Words, figure: Figure, key: str) -> bool:
    """Whether figures of one metric that are referred to differ in a basis."""
    same = [f for f in words.referenced if f.metric == figure.metric and key in f.basis]
    return len({str(f.basis[key]) for f in same}) > 1


def _was_chosen(words: Words, figure: Figure, key: str) -> bool:
    """Whether the model chose a basis that the question does not speak of."""
    value = words.chosen(figure, key)
    return key in SAID_BASES and isinstance(value, str) and value.lower() not in words.question.lower()


def transform_complaints(words: Words, sentence: Sentence) -> Complaints:
    """A share is called a share, a running total one, and nothing else is."""
    named = sentence.places("transform")
    for place in named:
        for reference in nearest_stretch(sentence, sentence.references, place, forward=True):
            transform = words.figure(sentence, reference).transform
            if transform not in sentence.tokens[place].meaning["transform"]:
                message = f"{sentence.tokens[reference].text} is no '{sentence.tokens[place].text}'."
                yield Complaint("transform", message, sentence.text)
    for place in sentence.references:
        transform = words.figure(sentence, place).transform
        if (
            transform
            and transform != COUNT
            and not any(transform in sentence.tokens[p].meaning["transform"] for p in named)
        ):
            called = transform.replace("_", " ")
            message = f"{sentence.tokens[place].text} is a {called}: say so in the sentence."
            yield Complaint("transform", message, sentence.text)
