"""Finds which patterns and names begin at a word of a question."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from assistant.interpreter.calendar_words import READERS
from assistant.interpreter.normalise import Key, Token
from assistant.interpreter.patterns import Node, Rule
from assistant.interpreter.vocabulary import Name, Vocabulary

Found = list[tuple[int, Any]]
"""Ends (the word after the last) and values."""


class Matcher:
    """One question's words against all patterns. Remembers what it found, for each word."""

    def __init__(self, tokens: list[Token], vocabulary: Vocabulary, *, day_first: bool = True) -> None:
        self.tokens = tokens
        self.keys = tuple(token.key for token in tokens)
        self._vocabulary = vocabulary
        self._lexicon = vocabulary.lexicon
        self._day_first = day_first
        self._is_loud = all(token.text.isupper() for token in tokens if token.text.isalpha())
        self._found: dict[tuple[str, int], Found] = {}
        content = (at for at, key in enumerate(self.keys) if key not in self._lexicon.openers)
        self._first_content = next(content, len(tokens))

    def rules_at(self, at: int) -> Iterator[tuple[int, Rule, dict[str, Any]]]:
        """Rules of the lexicon that match from a word on: end, rule, what its slots hold."""
        yield from self._walk(self._lexicon.rules, at, {})

    def names_at(self, at: int) -> Iterator[tuple[int, list[Name]]]:
        """Names of the vocabulary that begin at a word."""
        names = self._vocabulary.names
        longest = names.longest.get(self.keys[at], 0)
        for end in range(at + 1, min(at + longest, len(self.keys)) + 1):
            held = names.by_key.get(self.keys[at:end])
            if held and end == at + 1 and self.keys[at] in self._lexicon.everyday:
                held = self._as_written(held, self.tokens[at].text)
            if held:
                yield end, held

    def _as_written(self, names: list[Name], text: str) -> list[Name]:
        """Names that are everyday words as well ("AT", "Other") hold only where they are written so."""
        if text.islower() or self._is_loud:
            return [name for name in names if name.kind != "member"]
        return [name for name in names if name.kind != "member" or text in (name.value.id, name.value.name)]

    def _walk(self, node: Node, at: int, held: dict[str, Any]) -> Iterator[tuple[int, Rule, dict[str, Any]]]:
        for rule in node.rules:
            yield at, rule, held
        if at < len(self.keys) and self.keys[at] in node.words:
            yield from self._walk(node.words[self.keys[at]], at + 1, held)
        for slot, following in node.slots.items():
            for end, value in self._class_at(slot.of, at):
                yield from self._walk(following, end, {**held, slot.name: value})

    def _class_at(self, of: str, at: int) -> Found:
        asked = (of, at)
        if asked not in self._found:
            self._found[asked] = []  # a part that holds itself ends here
            self._found[asked] = list(self._read_class(of, at))
        return self._found[asked]

    def _read_class(self, of: str, at: int) -> Iterator[tuple[int, Any]]:
        if of == "start":
            if at <= self._first_content:
                yield at, None
        elif of == "end":
            if at == len(self.keys):
                yield at, None
        elif at >= len(self.keys):
            return
        elif of == "dash":
            if self.tokens[at].before.strip() in {"-", "–", "—", "to", "..", "…"}:
                yield at, None
        elif of in READERS:
            value = READERS[of](self.tokens[at], self._day_first)
            if value is not None:
                yield at + 1, value
        else:
            yield from self._phrases(of, at)

    def _phrases(self, of: str, at: int) -> Iterator[tuple[int, Any]]:
        if of in self._lexicon.classes:
            yield from _longest_first(self._lexicon.classes[of], self.keys, at)
        elif of in self._lexicon.parts:
            for end, rule, held in self._walk(self._lexicon.parts[of], at, {}):
                yield end, _folded({**rule.constants, **held})
        else:
            for end, names in self.names_at(at):
                yield from ((end, name.value) for name in names if name.kind == of)


def _longest_first(phrases: Mapping[Key, Any], keys: Key, at: int) -> Iterator[tuple[int, Any]]:
    for end in range(min(at + 4, len(keys)), at, -1):
        if keys[at:end] in phrases:
            yield end, phrases[keys[at:end]]


def _folded(held: dict[str, Any]) -> Any:  # noqa: ANN401 - a part is whatever its rules say
    """A part that holds nothing but a value is that value."""
    return held["value"] if set(held) == {"value"} else held
