"""All tools, and the toolbox that runs them for one question."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from connectors.errors import ConcordError, QuestionError
from tools import replies
from tools.definition import Tool, ToolContext
from tools.figures import ToolResult
from tools.metrics import tools as metric_tools
from tools.metrics.cash_bridge import tools as bridge_tools
from tools.metrics.drivers import tools as driver_tools
from tools.metrics.trends import tools as trend_tools
from tools.plans import tools as plan_tools
from tools.refusals import refusal_of

TOOLS: tuple[Tool, ...] = (
    *metric_tools.TOOLS,
    *driver_tools.TOOLS,
    *bridge_tools.TOOLS,
    *trend_tools.TOOLS,
    *plan_tools.TOOLS,
    *replies.TOOLS,
)


class Toolbox:
    """The tools, bound to one asker's context. Build one per question.

    Figures and sources are renumbered so that their ids are unique within the toolbox's life.
    """

    def __init__(self, context: ToolContext, tools: Sequence[Tool] = TOOLS) -> None:
        self._context = context
        self.registry = context.registry
        self._lock = threading.Lock()
        self._figures = 0
        self._sources = 0
        self.tools: Mapping[str, Tool] = {tool.name: tool for tool in tools}

    def run(self, name: str, arguments: dict[str, Any]) -> ToolResult:
        """Run a tool.

        A fault of the question or of the data comes back as a refusal within the result.

        Raises:
            QuestionError: There is no such tool, or the arguments are not of its form; the message
                is one that a model can act on.
        """
        if name not in self.tools:
            raise QuestionError(f"There is no tool '{name}'. There are {', '.join(self.tools)}.")
        tool = self.tools[name]
        try:
            checked = tool.arguments.model_validate(arguments)
        except ValidationError as fault:
            raise QuestionError(f"The arguments of {name} are wrong: {_faults(fault)}.") from fault
        try:
            result = tool.run(self._context, checked)
        except ConcordError as fault:
            result = ToolResult(refusal=refusal_of(fault))
        return self._numbered(result)

    def _numbered(self, result: ToolResult) -> ToolResult:
        with self._lock:
            sources = {s.id: f"S{self._sources + i}" for i, s in enumerate(result.sources, start=1)}
            self._sources += len(result.sources)
            first = self._figures
            self._figures += len(result.figures)
        for source in result.sources:
            source.id = sources[source.id]
        for number, figure in enumerate(result.figures, start=first + 1):
            figure.id = f"F{number}"
            figure.source = sources[figure.source]
        for table in result.tables:
            table.source = sources[table.source]
        for chart in result.charts:
            chart.source = sources[chart.source]
        return result


def _faults(fault: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, e['loc'])) or 'arguments'}: {e['msg']}" for e in fault.errors())
