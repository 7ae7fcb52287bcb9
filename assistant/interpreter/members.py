"""Which members a name stands for: one, several of one name, or in doubt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from assistant.interpreter.normalise import Token, key_of
from assistant.interpreter.vocabulary import Vocabulary
from connectors.dimensions import Member

MOST_OPTIONS = 4
_MOST_SHARING = 400
"""A word that more members share than this says nothing about which is meant."""


@dataclass(frozen=True)
class Named:
    """The members of one dimension that a name may stand for."""

    dimension: str
    members: tuple[Member, ...]


def readings_of(
    members: Sequence[Member], vocabulary: Vocabulary, beside: Collection[str], metrics: Collection[str]
) -> list[Named]:
    """The dimensions in which a name may be meant, most likely first; one where nothing is in doubt.

    Args:
        members: All members that bear the name, of any dimension.
        vocabulary: For what the metrics can be cut by.
        beside: Dimensions that are named right beside it ("region North").
        metrics: Metrics of the question.
    """
    by_dimension: dict[str, list[Member]] = defaultdict(list)
    for member in members:
        by_dimension[member.dimension].append(member)
    for wanted in (set(beside), _cuts_of(metrics, vocabulary)):
        kept = wanted & set(by_dimension)
        if kept:
            by_dimension = defaultdict(
                list, {name: by_dimension[name] for name in by_dimension if name in kept}
            )
    if "region" in by_dimension:
        by_dimension.pop("site_region", None)
    found = [Named(name, tuple(held)) for name, held in by_dimension.items()]
    return _without_twins(found, vocabulary)


def _cuts_of(metrics: Collection[str], vocabulary: Vocabulary) -> set[str]:
    """Dimensions that all of the metrics can be cut by; empty where that is not known."""
    known = [set(vocabulary.cuts[metric]) for metric in metrics if metric in vocabulary.cuts]
    return set.intersection(*known) if known else set()


def _without_twins(found: list[Named], vocabulary: Vocabulary) -> list[Named]:
    """Of dimensions that hold the very same names one by one (a city that is its region), the first."""
    if len(found) < 2:
        return found
    kept: list[Named] = []
    seen: list[frozenset[str]] = []
    for named in found:
        names = frozenset(member.name for member in vocabulary.members[named.dimension])
        is_one_to_one = len(names) == len(vocabulary.members[named.dimension])
        if names in seen and is_one_to_one:
            continue
        seen.append(names)
        kept.append(named)
    return kept


def bearing(tokens: Sequence[Token], vocabulary: Vocabulary) -> list[Member]:
    """Members whose name holds these words, in a row."""
    words = tuple(token.key for token in tokens)
    if not words or all(len(word) < 3 for word in words):
        return []
    rarest = min((vocabulary.member_words.get(word, ()) for word in words), key=len)
    if len(rarest) > _MOST_SHARING:
        return []
    return [member for member in rarest if _holds(key_of(member.name), words)]


def _holds(name: tuple[str, ...], words: tuple[str, ...]) -> bool:
    return any(name[at : at + len(words)] == words for at in range(len(name) - len(words) + 1))


def written_out(member: Member, *, with_dimension: bool = False) -> str:
    """How a question names a member outright: by id where people know it by id."""
    dimension = member.dimension.replace("_", " ")
    return f"{dimension} {member.name}" if with_dimension else member.name
