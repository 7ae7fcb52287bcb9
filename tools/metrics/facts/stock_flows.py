"""What flows out of stock: shipments, by product or by site as well, and planned demand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import ibis.expr.types as ir

from connectors.periods import add_months, month_end
from connectors.plan_store import PlanStore
from tools.metrics.fact import Basis
from tools.metrics.facts.against_plan import SITE_SERIES
from tools.metrics.facts.demand import DEMAND_PLAN, demand_plan
from tools.metrics.facts.service import shipments
from tools.metrics.snapshots import read_snapshots


@dataclass(frozen=True)
class Flow:
    """One flow out of stock.

    Attributes:
        keys: Keys that it shares with stock.
        build: Makes its rows: the keys, `period`, `flow` in units, `unknown_flow` (how many rows of the
            source are unknown) and `version` where it is a plan.
        loaded: First days of the months of which it is loaded.
        around: Which months of it count for a closing, as months after that closing.
    """

    keys: tuple[str, ...]
    build: Callable[[PlanStore, Basis], ir.Table]
    loaded: Callable[[PlanStore, Basis], tuple[date, ...]]
    around: tuple[int, ...]

    def days(self, on: date, loaded: Sequence[date]) -> int:
        """Days of those months around a closing that are loaded."""
        months = {add_months(on, step) for step in self.around} & set(loaded)
        return sum(month_end(month).day for month in months)

    def lacking(self, store: PlanStore, basis: Basis, closings: Sequence[date]) -> tuple[date, ...]:
        """The months that count for these closings and are not loaded."""
        needed = {add_months(on, step) for on in closings for step in self.around}
        return tuple(sorted(needed.difference(self.loaded(store, basis))))


def _shipped(store: PlanStore, basis: Basis) -> ir.Table:
    history = store.require("demand_history", "shipped_units")
    return history.group_by("product_id", "period").aggregate(**_sums(history, history.shipped_units))


def _shipped_by_site(store: PlanStore, basis: Basis) -> ir.Table:
    """Delivered units of order lines, which say the site, by month of delivery, less returns."""
    lines = shipments(store, basis)
    lines = lines.mutate(period=lines.on.truncate("M").cast("date"))
    return lines.group_by(*SITE_SERIES, "period").aggregate(**_sums(lines, lines.shipped_units))


def _planned(store: PlanStore, basis: Basis) -> ir.Table:
    plan = demand_plan(store, basis)
    return plan.group_by("version", "product_id", "period").aggregate(**_sums(plan, plan.planned_units))


def _sums(rows: ir.Table, units: ir.Value) -> dict[str, ir.Value]:
    return {"flow": units.sum().cast("float64"), "unknown_flow": units.isnull().sum().cast("int64")}


def _loaded_history(store: PlanStore, basis: Basis) -> tuple[date, ...]:
    return store.months_loaded("demand_history", "period")


def _loaded_lines(store: PlanStore, basis: Basis) -> tuple[date, ...]:
    return store.months_loaded("order_lines", "delivered_on")


def _loaded_plan(store: PlanStore, basis: Basis) -> tuple[date, ...]:
    return tuple(sorted({one.period for one in read_snapshots(store, DEMAND_PLAN, basis)}))


_TRAILING = (-2, -1, 0)
_NEXT = (1, 2, 3)

SHIPPED = Flow(("product_id",), _shipped, _loaded_history, _TRAILING)
SHIPPED_BY_SITE = Flow(SITE_SERIES, _shipped_by_site, _loaded_lines, _TRAILING)
PLANNED_DEMAND = Flow(("product_id",), _planned, _loaded_plan, _NEXT)
