"""Facts over money: the financial book, and margins at standard cost of the operating book."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from connectors.plan_store import PlanStore
from tools.metrics.facts import Basis, Fact

_COSTS = ("cogs", "promotion", "expedite", "operating_expense")


def financials(store: PlanStore, basis: Basis) -> ir.Table:
    """One row per business unit, region, month and account, the amount signed into each measure.

    Measures: `booked_revenue`, `gross_margin`, `operating_profit`, `cash_flow`.
    """
    book = store.require("financials", "amount")
    return book.mutate(
        on=book.period,
        booked_revenue=_signed(book, "revenue"),
        gross_margin=_signed(book, "revenue", "cogs"),
        operating_profit=_signed(book, "revenue", *_COSTS),
        cash_flow=_signed(book, "cash_in", "cash_out"),
    )


def margins(store: PlanStore, basis: Basis) -> ir.Table:
    """One row per product, market and month: `margin` at standard cost and `costed_revenue`.

    Rows without a standard cost are in neither, and counted in `uncosted`.
    """
    history = store.require("demand_history", "revenue", "shipped_units")
    costs = store.require("products", "standard_cost").select("product_id", "standard_cost")
    joined = history.left_join(costs, "product_id").drop("product_id_right")
    is_costed = joined.standard_cost.notnull()
    margin = joined.revenue - joined.shipped_units * joined.standard_cost
    return joined.mutate(
        on=joined.period,
        margin=margin.fill_null(0.0),
        costed_revenue=ibis.ifelse(is_costed, joined.revenue, 0.0),
        uncosted=ibis.ifelse(is_costed | (joined.shipped_units == 0), 0, 1),
    )


def _signed(book: ir.Table, plus: str, *minus: str) -> ir.Value:
    """The amount of account `plus`, less those of `minus`."""
    return ibis.cases(
        (book.account == plus, book.amount),
        (book.account.isin(minus), -book.amount) if minus else (ibis.literal(False), 0.0),
        else_=0.0,
    )


FACTS = (
    Fact(
        "financials",
        ("financials",),
        ("financials", "period"),
        (),
        financials,
        own_dimensions=("business_unit", "region"),
    ),
    Fact(
        "margins",
        ("demand_history", "products"),
        ("demand_history", "period"),
        ("product_id", "market_id"),
        margins,
        left_out={"uncosted": "{count} product-market months have no standard cost and are left out."},
    ),
)
