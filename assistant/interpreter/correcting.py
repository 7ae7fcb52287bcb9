"""Corrects misspelt words of a question: the clearly nearest word, or the one that makes a phrase."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from assistant.interpreter.normalise import Token
from assistant.interpreter.positions import stands_for_a_name
from assistant.interpreter.spans import Cut
from assistant.interpreter.spelling import candidates, is_clear, is_within_reach
from assistant.interpreter.vocabulary import Vocabulary

MOST_WRONG = 8
"""Words of one question that are corrected; a question with more is in another language."""

Recut = Callable[[list[Token]], Cut]


def corrected(found: Cut, recut: Recut, vocabulary: Vocabulary) -> Cut:
    """A cut of the question with its misspelt words corrected, as far as that is clear.

    Args:
        found: The question as it was cut.
        recut: Cuts other words of the same question.
        vocabulary: Where corrections may lead.
    """
    wrong = [at for start, end in found.leftover for at in range(start, end)]
    if not wrong or len(wrong) > MOST_WRONG:
        return found
    for at in wrong:
        token = found.tokens[at]
        is_name = stands_for_a_name(found, (at, at + 1))
        offered = candidates(token, vocabulary, is_first=at == 0, is_name=is_name)
        if not offered:
            continue
        near = [pair for pair in offered if is_within_reach(token, pair[1])]
        if near and is_clear(near):
            found = recut(_with(found.tokens, at, near[0][0]))
        else:
            found = _by_context(found, at, [word for word, _ in offered], [w for w, _ in near], recut)
    return found


def _by_context(found: Cut, at: int, words: list[str], near: Collection[str], recut: Recut) -> Cut:
    """The correction that makes the most of the question, if one does so alone."""
    tried = [(recut(_with(found.tokens, at, word)), word) for word in words]
    fitting = [
        (cut.score, cut)
        for cut, word in tried
        if _is_in_phrase(cut, at) or (word in near and _is_used(cut, at))
    ]
    if not fitting:
        return found
    best = max(score for score, _ in fitting)
    winners = [cut for score, cut in fitting if score == best]
    return winners[0] if len(winners) == 1 and best > found.score else found


def _is_in_phrase(cut: Cut, at: int) -> bool:
    """Whether a word now stands in a phrase with its neighbours."""
    return any(span.start <= at < span.end and span.end - span.start > 1 for span in cut.spans)


def _is_used(cut: Cut, at: int) -> bool:
    return any(span.start <= at < span.end and span.kind != "filler" for span in cut.spans)


def _with(tokens: list[Token], at: int, word: str) -> list[Token]:
    changed = list(tokens)
    changed[at] = replace(tokens[at], key=word, correction=word)
    return changed
