"""The plan store as one person may see it. What tools are handed."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir

from connectors.access import EVERYTHING, Scope
from connectors.dimensions import Dimension, Member, dimensions_in
from connectors.errors import MissingTable, NotPermitted
from connectors.hindsight import as_known_on, last_month_known
from connectors.narrowing import narrow
from connectors.periods import Period, add_months, month_end, month_of
from connectors.tables import TABLES

if TYPE_CHECKING:
    from connectors.warehouse import Row, Snapshot, Warehouse


class PlanStore:
    """The plan store as one person may see it, on one as-of date. What tools are handed."""

    def __init__(self, warehouse: Warehouse, scope: Scope, as_of: date | None = None) -> None:
        self._warehouse = warehouse
        self.scope = scope
        self.info = warehouse.info
        self.hides_later = as_of is not None and as_of < warehouse.info.as_of
        self.as_of = as_of if as_of is not None else warehouse.info.as_of
        self._narrowed: dict[str, ir.Table | None] = {}
        self._members: dict[str, tuple[Member, ...]] = {}

    @property
    def last_closed_month(self) -> date:
        """First day of the last month that is complete on the as-of date."""
        month = month_of(self.as_of)
        if self.as_of != month_end(self.as_of):
            month = add_months(month, -1)
        return month if self.partial_from is None else min(month, add_months(self.partial_from, -1))

    @property
    def partial_from(self) -> date | None:
        """First day of the month that the data break off in, as this as-of date shows them."""
        if not self.hides_later:
            return self.info.partial_from
        return month_of(self.as_of) if (month_end(self.as_of) - self.as_of).days > 2 else None

    @property
    def loaded_tables(self) -> frozenset[str]:
        """Tables that the store has, whether or not this person may see them."""
        return frozenset(self._warehouse.columns)

    def table(self, name: str) -> ir.Table:
        """A canonical table, narrowed to the person's rows and columns and to the as-of date.

        Raises:
            MissingTable: It is not loaded.
            NotPermitted: It is closed to this person.
        """
        if name not in self._narrowed:
            self._narrowed[name] = self._narrow(name)
        table = self._narrowed[name]
        if table is None:
            raise NotPermitted(f"This needs {TABLES[name].means}, which is not among what you may see.")
        return table

    def _narrow(self, name: str) -> ir.Table | None:
        warehouse = self._warehouse
        table = warehouse.table(name)
        if self.hides_later:
            deliveries = warehouse.table("deliveries") if "deliveries" in warehouse.columns else None
            table = as_known_on(name, table, self.as_of, deliveries)
        table = narrow(name, table, self.scope, warehouse.table, self.loaded_tables)
        if table is None:
            return None
        hidden = [column for column in table.columns if self.scope.hides(name, column)]
        return table.drop(*hidden) if hidden else table

    def has(self, table: str, *columns: str) -> bool:
        """Whether the person sees the table and all these columns of it."""
        try:
            self.require(table, *columns)
        except (MissingTable, NotPermitted):
            return False
        return True

    def require(self, table: str, *columns: str) -> ir.Table:
        """The table, sure to have these columns.

        Raises:
            MissingTable: The table or a column is not loaded; says which in people's words.
            NotPermitted: It is kept from this person.
        """
        expression = self.table(table)
        for column in columns:
            if column in expression.columns:
                continue
            canonical = TABLES[table].column(column)
            words = canonical.means if canonical else column
            if self.scope.hides(table, column):
                raise NotPermitted(f"This needs the {words}, which is not among what you may see.")
            raise MissingTable(
                f"This needs the {words} (`{column}` of `{table}`), which the loaded data do not have."
            )
        return expression

    def rows(self, expression: ir.Table) -> list[Row]:
        """Run an expression; one dict per row."""
        return self._warehouse.rows(expression)

    @cached_property
    def dimensions(self) -> dict[str, Dimension]:
        """The dimensions that this person's tables have, by name."""
        seen = {
            name: frozenset(self.table(name).columns)
            for name in self.loaded_tables
            if TABLES[name].is_dimension and self.has(name)
        }
        return dimensions_in(seen)

    def keeps_back(self, dimension: str, member: str) -> bool:
        """Whether a member of that id or name exists but is kept from this person."""
        if not self.scope.rows:
            return False
        whole = PlanStore(self._warehouse, EVERYTHING, self.as_of if self.hides_later else None)
        if dimension not in whole.dimensions:
            return False
        asked = member.casefold()
        return any(asked in (m.id.casefold(), m.name.casefold()) for m in whole.members(dimension))

    def members(self, dimension: str) -> tuple[Member, ...]:
        """The members of a dimension that this person may see, ordered by name and id."""
        if dimension not in self._members:
            self._members[dimension] = self._read_members(self.dimensions[dimension])
        return self._members[dimension]

    def _read_members(self, dimension: Dimension) -> tuple[Member, ...]:
        table = self.table(dimension.table)
        wanted = {"id": table[dimension.id_column], "name": table[dimension.name_column]}
        hint = _hint_column(dimension, table)
        if hint:
            wanted["hint"] = table[hint]
        rows = self.rows(table.select(**wanted).distinct().filter(ibis._.id.notnull()).order_by("name", "id"))
        hints = self._hint_names(hint)
        return tuple(
            Member(dimension.name, r["id"], r["name"], hints.get(r.get("hint")) or r.get("hint") or "")
            for r in rows
        )

    def _hint_names(self, hint: str | None) -> dict[str | None, str]:
        """Names for hints that are ids of another dimension's members."""
        named = {"market_id": "market", "site_id": "site"}.get(hint or "")
        if named is None or named not in self.dimensions:
            return {}
        return {member.id: member.name for member in self.members(named)}

    @cached_property
    def units_of_measure(self) -> frozenset[str]:
        """The different units of measure of the products."""
        products = self.require("products", "unit_of_measure")
        rows = self.rows(products.select("unit_of_measure").distinct())
        return frozenset(row["unit_of_measure"] for row in rows if row["unit_of_measure"])

    def months_loaded(self, table: str, column: str) -> tuple[date, ...]:
        """First days of the months in which a table has rows, as far as the as-of date shows them."""
        self.require(table, column)
        months = self._warehouse.months_loaded(table, column)
        if not self.hides_later:
            return months
        last = last_month_known(table, column, self.as_of)
        return months if last is None else tuple(month for month in months if month <= last)

    def is_complete(self, table: str, column: str) -> bool:
        """Whether a column is known in every row of a table, of all rows, whoever asks."""
        self.require(table, column)
        return not self.hides_later and self._warehouse.is_complete(table, column)

    def snapshots(self, table: str) -> tuple[Snapshot, ...]:
        """The snapshots of a table of plans that were made up to the as-of date, whoever asks."""
        self.require(table, "cycle", "period")
        last = month_of(self.as_of)
        made = self._warehouse.snapshots(table)
        return tuple(one for one in made if one.cycle <= last) if self.hides_later else made

    def time_span(self, table: str, column: str) -> Period | None:
        """First to last day of a date or period column, or None where the table is empty."""
        expression = self.require(table, column)
        row = self.rows(expression.aggregate(first=expression[column].min(), last=expression[column].max()))[
            0
        ]
        if row["first"] is None:
            return None
        last = month_end(row["last"]) if column in {"period", "cycle"} else row["last"]
        return Period(row["first"], last)


def _hint_column(dimension: Dimension, table: ir.Table) -> str | None:
    """The column that tells members of one name apart: a customer's market."""
    candidates = {"customer": "market_id", "product": "family", "resource": "site_id"}
    column = candidates.get(dimension.name)
    return column if column in table.columns else None
