"""Figures derived from a metric: its share, its running total, its year to date, its moving average."""

from __future__ import annotations

from typing import Any

from assistant.interpreter.sentences import say
from assistant.interpreter.slots import Slots
from connectors.dimensions import TIME

Query = dict[str, Any]

_MONTHS_AVERAGED = 3


def put_transform(query: Query, slots: Slots) -> str:
    """Put a transform, and the cut that it needs, into a query.

    Returns:
        A no, as words; empty where there is none.
    """
    wanted = (slots.transform or {}).get("transform", "") or _to_date_by_month(query, slots)
    if not wanted:
        return ""
    query["transform"] = wanted
    groups: list[str] = query.get("group_by", [])
    if wanted == "moving_average":
        if slots.transform and slots.transform.get("number", _MONTHS_AVERAGED) != _MONTHS_AVERAGED:
            return say("replies", "decline", "months_averaged")
        query["group_by"] = [*(g for g in groups if g not in TIME), "month"]
    elif wanted == "running_total" and not set(groups) & set(TIME):
        query["group_by"] = [*groups, "month"]
    return ""


def _to_date_by_month(query: Query, slots: Slots) -> str:
    """The transform of "revenue ytd by month": what had come together by the end of each month."""
    says_to_date = any(
        spec.get("read") == "to_date" and spec.get("unit") == "year" for spec, _ in slots.periods
    )
    return "year_to_date" if says_to_date and set(slots.group_by) & set(TIME) else ""


def put_part(query: Query, slots: Slots) -> tuple[str, tuple[str, ...]] | None:
    """Settle whose share is asked: one member's of all, or one member's within others' scope.

    "Dairy's share of revenue in North" is cut by family within North, and the words pick Dairy; so is
    "Dairy's share by month", whose parts are those of each month.

    Returns:
        Dimension and ids of the members whose share is told, where the cut shows others too.
    """
    if query.get("transform") != "share":
        return None
    chosen = {c.dimension: tuple(c.ids) for c in slots.chosen if not c.exclude and c.dimension != "version"}
    groups = [group for group in query.get("group_by", ()) if group not in slots.group_by]
    if len(chosen) == 1 and set(query.get("group_by", ())) == set(chosen) and groups:
        query["group_by"] = []
        return None
    cut: list[str] = query.get("group_by", [])
    is_over_time = bool(cut) and set(cut) <= set(TIME) and bool(chosen)
    if not is_over_time and (cut or len(chosen) < 2):
        return None
    part = slots.part if slots.part in chosen else next(iter(chosen))
    query["group_by"] = [part, *cut]
    query["filters"] = [f for f in query["filters"] if f["dimension"] != part]
    return part, chosen[part]
