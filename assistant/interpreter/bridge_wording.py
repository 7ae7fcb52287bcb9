"""Sentences about changes explained: the change first, then its drivers, then what happened beside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from assistant.interpreter.comparison_wording import other_side
from assistant.interpreter.figure_names import cell_name, in_period, ref, scope_words, title_of
from assistant.interpreter.figure_wording import total_words
from assistant.interpreter.sentences import say
from assistant.interpreter.vocabulary import within_sentence
from tools.figures import Figure, ToolResult

Style = Literal["executive", "analyst"]

DRIVER = "driver"
_MOST_STEPS = 3
_MOST_BRIDGES = {"executive": 1, "analyst": 2}
_MOST_EVENTS = {"executive": 2, "analyst": 4}
_GATHERED = frozenset({"others", "change"})
_OPPOSITE = {"rose": "fell", "fell": "rose"}


def change_words(result: ToolResult, style: Style, premise: str) -> str:
    """Why a metric changed: a wrong premise first, the change, its drivers, what happened beside.

    Args:
        result: What `explain_change` returned.
        style: How much is said.
        premise: Which way the question took for granted that it went.
    """
    details = result.details or {}
    headline = result.figures[0]
    said = [total_words(headline, result)]
    direction = str(details.get("direction", ""))
    if premise and direction in {*_OPPOSITE, "unchanged"} and premise != direction:
        said.insert(0, _corrected(headline, premise))
    if direction in _OPPOSITE:
        said += _leading_words(result, details)
        said += _driver_words(result, details, style)
        said += _coincident_words(details, style)
    return " ".join(said)


def _corrected(headline: Figure, premise: str) -> str:
    """That it did not go the way that the question says."""
    comparison = headline.comparison
    is_over_time = bool(comparison and comparison.period and comparison.period != headline.period)
    key = premise if is_over_time else {"rose": "above", "fell": "below"}[premise]
    return say(
        "answers", "premise", key,
        title=title_of(headline), scope=scope_words(headline), period=in_period(headline),
        other=other_side(headline),
    )  # fmt: skip


def against_target(result: ToolResult) -> bool:
    """Whether the first figure is compared with its target."""
    comparison = result.figures[0].comparison if result.figures else None
    return comparison is not None and comparison.with_ == "target"


def premise_words(result: ToolResult, premise: str) -> str:
    """That a figure is not on the side of its target that the question says; empty where it is."""
    comparison = result.figures[0].comparison if against_target(result) else None
    if not premise or comparison is None or comparison.difference is None:
        return ""
    is_so = (comparison.difference > 0) if premise == "rose" else (comparison.difference < 0)
    return "" if is_so else _corrected(result.figures[0], premise)


def _leading_words(result: ToolResult, details: Mapping[str, Any]) -> list[str]:
    """The tool's own sentence about the member that explains most."""
    leading: Sequence[str] = details.get("leading", ())
    return [note for note in result.notes if leading and note.startswith(leading[0])][:1]


def _driver_words(result: ToolResult, details: Mapping[str, Any], style: Style) -> list[str]:
    """The largest steps of each bridge, and how many smaller ones there are."""
    steps = {
        str(figure.basis.get("step")): figure
        for figure in reversed(result.figures)
        if figure.transform == DRIVER and figure.basis.get("effect") != "change"
    }
    bridges: Sequence[Mapping[str, Any]] = details.get("bridges", ())
    said = []
    for bridge in bridges[: _MOST_BRIDGES[style]]:
        told = [step for step in bridge["steps"] if step["name"] in steps]
        named = [step for step in told if step["effect"] not in _GATHERED][:_MOST_STEPS]
        if not named:
            continue
        listed = _listed([_step_words(step["name"], steps[step["name"]]) for step in named])
        rest = len(told) - len(named)
        key = "rest_one" if rest == 1 else "rest"
        more = say("answers", "drivers", key, count=str(rest)) if rest else ""
        said.append(
            say("answers", "drivers", "by", by=bridge["by"].replace("_", " "), steps=listed, rest=more)
        )
    return said or _changed_most(result, details)


def _changed_most(result: ToolResult, details: Mapping[str, Any]) -> list[str]:
    """The members that changed most, where their changes do not add up to that of the whole."""
    members = [f for f in result.figures[1:] if f.group and f.comparison and f.comparison.difference]
    if not members:
        return []
    named = [
        say("answers", "drivers", "member", name=cell_name(f), change=ref(f, "difference"), value=ref(f))
        for f in members[:_MOST_STEPS]
    ]
    by = str(details.get("by", "")).replace("_", " ")
    return [say("answers", "drivers", "most", by=by, members=_listed(named))]


def _step_words(name: str, figure: Figure) -> str:
    return say("answers", "drivers", "step", name=name, amount=ref(figure))


def _coincident_words(details: Mapping[str, Any], style: Style) -> list[str]:
    """What happened in the same months, said as coincident."""
    events = [str(event["words"]) for event in details.get("coincident", ())]
    if not events:
        return []
    shown = events[: _MOST_EVENTS[style]]
    return [say("answers", "drivers", "coincident", events="; ".join(shown))]


def cash_words(result: ToolResult, style: Style, premise: str = "") -> str:
    """From the plan to what came: the change, the largest effects, what is left over, each named."""
    details = result.details or {}
    end = result.figures[1]
    if end.comparison is None or end.comparison.difference is None:
        return total_words(end, result)
    said = [total_words(end, result)]
    if premise and (premise == "rose") != (end.comparison.difference > 0):
        said.insert(0, _corrected(end, premise))
    steps = result.figures[2 : 2 + len(details.get("steps", ()))]
    told: Sequence[Mapping[str, Any]] = details.get("steps", ())
    rest = [figure for figure, step in zip(steps, told, strict=False) if step.get("part") == "other"]
    if details.get("explains") is False:
        said.append(say("answers", "cash", "unexplained"))
    named = sorted(
        (figure for figure in steps if figure not in rest and figure.value),
        key=lambda figure: -abs(figure.value or 0.0),
    )[: _MOST_STEPS + (style == "analyst") * 2]
    if named:
        listed = _listed([_effect_words(figure) for figure in named])
        said.append(say("answers", "cash", "effects", steps=listed))
    if rest and rest[-1].value is not None:
        said.append(say("answers", "cash", "other", amount=ref(rest[-1])))
    if details.get("ends_at") != "cash":
        said.append(say("answers", "cash", "below"))
    return " ".join(said)


def _effect_words(figure: Figure) -> str:
    """A step of the bridge to cash, without what all of them are called."""
    name = within_sentence(figure.title).removeprefix(say("answers", "cash", "prefix"))
    key = "gain" if (figure.value or 0.0) > 0 else "loss"
    return say("answers", "cash", key, name=name, amount=ref(figure))


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
