"""What a canonical table is: columns with kinds, keys, units and ranges, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What a column holds. A period is a date that is the first day of a month."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    DATE = "date"
    PERIOD = "period"


class Guard(StrEnum):
    """What a column gives away, so that a policy can hide it by group."""

    PRICE = "price"
    COST = "cost"
    FINANCE = "finance"


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        name: Canonical name.
        kind: What it holds.
        means: What it is in people's words, for "what is missing" and for drafted mappings.
        key: Part of the table's key: never null, unique together.
        required: Must be mapped and never null. Keys are required.
        references: Dimension table that the value must be found in.
        minimum: Smallest allowed value.
        maximum: Largest allowed value.
        values: The only allowed values.
        unit: `units`, `currency`, `ratio`, `hours`, `days` or None.
        guard: The group under which a policy may hide the column.
        default: Value that stands for null, by the rules of the table; never for a measure.
    """

    name: str
    kind: Kind
    means: str
    key: bool = False
    required: bool = False
    references: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    values: tuple[str, ...] = ()
    unit: str | None = None
    guard: Guard | None = None
    default: str | None = None


@dataclass(frozen=True)
class CanonicalTable:
    """One table: its columns in order and what one row is.

    Attributes:
        name: Canonical name.
        row: What a row is.
        means: What the table tells, in people's words ("which machines make which products").
        columns: In canonical order.
        is_dimension: Further mapped columns become dimensions of their own.
    """

    name: str
    row: str
    means: str
    columns: tuple[Column, ...]
    is_dimension: bool = False
    _by_name: dict[str, Column] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._by_name.update({column.name: column for column in self.columns})

    @property
    def key(self) -> tuple[str, ...]:
        """Names of the key columns, in order."""
        return tuple(column.name for column in self.columns if column.key)

    def column(self, name: str) -> Column | None:
        """The column of that name, or None for a company's own column."""
        return self._by_name.get(name)


def key(name: str, kind: Kind, means: str, references: str | None = None, **more: object) -> Column:
    """A key column: never null."""
    return Column(name, kind, means, key=True, required=True, references=references, **more)  # type: ignore[arg-type]


def key_of(name: str, table: str, means: str) -> Column:
    """A key column that names a member of a dimension table."""
    return key(name, Kind.TEXT, means, references=table)


PRODUCT = key_of("product_id", "products", "product id")
MARKET = key_of("market_id", "markets", "market id")
SITE = key_of("site_id", "sites", "site id")
PERIOD = key("period", Kind.PERIOD, "month")
CYCLE = key("cycle", Kind.PERIOD, "planning cycle")


def text(name: str, means: str, **more: object) -> Column:
    """A text column."""
    return Column(name, Kind.TEXT, means, **more)  # type: ignore[arg-type]


def day(name: str, means: str, required: bool = False) -> Column:
    """A date column."""
    return Column(name, Kind.DATE, means, required=required)


def units(name: str, means: str, required: bool = False, minimum: float | None = 0) -> Column:
    """A quantity in the product's unit of measure."""
    return Column(name, Kind.NUMBER, means, required=required, minimum=minimum, unit="units")


def money(name: str, means: str, guard: Guard, required: bool = False, minimum: float | None = 0) -> Column:
    """An amount in the reporting currency, hidden with its guard."""
    return Column(name, Kind.NUMBER, means, required=required, minimum=minimum, unit="currency", guard=guard)


def rate(name: str, means: str, minimum: float = 0, maximum: float | None = None) -> Column:
    """A rate as a fraction."""
    return Column(name, Kind.NUMBER, means, required=True, minimum=minimum, maximum=maximum, unit="ratio")
