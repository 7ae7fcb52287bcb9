"""What a load is told, what it tells, and the faults that stop it. Light to import: no frames, no engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from connectors.errors import InvalidTable

if TYPE_CHECKING:
    import pandas as pd

EXAMPLES_SHOWN = 5
_LONGEST_VALUE = 60


@dataclass(frozen=True)
class Company:
    """What a load knows about the company beyond its tables.

    Attributes:
        name: The company's name; a store belongs to one company.
        currency: ISO 4217 code of the one reporting currency.
        as_of: Day from which relative periods count; None: derived from the data.
        complete_through: Last day up to which the actuals are complete; None: judged by the data.
        fiscal_year_start_month: 1 (January) to 12.
    """

    name: str
    currency: str
    as_of: date | None = None
    complete_through: date | None = None
    fiscal_year_start_month: int = 1


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with the data of one load.

    Attributes:
        table: Canonical table.
        column: Canonical column, several joined by commas, or None where the whole table is meant.
        problem: What is wrong and what to do about it.
        count: How many values or rows are wrong.
        examples: Up to five, each with its place in the source where that is known.
    """

    table: str
    column: str | None
    problem: str
    count: int
    examples: tuple[str, ...] = ()

    def __str__(self) -> str:
        place = self.table if self.column is None else f"{self.table}.{self.column}"
        times = f" ({self.count:,} times)" if self.count > 1 else ""
        shown = f": {'; '.join(self.examples)}" if self.examples else ""
        more = " …" if self.count > len(self.examples) > 0 else ""
        return f"{place}: {self.problem}{times}{shown}{more}"


@dataclass(frozen=True)
class TableReport:
    """What became of the rows of one table.

    Attributes:
        name: Canonical table.
        rows_read: Rows found in the sources (after turning month columns into rows).
        rows_kept: Rows in the store.
        set_aside: How many rows were left out, and why.
    """

    name: str
    rows_read: int
    rows_kept: int
    set_aside: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class LoadReport:
    """What a load did.

    Attributes:
        company: The company's name.
        data_version: Name of this state of the data, as every answer gives it.
        as_of: Day from which relative periods count.
        store: The published file.
        tables: One report per table, workspace tables included.
        warnings: What to know about the data although they were loaded.
        workspace_frames: `meetings` and `meeting_documents`, checked, where the mapping has them. They are
            not in the store: the caller writes them to the workspace.
    """

    company: str
    data_version: str
    as_of: date
    store: Path
    tables: tuple[TableReport, ...]
    warnings: tuple[str, ...]
    workspace_frames: Mapping[str, pd.DataFrame] = field(default_factory=dict, repr=False, compare=False)


class InvalidLoad(InvalidTable):
    """The data break the canonical rules; nothing was published and the old store is as it was.

    Attributes:
        faults: Every fault that was found.
    """

    def __init__(self, company: str, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        count = f"{len(self.faults)} fault{'s' if len(self.faults) != 1 else ''}"
        head = f"{company} was not loaded, {count} found; the store is as it was before."
        super().__init__("\n".join([head, *(f"  {fault}" for fault in self.faults)]))


def shown(value: object) -> str:
    """A value as an example shows it: quoted, escaped, and cut at 60 characters with its length."""
    text = value if isinstance(value, str) else str(value)
    if len(text) > _LONGEST_VALUE:
        return f"{text[:_LONGEST_VALUE]!r}… ({len(text):,} characters)"
    return repr(text)


@dataclass(frozen=True)
class Problem:
    """What is wrong with a source, before it is known which table suffers."""

    problem: str
    count: int = 1
    examples: tuple[str, ...] = ()


class UnreadableSource(InvalidTable):
    """A file or database table that cannot be read as the mapping says.

    Attributes:
        problems: Everything that is wrong with it.
    """

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__("; ".join(problem.problem for problem in problems))

    @classmethod
    def of(cls, problem: str) -> UnreadableSource:
        """One problem without examples."""
        return cls(Problem(problem))
