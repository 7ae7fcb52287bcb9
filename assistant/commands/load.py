"""`concord mapping` and `concord load`: a company's own data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant.commands.options import StoreOption, WorkspaceOption, YesOption, settings_with


def mapping(
    folder: Annotated[Path, typer.Argument(help="Folder with CSV, Excel or Parquet files.")],
) -> None:
    """Draft a mapping from files: tables and columns with a confidence, and the gaps."""
    import sys

    from assistant.gap_costs import metrics_lost_without
    from connectors.loading.mapping_draft import draft_mapping

    sys.stdout.write(draft_mapping(folder, costs=metrics_lost_without).text)


def load(
    mapping_file: Annotated[Path, typer.Argument(metavar="MAPPING.yaml", help="The mapping.")],
    source: Annotated[Path | None, typer.Option(help="Folder of the files; default: the mapping's.")] = None,
    replace: YesOption = False,
    store: StoreOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Read a company's own files or database into the plan store: all of it, or nothing."""
    from assistant.company import load_company
    from assistant.terminal import console, fault_console
    from assistant.wiring import utc_now

    settings = settings_with(store, workspace)
    with fault_console().status("Loading") as spinner:
        loaded = load_company(settings, mapping_file, source, replace, utc_now(), spinner.update)
    out, report = console(), loaded.report
    out.print(f"{report.company}: data version {report.data_version}, as of {report.as_of}", markup=False)
    for table in report.tables:
        kept = f"of {table.rows_read:,} rows kept" if table.rows_read else "rows derived"
        out.print(f"  {table.name:<20}{table.rows_kept:>12,} {kept}", markup=False)
        for count, why in table.set_aside:
            out.print(f"    {count:,} set aside: {why}", markup=False)
    for warning in report.warnings:
        out.print(f"  warning: {warning}", markup=False)
    option = "" if settings.store is None else f" --store {loaded.places.store}"
    out.print(f'Next: concord ask "What can I ask?"{option}', markup=False)
