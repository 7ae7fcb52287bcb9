"""The first tables: loads, conversations, answers, drafts, confirmations, audit, meetings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _loads_and_answers()
    _drafts()
    _meetings()
    op.create_table(
        "audit",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("on_behalf_of", sa.Text),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("detail", sa.JSON, nullable=False),
    )
    _only_append("audit")


def _loads_and_answers() -> None:
    op.create_table(
        "loads",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("company", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("data_version", sa.Text),
        sa.Column("report", sa.JSON, nullable=False),
    )
    op.create_table(
        "conversations",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("started_by", sa.Text, nullable=False),
        sa.Column("started_at", _MOMENT, nullable=False),
    )
    op.create_table(
        "answers",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("conversation_id", sa.Text, sa.ForeignKey("conversations.id"), nullable=False),
        sa.Column("turn", sa.Integer, nullable=False),
        sa.Column("asker", sa.Text, nullable=False),
        sa.Column("asked_at", _MOMENT, nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("scope_key", sa.Text, nullable=False),
        sa.Column("data_version", sa.Text, nullable=False),
        sa.Column("calls", sa.JSON, nullable=False),
        sa.Column("answer", sa.JSON, nullable=False),
        sa.UniqueConstraint("conversation_id", "turn"),
    )


def _drafts() -> None:
    op.create_table(
        "drafts",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("payload", sa.JSON, nullable=False),
        sa.Column("proposed_by", sa.Text, nullable=False),
        sa.Column("proposed_at", _MOMENT, nullable=False),
        sa.Column("conversation_id", sa.Text, sa.ForeignKey("conversations.id")),
        sa.Column("who_may_confirm", sa.JSON, nullable=False),
        sa.Column("idempotency_key", sa.Text, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.UniqueConstraint("proposed_by", "idempotency_key"),
        sa.CheckConstraint("state IN ('waiting', 'confirmed', 'rejected')", name="state"),
    )
    op.create_index(op.f("ix_drafts_state_expires_at"), "drafts", ["state", "expires_at"])
    op.create_table(
        "confirmations",
        sa.Column("draft_id", sa.Text, sa.ForeignKey("drafts.id"), primary_key=True),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("note", sa.Text),
        sa.CheckConstraint("verdict IN ('confirmed', 'rejected')", name="verdict"),
    )


def _meetings() -> None:
    op.create_table(
        "meetings",
        sa.Column("meeting_id", sa.Text, primary_key=True),
        sa.Column("meeting_kind", sa.Text, nullable=False),
        sa.Column("cycle", sa.Date, nullable=False),
        sa.Column("held_on", sa.Date, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.CheckConstraint(
            "meeting_kind IN ('demand', 'supply', 'alignment', 'executive')", name="meeting_kind"
        ),
    )
    op.create_table(
        "meeting_documents",
        sa.Column("document_id", sa.Text, primary_key=True),
        sa.Column("meeting_id", sa.Text, sa.ForeignKey("meetings.meeting_id"), nullable=False),
        sa.Column("document_kind", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.CheckConstraint(
            "document_kind IN ('minutes', 'transcript', 'pre_read', 'note')", name="document_kind"
        ),
    )
    op.create_index(op.f("ix_meeting_documents_meeting_id"), "meeting_documents", ["meeting_id"])


def _only_append(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_is_append_only()"
    )
