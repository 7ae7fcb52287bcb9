"""A company of two products in a folder of CSV files, and its mapping. A test changes one thing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import yaml

from connectors.loading.faults import Fault, InvalidLoad, LoadReport
from connectors.loading.load import load

NOW = datetime(2026, 7, 2, 6, tzinfo=UTC)

PRODUCTS = "id,name,group\n007,Milk,Dairy\n008,Tea,Drinks\n"
MARKETS = "id,name,region\nN,North,Up\nS,South,Down\n"
CUSTOMERS = "id,name,market\nC1,Corner,N\nC2,Corner,S\n"
ORDERS = (
    "order,line,customer,product,ordered,promised,delivered,qty,shipped,price\n"
    "A,1,C1,007,2026-05-04,2026-05-11,2026-05-11,10,10,2.50\n"
    "A,2,C1,008,2026-05-04,2026-05-11,2026-05-12,4,3,1.00\n"
    "B,1,C2,007,2026-06-29,2026-06-30,2026-06-30,6,6,2.00\n"
)


def mapping() -> dict[str, Any]:
    """The mapping of the four files."""
    return {
        "company": "Tiny",
        "currency": "EUR",
        "tables": {
            "products": {
                "source": "products.csv",
                "columns": {"product_id": "id", "product_name": "name", "family": "group"},
            },
            "markets": {
                "source": "markets.csv",
                "columns": {"market_id": "id", "market_name": "name", "region": "region"},
            },
            "customers": {
                "source": "customers.csv",
                "columns": {"customer_id": "id", "customer_name": "name", "market_id": "market"},
            },
            "order_lines": {
                "source": "orders.csv",
                "columns": {
                    "order_id": "order",
                    "line_number": "line",
                    "customer_id": "customer",
                    "product_id": "product",
                    "ordered_on": "ordered",
                    "promised_on": "promised",
                    "delivered_on": "delivered",
                    "ordered_units": "qty",
                    "delivered_units": "shipped",
                    "unit_price": "price",
                },
            },
        },
    }


class TinyCompany:
    """The folder, the mapping as a dict to change, and the store that it loads into."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "files"
        self.folder.mkdir()
        self.store = folder / "store.duckdb"
        self.mapping = mapping()
        for name, text in {
            "products": PRODUCTS,
            "markets": MARKETS,
            "customers": CUSTOMERS,
            "orders": ORDERS,
        }.items():
            self.write(f"{name}.csv", text)

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file of the folder."""
        file = self.folder / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    def only(self, *tables: str) -> TinyCompany:
        """Map these tables alone: a load of fewer tables is a faster test."""
        self.mapping["tables"] = {name: self.mapping["tables"][name] for name in tables}
        if "customers" not in tables and "order_lines" in tables:
            del self.columns("order_lines")["customer_id"]
        return self

    def columns(self, table: str) -> dict[str, Any]:
        """The columns of a table in the mapping, to change."""
        columns: dict[str, Any] = self.mapping["tables"][table]["columns"]
        return columns

    def load(self, **more: Any) -> LoadReport:
        """Load as the mapping now says."""
        file = self.folder.parent / "mapping.yaml"
        file.write_text(yaml.safe_dump(self.mapping, sort_keys=False, allow_unicode=True), encoding="utf-8")
        return load(file, self.store, source=self.folder, now=NOW, **more)

    def faults(self, **more: Any) -> list[Fault]:
        """The faults of a load that must fail."""
        try:
            self.load(**more)
        except InvalidLoad as error:
            return list(error.faults)
        raise AssertionError("the load did not fail")

    def fault(self, **more: Any) -> Fault:
        """The only fault of a load that must fail."""
        found = self.faults(**more)
        assert len(found) == 1, [str(fault) for fault in found]
        return found[0]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of the published store."""
        with closing(duckdb.connect(self.store, read_only=True)) as connection:
            return connection.execute(query).fetchall()

    def info(self) -> dict[str, str]:
        """What the store says of itself."""
        return dict(self.rows("SELECT key, value FROM load_info"))

    def left_behind(self) -> Iterator[str]:
        """Names beside the store that a load must not leave."""
        keep = {"files", "store.duckdb", "mapping.yaml"}
        return (path.name for path in self.folder.parent.iterdir() if path.name not in keep)


USUAL = [("007", "Milk", "Dairy"), ("008", "Tea", "Drinks")]
"""The products of the company."""


def loaded(tiny: TinyCompany, source: object = None) -> list[tuple[Any, ...]]:
    """The products as the store holds them after a load from this source."""
    tiny.only("products")
    if source is not None:
        tiny.mapping["tables"]["products"]["source"] = source
    tiny.load()
    return tiny.rows("SELECT * FROM products ORDER BY product_id")
