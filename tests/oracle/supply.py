"""Production, the supply plan, stock, capacity and suppliers."""

from __future__ import annotations

from datetime import date

from tests.oracle import demand
from tests.oracle.order_lines import SHIPPED
from tests.oracle.question import Question, months_later, next_month
from tests.oracle.statement import Statement, share

_SITES = frozenset({"site", "site_kind", "site_region"})


def plan(question: Question, as_of: date) -> str:
    """The supply plan: `approved` where the cycle has it, else `proposed`, or both side by side.

    Cycles are chosen as for the demand plan.
    """
    lag = f"datediff('month', s.cycle, s.period) = {1 if question.lag is None else question.lag}"
    each = ", version" if "version" in question.dimensions else ""
    approved = "CASE WHEN bool_or(version = 'approved') THEN 'approved' ELSE 'proposed' END"
    version = "version" if each else approved
    of_version = "AND o.version = s.version" if each else ""
    latest = f"s.cycle = (SELECT max(o.cycle) FROM offered o WHERE o.cycle <= DATE '{as_of}' {of_version})"
    chosen = f"CASE WHEN s.period <= DATE '{as_of}' THEN {lag} ELSE {latest} END"
    if question.cycle:
        chosen = f"s.cycle = DATE '{question.cycle}'"
    elif question.lag is not None:
        chosen = lag
    return f"""
    WITH offered AS (SELECT cycle, {version} AS version FROM supply_plan
      WHERE version IN ('approved', 'proposed') GROUP BY cycle{each})
    SELECT s.*, s.period AS day FROM supply_plan s JOIN offered USING (cycle, version) WHERE {chosen}"""


def _attained(question: Question, as_of: date) -> str:
    """Planned months of closed months for which production is loaded, output without a row as 0."""
    return f"""
    SELECT s.version, s.product_id, s.site_id, s.day, s.production_units AS planned,
      coalesce(p.units, 0) AS made
    FROM ({plan(question, as_of)}) s LEFT JOIN production p
      ON p.product_id = s.product_id AND p.site_id = s.site_id AND p.period = s.day
    WHERE s.production_units IS NOT NULL AND s.day <= DATE '{as_of}'
      AND s.day IN (SELECT period FROM production)"""


# A product's hours fall on the resources at the site that makes it; alternatives of one operation share them
# in proportion to their available hours.
_HOURS = """
WITH made AS (
  SELECT product_id, site_id, period, units FROM production WHERE period <= DATE '{as_of}'
  UNION ALL SELECT product_id, site_id, period, production_units FROM ({plan}) WHERE period > DATE '{as_of}'),
alternative AS (
  SELECT t.*, e.site_id, c.period,
    c.available_hours / nullif(sum(c.available_hours)
      OVER (PARTITION BY t.product_id, t.operation, e.site_id, c.period), 0) AS part
  FROM routings t JOIN resources e USING (resource_id) JOIN capacity c USING (resource_id))
SELECT a.resource_id, a.site_id, a.period AS day, made.units * a.part * a.hours_per_unit AS required,
  0 AS available
FROM made JOIN alternative a
  ON a.product_id = made.product_id AND a.site_id = made.site_id AND a.period = made.period
UNION ALL SELECT c.resource_id, e.site_id, c.period, 0, c.available_hours
FROM capacity c JOIN resources e USING (resource_id)"""

_PLANNED_SUPPLY = """
SELECT product_id, day, sum(coalesce(production_units, 0) + coalesce(purchase_units, 0)) AS planned
FROM ({plan}) GROUP BY product_id, day"""

# A supplier without a limit row is not limited; alternatives add, the smallest component binds.
_COVERED = """
WITH planned AS ({planned}),
limited AS (SELECT DISTINCT product_id, period FROM supplier_limits),
component AS (
  SELECT l.product_id, l.period, s.component, sum(coalesce(x.max_units, 'Infinity'::DOUBLE)) AS allowed
  FROM limited l JOIN sourcing s USING (product_id) LEFT JOIN supplier_limits x
    ON x.supplier_id = s.supplier_id AND x.product_id = l.product_id AND x.period = l.period
  GROUP BY ALL),
allowed AS (SELECT product_id, period, min(allowed) AS allowed FROM component GROUP BY ALL)
SELECT planned.product_id, planned.day, planned.planned, least(allowed.allowed, planned.planned) AS covered
FROM planned JOIN allowed ON allowed.product_id = planned.product_id AND allowed.period = planned.day"""
_COVERED_BY_SUPPLIER = """
SELECT planned.product_id, x.supplier_id, planned.day, planned.planned,
  least(x.max_units, planned.planned) AS covered
FROM ({planned}) planned JOIN supplier_limits x
  ON x.product_id = planned.product_id AND x.period = planned.day"""

_COST = "(SELECT x.standard_cost FROM products x WHERE x.product_id = t.product_id)"


def _coverage(question: Question, as_of: date) -> str:
    planned = _PLANNED_SUPPLY.format(plan=plan(question, as_of))
    rows = _COVERED_BY_SUPPLIER if "supplier" in question.dimensions else _COVERED
    return rows.format(planned=planned)


def closing_month(question: Question) -> str:
    """SQL of the last month of the window for which stock is loaded."""
    return f"""(SELECT max(period) FROM inventory
        WHERE period BETWEEN DATE '{question.start}' AND DATE '{question.end}')"""


def _stock(question: Question) -> str:
    return f"""SELECT t.product_id, t.site_id, t.period AS day, t.closing_units, {_COST} AS cost
        FROM inventory t WHERE t.period = {closing_month(question)}"""


def _against_plan(question: Question, as_of: date) -> str:
    """Closing stock beside the closing that was planned for it at the lag."""
    return f"""
    SELECT t.version, t.product_id, t.site_id, t.day, t.closing_inventory_units AS wanted,
      coalesce(i.closing_units, 0) AS held, {_COST} AS cost
    FROM ({plan(question, as_of)}) t LEFT JOIN inventory i
      ON i.product_id = t.product_id AND i.site_id = t.site_id AND i.period = t.day
    WHERE t.closing_inventory_units IS NOT NULL AND t.day = {closing_month(question)}"""


def _against_target(question: Question) -> str:
    """Closing stock beside its target, which the cycle of lag 1 set."""
    return f"""
    SELECT t.product_id, t.site_id, t.period AS day, t.target_units AS wanted,
      coalesce(i.closing_units, 0) AS held, {_COST} AS cost
    FROM inventory_targets t LEFT JOIN inventory i
      ON i.product_id = t.product_id AND i.site_id = t.site_id AND i.period = t.period
    WHERE t.target_units IS NOT NULL AND t.period = {closing_month(question)}
      AND datediff('month', t.cycle, t.period) = {1 if question.lag is None else question.lag}"""


# Reading: where the formula is in units, one product's ratio is (its cost falls out); that of several is at
# standard cost. Where the formula itself is at standard cost, a product without one has no figure.
def _at_cost(ratio: str) -> str:
    """Stock ratios over several products are at standard cost; that of one product is in its units."""
    in_units, valued = ratio.replace("$", "1"), ratio.replace("$", "r.cost")
    return f"CASE WHEN count(DISTINCT r.product_id) = 1 THEN {in_units} ELSE {valued} END"


def _supplied(question: Question) -> str:
    """Closing stock, and what was shipped a day in the three months that end with it."""
    closing = closing_month(question)
    first, last = f"{closing} - INTERVAL 2 MONTH", f"last_day({closing})"
    shipped = SHIPPED if _SITES & question.dimensions else demand.HISTORY
    site = "t.site_id" if _SITES & question.dimensions else "NULL"
    days = f"(datediff('day', {first}, {last}) + 1)"
    return f"""
    SELECT product_id, site_id, day, closing_units AS held, 0 AS daily, cost FROM ({_stock(question)})
    UNION ALL SELECT t.product_id, {site}, {closing}, 0, t.shipped_units / {days}, {_COST}
    FROM ({shipped}) t WHERE t.day BETWEEN {first} AND {last}"""


def _covering(question: Question, as_of: date) -> str:
    """Closing stock, and the demand plan a day of the three months after it.

    Reading: the plan of those of the three months that are closed by now is the one at lag 1.
    """
    closing = closing_month(question)
    window = f"BETWEEN {closing} + INTERVAL 1 MONTH AND {closing} + INTERVAL 3 MONTH"
    days = f"datediff('day', {closing} + INTERVAL 1 MONTH, {closing} + INTERVAL 4 MONTH)"
    return f"""
    SELECT product_id, day, closing_units AS held, 0 AS daily, cost FROM ({_stock(question)})
    UNION ALL SELECT t.product_id, {closing}, 0, t.units / {days}, {_COST}
    FROM ({demand.plan(question, as_of)}) t WHERE t.day {window}"""


def _turned(question: Question) -> str:
    """What was shipped, as of a year, and stock as a mean of the months of the window."""
    months = len(question.months())
    loaded = f"""(SELECT count(DISTINCT period) FROM inventory
        WHERE period BETWEEN DATE '{question.start}' AND DATE '{question.end}')"""
    shipped = SHIPPED if _SITES & question.dimensions else demand.HISTORY
    site = "t.site_id" if _SITES & question.dimensions else "NULL"
    return f"""
    SELECT t.product_id, t.site_id, t.period AS day, t.closing_units / {loaded} AS held, 0 AS yearly,
      {_COST} AS cost FROM inventory t
    UNION ALL SELECT t.product_id, {site}, t.day, 0, t.shipped_units * 12 / {months}, {_COST}
    FROM ({shipped}) t"""


PER_WINDOW = (
    "inventory_units",
    "inventory_value",
    "inventory_vs_plan",
    "inventory_vs_target",
    "days_of_supply",
    "forward_cover_days",
    "inventory_turns",
)
"""Metrics whose figure of a bucket of time is that of the bucket as a window."""

_MORE = "sum((r.held - r.wanted) * $) / nullif(sum(r.wanted * $), 0)"


def statement(question: Question, as_of: date) -> Statement | None:
    """The statement of a metric of supply, None for others."""
    metric = question.metric
    if metric == "inventory_units":
        return Statement(_stock(question), "sum(r.closing_units * {factor})", adds_units=True)
    if metric == "inventory_value":
        return Statement(_stock(question), "sum(r.closing_units * r.cost)")
    if metric == "inventory_vs_plan":
        return Statement(_against_plan(question, as_of), _at_cost(_MORE))
    if metric == "inventory_vs_target":
        return Statement(_against_target(question), _at_cost(_MORE))
    if metric == "days_of_supply":
        return Statement(_supplied(question), _at_cost("sum(r.held * $) / nullif(sum(r.daily * $), 0)"))
    if metric == "forward_cover_days":
        return Statement(
            _covering(question, as_of), _at_cost("sum(r.held * $) / nullif(sum(r.daily * $), 0)")
        )
    if metric == "inventory_turns":
        return Statement(_turned(question), _at_cost("sum(r.yearly * $) / nullif(sum(r.held * $), 0)"))
    return _flow(question, as_of)


def _flow(question: Question, as_of: date) -> Statement | None:
    metric = question.metric
    planned = plan(question, as_of)
    if metric == "production_units":
        return Statement(
            "SELECT *, period AS day FROM production", "sum(r.units * {factor})", adds_units=True
        )
    if metric == "production_plan_units":
        return Statement(planned, "sum(r.production_units * {factor})", adds_units=True)
    if metric == "production_plan_attainment":
        value = share("r.made * {factor}", "r.planned * {factor}")
        return Statement(_attained(question, as_of), value, adds_units=True)
    if metric == "schedule_adherence":
        value = share("least(r.made, r.planned) * {factor}", "r.planned * {factor}")
        return Statement(_attained(question, as_of), value, adds_units=True)
    if metric == "capacity_utilisation":
        rows = _HOURS.format(as_of=as_of, plan=planned)
        return Statement(rows, share("r.required", "r.available"))
    if metric == "manufacturing_cost":
        rows = f"SELECT *, period AS day, coalesce(cost, units * {_COST}) AS spent FROM production t"
        return Statement(rows, "sum(r.spent)")
    if metric == "planned_manufacturing_cost":
        return Statement(f"SELECT *, production_units * {_COST} AS spent FROM ({planned}) t", "sum(r.spent)")
    if metric == "supplier_coverage":
        value = share("r.covered * {factor}", "r.planned * {factor}")
        return Statement(_coverage(question, as_of), value, adds_units=True)
    return None


Rows = list[tuple[str, date, float, float]]


def gaps(
    rows: Rows, opening: dict[str, float], as_of: date, *, backlog: bool
) -> list[tuple[str, date, float]]:
    """The shortfall of each product and month after the as-of date, month by month by hand.

    Args:
        rows: Product, month, demand plan, planned supply; in any order.
        opening: Stock of each product at the as-of date.
        as_of: The as-of date.
        backlog: Whether a shortfall is carried on. Reading: then stock goes on below 0.
    """
    by_key = {(product, month): (wanted, supplied) for product, month, wanted, supplied in rows}
    if not by_key:
        return []
    last, found = max(month for _, month in by_key), []
    for product in sorted({product for product, _ in by_key}):
        stock, month = opening.get(product, 0.0), next_month(as_of.replace(day=1))
        while month <= last:
            wanted, supplied = by_key.get((product, month), (0.0, 0.0))
            left = stock + supplied - wanted
            found.append((product, month, max(0.0, -left)))
            stock = left if backlog else max(0.0, left)
            month = months_later(month, 1)
    return found
