"""Sentences about the other side: periods, plans, targets, versions, cycles, and who stands out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from assistant.interpreter.figure_names import cell_name, in_period, ref, scope_words, title_of
from assistant.interpreter.limit_wording import passed_words
from assistant.interpreter.sentences import say
from assistant.interpreter.vocabulary import within_sentence
from connectors.dimensions import NONE_MEMBER
from tools.figures import Figure, ToolResult

_IN_POINTS = frozenset({"ratio", "points"})
_EARLIER = frozenset({"previous_period", "same_period_last_year", "period"})


def other_side(figure: Figure) -> str:
    """What a figure is compared with, as a sentence names it: "Q1 2026", "the budget"."""
    comparison = figure.comparison
    if comparison is None:
        return ""
    if comparison.label and comparison.with_ not in _EARLIER:
        return comparison.label
    return ref(figure, "comparison_period")


def compared(figure: Figure, result: ToolResult) -> str:
    """What follows the figure: its other side and whether that is good, or the limit that it passes."""
    comparison = figure.comparison
    if comparison is None or comparison.period is None:
        return passed_words(figure, result)
    other = other_side(figure)
    if comparison.difference is None:
        is_part = comparison.value is not None and figure.value is not None
        return say("answers", "compared", "part" if is_part else "missing", other=other)
    if comparison.difference == 0:
        return say("answers", "compared", "level", other=other, comparison=ref(figure, "comparison"))
    side = "above" if comparison.difference > 0 else "below"
    said = say("answers", "compared", side, other=other, difference=ref(figure, "difference"))
    if figure.unit not in _IN_POINTS and comparison.relative is not None:
        said += say("answers", "compared", "relative", relative=ref(figure, "relative"))
    if comparison.better is None:
        return said
    return said + say("answers", "judged", "better" if comparison.better else "worse")


def standouts(groups: Sequence[Figure]) -> str:
    """The groups that lie furthest to either side of what they are compared with."""
    known = [
        (figure.comparison.difference, figure)
        for figure in groups
        if figure.comparison and figure.comparison.difference and NONE_MEMBER not in figure.group.values()
    ]
    if not known:
        return ""
    low, high = min(known, key=lambda pair: pair[0]), max(known, key=lambda pair: pair[0])
    below = low[1] if low[0] < 0 else None
    above = high[1] if high[0] > 0 else None
    if below and above:
        return say("answers", "standouts", "both", **_beside(below, "low"), **_beside(above, "high"))
    side, figure = ("below", below) if below else ("above", above)
    return say("answers", "standouts", side, **_beside(figure, "it")) if figure else ""


def _beside(figure: Figure, end: str) -> dict[str, str]:
    return {
        f"{end}_name": cell_name(figure),
        f"{end}_difference": ref(figure, "difference"),
        f"{end}_other": other_side(figure),
    }


def change_rank_words(
    total: Figure | None, first: Figure, others: Sequence[Figure], rank: Mapping[str, Any]
) -> str:
    """A ranking by change: who rose or fell most, and by how much."""
    field = "relative" if rank.get("by") == "relative" else "difference"
    comparison = first.comparison
    change = comparison.difference if comparison else None
    if comparison is None or not change:
        return say("answers", "changed", "none", title=title_of(first), period=in_period(total or first))
    is_earlier = comparison.with_ in _EARLIER
    verb = ("rose" if change > 0 else "fell") if is_earlier else ("above" if change > 0 else "below")
    said = say(
        "answers", "changed", verb,
        name=cell_name(first), title=within_sentence(title_of(first)), scope=scope_words(first),
        change=ref(first, field), value=ref(first), period=in_period(first), other=other_side(first),
    )  # fmt: skip
    if not _is_asked_way(rank, first, change):
        said = say("answers", "changed", "other_way") + " " + said
    followers = [other for other in others if other.comparison and other.comparison.difference]
    if not followers:
        return said
    names = " and ".join(
        say("answers", "changed", "follower", name=cell_name(other), change=ref(other, field))
        for other in followers
    )
    return f"{said} {say('answers', 'changed', 'next', names=names)}"


def _is_asked_way(rank: Mapping[str, Any], first: Figure, change: float) -> bool:
    """Whether the first of a ranking by change went the way that was asked for."""
    order = rank.get("order")
    if order in {"best", "worst"}:
        better = first.comparison.better if first.comparison else None
        return better is None or better == (order == "best")
    return (change > 0) == (order == "highest")
