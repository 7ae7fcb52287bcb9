"""Conversations, kept answers, loads, meetings and the audit trail, on SQLite and PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, StatementError

from connectors.errors import InvalidTable, Stale, UnknownName
from connectors.workspace.audit_trail import AuditEntry
from connectors.workspace.identifiers import new_id
from connectors.workspace.kept_answers import KeptAnswer
from connectors.workspace.load_reports import LoadReport
from connectors.workspace.meeting_records import Meeting, MeetingDocument
from connectors.workspace.workspace import Workspace

NOW = datetime(2026, 7, 2, 9, 30, 15, 123456, tzinfo=UTC)


def kept(conversation: str, number: int = 1, **other: object) -> KeptAnswer:
    turn = KeptAnswer(
        id=f"a_{number:03}",
        conversation=conversation,
        asker="ana@example.com",
        asked_at=NOW,
        question="OTIF by region last quarter?",
        kind="answer",
        scope_key="all",
        data_version="2026-07-02T06:00:00Z#a41f",
        calls=[{"name": "compute_metric", "arguments": {"metric": "otif_rate", "by": ["region"]}}],
        answer={"text": "OTIF was **47.8%**", "figures": [{"id": "F1", "value": 0.478, "comparison": None}]},
    )
    return replace(turn, **other)  # type: ignore[arg-type]


def test_a_kept_answer_comes_back_as_it_was_kept(workspace: Workspace) -> None:
    turn = kept(workspace.start_conversation("ana@example.com", NOW))
    workspace.keep_answer(turn)
    assert workspace.answer("a_001") == turn
    assert workspace.answer("a_001").asked_at.tzinfo is UTC
    assert list(workspace.answer("a_001").answer) == ["text", "figures"]


def test_a_time_of_another_zone_comes_back_as_the_same_moment_in_utc(workspace: Workspace) -> None:
    india = timezone(timedelta(hours=5, minutes=30))
    turn = kept(workspace.start_conversation("ana@example.com", NOW), asked_at=NOW.astimezone(india))
    workspace.keep_answer(turn)
    assert workspace.answer("a_001").asked_at.isoformat() == "2026-07-02T09:30:15.123456+00:00"


def test_a_time_without_a_zone_is_refused(workspace: Workspace) -> None:
    turn = kept(workspace.start_conversation("ana@example.com", NOW), asked_at=NOW.replace(tzinfo=None))
    with pytest.raises(StatementError, match="no time zone"):
        workspace.keep_answer(turn)


def test_turns_are_the_last_ones_oldest_first_even_within_one_microsecond(workspace: Workspace) -> None:
    conversation = workspace.start_conversation("ana@example.com", NOW)
    for number in (5, 2, 9, 1):
        workspace.keep_answer(kept(conversation, number))
    assert [turn.id for turn in workspace.turns(conversation)] == ["a_005", "a_002", "a_009", "a_001"]
    assert [turn.id for turn in workspace.turns(conversation, limit=2)] == ["a_009", "a_001"]


def test_somebody_else_may_continue_a_conversation(workspace: Workspace) -> None:
    conversation = workspace.start_conversation("ana@example.com", NOW)
    workspace.keep_answer(kept(conversation, 1))
    workspace.keep_answer(kept(conversation, 2, asker="ben@example.com", scope_key="0a1b"))
    assert [turn.asker for turn in workspace.turns(conversation)] == ["ana@example.com", "ben@example.com"]


def test_a_conversation_sees_no_turns_of_another(workspace: Workspace) -> None:
    mine = workspace.start_conversation("ana@example.com", NOW)
    workspace.keep_answer(kept(workspace.start_conversation("ben@example.com", NOW)))
    assert workspace.turns(mine) == []


def test_twenty_turns_kept_at_once_all_stay_and_each_once(workspace: Workspace) -> None:
    conversation = workspace.start_conversation("ana@example.com", NOW)
    with ThreadPoolExecutor(8) as people:
        list(people.map(lambda number: workspace.keep_answer(kept(conversation, number)), range(20)))
    with workspace.reading() as connection:
        numbers = connection.execute(text("SELECT turn FROM answers ORDER BY turn")).scalars().all()
    assert numbers == list(range(1, 21))


@pytest.mark.parametrize(
    "question", ["OTIF\x00?", "half \ud83d a pair", "größer 数 🚚", "'; DROP TABLE answers"]
)
def test_any_text_can_be_kept(workspace: Workspace, question: str) -> None:
    conversation = workspace.start_conversation("ana@example.com", NOW)
    workspace.keep_answer(kept(conversation, question=question, answer={"question": question}))
    expected = question.replace("\x00", "\ufffd").replace("\ud83d", "\ufffd")
    assert workspace.answer("a_001").question == expected
    assert workspace.answer("a_001").answer == {"question": question}


def test_not_a_number_is_refused_because_it_is_no_json(workspace: Workspace) -> None:
    turn = kept(workspace.start_conversation("ana@example.com", NOW), answer={"value": float("nan")})
    with pytest.raises((StatementError, ValueError), match="Out of range"):
        workspace.keep_answer(turn)


def test_an_unknown_answer_says_how_many_there_are(workspace: Workspace) -> None:
    with pytest.raises(UnknownName, match="no answer a_9; none is kept yet"):
        workspace.answer("a_9")
    workspace.keep_answer(kept(workspace.start_conversation("ana@example.com", NOW)))
    with pytest.raises(UnknownName, match="1 are kept, the latest of 02 July 2026 09:30 UTC"):
        workspace.answer("a_9")


def test_an_unknown_conversation_is_said(workspace: Workspace) -> None:
    with pytest.raises(UnknownName, match="no conversation c_9"):
        workspace.turns("c_9")
    with pytest.raises(UnknownName, match="no conversation c_9"):
        workspace.keep_answer(kept("c_9"))


def test_a_kept_answer_is_never_overwritten(workspace: Workspace) -> None:
    conversation = workspace.start_conversation("ana@example.com", NOW)
    workspace.keep_answer(kept(conversation))
    with pytest.raises(Stale, match="a_001 is kept already"):
        workspace.keep_answer(kept(conversation, question="something else"))
    assert workspace.answer("a_001").question == "OTIF by region last quarter?"


def test_identifiers_sort_by_the_time_they_were_made() -> None:
    moments = [NOW + timedelta(milliseconds=step) for step in (0, 1, 999, 86_400_000, 10**12)]
    made = [new_id("a", moment) for moment in moments]
    assert made == sorted(made)
    assert len({len(one) for one in made}) == 1
    assert len({new_id("a", NOW) for _ in range(1000)}) == 1000


def test_an_identifier_is_the_ulid_of_its_moment_and_randomness() -> None:
    # The example of the ULID specification: 1469918176385 ms is 01ARYZ6S41.
    moment = datetime.fromtimestamp(1469918176385 / 1000, UTC)
    assert new_id("a", moment, lambda count: b"\xff" * count) == "a_01ARYZ6S41" + "Z" * 16


def test_loads_are_listed_newest_first_with_their_reports(workspace: Workspace) -> None:
    refused = LoadReport(NOW, "local", "AtliQ Mart", "atliq.yaml", None, {"faults": [{"count": 3}]})
    published = replace(refused, at=NOW + timedelta(hours=1), data_version="v#1", report={"rows": 57096})
    workspace.record_load(refused)
    workspace.record_load(published)
    assert workspace.loads() == [published, refused]
    assert workspace.loads(limit=1) == [published]


MARCH = Meeting("M-1", "demand", date(2026, 3, 1), date(2026, 3, 4), "Demand review, March 2026")
APRIL = Meeting("M-2", "supply", date(2026, 4, 1), date(2026, 4, 9), "Supply review, April 2026")
MINUTES = MeetingDocument("D-1", "M-1", "minutes", "Minutes", "Agreed: hold the price.")


def test_meetings_are_found_by_kind_cycle_and_day(workspace: Workspace) -> None:
    workspace.write_meetings([APRIL, MARCH], [MINUTES])
    assert workspace.meetings() == [MARCH, APRIL]
    assert workspace.meetings(kind="supply") == [APRIL]
    assert workspace.meetings(cycle=date(2026, 3, 1)) == [MARCH]
    assert workspace.meetings(until=date(2026, 4, 8)) == [MARCH]
    assert workspace.meeting_documents("M-1") == [MINUTES]
    assert workspace.meeting_documents("M-2") == []


def test_writing_a_meeting_again_changes_it_and_keeps_the_others(workspace: Workspace) -> None:
    workspace.write_meetings([MARCH, APRIL], [MINUTES])
    moved, corrected = replace(MARCH, held_on=date(2026, 3, 5)), replace(MINUTES, body="Agreed: wait.")
    workspace.write_meetings([moved], [corrected])
    assert workspace.meetings() == [moved, APRIL]
    assert workspace.meeting_documents("M-1") == [corrected]


@pytest.mark.parametrize(
    ("meetings", "documents"),
    [
        ([MARCH, replace(APRIL, meeting_kind="lunch")], []),
        ([MARCH], [replace(MINUTES, document_kind="rumour")]),
        ([MARCH], [replace(MINUTES, meeting_id="M-9")]),
    ],
)
def test_a_wrong_meeting_or_document_writes_nothing(
    workspace: Workspace, meetings: list[Meeting], documents: list[MeetingDocument]
) -> None:
    with pytest.raises(InvalidTable, match="demand, supply, alignment, executive"):
        workspace.write_meetings(meetings, documents)
    assert workspace.meetings() == []


def test_the_audit_trail_is_listed_oldest_first(workspace: Workspace) -> None:
    asked = AuditEntry(NOW, "local", "asked", {"answer": "a_001"}, on_behalf_of="ana@example.com")
    loaded = AuditEntry(NOW, "local", "loaded")
    workspace.audit(asked)
    workspace.audit(loaded)
    assert workspace.audit_entries() == [asked, loaded]
    assert workspace.audit_entries(limit=1) == [loaded]


@pytest.mark.parametrize("change", ["UPDATE audit SET actor = 'nobody'", "DELETE FROM audit"])
def test_the_database_itself_refuses_to_change_the_audit_trail(workspace: Workspace, change: str) -> None:
    workspace.audit(AuditEntry(NOW, "ana@example.com", "asked"))
    with pytest.raises(DBAPIError, match="append-only"), workspace.writing() as connection:
        connection.execute(text(change))
    assert [entry.actor for entry in workspace.audit_entries()] == ["ana@example.com"]


def test_a_block_that_fails_leaves_nothing_of_what_it_wrote(workspace: Workspace) -> None:
    with pytest.raises(ZeroDivisionError), workspace.writing() as connection:
        connection.execute(text("INSERT INTO conversations VALUES ('c_1', 'ana', '2026-07-02 09:00:00')"))
        _ = 1 / 0
    with workspace.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM conversations")).scalar_one() == 0
