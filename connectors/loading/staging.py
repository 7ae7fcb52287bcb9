"""The working folder of one load: the rows as they were read, and the new store that is being filled.

Everything lies beside the store, on the same disk, so that publishing is one rename. Rows as read keep a
number that leads back to their file and row; it goes with them until the store is published.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import ibis

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

ROW = "_row"
_MEMORY = "2GB"  # beyond it the engine spills into the working folder


@dataclass(frozen=True)
class Piece:
    """Rows of one file that follow each other.

    Attributes:
        start: Number of its first row over all that was read.
        label: What people call the file.
        first_row: Row that a spreadsheet would show for it; None where rows have no numbers.
    """

    start: int
    label: str
    first_row: int | None


@dataclass
class RawTable:
    """Rows of one source as they were read.

    Attributes:
        name: Table in the raw part of the staging area.
        columns: Source column name to physical column.
        rows: How many rows.
        start: Number of the first row over all that was read.
        label: What people call the source.
        ordered: Whether the order of the rows is the source's own (a database has none).
        typed_days: Whether true days stand among texts in ISO form (a workbook).
        lacking: Column to the files of the source that do not have it.
        offered: All columns of the source, where only those were staged that the mapping reads.
    """

    name: str
    columns: dict[str, str]
    rows: int
    start: int
    label: str
    ordered: bool = True
    typed_days: bool = False
    lacking: dict[str, list[str]] = field(default_factory=dict)
    offered: tuple[str, ...] = ()


def lacking(headers: dict[str, list[str]]) -> dict[str, list[str]]:
    """Column to the files that do not have it, of files and their columns."""
    names = dict.fromkeys(name for header in headers.values() for name in header)
    found = {name: [file for file, header in headers.items() if name not in header] for name in names}
    return {name: files for name, files in found.items() if files}


@dataclass
class Staging:
    """What one load works on.

    Attributes:
        folder: Working folder, removed when the load ends.
        engine: Connection to the new store, with the rows as read attached as `raw`.
        tables: The same connection through Ibis.
    """

    folder: Path
    engine: duckdb.DuckDBPyConnection
    tables: ibis.backends.duckdb.Backend
    _pieces: list[Piece] = field(default_factory=list)
    _rows: int = 0
    _names: int = 0

    @property
    def store_file(self) -> Path:
        """The new store, not published yet."""
        return self.folder / "store.duckdb"

    def new_name(self, kind: str) -> str:
        """A name that nothing in this load has yet."""
        self._names += 1
        return f"{kind}_{self._names}"

    @property
    def row_count(self) -> int:
        """Rows read so far, over all sources."""
        return self._rows

    def add_piece(self, label: str, rows: int, first_row: int | None) -> None:
        """Notes that `rows` more rows were read, and where they came from."""
        self._pieces.append(Piece(self._rows, label, first_row))
        self._rows += rows

    def place(self, row: int | None) -> str:
        """Where a row came from: `orders.csv row 17`."""
        index = bisect_right(self._pieces, row, key=lambda piece: piece.start) - 1 if row is not None else -1
        if index < 0 or row is None:
            return ""
        piece = self._pieces[index]
        if piece.first_row is None:
            return piece.label
        return f"{piece.label} row {row - piece.start + piece.first_row:,}"

    def raw(self, table: RawTable) -> ir.Table:
        """The rows of a source, with their numbers."""
        rows = self.kept_raw(table.name)
        return rows.mutate(**{ROW: rows.rowid() + table.start})

    def keep_raw(self, name: str, rows: ir.Table) -> int:
        """Writes worked-out rows into the raw part and counts them."""
        return self._written(f"raw.main.{name}", rows)

    def kept_raw(self, name: str) -> ir.Table:
        """Rows that were written into the raw part."""
        return self.tables.table(name, database=("raw", "main"))

    def keep(self, name: str, rows: ir.Table) -> int:
        """Writes a table of the new store and counts its rows."""
        return self._written(name, rows)

    def _written(self, place: str, rows: ir.Table) -> int:
        # By the types that Ibis knows: the engine's own may differ (a month cut off a day is a timestamp).
        types = self.tables.compiler.type_mapper
        columns = ", ".join(f'"{name}" {types.to_string(kind)}' for name, kind in rows.schema().items())
        self.engine.execute(f"CREATE TABLE {place} ({columns})")
        counted = self.engine.execute(f"INSERT INTO {place} {self.tables.compile(rows)}").fetchone()
        return int(counted[0]) if counted else 0

    def add_arrow(self, name: str, rows: pa.Table | pa.RecordBatchReader) -> int:
        """Writes Arrow rows into a raw table, made if it is not there, and counts them."""
        self.engine.register("arriving", rows)
        exists = self.engine.execute(
            "SELECT count(*) FROM duckdb_tables() WHERE database_name = 'raw' AND table_name = ?", [name]
        ).fetchone()
        if exists and exists[0]:
            counted = self.engine.execute(f"INSERT INTO raw.main.{name} SELECT * FROM arriving").fetchone()
        else:
            counted = self.engine.execute(
                f"CREATE TABLE raw.main.{name} AS SELECT * FROM arriving"
            ).fetchone()
        self.engine.unregister("arriving")
        return int(counted[0]) if counted else 0


def open_staging(folder: Path) -> Staging:
    """Opens the working databases of a load in an empty folder."""
    settings: dict[str, str | bool | int | float | list[str]] = {
        "temp_directory": str(folder / "spill"),
        "memory_limit": _MEMORY,
        # A load works offline: the engine must not fetch extensions by itself.
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    engine = duckdb.connect(folder / "store.duckdb", config=settings)
    engine.execute("SET enable_progress_bar = false")
    # A moment with a zone falls on the same day on every machine.
    engine.execute("SET TimeZone = 'UTC'")
    engine.execute(f"ATTACH '{_quoted(folder / 'raw.duckdb')}' AS raw")
    return Staging(folder, engine, ibis.duckdb.from_connection(engine))


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
