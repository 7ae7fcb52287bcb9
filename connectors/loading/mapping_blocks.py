"""Which sources fill which canonical tables, as a first proposal: matched, turned, completed, checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from connectors.loading.mapping import Unpivot
from connectors.loading.mapping_match import LEAST_TABLE, Match, alike, match
from connectors.loading.mapping_members import check_references, members_from_others
from connectors.loading.mapping_proposals import (
    BlockProposal,
    ColumnProposal,
    above_one,
    column_proposal,
    expression,
    operand,
    text,
)
from connectors.loading.mapping_rules import plain
from connectors.loading.mapping_samples import ColumnSample, Sample, is_day
from connectors.loading.mapping_words import AMOUNTS, TARGET_METRICS
from connectors.loading.meeting_tables import LOADABLE

_MONTH_FORMATS = ("%Y-%m", "%b-%y", "%b %Y", "%B %Y", "%Y%m", "%m/%Y", "%m.%Y", "%Y-%m-%d", "%d.%m.%Y")
_ROWS_BY_NUMBER = {"line_number": "order_id", "delivery_number": "order_id"}


def propose(samples: Iterable[Sample]) -> tuple[list[BlockProposal], list[Sample]]:
    """Blocks in canonical order, and the sources that became none."""
    blocks: list[BlockProposal] = []
    unused: list[Sample] = []
    for sample in samples:
        turned, unpivot = _turned(sample)
        best = max((match(table, turned) for table in LOADABLE.values()), key=lambda found: found.confidence)
        if best.confidence < LEAST_TABLE:
            unused.append(sample)
            continue
        blocks.append(_block(best, unpivot))
    blocks += members_from_others(blocks)
    order = list(LOADABLE)
    blocks.sort(key=lambda block: (order.index(block.table.name), block.sample.label))
    check_references(blocks)
    return blocks, unused


def _turned(sample: Sample) -> tuple[Sample, Unpivot | None]:
    """A source with a column per month, or per target, as it is after turning these into rows."""
    for form in _MONTH_FORMATS:
        months = [column for column in sample.columns if is_day(column.name, form) and _may_be_number(column)]
        if len(months) >= 3:
            return _after_turning(sample, months, "month", "quantity", [column.name for column in months])
    targets = [column for column in sample.columns if column.is_number and target_metric(column.name)]
    if targets and any("target" in column.name.lower() for column in targets):
        return _after_turning(sample, targets, "metric", "target", [column.name for column in targets])
    return sample, None


def _may_be_number(column: ColumnSample) -> bool:
    return column.is_number or not column.values


def _after_turning(
    sample: Sample, turned: list[ColumnSample], name: str, value: str, columns: list[str]
) -> tuple[Sample, Unpivot]:
    values = tuple(cell for column in turned for cell in column.values)
    first = turned[0]
    kept = tuple(column for column in sample.columns if column not in turned)
    names = ColumnSample(name, tuple(columns), len(columns), first.writing)
    cells = ColumnSample(value, values, len(values), first.writing)
    return Sample(sample.source, (*kept, names, cells)), Unpivot(
        columns=tuple(columns), name=name, value=value
    )


def target_metric(name: str) -> str | None:
    """The metric that a column of targets is for, by its name."""
    bare = plain(name).replace("target", "").replace("goal", "")
    return next((metric for word, metric in TARGET_METRICS.items() if bare.startswith(word)), None)


def _block(best: Match, unpivot: Unpivot | None) -> BlockProposal:
    block = BlockProposal(best.table, best.sample, best.confidence, unpivot=unpivot)
    for column in best.table.columns:
        if column.name in best.columns:
            source, score = best.columns[column.name]
            block.columns.append(column_proposal(column, source, score))
    if best.table.name == "targets" and unpivot is not None:
        _wide_targets(block, best.sample)
    _make_up(block, best)
    found = {column.name for column in block.columns}
    block.missing = [c for c in best.table.columns if c.required and c.name not in found]
    order = [column.name for column in best.table.columns]
    block.columns.sort(key=lambda column: order.index(column.name))
    return block


def _wide_targets(block: BlockProposal, sample: Sample) -> None:
    assert block.unpivot is not None
    names = {name: target_metric(name) for name in block.unpivot.columns}
    listed = ", ".join(f"{text(name)}: {metric}" for name, metric in names.items())
    member = next((column for column in sample.columns if _dimension_of(column.name)), None)
    cells = sample.column(block.unpivot.value)
    percent = any(above_one(value) for value in cells.values)
    block.columns = [c for c in block.columns if c.name not in ("metric", "value", "dimension", "member_id")]
    block.columns.append(ColumnProposal("metric", f"{{column: metric, values: {{{listed}}}}}", 0.9))
    entry = expression("target / 100") if percent else "target"
    block.columns.append(ColumnProposal("value", entry, 0.9, "written in percent" if percent else ""))
    if member is not None:
        block.columns.append(ColumnProposal("dimension", f"{{constant: {_dimension_of(member.name)}}}", 0.9))
        block.columns.append(ColumnProposal("member_id", text(member.name), 0.9, source=member))
        block.columns.append(
            ColumnProposal("target_id", expression(f'concat(metric, " ", {operand(member.name)})'), 0.9)
        )


def _dimension_of(name: str) -> str | None:
    singles = ("customer", "product", "market", "site", "supplier", "resource")
    return next((one for one in singles if alike(name, f"{one} id") == 1.0), None)


def _make_up(block: BlockProposal, best: Match) -> None:
    """Adds what can be made from columns that were found."""
    found = {column.name: column for column in block.columns}

    def add(name: str, entry: str, confidence: float, note: str = "", *, active: bool = True) -> None:
        if name not in found and best.table.column(name) is not None:
            block.columns.append(ColumnProposal(name, entry, confidence, note, active))

    own = best.table.key[0] if best.table.is_dimension and best.table.key else ""
    if own in found:
        source = found[own].source
        for column in best.table.columns:
            if column.required and (column.name.endswith("_name") or column.name == "region"):
                add(column.name, found[own].entry, 0.5, f"no column for the {column.means}")
        if source is not None and best.table.name == "sites":
            add("site_kind", "{constant: warehouse}", 0.4, "no column says plant or warehouse: check")
    for number, within in _ROWS_BY_NUMBER.items():
        if within in found:
            add(number, f"{{row_number_within: {found[within].entry}}}", 0.8, "numbered in order of the rows")
    if best.table.name == "order_lines":
        _order_extras(best, found, add)
    if best.table.name in ("demand_plan", "supply_plan"):
        version = "consensus" if best.table.name == "demand_plan" else "approved"
        add("version", f"{{constant: {version}}}", 0.5, "no column for the version: check")


def _order_extras(best: Match, found: dict[str, ColumnProposal], add: Callable[..., None]) -> None:
    if "delivered_on" in found:
        note = "no state in the source: right only if each line is delivered once and then done"
        add("closed_on", found["delivered_on"].entry, 0.5, note)
    amount = max(best.sample.columns, key=_amount_score)
    units = found.get("ordered_units")
    if units is not None and units.source is not None and _amount_score(amount) >= 0.8:
        entry = expression(f"{operand(amount.name)} / {operand(units.source.name)}")
        add("unit_price", entry, 0.6, "right only if the amount is for the ordered units")


def _amount_score(column: ColumnSample) -> float:
    return max(alike(column.name, phrase) for phrase in AMOUNTS) if column.is_number else 0.0
