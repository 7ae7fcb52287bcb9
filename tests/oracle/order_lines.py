"""Service, cancellations, expedite cost, backlog and demand met: what order lines say."""

from __future__ import annotations

from datetime import date

from tests.oracle.question import Question
from tests.oracle.statement import Statement, column, share

MARKET = "coalesce(o.market_id, (SELECT c.market_id FROM customers c WHERE c.customer_id = o.customer_id))"
_CANCELLED = "coalesce(o.cancelled_units, 0)"
_SALES = "o.line_kind IS DISTINCT FROM 'return'"

SHIPPED = f"""
SELECT o.product_id, {MARKET} AS market_id, o.customer_id, o.site_id, o.delivered_on AS day,
  CASE WHEN o.line_kind = 'return' THEN -o.delivered_units ELSE o.delivered_units END AS shipped_units,
  CASE WHEN o.line_kind = 'return' THEN -1 ELSE 1 END * o.delivered_units * o.unit_price AS revenue
FROM order_lines o"""

_CANCELLATIONS = f"""
SELECT o.order_id, o.product_id, {MARKET} AS market_id, o.customer_id, o.site_id, o.ordered_on AS day,
  o.ordered_units, o.cancelled_units,
  CASE WHEN o.cancelled_units > 0 THEN coalesce(o.cancel_reason, 'other') END AS cancel_reason
FROM order_lines o WHERE {_SALES} AND o.cancelled_units IS NOT NULL"""

_EXPEDITE = f"""
SELECT o.product_id, {MARKET} AS market_id, o.customer_id, o.site_id, o.promised_on AS day, o.expedite_cost
FROM order_lines o WHERE {_SALES}"""


def lines(question: Question, as_of: date) -> str:
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
    FROM (SELECT o.order_id, o.product_id, {MARKET} AS market_id, o.customer_id, o.site_id, o.unit_price,
        o.{question.date_basis} AS day, o.{judged} AS judged, o.delivered_on, o.ordered_units,
        o.delivered_units, {counted} AS counted,
        o.ordered_units - CASE WHEN o.cancel_reason = 'customer' THEN {_CANCELLED} ELSE 0 END AS required,
        CASE WHEN o.cancel_reason IN ('late', 'supply') THEN 0 ELSE {_CANCELLED} END AS excused,
        o.closed_on IS NOT NULL OR o.delivered_units + {_CANCELLED} >= o.ordered_units AS closed
      FROM order_lines o WHERE {_SALES})
    WHERE required > 0 AND judged IS NOT NULL"""


def _orders(question: Question, as_of: date) -> str:
    """The lines of orders that are due as a whole, each with the verdict and the date of its order."""
    return f"""
    WITH line AS ({lines(question, as_of)}), verdict AS (
      SELECT order_id, max(day) AS day, bool_and(on_time) AS on_time, bool_and(in_full) AS in_full,
        bool_and(on_time AND complete) AS otif
      FROM line GROUP BY order_id HAVING bool_and(due))
    SELECT l.product_id, l.market_id, l.customer_id, l.site_id, v.*
    FROM line l JOIN verdict v USING (order_id)"""


def _met(question: Question, as_of: date) -> str:
    """Product × market × months with lines due, each with whether every one of them was in full."""
    return f"""
    SELECT product_id, market_id, date_trunc('month', day)::DATE AS day, bool_and(in_full) AS met
    FROM ({lines(question, as_of)}) WHERE due GROUP BY ALL"""


def _backlog(as_of: date) -> str:
    """What was missing of each line that was due at the as-of date: nothing where it was not open.

    Reading: what arrived later had not arrived; a cancellation that closed a line later had not been made.
    """
    day = f"DATE '{as_of}'"
    later = f"o.closed_on > {day} AND (o.delivered_on IS NULL OR o.delivered_on < o.closed_on)"
    return f"""
    SELECT *, CASE WHEN closed OR delivered + cancelled >= ordered_units THEN 0
      ELSE ordered_units - delivered - cancelled END AS missing
    FROM (SELECT o.product_id, {MARKET} AS market_id, o.customer_id, o.site_id, o.promised_on AS day,
        o.ordered_units, coalesce(o.closed_on <= {day}, false) AS closed,
        CASE WHEN o.delivered_on > {day} THEN 0 ELSE o.delivered_units END AS delivered,
        CASE WHEN {later} THEN 0 ELSE {_CANCELLED} END AS cancelled
      FROM order_lines o WHERE {_SALES} AND o.promised_on <= {day} AND o.ordered_on <= {day})"""


def _of_orders(verdict: str) -> str:
    return f"count(DISTINCT r.order_id) FILTER (r.{verdict}) / count(DISTINCT r.order_id)"


def _of_lines(verdict: str) -> str:
    return f"count(*) FILTER (r.due AND {verdict}) / nullif(count(*) FILTER (r.due), 0)"


_SERVICE = {
    "on_time_rate": (_of_lines("r.on_time"), _of_orders("on_time")),
    "in_full_rate": (_of_lines("r.in_full"), _of_orders("in_full")),
    "otif_rate": (_of_lines("r.on_time AND r.complete"), _of_orders("otif")),
    "line_fill_rate": (_of_lines("r.in_full"), ""),
    "order_fill_rate": ("", _of_orders("in_full")),
}
_WITH_UNITS = {
    "unit_fill_rate": share("least(r.counted, r.required) * {factor}", "r.required * {factor}"),
    "lost_sales_units": "sum(r.lost * {factor})",
}


def statement(question: Question, as_of: date) -> Statement | None:
    """The statement of a metric of order lines, None for others."""
    metric, due = question.metric, f"SELECT * FROM ({lines(question, as_of)}) WHERE due"
    if metric in _WITH_UNITS:
        return Statement(due, _WITH_UNITS[metric], adds_units=True)
    if metric in _SERVICE:
        by_line, by_order = _SERVICE[metric]
        if by_order and (question.level == "order" or not by_line):
            return Statement(_orders(question, as_of), by_order)
        return Statement(due, by_line)
    others = {
        "lost_sales": Statement(due, "sum(r.lost * r.unit_price)"),
        "expedite_cost": Statement(_EXPEDITE, "sum(r.expedite_cost)"),
        "backlog_units": Statement(_backlog(as_of), "sum(r.missing * {factor})", adds_units=True),
        "demand_met_rate": Statement(_met(question, as_of), "count(*) FILTER (r.met) / count(*)"),
        "cancelled_orders": Statement(
            _CANCELLATIONS, "count(DISTINCT r.order_id) FILTER (r.cancelled_units > 0)"
        ),
        "cancelled_units": Statement(_CANCELLATIONS, "sum(r.cancelled_units * {factor})", adds_units=True),
        "cancellation_rate": Statement(_CANCELLATIONS, _cancellation_rate(question), adds_units=True),
    }
    return others.get(metric)


def _cancellation_rate(question: Question) -> str:
    if "cancel_reason" not in question.by:
        return share("r.cancelled_units * {factor}", "r.ordered_units * {factor}")
    # By reason: over all ordered units of the scope, so that the reasons add up.
    rest = [column(name, question) for name in question.by if name != "cancel_reason"]
    over = f"OVER (PARTITION BY {', '.join(rest)})" if rest else "OVER ()"
    return f"sum(r.cancelled_units * {{factor}}) / sum(sum(r.ordered_units * {{factor}})) {over}"
