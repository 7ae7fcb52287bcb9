"""Calls that explain or analyse, out of the same query that a figure would be computed with, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from assistant.interpreter.changes import premise_of
from assistant.interpreter.slots import Slots
from assistant.interpreter.vocabulary import Vocabulary
from connectors.dimensions import TIME
from tools.definition import ToolCall

Query = dict[str, Any]

COMPUTE, EXPLAIN, TREND, CASH = "compute_metric", "explain_change", "analyse_trend", "bridge_cash"
ANALYSES = frozenset({EXPLAIN, TREND, CASH})
_FIGURES = ANALYSES | {COMPUTE}
DEFINED_BY = (
    "level", "date_basis", "fill_basis", "lag", "version", "cycle", "error_level", "weight", "period",
    "filters", "group_by",
)  # fmt: skip
"""What of a question a definition is told with."""

_BASIS = ("level", "date_basis", "fill_basis", "version", "cycle", "lag", "error_level", "weight")
_FIELDS: Mapping[str, tuple[str, ...]] = {
    EXPLAIN: (
        "filters", "period", "compare_with", "compare_version", "compare_cycle", "compare_period", "by",
        *_BASIS,
    ),
    TREND: ("filters", "group_by", "period", *_BASIS),
    CASH: ("filters", "group_by", "period", "against"),
}  # fmt: skip
_MOST_BRIDGED = 2
"""Dimensions that the bridge to cash is cut by at most."""

_AGAINST = frozenset({"budget", "committed"})
_PLANNED = frozenset({"plan", "latest", *_AGAINST})


def query_of(call: ToolCall) -> Query:
    """The arguments of any figure's call as a query: `metrics` and `group_by`."""
    query = dict(call.arguments)
    if call.name in (EXPLAIN, TREND):
        query["metrics"] = [query.pop("metric")]
    if call.name == CASH:
        query["metrics"] = ["cash_flow"]
        against = query.pop("against", "plan")
        query["compare_with"] = against if against in _AGAINST else "plan"
    if call.name == EXPLAIN and "by" in query:
        query["group_by"] = [query.pop("by")]
    return query


def same_subject(before: Sequence[ToolCall], made: Sequence[ToolCall]) -> bool:
    """Whether calls ask for the metrics that the last query before them asked for."""
    last = next((query_of(call) for call in reversed(before) if call.name in _FIGURES), None)
    asked = [query_of(call).get("metrics") for call in made if call.name in _FIGURES]
    return bool(last and asked and all(metrics == last.get("metrics") for metrics in asked))


def analysis_of(slots: Slots, base: ToolCall | None, vocabulary: Vocabulary) -> str:
    """Which tool a question asks for; `compute_metric` where it asks for figures.

    Args:
        slots: What the question says.
        base: The call that it goes on from.
        vocabulary: The metrics.
    """
    if slots.is_bridge:
        return CASH
    if slots.why:
        return EXPLAIN
    asks_figures = slots.threshold or slots.transform or slots.rank
    if slots.trend:
        is_plain = slots.trend.get("plain", False)
        return COMPUTE if asks_figures or (is_plain and slots.compare) else TREND
    if base is None or base.name not in ANALYSES or asks_figures or set(slots.group_by) & set(TIME):
        return COMPUTE
    return base.name


def calls_of(tool: str, query: Query, vocabulary: Vocabulary) -> tuple[ToolCall, ...]:
    """The calls of a tool for a query: one for each metric, a single one for the bridge to cash."""
    if tool == EXPLAIN and _is_cash_against_plan(query, vocabulary):
        tool = CASH
    if tool == CASH:
        against = query.get("compare_with")
        cut = query.get("group_by", [])[:_MOST_BRIDGED]
        told = {**query, "group_by": cut, "against": against if against in _AGAINST else None}
        return (_call(CASH, told),)
    if tool == EXPLAIN and query.get("compare_with") == "target":
        # what is below its target is shown against it, and then explained as a change over time
        plain = {name: value for name, value in query.items() if name != "compare_with"}
        return (ToolCall(COMPUTE, query), *calls_of(EXPLAIN, plain, vocabulary))
    if tool == EXPLAIN:
        query = _against_itself(query, vocabulary)
        one = {f["dimension"] for f in query.get("filters", ()) if len(f["members"]) == 1}
        by = [group for group in _groups(query) if group not in one][:1]
        return tuple(
            _call(EXPLAIN, {"metric": m, **query, "by": by[0] if by else None}) for m in query["metrics"]
        )
    groups = _groups(query)[:1]
    return tuple(_call(TREND, {"metric": m, **query, "group_by": groups}) for m in query["metrics"])


def left_out_cuts(tool: str, query: Query) -> list[str]:
    """Dimensions that a question cuts by and that the tool has no room for."""
    groups = list(query.get("group_by", ())) if tool == CASH else _groups(query)
    return groups[_MOST_BRIDGED if tool == CASH else 1 :]


def _call(tool: str, held: Query) -> ToolCall:
    fields = (("metric",) if tool != CASH else ()) + _FIELDS[tool]
    return ToolCall(tool, {name: held[name] for name in fields if held.get(name) not in (None, [], "")})


def _groups(query: Query) -> list[str]:
    return [group for group in query.get("group_by", ()) if group not in TIME]


def _is_cash_against_plan(query: Query, vocabulary: Vocabulary) -> bool:
    """Whether it is asked why cash is off the plan: that is what the bridge to cash tells."""
    if query["metrics"] == ["cash_flow_vs_plan"]:
        return True
    is_cash = set(query["metrics"]) <= set(vocabulary.lexicon.sections["cash"])
    return is_cash and query.get("compare_with") in _PLANNED


def _against_itself(query: Query, vocabulary: Vocabulary) -> Query:
    """A metric that is itself a comparison with a plan, as the plain metric compared with it."""
    against: Mapping[str, str] = vocabulary.lexicon.sections["against"]["plan"]
    plain = {versus: metric for metric, versus in list(against.items())[::-1] if metric != versus}
    if not set(query["metrics"]) <= plain.keys():
        return query
    return {**query, "metrics": [plain[metric] for metric in query["metrics"]], "compare_with": "plan"}


def premise_in(slots: Slots, query: Query, vocabulary: Vocabulary) -> str:
    """Which way the question takes for granted that it went, of the metric that it is about."""
    words = str((slots.compare or {}).get("words", "")).casefold()
    if words.startswith(("above", "over", "exceed", "ahead", "beat")):
        return "rose"
    if words.startswith(("below", "under", "behind", "short", "miss")):
        return "fell"
    metrics = query.get("metrics", ())
    return premise_of(slots, vocabulary.metrics.get(metrics[0]) if metrics else None)
