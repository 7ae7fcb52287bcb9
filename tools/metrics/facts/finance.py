"""Facts over money: the financial book, and margins at standard cost of the operating book."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from connectors.plan_store import PlanStore
from tools.metrics.fact import Basis, Fact
from tools.metrics.facts.service import LINE_KEYS, shipments

_COSTS = ("cogs", "promotion", "expedite", "operating_expense")

MEASURES = {
    "revenue": ("revenue",),
    "gross_margin": ("revenue", "cogs"),
    "operating_profit": ("revenue", *_COSTS),
    "cash_flow": ("cash_in", "cash_out"),
}
"""Measures of the financial book: the account that is added first, then those that are taken off."""


def financials(store: PlanStore, basis: Basis) -> ir.Table:
    """One row per business unit, region, month and account, the amount signed into each measure.

    Measures: `revenue`, `gross_margin`, `operating_profit`, `cash_flow`, each null on the rows of accounts
    that it does not read, so that it is unknown where none of them is loaded.
    """
    book = store.require("financials", "amount")
    measures = {name: signed(book, *accounts) for name, accounts in MEASURES.items()}
    return book.mutate(on=book.period, **measures)


def margins(store: PlanStore, basis: Basis) -> ir.Table:
    """One row per product, market and month: `margin` at standard cost and `costed_revenue`.

    Rows without a standard cost, revenue or shipped units are in neither, and counted.
    """
    history = store.require("demand_history", "revenue", "shipped_units")
    return _with_margin(store, history.mutate(on=history.period))


def line_margins(store: PlanStore, basis: Basis) -> ir.Table:
    """The same measures, one row per delivered or returned order line, by delivery date."""
    store.require("order_lines", "unit_price")
    return _with_margin(store, shipments(store, basis))


def _with_margin(store: PlanStore, rows: ir.Table) -> ir.Table:
    """Adds `margin` and `costed_revenue`, null where unknown, and counts: `uncosted`, `unpriced`."""
    costs = store.require("products", "standard_cost").select("product_id", "standard_cost")
    rows = rows.left_join(costs, "product_id").drop("product_id_right")
    needs_cost = rows.shipped_units != 0
    cost = ibis.ifelse(needs_cost, rows.shipped_units * rows.standard_cost, 0.0)
    rows = rows.mutate(margin=rows.revenue - cost)
    is_unpriced = rows.revenue.isnull() | rows.shipped_units.isnull()
    return rows.mutate(
        costed_revenue=ibis.ifelse(rows.margin.notnull(), rows.revenue, ibis.null("float64")),
        unpriced=is_unpriced.ifelse(1, 0),
        uncosted=(~is_unpriced & rows.margin.isnull()).ifelse(1, 0),
    )


def signed(book: ir.Table, plus: str, *minus: str) -> ir.Value:
    """The amount of account `plus`, less those of `minus`; null of any other account."""
    return ibis.cases(
        (book.account == plus, book.amount),
        (book.account.isin(minus), -book.amount) if minus else (ibis.literal(False), 0.0),
        else_=ibis.null("float64"),
    )


FINANCIALS = Fact(
    "financials",
    ("financials",),
    ("financials", "period"),
    (),
    financials,
    own_dimensions=("business_unit", "region"),
)
MARGINS = Fact(
    "margins",
    ("demand_history", "products"),
    ("demand_history", "period"),
    ("product_id", "market_id"),
    margins,
    left_out={
        "uncosted": "{count} product-market months have no standard cost and are left out.",
        "unpriced": "{count} product-market months have no revenue or shipped units and are left out.",
    },
)
LINE_MARGINS = Fact(
    "line_margins",
    ("order_lines", "products"),
    ("order_lines", "delivered_on"),
    LINE_KEYS,
    line_margins,
    measure_needs={"margin": "order_lines.unit_price"},
    left_out={
        "uncosted": "{count} delivered lines have no standard cost and are left out.",
        "unpriced": "{count} delivered lines have no selling price and are left out.",
    },
)
