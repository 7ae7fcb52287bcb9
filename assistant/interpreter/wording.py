"""Words an answer from what the tools returned. Figures stand as references, filled in by code later."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from assistant.interpreter.catalog_wording import catalog_words, definition_words, rows_words
from assistant.interpreter.figure_wording import metric_words
from assistant.interpreter.reading import Reading
from assistant.interpreter.sentences import say
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
    paragraphs = [_result_words(result, style) for result in results]
    return "\n\n".join(dict.fromkeys(paragraph for paragraph in paragraphs if paragraph))


def _result_words(result: ToolResult, style: Style) -> str:
    if result.refusal:
        return result.refusal.message
    if result.clarification:
        return result.clarification.question
    kind = (result.details or {}).get("type")
    if kind == "catalog":
        return catalog_words(result)
    if kind == "definition":
        return definition_words(result)
    if not result.figures:
        return " ".join(result.notes) or say("answers", "nothing")
    by_metric: dict[str, list[Figure]] = {}
    for figure in result.figures:
        by_metric.setdefault(figure.metric, []).append(figure)
    if _are_rows(result):
        return rows_words(result)
    return " ".join(
        metric_words(figures, result, style, is_alone=len(by_metric) == 1) for figures in by_metric.values()
    )


def _are_rows(result: ToolResult) -> bool:
    """Whether the figures are rows of a list (promotions) and not cells of a cut."""
    cuts = any(source.arguments.get("group_by") for source in result.sources)
    return not cuts and all(figure.group for figure in result.figures)
