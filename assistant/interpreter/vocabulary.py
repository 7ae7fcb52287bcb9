"""What a person may speak of: metrics, dimensions, members and plan versions, found by their words.

Built once per scope and data version from the narrowed store, so corrections and suggestions can never
name what the person may not see.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from assistant.interpreter.lexicon import Lexicon, load_lexicon
from assistant.interpreter.normalise import Key, and_spellings_of, key_of, spellings_of
from assistant.interpreter.patterns import paths_of
from connectors.dimensions import Member
from tools.metrics.definitions import Metric

_ENDINGS_OF_RATIOS = ("rate", "percentage", "percent")
"""What people put behind the name of a ratio: "the OTIF rate"."""


@dataclass(frozen=True)
class Name:
    """What a phrase stands for.

    Attributes:
        kind: `metric`, `plain`, `ask`, `dimension`, `member` or `version`.
        value: Metric id, entry of the lexicon, dimension name, member or version name.
        title: How it is written out.
    """

    kind: str
    value: Any
    title: str


@dataclass
class Names:
    """Phrases and what they stand for, and the words that they are made of."""

    by_key: dict[Key, list[Name]] = field(default_factory=dict)
    longest: dict[str, int] = field(default_factory=dict)

    def add(self, key: Key, name: Name) -> None:
        """Let a phrase stand for something, besides what it stands for already."""
        if not key:
            return
        held = self.by_key.setdefault(key, [])
        if name not in held:
            held.append(name)
        if len(key) > self.longest.get(key[0], 0):
            self.longest[key[0]] = len(key)


@dataclass(frozen=True)
class Vocabulary:
    """Everything that words of a question can stand for, to one person.

    Attributes:
        lexicon: The language.
        metrics: By id.
        members: By dimension, as far as the person sees it.
        versions: Plan versions, in the order in which they are made.
        cuts: By metric id, the dimensions that it can be cut by; absent where that is not known.
        names: All phrases.
        member_words: For each word of members' names, the members that bear it.
        words: Words that mean something, without those of members.
        targets: Words that corrections may lead to, those of members too.
    """

    lexicon: Lexicon
    metrics: Mapping[str, Metric]
    members: Mapping[str, Sequence[Member]]
    versions: tuple[str, ...]
    cuts: Mapping[str, frozenset[str]]
    names: Names
    member_words: Mapping[str, Sequence[Member]]
    words: frozenset[str]
    targets: tuple[str, ...]

    @classmethod
    def build(
        cls,
        metrics: Iterable[Metric],
        dimensions: Mapping[str, Sequence[Member]],
        versions: Sequence[str],
        *,
        cuts: Mapping[str, Iterable[str]] | None = None,
        lexicon: Lexicon | None = None,
        corrects_names: bool = True,
    ) -> Vocabulary:
        """Index the words of a person's narrowed store.

        Args:
            metrics: Entries of the registry.
            dimensions: Members by dimension, of those that the person may see.
            versions: Names of plan versions, in order.
            cuts: By metric id, the dimensions that it can be cut by, where known.
            lexicon: The language; English without it.
            corrects_names: Whether a misspelt word may be read as a member's name. Not for somebody
                who sees a part only: it may be the right name of what that person may not see.
        """
        lexicon = lexicon or load_lexicon()
        by_id = {metric.id: metric for metric in metrics}
        names = Names()
        _add_metrics(names, by_id, lexicon)
        _add_dimensions(names, dimensions, lexicon)
        for version in versions:
            names.add(key_of(version), Name("version", version, version))
        words = lexicon.words | {word for key in names.by_key for word in key}
        member_words = _add_members(names, dimensions)
        of_members = {word for word in member_words if len(word) > 3 and word.isalpha() and corrects_names}
        return cls(
            lexicon=lexicon,
            metrics=by_id,
            members=dimensions,
            versions=tuple(versions),
            cuts={metric: frozenset(held) for metric, held in (cuts or {}).items()},
            names=names,
            member_words=member_words,
            words=words,
            targets=tuple(sorted(words | of_members)),
        )

    def title(self, metric_id: str) -> str:
        """What people call a metric."""
        return self.metrics[metric_id].title

    def title_within(self, metric_id: str) -> str:
        """The title inside of a sentence: "Lost sales" → "lost sales", "OTIF" stays."""
        return within_sentence(self.title(metric_id))

    def hint_of(self, member: Member) -> str:
        """What tells a member from others of its name, by name where it is itself a member."""
        for members in self.members.values():
            for other in members:
                if other.id == member.hint:
                    return other.name
        return member.hint or member.id

    def known_metrics(self, ids: Iterable[str]) -> tuple[str, ...]:
        """Those of the ids that the registry holds, in order."""
        return tuple(dict.fromkeys(metric for metric in ids if metric in self.metrics))


def within_sentence(title: str) -> str:
    """A title in the middle of a sentence; abbreviations keep their capitals."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def _add_metrics(names: Names, metrics: Mapping[str, Metric], lexicon: Lexicon) -> None:
    more = lexicon.sections["metric_words"]
    for metric in metrics.values():
        name = Name("metric", metric.id, metric.title)
        # "bridge revenue" is an order to explain it, not the term of the bridge to cash of that id
        own = () if metric.id.startswith("bridge_") else (metric.id,)
        for phrase in (metric.title, *metric.synonyms, *own, *more.get(metric.id, ())):
            for key in spellings_of(phrase):
                names.add(key, name)
                if metric.unit == "ratio" and key[-1] not in _ENDINGS_OF_RATIOS:
                    for ending in _ENDINGS_OF_RATIOS:
                        names.add((*key, ending), name)
    for kind in ("plain_words", "ask"):
        for entry in lexicon.sections[kind]:
            _add_loose_word(names, kind, entry, metrics)


def _add_loose_word(names: Names, kind: str, entry: Mapping[str, Any], metrics: Mapping[str, Metric]) -> None:
    """A word of everyday speech; one whose metrics are all missing stays unknown."""
    wanted = entry.get("metrics", entry.get("options", ()))
    is_plan = not any("_" in option for option in wanted) and kind == "ask"
    if not is_plan and not any(metric in metrics for metric in (*wanted, *entry.get("others", ()))):
        return
    for pattern in entry["say"]:
        for path in paths_of(pattern):
            key = tuple(str(item) for item in path)
            names.add(key, Name("ask" if kind == "ask" else "plain", _Frozen(entry), entry["say"][0]))


class _Frozen(dict[str, Any]):
    """An entry of the lexicon, compared by identity of its words so that it can stand in a name."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(self["say"]))


def _add_dimensions(names: Names, dimensions: Mapping[str, Sequence[Member]], lexicon: Lexicon) -> None:
    own = {key_of(name): name for name in dimensions}
    for dimension in dimensions:
        for key in spellings_of(dimension):
            names.add(key, Name("dimension", dimension, dimension))
    for dimension, phrases in lexicon.dimensions.items():
        for phrase in phrases:
            for key in spellings_of(phrase):
                # a company's own dimension of that name goes before the standard one's synonym
                if own.get(key, dimension) == dimension:
                    names.add(key, Name("dimension", dimension, dimension))
    for entry in lexicon.sections["narrower"]:
        for phrase in entry["say"]:
            for key in spellings_of(phrase):
                if key not in own:
                    names.add(key, Name("narrower", _Frozen(entry), phrase))


def _add_members(names: Names, dimensions: Mapping[str, Sequence[Member]]) -> Mapping[str, list[Member]]:
    bearing: dict[str, list[Member]] = defaultdict(list)
    for members in dimensions.values():
        for member in members:
            key = key_of(member.name)
            names.add(key, Name("member", member, member.name))
            if member.id != member.name:
                names.add(key_of(member.id), Name("member", member, member.name))
            if "&" in member.name or " and " in member.name:
                for spelling in and_spellings_of(member.name):
                    names.add(spelling, Name("member", member, member.name))
            for word in set(key):
                bearing[word].append(member)
    return bearing
