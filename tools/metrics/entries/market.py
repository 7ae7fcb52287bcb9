"""Metrics of the market: our share of it, and the share against its target."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from connectors.dimensions import TIME
from tools.metrics.definitions import Better, Metric, Value
from tools.metrics.facts import market

if TYPE_CHECKING:
    from connectors.plan_store import PlanStore
    from tools.metrics.engine import Computed, Group
    from tools.metrics.query import MetricQuery

_WHERE = "both sides only where there is a market figure for the family, market and month"
_NEEDS = ("products.family",)


def less_target(store: PlanStore, query: MetricQuery, computed: Computed) -> Computed:
    """The shares less the target that holds for each; none where no target does.

    A market's target says nothing of one family in it: where two dimensions meet, only a target for all
    holds.

    Raises:
        MissingTable, NotPermitted: There are no targets of the share, or not for this person.
    """
    from tools.metrics.targets import target_side, targets_of  # noqa: PLC0415 - it reads the registry

    share = replace(MARKET_SHARE_VALUE, fact=computed.fact)
    kept = {choice.dimension for choice in computed.choices}
    side = target_side(store, share, query, computed)
    if len(kept | set(query.group_by).difference(TIME)) > 1:
        nobody = query.model_copy(update={"group_by": [d if d in TIME else "" for d in query.group_by]})
        of_groups = target_side(store, share, nobody, replace(computed, choices=()))
        side = replace(side, groups=of_groups.groups, total=side.total if len(kept) < 2 else of_groups.total)

    def less(group: Group, target: Group | None) -> Group:
        aim = target.value if target else None
        value = None if group.value is None or aim is None else group.value - aim
        return replace(group, value=value)

    set_by = sorted({t.dimension for t in targets_of(store, share) if t.dimension})
    levels = [dimension.replace("_", " ") for dimension in set_by]
    said = list(side.assumptions)
    is_without = bool(levels and computed.total and (side.total is None or side.total.value is None))
    if is_without:
        said.append(
            f"there is no target of all of this together: targets are set by {' and by '.join(levels)}"
        )
    settled = replace(computed.settled, assumptions=(*computed.settled.assumptions, *said))
    return replace(
        computed,
        settled=settled,
        asked_by=tuple(set_by) if is_without else (),
        groups=[less(group, side.groups.get(group.key)) for group in computed.groups],
        total=less(computed.total, side.total) if computed.total else None,
    )


MARKET_SHARE_UNITS = Metric(
    "market_share_units",
    "Market share in units",
    (
        "unit market share",
        "market share by units",
        "market share by volume",
        "volume share",
        "volume market share",
        "unit share of the market",
    ),
    f"shipped units in planning units / units of the whole market, {_WHERE}",
    "ratio",
    Better.UP,
    market.MARKET_UNITS,
    Value("ours", "market"),
    needs=("market_size.units", "demand_history.shipped_units", *_NEEDS),
    meetings=("demand",),
)
MARKET_SHARE_VALUE = Metric(
    "market_share_value",
    "Market share",
    (
        "market share value",
        "market share in value",
        "value market share",
        "value share",
        "share of market",
        "share of the market",
        "market share by value",
        "market position",
    ),
    f"revenue / value of the whole market, {_WHERE}",
    "ratio",
    Better.UP,
    market.MARKET_VALUE,
    Value("ours", "market"),
    needs=("market_size.value", "demand_history.revenue", *_NEEDS),
    meetings=("demand", "executive"),
)
MARKET_SHARE_VS_PLAN = Metric(
    "market_share_vs_plan",
    "Market share against plan",
    (
        "market share vs plan",
        "market share versus plan",
        "market share vs target",
        "market share against target",
        "share vs plan",
        "market share loss and gain",
        "market share gap to target",
    ),
    "market share (value) − its target",
    "points",
    Better.UP,
    market.MARKET_VALUE,
    Value("ours", "market"),
    needs=("market_size.value", "demand_history.revenue", *_NEEDS),
    sign="positive means more of the market than the target",
    adjusted=less_target,
    meetings=("executive",),
)

METRICS = (MARKET_SHARE_UNITS, MARKET_SHARE_VALUE, MARKET_SHARE_VS_PLAN)
