"""The tool that explains a change."""

from __future__ import annotations

from tools.definition import Tool, ToolContext
from tools.figures import ToolResult
from tools.metrics.drivers.coincident import coincidences
from tools.metrics.drivers.events import Moment
from tools.metrics.drivers.explaining import explain
from tools.metrics.drivers.members import EffectsByDimension
from tools.metrics.drivers.question import ChangeQuestion
from tools.metrics.drivers.result import ChangeResult
from tools.metrics.drivers.sides import two_sides
from tools.metrics.member_names import MemberNames
from tools.metrics.results import ResultBuilder


def explain_change(context: ToolContext, question: ChangeQuestion) -> ToolResult:
    """Why a metric changed: an exact bridge from the other side to this one, and what happened beside."""
    store, registry = context.store, context.registry
    metric = registry.find(question.metric)
    sides = two_sides(store, registry, metric, question)
    names, effects = MemberNames(store), EffectsByDimension(sides)
    explained = explain(sides, sides.by, names, effects)
    builder = ResultBuilder(store, sides.after.query, "explain_change", question)
    builder.add(sides.after.whole, sides.as_other_side())
    result = builder.result()
    result.assumptions += sides.assumptions
    moment = Moment(store, registry, names, sides.after.whole.settled.basis.window)
    events = coincidences(explained, effects, moment)
    return ChangeResult(result, explained, names, store.info.currency).build(events)


TOOLS = (Tool("explain_change", ChangeQuestion, explain_change, writes=False),)
