"""Sentences about trends: the level, where it goes each month, and the months that stand out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from assistant.interpreter.figure_names import in_period, is_plural, ref, scope_words, verb_of
from assistant.interpreter.sentences import say
from assistant.interpreter.vocabulary import within_sentence
from connectors.dimensions import TIME
from tools.figures import Figure, ToolResult

Style = Literal["executive", "analyst"]

_MOST_OUTLIERS = {"executive": 2, "analyst": 5}
_MOST_MEMBERS = 4
_GOES = {"rose": "rising", "fell": "falling"}


def trend_words(result: ToolResult, style: Style, premise: str) -> str:
    """What a trend comes to.

    Args:
        result: What `analyse_trend` returned.
        style: How much is said.
        premise: Which way the question took for granted that it goes.
    """
    details = result.details or {}
    series: Sequence[Mapping[str, Any]] = details.get("series", ())
    levels = [figure for figure in result.figures if figure.transform == "level"]
    slopes = [figure for figure in result.figures if figure.transform == "slope"]
    odd = [figure for figure in result.figures if figure.transform is None]
    if not slopes:
        return say("answers", "nothing")
    if len(series) == 1:
        said = _single(levels[0], slopes[0], series[0], result, premise)
    else:
        said = _several(slopes, series, levels[0])
    odd_first = bool(odd) and not any(one.get("direction") for one in series)
    outliers = _outlier_words(odd, style)
    return " ".join([*outliers, *said] if odd_first and len(series) > 1 else [*said, *outliers])


def _title(figure: Figure) -> str:
    """The metric's title, without what the figure is of it."""
    return figure.title.rsplit(", ", 1)[0]


def _now(figure: Figure) -> str:
    """Is or are, as the metric's title is one thing or many."""
    return say("answers", "verbs", "many_now" if is_plural(_title(figure)) else "one_now")


def _single(
    level: Figure, slope: Figure, told: Mapping[str, Any], result: ToolResult, premise: str
) -> list[str]:
    direction = told.get("direction")
    places = {
        "title": _title(level), "scope": scope_words(level), "level": ref(level), "slope": ref(slope),
        "level_period": in_period(level), "period": ref(slope, "period"),
        "verb": verb_of(level, result), "now": _now(level),
    }  # fmt: skip
    said = [say("answers", "trend", str(direction or "none"), **places)]
    if told.get("better") is not None:
        said[-1] = said[-1].removesuffix(".") + say(
            "answers", "judged", "better" if told["better"] else "worse"
        )
        said[-1] += say("answers", "end")
    if premise and _GOES.get(premise) != direction:
        said.insert(0, say("answers", "trend", f"not_{_GOES[premise]}", **places))
    return said


def _several(slopes: Sequence[Figure], series: Sequence[Mapping[str, Any]], level: Figure) -> list[str]:
    """Members by where they go, the steepest first."""
    by_member = {_member(figure): figure for figure in slopes}
    said = []
    for direction in ("rising", "falling"):
        names = [next(iter(one["group"].values()), "") for one in series if one.get("direction") == direction]
        found = [by_member[name] for name in names if name in by_member]
        found.sort(key=lambda figure: -abs(figure.value or 0.0))
        if found:
            listed = [say("answers", "trend", "member", name=_name(f), slope=ref(f)) for f in found]
            shown = ", ".join(listed[:_MOST_MEMBERS])
            more = say("answers", "limits", "more") if len(listed) > _MOST_MEMBERS else ""
            said.append(
                say(
                    "answers",
                    "trend",
                    f"{direction}_in",
                    title=_title(level),
                    members=shown + more,
                    now=_now(level),
                )
            )
    if not said:
        return [say("answers", "trend", "none_in", within=within_sentence(_title(level)))]
    return said


def _member(figure: Figure) -> str:
    return next((name for dimension, name in figure.group.items() if dimension not in TIME), "")


def _name(figure: Figure) -> str:
    dimension = next((name for name in figure.group if name not in TIME), "")
    return ref(figure, dimension) if dimension else ""


def _outlier_words(odd: Sequence[Figure], style: Style) -> list[str]:
    if not odd:
        return [say("answers", "trend", "no_outliers")]
    found = sorted(odd, key=lambda f: -abs((f.comparison.relative if f.comparison else 0.0) or 0.0))
    shown = [
        say(
            "answers",
            "trend",
            "outlier_of" if _member(figure) else "outlier",
            name=_name(figure),
            month=ref(figure, "month"),
            value=ref(figure),
            expected=ref(figure, "comparison"),
        )
        for figure in found[: _MOST_OUTLIERS[style]]
    ]
    more = say("answers", "limits", "more") if len(found) > len(shown) else ""
    return [say("answers", "trend", "outliers", months="; ".join(shown) + more)]
