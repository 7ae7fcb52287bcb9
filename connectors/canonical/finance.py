"""Finance tables: actuals, plans, targets."""

from __future__ import annotations

from connectors.canonical.columns import CYCLE, PERIOD, CanonicalTable, Column, Guard, Kind, key, money, text

ACCOUNTS = (
    "revenue",
    "cogs",
    "promotion",
    "expedite",
    "operating_expense",
    "cash_in",
    "cash_out",
    "inventory_value",
    "receivables",
    "payables",
)

_ACCOUNT_KEY = (
    key("business_unit", Kind.TEXT, "business unit"),
    key("region", Kind.TEXT, "region"),
    PERIOD,
    key("account", Kind.TEXT, "account", values=ACCOUNTS),
)

TABLES = (
    CanonicalTable(
        "financials",
        "the actual amount of an account of a business unit in a region and month",
        "the financial actuals",
        (
            *_ACCOUNT_KEY,
            money("amount", "amounts of the financial actuals", Guard.FINANCE, required=True, minimum=None),
        ),
    ),
    CanonicalTable(
        "financial_plans",
        "the planned amount of an account in one version and cycle",
        "the financial plans (budget, committed, latest)",
        (
            key("version", Kind.TEXT, "plan version", values=("budget", "committed", "latest")),
            CYCLE,
            *_ACCOUNT_KEY,
            money("amount", "amounts of the financial plans", Guard.FINANCE, required=True, minimum=None),
        ),
    ),
    CanonicalTable(
        "targets",
        "a target for a metric",
        "targets",
        (
            key("target_id", Kind.TEXT, "target id"),
            text("metric", "metric", required=True),
            text("dimension", "dimension"),
            text("member_id", "member"),
            Column("period", Kind.PERIOD, "month"),
            Column("value", Kind.NUMBER, "target value", required=True),
        ),
    ),
)
