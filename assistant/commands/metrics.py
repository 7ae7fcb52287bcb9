"""`concord metrics`: the catalog, or one definition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.commands.options import JsonOption, StoreOption, WorkspaceOption, settings_with

if TYPE_CHECKING:
    from assistant.places import Places
    from assistant.settings import Settings
    from tools.metrics.definitions import Metric


def metrics(
    metric: Annotated[
        str | None, typer.Argument(metavar="ID", help="A metric's id, title or synonym.")
    ] = None,
    json_output: JsonOption = False,
    store: StoreOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """List the metrics by meeting, the company's own last, or define one."""
    from assistant.metric_pages import definition_lines, definition_record, print_catalog
    from assistant.terminal import console, print_json
    from assistant.wiring import registry_with

    settings = settings_with(store, workspace)
    places = _places(settings)
    registry = registry_with(places.metrics if places else None)
    if metric is None:
        if json_output:
            print_json({"metrics": [definition_record(found) for found in registry]})
        else:
            print_catalog(console(), registry)
        return
    found = registry.find(metric)
    here = _here(settings, places, found) if places else None
    if json_output:
        print_json(definition_record(found, here))
    else:
        out = console()
        for line in definition_lines(found, here):
            out.print(line, markup=False, soft_wrap=True)


def _places(settings: Settings) -> Places | None:
    """Where the company lies, or None where there is none yet: the catalog needs no company.

    Raises:
        SourceUnavailable: A store or a file of metrics was named and there is no one company to them.
    """
    from assistant.places import find_places
    from connectors.errors import SourceUnavailable

    try:
        return find_places(settings)
    except SourceUnavailable:
        if settings.store or settings.metrics:
            raise
        return None


def _here(settings: Settings, places: Places, metric: Metric) -> dict[str, Any]:
    """What the company's store adds to a definition."""
    from assistant.wiring import open_store
    from connectors.access import LOCAL_USER
    from tools.metrics.explaining import definition_of

    warehouse = open_store(settings, places)
    try:
        return definition_of(warehouse.for_person(LOCAL_USER), metric)
    finally:
        warehouse.close()
