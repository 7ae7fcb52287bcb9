"""Facts over order lines: service, lost sales, cancellations, expediting, shipments.

The rules are those of `metrics.md`, "Service metrics share one basis".
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from connectors.plan_store import PlanStore
from tools.metrics.fact import Basis, Fact

LINE_KEYS = ("product_id", "market_id", "customer_id", "site_id")
_NOT_LOST = ("customer", "credit", "other")


def service_lines(store: PlanStore, basis: Basis) -> ir.Table:
    """One row per sales line that is due within the window, with what service metrics sum.

    Measures: `lines`, `on_time`, `in_full`, `on_time_in_full` (1 or 0 each), `required_units`,
    `filled_units` and `lost_units`. Not in it: lines wholly cancelled by the customer. A closed line
    without the date that it would be judged by is only counted, in `undated`, by its order date; where
    every line has that date there is no such column.
    """
    lines = _basis_lines(store, basis)
    if store.is_complete("order_lines", _judged_by(basis)):
        return _with_verdicts(store, basis, lines.filter(_within(lines.on, basis), lines.is_due))
    on = ibis.coalesce(lines.on, lines.ordered_on)
    lines = lines.mutate(on=on).filter(_within(on, basis), lines.is_due)
    lines = _with_verdicts(store, basis, lines)
    is_dated = lines.judged_on.notnull()
    counted = (
        "lines",
        "on_time",
        "in_full",
        "on_time_in_full",
        "required_units",
        "filled_units",
        "lost_units",
    )
    return lines.mutate(
        undated=(~is_dated).ifelse(1, 0),
        **{name: ibis.ifelse(is_dated, lines[name], 0) for name in counted},
    )


def service_orders(store: PlanStore, basis: Basis) -> ir.Table:
    """The sales lines of the orders that are due within the window, each with the verdict on its order.

    An order passes only if all its lines do, is due when all its lines are, and belongs to the
    month of its latest date. Lines without a date to judge them by do not count.
    """
    lines = _basis_lines(store, basis)
    lines = lines.filter(lines.judged_on.notnull())
    touched = lines.filter(_within(lines.on, basis)).select("order_id")
    lines = _with_verdicts(store, basis, lines.semi_join(touched, "order_id"))
    whole_order = ibis.window(group_by=lines.order_id)
    judged = lines.select(
        "order_id",
        *LINE_KEYS,
        "lines",
        on=lines.on.max().over(whole_order),
        is_order_due=lines.is_due.ifelse(1, 0).min().over(whole_order),
        on_time=lines.on_time.min().over(whole_order),
        in_full=lines.in_full.min().over(whole_order),
        on_time_in_full=lines.on_time_in_full.min().over(whole_order),
    )
    return judged.filter(judged.is_order_due == 1)


def _basis_lines(store: PlanStore, basis: Basis) -> ir.Table:
    """Sales lines not wholly cancelled by the customer: `on` is the window's date, `judged_on` the other."""
    judged_by = _judged_by(basis)
    lines = _sales(
        store.require("order_lines", judged_by, basis.date_basis, "ordered_units", "delivered_units")
    )
    cancelled = _column(lines, "cancelled_units", "float64").fill_null(0.0)
    by_customer: ir.Value = ibis.literal(0.0)
    excused = cancelled
    if "cancel_reason" in lines.columns:
        by_customer = ibis.ifelse(lines.cancel_reason == "customer", cancelled, 0.0)
        is_ours = lines.cancel_reason.notin(_NOT_LOST).fill_null(False)
        excused = ibis.ifelse(is_ours, 0.0, cancelled)
    is_complete = lines.delivered_units >= lines.ordered_units - cancelled
    is_closed = _column(lines, "closed_on", "date").notnull() | is_complete
    is_past = lines[judged_by] <= ibis.literal(store.as_of)
    # Only what is needed: every further column makes each of the steps that follow slower to compile.
    return lines.filter(lines.ordered_units - by_customer > 0).select(
        "order_id",
        "line_number",
        "product_id",
        *(_column(lines, key, "string").name(key) for key in LINE_KEYS if key != "product_id"),
        "ordered_on",
        "delivered_units",
        on=lines[basis.date_basis],
        judged_on=lines[judged_by],
        delivered_on=_column(lines, "delivered_on", "date"),
        unit_price=_column(lines, "unit_price", "float64"),
        required_units=lines.ordered_units - by_customer,
        undelivered_units=lines.ordered_units - lines.delivered_units,
        excused_units=excused,
        is_closed=is_closed,
        # In this order: nearly all lines are past, and engines then need not work out the rest.
        is_due=is_past | is_closed,
    )


def _judged_by(basis: Basis) -> str:
    return "requested_on" if basis.date_basis == "requested_on" else "promised_on"


def _column(lines: ir.Table, name: str, kind: str) -> ir.Value:
    """A column that may be absent: null then."""
    return lines[name] if name in lines.columns else ibis.null(kind)


def _within(day: ir.Value, basis: Basis) -> ir.Value:
    # Narrowed here, early, because no engine moves the window below the joins that follow.
    return day.between(ibis.literal(basis.window.start), ibis.literal(basis.window.end))


def _with_verdicts(store: PlanStore, basis: Basis, lines: ir.Table) -> ir.Table:
    if basis.fill_basis == "by_promise":
        lines = _with_units_by_promise(store, lines)
    else:
        lines = lines.mutate(counted_units=lines.delivered_units)
    was_in_time = lines.delivered_on <= lines.judged_on
    # A line with all that it requires has nothing left open, so it is closed.
    in_full = lines.counted_units >= lines.required_units
    return lines.mutate(
        lines=ibis.literal(1, "int64"),
        on_time=(lines.is_closed & was_in_time).ifelse(1, 0),
        in_full=in_full.ifelse(1, 0),
        on_time_in_full=(was_in_time & in_full).ifelse(1, 0),
        filled_units=ibis.least(lines.counted_units, lines.required_units),
        lost_units=ibis.ifelse(
            lines.is_closed, ibis.greatest(lines.undelivered_units - lines.excused_units, 0.0), 0.0
        ),
    )


def lost_sales(store: PlanStore, basis: Basis) -> ir.Table:
    """The lines of `service_lines` with `lost_value`, and the count `unpriced` of those without a price."""
    store.require("order_lines", "unit_price")
    lines = service_lines(store, basis)
    return lines.mutate(
        lost_value=ibis.ifelse(lines.lost_units > 0, lines.lost_units * lines.unit_price, 0.0),
        unpriced=((lines.lost_units > 0) & lines.unit_price.isnull()).ifelse(1, 0),
    )


def cancellations(store: PlanStore, basis: Basis) -> ir.Table:
    """One row per sales line whose cancelled units are known, by order date.

    Measures: `cancelled_units`, `gross_ordered_units`, and the count `unknown_cancelled`.
    """
    lines = _sales(store.require("order_lines", "cancelled_units", "ordered_units"))
    reason = lines.cancel_reason if "cancel_reason" in lines.columns else ibis.null("string")
    is_cancelled = lines.cancelled_units > 0
    return lines.mutate(
        on=lines.ordered_on,
        cancel_reason=ibis.ifelse(
            is_cancelled, ibis.coalesce(reason, ibis.literal("other")), ibis.null("string")
        ),
        gross_ordered_units=ibis.ifelse(lines.cancelled_units.isnull(), 0.0, lines.ordered_units),
        cancelled_units=lines.cancelled_units.fill_null(0.0),
        unknown_cancelled=lines.cancelled_units.isnull().ifelse(1, 0),
    )


def cancelled_orders(store: PlanStore, basis: Basis) -> ir.Table:
    """One row per sales line, `orders` 1 where it has cancelled units; orders are counted once."""
    lines = cancellations(store, basis)
    return lines.mutate(orders=(lines.cancelled_units > 0).ifelse(1, 0))


def expediting(store: PlanStore, basis: Basis) -> ir.Table:
    """One row per sales line, by promised date, with `expedite_cost` and the count of unknown ones."""
    lines = _sales(store.require("order_lines", "expedite_cost", "promised_on"))
    return lines.mutate(
        on=lines.promised_on,
        unknown_expedite=lines.expedite_cost.isnull().ifelse(1, 0),
    )


def shipments(store: PlanStore, basis: Basis) -> ir.Table:
    """One row per delivered or returned line, by delivery date; returns are negative.

    A return without a date counts on the day on which it was entered. Measures: `shipped_units`,
    and `revenue` where prices are loaded.
    """
    lines = store.require("order_lines", "delivered_on", "delivered_units")
    lines = lines.mutate(on=_shipped_on(lines), shipped_units=lines.delivered_units * _sign(lines))
    lines = lines.filter(lines.on.notnull())
    if "unit_price" not in lines.columns:
        return lines
    return lines.mutate(
        revenue=lines.shipped_units * lines.unit_price, unpriced=lines.unit_price.isnull().ifelse(1, 0)
    )


def _shipped_on(lines: ir.Table) -> ir.Value:
    if "line_kind" not in lines.columns:
        return lines.delivered_on
    is_return = (lines.line_kind == "return").fill_null(False)
    return ibis.ifelse(is_return, ibis.coalesce(lines.delivered_on, lines.ordered_on), lines.delivered_on)


def _sales(lines: ir.Table) -> ir.Table:
    if "line_kind" not in lines.columns:
        return lines
    return lines.filter(lines.line_kind.isnull() | (lines.line_kind == "sale"))


def _sign(lines: ir.Table) -> ir.Value:
    if "line_kind" not in lines.columns:
        return ibis.literal(1.0)
    return ibis.ifelse(lines.line_kind == "return", -1.0, 1.0)


def _with_units_by_promise(store: PlanStore, lines: ir.Table) -> ir.Table:
    """`counted_units`: what had arrived by the date that each line is judged by."""
    promises = lines.select("order_id", "line_number", "judged_on")
    deliveries = store.require("deliveries").join(promises, ["order_id", "line_number"])
    arrived = (
        deliveries.filter(deliveries.delivered_on <= deliveries.judged_on)
        .group_by("order_id", "line_number")
        .aggregate(arrived_units=lambda d: d.units.sum())
    )
    joined = lines.left_join(arrived, ["order_id", "line_number"])
    joined = joined.drop("order_id_right", "line_number_right")
    return joined.mutate(counted_units=joined.arrived_units.fill_null(0.0))


_UNITS = frozenset({"required_units", "filled_units", "lost_units"})
_BY_PROMISE = ("order_lines", "promised_on")
_UNDATED = {"undated": "{count} closed lines have no date to judge their service by and are left out."}

SERVICE_LINES = Fact(
    "service_lines",
    ("order_lines",),
    _BY_PROMISE,
    LINE_KEYS,
    service_lines,
    unit_measures=_UNITS,
    follows_date_basis=True,
    left_out=_UNDATED,
)
SERVICE_ORDERS = Fact(
    "service_orders",
    ("order_lines",),
    _BY_PROMISE,
    LINE_KEYS,
    service_orders,
    distinct_on="order_id",
    follows_date_basis=True,
)
LOST_SALES = Fact(
    "lost_sales",
    ("order_lines",),
    _BY_PROMISE,
    LINE_KEYS,
    lost_sales,
    unit_measures=_UNITS,
    follows_date_basis=True,
    left_out={
        **_UNDATED,
        "unpriced": "{count} lines with lost units have no selling price and are left out.",
    },
)
CANCELLATIONS = Fact(
    "cancellations",
    ("order_lines",),
    ("order_lines", "ordered_on"),
    LINE_KEYS,
    cancellations,
    own_dimensions=("cancel_reason",),
    unit_measures=frozenset({"cancelled_units", "gross_ordered_units"}),
    shared_over=("cancel_reason",),
    left_out={"unknown_cancelled": "{count} lines whose cancelled units are unknown are left out."},
)
CANCELLED_ORDERS = Fact(
    "cancelled_orders",
    ("order_lines",),
    ("order_lines", "ordered_on"),
    LINE_KEYS,
    cancelled_orders,
    own_dimensions=("cancel_reason",),
    distinct_on="order_id",
    shared_over=("cancel_reason",),
    left_out={"unknown_cancelled": "{count} orders with lines of unknown cancellation are left out."},
)
EXPEDITING = Fact(
    "expediting",
    ("order_lines",),
    _BY_PROMISE,
    LINE_KEYS,
    expediting,
    left_out={"unknown_expedite": "{count} lines whose expedite cost is unknown are left out."},
)
SHIPMENTS = Fact(
    "shipments",
    ("order_lines",),
    ("order_lines", "delivered_on"),
    LINE_KEYS,
    shipments,
    unit_measures=frozenset({"shipped_units"}),
    measure_needs={"revenue": "order_lines.unit_price"},
    left_out={"unpriced": "{count} delivered lines have no selling price and are left out."},
    left_out_of={"unpriced": "revenue"},
)
