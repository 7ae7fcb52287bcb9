"""`concord metrics`: the catalog, or one definition."""

from __future__ import annotations

from typing import Annotated

import typer

from assistant.commands.options import JsonOption


def metrics(
    metric: Annotated[
        str | None, typer.Argument(metavar="ID", help="A metric's id, title or synonym.")
    ] = None,
    json_output: JsonOption = False,
) -> None:
    """List the metrics, or define one."""
    from assistant.metric_pages import definition_lines, definition_record, print_catalog
    from assistant.terminal import console, print_json
    from tools.metrics.registry import STANDARD

    if metric is None and json_output:
        print_json({"metrics": [definition_record(found) for found in STANDARD]})
    elif metric is None:
        print_catalog(console())
    elif json_output:
        print_json(definition_record(STANDARD.find(metric)))
    else:
        out = console()
        for line in definition_lines(STANDARD.find(metric)):
            out.print(line, markup=False)
