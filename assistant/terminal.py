"""Answers in the terminal: the sentence, the table, the grey line, the next questions."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table as RichTable

from assistant.answer_lines import bold_parts, cells_of, context_line
from tools.figures import Table

if TYPE_CHECKING:
    from assistant.answer import Answer
    from assistant.replay import Replay

WIDEST = 110
"""Columns that a line of an answer takes at most."""

MOST_ROWS = 15
"""Table rows that the terminal shows; the rest is counted."""

_HEADINGS = {"relative": "in %"}
"""Columns that are headed by other words than they are named by."""

_MARKS = {
    "clarification": "?",
    "not_permitted": "✕",
    "no_data": "∅",
    "unanswerable": "–",
    "confirmation": "!",
}


def console() -> Console:
    """Where answers are printed."""
    screen = Console(highlight=False, soft_wrap=False)
    screen.width = min(screen.width, WIDEST)
    return screen


def fault_console() -> Console:
    """Where faults are printed."""
    return Console(stderr=True, highlight=False)


def print_json(content: dict[str, Any]) -> None:
    """Print JSON as it stands, without colours or wrapping."""
    sys.stdout.write(json.dumps(content, ensure_ascii=False, indent=2) + "\n")


def print_fault(message: str) -> None:
    """Print one fault to standard error."""
    fault_console().print(f"[red]concord:[/red] {escape(message)}")


def ask_line() -> str:
    """One line from the person; empty at the end of the input."""
    try:
        return input("› ").strip()
    except (EOFError, KeyboardInterrupt):
        return ""


def print_answer(answer: Answer, currency: str) -> None:
    """Print an answer in the order of the contract."""
    out = console()
    mark = _MARKS.get(answer.kind)
    out.print()
    out.print((f"[yellow]{mark}[/yellow] " if mark else "") + _marked_up(answer.text))
    if answer.clarification:
        for number, option in enumerate(answer.clarification.options, start=1):
            out.print(f"  {number}. {escape(option)}")
    for table in answer.tables:
        out.print()
        out.print(Padding(_rich_table(table, currency), (0, 0, 0, 2)))
        hidden = len(table.rows) - MOST_ROWS
        if hidden > 0:
            out.print(f"  [dim]… {hidden:,} more rows with --json, or rank and filter[/dim]")
        if table.left_out:
            out.print(f"  [dim]{escape(table.left_out)}[/dim]")
    out.print()
    for warning in (w for w in answer.warnings if w.message not in answer.text):
        out.print(f"  [yellow]{escape(warning.message)}[/yellow]")
    out.print(Padding(f"[dim]{escape(context_line(answer))}[/dim]", (0, 0, 0, 2)))
    if answer.suggestions and not answer.clarification:
        out.print(f"  [dim]Next:[/dim] {escape(' · '.join(answer.suggestions))}")


def _marked_up(text: str) -> str:
    return "".join(
        f"[bold]{escape(part)}[/bold]" if is_bold else escape(part) for part, is_bold in bold_parts(text)
    )


def _rich_table(table: Table, currency: str) -> RichTable:
    shown = RichTable(title=None, box=None, pad_edge=False, header_style="dim")
    for column in table.columns:
        name = _HEADINGS.get(column.name, column.name.replace("_", " "))
        shown.add_column(escape(name), justify="right" if column.unit else "left")
    for row in table.rows[:MOST_ROWS]:
        shown.add_row(*(escape(cell) for cell in cells_of(table, row, currency)))
    return shown


def print_replay(replayed: Replay) -> None:
    """Print whether the figures of a kept answer still hold."""
    out = console()
    verdict = (
        "[green]All figures still hold.[/green]"
        if replayed.holds
        else "[yellow]Not all figures hold.[/yellow]"
    )
    out.print(f"{escape(replayed.question)}\n{verdict}")
    out.print(
        f"[dim]then {escape(replayed.data_version_then)} · now {escape(replayed.data_version_now)}[/dim]"
    )
    for figure in replayed.figures:
        if figure.state != "holds":
            group = ", ".join(figure.group.values()) or "total"
            out.print(f"  {figure.metric} ({escape(group)}): {figure.then} → {figure.now} ({figure.state})")
    for note in replayed.notes:
        out.print(f"  {escape(note)}")
