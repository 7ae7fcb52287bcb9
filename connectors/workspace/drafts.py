"""Drafts: what Concord proposes and a named person confirms or rejects, at most once, before it expires."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, select, update

from connectors.errors import NotPermitted, OutOfRange, Stale, UnknownName
from connectors.workspace.audit_trail import AuditEntry, write_entry
from connectors.workspace.identifiers import new_id
from connectors.workspace.kept_answers import require_conversation
from connectors.workspace.tables import confirmations, drafts, insert_unless_there

Verdict = Literal["confirmed", "rejected"]
State = Literal["waiting", "confirmed", "rejected", "expired"]


@dataclass(frozen=True)
class NewDraft:
    """What is proposed.

    Attributes:
        action: What a yes will do (`record_decision`), a word that code understands.
        summary: The same in people's words.
        payload: What the action needs, as JSON.
        proposed_by: E-mail of the person on whose question it was drafted.
        who_may_confirm: E-mails and roles; one of them is enough.
        expires_at: From then on nobody can confirm it.
        idempotency_key: The same proposer and key give the same draft, so a step that runs twice
            proposes once.
        conversation: Where it was proposed.
    """

    action: str
    summary: str
    payload: dict[str, Any]
    proposed_by: str
    who_may_confirm: tuple[str, ...]
    expires_at: datetime
    idempotency_key: str
    conversation: str | None = None


@dataclass(frozen=True)
class Draft:
    """A draft as it stands.

    Attributes:
        state: As of the moment that was asked for: a waiting draft past `expires_at` is `expired`.
        settled_by: E-mail of who confirmed or rejected it.
        settled_at: When, in UTC.
        note: What that person added.
    """

    id: str
    action: str
    summary: str
    payload: dict[str, Any]
    proposed_by: str
    proposed_at: datetime
    who_may_confirm: tuple[str, ...]
    expires_at: datetime
    state: State
    conversation: str | None = None
    settled_by: str | None = None
    settled_at: datetime | None = None
    note: str | None = None

    def may_be_settled_by(self, email: str, roles: Collection[str]) -> bool:
        """Whether that person, by e-mail or by a role, may confirm or reject it."""
        own = {email.casefold(), *(role.casefold() for role in roles)}
        return not own.isdisjoint(allowed.casefold() for allowed in self.who_may_confirm)


def propose(connection: Connection, new: NewDraft, now: datetime) -> Draft:
    """Write a draft that waits; the one that is there if its proposer used that key before.

    Raises:
        OutOfRange: It expires before it begins, or nobody could confirm it.
        UnknownName: Its conversation does not exist.
        Stale: The key was used for something else.
    """
    if new.expires_at <= now or not new.who_may_confirm:
        raise OutOfRange(
            f"The draft '{new.summary}' expires at {new.expires_at:%Y-%m-%d %H:%M} and may be confirmed by "
            f"{', '.join(new.who_may_confirm) or 'nobody'}. It needs a later end and someone to confirm it."
        )
    if new.conversation is not None:
        require_conversation(connection, new.conversation)
    values = asdict(new) | {"id": new_id("draft", now), "proposed_at": now, "state": "waiting"}
    values["conversation_id"] = values.pop("conversation")
    if insert_unless_there(connection, drafts, values):
        detail = {"draft": values["id"], "action": new.action, "summary": new.summary}
        write_entry(connection, AuditEntry(now, new.proposed_by, "draft proposed", detail))
    same_key = (drafts.c.proposed_by == new.proposed_by) & (drafts.c.idempotency_key == new.idempotency_key)
    there = _read(connection, same_key, now)[0]
    if (there.action, there.payload) != (new.action, new.payload):
        raise Stale(
            f"The key of this draft was used before, for '{there.summary}'. Propose it under a new key."
        )
    return there


def draft(connection: Connection, draft_id: str, now: datetime) -> Draft:
    """The draft of that id.

    Raises:
        UnknownName: There is none.
    """
    found = _read(connection, drafts.c.id == draft_id, now)
    if not found:
        raise UnknownName(f"There is no draft {draft_id}. `concord drafts` lists those that wait.")
    return found[0]


def drafts_in_state(connection: Connection, state: State, now: datetime) -> list[Draft]:
    """All drafts in that state as of `now`, oldest first."""
    stored = "waiting" if state == "expired" else state
    return [found for found in _read(connection, drafts.c.state == stored, now) if found.state == state]


def settle(
    connection: Connection,
    draft_id: str,
    verdict: Verdict,
    *,
    email: str,
    roles: Collection[str],
    now: datetime,
    note: str | None = None,
    apply: Callable[[Connection, Draft], None] | None = None,
) -> Draft:
    """Confirm or reject a draft, with its confirmation and audit rows, in the caller's transaction.

    Args:
        connection: Within a writing transaction.
        draft_id: Which draft.
        verdict: What the person says.
        email: Who says it.
        roles: That person's roles.
        now: The caller's clock.
        note: What the person adds.
        apply: Does what was confirmed, in the same transaction: either both happen or neither.

    Raises:
        UnknownName: There is no such draft.
        NotPermitted: The person may not settle it.
        Stale: It has expired, or somebody settled it before.
    """
    before = draft(connection, draft_id, now)
    if not before.may_be_settled_by(email, roles):
        raise NotPermitted(
            f"{email} may not settle the draft {draft_id}: it waits for {', '.join(before.who_may_confirm)}."
        )
    # The state is read and changed in one statement, so of two people at once only one succeeds.
    guarded = (
        update(drafts)
        .where(drafts.c.id == draft_id, drafts.c.state == "waiting", drafts.c.expires_at > now)
        .values(state=verdict)
    )
    if connection.execute(guarded).rowcount != 1:
        raise Stale(_why_not(draft(connection, draft_id, now)))
    said = {"draft_id": draft_id, "person": email, "at": now, "verdict": verdict, "note": note}
    connection.execute(confirmations.insert().values(summary=before.summary, **said))
    detail = {"draft": draft_id, "action": before.action, "summary": before.summary, "note": note}
    write_entry(connection, AuditEntry(now, email, f"draft {verdict}", detail))
    settled = draft(connection, draft_id, now)
    if apply is not None and verdict == "confirmed":
        apply(connection, settled)
    return settled


def _why_not(now_there: Draft) -> str:
    if now_there.settled_at is None:
        return (
            f"The draft {now_there.id} expired on {now_there.expires_at:%d %B %Y at %H:%M} UTC. "
            "Ask again to have it drafted on today's data."
        )
    return (
        f"The draft {now_there.id} was {now_there.state} by {now_there.settled_by} "
        f"on {now_there.settled_at:%d %B %Y at %H:%M} UTC. Nothing was done a second time."
    )


def _read(connection: Connection, which: ColumnElement[bool], now: datetime) -> list[Draft]:
    statement = (
        select(drafts, confirmations.c.person, confirmations.c.at, confirmations.c.note)
        .outerjoin(confirmations)
        .where(which)
        .order_by(drafts.c.proposed_at, drafts.c.id)
    )
    return [_draft(row, now) for row in connection.execute(statement)]


def _draft(row: Row[Any], now: datetime) -> Draft:
    expired = row.state == "waiting" and row.expires_at <= now
    return Draft(
        id=row.id,
        action=row.action,
        summary=row.summary,
        payload=row.payload,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        who_may_confirm=tuple(row.who_may_confirm),
        expires_at=row.expires_at,
        state="expired" if expired else row.state,
        conversation=row.conversation_id,
        settled_by=row.person,
        settled_at=row.at,
        note=row.note,
    )
