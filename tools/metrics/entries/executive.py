"""Metrics of the executive meeting, from the financial book."""

from __future__ import annotations

from tools.metrics.definitions import Better, Metric, Value
from tools.metrics.facts import finance

_MEETING = ("executive",)

METRICS = (
    Metric(
        "gross_margin",
        "Gross margin",
        ("gross profit",),
        "revenue − cost of goods sold (financial book)",
        "currency",
        Better.UP,
        finance.FINANCIALS,
        Value("gross_margin"),
        needs=("financials.amount",),
        is_additive=True,
        meetings=_MEETING,
    ),
    Metric(
        "gross_margin_rate",
        "Gross margin rate",
        ("gross margin %", "gross margin percentage", "gm%", "gm %", "gross margin percent"),
        "(revenue − cost of goods sold) / revenue (financial book)",
        "ratio",
        Better.UP,
        finance.FINANCIALS,
        Value("gross_margin", "revenue"),
        needs=("financials.amount",),
        meetings=_MEETING,
    ),
    Metric(
        "operating_profit",
        "Operating profit",
        ("profit", "ebit", "operating income", "operating result"),
        "revenue − cost of goods sold − promotion − expedite − operating expense (financial book)",
        "currency",
        Better.UP,
        finance.FINANCIALS,
        Value("operating_profit"),
        needs=("financials.amount",),
        is_additive=True,
        meetings=_MEETING,
    ),
    Metric(
        "cash_flow",
        "Cash flow",
        ("cash", "net cash flow", "cash generation"),
        "cash in − cash out (financial book)",
        "currency",
        Better.UP,
        finance.FINANCIALS,
        Value("cash_flow"),
        needs=("financials.amount",),
        is_additive=True,
        meetings=_MEETING,
    ),
)
