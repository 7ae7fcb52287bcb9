"""Superlatives and ranges: "highest" is said of the highest, and both ends of a range stand."""

from __future__ import annotations

from tools.figures import Figure, ToolResult
from tools.wording.changes import change_extreme_fault, changes_meant
from tools.wording.claims import Complaints, Words, field_of, nearest_stretch
from tools.wording.complaints import Complaint
from tools.wording.derived import DRIVER
from tools.wording.sentences import Sentence

_ENDS = {"low", "high"}
_CLAUSE_ENDS = frozenset({";", "but", "while", "whereas", "however", "meanwhile"})


def superlative_complaints(words: Words, sentence: Sentence) -> Complaints:
    """Hold "highest", "lowest", "best", "worst" against the figures of the same result."""
    values = [place for place in sentence.references if field_of(sentence, place) == ""]
    for place, token in enumerate(sentence.tokens):
        superlative = words.lexicon.superlatives.get(token.lower) if token.is_word else None
        if superlative is None:
            continue
        changes = changes_meant(words, sentence, place)
        if changes:
            yield from _change_complaints(words, sentence, place, changes)
            continue
        beside = sentence.in_stretch(sentence.references, place)
        meant = _meant(words, sentence, values, place)
        if not meant or any(field_of(sentence, other) != "" for other in beside):
            message = f"'{token.text}' needs the reference to a member's own figure beside it."
            yield Complaint("superlative", message, sentence.text)
        for reference in meant:
            fault = _fault(words, words.figure(sentence, reference), superlative)
            if fault:
                message = f"{sentence.tokens[reference].text} is not '{token.text}': {fault}."
                yield Complaint("superlative", message, sentence.text)


def _change_complaints(words: Words, sentence: Sentence, place: int, changes: list[int]) -> Complaints:
    """Hold "fell most" and "the biggest drop" against the changes of the same result."""
    superlative = words.lexicon.superlatives[sentence.tokens[place].lower]
    for reference in changes:
        fault = change_extreme_fault(words, sentence, place, reference, superlative)
        if fault:
            message = f"{sentence.tokens[reference].text} is not '{sentence.tokens[place].text}': {fault}."
            yield Complaint("superlative", message, sentence.text)


def _meant(words: Words, sentence: Sentence, values: list[int], place: int) -> list[int]:
    """The values that a superlative is said of: its own stretch, and a list that goes on from it."""
    ends = [
        p
        for p, token in enumerate(sentence.tokens)
        if p > place and (token.lower in _CLAUSE_ENDS or token.lower in words.lexicon.superlatives)
    ]
    end = min(ends, default=len(sentence.tokens))
    following = [p for p in values if place < p < end]
    return sorted({*sentence.in_stretch(values, place), *following}) or nearest_stretch(
        sentence, values, place, forward=True
    )


def _fault(words: Words, figure: Figure, superlative: str) -> str | None:
    result = words.index.results_by_figure[figure.id]
    group = [
        other
        for other in result.figures
        if other.metric == figure.metric
        and other.group.keys() == figure.group.keys()
        and (other.source, other.transform, other.scope) == (figure.source, figure.transform, figure.scope)
        and other.value is not None
    ]
    if figure.transform == DRIVER:
        group = _steps_beside(result, figure)
    if not (figure.group or figure.transform == DRIVER) or len(group) < 2 or figure.value is None:
        return "there are no others of its kind to compare it with"
    if not _shows_all(words, figure, superlative):
        return "the result does not hold all of the others"
    own, all_values = figure.value, [other.value for other in group if other.value is not None]
    if figure.transform == DRIVER:
        return _driver_fault(own, all_values, superlative)
    wanted = _extreme(all_values, superlative, words.known.better.get(figure.metric, ""))
    if wanted is None:
        return "which way is good for it is not settled"
    is_extreme = (
        abs(own) == wanted
        if words.known.better.get(figure.metric) == "to 0"
        and superlative
        in (
            "best",
            "worst",
        )
        else own == wanted
    )
    return None if is_extreme else "another one is"


def _steps_beside(result: ToolResult, figure: Figure) -> list[Figure]:
    """The steps of the bridge that a step is of."""
    bridges = [
        {step["name"] for step in bridge["steps"]} for bridge in (result.details or {}).get("bridges", ())
    ]
    own = next((names for names in bridges if figure.basis.get("step") in names), set())
    return [f for f in result.figures if f.transform == DRIVER and f.basis.get("step") in own and f.value]


def _driver_fault(own: float, steps: list[float], superlative: str) -> str | None:
    """Steps are told by size: the largest contribution is the one that moved most, up or down."""
    if superlative != "highest":
        return "steps have a largest one only"
    return None if abs(own) == max(map(abs, steps)) else "another step is larger"


def _extreme(values: list[float], superlative: str, better: str) -> float | None:
    if superlative in ("highest", "lowest"):
        return max(values) if superlative == "highest" else min(values)
    if better == "to 0":
        sizes = [abs(value) for value in values]
        return min(sizes) if superlative == "best" else max(sizes)
    if better not in ("up", "down"):
        return None
    return max(values) if (better == "up") == (superlative == "best") else min(values)


def _shows_all(words: Words, figure: Figure, superlative: str) -> bool:
    """Whether the figures reach to that end: all groups, or ranked from that end."""
    result = words.index.results_by_figure[figure.id]
    source = next((source for source in result.sources if source.id == figure.source), None)
    rank = source.arguments.get("rank") if source else None
    if isinstance(rank, dict):
        order = rank.get("order")
        better = words.known.better.get(figure.metric, "")
        return _end_of(str(order), better) == _end_of(superlative, better)
    return not any(table.left_out for table in result.tables if table.source == figure.source)


def _end_of(order: str, better: str) -> str:
    """Which end of the values a superlative means; for "to 0" best and worst stay what they are."""
    if order in ("best", "worst") and better in ("up", "down"):
        return "highest" if (better == "up") == (order == "best") else "lowest"
    return order


def range_complaints(words: Words, sentence: Sentence) -> Complaints:
    """The ends of a range stand together, the low one first, and are called a range."""
    ends = [place for place in sentence.references if field_of(sentence, place) in _ENDS]
    if ends and not any(t.is_word and t.lower in words.lexicon.range for t in sentence.tokens):
        yield Complaint("range", "Call the ends of a range a range.", sentence.text)
    for place in ends:
        figure_id = words.figure(sentence, place).id
        own = [p for p in ends if words.figure(sentence, p).id == figure_id]
        if [field_of(sentence, p) for p in own] != ["low", "high"]:
            message = f"Write {{{figure_id}.low}} and then {{{figure_id}.high}} in one sentence."
            yield Complaint("range", message, sentence.text)
