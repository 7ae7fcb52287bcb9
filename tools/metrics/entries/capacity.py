"""Metrics of capacity, suppliers and the gap: whether what is planned can be made and bought."""

from __future__ import annotations

from tools.metrics.definitions import Better, DefaultPeriod, Metric, Value
from tools.metrics.facts import capacity_load, gap, sourcing

METRICS = (
    Metric(
        "capacity_utilisation",
        "Capacity utilisation",
        (
            "capacity utilization",
            "utilisation",
            "utilization",
            "capacity load",
            "capacity usage",
            "machine utilisation",
            "resource utilisation",
            "line utilisation",
            "load on capacity",
        ),
        "sum of hours required / sum of hours available, overtime not counted; hours required by actual "
        "production, ahead by the latest supply plan",
        "ratio",
        Better.NEITHER,
        capacity_load.CAPACITY_LOAD,
        Value("required_hours", "available_hours"),
        needs=(
            "capacity.available_hours",
            "routings.hours_per_unit",
            "routings.operation",
            "resources.site_id",
        ),
        parameters=("version", "cycle"),
        sign="above 100 % is over capacity, before overtime",
        companion="resource",
        meetings=("supply",),
    ),
    Metric(
        "supplier_coverage",
        "Supplier coverage",
        (
            "supply coverage by suppliers",
            "supplier cover",
            "coverage by suppliers",
            "suppliers cover",
            "covered by suppliers",
            "supplier capacity coverage",
        ),
        "sum of min(allowed, planned) / sum of planned units, of products with a limit in the month; "
        "allowed: the limits of a component's alternatives added up, the smallest over the components",
        "ratio",
        Better.UP,
        sourcing.SUPPLIER_COVERAGE,
        Value("covered_units", "planned_units"),
        needs=(
            "supplier_limits.max_units",
            "sourcing.component",
            "supply_plan.production_units",
        ),
        parameters=("version", "cycle", "lag"),
        default_period=DefaultPeriod.NEXT_3_MONTHS,
        finer_fact=sourcing.COVERAGE_BY_SUPPLIER,
        meetings=("supply",),
    ),
    Metric(
        "demand_supply_gap",
        "Demand/supply gap",
        (
            "demand supply gap",
            "gap between demand and supply",
            "supply gap",
            "supply shortfall",
            "projected shortfall",
            "shortfall",
            "shortage",
            "uncovered demand",
            "projected shortage",
            "supply demand gap",
        ),
        "demand plan − stock left − planned supply, by product and month after the as-of date, not below 0",
        "units",
        Better.DOWN,
        gap.DEMAND_SUPPLY_GAP,
        Value("gap_units"),
        needs=("demand_plan.units", "supply_plan.production_units", "inventory.closing_units"),
        parameters=("version", "cycle", "backlog"),
        default_period=DefaultPeriod.NEXT_3_MONTHS,
        sign="a family's gap is the sum of its products' gaps, so surplus of one does not cover another",
        is_additive=True,
        meetings=("alignment",),
    ),
)
