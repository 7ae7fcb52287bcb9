"""The rows of one source with what a block of the mapping adds to them: turned columns, joined columns."""

from __future__ import annotations

import fnmatch
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import ibis

from connectors.loading.conversion import Value, Writing, as_text, given_value
from connectors.loading.expressions import parse
from connectors.loading.faults import EXAMPLES_SHOWN, Problem, UnreadableSource, shown
from connectors.loading.mapping import Block, Lookup, Mapping, Source, Unpivot
from connectors.loading.mapping_rules import nearest
from connectors.loading.staging import ROW, RawTable, Staging

if TYPE_CHECKING:
    import ibis.expr.types as ir


@dataclass
class SourceRows:
    """Rows of a source as an expression, and what their columns are called.

    Attributes:
        rows: The rows, with their numbers.
        raw: The staged source.
        writing: How the source writes its values.
        names: Source column, turned column or `as_name.column`, to physical column.
        used: Names that the block reads.
        count: How many rows.
        set_aside: Rows left out already, and why.
    """

    rows: ir.Table
    raw: RawTable
    writing: Writing
    names: dict[str, str]
    used: tuple[str, ...]
    count: int
    set_aside: list[tuple[int, str]] = field(default_factory=list)

    def is_own(self, name: str) -> bool:
        """Whether the column stands in the source itself."""
        return name in self.raw.columns and name in self.names

    def raw_column(self, name: str) -> ir.Value:
        """A column as it was read.

        Raises:
            UnreadableSource: There is no such column; names the nearest.
        """
        if name not in self.names:
            known = dict.fromkeys([*self.names, *self.raw.offered])
            raise UnreadableSource(Problem(f'{self.raw.label} has no column "{name}"{nearest(name, known)}'))
        lacking = self.raw.lacking.get(name, ())
        if lacking:
            told = ", ".join(lacking[:EXAMPLES_SHOWN])
            raise UnreadableSource(Problem(f'no column "{name}" in some files', len(lacking), (told,)))
        return self.rows[self.names[name]]

    def value(self, name: str, null_values: tuple[str, ...] = ()) -> Value:
        """The value of a column, blanks trimmed and null texts made null.

        Raises:
            UnreadableSource: There is no such column.
            UnusableColumn: No canonical column takes its type.
        """
        return given_value(self.raw_column(name), (*self.writing.null_values, *null_values))


def references(block: Block) -> tuple[str, ...]:
    """Names of all source columns that a block reads, in order of appearance."""

    def found() -> Iterator[str]:
        for lookup in block.join:
            yield from lookup.on
        for source in block.columns.values():
            yield from (*source.row_number_within, *source.order_by)
            if source.column is not None:
                yield source.column
            if source.expression is not None:
                yield from parse(source.expression).columns
        for rule in block.set_aside:
            yield from parse(rule.when).columns

    return tuple(dict.fromkeys(found()))


def columns_read(mapping: Mapping) -> dict[Source, set[str]]:
    """Names and patterns of the columns that a mapping reads, by source."""
    found: dict[Source, set[str]] = {}
    for block in (block for blocks in mapping.tables.values() for block in blocks):
        used = references(block)
        turned = block.unpivot.columns if block.unpivot is not None else ()
        found.setdefault(mapping.source_of(block.source), set()).update(used, turned)
        for lookup in block.join:
            prefix = f"{lookup.as_name}."
            theirs = [name.removeprefix(prefix) for name in used if name.startswith(prefix)]
            found.setdefault(mapping.source_of(lookup.source), set()).update(theirs, lookup.on.values())
    return found


def is_read(name: str, wanted: Collection[str]) -> bool:
    """Whether a column is among the names and patterns that are read."""
    return name in wanted or any(fnmatch.fnmatchcase(name, one) for one in wanted)


def writing_of(source: Source, raw: RawTable, null_values: tuple[str, ...]) -> Writing:
    """How a source writes its values, by the mapping."""
    nulls = (*null_values, *source.null_values)
    return Writing(source.decimal, source.thousands or "", nulls, iso_days_too=raw.typed_days)


def source_rows(
    staging: Staging,
    block: Block,
    raw: RawTable,
    writing: Writing,
    joined: list[tuple[Lookup, RawTable, Writing]],
) -> SourceRows:
    """The rows that a block reads, with turned and joined columns.

    Raises:
        UnreadableSource: A column to turn or to join on is not there, or a joined source has several
            different values for one key.
    """
    used = references(block)
    source = SourceRows(staging.raw(raw), raw, writing, dict(raw.columns), used, raw.rows)
    if block.unpivot is not None:
        source = _unpivoted(staging, source, block.unpivot)
    for lookup, other, other_writing in joined:
        _join(
            staging,
            source,
            lookup,
            SourceRows(staging.raw(other), other, other_writing, other.columns, (), 0),
        )
    return source


def _unpivoted(staging: Staging, source: SourceRows, turn: Unpivot) -> SourceRows:
    chosen = [
        name for name in source.raw.columns if any(fnmatch.fnmatchcase(name, one) for one in turn.columns)
    ]
    if not chosen:
        asked = ", ".join(turn.columns)
        known = nearest(turn.columns[0], source.raw.columns)
        raise UnreadableSource(Problem(f"{source.raw.label} has no columns {asked}{known}"))
    kept = {name: column for name, column in source.names.items() if name not in chosen}
    parts = [
        source.rows.select(
            *kept.values(),
            ROW,
            turned_name=ibis.literal(name),
            turned_value=source.raw_column(name).cast("string"),
        )
        for name in chosen
    ]
    name = staging.new_name("turned")
    count = staging.keep_raw(name, ibis.union(*parts) if len(parts) > 1 else parts[0])
    rows = staging.kept_raw(name)
    empty = given_value(rows["turned_value"], source.writing.null_values).expr.isnull()
    blanks = empty.sum().to_pyarrow().as_py() or 0
    source.names = {**kept, turn.name: "turned_name", turn.value: "turned_value"}
    source.rows, source.count = rows.filter(~empty), count
    if blanks:
        source.set_aside.append((blanks, f"empty cells of {turn.value}"))
    return source


def _join(staging: Staging, source: SourceRows, lookup: Lookup, other: SourceRows) -> None:
    wanted = [
        name.removeprefix(f"{lookup.as_name}.")
        for name in source.used
        if name.startswith(f"{lookup.as_name}.") and name not in source.names
    ]
    keys = {f"key_{n}": as_text(other.value(right)) for n, right in enumerate(lookup.on.values())}
    values = {f"value_{n}": other.raw_column(name) for n, name in enumerate(wanted)}
    rows = other.rows.select(ROW, **keys, **values)
    rows = rows.filter([rows[key].notnull() for key in keys])
    _refuse_several_values(staging, lookup, rows, dict(zip(values, wanted, strict=True)), other.raw.label)
    single = rows.group_by(list(keys)).aggregate(**{name: rows[name].min() for name in values})
    renamed = {staging.new_name("joined"): name for name in single.columns}
    single = single.rename(renamed)
    physical = {old: new for new, old in renamed.items()}
    conditions = [
        as_text(source.value(left)) == single[physical[key]]
        for left, key in zip(lookup.on, keys, strict=True)
    ]
    source.rows = source.rows.left_join(single, conditions)
    source.names |= {
        f"{lookup.as_name}.{name}": physical[value] for value, name in zip(values, wanted, strict=True)
    }


def _refuse_several_values(
    staging: Staging, lookup: Lookup, rows: ir.Table, names: dict[str, str], label: str
) -> None:
    keys = [column for column in rows.columns if column.startswith("key_")]
    problems = []
    for column, name in names.items():
        counted = rows.group_by(keys).aggregate(
            several=rows[column].nunique(), first=rows[ROW].min(), last=rows[ROW].max()
        )
        several = counted.filter(counted.several > 1)
        count = several.count().to_pyarrow().as_py()
        if not count:
            continue
        found = several.order_by("first").limit(EXAMPLES_SHOWN).to_pyarrow().to_pylist()
        examples = tuple(
            f"{', '.join(shown(row[key]) for key in keys)} ({staging.place(row['first'])} "
            f"and {staging.place(row['last'])})"
            for row in found
        )
        on = ", ".join(lookup.on.values())
        problems.append(Problem(f'{label} has several values of "{name}" for one {on}', count, examples))
    if problems:
        raise UnreadableSource(*problems)
