"""Cuts a fact: joins the dimensions that a query names, filters members, chooses groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from connectors.dimensions import NONE_MEMBER, STANDARD, TIME, Member
from connectors.errors import ConcordError, NotPermitted, UnknownName
from connectors.periods import months_between
from connectors.plan_store import PlanStore
from tools.metrics.definitions import Metric
from tools.metrics.fact import Fact
from tools.metrics.query import MemberFilter, MetricQuery
from tools.metrics.snapshots import plan_versions

_PLANS = ("plan", "budget", "committed", "latest")
OWN_DIMENSIONS = ("account", "author", "cancel_reason", "lag", "version")
"""Dimensions without a table of members: columns of facts, which only some metrics can be cut by."""

NONE_OF_THAT_NAME = "Among what you may see there is none of that name."


@dataclass(frozen=True)
class MemberChoice:
    """A filter with its members found.

    Attributes:
        ids: Ids of the members; None stands for rows without a member.
        names: Their names, for the scope of figures.
    """

    dimension: str
    ids: tuple[str | None, ...]
    names: tuple[str, ...]
    exclude: bool


def choose_fact(store: PlanStore, metric: Metric, query: MetricQuery) -> Fact:
    """The fact that serves the cut: by order where orders are judged, finer where needed.

    Raises:
        UnknownName: A dimension does not exist, or the metric cannot be cut by it.
    """
    is_money_plan = asks_for_money_plan(store, metric, query)
    fact = metric.plan_fact if metric.plan_fact and is_money_plan else _usual_fact(store, metric)
    if metric.order_fact and query.level == "order":
        fact = metric.order_fact
    wanted = [d for d in _dimensions_of(query) if d not in TIME]
    for dimension in wanted:
        if dimension not in store.dimensions and dimension not in OWN_DIMENSIONS:
            raise unknown_dimension(store, dimension)
    facts = [fact, *([metric.finer_fact] if metric.finer_fact and not is_money_plan else [])]
    # a metric that knows suppliers of its own reads their own rows, never all of the products they supply
    by_sourcing = not any("supplier_id" in one.keys for one in facts)
    ways = (False, True) if by_sourcing else (False,)
    for one, way in ((one, way) for way in ways for one in facts):
        if _serves(store, one, query, by_sourcing=way):
            return one
    impossible = _out_of_reach(store, facts, query, by_sourcing=by_sourcing).replace("_", " ")
    allowed = allowed_dimensions(store, metric)
    if is_money_plan:
        allowed = [d for d in allowed if d in TIME or _reaches(store, fact, d)]
    why = f": {fact.why_no_cut.format(dimension=impossible)}" if fact.why_no_cut else ""
    is_held_against = query.compare_with in _PLANS and metric.plan_fact is not None
    held = ", in a financial plan or against one," if is_money_plan or is_held_against else ""
    raise UnknownName(
        f"{metric.title}{held} cannot be cut by {impossible}{why}. "
        f"It can be cut by {', '.join(d.replace('_', ' ') for d in allowed)}.",
        tuple(allowed),
    )


def _serves(store: PlanStore, fact: Fact, query: MetricQuery, *, by_sourcing: bool) -> bool:
    """Whether a fact has rows for every cut and filter of a query; by sourcing also for a supplier's."""
    cut_by = {d for d in (*query.group_by, *query.error_level) if d not in TIME}
    filtered_by = {f.dimension for f in query.filters if f.dimension != "version"} - cut_by - set(TIME)
    return all(_reaches(store, fact, d) for d in cut_by) and all(
        _reaches(store, fact, d) or (by_sourcing and is_by_sourcing(store, fact, d)) for d in filtered_by
    )


def _out_of_reach(store: PlanStore, facts: Sequence[Fact], query: MetricQuery, *, by_sourcing: bool) -> str:
    """The dimension to name where no fact serves a query: one that none reaches, if there is one."""
    cut_by = {*query.group_by, *query.error_level}
    unreached = [d for d in _dimensions_of(query) if d not in TIME and not _reaches(store, facts[0], d)]
    nowhere = [d for d in unreached if not any(_reaches(store, fact, d) for fact in facts)]
    kept = [d for d in nowhere if d in cut_by or not (by_sourcing and is_by_sourcing(store, facts[0], d))]
    return next(iter([*kept, *unreached]))


def is_by_sourcing(store: PlanStore, fact: Fact, dimension: str) -> bool:
    """Whether a supplier is reached through the products that it supplies, which a filter can keep."""
    is_supplier = dimension == "supplier" and "supplier_id" not in fact.keys and "product_id" in fact.keys
    return is_supplier and dimension in store.dimensions and store.has("sourcing", "supplier_id")


def of_suppliers(store: PlanStore, rows: ir.Table, choice: MemberChoice) -> ir.Table:
    """The rows of the products that the chosen suppliers supply, or of all others."""
    sourcing = store.table("sourcing")
    supplied = sourcing.filter(sourcing.supplier_id.isin([i for i in choice.ids if i is not None]))
    products = supplied.select("product_id").distinct()
    return (
        rows.anti_join(products, "product_id") if choice.exclude else rows.semi_join(products, "product_id")
    )


def asks_for_money_plan(store: PlanStore, metric: Metric, query: MetricQuery) -> bool:
    """Whether a version of the financial plans is asked for: any that is not one of the units' plans."""
    if metric.plan_fact is None:
        return False
    named = [query.version] if query.version else []
    named += [m for f in query.filters if f.dimension == "version" and not f.exclude for m in f.members]
    of_units = {"naive", "statistical", "sales", "marketing", "consensus", "proposed", "approved"}
    for table in ("demand_plan", "supply_plan"):
        if named and store.has(table, "cycle", "period"):
            of_units |= {version.casefold() for version in plan_versions(store, table)}
    return "version" in query.group_by or any(version.casefold() not in of_units for version in named)


def _usual_fact(store: PlanStore, metric: Metric) -> Fact:
    """The metric's own fact, or the one that stands in where its table is not loaded at all."""
    fact = metric.fact
    if metric.else_fact is None or fact.tables[0] in store.loaded_tables:
        return fact
    return metric.else_fact if metric.else_fact.tables[0] in store.loaded_tables else fact


SITE_REGION_SAID = "by region reads the region of the sites (site region)"


def with_site_regions(store: PlanStore, metrics: Sequence[Metric], query: MetricQuery) -> MetricQuery:
    """The query with `site_region` for `region` where the metrics know the regions of sites alone.

    Stock, production and capacity belong to sites, so their region is that of the site.
    """
    if "region" not in _dimensions_of(query) or any(_is_cut_by(store, m, "region") for m in metrics):
        return query
    if not all(_is_cut_by(store, m, "site_region") for m in metrics):
        return query
    return query.model_copy(
        update={
            "group_by": ["site_region" if d == "region" else d for d in query.group_by],
            "error_level": ["site_region" if d == "region" else d for d in query.error_level],
            "filters": [
                f.model_copy(update={"dimension": "site_region"}) if f.dimension == "region" else f
                for f in query.filters
            ],
        }
    )


def _is_cut_by(store: PlanStore, metric: Metric, dimension: str) -> bool:
    facts = (metric.fact, metric.finer_fact)
    return any(fact is not None and _reaches(store, fact, dimension) for fact in facts)


def with_own_cut(metrics: Sequence[Metric], query: MetricQuery) -> MetricQuery:
    """The query cut by the dimension that its metrics are shown by, where it names no cut and no member.

    So forecast value added without versions shows the whole stairstep.
    """
    shown_by = {metric.shown_by for metric in metrics}
    own = shown_by.pop() if len(shown_by) == 1 else ""
    is_chosen = query.version is not None or any(f.dimension == own for f in query.filters)
    if not own or query.group_by or query.transform or is_chosen:
        return query
    return query.model_copy(update={"group_by": [own]})


def allowed_dimensions(store: PlanStore, metric: Metric) -> list[str]:
    """Names of the dimensions that a metric can be cut by in this store, time last."""
    facts = [_usual_fact(store, metric), *([metric.finer_fact] if metric.finer_fact else [])]
    names = [*store.dimensions, *(d for fact in facts for d in fact.own_dimensions)]
    reached = [d for d in dict.fromkeys(names) if any(_reaches(store, fact, d) for fact in facts)]
    return [*reached, *TIME]


def _reaches(store: PlanStore, fact: Fact, dimension: str) -> bool:
    if dimension in fact.own_dimensions:
        return True
    found = store.dimensions.get(dimension)
    if found is None or found.via not in fact.keys:
        return False
    return "order_lines" not in fact.tables or store.has("order_lines", found.via)


def _dimensions_of(query: MetricQuery) -> list[str]:
    filtered = [f.dimension for f in query.filters if f.dimension != "version"]
    return list(dict.fromkeys([*query.group_by, *filtered, *query.error_level]))


def unknown_dimension(store: PlanStore, name: str) -> UnknownName:
    """There is no such dimension, or (raised as the store says it) its table is not for this person."""
    for dimension in STANDARD:
        if dimension.name == name:
            store.require(dimension.table, dimension.id_column)
    known = (*store.dimensions, *TIME)
    return UnknownName(f"There is no dimension '{name}'. There are {', '.join(known)}.", known)


def find_members(store: PlanStore, wanted: MemberFilter) -> MemberChoice:
    """The members that a filter names, by id or by exact name; all of them where names coincide.

    Raises:
        UnknownName: One does not exist.
        NotPermitted: It is not for this person; of customers and suppliers, to somebody who sees only
            some rows, in the same words whether it exists or not.
    """
    members = _members(store, wanted.dimension)
    ids: list[str | None] = []
    names: list[str] = []
    for asked in wanted.members:
        if asked == NONE_MEMBER:
            ids.append(None)
            names.append(NONE_MEMBER)
            continue
        found = [m for m in members if m.id == asked] or [
            m for m in members if m.name.casefold() == asked.casefold() or m.id.casefold() == asked.casefold()
        ]
        if not found:
            raise _unknown_member(store, wanted.dimension, asked)
        ids += [m.id for m in found]
        names += [m.name for m in found]
    return MemberChoice(wanted.dimension, tuple(ids), tuple(dict.fromkeys(names)), wanted.exclude)


_COLUMN_OF = {
    "author": ("adjustments", "author"),
    "cancel_reason": ("order_lines", "cancel_reason"),
    "business_unit": ("financials", "business_unit"),
    "region": ("financials", "region"),
}


def _members(store: PlanStore, dimension: str) -> Sequence[Member]:
    """The members that a filter may name, of a list of its own or of a column of a fact.

    Raises:
        UnknownName, NotPermitted, MissingTable: There is no such dimension, or not for this person.
    """
    if dimension in store.dimensions:
        return store.members(dimension)
    if dimension in TIME:
        raise UnknownName(f"Time is chosen by the period, not by a filter on {dimension}.")
    if dimension == "lag" and store.has("demand_plan"):
        lags = {months_between(one.cycle, one.period) for one in store.snapshots("demand_plan")}
        return [Member(dimension, str(lag), str(lag)) for lag in sorted(lags) if lag >= 0]
    if dimension not in _COLUMN_OF:
        raise unknown_dimension(store, dimension)
    table, column = _COLUMN_OF[dimension]
    rows = store.require(table, column).select(value=column).distinct()
    values = {row["value"] for row in store.rows(rows)} - {None}
    if dimension == "cancel_reason":
        values.add("other")  # what a cancellation without a reason counts as
    return [Member(dimension, value, value) for value in sorted(values)]


def _unknown_member(store: PlanStore, dimension: str, asked: str) -> ConcordError:
    found = store.dimensions.get(dimension)
    if store.scope.rows and found and (found.is_private or store.keeps_back(dimension, asked)):
        return NotPermitted(NONE_OF_THAT_NAME)
    import difflib  # noqa: PLC0415 - only on the way to an error

    members = _members(store, dimension)
    names = {m.name for m in members} | {m.id for m in members}
    near = tuple(difflib.get_close_matches(asked, names, n=4, cutoff=0.5))
    nearest = f" The nearest: {', '.join(near)}." if near else ""
    return UnknownName(f"There is no {dimension.replace('_', ' ')} '{asked}'.{nearest}", near)


def with_dimensions(store: PlanStore, fact: Fact, rows: ir.Table, dimensions: Sequence[str]) -> ir.Table:
    """The fact's rows with a column `by_<dimension>` of member ids for each dimension asked."""
    own = {f"by_{d}": rows[d] for d in dimensions if d in fact.own_dimensions and d in rows.columns}
    rows = rows.mutate(**own) if own else rows
    by_table: dict[str, list[str]] = {}
    for name in dimensions:
        if name in fact.own_dimensions:
            continue
        found = store.dimensions[name]
        if found.id_column == found.via:
            rows = rows.mutate(**{f"by_{name}": rows[found.via]})
        else:
            by_table.setdefault(found.table, []).append(name)
    for table, names in by_table.items():
        rows = _joined(store, rows, table, names)
    return rows


def _joined(store: PlanStore, rows: ir.Table, table: str, names: list[str]) -> ir.Table:
    via = store.dimensions[names[0]].via
    listed = store.table(table)
    columns = {f"by_{name}": listed[store.dimensions[name].id_column] for name in names}
    key = f"{via}_of_{table}"
    members = listed.select(**{key: listed[via]}, **columns)
    return rows.left_join(members, rows[via] == members[key]).drop(key)


def filtered(rows: ir.Table, choices: Sequence[MemberChoice]) -> ir.Table:
    """Only the rows of the chosen members."""
    for choice in choices:
        rows = rows.filter(is_chosen(rows, choice))
    return rows


def is_chosen(rows: ir.Table, choice: MemberChoice) -> ir.BooleanValue:
    """Whether a row is of the chosen members, or of none of them where they are left out."""
    column = rows[f"by_{choice.dimension}"]
    ids = [member for member in choice.ids if member is not None]
    kept = column.isin(ids).fill_null(False) if ids else ibis.literal(False)
    if None in choice.ids:
        kept = kept | column.isnull()
    return ~kept if choice.exclude else kept


def in_planning_units(store: PlanStore, fact: Fact, rows: ir.Table, measures: Sequence[str]) -> ir.Table:
    """The rows with unit measures turned into the company's planning unit."""
    factors = store.table("products").select(factor_of="product_id", factor="base_units_per_unit")
    joined = rows.left_join(factors, rows.product_id == factors.factor_of).drop("factor_of")
    converted = {name: joined[name] * joined.factor for name in measures if name in fact.unit_measures}
    return joined.mutate(**converted)
