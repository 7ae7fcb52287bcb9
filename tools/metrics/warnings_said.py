"""What an answer warns of: months that are not loaded, books that differ, rows that were left out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from connectors.periods import Period, month_period
from connectors.plan_store import PlanStore
from tools.figures import AnswerWarning
from tools.metrics.engine import Computed

BOOKED_FACTS = frozenset(
    {
        "demand_history",
        "margins",
        "line_margins",
        "financials",
        "shipments",
        "revenue_beside_plan",
        "gross_margin_beside_plan",
        "operating_profit_beside_plan",
        "market_value",
        "cash_bridge_split",
    }
)
"""Facts whose money stands in one of the two books."""


def warnings_of(store: PlanStore, computed: Computed) -> list[AnswerWarning]:
    """All that touches the figures of a computed metric."""
    left_out = [
        AnswerWarning(code="rows_left_out", message=computed.fact.left_out[name].format(count=f"{count:,}"))
        for name, count in computed.left_out.items()
    ]
    return [*left_out, *partial_warnings(store, computed), *_books_warnings(store, computed)]


def partial_warnings(store: PlanStore, computed: Computed, side: str = "") -> list[AnswerWarning]:
    """Months of the window that are not loaded, or are not complete in the data.

    Args:
        store: The plan store.
        computed: The figures.
        side: What they are the other side of, where it is a plan ("the budget").
    """
    warnings = []
    window = computed.settled.basis.window
    missing = computed.settled.missing_months
    if missing:
        spans = ", ".join(_spans(missing))
        of_side = f" for {side}" if side else ""
        message = f"{window.label} is only partly loaded{of_side}: nothing for {spans}."
        warnings.append(AnswerWarning(code="partial", message=message))
    lacking = computed.settled.lacking_months
    if lacking:
        spans = ", ".join(_spans(lacking))
        message = f"{window.label} also reads months around it, and nothing is loaded for {spans}."
        warnings.append(AnswerWarning(code="partial", message=message))
    broken = store.partial_from
    if broken and broken <= window.end and not computed.fact.is_ahead and window.end > store.as_of:
        label = month_period(broken).label
        message = f"{label} is not complete in the data; what there is of it is counted."
        warnings.append(AnswerWarning(code="partial", message=message))
    return warnings


def _books_warnings(store: PlanStore, computed: Computed) -> list[AnswerWarning]:
    """Where the two books differ within the window and the members that the answer is about."""
    if computed.fact.name not in BOOKED_FACTS or computed.metric.unit == "units":
        return []
    window = computed.settled.basis.window
    gaps = [gap for gap in store.info.books_gaps if window.contains(gap.month)]
    for dimension in ("business_unit", "region"):
        if gaps and store.scope.rows:
            known = store.members(dimension) if dimension in store.dimensions else ()
            seen = {member.id for member in known}
            gaps = [gap for gap in gaps if getattr(gap, dimension) in seen]
        for kept in _kept_members(computed, dimension):
            gaps = [gap for gap in gaps if getattr(gap, dimension) in kept]
    if not gaps:
        return []
    where = "; ".join(f"{g.business_unit} in {g.region}, {month_period(g.month).label}" for g in gaps[:3])
    more = f" and {len(gaps) - 3} more" if len(gaps) > 3 else ""
    message = f"The operating and the financial book differ by more than 0.5% in {where}{more}."
    return [AnswerWarning(code="books_differ", message=message)]


def _kept_members(computed: Computed, dimension: str) -> list[frozenset[str]]:
    """The sets of members that a dimension is narrowed to by filters."""
    return [frozenset(c.names) for c in computed.choices if c.dimension == dimension and not c.exclude]


def _spans(months: Sequence[date]) -> list[str]:
    """Runs of months as labels: January 2025, March to May 2025 → two spans."""
    spans: list[Period] = []
    for month in months:
        period = month_period(month)
        if spans and (period.start - spans[-1].end).days == 1:
            spans[-1] = Period(spans[-1].start, period.end)
        else:
            spans.append(period)
    return [span.label for span in spans]
