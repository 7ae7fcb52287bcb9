"""What was asked: the figures shown are of the members, the metric and the period it names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from connectors.periods import MONTH_NAMES, Period, month_end, quarter_of
from tools.figures import Figure
from tools.wording.claims import Complaints, Words
from tools.wording.complaints import Complaint
from tools.wording.phrases import PhraseBook
from tools.wording.tokens import Token, tokens_of

_MONTH = "|".join([*MONTH_NAMES[1:], *(name[:3] for name in MONTH_NAMES[1:])])
_NAMED_MONTH = re.compile(rf"\b({_MONTH})\.?\s+(20\d\d)\b", re.IGNORECASE)
_NAMED_QUARTER = re.compile(r"\bQ([1-4])[ /-]?\s*(20\d\d)\b", re.IGNORECASE)


def question_complaints(words: Words, book: PhraseBook) -> Complaints:
    """A total is no answer to a question about North, nor Q1 to one about Q2."""
    if words.index.figures and not words.referenced:
        yield Complaint("no_reference", "The answer refers to no figure: write references such as {F1}.")
        return
    question = words.question
    tokens = tokens_of(question.replace("\n", " "), book, words.index)
    yield from _member_complaints(words, tokens)
    asked = [token.meaning["metric"] for token in tokens if token.kind == "metric"]
    if asked and words.referenced and not any(names & words.metrics for names in asked):
        yield Complaint("metric", "The question asks for another metric than the figures referred to are.")
    spans = list(_named_periods(question))
    if spans and not any(_touches(figure, span) for span in spans for figure in words.referenced):
        yield Complaint("period", "The question names another period than the figures referred to have.")


def _member_complaints(words: Words, tokens: Iterable[Token]) -> Complaints:
    shown = {
        (dimension, name)
        for figure in words.referenced
        for dimension, names in _cut(figure)
        for name in names
    }
    for token in tokens:
        if token.kind != "member" or not words.referenced:
            continue
        meant = {(dimension, name) for dimension, names in token.meaning.items() for name in names}
        if not meant & shown:
            message = (
                f"The question is about {token.text}, and no figure referred to is of {token.text}: "
                "call the tool with a filter or a cut for it."
            )
            yield Complaint("group", message)


def _cut(figure: Figure) -> Iterable[tuple[str, Iterable[str]]]:
    for dimension, name in figure.group.items():
        yield dimension, (name, figure.group_ids.get(dimension, name))
    for dimension, names in figure.scope.items():
        yield dimension.removeprefix("not "), names


def _named_periods(question: str) -> Iterable[Period]:
    for month, year in _NAMED_MONTH.findall(question):
        number = next(n for n, name in enumerate(MONTH_NAMES) if n and name[:3].lower() == month[:3].lower())
        first = date(int(year), number, 1)
        yield Period(first, month_end(first))
    for quarter, year in _NAMED_QUARTER.findall(question):
        yield quarter_of(date(int(year), int(quarter) * 3, 1))


def _touches(figure: Figure, span: Period) -> bool:
    periods = (figure.period, figure.comparison.period if figure.comparison else None)
    return any(p is not None and p.start <= span.end and p.end >= span.start for p in periods)
