"""`concord drafts`, `concord confirm`, `concord reject`: what waits for a person."""

from __future__ import annotations

from typing import Annotated

import typer

from assistant.commands.options import AsOption, JsonOption, StoreOption, WorkspaceOption, concord

DraftId = Annotated[str, typer.Argument(metavar="ID", help="Id of a draft, draft_….")]


def drafts(
    json_output: JsonOption = False, store: StoreOption = None, workspace: WorkspaceOption = None
) -> None:
    """List the drafts that wait for a person."""
    from assistant.terminal import console, print_json

    with concord(store, workspace) as together:
        waiting = together.workspace.drafts(together.clock())
        if json_output:
            keys = ("id", "action", "summary", "proposed_by", "who_may_confirm")
            records = [{key: getattr(draft, key) for key in keys} for draft in waiting]
            print_json(
                {
                    "drafts": [
                        r | {"expires_at": d.expires_at.isoformat()}
                        for r, d in zip(records, waiting, strict=True)
                    ]
                }
            )
            return
        out = console()
        if not waiting:
            out.print("Nothing waits for anyone.")
        for draft in waiting:
            who = ", ".join(draft.who_may_confirm)
            out.print(f"{draft.id}  {draft.summary}", markup=False)
            out.print(
                f"  {draft.action}, until {draft.expires_at:%Y-%m-%d %H:%M} UTC, for {who}", markup=False
            )


def confirm(
    draft_id: DraftId, as_email: AsOption = None, store: StoreOption = None, workspace: WorkspaceOption = None
) -> None:
    """Confirm a draft, as somebody who may."""
    from assistant.terminal import console

    with concord(store, workspace) as together:
        person = together.acting_person(as_email, "confirm")
        done = together.workspace.confirm(draft_id, person.email, person.roles, together.clock())
        console().print(f"Confirmed by {person.email}: {done.summary}", markup=False)


def reject(
    draft_id: DraftId, as_email: AsOption = None, store: StoreOption = None, workspace: WorkspaceOption = None
) -> None:
    """Reject a draft, as somebody who may."""
    from assistant.terminal import console

    with concord(store, workspace) as together:
        person = together.acting_person(as_email, "reject")
        done = together.workspace.reject(draft_id, person.email, person.roles, together.clock())
        console().print(f"Rejected by {person.email}: {done.summary}", markup=False)
