"""Facts over order lines: service, lost sales, cancellations, expediting, shipments.

The rules are those of `metrics.md`, "Service metrics share one basis".
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from connectors.plan_store import PlanStore
from tools.metrics.facts import Basis, Fact

_KEYS = ("product_id", "market_id", "customer_id", "site_id")
_NOT_LOST = ("customer", "credit", "other")


def service_lines(store: PlanStore, basis: Basis) -> ir.Table:
    """One row per sales line that is due, with what service metrics sum.

    Measures: `lines`, `on_time`, `in_full`, `on_time_in_full` (1 or 0 each), `required_units`,
    `filled_units` and `lost_units`. Not in it: lines wholly cancelled by the customer, and lines
    without the date that they would be judged by.
    """
    judged_by = "requested_on" if basis.date_basis == "requested_on" else "promised_on"
    lines = store.require("order_lines", judged_by, basis.date_basis, "ordered_units", "delivered_units")
    lines = _with_state(lines)
    lines = lines.filter(lines.required_units > 0, lines[judged_by].notnull())
    lines = lines.filter(lines.is_closed | (lines[judged_by] <= ibis.literal(store.as_of)))
    if basis.fill_basis == "by_promise":
        lines = _with_units_by_promise(store, lines, judged_by)
    else:
        lines = lines.mutate(counted_units=lines.delivered_units)
    on_time = lines.is_closed & (lines.delivered_on <= lines[judged_by]).fill_null(False)
    in_full = lines.is_closed & (lines.counted_units >= lines.required_units)
    return lines.mutate(
        on=lines[basis.date_basis],
        lines=ibis.literal(1, "int64"),
        on_time=on_time.cast("int64"),
        in_full=in_full.cast("int64"),
        on_time_in_full=(on_time & in_full).cast("int64"),
        filled_units=ibis.least(lines.counted_units, lines.required_units),
        lost_units=ibis.ifelse(lines.is_closed, ibis.greatest(_lost(lines), 0.0), 0.0),
    )


def service_orders(store: PlanStore, basis: Basis) -> ir.Table:
    """The lines of `service_lines`, each bearing the verdict on its whole order.

    An order passes only if all its lines do, is due when all its lines are, and belongs to the
    month of its latest date.
    """
    lines = service_lines(store, basis)
    verdicts = lines.group_by("order_id").aggregate(
        order_on=lines.on.max(),
        order_on_time=lines.on_time.min(),
        order_in_full=lines.in_full.min(),
        order_on_time_in_full=lines.on_time_in_full.min(),
    )
    joined = lines.drop("on", "on_time", "in_full", "on_time_in_full").join(verdicts, "order_id")
    return joined.mutate(
        on=joined.order_on,
        on_time=joined.order_on_time,
        in_full=joined.order_in_full,
        on_time_in_full=joined.order_on_time_in_full,
    )


def lost_sales(store: PlanStore, basis: Basis) -> ir.Table:
    """The lines of `service_lines` with `lost_value`, and the count `unpriced` of those without a price."""
    store.require("order_lines", "unit_price")
    lines = service_lines(store, basis)
    return lines.mutate(
        lost_value=lines.lost_units * lines.unit_price,
        unpriced=((lines.lost_units > 0) & lines.unit_price.isnull()).cast("int64"),
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
        unknown_cancelled=lines.cancelled_units.isnull().cast("int64"),
    )


def cancelled_orders(store: PlanStore, basis: Basis) -> ir.Table:
    """One row per line with cancelled units; orders are counted once."""
    lines = cancellations(store, basis)
    return lines.filter(lines.cancelled_units > 0).mutate(orders=1)


def expediting(store: PlanStore, basis: Basis) -> ir.Table:
    """One row per sales line, by promised date, with `expedite_cost` and the count of unknown ones."""
    lines = _sales(store.require("order_lines", "expedite_cost", "promised_on"))
    return lines.mutate(
        on=lines.promised_on,
        expedite_cost=lines.expedite_cost.fill_null(0.0),
        unknown_expedite=lines.expedite_cost.isnull().cast("int64"),
    )


def shipments(store: PlanStore, basis: Basis) -> ir.Table:
    """One row per delivered or returned line, by delivery date; returns are negative.

    Measures: `shipped_units`, and `revenue` where prices are loaded.
    """
    lines = store.require("order_lines", "delivered_on", "delivered_units")
    lines = lines.filter(lines.delivered_on.notnull())
    sign = _sign(lines)
    measures = {"on": lines.delivered_on, "shipped_units": lines.delivered_units * sign}
    if "unit_price" in lines.columns:
        measures["revenue"] = (lines.delivered_units * sign * lines.unit_price).fill_null(0.0)
        measures["unpriced"] = lines.unit_price.isnull().cast("int64")
    return lines.mutate(**measures)


def _sales(lines: ir.Table) -> ir.Table:
    if "line_kind" not in lines.columns:
        return lines
    return lines.filter(lines.line_kind.isnull() | (lines.line_kind == "sale"))


def _sign(lines: ir.Table) -> ir.Value:
    if "line_kind" not in lines.columns:
        return ibis.literal(1.0)
    return ibis.ifelse(lines.line_kind == "return", -1.0, 1.0)


def _with_state(lines: ir.Table) -> ir.Table:
    """Sales lines with `cancelled`, `required_units` and `is_closed`; missing columns as null."""
    lines = _sales(lines)
    absent = {
        column: ibis.null(kind)
        for column, kind in (
            ("cancelled_units", "float64"),
            ("cancel_reason", "string"),
            ("closed_on", "date"),
            ("delivered_on", "date"),
            ("site_id", "string"),
            ("customer_id", "string"),
            ("unit_price", "float64"),
        )
        if column not in lines.columns
    }
    if absent:
        lines = lines.mutate(**absent)
    cancelled = lines.cancelled_units.fill_null(0.0)
    reason = ibis.coalesce(lines.cancel_reason, ibis.literal("other"))
    lines = lines.mutate(cancelled=cancelled, reason=reason)
    by_customer = ibis.ifelse(lines.reason == "customer", lines.cancelled, 0.0)
    return lines.mutate(
        required_units=lines.ordered_units - by_customer,
        is_closed=lines.closed_on.notnull()
        | (lines.delivered_units >= lines.ordered_units - lines.cancelled),
    )


def _lost(lines: ir.Table) -> ir.Value:
    excused = ibis.ifelse(lines.reason.isin(_NOT_LOST), lines.cancelled, 0.0)
    return lines.ordered_units - lines.delivered_units - excused


def _with_units_by_promise(store: PlanStore, lines: ir.Table, judged_by: str) -> ir.Table:
    """`counted_units`: what had arrived by the date that each line is judged by."""
    promises = lines.select("order_id", "line_number", due_on=lines[judged_by])
    deliveries = store.require("deliveries").join(promises, ["order_id", "line_number"])
    arrived = (
        deliveries.filter(deliveries.delivered_on <= deliveries.due_on)
        .group_by("order_id", "line_number")
        .aggregate(arrived_units=lambda d: d.units.sum())
    )
    joined = lines.left_join(arrived, ["order_id", "line_number"])
    joined = joined.drop("order_id_right", "line_number_right")
    return joined.mutate(counted_units=joined.arrived_units.fill_null(0.0))


_UNITS = frozenset({"required_units", "filled_units", "lost_units"})
_BY_PROMISE = ("order_lines", "promised_on")

FACTS = (
    Fact(
        "service_lines",
        ("order_lines",),
        _BY_PROMISE,
        _KEYS,
        service_lines,
        unit_measures=_UNITS,
        follows_date_basis=True,
    ),
    Fact(
        "service_orders",
        ("order_lines",),
        _BY_PROMISE,
        _KEYS,
        service_orders,
        distinct_on="order_id",
        follows_date_basis=True,
    ),
    Fact(
        "lost_sales",
        ("order_lines",),
        _BY_PROMISE,
        _KEYS,
        lost_sales,
        unit_measures=_UNITS,
        follows_date_basis=True,
        left_out={"unpriced": "{count} lines with lost units have no selling price and are left out."},
    ),
    Fact(
        "cancellations",
        ("order_lines",),
        ("order_lines", "ordered_on"),
        _KEYS,
        cancellations,
        own_dimensions=("cancel_reason",),
        unit_measures=frozenset({"cancelled_units", "gross_ordered_units"}),
        shared_over=("cancel_reason",),
        left_out={"unknown_cancelled": "{count} lines whose cancelled units are unknown are left out."},
    ),
    Fact(
        "cancelled_orders",
        ("order_lines",),
        ("order_lines", "ordered_on"),
        _KEYS,
        cancelled_orders,
        own_dimensions=("cancel_reason",),
        distinct_on="order_id",
    ),
    Fact(
        "expediting",
        ("order_lines",),
        _BY_PROMISE,
        _KEYS,
        expediting,
        left_out={"unknown_expedite": "{count} lines whose expedite cost is unknown are left out."},
    ),
    Fact(
        "shipments",
        ("order_lines",),
        ("order_lines", "delivered_on"),
        _KEYS,
        shipments,
        unit_measures=frozenset({"shipped_units"}),
        measure_needs={"revenue": "order_lines.unit_price"},
        left_out={"unpriced": "{count} delivered lines without a selling price are left out of revenue."},
    ),
)
