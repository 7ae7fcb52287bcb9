"""`ChangeQuestion`: everything that a question about the drivers of a change can say."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from tools.definition import Arguments
from tools.metrics.query import DateBasis, MemberFilter, MetricQuery, PeriodArgument

OtherSideAsked = Literal[
    "previous_period",
    "same_period_last_year",
    "plan",
    "budget",
    "committed",
    "latest",
    "version",
    "cycle",
    "period",
]


class ChangeQuestion(Arguments):
    """One metric on two sides, and what the change between them is split by."""

    metric: str = Field(description="Metric id, for instance otif_rate.")
    filters: list[MemberFilter] = Field(default=[], description="Members to keep or to leave out.")
    period: PeriodArgument | None = Field(
        None, description="The time window; null takes the metric's own default period."
    )
    compare_with: OtherSideAsked = Field(
        "previous_period",
        description="The side that the change is counted from; version, cycle and period need their own "
        "field.",
    )
    compare_version: str | None = Field(None, description="The other plan version, for version.")
    compare_cycle: date | None = Field(None, description="The other planning cycle, for cycle.")
    compare_period: PeriodArgument | None = Field(None, description="The other time window, for period.")
    by: str | None = Field(
        None,
        description="Dimension whose members the change is split by; null takes the one in which few members "
        "explain most.",
    )
    level: Literal["line", "order"] | None = Field(
        None, description="Service metrics: judge order lines (default) or whole orders."
    )
    date_basis: DateBasis | None = Field(
        None, description="Service metrics: the date that chooses the window; default promised_on."
    )
    fill_basis: Literal["ever", "by_promise"] | None = Field(
        None, description="Fill rates: what arrived at any time, or by the promised date."
    )
    version: str | None = Field(None, description="Plan version; null takes the default.")
    cycle: date | None = Field(None, description="Planning cycle; null takes the latest, or the lag.")
    lag: int | None = Field(
        None, ge=0, le=60, description="Months from cycle to period for forecast errors; default 1."
    )
    error_level: list[str] = Field(
        default=[], description="Dimensions that plan and actual are summed to before errors are taken."
    )
    weight: Literal["units", "value"] = Field(
        "units", description="Forecast errors in units, or valued at standard cost."
    )

    def metric_query(self, metric_id: str) -> MetricQuery:
        """This side of the comparison as a query of one metric, not cut."""
        asked = self.model_dump(exclude={"metric", "by"})
        return MetricQuery(metrics=[metric_id], **asked)
