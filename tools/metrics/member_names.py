"""Names of members as answers show them."""

from __future__ import annotations

from connectors.dimensions import NONE_MEMBER, TIME
from connectors.plan_store import PlanStore


class MemberNames:
    """Names of members by id, with what tells members of one name apart."""

    def __init__(self, store: PlanStore) -> None:
        self._store = store
        self._names: dict[str, dict[str, str]] = {}

    def name(self, dimension: str, member_id: str | None) -> str:
        """How a member is shown: its name, and its id where the name is not its own."""
        if member_id is None:
            return NONE_MEMBER
        if dimension in TIME or dimension not in self._store.dimensions:
            return member_id
        if self._store.dimensions[dimension].is_attribute:
            return member_id
        if dimension not in self._names:
            self._names[dimension] = _shown_names(self._store, dimension)
        return self._names[dimension].get(member_id, member_id)


def _shown_names(store: PlanStore, dimension: str) -> dict[str, str]:
    members = store.members(dimension)
    counts: dict[str, int] = {}
    for member in members:
        counts[member.name] = counts.get(member.name, 0) + 1
    return {m.id: m.name if counts[m.name] == 1 else f"{m.name} ({m.id})" for m in members}
