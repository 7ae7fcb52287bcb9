"""Computes metrics over one cut: builds the fact, cuts it, lets the store sum, forms values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import ibis
import ibis.expr.types as ir

from connectors.dimensions import TIME
from connectors.errors import MissingTable, NotPermitted
from connectors.periods import Grain, Period, bucket_key, bucket_period, label_of, month_period
from connectors.plan_store import PlanStore
from connectors.warehouse import Row
from tools.metrics.cut import (
    MemberChoice,
    choose_fact,
    filtered,
    find_members,
    in_planning_units,
    is_chosen,
    with_dimensions,
)
from tools.metrics.definitions import Metric
from tools.metrics.fact import Basis, Fact
from tools.metrics.query import MetricQuery
from tools.metrics.settle import Settled, settle

Sums = dict[str, float | None]
GroupKey = tuple[str | None, ...]


@dataclass
class Group:
    """One group of a cut: member ids in the order of `group_by`, sums of measures, the value."""

    key: GroupKey
    sums: Sums
    value: float | None = None
    period: Period | None = None


@dataclass
class Computed:
    """One metric over one cut.

    Attributes:
        groups: One per combination of members, in time order where time is cut.
        total: The whole of the cut; None where a whole has no meaning (plan versions).
        row_count: Rows of the fact that were read.
        choices: The filters with their members found.
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

    def without_values(self, window: Period) -> Computed:
        """The same cut over a window of which nothing is loaded: no groups, a total without value."""
        settled = replace(self.settled, basis=replace(self.settled.basis, window=window))
        empty = Group((), dict.fromkeys(self.metric.value.measures)) if self.total else None
        return replace(self, settled=settled, groups=[], total=empty, row_count=0, left_out={})


@dataclass(frozen=True)
class Cut:
    """Metrics of one fact on one basis, and all that says which of its rows are summed, and how."""

    store: PlanStore
    metrics: tuple[Metric, ...]
    fact: Fact
    query: MetricQuery
    settled: Settled
    choices: tuple[MemberChoice, ...]

    @property
    def fiscal_start(self) -> int:
        """Month in which the fiscal year starts."""
        return self.store.info.fiscal_year_start_month

    @property
    def value_measures(self) -> tuple[str, ...]:
        """The measures that the values are formed from."""
        return tuple(dict.fromkeys(name for metric in self.metrics for name in metric.value.measures))


def compute(store: PlanStore, metrics: Sequence[Metric], query: MetricQuery) -> list[Computed]:
    """Each metric over the cut that the query asks for, in the order asked.

    Metrics that read the same rows are summed in one query of the store.

    Raises:
        UnknownName, OutOfRange, MissingTable, NotPermitted: As the words of the errors say.
    """
    choices = tuple(find_members(store, f) for f in query.filters if f.dimension != "version")
    cuts: dict[tuple[str, Basis], Cut] = {}
    settled_by: dict[str, Settled] = {}
    for metric in metrics:
        fact = choose_fact(store, metric, query)
        _require(store, metric, fact)
        settled = settle(store, metric, fact, query)
        settled_by[metric.id] = settled
        key = (fact.name, settled.basis)
        earlier = cuts[key].metrics if key in cuts else ()
        cuts[key] = Cut(store, (*earlier, metric), fact, query, settled, choices)
    computed = {c.metric.id: c for cut in cuts.values() for c in _computed(cut)}
    return [replace(computed[metric.id], settled=settled_by[metric.id]) for metric in metrics]


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
    rows, is_converted = _cut_rows(cut)
    groups = _grouped(cut, rows)
    total = _total(cut, rows, groups)
    counted = total or Group((), _summed(groups))
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
            in_planning_units=is_converted,
        )
        for metric in cut.metrics
    ]


def _left_out(fact: Fact, metric: Metric, sums: Sums) -> dict[str, int]:
    """The counts of what was left out of the measures that a metric reads."""
    told = {name for name in fact.left_out if fact.left_out_of.get(name) in (None, *metric.value.measures)}
    return {name: int(count) for name in fact.left_out if name in told and (count := sums.get(name))}


def _valued(metric: Metric, group: Group) -> Group:
    return replace(group, value=metric.value.of(group.sums))


def _cut_rows(cut: Cut) -> tuple[ir.Table, bool]:
    """The fact's rows within window and filters, with a `by_` column for each dimension."""
    store, fact, query = cut.store, cut.fact, cut.query
    rows = fact.build(store, cut.settled.basis)
    window = cut.settled.basis.window
    rows = rows.filter(rows.on.between(ibis.literal(window.start), ibis.literal(window.end)))
    wanted = [*query.group_by, *(c.dimension for c in cut.choices), *query.error_level]
    dimensions = [d for d in dict.fromkeys(wanted) if d not in TIME]
    rows = _filtered(cut, with_dimensions(store, fact, rows, dimensions))
    measures = [name for name in _measures(cut, rows) if name in fact.unit_measures]
    is_converted = bool(measures) and _has_unlike_units(cut, rows)
    if is_converted:
        rows = in_planning_units(store, fact, rows, measures)
    return rows, is_converted


def _filtered(cut: Cut, rows: ir.Table) -> ir.Table:
    """The rows of the chosen members; a choice of a shared dimension empties numerators alone.

    So the rate of one reason divides by the same whole as the rates of all reasons do.
    """
    shared = [choice for choice in cut.choices if choice.dimension in cut.fact.shared_over]
    rows = filtered(rows, [choice for choice in cut.choices if choice not in shared])
    tops = {name for metric in cut.metrics for name in metric.value.numerators}
    for choice in shared:
        kept = is_chosen(rows, choice)
        rows = rows.mutate(**{top: ibis.ifelse(kept, rows[top], 0) for top in tops})
    return rows


def _measures(cut: Cut, rows: ir.Table) -> list[str]:
    fact = cut.fact
    taken = fact.finish_sums if fact.finish else (*cut.value_measures, *fact.left_out)
    return [name for name in dict.fromkeys(taken) if name in rows.columns]


def _has_unlike_units(cut: Cut, rows: ir.Table) -> bool:
    """Whether the cut adds products of different units of measure, so that they must be converted.

    Raises:
        MissingTable: They would have to be, and a product has no factor.
    """
    store = cut.store
    if cut.settled.basis.weight == "value" or not store.has("products", "unit_of_measure"):
        return False
    products = store.table("products")
    if len(store.units_of_measure) <= 1:
        return False
    in_cut = products.filter(products.product_id.isin(rows.select("product_id").distinct().product_id))
    found = store.rows(in_cut.select("product_id", "unit_of_measure", *_factor(products)))
    if len({row["unit_of_measure"] for row in found if row["unit_of_measure"]}) <= 1:
        return False
    if any(row.get("base_units_per_unit") is None for row in found):
        raise MissingTable(
            f"{cut.metrics[0].title} would add products with different units of measure, and not all say how "
            "many planning units one unit is (`base_units_per_unit` of `products`). Ask for one family or "
            "product, or for a figure in money."
        )
    return True


def _factor(products: ir.Table) -> list[str]:
    return ["base_units_per_unit"] if "base_units_per_unit" in products.columns else []


def _grouped(cut: Cut, rows: ir.Table) -> list[Group]:
    """Groups in the order of the query's dimensions; time is cut by month and gathered here."""
    query = cut.query
    by = {f"by_{d}": rows[f"by_{d}"] for d in query.group_by if d not in TIME}
    if cut.fact.is_closing or set(query.group_by) & set(TIME):
        by["by_month"] = rows.on.truncate("M")
    found = cut.store.rows(_aggregated(cut, rows, by))
    if cut.fact.is_closing:
        found = _closing_rows(cut, found)
    gathered: dict[GroupKey, list[Row]] = {}
    for row in found:
        gathered.setdefault(_key_of(cut, row), []).append(row)
    groups = [
        Group(key, _added(members), period=_period_of(cut, members)) for key, members in gathered.items()
    ]
    return sorted(_shared(cut, groups), key=lambda group: _time_order(group, query))


def _aggregated(cut: Cut, rows: ir.Table, by: dict[str, ir.Value]) -> ir.Table:
    fact, query = cut.fact, cut.query
    measures = _measures(cut, rows)
    if fact.distinct_on:
        kept = rows.select(rows[fact.distinct_on], *measures, **by).distinct()
        return kept.aggregate(_sums(kept, measures), by=[kept[name] for name in by])
    rows = rows.mutate(**by) if by else rows
    if fact.finish is None:
        return rows.aggregate(_sums(rows, measures), by=list(by))
    asked = [f"by_{d}" for d in query.error_level if d not in TIME]
    level = asked if query.error_level else list(fact.keys)
    own = [d for d in fact.own_dimensions if d in rows.columns]
    grain = list(dict.fromkeys([*level, *own, *by, "on"]))
    summed = rows.aggregate([rows[name].sum().name(name) for name in measures], by=grain)
    finished = fact.finish(summed)
    wanted = [*cut.value_measures, *(name for name in fact.left_out if name in finished.columns)]
    return finished.aggregate(_sums(finished, wanted), by=list(by))


def _sums(rows: ir.Table, measures: Sequence[str]) -> list[ir.Value]:
    return [
        *(rows[name].sum().name(name) for name in dict.fromkeys(measures)),
        rows.count().name("row_count"),
    ]


def _key_of(cut: Cut, row: Row) -> GroupKey:
    return tuple(
        bucket_key(row["by_month"], Grain(d), cut.fiscal_start) if d in TIME else row[f"by_{d}"]
        for d in cut.query.group_by
    )


def _period_of(cut: Cut, rows: list[Row]) -> Period | None:
    """The finest span of time that a group stands for, where time is cut, as far as the window reaches."""
    grains = [grain for grain in Grain if grain in cut.query.group_by]
    if not grains:
        # Stock over several months is that of the last one, and says so.
        return month_period(rows[0]["by_month"]) if cut.fact.is_closing else None
    bucket, window = bucket_period(rows[0]["by_month"], grains[0], cut.fiscal_start), cut.settled.basis.window
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


def _summed(groups: Sequence[Group]) -> Sums:
    if not groups:
        return {}
    return {name: _sum(g.sums[name] for g in groups) for name in groups[0].sums}


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
    tops = [name for metric in cut.metrics for name in metric.value.numerators]
    return [group for group in groups if any(group.sums[top] for top in tops)]


def _without(key: GroupKey, places: list[int]) -> GroupKey:
    return tuple(part for place, part in enumerate(key) if place not in places)


def _total(cut: Cut, rows: ir.Table, groups: list[Group]) -> Group | None:
    """The whole of the cut: the sum of its groups, or a query of its own where groups overlap."""
    query, fact = cut.query, cut.fact
    if "version" in query.group_by and len(cut.settled.basis.versions) > 1:
        return None
    if not groups:
        return Group((), dict.fromkeys(cut.value_measures))
    if not query.group_by:
        return Group((), groups[0].sums, period=groups[0].period)
    overlap = fact.distinct_on or query.error_level or set(query.group_by) & set(fact.shared_over)
    if not overlap and not fact.is_closing:
        return Group((), _summed(groups))
    whole = replace(cut, query=query.model_copy(update={"group_by": []}))
    only = _grouped(whole, rows)[0]
    return Group((), only.sums, period=only.period)


def _time_order(group: Group, query: MetricQuery) -> tuple[object, ...]:
    times = [str(key) for key, d in zip(group.key, query.group_by, strict=True) if d in TIME]
    others = [
        (key is None, str(key)) for key, d in zip(group.key, query.group_by, strict=True) if d not in TIME
    ]
    return (*times, *others)
