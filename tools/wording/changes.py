"""Superlatives of changes: "fell most" is said of the member whose change is the largest of its kind."""

from __future__ import annotations

from tools.figures import Figure, ToolResult
from tools.wording.claims import Words, field_of, nearest_stretch
from tools.wording.references import CHANGES
from tools.wording.sentences import Sentence

_UP, _DOWN = frozenset({"rose", "above"}), frozenset({"fell", "below"})


def changes_meant(words: Words, sentence: Sentence, place: int) -> list[int]:
    """References to the changes that a superlative speaks of; empty where it speaks of values.

    It speaks of changes where a direction word stands in its stretch: "fell most", "the biggest drop".
    """
    directions = sentence.in_stretch(sentence.words_in(words.lexicon.directions), place)
    if len(directions) != 1:
        return []
    changes = [p for p in sentence.references if field_of(sentence, p) in CHANGES]
    return nearest_stretch(sentence, changes, place, forward=True)


def change_extreme_fault(
    words: Words, sentence: Sentence, place: int, reference: int, superlative: str
) -> str | None:
    """Why a change is not the largest of its kind among the groups beside it; None where it is."""
    figure, field = words.figure(sentence, reference), field_of(sentence, reference)
    (direction_at,) = sentence.in_stretch(sentence.words_in(words.lexicon.directions), place)
    direction = words.lexicon.directions[sentence.tokens[direction_at].lower]
    result = words.index.results_by_figure[figure.id]
    if superlative != "highest" or not figure.group:
        return "only the largest change of several members can be told"
    is_up = _is_up(direction, words.known.better.get(figure.metric, ""))
    if is_up is None:
        return "which way is good for it is not settled"
    if not _reaches(result, figure, field, is_up=is_up, better=words.known.better.get(figure.metric, "")):
        return "the result does not hold all of the others"
    own = _change(figure, field)
    changes = [
        change
        for other in result.figures
        if other.metric == figure.metric
        and (other.group.keys(), other.source, other.transform)
        == (figure.group.keys(), figure.source, figure.transform)
        and (change := _change(other, field)) is not None
    ]
    wanted = max(changes) if is_up else min(changes)
    return None if own == wanted else "another one changed more"


def _is_up(direction: str, better: str) -> bool | None:
    if direction in _UP | _DOWN:
        return direction in _UP
    if better not in ("up", "down"):
        return None
    return (better == "up") == (direction in {"improved", "better"})


def _change(figure: Figure, field: str) -> float | None:
    comparison = figure.comparison
    if comparison is None:
        return None
    return comparison.difference if field == "difference" else comparison.relative


def _reaches(result: ToolResult, figure: Figure, field: str, *, is_up: bool, better: str) -> bool:
    """Whether the figures reach to that end: all groups, or ranked by that change from that end."""
    source = next((source for source in result.sources if source.id == figure.source), None)
    rank = source.arguments.get("rank") if source else None
    if not isinstance(rank, dict):
        return not any(table.left_out for table in result.tables if table.source == figure.source)
    if rank.get("by") != field:
        return False
    order = str(rank.get("order"))
    if order in ("best", "worst"):
        return better in ("up", "down") and ((better == "up") == (order == "best")) == is_up
    return (order == "highest") == is_up
