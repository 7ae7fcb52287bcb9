"""What each plan holds: its measures, as metrics that only `query_plan` reads."""

from __future__ import annotations

from dataclasses import dataclass

from tools.figures import Unit
from tools.metrics.definitions import Better, DefaultPeriod, Metric, Value
from tools.metrics.facts import demand, supply_plans

_COLUMN_OF = {"planned_units": "units"}
_FACTS = {
    fact.name: fact
    for fact in (
        demand.DEMAND_PLAN,
        supply_plans.SUPPLY_PLAN,
        supply_plans.INVENTORY_TARGETS,
        supply_plans.CAPACITY,
    )
}
_PARAMETERS = ("version", "cycle", "lag")


def _measure(plan: str, measure: str, title: str, unit: Unit = "units") -> Metric:
    return Metric(
        id=f"{plan}.{measure}",
        title=title,
        synonyms=(),
        formula=f"sum of {title.casefold()} of the plan",
        unit=unit,
        better=Better.NEITHER,
        fact=_FACTS[plan],
        value=Value(measure),
        needs=(f"{plan}.{_COLUMN_OF.get(measure, measure)}",),
        parameters=_PARAMETERS,
        default_period=DefaultPeriod.NEXT_3_MONTHS,
        is_additive=True,
    )


PLANS: dict[str, tuple[Metric, ...]] = {
    "demand_plan": (_measure("demand_plan", "planned_units", "Planned demand"),),
    "supply_plan": (
        _measure("supply_plan", "production_units", "Planned production"),
        _measure("supply_plan", "purchase_units", "Planned purchases"),
    ),
    "inventory_targets": (_measure("inventory_targets", "target_units", "Target stock"),),
    "capacity": (
        _measure("capacity", "available_hours", "Available hours", "hours"),
        _measure("capacity", "overtime_hours", "Overtime hours", "hours"),
    ),
}
"""Plans that are summed over a cut, with their measures."""


@dataclass(frozen=True)
class Listing:
    """A plan that is shown row by row.

    Attributes:
        plan: Canonical table.
        name_column: What names a row, or None.
        starts, ends: Columns that say when a row holds.
        measures: Figures of a row and their units.
    """

    plan: str
    name_column: str | None
    starts: str
    ends: str
    measures: dict[str, Unit]


LISTINGS: dict[str, Listing] = {
    listing.plan: listing
    for listing in (
        Listing(
            "promotions",
            "promotion_name",
            "starts_on",
            "ends_on",
            {"discount_rate": "ratio", "expected_uplift": "ratio"},
        ),
        Listing("transitions", None, "starts_on", "ends_on", {}),
        Listing("supplier_limits", None, "period", "period", {"max_units": "units"}),
        Listing("production_commitments", None, "period", "period", {"committed_units": "units"}),
        Listing("prices", None, "period", "period", {"unit_price": "currency"}),
    )
}
"""Plans that are listed."""
