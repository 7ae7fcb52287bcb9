"""What tools return: figures, tables, charts and sources, typed. Shapes of the answer contract.

A tool numbers its figures and sources from 1; the toolbox renumbers them so that ids are unique
within one answer.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

Unit = Literal[
    "ratio", "points", "currency", "units", "days", "orders", "hours", "per year", "index", "count"
]
Cell = str | float | int | None


class Contract(BaseModel):
    """Base of the contract's parts: closed, so that a misspelt key is an error."""

    model_config = ConfigDict(extra="forbid")


class PeriodRef(Contract):
    """A span of days as an answer names it."""

    start: date
    end: date
    label: str


class Comparison(Contract):
    """The other side of a comparison.

    `difference` is in the figure's unit (points for ratios are written by `formatted`), `relative`
    is the difference over the absolute other side, `better` is None where no direction is good. `label`
    is what the other side is called in a sentence ("Q1 2026", "the budget").
    """

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    with_: str = Field(alias="with", serialization_alias="with")
    label: str = ""
    value: float | None
    difference: float | None
    relative: float | None
    better: bool | None
    formatted: str = ""
    formatted_difference: str = ""
    formatted_relative: str = ""
    period: PeriodRef | None = None
    reason: str | None = None


class Figure(Contract):
    """One figure with all that it means. `value` is unrounded, `formatted` is what people read."""

    id: str
    metric: str
    title: str = ""
    value: float | None
    unit: Unit
    formatted: str
    group: dict[str, str] = {}
    group_ids: dict[str, str] = {}
    scope: dict[str, list[str]] = {}
    period: PeriodRef | None
    basis: dict[str, Any] = {}
    transform: str | None = None
    comparison: Comparison | None = None
    low: float | None = None
    high: float | None = None
    reason: str | None = None
    source: str


class TableColumn(Contract):
    """A column of a table and its unit."""

    name: str
    unit: str | None = None


class Table(Contract):
    """A table as people read it. `left_out` says how many rows were cut and how to get them."""

    title: str
    columns: list[TableColumn]
    rows: list[list[Cell]]
    source: str
    left_out: str | None = None


class Chart(Contract):
    """A chart as a Vega-Lite specification with its data inside."""

    title: str
    vega_lite: dict[str, JsonValue]
    source: str
    alt: str = ""


class Source(Contract):
    """Where figures or quotes come from."""

    id: str
    kind: Literal[
        "calculation",
        "forecast",
        "scenario",
        "definition",
        "decision",
        "action",
        "assumption",
        "document",
    ]
    tool: str | None = None
    arguments: dict[str, Any] = {}
    definition: str | None = None
    tables: list[str] = []
    rows: int | None = None
    as_of: date | None = None
    decision_id: str | None = None
    meeting_id: str | None = None
    held_on: date | None = None
    quote: str | None = None


class AnswerWarning(Contract):
    """Something that touches the figures: `partial`, `stale`, `books_differ`, `rows_left_out`."""

    code: str
    message: str


class Refusal(Contract):
    """One of the noes, with what it is about and what there is instead."""

    kind: Literal["not_permitted", "no_data", "unanswerable"]
    message: str
    choices: list[str] = []


class Clarification(Contract):
    """A question back, with options that can be sent as they are."""

    question: str
    options: list[str] = Field(min_length=2, max_length=4)


class Pending(Contract):
    """A draft that waits for a person."""

    draft_id: str
    action: str
    summary: str
    who_may_confirm: list[str]
    expires_at: str


class ToolResult(Contract):
    """What one run of a tool gives.

    Attributes:
        figures: Figures, in the order of the rows that they stand in.
        notes: Plain sentences without figures that wording may use (for instance definitions).
        details: What goes beyond figures and tables, typed by its `type`.
        refusal: Set when the tool ran but has no answer; then there are no figures.
    """

    figures: list[Figure] = []
    tables: list[Table] = []
    charts: list[Chart] = []
    sources: list[Source] = []
    assumptions: list[str] = []
    warnings: list[AnswerWarning] = []
    notes: list[str] = []
    details: dict[str, Any] | None = None
    refusal: Refusal | None = None
    clarification: Clarification | None = None
    pending: Pending | None = None
    suggestions: list[str] = []
