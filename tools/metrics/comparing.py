"""The other side of a comparison: which metric and which query give it, and its values by group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from connectors.dimensions import TIME
from connectors.errors import OutOfRange, QuestionError
from connectors.periods import (
    Grain,
    Period,
    add_months,
    bucket_key,
    month_end,
    month_of,
    month_period,
    months_between,
)
from connectors.plan_store import PlanStore
from tools.metrics.definitions import Metric
from tools.metrics.engine import Computed, Group, GroupKey
from tools.metrics.facts.financial_plans import plan_version_of
from tools.metrics.query import MetricQuery, PeriodArgument
from tools.metrics.registry import Registry

_YEAR = 12
_SHIFTED = ("previous_period", "same_period_last_year", "period")
_PLANS = ("plan", "budget", "committed", "latest")


@dataclass(frozen=True)
class OtherQuery:
    """What to compute for the other side.

    Attributes:
        metric: The metric of the other side: the same, or the plan of it.
        query: Its query, over its own window.
        with_: What it is called in the answer contract (`budget`).
        label: What it is called in a sentence ("the budget", "Q1 2026").
        window: Its window.
        is_shifted: Whether it is the same figure in another window.
    """

    metric: Metric
    query: MetricQuery
    with_: str
    label: str
    window: Period
    is_shifted: bool = False


@dataclass(frozen=True)
class OtherSide:
    """The values that figures are compared with.

    Attributes:
        with_: What it is called in the answer contract.
        label: What it is called in a sentence; empty where each value names its own period.
        window: The span that it covers.
        groups: Its groups by the key of the group that each is compared with.
        total: The whole, where there is one.
        assumptions: Readings that were settled for it.
        computed: What it was computed as, for its warnings; None for targets.
        missing_months: Months that a plan on this side does not hold: a span with one of them is not
            compared, as the difference would be that of the months.
    """

    with_: str
    label: str
    window: Period
    groups: Mapping[GroupKey, Group]
    total: Group | None
    assumptions: tuple[str, ...] = field(default=())
    computed: Computed | None = None
    missing_months: tuple[date, ...] = field(default=())

    def lacks_part_of(self, span: Period) -> bool:
        """Whether a month of the span is missing on this side."""
        return any(span.contains(month) for month in self.missing_months)


def is_plan_comparison(query: MetricQuery) -> bool:
    """Whether a plan or budget is the other side."""
    return query.compare_with in _PLANS


def metric_compared(store: PlanStore, metric: Metric, query: MetricQuery) -> Metric:
    """The metric as this side of the comparison reads it: against a plan, money is of the financial book."""
    if not is_plan_comparison(query) or metric.plan_fact is None:
        return metric
    book = metric.else_fact or metric.fact
    return replace(metric, fact=book, finer_fact=None, else_fact=None, needs=("financials.amount",))


def compared_window(now: Computed) -> Period:
    """The span that is compared: the window up to the last of its months that this side has.

    A year that still runs is compared with the same months of the other side, not with all of it.
    """
    window, missing = now.settled.basis.window, now.settled.missing_months
    loaded = [month for month in window.months() if month not in missing]
    if not loaded or loaded[-1] == window.months()[-1]:
        return window
    return Period(window.start, month_end(loaded[-1]))


def other_query(
    store: PlanStore,
    registry: Registry,
    metric: Metric,
    query: MetricQuery,
    window: Period,
    compared: Period | None = None,
) -> OtherQuery:
    """What to compute for the other side of any comparison but one with the rows of `targets`.

    Args:
        store: The plan store, narrowed to who asks.
        registry: Where the plan of a metric is found.
        metric: The metric of this side.
        query: The query of this side, `compare_with` set.
        window: The settled window of this side.
        compared: The part of it that is loaded (`compared_window`); the whole of it without.

    Raises:
        QuestionError, OutOfRange, UnknownName: The metric has no such side; the message says what it has.
    """
    kind = query.compare_with
    if kind in _SHIFTED:
        return _in_other_window(query, metric, window, compared or window)
    window = compared or window
    plain = query.model_copy(update={"period": PeriodArgument(start=window.start, end=window.end)})
    if kind == "version":
        return _of_version(metric, plain, window)
    if kind == "target" and metric.target is not None:
        target = registry[metric.target]
        other = plain.model_copy(update={"metrics": [target.id]})
        return OtherQuery(target, other, "target", "the target", window)
    if kind == "cycle":
        return _of_cycle(metric, plain, window)
    return _of_plan(store, registry, metric, plain, window)


def _in_other_window(query: MetricQuery, metric: Metric, window: Period, compared: Period) -> OtherQuery:
    kind = str(query.compare_with)
    if kind == "period":
        asked = query.compare_period
        if asked is None or asked.start is None or asked.end is None:
            raise QuestionError(
                "Say which period to compare with: `compare_period` needs a start and an end."
            )
        other = Period(asked.start, asked.end)
    elif kind == "same_period_last_year" or query.transform == "year_to_date":
        # the period before a year to date is the same months of last year
        other = window.shifted(-_YEAR)
    else:
        other = window.previous()
    if compared != window and kind != "period":
        other = compared.shifted(-months_between(other.start, window.start))
    shifted = query.model_copy(update={"period": PeriodArgument(start=other.start, end=other.end)})
    return OtherQuery(metric, shifted, kind, other.label, other, is_shifted=True)


def _of_version(metric: Metric, query: MetricQuery, window: Period) -> OtherQuery:
    version = query.compare_version
    if not version:
        raise QuestionError("Say which plan version to compare with, in `compare_version`.")
    if metric.plan_fact is None and "version" not in metric.parameters:
        raise OutOfRange(
            f"{metric.title} is not read from a plan, so it has no versions. Ask for it against the plan, "
            "a target or another period."
        )
    filters = [f for f in query.filters if f.dimension != "version"]
    other = query.model_copy(update={"version": version, "filters": filters})
    return OtherQuery(metric, other, version.casefold(), f"the {version.casefold()} plan", window)


def _of_cycle(metric: Metric, query: MetricQuery, window: Period) -> OtherQuery:
    if query.compare_cycle is None:
        raise QuestionError("Say which planning cycle to compare with, in `compare_cycle`.")
    if "cycle" not in metric.parameters:
        raise OutOfRange(
            f"{metric.title} is not read from a planning cycle. Ask for it against another period, or ask "
            "for the demand plan or the production plan by cycle."
        )
    cycle = month_of(query.compare_cycle)
    other = query.model_copy(update={"cycle": cycle, "lag": None})
    label = f"the cycle of {month_period(cycle).label}"
    return OtherQuery(metric, other, f"cycle {cycle:%Y-%m}", label, window)


def _of_plan(
    store: PlanStore, registry: Registry, metric: Metric, query: MetricQuery, window: Period
) -> OtherQuery:
    kind = str(query.compare_with)
    if metric.plan_fact is not None:
        version = plan_version_of(store, window) if kind == "plan" else kind
        label = f"the {version}" if version in ("budget", "plan") else f"the {version} plan"
        return OtherQuery(metric, query.model_copy(update={"version": version}), version, label, window)
    if metric.plan is None:
        raise OutOfRange(
            f"There is no {'plan' if kind == 'plan' else kind} of {metric.title}. It can be compared with "
            "another period, the same period last year, or its target where one is loaded."
        )
    if kind != "plan":
        raise OutOfRange(
            f"There is no {kind} of {metric.title}: {kind} is kept in money, by business unit and region. "
            f"Its plan is {registry[metric.plan].title} (`{metric.plan}`): ask for it against the plan."
        )
    planned = registry[metric.plan]
    other = query.model_copy(update={"metrics": [planned.id]})
    return OtherQuery(planned, other, "plan", f"the {_within(planned.title)}", window)


def _within(title: str) -> str:
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def with_other_members(computed: Computed, other: OtherSide) -> Computed:
    """The groups of this side and, without a value, those that only a plan on the other side has."""
    if other.label == "" or other.computed is None:
        return computed
    known = {group.key for group in computed.groups}
    more = [Group(g.key, {"row_count": 0}, None, g.period) for k, g in other.groups.items() if k not in known]
    return replace(computed, groups=[*computed.groups, *more])


def side_of(store: PlanStore, asked: OtherQuery, now: Computed, other: Computed) -> OtherSide:
    """The values of the other side, laid beside the groups of this one."""
    window = other.settled.basis.window
    groups = _by_later_key(store, asked.query, now, other) if asked.is_shifted else _by_key(other)
    return OtherSide(
        asked.with_,
        "" if asked.is_shifted else asked.label,
        window,
        groups,
        other.total,
        () if asked.is_shifted else other.settled.assumptions,
        other,
        () if asked.is_shifted else other.settled.missing_months,
    )


def _by_key(other: Computed) -> dict[GroupKey, Group]:
    return {group.key: group for group in other.groups}


def _by_later_key(
    store: PlanStore, query: MetricQuery, now: Computed, before: Computed
) -> dict[GroupKey, Group]:
    """Earlier groups by the key of the group that each is compared with.

    Time moves by the distance of the windows. Where a window cuts through quarters or years, two
    groups may meet in one key: then there is nothing to compare with.
    """
    start, earlier = now.settled.basis.window.start, before.settled.basis.window.start
    months, fiscal_start = months_between(earlier, start), store.info.fiscal_year_start_month
    found: dict[GroupKey, list[Group]] = {}
    for group in before.groups:
        later = add_months(group.period.start, months) if group.period else start
        key = tuple(
            bucket_key(later, Grain(d), fiscal_start) if d in TIME else part
            for d, part in zip(query.group_by, group.key, strict=True)
        )
        found.setdefault(key, []).append(group)
    return {key: groups[0] for key, groups in found.items() if len(groups) == 1}
