"""Cuts words into tokens: references, names, metrics, periods, words, marks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from connectors.dimensions import TIME
from tools.figures import Figure
from tools.wording.known import period_key
from tools.wording.phrases import PhraseBook, loosened
from tools.wording.references import REFERENCE, FigureIndex, Reference

NOTHING: Mapping[str, frozenset[str]] = {}

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_QUOTES = {'"': '"”', "“": '”"', "„": "“”", "«": "»", "‘": "’'", "”": "”"}
_BULLET = re.compile(r"^\s*(?:[-*•–]\s+)")
_VERSUS = re.compile(r"\b(vs)\.", re.IGNORECASE)
_MARKS = frozenset(".,;:!?()-–—")
_DASHES = "-–"


@dataclass(frozen=True)
class Token:
    """One token.

    Attributes:
        kind: `reference` (an amount), `member`, `metric`, `period`, `comparison`, `everything`,
            `transform`, `basis`, `word`, `mark`, `quote` (closed quotation marks) or `stray` (what
            belongs into no sentence: digits, symbols, open quotation marks).
        text: As written; for a quote what stands between the marks.
        lower: In lower case, hyphens as spaces.
        meaning: What a name may mean, values by dimension (or `metric`, `period`, `comparison`).
        reference: For a reference, and for a name that is one (`{F1.region}`).
        is_joint: Whether all of the meaning's values are meant together.
        is_glued: For references: whether something stands right beside it.
    """

    kind: str
    text: str
    lower: str = ""
    meaning: Mapping[str, frozenset[str]] = field(default_factory=dict)
    reference: Reference | None = None
    is_joint: bool = False
    is_glued: bool = False

    @property
    def is_word(self) -> bool:
        """Whether it is an ordinary word or phrase."""
        return self.kind == "word"


@dataclass(frozen=True)
class Line:
    """A line of a text.

    Attributes:
        text: Without its bullet and without emphasis.
        is_item: Whether it had a bullet.
    """

    text: str
    is_item: bool


def lines_of(text: str) -> list[Line]:
    """The lines of a text that are not empty, without bullets and emphasis."""
    found = []
    for raw in text.split("\n"):
        bullet = _BULLET.match(raw)
        plain = (raw[bullet.end() :] if bullet else raw).replace("*", "").strip()
        if plain:
            found.append(Line(_VERSUS.sub(r"\1", plain), bool(bullet)))
    return found


def tokens_of(text: str, book: PhraseBook, index: FigureIndex) -> list[Token]:
    """The tokens of one line."""
    loose = loosened(text)
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        token, at = _next(text, loose, at, book, index)
        if token is not None:
            tokens.append(token)
    return tokens


def _next(text: str, loose: str, at: int, book: PhraseBook, index: FigureIndex) -> tuple[Token | None, int]:
    reference = REFERENCE.match(text, at)
    if reference:
        return _reference_token(text, reference, index), reference.end()
    phrase = book.longest(text, loose, at)
    if phrase:
        end = at + len(phrase.text)
        return Token(phrase.kind, phrase.text, " ".join(loosened(phrase.text).split()), phrase.meaning), end
    word = _WORD.match(text, at)
    if word:
        return Token("word", word.group(), loosened(word.group()).replace("’", "'")), word.end()
    return _mark(text, at)


def _mark(text: str, at: int) -> tuple[Token | None, int]:
    character = text[at]
    before = text[at - 1] if at else " "
    if character in "'’" and (before.isalnum() or before in "})"):
        possessive = re.match(r"['’](?:s\b|(?=\s))", text[at:])
        if possessive:
            return None, at + possessive.end()
    closing = _QUOTES.get(character) or ("'’" if character == "'" and not before.isalnum() else "")
    if closing:
        end = next((i for i in range(at + 1, len(text)) if text[i] in closing and _closes(text, i)), None)
        if end is not None:
            return Token("quote", text[at + 1 : end], text[at + 1 : end].lower()), end + 1
    kind = "mark" if character in _MARKS else "stray"
    return Token(kind, character, character), at + 1


def _closes(text: str, at: int) -> bool:
    return text[at] not in "'’" or at + 1 == len(text) or not text[at + 1].isalnum()


def _reference_token(text: str, match: re.Match[str], index: FigureIndex) -> Token:
    reference = Reference(match.group(1), match.group(2) or "")
    token = Token(
        "reference",
        match.group(),
        match.group().lower(),
        reference=reference,
        is_glued=_is_glued(text, match.start(), match.end()),
    )
    figure = index.figures.get(reference.figure_id)
    if reference.is_amount or figure is None:
        return token
    return _name_token(token, reference, figure)


def _name_token(token: Token, reference: Reference, figure: Figure) -> Token:
    """A reference to a name stands for that name; to what is not there, it stays a reference."""
    name, comparison = reference.field, figure.comparison
    if name == "period" or (name in TIME and name in figure.group):
        return replace(token, kind="period", meaning=_period(figure.period)) if figure.period else token
    if name == "comparison_period" and comparison and comparison.period:
        return replace(token, kind="period", meaning=_period(comparison.period))
    if name in figure.group:
        return replace(token, kind="member", meaning={name: frozenset({figure.group[name]})})
    if name in figure.scope:
        names = figure.scope[name]
        return replace(token, kind="member", meaning={name: frozenset(names)}, is_joint=len(names) > 1)
    if name == "scope" and figure.scope:
        meaning = {dimension: frozenset(names) for dimension, names in figure.scope.items()}
        return replace(token, kind="member", meaning=meaning, is_joint=True)
    return token


def _period(period: object) -> dict[str, frozenset[str]]:
    return {"period": frozenset({period_key(period)})}  # type: ignore[arg-type]


def _is_glued(text: str, start: int, end: int) -> bool:
    """Whether a reference is run together with something that would change how it reads."""
    before, after = text[:start], text[end:]
    if before and before[-1] not in " (":
        return True
    if before.rstrip()[-1:] in _DASHES and before.strip():
        return True
    if not after or after[0] in " )—":
        return False
    if re.match(r"['’]s\b", after):
        return False
    return not (after[0] in ".,;:!?" and (len(after) == 1 or after[1] in " )"))
