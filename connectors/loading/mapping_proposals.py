"""What a drafted mapping proposes: for each canonical table its source, and where each column comes from."""

from __future__ import annotations

import json
import keyword
import re
from dataclasses import dataclass, field, replace
from datetime import datetime

from connectors.loading.mapping import Unpivot
from connectors.loading.mapping_samples import ColumnSample, Sample, is_day
from connectors.tables import CanonicalTable, Column, Kind

_ISO = ("%Y-%m-%d", "%Y-%m")
_PLAIN_TEXT = re.compile(r"[A-Za-z]([A-Za-z0-9_ .-]*[A-Za-z0-9_])?")


@dataclass(frozen=True)
class ColumnProposal:
    """Where one canonical column may come from.

    Attributes:
        name: Canonical column.
        entry: What the mapping says, as YAML.
        confidence: 0 to 1.
        note: What a person should look at.
        active: Whether it is proposed, or only shown for a person to decide.
        source: The source column, where it is one.
    """

    name: str
    entry: str
    confidence: float
    note: str = ""
    active: bool = True
    source: ColumnSample | None = None


@dataclass
class BlockProposal:
    """How one source may fill one table.

    Attributes:
        table: Canonical table.
        sample: The source, its columns turned into rows where `unpivot` says so.
        confidence: 0 to 1.
        columns: By canonical order.
        unpivot: Columns to turn into rows.
        distinct: Whether members are taken from a table of facts.
        missing: Required columns that were not found.
    """

    table: CanonicalTable
    sample: Sample
    confidence: float
    columns: list[ColumnProposal] = field(default_factory=list)
    unpivot: Unpivot | None = None
    distinct: bool = False
    missing: list[Column] = field(default_factory=list)

    def column(self, name: str) -> ColumnProposal | None:
        """The active proposal for a column."""
        return next((column for column in self.columns if column.name == name and column.active), None)


def column_proposal(column: Column, source: ColumnSample, score: float) -> ColumnProposal:
    """How a source column is written into the mapping, with what it needs to be read."""
    proposal = ColumnProposal(column.name, text(source.name), score, source=source)
    if column.kind in (Kind.DATE, Kind.PERIOD):
        return _days(column, source, proposal)
    if column.values and not source.distinct <= set(column.values):
        listed = ", ".join(f"{text(value)}: …" for value in sorted(source.distinct)[:8])
        entry = f"{{column: {text(source.name)}, values: {{{listed}}}}}"
        return replace(proposal, entry=entry, active=False, note=f"say which is {' or '.join(column.values)}")
    if column.unit == "ratio" and any(above_one(value) for value in source.values):
        return replace(proposal, entry=expression(f"{operand(source.name)} / 100"), note="written in percent")
    return proposal


def _days(column: Column, source: ColumnSample, proposal: ColumnProposal) -> ColumnProposal:
    form = source.day_formats[0]
    several = {"%d/%m/%Y", "%m/%d/%Y"} <= set(source.day_formats)
    note = "could be %m/%d/%Y as well: check" if several else ""
    if column.kind is Kind.PERIOD and not _first_days(source, form):
        days = operand(source.name) if form in _ISO else f'date({operand(source.name)}, "{form}")'
        return replace(proposal, entry=expression(f"month_start({days})"), note=note)
    if form in _ISO:
        return proposal
    return replace(proposal, entry=f'{{column: {text(source.name)}, format: "{form}"}}', note=note)


def _first_days(source: ColumnSample, form: str) -> bool:
    days = [value for value in source.distinct if is_day(value, form)]
    return all(datetime.strptime(day, form).day == 1 for day in days)  # noqa: DTZ007 - days have no zone


def above_one(value: str) -> bool:
    """Whether a text is a number above 1, so that a rate must be in percent."""
    try:
        return float(value.replace(",", ".")) > 1
    except ValueError:
        return False


def text(value: str) -> str:
    """A text as YAML: plain where that is safe, else in quotes."""
    return value if _PLAIN_TEXT.fullmatch(value) else json.dumps(value, ensure_ascii=False)


def operand(name: str) -> str:
    """A column as an expression names it."""
    plain = name.isidentifier() and name.isascii() and not keyword.iskeyword(name)
    return name if plain else f"`{name}`"


def expression(formula: str) -> str:
    """An expression as YAML."""
    return f"{{expression: {json.dumps(formula, ensure_ascii=False)}}}"
