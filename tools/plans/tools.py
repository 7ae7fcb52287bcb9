"""The plan tools: query a plan, and list what there is."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from connectors.errors import MissingTable, OutOfRange
from tools.definition import Arguments, Tool, ToolContext
from tools.figures import ToolResult
from tools.metrics.cut import SITE_REGION_SAID, with_site_regions
from tools.metrics.engine import compute
from tools.metrics.query import MemberFilter, MetricQuery, PeriodArgument
from tools.metrics.results import ResultBuilder
from tools.plans.contents import ListArguments, list_contents
from tools.plans.listings import list_rows
from tools.plans.plan_metrics import LISTINGS, PLANS


class PlanQuery(Arguments):
    """Which plan, and which cut of it."""

    plan: Literal[
        "demand_plan",
        "supply_plan",
        "inventory_targets",
        "capacity",
        "promotions",
        "transitions",
        "supplier_limits",
        "production_commitments",
        "prices",
    ] = Field(description="The plan to read.")
    group_by: list[str] = Field(default=[], max_length=3, description="Dimensions to cut by, as for metrics.")
    filters: list[MemberFilter] = Field(default=[], description="Members to keep or to leave out.")
    period: PeriodArgument | None = Field(None, description="The time window; null is the next three months.")
    version: str | None = Field(None, description="Plan version; null takes the agreed one.")
    cycle: date | None = Field(None, description="Planning cycle; null takes the latest.")


def query_plan(context: ToolContext, query: PlanQuery) -> ToolResult:
    """A plan over a cut: sums for quantities, rows for promotions and the like.

    Raises:
        OutOfRange: Nothing of it lies in the window.
    """
    if query.plan in LISTINGS:
        return list_rows(context.store, query.plan, query.period, query.filters)
    cut = MetricQuery(
        metrics=[measure.id for measure in PLANS[query.plan]],
        group_by=query.group_by,
        filters=query.filters,
        period=query.period,
        version=query.version,
        cycle=query.cycle,
    )
    asked, cut = cut, with_site_regions(context.store, PLANS[query.plan], cut)
    builder = ResultBuilder(context.store, cut, tool="query_plan", arguments=query)
    faults: list[MissingTable] = []
    for measure in PLANS[query.plan]:
        try:
            builder.add(compute(context.store, [measure], cut)[0])
        except MissingTable as fault:
            faults.append(fault)
    if len(faults) == len(PLANS[query.plan]):
        raise faults[0]
    result = builder.result()
    if cut != asked:
        result.assumptions.append(SITE_REGION_SAID)
    if not any(figure.value is not None for figure in result.figures):
        raise OutOfRange(f"The {query.plan.replace('_', ' ')} has no rows for that cut.")
    return result


TOOLS = (
    Tool("query_plan", PlanQuery, query_plan, writes=False),
    Tool("list_catalog", ListArguments, list_contents, writes=False),
)
