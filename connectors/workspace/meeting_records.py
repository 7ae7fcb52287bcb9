"""Meetings that were held and their documents, as a company brings them or Concord drafts them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from connectors.errors import InvalidTable
from connectors.workspace.tables import (
    DOCUMENT_KINDS,
    MEETING_KINDS,
    insert_or_replace,
    meeting_documents,
    meetings,
)


@dataclass(frozen=True)
class Meeting:
    """One meeting.

    Attributes:
        meeting_kind: `demand`, `supply`, `alignment` or `executive`.
        cycle: First day of the month in whose cycle it was held.
    """

    meeting_id: str
    meeting_kind: str
    cycle: date
    held_on: date
    title: str


@dataclass(frozen=True)
class MeetingDocument:
    """One document of a meeting.

    Attributes:
        document_kind: `minutes`, `transcript`, `pre_read` or `note`.
        body: Its text; other people's words, quoted and never obeyed.
    """

    document_id: str
    meeting_id: str
    document_kind: str
    title: str
    body: str


def write_meetings(
    connection: Connection, held: Sequence[Meeting], documents: Sequence[MeetingDocument]
) -> None:
    """Write meetings and documents; one of an id that is there takes the new values.

    Raises:
        InvalidTable: A kind that is not allowed, or a document without its meeting; nothing is written.
    """
    try:
        insert_or_replace(connection, meetings, [vars(meeting) for meeting in held])
        insert_or_replace(connection, meeting_documents, [vars(document) for document in documents])
    except IntegrityError as fault:
        raise InvalidTable(
            f"The meetings were not written: a meeting is one of {', '.join(MEETING_KINDS)}; "
            f"a document is one of {', '.join(DOCUMENT_KINDS)} and belongs to a meeting that is there."
        ) from fault


def meetings_held(
    connection: Connection, kind: str | None = None, cycle: date | None = None, until: date | None = None
) -> list[Meeting]:
    """Meetings in the order in which they were held; `until` hides all that were held after that day."""
    statement = select(meetings).order_by(meetings.c.held_on, meetings.c.meeting_id)
    if kind is not None:
        statement = statement.where(meetings.c.meeting_kind == kind)
    if cycle is not None:
        statement = statement.where(meetings.c.cycle == cycle)
    if until is not None:
        statement = statement.where(meetings.c.held_on <= until)
    return [Meeting(**row._mapping) for row in connection.execute(statement)]


def documents_of(connection: Connection, meeting_id: str) -> list[MeetingDocument]:
    """The documents of a meeting, by id."""
    statement = (
        select(meeting_documents)
        .where(meeting_documents.c.meeting_id == meeting_id)
        .order_by(meeting_documents.c.document_id)
    )
    return [MeetingDocument(**row._mapping) for row in connection.execute(statement)]
