"""Kept answers: every question that was asked, the tool calls it led to, and what was answered.

A follow-up and a replay reuse the calls, never the result, as the person who asks then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict

from sqlalchemy import Connection, Row, func, select
from sqlalchemy.exc import IntegrityError

from connectors.errors import Stale, UnknownName
from connectors.workspace.identifiers import new_id
from connectors.workspace.tables import answers, conversations


class ToolCall(TypedDict):
    """One call of a tool, with its typed arguments as JSON."""

    name: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class KeptAnswer:
    """One turn of a conversation.

    Attributes:
        id: `a_…`, as printed with the answer.
        conversation: `c_…`; it may be continued by somebody else than who started it.
        asker: E-mail of the person who asked this turn.
        asked_at: In UTC.
        question: As it was put.
        kind: Kind of the answer (`answer`, `clarification`, …).
        scope_key: Stands for what the asker was allowed to see (`Scope.key`).
        data_version: The load that was read.
        calls: Tool calls in order, enough to compute the answer again.
        answer: The answer contract as JSON.
    """

    id: str
    conversation: str
    asker: str
    asked_at: datetime
    question: str
    kind: str
    scope_key: str
    data_version: str
    calls: list[ToolCall]
    answer: dict[str, Any]


def start_conversation(connection: Connection, asker: str, now: datetime) -> str:
    """A new conversation; its id."""
    conversation = new_id("c", now)
    connection.execute(conversations.insert().values(id=conversation, started_by=asker, started_at=now))
    return conversation


def keep_answer(connection: Connection, kept: KeptAnswer) -> None:
    """Keep one turn, as the last of its conversation.

    Raises:
        UnknownName: The conversation does not exist.
        Stale: An answer of that id is kept already; it is never overwritten.
    """
    # Two turns kept at once must not take the same number.
    require_conversation(connection, kept.conversation, hold=True)
    last = select(func.coalesce(func.max(answers.c.turn), 0)).where(
        answers.c.conversation_id == kept.conversation
    )
    turn = connection.execute(last).scalar_one() + 1
    values = {name: value for name, value in vars(kept).items() if name != "conversation"}
    try:
        connection.execute(answers.insert().values(conversation_id=kept.conversation, turn=turn, **values))
    except IntegrityError as fault:
        raise Stale(
            f"The answer {kept.id} is kept already and is never overwritten. Give the new one its own id."
        ) from fault


def answer(connection: Connection, answer_id: str) -> KeptAnswer:
    """The kept answer of that id.

    Raises:
        UnknownName: There is none; the message says how many there are and since when.
    """
    row = connection.execute(select(answers).where(answers.c.id == answer_id)).one_or_none()
    if row is not None:
        return _kept(row)
    count, latest = connection.execute(select(func.count(), func.max(answers.c.asked_at))).one()
    there = f"{count} are kept, the latest of {latest:%d %B %Y %H:%M} UTC" if count else "none is kept yet"
    raise UnknownName(f"There is no answer {answer_id}; {there}. An answer's id stands in its last line.")


def turns(connection: Connection, conversation_id: str, limit: int) -> list[KeptAnswer]:
    """The last `limit` turns of a conversation, oldest first.

    Raises:
        UnknownName: The conversation does not exist.
    """
    require_conversation(connection, conversation_id)
    newest_first = (
        select(answers)
        .where(answers.c.conversation_id == conversation_id)
        .order_by(answers.c.turn.desc())
        .limit(limit)
    )
    return [_kept(row) for row in connection.execute(newest_first)][::-1]


def require_conversation(connection: Connection, conversation_id: str, hold: bool = False) -> None:
    """Check that a conversation exists; `hold` keeps others from adding to it meanwhile.

    Raises:
        UnknownName: It does not.
    """
    found = select(conversations.c.id).where(conversations.c.id == conversation_id)
    if connection.execute(found.with_for_update() if hold else found).one_or_none() is None:
        raise UnknownName(
            f"There is no conversation {conversation_id}. "
            "Leave it out to start a new one; an answer names the conversation that it belongs to."
        )


def _kept(row: Row[Any]) -> KeptAnswer:
    values = dict(row._mapping)
    del values["turn"]
    return KeptAnswer(conversation=values.pop("conversation_id"), **values)
