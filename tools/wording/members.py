"""Members: a figure of North is called North's, a total nobody's."""

from __future__ import annotations

from collections.abc import Collection

from connectors.dimensions import TIME
from tools.figures import Figure
from tools.wording.bindings import bind
from tools.wording.claims import ARTICLES, Complaints, Said, Words
from tools.wording.complaints import Complaint
from tools.wording.derived import COUNT
from tools.wording.references import listed
from tools.wording.sentences import Sentence


def member_complaints(words: Words, sentence: Sentence, said: Said) -> Complaints:
    """Hold the members that a sentence names against the groups and scopes of its figures."""
    places = _places_by_dimension(words, sentence)
    for dimension, named in places.items():
        for place in named:
            said.members |= {(dimension, name) for name in _values(sentence, place, dimension)}
    figures = [words.figure(sentence, place) for place in sentence.references]
    dimensions = {*places, *(d for f in figures for d in (*f.group, *f.scope) if d not in TIME)}
    for dimension in sorted(dimensions):
        yield from _dimension_complaints(words, sentence, dimension, places.get(dimension, []), said)
    yield from _whole_complaints(words, sentence)


def _places_by_dimension(words: Words, sentence: Sentence) -> dict[str, list[int]]:
    """Where members stand, by the dimension that is meant; `not region` for those left out."""
    cut_by = {
        dimension
        for place in sentence.references
        for dimension in (*words.figure(sentence, place).group, *words.figure(sentence, place).scope)
    }
    found: dict[str, list[int]] = {}
    for place in sentence.places("member"):
        excluded = _is_left_out(words, sentence, place)
        meant = [
            f"not {d}" if excluded and not d.startswith("not ") else d for d in sentence.tokens[place].meaning
        ]
        if sentence.tokens[place].is_joint:
            chosen = meant
        else:
            chosen = ([d for d in meant if d in cut_by] or meant)[:1]
        for dimension in chosen:
            found.setdefault(dimension, []).append(place)
    return found


def _is_left_out(words: Words, sentence: Sentence, place: int) -> bool:
    before = place - 1
    while before >= 0 and sentence.tokens[before].lower in ARTICLES | {"and", ","}:
        before -= 1
        if before >= 0 and sentence.tokens[before].kind == "member":
            before -= 1
    return before >= 0 and sentence.tokens[before].lower in words.lexicon.excluding


def _values(sentence: Sentence, place: int, dimension: str) -> frozenset[str]:
    meaning = sentence.tokens[place].meaning
    return meaning.get(dimension) or meaning.get(dimension.removeprefix("not ")) or frozenset()


def _dimension_complaints(
    words: Words, sentence: Sentence, dimension: str, named: list[int], said: Said
) -> Complaints:
    wholes = sentence.places("everything")
    counted = [p for p in sentence.references if words.figure(sentence, p).transform == COUNT]
    free = {p for p in counted if not sentence.in_stretch(named, p)}
    references = [place for place in sentence.references if place not in free]
    bindings = bind(sentence, sorted([*named, *wholes]), references)
    for place in references:
        figure = words.figure(sentence, place)
        bound = [name for name in bindings.names.get(place, []) if name not in wholes]
        fault = (
            _bound_fault(sentence, dimension, place, figure, bound, place in bindings.joint)
            if bound
            else _unbound_fault(words, dimension, figure, said)
        )
        if fault:
            yield Complaint("group", f"{sentence.tokens[place].text} {fault}", sentence.text)
    for place in bindings.unbound:
        if place in wholes:
            continue
        name = sentence.tokens[place].text
        message = f"No reference here belongs to {name}: leave {name} out or refer to its own figure."
        yield Complaint("group", message, sentence.text)


def _bound_fault(
    sentence: Sentence, dimension: str, place: int, figure: Figure, bound: list[int], in_list: bool
) -> str | None:
    shown = listed([sentence.tokens[name].text for name in bound])
    own = _own(figure, dimension)
    if not own:
        return f"is not cut by {dimension}, so it must not stand beside {shown}."
    named = [_values(sentence, name, dimension) for name in bound]
    if in_list or any(sentence.tokens[name].is_joint for name in bound):
        fits = frozenset().union(*named) == frozenset(own)
    else:
        is_one = len(own) == 1 or dimension in figure.group
        fits = is_one and all(values & frozenset(own) for values in named)
    whose = figure.group.get(dimension) or listed(list(own))
    return None if fits else f"belongs to {whose}, and the sentence puts it beside {shown}."


def _unbound_fault(words: Words, dimension: str, figure: Figure, said: Said) -> str | None:
    if dimension in figure.group:
        name = figure.group[dimension]
        return f"belongs to {name}: name {name} beside it in the same sentence."
    may_be_before = words.share_scope(dimension)
    missing = [
        name
        for name in figure.scope.get(dimension, [])
        if not may_be_before or (dimension, name) not in said.members
    ]
    if missing:
        left_out = "without " if dimension.startswith("not ") else ""
        return f"counts only {left_out}{listed(missing)}: say so, or write {{{figure.id}.scope}}."
    return None


def _own(figure: Figure, dimension: str) -> Collection[str]:
    """Names (and the id) by which the figure may be called in a dimension."""
    if dimension in figure.group:
        return {figure.group[dimension], figure.group_ids.get(dimension, figure.group[dimension])}
    return figure.scope.get(dimension, [])


def _whole_complaints(words: Words, sentence: Sentence) -> Complaints:
    """What is called the whole's is of no member, and of no scope."""
    wholes = sentence.places("everything")
    bindings = bind(sentence, sorted([*wholes, *sentence.places("member")]), sentence.references)
    for place in bindings.unbound:
        if place in wholes:
            message = f"No reference in this sentence is '{sentence.tokens[place].text}': leave it out."
            yield Complaint("group", message, sentence.text)
    for reference, bound in bindings.names.items():
        figure = words.figure(sentence, reference)
        cut = [name for dimension, name in figure.group.items() if dimension not in TIME]
        cut += [listed(names) for names in figure.scope.values()]
        called = [sentence.tokens[place].text for place in bound if place in wholes]
        if called and cut:
            message = f"{sentence.tokens[reference].text} is of {listed(cut)} only, not '{called[0]}'."
            yield Complaint("group", message, sentence.text)
