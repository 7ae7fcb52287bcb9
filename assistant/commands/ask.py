"""`concord ask`, `concord chat`, `concord replay`: questions and their answers."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.commands.options import AsOption, JsonOption, StoreOption, WorkspaceOption, concord

if TYPE_CHECKING:
    from assistant.answer import Answer

_LEAVE = frozenset({"exit", "quit", "bye", ":q"})


def ask(
    question: Annotated[str, typer.Argument(help="The question, in plain words.")],
    as_email: AsOption = None,
    conversation: Annotated[str | None, typer.Option(help="Go on with this conversation.")] = None,
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Look from this earlier day.")
    ] = None,
    json_output: JsonOption = False,
    charts: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write the charts here, as .svg and .vl.json.")
    ] = None,
    store: StoreOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Ask one question."""
    from assistant.terminal import print_answer, print_json

    with concord(store, workspace) as together:
        person = together.acting_person(as_email, "ask")
        day = as_of.date() if as_of else None
        answer = together.conversations.ask(question, person, conversation, day)
        if json_output:
            print_json(answer.to_json())
        else:
            print_answer(answer, together.warehouse.info.currency)
        if charts is not None:
            _write_charts(answer, charts)


def _write_charts(answer: Answer, folder: Path) -> None:
    """Write the charts of an answer and say where; what the answer prints stays as it is."""
    from assistant.chart_files import write_charts

    pictures = [str(picture) for picture in write_charts(answer.charts, answer.id, folder)]
    typer.echo("\n".join(pictures) or "This answer has no chart.", err=True)


def chat(as_email: AsOption = None, store: StoreOption = None, workspace: WorkspaceOption = None) -> None:
    """Hold a conversation in the terminal; an empty line or Ctrl-D ends it."""
    from assistant.terminal import ask_line, print_answer, print_fault
    from connectors.errors import ConcordError

    with concord(store, workspace) as together:
        person = together.acting_person(as_email, "chat")
        conversation: str | None = None
        while (question := ask_line()) and question.casefold() not in _LEAVE:
            try:
                answer = together.conversations.ask(question, person, conversation)
            except ConcordError as fault:
                print_fault(fault.message)
                continue
            conversation = answer.conversation
            print_answer(answer, together.warehouse.info.currency)


def replay(
    answer_id: Annotated[str, typer.Argument(metavar="ID", help="Id of a kept answer, a_….")],
    as_email: AsOption = None,
    json_output: JsonOption = False,
    store: StoreOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Run a kept answer's calculations again and say whether its figures still hold."""
    from assistant.replay import replay_answer
    from assistant.terminal import print_json, print_replay

    with concord(store, workspace) as together:
        person = together.acting_person(as_email, "replay")
        replayed = replay_answer(together.workspace.answer(answer_id), together.context(person))
        if json_output:
            print_json(replayed.model_dump(mode="json"))
        else:
            print_replay(replayed)
