"""The order book as a company would export it: order_lines and demand_history."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from connectors.demo.arrays import Days, Floats, Ints, sum_into
from connectors.demo.catalog import WAREHOUSES, Catalog
from connectors.demo.execution import Draws, History
from connectors.demo.orders import REASONS, Lines
from connectors.demo.timeline import AS_OF, CLOSED, LAST_DAY, month_number, month_start, stream

_SEVERE = 0.12
_NEW_ERP = 12
_UNKNOWN_CANCELLATION = 0.012
_NO_MARKET = 0.002
_NO_CUSTOMER = 0.0006
_NO_REASON = 0.06


@dataclass(frozen=True)
class OrderBook:
    """The frames, and the same by line for those who count further.

    Attributes:
        order_lines: Canonical table.
        demand_history: Canonical table.
        ordered: Units by closed month and series (48 × S), less customer cancellations.
        shipped: Units by delivery month, less returns (48 × S).
        revenue: Money by delivery month, less returns (48 × S).
        lost_units: Lost sales of closed lines by promised month (48 × S).
        lost_value: The same × unit price.
        expedite: Expedite cost by promised month (48 × S).
        due: Lines due by promised month (48 × S), without those wholly cancelled by the customer.
        good: Of these, lines on time and in full.
    """

    order_lines: pd.DataFrame
    demand_history: pd.DataFrame
    ordered: Floats
    shipped: Floats
    revenue: Floats
    lost_units: Floats
    lost_value: Floats
    expedite: Floats
    due: Floats
    good: Floats


@dataclass(frozen=True)
class Outcome:
    """What became of each sales line by the last day of the data.

    Attributes:
        delivered: Units delivered.
        last_day: Day of the last delivery, NaT without one.
        cancelled: Units cancelled, for whatever reason.
        reason: Row of `REASONS`, -1 for none.
        closed: Day of closing, NaT while open.
        expedite: Money.
    """

    delivered: Ints
    last_day: Days
    cancelled: Ints
    reason: Ints
    closed: Days
    expedite: Floats


def build_order_book(catalog: Catalog, lines: Lines, luck: Draws, history: History, seed: int) -> OrderBook:
    """Frames and sums of all that was ordered, delivered and returned."""
    rng = stream(seed, "order book")
    outcome = outcomes(lines, luck, history, rng)
    sales = _sales_frame(catalog, lines, outcome, rng)
    returns = _returns_frame(catalog, lines, history)
    sums = _sums(catalog, lines, outcome, history)
    order_lines = pd.concat([sales, returns], ignore_index=True)
    service = _service(lines, outcome, len(catalog.series_product))
    return OrderBook(order_lines, _history_frame(catalog, *sums[:3]), *sums, *service)


def outcomes(lines: Lines, luck: Draws, history: History, rng: np.random.Generator) -> Outcome:
    """Each line's state on the last day of the data."""
    line, day, units, waited = history.deliveries.joined()
    count = len(lines)
    delivered = np.bincount(line, units, count).astype(np.int64)
    last_day = np.full(count, np.datetime64("NaT"), dtype="datetime64[D]")
    order = np.argsort(day, kind="stable")
    last_day[line[order]] = day[order]
    missing = lines.units - lines.cancelled - delivered
    gone = (history.given_up <= LAST_DAY) & (missing > 0)
    kind = rng.random(count)
    late = REASONS.index("late")
    # Short lines are cancelled as late or for supply; the rest is closed short without a cancellation.
    # A line holds one reason: where the customer had cancelled a part, the rest is closed short.
    open_to = gone & (lines.reason < 0)
    given = np.select([open_to & (kind < 0.55), open_to & (kind < 0.82)], [late, REASONS.index("supply")], -1)
    cancelled = lines.cancelled + np.where(given >= 0, missing, 0)
    reason = np.where(lines.reason >= 0, lines.reason, given)
    complete = missing <= 0
    finished = np.where(np.isnat(last_day), np.minimum(lines.promised, LAST_DAY), last_day)
    closed = np.where(complete, finished, np.where(gone, history.given_up, np.datetime64("NaT")))
    return Outcome(
        delivered, last_day, cancelled, reason, closed, _expedite(lines, luck, history, line[waited])
    )


def _expedite(lines: Lines, luck: Draws, history: History, waited: Ints) -> Floats:
    """Cost of hurrying lines that had waited: more often where much was missing."""
    after_wait = np.zeros(len(lines), dtype=bool)
    after_wait[waited] = True
    severity = history.severity[np.minimum(lines.month, CLOSED), lines.group]
    chance = np.where(severity > _SEVERE, 0.75, 0.30)
    hurried = np.where(after_wait, luck.expedited < chance, luck.expedited < 0.008)
    cost = lines.units * lines.price * luck.expedite_rate
    return np.where(hurried & (lines.promised <= LAST_DAY), np.round(cost, 2), 0.0)


def _ids(prefix: str, numbers: Ints, width: int) -> pd.Series[str]:
    return prefix + pd.Series(numbers).astype(str).str.zfill(width)


def _dates(days: Days) -> Days:
    return days.astype("datetime64[ns]")


def customer_ids(catalog: Catalog) -> list[str]:
    """Ids of the customers, in the order of the markets; leading zeros are kept."""
    count = sum(len(names) for names in catalog.raw["customers"].values())
    return [f"{number:04d}" for number in range(1, count + 1)]


def _sales_frame(catalog: Catalog, lines: Lines, outcome: Outcome, rng: np.random.Generator) -> pd.DataFrame:
    market_ids = catalog.markets["market_id"].to_numpy(object)
    warehouses = np.array([s["id"] for s in catalog.raw["sites"] if s["kind"] == "warehouse"], dtype=object)
    reason = np.array([*REASONS, None], dtype=object)[outcome.reason]
    frame = pd.DataFrame(
        {
            "order_id": _ids("", lines.order + 1, 8),
            "line_number": lines.line,
            "line_kind": "sale",
            "customer_id": np.array(customer_ids(catalog), dtype=object)[lines.customer],
            "market_id": market_ids[catalog.series_market[lines.series]],
            "product_id": catalog.products["product_id"].to_numpy(object)[
                catalog.series_product[lines.series]
            ],
            "site_id": warehouses[lines.group % WAREHOUSES],
            "ordered_on": _dates(lines.ordered),
            "requested_on": _dates(lines.requested),
            "promised_on": _dates(lines.promised),
            "delivered_on": _dates(outcome.last_day),
            "closed_on": _dates(outcome.closed),
            "ordered_units": lines.units.astype(float),
            "delivered_units": outcome.delivered.astype(float),
            "cancelled_units": outcome.cancelled.astype(float),
            "cancel_reason": reason,
            "unit_price": lines.price,
            "expedite_cost": outcome.expedite,
        }
    )
    return _with_rough_edges(frame, lines, outcome, rng)


def _with_rough_edges(
    frame: pd.DataFrame, lines: Lines, outcome: Outcome, rng: np.random.Generator
) -> pd.DataFrame:
    """Nulls as real exports have them; none of them changes what a figure is by the rules."""
    draw = rng.random(len(frame))
    frame.loc[(draw < _UNKNOWN_CANCELLATION) & (outcome.cancelled == 0), "cancelled_units"] = np.nan
    frame.loc[(draw < _NO_REASON) & (frame["cancel_reason"] == "other"), "cancel_reason"] = None
    frame.loc[rng.random(len(frame)) < _NO_MARKET, "market_id"] = None
    nobody = (rng.random(len(frame)) < _NO_CUSTOMER) & frame["market_id"].notna()
    frame.loc[nobody, "customer_id"] = None
    # The old system did not record when a complete line was closed.
    old = (lines.month < _NEW_ERP) & (outcome.delivered + outcome.cancelled >= lines.units)
    frame.loc[old, "closed_on"] = pd.NaT
    return frame


def _returns_frame(catalog: Catalog, lines: Lines, history: History) -> pd.DataFrame:
    line, day, units, _ = history.returns.joined()
    order = np.lexsort((line, day))
    line, day, units = line[order], day[order], units[order]
    warehouses = np.array([s["id"] for s in catalog.raw["sites"] if s["kind"] == "warehouse"], dtype=object)
    series = lines.series[line]
    return pd.DataFrame(
        {
            "order_id": _ids("R", np.arange(len(line)) + 1, 7),
            "line_number": 1,
            "line_kind": "return",
            "customer_id": np.array(customer_ids(catalog), dtype=object)[lines.customer[line]],
            "market_id": catalog.markets["market_id"].to_numpy(object)[catalog.series_market[series]],
            "product_id": catalog.products["product_id"].to_numpy(object)[catalog.series_product[series]],
            "site_id": warehouses[lines.group[line] % WAREHOUSES],
            "ordered_on": _dates(day),
            "requested_on": pd.NaT,
            "promised_on": pd.NaT,
            "delivered_on": _dates(day),
            "closed_on": _dates(day),
            "ordered_units": units.astype(float),
            "delivered_units": units.astype(float),
            "cancelled_units": 0.0,
            "cancel_reason": None,
            "unit_price": lines.price[line],
            "expedite_cost": 0.0,
        }
    )


def _sums(
    catalog: Catalog, lines: Lines, outcome: Outcome, history: History
) -> tuple[Floats, Floats, Floats, Floats, Floats, Floats]:
    """Sums by month and series that the finance book and the truth are made of."""
    count = len(catalog.series_product)
    line, day, units, _ = history.deliveries.joined()
    back_line, back_day, back_units, _ = history.returns.joined()
    at = np.r_[line, back_line]
    month = month_number(np.r_[day, back_day])
    moved = np.r_[units, -back_units].astype(float)
    shipped = _by_month(month, lines.series[at], moved, count)
    revenue = _by_month(month, lines.series[at], moved * lines.price[at], count)
    missing = lines.units - outcome.delivered
    known = np.where(np.isin(outcome.reason, (0, 3, 4)), lines.cancelled, 0)
    lost = np.where(np.isnat(outcome.closed), 0, missing - known).astype(float)
    lost_units = _by_month(lines.month, lines.series, lost, count)
    lost_value = _by_month(lines.month, lines.series, lost * lines.price, count)
    expedite = _by_month(lines.month, lines.series, outcome.expedite, count)
    return lines.net_demand(count).astype(float), shipped, revenue, lost_units, lost_value, expedite


def _service(lines: Lines, outcome: Outcome, count: int) -> tuple[Floats, Floats]:
    """Lines due and lines on time and in full, by promised month and series."""
    wanted = lines.units - np.where(outcome.reason == 0, lines.cancelled, 0)
    closed = ~np.isnat(outcome.closed)
    due = (closed | (lines.promised <= np.datetime64(AS_OF))) & (wanted > 0)
    good = due & closed & (outcome.last_day <= lines.promised) & (outcome.delivered >= wanted)
    return (
        _by_month(lines.month, lines.series, due.astype(float), count),
        _by_month(lines.month, lines.series, good.astype(float), count),
    )


def _by_month(month: Ints, series: Ints, values: Floats, count: int) -> Floats:
    out = np.zeros((CLOSED + 2, count))
    sum_into(out, (np.minimum(month, CLOSED + 1), series), values)
    return out[:CLOSED]


def _history_frame(catalog: Catalog, ordered: Floats, shipped: Floats, revenue: Floats) -> pd.DataFrame:
    month, series = np.nonzero((ordered != 0) | (shipped != 0) | (np.round(revenue, 2) != 0))
    return pd.DataFrame(
        {
            "product_id": catalog.products["product_id"].to_numpy(object)[catalog.series_product[series]],
            "market_id": catalog.markets["market_id"].to_numpy(object)[catalog.series_market[series]],
            "period": _dates(month_start(month)),
            "ordered_units": ordered[month, series],
            "shipped_units": shipped[month, series],
            "revenue": np.round(revenue[month, series], 2),
        }
    )
