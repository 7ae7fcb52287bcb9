"""What metrics must be, in plain SQL written from the norm (metrics.md, plan-data.md) and nothing else.

It shares no code with Concord: one statement a metric, run by DuckDB on the canonical tables of a connection.
To narrow it to a person, give it a connection whose tables are views of what that person may see.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb

Answer = dict[tuple[str, ...], float | None]


class Refused(Exception):
    """The norm forbids the figure: unlike units without a factor."""


@dataclass(frozen=True)
class Question:
    """A metric over a cut.

    Attributes:
        start, end: First and last day of the window.
        by: Dimensions, as the answer contract names them.
        where: SQL condition over r (the rows), p (products), m (markets), s (sites).
    """

    metric: str
    start: date
    end: date
    by: tuple[str, ...] = ()
    where: str = "true"
    level: str = "line"
    date_basis: str = "promised_on"
    fill_basis: str = "ever"
    versions: tuple[str, ...] = ("consensus",)
    cycle: date | None = None
    lag: int | None = None
    error_level: tuple[str, ...] = ()
    weight: str = "units"
    fiscal_start: int = 1


class Oracle:
    """Answers questions by plain SQL."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, as_of: date) -> None:
        self._connection = connection
        self._as_of = as_of

    def answer(self, question: Question) -> Answer:
        """The value of each group by the ids of its members; `()` is the key of an uncut figure.

        Raises:
            Refused: Products of unlike units would be added.
        """
        rows, value, units = _statement(question, self._as_of)
        cut = [_dimension(name, question) for name in question.by]
        window = f"r.day BETWEEN DATE '{question.start}' AND DATE '{question.end}' AND ({question.where})"
        joined = f"({rows}) r {_joins(rows)}"
        factor = self._factor(joined, window, question) if units else "1"
        if question.metric in ERRORS:
            joined, window, cut = _errors(question, joined, window, cut, factor)
        keys = ", ".join(f"coalesce({column}, '(none)')" for column in cut)
        statement = f"SELECT {keys + ', ' if cut else ''}{value.replace('{factor}', factor)} FROM {joined} "
        statement += f"WHERE {window}" + (f" GROUP BY {', '.join(cut)}" if cut else "")
        found = self._connection.execute(statement).fetchall()
        return {tuple(map(str, row[:-1])): row[-1] for row in found}

    def _factor(self, joined: str, window: str, question: Question) -> str:
        """What units are multiplied by: planning units where the scope mixes units of measure."""
        kinds = f"count(DISTINCT p.unit_of_measure), count(*) FILTER (p.{_FACTOR} IS NULL)"
        found = self._connection.execute(f"SELECT {kinds} FROM {joined} WHERE {window}").fetchone()
        assert found is not None
        if found[0] <= 1:
            return "1"
        if found[1]:
            raise Refused(question.metric)
        return f"p.{_FACTOR}"


_FACTOR = "base_units_per_unit"
ERRORS = ("wmape", "forecast_accuracy", "forecast_bias")

_MARKET = "coalesce(o.market_id, (SELECT c.market_id FROM customers c WHERE c.customer_id = o.customer_id))"
_CANCELLED = "coalesce(o.cancelled_units, 0)"

_HISTORY = (
    "SELECT product_id, market_id, period AS day, ordered_units, shipped_units, revenue FROM demand_history"
)

_MARGIN = """
SELECT product_id, market_id, day, margin, CASE WHEN margin IS NOT NULL THEN revenue END AS revenue
FROM (SELECT product_id, market_id, period AS day, revenue,
    revenue - CASE WHEN shipped_units = 0 THEN 0 ELSE shipped_units * standard_cost END AS margin
  FROM demand_history JOIN products USING (product_id))"""

_SHIPPED = f"""
SELECT o.product_id, {_MARKET} AS market_id, o.customer_id, o.site_id, o.delivered_on AS day,
  CASE WHEN o.line_kind = 'return' THEN -o.delivered_units ELSE o.delivered_units END AS shipped_units,
  CASE WHEN o.line_kind = 'return' THEN -1 ELSE 1 END * o.delivered_units * o.unit_price AS revenue
FROM order_lines o"""

_CANCELLATIONS = f"""
SELECT o.order_id, o.product_id, {_MARKET} AS market_id, o.customer_id, o.site_id, o.ordered_on AS day,
  o.ordered_units, o.cancelled_units,
  CASE WHEN o.cancelled_units > 0 THEN coalesce(o.cancel_reason, 'other') END AS cancel_reason
FROM order_lines o WHERE o.line_kind IS DISTINCT FROM 'return' AND o.cancelled_units IS NOT NULL"""

_EXPEDITE = f"""
SELECT o.product_id, {_MARKET} AS market_id, o.customer_id, o.site_id, o.promised_on AS day, o.expedite_cost
FROM order_lines o WHERE o.line_kind IS DISTINCT FROM 'return'"""

_BOOK = """
SELECT business_unit, region, period AS day, account, amount FROM financials"""


def _lines(question: Question, as_of: date) -> str:
    """One row a sales line of the service basis, due or not, with its verdicts."""
    judged = "requested_on" if question.date_basis == "requested_on" else "promised_on"
    counted = "o.delivered_units"
    if question.fill_basis == "by_promise":
        counted = f"""coalesce((SELECT sum(d.units) FROM deliveries d WHERE d.order_id = o.order_id
            AND d.line_number = o.line_number AND d.delivered_on <= o.{judged}), 0)"""
    return f"""
    SELECT *, closed OR judged <= DATE '{as_of}' AS due,
      closed AND coalesce(delivered_on <= judged, false) AS on_time,
      closed AND delivered_units >= required AS complete,
      closed AND counted >= required AS in_full,
      CASE WHEN closed AND ordered_units - delivered_units - excused > 0
        THEN ordered_units - delivered_units - excused ELSE 0 END AS lost
    FROM (SELECT o.order_id, o.product_id, {_MARKET} AS market_id, o.customer_id, o.site_id, o.unit_price,
        o.{question.date_basis} AS day, o.{judged} AS judged, o.delivered_on, o.ordered_units,
        o.delivered_units, {counted} AS counted,
        o.ordered_units - CASE WHEN o.cancel_reason = 'customer' THEN {_CANCELLED} ELSE 0 END AS required,
        CASE WHEN o.cancel_reason IN ('late', 'supply') THEN 0 ELSE {_CANCELLED} END AS excused,
        o.closed_on IS NOT NULL OR o.delivered_units + {_CANCELLED} >= o.ordered_units AS closed
      FROM order_lines o WHERE o.line_kind IS DISTINCT FROM 'return')
    WHERE required > 0 AND judged IS NOT NULL"""


def _orders(question: Question, as_of: date) -> str:
    """The lines of orders that are due as a whole, each with the verdict and the date of its order."""
    return f"""
    WITH line AS ({_lines(question, as_of)}), verdict AS (
      SELECT order_id, max(day) AS day, bool_and(on_time) AS on_time, bool_and(in_full) AS in_full,
        bool_and(on_time AND complete) AS otif
      FROM line GROUP BY order_id HAVING bool_and(due))
    SELECT l.product_id, l.market_id, l.customer_id, l.site_id, v.*
    FROM line l JOIN verdict v USING (order_id)"""


def _plan(question: Question, as_of: date) -> str:
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
    return f"""SELECT d.product_id, d.market_id, d.period AS day, d.version, d.units FROM demand_plan d
        WHERE d.version IN ({versions}) AND {chosen}"""


def _against(question: Question, as_of: date) -> str:
    """Plan F and actual A of closed months that have a snapshot, at standard cost if asked by value."""
    plan = f"SELECT * FROM ({_plan(question, as_of)}) WHERE day <= DATE '{as_of}'"
    weight = "1" if question.weight == "units" else "coalesce((SELECT standard_cost FROM products x "
    weight += "" if question.weight == "units" else "WHERE x.product_id = r.product_id), 0)"
    return f"""
    WITH plan AS ({plan}), months AS (
      SELECT DISTINCT day, version FROM plan WHERE day IN (SELECT period FROM demand_history)),
    actual AS (SELECT h.product_id, h.market_id, h.period AS day, n.version, h.ordered_units
      FROM demand_history h JOIN months n ON n.day = h.period)
    SELECT r.*, {weight} * planned AS f, {weight} * ordered AS a FROM (
      SELECT coalesce(plan.product_id, actual.product_id) AS product_id,
        coalesce(plan.market_id, actual.market_id) AS market_id, coalesce(plan.day, actual.day) AS day,
        coalesce(plan.version, actual.version) AS version,
        coalesce(plan.units, 0) AS planned, coalesce(actual.ordered_units, 0) AS ordered
      FROM plan SEMI JOIN months ON months.day = plan.day AND months.version = plan.version
      FULL JOIN actual ON actual.product_id = plan.product_id AND actual.market_id = plan.market_id
        AND actual.day = plan.day AND actual.version = plan.version) r"""


def _errors(
    question: Question, joined: str, window: str, cut: list[str], factor: str
) -> tuple[str, str, list[str]]:
    """Errors are taken at the asked level and month, then summed: one more grouping below the cut."""
    level = [_dimension(name, question) for name in question.error_level or ("product", "market")]
    keys = {f"k{place}": column for place, column in enumerate(cut)}
    inner = "".join(f"{column} AS {name}, " for name, column in keys.items())
    grouped = ", ".join([*cut, *level, "r.day", "r.version"])
    rows = f"""(SELECT {inner} sum(r.f * {factor}) AS f, sum(r.a * {factor}) AS a
        FROM {joined} WHERE {window} GROUP BY {grouped}) r"""
    return rows, "true", [f"r.{name}" for name in keys]


def _stock(question: Question) -> str:
    """Stock of the last loaded month within the window, or within each bucket of time that is asked."""
    times = [_dimension(name, question).replace("r.day", "i.period") for name in question.by if name in TIMES]
    same = "".join(f" AND {time} = {time.replace('i.period', 'l.period')}" for time in times)
    return f"""SELECT i.product_id, i.site_id, i.period AS day, i.closing_units FROM inventory i
        WHERE i.period = (SELECT max(l.period) FROM inventory l
          WHERE l.period BETWEEN DATE '{question.start}' AND DATE '{question.end}'{same})"""


TIMES = ("month", "quarter", "year")


def _dimension(name: str, question: Question) -> str:
    # Shifted so that a fiscal year ends with its calendar year.
    day = f"(r.day + INTERVAL {(13 - question.fiscal_start) % 12} MONTH)"
    own = {"business_unit", "region"} if question.metric in _BOOKED else set()
    columns = {
        "product": "r.product_id",
        "family": "p.family",
        "business_unit": "p.business_unit",
        "market": "r.market_id",
        "region": "m.region",
        "channel": "m.channel",
        "customer": "r.customer_id",
        "site": "r.site_id",
        "site_region": "s.site_region",
        "cancel_reason": "r.cancel_reason",
        "version": "r.version",
        "month": "strftime(r.day, '%Y-%m')",
        "quarter": f"year({day}) || '-Q' || quarter({day})",
        "year": f"CAST(year({day}) AS VARCHAR)",
    }
    return f"r.{name}" if name in own else columns[name]


def _joins(rows: str) -> str:
    joins = {
        "product_id": "LEFT JOIN products p ON p.product_id = r.product_id",
        "market_id": "LEFT JOIN markets m ON m.market_id = r.market_id",
        "site_id": "LEFT JOIN sites s ON s.site_id = r.site_id",
    }
    return " ".join(join for key, join in joins.items() if key in rows)


def _share(top: str, bottom: str) -> str:
    return f"sum({top}) / nullif(sum({bottom}), 0)"


def _of_orders(verdict: str) -> str:
    return f"count(DISTINCT r.order_id) FILTER (r.{verdict}) / count(DISTINCT r.order_id)"


def _of_lines(verdict: str) -> str:
    return f"count(*) FILTER (r.due AND {verdict}) / nullif(count(*) FILTER (r.due), 0)"


def _booked(*signed: str) -> str:
    cases = " ".join(f"WHEN '{name[1:]}' THEN {name[0]}r.amount" for name in signed)
    return f"sum(CASE r.account {cases} ELSE 0 END)"


_GROSS = _booked("+revenue", "-cogs")
_PROFIT = _booked("+revenue", "-cogs", "-promotion", "-expedite", "-operating_expense")
_BOOKED = {
    "gross_margin": _GROSS,
    "gross_margin_rate": f"{_GROSS} / nullif({_booked('+revenue')}, 0)",
    "operating_profit": _PROFIT,
    "cash_flow": _booked("+cash_in", "-cash_out"),
}
_SERVICE = {
    "on_time_rate": (_of_lines("r.on_time"), _of_orders("on_time")),
    "in_full_rate": (_of_lines("r.in_full"), _of_orders("in_full")),
    "otif_rate": (_of_lines("r.on_time AND r.complete"), _of_orders("otif")),
    "line_fill_rate": (_of_lines("r.in_full"), ""),
    "order_fill_rate": ("", _of_orders("in_full")),
}
_WITH_UNITS = {
    "unit_fill_rate": _share("least(r.counted, r.required) * {factor}", "r.required * {factor}"),
    "lost_sales_units": "sum(r.lost * {factor})",
}
_HISTORIES = {
    "ordered_units": "sum(r.ordered_units * {factor})",
    "shipped_units": "sum(r.shipped_units * {factor})",
    "revenue": "sum(r.revenue)",
}
_MARGINS = {"standard_margin": "sum(r.margin)", "standard_margin_rate": _share("r.margin", "r.revenue")}
_ERROR_VALUES = {
    "wmape": _share("abs(r.f - r.a)", "abs(r.a)"),
    "forecast_accuracy": f"1 - {_share('abs(r.f - r.a)', 'abs(r.a)')}",
    "forecast_bias": _share("(r.f - r.a)", "r.a"),
}


def _statement(question: Question, as_of: date) -> tuple[str, str, bool]:
    """The rows, the value over them, and whether it adds units."""
    metric, due = question.metric, f"SELECT * FROM ({_lines(question, as_of)}) WHERE due"
    if metric in _HISTORIES:
        # By customer or site from the order lines, else from the history.
        rows = _SHIPPED if {"customer", "site", "site_region"} & set(question.by) else _HISTORY
        return rows, _HISTORIES[metric], metric != "revenue"
    if metric in _MARGINS:
        return _MARGIN, _MARGINS[metric], False
    if metric in _ERROR_VALUES:
        return _against(question, as_of), _ERROR_VALUES[metric], question.weight == "units"
    if metric == "demand_plan_units":
        return _plan(question, as_of), "sum(r.units * {factor})", True
    if metric == "inventory_units":
        return _stock(question), "sum(r.closing_units * {factor})", True
    if metric in _BOOKED:
        return _BOOK, _BOOKED[metric], False
    if metric == "expedite_cost":
        return _EXPEDITE, "sum(r.expedite_cost)", False
    if metric in ("cancelled_units", "cancelled_orders", "cancellation_rate"):
        return _CANCELLATIONS, _cancelled(question), metric != "cancelled_orders"
    if metric in _WITH_UNITS:
        return due, _WITH_UNITS[metric], True
    if metric == "lost_sales":
        return due, "sum(r.lost * r.unit_price)", False
    by_line, by_order = _SERVICE[metric]
    if by_order and (question.level == "order" or not by_line):
        return _orders(question, as_of), by_order, False
    return due, by_line, False


def _cancelled(question: Question) -> str:
    if question.metric == "cancelled_orders":
        return "count(DISTINCT r.order_id) FILTER (r.cancelled_units > 0)"
    if question.metric == "cancelled_units":
        return "sum(r.cancelled_units * {factor})"
    if "cancel_reason" not in question.by:
        return _share("r.cancelled_units * {factor}", "r.ordered_units * {factor}")
    # By reason: over all ordered units of the scope, so that the reasons add up.
    rest = [_dimension(name, question) for name in question.by if name != "cancel_reason"]
    over = f"OVER (PARTITION BY {', '.join(rest)})" if rest else "OVER ()"
    return f"sum(r.cancelled_units * {{factor}}) / sum(sum(r.ordered_units * {{factor}})) {over}"
