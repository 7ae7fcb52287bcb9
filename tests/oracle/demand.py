"""Actual demand, the demand plan and its errors, market share."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tests.oracle.order_lines import SHIPPED
from tests.oracle.question import Question
from tests.oracle.statement import Statement, share

STAIRSTEP = ("naive", "statistical", "sales", "marketing", "consensus")
_FROM_LINES = frozenset({"customer", "site", "site_kind", "site_region"})

HISTORY = (
    "SELECT product_id, market_id, period AS day, ordered_units, shipped_units, revenue FROM demand_history"
)


def _margin(shipped: str) -> str:
    """Revenue less what was shipped at standard cost; unknown where the cost is."""
    return f"""
    SELECT h.* EXCLUDE (revenue), margin, CASE WHEN margin IS NOT NULL THEN h.revenue END AS revenue
    FROM (SELECT x.*, x.revenue - CASE WHEN x.shipped_units = 0 THEN 0
        ELSE x.shipped_units * c.standard_cost END AS margin
      FROM ({shipped}) x JOIN products c ON c.product_id = x.product_id) h"""


_LAG = "CAST(datediff('month', {0}.cycle, {0}.period) AS VARCHAR)"


def plan(question: Question, as_of: date) -> str:
    """The demand plan: an asked cycle or lag, else lag 1 for closed months and the latest cycle ahead."""
    versions = ", ".join(f"'{version}'" for version in question.versions)
    lag = f"datediff('month', d.cycle, d.period) = {1 if question.lag is None else question.lag}"
    latest = f"""d.cycle = (SELECT max(cycle) FROM demand_plan
        WHERE version = d.version AND cycle <= DATE '{as_of}')"""
    chosen = f"CASE WHEN d.period <= DATE '{as_of}' THEN {lag} ELSE {latest} END"
    if question.cycle:
        chosen = f"d.cycle = DATE '{question.cycle}'"
    elif question.lag is not None:
        chosen = lag
    elif "lag" in question.dimensions:
        chosen = "d.cycle <= d.period"  # nothing chosen: all lags side by side
    return f"""SELECT d.product_id, d.market_id, d.period AS day, d.version,
          {_LAG.format("d")} AS lag, d.units, d.units_p10, d.units_p90
        FROM demand_plan d WHERE d.version IN ({versions}) AND {chosen}"""


# The share of the price that is left after promotions, day by day, as the mean over the days of a month.
_KEPT = """
SELECT product_id, market_id, date_trunc('month', day)::DATE AS period,
  1 - sum(1 - kept) / day(last_day(min(day))) AS kept
FROM (SELECT product_id, market_id, day, product(1 - discount_rate) AS kept
  FROM (SELECT product_id, market_id, discount_rate,
      unnest(generate_series(starts_on, ends_on, INTERVAL 1 DAY))::DATE AS day FROM promotions)
  GROUP BY ALL)
GROUP BY product_id, market_id, date_trunc('month', day)"""


def plan_revenue(question: Question, as_of: date) -> str:
    """The demand plan at planned prices (else the list price) less discounts."""
    return f"""
    SELECT d.*, d.units * coalesce(pr.unit_price, x.list_price) * coalesce(k.kept, 1) AS revenue
    FROM ({plan(question, as_of)}) d JOIN products x ON x.product_id = d.product_id
    LEFT JOIN prices pr ON pr.product_id = d.product_id AND pr.market_id = d.market_id AND pr.period = d.day
    LEFT JOIN ({_KEPT}) k ON k.product_id = d.product_id AND k.market_id = d.market_id AND k.period = d.day"""


def against(question: Question, as_of: date) -> str:
    """Plan F and actual A of closed months that have a snapshot, at standard cost if asked by value."""
    planned = f"SELECT * FROM ({plan(question, as_of)}) WHERE day <= DATE '{as_of}'"
    weight = "1" if question.weight == "units" else "coalesce((SELECT standard_cost FROM products x "
    weight += "" if question.weight == "units" else "WHERE x.product_id = r.product_id), 0)"
    return f"""
    WITH plan AS ({planned}), months AS (
      SELECT DISTINCT day, version, lag FROM plan WHERE day IN (SELECT period FROM demand_history)),
    actual AS (SELECT h.product_id, h.market_id, h.period AS day, n.version, n.lag, h.ordered_units
      FROM demand_history h JOIN months n ON n.day = h.period)
    SELECT r.*, {weight} * planned AS f, {weight} * ordered AS a FROM (
      SELECT coalesce(plan.product_id, actual.product_id) AS product_id,
        coalesce(plan.market_id, actual.market_id) AS market_id, coalesce(plan.day, actual.day) AS day,
        coalesce(plan.version, actual.version) AS version, coalesce(plan.lag, actual.lag) AS lag,
        coalesce(plan.units, 0) AS planned, coalesce(actual.ordered_units, 0) AS ordered
      FROM plan SEMI JOIN months ON months.day = plan.day AND months.version = plan.version
      FULL JOIN actual ON actual.product_id = plan.product_id AND actual.market_id = plan.market_id
        AND actual.day = plan.day AND actual.version = plan.version AND actual.lag = plan.lag) r"""


def common_keys(question: Question, as_of: date) -> str:
    """Plan and actual on the keys that all versions shown hold, actuals without a row as 0."""
    return f"""
    WITH plan AS (SELECT *, count(*) OVER (PARTITION BY product_id, market_id, day, lag) AS held
      FROM ({plan(question, as_of)}) WHERE day <= DATE '{as_of}'
        AND day IN (SELECT period FROM demand_history))
    SELECT plan.product_id, plan.market_id, plan.day, plan.version, plan.lag, plan.units AS f,
      coalesce(h.ordered_units, 0) AS a
    FROM plan LEFT JOIN demand_history h ON h.product_id = plan.product_id
      AND h.market_id = plan.market_id AND h.period = plan.day
    WHERE held = {len(question.versions)}"""


def _with_scale(question: Question, as_of: date, power: int) -> str:
    """Plan, actual and each series' seasonal-naive error on its actuals before the window.

    All calendar months from the first actual to the window count, a missing one as 0; series with fewer than
    13 of them are left out.
    """
    before = f"DATE '{question.start}' - INTERVAL 1 MONTH"
    return f"""
    WITH span AS (SELECT product_id, market_id, min(period) AS first FROM demand_history GROUP BY ALL),
    month AS (SELECT product_id, market_id,
        unnest(generate_series(first, {before}, INTERVAL 1 MONTH))::DATE AS t
      FROM span WHERE first <= {before}),
    filled AS (SELECT n.*, coalesce(h.ordered_units, 0) AS y FROM month n LEFT JOIN demand_history h
      ON h.product_id = n.product_id AND h.market_id = n.market_id AND h.period = n.t),
    lagged AS (SELECT *, lag(y, 12) OVER (PARTITION BY product_id, market_id ORDER BY t) AS ago FROM filled),
    scale AS (SELECT product_id, market_id, avg(abs(y - ago) ** {power}) AS scale FROM lagged
      GROUP BY ALL HAVING count(*) >= 13)
    SELECT e.*, scale.scale FROM ({against(question, as_of)}) e
    LEFT JOIN scale ON scale.product_id = e.product_id AND scale.market_id = e.market_id"""


# Both sides only where market_size has the family, market and month; its units are planning units.
_MARKET_SHARE = """
WITH size AS (SELECT z.*, (SELECT min(x.business_unit) FROM products x WHERE x.family = z.family)
  AS business_unit FROM market_size z WHERE z.{size} IS NOT NULL)
SELECT z.family, z.business_unit, z.market_id, z.period AS day, h.{own} AS own, 0 AS market
FROM (SELECT x.family, d.market_id, d.period, d.shipped_units * x.base_units_per_unit AS units,
    d.revenue AS value
  FROM demand_history d JOIN products x USING (product_id)) h
JOIN size z ON z.family = h.family AND z.market_id = h.market_id AND z.period = h.period
UNION ALL SELECT family, business_unit, market_id, period, 0, {size} FROM size"""

_HISTORIES = {
    "ordered_units": "sum(r.ordered_units * {factor})",
    "shipped_units": "sum(r.shipped_units * {factor})",
    "revenue": "sum(r.revenue)",
}
_MARGINS = {"standard_margin": "sum(r.margin)", "standard_margin_rate": share("r.margin", "r.revenue")}
_ERRORS = {
    "wmape": share("abs(r.f - r.a)", "abs(r.a)"),
    "forecast_accuracy": f"1 - {share('abs(r.f - r.a)', 'abs(r.a)')}",
    "forecast_bias": share("(r.f - r.a)", "r.a"),
    "mae": "avg(abs(r.f - r.a))",
    "rmse": "sqrt(avg((r.f - r.a) ** 2))",
}
_SCALED = {
    "mase": (1, "avg(abs(r.f - r.a)) / nullif(min(r.scale), 0)"),
    "rmsse": (2, "sqrt(avg((r.f - r.a) ** 2) / nullif(min(r.scale), 0))"),
}
_OVERRIDDEN = """
SELECT s.product_id, s.market_id, s.day, s.lag, c.version, c.units AS after, s.units AS before,
  coalesce(h.ordered_units, 0) AS a
FROM ({plans}) s JOIN ({plans}) c
  ON c.product_id = s.product_id AND c.market_id = s.market_id AND c.day = s.day AND c.lag = s.lag
LEFT JOIN demand_history h ON h.product_id = s.product_id AND h.market_id = s.market_id AND h.period = s.day
WHERE s.version = 'statistical' AND c.version <> 'statistical' AND s.day <= DATE '{as_of}'
  AND s.day IN (SELECT period FROM demand_history)"""
_BY_AUTHOR = """
SELECT j.product_id, j.market_id, j.period AS day, j.author, j.version, {lag_of} AS lag,
  j.units_after AS after, j.units_before AS before, coalesce(h.ordered_units, 0) AS a
FROM adjustments j LEFT JOIN demand_history h ON h.product_id = j.product_id AND h.market_id = j.market_id
  AND h.period = j.period
WHERE {chosen} AND j.period <= DATE '{as_of}'
  AND j.period IN (SELECT period FROM demand_history)"""
_ABOVE_5_PERCENT = "20 * abs(r.after - r.before) > abs(r.before)"
_WINS = share(
    f"CASE WHEN {_ABOVE_5_PERCENT} AND abs(r.after - r.a) < abs(r.before - r.a) THEN 1 ELSE 0 END",
    f"CASE WHEN {_ABOVE_5_PERCENT} THEN 1 ELSE 0 END",
)


def statement(question: Question, as_of: date) -> Statement | None:
    """The statement of a metric of demand, None for others."""
    metric = question.metric
    shipped = SHIPPED if _FROM_LINES & question.dimensions else HISTORY
    if metric in _HISTORIES:
        return Statement(shipped, _HISTORIES[metric], adds_units=metric != "revenue")
    if metric in _MARGINS:
        return Statement(_margin(shipped), _MARGINS[metric])
    if metric == "demand_plan_units":
        return Statement(plan(question, as_of), "sum(r.units * {factor})", adds_units=True)
    if metric == "demand_plan_revenue":
        return Statement(plan_revenue(question, as_of), "sum(r.revenue)")
    if metric in ("market_share_units", "market_share_value"):
        size, own = ("units", "units") if metric.endswith("units") else ("value", "value")
        rows = _MARKET_SHARE.format(size=size, own=own)
        return Statement(rows, share("r.own", "r.market"), own=frozenset({"family", "business_unit"}))
    return _error_statement(question, as_of)


def _error_statement(question: Question, as_of: date) -> Statement | None:
    metric, own = question.metric, frozenset({"version", "lag"})
    in_units = question.weight == "units"
    if metric in _ERRORS:
        return Statement(against(question, as_of), _ERRORS[metric], in_units, own, by_error=True)
    if metric == "mape":
        one = "avg(abs(r.f - r.a) / abs(r.a)) FILTER (r.a <> 0)"
        return Statement(against(question, as_of), "avg(r.one)", own=own, series=one)
    if metric in _SCALED:
        power, one = _SCALED[metric]
        return Statement(_with_scale(question, as_of, power), "avg(r.one)", own=own, series=one)
    if metric == "interval_coverage":
        return Statement(_covered(question, as_of), share("r.covered", "1"))
    if metric == "override_win_rate":
        if "author" in question.dimensions:
            lag = _LAG.format("j")
            chosen = f"{lag} = '{question.lag or 1}'"
            if "lag" in question.dimensions:
                chosen = "j.cycle <= j.period"
            return Statement(_BY_AUTHOR.format(lag_of=lag, chosen=chosen, as_of=as_of), _WINS)
        later = STAIRSTEP[2:] if "version" in question.dimensions else ("consensus",)
        plans = plan(_in_versions(question, "statistical", *later), as_of)
        return Statement(_OVERRIDDEN.format(plans=plans, as_of=as_of), _WINS)
    return None


def _covered(question: Question, as_of: date) -> str:
    """Actuals that have a range of the statistical plan, and whether they lie within it, ends included.

    Reading: here too a month without an actual row is A = 0.
    """
    planned = plan(_in_versions(question, "statistical"), as_of)
    if "lag" in question.dimensions:
        planned = """SELECT *, period AS day, CAST(datediff('month', cycle, period) AS VARCHAR) AS lag
            FROM demand_plan WHERE version = 'statistical'"""
    return f"""
    SELECT d.*, CASE WHEN coalesce(h.ordered_units, 0) BETWEEN d.units_p10 AND d.units_p90
      THEN 1 ELSE 0 END AS covered
    FROM ({planned}) d LEFT JOIN demand_history h
      ON h.product_id = d.product_id AND h.market_id = d.market_id AND h.period = d.day
    WHERE d.units_p10 IS NOT NULL AND d.units_p90 IS NOT NULL AND d.day <= DATE '{as_of}'
      AND d.day IN (SELECT period FROM demand_history)"""


def _in_versions(question: Question, *versions: str) -> Question:
    return replace(question, versions=versions)
