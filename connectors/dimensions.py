"""The dimensions that data can be cut by, and where each one lives.

A dimension is either a member list of its own (product, customer: told apart by id) or an
attribute of one (family, region: its value is its id). A company's further columns of a dimension
table become dimensions by themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.tables import TABLES


@dataclass(frozen=True)
class Dimension:
    """One dimension.

    Attributes:
        name: Word of the answer contract (`family`).
        table: Dimension table that lists the members, or None for time and plan versions.
        id_column: Column of that table that identifies a member.
        name_column: Column that people read.
        via: Key column by which a table of facts reaches it (`product_id`).
        is_private: Whether even the existence of a name is kept from people who may not see it.
    """

    name: str
    table: str
    id_column: str
    name_column: str
    via: str
    is_private: bool = False

    @property
    def is_attribute(self) -> bool:
        """Whether the member's value is its own id (family, region)."""
        return self.id_column == self.name_column


@dataclass(frozen=True)
class Member:
    """One member of a dimension. `hint` tells members of one name apart."""

    dimension: str
    id: str
    name: str
    hint: str = ""


NONE_MEMBER = "(none)"

STANDARD = (
    Dimension("product", "products", "product_id", "product_name", "product_id"),
    Dimension("family", "products", "family", "family", "product_id"),
    Dimension("business_unit", "products", "business_unit", "business_unit", "product_id"),
    Dimension("market", "markets", "market_id", "market_name", "market_id"),
    Dimension("region", "markets", "region", "region", "market_id"),
    Dimension("channel", "markets", "channel", "channel", "market_id"),
    Dimension("customer", "customers", "customer_id", "customer_name", "customer_id", is_private=True),
    Dimension("site", "sites", "site_id", "site_name", "site_id"),
    Dimension("site_kind", "sites", "site_kind", "site_kind", "site_id"),
    Dimension("site_region", "sites", "site_region", "site_region", "site_id"),
    Dimension("resource", "resources", "resource_id", "resource_name", "resource_id"),
    Dimension("supplier", "suppliers", "supplier_id", "supplier_name", "supplier_id", is_private=True),
)

TIME = ("month", "quarter", "year")

_KEY_OF = {
    "products": "product_id",
    "markets": "market_id",
    "customers": "customer_id",
    "sites": "site_id",
    "resources": "resource_id",
    "suppliers": "supplier_id",
}

_ATTRIBUTES_OF_THE_TABLE = {name: key for name, key in _KEY_OF.items() if TABLES[name].is_dimension}


def dimensions_in(columns: Mapping[str, frozenset[str]]) -> dict[str, Dimension]:
    """The dimensions that a store has, by name.

    Args:
        columns: Column names by table, as the store holds them.
    """
    found = {
        dimension.name: dimension
        for dimension in STANDARD
        if {dimension.id_column, dimension.name_column} <= columns.get(dimension.table, frozenset())
    }
    for table, key in _ATTRIBUTES_OF_THE_TABLE.items():
        for column in sorted(columns.get(table, frozenset())):
            if TABLES[table].column(column) is None and column not in found:
                found[column] = Dimension(column, table, column, column, key)
    return found
