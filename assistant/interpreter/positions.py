"""Where a name stands in a question: after "in", beside "region", in capitals, in quotes."""

from __future__ import annotations

from assistant.interpreter.normalise import Token
from assistant.interpreter.spans import Cut, Span
from assistant.interpreter.vocabulary import Vocabulary

_BEFORE_NAMES = frozenset({"in", "for", "at", "of", "from", "only", "just", "with"})
_ARTICLES = frozenset({"the", "a", "an", "our", "all", "about"})
_LISTING = frozenset({"and", "or", "vs", "versus", "plu"})
_QUOTES = "\"'“”„«»‘’`"


def is_name_like(cut: Cut, run: tuple[int, int], vocabulary: Vocabulary) -> bool:
    """Whether unknown words read as a name and not as everyday words."""
    tokens = cut.tokens[run[0] : run[1]]
    if all(token.key in vocabulary.lexicon.common for token in tokens):
        return is_in_name_position(cut, run, vocabulary)
    return True


def is_in_name_position(cut: Cut, run: tuple[int, int], vocabulary: Vocabulary) -> bool:
    """Whether words stand where a name stands, or are written like one."""
    before, after = _neighbours(cut, run)
    is_everyday = any(token.key in vocabulary.lexicon.common for token in cut.tokens[run[0] : run[1]])
    if not is_everyday and any(span is not None and span.kind == "metric" for span in (before, after)):
        return True
    if any(span is not None and span.kind in {"dimension", "narrower"} for span in (before, after)):
        return True
    return stands_for_a_name(cut, run)


def stands_for_a_name(cut: Cut, run: tuple[int, int]) -> bool:
    """Whether words follow "in", "for", "without" and the like, or are written like a name."""
    before, _ = _neighbours(cut, run)
    return _follows_preposition(cut, run[0], before) or _is_written_like_a_name(cut, run)


def _neighbours(cut: Cut, run: tuple[int, int]) -> tuple[Span | None, Span | None]:
    """Spans right beside a run, fillers too."""
    before = next((span for span in cut.spans if span.end == run[0]), None)
    after = next((span for span in cut.spans if span.start == run[1]), None)
    return before, after


def _follows_preposition(cut: Cut, start: int, before: Span | None) -> bool:
    at = start - 1
    while at >= 0 and cut.tokens[at].key in _ARTICLES:
        at -= 1
    if at < 0:
        return False
    if cut.tokens[at].key in _BEFORE_NAMES or (before is not None and before.kind == "exclude"):
        return True
    if cut.tokens[at].key not in _LISTING and "," not in cut.tokens[start].before:
        return False
    listed = next((span for span in cut.spans if span.end in {at, at + 1} and span.kind == "member"), None)
    return listed is not None


def _is_written_like_a_name(cut: Cut, run: tuple[int, int]) -> bool:
    if cut.text.isupper():
        return False
    return any(
        _is_marked(token, is_first=at == 0) for at, token in enumerate(cut.tokens) if run[0] <= at < run[1]
    )


def _is_marked(token: Token, *, is_first: bool) -> bool:
    has_digit = any(character.isdigit() for character in token.text)
    has_digit = has_digit and (not token.text.isdigit() or len(token.text) > 3)
    is_quoted = bool(token.before) and token.before[-1] in _QUOTES
    return has_digit or is_quoted or (token.text[:1].isupper() and not is_first)
