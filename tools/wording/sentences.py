"""Sentences of a text, cut into the stretches within which a figure belongs to a name."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from functools import cached_property

from tools.wording.lexicon import lexicon
from tools.wording.phrases import PhraseBook
from tools.wording.references import FigureIndex
from tools.wording.tokens import Line, Token, lines_of, tokens_of

_ENDS = frozenset(".!?")
_BREAKS = frozenset(",;:()—–")


@dataclass(frozen=True)
class Sentence:
    """One sentence; an item of a list carries the line that introduces the list.

    Attributes:
        tokens: Without what ends it.
        ending: What ends it: `.`, `!`, `?`, `:` or nothing.
        is_heading: Whether it only introduces what follows.
    """

    tokens: tuple[Token, ...]
    ending: str = ""
    is_heading: bool = False

    @property
    def is_question(self) -> bool:
        """Whether it asks."""
        return self.ending == "?"

    @cached_property
    def text(self) -> str:
        """Roughly as written, for complaints."""
        return " ".join(token.text for token in self.tokens)

    @cached_property
    def stretches(self) -> tuple[int, ...]:
        """Number of the stretch of each token; marks and "and", "but", "while" begin a new one."""
        numbers, number = [], 0
        joining = lexicon().joining
        for token in self.tokens:
            is_break = token.kind == "mark" and token.text in _BREAKS
            if is_break or (token.is_word and token.lower in joining):
                number += 1
            numbers.append(number)
        return tuple(numbers)

    def places(self, kind: str) -> list[int]:
        """Where tokens of that kind stand."""
        return [place for place, token in enumerate(self.tokens) if token.kind == kind]

    def words_in(self, listed: Container[str]) -> list[int]:
        """Where words of a list stand."""
        return [p for p, token in enumerate(self.tokens) if token.is_word and token.lower in listed]

    @cached_property
    def references(self) -> list[int]:
        """Where references to amounts stand."""
        return self.places("reference")

    def in_stretch(self, places: Sequence[int], place: int) -> list[int]:
        """Those of `places` that share the stretch of `place`."""
        return [other for other in places if self.stretches[other] == self.stretches[place]]


def sentences_of(text: str, book: PhraseBook, index: FigureIndex) -> list[Sentence]:
    """The sentences of a text, in order."""
    lines = lines_of(text)
    found: list[Sentence] = []
    heading: tuple[Token, ...] = ()
    for number, line in enumerate(lines):
        sentences = _cut(tokens_of(line.text, book, index))
        if line.is_item and heading:
            sentences = [_under(heading, sentence) for sentence in sentences]
        else:
            heading = ()
        if sentences and _introduces(sentences[-1], line):
            items_follow = number + 1 < len(lines) and lines[number + 1].is_item
            if items_follow:
                heading = sentences.pop().tokens
            else:
                sentences[-1] = Sentence(sentences[-1].tokens, ":", is_heading=True)
        found += sentences
    return found


def _introduces(sentence: Sentence, line: Line) -> bool:
    return sentence.ending == ":" and not line.is_item


def _under(heading: tuple[Token, ...], sentence: Sentence) -> Sentence:
    return Sentence((*heading, Token("mark", ":", ":"), *sentence.tokens), sentence.ending)


def _cut(tokens: Sequence[Token]) -> list[Sentence]:
    sentences: list[Sentence] = []
    current: list[Token] = []
    for token in tokens:
        if token.kind == "mark" and token.text in _ENDS:
            if current:
                sentences.append(Sentence(tuple(current), token.text))
            current = []
            continue
        current.append(token)
        if token.kind == "quote" and token.text[-1:] in _ENDS:
            sentences.append(Sentence(tuple(current), "."))
            current = []
    if current and current[-1].text == ":" and current[-1].kind == "mark":
        sentences.append(Sentence(tuple(current[:-1]), ":"))
    elif current:
        sentences.append(Sentence(tuple(current)))
    return [sentence for sentence in sentences if sentence.tokens]
