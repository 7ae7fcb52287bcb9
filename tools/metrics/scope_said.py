"""The scope that a figure names: the filters, and what the asker's own scope narrows."""

from __future__ import annotations

from collections.abc import Iterable

from connectors.plan_store import PlanStore
from tools.metrics.cut import MemberChoice
from tools.metrics.member_names import MemberNames


def scope_of(store: PlanStore, names: MemberNames, choices: Iterable[MemberChoice]) -> dict[str, list[str]]:
    """Names of members by dimension; what is left out stands under `not <dimension>`."""
    scope = {
        name: sorted(names.name(name, member) for member in members)
        for name, members in store.scope.rows.items()
    }
    for choice in choices:
        key = f"not {choice.dimension}" if choice.exclude else choice.dimension
        scope[key] = [*(scope.get(key, []) if choice.exclude else []), *choice.names]
    return scope
