"""The values of a metric by month, one series per member, without months that are not whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from connectors.errors import OutOfRange
from connectors.periods import Period, add_months, month_end, month_of, month_period
from connectors.plan_store import PlanStore
from tools.metrics.cut import choose_fact
from tools.metrics.definitions import Metric
from tools.metrics.engine import Computed, Group, compute
from tools.metrics.query import MetricQuery, PeriodArgument
from tools.metrics.trends.series import LEAST_MONTHS, Trend, trend_of

USUAL_MONTHS = 24


@dataclass(frozen=True)
class Series:
    """One member's values by month and the trend of them.

    Attributes:
        member: Id of the member; None where no dimension is cut, or for rows without a member.
        values: Value by first day of month, known ones only.
        trend: None where fewer than six months are known.
        missing: Months of the window that have no value.
    """

    member: str | None
    values: dict[date, float]
    trend: Trend | None
    missing: tuple[date, ...]


@dataclass(frozen=True)
class ByMonth:
    """A metric by month.

    Attributes:
        computed: The metric as the engine computed it.
        query: The query that it was computed with.
        series: One per member, in the order of the engine.
        partial: Months left out because they are not whole or not complete in the data.
    """

    computed: Computed
    query: MetricQuery
    series: tuple[Series, ...]
    partial: tuple[date, ...]


def usual_period(store: PlanStore) -> PeriodArgument:
    """The last 24 closed months."""
    closed = store.last_closed_month
    return PeriodArgument(start=add_months(closed, 1 - USUAL_MONTHS), end=month_end(closed))


def by_month(store: PlanStore, metric: Metric, query: MetricQuery) -> ByMonth:
    """The metric by month and the trend of each series.

    Raises:
        OutOfRange: No series has six months with a value.
        UnknownName, MissingTable, NotPermitted: As the engine says.
    """
    query, partial = _closed_only(store, metric, query)
    computed = compute(store, [metric], query)[0]
    window = computed.settled.basis.window
    partial = (*_cut_months(window), *partial)
    months = [m for m in window.months() if m not in partial and m not in computed.settled.missing_months]
    members: dict[str | None, dict[date, float]] = {}
    for group in computed.groups:
        month = _month_of(group, query)
        values = members.setdefault(_member_of(group, query), {})
        if month in months and group.value is not None:
            values[month] = group.value
    series = tuple(
        Series(member, values, trend_of(values), tuple(m for m in months if m not in values))
        for member, values in members.items()
    )
    if not any(one.trend for one in series):
        most = max((len(one.values) for one in series), default=0)
        raise OutOfRange(
            f"A trend needs at least {LEAST_MONTHS} closed months with a value; {metric.title} has {most} of "
            f"them in {window.label}. Ask for a longer period, or for the values by month."
        )
    return ByMonth(computed, query, series, partial)


def _closed_only(
    store: PlanStore, metric: Metric, query: MetricQuery
) -> tuple[MetricQuery, tuple[date, ...]]:
    """The query up to the last closed month, and the month that it leaves out because it still runs.

    What looks ahead keeps its window.
    """
    period, closed = query.period or PeriodArgument(start=None, end=None), month_end(store.last_closed_month)
    if choose_fact(store, metric, query).is_ahead or (period.end is not None and period.end <= closed):
        return query, ()
    if period.start is not None and period.start > closed:
        raise OutOfRange(
            f"A trend goes by closed months; the last one is {month_period(closed).label}, before "
            f"{month_period(period.start).label}."
        )
    broken = store.partial_from
    left_out = (broken,) if broken and (period.end is None or period.end >= broken) else ()
    return query.model_copy(update={"period": period.model_copy(update={"end": closed})}), left_out


def _cut_months(window: Period) -> tuple[date, ...]:
    """Months that the window cuts through."""
    return tuple(m for m in window.months() if m < window.start or month_end(m) > window.end)


def _month_of(group: Group, query: MetricQuery) -> date:
    return month_of(date.fromisoformat(f"{group.key[query.group_by.index('month')]}-01"))


def _member_of(group: Group, query: MetricQuery) -> str | None:
    others: Sequence[str | None] = [
        part for part, d in zip(group.key, query.group_by, strict=True) if d != "month"
    ]
    return others[0] if others else None
