"""Drafts: proposed by Concord, settled by a named person, at most once, before they expire."""

from __future__ import annotations

import multiprocessing
import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from connectors.errors import NotPermitted, OutOfRange, Stale, UnknownName
from connectors.workspace.drafts import Draft, NewDraft
from connectors.workspace.workspace import Workspace

NOW = datetime(2026, 7, 2, 9, 30, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
EXPIRY = NOW + timedelta(days=2)

NEW = NewDraft(
    action="record_decision",
    summary="Record: overtime at plant North in August",
    payload={"decision": "overtime", "hours": 120, "effects": [{"metric": "lost_sales", "amount": -41000.5}]},
    proposed_by="ana@example.com",
    who_may_confirm=("Sofia@example.com", "decides:supply"),
    expires_at=EXPIRY,
    idempotency_key="c_1/turn 3",
)


def proposed(workspace: Workspace) -> str:
    return workspace.propose(NEW, NOW).id


def confirm_as(url: str, draft_id: str, person: str) -> str:
    with Workspace.open(url) as workspace:
        try:
            return workspace.confirm(draft_id, person, ["decides:supply"], LATER).state
        except Stale as fault:
            return fault.message


def test_a_proposed_draft_waits_and_changes_nothing_yet(workspace: Workspace) -> None:
    draft = workspace.propose(NEW, NOW)
    assert workspace.drafts(NOW) == [draft]
    assert (draft.state, draft.settled_by, draft.proposed_at) == ("waiting", None, NOW)
    assert (draft.payload, draft.who_may_confirm) == (NEW.payload, NEW.who_may_confirm)
    assert draft.id.startswith("draft_")


def test_a_named_person_confirms_whatever_the_case_of_the_address(workspace: Workspace) -> None:
    draft = workspace.confirm(proposed(workspace), "sofia@EXAMPLE.com", [], LATER, note="go")
    assert (draft.state, draft.settled_by, draft.settled_at) == ("confirmed", "sofia@EXAMPLE.com", LATER)
    assert draft.note == "go"
    assert workspace.drafts(LATER) == []
    assert workspace.drafts(LATER, "confirmed") == [draft]


def test_a_role_confirms(workspace: Workspace) -> None:
    roles = ("operations", "decides:supply")
    assert workspace.confirm(proposed(workspace), "otto@example.com", roles, LATER).state == "confirmed"


def test_who_is_not_named_cannot_settle_it_and_it_goes_on_waiting(workspace: Workspace) -> None:
    draft_id = proposed(workspace)
    for settle in (workspace.confirm, workspace.reject):
        with pytest.raises(NotPermitted, match=r"waits for Sofia@example.com, decides:supply"):
            settle(draft_id, "ana@example.com", ["decides:demand"], LATER)
    assert workspace.draft(draft_id, LATER).state == "waiting"
    assert [entry.action for entry in workspace.audit_entries()] == ["draft proposed"]


def test_a_confirmed_draft_is_never_settled_again(workspace: Workspace) -> None:
    draft_id = proposed(workspace)
    workspace.confirm(draft_id, "sofia@example.com", [], LATER)
    for settle in (workspace.confirm, workspace.reject):
        with pytest.raises(Stale, match=r"confirmed by sofia@example.com on 02 July 2026 at 10:30 UTC"):
            settle(draft_id, "otto@example.com", ["decides:supply"], LATER)
    assert workspace.draft(draft_id, LATER).settled_by == "sofia@example.com"


def test_a_rejected_draft_cannot_be_confirmed(workspace: Workspace) -> None:
    draft_id = proposed(workspace)
    assert workspace.reject(draft_id, "sofia@example.com", [], LATER, note="too dear").note == "too dear"
    with pytest.raises(Stale, match="was rejected by sofia"):
        workspace.confirm(draft_id, "sofia@example.com", [], LATER)


def test_a_draft_expires_at_its_moment_and_not_before(workspace: Workspace) -> None:
    draft_id = proposed(workspace)
    just_before = EXPIRY - timedelta(microseconds=1)
    assert [draft.id for draft in workspace.drafts(just_before)] == [draft_id]
    with pytest.raises(Stale, match="expired on 04 July 2026 at 09:30 UTC"):
        workspace.confirm(draft_id, "sofia@example.com", [], EXPIRY)
    assert workspace.drafts(EXPIRY) == []
    assert [draft.state for draft in workspace.drafts(EXPIRY, "expired")] == ["expired"]
    assert workspace.confirm(draft_id, "sofia@example.com", [], just_before).state == "confirmed"


def test_a_confirmed_draft_stays_confirmed_after_its_expiry(workspace: Workspace) -> None:
    draft_id = proposed(workspace)
    workspace.confirm(draft_id, "sofia@example.com", [], LATER)
    assert workspace.draft(draft_id, EXPIRY + timedelta(days=9)).state == "confirmed"


def test_an_unknown_draft_says_where_to_look(workspace: Workspace) -> None:
    with pytest.raises(UnknownName, match=r"no draft draft_9\. `concord drafts`"):
        workspace.confirm("draft_9", "sofia@example.com", [], LATER)


def test_the_same_step_run_twice_proposes_once(workspace: Workspace) -> None:
    first = workspace.propose(NEW, NOW)
    again = workspace.propose(replace(NEW, expires_at=EXPIRY + timedelta(minutes=1)), LATER)
    assert again == first
    assert len(workspace.audit_entries()) == 1


def test_a_key_used_for_something_else_is_refused(workspace: Workspace) -> None:
    proposed(workspace)
    with pytest.raises(Stale, match="used before, for 'Record: overtime"):
        workspace.propose(replace(NEW, payload={"decision": "none"}), LATER)
    assert (
        workspace.propose(replace(NEW, proposed_by="ben@example.com", payload={}), LATER).state == "waiting"
    )


@pytest.mark.parametrize("wrong", [{"expires_at": NOW}, {"who_may_confirm": ()}])
def test_a_draft_that_nobody_could_confirm_is_refused(workspace: Workspace, wrong: dict[str, object]) -> None:
    with pytest.raises(OutOfRange, match="needs a later end and someone to confirm it"):
        workspace.propose(replace(NEW, **wrong), NOW)  # type: ignore[arg-type]


def test_a_draft_of_an_unknown_conversation_is_refused(workspace: Workspace) -> None:
    with pytest.raises(UnknownName, match="no conversation c_9"):
        workspace.propose(replace(NEW, conversation="c_9"), NOW)


def test_proposal_and_verdict_stand_in_the_audit_trail(workspace: Workspace) -> None:
    draft_id = proposed(workspace)
    workspace.reject(draft_id, "otto@example.com", ["decides:supply"], LATER)
    trail = [(entry.actor, entry.action, entry.detail["draft"]) for entry in workspace.audit_entries()]
    assert trail == [
        ("ana@example.com", "draft proposed", draft_id),
        ("otto@example.com", "draft rejected", draft_id),
    ]


def test_what_was_confirmed_is_done_in_the_same_transaction(workspace: Workspace) -> None:
    draft_id = proposed(workspace)

    def write(connection: Connection, draft: Draft) -> None:
        connection.execute(text("INSERT INTO conversations VALUES ('c_1', 'ana', '2026-07-02 09:00:00')"))
        if draft.settled_at == LATER:
            raise ConnectionError("the plan could not be written")

    with pytest.raises(ConnectionError):
        workspace.confirm(draft_id, "sofia@example.com", [], LATER, apply=write)
    assert workspace.draft(draft_id, LATER).state == "waiting"
    with pytest.raises(UnknownName):
        workspace.turns("c_1")
    workspace.confirm(draft_id, "sofia@example.com", [], LATER + timedelta(seconds=1), apply=write)
    assert workspace.turns("c_1") == []


def test_of_twelve_threads_that_confirm_at_once_exactly_one_does(workspace: Workspace) -> None:
    draft_id = proposed(workspace)
    done: list[str] = []

    def confirm(number: int) -> str:
        try:
            person = f"p{number}@example.com"
            apply = lambda _connection, draft: done.append(draft.settled_by)  # noqa: E731
            return workspace.confirm(draft_id, person, ["decides:supply"], LATER, apply=apply).state
        except Stale as fault:
            return fault.message

    with ThreadPoolExecutor(12) as people:
        said = list(people.map(confirm, range(12)))
    assert said.count("confirmed") == 1
    assert len(done) == 1
    assert all(f"confirmed by {done[0]}" in message for message in said if message != "confirmed")


@pytest.mark.timeout(120)
def test_of_four_processes_that_confirm_at_once_exactly_one_does(workspace_url: str) -> None:
    with Workspace.open(workspace_url) as workspace:
        draft_id = proposed(workspace)
        spawned = multiprocessing.get_context("spawn")
        people = [f"p{number}@example.com" for number in range(4)]
        with ProcessPoolExecutor(4, mp_context=spawned) as processes:
            said = list(processes.map(confirm_as, [workspace_url] * 4, [draft_id] * 4, people))
        assert said.count("confirmed") == 1
        winner = people[said.index("confirmed")]
        assert workspace.draft(draft_id, LATER).settled_by == winner


CONFIRM_WITHOUT_END = """
import sys
from dataclasses import replace
from itertools import count
from connectors.workspace.workspace import Workspace
from tests.connectors.workspace.test_drafts import LATER, NEW, NOW
with Workspace.open(sys.argv[1]) as workspace:
    for number in count():
        draft = workspace.propose(replace(NEW, idempotency_key=str(number)), NOW)
        workspace.confirm(draft.id, "sofia@example.com", [], LATER)
        print(draft.id, flush=True)
"""


@pytest.mark.timeout(120)
def test_a_process_killed_while_it_writes_loses_nothing_that_was_confirmed(tmp_path: Path) -> None:
    file = tmp_path / "workspace.db"
    confirmed: list[str] = []
    for _ in range(3):
        command = [sys.executable, "-c", CONFIRM_WITHOUT_END.replace("str(number)", f"'{_}/' + str(number)")]
        writer = subprocess.Popen([*command, f"sqlite:///{file}"], stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        confirmed += [writer.stdout.readline().strip() for _ in range(25)]
        writer.send_signal(signal.SIGKILL)
        confirmed += writer.stdout.read().split("\n")[:-1]
        writer.wait()
        writer.stdout.close()
    with Workspace.open(f"sqlite:///{file}") as workspace:
        kept = {draft.id: draft for draft in workspace.drafts(LATER, "confirmed")}
        assert set(confirmed) <= set(kept)
        assert all(draft.settled_by == "sofia@example.com" for draft in kept.values())
        trail = [entry.detail["draft"] for entry in workspace.audit_entries(limit=10**6)]
        assert sorted(trail) == sorted([*kept, *kept, *(draft.id for draft in workspace.drafts(LATER))])
    connection = sqlite3.connect(file)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()
