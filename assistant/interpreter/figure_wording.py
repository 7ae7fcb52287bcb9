"""Sentences about the figures of one metric: the total first, then what stands out of its groups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from assistant.interpreter.sentences import say, sentences
from assistant.interpreter.vocabulary import within_sentence
from connectors.dimensions import NONE_MEMBER, TIME
from connectors.periods import Period
from tools.figures import Figure, ToolResult

Style = Literal["executive", "analyst"]

_MOST_NAMED = 4
_MOST_SIDE_BY_SIDE = 3
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
    if figures[0].group:
        return _words_without_total(figures)
    total, groups = figures[0], [figure for figure in figures[1:] if figure.value is not None]
    rank = _rank_of(total, result)
    if rank:
        return _ranked_words(total, groups, rank, result, style)
    first = total_words(total, result)
    if total.value is None and not groups:
        return first
    if len(groups) == 1:
        only = groups[0]
        named = {name for members in only.scope.values() for name in members}
        if named.issuperset(only.group.values()):
            return first
        return f"{first} {say('answers', 'groups', 'one', name=cell_name(only), value=_ref(only))}"
    if not groups:
        return first
    if set(groups[0].group) <= set(TIME):
        return " ".join([first, *_series_words(groups, result, is_alone=is_alone)])
    return f"{first} {_ends_words(groups, is_alone=is_alone)}".strip()


def _words_without_total(figures: Sequence[Figure]) -> str:
    """A cut that has no total, such as several plan versions side by side."""
    known = [figure for figure in figures if figure.value is not None]
    if not known:
        return say("answers", "groups", "ranked_none", **_places(figures[0]))
    if len(known) == 1:
        return say("answers", "groups", "one", name=cell_name(known[0]), value=_ref(known[0]))
    if len(known) <= _MOST_SIDE_BY_SIDE:
        names = [say("answers", "groups", "follower", name=cell_name(f), value=_ref(f)) for f in known]
        return say("answers", "groups", "side_by_side", names=", ".join(names), **_places(known[0]))
    return say("answers", "groups", "apart", ends=_ends_words(known), **_places(known[0]))


def total_words(figure: Figure, result: ToolResult) -> str:
    """The sentence with the figure, and what it is compared with."""
    places = _places(figure)
    if figure.value is None:
        reason = (figure.reason or "there are no rows").rstrip(".")
        return say("answers", "no_value", reason=reason, **places)
    said = say("answers", "value", verb=_verb(figure, result), value=_ref(figure), **places)
    return said + _compared(figure) + say("answers", "end")


def _compared(figure: Figure) -> str:
    comparison = figure.comparison
    if comparison is None or comparison.period is None:
        return ""
    other = _ref(figure, "comparison_period")
    if comparison.difference is None:
        return say("answers", "compared", "missing", other=other)
    if comparison.difference == 0:
        return say("answers", "compared", "level", other=other, comparison=_ref(figure, "comparison"))
    side = "above" if comparison.difference > 0 else "below"
    said = say("answers", "compared", side, other=other, difference=_ref(figure, "difference"))
    if comparison.better is None:
        return said
    return said + say("answers", "judged", "better" if comparison.better else "worse")


def _ranked_words(
    total: Figure, groups: Sequence[Figure], rank: dict[str, Any], result: ToolResult, style: Style
) -> str:
    if not groups:
        return say(
            "answers",
            "groups",
            "ranked_none",
            title=_title(total),
            scope=_scope(total),
            period=_in_period(total),
        )
    first, others = groups[0], groups[1 : 1 + _FOLLOWERS[style]]
    title = within_sentence(_title(first))
    said = say(
        "answers", "groups", "ranked",
        name=cell_name(first), order=str(rank["order"]), title=title, scope=_scope(first), value=_ref(first),
        period=_in_period(total),
    )  # fmt: skip
    if others:
        names = " and ".join(
            say("answers", "groups", "follower", name=cell_name(other), value=_ref(other)) for other in others
        )
        said += " " + say("answers", "groups", "next_one" if len(others) == 1 else "next_many", names=names)
    if total.value is None:
        return said
    if total.comparison:
        return f"{said} {total_words(total, result)}"
    overall = say("answers", "groups", "overall", verb=_verb(total, result, is_it=True), value=_ref(total))
    return f"{said} {overall}"


def _series_words(groups: Sequence[Figure], result: ToolResult, *, is_alone: bool) -> list[str]:
    first, last = groups[0], groups[-1]
    said = say(
        "answers", "series", "moved",
        subject=say("answers", "series", "it") if is_alone else _title(first),
        verb=_verb(first, result, is_it=is_alone),
        first=_ref(first), first_name=cell_name(first), last=_ref(last), last_name=cell_name(last),
    )  # fmt: skip
    high, low = _ends(groups)
    if high.value == low.value:
        return [said]
    ends = say(
        "answers", "series", "ends", title=_naming(high, is_alone),
        high=_ref(high), high_name=cell_name(high), low=_ref(low), low_name=cell_name(low),
    )  # fmt: skip
    return [said, ends]


def _ends_words(groups: Sequence[Figure], *, is_alone: bool = True) -> str:
    """Both ends of a cut; rows without a member are no end that is worth a name."""
    high, low = _ends(groups)
    if high.value == low.value:
        return ""
    places = {"high": _ref(high), "high_name": cell_name(high), "low": _ref(low), "low_name": cell_name(low)}
    places["title"] = _naming(high, is_alone)
    named = [NONE_MEMBER not in figure.group.values() for figure in (high, low)]
    if all(named):
        return say("answers", "groups", "ends", **places)
    return say("answers", "groups", "high_only" if named[0] else "low_only", **places) if any(named) else ""


def _naming(figure: Figure, is_alone: bool) -> str:
    return "" if is_alone else f" {within_sentence(_title(figure))}"


def _ends(groups: Sequence[Figure]) -> tuple[Figure, Figure]:
    return max(groups, key=_value), min(groups, key=_value)


def _value(figure: Figure) -> float:
    return figure.value or 0.0


def cell_name(figure: Figure) -> str:
    """References to the names of a figure's group: `{F2.family} in {F2.region}`."""
    parts = [
        say("answers", "cell", "next" if place else "first", member=_ref(figure, dimension))
        for place, dimension in enumerate(sorted(figure.group, key=lambda name: name in TIME))
    ]
    return "".join(parts)


def _rank_of(total: Figure, result: ToolResult) -> dict[str, Any] | None:
    source = next((source for source in result.sources if source.id == total.source), None)
    rank = source.arguments.get("rank") if source else None
    return {"order": "highest", **rank} if isinstance(rank, dict) else None


def _places(figure: Figure) -> dict[str, str]:
    """What every sentence about a figure says of it: title, scope, period."""
    return {"title": _title(figure), "scope": _scope(figure), "period": _in_period(figure)}


def _scope(figure: Figure) -> str:
    """What the figure is narrowed to, as references; nothing where that would be a long list."""
    scope = figure.scope
    if not scope or any(len(members) > _MOST_NAMED for members in scope.values()):
        return ""
    if any(" " in dimension for dimension in scope):
        return say("answers", "scope", "joined", scope=_ref(figure, "scope"))
    order: list[str] = sentences("answers")["scope"]["order"]
    dimensions = sorted(scope, key=lambda name: order.index(name) if name in order else len(order))
    return "".join(
        say("answers", "scope", "next" if place else "first", member=_ref(figure, dimension))
        for place, dimension in enumerate(dimensions)
    )


def _in_period(figure: Figure) -> str:
    if figure.period is None:
        return ""
    is_months = Period(figure.period.start, figure.period.end).is_whole_months
    is_plain = is_months and not figure.period.label.startswith("all")
    return say("answers", "period", "months" if is_plain else "days", period=_ref(figure, "period"))


def _title(figure: Figure) -> str:
    return figure.title or figure.metric.replace("_", " ")


def _verb(figure: Figure, result: ToolResult, *, is_it: bool = False) -> str:
    source = next((source for source in result.sources if source.id == figure.source), None)
    as_of = source.as_of if source else None
    is_ahead = bool(as_of and figure.period and figure.period.start > as_of)
    endings: list[str] = sentences("answers")["plural_endings"]
    count = "many" if not is_it and _title(figure).casefold().endswith(tuple(endings)) else "one"
    return say("answers", "verbs", f"{count}_ahead" if is_ahead else count)


def _ref(figure: Figure, name: str = "") -> str:
    return f"{{{figure.id}.{name}}}" if name else f"{{{figure.id}}}"
