"""What happened, month by month: output, transfers, deliveries, lost sales and stock.

Each month: plan → output cut by hours and suppliers → transfers to the warehouses → lines served
from free stock in order of their promise, what is left over waits or is lost → returns → closing.
All units are whole, so opening + in − out = closing exactly.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from connectors.demo import stories
from connectors.demo.arrays import Days, Flags, Floats, Ints, sum_into
from connectors.demo.catalog import WAREHOUSES, Catalog
from connectors.demo.orders import Lines
from connectors.demo.planning import CyclePlan, SupplyWorld, hours_ratio, plan_cycle
from connectors.demo.timeline import (
    CLOSED,
    LAST_DAY,
    PARTIAL_MONTH,
    month_number,
    month_of_year,
    month_start,
    stream,
)

_PLANT_SHARE = 0.3
_MAX_WAITS = 2
_PROTECTED_SHARE = 0.42
_DAMAGE_RATE = 0.012
_DAMAGE_LEFT = 0.75
_HICCUP_RATE = 0.045
_RETURN_RATE = 0.008
_SPLIT_RATE = 0.04


@dataclass(frozen=True)
class Draws:
    """Random numbers of every line, drawn once, so that a counterfactual meets the same luck."""

    late: Floats
    late_days: Ints
    early_days: Ints
    gives_up: Floats
    wait_days: Ints
    returned: Floats
    return_days: Ints
    expedited: Floats
    expedite_rate: Floats
    close_days: Ints
    split: Floats
    damage: Floats
    output: Floats


@dataclass
class Events:
    """Deliveries and returns as they happen: line, day, units, and whether after waiting."""

    line: list[Ints] = field(default_factory=list)
    day: list[Days] = field(default_factory=list)
    units: list[Ints] = field(default_factory=list)
    waited: list[Flags] = field(default_factory=list)

    def add(self, line: Ints, day: Days, units: Ints, waited: Flags) -> None:
        """Append what happened to some lines."""
        self.line.append(line)
        self.day.append(day)
        self.units.append(units)
        self.waited.append(waited)

    def joined(self) -> tuple[Ints, Days, Ints, Flags]:
        """All of it, up to the last day of the data."""
        line, day = np.concatenate(self.line), np.concatenate(self.day)
        units, waited = np.concatenate(self.units), np.concatenate(self.waited)
        keep = day <= LAST_DAY
        return line[keep], day[keep], units[keep], waited[keep]


@dataclass
class History:
    """Everything that happened. Stock and flows are (49 months × P [× 2 warehouses]), whole units.

    Attributes:
        output: Units made or bought in.
        plant_stock: Closing stock at the plant.
        warehouse_stock: Closing stock at each warehouse.
        transfers: Units sent from the plant to each warehouse.
        shipped: Units that left each warehouse.
        returned: Units that came back to each warehouse.
        proposed: Supply plan of each cycle without limits.
        approved: Supply plan of each cycle within limits.
        deliveries: Deliveries of lines.
        returns: Returns of lines.
        given_up: Day on which the open rest of a line was given up, NaT where it was not.
        severity: Share of due units that each group was short of in the month, (49 × 2P).
    """

    output: Floats
    plant_stock: Floats
    warehouse_stock: Floats
    transfers: Floats
    shipped: Floats
    returned: Floats
    proposed: list[CyclePlan]
    approved: list[CyclePlan]
    deliveries: Events
    returns: Events
    given_up: Days
    severity: Floats


def draw_luck(catalog: Catalog, lines: Lines, seed: int) -> Draws:
    """The random numbers that decide over delays, waits, returns and output."""
    rng = stream(seed, "luck")
    count = len(lines)
    return Draws(
        rng.random(count),
        rng.integers(1, 8, count),
        rng.integers(0, 3, count),
        rng.random(count),
        rng.integers(1, 12, count),
        rng.random(count),
        rng.integers(12, 45, count),
        rng.random(count),
        rng.uniform(0.07, 0.16, count),
        rng.integers(6, 20, count),
        rng.random(count),
        rng.random(count),
        _output_luck(len(catalog.products), rng),
    )


def _output_luck(products: int, rng: np.random.Generator) -> Floats:
    """Output over plan less 1: small scatter, and now and then a batch that quality control stops."""
    shape = (PARTIAL_MONTH + 1, products)
    stopped = rng.random(shape) < _HICCUP_RATE
    return np.where(stopped, -rng.uniform(0.25, 0.6, shape), rng.normal(-0.006, 0.02, shape))


def run(catalog: Catalog, world: SupplyWorld, lines: Lines, luck: Draws) -> History:
    """All 49 months from the opening stock on."""
    return _Run(catalog, world, lines, luck).all_months()


def warehouse_shares(catalog: Catalog, lines: Lines) -> Floats:
    """Share of each product's orders that each warehouse serves, (P × 2)."""
    size = np.zeros((len(catalog.products), WAREHOUSES))
    weight = catalog.markets["weight"].to_numpy()[catalog.series_market]
    need = np.bincount(lines.series, lines.units - lines.cancelled, len(weight))
    warehouse = catalog.markets["warehouse"].to_numpy()[catalog.series_market]
    sum_into(size, (catalog.series_product, warehouse), need + weight)
    return np.asarray(size / size.sum(axis=1, keepdims=True))


class _Run:
    """The state that is carried from month to month."""

    def __init__(self, catalog: Catalog, world: SupplyWorld, lines: Lines, luck: Draws) -> None:
        self.catalog, self.world, self.lines, self.luck = catalog, world, lines, luck
        count = len(catalog.products)
        months = PARTIAL_MONTH + 1
        self.need = lines.units - lines.cancelled
        self.waiting = np.empty(0, dtype=np.int64)
        self.waits = np.zeros(len(lines), dtype=np.int64)
        self.warehouse_share = warehouse_shares(catalog, lines)
        self.reserved = np.zeros((months + 2, count, WAREHOUSES))
        self.coming_back = np.zeros((months + 4, count, WAREHOUSES))
        self.happened = History(
            np.zeros((months, count)),
            np.zeros((months, count)),
            np.zeros((months, count, WAREHOUSES)),
            np.zeros((months, count, WAREHOUSES)),
            np.zeros((months, count, WAREHOUSES)),
            np.zeros((months, count, WAREHOUSES)),
            [],
            [],
            Events(),
            Events(),
            np.full(len(lines), np.datetime64("NaT"), dtype="datetime64[D]"),
            np.zeros((months, count * WAREHOUSES)),
        )
        first = world.consensus[0, 0]
        opening = np.floor(first * world.cover[0] * (1 + _PLANT_SHARE))
        self.free = np.floor(opening[:, None] * (1 - _PLANT_SHARE) * self.warehouse_share)
        self.plant = opening - self.free.sum(axis=1)
        self.opening_plant, self.opening_free = self.plant.copy(), self.free.copy()
        self.agreed = np.floor(first)

    def all_months(self) -> History:
        bounds = np.searchsorted(self.lines.month, np.arange(PARTIAL_MONTH + 2))
        for month in range(PARTIAL_MONTH + 1):
            output = self._make(month)
            self._transfer(month, output, np.arange(bounds[month], bounds[month + 1]))
            self._serve(month, np.arange(bounds[month], bounds[month + 1]))
            self._close(month)
        return self.happened

    def _make(self, month: int) -> Floats:
        """Plan the cycle, then make what was agreed a month ago, as far as limits allow."""
        world = self.world
        if month < CLOSED:
            owed = np.bincount(
                self.lines.group[self.waiting] // WAREHOUSES,
                self.need[self.waiting],
                len(self.plant),
            )
            stock = self.plant + self.free.sum(axis=1) - owed
            proposed = plan_cycle(world, month, stock, self.agreed, capped=False)
            approved = plan_cycle(world, month, stock, self.agreed, capped=True)
            self.happened.proposed.append(proposed)
            self.happened.approved.append(approved)
            upcoming = approved.make[1]
        else:
            upcoming = self.agreed
        output: Floats = np.maximum(0, self.agreed * (1 + self.luck.output[month]))
        output = np.minimum(output, world.allowed[month])
        output = np.floor(output * hours_ratio(world, month, output)[world.plant])
        self.happened.output[month] = output
        self.agreed = upcoming
        return output

    def _transfer(self, month: int, output: Floats, due: Ints) -> None:
        """Send each warehouse what orders and target stock need; Central first when Dairy is short."""
        lines, world = self.lines, self.world
        orders = np.concatenate([self.waiting, due])
        due_units = np.bincount(lines.group[orders], self.need[orders], len(self.plant) * WAREHOUSES)
        wanted = due_units.reshape(-1, WAREHOUSES)
        following = world.consensus[min(month + 1, CLOSED - 1), 0]
        hold = (world.cover[month] * following * (1 - _PLANT_SHARE))[:, None] * self.warehouse_share
        need = np.maximum(0, np.floor(wanted + hold - self.free))
        have = self.plant + output
        total = need.sum(axis=1)
        share = np.where(total > have, have / np.maximum(total, 1), 1.0)
        sent = np.floor(need * share[:, None])
        dairy = self.catalog.of_family(stories.LAKESIDE.family)
        short = dairy[share[dairy] < 1]
        kept = np.floor(have[short] * _PROTECTED_SHARE)
        sent[short, 1] = np.minimum(need[short, 1], have[short] - np.minimum(kept, need[short, 0]))
        sent[short, 0] = np.minimum(need[short, 0], have[short] - sent[short, 1])
        self.plant = have - sent.sum(axis=1)
        self.free += sent
        self.happened.transfers[month] = sent

    def _serve(self, month: int, due: Ints) -> None:
        """Deliver waiting lines, then due ones, as far as free stock reaches."""
        at = np.concatenate([self.waiting, due])
        waited = np.r_[np.ones(len(self.waiting), bool), np.zeros(len(due), bool)]
        rank = np.argsort(self.lines.group[at], kind="stable")
        at, waited = at[rank], waited[rank]
        group, wanted = self.lines.group[at], self.need[at]
        before = _running(wanted, group)
        served = np.clip(self.free.ravel()[group].astype(np.int64) - before, 0, wanted)
        damaged = (self.luck.damage[at] < _DAMAGE_RATE) & (served == wanted)
        served = np.where(damaged, np.floor(wanted * _DAMAGE_LEFT).astype(np.int64), served)
        gone = self._gives_up(at) | damaged
        # A line that waits is delivered as a whole later; only who gives up takes the part there is.
        served = np.where((served < wanted) & ~gone, 0, served)
        self._deliver(month, at, served, waited)
        self.free -= np.bincount(group, served, self.free.size).reshape(self.free.shape)
        asked = np.bincount(group, wanted, self.free.size)
        missed = np.bincount(group, wanted - served, self.free.size)
        self.happened.severity[month] = missed / np.maximum(asked, 1)
        short = served < wanted
        self._part(at[short & gone], at[short & ~gone])

    def _gives_up(self, at: Ints) -> Flags:
        """Whether each line would be given up rather than wait for another month."""
        waits = self.waits[at]
        luck = (self.luck.gives_up[at] * (1 + waits * 7.31)) % 1
        return np.asarray((waits >= _MAX_WAITS) | (luck < 0.34 + 0.2 * waits))

    def _part(self, lost: Ints, kept: Ints) -> None:
        days = self.luck.close_days[lost] + 21 * self.waits[lost]
        self.happened.given_up[lost] = np.busday_offset(self.lines.promised[lost], days, roll="forward")
        self.waits[kept] += 1
        self.waiting = np.sort(kept)

    def _deliver(self, month: int, at: Ints, served: Ints, waited: Flags) -> None:
        """Days of the deliveries of a month; some that are late leave in the next month."""
        mine = served > 0
        at, served, waited = at[mine], served[mine], waited[mine]
        luck = self.luck
        promised = self.lines.promised[at]
        slip = np.where(luck.late[at] < self._late_rate(at), luck.late_days[at], -luck.early_days[at])
        day = np.busday_offset(promised, slip, roll="forward")
        restart = np.busday_offset(month_start(month), luck.wait_days[at], roll="forward")
        after = np.busday_offset(promised, 1, roll="forward")
        day = np.where(waited, np.maximum(restart, after), day)
        day = np.maximum(day, np.maximum(month_start(month), self.lines.ordered[at]))
        self._split(at, day, served, waited)
        self._book(self.reserved, at, day, served)
        self._return(at, day, served)

    def _split(self, at: Ints, day: Days, served: Ints, waited: Flags) -> None:
        """Record the deliveries; some lines arrive in two parts within one month."""
        luck = self.luck
        ahead = np.busday_offset(day, -luck.close_days[at] // 4, roll="backward")
        same = month_number(ahead) == month_number(day)
        two = (luck.split[at] < _SPLIT_RATE) & (served > 3) & same & (ahead > self.lines.ordered[at])
        first = np.where(two, served * 3 // 5, 0)
        self.happened.deliveries.add(at[two], ahead[two], first[two], waited[two])
        self.happened.deliveries.add(at, day, served - first, waited)

    def _late_rate(self, at: Ints) -> Floats:
        """Chance of a late truck: by market, a little more in winter and with small customers."""
        market, rank = np.divmod(self.lines.customer[at], 5)
        winter = np.isin(month_of_year(self.lines.month[at]), (12, 1))
        return np.asarray(self.catalog.markets["late"].to_numpy()[market] + 0.006 * rank + 0.02 * winter)

    def _book(self, ledger: Floats, at: Ints, day: Days, units: Ints) -> None:
        month = np.minimum(month_number(day), len(ledger) - 1)
        group = self.lines.group[at]
        sum_into(ledger, (month, group // WAREHOUSES, group % WAREHOUSES), units)

    def _return(self, at: Ints, day: Days, served: Ints) -> None:
        mine = (self.luck.returned[at] < _RETURN_RATE) & (served > 3)
        at, day = at[mine], day[mine]
        back = np.maximum(1, np.floor(served[mine] * (self.luck.returned[at] / _RETURN_RATE)))
        when = np.busday_offset(day, self.luck.return_days[at], roll="forward")
        self.happened.returns.add(at, when, back.astype(np.int64), np.zeros(len(at), bool))
        self._book(self.coming_back, at, when, back.astype(np.int64))

    def _close(self, month: int) -> None:
        back = self.coming_back[month]
        self.free += back
        out = self.reserved[month]
        self.happened.returned[month], self.happened.shipped[month] = back, out
        # Goods that are promised to a truck of the next month still stand in the warehouse.
        self.happened.warehouse_stock[month] = self.free + self.reserved[month + 1 :].sum(axis=0)
        self.happened.plant_stock[month] = self.plant


def _running(units: Ints, group: Ints) -> Ints:
    """Units of the lines before each line within its group (groups stand together)."""
    total = np.cumsum(units) - units
    first = np.r_[True, group[1:] != group[:-1]]
    starts = np.maximum.accumulate(np.where(first, np.arange(len(group)), 0))
    return np.asarray(total - total[starts])
