"""Drafts the mapping of a company's files: what each file likely is, how sure that is, and what is not there.

A draft is a starting point for a person: names and samples are compared, nothing is loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from connectors.loading.mapping import Source
from connectors.loading.mapping_blocks import propose
from connectors.loading.mapping_proposals import BlockProposal, ColumnProposal, text
from connectors.loading.mapping_samples import look_at
from connectors.tables import TABLES

Costs = Callable[[str, str | None], list[str]]
_COLUMN_WIDTH = 44
_METRICS_NAMED = 6


@dataclass(frozen=True)
class Gap:
    """Something that no file gives.

    Attributes:
        table: Canonical table.
        column: Canonical column, or None where the whole table is missing.
        means: What it is in people's words.
        costs: The metrics that cannot be computed without it.
    """

    table: str
    column: str | None
    means: str
    costs: tuple[str, ...]


@dataclass(frozen=True)
class Draft:
    """A drafted mapping.

    Attributes:
        text: The mapping as YAML, with the confidence of every table and column as comments.
        blocks: What it proposes.
        gaps: What no file gives, the costliest first.
        unused: Sources that look like no canonical table.
        unread: Files that could not be looked at, and why.
    """

    text: str
    blocks: tuple[BlockProposal, ...]
    gaps: tuple[Gap, ...]
    unused: tuple[str, ...]
    unread: tuple[tuple[str, str], ...]


def draft_mapping(folder: Path, costs: Costs) -> Draft:
    """Drafts a mapping from the files of a folder.

    Args:
        folder: The files; folders below it are not looked into.
        costs: The metrics that need a table (column None) or one of its columns.

    Raises:
        SourceUnavailable: There is no such folder, or no table in it.
    """
    samples, unread = look_at(folder)
    blocks, unused = propose(samples)
    gaps = _gaps(blocks, costs)
    labels = [sample.label for sample in unused]
    lines = [*_head(folder), *_tables(blocks), *_tail(gaps, labels, unread)]
    return Draft("\n".join(lines) + "\n", tuple(blocks), tuple(gaps), tuple(labels), tuple(unread))


def _gaps(blocks: list[BlockProposal], costs: Costs) -> list[Gap]:
    found: dict[str, set[str]] = {}
    for block in blocks:
        names = {column.name for column in block.columns if column.active}
        found.setdefault(block.table.name, set()).update(names)
    gaps = []
    for table in TABLES.values():
        if table.name == "demand_history" and "market_id" in found.get("order_lines", ()):
            continue  # the load derives it
        if table.name not in found:
            gaps.append(Gap(table.name, None, table.means, tuple(costs(table.name, None))))
            continue
        for column in table.columns:
            lost = tuple(costs(table.name, column.name)) if column.name not in found[table.name] else ()
            if column.name not in found[table.name] and (lost or column.required):
                gaps.append(Gap(table.name, column.name, column.means, lost))
    return sorted(gaps, key=lambda gap: -len(gap.costs))


def _head(folder: Path) -> list[str]:
    name = folder.resolve().name.replace("_", " ").replace("-", " ").title() or "My company"
    return [
        "# Drafted from the files. Read every line before you load; the figure after # says how sure it is.",
        "# Every key is described in docs/loading.md.",
        f"company: {text(name)}",
        "currency: XXX  # no file names it: write its ISO code, such as EUR",
        "",
        "tables:",
    ]


def _tables(blocks: list[BlockProposal]) -> Iterator[str]:
    names = list(dict.fromkeys(block.table.name for block in blocks))
    for name in names:
        parts = [block for block in blocks if block.table.name == name]
        yield f"  {name}:"
        for block in parts:
            lines = list(_block(block))
            if len(parts) > 1:
                yield f"    - {lines[0].strip()}"
                yield from (f"  {line}" for line in lines[1:])
            else:
                yield from lines
        yield ""


def _block(block: BlockProposal) -> Iterator[str]:
    yield _with_note(f"    source: {_source(block.sample.source)}", f"{block.confidence:.0%}")
    if block.unpivot is not None:
        yield "    unpivot:"
        yield f"      columns: [{', '.join(text(name) for name in block.unpivot.columns)}]"
        yield f"      name: {block.unpivot.name}"
        yield f"      value: {block.unpivot.value}"
    if block.distinct:
        yield "    distinct: true"
    yield "    columns:"
    yield from (_column(column) for column in block.columns)
    for column in block.missing:
        hint = "{constant: YYYY-MM-01}" if column.name == "cycle" else "…"
        yield f"      # {column.name}: {hint}  # needed, and not found: {column.means}"
    entries = " ".join(column.entry for column in block.columns)
    turned = {block.unpivot.name, block.unpivot.value} if block.unpivot is not None else set()
    left = [c.name for c in block.sample.columns if c.name not in entries and c.name not in turned]
    if left and not block.distinct:
        yield f"      # not used: {', '.join(_one_line(name) for name in left)}"


def _column(column: ColumnProposal) -> str:
    sure = f"{column.confidence:.0%}"
    note = f"{sure}, {column.note}" if column.note else sure
    mark = "" if column.active else "# "
    return _with_note(f"      {mark}{column.name}: {column.entry}", note)


def _with_note(line: str, note: str) -> str:
    return f"{line.ljust(_COLUMN_WIDTH)}  # {_one_line(note)}"


def _one_line(words: str) -> str:
    return " ".join(words.split())


def _source(source: Source) -> str:
    given = source.model_dump(exclude_defaults=True, exclude_none=True)
    if set(given) == {"file"}:
        return text(given["file"])
    return "{" + ", ".join(f"{key}: {text(str(value))}" for key, value in given.items()) + "}"


def _tail(gaps: list[Gap], unused: list[str], unread: list[tuple[str, str]]) -> Iterator[str]:
    if unused:
        yield f"# Looks like no canonical table: {', '.join(_one_line(name) for name in unused)}"
    yield from (f"# Not looked at: {_one_line(name)} ({_one_line(why)})" for name, why in unread)
    if gaps:
        yield "# Not found, and what cannot be answered without it:"
    for gap in gaps:
        place = gap.table if gap.column is None else f"{gap.table}.{gap.column}"
        more = f" and {len(gap.costs) - _METRICS_NAMED} more" if len(gap.costs) > _METRICS_NAMED else ""
        costs = f": {', '.join(gap.costs[:_METRICS_NAMED])}{more}" if gap.costs else ""
        yield f"#   {place} ({gap.means}){costs}"
