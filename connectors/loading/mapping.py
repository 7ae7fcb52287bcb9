"""The schema of a mapping file: how a company's own files or database fill the canonical tables.

Every key is described in docs/loading.md. `mapping_file.py` reads the file; this module says what may
stand in it.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from connectors.loading.currencies import CURRENCIES
from connectors.loading.faults import Company

FORMAT_CODES = "YmdyBbHMSfjpIAa%"
_FORMAT = re.compile(rf"^(?:[^%]|%-?[{FORMAT_CODES}])*$")


def _as_tuple(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Texts = Annotated[tuple[str, ...], BeforeValidator(_as_tuple)]


class Closed(BaseModel):
    """Base of every part: an unknown key is an error, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Database(Closed):
    """A database that tables are read from; its address, password included, stays in the environment."""

    url_env: str = Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")


class Source(Closed):
    """Where rows come from and how they are written: a file, a folder, a pattern, or a database table.

    Attributes:
        file: File, folder or pattern, relative to the source folder.
        database: Name of an entry of `databases`.
        table: Table or view in that database.
        schema_name: Its schema (key `schema`), where it is not the default one.
        sheet: Sheet of a workbook; needed where it has several.
        encoding: Of a text file.
        delimiter: Of a text file; seen from its header line where absent.
        decimal: Decimal sign.
        thousands: Thousands separator; none where absent.
        header_row: Row of the column names, counted from 1; rows above it are skipped.
        null_values: Texts that mean "unknown".
    """

    file: str | None = None
    database: str | None = None
    table: str | None = None
    schema_name: str | None = Field(default=None, alias="schema")
    sheet: str | None = None
    encoding: str = "utf-8"
    delimiter: str | None = None
    decimal: Literal[".", ","] = "."
    thousands: Literal[".", ",", " ", "'", "_", "\u00a0", "\u202f"] | None = None
    header_row: int = Field(default=1, ge=1, le=1000)
    null_values: Texts = ()

    @field_validator("delimiter")
    @classmethod
    def _one_character(cls, value: str | None) -> str | None:
        value = "\t" if value in ("tab", r"\t") else value
        if value is not None and (len(value) != 1 or value in '"\r\n'):
            raise ValueError('must be one character, such as ";" or tab')
        return value

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, value: str) -> str:
        try:
            "".encode(value)
        except LookupError as error:
            raise ValueError(f"{value!r} is no text encoding, such as utf-8, cp1252 or utf-16") from error
        return value

    @model_validator(mode="after")
    def _one_place(self) -> Source:
        if (self.file is None) == (self.database is None):
            raise ValueError("give either `file`, or `database` with `table`")
        if (self.database is None) != (self.table is None):
            raise ValueError("`database` and `table` go together")
        if self.database is None and self.schema_name is not None:
            raise ValueError("`schema` needs `database`")
        if self.thousands is not None and self.thousands == self.decimal:
            raise ValueError("`thousands` and `decimal` must differ")
        return self

    @property
    def label(self) -> str:
        """What people call it."""
        return self.file or f"{self.database}.{self.table}"


def _as_source(value: object) -> object:
    return value if not isinstance(value, str) else {"file": value}


class ColumnSource(Closed):
    """Where the values of one canonical column come from: exactly one of the first four.

    Attributes:
        column: A source column.
        expression: Arithmetic over source columns (expressions.py).
        row_number_within: 1, 2, 3 … within the rows that share these source columns.
        constant: One text for all rows; never for a measure.
        order_by: Source columns that order `row_number_within`; the order of the rows where absent.
        format: Forms in which days are written.
        values: From source text to canonical text; what it does not list is a fault.
        otherwise: Canonical text for what `values` does not list.
        null_values: Texts that mean "unknown" in this column, besides those of the source.
    """

    column: str | None = None
    expression: str | None = None
    row_number_within: Texts = ()
    constant: str | None = None
    order_by: Texts = ()
    format: Texts = ()
    values: dict[str, str] = Field(default_factory=dict)
    otherwise: str | None = None
    null_values: Texts = ()

    @field_validator("format")
    @classmethod
    def _known_codes(cls, formats: tuple[str, ...]) -> tuple[str, ...]:
        for form in formats:
            check_format(form)
        return formats

    @model_validator(mode="after")
    def _one_kind(self) -> ColumnSource:
        kinds = {
            "column": self.column,
            "expression": self.expression,
            "row_number_within": self.row_number_within or None,
            "constant": self.constant,
        }
        given = [name for name, value in kinds.items() if value is not None]
        if len(given) != 1:
            raise ValueError(f"give exactly one of {', '.join(kinds)}; given: {', '.join(given) or 'none'}")
        if self.order_by and not self.row_number_within:
            raise ValueError("`order_by` needs `row_number_within`")
        if self.otherwise is not None and not self.values:
            raise ValueError("`otherwise` needs `values`")
        only_read = bool(self.format or self.values or self.null_values)
        if only_read and given[0] not in ("column", "expression"):
            raise ValueError("`format`, `values` and `null_values` need `column` or `expression`")
        return self


def check_format(form: str) -> str:
    """The form of a day, if it uses known codes only.

    Raises:
        ValueError: It does not.
    """
    if "%" not in form or not _FORMAT.match(form):
        raise ValueError(f'{form!r} is no form of a day; write it with codes, such as "%d.%m.%Y" or "%Y%m%d"')
    return form


def _as_column(value: object) -> object:
    return {"column": value} if isinstance(value, str) else value


class Lookup(Closed):
    """Another source joined row by row; its columns are then called `as_name.column`.

    Attributes:
        source: Name of an entry of `sources`, a file, or a source of its own.
        as_name: The name (key `as`).
        on: Column of this table's source to column of the other one.
    """

    source: Annotated[str | Source, Field(union_mode="left_to_right")]
    as_name: str = Field(alias="as", pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    on: dict[str, str] = Field(min_length=1)


class SetAside(Closed):
    """Rows to leave out, with the reason that the report gives."""

    when: str
    why: str = Field(min_length=1)


class Unpivot(Closed):
    """Columns turned into rows, such as one column per month; empty cells give no row.

    Attributes:
        columns: Names or patterns (`20??-??`) of the source columns to turn.
        name: What to call the column that then holds their names.
        value: What to call the column that then holds their values.
    """

    columns: Annotated[Texts, Field(min_length=1)]
    name: str
    value: str


class Block(Closed):
    """How one source fills one canonical table, or a part of it."""

    source: Annotated[str | Source, Field(union_mode="left_to_right")]
    join: tuple[Lookup, ...] = ()
    unpivot: Unpivot | None = None
    set_aside: tuple[SetAside, ...] = ()
    distinct: bool = False
    may_be_empty: bool = False
    columns: dict[str, Annotated[ColumnSource, BeforeValidator(_as_column)]] = Field(min_length=1)


def _as_blocks(value: object) -> object:
    return (value,) if isinstance(value, dict) else value


Blocks = Annotated[tuple[Block, ...], BeforeValidator(_as_blocks), Field(min_length=1)]


class Mapping(Closed):
    """A whole mapping file."""

    company: str = Field(min_length=1, max_length=200)
    currency: str
    as_of: date | None = None
    complete_through: date | None = None
    fiscal_year_start_month: int = Field(default=1, ge=1, le=12)
    null_values: Texts = ()
    databases: dict[str, Database] = Field(default_factory=dict)
    sources: dict[str, Annotated[Source, BeforeValidator(_as_source)]] = Field(default_factory=dict)
    tables: dict[str, Blocks] = Field(min_length=1)

    @field_validator("currency")
    @classmethod
    def _iso_code(cls, value: str) -> str:
        if value not in CURRENCIES:
            raise ValueError(f"{value!r} is no currency of ISO 4217, such as EUR, USD or INR")
        return value

    @property
    def about(self) -> Company:
        """The company that the mapping is for."""
        return Company(
            self.company, self.currency, self.as_of, self.complete_through, self.fiscal_year_start_month
        )

    def source_of(self, named: str | Source) -> Source:
        """The source behind a name of `sources`, a file name, or a source written out."""
        if isinstance(named, Source):
            return named
        return self.sources.get(named) or Source(file=named)
