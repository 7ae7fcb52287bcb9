"""What the tool `bridge_cash` is asked."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tools.definition import Arguments
from tools.metrics.query import MemberFilter, PeriodArgument


class BridgeArguments(Arguments):
    """What to bridge, for whom, when, and against which plan."""

    filters: list[MemberFilter] = Field(default=[], description="Members to keep or to leave out.")
    group_by: list[str] = Field(
        default=[],
        max_length=2,
        description="Up to two of business_unit, region, month: one bridge each. A cut below them (family, "
        "product, market) ends at standard margin and inventory.",
    )
    period: PeriodArgument | None = Field(
        None, description="The time window; null takes the last closed month, by month the last twelve."
    )
    against: Literal["committed", "budget"] = Field(
        "committed",
        description="The plan to bridge from: the committed plan (else the budget), or the budget.",
    )

    @property
    def version(self) -> str | None:
        """The version of the financial plans to read; None takes the committed plan, else the budget."""
        return None if self.against == "committed" else self.against
