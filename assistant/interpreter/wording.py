"""Words an answer from what the tools returned. Figures stand as references, filled in by code later."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from assistant.interpreter.bridge_wording import against_target, cash_words, change_words, premise_words
from assistant.interpreter.catalog_wording import catalog_words, definition_words, rows_words
from assistant.interpreter.figure_names import cell_name, scope_words
from assistant.interpreter.figure_wording import metric_words, share_course_words, share_words
from assistant.interpreter.reading import Reading
from assistant.interpreter.sentences import say
from assistant.interpreter.trend_wording import trend_words
from tools.figures import Figure, ToolResult

Style = Literal["executive", "analyst"]


def write_answer(reading: Reading, results: Sequence[ToolResult], style: Style) -> str:
    """The words of an answer, one paragraph for each result.

    Args:
        reading: What the question was read as.
        results: What its calls returned, in the same order.
        style: `executive` for short words, `analyst` for a little more.

    Returns:
        Text with references such as `{F1}` and `{F1.period}`; no figure stands in it.
    """
    if any(against_target(result) for result in results):
        # the premise is about the target; the change that is explained beside may go either way
        paragraphs = [premise_words(result, reading.premise) for result in results]
        reading = replace(reading, premise="")
    else:
        paragraphs = [""] * len(results)
    paragraphs = [
        " ".join(filter(None, (before, _result_words(result, style, reading), *_noes(result))))
        for before, result in zip(paragraphs, results, strict=True)
    ]
    return "\n\n".join(dict.fromkeys(paragraph for paragraph in paragraphs if paragraph))


def _result_words(result: ToolResult, style: Style, reading: Reading) -> str:
    if result.refusal:
        return result.refusal.message
    if result.clarification:
        return result.clarification.question
    kind = str((result.details or {}).get("type", ""))
    if kind in _WORDED:
        return _WORDED[kind](result, style, reading.premise)
    if not result.figures:
        return " ".join(result.notes) or say("answers", "nothing")
    if reading.part and (said := _part_words(result, *reading.part)):
        return said
    by_metric: dict[str, list[Figure]] = {}
    for figure in result.figures:
        by_metric.setdefault(figure.metric, []).append(figure)
    if _are_rows(result):
        return rows_words(result)
    return " ".join(
        metric_words(figures, result, style, is_alone=len(by_metric) == 1) for figures in by_metric.values()
    )


def _noes(result: ToolResult) -> list[str]:
    """What could not be answered beside what could."""
    return [w.message for w in result.warnings if w.code in ("no_data", "not_permitted")]


def _part_words(result: ToolResult, dimension: str, members: Sequence[str]) -> str:
    """The shares of the members that were asked for, out of a cut that shows others too."""
    asked = [f for f in result.figures if f.group_ids.get(dimension) in members and f.value is not None]
    if len(asked) > len(members):
        by_member = [[f for f in asked if f.group_ids[dimension] == member] for member in members]
        return " ".join(share_course_words(figures, dimension) for figures in by_member if len(figures) > 1)
    return " ".join(share_words(f, cell_name(f), scope_words(f)) for f in asked if f.transform == "share")


def _are_rows(result: ToolResult) -> bool:
    """Whether the figures are rows of a list (promotions) and not cells of a cut."""
    cuts = any(source.arguments.get("group_by") for source in result.sources)
    return not cuts and all(figure.group for figure in result.figures)


def _bridge_words(result: ToolResult, style: Style, premise: str) -> str:
    is_cash = "ends_at" in (result.details or {})
    return cash_words(result, style, premise) if is_cash else change_words(result, style, premise)


_WORDED: Mapping[str, Callable[[ToolResult, Style, str], str]] = {
    "catalog": lambda result, style, premise: catalog_words(result),
    "definition": lambda result, style, premise: definition_words(result),
    "bridge": _bridge_words,
    "trend": trend_words,
}
"""Words by the type of a result's details."""
