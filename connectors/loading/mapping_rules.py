"""What a mapping must keep to by the rules of the canonical tables, and the nearest names for a wrong one."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator

from connectors.loading.expressions import InvalidExpression, parse
from connectors.loading.mapping import Block, ColumnSource, Mapping
from connectors.loading.meeting_tables import LOADABLE
from connectors.tables import TABLES, CanonicalTable, Column, Kind

_OWN_NAME = re.compile(r"^[a-z][a-z0-9_]{0,39}$")
_ANSWER_DIMENSIONS = {
    "product",
    "market",
    "customer",
    "site",
    "resource",
    "supplier",
    "month",
    "quarter",
    "year",
}
RESERVED = _ANSWER_DIMENSIONS | {column.name for table in TABLES.values() for column in table.columns}


def problems_of(mapping: Mapping) -> list[str]:
    """Everything that the mapping does against the canonical tables, each with its place in the file."""
    found: list[str] = []
    for name, blocks in mapping.tables.items():
        table = LOADABLE.get(name)
        if table is None:
            found.append(f'tables: there is no table "{name}"{nearest(name, LOADABLE)}')
            continue
        for number, block in enumerate(blocks, start=1):
            place = f"tables.{name}" if len(blocks) == 1 else f"tables.{name}[{number}]"
            found += [f"{place}{problem}" for problem in _block_problems(mapping, table, block)]
    return [*found, *_shared_names(mapping)]


def own_column_problem(table: CanonicalTable, name: str) -> str | None:
    """Why a column beyond the canonical ones cannot be taken, or None if it can."""
    known = [column.name for column in table.columns]
    if not table.is_dimension:
        return f'{table.name} has no column "{name}"{nearest(name, known)}'
    if name in RESERVED:
        return f'"{name}" already means something else; call the column {table.name.removesuffix("s")}_{name}'
    if not _OWN_NAME.match(name):
        return f'"{name}" cannot be the name of a dimension: small letters, digits and _, at most 40'
    return None


def nearest(name: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown name: the nearest names, or all where there are few."""
    listed = list(known)
    near = _near(name, listed)
    if not near:
        by_plain = {plain(other): other for other in listed}
        near = [by_plain[other] for other in _near(plain(name), list(by_plain))]
    if near:
        return f"; did you mean {' or '.join(near)}?"
    shown = ", ".join(listed[:40])
    return f"; there are: {shown}{' …' if len(listed) > 40 else ''}"


def _near(name: str, known: list[str]) -> list[str]:
    found = difflib.get_close_matches(name, known, n=3, cutoff=0.6)
    likeness = [difflib.SequenceMatcher(None, other, name).ratio() for other in found]
    return [other for other, ratio in zip(found, likeness, strict=True) if ratio > likeness[0] - 0.15]


def plain(name: str) -> str:
    """A name with nothing but its letters and digits, small."""
    return re.sub(r"[\W_]", "", name.lower())


def _block_problems(mapping: Mapping, table: CanonicalTable, block: Block) -> Iterator[str]:
    mapped = set(block.columns)
    missing = [column.name for column in table.columns if column.required and column.name not in mapped]
    if missing:
        yield f": {', '.join(missing)} must be mapped"
    for name, source in block.columns.items():
        for problem in _column_problems(table, name, source):
            yield f".columns.{name}: {problem}"
    for rule in block.set_aside:
        yield from (f".set_aside: {problem}" for problem in _expression_problems(rule.when))
    names = [lookup.as_name for lookup in block.join]
    if len(set(names)) < len(names):
        yield ".join: each joined source needs an `as` of its own"
    named = [block.source, *(lookup.source for lookup in block.join)]
    for source_name in named:
        yield from (f".source: {problem}" for problem in _source_problems(mapping, source_name))


def _source_problems(mapping: Mapping, named: object) -> Iterator[str]:
    source = mapping.source_of(named)  # type: ignore[arg-type]
    if source.database is not None and source.database not in mapping.databases:
        yield f'there is no database "{source.database}"{nearest(source.database, mapping.databases)}'


def _column_problems(table: CanonicalTable, name: str, source: ColumnSource) -> Iterator[str]:
    column = table.column(name)
    if column is None:
        problem = own_column_problem(table, name)
        if problem:
            yield problem
            return
        column = Column(name, Kind.TEXT, name)
    if source.constant is not None and not _may_be_constant(column):
        yield f"a constant cannot stand for {column.means}; leave the column out where it is unknown"
    if source.values and column.kind is not Kind.TEXT:
        yield "`values` gives texts; this column holds none"
    if source.format and column.kind not in (Kind.DATE, Kind.PERIOD):
        yield "`format` is for days and months; this column holds none"
    if source.row_number_within and not (column.kind is Kind.INTEGER and column.key):
        yield "`row_number_within` is for line numbers only"
    if source.expression is not None:
        yield from _expression_problems(source.expression, column)


def _expression_problems(text: str, column: Column | None = None) -> Iterator[str]:
    try:
        expression = parse(text)
    except InvalidExpression as error:
        yield error.message
        return
    if not expression.columns:
        yield f'"{text}" reads no column; write a fixed text as {{constant: …}}, a measure is never fixed'
    elif column is not None and _is_measure(column) and expression.fills_gaps_with_a_number():
        yield f"unknown is null, never a number: leave the number out of coalesce in {text!r}"


def _may_be_constant(column: Column) -> bool:
    """Texts, and what tells the rows of a file apart as a whole: its cycle, its month, its only line."""
    return (
        column.kind is Kind.TEXT or (column.key and column.kind is not Kind.NUMBER) or column.name == "cycle"
    )


def _is_measure(column: Column) -> bool:
    return column.kind is Kind.NUMBER


def _shared_names(mapping: Mapping) -> Iterator[str]:
    seen: dict[str, str] = {}
    for name, blocks in mapping.tables.items():
        table = LOADABLE.get(name)
        own = {
            column for block in blocks for column in block.columns if table and table.column(column) is None
        }
        for column in sorted(own - RESERVED):
            other = seen.setdefault(column, name)
            if other != name:
                yield f'tables.{name}.columns: "{column}" is a column of {other} too; give it another name'
