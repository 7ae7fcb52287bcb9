"""Which financial plan, and which demand plan behind it, each month is compared with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir

from connectors.periods import add_months, months_between
from connectors.plan_store import PlanStore
from connectors.warehouse import Snapshot
from tools.metrics.fact import Basis
from tools.metrics.facts.demand import at_lag
from tools.metrics.facts.financial_plans import read_plans

AGREED = "consensus"
"""The version of the demand plan that financial plans rest on."""


@dataclass(frozen=True)
class ComparedPlan:
    """The plan that one month is compared with.

    Attributes:
        month: First day of the month.
        version: Version of the financial plan.
        cycle: Cycle of the financial plan.
        demand_cycle: Cycle of the consensus demand plan: that of the financial plan, else the one made a
            month before the month; None where neither holds the month.
    """

    month: date
    version: str
    cycle: date
    demand_cycle: date | None


def compared_plans(store: PlanStore, basis: Basis, months: Sequence[date]) -> tuple[ComparedPlan, ...]:
    """The plan of each of the months that has one, in order of time.

    Which one is the rule of `financial_plans`: committed, else budget, or the version of the basis.

    Raises:
        MissingTable, NotPermitted: There are no financial plans, or not for this person.
    """
    demand = demand_cycles(store)
    read = {one.period: one for one in read_plans(store, basis)}
    return tuple(
        ComparedPlan(month, read[month].version or "", read[month].cycle, _demand_cycle(demand, read, month))
        for month in months
        if month in read
    )


def demand_cycles(store: PlanStore) -> set[tuple[date, date]]:
    """Cycles and months that the consensus demand plan holds; none where it is not loaded or not seen."""
    if not store.has("demand_plan", "units"):
        return set()
    return {(one.cycle, one.period) for one in store.snapshots("demand_plan") if one.version == AGREED}


def _demand_cycle(made: set[tuple[date, date]], read: Mapping[date, Snapshot], month: date) -> date | None:
    return next((c for c in (read[month].cycle, add_months(month, -1)) if (c, month) in made), None)


def of_months(rows: ir.Table, made: Sequence[tuple[date, date]]) -> ir.BooleanValue:
    """Whether a row of a plan is one of these pairs of cycle and month."""
    months_by_lag: dict[int, list[date]] = {}
    for cycle, month in made:
        months_by_lag.setdefault(months_between(cycle, month), []).append(month)
    parts = [
        at_lag(rows, lag) & rows.period.isin([ibis.literal(month) for month in months])
        for lag, months in sorted(months_by_lag.items())
    ]
    return ibis.or_(*parts) if parts else ibis.literal(False)
