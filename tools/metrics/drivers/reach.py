"""What a member reaches: the products, markets and sites that an event must touch to stand beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from connectors.plan_store import PlanStore
from tools.metrics.cut import MemberChoice
from tools.metrics.drivers.parts import MemberId

Ids = frozenset[str] | None
"""Ids that are reached; None where nothing narrows them."""

_FIELD_OF = {
    "product_id": "products",
    "market_id": "markets",
    "site_id": "sites",
    "resource_id": "resources",
    "supplier_id": "suppliers",
}


@dataclass(frozen=True)
class Reach:
    """Ids by kind that belong to a member and to the filters of the question."""

    products: Ids = None
    markets: Ids = None
    sites: Ids = None
    resources: Ids = None
    suppliers: Ids = None

    def touches(self, kind: str, ids: Iterable[str]) -> bool:
        """Whether one of the ids of a kind (`products`) is reached."""
        reached: Ids = getattr(self, kind)
        return reached is None or not reached.isdisjoint(ids)

    def narrowed(self, kind: str, ids: frozenset[str]) -> Reach:
        """The same, and of a kind only what is also among these ids."""
        reached: Ids = getattr(self, kind)
        return replace(self, **{kind: ids if reached is None else reached & ids})


def reach_of_filters(store: PlanStore, choices: Sequence[MemberChoice]) -> Reach:
    """What the filters of a question leave, members left out included."""
    reach = Reach()
    for choice in choices:
        ids = [member for member in choice.ids if member is not None]
        reach = _narrowed(store, reach, choice.dimension, ids, excludes=choice.exclude)
    return reach


def reach_of_member(store: PlanStore, within: Reach, dimension: str, member: MemberId) -> Reach:
    """What a member reaches, within what the filters leave."""
    return _narrowed(store, within, dimension, [] if member is None else [member], excludes=False)


def _narrowed(store: PlanStore, reach: Reach, dimension: str, ids: list[str], *, excludes: bool) -> Reach:
    found = store.dimensions.get(dimension)
    if found is None or not ids:
        return reach
    column = found.via
    kind = _FIELD_OF.get(column)
    if column == "customer_id" and store.has("customers", "market_id") and not excludes:
        column, kind = "market_id", "markets"  # a customer's months are those of its market
    if kind is None:
        return reach
    listed = store.table(found.table)
    rows = store.rows(listed.select(member=listed[found.id_column], key=listed[column]).distinct())
    return reach.narrowed(
        kind, frozenset(row["key"] for row in rows if row["key"] and (row["member"] in ids) != excludes)
    )
