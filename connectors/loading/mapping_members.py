"""Members that no file lists are taken from tables that name them; what points to none is told."""

from __future__ import annotations

from dataclasses import replace

from connectors.loading.mapping_match import LEAST_TABLE, column_score
from connectors.loading.mapping_proposals import BlockProposal, ColumnProposal, column_proposal
from connectors.loading.mapping_samples import ColumnSample
from connectors.tables import TABLES, CanonicalTable, Column


def members_from_others(blocks: list[BlockProposal]) -> list[BlockProposal]:
    """Lists of members for dimensions that are pointed to and that no file gives.

    They come from the table of facts with the most rows that names them, else from another list.
    """
    listed = {block.table.name for block in blocks}
    wanted: dict[str, tuple[BlockProposal, ColumnProposal]] = {}
    for block in sorted(blocks, key=_facts_first):
        for proposal in block.columns:
            column = block.table.column(proposal.name)
            other = column.references if column is not None and proposal.source is not None else None
            if other is not None and other not in listed:
                wanted.setdefault(other, (block, proposal))
    return [_members(TABLES[name], block, key) for name, (block, key) in wanted.items()]


def _facts_first(block: BlockProposal) -> tuple[bool, int]:
    return block.table.is_dimension, -max(column.rows for column in block.sample.columns)


def _members(table: CanonicalTable, facts: BlockProposal, key: ColumnProposal) -> BlockProposal:
    block = BlockProposal(table, facts.sample, 0.6, distinct=True, unpivot=facts.unpivot)
    block.columns.append(ColumnProposal(table.key[0], key.entry, key.confidence, source=key.source))
    for column in (column for column in table.columns[1:] if column.required):
        found = _best(table, column, facts, key)
        if found is not None:
            block.columns.append(column_proposal(column, *found))
        elif column.name.endswith("_name") or column.name == "region":
            note = f"no column for the {column.means}"
            block.columns.append(ColumnProposal(column.name, key.entry, 0.5, note))
        elif column.name == "site_kind":
            note = "no column says plant or warehouse: check"
            block.columns.append(ColumnProposal(column.name, "{constant: warehouse}", 0.4, note))
        else:
            block.missing.append(column)
    return block


def _best(
    table: CanonicalTable, column: Column, facts: BlockProposal, key: ColumnProposal
) -> tuple[ColumnSample, float] | None:
    others = [source for source in facts.sample.columns if source is not key.source]
    scored = [(source, column_score(table.name, column, source)) for source in others]
    source, score = max(scored, key=lambda pair: pair[1])
    return (source, score) if score >= LEAST_TABLE else None


def check_references(blocks: list[BlockProposal]) -> None:
    """Takes out of a draft, for a person to decide, what points to members that it does not list."""
    members: dict[str, set[str]] = {}
    for block in blocks:
        key = block.column(block.table.key[0]) if block.table.is_dimension and block.table.key else None
        if key is not None and key.source is not None:
            members.setdefault(block.table.name, set()).update(key.source.distinct)
    for block in blocks:
        block.columns = [_checked(block.table, column, members) for column in block.columns]


def _checked(table: CanonicalTable, proposal: ColumnProposal, members: dict[str, set[str]]) -> ColumnProposal:
    column = table.column(proposal.name)
    if column is None or column.references is None or proposal.source is None:
        return proposal
    known = members.get(column.references)
    if known is None:
        note = f"needs {column.references}, which no file gives"
        return replace(proposal, active=column.required, note=note)
    lost = sorted(proposal.source.distinct - known)
    if not lost:
        return proposal
    count = f"{len(lost)} of {len(proposal.source.distinct)}"
    note = f"{count} are not among the {column.references}: {', '.join(lost[:3])}"
    return replace(proposal, active=column.required, note=note)
