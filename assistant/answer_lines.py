"""Parts of an answer as lines of text, the same on every surface: cells, and the grey line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from tools.figures import Cell, Table
from tools.formatting import format_value

if TYPE_CHECKING:
    from assistant.answer import Answer

_SIGNED = {"difference", "relative"}
_BOLD = re.compile(r"\*\*(.+?)\*\*")


def bold_parts(text: str) -> list[tuple[str, bool]]:
    """Text split into (part, whether it is **bold**)."""
    parts = _BOLD.split(text)
    return [(part, place % 2 == 1) for place, part in enumerate(parts) if part]


def cells_of(table: Table, row: Sequence[Cell], currency: str) -> list[str]:
    """The cells of one row as people read them."""
    return [
        _cell(cell, column.unit, column.name in _SIGNED, currency)
        for cell, column in zip(row, table.columns, strict=True)
    ]


def _cell(cell: Cell, unit: str | None, is_signed: bool, currency: str) -> str:
    if cell is None:
        return "–"
    if unit is None or isinstance(cell, str):
        return str(cell)
    return format_value(float(cell), unit, currency, signed=is_signed)  # type: ignore[arg-type]


def context_line(answer: Answer) -> str:
    """The grey line: readings that were settled, the data, the id, how it is computed."""
    parts = list(answer.assumptions)
    day = data_day(answer.data_version)
    parts.append(f"data of {day}" if day else f"data {answer.data_version}")
    parts.append(answer.id)
    metrics = dict.fromkeys(figure.metric for figure in answer.figures)
    if metrics:
        parts.append(f"concord metrics {next(iter(metrics))}")
    return " · ".join(parts)


def data_day(data_version: str) -> str:
    """The day of a data version in words, or nothing where it names none."""
    stamp = data_version.split("#", maxsplit=1)[0]
    try:
        day = datetime.fromisoformat(stamp)
    except ValueError:
        return ""
    return f"{day.day} {day:%B %Y}"
