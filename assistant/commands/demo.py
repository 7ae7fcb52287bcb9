"""`concord demo`: the demo company, a few answers, a document, and what to do next."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant.commands.options import StoreOption, WorkspaceOption, settings_with

QUESTIONS = (
    "OTIF by region last quarter vs the quarter before",
    "Top 3 families by lost sales since April",
    "Forecast bias by family, last 12 months, worst 3",
    "Where do we have the data on headcount?",
)


def demo(
    out: Annotated[Path, typer.Option(help="Folder for the performance summary.")] = Path("build"),
    store: StoreOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Build the demo company, answer a few questions and write a one-page summary."""
    from assistant.demo_company import build_demo
    from assistant.terminal import console, fault_console, print_answer
    from assistant.wiring import put_together, utc_now
    from connectors.access import LOCAL_USER
    from tools.meetings.performance_summary import as_html, as_markdown, performance_summary

    settings = settings_with(store, workspace)
    with fault_console().status("Building the demo company") as spinner:
        loaded = build_demo(settings, utc_now(), spinner.update)
    screen = console()
    rows = sum(table.rows_kept for table in loaded.report.tables)
    screen.print(f"{loaded.report.company}: {rows:,} rows in {loaded.places.store}", markup=False)
    built = settings.model_copy(update={"store": loaded.places.store, "workspace": loaded.places.workspace})
    together = put_together(built)
    try:
        for question in QUESTIONS:
            screen.print(f"\n[bold]› {question}[/bold]")
            answer = together.conversations.ask(question, LOCAL_USER)
            print_answer(answer, together.warehouse.info.currency)
        summary = performance_summary(together.warehouse.for_person(LOCAL_USER))
    finally:
        together.close()
    out.mkdir(parents=True, exist_ok=True)
    for name, text in (("md", as_markdown(summary)), ("html", as_html(summary))):
        path = out / f"performance-summary.{name}"
        path.write_text(text, "utf-8")
        screen.print(f"Wrote {path}", markup=False)
    option = "" if settings.store is None else f" --store {loaded.places.store}"
    screen.print(f'\nNext: concord ask "OTIF in Dairy by month since January"{option}', markup=False)
