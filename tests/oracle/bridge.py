"""The terms of the bridge from planned to actual cash."""

from __future__ import annotations

from datetime import date

from tests.oracle import order_lines
from tests.oracle.question import Question
from tests.oracle.statement import Statement

# For each month the latest committed cycle before it, else the latest budget not after the window's start,
# and the consensus plan of demand of the same cycle, else the one made a month before.
_CHOSEN = """
SELECT period, CASE WHEN committed IS NULL THEN 'budget' ELSE 'committed' END AS version,
  coalesce(committed, budget) AS cycle,
  CASE WHEN EXISTS (SELECT 1 FROM demand_plan d WHERE d.version = 'consensus' AND d.period = c.period
    AND d.cycle = coalesce(c.committed, c.budget)) THEN coalesce(committed, budget)
    ELSE CAST(period - INTERVAL 1 MONTH AS DATE) END AS demand_cycle
FROM (SELECT period, max(cycle) FILTER (version = 'committed' AND cycle < period) AS committed,
    max(cycle) FILTER (version = 'budget' AND cycle <= DATE '{start}') AS budget
  FROM financial_plans GROUP BY period) c
WHERE coalesce(committed, budget) IS NOT NULL AND period IN (SELECT period FROM financials)"""

# Actual less plan by account; what stock grew by, of the plan from the plan's own stock of the month before.
_ACCOUNTS = """
SELECT business_unit, region, f.period AS day, account, amount AS change, 0.0 AS planned
FROM financials f JOIN chosen USING (period)
UNION ALL SELECT business_unit, region, p.period, account, -amount, 0.0
FROM financial_plans p JOIN chosen c ON (p.version, p.cycle, p.period) = (c.version, c.cycle, c.period)
UNION ALL SELECT business_unit, region, c.period, 'opening', amount, 0.0
FROM financials f JOIN chosen c ON f.period = c.period - INTERVAL 1 MONTH WHERE account = 'inventory_value'
UNION ALL SELECT business_unit, region, c.period, 'opening', -amount, 0.0
FROM financial_plans p JOIN chosen c
  ON p.version = c.version AND p.cycle = c.cycle AND p.period = c.period - INTERVAL 1 MONTH
WHERE account = 'inventory_value'
UNION ALL SELECT business_unit, region, c.period, 'planned build', 0.0,
  CASE WHEN p.period = c.period THEN amount ELSE -amount END
FROM financial_plans p JOIN chosen c
  ON p.version = c.version AND p.cycle = c.cycle AND p.period IN (c.period, c.period - INTERVAL 1 MONTH)
WHERE account = 'inventory_value'"""

_DISCOUNTS = """
SELECT product_id, market_id, period, 1 - sum(lost) / any_value(days) AS kept FROM (
  SELECT p.product_id, p.market_id, c.period, t.day, 1 - product(1 - p.discount_rate) AS lost,
    any_value(day(last_day(c.period))) AS days
  FROM chosen c, generate_series(c.period, last_day(c.period), INTERVAL 1 DAY) t(day)
  JOIN promotions p ON t.day BETWEEN p.starts_on AND p.ends_on GROUP BY ALL) GROUP BY ALL"""

_SERIES = """
SELECT k.*, coalesce(r.unit_price, x.list_price) * coalesce(n.kept, 1) AS price,
  x.standard_cost AS cost, x.business_unit, m.region
FROM (SELECT product_id, market_id, period, sum(planned) AS planned, sum(ordered) AS ordered,
    sum(shipped) AS shipped, sum(revenue) AS revenue, sum(lost) AS lost
  FROM (SELECT product_id, market_id, period, 0 AS planned, ordered_units AS ordered,
      shipped_units AS shipped, revenue, 0 AS lost FROM demand_history JOIN chosen USING (period)
    UNION ALL SELECT product_id, market_id, d.period, units, 0, 0, 0, 0 FROM demand_plan d
      JOIN chosen c ON d.period = c.period AND d.cycle = c.demand_cycle WHERE d.version = 'consensus'
    UNION ALL SELECT product_id, market_id, date_trunc('month', day), 0, 0, 0, 0, lost * unit_price
      FROM ({lines}) WHERE due AND lost > 0 AND date_trunc('month', day) IN (SELECT period FROM chosen))
  GROUP BY ALL) k
JOIN products x USING (product_id) JOIN markets m USING (market_id)
LEFT JOIN prices r USING (product_id, market_id, period)
LEFT JOIN discount n USING (product_id, market_id, period)"""

_TERMS = """
SELECT product_id, market_id, business_unit, region, s.period AS day, -lost AS lost_sales,
  (ordered - planned) * average AS volume, revenue - shipped * price AS price,
  (ordered - planned) * (price - average) AS mix, (shipped - ordered) * price + lost AS timing,
  CASE WHEN planned = 0 AND shipped = 0 THEN 0 ELSE (shipped - planned) * cost END AS forecast_error
FROM series s JOIN (SELECT business_unit, region, period, sum(planned * price) / sum(planned) AS average
  FROM series GROUP BY ALL) a USING (business_unit, region, period)"""

_SPLIT = ("lost_sales", "volume", "price", "mix", "timing")
_OF_ACCOUNTS = {
    "revenue": {"revenue": 1},
    "cogs": {"cogs": -1},
    "promotion": {"promotion": -1},
    "expedite": {"expedite": -1},
    "operating_expense": {"operating_expense": -1},
    "inventory_build": {"inventory_value": -1, "opening": 1},
    "other": {
        "cash_in": 1,
        "cash_out": -1,
        "revenue": -1,
        "cogs": 1,
        "promotion": 1,
        "expedite": 1,
        "operating_expense": 1,
        "inventory_value": 1,
        "opening": -1,
    },
}
_OWN = frozenset({"business_unit", "region"})


def statement(question: Question, as_of: date) -> Statement | None:
    """The statement of a term of the bridge, None for other metrics."""
    if not question.metric.startswith("bridge_"):
        return None
    term = question.metric.removeprefix("bridge_")
    lines = order_lines.lines(Question("lost_sales", question.start, question.end), as_of)
    ground = f"""WITH chosen AS ({_CHOSEN.format(start=question.start)}), discount AS ({_DISCOUNTS}),
      series AS ({_SERIES.format(lines=lines)}), account AS ({_ACCOUNTS}), term AS ({_TERMS})"""
    if term in (*_SPLIT, "forecast_error"):
        return Statement(f"{ground} SELECT * FROM term", f"sum(r.{term})")
    if term == "planned_build":
        return Statement(f"{ground} SELECT * FROM account", "sum(r.planned)", own=_OWN)
    if term in _OF_ACCOUNTS:
        return Statement(f"{ground} SELECT * FROM account", f"sum(r.change * {_signs(term)})", own=_OWN)
    # What is left of revenue, or of the build, by what the orders explain of it.
    whole, explained = {
        "books": ("revenue", " + ".join(_SPLIT)),
        "supply_against_plan": ("inventory_build", "forecast_error"),
    }[term]
    rows = f"""{ground} SELECT business_unit, region, day, change * {_signs(whole, "account.")} AS part
      FROM account UNION ALL SELECT business_unit, region, day, -({explained}) FROM term"""
    return Statement(rows, "sum(r.part)", own=_OWN)


def _signs(term: str, of: str = "r.") -> str:
    cases = " ".join(f"WHEN '{account}' THEN {sign}" for account, sign in _OF_ACCOUNTS[term].items())
    return f"CASE {of}account {cases} ELSE 0 END"
