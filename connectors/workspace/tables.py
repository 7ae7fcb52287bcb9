"""The tables of the workspace: what people and Concord write.

A change here needs a migration in `migrations/versions`; a test compares the two.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    Connection,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.dialects import postgresql, sqlite

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment. Only times with a zone go in, only UTC comes out (SQLite itself keeps no zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC for the database."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"the time {value} has no time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC for the caller."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class FreeText(TypeDecorator[str]):
    """Text that somebody typed or pasted.

    What no database keeps (NUL for PostgreSQL, half of a surrogate pair for both) becomes U+FFFD, so
    that an odd character costs one sign and not the whole answer.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """The text as every database keeps it."""
        if value is None:
            return None
        return value.replace("\x00", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _one_of(name: str, column: str, *values: str) -> CheckConstraint:
    return CheckConstraint(f"{column} IN ({', '.join(repr(value) for value in values)})", name=name)


MEETING_KINDS = ("demand", "supply", "alignment", "executive")
DOCUMENT_KINDS = ("minutes", "transcript", "pre_read", "note")

loads = Table(
    "loads",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", FreeText, nullable=False),
    Column("company", FreeText, nullable=False),
    Column("source", FreeText, nullable=False),
    Column("data_version", Text),
    Column("report", JSON, nullable=False),
)

conversations = Table(
    "conversations",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("started_by", FreeText, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
)

answers = Table(
    "answers",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("conversation_id", Text, ForeignKey("conversations.id"), nullable=False),
    Column("turn", Integer, nullable=False),
    Column("asker", FreeText, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("question", FreeText, nullable=False),
    Column("kind", Text, nullable=False),
    Column("scope_key", Text, nullable=False),
    Column("data_version", Text, nullable=False),
    Column("calls", JSON, nullable=False),
    Column("answer", JSON, nullable=False),
    UniqueConstraint("conversation_id", "turn"),
)

drafts = Table(
    "drafts",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("action", Text, nullable=False),
    Column("summary", FreeText, nullable=False),
    Column("payload", JSON, nullable=False),
    Column("proposed_by", FreeText, nullable=False),
    Column("proposed_at", UtcDateTime, nullable=False),
    Column("conversation_id", Text, ForeignKey("conversations.id")),
    Column("who_may_confirm", JSON, nullable=False),
    Column("idempotency_key", FreeText, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("state", Text, nullable=False),
    UniqueConstraint("proposed_by", "idempotency_key"),
    Index(None, "state", "expires_at"),
    _one_of("state", "state", "waiting", "confirmed", "rejected"),
)

confirmations = Table(
    "confirmations",
    METADATA,
    Column("draft_id", Text, ForeignKey("drafts.id"), primary_key=True),
    Column("person", FreeText, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("summary", FreeText, nullable=False),
    Column("note", FreeText),
    _one_of("verdict", "verdict", "confirmed", "rejected"),
)

audit = Table(
    "audit",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", FreeText, nullable=False),
    Column("on_behalf_of", FreeText),
    Column("action", Text, nullable=False),
    Column("detail", JSON, nullable=False),
)

meetings = Table(
    "meetings",
    METADATA,
    Column("meeting_id", FreeText, primary_key=True),
    Column("meeting_kind", Text, nullable=False),
    Column("cycle", Date, nullable=False),
    Column("held_on", Date, nullable=False),
    Column("title", FreeText, nullable=False),
    _one_of("meeting_kind", "meeting_kind", *MEETING_KINDS),
)

meeting_documents = Table(
    "meeting_documents",
    METADATA,
    Column("document_id", FreeText, primary_key=True),
    Column("meeting_id", FreeText, ForeignKey("meetings.meeting_id"), nullable=False),
    Column("document_kind", Text, nullable=False),
    Column("title", FreeText, nullable=False),
    Column("body", FreeText, nullable=False),
    Index(None, "meeting_id"),
    _one_of("document_kind", "document_kind", *DOCUMENT_KINDS),
)


def insert_unless_there(connection: Connection, table: Table, row: dict[str, Any]) -> bool:
    """Insert a row unless one with the same unique key is there; says whether it was inserted."""
    statement = _insert(connection, table).values(row).on_conflict_do_nothing()
    # The row count of an INSERT is not known to every driver; what it returns is.
    return connection.execute(statement.returning(*table.primary_key)).first() is not None


def insert_or_replace(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert rows; one whose primary key is there takes the new values."""
    if not rows:
        return
    statement = _insert(connection, table)
    keys = [column.name for column in table.primary_key]
    others = [column.name for column in table.columns if column.name not in keys]
    values = {name: statement.excluded[name] for name in others}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=values), rows)


def _insert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    # Core's own INSERT knows no ON CONFLICT, the two dialects' do and agree on its form.
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
