"""Slots → the arguments of `compute_metric` and `query_plan`, on top of an earlier query or of none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from assistant.interpreter.changes import is_ranked_by_change, rank_by_change
from assistant.interpreter.derived import put_part, put_transform
from assistant.interpreter.limits import limits_of
from assistant.interpreter.moment import Moment
from assistant.interpreter.other_sides import (
    has_version,
    put_metric_of_comparison,
    put_versions,
    settle_financial,
)
from assistant.interpreter.sentences import say
from assistant.interpreter.slots import Chosen, Doubt, Slots, Wanted
from assistant.interpreter.vocabulary import Vocabulary
from assistant.interpreter.windows import WindowBuilder
from connectors.dimensions import TIME
from tools.metrics.definitions import DefaultPeriod, Metric

Query = dict[str, Any]

MOST_CUTS = 3
ALL_GROUPS = 1000
DEFAULT_COUNT = 5
_SETTINGS = ("level", "date_basis", "fill_basis", "lag", "weight", "version", "cycle", "error_level")


@dataclass
class Built:
    """Queries that a question becomes, or why it becomes none.

    Attributes:
        queries: Arguments, one set for each call.
        said: Readings to be said aloud.
        refused: A no, as words; then there are no queries.
        needs_cut: Words of a rank or share that lacks a dimension; then there are no queries.
        part: Dimension and members whose share is told, where the cut shows others too.
    """

    queries: list[Query] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    refused: str = ""
    needs_cut: str = ""
    doubt: Doubt | None = None
    part: tuple[str, tuple[str, ...]] | None = None


def metric_queries(slots: Slots, base: Query, vocabulary: Vocabulary, moment: Moment) -> Built:
    """The `compute_metric` arguments of a question.

    Args:
        slots: What it says.
        base: Arguments of the query that it goes on from; empty for a question of its own.
        vocabulary: The metrics and what they heed.
        moment: The calendar.
    """
    built = Built(said=list(slots.said))
    query: Query = dict(base)
    _put_groups(query, slots, base)
    _put_filters(query, slots)
    settle_financial(slots)
    query["metrics"] = _metrics(query, slots, base, vocabulary, built)
    put_metric_of_comparison(query, slots, vocabulary)
    put_versions(query, slots, vocabulary)
    _put_levels(query, slots, vocabulary)
    _put_settings(query, slots, base, vocabulary, built)
    _put_everywhere(query, slots, vocabulary, built)
    _put_derived(query, slots, built)
    _put_rank(query, slots, base, built)
    variants = _over_limits(query, slots, vocabulary, built)
    if len(query.get("group_by", ())) > MOST_CUTS:
        built.refused = built.refused or say("replies", "decline", "too_many_cuts")
    is_ahead = all(
        vocabulary.metrics[metric].default_period is DefaultPeriod.NEXT_3_MONTHS
        for metric in query["metrics"]
    )
    both_ways = vocabulary.lexicon.sections["both_ways"]
    is_either = any(metric in both_ways for metric in query["metrics"])
    windows = WindowBuilder(moment, vocabulary, is_ahead, is_either=is_either or bool(slots.financial))
    return _over_windows(variants, slots, built, windows)


def plan_queries(slots: Slots, base: Query, vocabulary: Vocabulary, moment: Moment) -> Built:
    """The `query_plan` arguments of a question; as for metrics."""
    built = Built(said=list(slots.said))
    asks_more = slots.threshold or slots.transform or slots.other_cycle or slots.other_version
    if asks_more or slots.rank or slots.compare or slots.change or slots.settings or slots.levels:
        built.refused = say("replies", "decline", "plan_only_rows")
        return built
    if slots.is_average:
        built.refused = say("replies", "decline", "plan_only_rows")
        return built
    query: Query = dict(base)
    if slots.plan:
        query["plan"] = slots.plan["plan"]
    _put_groups(query, slots, base)
    _put_filters(query, slots)
    query["metrics"] = []
    put_versions(query, slots, vocabulary)
    del query["metrics"]
    if slots.cycle:
        _put_cycle(query, slots, WindowBuilder(moment, vocabulary, is_ahead=False))
    is_ahead = bool(slots.plan and slots.plan.get("ahead", False))
    found = _over_windows([query], slots, built, WindowBuilder(moment, vocabulary, is_ahead or bool(base)))
    if any("compare_with" in one for one in found.queries):
        found.refused = say("replies", "decline", "plan_only_rows")
    return found


def _over_windows(variants: list[Query], slots: Slots, built: Built, windows: WindowBuilder) -> Built:
    found: list[Query] = []
    for query in variants:
        _put_cycle(query, slots, windows)
        found += windows.put(query, slots)
    built.said += windows.said
    if windows.refused:
        built.refused = windows.refused
    if not built.refused and not built.needs_cut:
        built.queries = [_without_defaults(one) for one in found]
    return built


def _put_groups(query: Query, slots: Slots, base: Query) -> None:
    groups = list(slots.group_by)
    is_share = (slots.transform or {}).get("transform") == "share"
    for chosen in slots.chosen if not is_share else ():
        if not chosen.exclude and _stands_apart(chosen, slots) and chosen.dimension not in groups:
            groups.append(chosen.dimension)
    dropped = [f["dimension"] for f in base.get("filters", ()) if f["dimension"] in slots.every]
    if slots.every:
        query["filters"] = [f for f in base.get("filters", ()) if f["dimension"] not in dropped]
    if any(chosen.exclude and chosen.dimension in slots.every for chosen in slots.chosen):
        groups = [dimension for dimension in groups if dimension not in slots.every]
    if not groups:
        return
    if slots.follow and slots.follow.get("adds"):
        groups = [*base.get("group_by", ()), *(g for g in groups if g not in base.get("group_by", ()))]
    query["group_by"] = groups
    query.pop("rank", None)


def _stands_apart(chosen: Chosen, slots: Slots) -> bool:
    if len(chosen.ids) < 2:
        return False
    return chosen.is_one_name or slots.sets_apart or not slots.group_by


def _put_filters(query: Query, slots: Slots) -> None:
    if not slots.chosen:
        return
    new = [
        {"dimension": c.dimension, "members": c.ids, **({"exclude": True} if c.exclude else {})}
        for c in slots.chosen
    ]
    changed = {chosen.dimension for chosen in slots.chosen}
    query["filters"] = [f for f in query.get("filters", ()) if f["dimension"] not in changed] + new


def _metrics(query: Query, slots: Slots, base: Query, vocabulary: Vocabulary, built: Built) -> list[str]:
    """The metrics, everyday words settled by the cut."""
    ids: list[str] = []
    for wanted in slots.wanted:
        settled = _settled(wanted, query, vocabulary)
        ids += settled
        if wanted.entry is not None and not slots.measure:
            built.said.append(_said(wanted, settled, vocabulary))
    ids = list(dict.fromkeys(ids)) or list(base.get("metrics", ()))
    if slots.measure:
        ids = _in_measure(ids, slots.measure, query, vocabulary, built)
    if slots.is_average and any(vocabulary.metrics[metric].is_additive for metric in ids):
        built.refused = say("replies", "decline", "no_average", titles=_titles(ids, vocabulary))
    elif slots.is_average:
        built.said.append("'average' read as the ratio over the whole scope, not the mean of its parts")
    return ids


def _settled(wanted: Wanted, query: Query, vocabulary: Vocabulary) -> Sequence[str]:
    within = (wanted.entry or {}).get("within")
    if not within:
        return wanted.ids
    cut = {*query.get("group_by", ()), *(f["dimension"] for f in query.get("filters", ()))}
    known = vocabulary.known_metrics(within["metrics"])
    return known if known and cut <= set(within["dimensions"]) else wanted.ids


def _said(wanted: Wanted, ids: Sequence[str], vocabulary: Vocabulary) -> str:
    text = f"'{wanted.words}' read as {_titles(ids, vocabulary)}"
    others = [m for m in vocabulary.known_metrics((wanted.entry or {})["others"]) if m not in ids]
    return f"{text}; there is also {_titles(others, vocabulary)}" if others else text


def _titles(ids: Sequence[str], vocabulary: Vocabulary) -> str:
    titles = [vocabulary.title(metric) for metric in ids]
    return titles[0] if len(titles) == 1 else f"{', '.join(titles[:-1])} and {titles[-1]}"


def _in_measure(
    ids: Sequence[str], measure: str, query: Query, vocabulary: Vocabulary, built: Built
) -> list[str]:
    """The same metrics in units or in value, where there are such."""
    pairs: Mapping[str, Mapping[str, str]] = vocabulary.lexicon.sections["measured_in"]
    found = []
    if measure == "both":
        both = [pairs.get(metric, {}).get(one, "") for metric in ids for one in ("units", "value")]
        return [metric for metric in dict.fromkeys(both) if metric in vocabulary.metrics] or list(ids)
    for metric in ids:
        entry = vocabulary.metrics[metric]
        wanted = pairs.get(metric, {}).get(measure, "")
        if wanted in vocabulary.metrics:
            found.append(wanted)
        elif "weight" in entry.parameters:
            query["weight"] = measure
            found.append(metric)
        elif entry.unit == ("units" if measure == "units" else "currency"):
            found.append(metric)
        else:
            built.refused = say("replies", "decline", "other_measure", titles=entry.title, measure=measure)
    return list(dict.fromkeys(found)) or list(ids)


def _put_levels(query: Query, slots: Slots, vocabulary: Vocabulary) -> None:
    """The level at which errors are taken, or a cut for metrics that are no errors."""
    if not slots.levels:
        return
    if any("error_level" in vocabulary.metrics[metric].parameters for metric in query["metrics"]):
        query["error_level"] = list(slots.levels)
        return
    groups = query.get("group_by", [])
    query["group_by"] = [*groups, *(level for level in slots.levels if level not in groups)]


def _put_settings(query: Query, slots: Slots, base: Query, vocabulary: Vocabulary, built: Built) -> None:
    """Bases that the metrics heed; what was asked and no metric heeds is told, not dropped."""
    query.update(slots.settings)
    if slots.carries_backlog:
        query["backlog"] = True
    asked = {*slots.settings, *(["version"] if slots.versions else []), *(["cycle"] if slots.cycle else [])}
    metrics = [vocabulary.metrics[metric] for metric in query["metrics"]]
    asked |= {"version"} if slots.financial else set()
    for name in _SETTINGS:
        if name not in query and name not in asked:
            continue
        if any(_heeds(metric, name, query) for metric in metrics):
            continue
        is_fixed = name == "level" and all(metric.level == query.get("level") for metric in metrics)
        if name in asked and not is_fixed:
            titles = _titles(query["metrics"], vocabulary)
            words = say("replies", "decline", "parameters", name)
            built.refused = say("replies", "decline", "no_parameter", titles=titles, words=words)
        query.pop(name, None)


def _heeds(metric: Metric, name: str, query: Query) -> bool:
    if name == "version" and "version" in query:
        return has_version(metric, query["version"])
    return name in metric.parameters


def _put_everywhere(query: Query, slots: Slots, vocabulary: Vocabulary, built: Built) -> None:
    """Where "anywhere" looks: a cut by the first place that the metric knows."""
    if not slots.is_everywhere or query.get("group_by"):
        return
    cuts = vocabulary.cuts.get(query["metrics"][0]) if query["metrics"] else None
    places = [d for d in vocabulary.lexicon.sections["anywhere"] if d in vocabulary.members]
    found = next((d for d in places if cuts is None or d in cuts), None)
    if found:
        query["group_by"] = [found]
        built.said.append(f"'anywhere' read as by {found.replace('_', ' ')}")


def _put_derived(query: Query, slots: Slots, built: Built) -> None:
    """Transforms, and the cut of a chart that names none: its course over the months."""
    built.refused = put_transform(query, slots) or built.refused
    built.part = put_part(query, slots)
    is_whole = not query.get("group_by") and not any(f for f in query.get("filters", ()))
    if query.get("transform") == "share" and is_whole:
        built.needs_cut = "share"
        if len(query["metrics"]) > 1:
            built.refused = say("replies", "decline", "topics", "arithmetic")
    says_change = slots.compare or slots.change or slots.rank
    if slots.is_relative and not says_change and query.get("group_by"):
        query["transform"] = "share"
    if slots.is_chart and not query.get("group_by") and query.get("transform") != "share":
        query["group_by"] = ["month"]


def _over_limits(query: Query, slots: Slots, vocabulary: Vocabulary, built: Built) -> list[Query]:
    """The query for each side of a limit, and for each end of a ranking."""
    if any((wanted.entry or {}).get("apart") for wanted in slots.wanted):
        # one that has nothing to read takes no answer from the others
        return [{**query, "metrics": [metric]} for metric in query["metrics"]]
    if slots.threshold is None:
        orders = list(dict.fromkeys(rank["order"] for rank in slots.ranks))
        if len(orders) < 2 or "rank" not in query or query["rank"].get("by"):
            return [query]
        return [{**query, "rank": {**query["rank"], "order": order}} for order in orders]
    if len(query["metrics"]) != 1:
        built.refused = say("replies", "decline", "one_limit")
        return [query]
    is_share = query.get("transform") == "share"
    limits = limits_of(slots.threshold, query["metrics"][0], vocabulary, is_share=is_share)
    if limits.refused:
        built.refused = limits.refused
        return [query]
    if limits.said:
        built.said.append(limits.said)
    query["metrics"] = [limits.metric]
    if slots.threshold.get("of"):
        query.pop("compare_with", None)
    if limits.is_share:
        query["transform"] = "share"
    return [{**query, "threshold": threshold} for threshold in limits.thresholds]


def _put_cycle(query: Query, slots: Slots, windows: WindowBuilder) -> None:
    if slots.cycle:
        cycle = windows.cycle_of(slots.cycle)
        if cycle:
            query["cycle"] = cycle.isoformat()


def _put_rank(query: Query, slots: Slots, base: Query, built: Built) -> None:
    if not slots.rank:
        return
    before: Mapping[str, Any] = base.get("rank") or {}
    if "order" not in slots.rank and not before:
        return
    count = ALL_GROUPS if slots.rank.get("all") else slots.rank.get("count", DEFAULT_COUNT)
    count = max(1, min(count, ALL_GROUPS))
    order = slots.rank.get("order", before.get("order"))
    if is_ranked_by_change(slots):
        query["rank"] = rank_by_change(slots, count)
        if set(query.get("group_by", ())) & set(TIME):
            built.refused = say("replies", "decline", "topics", "changes")
    elif slots.direction == "moved" and slots.change:
        return  # "which changed most": all of them, with their changes
    else:
        query["rank"] = {**before, "order": order, "count": count}
        is_gap = (slots.compare or {}).get("gap") or (
            slots.compare and slots.ranks[-1:] and slots.ranks[-1].get("loses")
        )
        if is_gap:
            query["rank"]["by"] = "difference"
    if not query.get("group_by"):
        built.needs_cut = str(order)


def _without_defaults(query: Query) -> Query:
    """A query without what says nothing."""
    return {
        name: value
        for name, value in query.items()
        if value not in (None, [], "") and not (name == "weight" and value == "units")
    }
