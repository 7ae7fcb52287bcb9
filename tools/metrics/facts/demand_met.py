"""Facts of demand met: the months of a product in a market in which customers got all that was due."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from connectors.plan_store import PlanStore
from tools.metrics.fact import Basis, Fact
from tools.metrics.facts.service import service_lines

_SERIES = ("product_id", "market_id")


def demand_met(store: PlanStore, basis: Basis) -> ir.Table:
    """One row per product, market and month with lines due: `met` 1 where every one was in full.

    `series_months` counts them. On the basis of service metrics; a closed line without the date that
    it would be judged by is only counted, in `undated`.
    """
    lines = service_lines(store, basis)
    if "undated" not in lines.columns:
        lines = lines.mutate(undated=ibis.literal(0, "int64"))
    lines = lines.mutate(month=lines.on.truncate("M"), short=lines.lines - lines.in_full)
    months = lines.group_by(*_SERIES, "month").aggregate(
        on=lines.on.min(), lines=lines.lines.sum(), short=lines.short.sum(), undated=lines.undated.sum()
    )
    has_lines = months.lines > 0
    return months.mutate(
        series_months=has_lines.ifelse(1, 0), met=(has_lines & (months.short == 0)).ifelse(1, 0)
    )


def demand_shipped(store: PlanStore, basis: Basis) -> ir.Table:
    """The same by demand history: `met` where at least the ordered units were shipped in the month.

    Months without an order are not in it; those of unknown shipments are only counted, in `unknown`.
    """
    history = store.require("demand_history", "ordered_units", "shipped_units")
    history = history.filter(history.ordered_units > 0)
    is_known = history.shipped_units.notnull()
    is_met = (history.shipped_units >= history.ordered_units).fill_null(False)
    return history.mutate(
        on=history.period,
        series_months=is_known.ifelse(1, 0),
        met=is_met.ifelse(1, 0),
        unknown=is_known.ifelse(0, 1),
    )


DEMAND_MET = Fact(
    "demand_met",
    ("order_lines",),
    ("order_lines", "promised_on"),
    _SERIES,
    demand_met,
    follows_date_basis=True,
    left_out={"undated": "{count} closed lines have no date to judge their service by and are left out."},
)
DEMAND_SHIPPED = Fact(
    "demand_shipped",
    ("demand_history",),
    ("demand_history", "period"),
    _SERIES,
    demand_shipped,
    left_out={"unknown": "{count} product-market months of unknown shipments are left out."},
)
