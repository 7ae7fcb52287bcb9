"""Takes a company in: publishes its store, writes its meetings, records the load."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from assistant.places import STORE_FILE, Places, find_places, folder_of
from assistant.settings import Settings
from connectors.access import LOCAL_USER
from connectors.loading.load import LoadReport, load
from connectors.loading.mapping_file import read_mapping
from connectors.workspace.load_reports import LoadReport as LoadRecord
from connectors.workspace.meeting_records import Meeting, MeetingDocument
from connectors.workspace.workspace import Workspace


@dataclass(frozen=True)
class Loaded:
    """A company that was taken in, and where it lies."""

    report: LoadReport
    places: Places


def load_company(
    settings: Settings,
    mapping_file: Path,
    source: Path | None,
    replace: bool,
    now: datetime,
    progress: Callable[[str], None],
) -> Loaded:
    """Load a company's own data by a mapping into the store that is set, or its own folder's.

    Raises:
        InvalidTable, SourceUnavailable: As the load says; the old store is as it was.
    """
    company = read_mapping(mapping_file).company
    places = places_for(settings, company)
    report = load(
        mapping_file, Path(places.store), source=source, now=now, replace=replace, progress=progress
    )
    record(places, report, str(mapping_file), now)
    return Loaded(report, places)


def places_for(settings: Settings, company: str) -> Places:
    """Where a company is to lie: the store that is set, else a folder of its own."""
    store = settings.store or str(folder_of(settings.home, company) / STORE_FILE)
    Path(store).parent.mkdir(parents=True, exist_ok=True)
    return find_places(settings.model_copy(update={"store": store}))


def record(places: Places, report: LoadReport, source: str, now: datetime) -> None:
    """Write a load and what belongs into the workspace: meetings and their documents."""
    with Workspace.open(places.workspace) as workspace:
        frames = report.workspace_frames
        if frames:
            workspace.write_meetings(
                [Meeting(**_record(row)) for row in _records(frames, "meetings")],
                [MeetingDocument(**_record(row)) for row in _records(frames, "meeting_documents")],
            )
        workspace.record_load(
            LoadRecord(
                at=now,
                actor=LOCAL_USER.email,
                company=report.company,
                source=source,
                data_version=report.data_version,
                report=report_record(report),
            )
        )


def report_record(report: LoadReport) -> dict[str, Any]:
    """A load's report as JSON."""
    tables = [
        {
            "table": table.name,
            "rows_read": table.rows_read,
            "rows_kept": table.rows_kept,
            "set_aside": [{"count": count, "why": why} for count, why in table.set_aside],
        }
        for table in report.tables
    ]
    return {"as_of": report.as_of.isoformat(), "tables": tables, "warnings": list(report.warnings)}


def _records(frames: Any, name: str) -> list[dict[str, Any]]:  # noqa: ANN401 - frames of pandas, which is not imported here
    return frames[name].to_dict("records") if name in frames else []


def _record(row: dict[str, Any]) -> dict[str, Any]:
    """A frame's row with dates as dates."""
    return {key: value.date() if hasattr(value, "date") else value for key, value in row.items()}
