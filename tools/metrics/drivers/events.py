"""What happened in the same months: sources of events, each a function over the tables that a person sees."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median_low

import ibis
import ibis.expr.types as ir

from connectors.errors import MissingTable, NotPermitted, OutOfRange, UnknownName
from connectors.periods import Period, last_months, month_end
from connectors.plan_store import PlanStore
from connectors.warehouse import Row
from tools.metrics.engine import compute
from tools.metrics.member_names import MemberNames
from tools.metrics.query import MetricQuery, PeriodArgument
from tools.metrics.registry import Registry

TIGHTER = 0.9
"""A supplier's limit is an event below this share of what it usually is."""

USUAL_MONTHS = 24
"""The months, up to the last of the window, that say what a limit usually is."""

_NAMED = 3


@dataclass(frozen=True)
class Event:
    """Something that happened in the months of a change; never said to be its cause.

    Attributes:
        kind: `promotion`, `transition`, `supplier limit`, `over capacity`, later `decision`.
        words: What happened, without figures.
        ids: Ids that it touches, by kind (`products`); a kind that is absent is touched wholly.
        members: Names that it is about, by dimension.
        months: First days of the months in which it held.
    """

    kind: str
    words: str
    ids: Mapping[str, frozenset[str]]
    members: Mapping[str, tuple[str, ...]]
    months: tuple[date, ...]


@dataclass(frozen=True)
class Moment:
    """The months that are looked at, and all that is needed to look.

    Attributes:
        window: The months of this side of the change.
    """

    store: PlanStore
    registry: Registry
    names: MemberNames
    window: Period

    def months(self, start: date, end: date) -> tuple[date, ...]:
        """The months of the window that a span of days touches."""
        return tuple(m for m in self.window.months() if start <= month_end(m) and end >= m)

    def seen(self, dimension: str) -> frozenset[str]:
        """Ids of the members that the person sees; an event about another one is not named."""
        is_listed = dimension in self.store.dimensions
        return frozenset(one.id for one in self.store.members(dimension)) if is_listed else frozenset()

    def listed(self, dimension: str, ids: Sequence[str]) -> str:
        """Members by name; a long list is shortened and says so."""
        found = [self.names.name(dimension, one) for one in ids]
        if len(found) <= _NAMED:
            return " and ".join(", ".join(found).rsplit(", ", 1))
        return f"{', '.join(found[: _NAMED - 1])} and {len(found) - _NAMED + 1} more"


def promotions(moment: Moment) -> list[Event]:
    """Promotions of which a day lies in the window."""
    columns = ("promotion_name", "product_id", "market_id", "starts_on", "ends_on")
    return [_promotion(moment, row) for row in _within(moment, "promotions", columns)]


def _promotion(moment: Moment, row: Row) -> Event:
    product = moment.names.name("product", row["product_id"])
    market = moment.names.name("market", row["market_id"])
    name = str(row["promotion_name"])
    says_it = product.casefold() in name.casefold() and market.casefold() in name.casefold()
    of_what = "" if says_it else f" of {product} in {market}"
    return Event(
        "promotion",
        f"the promotion '{name}'{of_what}",
        {"products": frozenset({row["product_id"]}), "markets": frozenset({row["market_id"]})},
        {"product": (product,), "market": (market,)},
        moment.months(row["starts_on"], row["ends_on"]),
    )


def transitions(moment: Moment) -> list[Event]:
    """Phase-outs and phase-ins that run in the window."""
    columns = ("old_product_id", "new_product_id", "starts_on", "ends_on")
    found = []
    for row in _within(moment, "transitions", columns):
        pair = (row["old_product_id"], row["new_product_id"])
        old, new = (moment.names.name("product", one) for one in pair)
        months = moment.months(row["starts_on"], row["ends_on"])
        words = f"{old} gave way to {new}"
        found.append(
            Event("transition", words, {"products": frozenset(pair)}, {"product": (old, new)}, months)
        )
    return found


def _within(moment: Moment, table: str, columns: Sequence[str]) -> list[Row]:
    """The rows of a table with a first and a last day that touch the window; none where it is not seen."""
    store, window = moment.store, moment.window
    if not store.has(table, *columns):
        return []
    rows = store.table(table)
    held = (rows.starts_on <= ibis.literal(window.end)) & (rows.ends_on >= ibis.literal(window.start))
    return store.rows(rows.filter(held).select(*columns).order_by(*columns))


def supplier_limits(moment: Moment) -> list[Event]:
    """Limits that held below what was ordered, and tighter than usual.

    A limit that is always there, or that leaves room, is no event. Usual is the median of two years, a month
    without a limit counting as unlimited. Where nothing is known of the orders, the first half of the rule
    is left out.
    """
    window, suppliers = moment.window, moment.seen("supplier")
    rows = _limits(moment, last_months(window.end, max(USUAL_MONTHS, window.month_count)))
    held = [row for row in rows if window.contains(row["period"]) and row["supplier_id"] in suppliers]
    if not held:
        return []
    usual, ordered = _usual(rows), _ordered(moment)
    found: dict[tuple[str, str], list[Row]] = {}
    for row in held:
        asked = ordered.get((row["product_id"], row["period"]))
        is_tighter = row["max_units"] < TIGHTER * usual[row["supplier_id"], row["product_id"]]
        if is_tighter and (asked is None or row["max_units"] < asked):
            found.setdefault((row["supplier_id"], row.get("reason") or ""), []).append(row)
    return [_limit(moment, supplier, reason, limits) for (supplier, reason), limits in found.items()]


def _limit(moment: Moment, supplier: str, reason: str, rows: Sequence[Row]) -> Event:
    products = tuple(dict.fromkeys(row["product_id"] for row in rows))
    name = moment.names.name("supplier", supplier)
    because = f" ({reason})" if reason else ""
    return Event(
        "supplier limit",
        f"{name} limited {moment.listed('product', products)}{because}",
        {"products": frozenset(products), "suppliers": frozenset({supplier})},
        {"supplier": (name,), "product": tuple(moment.names.name("product", one) for one in products)},
        tuple(sorted({row["period"] for row in rows})),
    )


def _limits(moment: Moment, window: Period) -> list[Row]:
    needed = ("supplier_id", "product_id", "period", "max_units")
    if not moment.store.has("supplier_limits", *needed):
        return []
    rows = moment.store.table("supplier_limits")
    columns = [*needed, *(name for name in ("reason",) if name in rows.columns)]
    held = rows.period.between(ibis.literal(window.start), ibis.literal(window.end))
    return moment.store.rows(rows.filter(held).select(*columns).order_by(*needed[:3]))


def _usual(rows: Sequence[Row]) -> dict[tuple[str, str], float]:
    """The usual limit by supplier and product."""
    found: dict[tuple[str, str], list[float]] = {}
    for row in rows:
        found.setdefault((row["supplier_id"], row["product_id"]), []).append(row["max_units"])
    without = {key: [math.inf] * (USUAL_MONTHS - len(limits)) for key, limits in found.items()}
    return {key: median_low([*limits, *without[key]]) for key, limits in found.items()}


def _ordered(moment: Moment) -> dict[tuple[str, date], float]:
    """Units ordered by product and month of the window."""
    if not moment.store.has("demand_history", "ordered_units"):
        return {}
    rows: ir.Table = moment.store.table("demand_history")
    window = moment.window
    held = rows.filter(rows.period.between(ibis.literal(window.start), ibis.literal(window.end)))
    summed = held.aggregate(units=held.ordered_units.sum(), by=["product_id", "period"])
    return {(row["product_id"], row["period"]): row["units"] for row in moment.store.rows(summed)}


def over_capacity(moment: Moment) -> list[Event]:
    """Resources that needed more hours than they had, in the months in which they did."""
    if "capacity_utilisation" not in moment.registry:
        return []
    span = PeriodArgument(start=moment.window.start, end=moment.window.end)
    query = MetricQuery(metrics=["capacity_utilisation"], group_by=["resource", "month"], period=span)
    try:
        computed = compute(moment.store, [moment.registry["capacity_utilisation"]], query)[0]
    except (MissingTable, NotPermitted, OutOfRange, UnknownName):
        return []  # it is not loaded, or not for this person: then there is nothing to name
    full: dict[str, list[date]] = {}
    for group in computed.groups:
        resource = group.key[0]
        if resource is not None and group.value is not None and group.value > 1 and group.period:
            full.setdefault(resource, []).append(group.period.start)
    return [_overload(moment, resource, months) for resource, months in full.items()]


def _overload(moment: Moment, resource: str, months: Sequence[date]) -> Event:
    name = moment.names.name("resource", resource)
    ids = {"resources": frozenset({resource})}
    for kind, table, column in (("products", "routings", "product_id"), ("sites", "resources", "site_id")):
        if moment.store.has(table, "resource_id", column):
            rows = moment.store.table(table)
            chosen = rows.filter(rows.resource_id == resource).select(key=column).distinct()
            ids[kind] = frozenset(row["key"] for row in moment.store.rows(chosen) if row["key"])
    words = f"{name} needed more hours than it had"
    return Event("over capacity", words, ids, {"resource": (name,)}, tuple(sorted(months)))


Source = Callable[[Moment], list[Event]]

SOURCES: tuple[Source, ...] = (supplier_limits, over_capacity, transitions, promotions)
"""Where events come from. The decision ledger becomes one more of them."""
