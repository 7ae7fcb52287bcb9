"""Words that a misspelt word may stand for, nearest first."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

from assistant.interpreter.normalise import Token, fold
from assistant.interpreter.vocabulary import Vocabulary

CLEARLY = 0.2
"""How much nearer than the next a word must be."""

IN_CONTEXT = 0.5
"""How much further a word may be that makes a phrase with its neighbours."""

_INFLECTIONS = ("ed", "ing", "er", "ers", "ly")
_MOST = 4
_LONG_NAME = 8

ONE_SLIP = 1.3
"""One letter too many, too few, swapped or another."""

Graded = list[tuple[str, float]]


def candidates(token: Token, vocabulary: Vocabulary, *, is_first: bool, is_name: bool) -> Graded:
    """Words that a word of a question may be a slip for, with how far they are.

    Args:
        token: The word; one that is known, or an everyday word, is no slip.
        vocabulary: Where corrections may lead.
        is_first: Whether it begins the question, so that a capital says nothing.
        is_name: Whether it stands where a name stands; there even an everyday word may be a slip,
            if two letters of it are swapped.
    """
    word, lexicon = token.key, vocabulary.lexicon
    if not word.isalpha() or len(word) < 3 or word in vocabulary.words or word in vocabulary.member_words:
        return []
    allowed = _allowed(max(len(fold(token.text)), len(word)))
    if word in lexicon.common or word in lexicon.places or word in lexicon.orders:
        return _swapped(word, vocabulary) if is_name else []
    found = _nearest_to(token, vocabulary, allowed + IN_CONTEXT)
    return [
        (target, far)
        for target, far in found
        if far <= _reach(target, word, vocabulary, is_first=is_first, is_name=is_name)
    ][:_MOST]


def _nearest_to(token: Token, vocabulary: Vocabulary, allowed: float) -> Graded:
    """The words nearest to a word as it is written or in the singular: "gros" is no plural of "gro"."""
    graded = nearest_words(token.key, vocabulary.targets, allowed=allowed)
    written = fold(token.text)
    if written != token.key and written.isalpha():
        graded += nearest_words(written, vocabulary.targets, allowed=allowed)
    best: dict[str, float] = {}
    for target, far in graded:
        best[target] = min(far, best.get(target, far))
    return sorted(best.items(), key=lambda pair: pair[1])


def _reach(target: str, word: str, vocabulary: Vocabulary, *, is_first: bool, is_name: bool) -> float:
    """How far a slip towards a word may go: little for names, nothing that would lose a name."""
    lexicon = vocabulary.lexicon
    if target in vocabulary.member_words and target not in vocabulary.words:
        return (ONE_SLIP if len(word) < _LONG_NAME else 2.0) if len(word) > 3 else 0.0
    if target in lexicon.fillers and is_name:
        return ONE_SLIP if is_first and target in lexicon.asking else 0.0
    return ONE_SLIP if is_name or target in lexicon.fillers else 4.0


def is_within_reach(token: Token, far: float) -> bool:
    """Whether a correction needs no support from the words around it."""
    return far <= _allowed(max(len(fold(token.text)), len(token.key)))


def is_clear(found: Graded) -> bool:
    """Whether the first is clearly nearer than the second."""
    return len(found) == 1 or (len(found) > 1 and found[1][1] - found[0][1] >= CLEARLY)


def nearest_words(word: str, targets: Sequence[str], *, allowed: float) -> Graded:
    """Words within reach and how far they are, nearest first."""
    close = process.extract(
        word, targets, scorer=OSA.distance, processor=None, score_cutoff=int(allowed), limit=12
    )
    graded = ((target, _distance(word, target, edits)) for target, edits, _ in close)
    within = [pair for pair in graded if pair[1] <= allowed and not _is_inflected(word, pair[0])]
    return sorted(within, key=lambda pair: pair[1])


def _swapped(word: str, vocabulary: Vocabulary) -> Graded:
    found = nearest_words(word, vocabulary.targets, allowed=1.0)
    return [pair for pair in found if pair[0] in vocabulary.member_words and _is_swap(word, pair[0])]


def _allowed(length: int) -> float:
    """How far a correction may reach: longer words bear more slips."""
    if length <= 4:
        return 1.0
    if length <= 6:
        return ONE_SLIP
    return 2.3 if length <= 11 else 3.3


def _distance(word: str, target: str, edits: float) -> float:
    """Edits, with a little more for slips that people rarely make."""
    other_start = 0.5 if word[0] != target[0] else 0.0
    other_letter = 0.3 if len(word) == len(target) and not _is_swap(word, target) else 0.0
    more_letters = 0.25 if len(word) > len(target) else 0.0
    lost_word = 0.5 if len(target) < 3 else 0.0
    return edits + other_start + other_letter + more_letters + lost_word


def _is_swap(word: str, target: str) -> bool:
    return len(word) == len(target) and sorted(word) == sorted(target)


def _is_inflected(word: str, target: str) -> bool:
    """Whether it is another form of the same word: "approved" is no slip for "approve"."""
    return word.startswith(target.removesuffix("e")) and word.endswith(_INFLECTIONS)
