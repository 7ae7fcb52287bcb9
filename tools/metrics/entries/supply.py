"""Metrics of the supply planning meeting."""

from __future__ import annotations

from tools.metrics.definitions import Better, DefaultPeriod, Metric, Value
from tools.metrics.facts import demand

METRICS = (
    Metric(
        "inventory_units",
        "Inventory",
        ("inventory units", "stock", "stock units", "closing stock", "stock on hand", "closing inventory"),
        "closing stock; over several months that of the last one",
        "units",
        Better.NEITHER,
        demand.CLOSING_STOCK,
        Value("closing_units"),
        needs=("inventory.closing_units",),
        default_period=DefaultPeriod.LATEST_CLOSING,
        meetings=("supply",),
        is_additive=True,
    ),
)
