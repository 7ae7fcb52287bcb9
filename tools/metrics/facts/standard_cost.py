"""Standard cost beside the rows of a fact, and measures weighed with it."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from connectors.errors import MissingTable
from connectors.plan_store import PlanStore
from tools.metrics.fact import Basis


def has_standard_costs(store: PlanStore) -> bool:
    """Whether products have a standard cost in this store.

    Raises:
        NotPermitted: They have, and this person may not see it.
    """
    try:
        store.require("products", "standard_cost")
    except MissingTable:
        return False
    return True


def with_standard_cost(store: PlanStore, rows: ir.Table) -> ir.Table:
    """The rows with `standard_cost` of their product, null where it is not known.

    Raises:
        MissingTable, NotPermitted: There are no standard costs, or not for this person.
    """
    costs = store.require("products", "standard_cost").select("product_id", "standard_cost")
    return rows.left_join(costs, "product_id").drop("product_id_right")


def weighed(store: PlanStore, basis: Basis, rows: ir.Table, *measures: str) -> ir.Table:
    """The measures at standard cost where the basis weighs value, in units where not.

    A row whose product has no standard cost has null measures then; where it has units it counts 1 in
    `uncosted`.
    """
    if basis.weight != "value":
        return rows.mutate(uncosted=ibis.literal(0, "int64"))
    rows = with_standard_cost(store, rows)
    has_units = ibis.or_(*((rows[name] != 0).fill_null(False) for name in measures))
    return rows.mutate(
        uncosted=(rows.standard_cost.isnull() & has_units).ifelse(1, 0),
        **{name: rows[name] * rows.standard_cost for name in measures},
    ).drop("standard_cost")
