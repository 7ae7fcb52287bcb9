"""Corrects misspelt words, but only towards a word that is clearly the nearest."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from rapidfuzz import process
from rapidfuzz.distance import OSA

from assistant.interpreter.normalise import Token
from assistant.interpreter.vocabulary import Vocabulary

_INFLECTIONS = ("ed", "ing", "er", "ers", "ly")
CLEARLY = 0.2
"""How much nearer than the next a word must be."""


def corrected(tokens: list[Token], wrong: Collection[int], vocabulary: Vocabulary) -> list[Token]:
    """The words with those at `wrong` corrected, as far as there is one clearly nearest word."""
    return [_corrected(token, vocabulary) if at in wrong else token for at, token in enumerate(tokens)]


def _corrected(token: Token, vocabulary: Vocabulary) -> Token:
    word = token.key
    lexicon = vocabulary.lexicon
    known = word in vocabulary.words or word in vocabulary.member_words
    known = known or word in lexicon.common or word in lexicon.orders
    if known or not word.isalpha() or len(word) < 3:
        return token
    nearest = nearest_words(word, vocabulary.targets)
    if token.text[:1].isupper() and not token.text.isupper():
        nearest = [pair for pair in nearest if pair[0] not in vocabulary.lexicon.fillers]
    if not nearest or (len(nearest) > 1 and nearest[1][1] - nearest[0][1] < CLEARLY):
        return token
    return replace(token, key=nearest[0][0], correction=nearest[0][0])


def nearest_words(
    word: str, targets: Sequence[str], *, allowed: float | None = None
) -> list[tuple[str, float]]:
    """Words that a misspelt word may stand for and how far they are, nearest first."""
    limit = _allowed(word) if allowed is None else allowed
    close = process.extract(
        word, targets, scorer=OSA.distance, processor=None, score_cutoff=int(limit), limit=8
    )
    graded = ((target, _distance(word, target, distance)) for target, distance, _ in close)
    return sorted(
        ((target, far) for target, far in graded if far <= limit and not _is_inflected(word, target)),
        key=lambda pair: pair[1],
    )


def _is_inflected(word: str, target: str) -> bool:
    """Whether it is another form of the same word: "approved" is no slip for "approve"."""
    return word.startswith(target.removesuffix("e")) and word.endswith(_INFLECTIONS)


def _allowed(word: str) -> float:
    """How far a correction may reach: longer words bear more slips."""
    if len(word) <= 4:
        return 1.0
    if len(word) <= 5:
        return 1.3
    return 2.3 if len(word) <= 11 else 3.3


def _distance(word: str, target: str, edits: float) -> float:
    """Edits, with a little more for slips that people rarely make."""
    other_start = 0.5 if word[0] != target[0] else 0.0
    is_swap = len(word) == len(target) and sorted(word) == sorted(target)
    lost_letter = 0.5 if len(word) == 3 and len(target) < 3 else 0.0
    other_letter = 0.3 if len(word) == len(target) and not is_swap else 0.0
    return edits + other_start + other_letter + lost_letter
