"""Gathers what the store summed into the groups of a cut and its total."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from connectors.dimensions import TIME
from connectors.periods import Grain, Period, bucket_key, bucket_period, label_of, month_period
from connectors.warehouse import Row
from tools.metrics.summing import Cut, CutRows, month_at, summed

Sums = dict[str, float | None]
GroupKey = tuple[str | None, ...]


@dataclass
class Group:
    """One group of a cut: member ids in the order of `group_by`, sums of measures, the value."""

    key: GroupKey
    sums: Sums
    value: float | None = None
    period: Period | None = None


def grouped(cut: Cut, rows: CutRows) -> list[Group]:
    """Groups in the order of the query's dimensions, time first."""
    found = cut.store.rows(summed(cut, rows))
    if found and "by_month" in found[0]:
        found = [{**row, "by_month": month_at(row["by_month"])} for row in found]
    if cut.fact.is_closing:
        found = _closing_rows(cut, found)
    gathered: dict[GroupKey, list[Row]] = {}
    for row in found:
        gathered.setdefault(_key_of(cut, row), []).append(row)
    groups = [
        Group(key, _added(members), period=_period_of(cut, members)) for key, members in gathered.items()
    ]
    return sorted(_shared(cut, groups), key=lambda group: _order(cut, group))


def total_of(cut: Cut, rows: CutRows, groups: list[Group]) -> Group | None:
    """The whole of the cut: the sum of its groups, or a query of its own where they do not add up."""
    query, fact = cut.query, cut.fact
    if _tells_plans_apart(cut) or set(query.group_by) & set(fact.no_total_over):
        return None
    if not groups:
        return Group((), dict.fromkeys(cut.value_measures))
    if not query.group_by:
        return Group((), groups[0].sums, period=groups[0].period)
    if not _overlaps(cut) and not fact.is_closing:
        return Group((), summed_groups(groups))
    whole = replace(cut, query=query.model_copy(update={"group_by": []}))
    only = grouped(whole, rows)[0]
    return Group((), only.sums, period=only.period)


def _tells_plans_apart(cut: Cut) -> bool:
    """Whether the groups are plans of the same thing, of which there is no whole."""
    basis, by, fact = cut.settled.basis, cut.query.group_by, cut.fact
    if "lag" in by and basis.every_lag:
        return True
    shown = len(basis.versions) - (1 if fact.versions_read else 0)
    return "version" in by and shown > 1 and "version" not in fact.shared_over


def _overlaps(cut: Cut) -> bool:
    """Whether the sums of the groups are not those of the whole."""
    query, fact = cut.query, cut.fact
    is_summed_further = bool(query.error_level) if fact.sums_to is None else True
    return (
        fact.distinct_on is not None
        or (fact.finish is not None and is_summed_further)
        or (fact.is_gathered and bool(cut.grains))
        or bool(set(query.group_by) & set(fact.shared_over))
    )


def summed_groups(groups: Sequence[Group]) -> Sums:
    """The sums of all groups, added up."""
    if not groups:
        return {}
    return {name: _sum(g.sums[name] for g in groups) for name in groups[0].sums}


def _key_of(cut: Cut, row: Row) -> GroupKey:
    return tuple(
        bucket_key(row["by_month"], Grain(d), cut.fiscal_start) if d in TIME else row[f"by_{d}"]
        for d in cut.query.group_by
    )


def _period_of(cut: Cut, rows: list[Row]) -> Period | None:
    """The finest span of time that a group stands for, where time is cut, as far as the window reaches."""
    if not cut.grains:
        # Stock over several months is that of the last one, and says so.
        return month_period(rows[0]["by_month"]) if cut.fact.is_closing else None
    window = cut.settled.basis.window
    bucket = bucket_period(rows[0]["by_month"], cut.grains[0], cut.fiscal_start)
    if window.start <= bucket.start and bucket.end <= window.end:
        return bucket
    start, end = max(bucket.start, window.start), min(bucket.end, window.end)
    return Period(start, end, label_of(start, end, cut.fiscal_start))


def _closing_rows(cut: Cut, rows: list[Row]) -> list[Row]:
    """Stock is not additive over time: only the last loaded month of each span counts.

    That month is the store's, not the cut's: a product without a row in it has no stock any more.
    """
    grains = [Grain(d) for d in cut.query.group_by if d in TIME]
    last: dict[tuple[str, ...], date] = {}
    for month in cut.settled.basis.window.months():
        if month not in cut.settled.missing_months:
            last[tuple(bucket_key(month, grain, cut.fiscal_start) for grain in grains)] = month
    return [row for row in rows if row["by_month"] in last.values()]


def _added(rows: list[Row]) -> Sums:
    names = [name for name in rows[0] if not name.startswith("by_")]
    return {name: _sum(row[name] for row in rows) for name in names}


def _sum(parts: Iterable[float | None]) -> float | None:
    """The sum of what is known; unknown where nothing is, never 0."""
    known = [part for part in parts if part is not None]
    return sum(known) if known else None


def _shared(cut: Cut, groups: list[Group]) -> list[Group]:
    """Denominators over all members of a shared dimension, so that shares by reason add up."""
    shared = [i for i, d in enumerate(cut.query.group_by) if d in cut.fact.shared_over]
    if not shared:
        return groups
    for bottom in {name for m in cut.metrics for name in m.value.denominators}:
        whole: dict[GroupKey, float] = {}
        for group in groups:
            rest = _without(group.key, shared)
            whole[rest] = whole.get(rest, 0.0) + (group.sums[bottom] or 0)
        for group in groups:
            group.sums[bottom] = whole[_without(group.key, shared)]
    if cut.fact.plan_table:
        return groups
    tops = [name for metric in cut.metrics for name in metric.value.numerators]
    return [group for group in groups if any(group.sums[top] for top in tops)]


def _without(key: GroupKey, places: list[int]) -> GroupKey:
    return tuple(part for place, part in enumerate(key) if place not in places)


def _order(cut: Cut, group: Group) -> tuple[object, ...]:
    """Time first, then the members: versions as they are made, lags by size, others by id."""
    parts = list(zip(cut.query.group_by, group.key, strict=True))
    times = [str(part) for d, part in parts if d in TIME]
    versions = cut.settled.basis.versions

    def place(dimension: str, part: str) -> tuple[int, str]:
        if dimension == "lag":
            return int(part), part
        if dimension == "version" and part in versions:
            return versions.index(part), part
        return 0, part

    return (*times, *((part is None, place(d, part or "")) for d, part in parts if d not in TIME))
