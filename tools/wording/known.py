"""The phrases that a checker knows for one answer: names, metrics, periods, comparisons."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from connectors.dimensions import NONE_MEMBER, TIME
from connectors.periods import MONTH_ABBREVIATIONS, MONTH_NAMES, label_of, month_end
from tools.figures import Figure, PeriodRef
from tools.wording.lexicon import Lexicon
from tools.wording.phrases import PhraseBook

_QUARTER = re.compile(r"Q([1-4])\b")
_ORDINALS = {"1": "first", "2": "second", "3": "third", "4": "fourth"}
SAID_BASES = ("level", "version")
"""Bases that words may name; the others stand in the grey line under an answer."""


@dataclass(frozen=True)
class Known:
    """What may be named in an answer.

    Attributes:
        names: Names and ids of members by dimension, as far as the asker may see them.
        metric_words: Title, synonyms and the like by metric id.
        better: Which way is good by metric id: `up`, `down`, `to 0`.
    """

    names: Mapping[str, Collection[str]] = field(default_factory=dict)
    metric_words: Mapping[str, Collection[str]] = field(default_factory=dict)
    better: Mapping[str, str] = field(default_factory=dict)


def period_key(period: PeriodRef) -> str:
    """What tells periods apart."""
    return f"{period.start}/{period.end}"


def phrase_book(known: Known, figures: Iterable[Figure], lexicon: Lexicon) -> PhraseBook:
    """All phrases for one answer."""
    book, figures = PhraseBook(), list(figures)
    _add_words(book, lexicon)
    derived = {figure.transform for figure in figures}
    # beside steps of a bridge "contribution" is a step, and no other word for standard margin
    taken = {phrase for phrase, name in lexicon.transforms.items() if name in derived}
    for metric, words in known.metric_words.items():
        own = [word for word in words if not {word.casefold(), f"{word.casefold()}s"} & taken]
        _add_metric(book, metric, [metric.replace("_", " "), *own])
    for dimension, names in known.names.items():
        for name in names:
            add_member(book, dimension, name, lexicon)
    _add_figures(book, known, figures, lexicon)
    return book


def add_member(book: PhraseBook, dimension: str, name: str, lexicon: Lexicon) -> None:
    """Learn a member's name; one that is also a word of the lexicon only as it is written.

    A name without a letter reads as a number: it is not learnt, and only a reference writes it.
    """
    lower = name.lower()
    if not any(character.isalpha() for character in name) and name != NONE_MEMBER:
        return
    is_word = any(
        lower in words
        for words in (
            lexicon.plain,
            lexicon.cut_by,
            lexicon.asking,
            lexicon.directions,
            lexicon.superlatives,
            lexicon.comparing,
            lexicon.comparisons,
            lexicon.everything,
            lexicon.why_refused,
        )
    )
    book.add("member", name, {dimension: [name]}, exact=is_word)


def _add_words(book: PhraseBook, lexicon: Lexicon) -> None:
    for phrase in lexicon.everything:
        book.add("everything", phrase)
    for phrase, names in lexicon.comparisons.items():
        book.add("comparison", phrase, {"comparison": names})
    for phrase, name in lexicon.transforms.items():
        book.add("transform", phrase, {"transform": [name]})
    singles: Iterable[Iterable[str]] = (
        lexicon.plain,
        lexicon.cut_by,
        lexicon.asking,
        lexicon.directions,
        lexicon.superlatives,
        lexicon.comparing,
        lexicon.excluding,
        lexicon.range,
        lexicon.why_refused,
    )
    for words in singles:
        for word in words:
            if " " in word or "-" in word:
                book.add("word", word)


def _add_metric(book: PhraseBook, metric: str, words: Iterable[str]) -> None:
    for word in words:
        book.add("metric", word, {"metric": [metric]})
        if word[-1:].isalpha() and not word.endswith("s"):
            book.add("metric", f"{word}s", {"metric": [metric]})


def _add_figures(book: PhraseBook, known: Known, figures: Sequence[Figure], lexicon: Lexicon) -> None:
    """What the figures are called; each name once, as a result may hold thousands of figures."""
    for metric, title in {(figure.metric, figure.title) for figure in figures}:
        _add_metric(book, metric, [word for word in (metric.replace("_", " "), title) if word])
    for dimension, name in {member for figure in figures for member in _members(figure)}:
        add_member(book, dimension, name, lexicon)
    periods = {period_key(period): period for figure in figures for period in _periods(figure)}
    for period in periods.values():
        _add_period(book, period)
    for name, label in {_side(figure) for figure in figures if figure.comparison}:
        book.add("comparison", name.replace("_", " "), {"comparison": [name]})
        if label:
            book.add("comparison", label, {"comparison": [name]})
    metrics = {word.casefold() for words in known.metric_words.values() for word in words}
    own_steps = {str(f.basis["step"]) for f in figures if "step" in f.basis and not f.group}
    for step in own_steps - {"change"}:
        # steps of members are told by their members, and "Revenue" reads as the metric
        if step.casefold() not in metrics:
            book.add("step", step, {"step": [step]})
    for key, value in {basis for figure in figures for basis in _bases(figure)}:
        spelled = [f"{value} level"] if key == "level" else [value, f"{value} plan", f"{value} version"]
        for each in spelled:
            book.add("basis", each, {key: [value]})
    for transform in {figure.transform for figure in figures if figure.transform}:
        book.add("transform", transform.replace("_", " "), {"transform": [transform]})


def _side(figure: Figure) -> tuple[str, str]:
    """What a figure is compared with: its kind, and how people call it where it is no period of its own."""
    comparison = figure.comparison
    if comparison is None:
        return "", ""
    is_period = comparison.period is not None and comparison.label == comparison.period.label
    return comparison.with_, "" if is_period else comparison.label.removeprefix("the ")


def _members(figure: Figure) -> Iterable[tuple[str, str]]:
    yield from ((dimension, name) for dimension, name in figure.group.items() if dimension not in TIME)
    for dimension, names in figure.scope.items():
        yield from ((dimension.removeprefix("not "), name) for name in names)


def _periods(figure: Figure) -> Iterable[PeriodRef]:
    periods = (figure.period, figure.comparison.period if figure.comparison else None)
    return (period for period in periods if period is not None)


def _bases(figure: Figure) -> Iterable[tuple[str, str]]:
    values = {key: figure.basis.get(key) for key in SAID_BASES}
    return ((key, value) for key, value in values.items() if isinstance(value, str) and names_basis(value))


def names_basis(value: str) -> bool:
    """Whether a basis is one that words name; "the committed plan" is what a bridge starts from."""
    return not value.startswith("the ")


def _add_period(book: PhraseBook, period: PeriodRef) -> None:
    meaning = {"period": [period_key(period)]}
    for spelling in spellings(period):
        book.add("period", spelling, meaning, exact=spelling.isalpha())


def spellings(period: PeriodRef) -> list[str]:
    """How a period may be written: its label, the same in words, and without its year.

    A short form may stand for several periods of one answer; then it is ambiguous.
    """
    label = label_of(period.start, period.end)
    found = [period.label, label]
    if period.label.startswith("all time"):
        found.append("all time")
    found += _in_months(period)
    for each in (period.label, label):
        quarter = _QUARTER.match(each)
        if quarter:
            year = each[quarter.end() :].strip()
            ordinal = f"{_ORDINALS[quarter[1]]} quarter"
            found += [f"Q{quarter[1]}", f"Q{quarter[1]} of {year}", f"{year} Q{quarter[1]}"]
            found += [ordinal, f"{ordinal} of {year}"]
    dashes = [("–", "-"), (" – ", " to ")]
    return list(dict.fromkeys([*found, *(each.replace(*pair) for each in found for pair in dashes)]))


def _in_months(period: PeriodRef) -> list[str]:
    start, end = period.start, period.end
    if start.day != 1 or end != month_end(end):
        return []
    if (start.year, start.month) == (end.year, end.month):
        month, short = MONTH_NAMES[start.month], MONTH_ABBREVIATIONS[start.month]
        year = start.year
        spelled = [f"{month} {year}", f"{short} {year}", f"{month} of {year}", f"{year}-{start.month:02d}"]
        return [*spelled, month, short]
    spans = []
    for names in (MONTH_NAMES, MONTH_ABBREVIATIONS):
        for to in (" to ", "–", " – "):
            first = names[start.month]
            if start.year != end.year:
                first = f"{first} {start.year}"
            spans.append(f"{first}{to}{names[end.month]} {end.year}")
    return spans
