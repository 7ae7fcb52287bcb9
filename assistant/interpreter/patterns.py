"""The pattern language of the lexicon: rows of words with choices, options and classes.

`[the] (last|past) <n> <unit>` becomes paths of one trie per kind of rule. Words meet by key, classes by
whatever the matcher (`matching.py`) says begins at a token.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from assistant.interpreter.normalise import key_of_word

_LEXEME = re.compile(r"[\[\]()|]|<\w+(?::\w+)?>|[^\s\[\]()|<>]+")


@dataclass(frozen=True)
class Slot:
    """A place in a pattern that a class fills, kept under `name`."""

    of: str
    name: str


Item = str | Slot
Path = tuple[Item, ...]


@dataclass(frozen=True)
class Rule:
    """What a pattern means.

    Attributes:
        kind: Section of the lexicon.
        constants: What the section says besides the pattern.
        order: Place in the section; of two rules for the same words the first wins.
    """

    kind: str
    constants: Mapping[str, Any]
    order: int


@dataclass
class Node:
    """One step in a trie of patterns."""

    words: dict[str, Node] = field(default_factory=dict)
    slots: dict[Slot, Node] = field(default_factory=dict)
    rules: list[Rule] = field(default_factory=list)

    def add(self, path: Path, rule: Rule) -> None:
        """Let a path mean a rule."""
        node = self
        for item in path:
            if isinstance(item, Slot):
                node = node.slots.setdefault(item, Node())
            else:
                node = node.words.setdefault(item, Node())
        node.rules.append(rule)


def paths_of(pattern: str) -> Iterator[Path]:
    """Every row of words and slots that a pattern stands for.

    Raises:
        ValueError: A bracket is not closed, or the pattern may be empty.
    """
    lexemes = _LEXEME.findall(pattern)
    paths, rest = _choice(lexemes, 0)
    if rest != len(lexemes):
        raise ValueError(f"the pattern {pattern!r} closes a bracket that was never opened")
    if () in paths:
        raise ValueError(f"the pattern {pattern!r} may be empty")
    yield from dict.fromkeys(paths)


def _choice(lexemes: list[str], at: int) -> tuple[list[Path], int]:
    """Alternatives up to a closing bracket or the end, and where that is."""
    found: list[Path] = []
    paths: list[Path] = [()]
    while at < len(lexemes) and lexemes[at] not in "])":
        lexeme = lexemes[at]
        at += 1
        if lexeme == "|":
            found += paths
            paths = [()]
            continue
        more, at = _step(lexeme, lexemes, at)
        paths = [path + step for path in paths for step in more]
    return found + paths, at


def _step(lexeme: str, lexemes: list[str], at: int) -> tuple[list[Path], int]:
    if lexeme in "[(":
        inner, at = _choice(lexemes, at)
        if at >= len(lexemes):
            raise ValueError(f"a bracket is not closed in {' '.join(lexemes)!r}")
        return ([(), *inner] if lexeme == "[" else inner), at + 1
    if lexeme.startswith("<"):
        of, _, name = lexeme[1:-1].partition(":")
        return [(Slot(of, name or of),)], at
    return [(key_of_word(lexeme),)], at
