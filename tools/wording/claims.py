"""What all checks share: the answer's sentences, its figures, and what was said before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from tools.figures import Figure
from tools.wording.complaints import Complaint
from tools.wording.known import Known, period_key
from tools.wording.lexicon import Lexicon
from tools.wording.references import FigureIndex
from tools.wording.sentences import Sentence


@dataclass(frozen=True)
class Words:
    """The words of one answer, read.

    Attributes:
        sentences: In order.
        index: The figures that they may refer to.
        known: Names, metrics.
        lexicon: The words that the checker knows.
        question: What was asked.
    """

    sentences: tuple[Sentence, ...]
    index: FigureIndex
    known: Known
    lexicon: Lexicon
    question: str = ""

    def figure(self, sentence: Sentence, place: int) -> Figure:
        """The figure of the reference at that place."""
        reference = sentence.tokens[place].reference
        if reference is None:
            raise ValueError(f"there is no reference at {place} of '{sentence.text}'")
        return self.index.figures[reference.figure_id]

    def chosen(self, figure: Figure, argument: str) -> object:
        """What the tool was asked for by an argument, or None where it was left out."""
        result = self.index.results_by_figure[figure.id]
        arguments = next((s.arguments for s in result.sources if s.id == figure.source), {})
        return arguments.get(argument)

    @cached_property
    def referenced(self) -> tuple[Figure, ...]:
        """The figures of which amounts are referred to, each once."""
        found = {}
        for sentence in self.sentences:
            for place in sentence.references:
                figure = self.figure(sentence, place)
                found[figure.id] = figure
        return tuple(found.values())

    @cached_property
    def periods(self) -> frozenset[str]:
        """The periods of the figures referred to."""
        return frozenset(period_key(figure.period) for figure in self.referenced if figure.period)

    def share_scope(self, dimension: str) -> bool:
        """Whether all figures referred to are narrowed alike in a dimension."""
        return len({tuple(figure.scope.get(dimension, ())) for figure in self.referenced}) <= 1

    @cached_property
    def metrics(self) -> frozenset[str]:
        """The metrics of the figures referred to."""
        return frozenset(figure.metric for figure in self.referenced)


@dataclass
class Said:
    """What the sentences so far, the present one included, have named.

    Attributes:
        members: (dimension, name).
        metrics: Metric ids.
        comparisons: (`with`, period) of comparisons.
        periods: Keys of periods.
        bases: (key, value) of bases: ("level", "order").
    """

    members: set[tuple[str, str]] = field(default_factory=set)
    metrics: set[str] = field(default_factory=set)
    comparisons: set[tuple[str, str]] = field(default_factory=set)
    periods: set[str] = field(default_factory=set)
    bases: set[tuple[str, str]] = field(default_factory=set)


def field_of(sentence: Sentence, place: int) -> str:
    """The field of the reference at that place."""
    reference = sentence.tokens[place].reference
    return reference.field if reference else ""


def comparing_word(words: Words, sentence: Sentence, place: int, skipped: frozenset[str]) -> str | None:
    """The word of comparison right before a place ("below its …"), or None."""
    before = place - 1
    while before >= 0 and sentence.tokens[before].is_word and sentence.tokens[before].lower in skipped:
        before -= 1
    if before < 0 or not sentence.tokens[before].is_word:
        return None
    lower = sentence.tokens[before].lower
    return lower if lower in words.lexicon.comparing else None


ARTICLES = frozenset({"the", "a", "an", "its", "their"})
LEADING = ARTICLES | {"in", "for", "of", "during"}


def is_compared_with(words: Words, sentence: Sentence, place: int) -> bool:
    """Whether the period or comparison at that place is the other side of a comparison.

    That is after a word of comparison, or after "and" behind another that is ("below Q1 and Q2").
    """
    if comparing_word(words, sentence, place, LEADING) is not None:
        return True
    before = place - 1
    while before >= 0 and sentence.tokens[before].lower in ARTICLES | {"and"}:
        before -= 1
    is_listed = before in range(place - 1) and sentence.tokens[before].kind in {"period", "comparison"}
    return is_listed and is_compared_with(words, sentence, before)


def nearest_stretch(sentence: Sentence, references: list[int], place: int, forward: bool) -> list[int]:
    """References of the stretch of `place`, else of the nearest stretch that has some.

    Args:
        sentence: The sentence.
        references: The references that count.
        place: From where.
        forward: Whether the following stretches are looked at before the preceding ones.
    """
    own = sentence.in_stretch(references, place)
    if own:
        return own
    after = [reference for reference in references if reference > place]
    before = [reference for reference in references if reference < place]
    nearest = [after[:1], before[-1:]] if forward else [before[-1:], after[:1]]
    for found in nearest:
        if found:
            return sentence.in_stretch(references, found[0])
    return []


Complaints = Iterator[Complaint]
