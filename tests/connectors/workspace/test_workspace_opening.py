"""Opening a workspace: made once, migrated when needed, refused with the reason when it is something else."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, create_engine, make_url, text

from connectors.errors import SourceUnavailable
from connectors.workspace.migrations.upgrade import newest_revision
from connectors.workspace.schema import HEAD, VERSION_TABLE
from connectors.workspace.tables import METADATA
from connectors.workspace.workspace import Workspace

NOW = datetime(2026, 7, 2, 9, 30, tzinfo=UTC)
OPEN_AND_SAY = """
import sys
from connectors.workspace.workspace import Workspace
Workspace.open(sys.argv[1]).close()
print("alembic" in sys.modules)
"""


def open_in_new_process(url: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", OPEN_AND_SAY, url]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def schema_of(file: Path) -> list[tuple[str, ...]]:
    connection = sqlite3.connect(file)
    try:
        return connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY name").fetchall()
    finally:
        connection.close()


def test_the_revision_in_the_code_is_the_newest_migration() -> None:
    assert newest_revision() == HEAD


def test_the_migrations_make_the_tables_that_the_code_reads(workspace_url: str) -> None:
    Workspace.open(workspace_url).close()
    engine = create_engine(make_url(workspace_url))
    with engine.connect() as connection:
        settings = {"compare_type": True, "compare_server_default": True, "version_table": VERSION_TABLE}
        context = MigrationContext.configure(connection, opts=settings)
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def test_every_check_of_the_code_is_in_the_database(workspace: Workspace) -> None:
    # Alembic compares no CHECK constraints.
    in_sqlite = "SELECT group_concat(sql) FROM sqlite_master"
    in_postgresql = "SELECT string_agg(conname, ',') FROM pg_constraint"
    with workspace.reading() as connection:
        query = in_sqlite if connection.dialect.name == "sqlite" else in_postgresql
        made = connection.execute(text(query)).scalar_one()
    constraints = [constraint for table in METADATA.tables.values() for constraint in table.constraints]
    names = [str(each.name) for each in constraints if isinstance(each, CheckConstraint)]
    assert len(names) >= 4
    assert [name for name in names if name not in made] == []


def test_a_workspace_that_is_up_to_date_is_opened_without_change_and_without_alembic(tmp_path: Path) -> None:
    file = tmp_path / "new folder" / "workspace.db"
    said = [open_in_new_process(f"sqlite:///{file}").communicate()[0].strip() for _ in range(2)]
    assert said == ["True", "False"]
    before = schema_of(file)
    Workspace.open(f"sqlite:///{file}").close()
    assert schema_of(file) == before


def test_what_was_kept_is_there_after_opening_again(workspace_url: str) -> None:
    with Workspace.open(workspace_url) as first:
        conversation = first.start_conversation("ana@example.com", NOW)
    with Workspace.open(workspace_url) as second:
        assert second.turns(conversation) == []


@pytest.mark.timeout(120)
def test_processes_that_open_a_new_workspace_at_once_all_get_it(workspace_url: str) -> None:
    openers = [open_in_new_process(workspace_url) for _ in range(6)]
    faults = [opener.communicate()[1] for opener in openers]
    assert faults == [""] * 6


def test_sqlite_keeps_references_and_lets_readers_in_beside_a_writer(tmp_path: Path) -> None:
    with Workspace.open(f"sqlite:///{tmp_path / 'w.db'}") as workspace, workspace.reading() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
        assert connection.execute(text("PRAGMA foreign_keys")).scalar_one() == 1
        assert connection.execute(text("PRAGMA synchronous")).scalar_one() == 2


def test_a_locked_file_can_be_read_and_says_that_it_is_busy_when_written(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'w.db'}"
    Workspace.open(url).close()
    other = sqlite3.connect(tmp_path / "w.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with Workspace.open(url, wait_seconds=0.2) as workspace:
        assert workspace.meetings() == []
        with pytest.raises(SourceUnavailable, match="being written by another process"):
            workspace.start_conversation("ana@example.com", NOW)
        other.execute("ROLLBACK")
        assert workspace.start_conversation("ana@example.com", NOW).startswith("c_")
    other.close()


def test_a_file_of_another_program_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "other.db"
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE recipes (title)")
    connection.close()
    before = file.read_bytes()
    with pytest.raises(SourceUnavailable, match=r"another program's tables \(recipes\)"):
        Workspace.open(f"sqlite:///{file}")
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_that_is_no_database_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("These are the notes of the meeting. " * 100)
    with pytest.raises(SourceUnavailable, match="is not an SQLite file, or is damaged"):
        Workspace.open(f"sqlite:///{file}")
    assert file.read_text().startswith("These are the notes")


def test_a_damaged_file_is_said_to_be_damaged(tmp_path: Path) -> None:
    file = tmp_path / "w.db"
    with Workspace.open(f"sqlite:///{file}") as workspace:
        workspace.start_conversation("ana@example.com", NOW)
    content = bytearray(file.read_bytes())
    content[100:4096] = b"\xa5" * 3996
    file.write_bytes(content)
    with pytest.raises(SourceUnavailable, match="damaged"):
        Workspace.open(f"sqlite:///{file}")


def test_a_workspace_of_a_newer_program_is_refused(workspace_url: str) -> None:
    with Workspace.open(workspace_url) as workspace, workspace.writing() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    with pytest.raises(SourceUnavailable, match="written by a newer Concord"):
        Workspace.open(workspace_url)


def test_a_folder_in_place_of_the_file_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="cannot be opened"):
        Workspace.open(f"sqlite:///{tmp_path}")


def test_a_file_in_place_of_the_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SourceUnavailable, match="cannot be made"):
        Workspace.open(f"sqlite:///{tmp_path / 'file' / 'w.db'}")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("workspace.db", "needs a database URL"),
        ("mysql://somebody@somewhere/plans", "cannot be kept in mysql"),
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
    ],
)
def test_a_url_that_cannot_be_a_workspace_names_the_two_forms(url: str, said: str) -> None:
    with pytest.raises(SourceUnavailable, match=said) as refused:
        Workspace.open(url)
    assert "sqlite:///FILE or postgresql://" in refused.value.message


def test_a_server_that_is_not_there_is_said_without_the_password() -> None:
    with pytest.raises(SourceUnavailable, match="cannot be reached") as refused:
        Workspace.open("postgresql://concord:secret-word@127.0.0.1:1/concord")
    assert "secret-word" not in refused.value.message
    assert "127.0.0.1" in refused.value.message


@pytest.mark.slow
def test_a_postgresql_database_may_hold_others_tables_but_not_of_our_names(fresh_postgres_url: str) -> None:
    engine = create_engine(make_url(fresh_postgres_url))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num text)"))
        connection.execute(text("CREATE TABLE drafts (id text)"))
    with pytest.raises(SourceUnavailable, match=r"another program's tables \(drafts\)"):
        Workspace.open(fresh_postgres_url)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE drafts"))
    engine.dispose()
    Workspace.open(fresh_postgres_url).close()
