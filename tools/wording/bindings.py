"""Which name a figure belongs to, by where the two stand in the sentence.

The rules are narrow on purpose: what reads in more than one way binds to all of the names, so that
a figure of one of them is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tools.wording.sentences import Sentence

_LINKS = frozenset({"in", "for", "of", "during", "at", "from", "by"})
_ARTICLES = frozenset({"the", "a", "an", "its", "their"})
_AND = frozenset({"and", ","})


@dataclass
class Bindings:
    """What belongs to what in one sentence, by places of tokens.

    Attributes:
        names: Names that each reference is bound to; it must be of all of them.
        joint: References that are bound to a list of names as one whole.
        shared: References that are bound only to names that another reference took.
        unbound: Names to which no reference is bound.
    """

    names: dict[int, list[int]] = field(default_factory=dict)
    joint: set[int] = field(default_factory=set)
    shared: set[int] = field(default_factory=set)
    unbound: list[int] = field(default_factory=list)

    def bind(self, reference: int, names: Sequence[int]) -> None:
        """Bind a reference to names."""
        self.names.setdefault(reference, []).extend(names)


def bind(sentence: Sentence, names: Sequence[int], references: Sequence[int]) -> Bindings:
    """Bind references to names of one kind.

    First lists ("North and South were {F1} and {F2}"), then "{F1} in North", then names in the
    same stretch, then the nearest name before, else after.
    """
    bindings = Bindings()
    listed = _bind_lists(sentence, names, references, bindings)
    taken = _bind_next(sentence, [n for n in names if n not in listed], references, bindings)
    for reference in references:
        if reference not in bindings.names:
            _bind_near(sentence, names, reference, taken | listed, bindings)
    bound = {name for held in bindings.names.values() for name in held}
    bindings.unbound = [name for name in names if name not in bound]
    return bindings


def _bind_lists(
    sentence: Sentence, names: Sequence[int], references: Sequence[int], bindings: Bindings
) -> set[int]:
    """Pair lists of names with lists of references of the same length; returns the listed names."""
    name_runs = _runs(sentence, names, lambda a, b: True)
    lists = reference_runs(sentence, references)
    for run in name_runs:
        partners = [r for r in lists if len(r) == len(run) and r[0] not in bindings.names]
        nearest = [r for r in partners if _nearest_run(name_runs, r) is run]
        for partner in nearest:
            for reference, name in zip(partner, run, strict=True):
                bindings.bind(reference, [name])
        if not nearest:
            _bind_jointly(sentence, run, references, bindings)
    return {name for run in name_runs for name in run}


def _bind_jointly(
    sentence: Sentence, run: Sequence[int], references: Sequence[int], bindings: Bindings
) -> None:
    free = [reference for reference in references if reference not in bindings.names]
    for reference in sentence.in_stretch(free, run[-1]) or free:
        bindings.bind(reference, run)
        bindings.joint.add(reference)


def _nearest_run(runs: Sequence[list[int]], references: Sequence[int]) -> list[int]:
    before = [run for run in runs if run[-1] < references[0] and len(run) == len(references)]
    after = [run for run in runs if run[0] > references[-1] and len(run) == len(references)]
    return before[-1] if before else after[0]


def reference_runs(sentence: Sentence, references: Sequence[int]) -> list[list[int]]:
    """Lists of references to one field: `{F1} and {F2}`."""
    return _runs(sentence, references, lambda a, b: _same_field(sentence, a, b))


def _runs(sentence: Sentence, places: Sequence[int], fits: Callable[[int, int], bool]) -> list[list[int]]:
    """Lists of two and more: tokens with nothing but commas, "and" and articles between them."""
    runs: list[list[int]] = []
    for place in places:
        if runs and fits(runs[-1][-1], place) and _is_list(sentence, runs[-1][-1], place):
            runs[-1].append(place)
        else:
            runs.append([place])
    return [run for run in runs if len(run) > 1]


def _is_list(sentence: Sentence, first: int, second: int) -> bool:
    between = [token.lower for token in sentence.tokens[first + 1 : second]]
    return any(word in _AND for word in between) and all(word in _AND | _ARTICLES for word in between)


def _same_field(sentence: Sentence, first: int, second: int) -> bool:
    one, other = sentence.tokens[first].reference, sentence.tokens[second].reference
    return one is not None and other is not None and one.field == other.field


def _bind_next(
    sentence: Sentence, names: Sequence[int], references: Sequence[int], bindings: Bindings
) -> set[int]:
    """Bind "{F1} in North"; returns the names that are taken so."""
    taken: set[int] = set()
    for reference in references:
        if reference in bindings.names:
            continue
        place = reference + 1
        linked = False
        while place < len(sentence.tokens) and sentence.tokens[place].lower in _LINKS | _ARTICLES:
            linked = linked or sentence.tokens[place].lower in _LINKS
            place += 1
        if place in names and (linked or sentence.tokens[place].kind == "everything"):
            bindings.bind(reference, [place])
            taken.add(place)
    return taken


def _bind_near(
    sentence: Sentence, names: Sequence[int], reference: int, taken: set[int], bindings: Bindings
) -> None:
    beside = sentence.in_stretch(names, reference)
    free = [name for name in beside if name not in taken]
    if free:
        bindings.bind(reference, free)
        return
    before = [name for name in names if name < reference]
    after = [name for name in names if name > reference]
    if beside:
        bindings.bind(reference, beside)
        bindings.shared.add(reference)
    elif before or after:
        nearest = before[-1:] or after[:1]
        bindings.bind(reference, nearest)
        if nearest[0] in taken:
            bindings.shared.add(reference)
