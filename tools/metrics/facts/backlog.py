"""The fact of the backlog: what customers wait for beyond the promised date."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from connectors.hindsight import as_known_on
from connectors.plan_store import PlanStore
from tools.metrics.fact import Basis, Fact
from tools.metrics.facts.service import LINE_KEYS


def backlog(store: PlanStore, basis: Basis) -> ir.Table:
    """One row per sales line promised by the as-of date: `backlog_units`, 0 where it is closed.

    Undelivered and not cancelled, as it stood on the as-of date: what arrived or was closed later
    counts as open. Units whose cancellation is unknown count as not cancelled.
    """
    lines = store.require("order_lines", "promised_on", "ordered_units", "delivered_units")
    if not store.hides_later:
        deliveries = store.table("deliveries") if store.has("deliveries") else None
        lines = as_known_on("order_lines", lines, store.as_of, deliveries)
    if "line_kind" in lines.columns:
        lines = lines.filter((lines.line_kind == "sale") | lines.line_kind.isnull())
    lines = lines.filter(lines.promised_on <= ibis.literal(store.as_of))
    waiting = lines.ordered_units - lines.delivered_units
    if "cancelled_units" in lines.columns:
        waiting = waiting - lines.cancelled_units.fill_null(0.0)
    is_open = waiting > 0
    if "closed_on" in lines.columns:
        is_open = is_open & lines.closed_on.isnull()
    return lines.mutate(on=lines.promised_on, backlog_units=ibis.ifelse(is_open, waiting, 0.0))


BACKLOG = Fact(
    "backlog",
    ("order_lines",),
    ("order_lines", "promised_on"),
    LINE_KEYS,
    backlog,
    unit_measures=frozenset({"backlog_units"}),
)
