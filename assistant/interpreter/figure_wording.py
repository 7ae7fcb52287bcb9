"""Sentences about the figures of one metric: the total first, then what stands out of its groups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from assistant.interpreter.comparison_wording import (
    change_rank_words,
    compared,
    standouts,
)
from assistant.interpreter.figure_names import (
    cell_name,
    in_period,
    places,
    ref,
    scope_words,
    title_of,
    verb_of,
)
from assistant.interpreter.limit_wording import companion_words, limit_words
from assistant.interpreter.sentences import say, sentences
from assistant.interpreter.vocabulary import within_sentence
from connectors.dimensions import NONE_MEMBER, TIME
from tools.figures import Figure, ToolResult

Style = Literal["executive", "analyst"]

_MOST_SIDE_BY_SIDE = 3
_ONE_WAY = frozenset({"running_total", "year_to_date"})
"""What only adds up has no high and no low."""

COUNTED = "count"
"""The transform of the figure that counts the groups which pass a limit."""

_FOLLOWERS = {"executive": 1, "analyst": 2}


def metric_words(
    figures: Sequence[Figure], result: ToolResult, style: Style, *, is_alone: bool = True
) -> str:
    """What is said of one metric.

    Args:
        figures: Its figures: the total first, then the groups in their order.
        result: The result that they are of.
        style: How much is said.
        is_alone: Whether it is the only metric of the result; else every sentence names it.
    """
    count = next((figure for figure in figures if figure.transform == COUNTED), None)
    shown = [figure for figure in figures if figure is not count and "companion" not in figure.basis]
    fullest = next((figure for figure in figures if "companion" in figure.basis), None)
    if count is not None:
        total = shown[0] if shown and not shown[0].group else None
        first = f" {total_words(total, result)}" if total else ""
        return limit_words(count, [f for f in shown if f.group], result) + first
    if shown[0].group:
        return _words_without_total(shown, result, style)
    if fullest is not None:
        return f"{total_words(shown[0], result)} {companion_words(fullest, result)}"
    return _words_with_total(shown, result, style, is_alone=is_alone)


def _words_with_total(figures: Sequence[Figure], result: ToolResult, style: Style, *, is_alone: bool) -> str:
    total, groups = figures[0], [figure for figure in figures[1:] if figure.value is not None]
    rank = _rank_of(total, result)
    if rank:
        return _ranked_words(total, groups, rank, result, style)
    if total.value is None and len(groups) > 1:
        apart = _words_without_total(groups, result, style)
        return f"{apart} {say('answers', 'groups', 'no_whole', reason=_reason_of(total))}"
    first = total_words(total, result)
    if not groups:
        return first
    if len(groups) == 1:
        only = groups[0]
        named = {name for members in only.scope.values() for name in members}
        if named.issuperset(only.group.values()):
            return first
        return f"{first} {say('answers', 'groups', 'one', name=cell_name(only), value=ref(only))}"
    if set(groups[0].group) <= set(TIME):
        return " ".join([first, *_series_words(groups, result, is_alone=is_alone)])
    if total.comparison:
        return f"{first} {standouts(groups)}".strip()
    if len({figure.value for figure in groups}) == 1:
        verb = verb_of(groups[0], result, is_it=True)
        return f"{first} {say('answers', 'groups', 'same', verb=verb, value=ref(groups[0]))}"
    return f"{first} {_ends_words(groups, is_alone=is_alone)}".strip()


def _words_without_total(figures: Sequence[Figure], result: ToolResult, style: Style) -> str:
    """A cut that has no total, such as shares, or several plan versions side by side."""
    known = [figure for figure in figures if figure.value is not None]
    rank = _rank_of(figures[0], result)
    if known and rank:
        return _ranked_words(None, known, rank, result, style)
    if known and set(known[0].group) <= set(TIME) and len(known) > 1:
        return " ".join(_series_words(known, result, is_alone=False))
    if not known:
        return say("answers", "groups", "ranked_none", **places(figures[0]))
    apart = _apart_words(known)
    return f"{apart} {standouts(known)}".strip()


def _apart_words(known: Sequence[Figure]) -> str:
    """Groups side by side where they are few, else both ends of them."""
    if len(known) == 1:
        return say("answers", "groups", "one", name=cell_name(known[0]), value=ref(known[0]))
    if len(known) <= _MOST_SIDE_BY_SIDE:
        names = [say("answers", "groups", "follower", name=cell_name(f), value=ref(f)) for f in known]
        key = "side_by_side_over_time" if set(known[0].group) & set(TIME) else "side_by_side"
        return say("answers", "groups", key, names=", ".join(names), **places(known[0]))
    key = "apart_over_time" if set(known[0].group) & set(TIME) else "apart"
    return say("answers", "groups", key, ends=_ends_words(known), **places(known[0]))


def total_words(figure: Figure, result: ToolResult) -> str:
    """The sentence with the figure, and what it is compared with."""
    told = places(figure)
    if figure.value is None:
        return say("answers", "no_value", reason=_reason_of(figure), **told)
    if figure.transform == "share" and figure.scope and not figure.group:
        return _share_words(figure)
    said = say("answers", "value", verb=verb_of(figure, result), value=ref(figure), **told)
    return said + (compared(figure, result) or _sign_words(figure)) + say("answers", "end")


def _sign_words(figure: Figure) -> str:
    """What its sign says: a gain or a loss, more or less than planned."""
    if not figure.value or figure.transform:
        return ""
    side = "above" if figure.value > 0 else "below"
    found = (entry for entry in sentences("answers")["signed"] if figure.metric in entry["metrics"])
    return next((str(entry[side]) for entry in found), "")


def _reason_of(figure: Figure) -> str:
    return (figure.reason or "there are no rows").rstrip(".")


def _share_words(figure: Figure) -> str:
    """The share of the members that the figure is narrowed to."""
    members = scope_words(figure).removeprefix(say("answers", "scope", "before")) or ref(figure, "scope")
    return share_words(figure, members, "")


def share_words(figure: Figure, members: str, scope: str) -> str:
    """The share that some members have.

    Args:
        figure: The share.
        members: References to their names.
        scope: Of what it is the share, besides the metric.
    """
    title = within_sentence(figure.title)
    return say(
        "answers", "share", "one",
        members=members, value=ref(figure), title=title, scope=scope, period=in_period(figure),
    )  # fmt: skip


def share_course_words(figures: Sequence[Figure], dimension: str) -> str:
    """The share of one member over time: where it began and where it ended."""
    first, last = figures[0], figures[-1]
    time = next(name for name in first.group if name in TIME)
    return say(
        "answers", "share", "course",
        members=ref(first, dimension), title=within_sentence(first.title), scope=scope_words(first),
        first=ref(first), first_name=ref(first, time), last=ref(last), last_name=ref(last, time),
    )  # fmt: skip


def _ranked_words(
    total: Figure | None, groups: Sequence[Figure], rank: dict[str, Any], result: ToolResult, style: Style
) -> str:
    if not groups:
        return (
            say("answers", "groups", "ranked_none", **places(total)) if total else say("answers", "nothing")
        )
    first, others = groups[0], groups[1 : 1 + _FOLLOWERS[style]]
    if rank.get("by", "value") != "value" and first.comparison:
        return change_rank_words(total, first, others, rank)
    said = say(
        "answers", "groups", "ranked",
        name=cell_name(first), order=str(rank["order"]), title=within_sentence(title_of(first)),
        scope=scope_words(first), value=ref(first), period=in_period(total or first),
    )  # fmt: skip
    if others:
        names = " and ".join(
            say("answers", "groups", "follower", name=cell_name(other), value=ref(other)) for other in others
        )
        said += " " + say("answers", "groups", "next_one" if len(others) == 1 else "next_many", names=names)
    if total is None or total.value is None:
        return said
    if total.comparison:
        return f"{said} {total_words(total, result)}"
    overall = say("answers", "groups", "overall", verb=verb_of(total, result, is_it=True), value=ref(total))
    return f"{said} {overall}"


def _series_words(groups: Sequence[Figure], result: ToolResult, *, is_alone: bool) -> list[str]:
    first, last = groups[0], groups[-1]
    is_alone = is_alone and first.transform is None
    said = say(
        "answers", "series", "moved",
        subject=say("answers", "series", "it") if is_alone else title_of(first),
        verb=verb_of(first, result, is_it=is_alone),
        first=ref(first), first_name=cell_name(first), last=ref(last), last_name=cell_name(last),
    )  # fmt: skip
    high, low = _ends(groups)
    if high.value == low.value or first.transform in _ONE_WAY:
        return [said]
    ends = say(
        "answers", "series", "ends", title=_naming(high, is_alone),
        high=ref(high), high_name=cell_name(high), low=ref(low), low_name=cell_name(low),
    )  # fmt: skip
    return [said, ends]


def _ends_words(groups: Sequence[Figure], *, is_alone: bool = True) -> str:
    """Both ends of a cut; rows without a member are no end that is worth a name."""
    high, low = _ends(groups)
    if high.value == low.value:
        return ""
    places = {"high": ref(high), "high_name": cell_name(high), "low": ref(low), "low_name": cell_name(low)}
    places["title"] = _naming(high, is_alone)
    named = [NONE_MEMBER not in figure.group.values() for figure in (high, low)]
    if all(named):
        return say("answers", "groups", "ends", **places)
    return say("answers", "groups", "high_only" if named[0] else "low_only", **places) if any(named) else ""


def _naming(figure: Figure, is_alone: bool) -> str:
    return "" if is_alone else f" {within_sentence(title_of(figure))}"


def _ends(groups: Sequence[Figure]) -> tuple[Figure, Figure]:
    return max(groups, key=_value), min(groups, key=_value)


def _value(figure: Figure) -> float:
    return figure.value or 0.0


def _rank_of(total: Figure, result: ToolResult) -> dict[str, Any] | None:
    source = next((source for source in result.sources if source.id == total.source), None)
    rank = source.arguments.get("rank") if source else None
    return {"order": "highest", **rank} if isinstance(rank, dict) else None
