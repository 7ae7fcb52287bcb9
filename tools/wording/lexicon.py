"""The words that the checker knows, read once from `prompts/checked_words.yaml`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import resources
from typing import Any

import yaml

MOVEMENTS = frozenset({"rose", "fell", "improved", "worsened"})
"""Directions that tell of a movement over time, not of a standing against something."""


@dataclass(frozen=True)
class Lexicon:
    """Words and phrases in lower case.

    Attributes:
        plain: Words that claim nothing by themselves.
        cut_by: What figures are cut by; such a word needs the metric in its sentence.
        asking: Words of questions to the person.
        everything: Words for the whole that the asker sees.
        excluding: Words that take a member out ("without").
        joining: Words that end a stretch of a sentence.
        directions: Word to its direction (`rose`, `fell`, `improved`, `above` …).
        superlatives: Word to `highest`, `lowest`, `best` or `worst`.
        comparisons: Phrase to what it may name: the `with` of a comparison.
        comparing: Words before what a figure is compared with.
        setting_beside: Those of them that take no side.
        transforms: Phrase to the transform of a figure that it names.
        changing: Words that call a figure a change.
        range: Words of a range.
        refused: Kind of refused word to its words.
    """

    plain: frozenset[str]
    cut_by: frozenset[str]
    asking: frozenset[str]
    everything: frozenset[str]
    excluding: frozenset[str]
    joining: frozenset[str]
    directions: Mapping[str, str]
    superlatives: Mapping[str, str]
    comparisons: Mapping[str, frozenset[str]]
    comparing: frozenset[str]
    setting_beside: frozenset[str]
    transforms: Mapping[str, str]
    changing: frozenset[str]
    range: frozenset[str]
    refused: Mapping[str, frozenset[str]]

    @cached_property
    def why_refused(self) -> Mapping[str, str]:
        """Refused word to its kind."""
        return {word: kind for kind, words in self.refused.items() for word in words}


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The lexicon, read on first use."""
    text = resources.files("prompts").joinpath("checked_words.yaml").read_text("utf-8")
    said: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return Lexicon(
        plain=_words(said["plain"]),
        cut_by=_words(said["cut_by"]),
        asking=_words(said["asking"]),
        everything=_words(said["everything"]),
        excluding=_words(said["excluding"]),
        joining=_words(said["joining"]),
        directions=_by_word(said["directions"]),
        superlatives=_by_word(said["superlatives"]),
        comparisons=_all_by_word(said["comparisons"]),
        comparing=_words(said["comparing"]),
        setting_beside=_words(said["setting_beside"]),
        transforms=_by_word(said["transforms"]),
        changing=_words(said["changing"]),
        range=_words(said["range"]),
        refused={kind: _words(listed) for kind, listed in said["refused"].items()},
    )


def _words(listed: str) -> frozenset[str]:
    return frozenset(_parted(listed))


def _by_word(lists: Mapping[str, str]) -> dict[str, str]:
    return {word: name for name, listed in lists.items() for word in _parted(listed)}


def _all_by_word(lists: Mapping[str, str]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for name, listed in lists.items():
        for word in _parted(listed):
            found.setdefault(word, set()).add(name)
    return {word: frozenset(names) for word, names in found.items()}


def _parted(listed: str) -> Iterable[str]:
    return (word for part in listed.split(",") if (word := " ".join(part.split()).lower()))
