"""The financial book, actual and against plan, and the cash that the latest plans promise."""

from __future__ import annotations

from datetime import date

from tests.oracle import demand, supply
from tests.oracle.question import Question
from tests.oracle.statement import Statement

_BOOK = "SELECT business_unit, region, period AS day, account, amount FROM financials"

# For each month the latest committed cycle before it, else the latest budget not after the window's start;
# both sides only for months that have actuals and a plan.
_AGAINST_PLAN = """
WITH cycle AS (SELECT period,
    max(cycle) FILTER (version = 'committed' AND cycle < period) AS committed,
    max(cycle) FILTER (version = 'budget' AND cycle <= DATE '{start}') AS budget
  FROM financial_plans GROUP BY period),
plan AS (SELECT f.* FROM financial_plans f JOIN cycle c ON c.period = f.period
  WHERE CASE WHEN c.committed IS NOT NULL THEN f.version = 'committed' AND f.cycle = c.committed
    ELSE f.version = 'budget' AND f.cycle = c.budget END)
SELECT business_unit, region, period AS day, account, amount FROM financials
WHERE period IN (SELECT period FROM plan)
UNION ALL SELECT business_unit, region, period, account, -amount FROM plan
WHERE period IN (SELECT period FROM financials)"""

# Reading: a product without a standard cost is left out on both sides.
_CASH_AHEAD = """
SELECT d.product_id, d.day, d.revenue AS cash FROM ({revenue}) d
JOIN products x ON x.product_id = d.product_id AND x.standard_cost IS NOT NULL
UNION ALL SELECT s.product_id, s.day,
  -(coalesce(s.production_units, 0) + coalesce(s.purchase_units, 0)) * x.standard_cost
FROM ({supply}) s JOIN products x ON x.product_id = s.product_id"""


def _booked(*signed: str) -> str:
    cases = " ".join(f"WHEN '{name[1:]}' THEN {name[0]}r.amount" for name in signed)
    return f"sum(CASE r.account {cases} ELSE 0 END)"


_GROSS = _booked("+revenue", "-cogs")
_VALUES = {
    "revenue": _booked("+revenue"),
    "gross_margin": _GROSS,
    "gross_margin_rate": f"{_GROSS} / nullif({_booked('+revenue')}, 0)",
    "operating_profit": _booked("+revenue", "-cogs", "-promotion", "-expedite", "-operating_expense"),
    "cash_flow": _booked("+cash_in", "-cash_out"),
}
_OWN = frozenset({"business_unit", "region"})


def statement(question: Question, as_of: date) -> Statement | None:
    """The statement of a metric of the financial book, None for others."""
    metric = question.metric
    if metric == "projected_cash_flow":
        rows = _CASH_AHEAD.format(
            revenue=demand.plan_revenue(question, as_of), supply=supply.plan(question, as_of)
        )
        return Statement(f"SELECT * FROM ({rows}) WHERE day > DATE '{as_of}'", "sum(r.cash)")
    if metric.endswith("_vs_plan") and metric.removesuffix("_vs_plan") in _VALUES:
        value = _VALUES[metric.removesuffix("_vs_plan")]
        return Statement(_AGAINST_PLAN.format(start=question.start), value, own=_OWN)
    if metric != "revenue" and metric in _VALUES:
        return Statement(_BOOK, _VALUES[metric], own=_OWN)
    return None


def held_and_owed(question: Question, business_unit: bool) -> str:
    """Receivables and payables at the closing month in days of the revenue and cogs of three months."""
    closing = supply.closing_month(question)
    trailing = f"period BETWEEN {closing} - INTERVAL 2 MONTH AND {closing}"
    days = f"(datediff('day', {closing} - INTERVAL 2 MONTH, last_day({closing})) + 1)"

    def in_days(balance: str, flow: str) -> str:
        return f"""sum(amount) FILTER (account = '{balance}' AND period = {closing})
            / (sum(amount) FILTER (account = '{flow}' AND {trailing}) / {days})"""

    key = "business_unit" if business_unit else "NULL"
    parts = [question.where]
    for dimension, members, leaves_out in question.kept:
        listed = ", ".join(f"'{member}'" for member in members)
        parts.append(f"{dimension} {'NOT IN' if leaves_out else 'IN'} ({listed})")
    kept = " AND ".join(parts)
    grouped = " GROUP BY business_unit" if business_unit else ""
    return f"""SELECT {key}, {in_days("receivables", "revenue")} - {in_days("payables", "cogs")}
        FROM financials WHERE {kept}{grouped}"""
