"""Options and helpers that every command shares."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from assistant.settings import Settings
    from assistant.wiring import Concord

StoreOption = Annotated[
    str | None,
    typer.Option("--store", help="Plan store: path of a DuckDB file, or the URL of a database."),
]
WorkspaceOption = Annotated[
    str | None, typer.Option("--workspace", help="URL of the workspace; default: beside the store.")
]
AsOption = Annotated[
    str | None, typer.Option("--as", metavar="EMAIL", help="Ask as this person of the policy file; audited.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
YesOption = Annotated[bool, typer.Option("--replace", help="Replace another company's store.")]


def settings_with(store: str | None = None, workspace: str | None = None) -> Settings:
    """The settings, with what the command line says on top.

    Raises:
        SourceUnavailable: A setting has a value that it cannot have.
    """
    from pydantic import ValidationError

    from assistant.settings import Settings
    from connectors.errors import SourceUnavailable

    given = {name: value for name, value in (("store", store), ("workspace", workspace)) if value}
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as fault:
        faults = "; ".join(
            f"CONCORD_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in fault.errors()
        )
        raise SourceUnavailable(f"A setting is wrong. {faults}") from fault


@contextmanager
def concord(store: str | None, workspace: str | None) -> Iterator[Concord]:
    """An installation put together for the command, closed behind it."""
    from assistant.wiring import put_together

    together = put_together(settings_with(store, workspace))
    try:
        yield together
    finally:
        together.close()
