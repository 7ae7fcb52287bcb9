"""The canonical tables, by name. Every company's data is read through these and no others.

They are plain data in `connectors/canonical/`; loading checks against them, the warehouse reads them.
"""

from __future__ import annotations

from connectors.canonical import demand, finance, members, supply
from connectors.canonical.columns import CanonicalTable, Column, Guard, Kind
from connectors.canonical.finance import ACCOUNTS

__all__ = ["ACCOUNTS", "TABLES", "CanonicalTable", "Column", "Guard", "Kind"]

TABLES: dict[str, CanonicalTable] = {
    table.name: table for table in (*members.TABLES, *demand.TABLES, *supply.TABLES, *finance.TABLES)
}
