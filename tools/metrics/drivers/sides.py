"""The two sides of a change, and any cut of both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from connectors.dimensions import TIME
from connectors.errors import UnknownName
from connectors.periods import Period
from connectors.plan_store import PlanStore
from tools.metrics.comparing import (
    OtherQuery,
    OtherSide,
    compared_window,
    metric_compared,
    other_query,
    side_of,
)
from tools.metrics.cut import SITE_REGION_SAID, allowed_dimensions, choose_fact, with_site_regions
from tools.metrics.definitions import Metric
from tools.metrics.drivers.question import ChangeQuestion
from tools.metrics.drivers.service_split import is_split_by_failure, with_failures
from tools.metrics.engine import Computed, compute_parts
from tools.metrics.fact import Fact
from tools.metrics.query import MetricQuery, PeriodArgument
from tools.metrics.registry import Registry


@dataclass(frozen=True)
class OneSide:
    """A metric over a window.

    Attributes:
        query: What is asked, not cut.
        asked: It computed, cut by the dimension asked for, if any.
        by: That dimension.
    """

    store: PlanStore
    metric: Metric
    query: MetricQuery
    asked: Computed
    by: tuple[str, ...]

    @cached_property
    def whole(self) -> Computed:
        """The whole of the cut that is asked for, without its groups."""
        return replace(self.asked, groups=[])

    def cut(self, dimensions: Sequence[str], metric: Metric | None = None) -> Computed:
        """The same cut by dimensions, of the metric or of one over the same rows.

        Raises:
            UnknownName: The metric cannot be cut by one of them.
        """
        if metric is None and self.by == tuple(dimensions):
            return self.asked
        window = self.whole.settled.basis.window
        span = PeriodArgument(start=window.start, end=window.end)
        query = self.query.model_copy(update={"group_by": list(dimensions), "period": span})
        metric = metric or self.metric
        return compute_parts(self.store, [metric], query)[0]

    def reads_the_same_by(self, dimension: str) -> bool:
        """Whether a cut by a dimension reads the rows that the whole was read from."""
        if dimension not in allowed_dimensions(self.store, self.metric):
            return False
        query = self.query.model_copy(update={"group_by": [dimension]})
        try:
            return choose_fact(self.store, self.metric, query).name == self.whole.fact.name
        except UnknownName:
            return False


@dataclass(frozen=True)
class Sides:
    """Both sides of a change.

    Attributes:
        before: The other side, from which the change is counted.
        after: This side.
        other: What the other side is called.
        by: The dimension asked for, as the metric knows it (`site_region` for the region of stock).
        label_after: What this side is called in a sentence.
        assumptions: Readings of the question that both sides share.
    """

    before: OneSide
    after: OneSide
    other: OtherQuery
    by: str | None
    label_after: str
    assumptions: tuple[str, ...]

    @property
    def metric(self) -> Metric:
        """The metric of this side."""
        return self.after.metric

    @property
    def label_before(self) -> str:
        """What the other side is called in a sentence."""
        return self.other.label

    def cut(self, dimensions: Sequence[str]) -> tuple[Computed, Computed]:
        """Both sides cut by the same dimensions, before and after."""
        return self.before.cut(dimensions), self.after.cut(dimensions)

    def as_other_side(self) -> OtherSide:
        """The side before as figures are compared with it."""
        return side_of(self.after.store, self.other, self.after.whole, self.before.whole)


def two_sides(store: PlanStore, registry: Registry, metric: Metric, question: ChangeQuestion) -> Sides:
    """Both sides of the change that is asked about.

    Raises:
        UnknownName: The metric cannot be cut by the dimension asked for.
        OutOfRange, MissingTable, NotPermitted: As the words of the errors say.
    """
    asked = _asked(metric, question)
    query = with_site_regions(store, [metric], asked)
    metric = with_accounts(metric_compared(store, metric, query))
    now = _computed(store, metric, query)
    window, compared = now.settled.basis.window, compared_window(now)
    other = other_query(store, registry, metric, query, window, compared)
    if question.by in TIME and other.is_shifted:
        raise UnknownName(
            f"A change from {other.label} to {window.label} cannot be split by "
            f"{question.by}: the two have no {question.by} in common.",
            tuple(d for d in allowed_dimensions(store, metric) if d not in TIME),
        )
    other_metric = with_accounts(other.metric)
    return Sides(
        before=_side(store, other_metric, other.query, _computed(store, other_metric, other.query)),
        after=_side(store, metric, query, now),
        other=other,
        by=next(iter(query.group_by), None),
        label_after=compared.label,
        assumptions=tuple(_said(query != asked, compared if compared != window else None)),
    )


def _side(store: PlanStore, metric: Metric, query: MetricQuery, computed: Computed) -> OneSide:
    uncut: dict[str, object] = {"group_by": []}
    return OneSide(store, metric, query.model_copy(update=uncut), computed, tuple(query.group_by))


def _said(reads_site_regions: bool, compared: Period | None) -> Iterator[str]:
    if reads_site_regions:
        yield SITE_REGION_SAID
    if compared is not None:
        yield f"compared over {compared.label}, as far as both sides are loaded"


def _asked(metric: Metric, question: ChangeQuestion) -> MetricQuery:
    query = question.metric_query(metric.id)
    return query.model_copy(update={"group_by": [question.by] if question.by else []})


def with_accounts(metric: Metric) -> Metric:
    """The metric with its accounts as a dimension, where it reads the financial book."""
    plan = metric.plan_fact
    return replace(metric, fact=_by_account(metric.fact), plan_fact=_by_account(plan) if plan else None)


def _by_account(fact: Fact) -> Fact:
    is_book = fact.name in ("financials", "financial_plans")
    if not is_book or "account" in fact.own_dimensions:
        return fact
    return replace(fact, own_dimensions=(*fact.own_dimensions, "account"))


def _computed(store: PlanStore, metric: Metric, query: MetricQuery) -> Computed:
    """What is asked, with the sums of failures where the metric is OTIF.

    The whole comes with the cut that is asked for, so that it reads the rows that the members are read from;
    where the members have no whole, it is computed by itself.
    """
    beside = [with_failures(metric)] if is_split_by_failure(metric) else []
    computed = compute_parts(store, [metric, *beside], query)[0]
    if computed.total is None:
        whole = compute_parts(store, [metric, *beside], query.model_copy(update={"group_by": []}))[0]
        return replace(computed, total=whole.total)
    return computed
