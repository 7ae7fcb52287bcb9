"""Questions about what there is."""

from __future__ import annotations

from assistant.interpreter.slots import Slots
from connectors.dimensions import TIME
from tools.definition import ToolCall

_ASKING = frozenset({"list", "have", "count"})


def list_call(slots: Slots, *, has_base: bool) -> ToolCall | None:
    """The call that lists what is asked for, or None where nothing is.

    Args:
        slots: What the question says.
        has_base: Whether there is an earlier query that a dimension could cut.
    """
    asks = bool(_ASKING & set(slots.operations))
    is_held_against = slots.compare or slots.is_reached or slots.financial or slots.change
    only_names = len(slots.group_by) == 1 and not slots.is_cut and not slots.rank and not slots.follow
    if only_names and not is_held_against and not has_base and slots.group_by[0] not in TIME:
        asks = True
    if asks and slots.group_by:
        return _of_dimension(slots.group_by[0])
    if slots.things and (asks or not slots.has_cut):
        return ToolCall("list_catalog", {"what": slots.things[0]})
    if "help" in slots.operations:
        return ToolCall("list_catalog", {"what": "help"})
    return None


def _of_dimension(dimension: str) -> ToolCall:
    if dimension == "version":
        return ToolCall("list_catalog", {"what": "versions"})
    if dimension in TIME:
        return ToolCall("list_catalog", {"what": "periods"})
    return ToolCall("list_catalog", {"what": "members", "dimension": dimension})
