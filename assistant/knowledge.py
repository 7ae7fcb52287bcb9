"""What the interpreter may speak of, read once from a narrowed store."""

from __future__ import annotations

from assistant.interpreter.moment import Moment
from assistant.interpreter.vocabulary import Vocabulary
from connectors.plan_store import PlanStore
from tools.metrics.cut import allowed_dimensions
from tools.metrics.registry import Registry
from tools.metrics.snapshots import latest_cycle, plan_versions


def vocabulary_of(store: PlanStore, registry: Registry) -> Vocabulary:
    """The metrics, members and plan versions that a person may speak of."""
    versions = plan_versions(store) if store.has("demand_plan") else ()
    return Vocabulary.build(
        registry,
        {name: store.members(name) for name in store.dimensions},
        versions,
        cuts={metric.id: frozenset(allowed_dimensions(store, metric)) for metric in registry},
        corrects_names=store.scope.is_everything,
    )


def moment_of(store: PlanStore) -> Moment:
    """The calendar that a question is read in."""
    span = None
    for table, column in (("order_lines", "ordered_on"), ("demand_history", "period")):
        if store.has(table, column):
            span = store.time_span(table, column)
            break
    return Moment(
        as_of=store.as_of,
        last_closed_month=store.last_closed_month,
        fiscal_year_start_month=store.info.fiscal_year_start_month,
        data_start=span.start if span else None,
        data_end=span.end if span else None,
        latest_cycle=latest_cycle(store, "demand_plan", ()) if store.has("demand_plan") else None,
    )
