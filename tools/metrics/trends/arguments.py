"""What the tool `analyse_trend` is asked."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from tools.definition import Arguments
from tools.metrics.query import DateBasis, MemberFilter, MetricQuery, PeriodArgument


class TrendArguments(Arguments):
    """One metric by month, for the whole scope or for each member of a dimension."""

    metric: str = Field(description="Metric id, title or synonym.")
    filters: list[MemberFilter] = Field(default=[], description="Members to keep or to leave out.")
    group_by: list[str] = Field(
        default=[],
        max_length=1,
        description="One dimension other than time: a trend for each of its members.",
    )
    period: PeriodArgument | None = Field(
        None, description="At least six months; null takes the last 24 closed months."
    )
    level: Literal["line", "order"] | None = Field(
        None, description="Service metrics: judge order lines (default) or whole orders."
    )
    date_basis: DateBasis | None = Field(
        None, description="Service metrics: the date that chooses the month; default promised_on."
    )
    fill_basis: Literal["ever", "by_promise"] | None = Field(
        None, description="Fill rates: what arrived at any time, or by the promised date."
    )
    version: str | None = Field(None, description="Plan version; null takes the default.")
    cycle: date | None = Field(None, description="Planning cycle, first day of its month.")
    lag: int | None = Field(None, ge=0, le=60, description="Months from cycle to period; default 1.")
    error_level: list[str] = Field(
        default=[], description="Dimensions that plan and actual are summed to before errors are taken."
    )
    weight: Literal["units", "value"] = Field(
        "units", description="Forecast errors in units, or valued at standard cost."
    )

    def query(self, metric_id: str, period: PeriodArgument) -> MetricQuery:
        """The metric by month, as the engine takes it."""
        basis = self.model_dump(exclude={"metric", "group_by", "period"})
        by = list(dict.fromkeys([*self.group_by, "month"]))
        return MetricQuery.model_validate(
            {**basis, "metrics": [metric_id], "group_by": by, "period": period.model_dump()}
        )
