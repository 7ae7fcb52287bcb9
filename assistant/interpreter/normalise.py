"""Text into tokens: case, accents, plurals and punctuation are gone, positions are kept.

Names, patterns and questions go through the same steps, so that they meet in the middle.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from connectors.periods import MONTH_ABBREVIATIONS

Key = tuple[str, ...]

_TOKEN = re.compile(
    r"(?:19|20)\d\d-\d{1,2}(?:-\d{1,2})?(?!\w|-\d)"  # 2026-05, 2026-05-16
    r"|\d{1,2}[./-]\d{1,2}[./-](?:19|20)?\d\d(?!\w)"  # 16.05.2026
    r"|\d{1,2}/(?:19|20)\d\d(?!\w)"  # 05/2026
    r"|\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\w)"  # 12,480
    r"|\d+\.\d+(?:k|m|mn|mio|bn)?(?!\w|\.\d)"  # 97.5, 1.2m
    r"|[^\W_]+(?:['’][^\W_]+)*"
    r"|%"
    r"|[<>]=?|[≤≥]",
    re.IGNORECASE,
)
_MONTHS = frozenset(month.lower() for month in MONTH_ABBREVIATIONS)
"""Abbreviations that are no plural's singular: Mars is not March."""

_TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]*(?:\s[^<>]{0,200})?/?>")
_POSSESSIVE = re.compile(r"['’]s$")
_APOSTROPHE = re.compile(r"['’]")


@dataclass(frozen=True)
class Token:
    """One word of a question.

    Attributes:
        text: As it was written.
        key: Folded and singular: what is compared.
        start: First character in the question.
        end: Character after the last.
        before: What stands between the word before and this one.
        correction: The word that it was taken for, where it was misspelt.
    """

    text: str
    key: str
    start: int
    end: int
    before: str
    correction: str = ""


def tokens_of(text: str) -> list[Token]:
    """The words of a text, in order."""
    found = []
    last_end = 0
    for match in _TOKEN.finditer(_TAG.sub(lambda tag: " " * len(tag.group()), text)):
        word = match.group()
        found.append(
            Token(word, key_of_word(word), match.start(), match.end(), text[last_end : match.start()])
        )
        last_end = match.end()
    return found


def key_of_word(word: str) -> str:
    """One word as it is compared: folded, without accents or a possessive, singular."""
    if word == "%":
        return "percent"
    return singular(fold(_APOSTROPHE.sub("", _POSSESSIVE.sub("", word))))


def key_of(text: str) -> Key:
    """A phrase as it is compared: the keys of its words."""
    return tuple(key_of_word(match) for match in _TOKEN.findall(text))


def fold(text: str) -> str:
    """Lower case without accents."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text)
    return "".join(c for c in plain if not unicodedata.combining(c)).casefold()


def singular(word: str) -> str:
    """A crude singular, the same for both sides of a comparison."""
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("xes", "ches", "shes", "sses")):
        return word[:-2]
    return word if word[:-1] in _MONTHS else word[:-1]


def spellings_of(text: str) -> set[Key]:
    """The ways in which people write one name: with and without "and", its words run together."""
    keys = and_spellings_of(text)
    run_together = {("".join(key),) for key in keys if 2 <= len(key) <= 3 and all(map(str.isalpha, key))}
    return keys | {key for key in run_together if len(key[0]) >= 6}


def and_spellings_of(text: str) -> set[Key]:
    """A name with "&" as people write it: with a sign, with a word, with neither."""
    forms = {text, text.replace("&", " and "), re.sub(r"\band\b", " ", text, flags=re.IGNORECASE)}
    return {key for key in map(key_of, forms) if key}
