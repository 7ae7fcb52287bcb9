"""Takes away the rows that a scope does not reach. Pure: Ibis expressions in and out.

A table that a rule cannot reach is closed (None), unless the policy opens it or it only names
things (products for somebody who is narrowed by market).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ibis
import ibis.expr.types as ir

from connectors.access import MARKET_SIDE, PRODUCT_SIDE, Scope

Fetch = Callable[[str], Any]
Rows = Mapping[str, frozenset[str]]

_REFERENCE_FOR = {
    "market": frozenset({"products", "calendar"}),
    "product": frozenset({"markets", "calendar", "customers", "sites", "resources"}),
    "customer": frozenset({"products", "markets", "calendar"}),
    "site": frozenset({"products", "markets", "customers", "calendar"}),
}
_ID_AND_NAME = {
    "market": ("market_id", "market_name"),
    "product": ("product_id", "product_name"),
    "customer": ("customer_id", "customer_name"),
    "site": ("site_id", "site_name"),
}


def narrow(name: str, table: ir.Table, scope: Scope, fetch: Fetch, tables: frozenset[str]) -> ir.Table | None:
    """The rows of a table that a scope reaches, or None where the table is closed.

    Args:
        name: Canonical name of the table.
        table: The whole table.
        scope: What the person may see.
        fetch: Gives a whole table by name, for the joins that reach a rule.
        tables: Names of the tables that the store has.
    """
    if name in scope.open_tables:
        return table
    sides = (
        ("market", MARKET_SIDE, _by_market),
        ("product", PRODUCT_SIDE, _by_product),
        ("customer", frozenset({"customer"}), _by_customer),
        ("site", frozenset({"site", "site_region"}), _by_site),
    )
    for side, dimensions, reach in sides:
        rows = {key: members for key, members in scope.rows.items() if key in dimensions}
        if not rows or name in _REFERENCE_FOR[side]:
            continue
        table = (
            _targets(table, side, rows, fetch)
            if name == "targets"
            else reach(name, table, rows, fetch, tables)
        )
        if table is None:
            return None
    return table


def _matching(table: ir.Table, rows: Rows) -> ir.Table:
    """Rows of a dimension table whose member, by id or by name, is allowed."""
    for dimension, members in rows.items():
        allowed = sorted(members)
        columns = [c for c in _ID_AND_NAME.get(dimension, (dimension,)) if c in table.columns]
        table = table.filter(ibis.or_(*(table[column].isin(allowed) for column in columns)))
    return table


def _reached(table: ir.Table, allowed: ir.Table, column: str, key: str) -> ir.Table:
    return table.filter(table[column].isin(allowed[key]))


def _by_market(
    name: str, table: ir.Table, rows: Rows, fetch: Fetch, tables: frozenset[str]
) -> ir.Table | None:
    if name == "markets":
        return _matching(table, rows)
    if "market_id" in table.columns and "markets" in tables:
        return _reached(table, _matching(fetch("markets"), rows), "market_id", "market_id")
    if name in {"financials", "financial_plans"} and set(rows) == {"region"}:
        return table.filter(table.region.isin(sorted(rows["region"])))
    if name == "deliveries":
        return _with_their_order_lines(
            table, _by_market("order_lines", fetch("order_lines"), rows, fetch, tables)
        )
    return None


def _by_product(
    name: str, table: ir.Table, rows: Rows, fetch: Fetch, tables: frozenset[str]
) -> ir.Table | None:
    products = _matching(fetch("products"), rows)
    if name == "products":
        return products
    if "product_id" in table.columns:
        return _reached(table, products, "product_id", "product_id")
    if name == "transitions":
        table = _reached(table, products, "old_product_id", "product_id")
        return _reached(table, products, "new_product_id", "product_id")
    if name == "market_size" and "product" not in rows:
        return _reached(table, products, "family", "family")
    if name in {"financials", "financial_plans"} and set(rows) == {"business_unit"}:
        return table.filter(table.business_unit.isin(sorted(rows["business_unit"])))
    if name == "suppliers" and "sourcing" in tables:
        sourcing = _reached(fetch("sourcing"), products, "product_id", "product_id")
        return _reached(table, sourcing, "supplier_id", "supplier_id")
    if name == "deliveries":
        return _with_their_order_lines(
            table, _reached(fetch("order_lines"), products, "product_id", "product_id")
        )
    return None


def _by_customer(
    name: str, table: ir.Table, rows: Rows, fetch: Fetch, tables: frozenset[str]
) -> ir.Table | None:
    customers = _matching(fetch("customers"), rows) if "customers" in tables else None
    if customers is None:
        return None
    if name == "customers":
        return customers
    if "customer_id" in table.columns:
        return _reached(table, customers, "customer_id", "customer_id")
    if name == "deliveries":
        return _with_their_order_lines(
            table, _reached(fetch("order_lines"), customers, "customer_id", "customer_id")
        )
    return None


def _by_site(name: str, table: ir.Table, rows: Rows, fetch: Fetch, tables: frozenset[str]) -> ir.Table | None:
    if "sites" not in tables:
        return None
    sites = _matching(fetch("sites"), rows)
    if name == "sites":
        return sites
    if "site_id" in table.columns:
        return _reached(table, sites, "site_id", "site_id")
    if name in {"capacity", "routings"} and "resources" in tables:
        resources = _reached(fetch("resources"), sites, "site_id", "site_id")
        return _reached(table, resources, "resource_id", "resource_id")
    if name == "lanes":
        table = _reached(table, sites, "from_site_id", "site_id")
        return _reached(table, sites, "to_site_id", "site_id")
    if name == "deliveries" and "site_id" in fetch("order_lines").columns:
        return _with_their_order_lines(table, _reached(fetch("order_lines"), sites, "site_id", "site_id"))
    return None


def _with_their_order_lines(deliveries: ir.Table, order_lines: ir.Table | None) -> ir.Table | None:
    if order_lines is None:
        return None
    return deliveries.semi_join(order_lines, ["order_id", "line_number"])


def _targets(table: ir.Table, side: str, rows: Rows, fetch: Fetch) -> ir.Table | None:
    """Targets of the members in scope; the company's own and other members' are left out.

    A target of a region is in scope only where the region is all that the scope narrows by.
    """
    if not {"dimension", "member_id"} <= set(table.columns):
        return None
    dimension_table = fetch(
        {"market": "markets", "product": "products", "customer": "customers", "site": "sites"}[side]
    )
    allowed = _matching(dimension_table, rows)
    own = {
        "market": MARKET_SIDE,
        "product": PRODUCT_SIDE,
        "customer": {"customer"},
        "site": {"site", "site_region"},
    }
    visible = []
    for dimension in sorted(own[side]):
        column = _ID_AND_NAME.get(dimension, (dimension,))[0]
        if column in allowed.columns and (dimension == side or set(rows) == {dimension}):
            visible.append((table.dimension == dimension) & table.member_id.isin(allowed[column]))
    return table.filter(ibis.or_(*visible)) if visible else None
