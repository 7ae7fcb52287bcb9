"""`MetricQuery`: everything that a question about metrics can say, typed and described.

The field descriptions are read by models; `prompts/tools/compute_metric.md` says when to use it.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from connectors.dimensions import TIME
from tools.definition import Arguments

DateBasis = Literal["promised_on", "requested_on", "ordered_on"]
Transform = Literal["share", "running_total", "year_to_date", "moving_average"]
CompareWith = Literal[
    "previous_period",
    "same_period_last_year",
    "plan",
    "budget",
    "committed",
    "latest",
    "target",
    "version",
    "cycle",
    "period",
]


class PeriodArgument(Arguments):
    """A span of days, both ends included. Without both ends: all that is loaded."""

    start: date | None = Field(None, description="First day, YYYY-MM-DD; null for the beginning of the data.")
    end: date | None = Field(None, description="Last day, YYYY-MM-DD; null for the end of the data.")


class MemberFilter(Arguments):
    """Keep, or leave out, some members of one dimension."""

    dimension: str = Field(description="A dimension, for instance region, family or customer.")
    members: list[str] = Field(min_length=1, description="Ids or exact names of its members.")
    exclude: bool = Field(False, description="True leaves these members out instead of keeping only them.")


class Rank(Arguments):
    """Keep only the first few groups, in order."""

    order: Literal["highest", "lowest", "best", "worst"] = Field(
        description="highest and lowest go by the value, best and worst by the direction that is good."
    )
    count: int = Field(5, ge=1, le=1000, description="How many groups to keep.")
    by: Literal["value", "difference", "relative"] = Field(
        "value", description="Order by the value, or by its change against what it is compared with."
    )


class Threshold(Arguments):
    """Keep only the groups whose value passes a limit."""

    order: Literal["above", "below", "at_least", "at_most"] = Field(description="Which side passes.")
    value: float = Field(
        description="The limit in the metric's own unit; rates as fractions (0.95). Of a metric against "
        "plan or target, 1 and more mean actual / target."
    )


class MetricQuery(Arguments):
    """One or several metrics over one cut of the data."""

    metrics: list[str] = Field(min_length=1, max_length=8, description="Metric ids, for instance otif_rate.")
    group_by: list[str] = Field(
        default=[],
        max_length=3,
        description="Dimensions to cut by; month, quarter and year cut over time, version compares versions.",
    )
    filters: list[MemberFilter] = Field(default=[], description="Members to keep or to leave out.")
    period: PeriodArgument | None = Field(
        None, description="The time window; null takes the metric's own default period."
    )
    rank: Rank | None = Field(None, description="Keep only the first few groups.")
    threshold: Threshold | None = Field(None, description="Keep only groups above or below a limit.")
    transform: Transform | None = Field(
        None,
        description="share: of the total; running_total and year_to_date: summed along time; "
        "moving_average: of three months; all need values or a cut that they make sense for.",
    )
    compare_with: CompareWith | None = Field(
        None,
        description="Show each value against another side. plan: the committed plan, else the budget, for "
        "money; the plan of the metric else. version, cycle and period need their own field.",
    )
    compare_version: str | None = Field(None, description="The other plan version, for version.")
    compare_cycle: date | None = Field(None, description="The other planning cycle, for cycle.")
    compare_period: PeriodArgument | None = Field(None, description="The other time window, for period.")
    level: Literal["line", "order"] | None = Field(
        None, description="Service metrics: judge order lines (default) or whole orders."
    )
    date_basis: DateBasis | None = Field(
        None, description="Service metrics: the date that chooses the window; default promised_on."
    )
    fill_basis: Literal["ever", "by_promise"] | None = Field(
        None, description="Fill rates: what arrived at any time, or by the promised date."
    )
    version: str | None = Field(
        None,
        description="Plan version, for instance consensus, statistical or approved; for money budget, "
        "committed or latest reads that financial plan; null takes the default.",
    )
    cycle: date | None = Field(
        None, description="Planning cycle, first day of its month; null takes the latest, or the lag."
    )
    lag: int | None = Field(
        None, ge=0, le=60, description="Months from cycle to period for forecast errors; default 1."
    )
    error_level: list[str] = Field(
        default=[],
        description="Dimensions that plan and actual are summed to before errors are taken; "
        "empty takes product and market.",
    )
    backlog: bool = Field(
        False, description="Demand/supply gap: true carries a shortfall on instead of losing it."
    )
    weight: Literal["units", "value"] = Field(
        "units", description="Forecast errors in units, or valued at standard cost."
    )

    @property
    def group_by_time(self) -> bool:
        """Whether time is cut."""
        return bool(set(self.group_by) & set(TIME))
