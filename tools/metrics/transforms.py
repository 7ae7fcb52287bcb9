"""Figures derived from a metric over a cut: share, running total, year to date, moving average.

They keep the metric's id and name the transform. Ratios are formed anew from the sums that are
gathered, so that a year to date of a rate is pooled, never a mean of rates.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from connectors.dimensions import TIME
from connectors.errors import OutOfRange
from connectors.periods import Grain, Period, add_months, bucket_key, label_of, year_of
from connectors.plan_store import PlanStore
from tools.metrics.cut import choose_fact
from tools.metrics.definitions import Metric
from tools.metrics.engine import Computed, Group, GroupKey, Sums, compute
from tools.metrics.query import MetricQuery, PeriodArgument
from tools.metrics.settle import settle

MONTHS_AVERAGED = 3


def computed_as_asked(store: PlanStore, metrics: Sequence[Metric], query: MetricQuery) -> list[Computed]:
    """Each metric over the cut, transformed as the query asks.

    Raises:
        OutOfRange: The transform makes no sense for a metric or a cut; the message says what does.
    """
    if query.transform is None:
        return compute(store, metrics, query)
    return [_transformed(store, metric, query) for metric in metrics]


def _transformed(store: PlanStore, metric: Metric, query: MetricQuery) -> Computed:
    if query.transform == "share":
        return _share(store, metric, query)
    _require_sums(metric, query)
    asked = settle(store, metric, choose_fact(store, metric, query), query)
    window = asked.basis.window
    if query.transform == "running_total":
        return _accumulated(_over(store, metric, query, window), query, (lambda group: ()))
    if query.transform == "year_to_date":
        return _year_to_date(store, metric, query, window)
    return _moving_average(store, metric, query, window)


def _over(store: PlanStore, metric: Metric, query: MetricQuery, window: Period) -> Computed:
    period = PeriodArgument(start=window.start, end=window.end)
    return compute(store, [metric], query.model_copy(update={"period": period}))[0]


def _require_sums(metric: Metric, query: MetricQuery) -> None:
    """A transform along time needs one cut by time, and a metric whose months can be gathered."""
    words = str(query.transform).replace("_", " ")
    times = [d for d in query.group_by if d in TIME]
    is_average = query.transform == "moving_average"
    if metric.fact.is_closing and not is_average:
        raise OutOfRange(f"{metric.title} is a level at the end of a month: it has no {words}.")
    if metric.fact.is_gathered:
        raise OutOfRange(f"{metric.title} is not formed from sums of its months, so it has no {words}.")
    if is_average and times != ["month"]:
        raise OutOfRange(f"A moving average runs over months: ask for {metric.title} by month.")
    if query.transform == "running_total" and len(times) != 1:
        raise OutOfRange(
            f"A running total runs along time: ask for {metric.title} by month, quarter or year."
        )


def _share(store: PlanStore, metric: Metric, query: MetricQuery) -> Computed:
    """Each group over the whole; in a cut by time as well, over the whole of its month.

    Without a cut, the filtered members over all members.
    """
    if not metric.is_additive:
        raise OutOfRange(
            f"{metric.title} is not a quantity whose parts add up, so a part of it has no share. "
            "Ask for it by the same cut instead."
        )
    computed = compute(store, [metric], query)[0]
    if not query.group_by:
        return _share_of_all(store, metric, query, computed)
    along = [place for place, d in enumerate(query.group_by) if d in TIME]
    if len(along) == len(query.group_by):
        along = []
    wholes: dict[GroupKey, float] = {}
    for group in computed.groups:
        part = tuple(group.key[place] for place in along)
        wholes[part] = wholes.get(part, 0.0) + (group.value or 0.0)

    def share(group: Group) -> Group:
        whole = wholes[tuple(group.key[place] for place in along)]
        return replace(group, value=group.value / whole if group.value is not None and whole else None)

    return replace(computed, groups=[share(group) for group in computed.groups], total=None)


def _share_of_all(store: PlanStore, metric: Metric, query: MetricQuery, part: Computed) -> Computed:
    kept = [f for f in query.filters if f.dimension == "version"]
    if len(kept) == len(query.filters):
        raise OutOfRange(f"A share of {metric.title} needs a cut or a member: for instance by region.")
    whole = compute(store, [metric], query.model_copy(update={"filters": kept}))[0]
    if part.total is None or whole.total is None:
        return part
    value = (
        part.total.value / whole.total.value if part.total.value is not None and whole.total.value else None
    )
    return replace(part, total=replace(part.total, value=value))


def _year_to_date(store: PlanStore, metric: Metric, query: MetricQuery, window: Period) -> Computed:
    """From the start of the fiscal year: one figure, or one for each month that was asked for."""
    start_month = store.info.fiscal_year_start_month
    grains = [Grain(d) for d in query.group_by if d in TIME]
    if not grains:
        start = year_of(window.end, start_month).start
        return _over(
            store, metric, query, Period(start, window.end, label_of(start, window.end, start_month))
        )
    wide = Period(year_of(window.start, start_month).start, window.end)
    computed = _over(store, metric, query, wide)
    gathered = _accumulated(computed, query, lambda group: (_year_of(group, start_month),))
    shown = [g for g in gathered.groups if g.period and g.period.end >= window.start]
    return _within(gathered, window, shown)


def _year_of(group: Group, start_month: int) -> int:
    return year_of(group.period.start, start_month).end.year if group.period else 0


def _moving_average(store: PlanStore, metric: Metric, query: MetricQuery, window: Period) -> Computed:
    """The mean of a quantity over three months; of a rate the pooled rate of the three."""
    wide = Period(add_months(window.start, 1 - MONTHS_AVERAGED), window.end)
    computed = _over(store, metric, query, wide)
    by_key = {group.key: group for group in computed.groups}
    place = query.group_by.index("month")

    def averaged(group: Group) -> Group:
        months = _months_back(group, place)
        found = [by_key[key] for key in months if key in by_key]
        if len(found) < MONTHS_AVERAGED or any(g.value is None for g in found):
            return replace(group, value=None)
        sums: Sums = {}
        for one in found:
            sums = added(sums, one.sums)
        value = metric.value.of(sums)
        if value is not None and not metric.value.denominators:
            value /= MONTHS_AVERAGED
        return replace(group, sums=sums, value=value)

    shown = [averaged(g) for g in computed.groups if g.period and g.period.start >= window.start]
    return replace(_within(computed, window, shown), total=None)


def _months_back(group: Group, place: int) -> list[GroupKey]:
    """The keys of a group's month and of the months before it that are averaged."""
    first = group.period.start if group.period else date.min
    months = [add_months(first, -back) for back in range(MONTHS_AVERAGED)]
    return [(*group.key[:place], bucket_key(m, Grain.MONTH), *group.key[place + 1 :]) for m in months]


def _accumulated(
    computed: Computed, query: MetricQuery, restarts: Callable[[Group], tuple[int, ...]]
) -> Computed:
    """Groups whose sums hold all that came before them, of their members and since the last restart."""
    along = [place for place, d in enumerate(query.group_by) if d in TIME]
    so_far: dict[GroupKey, Sums] = {}
    groups = []
    for group in sorted(computed.groups, key=lambda g: g.period.start if g.period else date.min):
        members = tuple(part for place, part in enumerate(group.key) if place not in along)
        key = (*members, *map(str, restarts(group)))
        so_far[key] = added(so_far[key], group.sums) if key in so_far else group.sums
        groups.append(replace(group, sums=so_far[key], value=computed.metric.value.of(so_far[key])))
    order = {group.key: place for place, group in enumerate(computed.groups)}
    return replace(computed, groups=sorted(groups, key=lambda g: order[g.key]))


def added(first: Sums, second: Sums) -> Sums:
    """Measures of two groups added up; unknown only where both are."""
    return {name: _plus(first.get(name), second.get(name)) for name in {**first, **second}}


def _plus(first: float | None, second: float | None) -> float | None:
    if first is None or second is None:
        return second if first is None else first
    return first + second


def _within(computed: Computed, window: Period, shown: list[Group]) -> Computed:
    """The groups of the window that was asked for; the whole is what the last of them came to."""
    basis = replace(computed.settled.basis, window=window)
    missing = tuple(m for m in computed.settled.missing_months if window.contains(m))
    settled = replace(computed.settled, basis=basis, missing_months=missing)
    last = replace(shown[-1], key=()) if len(shown) and len(shown[-1].key) == 1 else None
    return replace(computed, settled=settled, groups=shown, total=last)
