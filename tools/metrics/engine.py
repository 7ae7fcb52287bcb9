"""Computes metrics over one cut: settles it, lets the store sum its fact, forms values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from connectors.errors import MissingTable, NotPermitted
from connectors.periods import Period
from connectors.plan_store import PlanStore
from tools.metrics.cut import MemberChoice, choose_fact, find_members
from tools.metrics.definitions import Metric
from tools.metrics.fact import Basis, Fact
from tools.metrics.gathering import Group, GroupKey, Sums, grouped, summed_groups, total_of
from tools.metrics.query import MetricQuery
from tools.metrics.settle import AT_STANDARD_COST, Settled, settle
from tools.metrics.summing import Cut, read

__all__ = ["Computed", "Group", "GroupKey", "Sums", "compute", "compute_parts"]

EACH_PRODUCT_IN_UNITS = "each product in its own units"
PRODUCTS_IN_UNITS = f"{EACH_PRODUCT_IN_UNITS}; all of them together weighed at standard cost"


@dataclass
class Computed:
    """One metric over one cut.

    Attributes:
        groups: One per combination of members, in time order where time is cut.
        total: The whole of the cut; None where a whole has no meaning (plan versions).
        row_count: Rows of the fact that were read.
        choices: The filters with their members found.
        left_out: Of the total, where there is one: by counting measure, how much is left out.
        in_planning_units: Whether units of measure were converted to be added.
        weighs_total_alone: Whether the groups are of one product each, in its own units, and only the
            total weighs products at standard cost.
        asked_by: Dimensions that it has values by, where the whole of the cut has none.
    """

    metric: Metric
    fact: Fact
    settled: Settled
    choices: tuple[MemberChoice, ...]
    groups: list[Group]
    total: Group | None
    row_count: int
    left_out: dict[str, int] = field(default_factory=dict)
    in_planning_units: bool = False
    weighs_total_alone: bool = False
    asked_by: tuple[str, ...] = ()

    def without_values(self, window: Period) -> Computed:
        """The same cut over a window of which nothing is loaded: no groups, a total without value."""
        settled = replace(self.settled, basis=replace(self.settled.basis, window=window))
        empty = Group((), dict.fromkeys(self.metric.value.measures)) if self.total else None
        return replace(self, settled=settled, groups=[], total=empty, row_count=0, left_out={})


def compute(store: PlanStore, metrics: Sequence[Metric], query: MetricQuery) -> list[Computed]:
    """Each metric over the cut that the query asks for, in the order asked.

    Metrics that read the same rows are summed in one query of the store. Stock ratios are at standard
    cost over several products; cut by product each group is in units, and only the total at cost.

    Raises:
        UnknownName, OutOfRange, MissingTable, NotPermitted: As the words of the errors say.
    """
    found = [_with_products_in_units(store, query, one) for one in _found(store, metrics, query)]
    return [_adjusted(store, query, one) for one in found]


def compute_parts(store: PlanStore, metrics: Sequence[Metric], query: MetricQuery) -> list[Computed]:
    """The same with groups whose sums are parts of the total's: stock ratios at standard cost throughout.

    Raises:
        UnknownName, OutOfRange, MissingTable, NotPermitted: As the words of the errors say.
    """
    return [_adjusted(store, query, one) for one in _found(store, metrics, query)]


def _found(store: PlanStore, metrics: Sequence[Metric], query: MetricQuery) -> list[Computed]:
    choices = tuple(find_members(store, f) for f in query.filters if f.dimension != "version")
    cuts: dict[tuple[str, Basis], Cut] = {}
    settled_by: dict[str, Settled] = {}
    for metric in metrics:
        _refuse_waiting(metric)
        fact = choose_fact(store, metric, query)
        _require(store, metric, fact)
        settled = settle(store, metric, fact, query)
        settled_by[metric.id] = settled
        key = (fact.name, settled.basis)
        earlier = cuts[key].metrics if key in cuts else ()
        cuts[key] = Cut(store, (*earlier, metric), fact, query, settled, choices)
    computed = {c.metric.id: c for cut in cuts.values() for c in _computed(cut)}
    return [replace(computed[metric.id], settled=settled_by[metric.id]) for metric in metrics]


def _adjusted(store: PlanStore, query: MetricQuery, computed: Computed) -> Computed:
    adjusted = computed.metric.adjusted
    return adjusted(store, query, computed) if adjusted else computed


def _with_products_in_units(store: PlanStore, query: MetricQuery, computed: Computed) -> Computed:
    """A stock ratio by product: groups in units, which need no standard cost; the total stays at cost."""
    settled, metric = computed.settled, computed.metric
    if not computed.fact.at_cost or settled.basis.weight != "value" or "product" not in query.group_by:
        return computed
    in_units = replace(settled, basis=replace(settled.basis, weight="units"))
    # units of one product stay its own: nothing is added that would have to be converted, or refused
    fact = replace(computed.fact, unit_measures=frozenset())
    cut = Cut(store, (metric,), fact, query, in_units, computed.choices)
    groups = grouped(cut, read(cut))
    left_out = computed.left_out if computed.total else _left_out(fact, metric, summed_groups(groups))
    said = PRODUCTS_IN_UNITS if computed.total else EACH_PRODUCT_IN_UNITS
    assumptions = tuple(said if line == AT_STANDARD_COST else line for line in settled.assumptions)
    return replace(
        computed,
        settled=replace(settled, assumptions=assumptions),
        groups=[_valued(metric, group) for group in groups],
        left_out=left_out,
        weighs_total_alone=True,
    )


def _refuse_waiting(metric: Metric) -> None:
    """Raises MissingTable for a metric of which nothing is written down yet."""
    if metric.waits_for:
        raise MissingTable(f"{metric.title} needs {metric.waits_for}, and there are none yet.")


def _require(store: PlanStore, metric: Metric, fact: Fact) -> None:
    """Every table and column that the metric cannot do without.

    A date basis other than the promised date needs that date instead; the fact asks for it.

    Raises:
        MissingTable, NotPermitted: One is not loaded, or not for this person.
    """
    of_measures = [fact.measure_needs[m] for m in metric.value.measures if m in fact.measure_needs]
    needed = [need.split(".") for need in (*metric.needs, *of_measures)]
    try:
        for table in fact.tables:
            store.require(table, *(c for t, c in needed if t == table and c != "promised_on"))
    except (MissingTable, NotPermitted) as fault:
        raise type(fault)(fault.message.replace("This needs", f"{metric.title} needs", 1)) from fault


def _computed(cut: Cut) -> list[Computed]:
    rows = read(cut)
    groups = grouped(cut, rows)
    total = total_of(cut, rows, groups)
    counted = total or Group((), summed_groups(groups))
    return [
        Computed(
            metric=metric,
            fact=cut.fact,
            settled=cut.settled,
            choices=cut.choices,
            groups=[_valued(metric, group) for group in groups] if cut.query.group_by else [],
            total=_valued(metric, total) if total else None,
            row_count=int(counted.sums.get("row_count") or 0),
            left_out=_left_out(cut.fact, metric, counted.sums),
            in_planning_units=rows.is_converted,
        )
        for metric in cut.metrics
    ]


def _left_out(fact: Fact, metric: Metric, sums: Sums) -> dict[str, int]:
    """The counts of what was left out of the measures that a metric reads."""
    told = {name for name in fact.left_out if fact.left_out_of.get(name) in (None, *metric.value.measures)}
    return {name: int(count) for name in fact.left_out if name in told and (count := sums.get(name))}


def _valued(metric: Metric, group: Group) -> Group:
    return replace(group, value=metric.value.of(group.sums))
