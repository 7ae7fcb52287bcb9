"""Order lines as customers place them, before anything is delivered.

Each month's demand of a series is split into lines; lines of a market and month are gathered
into orders of one customer with one requested day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from connectors.demo import stories
from connectors.demo.arrays import Days, Floats, Ints, sum_into
from connectors.demo.catalog import WAREHOUSES, Catalog
from connectors.demo.demand import Demand
from connectors.demo.timeline import CLOSED, LAST_DAY, PARTIAL_MONTH, month_number, month_start, stream

_LINES_OF_SERIES = 12.2
_LINES_OF_ORDER = 2.7
_CUSTOMERS_OF_MARKET = 5
_CUSTOMER_WEIGHTS = (0.34, 0.25, 0.18, 0.13, 0.10)
REASONS = ("customer", "late", "supply", "credit", "other")


@dataclass(frozen=True)
class Lines:
    """Sales lines, one element per line, sorted by promised month, product and warehouse.

    Attributes:
        series: Series row.
        group: Product row × 2 + warehouse, the pool of stock that serves the line.
        customer: Customer row (market row × 5 + rank).
        order: Number of the order.
        line: Number of the line within its order, from 1.
        ordered: Day of the order.
        requested: Day asked for.
        promised: Day promised.
        month: Month number of the promise.
        units: Units ordered.
        cancelled: Units cancelled for reasons that are not supply's, before delivery.
        reason: Row of `REASONS`, -1 where nothing was cancelled so.
        price: Invoiced price per unit.
    """

    series: Ints
    group: Ints
    customer: Ints
    order: Ints
    line: Ints
    ordered: Days
    requested: Days
    promised: Days
    month: Ints
    units: Ints
    cancelled: Ints
    reason: Ints
    price: Floats

    def __len__(self) -> int:
        return len(self.series)

    def net_demand(self, series_count: int) -> Ints:
        """Ordered units less customer cancellations by requested month, (48 × S)."""
        month = month_number(self.requested)
        kept = self.units - np.where(self.reason == 0, self.cancelled, 0)
        out = np.zeros((PARTIAL_MONTH + 2, series_count), dtype=np.int64)
        sum_into(out, (month, self.series), kept)
        return out[:CLOSED]


def build_lines(catalog: Catalog, demand: Demand, prices: Floats, seed: int) -> Lines:
    """All order lines that were placed by the last day of the data.

    Args:
        catalog: The world.
        demand: True demand.
        prices: Planned prices before promotions, (TOTAL × S).
        seed: The seed of the company.
    """
    rng = stream(seed, "orders")
    months, series, units = _split(demand, rng)
    order, customer, ordered, requested = _gather(catalog, months, series, rng)
    promised = _promise(requested, order, rng)
    cancelled, reason = _cancellations(units, rng)
    price = _invoiced(catalog, demand, prices, months=months, series=series, customer=customer, rng=rng)
    warehouse = catalog.markets["warehouse"].to_numpy()[catalog.series_market[series]]
    group = catalog.series_product[series] * WAREHOUSES + warehouse
    keep = np.flatnonzero(ordered <= LAST_DAY)
    rank = np.lexsort((rng.random(len(keep)), promised[keep], group[keep], month_number(promised)[keep]))
    at = keep[rank]
    numbers, line = _numbered(order[at])
    return Lines(
        series[at],
        group[at],
        customer[at],
        numbers,
        line,
        ordered[at],
        requested[at],
        promised[at],
        month_number(promised[at]),
        units[at],
        cancelled[at],
        reason[at],
        price[at],
    )


def _split(demand: Demand, rng: np.random.Generator) -> tuple[Ints, Ints, Ints]:
    """Month, series and units of each line; the lines of a series and month add up to its demand."""
    wanted = demand.units.astype(float)
    typical = demand.expected[:CLOSED].mean(axis=0)
    rate = _LINES_OF_SERIES * np.sqrt(np.maximum(wanted, 1) / typical.mean())
    count = np.clip(rng.poisson(rate), 1, np.maximum(demand.units // 3, 1))
    count = np.where(demand.units > 0, count, 0).ravel()
    owner = np.repeat(np.arange(count.size), count)
    total = demand.units.ravel()
    weight = rng.gamma(2.0, 1.0, len(owner))
    share = weight / np.bincount(owner, weight, count.size)[owner]
    units = 1 + np.floor((total - count)[owner] * share).astype(np.int64)
    first = np.r_[True, owner[1:] != owner[:-1]]
    missing = total - np.bincount(owner, units, count.size).astype(np.int64)
    units[first] += missing[owner[first]]
    months, series = np.divmod(owner, demand.units.shape[1])
    return months, series, units


def _gather(
    catalog: Catalog, months: Ints, series: Ints, rng: np.random.Generator
) -> tuple[Ints, Ints, Days, Days]:
    """Order, customer, ordered and requested day of each line."""
    market = catalog.series_market[series]
    key = months * len(catalog.markets) + market
    lines = np.bincount(key)
    count = np.maximum(1, np.rint(lines / _LINES_OF_ORDER).astype(np.int64))
    start = np.cumsum(count) - count
    order = start[key] + np.floor(rng.random(len(key)) * count[key]).astype(np.int64)
    total = int(count.sum())
    owner = np.repeat(np.arange(len(count)), count)
    rank = rng.choice(_CUSTOMERS_OF_MARKET, size=total, p=_CUSTOMER_WEIGHTS)
    customer = owner % len(catalog.markets) * _CUSTOMERS_OF_MARKET + rank
    requested = _work_day(owner // len(catalog.markets), rng)
    lead = rng.integers(3, 13, total)
    ordered = np.busday_offset(requested, -lead, roll="backward")
    ordered = np.maximum(ordered, month_start(0))
    return order, customer[order], ordered[order], requested[order]


def _work_day(month: Ints, rng: np.random.Generator) -> Days:
    """A random working day of each month."""
    first = np.busday_offset(month_start(month), 0, roll="forward")
    days = np.busday_count(month_start(month), month_start(month + 1))
    return np.busday_offset(first, np.floor(rng.random(len(month)) * days).astype(np.int64))


def _promise(requested: Days, order: Ints, rng: np.random.Generator) -> Days:
    """The requested day for most orders, up to four working days later for the others."""
    later = np.where(rng.random(int(order.max()) + 1) < 0.12, rng.integers(1, 5, int(order.max()) + 1), 0)
    single = np.where(rng.random(len(order)) < 0.03, rng.integers(1, 4, len(order)), 0)
    return np.busday_offset(requested, later[order] + single)


def _cancellations(units: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Units cancelled by the customer, for credit or other reasons, and the reason's row."""
    draw = rng.random(len(units))
    reason = np.select(
        [draw < 0.020, draw < 0.024, draw < 0.028],
        [REASONS.index("customer"), REASONS.index("credit"), REASONS.index("other")],
        -1,
    )
    whole = rng.random(len(units)) < 0.6
    part = np.maximum(1, np.floor(units * rng.uniform(0.2, 0.7, len(units)))).astype(np.int64)
    cancelled = np.where(reason < 0, 0, np.where(whole, units, part))
    return cancelled, reason.astype(np.int64)


def _invoiced(
    catalog: Catalog,
    demand: Demand,
    prices: Floats,
    *,
    months: Ints,
    series: Ints,
    customer: Ints,
    rng: np.random.Generator,
) -> Floats:
    """Planned price × promotion × the customer's terms × Spain's concession."""
    terms = 1 + rng.uniform(-0.015, 0.010, len(catalog.markets) * _CUSTOMERS_OF_MARKET)
    since, concession = stories.SPAIN_CONCESSION
    spain = catalog.series_market[series] == catalog.market(stories.SHARE_LOSS.market)
    given = np.where(spain & (months >= since), 1 - concession, 1.0)
    price = prices[months, series] * demand.price_factor[months, series] * terms[customer] * given
    return np.asarray(np.round(price, 2))


def _numbered(order: Ints) -> tuple[Ints, Ints]:
    """Orders numbered without gaps, and each line's number within its order."""
    numbers = np.unique(order, return_inverse=True)[1].astype(np.int64)
    rank = np.argsort(numbers, kind="stable")
    ordered = numbers[rank]
    first = np.r_[0, np.flatnonzero(np.diff(ordered)) + 1]
    lengths = np.diff(np.r_[first, len(ordered)])
    line = np.empty(len(order), dtype=np.int64)
    line[rank] = np.arange(len(ordered)) - np.repeat(first, lengths) + 1
    return numbers, line
