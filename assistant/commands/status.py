"""`concord status`: what there is, and in what state."""

from __future__ import annotations

from assistant.commands.options import JsonOption, StoreOption, WorkspaceOption, concord


def status(
    json_output: JsonOption = False, store: StoreOption = None, workspace: WorkspaceOption = None
) -> None:
    """Show the store, its data version and tables, the model, and what is missing."""
    from assistant.status import status_of
    from assistant.terminal import console, print_json

    with concord(store, workspace) as together:
        found = status_of(together)
        if json_output:
            print_json(found.model_dump(mode="json"))
            return
        out = console()
        for line in found.lines():
            out.print(line, markup=False)
