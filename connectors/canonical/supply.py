"""Supply tables: plans, production, stock, capacity, suppliers, lanes."""

from __future__ import annotations

from connectors.canonical.columns import (
    CYCLE,
    PERIOD,
    PRODUCT,
    SITE,
    CanonicalTable,
    Column,
    Guard,
    Kind,
    key,
    key_of,
    money,
    text,
    units,
)

TABLES = (
    CanonicalTable(
        "supply_plan",
        "one number of one version of the supply plan in one cycle",
        "the supply plan, by cycle and version",
        (
            CYCLE,
            key("version", Kind.TEXT, "plan version", values=("proposed", "approved")),
            PRODUCT,
            SITE,
            PERIOD,
            units("production_units", "units to be made", required=True),
            units("purchase_units", "units to be bought"),
            units("closing_inventory_units", "planned stock at month end", minimum=None),
        ),
    ),
    CanonicalTable(
        "production",
        "actual output of a product at a site in a month",
        "actual production",
        (
            PRODUCT,
            SITE,
            PERIOD,
            units("units", "units made", required=True),
            money("cost", "manufacturing cost", Guard.COST),
        ),
    ),
    CanonicalTable(
        "inventory",
        "stock of a product at a site at month end",
        "stock at month end",
        (PRODUCT, SITE, PERIOD, units("closing_units", "stock at month end", required=True)),
    ),
    CanonicalTable(
        "inventory_targets",
        "the stock target of a product at a site",
        "stock targets",
        (
            CYCLE,
            PRODUCT,
            SITE,
            PERIOD,
            units("target_units", "target stock", required=True),
            units("safety_units", "safety stock"),
        ),
    ),
    CanonicalTable(
        "capacity",
        "the hours of a resource in a month",
        "the capacity of machines and lines",
        (
            key_of("resource_id", "resources", "resource"),
            PERIOD,
            Column("available_hours", Kind.NUMBER, "available hours", required=True, minimum=0, unit="hours"),
            Column("overtime_hours", Kind.NUMBER, "overtime on top", minimum=0, unit="hours"),
            money("overtime_cost_per_hour", "cost of an hour of overtime", Guard.COST),
        ),
    ),
    CanonicalTable(
        "routings",
        "the hours that a resource needs for one unit in one operation",
        "which machines make which products",
        (
            PRODUCT,
            key("operation", Kind.TEXT, "operation"),
            key_of("resource_id", "resources", "resource"),
            Column("hours_per_unit", Kind.NUMBER, "hours per unit", required=True, minimum=0, unit="hours"),
        ),
    ),
    CanonicalTable(
        "sourcing",
        "a component of a product from a supplier",
        "which suppliers deliver which parts",
        (
            PRODUCT,
            key_of("supplier_id", "suppliers", "supplier"),
            key("component", Kind.TEXT, "component"),
            money("unit_cost", "cost per unit", Guard.COST),
            Column("lead_time_days", Kind.NUMBER, "lead time", minimum=0, unit="days"),
            units("minimum_units", "minimum order"),
        ),
    ),
    CanonicalTable(
        "supplier_limits",
        "the most finished units that a supplier's part allows in a month",
        "supplier limits",
        (
            key_of("supplier_id", "suppliers", "supplier"),
            PRODUCT,
            PERIOD,
            units("max_units", "most units", required=True),
            text("reason", "reason"),
        ),
    ),
    CanonicalTable(
        "production_commitments",
        "output already promised",
        "production commitments",
        (
            PRODUCT,
            SITE,
            PERIOD,
            units("committed_units", "units promised", required=True),
            text("reason", "reason"),
        ),
    ),
    CanonicalTable(
        "lanes",
        "a transfer lane between two sites",
        "transfer lanes between sites",
        (
            key_of("from_site_id", "sites", "site that sends"),
            key_of("to_site_id", "sites", "site that receives"),
            money("unit_cost", "cost per unit", Guard.COST, required=True),
            Column("lead_time_days", Kind.NUMBER, "lead time", minimum=0, unit="days"),
        ),
    ),
)
