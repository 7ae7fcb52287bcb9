"""What to ask next about a figure: short follow-ups that can be sent as they are."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.dimensions import TIME
from connectors.plan_store import PlanStore
from tools.metrics.cut import allowed_dimensions
from tools.metrics.definitions import Metric
from tools.metrics.query import MetricQuery

MOST = 3
_WORTH_A_CUT = ("region", "family", "market", "site", "customer", "business_unit", "product")
_IN_WORDS = {"business_unit": "business unit"}


def next_questions(
    store: PlanStore, metric: Metric, query: MetricQuery, asked_by: Sequence[str] = ()
) -> list[str]:
    """Up to three follow-ups: another cut, the course over time, the comparison that was not asked.

    Args:
        store: The plan store, narrowed to who asks.
        metric: The metric.
        query: The question.
        asked_by: Dimensions without which it has no value; then only they are offered.
    """
    if asked_by:
        return [f"By {_IN_WORDS.get(d, d)}" for d in asked_by][:MOST]
    named = {*query.group_by, *(f.dimension for f in query.filters)}
    allowed = allowed_dimensions(store, metric)
    cuts = [d for d in _WORTH_A_CUT if d in allowed and d not in named]
    questions = [f"By {_IN_WORDS.get(d, d)}" for d in cuts[:1]]
    if not named & set(TIME):
        questions.append("By month")
        if query.compare_with is None and not query.rank:
            questions.append("Compared with the period before")
    questions += [f"By {_IN_WORDS.get(d, d)}" for d in cuts[1:]]
    return questions[:MOST]
