"""Runs the calculations of a kept answer again and says whether its figures still hold."""

from __future__ import annotations

import math
from typing import Any, Literal

from pydantic import BaseModel

from connectors.workspace.kept_answers import KeptAnswer
from tools.catalog import Toolbox
from tools.definition import ToolContext
from tools.figures import Figure, Source

_TOLERANCE = 1e-9


class ReplayedFigure(BaseModel):
    """One figure, then and now."""

    id: str
    metric: str
    group: dict[str, str]
    then: float | None
    now: float | None
    state: Literal["holds", "changed", "gone"]


class Replay(BaseModel):
    """A kept answer, calculated again as the person who replays."""

    answer_id: str
    question: str
    holds: bool
    data_version_then: str
    data_version_now: str
    figures: list[ReplayedFigure]
    notes: list[str] = []


def replay_answer(kept: KeptAnswer, context: ToolContext) -> Replay:
    """Calculate each source of the answer again, over the period that it was calculated for.

    The person who replays gets what that person may see; a source that is refused is noted.
    """
    toolbox = Toolbox(context)
    then = [Figure.model_validate(figure) for figure in kept.answer["figures"]]
    figures: list[ReplayedFigure] = []
    notes: list[str] = []
    for source in (Source.model_validate(s) for s in kept.answer["sources"]):
        if source.kind != "calculation" or source.tool is None:
            continue
        result = toolbox.run(source.tool, source.arguments)
        if result.refusal:
            notes.append(f"{source.definition}: {result.refusal.message}")
        now = {_identity(figure): figure for figure in result.figures}
        figures += [_compared(f, now.get(_identity(f))) for f in then if f.source == source.id]
    return Replay(
        answer_id=kept.id,
        question=kept.question,
        holds=all(figure.state == "holds" for figure in figures) and not notes,
        data_version_then=kept.data_version,
        data_version_now=context.store.info.data_version,
        figures=figures,
        notes=notes,
    )


def _identity(figure: Figure) -> tuple[Any, ...]:
    period = (figure.period.start, figure.period.end) if figure.period else None
    step = (figure.transform, figure.basis.get("step"), figure.basis.get("side"))
    return (figure.metric, tuple(sorted(figure.group_ids.items())), period, *step)


def _compared(then: Figure, now: Figure | None) -> ReplayedFigure:
    state: Literal["holds", "changed", "gone"] = "gone"
    if now is not None:
        state = "holds" if _same(then.value, now.value) else "changed"
    return ReplayedFigure(
        id=then.id,
        metric=then.metric,
        group=then.group,
        then=then.value,
        now=now.value if now else None,
        state=state,
    )


def _same(then: float | None, now: float | None) -> bool:
    if then is None or now is None:
        return then is now
    return math.isclose(then, now, rel_tol=_TOLERANCE, abs_tol=_TOLERANCE)
