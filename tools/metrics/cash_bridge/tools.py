"""The tool `bridge_cash`: from planned to actual cash, or to standard margin and inventory below that."""

from __future__ import annotations

from tools.definition import Tool, ToolContext
from tools.figures import ToolResult
from tools.metrics.cash_bridge.arguments import BridgeArguments
from tools.metrics.cash_bridge.cash import CASH_DIMENSIONS, cash_result
from tools.metrics.cash_bridge.margin import margin_result


def bridge_cash(context: ToolContext, arguments: BridgeArguments) -> ToolResult:
    """Planned cash, each step, actual cash, exactly; `details` hold the steps and whether they explain it."""
    asked = {*arguments.group_by, *(f.dimension for f in arguments.filters)}
    if asked <= CASH_DIMENSIONS:
        return cash_result(context.store, arguments)
    return margin_result(context.store, arguments)


TOOLS = (Tool("bridge_cash", BridgeArguments, bridge_cash, writes=False),)
