"""What a cut reads and how the store sums it: rows of a fact within window and filters, then measures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir

from connectors.dimensions import TIME
from connectors.errors import MissingTable
from connectors.periods import Grain
from connectors.plan_store import PlanStore
from tools.metrics.cut import (
    MemberChoice,
    filtered,
    in_planning_units,
    is_by_sourcing,
    is_chosen,
    of_suppliers,
    with_dimensions,
)
from tools.metrics.definitions import Metric
from tools.metrics.fact import Fact
from tools.metrics.query import MetricQuery
from tools.metrics.settle import Settled


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
        values = [metric.value for metric in self.metrics]
        values += [one.of_whole for metric in self.metrics for one in metric.beside if one.of_whole]
        return tuple(dict.fromkeys(name for value in values for name in value.measures))

    @property
    def grains(self) -> list[Grain]:
        """The grains that time is cut by, the finest first."""
        return [grain for grain in Grain if grain in self.query.group_by]


@dataclass(frozen=True)
class CutRows:
    """The rows that a cut reads, with a `by_` column for each dimension that it names.

    Attributes:
        rows: The fact's rows within window and filters.
        earlier: Those of before the window that give its scale, within the same filters.
        is_converted: Whether unit measures were turned into planning units.
    """

    rows: ir.Table
    earlier: ir.Table | None
    is_converted: bool


def read(cut: Cut) -> CutRows:
    """The rows that a cut reads.

    Raises:
        MissingTable: Products of unlike units would have to be added, and one has no factor.
    """
    fact, basis = cut.fact, cut.settled.basis
    rows = fact.build(cut.store, basis)
    rows = rows.filter(rows.on.between(ibis.literal(basis.window.start), ibis.literal(basis.window.end)))
    rows = _narrowed(cut, rows)
    earlier = _narrowed(cut, fact.scale.build(cut.store, basis)) if fact.scale else None
    both = [rows] if earlier is None else [rows, earlier]
    if not _adds_products(cut, rows) or True not in [_has_unlike_units(cut, some) for some in both]:
        return CutRows(rows, earlier, is_converted=False)
    rows, *more = [in_planning_units(cut.store, fact, some, _units(cut, some)) for some in both]
    return CutRows(rows, more[0] if more else None, is_converted=True)


def _narrowed(cut: Cut, rows: ir.Table) -> ir.Table:
    """The rows of the chosen members, with their dimensions."""
    supplied = [c for c in cut.choices if is_by_sourcing(cut.store, cut.fact, c.dimension)]
    for choice in supplied:
        rows = of_suppliers(cut.store, rows, choice)
    filtered_by = (c.dimension for c in cut.choices if c not in supplied)
    # dimensions that are only grouped by are joined to the sums instead, where that gives the same
    grouped_by = () if _is_summed_by_key(cut.fact) else cut.query.group_by
    wanted = [*grouped_by, *filtered_by, *cut.query.error_level]
    dimensions = [d for d in dict.fromkeys(wanted) if d not in TIME]
    return _filtered(cut, with_dimensions(cut.store, cut.fact, rows, dimensions))


def _filtered(cut: Cut, rows: ir.Table) -> ir.Table:
    """The rows of the chosen members; a choice of a shared dimension empties numerators alone.

    So the rate of one reason divides by the same whole as the rates of all reasons do. A choice that
    the rows do not tell apart (the lag of an actual) keeps all of them.
    """
    choices = [choice for choice in cut.choices if f"by_{choice.dimension}" in rows.columns]
    shared = [choice for choice in choices if choice.dimension in cut.fact.shared_over]
    rows = filtered(rows, [choice for choice in choices if choice not in shared])
    tops = {name for metric in cut.metrics for name in metric.value.numerators}
    for choice in shared:
        kept = is_chosen(rows, choice)
        rows = rows.mutate(**{top: ibis.ifelse(kept, rows[top], 0) for top in tops})
    return rows


def _units(cut: Cut, rows: ir.Table) -> list[str]:
    """The measures in the products' own units of measure, of the rows that the cut reads or scales by."""
    past = cut.fact.scale.sums if cut.fact.scale else ()
    return [name for name in (*_measures(cut, rows), *past) if name in cut.fact.unit_measures]


def _adds_products(cut: Cut, rows: ir.Table) -> bool:
    """Whether units of several products may be added; a series of one product adds none but its own."""
    if not _units(cut, rows):
        return False
    level = cut.query.error_level
    return cut.fact.per_series is None or (bool(level) and "product" not in level)


def _has_unlike_units(cut: Cut, rows: ir.Table) -> bool:
    """Whether the rows add products of different units of measure, so that they must be converted.

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


def _measures(cut: Cut, rows: ir.Table) -> list[str]:
    fact = cut.fact
    taken = fact.finish_sums if fact.finish else (*cut.value_measures, *fact.left_out)
    return [name for name in dict.fromkeys(taken) if name in rows.columns]


def summed(cut: Cut, read_rows: CutRows) -> ir.Table:
    """One row per group of the cut: its members in `by_` columns, measures, and `row_count`.

    Time is cut by month, in `by_month` (months since year 0, `month_at` turns them into dates), or by the
    first day of the asked span where the fact cannot be gathered from months.
    """
    fact, rows = cut.fact, read_rows.rows
    measures = _measures(cut, rows)
    if _is_summed_by_key(fact):
        return _summed_by_key(cut, rows, measures)
    by = _by(cut, rows)
    if fact.distinct_on:
        kept = rows.select(rows[fact.distinct_on], *measures, **by).distinct()
        return kept.aggregate([*_sums(kept, measures), kept.count().name("row_count")], by=list(by))
    rows = rows.mutate(**by) if by else rows
    finished = _finished(cut, rows, read_rows.earlier, list(by))
    wanted = [*cut.value_measures, *(name for name in fact.left_out if name in finished.columns)]
    counted = finished.cells.sum() if fact.per_series else finished.count()
    return finished.aggregate([*_sums(finished, wanted), counted.name("row_count")], by=list(by))


def _is_summed_by_key(fact: Fact) -> bool:
    """Whether the rows may be summed by the keys of dimensions before these are joined."""
    return fact.finish is None and fact.distinct_on is None and fact.per_series is None


def _summed_by_key(cut: Cut, rows: ir.Table, measures: Sequence[str]) -> ir.Table:
    """Sums by keys and month first, then by the members that the keys belong to.

    An engine joins a few sums instead of all rows, which is what takes the time of millions of lines.
    """
    fact, dimensions = cut.fact, [d for d in cut.query.group_by if d not in TIME]
    here = [d for d in dimensions if d in fact.own_dimensions or f"by_{d}" in rows.columns]
    later = [d for d in dimensions if d not in here]
    by: dict[str, ir.Value] = {
        f"by_{d}": rows[d] if d in fact.own_dimensions else rows[f"by_{d}"] for d in here
    }
    by |= {via: rows[via] for via in (cut.store.dimensions[d].via for d in later)}
    if cut.grains or fact.is_closing:
        by["by_month"] = _month_place(rows.on)
    sums = rows.aggregate([*_sums(rows, measures), rows.count().name("row_count")], by=by)
    if not later:
        return sums
    joined = with_dimensions(cut.store, fact, sums, later)
    wanted = [f"by_{d}" for d in dimensions] + [name for name in by if name == "by_month"]
    return joined.aggregate(_sums(joined, [*measures, "row_count"]), by=wanted)


def _by(cut: Cut, rows: ir.Table) -> dict[str, ir.Value]:
    by: dict[str, ir.Value] = {f"by_{d}": rows[f"by_{d}"] for d in cut.query.group_by if d not in TIME}
    if cut.grains and cut.fact.is_gathered:
        by["by_month"] = _bucket_start(rows.on, cut.grains[0], cut.fiscal_start)
    elif cut.grains or cut.fact.is_closing:
        by["by_month"] = _month_place(rows.on)
    return by


def _month_place(day: ir.Value) -> ir.Value:
    """Months since year 0: numbers are grouped by much faster than dates that are cut off to their month."""
    return day.year() * 12 + day.month() - 1


def month_at(place: date | int) -> date:
    """The first day of the month at a place; dates stay."""
    return place if isinstance(place, date) else date(int(place) // 12, int(place) % 12 + 1, 1)


def _bucket_start(day: ir.Value, grain: Grain, fiscal_start: int) -> ir.Value:
    """First day of the month, or of the fiscal quarter or year, that a day lies in."""
    if grain is Grain.MONTH:
        return day.truncate("M")
    shift = ibis.interval(months=fiscal_start - 1)
    start = (day - shift).truncate("Q" if grain is Grain.QUARTER else "Y")
    return (start + shift).cast("date")


def _finished(cut: Cut, rows: ir.Table, earlier: ir.Table | None, by: list[str]) -> ir.Table:
    """The rows after the stages that a fact declares (see `Fact`)."""
    fact, level = cut.fact, _level(cut)
    own = [d for d in fact.own_dimensions if d in rows.columns]
    series = list(dict.fromkeys([*level, *own, *by]))
    finished = rows.aggregate(_sums(rows, _measures(cut, rows)), by=[*series, "on"])
    if fact.finish is not None:
        finished = fact.finish(finished)
    if fact.per_series is None:
        return finished
    if earlier is not None:
        past = [name for name in series if name in earlier.columns]
        finished = _scaled(cut, finished, earlier, past)
    return fact.per_series(finished, series)


def _level(cut: Cut) -> list[str]:
    """The columns that the fact is summed to before it is finished."""
    if cut.fact.sums_to is not None:
        return list(cut.fact.sums_to)
    if cut.query.error_level:
        return [f"by_{d}" for d in cut.query.error_level if d not in TIME]
    return list(cut.fact.keys)


def _scaled(cut: Cut, finished: ir.Table, earlier: ir.Table, series: list[str]) -> ir.Table:
    """The finished rows with the scale of their series; null where it has none."""
    scale = cut.fact.scale
    if scale is None:
        return finished
    past = earlier.aggregate(_sums(earlier, scale.sums), by=[*series, "on"])
    scales = scale.of(past, series, cut.settled.basis)
    scales = scales.rename({f"past_{name}": name for name in series}).mutate(has_scale=ibis.literal(True))
    # null-safe: a product without a family is a series of its own
    same = [finished[name].identical_to(scales[f"past_{name}"]) for name in series]
    return finished.left_join(scales, same or [scales.has_scale])


def _sums(rows: ir.Table, measures: Sequence[str]) -> list[ir.Value]:
    return [rows[name].sum().name(name) for name in dict.fromkeys(measures)]
