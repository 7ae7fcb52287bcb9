"""Finds the longest known phrase at a place of a text: names, metrics, periods, comparisons."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

_FIRST = re.compile(r"[^\W_]+|\S")


@dataclass(frozen=True)
class Phrase:
    """A phrase that was found.

    Attributes:
        kind: `member`, `step`, `metric`, `period`, `comparison`, `everything`, `transform`, `basis` or
            `word`; the first of them wins where several have the same length.
        text: As it stands in the text.
        meaning: What it may mean: for a member names by dimension, else values under its kind.
    """

    kind: str
    text: str
    meaning: Mapping[str, frozenset[str]]


@dataclass
class _Known:
    text: str
    kind: str
    exact: str | None
    meaning: dict[str, set[str]]


_ORDER = ("period", "comparison", "basis", "member", "step", "metric", "transform", "everything", "word")


@dataclass
class PhraseBook:
    """Phrases by their first word. Hyphens and spaces are one; case is told apart on demand only."""

    _by_first: dict[str, dict[tuple[str, str], _Known]] = field(default_factory=dict)

    def add(
        self,
        kind: str,
        phrase: str,
        meaning: Mapping[str, Iterable[str]] | None = None,
        exact: bool = False,
    ) -> None:
        """Learn a phrase; a second meaning joins the first.

        Args:
            kind: What kind of phrase it is.
            phrase: Its words.
            meaning: Values by name.
            exact: Whether case is told apart after all: for a customer called Rose.
        """
        plain = " ".join(phrase.split())
        text = loosened(plain)
        first = _FIRST.match(text)
        if first is None:
            return
        entries = self._by_first.setdefault(first.group(), {})
        known = entries.setdefault((text, kind), _Known(text, kind, plain if exact else None, {}))
        for name, values in (meaning or {}).items():
            known.meaning.setdefault(name, set()).update(values)

    def longest(self, text: str, loose: str, start: int) -> Phrase | None:
        """The longest phrase that starts there, on whole words.

        Args:
            text: The text as it is.
            loose: The same text, `loosened`.
            start: Where to look.
        """
        if start and text[start - 1].isalnum() and text[start].isalnum():
            return None
        first = _FIRST.match(loose, start)
        if first is None:
            return None
        found = [
            known
            for known in self._by_first.get(first.group(), {}).values()
            if loose.startswith(known.text, start)
            and _ends_a_word(text, start + len(known.text))
            and (known.exact is None or text.startswith(known.exact, start))
        ]
        if not found:
            return None
        best = min(found, key=lambda known: (-len(known.text), not known.exact, _ORDER.index(known.kind)))
        meaning = {name: frozenset(values) for name, values in best.meaning.items()}
        return Phrase(best.kind, text[start : start + len(best.text)], meaning)


def loosened(text: str) -> str:
    """Lower case, hyphens as spaces, of the same length."""
    return "".join(_loosened(character) for character in text)


def _loosened(character: str) -> str:
    if character in "-‐‑\n":
        return " "
    lower = character.lower()
    return lower if len(lower) == 1 else character


def _ends_a_word(text: str, end: int) -> bool:
    return end >= len(text) or not (text[end].isalnum() and text[end - 1].isalnum())
