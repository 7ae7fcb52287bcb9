"""The workspace: the transactional database with everything that people or Concord write.

    Workspace ── kept_answers     conversations and their turns
              ├─ drafts           proposals, confirmed at most once
              ├─ meeting_records  meetings and their documents
              ├─ load_reports     every load and what it found
              └─ audit_trail      who did what, append-only

Each of these modules works on a connection; this class opens the database and gives each call its own
transaction. More than one step in one transaction: `with workspace.writing() as connection`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine

from connectors.workspace import audit_trail, drafts, kept_answers, load_reports, meeting_records
from connectors.workspace.audit_trail import AuditEntry
from connectors.workspace.drafts import Draft, NewDraft, State
from connectors.workspace.kept_answers import KeptAnswer
from connectors.workspace.load_reports import LoadReport
from connectors.workspace.meeting_records import Meeting, MeetingDocument
from connectors.workspace.schema import in_own_words, open_engine


class Workspace:
    """An open workspace. Threads may share it; each process opens its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, url: str, wait_seconds: float = 15.0) -> Self:
        """Open a workspace; make it, or bring it to the newest schema, where that is needed.

        Args:
            url: `sqlite:///FILE` or `postgresql://USER@HOST/DATABASE`.
            wait_seconds: How long to wait for another process that writes to the same SQLite file.

        Raises:
            SourceUnavailable: It cannot be reached, is no workspace, or is newer than this program.
        """
        return cls(open_engine(url, wait_seconds))

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the workspace.

        Raises:
            SourceUnavailable: The database cannot be reached.
        """
        with in_own_words(self._engine.url), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is kept when the block ends and undone when it raises.

        Raises:
            SourceUnavailable: The database cannot be reached, or another process keeps it locked.
        """
        engine = self._engine.execution_options(writes=True)
        with in_own_words(engine.url), engine.begin() as connection:
            yield connection

    def start_conversation(self, asker: str, now: datetime) -> str:
        """Start a conversation; its id (`c_…`)."""
        with self.writing() as connection:
            return kept_answers.start_conversation(connection, asker, now)

    def keep_answer(self, kept: KeptAnswer) -> None:
        """Keep one turn, as the last of its conversation.

        Raises:
            UnknownName: The conversation does not exist.
            Stale: An answer of that id is kept already.
        """
        with self.writing() as connection:
            kept_answers.keep_answer(connection, kept)

    def answer(self, answer_id: str) -> KeptAnswer:
        """A kept answer.

        Raises:
            UnknownName: There is none of that id.
        """
        with self.reading() as connection:
            return kept_answers.answer(connection, answer_id)

    def turns(self, conversation_id: str, limit: int = 20) -> list[KeptAnswer]:
        """The last turns of a conversation, oldest first.

        Raises:
            UnknownName: The conversation does not exist.
        """
        with self.reading() as connection:
            return kept_answers.turns(connection, conversation_id, limit)

    def record_load(self, load: LoadReport) -> str:
        """Keep the report of a load, published or refused; its id."""
        with self.writing() as connection:
            return load_reports.record_load(connection, load)

    def loads(self, limit: int = 20) -> list[LoadReport]:
        """The last loads, newest first."""
        with self.reading() as connection:
            return load_reports.latest_loads(connection, limit)

    def write_meetings(self, meetings: Sequence[Meeting], documents: Sequence[MeetingDocument]) -> None:
        """Write meetings and their documents; those of an id that is there take the new values.

        Raises:
            InvalidTable: A kind is not allowed, or a document lacks its meeting; nothing is written.
        """
        with self.writing() as connection:
            meeting_records.write_meetings(connection, meetings, documents)

    def meetings(
        self, kind: str | None = None, cycle: date | None = None, until: date | None = None
    ) -> list[Meeting]:
        """Meetings in the order in which they were held; none that was held after `until`."""
        with self.reading() as connection:
            return meeting_records.meetings_held(connection, kind, cycle, until)

    def meeting_documents(self, meeting_id: str) -> list[MeetingDocument]:
        """The documents of a meeting."""
        with self.reading() as connection:
            return meeting_records.documents_of(connection, meeting_id)

    def propose(self, draft: NewDraft, now: datetime) -> Draft:
        """Write a draft that waits for a person; the same one again for the same proposer and key.

        Raises:
            OutOfRange: It has expired already, or nobody could confirm it.
            UnknownName: Its conversation does not exist.
            Stale: The key was used for something else.
        """
        with self.writing() as connection:
            return drafts.propose(connection, draft, now)

    def draft(self, draft_id: str, now: datetime) -> Draft:
        """A draft as it stands.

        Raises:
            UnknownName: There is none of that id.
        """
        with self.reading() as connection:
            return drafts.draft(connection, draft_id, now)

    def drafts(self, now: datetime, state: State = "waiting") -> list[Draft]:
        """Drafts in that state, oldest first. Show a person only those of `Draft.may_be_settled_by`."""
        with self.reading() as connection:
            return drafts.drafts_in_state(connection, state, now)

    def confirm(
        self,
        draft_id: str,
        person_email: str,
        person_roles: Collection[str],
        now: datetime,
        *,
        note: str | None = None,
        apply: Callable[[Connection, Draft], None] | None = None,
    ) -> Draft:
        """Confirm a draft, at most once.

        Args:
            draft_id: Which draft.
            person_email: Who confirms.
            person_roles: That person's roles.
            now: The caller's clock.
            note: What the person adds.
            apply: Does what was confirmed, in the same transaction: either both happen or neither.

        Raises:
            UnknownName: There is no such draft.
            NotPermitted: The person may not settle it.
            Stale: It has expired, or somebody settled it before.
        """
        with self.writing() as connection:
            return drafts.settle(
                connection,
                draft_id,
                "confirmed",
                email=person_email,
                roles=person_roles,
                now=now,
                note=note,
                apply=apply,
            )

    def reject(
        self,
        draft_id: str,
        person_email: str,
        person_roles: Collection[str],
        now: datetime,
        *,
        note: str | None = None,
    ) -> Draft:
        """Reject a draft, at most once. Raises as `confirm`."""
        with self.writing() as connection:
            return drafts.settle(
                connection, draft_id, "rejected", email=person_email, roles=person_roles, now=now, note=note
            )

    def audit(self, entry: AuditEntry) -> None:
        """Append an entry to the audit trail."""
        with self.writing() as connection:
            audit_trail.write_entry(connection, entry)

    def audit_entries(self, limit: int = 100) -> list[AuditEntry]:
        """The last entries of the audit trail, oldest first."""
        with self.reading() as connection:
            return audit_trail.latest_entries(connection, limit)
