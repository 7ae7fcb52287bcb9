"""The bridge below business unit and region: it ends at standard margin and inventory, and says so.

Cash, operating expense and the financial book are not kept there; orders, shipments, costs and stock are.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import ibis.expr.types as ir

from connectors.errors import MissingTable, NotPermitted, OutOfRange, UnknownName
from connectors.plan_store import PlanStore
from tools.figures import ToolResult
from tools.metrics.cash_bridge.arguments import BridgeArguments
from tools.metrics.cash_bridge.bridges import Bridge, Ends
from tools.metrics.cash_bridge.facts import LOST_SERIES, SERIES, series_cycles
from tools.metrics.cash_bridge.groups import Cell, cells_of
from tools.metrics.cash_bridge.operating import has_lost_sales, series_rows
from tools.metrics.cash_bridge.result import BridgeResult
from tools.metrics.cash_bridge.steps import Step
from tools.metrics.cash_bridge.stock import stock_months, stock_rows
from tools.metrics.definitions import Metric, Value
from tools.metrics.engine import Computed, compute
from tools.metrics.entries import bridge as terms
from tools.metrics.entries.demand import METRICS as DEMAND
from tools.metrics.fact import Basis, Fact
from tools.metrics.query import MetricQuery

_MEASURES = (
    "lost_sales",
    "volume",
    "price",
    "mix",
    "timing",
    "planned_margin",
    "actual_margin",
    "cost_effect",
)
_NO_LINES = "no order lines with prices are loaded; what was lost stands in shipment timing"


def _costed(store: PlanStore, basis: Basis) -> ir.Table:
    """`series_rows` with margins, of products with a standard cost only."""
    store.require("products", "standard_cost")
    rows = series_rows(store, basis, _cycles_in(store, basis))
    rows = rows.mutate(
        planned_margin=rows.planned_revenue - rows.planned_cost,
        actual_margin=rows.actual_revenue - rows.actual_cost,
        cost_effect=-rows.build_error,
    )
    is_costed = rows.uncosted == 0
    return rows.mutate(**{name: is_costed.ifelse(rows[name], None) for name in _MEASURES})


def _stock(store: PlanStore, basis: Basis) -> ir.Table:
    cycles = _cycles_in(store, basis)
    errors = series_rows(store, basis, cycles).group_by("product_id", "on")
    months = stock_months(store, cycles)
    by_product = errors.aggregate(build_error=lambda rows: rows.build_error.sum())
    return stock_rows(store, {month: cycles[month] for month in months}, by_product)


def _cycles_in(store: PlanStore, basis: Basis) -> dict[date, date]:
    return {m: c for m, c in series_cycles(store, basis).items() if basis.window.contains(m)}


def _stock_months(store: PlanStore, basis: Basis) -> tuple[date, ...]:
    return stock_months(store, series_cycles(store, basis))


_UNCOSTED = {"uncosted": "{count} product-market months have no standard cost and are left out."}
_COSTED = replace(
    SERIES,
    name="cash_bridge_margin",
    build=_costed,
    left_out={**SERIES.left_out, **_UNCOSTED},
    left_out_of={},
)
_STOCK = Fact(
    "cash_bridge_stock",
    ("inventory", "supply_plan", "products", "demand_history", "demand_plan", "markets"),
    ("inventory", "period"),
    ("product_id",),
    _stock,
    months=_stock_months,
    left_out={"uncosted": "{count} product months of stock have no standard cost and are left out."},
)

_MARGIN = next(metric for metric in DEMAND if metric.id == "standard_margin")


def _of(metric: Metric, measure: str, fact: Fact, term: str = "", title: str = "") -> Metric:
    """The same term read from another fact, for this bridge alone."""
    return replace(
        metric,
        id=term or metric.id,
        title=title or metric.title,
        fact=fact,
        value=Value(measure),
        needs=(),
        finer_fact=None,
        parameters=(),
    )


_PLANNED = _of(_MARGIN, "planned_margin", _COSTED, "bridge_planned_margin")
_ACTUAL = _of(_MARGIN, "actual_margin", _COSTED, "bridge_actual_margin")
_LOST = _of(terms.LOST_SALES, "lost_sales", replace(LOST_SERIES, build=_costed, name=_COSTED.name))
_REVENUE = tuple(
    _of(m, m.value.measures[0], _COSTED) for m in (terms.VOLUME, terms.PRICE, terms.MIX, terms.TIMING)
)
_COST = _of(terms.COGS, "cost_effect", _COSTED, title="Cash effect of cost of goods at standard cost")
_BUILD = tuple(_of(metric, metric.value.measures[0], _STOCK) for metric in terms.BUILD_SPLIT)
_PLANNED_BUILD = _of(terms.PLANNED_BUILD, "planned_build", _STOCK)
_ACTUAL_BUILD = _of(
    terms.PLANNED_BUILD, "actual_build", _STOCK, "bridge_actual_build", title="Inventory build"
)

_FORMULA = (
    "standard margin less inventory build, actual − planned = volume + mix + price + timing − lost sales − "
    "(shipped − planned) × standard cost − change of the inventory build at standard cost"
)


def margin_result(store: PlanStore, arguments: BridgeArguments) -> ToolResult:
    """The bridge of the scope, then of each group, at standard margin and, where it can be, inventory.

    Raises:
        MissingTable, NotPermitted, OutOfRange, UnknownName: As the words of the errors say.
    """
    query = MetricQuery(
        metrics=[_MARGIN.id], group_by=arguments.group_by, filters=arguments.filters, period=arguments.period
    )
    has_lost = has_lost_sales(store)
    wanted = (_PLANNED, _ACTUAL, *_REVENUE, _COST, *((_LOST,) if has_lost else ()))
    margins = compute(store, wanted, query)
    stock, why = _stock_terms(store, query, margins[0])
    bridges = [_bridge(cell, bool(stock), has_lost) for cell in cells_of([*margins, *stock])]
    read = [margins[0], *stock[:1]]
    result = BridgeResult(store, arguments, _ends(bool(stock), has_lost), read).of(bridges)
    said = "below business unit and region cash is not kept: the bridge ends at standard margin and inventory"
    result.assumptions.insert(0, said)
    if arguments.against == "budget":
        result.assumptions.insert(1, "there is no budget below business unit and region: left aside")
    if why:
        result.assumptions.insert(1, f"the bridge ends at standard margin without inventory. {why}")
    result.notes.append("Below business unit and region the bridge ends at standard margin and inventory.")
    return result


def _stock_terms(store: PlanStore, query: MetricQuery, margin: Computed) -> tuple[list[Computed], str]:
    """The terms of the inventory build, or why there are none in this cut."""
    try:
        stock = compute(store, (*_BUILD, _PLANNED_BUILD, _ACTUAL_BUILD), query)
    except UnknownName:
        return [], "Stock is kept by product and site, so not in this cut."
    except (MissingTable, NotPermitted, OutOfRange) as fault:
        return [], fault.message
    if set(stock[0].settled.missing_months) - set(margin.settled.missing_months):
        return [], "Some months have no stock or no supply plan."
    return stock, ""


def _bridge(cell: Cell, has_stock: bool, has_lost: bool) -> Bridge:
    values = cell.values
    lost = Step(_LOST, _LOST.title, values.get(_LOST.id), "revenue", None if has_lost else _NO_LINES)
    steps = [lost, *(Step(m, m.title, values.get(m.id), "revenue") for m in _REVENUE)]
    steps.append(Step(_COST, _COST.title, values.get(_COST.id), "costs"))
    start, end = values.get(_PLANNED.id), values.get(_ACTUAL.id)
    if not has_stock:
        return Bridge(cell.key, cell.period, start, end, tuple(steps), has_rest=False)
    steps += [Step(m, m.title, values.get(m.id) or 0.0, "inventory build") for m in _BUILD]
    planned, actual = values.get(_PLANNED_BUILD.id) or 0.0, values.get(_ACTUAL_BUILD.id) or 0.0
    wholes = [
        Step(_MARGIN, "Planned standard margin", start, "revenue"),
        Step(_MARGIN, "Actual standard margin", end, "revenue"),
        Step(_PLANNED_BUILD, "Planned inventory build", planned, "inventory build"),
        Step(_PLANNED_BUILD, "Actual inventory build", actual, "inventory build"),
    ]
    start = None if start is None else start - planned
    end = None if end is None else end - actual
    return Bridge(cell.key, cell.period, start, end, tuple(steps), tuple(wholes), has_rest=False)


def _ends(has_stock: bool, has_lost: bool) -> Ends:
    what = "standard margin less inventory build" if has_stock else "standard margin"
    tables = [*_COSTED.tables, *(_STOCK.tables if has_stock else ()), "prices", "promotions"]
    return Ends(
        metric=_MARGIN,
        start=f"Planned {what}",
        end=f"Actual {what}",
        change=f"Effect on {what}",
        ends_at="standard margin and inventory",
        plan="the consensus demand plan",
        formula=_FORMULA,
        tables=tuple(dict.fromkeys([*tables, *(["order_lines"] if has_lost else [])])),
    )
