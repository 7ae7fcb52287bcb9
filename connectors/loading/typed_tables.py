"""The typed tables of one load: put together from projections, checked as a whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import ibis

from connectors.loading.faults import Fault, TableReport
from connectors.loading.meeting_tables import MEETING_TABLES
from connectors.loading.projection import Projection
from connectors.loading.reconciliation import deliveries_against_lines
from connectors.loading.row_rules import ENGINE_TYPES
from connectors.loading.schemas import check_table
from connectors.loading.staging import ROW, Staging
from connectors.tables import CanonicalTable, Kind

if TYPE_CHECKING:
    import ibis.expr.types as ir

_REPEATS = "repeats of a row already kept (distinct)"
_NO_ROWS = "there are no rows; set `may_be_empty: true` for a table that may have none"


@dataclass
class TypedTables:
    """What a load has put together so far.

    Attributes:
        staging: Where it lies.
        tables: Typed tables by name, each with the numbers of its rows.
        reports: What became of the rows.
        faults: Everything that is wrong so far.
        broken: Tables that could not be put together at all.
    """

    staging: Staging
    tables: dict[str, ir.Table] = field(default_factory=dict)
    reports: list[TableReport] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)

    def add(self, table: CanonicalTable, parts: Iterable[Projection], *, may_be_empty: bool) -> None:
        """Adds a table made of one or more projections."""
        parts = list(parts)
        self.faults += [fault for part in parts for fault in part.faults]
        typed = [part.rows for part in parts if part.rows is not None]
        if len(typed) < len(parts):
            self.broken.add(table.name)
            return
        kept = self._kept(table, typed)
        read = sum(part.rows_read for part in parts)
        aside = tuple(reason for part in parts for reason in part.set_aside)
        repeats = read - kept - sum(count for count, _ in aside)
        if repeats and any(part.is_distinct for part in parts):
            aside = (*aside, (repeats, _REPEATS))
        self.reports.append(TableReport(table.name, read, kept, aside))
        if kept == 0 and not may_be_empty:
            why = f" ({read:,} rows were read, all are set aside)" if read else ""
            self.faults.append(Fault(table.name, None, _NO_ROWS + why, 1))

    def break_off(self, table: str, faults: Iterable[Fault]) -> None:
        """Notes that a table cannot be put together."""
        self.broken.add(table)
        self.faults += faults

    def check(self, canonical: Mapping[str, CanonicalTable]) -> None:
        """Adds the faults of every table, by itself and against the others."""
        unconverted = Counter[tuple[str, str | None]]()
        for fault in self.faults:
            unconverted[fault.table, fault.column] += fault.count
        for name in self.tables:
            found = check_table(canonical[name], self.tables, self.staging.place, self.broken)
            self.faults += [left for fault in found if (left := _beyond(fault, unconverted)) is not None]
        self.faults += deliveries_against_lines(self.tables, self.staging.place)

    def _kept(self, table: CanonicalTable, parts: list[ir.Table]) -> int:
        names = [column.name for column in table.columns]
        present = {name for part in parts for name in part.columns if name != ROW}
        ordered = [name for name in names if name in present] + sorted(present.difference(names))
        types = {column.name: ENGINE_TYPES[column.kind] for column in table.columns}
        even = [
            part.select(
                ROW,
                **{
                    name: part[name]
                    if name in part.columns
                    else ibis.null(types.get(name, ENGINE_TYPES[Kind.TEXT]))
                    for name in ordered
                },
            )
            for part in parts
        ]
        rows = ibis.union(*even) if len(even) > 1 else even[0]
        if table.name in MEETING_TABLES:
            kept = self.staging.keep_raw(table.name, rows)
            self.tables[table.name] = self.staging.kept_raw(table.name)
        else:
            kept = self.staging.keep(table.name, rows)
            self.tables[table.name] = self.staging.tables.table(table.name)
        return kept


def _beyond(fault: Fault, unconverted: Mapping[tuple[str, str | None], int]) -> Fault | None:
    """A fault less the values that did not convert: those are null, and told already."""
    told = unconverted.get((fault.table, fault.column), 0)
    if not told or not fault.problem.startswith("no "):
        return fault
    left = fault.count - told
    return Fault(fault.table, fault.column, fault.problem, left) if left > 0 else None
