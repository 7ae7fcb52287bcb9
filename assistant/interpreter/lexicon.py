"""The words of one language, read from `prompts/lexicon/` once per process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

from assistant.interpreter.normalise import Key, key_of, key_of_word
from assistant.interpreter.patterns import Node, Rule, Slot, paths_of

_NO_TARGETS = ("command", "request", "unbuilt", "absent")


@dataclass(frozen=True)
class Lexicon:
    """Compiled words and rules of a language.

    Attributes:
        classes: For each small class: the value by phrase.
        parts: A trie for each part that rules are made of.
        rules: One trie for everything that stands in a question by itself.
        dimensions: Phrases of the standard dimensions, by dimension.
        sections: The other sections of the file as they stand there.
        words: Every word that means something, as keys.
        common: Everyday words beyond those, which are never taken for a misspelling.
        places: Names of places, which are never taken for a misspelling either.
        fillers: Single words that carry nothing.
        everyday: Single words that mean something or nothing by themselves: a name that is one of
            them holds only where it is written as the name is.
        asking: Words that a question begins with.
        openers: Words that may stand before an order.
        orders: Words of orders and of what is not done, which no misspelling is corrected to.
    """

    classes: Mapping[str, Mapping[Key, Any]]
    parts: Mapping[str, Node]
    rules: Node
    dimensions: Mapping[str, tuple[str, ...]]
    sections: Mapping[str, Any]
    words: frozenset[str]
    common: frozenset[str]
    places: frozenset[str]
    fillers: frozenset[str]
    everyday: frozenset[str]
    asking: frozenset[str]
    openers: frozenset[str]
    orders: frozenset[str]


@lru_cache(maxsize=4)
def load_lexicon(language: str = "en") -> Lexicon:
    """The lexicon of a language.

    Raises:
        FileNotFoundError: There is no lexicon of that language.
        ValueError: A pattern in it is malformed.
    """
    text = resources.files("prompts.lexicon").joinpath(f"{language}.yaml").read_text("utf-8")
    content = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return compile_lexicon(content, _words_of(f"{language}_common.txt"), _words_of(f"{language}_places.txt"))


def _words_of(name: str) -> list[str]:
    return resources.files("prompts.lexicon").joinpath(name).read_text("utf-8").split()


def compile_lexicon(content: Mapping[str, Any], common: Sequence[str], places: Sequence[str]) -> Lexicon:
    """A lexicon from its data.

    Args:
        content: The file's content.
        common: Everyday words, which are never taken for a misspelling of something else.
        places: Names of places, which are not either.
    """
    classes = {name: dict(_class_phrases(values)) for name, values in content["classes"].items()}
    parts = {name: _trie({name: entries}) for name, entries in content["parts"].items()}
    fillers = [phrase.strip() for phrase in content["fillers"].split(",") if phrase.strip()]
    rules = _trie(content["rules"])
    for section, phrases in (("filler", fillers), ("and", content["connectors"])):
        for phrase in phrases:
            rules.add(key_of(phrase), Rule(section, {}, 0))
    single = frozenset(key[0] for key in map(key_of, fillers) if len(key) == 1)
    openers = frozenset(key_of_word(word.strip()) for word in content["openers"].split(","))
    words = {word for phrases in classes.values() for key in phrases for word in key}
    words |= set(_words_in(_trie({k: v for k, v in content["rules"].items() if k not in _NO_TARGETS})))
    words |= {word for part in parts.values() for word in _words_in(part)}
    words |= {word for phrase in (*fillers, *content["connectors"]) for word in key_of(phrase)}
    return Lexicon(
        classes=classes,
        parts=parts,
        rules=rules,
        dimensions={name: tuple(phrases) for name, phrases in content["dimensions"].items()},
        sections=content,
        words=frozenset(words),
        common=frozenset(map(key_of_word, common)),
        places=frozenset(map(key_of_word, places)),
        fillers=single,
        everyday=single | {word for word in words if word in rules.words and rules.words[word].rules},
        asking=frozenset(key_of_word(word.strip()) for word in content["asking"].split(",")),
        openers=openers,
        orders=frozenset(_words_in(_trie({kind: content["rules"][kind] for kind in _NO_TARGETS}))),
    )


def _class_phrases(values: Mapping[Any, list[str]] | list[str]) -> Iterator[tuple[Key, Any]]:
    if isinstance(values, list):
        for phrase in values:
            yield key_of(phrase), phrase
        return
    for value, phrases in values.items():
        for phrase in phrases:
            yield key_of(phrase), value


def _trie(sections: Mapping[str, list[dict[str, Any]]]) -> Node:
    root = Node()
    for kind, entries in sections.items():
        for order, entry in enumerate(entries):
            constants = {key: value for key, value in entry.items() if key != "say"}
            for pattern in [entry["say"]] if isinstance(entry["say"], str) else entry["say"]:
                for path in paths_of(pattern):
                    root.add(path, Rule(kind, constants, order))
    return root


def _words_in(node: Node) -> Iterator[str]:
    for word, following in node.words.items():
        yield word
        yield from _words_in(following)
    for following in node.slots.values():
        yield from _words_in(following)


def slots_in(node: Node) -> Iterator[Slot]:
    """Every slot of a trie; a slot of an unknown class is a fault of the lexicon."""
    for slot, following in node.slots.items():
        yield slot
        yield from slots_in(following)
    for following in node.words.values():
        yield from slots_in(following)
